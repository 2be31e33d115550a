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
    document.getElementById("pane").value = pane;
    for (const tab of document.querySelectorAll(".views [data-pane]")) {
      const open = tab.dataset.pane === pane || (isCode(tab.dataset.pane) && isCode(pane));
      if (open) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
    history.replaceState(history.state, "", pane === "preview" ? location.pathname : `?pane=${pane}`);
  },
  true,
);

// On a small screen a button leads to the views; it goes when they are in sight.
const inSight = new IntersectionObserver(([{ isIntersecting }]) => {
  document.querySelector(".jump").hidden = isIntersecting;
});
inSight.observe(document.getElementById("side"));

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

// What was typed there and is not the template's, with what the page said of it.
let unapplied = null;

document.addEventListener("input", (event) => {
  if (event.target.id === "json") unapplied = { text: event.target.value };
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.id !== "json-form" || !event.detail.successful || !json()) return;
  const says = document.getElementById("json-says");
  const refused = says.hasAttribute("data-refused");
  if (!refused) unapplied = null;
  else if (unapplied) unapplied.says = says.innerHTML;
  // Told once, not with every key.
  const aloud = document.getElementById("side-says");
  const words = refused ? "The JSON is not applied as it is." : "The JSON is applied.";
  if (aloud.textContent !== words) aloud.textContent = words;
});

// The view was drawn again, from the template: what could not be applied comes back to the hand.
function bringBack() {
  const says = document.getElementById("json-says");
  if (!unapplied || !json() || json().value === unapplied.text) return;
  const { selectionStart, selectionEnd } = json();
  json().value = unapplied.text;
  json().setSelectionRange(selectionStart, selectionEnd);
  if (unapplied.says) says.innerHTML = unapplied.says;
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "btn btn--small";
  drop.textContent = "Drop this and show the template";
  drop.dataset.dropJson = "";
  says.append(drop);
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-drop-json]")) {
    unapplied = null;
    document.querySelector('.views [data-pane="json"]').click();
  }
  const to = event.target.closest("[data-line]");
  if (to) select(Number(to.dataset.line), Number(to.dataset.column));
});

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

addEventListener("beforeunload", (event) => {
  if (unapplied && json()) event.preventDefault();
});

// --- Being drawn again ------------------------------------------------------------------------

let scrolled = new Map();
const scrollers = () => document.querySelectorAll("#outcome [id][data-keep-scroll]");

document.addEventListener("htmx:beforeSwap", () => {
  scrolled = new Map([...scrollers()].map((each) => [each.id, each.scrollTop]));
});

document.addEventListener("htmx:afterSwap", (event) => {
  const swapped = event.detail.target.id;
  if (swapped === "workbench") {
    showLook();
    inSight.disconnect();
    inSight.observe(document.getElementById("side"));
  }
  if (swapped !== "workbench" && swapped !== "outcome") return;
  bringBack();
  for (const each of scrollers()) each.scrollTop = scrolled.get(each.id) ?? 0;
});
