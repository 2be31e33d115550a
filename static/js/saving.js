// What is saved: the mark that says so, and a copy of what could not be saved until it is.
"use strict";

const RETRY_MS = [1000, 2000, 4000, 8000, 15000];
let failures = 0;
let retry = 0;
let signedOut = false;
let isWrong = false;
let isUndecided = false; // a conflict's dialog may be closed without a choice

function showSaved(state, words) {
  const saved = document.getElementById("saved");
  // Heard only when something is wrong, and when it is right again: it changes with every key.
  if (state === "failed" && !isWrong) announce(words);
  if (state === "saved" && isWrong) announce("Saved again");
  if (state !== "saving") isWrong = state === "failed";
  saved.dataset.state = state;
  saved.querySelector(".saved__words").textContent = words;
  document.getElementById("undecided").hidden = !isUndecided;
}

// One copy a tab: what a colleague, or another window, saves has no say in it.
const backupsOf = () => `tapwright-unsaved-${document.getElementById("workbench").dataset.template}-`;
const backupKey = () => backupsOf() + form().elements.tab.value;
const isSave = ({ detail: { requestConfig } }) =>
  form() && requestConfig?.verb === "post" && requestConfig.path === form().getAttribute("action");

function keepBackup() {
  try {
    const fields = [...new FormData(form())].filter(([name]) => name !== "csrfmiddlewaretoken");
    localStorage.setItem(backupKey(), JSON.stringify({ at: Date.now(), fields }));
  } catch {
    // No room or no permission: the page itself still holds the typing.
  }
}

const forgetBackup = () => localStorage.removeItem(backupKey());

let isTriedAgain = false; // an operation that failed is the one that is asked for now

function tryAgain() {
  clearTimeout(retry);
  if (underWay || !form()) return;
  isTriedAgain = true;
  if (unfinished) perform(unfinished);
  else htmx.trigger(form(), "input");
  isTriedAgain = false;
}

function saveFailed(words) {
  keepBackup();
  showSaved("failed", words);
  clearTimeout(retry);
  retry = setTimeout(tryAgain, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isSave(event)) showSaved("saving", "Saving…");
});

// What only a person can mend, in words; the JSON beside the form has them too.
const WHY_NOT = {
  401: "you are signed out. Sign in in another tab and come back",
  403: "you may not change this now",
  404: "somebody deleted this template",
  409: "choose which draft to keep",
};
const KEPT = { 401: ": your typing is kept", 403: ". Reload the page; your typing is kept" };

function notSaved(status) {
  keepBackup();
  isUndecided = status === 409;
  const why = WHY_NOT[status] ? `: ${WHY_NOT[status]}${KEPT[status] ?? ""}` : ". Reload the page; your typing is kept";
  showSaved("failed", `Not saved${why}`);
  if (status === 404) document.getElementById("gone").hidden = false;
}

// It was refused, in the server's words; what was typed is saved without it.
function showRefused(words) {
  const refused = document.getElementById("refused");
  refused.textContent = words;
  refused.hidden = false;
  refused.scrollIntoView({ block: "nearest" });
  setTimeout(tryAgain);
}

document.addEventListener("htmx:afterRequest", (event) => {
  if (!isSave(event)) return;
  const { xhr, requestConfig } = event.detail;
  const { status } = xhr;
  signedOut = status === 401;
  if (status >= 200 && status < 400) {
    failures = 0;
    isUndecided = false;
    clearTimeout(retry);
    // What was typed since, and waits for its frame, is not saved yet.
    if (!typed) {
      if (!isLeaving) forgetBackup();
      showSaved("saved", "Draft saved");
    }
    if (justEnded) unfinished = null;
    else if (unfinished) setTimeout(tryAgain);
    return;
  }
  if (justEnded && status === 400) {
    showRefused(xhr.responseText);
    return;
  }
  const mayComeBack = status === 0 || status >= 500;
  if (justEnded) unfinished = mayComeBack || status === 401 ? justEnded : null;
  if (status === 409 && requestConfig.elt.id === "workbench" && !localStorage.getItem(backupKey())) {
    // What was to be brought back waits for a choice; the page's own is saved.
    showSaved("saved", "Draft saved");
  } else if (mayComeBack) {
    saveFailed(status ? "Not saved: the server has a problem. Trying again…" : "Not saved: no connection. Trying again…");
  } else {
    notSaved(status);
  }
});

addEventListener("online", () => {
  if (document.getElementById("saved")?.dataset.state === "failed") tryAgain();
});

// Back from the tab in which they signed in again.
addEventListener("focus", () => {
  if (signedOut) tryAgain();
});

// What is saved now may come too late for the page that is on its way: the copy stays for that.
let isLeaving = false;

document.addEventListener("input", () => {
  isLeaving = false;
});

addEventListener("beforeunload", (event) => {
  isLeaving = true;
  const state = document.getElementById("saved")?.dataset.state;
  // What a conflict is settled with was kept when that came.
  if (!state || state === "saved" || state === "settling") return;
  keepBackup();
  if (state === "failed") event.preventDefault();
});

// A copy that never reached the server, from an earlier visit or another tab, is offered and not
// forced. It stays until somebody has decided.
let offered = null;

const fieldsOf = (key) => JSON.parse(localStorage.getItem(key)).fields;
const OWN = ["revision", "tab", "op", "pane"];

// What is kept and is not what the form holds, besides what is a page's own.
const differing = (key, now = new Map(new FormData(form()))) =>
  fieldsOf(key).filter(([name, value]) => !OWN.includes(name) && now.get(name) !== value);
const differs = (key, now) => differing(key, now).length > 0;

const MOST_TOLD = 3;
const LONGEST_TOLD = 40;

// The first of the texts that are kept, by the names of their fields.
function summaryOf(key) {
  const kept = differing(key);
  const texts = kept.slice(0, MOST_TOLD).map(([name, value]) => {
    const label = nameOf(input(name)) ?? "Something that is not in the form now";
    const characters = [...value.replaceAll(/\s+/g, " ").trim()];
    const text = characters.slice(0, LONGEST_TOLD).join("") + (characters.length > LONGEST_TOLD ? "…" : "");
    return text ? `${label} “${text}”` : `${label} empty`;
  });
  const more = kept.length - texts.length;
  return texts.join(", ") + (more > 0 ? ` and ${more} more` : "") + ".";
}

function showOffer() {
  if (form().querySelector("fieldset").disabled) return;
  const copies = Object.keys(localStorage)
    .filter((key) => key.startsWith(backupsOf()) && key !== backupKey())
    .sort((one, other) => JSON.parse(localStorage.getItem(other)).at - JSON.parse(localStorage.getItem(one)).at);
  for (const key of copies.filter((each) => !differs(each))) localStorage.removeItem(key);
  offered = copies.find((key) => localStorage.getItem(key)) ?? null;
  const offer = document.getElementById("unsaved");
  offer.hidden = !offered;
  if (offered) offer.querySelector("[data-told]").textContent = summaryOf(offered);
}

function forgetOffer() {
  localStorage.removeItem(offered);
  showOffer();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-decide]")) tryAgain();
  if (event.target.closest("[data-forget]")) forgetOffer();
  if (event.target.closest("[data-restore]")) {
    const now = new Map(new FormData(form()));
    const values = { ...Object.fromEntries(fieldsOf(offered)) };
    // What it was typed over: a colleague may have saved since.
    [values.kept_revision, values.kept_tab] = [values.revision, values.tab];
    for (const name of ["revision", "tab", "pane"]) values[name] = now.get(name);
    restore(values);
  }
  // It leaves the page with all that is in the form.
  if (event.target.closest("[data-rescue]")) showSaved("saving", "Saving…");
});

// The kept copy may have other rows than the page: it is sent alone, not over the page's own.
async function restore(values) {
  showSaved("saving", "Saving…");
  await htmx.ajax("POST", form().getAttribute("action"), {
    values: { ...values, op: "restore" },
    source: "#workbench",
    target: "#workbench",
    swap: "outerHTML",
  });
  const isAsked = document.querySelector("#dialog dialog");
  if (!isAsked && document.getElementById("saved").dataset.state === "saved") forgetOffer();
}

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target?.id === "workbench") showOffer();
});

// A page that was left in the middle of a save may have been loaded anew before that arrived.
const JUST_NOW_MS = 10_000;
const LOOK_AGAIN_MS = [150, 700];

const isUntouched = () =>
  document.getElementById("saved")?.dataset.state === "saved" &&
  !(typed || underWay || held.length || drag || unapplied) &&
  !document.querySelector("dialog[open], :popover-open");

function lookAgain() {
  if (!form() || !isUntouched()) return;
  const itself = "#workbench";
  const { pane } = document.getElementById("outcome").dataset;
  const address = `${location.pathname}?pane=${pane}`;
  return htmx.ajax("GET", address, { source: itself, target: itself, select: itself, swap: "outerHTML" });
}

// What a colleague saves is shown to whoever has nothing of their own to save; the sign of life of
// an open page is answered with the newest revision.
document.addEventListener("htmx:afterSwap", async ({ detail }) => {
  if (detail.target?.id !== "presence" || !form()) return;
  const { newest, by } = document.getElementById("presence").dataset;
  if (!newest || newest === revision()) return;
  await lookAgain();
  if (newest === revision()) showSaved("saved", `As ${by} saved it`);
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { verb, elt } = detail.requestConfig;
  if (verb === "get" && elt.id === "workbench" && !isUntouched()) detail.shouldSwap = false;
});

// Whoever chose in a conflict leaves the page with all that is in its dialog. The copy that is kept
// meanwhile goes when it is seen that it became a template of its own.
const SETTLED = "tapwright-settled";

document.addEventListener("submit", ({ target }) => {
  if (!target.closest("#dialog") || !target.querySelector("[name='choice']")) return;
  showSaved("settling", "Saving…");
  try {
    sessionStorage.setItem(SETTLED, backupKey());
  } catch {
    // No room or no permission: then the copy is offered once more than need be.
  }
});

function forgetSettled() {
  let key = null;
  try {
    key = sessionStorage.getItem(SETTLED);
    sessionStorage.removeItem(SETTLED);
  } catch {
    // No permission: then nothing was kept either.
  }
  if (!key || !localStorage.getItem(key)) return;
  // As the page was drawn: somebody may have typed already. The copy has a name of its own.
  const drawn = new Map([...form().elements].map((field) => [field.name, drawnValue(field)]));
  drawn.set("name", new Map(fieldsOf(key)).get("name"));
  const isInBoth = location.hash === "#both";
  if (isInBoth) history.replaceState(null, "", location.pathname);
  if (isInBoth || !differs(key, drawn)) localStorage.removeItem(key);
}

document.addEventListener("DOMContentLoaded", () => {
  if (!form()) return;
  forgetSettled();
  showOffer();
  if (offered && Date.now() - JSON.parse(localStorage.getItem(offered)).at < JUST_NOW_MS) {
    for (const wait of LOOK_AGAIN_MS) setTimeout(() => offered && lookAgain(), wait);
  }
});
