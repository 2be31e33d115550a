// What is too large is told before it is sent, so that nothing pasted is lost on the way; and files
// can be dropped on the page.
"use strict";

const form = document.querySelector("[data-import]");
const { text, file } = form.elements;

function tellProblem(words) {
  const problem = document.getElementById("import-problem");
  problem.querySelector("span").textContent = words;
  problem.hidden = !words;
}

form.addEventListener("submit", (event) => {
  const most = Number(form.dataset.most);
  const files = [...file.files].reduce((sum, { size }) => sum + size, 0);
  const pasted = new Blob([text.value]).size;
  const mostFiles = Number(form.dataset.mostFiles);
  if (file.files.length > mostFiles) {
    tellProblem(`These are ${file.files.length} files. At most ${mostFiles} can be read at once.`);
  } else if (pasted > most || files > most) {
    const what = pasted > most ? "This is" : file.files.length > 1 ? "These files are" : "This file is";
    tellProblem(`${what} more than 1 MB, too much to read at once. Import it in parts.`);
  } else return;
  event.preventDefault();
});

// What was read before makes room for the files, and comes back when none is chosen after all.
file.addEventListener("change", () => {
  tellProblem("");
  if (!("read" in form.dataset)) return;
  if (!file.files.length) text.value ||= text.defaultValue;
  else if (text.value === text.defaultValue) text.value = "";
});

// --- Leaving some out -------------------------------------------------------------------------

const make = form.querySelector("[data-make]");

function countTaken() {
  const taken = form.querySelectorAll("[name='take']:checked").length;
  make.textContent = `Make ${taken} template${taken === 1 ? "" : "s"}`;
  make.closest("button").disabled = !taken;
}

if (make) {
  document.getElementById("found").addEventListener("input", countTaken);
  // A browser that comes back to the page ticks as it was left.
  addEventListener("pageshow", countTaken);
}

// --- Dropping files ---------------------------------------------------------------------------

const zone = form.querySelector("[data-drop]");
const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

// Anywhere on the page: a file that misses would else be opened in its place.
addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  zone.classList.add("is-over");
});

addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) zone.classList.remove("is-over");
});

addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  zone.classList.remove("is-over");
  const { files, items } = event.dataTransfer;
  if ([...items].some((item) => item.webkitGetAsEntry?.()?.isDirectory)) {
    tellProblem("That is a folder. Drop the files that are in it.");
    return;
  }
  file.files = files;
  file.dispatchEvent(new Event("change", { bubbles: true }));
  file.focus();
});
