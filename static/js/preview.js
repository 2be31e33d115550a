// A drawn message can be tapped: the list's sheet opens and closes, and a picture that can't be
// loaded says so. Where the message is there to be played with ([data-play]), the customer's reply
// appears under it. Works for messages that arrive later, too, and lives through their being drawn
// again while somebody types.
"use strict";

// --- The sheet --------------------------------------------------------------------------------

const sheetOf = (element) => element.closest(".bubble").querySelector("[data-sheet]");
const mayBeSent = (sheet) => sheet.querySelector("input:checked") !== null;

function openSheet(button, { move = true } = {}) {
  const sheet = sheetOf(button);
  sheet.hidden = false;
  sheet.querySelector(".sheet__send").disabled = !mayBeSent(sheet);
  button.setAttribute("aria-expanded", "true");
  if (move) (sheet.querySelector("input") ?? sheet.querySelector("button")).focus();
}

function closeSheet(sheet, { move = true } = {}) {
  sheet.hidden = true;
  const button = sheet.closest(".bubble").querySelector("[data-sheet-open]");
  button.setAttribute("aria-expanded", "false");
  if (move) button.focus();
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
  if (sheet) sheet.querySelector(".sheet__send").disabled = !mayBeSent(sheet);
});

// --- Pictures and videos ----------------------------------------------------------------------

function markBroken(element) {
  element.hidden = true;
  element.closest("[data-media]").querySelector(".bubble__media-note").hidden = false;
}

// "error" does not bubble, but it can be captured.
document.addEventListener(
  "error",
  (event) => {
    if (event.target.matches?.("[data-media] img, [data-media] video")) markBroken(event.target);
  },
  true,
);

// Some may have failed before this script was there to hear of it.
for (const element of document.querySelectorAll("[data-media] img, [data-media] video")) {
  if (element.error || (element.complete && element.naturalWidth === 0)) markBroken(element);
}

// --- Playing ----------------------------------------------------------------------------------

// What the customer chose so far: { id, place }, the place being the option's among all.
let replies = [];

const optionsOf = (chat) => [...chat.querySelectorAll('[name="choice"]')];

// The option that was chosen: the one with its id, else the one in its place whose id was edited.
function find(choice, options) {
  const there = options[choice.place];
  const same = there?.value === choice.id ? there : options.find((option) => option.value === choice.id);
  if (same) return same;
  return options.length === choice.of ? options[choice.place] : undefined;
}

const choiceOf = (option, options) => ({
  id: option.value,
  place: options.indexOf(option),
  of: options.length,
});

function drawReplies(chat) {
  const place = chat.querySelector("[data-played]");
  const options = optionsOf(chat);
  const chosen = replies.map((choice) => find(choice, options));
  // A reply to what is no longer offered makes no sense: it starts over.
  if (chosen.includes(undefined)) replies = [];
  else replies = chosen.map((option) => choiceOf(option, options));
  place.replaceChildren(
    ...(replies.length ? chosen : []).map((option) => drawReply(option, chat)),
  );
  if (replies.length) place.append(startOver());
}

function drawReply(option, chat) {
  const reply = document.getElementById("reply").content.cloneNode(true);
  const part = (name) => reply.querySelector(`[data-part="${name}"]`);
  part("quote").textContent = chat.querySelector(".bubble__body").innerText;
  part("title").textContent = option.dataset.title;
  part("description").textContent = option.dataset.description ?? "";
  part("id").textContent = option.value || "(no ID yet)";
  return reply;
}

function startOver() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "played__again";
  button.dataset.startOver = "";
  button.textContent = "Start over";
  return button;
}

function say(words) {
  document.getElementById("side-says").textContent = words;
}

document.addEventListener("submit", (event) => {
  const chat = event.target.closest("[data-play]");
  if (!chat) return;
  event.preventDefault();
  const sheet = event.submitter?.closest("[data-sheet]");
  const option = sheet ? sheet.querySelector("input:checked") : event.submitter;
  if (!option) return;
  replies.push(choiceOf(option, optionsOf(chat)));
  if (sheet) {
    option.checked = false;
    closeSheet(sheet);
  }
  drawReplies(chat);
  chat.scrollTop = chat.scrollHeight;
  say(`Replied: ${option.dataset.title}. It comes back as ${option.value || "nothing: it has no ID yet"}.`);
});

document.addEventListener("click", (event) => {
  const again = event.target.closest("[data-start-over]");
  if (!again) return;
  const chat = again.closest("[data-play]");
  replies = [];
  drawReplies(chat);
  chat.scrollTop = 0;
  chat.querySelector(".bubble__tap")?.focus();
  say("Started over.");
});

// --- Being drawn again ------------------------------------------------------------------------

// How the message stood when it was drawn last; null while nothing waits to be put back.
let kept = null;

function keep(chat) {
  const options = optionsOf(chat);
  const checked = options.find((option) => option.checked);
  const sheet = chat.querySelector("[data-sheet]");
  kept = {
    open: sheet !== null && !sheet.hidden,
    checked: checked && choiceOf(checked, options),
    scrolled: [chat, ...chat.querySelectorAll("[data-keep-scroll]")].map((each) => each.scrollTop),
    focus: [...chat.querySelectorAll("button, input")].indexOf(document.activeElement),
    media: chat.querySelector("[data-media]"),
  };
}

function putBack(chat) {
  const { open, checked, scrolled, focus, media } = kept;
  kept = null;
  keepMedia(media, chat.querySelector("[data-media]"));
  const option = checked && find(checked, optionsOf(chat));
  if (option?.type === "radio") option.checked = true;
  const button = open && chat.querySelector("[data-sheet-open]");
  if (button) {
    sheetOf(button).classList.add("sheet--was-open");
    openSheet(button, { move: false });
  }
  if (replies.length) drawReplies(chat);
  const scrollers = [chat, ...chat.querySelectorAll("[data-keep-scroll]")];
  scrolled.forEach((top, i) => scrollers[i] && top && (scrollers[i].scrollTop = top));
  if (focus >= 0 && document.activeElement === document.body) {
    chat.querySelectorAll("button, input")[focus]?.focus({ preventScroll: true });
  }
}

// The same picture stays the same element, so that it neither blinks nor is loaded again.
function keepMedia(old, fresh) {
  const before = old?.querySelector("img, video");
  const now = fresh?.querySelector("img, video");
  if (!before || !now || before.localName !== now.localName || before.src !== now.src) return;
  now.removeAttribute("src");
  fresh.replaceWith(old);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.shouldSwap) return;
  const chat = event.detail.target.querySelector?.("[data-play]");
  if (chat) keep(chat);
});

document.addEventListener("htmx:afterSwap", () => {
  const chat = kept && document.querySelector("[data-play]");
  if (chat) putBack(chat);
});

// --- Beside the editor ------------------------------------------------------------------------

// While one writes its rows the list stands open, and the row that is written is marked: nothing
// else would show it. Whoever closes it there has it closed until they come back to the rows.
let openedForHand = false;
let closedByHand = false;

const written = () => document.activeElement?.closest("#editor [data-row]");

function followHand() {
  const button = document.querySelector("#outcome [data-play] [data-sheet-open]");
  if (!button) return;
  const sheet = sheetOf(button);
  const row = written();
  if (row && sheet.hidden && !closedByHand) {
    openedForHand = true;
    openSheet(button, { move: false });
  }
  const place = row ? [...document.querySelectorAll("#editor [data-row]")].indexOf(row) : -1;
  sheet.querySelectorAll(".sheet__row").forEach((each, i) => each.classList.toggle("is-written", i === place));
  const shown = sheet.querySelector(".is-written");
  // One that they opened themselves stands where they scrolled it to.
  if (!shown || !openedForHand) return;
  const box = sheet.querySelector(".sheet__rows");
  const [top, bottom] = [shown.offsetTop - box.offsetTop, shown.offsetTop - box.offsetTop + shown.offsetHeight];
  if (top < box.scrollTop || bottom > box.scrollTop + box.clientHeight) box.scrollTop = top - box.clientHeight / 2;
}

document.addEventListener("focusin", (event) => {
  if (!event.target.closest?.("#editor")) return;
  const sheet = document.querySelector("#outcome [data-play] [data-sheet]");
  if (sheet && !event.target.closest("[data-section]")) {
    if (openedForHand && !sheet.hidden) closeSheet(sheet, { move: false });
    openedForHand = closedByHand = false;
  }
  followHand();
});

document.addEventListener("htmx:afterSwap", followHand);

document.addEventListener("click", (event) => {
  if (event.target.closest("#outcome :is([data-sheet-close], [data-sheet-open])")) {
    closedByHand = openedForHand;
    openedForHand = false;
  }
  // A text of the message leads to where it is written.
  const shows = event.target.closest("#outcome [data-play] [data-shows]");
  if (!shows || shows.closest("button") || String(getSelection())) return;
  const field = document.querySelector(`#editor [id^="id_${CSS.escape(shows.dataset.shows)}"]:is(input, textarea)`);
  field?.scrollIntoView({ block: "center" });
  field?.focus({ preventScroll: true });
});
