// The emoji picker: search by name, the arrow keys from one to the next, Enter to take it, and the
// ones used lately on top. It writes into the field that was written in last.
"use strict";

(() => {
  const picker = document.getElementById("emoji");
  if (!picker) return;
  const search = picker.querySelector("input");
  const said = picker.querySelector("[role=status]");
  const lately = document.getElementById("emoji-lately");
  const found = () => document.getElementById("emoji-found");
  const usual = found().cloneNode(true);
  const LATELY_KEY = "tapwright-emoji";
  const MOST_LATELY = 8;

  // --- Used lately ----------------------------------------------------------------------------

  // Pairs of an emoji and its name, the newest first.
  function usedLately() {
    try {
      const kept = JSON.parse(localStorage.getItem(LATELY_KEY)) ?? [];
      return kept.filter(([emoji, name]) => emoji && name && typeof emoji === "string").slice(0, MOST_LATELY);
    } catch {
      return []; // no permission, or nothing that can be read
    }
  }

  function remember(emoji, name) {
    const others = usedLately().filter(([other]) => other !== emoji);
    try {
      localStorage.setItem(LATELY_KEY, JSON.stringify([[emoji, name], ...others].slice(0, MOST_LATELY)));
    } catch {
      // no room or no permission: it is a convenience
    }
  }

  function showLately() {
    const pairs = search.value.trim() ? [] : usedLately();
    lately.hidden = !pairs.length;
    const options = pairs.map(([emoji, name]) => {
      const option = document.createElement("button");
      Object.assign(option, { type: "button", className: "emoji__one", role: "option", title: name, ariaLabel: name });
      option.dataset.insert = option.textContent = emoji;
      return option;
    });
    lately.querySelector("[role=listbox]").replaceChildren(...options);
  }

  // --- Which one ------------------------------------------------------------------------------

  const options = () => [...picker.querySelectorAll(".emoji__one")];
  const chosen = () => options().find(({ tabIndex }) => tabIndex === 0);

  function choose(option) {
    for (const each of options()) each.tabIndex = each === option ? 0 : -1;
  }

  function take({ dataset, title }) {
    remember(dataset.insert, title);
    picker.hidePopover();
    insert(dataset.insert);
  }

  // The nearest one in the next row up (-1) or down (1).
  function nearest(option, way) {
    const from = option.getBoundingClientRect();
    const apart = (each) => {
      const { top, left } = each.getBoundingClientRect();
      return [way * (top - from.top), Math.abs(left - from.left)];
    };
    const beyond = options().map((each) => [each, ...apart(each)]).filter(([, down]) => down > 1);
    beyond.sort(([, a, x], [, b, y]) => a - b || x - y);
    return beyond[0]?.[0];
  }

  const STEPS = {
    ArrowLeft: (all, at) => all[at - 1],
    ArrowRight: (all, at) => all[at + 1],
    ArrowUp: (all, at) => nearest(all[at], -1) ?? search,
    ArrowDown: (all, at) => nearest(all[at], 1),
    Home: (all) => all[0],
    End: (all) => all.at(-1),
  };

  picker.addEventListener("focusin", ({ target }) => {
    if (target.matches(".emoji__one")) choose(target);
  });

  picker.addEventListener("click", (event) => {
    const option = event.target.closest("[data-insert]");
    if (option) take(option);
  });

  // One that a late answer took away between the press of the mouse and its release still counts.
  let held = null;
  picker.addEventListener("mousedown", ({ target }) => {
    held = target.closest(".emoji__one");
  });
  picker.addEventListener("mouseup", ({ target }) => {
    if (held && !held.isConnected && target.closest(".emoji__all")) take(held);
  });

  // --- Keys -----------------------------------------------------------------------------------

  let isAwaited = false; // Enter came before the answer to what was typed
  const isAnswered = () => found().dataset.words === search.value;

  function onSearchKey(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      if (!isAnswered()) isAwaited = true;
      else if (chosen()) take(chosen());
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      chosen()?.focus();
    }
  }

  function onOptionKey(event) {
    if (event.key in STEPS) {
      event.preventDefault();
      const all = options();
      STEPS[event.key](all, all.indexOf(event.target))?.focus();
    } else if (event.key.length === 1 && event.key !== " ") {
      // The letter is typed there, and is no shortcut.
      search.focus();
      event.stopPropagation();
    }
  }

  picker.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      picker.hidePopover();
      field().focus();
    } else if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    } else if (event.target === search) {
      onSearchKey(event);
    } else {
      onOptionKey(event);
    }
  });

  // --- Searching, opening, closing ------------------------------------------------------------

  function showUsual() {
    isAwaited = false;
    said.textContent = "";
    found().replaceWith(usual.cloneNode(true));
    showLately();
    choose(options()[0]);
  }

  search.addEventListener("input", () => {
    isAwaited = false;
    if (!search.value) showUsual();
  });

  // An answer that comes when nothing is asked any more is too late. One that comes when somebody
  // went on to the emoji already must not take the focus with it.
  let isAmongThem = false;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "emoji-found") return;
    if (!search.value) event.detail.shouldSwap = false;
    isAmongThem = found().contains(document.activeElement);
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id !== "emoji-found") return;
    showLately();
    const [first, ...others] = options();
    choose(first);
    if (isAmongThem) (first ?? search).focus();
    said.textContent = first
      ? `${others.length + 1} shown; Enter takes ${first.title}`
      : found().textContent.trim();
    if (isAwaited && isAnswered()) {
      isAwaited = false;
      if (first) take(first);
    }
  });

  // It opens empty, its search having the focus at once (autofocus): who types on types there.
  picker.addEventListener("beforetoggle", () => {
    search.value = "";
    showUsual();
  });

  // And under the field that it writes into.
  picker.addEventListener("toggle", ({ newState }) => {
    if (newState !== "open") return;
    const box = field().getBoundingClientRect();
    // Over the field where there is no room below it, so that what is written stays in sight.
    const below = box.bottom + 6;
    const fits = below + picker.offsetHeight + 8 <= innerHeight;
    const top = fits ? below : Math.max(8, box.top - 6 - picker.offsetHeight);
    picker.style.top = `${Math.max(8, top)}px`;
    picker.style.left = `${Math.max(8, Math.min(box.left, innerWidth - picker.offsetWidth - 8))}px`;
  });
})();
