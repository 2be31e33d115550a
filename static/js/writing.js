// Aids for writing: the format bar, emoji and variables. All of them act on the field that was
// written in last, and leave the caret where the hand expects it.
"use strict";

let lastField = null;

const isText = (element) =>
  element.matches?.('#editor textarea, #editor input:not([type="hidden"], .mono)');

document.addEventListener("focusin", (event) => {
  if (isText(event.target)) lastField = event.target;
});

// The editor's form may have been drawn anew since: the field of the same name counts.
function field() {
  if (lastField?.isConnected) return lastField;
  const again = lastField?.name && document.getElementById(lastField.id);
  return again || document.getElementById("id_body");
}

function changed(target) {
  target.dispatchEvent(new Event("input", { bubbles: true }));
}

function insert(text, { select = false } = {}) {
  const target = field();
  target.focus();
  const start = target.selectionStart;
  target.setRangeText(text, start, target.selectionEnd, "end");
  if (select) target.setSelectionRange(start + 2, start + text.length - 2);
  changed(target);
}

// Puts marks around the selection, or takes them away if it has them.
function wrap(mark) {
  const body = document.getElementById("id_body");
  body.focus();
  const { selectionStart: start, selectionEnd: end, value } = body;
  const inside = value.slice(start, end);
  const [, lead, text, trail] = inside.match(/^(\s*)([\s\S]*?)(\s*)$/);
  if (value.slice(start - 1, start) === mark && value.slice(end, end + 1) === mark) {
    body.setRangeText(inside, start - 1, end + 1, "select");
  } else if (text.length > 1 && text.startsWith(mark) && text.endsWith(mark)) {
    body.setRangeText(lead + text.slice(1, -1) + trail, start, end, "select");
  } else {
    // WhatsApp wants no space just inside a mark, and no mark around a line break.
    const marked = text
      .split("\n")
      .map((line) => (line.trim() || !text ? mark + line + mark : line))
      .join("\n");
    body.setRangeText(lead + marked + trail, start, end, "end");
    if (!text) body.setSelectionRange(start + 1, start + 1);
    else body.setSelectionRange(start + lead.length, start + lead.length + marked.length);
  }
  changed(body);
}

// Puts a prefix before each selected line, or takes it away if all have it.
function prefix(sign) {
  const body = document.getElementById("id_body");
  body.focus();
  const { value, selectionStart, selectionEnd } = body;
  const from = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const to = value.indexOf("\n", selectionEnd) < 0 ? value.length : value.indexOf("\n", selectionEnd);
  const lines = value.slice(from, to).split("\n");
  const all = lines.every((line) => line.startsWith(sign));
  const done = lines.map((line) => (all ? line.slice(sign.length) : sign + line)).join("\n");
  body.setRangeText(done, from, to, "end");
  if (selectionStart !== selectionEnd) body.setSelectionRange(from, from + done.length);
  changed(body);
}

document.addEventListener("click", (event) => {
  const mark = event.target.closest("[data-mark]");
  if (mark) return wrap(mark.dataset.mark);
  const sign = event.target.closest("[data-prefix]");
  if (sign) return prefix(sign.dataset.prefix);
  const text = event.target.closest("[data-insert]");
  if (text) {
    document.querySelector(".emoji:popover-open")?.hidePopover();
    return insert(text.dataset.insert);
  }
  if (event.target.closest("[data-variable]")) insert("{{name}}", { select: true });
  if (event.target.closest("[data-shortcuts]")) document.getElementById("shortcuts").showModal();
});

// The picker opens under the field that it writes into.
document.addEventListener("toggle", (event) => {
  if (event.target.id !== "emoji" || event.newState !== "open") return;
  const picker = event.target;
  const box = field().getBoundingClientRect();
  const top = Math.min(box.bottom + 6, innerHeight - picker.offsetHeight - 8);
  picker.style.top = `${Math.max(8, top)}px`;
  picker.style.left = `${Math.max(8, Math.min(box.left, innerWidth - picker.offsetWidth - 8))}px`;
  picker.querySelector("input").focus();
}, true);

document.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  const command = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (command && event.target.id === "id_body" && (key === "b" || key === "i")) {
    event.preventDefault();
    wrap(key === "b" ? "*" : "_");
  } else if (command && key === "e" && isText(event.target)) {
    event.preventDefault();
    document.getElementById("emoji").showPopover();
  } else if (event.key === "?" && !event.target.matches("input, textarea, select")) {
    document.getElementById("shortcuts")?.showModal();
  }
});
