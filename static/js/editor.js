// The editor's hand: counters and the preview on the keystroke, the server's word when it comes.
"use strict";

const form = () => document.getElementById("editor");
const input = (path) => document.getElementById(`id_${path}`);
const nameOf = (field) => field?.labels?.[0]?.textContent.trim() ?? field?.ariaLabel;
const button = (op) => form().querySelector(`button[name="op"][value="${op}"]`);

// Heard, not seen.
function announce(words) {
  document.getElementById("announce").textContent = words;
}

// --- Counters ---------------------------------------------------------------------------------

function showCount(counter, count, words = count) {
  const most = Number(counter.dataset.most);
  const over = count > most;
  const near = !over && count >= Number(counter.dataset.near);
  // Heard only when it begins to matter, not at every key.
  if ((over && !counter.classList.contains("count--over")) || (near && !counter.className.includes("--"))) {
    const label = nameOf(input(counter.dataset.count));
    announce(`${label}: ${count} of ${most} characters`);
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
    // That it is published is no longer said of this text.
    form().querySelector("[data-published]")?.remove();
  }
  const counter = event.target.name && counterOf(event.target.name);
  if (!counter || event.target.value.includes("{{")) return;
  showCount(counter, [...event.target.value.replaceAll("\r\n", "\n")].length);
});

// --- Echo -------------------------------------------------------------------------------------

// What is typed stands in the preview on the keystroke itself, however far the server is. The
// server's drawing follows and wins; what only it can draw waits for that.
const ONLY_SERVER = /:\/\/|www\.|[^\S\n ]|(?!\n)\p{C}/u;
const ONLY_SERVER_IN_BODY = /```|^\s*(?:[->]|\* |\d+\.)/mu;
const TAGS = { "*": "strong", _: "em", "~": "s", "`": "code" };

document.addEventListener("input", ({ target }) => {
  // The form itself asks for a save so, too.
  const shown = target.name && target.form === form() ? placeOf(target) : null;
  if (!shown) return;
  const text = filled(target.value);
  if (!text.trim() || ONLY_SERVER.test(text)) return;
  if (target.id !== "id_body") shown.innerText = text;
  else if (!ONLY_SERVER_IN_BODY.test(text)) shown.replaceChildren(...text.split("\n").flatMap(drawnLine));
});

// Rows are told from each other by their place alone.
const IN_ROW = { title: "sheet__row-title", description: "sheet__description" };

function placeOf(field) {
  const row = field.closest("[data-row]");
  const part = IN_ROW[field.name.split(".").at(-1)];
  const at = row && [...form().querySelectorAll("[data-row]")].indexOf(row);
  const shown = row && part && document.querySelectorAll("#outcome .sheet__row .sheet__text")[at];
  if (!shown) return document.querySelector(`#outcome [data-shows="${CSS.escape(field.name)}"]`);
  if (!shown.querySelector(`.${part}`)) {
    const first = document.createElement("span");
    [first.className, first.dir] = [part, "auto"];
    shown.append(first);
  }
  return shown.querySelector(`.${part}`);
}

const filled = (text) =>
  text.replace(/\{\{([A-Za-z0-9_]+)\}\}/g, (typed, name) => document.getElementById(`sample-${name}`)?.value || typed);

// A line of the body with its marks, as nodes. No pair of marks crosses another.
function drawnLine(line, at) {
  const ends = marks.pairs(line).flatMap(({ mark, open, close }) => [[open, mark], [close, null]]);
  const whole = document.createDocumentFragment();
  let [inside, done] = [whole, 0];
  for (const [place, mark] of ends.sort(([a], [b]) => a - b)) {
    inside.append(line.slice(done, place));
    inside = mark ? inside.appendChild(document.createElement(TAGS[mark])) : inside.parentNode;
    done = place + 1;
  }
  inside.append(line.slice(done));
  return at ? [document.createElement("br"), whole] : [whole];
}

// --- The server's word ------------------------------------------------------------------------

// What the form held when it was sent last, since it was drawn.
let lastSent = new Map();

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt === form()) lastSent = new Map(new FormData(form()));
});

// Texts that something else took the place of before they were sent, so that undo can go back to each:
// [field, text, apart], apart where what came was no typing but a mark, say.
const MOST_PASSED = 20;
const LONGEST_PASSED = 5000;
let passed = [];
let carried = [];

function pass(field, text, apart) {
  if (text.length <= LONGEST_PASSED) passed = [...passed, [field.name, text, apart]].slice(-MOST_PASSED);
}

document.addEventListener("beforeinput", ({ target, inputType }) => {
  if (target.form !== form() || !target.name || inputType === "insertCompositionText") return;
  const { name, value, selectionStart, selectionEnd } = target;
  const isSent = value === (lastSent.get(name) ?? target.defaultValue);
  if (selectionStart !== selectionEnd && !isSent) pass(target, value, false);
});

const carriesForm = (elt) => elt && (elt === form() || isOperation(elt));

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!carriesForm(detail.elt) || !passed.length) return;
  detail.parameters.passed = JSON.stringify(passed);
  [carried, passed] = [passed, []];
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!carriesForm(detail.requestConfig?.elt)) return;
  if (!detail.successful) passed = [...carried, ...passed];
  carried = [];
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
  const changed = form().querySelector("[data-changed-since]");
  if (changed) changed.hidden = !state.is_changed;
  tellWhatIsLeft(state);
  placeProblems();
}

// A refusal to publish counts down to what is left, and goes with the last of it.
function tellWhatIsLeft({ refusal, first_error }) {
  const notice = form().querySelector("[data-not-published]");
  if (!notice) return;
  if (!refusal) {
    notice.remove();
    return;
  }
  const said = notice.querySelector("span");
  // Heard again only when there is something else to hear.
  if (said.textContent !== refusal) said.textContent = refusal;
  notice.querySelector("a").hash = `id_${first_error}`;
}

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const swapped = detail.target?.id;
  if (swapped === "workbench") lastSent = new Map();
  if (swapped === "outcome" || swapped === "workbench") takeOver();
});

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
