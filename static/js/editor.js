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
  const counter = event.target.name && counterOf(event.target.name);
  if (!counter || event.target.value.includes("{{")) return;
  showCount(counter, [...event.target.value.replaceAll("\r\n", "\n")].length);
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

// --- Saving -----------------------------------------------------------------------------------

const RETRY_MS = [1000, 2000, 4000, 8000, 15000];
let failures = 0;
let retry = 0;

function mark(state, words) {
  const saved = document.getElementById("saved");
  saved.dataset.state = state;
  saved.querySelector(".saved__words").textContent = words;
}

const backupKey = () => `tapwright-unsaved-${document.getElementById("workbench").dataset.template}`;
const isSave = ({ detail: { requestConfig } }) =>
  form() && requestConfig?.verb === "post" && requestConfig.path === form().getAttribute("action");
const isOperation = (elt) => elt.matches?.('#editor button[name="op"][hx-post]:not([value="save"])');

function keepBackup() {
  try {
    const fields = [...new FormData(form())].filter(([name]) => name !== "csrfmiddlewaretoken");
    localStorage.setItem(backupKey(), JSON.stringify(fields));
  } catch {
    // No room or no permission: the page itself still holds the typing.
  }
}

const forgetBackup = () => localStorage.removeItem(backupKey());

function saveFailed(words) {
  keepBackup();
  mark("failed", words);
  clearTimeout(retry);
  retry = setTimeout(
    () => htmx.trigger(form(), "input"),
    RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)],
  );
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!isSave(event)) return;
  if (isOperation(event.detail.elt)) form().inert = true;
  mark("saving", "Saving…");
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!form()) return;
  if (isOperation(event.detail.elt)) form().inert = false;
  if (!isSave(event)) return;
  const status = event.detail.xhr.status;
  if (event.detail.successful) {
    failures = 0;
    clearTimeout(retry);
    forgetBackup();
    mark("saved", "Draft saved");
  } else if (status === 409) {
    keepBackup();
    mark("failed", "Not saved: choose which draft to keep");
  } else if (status === 403) {
    keepBackup();
    mark("failed", "Not saved: you may not change this template any more");
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
  if (document.getElementById("saved")?.dataset.state === "failed") htmx.trigger(form(), "input");
});

addEventListener("beforeunload", (event) => {
  const state = document.getElementById("saved")?.dataset.state;
  if (!state || state === "saved") return;
  keepBackup();
  if (state === "failed") event.preventDefault();
});

// A copy from an earlier visit that never reached the server is offered, not forced.
function offerBackup() {
  const kept = localStorage.getItem(backupKey());
  if (!kept) return;
  const now = new Map(new FormData(form()));
  const differs = JSON.parse(kept).some(
    ([name, value]) => !["revision", "tab", "op"].includes(name) && now.get(name) !== value,
  );
  if (differs) document.getElementById("unsaved").hidden = false;
  else forgetBackup();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-forget]")) {
    forgetBackup();
    document.getElementById("unsaved").hidden = true;
  }
  if (event.target.closest("[data-restore]")) {
    const now = new Map(new FormData(form()));
    const values = Object.fromEntries(JSON.parse(localStorage.getItem(backupKey())));
    for (const name of ["revision", "tab"]) values[name] = now.get(name);
    htmx.ajax("POST", form().action, {
      values: { ...values, op: "restore" },
      source: button("undo"),
      target: "#workbench",
      swap: "outerHTML",
    });
  }
});

// --- Keyboard ---------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (!event.target.closest?.("#workbench")) return;
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && !event.altKey && (key === "z" || key === "y")) {
    event.preventDefault();
    const op = button(key === "y" || event.shiftKey ? "redo" : "undo");
    if (!op.disabled) op.click();
    return;
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "outcome" || event.detail.target.id === "workbench") takeOver();
});

document.addEventListener("DOMContentLoaded", () => {
  if (form()) offerBackup();
});
