"""From the editor's form to a `Content`: an input's name is its field's path."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from designer.message import edits, schema
from designer.message.schema import ButtonMessage, ListMessage, Message
from designer.message.storable import storable
from designer.teams.asked import number

from .content import MAX_NAME, Content

# The first part of every path that a message of the kind has.
ROOTS = {
    "list": ("header", "body", "footer", "button", "sections"),
    "button": ("header", "body", "footer", "buttons"),
}
UNNAMED = "Untitled"
DEEPEST_NAME = 8  # parts of a name; the deepest of an input is sections.0.rows.0.title
MOST_DIGITS = 9  # of a place
MOST_PASSED = 20  # states between two saves that undo can go back to


@dataclass(frozen=True)
class Posted:
    """What the editor sent: the draft as it stands in the page, and what it is based on."""

    name: str
    content: Content
    revision: int
    # Which open page this is, so that a page is never in conflict with itself.
    tab: str
    op: str
    # What the draft was since it was sent last, oldest first: states for undo to go back to.
    passed: tuple["Posted", ...] = ()
    # Whether it is a step of its own in the history, however much it looks like typing.
    is_apart: bool = False


def nest(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Nest values by the dots in their names; numbers make lists, in the order of the numbers.

    `sections.0.title` = "A" gives {"sections": [{"title": "A"}]}. A name that contradicts an
    earlier one (`a` and `a.b`) is left out. Raises `schema.ShapeError` for a name that is deeper,
    or a number that is longer, than any input's.
    """
    root: dict[str, Any] = {}
    for name, value in pairs:
        *parents, last = parts = name.split(".")
        if len(parts) > DEEPEST_NAME or any(p.isdecimal() and len(p) > MOST_DIGITS for p in parts):
            raise schema.ShapeError(f"{schema.readable(name)} is no field of the editor's.")
        place: Any = root
        for part in parents:
            place = place.setdefault(part, {}) if isinstance(place, dict) else None
        if isinstance(place, dict) and not isinstance(place.get(last), dict):
            place[last] = value
    return {key: _with_lists(value) for key, value in root.items()}


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdecimal() for key in value):
        return [_with_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _with_lists(part) for key, part in value.items()}


def read(data: QueryDict, stored: Content) -> Posted:
    """Read the posted form against the stored draft, from which it takes what no input carries.

    The form says what kind of message it is, since a colleague may have switched the draft's.
    Raises `schema.ShapeError` for a form that this editor did not make.
    """
    kind = data.get("kind", "") if data.get("kind") in ROOTS else stored.message.kind
    pairs = [(name, values[-1]) for name, values in data.lists() if isinstance(values[-1], str)]
    raw = nest(pair for pair in pairs if pair[0].split(".")[0] in ROOTS[kind])
    message = schema.parse({"kind": kind, **raw})
    content = replace(
        stored,
        message=edits.follow_titles(stored.message, message),
        samples=_variables(pairs, "samples.", stored.samples),
        longest=_variables(pairs, "longest.", stored.longest),
        set_aside=_set_aside(raw, message, stored),
    )
    revision, tab = base(data)
    passed, is_apart = _passed(data, stored)
    return Posted(
        name=storable(data.get("name", ""), " ").strip()[:MAX_NAME] or UNNAMED,
        content=content,
        revision=revision,
        tab=tab,
        op=data.get("op", ""),
        passed=passed,
        is_apart=is_apart,
    )


def _passed(data: QueryDict, stored: Content) -> tuple[tuple[Posted, ...], bool]:
    """The states that `passed` tells of, and whether what came after the last is a step apart.

    It is JSON: [[field, text, apart], ...], each a text that something else took the place of.
    """
    try:
        told = json.loads(data.get("passed") or "[]")
        texts = [(storable(str(name)), str(text), bool(apart)) for name, text, apart in told]
    except (ValueError, TypeError, RecursionError):
        raise schema.ShapeError("What was typed in between can't be read.") from None
    if not texts:
        return (), False
    texts, then, states = texts[-MOST_PASSED:], data.copy(), list[Posted]()
    then["passed"] = ""
    # Backwards: a text stood in its field until then, whatever stands there now.
    for at, (name, text, _) in reversed(list(enumerate(texts))):
        then[name] = text
        came_apart = at > 0 and texts[at - 1][2]
        states.insert(0, replace(read(then, stored), is_apart=came_apart))
    return tuple(states), texts[-1][2]


def base(data: QueryDict, prefix: str = "") -> tuple[int, str]:
    """The revision that a page has loaded, 0 if it names none, and which open page it is."""
    revision, tab = data.get(f"{prefix}revision", ""), data.get(f"{prefix}tab", "")
    return number(revision) or 0, storable(tab)[:32]


def _variables(pairs: list[tuple[str, str]], prefix: str, stored: dict[str, str]) -> dict[str, str]:
    """The posted values over the stored ones, so that a variable that comes back has its own."""
    posted = {name.removeprefix(prefix): value for name, value in pairs if name.startswith(prefix)}
    return {name: value for name, value in (stored | posted).items() if value}


def _set_aside(raw: dict[str, Any], message: Message, stored: Content) -> dict[str, Any]:
    """Keep what was typed into a header whose type is now "none"."""
    if not isinstance(message, ButtonMessage):
        return stored.set_aside
    kept = {key: value for key, value in stored.set_aside.items() if key != "header"}
    typed = raw.get("header")
    if message.header is None and isinstance(typed, dict):
        typed = {key: text for key, text in typed.items() if key != "type" and text}
        if typed:
            kept["header"] = typed
    return kept


def blank(kind: str) -> Message:
    """A message to start from: one section with one row, or one button; texts still to write."""
    message: Message
    if kind == "list":
        message = ListMessage(sections=(schema.Section(rows=(schema.Row(fresh=True),)),))
    else:
        message = ButtonMessage(buttons=(schema.Button(fresh=True),))
    # As the form would post it: what nobody has touched must be no change.
    return edits.follow_titles(None, message)
