"""Data as programs write it: JSON with comments, and the literals of JavaScript and Python.

Everything here goes once over the text, so that it takes a time in proportion to its length.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

# What never closes runs to the end of its line or of the text: then nothing is looked at twice.
_TOKEN = re.compile(
    r'''
      (?P<triple>"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)|\'\'\'(?:[^'\\]|\\.|'(?!''))*+(?:\'\'\'|\Z))
    | (?P<double>"(?:[^"\\\n]|\\.)*+"?)
    | (?P<single>'(?:[^'\\\n]|\\.)*+'?)
    | (?P<back>`(?:[^`\\]|\\.)*+`?)
    | (?P<comment>//[^\n]*|\#[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z))
    | (?P<word>(?:[^\W\d]|\$)[\w$]*(?:\.[\w$]+)*)
    | (?P<number>-?[0-9][0-9A-Za-z_.+-]*)
    | (?P<mark>[{}\[\]:,])
    | (?P<space>\s+)
    | (?P<other>.)
    ''',
    re.VERBOSE | re.DOTALL,
)
_CONSTANTS = {"True": "true", "False": "false", "None": "null", "undefined": "null"}
_CONSTANTS |= {name: name for name in ("true", "false", "null")}
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,6})\}|U([0-9a-fA-F]{8})|(u[0-9a-fA-F]{4})|(.))",
    re.DOTALL,
)
_FILLED_IN = re.compile(r"\\.|\$\{(?P<code>[^{}`]*)\}", re.DOTALL)
_BEFORE_VALUE = {"(", "=", ":", ",", "[", "{", ">", "?", "|", "&", "return"}
_MARKERS = {"buttons", "sections", "interactive", "types", "action"}


def first(text: str) -> str:
    """The first character that is neither white space nor in a comment; "" if there is none."""
    for token in _TOKEN.finditer(text):
        if token.lastgroup not in ("space", "comment"):
            return token[0][0]
    return ""


@dataclass
class Relaxed:
    """A text as strict JSON has it, and what had to be changed for that."""

    text: str
    comments: bool = False
    commas: bool = False
    variables: list[str] = field(default_factory=list)
    """Names of the program's that stood for a value, each as it became a variable."""
    _starts: list[int] = field(default_factory=list)
    _sources: list[int] = field(default_factory=list)

    def origin(self, at: int) -> int:
        """Where in the original text that stands which is at `at` in this one."""
        if not self._starts:
            return at
        piece = bisect_right(self._starts, at) - 1
        end = self._sources[piece + 1] if piece + 1 < len(self._sources) else None
        source = self._sources[piece] + at - self._starts[piece]
        return source if end is None else min(source, end)


def relax(text: str, *, code: bool = False) -> Relaxed:
    """The text without its comments and trailing commas.

    With `code`, a literal of JavaScript or Python becomes JSON besides: its names without quotes,
    its other quotes, True and None, and a variable of the program's that stands for a value.
    """
    relaxed = Relaxed("")
    pieces: list[str] = []
    significant: list[int] = []  # the places of the pieces that are no white space
    name = ""  # the word right before, of a program
    for token in _TOKEN.finditer(text):
        kind, piece = token.lastgroup or "", token[0]
        if kind == "comment":
            relaxed.comments, piece = True, " "
        elif kind != "space":
            if piece in "}]" and _ends_with_comma(pieces, significant):
                relaxed.commas = True
                pieces[significant.pop()] = " "
            if piece == ":" and name:
                pieces[significant[-1]] = json.dumps(name)
                relaxed.variables.pop()
            name = piece if code and kind == "word" and piece not in _CONSTANTS else ""
            piece = _as_json(relaxed, kind, piece) if code else piece
            significant.append(len(pieces))
        relaxed._sources.append(token.start())
        pieces.append(piece)
    relaxed._starts = list(accumulate((len(piece) for piece in pieces), initial=0))[:-1]
    relaxed.text = "".join(pieces)
    return relaxed


def _ends_with_comma(pieces: list[str], significant: list[int]) -> bool:
    if len(significant) < 2 or pieces[significant[-1]] != ",":
        return False
    return pieces[significant[-2]] not in "{[:,"


def _as_json(relaxed: Relaxed, kind: str, piece: str) -> str:
    """A token of a program as JSON has it."""
    if kind == "back":
        piece, names = _filled_in(piece)
        relaxed.variables += names
    if kind in ("single", "back", "triple"):
        return json.dumps(unquoted(piece))
    if kind != "word":
        return piece
    return _CONSTANTS.get(piece) or _variable(relaxed, piece)


def _filled_in(template: str) -> tuple[str, list[str]]:
    """JavaScript's `…${name}…` with variables for what the program fills in, and those."""
    names: list[str] = []

    def variable(found: re.Match[str]) -> str:
        if found["code"] is None:
            return found[0]
        # Of order.total.toFixed(2) the total is meant.
        called, _, arguments = found["code"].partition("(")
        words = re.findall(r"[A-Za-z_]\w*", called, re.ASCII) or ["value"]
        names.append("{{" + words[-2 if arguments and len(words) > 1 else -1] + "}}")
        return names[-1]

    return _FILLED_IN.sub(variable, template), names


def _variable(relaxed: Relaxed, name: str) -> str:
    variable = re.sub(r"[^A-Za-z0-9_]", "_", name.rpartition(".")[2])
    relaxed.variables.append(f"{{{{{variable}}}}}")
    return json.dumps(relaxed.variables[-1])


def unquoted(token: str) -> str:
    """What a text in a program says, of whichever quotes."""
    width = 3 if token[:3] in ('"""', "'''") else 1
    end = -width if len(token) >= 2 * width and token.endswith(token[:width]) else None
    return _ESCAPE.sub(_escaped, token[width:end])


_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


def _escaped(found: re.Match[str]) -> str:
    digits = found[1] or found[2] or found[3] or (found[4] or "")[1:]
    if digits:
        code = int(digits, 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    return _LETTERS.get(found[5], found[5])


@dataclass
class _Open:
    """A bracket that was opened in a program."""

    start: int
    is_value: bool
    """Whether it stands where a program has a value, as after a parenthesis or an equals sign."""
    spoilt_by: str = ""
    """What in it is no data."""
    is_message: bool = False


@dataclass(frozen=True)
class Literal:
    """A piece of data in a program: an object, an array, or a text, with where it starts."""

    start: int
    text: str
    is_text: bool = False


@dataclass(frozen=True)
class Found:
    """The data in a program, and of what looks like a message and is not all data, what spoils
    it, with the span of each.
    """

    literals: list[Literal]
    spoilt: list[tuple[int, int, str]]


def find(text: str) -> Found:
    """The largest objects and arrays of a program that hold nothing but data, and the texts
    outside of them that may hold JSON themselves.
    """
    found = Found([], [])
    brackets: list[_Open] = []
    before = ""
    for kind, piece, start, after in _significant(text):
        if kind == "mark" and piece in "{[":
            brackets.append(_Open(start, is_value=before in _BEFORE_VALUE))
        elif kind == "mark" and piece in "}]":
            if brackets:
                _close(found, brackets, text, start + 1)
        elif kind in ("single", "double", "back", "triple"):
            if brackets and after == ":":
                brackets[-1].is_message |= unquoted(piece) in _MARKERS
            elif unquoted(piece[:20]).lstrip().startswith(("{", "[")):
                found.literals.append(Literal(start, unquoted(piece), is_text=True))
        elif brackets and kind == "word":
            if after == ":":
                brackets[-1].is_message |= piece in _MARKERS
            elif after not in (",", "}", "]"):
                brackets[-1].spoilt_by = brackets[-1].spoilt_by or piece
        elif brackets and kind == "other":
            brackets[-1].spoilt_by = brackets[-1].spoilt_by or piece
        before = piece
    return found


def _significant(text: str) -> Iterator[tuple[str, str, int, str]]:
    """Each token but white space and comments: its kind, itself, its place, and the next one."""
    before: re.Match[str] | None = None
    for token in _TOKEN.finditer(text):
        if token.lastgroup in ("space", "comment"):
            continue
        if before:
            yield before.lastgroup or "", before[0], before.start(), token[0]
        before = token
    if before:
        yield before.lastgroup or "", before[0], before.start(), ""


def _close(found: Found, brackets: list[_Open], text: str, end: int) -> None:
    bracket = brackets.pop()
    if bracket.spoilt_by:
        if bracket.is_message:
            found.spoilt.append((bracket.start, end, bracket.spoilt_by))
        if brackets:
            brackets[-1].spoilt_by = brackets[-1].spoilt_by or bracket.spoilt_by
        return
    # It holds the ones before.
    while found.literals and found.literals[-1].start > bracket.start:
        found.literals.pop()
    if bracket.is_value:
        found.literals.append(Literal(bracket.start, text[bracket.start : end]))
