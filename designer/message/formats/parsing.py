"""JSON as people paste it: one value or several, and plain words for what is broken."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from designer.message.formats import literals
from designer.message.formats.errors import FormatError
from designer.message.schema import readable

_SPACE = re.compile(r"[ \t\r\n]*")
_BETWEEN = re.compile(r"[ \t\r\n]*(?:,[ \t\r\n]*)?")
_WORD = re.compile(r"[^\W\d][\w.$-]{0,40}")
_QUOTES = "'‘’“”„«»`"


@dataclass(frozen=True)
class Parsed:
    """The values in a text, and in sentences how it differed from plain JSON."""

    values: list[object]
    notes: list[str] = field(default_factory=list)


def parse(text: str, what: str = "The JSON") -> Parsed:
    """The JSON values in `text`; comments and trailing commas are left out.

    `what` begins the sentence that says what is wrong. Raises FormatError, with line and column.
    """
    if not text.strip():
        raise FormatError("There is nothing here. Paste JSON or a curl command.")
    try:
        try:
            return _parse(text)
        except json.JSONDecodeError as error:
            broken = error
        relaxed = literals.relax(text)
        if relaxed.comments or relaxed.commas:
            try:
                parsed = _parse(relaxed.text)
            except json.JSONDecodeError as error:
                at = relaxed.origin(error.pos)
                broken = json.JSONDecodeError(error.msg, text, at)
            else:
                left_out = ["comments"] * relaxed.comments + ["trailing commas"] * relaxed.commas
                note = f"Read without its {' and '.join(left_out)}."
                return Parsed(parsed.values, [note, *parsed.notes])
    except RecursionError:
        raise FormatError(f"{what} is nested too deeply to be a message.") from None
    raise _in_words(broken, what)


def parse_literal(literal: literals.Literal) -> Parsed:
    """The values of an object or a text in a program. Raises FormatError."""
    if literal.is_text:
        return parse(literal.text, "The JSON in the code")
    relaxed = literals.relax(literal.text, code=True)
    try:
        parsed = _parse(relaxed.text)
    except json.JSONDecodeError as error:
        raise FormatError(
            f"The message in the code can’t be read: {_reason(error)}. Paste it as JSON."
        ) from None
    except RecursionError:
        raise FormatError("The code is nested too deeply to hold a message.") from None
    notes = [
        f"{name} stands for a value that the code has from elsewhere."
        for name in relaxed.variables[:5]
    ]
    return Parsed(parsed.values, notes + parsed.notes)


def _parse(text: str) -> Parsed:
    """Strictly, but for several values after one another. Raises JSONDecodeError."""
    twice: dict[str, None] = {}

    def to_object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            counted = Counter(name for name, _ in pairs)
            twice.update((name, None) for name, count in counted.items() if count > 1)
        return made

    # No field of a message is a number, so how exact one is doesn't matter, but Python refuses
    # to read a very long one as an integer.
    decoder = json.JSONDecoder(
        parse_int=float, parse_constant=_refuse_constant, object_pairs_hook=to_object
    )
    values: list[object] = []
    at = _SPACE.match(text).end()  # type: ignore[union-attr]
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            if values and error.pos == at:
                raise json.JSONDecodeError("Extra data", text, at) from None
            raise
        values.append(value)
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
    notes = []
    if twice:
        names = ", ".join(f"“{readable(name)}”" for name in list(twice)[:5])
        notes.append(f"{names} stands twice in the same object: the last one counts.")
    return Parsed(values, notes)


def _refuse_constant(name: str) -> NoReturn:
    raise FormatError(f"{name} is not JSON.")


def _in_words(error: json.JSONDecodeError, what: str) -> FormatError:
    start = error.doc[error.pos :].lstrip()[:1] if not error.doc[: error.pos].strip() else ""
    if start and start not in '{["':
        if what == "The JSON":
            return FormatError(
                "This is neither JSON nor a curl command nor code with a message in it. "
                f"JSON begins with {{ or [, this with “{_beginning(error.doc)}”."
            )
        return FormatError(f"{what} is none: it begins with “{_beginning(error.doc)}”.")
    words = f"{what} breaks at line {error.lineno}, column {error.colno}: {_reason(error)}."
    # In a command the lines are not those of what was pasted.
    place = (error.lineno, error.colno) if what == "The JSON" else ()
    return FormatError(words, *place)


def _beginning(text: str) -> str:
    return readable(" ".join(text[:200].split()))


def _reason(error: json.JSONDecodeError) -> str:
    """What is wrong at a place, in words that don't need JSON's own."""
    message, here = error.msg, error.doc[error.pos : error.pos + 1]
    word = _WORD.match(error.doc, error.pos)
    if message == "Extra data":
        return "the JSON is over before this, but more follows"
    if message.startswith("Unterminated string"):
        return 'this text has no " at its end'
    if message.startswith("Invalid control"):
        if here in "\r\n":
            return 'a text ends with its line here: it needs its closing ", or \\n for a line break'
        return f"a text can’t hold the character U+{ord(here):04X} as it is"
    if message.startswith("Invalid \\"):
        return "a backslash stands before what it can’t: write \\\\ for a backslash itself"
    if not here:
        return "it ends too early: a } or ] is missing"
    if here in _QUOTES:
        return f'{here} stands where a straight double quote (") must'
    if word and not message.startswith("Expecting ','"):
        return f'{word[0]} needs double quotes (") around it'
    if not here.isprintable() or here.isspace():
        return f"a character that JSON doesn’t know stands here (U+{ord(here):04X})"
    if message.startswith("Expecting ','"):
        return 'a comma is missing before this, or a " too many stands before it'
    if message.startswith("Expecting ':'"):
        return "a colon must stand between a name and its value"
    if message.startswith("Expecting property name"):
        return f'a name in double quotes (") must stand here, not {here}'
    return f"a value is missing before this {here}"
