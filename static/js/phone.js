// What the phone does beside fetching its news: Enter sends, what was sent is put away, and the
// view stays where it is wanted.
"use strict";

document.addEventListener("keydown", (event) => {
  const text = event.target.closest?.(".composer__text");
  if (!text || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (text.value.trim()) text.form.requestSubmit();
});

// The chat is turned round: 0 is its end, and there the browser stays by itself. Who has scrolled
// up keeps in view what they read while something is added below.
const chat = document.querySelector(".phone-scroll");
if (chat) {
  let height = 0;
  chat.addEventListener("htmx:beforeSwap", () => (height = chat.scrollHeight));
  chat.addEventListener("htmx:afterSwap", () => {
    if (chat.scrollTop < -40) chat.scrollTop -= chat.scrollHeight - height;
    height = chat.scrollHeight;
  });
}

// The server has it: take what was sent out of the composer, but not what was typed since; close
// the list that was chosen from; and go to the end, where the answer will be.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form[data-phone-act]");
  if (!form || !event.detail.successful) return;
  const text = form.querySelector(".composer__text");
  if (text) {
    const sent = event.detail.requestConfig.formData.get("text");
    if (text.value.startsWith(sent)) text.value = text.value.slice(sent.length);
  } else {
    form.querySelector("[data-sheet]:not([hidden]) [data-sheet-close]")?.click();
    form.reset();
    for (const send of form.querySelectorAll(".sheet__send")) send.disabled = true;
  }
  chat.scrollTop = 0;
});

// There is room for the numbers on a wide screen.
const numbers = document.querySelector(".magic__fold");
if (numbers) numbers.open = window.matchMedia("(min-width: 1151px)").matches;
