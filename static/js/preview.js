// A drawn message can be tapped: the list's sheet opens and closes, and a picture that
// can't be loaded says so. Works for messages that arrive later, too.
"use strict";

const sheetOf = (element) => element.closest(".bubble").querySelector("[data-sheet]");

function openSheet(button, { move = true } = {}) {
  const sheet = sheetOf(button);
  sheet.hidden = false;
  button.setAttribute("aria-expanded", "true");
  if (move) (sheet.querySelector("input") ?? sheet.querySelector("button")).focus();
}

function closeSheet(sheet) {
  sheet.hidden = true;
  const button = sheet.closest(".bubble").querySelector("[data-sheet-open]");
  button.setAttribute("aria-expanded", "false");
  button.focus();
}

document.addEventListener("click", (event) => {
  const open = event.target.closest("[data-sheet-open]");
  if (open) return sheetOf(open).hidden ? openSheet(open) : closeSheet(sheetOf(open));
  const close = event.target.closest("[data-sheet-close]");
  if (close) return closeSheet(close.closest("[data-sheet]"));
  for (const sheet of document.querySelectorAll("[data-sheet]:not([hidden])")) {
    const phone = sheet.closest(".wa");
    if (!sheet.contains(event.target) && phone?.contains(event.target)) closeSheet(sheet);
  }
});

document.addEventListener("keydown", (event) => {
  const sheet = event.key === "Escape" && event.target.closest?.("[data-sheet]");
  if (sheet) closeSheet(sheet);
});

document.addEventListener("change", (event) => {
  const sheet = event.target.closest("[data-sheet]");
  if (sheet) sheet.querySelector(".sheet__send").disabled = false;
});

// "error" does not bubble, but it can be captured.
document.addEventListener(
  "error",
  (event) => {
    const media = event.target.closest?.("[data-media]");
    if (!media || !event.target.matches("img, video")) return;
    event.target.hidden = true;
    media.querySelector(".bubble__media-note").hidden = false;
  },
  true,
);
