"""What was sent, to whom, and each attempt at it."""

import json
import math
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField

from designer.library.content import MAX_NAME
from designer.library.models import MessageTemplate, Version
from designer.message.formats.snippets import as_json
from designer.teams.models import Team, User

from ..dates import iso_date, midnight
from ..shown import Shown
from .connections import Connection

PERHAPS = "The message may or may not have arrived."
# What is said of one that a restored database still had to send.
RESTORED = f"It was under way when the backup was made that was put back. {PERHAPS}"

LONG_QUEUED = timedelta(seconds=15)


class State(models.TextChoices):
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Unknown"
    CANCELLED = "cancelled", "Cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens by itself."""
        return self not in UNDER_WAY

    @property
    def tone(self) -> str:
        """How the pages colour it: good, bad, warn, info or nothing."""
        tones = {
            State.SENT: "good",
            State.FAILED: "bad",
            State.UNKNOWN: "warn",
            State.WAITING: "warn",
            State.SENDING: "info",
            State.QUEUED: "info",
        }
        return tones.get(self, "")


UNDER_WAY = (State.QUEUED, State.SENDING, State.WAITING)
# Nothing is on its way to the API, so it can still be taken back.
CANCELLABLE = (State.QUEUED, State.WAITING)
# What an unknown one turns out to be.
CLEAR = (State.SENT, State.FAILED)

# A send that was unknown until a person said that it did not arrive.
SAID_NOT_ARRIVED = Q(state=State.FAILED, settled_at__isnull=False)
SAID_BY_A_PERSON = Q(state__in=CLEAR, settled_by__isnull=False)
# Nobody but the customer knows whether it arrived: `Send.is_doubted` says the same of a row.
DOUBTED = Q(state=State.UNKNOWN) | SAID_NOT_ARRIVED | SAID_BY_A_PERSON


class SendQuerySet(models.QuerySet["Send"]):
    def due(self) -> Self:
        """What a worker may take now."""
        return self.due_within(timedelta())

    def due_within(self, time: timedelta) -> Self:
        """What a worker may take now, or in so long."""
        until = timezone.now() + time
        return self.filter(
            Q(state=State.QUEUED) | Q(state=State.WAITING, next_attempt_at__lte=until)
        )

    def accepted(self) -> Self:
        """What the API took for delivery."""
        return self.filter(state=State.SENT)

    def could_be_answered(self) -> Self:
        """What reached the customer, or may have; a person who said it did not may be wrong."""
        return self.filter(
            SAID_NOT_ARRIVED | Q(state__in=[State.SENT, State.UNKNOWN, State.SENDING])
        )

    def sent_after(self, moment: datetime) -> Self:
        """What went out only then: a send may have waited long in the queue."""
        return self.filter(self._last_attempt_after(moment))

    def not_sent_after(self, moment: datetime) -> Self:
        return self.exclude(self._last_attempt_after(moment))

    @staticmethod
    def _last_attempt_after(moment: datetime) -> Exists:
        last = Attempt.objects.filter(send=OuterRef("pk"), number=OuterRef("attempt_count"))
        return Exists(last.filter(started_at__gt=moment))

    def of_day(self, team: Team) -> Self:
        """What a team has sent, or queued, since midnight, and not taken back."""
        sent = self.exclude(state=State.CANCELLED)
        return sent.filter(team=team, created_at__gte=midnight())

    def claim(self, pk: int, lease: timedelta) -> "Send | None":
        """Take a due send for one attempt, or None.

        None if it isn't due, if another worker has it, or if its connection rests.

        One conditional UPDATE decides. The attempt's number is the claim: whoever records an
        outcome names it, so a worker that was too slow can't overwrite a later one.
        """
        due = self.due().filter(pk=pk)
        changes = {"state": State.SENDING, "lease_until": timezone.now() + lease}
        with transaction.atomic():
            if not due.update(attempt_count=F("attempt_count") + 1, **changes):
                return None
            taken = self.select_related("connection").get(pk=pk)
            if Connection.objects.reserve(taken.connection_id):
                return taken
            # It rests: as if nobody had taken it.
            transaction.set_rollback(True)
        return None

    def hold(self, pk: int) -> "Send | None":
        """Let a due send wait while its connection rests, without an attempt; None if neither."""
        due = self.due().filter(pk=pk)
        resting = Connection.objects.resting().without_secrets().filter(sends__in=due).first()
        if resting is None:
            return None
        until = resting.rate_resets_at
        changes = {"state": State.WAITING, "next_attempt_at": until, "outcome": resting.rate_words}
        return self.get(pk=pk) if due.update(wake_at=until, **changes) else None


class Batch(models.Model):
    """Sends that one person put on their way at once: one message to several numbers."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="batches")
    template_name = models.CharField(max_length=MAX_NAME)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    count = models.PositiveSmallIntegerField()
    # From the panel and what it held, as a send's.
    token = models.UUIDField(editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "token"], name="one_batch_a_panel")]

    def __str__(self) -> str:
        return f"{self.template_name} to {self.count} numbers"

    def get_absolute_url(self) -> str:
        return reverse("sends-together", args=[self.pk])

    def failed(self) -> SendQuerySet:
        """Those that failed and may be sent again, which nobody has done yet."""
        return self.sends.filter(
            state=State.FAILED, repeats=None, connection__retired_at=None
        ).order_by("pk")

    @staticmethod
    def standing(failed: Iterable["Send"]) -> str:
        """How those that failed stand, for whoever wants to send them again; changes with all that
        they are told of them."""
        return " ".join(f"{send.pk}{'?' if send.settled_at else ''}" for send in failed)

    def cancel_rest(self, person: User) -> int:
        """Take back those that have not gone out yet; how many that were."""
        return sum(send.cancel(person) for send in self.sends.all() if send.may_cancel)


class Send(models.Model):
    """One message to one number: the exact payload, and what became of it.

    The row is the truth; the task queue only wakes a worker, which claims the row by a conditional
    UPDATE. Later edits of the template change nothing here.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="sends", db_index=False)
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="sends", db_index=False
    )
    template = models.ForeignKey(
        MessageTemplate, on_delete=models.SET_NULL, null=True, related_name="sends"
    )
    version = models.ForeignKey(Version, on_delete=models.SET_NULL, null=True, related_name="sends")
    # The name and the number as they were; a draft has no number.
    template_name = models.CharField(max_length=MAX_NAME)
    version_number = models.PositiveIntegerField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    repeat_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="repeats"
    )
    batch = models.ForeignKey(Batch, on_delete=models.SET_NULL, null=True, related_name="sends")
    # From the panel that it was sent with, so that a form that is posted twice sends once.
    token = models.UUIDField(default=uuid.uuid4, editable=False)

    to = PhoneNumberField()
    reference = models.CharField(max_length=100, blank=True)
    path = models.CharField(max_length=60)
    # The request's body, byte for byte, as ASCII JSON.
    body = models.TextField()

    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    # When the queue wakes a worker for it; the sweep wakes again for what is overdue.
    wake_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    message_id = models.CharField(max_length=200, blank=True)
    # What happened, in a sentence for a marketer; empty while nothing has.
    outcome = models.TextField(blank=True)
    # Who said what became of an unknown one, or cancelled it, and when.
    settled_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[SendQuerySet] = SendQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "token"], name="one_send_a_panel")]
        indexes = [
            # The log's: each serves one filter or a pair of them, newest first. Where the number
            # stands at the end, a part of it is found without the rows, which are wide.
            models.Index(fields=["team", "-id", "to"]),
            models.Index(fields=["team", "state", "-id", "to"]),
            models.Index(fields=["team", "template", "-id", "to"]),
            models.Index(fields=["team", "template", "state", "-id", "to"]),
            models.Index(fields=["team", "to", "-id"]),
            models.Index(fields=["team", "to", "state", "-id"]),
            models.Index(fields=["team", "to", "template", "-id"]),
            models.Index(
                fields=["team", "batch", "-id"],
                name="sends_together",
                condition=Q(batch__isnull=False),
            ),
            # A reference is looked for before it is used.
            models.Index(fields=["team", "reference"]),
            # The quota's.
            models.Index(fields=["team", "created_at"]),
            models.Index(fields=["team", "created_by", "-id"]),
            models.Index(fields=["connection", "to", "-created_at"]),
            # A reply may name the message that it answers.
            models.Index(
                fields=["connection", "message_id", "-id"],
                name="sends_by_message_id",
                condition=~Q(message_id=""),
            ),
            # The sweep's: almost every row is final and not in it.
            models.Index(
                fields=["state", "wake_at"],
                name="unfinished_sends",
                condition=Q(state__in=list(UNDER_WAY)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_name} to {self.to}: {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("send", args=[self.pk])

    @property
    def payload(self) -> dict[str, Any]:
        """The body as data."""
        payload: dict[str, Any] = json.loads(self.body)
        return payload

    @property
    def json(self) -> str:
        """The body as people read it."""
        return as_json(self.payload)

    @property
    def is_final(self) -> bool:
        return State(self.state).is_final

    @property
    def tone(self) -> str:
        return State(self.state).tone

    @property
    def may_cancel(self) -> bool:
        return self.state in CANCELLABLE

    @property
    def may_repeat(self) -> bool:
        """Whether the same may go out once more: it is over, and its connection is still there."""
        return self.is_final and self.connection.retired_at is None

    @property
    def wait_seconds(self) -> int:
        """How many seconds, rounded up, until it is tried again; 0 when that is now or never."""
        if self.state != State.WAITING or self.next_attempt_at is None:
            return 0
        return max(0, math.ceil((self.next_attempt_at - timezone.now()).total_seconds()))

    @property
    def waits_long(self) -> bool:
        """Whether it is queued for so long that nobody seems to be there to send it."""
        return self.state == State.QUEUED and timezone.now() - self.created_at > LONG_QUEUED

    @property
    def fingerprint(self) -> str:
        """Changes with whatever the live parts of the pages show, but for the countdown."""
        said, repeats = self.settled_by_id is not None, len(self.repeats.all())
        return f"{self.state}-{self.attempt_count}-{self.waits_long:d}{said:d}-{repeats}"

    @property
    def standing(self) -> str:
        """How it stands, for whoever wants to send it again: changes with all they are told."""
        return f"{self.state} {self.repeats.count()}"

    @property
    def last_attempt(self) -> "Attempt | None":
        return self.attempts.last()

    @property
    def is_doubted(self) -> bool:
        """Whether nobody but the customer knows that it arrived: it is unknown, or all there is is
        a person's word."""
        said_not = self.state == State.FAILED and self.settled_at is not None
        return self.state == State.UNKNOWN or said_not or self.may_take_back

    @property
    def may_take_back(self) -> bool:
        """Whether it is as it is because a person said so (`SAID_BY_A_PERSON`), who may have been
        wrong."""
        return self.settled_by_id is not None and self.state in CLEAR

    def settle(self, *, arrived: bool, person: User | None = None) -> bool:
        """Decide what became of an unknown send: a person says so, or (without one) a reply did,
        which knows better than any person.

        False if it is neither, or not any more.
        """
        source = str(person) if person else "A reply to it"
        said = "that it arrived" if arrived else "that it did not arrive"
        return self._finish(
            DOUBTED if person is None else Q(state=State.UNKNOWN),
            State.SENT if arrived else State.FAILED,
            f"{source} {'says' if person else 'shows'} {said}.",
            person,
        )

    def cancel(self, person: User) -> bool:
        """Take it back before (or between) its attempts; False if it is too late for that."""
        words = f"{person} cancelled it. It was not sent."
        return self._finish(Q(state__in=CANCELLABLE), State.CANCELLED, words, person)

    def unsettle(self) -> None:
        """Let it be as its last attempt left it, if only a reply had shown that it arrived."""
        self._doubt_again(Q(state=State.SENT, settled_at__isnull=False, settled_by=None))

    def take_back(self) -> bool:
        """Let it be as its last attempt left it, if only a person said what became of it; False if
        not."""
        return self._doubt_again(SAID_BY_A_PERSON)

    def _doubt_again(self, which: Q) -> bool:
        last = self.last_attempt
        # Only a restore makes one unknown whose last attempt left it open.
        state, words = State.UNKNOWN, RESTORED
        # A clear answer may have come after what was said.
        if last and last.state in (State.UNKNOWN, *CLEAR):
            state, words = State(last.state), last.outcome
        changed = Send.objects.filter(which, pk=self.pk).update(
            state=state,
            outcome=words,
            settled_by=None,
            settled_at=None,
        )
        return bool(changed)

    def _finish(self, before: Q, after: State, words: str, person: User | None) -> bool:
        now = timezone.now()
        changed = Send.objects.filter(before, pk=self.pk).update(
            state=after,
            outcome=words,
            settled_by=person,
            settled_at=now,
            finished_at=now,
            next_attempt_at=None,
        )
        return bool(changed)


class Attempt(models.Model):
    """One request to the API and its answer, kept whole (but for the key)."""

    send = models.ForeignKey(Send, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    url = models.CharField(max_length=400)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True)
    answer_headers = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=200, blank=True)
    rate_limit = models.JSONField(null=True, blank=True)
    # What the attempt made of its send; empty while it is under way.
    state = models.CharField(max_length=9, choices=State.choices, blank=True)
    # The API's or WhatsApp's error code, or what went wrong on the way: "timeout", "refused" …
    code = models.CharField(max_length=60, blank=True)
    # In words, for the timeline.
    outcome = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["send", "number"], name="one_attempt_a_number")
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.send_id}"

    @property
    def tone(self) -> str:
        return State(self.state).tone if self.state else "info"

    @property
    def rate_limit_words(self) -> str:
        """How many requests the API said are left, and until when."""
        limit = self.rate_limit or {}
        words = f"{limit.get('remaining', '?')} of {limit.get('limit', '?')} left"
        reset_at = iso_date(str(limit.get("reset_at") or ""))
        return f"{words} until {reset_at:%H:%M:%S} UTC" if reset_at else words

    @property
    def answer_headers_text(self) -> str:
        """The answer's status and the headers that are kept."""
        headers = [f"{name}: {value}" for name, value in self.answer_headers.items()]
        return "\n".join([f"HTTP {self.status}", *headers])

    @property
    def answer_shown(self) -> Shown:
        """The answer's body as it came, but for JSON, which is indented."""
        try:
            return Shown.of_json(json.loads(self.answer))
        except (ValueError, RecursionError):
            return Shown.of_text(self.answer or "(an empty body)")
