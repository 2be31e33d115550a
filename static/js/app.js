// What every page needs: copy buttons, dialogs, menus that close, and failures told in words.
"use strict";

// <button data-copy="#id"> copies an element's text, data-copy-text="…" the text itself.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-text]");
  if (!button) return;
  const source = button.dataset.copy && document.querySelector(button.dataset.copy);
  const text = source ? (source.value ?? source.textContent) : button.dataset.copyText;
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Select it and copy";
  }
  setTimeout(() => (button.textContent = before), 1500);
});

// What was said and read is put away; the last one takes its room along.
document.addEventListener("click", ({ target }) => {
  const close = target.closest("[data-close-notice]");
  if (!close) return;
  const all = close.closest(".notices");
  close.closest(".notice").remove();
  if (!all.querySelector(".notice")) all.remove();
});

// <button data-tick-all=".list"> ticks all boxes of a list, or none if all are ticked.
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-tick-all]");
  if (!button) return;
  const list = document.querySelector(button.dataset.tickAll);
  const boxes = [...list.querySelectorAll("input[type=checkbox]")];
  const isAll = boxes.every((box) => box.checked);
  for (const box of boxes) box.checked = !isAll;
  list.dispatchEvent(new Event("input", { bubbles: true }));
});

// A click beside an open menu, or Escape in it, closes it.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
// One that opens at the end of the window is brought into it ("toggle" can only be captured).
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.matches?.("details.menu[open]")) {
      target.querySelector(".menu__list").scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  },
  true,
);
// One whose choice opens a dialog closes, and has the focus again after that.
document.addEventListener("click", (event) => {
  const menu = event.target.closest("a.menu__item[hx-get]")?.closest("details.menu");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Where the bar at the top is wider than the window, it shows the place that one is at.
document.addEventListener("DOMContentLoaded", () => {
  const nav = document.querySelector(".top__nav");
  const here = nav?.querySelector("[aria-current]");
  if (here) nav.scrollLeft = here.offsetLeft - nav.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
});

// What an answer says at the top of a long form is brought into sight.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "workbench") return;
  document.querySelector("#workbench .notice[role]")?.scrollIntoView({ block: "nearest" });
});

// A dialog that arrives in #dialog opens; one that is closed is taken out again.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "dialog") return;
  const dialog = event.detail.target.querySelector("dialog");
  if (!dialog || dialog.open) return;
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
});
// The same question once more, as of a conflict that is met twice, leaves the dialog as it is: it
// would be replaced under the finger.
const answers = (form) => JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken"));

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const asked = detail.xhr.status === 409 && document.querySelector("#dialog dialog[open] form");
  if (!asked) return;
  const again = new DOMParser().parseFromString(detail.serverResponse, "text/html").querySelector("dialog form");
  if (again && answers(again) === answers(asked)) detail.shouldSwap = false;
});

// A link that closes its dialog leads nowhere, unless to a place on the page under it.
document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close-dialog]");
  const dialog = close?.closest("dialog");
  if (!dialog) return;
  event.preventDefault();
  dialog.close();
  const place = close.hash && document.getElementById(decodeURIComponent(close.hash.slice(1)));
  if (place) {
    place.scrollIntoView({ block: "center" });
    place.focus({ preventScroll: true });
  } else if (close.hash) location.assign(close.href);
});

// What was typed or chosen before the scripts had come is acted on when they have. An input drops
// the line breaks that its value in the page may have.
function drawnValue(field) {
  if (field.matches("select")) {
    const options = [...field.options];
    return (options.find((option) => option.defaultSelected) ?? options[0])?.value;
  }
  return field.matches("input") ? field.defaultValue.replaceAll(/[\r\n]/g, "") : field.defaultValue;
}

const isChanged = (field) => field.value !== drawnValue(field);

document.addEventListener("DOMContentLoaded", () => {
  const own = 'form[hx-trigger^="input"] :is(input:not([type=hidden]), textarea, select)';
  for (const field of [...document.querySelectorAll(own)].filter(isChanged)) {
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

// --- Times --------------------------------------------------------------------------------------

// The page tells the server's time; whoever reads it lives in another, maybe. The shapes are those
// of designer/teams/templatetags/times.py.
const DAY = { day: "numeric", month: "short", year: "numeric" };
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const TIME = { ...CLOCK, second: "2-digit" };
const SHAPES = Object.fromEntries(
  Object.entries({ second: { ...DAY, ...TIME }, minute: { ...DAY, ...CLOCK }, time: TIME, clock: CLOCK }).map(
    ([shape, options]) => [shape, new Intl.DateTimeFormat("en-GB", options)],
  ),
);
// How long ago, as the server says it, and it goes on counting.
const SHORT_DAY = new Intl.DateTimeFormat("en-GB", DAY);
const AGO = new Intl.RelativeTimeFormat("en");
const UNITS = { day: 86_400_000, hour: 3_600_000, minute: 60_000 };
const LONG_AGO_MS = 30 * UNITS.day;
const COUNT_AGAIN_MS = 15_000;

function ago(at) {
  const passed = Date.now() - at;
  if (passed >= LONG_AGO_MS) return SHORT_DAY.format(at);
  const unit = Object.keys(UNITS).find((each) => passed >= UNITS[each]);
  return unit ? AGO.format(-Math.floor(passed / UNITS[unit]), unit) : "just now";
}

setInterval(() => {
  for (const time of document.querySelectorAll("time[data-moment='ago']")) {
    const words = ago(new Date(time.dateTime));
    if (time.textContent !== words) time.textContent = words;
  }
}, COUNT_AGAIN_MS);

const LONG_DAY = new Intl.DateTimeFormat("en-GB", { ...DAY, month: "long" });

function tellTimes(part) {
  for (const time of part.querySelectorAll("time[data-moment]")) {
    const at = new Date(time.dateTime);
    time.title = SHAPES.second.format(at);
    const shape = SHAPES[time.dataset.moment];
    time.textContent = shape ? shape.format(at) : ago(at);
  }
}

// A list under headings of days has them where the reader's days begin.
function tellDays(list) {
  const heading = list.querySelector("[data-day]");
  for (const each of list.querySelectorAll("[data-day]")) each.remove();
  const now = new Date();
  const words = new Map([
    [LONG_DAY.format(now.setDate(now.getDate() - 1)), "Yesterday"],
    [LONG_DAY.format(new Date()), "Today"],
  ]);
  let last = "";
  for (const item of [...list.children]) {
    const at = item.querySelector("time[data-moment]");
    if (!at) continue;
    const day = LONG_DAY.format(new Date(at.dateTime));
    if (day !== last) {
      const own = heading.cloneNode(true);
      own.firstElementChild.textContent = words.get(day) ?? day;
      item.before(own);
    }
    last = day;
  }
}

document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  tellTimes(elt);
  for (const list of elt.querySelectorAll("[data-by-day]")) tellDays(list);
});

// A page acts in its own team, whichever was chosen in another tab meanwhile. A request of htmx
// says so with a header.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const team = JSON.parse(document.body.getAttribute("hx-headers"))["X-Team"];
  if (event.defaultPrevented || !team || form.getAttribute("method") !== "post") return;
  const field = document.createElement("input");
  [field.type, field.name, field.value] = ["hidden", "in_team", team];
  form.append(field);
});

// Whoever signs in again in another tab has a new token: it is read when it is needed.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const [, token] = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) ?? [];
  if (!token) return;
  detail.headers["X-CSRFToken"] = token;
  delete detail.parameters.csrfmiddlewaretoken;
});

// Failures in one place, in words. A page that tells its own (the editor's saving) says so
// with data-own-failures on the element that sends.
const failure = () => document.getElementById("failure");
const about = ({ verb, path } = {}) => `${verb} ${path}`;
function tell(words, { requestConfig }, isOffline = false) {
  const box = failure();
  if (!box) return;
  box.dataset.about = about(requestConfig);
  box.toggleAttribute("data-offline", isOffline);
  begunSince = new WeakSet();
  box.querySelector("span").textContent = words;
  box.hidden = false;
}
const tellsItself = (event) =>
  event.target.closest("[data-own-failures]") && event.detail.requestConfig?.verb === "post";
document.addEventListener("htmx:sendError", (event) => {
  if (!tellsItself(event)) {
    tell("No connection to the server. Nothing you typed is lost; try again in a moment.", event.detail, true);
  }
});
document.addEventListener("htmx:responseError", (event) => {
  if (tellsItself(event)) return;
  const words = {
    401: "You are signed out. Sign in again in another tab, then try again here.",
    403: "You may look at this, but not change it. Ask an admin of your team.",
    404: "This is not there any more. Somebody may have deleted it.",
  };
  const otherwise = "The server had a problem. Nothing you typed is lost; try again in a moment.";
  tell(words[event.detail.xhr.status] ?? otherwise, event.detail);
});
// It goes when what failed goes well, not when something else does. Without a connection nothing does,
// but for what was on its way when that broke.
let begunSince = new WeakSet();
document.addEventListener("htmx:beforeRequest", ({ detail }) => begunSince.add(detail.xhr));
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const box = failure();
  const isBack = box?.hasAttribute("data-offline") && begunSince.has(detail.xhr);
  const isOver = isBack || box?.dataset.about === about(detail.requestConfig);
  if (detail.successful && isOver) box.hidden = true;
});
addEventListener("online", () => {
  if (failure()?.hasAttribute("data-offline")) failure().hidden = true;
});
