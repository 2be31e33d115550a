// Aids for writing: the format bar over the body, its keys, and variables. What marks do to the
// text is in marks.js; the caret stays where the hand expects it.
"use strict";

let lastField = null;

const isText = (element) =>
  element.matches?.('#editor textarea, #editor input:not([type="hidden"], .mono)');

document.addEventListener("focusin", (event) => {
  if (isText(event.target)) lastField = event.target;
});

// The field that was written in last. The form may have been drawn anew since: the one of the same
// name counts.
function field() {
  if (lastField?.isConnected) return lastField;
  const again = lastField?.name && document.getElementById(lastField.id);
  return again || document.getElementById("id_body");
}

function changed(target, text) {
  pass(target, text, true);
  target.dispatchEvent(new Event("input", { bubbles: true }));
}

function insert(text, { select = false } = {}) {
  const target = field();
  target.focus();
  const { selectionStart: start, value } = target;
  target.setRangeText(text, start, target.selectionEnd, "end");
  if (select) target.setSelectionRange(start + 2, start + text.length - 2);
  changed(target, value);
}

// --- Formatting -------------------------------------------------------------------------------

const bodyField = () => document.getElementById("id_body");
const bodyState = ({ value, selectionStart, selectionEnd } = bodyField()) =>
  ({ text: value, start: selectionStart, end: selectionEnd });
const isSameState = (a, b) => a.text === b.text && a.start === b.start && a.end === b.end;
const isPressed = (state, { mark, lines }) => (mark ? marks.isOn(state, mark) : marks.isIn(state, lines));

let lastFormat = null;

// A second press with nothing in between takes back just what the first one did.
function format(tool) {
  const { mark, lines } = tool.dataset;
  const before = bodyState();
  const isAgain = lastFormat?.tool === (mark ?? lines) && isSameState(lastFormat.after, before);
  const press = () => (mark ? marks.toggle(before, mark) : marks.toggleLines(before, lines));
  const after = isAgain ? lastFormat.before : press();
  lastFormat = { tool: mark ?? lines, before, after };
  putBody(before, after);
  showPressed();
}

function putBody(before, after) {
  const target = bodyField();
  const { scrollTop } = target;
  if (after.text !== before.text) target.setRangeText(after.text, 0, before.text.length);
  target.setSelectionRange(after.start, after.end);
  target.scrollTop = scrollTop;
  if (after.text !== before.text) changed(target, before.text);
}

function showPressed() {
  if (!bodyField()) return;
  const state = bodyState();
  for (const tool of document.querySelectorAll(".format-bar [aria-pressed]")) {
    tool.setAttribute("aria-pressed", isPressed(state, tool.dataset));
  }
}

// Not on the keystroke itself, which has better things to do.
let pressedSoon = 0;
function showPressedSoon() {
  clearTimeout(pressedSoon);
  pressedSoon = setTimeout(showPressed, 60);
}

document.addEventListener("selectionchange", () => {
  if (document.activeElement?.id === "id_body") showPressedSoon();
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "workbench") showPressedSoon();
});

// --- The bar ----------------------------------------------------------------------------------

// The mouse leaves the focus, and with it the selection, in the text.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest(".format-bar button")) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const tool = event.target.closest("[data-mark], [data-lines]");
  if (tool) {
    format(tool);
    // Who pressed it with a key wants to go on from there.
    if (document.activeElement !== tool) bodyField().focus({ preventScroll: true });
  }
  const named = event.target.closest("[data-insert]:not(.emoji__one)");
  if (named) insert(named.dataset.insert);
  if (event.target.closest("[data-variable]")) insert("{{name}}", { select: true });
  if (event.target.closest("[data-shortcuts]")) document.getElementById("shortcuts").showModal();
});

// One stop for Tab, the arrow keys within.
const BAR_STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: 0, End: 0 };

document.addEventListener("keydown", (event) => {
  const bar = event.target.closest?.(".format-bar");
  if (!bar || !(event.key in BAR_STEPS) || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const tools = [...bar.querySelectorAll("button")];
  const at = tools.indexOf(event.target.closest("button"));
  const to = { Home: 0, End: tools.length - 1 }[event.key] ?? at + BAR_STEPS[event.key];
  tools[(to + tools.length) % tools.length].focus();
});

document.addEventListener("focusin", ({ target }) => {
  const bar = target.closest?.(".format-bar");
  for (const tool of bar?.querySelectorAll("button") ?? []) tool.tabIndex = tool === target ? 0 : -1;
});

// --- Keys -------------------------------------------------------------------------------------

const MARK_KEYS = { b: "*", i: "_" };
const MARK_KEYS_WITH_SHIFT = { x: "~", m: "`" };

document.addEventListener("keydown", (event) => {
  const { key, target, isComposing, shiftKey, ctrlKey, altKey, metaKey } = event;
  if (key !== "Enter" || target.id !== "id_body" || isComposing) return;
  const after = shiftKey || ctrlKey || altKey || metaKey ? null : marks.nextLine(bodyState());
  if (!after) return;
  event.preventDefault();
  putBody(bodyState(), after);
});

document.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  const command = (event.ctrlKey || event.metaKey) && !event.altKey;
  const mark = command && (event.shiftKey ? MARK_KEYS_WITH_SHIFT : MARK_KEYS)[key];
  if (mark && event.target.id === "id_body") {
    event.preventDefault();
    const tool = document.querySelector(`.format-bar [data-mark="${mark}"]`);
    format(tool);
    const isOn = tool.getAttribute("aria-pressed") === "true";
    announce(`${tool.ariaLabel} ${isOn ? "on" : "off"}`);
  } else if (command && !event.shiftKey && key === "e" && isText(event.target)) {
    event.preventDefault();
    document.getElementById("emoji").showPopover();
  } else if (event.key === "?" && !event.target.matches("input, textarea, select")) {
    document.getElementById("shortcuts")?.showModal();
  }
});
