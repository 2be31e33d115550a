"""What all dialects share when they read a payload."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from designer.message import schema
from designer.message.formats.errors import FormatError
from designer.message.schema import Message, ShapeError, readable

# JSON's numbers are read as floats, which hold each whole number up to here.
_EXACT_TO = 2**53


@dataclass(frozen=True)
class Loaded:
    """A message out of a payload, and what the payload held beside it."""

    message: Message
    lost: list[str] = field(default_factory=list)
    """Paths of what the message can't hold."""
    notes: list[str] = field(default_factory=list)
    """In sentences, what was taken for something else than it said."""
    to: str | None = None
    reference: str | None = None
    name: str | None = None
    samples: dict[str, str] = field(default_factory=dict)
    """Values that stand for variables, by their names."""


def strictly(load: "Loader", payload: Mapping[str, Any]) -> Message:
    """The message alone. Raises FormatError where a loader would lose or adapt something."""
    loaded = load(payload, Reader(adapts=False))
    if loaded.lost:
        raise FormatError(f"A message can't hold {', '.join(loaded.lost[:5])}.")
    return loaded.message


class Reader:
    """Takes a payload apart field by field, and notes what nobody asked for.

    One that adapts takes a field in another dialect's shape too, and notes that it did.
    """

    def __init__(self, *, adapts: bool = True) -> None:
        """Start with nothing lost."""
        self.adapts = adapts
        self.lost: list[str] = []
        self.notes: list[str] = []

    def adapt(self, note: str) -> bool:
        """Whether this may be read otherwise than it stands; noted once if so."""
        if self.adapts and note not in self.notes:
            self.notes.append(note)
        return self.adapts

    def beside(self, value: object, path: str) -> str | None:
        """A text that is no part of the message, such as its recipient.

        One that adapts takes a whole number's digits too, and notes anything else as lost: the
        message is none the worse for it. Raises FormatError otherwise.
        """
        if value is None or isinstance(value, str) or not self.adapts:
            return text_or_none(value, path)
        if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT_TO:
            return f"{value:.0f}"
        self.lost.append(path)
        return None

    def keep(self, value: object, known: Collection[str], path: str = "") -> dict[str, Any]:
        """The fields of `value` that are known; the others are noted as lost.

        None stands for a field that isn't there. Raises FormatError unless `value` is an object.
        """
        if not isinstance(value, Mapping):
            raise FormatError(f"{path or 'The payload'} must be an object with named fields.")
        kept = {}
        for key, inner in value.items():
            if key in known:
                if inner is not None:
                    kept[key] = inner
            else:
                self.lost.append(join(path, readable(str(key))))
        return kept

    def keep_each(self, value: object, known: Collection[str], path: str) -> list[dict[str, Any]]:
        """`keep` for each object of a list. Raises FormatError unless `value` is one."""
        return [
            self.keep(item, known, join(path, str(i))) for i, item in enumerate(each(value, path))
        ]


Loader = Callable[[Mapping[str, Any], Reader], Loaded]


def each(value: object, path: str) -> list[Any]:
    """`value` as a list; none for None. Raises FormatError."""
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise FormatError(f"{path} must be a list.")
    return list(value)


def text_or_none(value: object, path: str) -> str | None:
    """`value` as an optional text. Raises FormatError."""
    if value is None or isinstance(value, str):
        return value
    raise FormatError(f"{path} must be text.")


def to_message(raw: Mapping[str, Any]) -> Message:
    """`schema.parse`, with a FormatError for what is no message."""
    try:
        return schema.parse(raw)
    except ShapeError as error:
        raise FormatError(str(error)) from None


def join(path: str, name: str) -> str:
    """The path of a field within another."""
    return f"{path}.{name}" if path else name
