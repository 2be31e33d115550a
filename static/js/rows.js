// Rows, buttons and sections by hand: dragging with mouse or finger, pasting many at once, and
// the keys that move them. What moved is told to the server as a named operation.
"use strict";

// Runs an operation that has no button of its own, with fields of its own if need be.
function operate(op, fields = {}) {
  const runner = document.getElementById("any-op");
  runner.value = op;
  runner.setAttribute("hx-vals", JSON.stringify(fields));
  runner.click();
}

// A button outside the form, as beside an advice, does its operation by way of the form's.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-operate]");
  if (!button) return;
  event.preventDefault();
  operate(button.value);
});

const places = (path) => path.split(".").filter((part) => /^\d+$/.test(part));

// --- Dragging ---------------------------------------------------------------------------------

let drag = null;

function startDrag(event) {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button || grip.closest("fieldset").disabled) return;
  const row = grip.closest("[data-row]");
  const what = row ?? grip.closest("[data-section]");
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  drag = { grip, what, isRow: Boolean(row), target: null, mark: document.createElement("div"), label: label(what) };
  drag.mark.className = "drop-mark";
  what.classList.add("is-dragged");
  requestAnimationFrame(scrollAtEdge);
}

// What is dragged, by its title, at the pointer.
function label(what) {
  const held = document.createElement("div");
  held.className = "held";
  held.ariaHidden = "true";
  held.textContent = what.querySelector("input").value || (what.matches("[data-row]") ? "Empty row" : "Section");
  return held;
}

// Where it would land: before or after the row (or section) nearest to the pointer.
function findTarget(y) {
  const selector = drag.isRow ? "[data-row], [data-rows]" : "[data-section]";
  let nearest = null;
  for (const element of document.querySelectorAll(`#editor ${selector}`)) {
    if (element === drag.what) continue;
    const box = element.getBoundingClientRect();
    const middle = box.top + box.height / 2;
    const distance = Math.abs(y - middle);
    if (!nearest || distance < nearest.distance) nearest = { element, distance, after: y > middle };
  }
  return nearest;
}

// As long as the pointer is near the window's edge, still or not.
function scrollAtEdge() {
  if (!drag) return;
  const edge = 60;
  const way = drag.y < edge ? -10 : drag.y > innerHeight - edge ? 10 : 0;
  if (way) {
    scrollBy({ top: way, behavior: "instant" });
    showTarget();
  }
  requestAnimationFrame(scrollAtEdge);
}

function moveDrag(event) {
  if (!drag) return;
  drag.y = event.clientY;
  if (!drag.label.isConnected) document.body.append(drag.label);
  drag.label.style.left = `${event.clientX + 14}px`;
  drag.label.style.top = `${event.clientY + 10}px`;
  showTarget();
}

function showTarget() {
  drag.target = findTarget(drag.y);
  showMark();
}

function showMark() {
  if (!drag.target) return;
  const { element, after } = drag.target;
  if (element.matches("[data-rows]")) element.before(drag.mark);
  else if (after) element.after(drag.mark);
  else element.before(drag.mark);
}

function endDrag(event) {
  if (!drag) return;
  const { what, isRow, target, mark, label } = drag;
  mark.remove();
  label.remove();
  what.classList.remove("is-dragged");
  drag = null;
  if (event.type === "pointercancel" || !target) return;
  // While an operation is under way it waits for its turn, as a click does.
  if (mustWait({ target: what })) held.push(() => drop(what, isRow, target));
  else drop(what, isRow, target);
}

function drop(what, isRow, { element, after }) {
  const [dragged, at] = [inForm(what), inForm(element)];
  if (!dragged || !at) dragIsLost();
  else if (isRow) dropRow(dragged, { element: at, after });
  else dropSection(dragged, { element: at, after });
}

// A row, a section or a section's foot, wherever it is in a form that was drawn anew: the one that
// says the same. An id may have followed its title, and a section may have got other rows: then it
// is the only one of its title.
function inForm(element) {
  if (element.isConnected) return element;
  const item = (each) => each.closest("[data-row], [data-section]");
  const title = (each) => each.querySelector("input").value;
  const kind = ["[data-row]", "[data-rows]", "[data-section]"].find((each) => element.matches(each));
  const all = [...document.querySelectorAll(`#editor ${kind}`)];
  for (const says of [texts, title]) {
    const same = all.filter((each) => says(item(each)) === says(item(element)));
    if (same.length) return same.length === 1 ? same[0] : null;
  }
  return null;
}

function dragIsLost() {
  announce("Nothing was moved: the message changed meanwhile. Drag it again.");
}

// The hand goes on with what it holds when the form is drawn anew under it. Until that has settled,
// htmx still sets the classes.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (!drag || detail.target?.id !== "workbench") return;
  const what = inForm(drag.what);
  if (!what) {
    endDrag(new PointerEvent("pointercancel"));
    dragIsLost();
    return;
  }
  drag.what = what;
  what.classList.add("is-dragged");
  const element = drag.target && inForm(drag.target.element);
  drag.target = element ? { ...drag.target, element } : null;
  showMark();
});

function dropRow(what, { element, after }) {
  const from = places(what.dataset.row);
  let to;
  if (element.matches("[data-rows]")) {
    // The foot of a section: after its last row.
    const rows = element.closest("[data-section]").querySelectorAll("[data-row]").length;
    to = [element.dataset.rows, rows];
  } else {
    to = places(element.dataset.row);
    to[to.length - 1] = Number(to.at(-1)) + (after ? 1 : 0);
  }
  // Taken out first, what lay behind it in the same section moves up by one.
  const sameGroup = from.length === 1 || from[0] === String(to[0]);
  if (sameGroup && Number(from.at(-1)) < to.at(-1)) to[to.length - 1] -= 1;
  if (from.join() === to.join()) return;
  operate(`move-${from.length === 1 ? "button" : "row"}.${from.join(".")}.to.${to.join(".")}`);
}

function dropSection(what, { element, after }) {
  const from = Number(what.dataset.section);
  let to = Number(element.dataset.section) + (after ? 1 : 0);
  if (from < to) to -= 1;
  if (from !== to) operate(`move-section.${from}.to.${to}`);
}

document.addEventListener("pointerdown", startDrag);
document.addEventListener("pointermove", moveDrag);
document.addEventListener("pointerup", endDrag);
document.addEventListener("pointercancel", endDrag);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drag) endDrag(new PointerEvent("pointercancel"));
});

// --- Pasting many rows ------------------------------------------------------------------------

document.addEventListener("paste", (event) => {
  const row = event.target.closest?.("[data-row]");
  if (!row || event.target.name !== `${row.dataset.row}.title`) return;
  const text = event.clipboardData.getData("text/plain");
  // A cell at the start or the end of a line may be empty; a single one is copied with a line break.
  if (!/[\t\r\n]/.test(text.replace(/^[ \r\n]+|[ \r\n]+$/g, ""))) return;
  event.preventDefault();
  operate("paste", { paste_path: event.target.name, paste_text: text });
});

// --- Keys -------------------------------------------------------------------------------------

function nextRow(field) {
  const row = field.closest("[data-row]");
  const group = row.closest(".section");
  const rows = [...group.querySelectorAll("[data-row]")];
  const next = rows[rows.indexOf(row) + 1];
  const add = group.querySelector('button[value^="add-"]');
  if (next) next.querySelector("input").focus();
  else if (add.disabled) announce(`${add.title}.`);
  else add.click();
}

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!field.closest?.("#editor")) return;
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    const item = "[data-row], [data-section]";
    const moved = field.closest(item);
    if (!moved) return;
    event.preventDefault();
    const way = event.key === "ArrowUp" ? "-up." : "-down.";
    // Its own: a section holds those of its rows too. One at the end is disabled, and does nothing.
    const ways = [...moved.querySelectorAll(`button[value*="${way}"]`)];
    ways.find((each) => each.closest(item) === moved)?.click();
  } else if (event.key === "Enter" && field.matches("[data-row] input") && !event.isComposing) {
    event.preventDefault();
    nextRow(field);
  }
});
