// The editor's hand: counters on the keystroke, the server's word when it comes, the mark that
// says what is saved, and a copy of what could not be saved until it is.
"use strict";

const form = () => document.getElementById("editor");
const input = (path) => document.getElementById(`id_${path}`);
const button = (op) => form().querySelector(`button[name="op"][value="${op}"]`);

// --- Counters ---------------------------------------------------------------------------------

function showCount(counter, count, words = count) {
  const most = Number(counter.dataset.most);
  const over = count > most;
  const near = !over && count >= Number(counter.dataset.near);
  // Heard only when it begins to matter, not at every key.
  if ((over && !counter.classList.contains("count--over")) || (near && !counter.className.includes("--"))) {
    const field = input(counter.dataset.count);
    const label = field?.labels[0]?.textContent ?? field?.ariaLabel;
    document.getElementById("announce").textContent = `${label}: ${count} of ${most} characters`;
  }
  counter.textContent = `${words} / ${most}`;
  counter.classList.toggle("count--over", over);
  counter.classList.toggle("count--near", near);
}

const counterOf = (path) => document.querySelector(`[data-count="${CSS.escape(path)}"]`);

// Characters are code points, as the server counts them. With a variable in it, only the server
// knows how long the text will be.
document.addEventListener("input", (event) => {
  if (event.target.name === "name" && event.target.form === form()) {
    document.title = `${event.target.value.trim() || "Untitled"} · Tapwright`;
  }
  // What was just typed can be undone, before the server has said so.
  if (event.target.form === form() && event.target.name) {
    button("undo").disabled = false;
    button("redo").disabled = true;
  }
  const counter = event.target.name && counterOf(event.target.name);
  if (!counter || event.target.value.includes("{{")) return;
  showCount(counter, [...event.target.value.replaceAll("\r\n", "\n")].length);
});

// --- Echo -------------------------------------------------------------------------------------

// What WhatsApp would show otherwise than typed: marks, lists, quotes, links, and variables.
const NOT_PLAIN = /[*_~`]|\{\{|:\/\/|www\.|^\s*(?:[->]|\d+\.)|[^\S\n ]|(?!\n)\p{C}/mu;

// A plain text stands in the preview on the keystroke itself, however far the server is. The
// server's drawing follows and wins.
document.addEventListener("input", (event) => {
  const { name, value } = event.target;
  const shown = name && document.querySelector(`#outcome [data-shows="${CSS.escape(name)}"]`);
  if (shown && value.trim() && !NOT_PLAIN.test(value)) shown.innerText = value;
});

// --- The server's word ------------------------------------------------------------------------

// What the form held when it was sent last, since it was drawn.
let lastSent = new Map();

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt === form()) lastSent = new Map(new FormData(form()));
});

function takeOver() {
  const state = JSON.parse(document.getElementById("editor-state").textContent);
  for (const [path, [count, words]] of Object.entries(state.counts)) {
    const counter = counterOf(path);
    if (counter) showCount(counter, count, words);
  }
  for (const [path, id] of Object.entries(state.ids)) {
    const field = input(path);
    // One that was typed in since is the hand's, wherever that is by now.
    const isAsSent = field && field.value === (lastSent.get(path) ?? field.defaultValue);
    if (isAsSent && field !== document.activeElement && field.value !== id) {
      field.value = id;
      showCount(counterOf(path), [...id].length);
    }
  }
  button("undo").disabled = !state.can_undo;
  button("redo").disabled = !state.can_redo;
  form().querySelector(".next-version").textContent = ` v${state.next_version}`;
  placeProblems();
}

// Each problem beside its field, as the server draws it on a whole page.
function placeProblems() {
  const texts = new Map();
  for (const item of document.querySelectorAll("#outcome [data-field]")) {
    if (item.dataset.level === "advice") continue;
    texts.set(item.dataset.field, [...(texts.get(item.dataset.field) ?? []), item.dataset]);
  }
  for (const why of document.querySelectorAll("[data-why]")) {
    const problems = texts.get(why.dataset.why) ?? [];
    const words = problems.map(({ text }) => text).join("");
    if (why.textContent.trim() !== words) {
      why.replaceChildren(
        ...problems.map(({ level, text, detail }) => {
          const line = document.createElement("p");
          line.className = `field__${level}`;
          // Heard with the field's name, for it may be told anywhere; seen beside the field.
          const name = document.createElement("span");
          name.className = "visually-hidden";
          name.textContent = text.slice(0, text.length - detail.length);
          line.append(name, detail);
          return line;
        }),
      );
    }
    const field = input(why.dataset.why);
    if (field?.matches("input, textarea")) {
      field.toggleAttribute("aria-invalid", problems.some(({ level }) => level === "error"));
      if (field.hasAttribute("aria-invalid")) field.setAttribute("aria-invalid", "true");
    }
  }
}

// A problem in the list leads to its field, and so does a refusal to publish.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".todo a, [data-leads-to-field]");
  if (!link) return;
  const target = document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  const field = target.matches("input, textarea, select, [tabindex]")
    ? target
    : (target.querySelector("input, textarea") ?? target);
  field.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
});

// --- Operations -------------------------------------------------------------------------------

// While one is under way, the form stays as it was sent: it is about to be drawn anew. What the
// hand does meanwhile is done to the new one, in its order: keys where the focus is then, clicks
// on the row or section that was clicked, wherever it is, if it is still there.

let underWay = null;
let applying = false; // the JSON beside the form, whose answer draws the form anew too
let unfinished = null; // one that failed, to be tried again
let held = [];
const told = new WeakSet();

const isOperation = (elt) => elt.matches?.('#editor button[name="op"]:not([value="save"])');
const pushesOut = (elt) => elt === form() || elt.matches("[hx-sync='#editor:queue last']");
const staysPut = (op) => /^(add|undo|redo|publish|send-test)/.test(op);

// What a row or section says, by which it is known in a form that was drawn anew.
const texts = (item) => [...item.querySelectorAll("input")].map(({ value }) => value).join("\n");

function sameButton(op, item) {
  const [verb] = op.split(".");
  const same = [...document.querySelectorAll("#editor [data-row], #editor [data-section]")]
    .filter((each) => texts(each) === item)
    .map((each) => each.querySelector(`button[value^="${verb}."]`))
    .filter(Boolean);
  return same.length === 1 ? same[0] : null;
}

// A field by its name and what its row or section said, wherever that is now.
function sameField(name, item) {
  if (item === null) return form().elements[name];
  const last = name.split(".").at(-1);
  const rows = [...document.querySelectorAll("#editor [data-row], #editor [data-section]")];
  const same = rows.filter((each) => texts(each) === item);
  return same.length === 1
    ? same[0].querySelector(`[name$=".${CSS.escape(last)}"]`)
    : form().elements[name];
}

function perform({ op, fields, item }) {
  const runner = item ? sameButton(op, item) : (button(op) ?? document.getElementById("any-op"));
  if (!runner || runner.disabled) return;
  if (runner.id === "any-op") {
    runner.value = op;
    runner.setAttribute("hx-vals", fields ?? "{}");
  }
  runner.click();
}

// What was typed goes to the server when the frame that shows it is painted: the hand comes first.
// Whatever else is sent meanwhile goes behind it.
let typed = null;

function sendTyped() {
  const send = typed;
  typed = null;
  send?.();
}

// Safari has no idle callbacks.
const whenIdle = window.requestIdleCallback ?? setTimeout;

function sendSoon(send) {
  mark("saving", "Saving…");
  if (!typed) requestAnimationFrame(() => whenIdle(sendTyped, { timeout: 100 }));
  typed = send;
  if (document.hidden) sendTyped();
}

// A page that nobody sees paints no frames.
document.addEventListener("visibilitychange", sendTyped);

// A conflict waits until the hand rests: its dialog takes the keys, and shows what was sent. Then
// all that was typed is sent once more, and answered so again.
const REST_MS = 800;
let lastInput = 0;
let resting = 0;

document.addEventListener("input", ({ target }) => {
  if (target.form === form()) lastInput = Date.now();
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status !== 409 || detail.requestConfig.elt !== form()) return;
  const left = lastInput + REST_MS - Date.now();
  if (left <= 0) return;
  detail.shouldSwap = false;
  clearTimeout(resting);
  resting = setTimeout(() => form() && htmx.trigger(form(), "input"), left);
});

// Before htmx queues it. A request of another sort would push the operation out of the queue,
// and is not needed: the operation carries the whole form.
document.addEventListener("htmx:confirm", (event) => {
  const { elt, triggeringEvent, issueRequest } = event.detail;
  const isNew = triggeringEvent && !told.has(triggeringEvent);
  if (triggeringEvent) told.add(triggeringEvent);
  if (isNew && elt === form() && !underWay) {
    event.preventDefault();
    sendSoon(() => issueRequest(true));
    return;
  }
  sendTyped();
  if (isOperation(elt)) {
    underWay = { elt, op: elt.value, fields: elt.getAttribute("hx-vals"), sent: new Map(new FormData(form())) };
    unfinished = null;
  } else if (underWay && isNew && pushesOut(elt)) {
    event.preventDefault();
  } else if (elt.id === "json-form") {
    applying = true;
  }
});

// htmx adds the button that was clicked last to whatever the form sends, also to a keystroke that
// was queued before the click: the operation would be done twice.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt === form()) delete detail.parameters.op;
});

// What could not be held, as a word that is being composed, is in the form that is about to go.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id !== "workbench" || !underWay || !form()) return;
  const { sent } = underWay;
  for (const field of form().querySelectorAll("input:not([type=hidden]), textarea")) {
    const { name, value } = field;
    if (!sent.has(name) || sent.get(name) === value) continue;
    const item = field.closest("[data-row], [data-section]");
    const inputs = item && [...item.querySelectorAll("input")];
    const said = inputs && inputs.map((each) => sent.get(each.name) ?? each.value).join("\n");
    held.unshift(() => {
      const now = sameField(name, said);
      if (now?.value !== sent.get(name)) return;
      now.value = value;
      now.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
});

// --- Undo and redo ----------------------------------------------------------------------------

// What came or went is shown, with the caret behind it. Whoever pressed a button stays on it.
let stood = null;

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id !== "workbench" || !form()) return;
  stood = ["undo", "redo"].includes(underWay?.op) ? new Map(new FormData(form())) : null;
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target?.id !== "workbench" || !stood) return;
  const texts = [...form().elements].filter((each) => isField(each) && each.type !== "hidden");
  const field = texts.find(({ name, value }) => stood.has(name) && stood.get(name) !== value);
  if (!field || texts.some(({ name }) => !stood.has(name))) return;
  field.scrollIntoView({ block: "nearest" });
  if (!isField(document.activeElement)) return;
  field.focus({ preventScroll: true });
  const was = stood.get(field.name);
  let same = 0;
  while (same < Math.min(was.length, field.value.length) && was.at(-1 - same) === field.value.at(-1 - same)) same++;
  field.setSelectionRange(field.value.length - same, field.value.length - same);
});

// --- What is held -----------------------------------------------------------------------------

function ended({ op } = {}) {
  underWay = null;
  // What had the focus may be gone; it must not be lost to the page.
  if (op && document.activeElement === document.body) {
    const next = [op, "undo", "redo"].map(button).find((each) => each && !each.disabled);
    next?.focus({ preventScroll: true });
  }
  setTimeout(goOn);
}

function goOn() {
  while (held.length && !underWay && !applying) held.shift()();
}

// Until the last of what is held has been done, whatever comes is held behind it.
const mustWait = ({ target }) =>
  underWay || held.length || (applying && target.closest?.("#editor"));

addEventListener(
  "keydown",
  (event) => {
    if (!mustWait(event) || !event.isTrusted || ["Control", "Shift", "Alt", "Meta"].includes(event.key)) return;
    if (event.target !== document.body && !event.target.closest("#workbench")) return;
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
    event.stopPropagation();
    // The browser copies, cuts and pastes only by itself; a paste is held when it comes.
    if ((ctrlKey || metaKey) && ["c", "v", "x"].includes(key.toLowerCase())) return;
    held.push(() => press(key, { ctrlKey, metaKey, altKey, shiftKey }));
    event.preventDefault();
  },
  true,
);

addEventListener(
  "paste",
  (event) => {
    if (!mustWait(event) || !event.isTrusted || !event.target.closest("#editor")) return;
    const text = event.clipboardData.getData("text/plain");
    held.push(() => paste(text));
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

addEventListener(
  "click",
  (event) => {
    const clicked = mustWait(event) && event.isTrusted && event.target.closest?.('#editor button[name="op"]');
    if (!clicked) return;
    event.preventDefault();
    event.stopPropagation();
    const item = !staysPut(clicked.value) && clicked.closest("[data-row], [data-section]");
    const next = {
      op: clicked.value,
      fields: clicked.getAttribute("hx-vals"),
      item: item ? texts(item) : null,
    };
    held.push(() => perform(next));
  },
  true,
);

// A field that is clicked has the focus in its turn.
addEventListener(
  "mousedown",
  (event) => {
    const clicked = mustWait(event) && event.target.closest?.("#editor :is(input, textarea, select)");
    if (!clicked) return;
    event.preventDefault();
    const item = clicked.closest("[data-row], [data-section]");
    const [name, said] = [clicked.name, item && texts(item)];
    held.push(() => sameField(name, said)?.focus());
  },
  true,
);

// What comes without a key: a drop, a keyboard on glass.
addEventListener(
  "beforeinput",
  (event) => {
    if (!mustWait(event) || !event.target.closest("#editor")) return;
    const { inputType, data } = event;
    if (inputType === "insertText" && data) held.push(() => type(data));
    if (inputType === "deleteContentBackward") held.push(() => press("Backspace", {}));
    event.preventDefault();
  },
  true,
);

// --- What was held, done --------------------------------------------------------------------------

const isField = (element) => element.matches("#workbench :is(input, textarea)");

function type(text) {
  const field = document.activeElement;
  if (!isField(field)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function paste(text) {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  if (!document.activeElement.dispatchEvent(event)) return;
  type(document.activeElement.matches("textarea") ? text : text.replaceAll(/[\r\n]+/g, " "));
}

// The page's own handlers see the key first; what a browser would do with it is done after.
function press(key, keys) {
  const field = document.activeElement;
  const go = field.dispatchEvent(
    new KeyboardEvent("keydown", { key, ...keys, bubbles: true, cancelable: true }),
  );
  const { ctrlKey, metaKey, altKey, shiftKey } = keys;
  if (!go) return;
  if (key === "Tab") return tab(shiftKey ? -1 : 1);
  if (!isField(field)) return;
  if ((ctrlKey || metaKey) && key.toLowerCase() === "a") return field.select();
  if (ctrlKey || metaKey || altKey) return;
  if ([...key].length === 1) return type(key);
  if (key === "Enter" && field.matches("textarea")) return type("\n");
  if (key === "Backspace" || key === "Delete") return erase(field, key === "Delete");
  const { selectionStart: start, selectionEnd: end, value } = field;
  const to = {
    ArrowLeft: start === end ? start - before(value, start) : start,
    ArrowRight: start === end ? end + after(value, end) : end,
    Home: value.lastIndexOf("\n", start - 1) + 1,
    End: value.indexOf("\n", end) < 0 ? value.length : value.indexOf("\n", end),
  }[key];
  if (to !== undefined) field.setSelectionRange(to, to);
}

// How long the character, as people see it, before or after a place is.
const characters = (text) => [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
const before = (text, place) => characters(text.slice(0, place)).at(-1)?.length ?? 0;
const after = (text, place) => characters(text.slice(place))[0]?.length ?? 0;

function erase(field, forward) {
  let { selectionStart: start, selectionEnd: end } = field;
  if (start === end && forward) end += after(field.value, end);
  else if (start === end) start -= before(field.value, start);
  if (start === end) return;
  field.setRangeText("", start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function tab(way) {
  const places = [...document.querySelectorAll("#workbench :is(input, textarea, select, button, a[href], summary, [tabindex])")];
  const reached = places.filter((each) => each.tabIndex >= 0 && !each.disabled && each.checkVisibility());
  const next = reached[reached.indexOf(document.activeElement) + way];
  next?.focus();
  if (next?.matches("input")) next.select();
}

// --- Saving -----------------------------------------------------------------------------------

const RETRY_MS = [1000, 2000, 4000, 8000, 15000];
let failures = 0;
let retry = 0;
let signedOut = false;

function mark(state, words) {
  const saved = document.getElementById("saved");
  // Heard only when something is wrong: it changes with every key.
  if (state === "failed" && saved.dataset.state !== "failed") {
    document.getElementById("announce").textContent = words;
  }
  saved.dataset.state = state;
  saved.querySelector(".saved__words").textContent = words;
}

// One copy a tab: what a colleague, or another window, saves has no say in it.
const backupsOf = () => `tapwright-unsaved-${document.getElementById("workbench").dataset.template}-`;
const backupKey = () => backupsOf() + form().elements.tab.value;
const isSave = ({ detail: { requestConfig } }) =>
  form() && requestConfig?.verb === "post" && requestConfig.path === form().getAttribute("action");

function keepBackup() {
  try {
    const fields = [...new FormData(form())].filter(([name]) => name !== "csrfmiddlewaretoken");
    localStorage.setItem(backupKey(), JSON.stringify({ at: Date.now(), fields }));
  } catch {
    // No room or no permission: the page itself still holds the typing.
  }
}

const forgetBackup = () => localStorage.removeItem(backupKey());

function tryAgain() {
  clearTimeout(retry);
  if (underWay || !form()) return;
  if (unfinished) perform(unfinished);
  else htmx.trigger(form(), "input");
}

function saveFailed(words) {
  keepBackup();
  mark("failed", words);
  clearTimeout(retry);
  retry = setTimeout(tryAgain, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isSave(event)) mark("saving", "Saving…");
});

document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  if (elt.id === "json-form") applying = true;
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!form()) return;
  const { elt } = event.detail.requestConfig ?? {};
  if (elt?.id === "json-form") {
    applying = false;
    setTimeout(goOn);
  }
  const operation = underWay && elt === underWay.elt ? underWay : null;
  if (operation) ended(operation);
  // It stood in a queue of a form that is gone.
  if (underWay && !underWay.elt.isConnected) {
    const again = underWay;
    held.unshift(() => perform(again));
    ended();
  }
  if (!isSave(event)) return;
  const status = event.detail.xhr.status;
  signedOut = status === 401;
  if (status >= 200 && status < 400) {
    failures = 0;
    clearTimeout(retry);
    // What was typed since, and waits for its frame, is not saved yet.
    if (!typed) {
      forgetBackup();
      mark("saved", "Draft saved");
    }
    if (operation) unfinished = null;
    else if (unfinished) setTimeout(tryAgain);
    return;
  }
  if (operation && status === 400) {
    // It was refused, in the server's words; what was typed is saved without it.
    const refused = document.getElementById("refused");
    refused.textContent = event.detail.xhr.responseText;
    refused.hidden = false;
    refused.scrollIntoView({ block: "nearest" });
    setTimeout(tryAgain);
    return;
  }
  if (operation) unfinished = status === 0 || status === 401 || status >= 500 ? operation : null;
  if (status === 409 && elt.id === "workbench" && !localStorage.getItem(backupKey())) {
    // What was to be brought back waits for a choice; the page's own is saved.
    mark("saved", "Draft saved");
  } else if (status === 409) {
    keepBackup();
    mark("failed", "Not saved: choose which draft to keep");
  } else if (status === 401) {
    keepBackup();
    mark("failed", "Not saved: you are signed out. Sign in in another tab and come back: your typing is kept");
  } else if (status === 403) {
    keepBackup();
    mark("failed", "Not saved: you may not change this now. Reload the page; your typing is kept");
  } else if (status === 404) {
    keepBackup();
    mark("failed", "Not saved: somebody deleted this template");
    document.getElementById("gone").hidden = false;
  } else if (status >= 400 && status < 500) {
    keepBackup();
    mark("failed", "Not saved. Reload the page; your typing is kept");
  } else {
    saveFailed(status ? "Not saved: the server has a problem. Trying again…" : "Not saved: no connection. Trying again…");
  }
});

addEventListener("online", () => {
  if (document.getElementById("saved")?.dataset.state === "failed") tryAgain();
});

// Back from the tab in which they signed in again.
addEventListener("focus", () => {
  if (signedOut) tryAgain();
});

addEventListener("beforeunload", (event) => {
  const state = document.getElementById("saved")?.dataset.state;
  // What a conflict is settled with was kept when that came.
  if (!state || state === "saved" || state === "settling") return;
  keepBackup();
  if (state === "failed") event.preventDefault();
});

// A copy that never reached the server, from an earlier visit or another tab, is offered and not
// forced. It stays until somebody has decided.
let offered = null;

const fieldsOf = (key) => JSON.parse(localStorage.getItem(key)).fields;
const OWN = ["revision", "tab", "op", "pane"];

// Whether what is kept is not what the form holds, besides what is a page's own.
function differs(key, now = new Map(new FormData(form()))) {
  return fieldsOf(key).some(([name, value]) => !OWN.includes(name) && now.get(name) !== value);
}

function showOffer() {
  if (form().querySelector("fieldset").disabled) return;
  const copies = Object.keys(localStorage)
    .filter((key) => key.startsWith(backupsOf()) && key !== backupKey())
    .sort((one, other) => JSON.parse(localStorage.getItem(other)).at - JSON.parse(localStorage.getItem(one)).at);
  for (const key of copies.filter((each) => !differs(each))) localStorage.removeItem(key);
  offered = copies.find((key) => localStorage.getItem(key)) ?? null;
  document.getElementById("unsaved").hidden = !offered;
}

function forgetOffer() {
  localStorage.removeItem(offered);
  showOffer();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-forget]")) forgetOffer();
  if (event.target.closest("[data-restore]")) {
    const now = new Map(new FormData(form()));
    const values = fieldsOf(offered).filter(([name]) => !OWN.includes(name));
    for (const name of ["revision", "tab", "pane"]) values.push([name, now.get(name)]);
    restore(Object.fromEntries(values));
  }
  // It leaves the page with all that is in the form.
  if (event.target.closest("[data-rescue]")) mark("saving", "Saving…");
});

// The kept copy may have other rows than the page: it is sent alone, not over the page's own.
async function restore(values) {
  mark("saving", "Saving…");
  await htmx.ajax("POST", form().getAttribute("action"), {
    values: { ...values, op: "restore" },
    source: "#workbench",
    target: "#workbench",
    swap: "outerHTML",
  });
  const isAsked = document.querySelector("#dialog dialog");
  if (!isAsked && document.getElementById("saved").dataset.state === "saved") forgetOffer();
}

// --- Keyboard ---------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (!form() || (event.target !== document.body && !event.target.closest?.("#workbench"))) return;
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && !event.altKey && (key === "z" || key === "y")) {
    event.preventDefault();
    const op = button(key === "y" || event.shiftKey ? "redo" : "undo");
    if (!op.disabled) op.click();
    return;
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "workbench") {
    lastSent = new Map();
    showOffer();
  }
  if (event.detail.target?.id === "outcome" || event.detail.target?.id === "workbench") takeOver();
});

// A page that was left in the middle of a save may have been loaded anew before that arrived.
const JUST_NOW_MS = 10_000;
const LOOK_AGAIN_MS = 700;

const isUntouched = () => !typed && !underWay && document.getElementById("saved")?.dataset.state === "saved";

function lookAgain() {
  if (!form() || !isUntouched()) return;
  const itself = "#workbench";
  htmx.ajax("GET", location.href, { source: itself, target: itself, select: itself, swap: "outerHTML" });
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { verb, elt } = detail.requestConfig;
  if (verb === "get" && elt.id === "workbench" && !isUntouched()) detail.shouldSwap = false;
});

// Whoever chose in a conflict leaves the page with all that is in its dialog. The copy that is kept
// meanwhile goes when it is seen that it became a template of its own.
const SETTLED = "tapwright-settled";

document.addEventListener("submit", ({ target }) => {
  if (!target.closest("#dialog") || !target.querySelector("[name='choice']")) return;
  mark("settling", "Saving…");
  try {
    sessionStorage.setItem(SETTLED, backupKey());
  } catch {
    // No room or no permission: then the copy is offered once more than need be.
  }
});

function forgetSettled() {
  const key = sessionStorage.getItem(SETTLED);
  sessionStorage.removeItem(SETTLED);
  if (!key || !localStorage.getItem(key)) return;
  // As the page was drawn: somebody may have typed already. The copy has a name of its own.
  const drawn = new Map([...form().elements].map((field) => [field.name, drawnValue(field)]));
  drawn.set("name", new Map(fieldsOf(key)).get("name"));
  if (!differs(key, drawn)) localStorage.removeItem(key);
}

document.addEventListener("DOMContentLoaded", () => {
  if (!form()) return;
  forgetSettled();
  showOffer();
  if (offered && Date.now() - JSON.parse(localStorage.getItem(offered)).at < JUST_NOW_MS) {
    setTimeout(lookAgain, LOOK_AGAIN_MS);
  }
});
