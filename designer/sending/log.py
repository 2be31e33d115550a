"""Finds sends in the log: filters in the address, pages by the last row's id."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from designer.teams.models import Team

from . import numbers
from .models import Send, SendQuerySet, State
from .numbers import NumberError

PAGE = 50


@dataclass(frozen=True)
class Page:
    """Up to PAGE sends, newest first; `older` is where the next page begins, None at the end."""

    sends: list[Send]
    older: int | None

    @property
    def fingerprint(self) -> str:
        """Changes with whatever the page shows."""
        shown = ",".join(f"{send.pk} {send.state}" for send in self.sends)
        return f"{zlib.crc32(shown.encode()):x}"

    @property
    def is_moving(self) -> bool:
        """Whether something on it still changes by itself."""
        return any(not send.is_final for send in self.sends)


@dataclass(frozen=True)
class Filter:
    """What the address asks for; what it doesn't make sense of is left out."""

    state: str = ""
    template: int | None = None
    number: str = ""
    before: int | None = None

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Self:
        state = asked.get("state", "")
        return cls(
            state=state if state in State.values else "",
            template=_row_id(asked.get("template", "")),
            number=asked.get("number", "").strip(),
            before=_row_id(asked.get("before", "")),
        )

    @property
    def narrows(self) -> bool:
        return bool(self.state or self.template or self.number)

    def page(self, team: Team) -> Page:
        rows = self._narrowed(Send.objects.filter(team=team))
        if self.before:
            rows = rows.filter(pk__lt=self.before)
        rows = rows.select_related("created_by").defer("body", "outcome").order_by("-pk")
        found = list(rows[: PAGE + 1])
        return Page(found[:PAGE], older=found[PAGE - 1].pk if len(found) > PAGE else None)

    def _narrowed(self, rows: SendQuerySet) -> SendQuerySet:
        if self.state:
            rows = rows.filter(state=self.state)
        if self.template:
            rows = rows.filter(template=self.template)
        if self.number:
            rows = rows.filter(**self._number_lookup())
        return rows

    def _number_lookup(self) -> dict[str, str]:
        """A whole number is found by the index; part of one by looking at each row."""
        try:
            return {"to": numbers.read(self.number).e164}
        except NumberError:
            return {"to__contains": "".join(char for char in self.number if char in "+0123456789")}


def _row_id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
