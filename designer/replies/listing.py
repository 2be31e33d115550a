"""The list of replies: its filters, as they stand in the address, and its pages.

Pages go by key, not by number: each begins where the one before ended, so that the thousandth costs
what the first does, and a new reply moves nothing to the next page.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from django.db.models.functions import Coalesce

from designer.sending.numbers import SEARCHED, Search
from designer.teams.asked import number, query_of
from designer.teams.models import Team

from .models import Kind, Reply, ReplyQuerySet

PAGE = 50
MATCHES = {"yes": "Matched", "no": "Not matched"}
_NEWEST = ("-replied_at", "-pk")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Page:
    """Up to PAGE replies, newest first; `older` is where the next page begins, "" at the end."""

    replies: list[Reply]
    older: str


@dataclass(frozen=True)
class Filter:
    """What the address asks for; what it doesn't make sense of is left out."""

    kind: str = ""
    template: str = ""
    match: str = ""
    number: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Self:
        kind, match = asked.get("kind", ""), asked.get("match", "")
        return cls(
            kind=kind if kind in Kind.values else "",
            template=str(number(asked.get("template", "")) or ""),
            match=match if match in MATCHES else "",
            number=Search.read(asked.get("number", "")).text,
        )

    @property
    def query(self) -> str:
        """What is set, for an address; "" if nothing is."""
        return query_of(asdict(self))

    def page(self, team: Team, before: str = "", *, searched: int = SEARCHED) -> Page:
        """The page after the key `before`; the first for "" and for what is no key.

        A part of a number is looked for in the newest `searched` replies.
        """
        found = self._narrowed(Reply.objects.filter(team=team), searched)
        if key := _read_key(before):
            replied_at, pk = key
            # Said so, and not with an OR, an index finds where the page begins.
            found = found.filter(replied_at__lte=replied_at)
            found = found.exclude(replied_at=replied_at, pk__gte=pk)
        found = found.select_related("send", "wrote_after").defer(
            "send__body", "send__outcome", "wrote_after__body", "wrote_after__outcome"
        )
        rows = list(found.order_by(*_NEWEST)[: PAGE + 1])
        return Page(rows[:PAGE], older=_key(rows[PAGE - 1]) if len(rows) > PAGE else "")

    def _narrowed(self, replies: ReplyQuerySet, searched: int) -> ReplyQuerySet:
        if self.kind:
            replies = replies.filter(kind=self.kind)
        if self.template and self.search.whole:
            # A number has fewer replies than a template. Said so, only its index can be taken.
            replies = replies.alias(of=Coalesce("template_id", 0)).filter(of=int(self.template))
        elif self.template:
            replies = replies.filter(template_id=int(self.template))
        if self.match:
            replies = replies.filter(send__isnull=self.match == "no")
        return self.search.narrow(replies, "from_number", newest=_NEWEST, searched=searched)

    @property
    def search(self) -> Search:
        """What is looked for among the numbers."""
        return Search(self.number)


def _key(reply: Reply) -> str:
    return f"{(reply.replied_at - _EPOCH) // _MICROSECOND}-{reply.pk}"


def _read_key(text: str) -> tuple[datetime, int] | None:
    found = re.fullmatch(r"([0-9]{1,17})-([0-9]{1,18})", text)
    return (_EPOCH + int(found[1]) * _MICROSECOND, int(found[2])) if found else None
