// What is too large is told before it is sent, so that nothing pasted is lost on the way.
"use strict";

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-import]");
  if (!form) return;
  const most = Number(form.dataset.most);
  const file = form.elements.file.files[0];
  const text = new Blob([form.elements.text.value]).size;
  if (text <= most && (file?.size ?? 0) <= most) return;
  event.preventDefault();
  const problem = document.getElementById("import-problem");
  problem.querySelector("span").textContent =
    `${text > most ? "This" : "This file"} is more than 1 MB, too much to read at once. Import it in parts.`;
  problem.hidden = false;
});
