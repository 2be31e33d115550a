// WhatsApp's marks in a text that is being edited: which there are, and how to put them around a
// selection or take them away. Pure: a state { text, start, end } in, a new one out; the numbers are
// UTF-16 units, as a field counts its selection. What counts as a mark is told in markup.py, which
// draws the preview; a test holds the two together.
"use strict";

const marks = (() => {
  const FENCE = "```";
  const LINK = String.raw`(?<![\p{L}\p{N}])(?:https?://|www\.)[^\s<>"'\x60]+(?<![.,;:!?)\]}*_~])`;
  const TOKEN = new RegExp(String.raw`[*_~]+|\x60+|${LINK}`, "giu");
  const LETTER = String.raw`(?:(?!\ufe0f)[\p{L}\p{N}\p{M}])`;
  const WORD_CHARACTER = new RegExp(`^${LETTER}$`, "u");
  // What no mark may cut: a link, a variable, a word with what stands between its letters.
  const ATOM = new RegExp(String.raw`${LINK}|\{\{[A-Za-z0-9_]+\}\}|${LETTER}+(?:['’*_~\x60]${LETTER}+)*`, "giu");
  const PREFIX = /^(?:(?<bullet>[*-])|(?<number>\d{1,9})\.|(?<quote>>)) /;
  const LONGEST_RUN = 6;

  const isSpace = (character) => /^\s?$/.test(character);
  const isWord = (character) => WORD_CHARACTER.test(character);
  const after = (text, at) => (at < text.length ? String.fromCodePoint(text.codePointAt(at)) : " ");
  function before(text, at) {
    if (at <= 0) return " ";
    const point = text.codePointAt(at - 2);
    return point > 0xffff ? String.fromCodePoint(point) : text[at - 1];
  }

  // --- Reading --------------------------------------------------------------------------------

  // The text cut at its ``` marks: { start, end, code }, code without the marks around it.
  function parts(text) {
    const between = text.split(FENCE);
    const found = [];
    let [start, at] = [0, 0];
    for (let i = 0; i < between.length; i++) {
      const end = at + between[i].length;
      if (i + 2 < between.length && between[i + 1].trim()) {
        const from = end + FENCE.length;
        const to = from + between[++i].length;
        found.push({ start, end }, { start: from, end: to, code: true });
        start = at = to + FENCE.length;
      } else {
        at = end + FENCE.length;
      }
    }
    return [...found, { start, end: text.length }];
  }

  function prefixOf(line) {
    const found = PREFIX.exec(line);
    // `* My Name*` is a bold that went wrong, not a bullet.
    const isBold = line[0] === "*" && line.endsWith("*") && line.split("*").length % 2;
    return found && !isBold ? found : null;
  }

  // The lines outside of code: { start, end, from, text, kind, isWhole }, where `from` is after the
  // sign of a list or quote, and only a whole line begins and ends where one does.
  function lines(text) {
    const found = [];
    for (const part of parts(text).filter(({ code }) => !code)) {
      let start = part.start;
      for (const words of text.slice(part.start, part.end).split("\n")) {
        const end = start + words.length;
        const prefix = prefixOf(words);
        const kind = prefix && Object.keys(prefix.groups).find((name) => prefix.groups[name]);
        const from = start + (prefix && words.slice(prefix[0].length).trim() ? prefix[0].length : 0);
        const isWhole = start === 0 || text[start - 1] === "\n";
        found.push({ start, end, from, text: words, kind, prefix: prefix?.[0] ?? "", isWhole });
        start = end + 1;
      }
    }
    return found;
  }

  // The pairs of marks in one line that WhatsApp shows as formatting: { mark, open, close }.
  function pairs(line) {
    const found = [];
    let opened = [];
    let done = 0;
    for (const { 0: run, index } of line.matchAll(TOKEN)) {
      if (index < done) continue;
      if (run[0] === "`") {
        const close = codeEnd(line, index, index + run.length);
        if (close) {
          found.push({ mark: "`", open: index, close });
          done = close + 1;
        }
      } else if ("*_~".includes(run[0]) && run.length <= LONGEST_RUN) {
        for (let at = index; at < index + run.length; at++) {
          const [mark, left, right] = [line[at], before(line, at), after(line, at + 1)];
          if (mark === left || mark === right) continue;
          const place = opened.findIndex((each) => each.mark === mark);
          if (place < 0) {
            if (!isSpace(right) && !isWord(left)) opened.push({ mark, open: at });
          } else if (!isSpace(left) && !isWord(right)) {
            found.push({ ...opened[place], close: at });
            opened = opened.slice(0, place);
          }
        }
      }
    }
    return found;
  }

  function codeEnd(line, start, end) {
    const close = line.indexOf("`", end);
    if (close <= end || end - start > 1 || line[close + 1] === "`") return 0;
    if (isSpace(line[end]) || isSpace(line[close - 1])) return 0;
    return isWord(before(line, start)) || isWord(after(line, close + 1)) ? 0 : close;
  }

  const isMarked = (found, mark, at) =>
    found.some((pair) => pair.mark === mark && pair.open < at && at < pair.close);

  // The characters of a line that are seen, without the marks.
  function seen(line, found, [from, to]) {
    const hidden = new Set(found.flatMap(({ open, close }) => [open, close]));
    const places = [];
    for (let at = from; at < to; at++) if (!hidden.has(at) && !isSpace(line[at])) places.push(at);
    return places;
  }

  // What is selected of each line: { line, found, from, to }, from and to being offsets in it.
  function selected({ text, start, end }) {
    const chosen = [];
    for (const line of lines(text)) {
      if (line.end < start || line.start > end) continue;
      const words = text.slice(line.from, line.end);
      const found = pairs(words);
      const range = [Math.max(start, line.from) - line.from, Math.min(end, line.end) - line.from];
      const places = seen(words, found, range);
      if (places.length) chosen.push({ at: line.from, words, found, from: places[0], to: places.at(-1) + 1, places });
    }
    return chosen;
  }

  const codeAt = ({ text, start, end }) =>
    parts(text).find((part) => part.code && part.start <= start && end <= part.end);

  // How far out the caret stands in pairs with nothing in them, as in `*_|_*`; -1 if not with `mark`.
  function emptyPair({ text, start, end }, mark) {
    if (start !== end) return -1;
    for (let i = 0; "*_~`".includes(text[start - 1 - i] ?? " ") && text[start - 1 - i] === text[start + i]; i++) {
      if (text[start + i] === mark) return i;
    }
    return -1;
  }

  // Whether the mark is on for what is selected, or for what would be typed at the caret.
  function isOn(state, mark) {
    if (codeAt(state)) return mark === "`";
    const chosen = selected(state);
    if (chosen.length) return chosen.every(({ found, places }) => places.every((at) => isMarked(found, mark, at)));
    if (emptyPair(state, mark) >= 0) return true;
    const line = lineAt(state);
    return Boolean(line) && isInside(pairs(line.words), mark, state.start - line.at);
  }

  const isInside = (found, mark, at) =>
    found.some((pair) => pair.mark === mark && pair.open < at && at <= pair.close);

  function lineAt({ text, start }) {
    const line = lines(text).find((each) => each.start <= start && start <= each.end);
    return line && { at: line.from, words: text.slice(line.from, line.end) };
  }

  // --- Changing -------------------------------------------------------------------------------

  // Applies changes { at, cut, put } in one pass. What is put in at an edge of the selection stays
  // outside of it.
  function edit({ text, start, end }, changes) {
    const isCaret = start === end;
    let [result, done, shiftStart, shiftEnd] = ["", 0, 0, 0];
    const ordered = [...changes].sort((a, b) => a.at - b.at || a.cut.length - b.cut.length);
    for (const { at, cut, put, closes } of ordered) {
      result += text.slice(done, at) + put;
      done = at + cut.length;
      const grown = put.length - cut.length;
      const isBefore = (place) => (cut ? at < place : at < place || (at === place && !closes));
      if (isBefore(start)) shiftStart += cut ? Math.max(grown, at - start) : grown;
      if (isCaret ? isBefore(end) : at < end) shiftEnd += cut ? Math.max(grown, at - end) : grown;
    }
    return { text: result + text.slice(done), start: start + shiftStart, end: end + shiftEnd };
  }

  // The range grown to what marks can stand around: whole words, links, variables, codes, and the
  // other pairs of which all is in it.
  function grown({ words, found }, mark, from, to) {
    const atoms = atomsOf(words);
    const nodes = mark === "`" ? [] : contents(words, found);
    let size;
    do {
      size = to - from;
      for (const [start, end] of atoms) {
        if (start < from && from <= end) from = start;
        if (start <= to && to < end) to = end;
      }
      for (const { mark: other, open, close, first, last } of nodes) {
        if (close < from || open >= to) continue;
        const isAll = other === "`" || (first >= from && last < to);
        if (isAll) [from, to] = [Math.min(from, open), Math.max(to, close + 1)];
      }
    } while (to - from > size);
    return [from, to];
  }

  const atomsOf = (words) => [...words.matchAll(ATOM)].map(({ 0: atom, index }) => [index, index + atom.length]);

  // Each pair with the places of the first and the last character that is seen in it.
  function contents(words, found) {
    const hidden = new Set(found.flatMap(({ open, close }) => [open, close]));
    const isSeen = (at) => !hidden.has(at) && !isSpace(words[at]);
    return found.map((pair) => {
      let [first, last] = [pair.open + 1, pair.close - 1];
      while (!isSeen(first)) first++;
      while (!isSeen(last)) last--;
      return { ...pair, first, last };
    });
  }

  // The range grown to the spaces around it: what else has the mark must end before no letter.
  function apart(line, mark, from, to) {
    const { words } = line;
    let size;
    do {
      size = to - from;
      [from, to] = grown(line, mark, from, to);
      while (from > 0 && !isSpace(words[from - 1])) from--;
      while (to < words.length && !isSpace(words[to])) to++;
    } while (to - from > size);
    return [from, to];
  }

  // Where marks go so that all of [from, to) has them and no pair crosses another.
  function pieces({ words, found }, mark, gone, [from, to]) {
    const inRange = (at) => at >= from && at < to;
    const cuts = found
      .filter(({ open }) => !gone.has(open))
      .flatMap(({ open, close }) =>
        mark === "`" || inRange(open) !== inRange(close) ? [open, close] : [],
      )
      .filter(inRange)
      .sort((a, b) => a - b);
    const starts = [from, ...cuts.map((at) => at + 1)];
    const blank = (at) => gone.has(at) || isSpace(words[at]);
    return starts
      .map((start, i) => {
        let end = cuts[i] ?? to;
        while (start < end && blank(start)) start++;
        while (start < end && blank(end - 1)) end--;
        return [start, end];
      })
      .filter(([start, end]) => start < end);
  }

  // The changes { at, cut, put } in a line's words that turn a mark on or off.
  function changesIn(line, mark, on, { adopt = false, wide = false } = {}) {
    const { words, found } = line;
    const grow = on && !wide ? grown : apart;
    let [from, to] = grow(line, mark, line.from, line.to);
    const touches = ({ open, close }) =>
      on ? open <= to && close + 1 >= from : open < to && close >= from;
    const hit = found.filter((pair) => pair.mark === mark && touches(pair));
    const gone = new Set(hit.flatMap(({ open, close }) => [open, close]));
    const ranges = [];
    if (on) {
      from = Math.min(from, ...hit.map(({ open }) => open));
      to = Math.max(to, ...hit.map(({ close }) => close + 1));
      ranges.push(grow(line, mark, from, to));
    } else {
      for (const { open, close } of hit) ranges.push([open + 1, Math.min(from, close)], [Math.max(to, open + 1), close]);
    }
    if (adopt) {
      let [[left, right]] = ranges;
      while (words[left - 1] === mark) left--;
      while (words[right] === mark) right++;
      for (let at = left; at < right; at++) if (words[at] === mark) gone.add(at);
    }
    return [
      ...[...gone].map((at) => ({ at, cut: mark, put: "" })),
      ...ranges
        .flatMap((range) => pieces(line, mark, gone, range))
        .flatMap(([start, end]) => pairAround(mark, start, end)),
    ];
  }

  // Whether the changes show the mark on all of the range, and all else as before.
  function holds(line, mark, changes) {
    const done = edit({ text: line.words, start: line.from, end: line.to }, changes);
    const found = pairs(done.text);
    const places = seen(done.text, found, [done.start, done.end]);
    const isRight = places.length > 0 && places.every((at) => isMarked(found, mark, at));
    return isRight && shown(line.words, line.found, mark) === shown(done.text, found, mark);
  }

  // What a line shows, each character with the marks that it has, but for one mark and one place.
  function shown(words, found, but, place = -1) {
    const others = found.filter(({ mark }) => mark !== but);
    return seen(words, found, [0, words.length])
      .filter((at) => words[at] !== but && at !== place)
      .map((at) => words[at] + others.filter(({ open, close }) => open < at && at < close).map(({ mark }) => mark).sort())
      .join();
  }

  // Marks of the same sort that stand alone would break the new ones: then they become part of them.
  // What can't be shown at all is left as it is.
  const WAYS = [{}, { adopt: true }, { adopt: true, wide: true }];

  function change(state, chosen, mark, on) {
    const changes = chosen
      .filter(({ found, places }) => !on || !places.every((at) => isMarked(found, mark, at)))
      .flatMap((line) => {
        if (!on) return shifted(changesIn(line, mark, on), line.at);
        const way = WAYS.find((each) => holds(line, mark, changesIn(line, mark, on, each)));
        return way ? shifted(changesIn(line, mark, on, way), line.at) : [];
      });
    return edit(state, changes);
  }

  const shifted = (changes, by) => changes.map((each) => ({ ...each, at: each.at + by }));

  // Turns a mark on or off for the selection: off if all of it has the mark. Without a selection, for
  // the word at the caret, or else for what will be typed there.
  function toggle(state, mark) {
    const fence = codeAt(state);
    if (fence) {
      if (mark !== "`") return state;
      const fences = [fence.start - FENCE.length, fence.end].map((at) => ({ at, cut: FENCE, put: "" }));
      return edit(state, fences);
    }
    const chosen = selected(state);
    if (chosen.length) return change(state, chosen, mark, !isOn(state, mark));
    return toggleAtCaret({ ...state, end: state.start }, mark);
  }

  function toggleAtCaret(caret, mark) {
    const out = emptyPair(caret, mark);
    const line = lineAt(caret);
    if (!line) return caret;
    // A list's sign is no place for marks: what comes after it is.
    const start = Math.max(caret.start, line.at);
    const state = { ...caret, start, end: start };
    if (out >= 0) return edit(state, [start - 1 - out, start + out].map((at) => ({ at, cut: mark, put: "" })));
    const found = pairs(line.words);
    const at = start - line.at;
    const past = stepOver(found, mark, at);
    if (past !== at) return { ...state, start: line.at + past, end: line.at + past };
    const atoms = atomsOf(line.words);
    const word = atoms.find(([from, to]) => from <= at && at < to) ?? atoms.find(([, to]) => at === to);
    const on = !isInside(found, mark, at);
    if (word) {
      const [from, to] = word;
      return change(state, [{ ...line, found, from, to, places: seen(line.words, found, word) }], mark, on);
    }
    if (!on) return edit(state, shifted(changesIn({ ...line, found, from: at, to: at }, mark, false), line.at));
    return canStart(line.words, at, mark) ? edit(state, pairAround(mark, start, start)) : state;
  }

  const pairAround = (mark, start, end) => [
    { at: start, cut: "", put: mark },
    { at: end, cut: "", put: mark, closes: true },
  ];

  // Whether what is typed in a new pair would show the mark, and all else as before or as it would
  // without the pair.
  function canStart(words, at, mark) {
    const typing = (text) => `${words.slice(0, at)}${text}${words.slice(at)}`;
    const read = (text, place) => shown(text, pairs(text), mark, place);
    const marked = typing(`${mark}x${mark}`);
    const all = read(marked, at + 1);
    return isMarked(pairs(marked), mark, at + 1) && [read(words), read(typing("x"), at)].includes(all);
  }

  // Typing goes on behind the end of a pair, or once more in it, when the caret stands there.
  function stepOver(found, mark, at) {
    const own = found.filter((pair) => pair.mark === mark);
    const [opens, closes] = ["open", "close"].map((end) => new Set(found.map((pair) => pair[end])));
    const isAll = (set, from, to) => {
      for (let i = from; i < to; i++) if (!set.has(i)) return false;
      return true;
    };
    const ends = [
      ...own.filter(({ close }) => close >= at && isAll(closes, at, close + 1)).map(({ close }) => close + 1),
      ...own.filter(({ close }) => close < at && isAll(closes, close, at)).map(({ close }) => close),
      ...own.filter(({ open }) => open >= at && isAll(opens, at, open + 1)).map(({ open }) => open + 1),
    ];
    return ends[0] ?? at;
  }

  // --- Lists and quotes -----------------------------------------------------------------------

  // The lines that the selection touches, without the one at whose beginning it only ends.
  function touched({ text, start, end }) {
    const last = end > start && text[end - 1] === "\n" ? end - 1 : end;
    return lines(text).filter((line) => line.isWhole && line.end >= start && line.start <= last);
  }

  const written = (chosen) => (chosen.length > 1 ? chosen.filter(({ text }) => text.trim()) : chosen);

  // Whether all that is selected is in a list or quote: "bullet", "number" or "quote".
  function isIn(state, kind) {
    const chosen = written(touched(state));
    return chosen.length > 0 && chosen.every((line) => line.kind === kind);
  }

  // Makes the selected lines a list or quote, or plain if they all are one. WhatsApp has none inside
  // another, so one takes the place of the other.
  function toggleLines(state, kind) {
    const chosen = written(touched(state));
    const on = !isIn(state, kind);
    let number = kind === "number" && chosen.length ? numberBefore(state.text, chosen[0].start) : 0;
    const signs = { bullet: () => "- ", number: () => `${++number}. `, quote: () => "> " };
    const changes = chosen.map(({ start, prefix }) => ({ at: start, cut: prefix, put: on ? signs[kind]() : "" }));
    return edit(state, changes.filter(({ cut, put }) => cut !== put));
  }

  function numberBefore(text, start) {
    const line = lines(text).find(({ end }) => end === start - 1);
    return line?.kind === "number" ? parseInt(line.text, 10) : 0;
  }

  // What Enter does at the caret in a list or quote: the next line has its sign too, and a line of
  // nothing but the sign ends the list. Null where Enter is just a line break.
  function nextLine(state) {
    const { text, start, end } = state;
    const line = start === end && lines(text).find((each) => each.start <= start && start <= each.end);
    if (!line?.kind || !line.isWhole || start < line.start + line.prefix.length) return null;
    if (!line.text.slice(line.prefix.length).trim()) {
      return edit(state, [{ at: line.start, cut: line.text, put: "" }]);
    }
    const sign = line.kind === "number" ? `${parseInt(line.prefix, 10) + 1}. ` : line.prefix;
    return edit(state, [{ at: start, cut: "", put: `\n${sign}` }]);
  }

  return { pairs, isOn, toggle, isIn, toggleLines, nextLine };
})();
