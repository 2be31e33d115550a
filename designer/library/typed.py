"""What was typed: in which input, and whether it goes on with what was typed there just before.

Typing, or erasing, in one place is one step of the history. What takes the place of other text, or
stands elsewhere in it, is another: what was there must be within reach of undo.
"""

import json
from bisect import bisect_left
from typing import NamedTuple

from designer.message import schema

from .content import Content

# More at once is no typing, not even on a slow line, but a paste.
MOST_AT_ONCE = 20


class Change(NamedTuple):
    """Where a text differs from an earlier one, what went there and what came."""

    at: int
    gone: str
    come: str


def changed_field(before: Content, after: Content, *, renamed: bool = False) -> str:
    """The name of the one input whose text differs, or "" if it is something else, or more."""
    if before.message.kind != after.message.kind:
        return ""
    old, new = dict(schema.fields(before.message)), dict(schema.fields(after.message))
    if old.keys() != new.keys():
        return ""
    changed = [path for path in old if old[path] != new[path]]
    # An id that follows its title changes with it, and is the same edit.
    inputs = [path for path in changed if not path.endswith(".id")] or changed
    for part in ("samples", "longest"):
        was, now = getattr(before, part), getattr(after, part)
        inputs += [f"{part}.{name}" for name in was | now if was.get(name) != now.get(name)]
    if renamed:
        inputs.append("name")
    return inputs[0] if len(inputs) == 1 else ""


def text_at(document: str, name: str, field: str) -> str:
    """The text of an input, by its name, in a stored document; "" where it has none.

    `name` is the template's. Quicker than parsing: a keystroke asks thrice.
    """
    if field == "name":
        return name
    stored = json.loads(document)
    part, _, rest = field.partition(".")
    place: object = stored if part in ("samples", "longest") else stored["message"]
    for step in [part, *rest.split(".")] if rest else [part]:
        if isinstance(place, list) and step.isdecimal():
            place = place[int(step)] if int(step) < len(place) else None
        else:
            place = place.get(step) if isinstance(place, dict) else None
    return place if isinstance(place, str) else ""


def goes_on(base: str, before: str, after: str) -> bool:
    """Whether the change of a text from `before` to `after` goes on with what the one from `base`
    to `before` began."""
    began, now = _change(base, before), _change(before, after)
    if now.come:
        typed_on = bool(began.come) and now.at == began.at + len(began.come)
        return typed_on and not now.gone and len(now.come) <= MOST_AT_ONCE
    erased_on = began.at in (now.at, now.at + len(now.gone))
    return erased_on and not began.come and len(now.gone) <= MOST_AT_ONCE


def _change(before: str, after: str) -> Change:
    # Looked for by halves: a pasted text may be long, and this is asked at each key.
    shortest = min(len(before), len(after))
    start = bisect_left(range(1, shortest + 1), True, key=lambda n: before[:n] != after[:n])
    rest = range(1, shortest - start + 1)
    end = bisect_left(rest, True, key=lambda n: before[-n:] != after[-n:])
    return Change(start, before[start : len(before) - end], after[start : len(after) - end])
