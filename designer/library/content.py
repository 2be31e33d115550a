"""The document of a template: its message and what the team keeps beside it."""

import json
import unicodedata
from collections.abc import Container
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

from designer.message import checks, edits, schema, variables
from designer.message.schema import Message
from designer.message.storable import storable

# Of what `as_json` writes. Three more hang on it: `typed.text_at`, which walks the raw JSON; a
# template's steps, which keep it for undo; and the library's list, which takes a draft for
# published while it is the same text as the version.
SCHEMA = 1
MAX_NAME = 120  # characters of a template's name


def fold(text: str) -> str:
    """A text as it is searched: without its case, and the same however its accents are typed."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    # What can't be stored can't be searched for either: it parts words, as a space does.
    return storable(unicodedata.normalize("NFKC", folded), " ")


@dataclass(frozen=True)
class Content:
    """What one draft or version holds.

    `samples` and `longest` map a variable's name to a value that stands for it in the preview and
    to the longest value that it may take; `dismissed` holds the advice that the team put away;
    `set_aside` keeps what the other kind of message had and this one can't show.
    """

    message: Message
    samples: dict[str, str] = field(default_factory=dict)
    longest: dict[str, str] = field(default_factory=dict)
    dismissed: tuple[str, ...] = ()
    set_aside: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a stored document. Raises ValueError for one of a newer schema."""
        raw = json.loads(text)
        if raw["schema"] != SCHEMA:
            raise ValueError(
                f"This document has schema {raw['schema']}; this version reads {SCHEMA}."
            )
        return cls(
            message=schema.parse(raw["message"]),
            samples=raw.get("samples", {}),
            longest=raw.get("longest", {}),
            dismissed=tuple(raw.get("dismissed", ())),
            set_aside=raw.get("set_aside", {}),
        )

    @cached_property
    def as_json(self) -> str:
        """What `from_json` reads: ASCII JSON, so that any database stores any text, even a broken
        one."""
        document: dict[str, Any] = {"schema": SCHEMA, "message": schema.to_dict(self.message)}
        for name in ("samples", "longest", "dismissed", "set_aside"):
            if value := getattr(self, name):
                document[name] = value
        return json.dumps(document, separators=(",", ":"))

    @cached_property
    def variables(self) -> list[str]:
        return variables.names(self.message)

    def filled(self) -> Message:
        """The message as its sample values make it."""
        return variables.fill(self.message, self.samples)

    def problems(self) -> list[checks.Problem]:
        """What is wrong, in reading order, without the advice that was put away."""
        return [p for p in self._checked if p.level != "advice" or p.rule not in self.dismissed]

    @cached_property
    def _checked(self) -> list[checks.Problem]:
        # A keystroke asks twice: for the count that is stored and for the page.
        return checks.check(self.message, self.samples, self.longest)

    def dismiss(self, rule: str) -> Self:
        """The same with an advice put away for this template."""
        return replace(self, dismissed=tuple(sorted({*self.dismissed, rule})))

    def switched(self) -> Self:
        """The same as a message of the other kind; what that can't show is set aside."""
        switched = edits.switch_kind(self.message, self.set_aside.get("kind"))
        kept = {**self.set_aside, "kind": switched.set_aside}
        return replace(self, message=switched.message, set_aside=kept)

    def losses(self) -> list[str]:
        """What `switched` can't show, each in words."""
        return edits.losses(self.message, self.set_aside.get("kind"))

    def error_count(self) -> int:
        return sum(problem.level == "error" for problem in self.problems())

    def search_text(self, name: str) -> str:
        """Name and every text, folded, in one line."""
        return fold(" ".join([name, *schema.texts(self.message)]))

    def settled(self, ids: Container[str] | None = None) -> Self:
        """The same with its ids, or those given, fixed: none follows its title any more."""
        message = schema.settle(self.message, ids)
        # Mostly nothing does, and at each key this one's document is at hand already.
        return self if message is self.message else replace(self, message=message)
