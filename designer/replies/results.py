"""What became of a template's messages: sent, answered, how fast, and which options were tapped.

Everything counts from the messages: a period is the time in which they were sent, and an answer
that comes later still belongs to its message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from django.db.models import (
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from designer.library.models import MessageTemplate, Version
from designer.message.schema import Message
from designer.sending.models import (
    Attempt,
    Connection,
    ConnectionQuerySet,
    Send,
    SendQuerySet,
    State,
)
from designer.teams.asked import number, query_of

from . import options
from .models import Kind, Reply, ReplyQuerySet

PERIODS = {"7": "7 days", "30": "30 days", "90": "90 days"}
DRAFT = "draft"
TEXTS = 10


@dataclass(frozen=True)
class Scope:
    """Which of a template's messages count: how many days back, of which version, sent through
    which connection (its id); "" for all."""

    template: MessageTemplate
    days: str = ""
    version: str = ""
    connection: str = ""

    @classmethod
    def read(cls, template: MessageTemplate, asked: Mapping[str, str]) -> Self:
        """What the address asks for; what it doesn't make sense of is left out."""
        days, version = asked.get("days", ""), asked.get("version", "")
        known = version == DRAFT or (version.isdecimal() and len(version) < 10)
        through = number(asked.get("connection", ""))
        return cls(
            template,
            days if days in PERIODS else "",
            version if known else "",
            str(through) if through else "",
        )

    @property
    def query(self) -> str:
        """What is set, for an address; "" if nothing is."""
        return query_of({"days": self.days, "version": self.version, "connection": self.connection})

    def sends(self) -> SendQuerySet:
        return Send.objects.filter(self._about(""), template=self.template)

    def replies(self, about: str = "send") -> ReplyQuerySet:
        """The replies whose `about`, "send" or "wrote_after", is one of the messages."""
        within = Q(**{f"{about}__isnull": False}) & self._about(f"{about}__")
        return Reply.objects.filter(within, template=self.template)

    def all_replies(self) -> ReplyQuerySet:
        """Taps and texts, newest first, each with its message."""
        found = self.replies("send") | self.replies("wrote_after")
        found = found.select_related("send", "wrote_after").defer("send__body", "wrote_after__body")
        return found.order_by("-replied_at", "-pk")

    def _about(self, prefix: str) -> Q:
        within = Q()
        if self.days:
            since = timezone.now() - timedelta(days=int(self.days))
            within &= Q(**{f"{prefix}created_at__gte": since})
        if self.version:
            version = None if self.version == DRAFT else int(self.version)
            within &= Q(**{f"{prefix}version_number": version})
        if self.connection:
            within &= Q(**{f"{prefix}connection": int(self.connection)})
        return within

    def connections(self) -> ConnectionQuerySet:
        """Those that the template was ever sent through."""
        sent = Send.objects.filter(connection=OuterRef("pk"), template=self.template)
        own = Connection.objects.filter(team=self.template.team_id).without_secrets()
        return own.filter(Exists(sent))

    def message(self) -> Message:
        """The message whose options are counted: the version's, for all the newest published."""
        version: Version | None = None
        if not self.version:
            version = self.template.published
        elif self.version != DRAFT:
            version = self.template.versions.filter(number=self.version).first()
        return (version or self.template).content.message


@dataclass(frozen=True)
class Option:
    """A row or a button: the title of its section ("" if none), id, title, number of taps."""

    section: str
    id: str
    title: str
    taps: int


@dataclass(frozen=True)
class Results:
    """The numbers. `median` is the median time from message to first tap.

    `options` are in the order of the message, `others` are tapped ones that it does not have.
    `typed` counts messages that were answered in words and not with a tap, `texts` are the newest
    of those words.
    """

    sent: int
    answered: int
    median: timedelta | None
    options: list[Option]
    others: list[Option]
    typed: int
    texts: list[Reply]

    @property
    def taps(self) -> int:
        return sum(option.taps for option in [*self.options, *self.others])


def results(scope: Scope) -> Results:
    """Count a template's results, in as many queries for a million messages as for one."""
    sent, answered = summary(scope)
    own, others = _options(scope)
    tapped = Reply.objects.taps().filter(send=OuterRef("wrote_after"))
    texts = scope.replies("wrote_after").filter(~Exists(tapped), kind=Kind.TEXT)
    return Results(
        sent=sent,
        answered=answered,
        median=_median(scope, answered),
        options=own,
        others=others,
        typed=texts.values("wrote_after").distinct().count(),
        texts=list(texts.order_by("-replied_at", "-pk")[:TEXTS]),
    )


def summary(scope: Scope) -> tuple[int, int]:
    """How many messages were sent, and how many of those were answered with a tap."""
    return scope.sends().filter(state=State.SENT).count(), _answered(scope).count()


def _answered(scope: Scope) -> SendQuerySet:
    taps = Reply.objects.taps().filter(send=OuterRef("pk"))
    return scope.sends().filter(Exists(taps), state=State.SENT)


def _median(scope: Scope, answered: int) -> timedelta | None:
    """The median time from a message's (last) attempt to its first tap, of `answered` messages."""
    taps = Reply.objects.taps().filter(send=OuterRef("pk")).order_by("replied_at")
    attempts = Attempt.objects.filter(send=OuterRef("pk")).order_by("-number")
    took = ExpressionWrapper(F("answered_at") - F("went_at"), DurationField())
    ordered = (
        _answered(scope)
        .annotate(
            answered_at=Subquery(taps.values("replied_at")[:1]),
            went_at=Coalesce(Subquery(attempts.values("started_at")[:1]), F("created_at")),
            took=took,
        )
        .order_by("took")
        .values_list("took", flat=True)
    )
    middle = list(ordered[max(0, (answered - 1) // 2) : answered // 2 + 1])
    if not middle:
        return None
    # The clock here and the one there differ, so a quick answer may seem to come too early.
    return max(timedelta(), sum(middle, timedelta()) / len(middle))


def _options(scope: Scope) -> tuple[list[Option], list[Option]]:
    """The taps on each option of the message, and those on options that it does not have."""
    in_order = options.in_order(scope.message())
    places = [options.Place(option_id) for _, option_id, _ in in_order]
    taps = [0] * len(places)
    others: dict[str, Option] = {}
    about, versions = ["option_id", "option_position"], dict[int | None, list[options.Place]]()
    if any(place.has_variables for place in places):
        about.append("send__version")
        versions = {
            version.pk: [options.Place(each) for _, each, _ in options.in_order(message)]
            for version in scope.template.versions.all()
            for message in [version.content.message]
        }
    tapped = scope.replies().taps().values(*about)
    for row in tapped.annotate(taps=Count("pk"), title=Max("title")).order_by("option_id"):
        position, sent_as = row["option_position"], versions.get(row.get("send__version"), [])
        own = sent_as[position] if position is not None and position < len(sent_as) else None
        index = options.find(places, row["option_id"], position, own)
        if index is None:
            key = row["option_id"] or row["title"]
            before = others[key].taps if key in others else 0
            others[key] = Option("", row["option_id"], row["title"], before + row["taps"])
        else:
            taps[index] += row["taps"]
    counted = [Option(*option, count) for option, count in zip(in_order, taps, strict=True)]
    return counted, sorted(others.values(), key=lambda option: -option.taps)
