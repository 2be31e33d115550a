"""Messages in what is around them: an array, or an object of an export, a log or a request."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from designer.message.formats import foreign
from designer.message.formats.errors import FormatError
from designer.message.formats.parsing import parse
from designer.message.schema import readable

_WRAPPERS = ("messages", "data", "message", "payload", "body", "json", "request")
_DEEPEST = 3
# The fields that tell a message's dialect.
_MARKS = {"kind", "interactive", "action", "types", "sections", "buttons"}


@dataclass(frozen=True)
class Item:
    """What should be a message, with what was around it: in sentences, and what is lost of it."""

    payload: object
    notes: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def unwrap(value: object) -> list[Item]:
    """What should be a message, each alone: a value, or each one of an array."""
    return [
        item
        for each in (value if isinstance(value, list) else [value])
        for item in _messages(each, _DEEPEST) or [Item(each)]
    ]


def holds_message(value: object) -> bool:
    """Whether there is something in a value that has the marks of a message."""
    each = value if isinstance(value, list) else [value]
    return any(_messages(one, _DEEPEST) for one in each)


def _messages(value: object, depth: int) -> list[Item]:
    """The messages in a value, or none. A wrapper may hold another, up to a depth."""
    if isinstance(value, str):
        return _in_text(value, depth)
    if isinstance(value, list) and depth < _DEEPEST:
        found = [(each, _messages(each, depth)) for each in value]
        if not any(items for _, items in found):
            return []
        return [item for each, items in found for item in items or [Item(each)]]
    if not isinstance(value, Mapping):
        return []
    if not _MARKS.isdisjoint(value):
        return [Item(value)]
    if depth and not foreign.name(value):
        for name in _WRAPPERS:
            if name in value and (items := _messages(value[name], depth - 1)):
                first, *others = items
                lost = tuple(readable(str(other)) for other in value if other != name)
                first = replace(
                    first, notes=(f"It stood in “{name}”.", *first.notes), lost=lost + first.lost
                )
                return [first, *others]
    return []


def _in_text(text: str, depth: int) -> list[Item]:
    """The messages in a text that is itself JSON."""
    if not depth or not text.lstrip().startswith(("{", "[")):
        return []
    try:
        parsed = parse(text)
    except FormatError:
        return []
    return _messages(parsed.values, depth - 1)
