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

function takeOver() {
  const state = JSON.parse(document.getElementById("editor-state").textContent);
  for (const [path, [count, words]] of Object.entries(state.counts)) {
    const counter = counterOf(path);
    if (counter) showCount(counter, count, words);
  }
  for (const [path, id] of Object.entries(state.ids)) {
    const field = input(path);
    if (field && field !== document.activeElement && field.value !== id) {
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
    const words = problems.map(({ text }) => text).join("\n");
    if (why.textContent.trim() !== words) {
      why.replaceChildren(
        ...problems.map(({ level, text }) => {
          const line = document.createElement("p");
          line.className = `field__${level}`;
          line.textContent = text;
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

// A problem in the list leads to its field.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".todo a");
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
// hand does meanwhile is done to the new one, in its order: keys where the focus is then, and
// clicks on the row or section that was clicked, wherever it is, if it is still there.

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

function perform({ op, fields, item }) {
  const runner = item ? sameButton(op, item) : (button(op) ?? document.getElementById("any-op"));
  if (!runner || runner.disabled) return;
  if (runner.id === "any-op") {
    runner.value = op;
    runner.setAttribute("hx-vals", fields ?? "{}");
  }
  runner.click();
}

// Before htmx queues it. A request of another sort would push the operation out of the queue,
// and is not needed: the operation carries the whole form.
document.addEventListener("htmx:confirm", (event) => {
  const { elt, triggeringEvent } = event.detail;
  const isNew = triggeringEvent && !told.has(triggeringEvent);
  if (triggeringEvent) told.add(triggeringEvent);
  if (isOperation(elt)) {
    underWay = { elt, op: elt.value, fields: elt.getAttribute("hx-vals") };
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
  while (held.length && !underWay && !applying) {
    const next = held.shift();
    if (next.op) perform(next);
    else press(next);
  }
}

function press({ key, ...keys }) {
  const field = document.activeElement;
  const types = key.length === 1 && !keys.ctrlKey && !keys.metaKey && !keys.altKey;
  if (types && field.matches("#editor input, #editor textarea")) {
    field.setRangeText(key, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  } else {
    field.dispatchEvent(new KeyboardEvent("keydown", { key, ...keys, bubbles: true, cancelable: true }));
  }
}

const mustWait = ({ target }) => underWay || (applying && target.closest?.("#editor"));

addEventListener(
  "keydown",
  (event) => {
    if (!mustWait(event) || !event.isTrusted || ["Control", "Shift", "Alt", "Meta"].includes(event.key)) return;
    if (event.target !== document.body && !event.target.closest("#workbench")) return;
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
    held.push({ key, ctrlKey, metaKey, altKey, shiftKey });
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

addEventListener(
  "click",
  (event) => {
    const clicked = mustWait(event) && event.target.closest?.('#editor button[name="op"]');
    if (!clicked) return;
    event.preventDefault();
    event.stopPropagation();
    const item = !staysPut(clicked.value) && clicked.closest("[data-row], [data-section]");
    const fields = clicked.getAttribute("hx-vals");
    held.push({ op: clicked.value, fields, item: item ? texts(item) : null });
  },
  true,
);

// What comes without a key: a paste, a drop, a keyboard on glass.
addEventListener(
  "beforeinput",
  (event) => {
    if (!mustWait(event) || !event.target.closest("#editor")) return;
    if (event.inputType === "insertText" && event.data) held.push(...[...event.data].map((key) => ({ key })));
    event.preventDefault();
  },
  true,
);

// --- Saving -----------------------------------------------------------------------------------

const RETRY_MS = [1000, 2000, 4000, 8000, 15000];
let failures = 0;
let retry = 0;
let signedOut = false;

function mark(state, words) {
  const saved = document.getElementById("saved");
  saved.dataset.state = state;
  saved.querySelector(".saved__words").textContent = words;
}

const backupKey = () => `tapwright-unsaved-${document.getElementById("workbench").dataset.template}`;
const isSave = ({ detail: { requestConfig } }) =>
  form() && requestConfig?.verb === "post" && requestConfig.path === form().getAttribute("action");

function keepBackup() {
  try {
    const fields = [...new FormData(form())].filter(([name]) => name !== "csrfmiddlewaretoken");
    localStorage.setItem(backupKey(), JSON.stringify(fields));
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
    held.unshift(underWay);
    ended();
  }
  if (!isSave(event)) return;
  const status = event.detail.xhr.status;
  signedOut = status === 401;
  if (status >= 200 && status < 400) {
    failures = 0;
    clearTimeout(retry);
    forgetBackup();
    mark("saved", "Draft saved");
    if (operation) unfinished = null;
    else if (unfinished) setTimeout(tryAgain);
    return;
  }
  if (operation) unfinished = status === 0 || status === 401 || status >= 500 ? operation : null;
  if (status === 409) {
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
  if (!state || state === "saved") return;
  keepBackup();
  if (state === "failed") event.preventDefault();
});

// A copy from an earlier visit that never reached the server is offered, not forced. It stays
// beside the copy that this visit makes until somebody has decided.
const offerKey = () => `${backupKey()}-offered`;

function offerBackup() {
  const left = localStorage.getItem(backupKey());
  if (left) localStorage.setItem(offerKey(), left);
  forgetBackup();
  showOffer();
}

function showOffer() {
  const kept = localStorage.getItem(offerKey());
  if (!kept || form().querySelector("fieldset").disabled) return;
  const now = new Map(new FormData(form()));
  const differs = JSON.parse(kept).some(
    ([name, value]) => !["revision", "tab", "op", "pane"].includes(name) && now.get(name) !== value,
  );
  if (differs) document.getElementById("unsaved").hidden = false;
  else localStorage.removeItem(offerKey());
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-forget]")) {
    localStorage.removeItem(offerKey());
    document.getElementById("unsaved").hidden = true;
  }
  if (event.target.closest("[data-restore]")) {
    const now = new Map(new FormData(form()));
    const kept = JSON.parse(localStorage.getItem(offerKey()));
    const values = kept.filter(([name]) => !["revision", "tab", "op", "pane"].includes(name));
    for (const name of ["revision", "tab", "pane"]) values.push([name, now.get(name)]);
    restore(Object.fromEntries(values));
  }
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
  if (document.getElementById("saved").dataset.state !== "saved") return;
  localStorage.removeItem(offerKey());
  document.getElementById("unsaved").hidden = true;
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
  if (event.detail.target.id === "workbench") showOffer();
  if (event.detail.target.id === "outcome" || event.detail.target.id === "workbench") takeOver();
});

document.addEventListener("DOMContentLoaded", () => {
  if (form()) offerBackup();
});
