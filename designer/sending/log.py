"""Finds sends in the log: filters in the address, pages by the last row's id."""

import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

from designer.teams.asked import number, query_of
from designer.teams.models import Team

from .models import Batch, Send, SendQuerySet, State, TestNumber
from .numbers import SEARCHED, Search

PAGE = 50


@dataclass(frozen=True)
class Page:
    """Up to PAGE sends, newest first; `older` is where the next page begins, None at the end."""

    sends: list[Send]
    older: int | None

    @property
    def fingerprint(self) -> str:
        """Changes with whatever the page shows."""
        return _fingerprint(self.sends)

    @property
    def is_moving(self) -> bool:
        """Whether something on it still changes by itself."""
        return any(not send.is_final for send in self.sends)


@dataclass(frozen=True)
class Progress:
    """How far the sends of a batch are; they are in the order in which they were queued."""

    sends: list[Send]
    # The saved numbers' names.
    names: Mapping[str, str]

    @classmethod
    def of(cls, batch: Batch) -> Self:
        sends = list(batch.sends.defer("body").order_by("pk"))
        saved = TestNumber.objects.filter(team=batch.team_id, number__in=[row.to for row in sends])
        return cls(sends, {str(row.number): row.name for row in saved})

    @property
    def fingerprint(self) -> str:
        """Changes with whatever the page shows."""
        return _fingerprint(self.sends)

    @property
    def named(self) -> list[tuple[Send, str]]:
        """Each send with the name of its number, "" if it has none."""
        return [(send, self.names.get(str(send.to), "")) for send in self.sends]

    @property
    def done(self) -> int:
        """How many are final."""
        return sum(send.is_final for send in self.sends)

    @property
    def waits(self) -> int:
        """How many have not gone out and can be taken back."""
        return sum(send.may_cancel for send in self.sends)

    @property
    def is_over(self) -> bool:
        return self.done == len(self.sends)

    @property
    def pace(self) -> str:
        """How often the page asks what is new: an unknown one may be settled by a reply, later."""
        if not self.is_over:
            return "1s"
        return "5s" if any(send.state == State.UNKNOWN for send in self.sends) else ""

    @property
    def tally(self) -> list[tuple[State, int]]:
        """The states that there are, and how many sends are in each."""
        counts = Counter(send.state for send in self.sends)
        return [(state, counts[state]) for state in State if counts[state]]


@dataclass(frozen=True)
class Filter:
    """What the address asks for; what it doesn't make sense of is left out."""

    state: str = ""
    template: int | None = None
    number: str = ""
    together: int | None = None
    before: int | None = None

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Self:
        state = asked.get("state", "")
        return cls(
            state=state if state in State.values else "",
            template=number(asked.get("template", "")),
            number=Search.read(asked.get("number", "")).text,
            together=number(asked.get("together", "")),
            before=number(asked.get("before", "")),
        )

    @property
    def query(self) -> str:
        """What is set, for an address; "" if nothing is."""
        return query_of(asdict(self))

    @property
    def narrows(self) -> bool:
        return bool(self.state or self.template or self.number or self.together)

    @property
    def search(self) -> Search:
        """What is looked for among the numbers."""
        return Search(self.number)

    def page(self, team: Team, *, searched: int = SEARCHED) -> Page:
        """The sends that fit. A part of a number is looked for in the newest `searched` of them."""
        rows = self._narrowed(Send.objects.filter(team=team), searched)
        if self.before:
            rows = rows.filter(pk__lt=self.before)
        rows = rows.select_related("created_by").defer("body", "outcome").order_by("-pk")
        found = list(rows[: PAGE + 1])
        return Page(found[:PAGE], older=found[PAGE - 1].pk if len(found) > PAGE else None)

    def _narrowed(self, rows: SendQuerySet, searched: int) -> SendQuerySet:
        if self.state:
            rows = rows.filter(state=self.state)
        if self.template:
            rows = rows.filter(template=self.template)
        if self.together:
            rows = rows.filter(batch=self.together)
        return self.search.narrow(rows, "to", newest=("-pk",), searched=searched)


def _fingerprint(sends: list[Send]) -> str:
    shown = ",".join(f"{send.pk} {send.state} {send.attempt_count}" for send in sends)
    return f"{zlib.crc32(shown.encode()):x}"
