// Operations on the editor's form: what is done while one is under way, and what undo shows.
"use strict";

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

// A link that opens a dialog, as it was drawn: there may be another to the same in a menu.
function sameLink({ className, pathname }) {
  const links = [...document.querySelectorAll("#editor a[hx-get]")];
  return links.find((each) => each.pathname === pathname && each.className === className);
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
  showSaved("saving", "Saving…");
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
  if (isOperation(elt) && unfinished && !isTriedAgain) {
    // Not in its place, nor past it: what would come of that is not what the hand meant.
    event.preventDefault();
    const name = unfinished.elt.ariaLabel ?? unfinished.elt.textContent.trim();
    showRefused(`Not done: ${name ? `“${name}”` : "the last step"} is still waiting for the server. Then this can be done.`);
  } else if (isOperation(elt)) {
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

// Where the form asks for the focus, whoever goes on typing writes on: the browser begins at the start.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const field = document.activeElement;
  if (detail.target?.id !== "workbench" || !field.autofocus || !isField(field)) return;
  field.setSelectionRange(field.value.length, field.value.length);
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

document.addEventListener("keydown", (event) => {
  if (!form() || (event.target !== document.body && !event.target.closest?.("#workbench"))) return;
  const key = event.key.toLowerCase();
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  if (key === "s") {
    // Habit: it saves by itself, and the browser would save the page.
    event.preventDefault();
    if (document.getElementById("saved").dataset.state === "failed") tryAgain();
  }
  if (key === "z" || key === "y") {
    event.preventDefault();
    const op = button(key === "y" || event.shiftKey ? "redo" : "undo");
    if (!op.disabled) op.click();
  }
});

// --- Its end --------------------------------------------------------------------------------------

function ended({ op } = {}) {
  underWay = null;
  // What had the focus may be gone; it must not be lost to the page.
  if (op && document.activeElement === document.body) {
    const next = [op, "undo", "redo"].map(button).find((each) => each && !each.disabled);
    next?.focus({ preventScroll: true });
  }
  setTimeout(goOn);
}

// The operation whose answer came just now; null if that of something else did.
let justEnded = null;

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { elt } = detail.requestConfig ?? {};
  justEnded = underWay && elt === underWay.elt ? underWay : null;
  if (!form()) return;
  if (elt?.id === "json-form") {
    applying = false;
    setTimeout(goOn);
  }
  if (justEnded) ended(justEnded);
  // It stood in a queue of a form that is gone.
  if (underWay && !underWay.elt.isConnected) {
    const again = underWay;
    held.unshift(() => perform(again));
    ended();
  }
});

// --- What is held -----------------------------------------------------------------------------

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
    if (key === "Escape" && drag) return;
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
    const waits = '#editor :is(button[name="op"], a[hx-get]), [data-operate]';
    const clicked = mustWait(event) && event.isTrusted && event.target.closest?.(waits);
    if (!clicked) return;
    event.preventDefault();
    event.stopPropagation();
    if (clicked.matches("a")) {
      held.push(() => sameLink(clicked)?.click());
      return;
    }
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
  if (["Enter", " "].includes(key) && field.matches("#workbench :is(button, a[href], summary)")) return field.click();
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
