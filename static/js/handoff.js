// Beside the editor: which view is open, how the phone is looked at, and JSON that is edited.
// What is chosen stands outside of what a keystroke's answer replaces.
"use strict";

// --- Views ------------------------------------------------------------------------------------

const LANGUAGE = "tapwright-language";
const isCode = (pane) => pane !== "preview" && pane !== "json";

// Before htmx asks for it, the click says which one it is: the form carries it from then on.
document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest("[data-pane]:is(a)");
    if (!link) return;
    let pane = link.dataset.pane;
    if (isCode(pane)) {
      // The tab itself opens the language that was used last.
      if (link.closest(".views")) pane = localStorage.getItem(LANGUAGE) ?? pane;
      else localStorage.setItem(LANGUAGE, pane);
    }
    // JSON that is not sent goes first: its view is about to close.
    sendJson();
    document.getElementById("pane").value = pane;
  },
  true,
);

// It is open when it is there, not before.
function showOpenView() {
  const { pane } = document.getElementById("outcome").dataset;
  for (const tab of document.querySelectorAll(".views [data-pane]")) {
    const open = tab.dataset.pane === pane || (isCode(tab.dataset.pane) && isCode(pane));
    if (open) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  const shown = new URLSearchParams(location.search).get("pane") ?? "preview";
  if (shown !== pane) {
    history.replaceState(history.state, "", pane === "preview" ? location.pathname : `?pane=${pane}`);
  }
}

document.addEventListener("htmx:afterRequest", ({ detail: { elt, successful } }) => {
  if (successful || !elt.matches("a[data-pane]")) return;
  document.getElementById("pane").value = document.getElementById("outcome").dataset.pane;
});

// On a small screen a button leads to the views; when they are in sight, another leads back to where
// one was.
let wroteAt = null;
const inSight = new IntersectionObserver(([{ isIntersecting }]) => {
  if (!isIntersecting) wroteAt = null;
  // Who came without the button was just above.
  else wroteAt ??= Math.max(0, scrollY - innerHeight);
  for (const jump of document.querySelectorAll(".jump")) {
    jump.hidden = isIntersecting !== jump.matches("[data-jump-back]");
  }
});
inSight.observe(document.getElementById("side"));

document.addEventListener("click", (event) => {
  const jump = event.target.closest(".jump");
  if (!jump) return;
  if (jump.matches("[data-jump-back]")) {
    event.preventDefault();
    scrollTo(0, wroteAt);
  } else wroteAt = scrollY;
});

// --- How the phone is looked at ---------------------------------------------------------------

const LOOK = "tapwright-phone";
const THEMES = { device: "as this device", light: "light", dark: "dark" };
const look = { theme: "device", width: "phone", text: "normal", ...storedLook() };

function storedLook() {
  try {
    return JSON.parse(localStorage.getItem(LOOK)) ?? {};
  } catch {
    return {};
  }
}

// On the root, which no answer replaces; the style sheet does the rest.
function showLook() {
  for (const [name, value] of Object.entries(look)) {
    document.documentElement.setAttribute(`data-phone-${name}`, value);
  }
  for (const radio of document.querySelectorAll("[name^='phone-']")) {
    radio.checked = look[radio.name.slice("phone-".length)] === radio.value;
  }
  const button = document.querySelector("[data-phone-theme-next]");
  if (!button) return;
  button.title = `Colours of the phone: ${THEMES[look.theme]}`;
  button.setAttribute("aria-label", button.title);
}

function change(name, value) {
  look[name] = value;
  try {
    localStorage.setItem(LOOK, JSON.stringify(look));
  } catch {
    // It holds for this page, then.
  }
  showLook();
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-phone-theme-next]")) return;
  const names = Object.keys(THEMES);
  change("theme", names[(names.indexOf(look.theme) + 1) % names.length]);
});

document.addEventListener("change", (event) => {
  const { name, value } = event.target;
  if (name?.startsWith("phone-")) change(name.slice("phone-".length), value);
});

showLook();

// --- JSON -------------------------------------------------------------------------------------

const json = () => document.getElementById("json");
const revision = () => document.querySelector("#verdict [name='revision']").value;

// What was typed there and is not the template's: the text, the revision it was typed over, and
// what the page said of it. It is `unsent` while no answer has come, `left` from an earlier visit.
let unapplied = null;
let nextTry = 0;
let tries = 0;

document.addEventListener("input", (event) => {
  if (event.target.id !== "json") return;
  unapplied = { text: event.target.value, revision: revision(), unsent: unapplied?.unsent };
  drawLines();
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr } = event.detail;
  if (elt.id === "json-form") {
    clearTimeout(nextTry);
    if (xhr.status >= 200 && xhr.status < 300) answered();
    else notSent(xhr.status);
  }
  // The form beside it may be saved, and this is not.
  if (unapplied?.unsent) showSaved("failed", unapplied.unsent);
});

function answered() {
  tries = 0;
  if (!json()) return;
  const says = document.getElementById("json-says");
  const refused = says.hasAttribute("data-refused");
  if (!refused) {
    forgetJson();
    if (document.activeElement !== json()) showExact(json());
  } else if (unapplied) {
    unapplied = { ...unapplied, says: says.innerHTML, unsent: null, left: false };
    localStorage.removeItem(keptKey());
  }
  json().toggleAttribute("aria-invalid", refused);
  if (refused) json().setAttribute("aria-invalid", "true");
  markLine();
  const notes = [...says.querySelectorAll(".notice--warn")].map((note) => note.textContent);
  sayAloud(refused ? "The JSON is not applied as it is." : ["The JSON is applied.", ...notes].join(" "));
}

// What was pasted in another form, or typed with other spaces, stands there as the API gets it when
// the hand has left it. It is also left when it is drawn anew: then the new one is not touched.
function showExact(box) {
  const exact = box.closest("#outcome").querySelector("#json-exact");
  if (!exact || unapplied) return;
  box.value = box.defaultValue = JSON.parse(exact.textContent);
  exact.remove();
  drawLines();
}

document.addEventListener("focusout", ({ target }) => {
  if (target.id === "json") showExact(target);
});

// Told once, not with every key.
function sayAloud(words) {
  const aloud = document.getElementById("side-says");
  if (aloud.textContent !== words) aloud.textContent = words;
}

// --- JSON that did not get through ------------------------------------------------------------

function notSent(status) {
  const comesBack = status === 0 || status >= 500;
  const lost = status === 0 ? "no connection" : "the server has a problem";
  const why = comesBack ? `${lost}. Trying again…` : (WHY_NOT[status] ?? "reload the page");
  const words = `Not applied yet: ${why}`;
  unapplied ??= { text: json().value, revision: revision() };
  // A conflict's dialog holds it; what is refused for good is not tried again.
  unapplied.unsent = status === 409 ? null : `JSON ${words[0].toLowerCase()}${words.slice(1)}`;
  unapplied.status = status;
  sayBelow(words, "Your text is kept.");
  keepJson();
  if (comesBack) nextTry = setTimeout(sendJson, RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]);
}

function sayBelow(words, more, ...buttons) {
  sayAloud(words);
  const says = document.getElementById("json-says");
  if (!says) return;
  const notice = document.createElement("p");
  notice.className = "notice notice--warn";
  const text = document.createElement("span");
  text.textContent = `${words}${/[.…]$/.test(words) ? "" : "."} ${more}`;
  notice.append(text, ...buttons);
  says.replaceChildren(notice);
  unapplied.says = null;
}

// Not over what has changed since it was typed: then a person decides.
function sendJson() {
  clearTimeout(nextTry);
  if (unapplied?.unsent && json() && unapplied.revision === revision()) {
    htmx.trigger("#json-form", "input");
  }
}

addEventListener("online", sendJson);
addEventListener("focus", () => {
  if (unapplied?.status === 401) sendJson();
});

const keptKey = () => `tapwright-json-${document.getElementById("workbench").dataset.template}`;

function keepJson() {
  try {
    localStorage.setItem(keptKey(), JSON.stringify({ text: unapplied.text, revision: unapplied.revision }));
  } catch {
    // No room or no permission: the page itself still holds it.
  }
}

function forgetJson() {
  unapplied = null;
  localStorage.removeItem(keptKey());
}

// What an earlier visit left comes back, in its view.
function comeBack() {
  const kept = localStorage.getItem(keptKey());
  if (!kept || document.querySelector("#editor fieldset").disabled) return;
  unapplied = { ...JSON.parse(kept), left: true };
  if (json()) bringBack();
  else document.querySelector('.views [data-pane="json"]').click();
}

function isTheTemplates(text) {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(JSON.parse(json().defaultValue));
  } catch {
    return false;
  }
}

// The view was drawn again, from the template: what is not applied comes back to the hand.
function bringBack() {
  if (!unapplied || !json() || json().readOnly) return;
  if (unapplied.left && isTheTemplates(unapplied.text)) {
    forgetJson();
    return;
  }
  if (json().value === unapplied.text && !unapplied.unsent && !unapplied.left) return;
  const { selectionStart, selectionEnd } = json();
  json().value = unapplied.text;
  json().setSelectionRange(selectionStart, selectionEnd);
  const says = document.getElementById("json-says");
  const drop = makeButton("Drop this and show the template", "dropJson");
  if (unapplied.says) {
    says.innerHTML = unapplied.says;
    says.append(drop);
  } else if (unapplied.revision !== revision()) {
    sayBelow("This JSON is not applied: the template has changed since.", "", makeButton("Apply it", "applyJson"), drop);
  } else {
    unapplied.unsent ??= "JSON not applied yet";
    says.append(drop);
    // When htmx knows the new form.
    nextTry = setTimeout(sendJson);
  }
}

function makeButton(words, name) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn--small";
  made.textContent = words;
  made.dataset[name] = "";
  return made;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-drop-json]")) {
    forgetJson();
    document.querySelector('.views [data-pane="json"]').click();
  }
  if (event.target.closest("[data-apply-json]")) {
    unapplied = { ...unapplied, revision: revision(), unsent: "JSON not applied yet" };
    sendJson();
  }
  const to = event.target.closest("[data-line]");
  if (to) select(Number(to.dataset.line), Number(to.dataset.column));
});

addEventListener("beforeunload", (event) => {
  if (!unapplied || !(json() || unapplied.unsent)) return;
  // What was refused has been seen: who leaves it, leaves it.
  if (!unapplied.says) keepJson();
  event.preventDefault();
});

// What a conflict's dialog sends holds the JSON's message.
document.addEventListener("submit", (event) => {
  if (event.target.closest("#dialog")) forgetJson();
});

// --- The JSON's lines -------------------------------------------------------------------------

const MOST_LINES = 5000; // that are worth a number

// Behind the box lies the same text, line by line, so that a line that wraps has one number.
function drawLines() {
  const behind = document.getElementById("json-lines");
  if (!behind) return;
  let lines = json().value.split("\n");
  if (lines.length > MOST_LINES) lines = [];
  while (behind.childElementCount > lines.length) behind.lastChild.remove();
  while (behind.childElementCount < lines.length) behind.append(document.createElement("div"));
  [...behind.children].forEach((line, at) => {
    const text = lines[at] || "\u200b";
    if (line.textContent !== text) line.textContent = text;
  });
  markLine();
  behind.scrollTop = json().scrollTop;
}

function markLine() {
  const broken = Number(document.querySelector("#json-says [data-line]")?.dataset.line);
  [...document.getElementById("json-lines").children].forEach((line, at) => {
    line.classList.toggle("is-broken", at + 1 === broken);
  });
}

document.addEventListener(
  "scroll",
  ({ target }) => {
    if (target.id === "json") document.getElementById("json-lines").scrollTop = target.scrollTop;
  },
  true,
);

// Puts the caret where the JSON breaks; lines and columns count from 1, columns in code points.
function select(line, column) {
  const lines = json().value.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  const inLine = [...(lines[line - 1] ?? "")].slice(0, column - 1).join("").length;
  json().focus();
  json().setSelectionRange(before + inLine, before + inLine + 1);
  const height = json().scrollHeight / lines.length;
  json().scrollTop = (line - 4) * height;
}

// Undo is the template's while the JSON is the template, and the browser's while it is not.
document.addEventListener(
  "keydown",
  (event) => {
    const undoes = (event.ctrlKey || event.metaKey) && ["z", "y"].includes(event.key.toLowerCase());
    if (undoes && event.target.id === "json" && unapplied) event.stopPropagation();
  },
  true,
);

// --- Being drawn again ------------------------------------------------------------------------

let scrolled = new Map();
const scrollers = () => document.querySelectorAll("#outcome [id][data-keep-scroll]");

document.addEventListener("htmx:beforeSwap", () => {
  scrolled = new Map([...scrollers()].map((each) => [each.id, each.scrollTop]));
});

document.addEventListener("htmx:afterSwap", (event) => {
  const swapped = event.detail.target?.id;
  if (swapped === "workbench") {
    showLook();
    inSight.disconnect();
    inSight.observe(document.getElementById("side"));
  }
  if (swapped !== "workbench" && swapped !== "outcome") return;
  showOpenView();
  bringBack();
  drawLines();
  for (const each of scrollers()) each.scrollTop = scrolled.get(each.id) ?? 0;
});

document.addEventListener("DOMContentLoaded", () => {
  comeBack();
  drawLines();
});
