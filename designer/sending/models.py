"""Out: connections to the API, what was sent through them, and each attempt at it."""

import hashlib
import json
import math
import secrets
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.dispatch import Signal
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from encrypted_fields.fields import EncryptedTextField
from phonenumber_field.modelfields import PhoneNumberField

from designer.library.models import MessageTemplate, Version
from designer.teams.models import Team, User

# How Fernet's ciphertext begins: what is read when the key it was encrypted with has changed.
CIPHERTEXT = "gAAAAA"

# A connection's fields that are decrypted wherever they are read.
SECRETS = ("api_key", "hook_secret", "old_hook_secret", "signature_secret")
CONNECTION_SECRETS = tuple(f"connection__{name}" for name in SECRETS)

# How long a webhook address goes on working after there is a new one.
HOOK_OVERLAP = timedelta(days=7)
SIGNATURE_HEADER = "X-Hub-Signature-256"

# Sent with `connection` when it has a new webhook address, in the transaction that made it.
hook_renewed = Signal()

LONG_QUEUED = timedelta(seconds=15)
# A window's end as reckoned from two answers may differ so much: a Date has whole seconds only.
SAME_WINDOW = timedelta(seconds=3)


def hook_hash(secret: str) -> str:
    """What a webhook's secret is looked up by; the secret itself lies encrypted."""
    return hashlib.sha256(secret.encode()).hexdigest()


def iso_date(text: str) -> datetime | None:
    """A moment as the API writes it, with its offset; None for anything else."""
    try:
        date = parse_datetime(text)
    except ValueError:
        return None
    return date if date and date.tzinfo else None


def midnight() -> datetime:
    """When today began, in the server's time zone."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def decrypted(value: str | None) -> str | None:
    """The value; None if there is none or the server's own secret has changed since."""
    return value if value and not value.startswith(CIPHERTEXT) else None


def readable(payload: Mapping[str, Any]) -> str:
    """A request's body as people read it: indented, every script as itself.

    Half a surrogate pair, which no page can carry, is written as JSON's escape.
    """
    text = json.dumps(payload, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode()


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def offered(self) -> Self:
        """What a new message may be sent through."""
        return self.filter(retired_at=None)

    def retired(self) -> Self:
        """Those that were removed after messages went through them, the last one first."""
        return self.exclude(retired_at=None).order_by("-retired_at", "-pk")

    def without_secrets(self) -> Self:
        """For pages that only name connections: nothing is decrypted for them."""
        return self.defer(*SECRETS)

    def by_hook(self, secret: str) -> "Connection | None":
        """The connection that takes replies at that secret's address, be it new or still valid."""
        value = hook_hash(secret)
        # Two plain look-ups: Django takes three times as long to put together one with an OR.
        new = self.filter(hook_hash=value, hook_ended_at=None)
        old = self.filter(old_hook_hash=value, old_hook_until__gt=timezone.now())
        for found in (new, old):
            for connection in found.order_by():
                return connection
        return None

    def resting(self) -> Self:
        """Those whose API said that nothing more is accepted for now."""
        return self.filter(rate_remaining=0, rate_resets_at__gt=timezone.now())

    def reserve(self, pk: int) -> bool:
        """Take one of the requests that the API has left in its window, before it is made.

        So that workers who send at the same time don't make more than that together. False if none
        is left; what is not known stands in nobody's way.
        """
        left = self.filter(pk=pk, rate_remaining__gt=0, rate_resets_at__gt=timezone.now())
        taken = left.update(rate_remaining=F("rate_remaining") - 1)
        return bool(taken) or not self.resting().filter(pk=pk).exists()

    def learn(self, pk: int, limit: int | None, remaining: int, resets_at: datetime) -> None:
        """Keep what an answer told of the rate limit, in any order that answers come in.

        Within one window the smallest number that is left counts; a later window replaces an
        earlier one, and what an answer of an earlier window told is forgotten.
        """
        row, now = self.filter(pk=pk), timezone.now()
        over = Q(rate_resets_at=None) | Q(rate_resets_at__lte=now)
        later = Q(rate_resets_at__lt=resets_at - SAME_WINDOW)
        told = {"rate_limit": limit, "rate_remaining": remaining, "rate_resets_at": resets_at}
        if not row.filter(over | later).update(**told):
            same = Q(rate_resets_at__lte=resets_at + SAME_WINDOW)
            row.filter(same, rate_remaining__gt=remaining).update(**told)


class Connection(models.Model):
    """An account at the API: where it is, its key, and where its replies come in."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="connections")
    name = models.CharField(max_length=80)
    base_url = models.URLField("base URL", max_length=300)
    # Null once the connection is retired: then its key is forgotten.
    api_key = EncryptedTextField("API key", null=True, blank=True)
    is_sandbox = models.BooleanField(default=False)
    hook_secret = EncryptedTextField()
    hook_hash = models.CharField(max_length=64, unique=True)
    # The address before this one, while it still works.
    old_hook_secret = EncryptedTextField(null=True, blank=True)
    old_hook_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    old_hook_until = models.DateTimeField(null=True, blank=True)
    # From when on a retired connection takes no replies any more, at either address.
    hook_ended_at = models.DateTimeField(null=True, blank=True)
    # With a secret, deliveries must be signed with it; how many were not, and the last one's time.
    signature_header = models.CharField(max_length=80, default=SIGNATURE_HEADER)
    signature_secret = EncryptedTextField(null=True, blank=True)
    refused_count = models.PositiveIntegerField(default=0)
    refused_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    # A connection that has sent stays for its history and its replies, but is not offered any more.
    retired_at = models.DateTimeField(null=True, blank=True)
    # What the newest answers told: how many requests the API takes in a window, how many are left
    # of them, and when (by our clock) the next window begins. Null until an answer has told it.
    rate_limit = models.PositiveIntegerField(null=True, blank=True)
    rate_remaining = models.PositiveIntegerField(null=True, blank=True)
    rate_resets_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ConnectionQuerySet] = ConnectionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.hook_secret:
            self.hook_secret = secrets.token_urlsafe(24)
        # An address that can't be read any more is still known by its hash, and still works.
        if decrypted(self.hook_secret):
            self.hook_hash = hook_hash(self.hook_secret)
        super().save(*args, **kwargs)

    @property
    def usable_key(self) -> str | None:
        """The API key, or None if there is none or the server's own secret has changed since."""
        return decrypted(self.api_key)

    @property
    def key_hint(self) -> str:
        """The end of the key, to tell two keys apart; a short key shows nothing of itself."""
        key = self.usable_key or ""
        return f"…{key[-4:]}" if len(key) >= 12 else "…"

    @property
    def hook_path(self) -> str:
        """The path, below the site's address, that this connection's replies are posted to."""
        return reverse("hook", args=[self.hook_secret])

    @property
    def hook_is_readable(self) -> bool:
        """Whether the address can be shown; it works either way."""
        return decrypted(self.hook_secret) is not None

    @property
    def old_hook_works(self) -> bool:
        return self.old_hook_until is not None and self.old_hook_until > timezone.now()

    @property
    def old_hook_hint(self) -> str:
        """The end of the old address, to tell it from the new one."""
        return f"…{(decrypted(self.old_hook_secret) or '')[-4:]}"

    @property
    def asks_for_signature(self) -> bool:
        return bool(self.signature_secret)

    @property
    def signature_key(self) -> str | None:
        """What deliveries are signed with; None if they need not be or it can't be read."""
        return decrypted(self.signature_secret)

    def renew_hook(self) -> bool:
        """Make a new webhook address; the old one goes on working for HOOK_OVERLAP.

        False, and nothing is changed, while an older one still works: whoever posts to that has
        been promised the time. So a second click is no second change.
        """
        now, secret = timezone.now(), secrets.token_urlsafe(24)
        unchanged = Connection.objects.filter(pk=self.pk, hook_hash=self.hook_hash)
        with transaction.atomic():
            changed = unchanged.exclude(old_hook_until__gt=now).update(
                hook_secret=secret,
                hook_hash=hook_hash(secret),
                old_hook_secret=self.hook_secret,
                old_hook_hash=self.hook_hash,
                old_hook_until=now + HOOK_OVERLAP,
            )
            self.refresh_from_db()
            if changed:
                hook_renewed.send(Connection, connection=self)
        return bool(changed)

    def end_old_hook(self) -> None:
        """Let the old webhook address work no longer."""
        self.old_hook_secret = self.old_hook_hash = self.old_hook_until = None
        self.save(update_fields=["old_hook_secret", "old_hook_hash", "old_hook_until"])

    def end_hooks(self) -> None:
        """Take no more replies."""
        self.hook_ended_at = timezone.now()
        self.save(update_fields=["hook_ended_at"])
        self.end_old_hook()

    def refuse(self) -> None:
        """Count a delivery that was not signed as it must be."""
        row = Connection.objects.filter(pk=self.pk)
        row.update(refused_count=F("refused_count") + 1, refused_at=timezone.now())

    @property
    def rate_words(self) -> str:
        """Why nothing goes out through it for now."""
        limit = f" of {self.rate_limit} requests" if self.rate_limit else ""
        return f"Keeping to the API’s limit{limit}: it goes out when there is room again."

    def remove(self) -> None:
        """Delete it, or retire it and forget its key if messages or replies went through it."""
        try:
            self.delete()
        except models.ProtectedError:
            self.retired_at, self.api_key = timezone.now(), None
            self.save(update_fields=["retired_at", "api_key"])


class TestNumber(models.Model):
    """A number that the team sent a test to, offered again next time."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="test_numbers")
    number = PhoneNumberField()
    name = models.CharField(max_length=80, blank=True)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-used_at"]
        constraints = [models.UniqueConstraint(fields=["team", "number"], name="one_number_a_team")]

    def __str__(self) -> str:
        return f"{self.name} {self.number}".strip()


class State(models.TextChoices):
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    WAITING = "waiting", "Waiting to try again"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Unknown"
    CANCELLED = "cancelled", "Cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens by itself."""
        return self not in (State.QUEUED, State.SENDING, State.WAITING)

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


# A send that was unknown until a person said that it did not arrive.
SAID_NOT_ARRIVED = Q(state=State.FAILED, settled_at__isnull=False)
SAID_BY_A_PERSON = Q(state__in=[State.SENT, State.FAILED], settled_by__isnull=False)


class SendQuerySet(models.QuerySet["Send"]):
    def due(self) -> Self:
        """What a worker may take now."""
        return self.filter(
            Q(state=State.QUEUED) | Q(state=State.WAITING, next_attempt_at__lte=timezone.now())
        )

    def due_within(self, time: timedelta) -> Self:
        """What waits, and may be taken not yet but in so long."""
        now = timezone.now()
        return self.filter(
            state=State.WAITING, next_attempt_at__gt=now, next_attempt_at__lte=now + time
        )

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
        """What a team has sent, or queued, since midnight."""
        return self.filter(team=team, created_at__gte=midnight())

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
    template_name = models.CharField(max_length=120)
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
    template_name = models.CharField(max_length=120)
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
            # A reference that was made up is looked for before it is used.
            models.Index(fields=["team", "reference"]),
            # The quota's.
            models.Index(fields=["team", "created_at"]),
            models.Index(fields=["team", "created_by", "-id"]),
            models.Index(fields=["connection", "to", "-created_at"]),
            # The sweep's: almost every row is final and not in it.
            models.Index(
                fields=["state", "wake_at"],
                name="unfinished_sends",
                condition=Q(state__in=["queued", "sending", "waiting"]),
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
        return readable(self.payload)

    @property
    def is_final(self) -> bool:
        return State(self.state).is_final

    @property
    def tone(self) -> str:
        return State(self.state).tone

    @property
    def may_cancel(self) -> bool:
        return self.state in (State.QUEUED, State.WAITING)

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
        said = self.settled_by_id is not None
        return f"{self.state}-{self.attempt_count}-{self.waits_long:d}{said:d}"

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
        """Whether it is as it is because a person said so, who may have been wrong."""
        return self.settled_by_id is not None and self.state in (State.SENT, State.FAILED)

    def settle(self, *, arrived: bool, person: User | None = None) -> bool:
        """Decide what became of an unknown send: a person says so, or (without one) a reply did,
        which knows better than any person.

        False if it is neither, or not any more.
        """
        source = str(person) if person else "A reply to it"
        said = "that it arrived" if arrived else "that it did not arrive"
        doubted = Q(state=State.UNKNOWN)
        if person is None:
            doubted |= SAID_NOT_ARRIVED | SAID_BY_A_PERSON
        return self._finish(
            doubted,
            State.SENT if arrived else State.FAILED,
            f"{source} {'says' if person else 'shows'} {said}.",
            person,
        )

    def cancel(self, person: User) -> bool:
        """Take it back before (or between) its attempts; False if it is too late for that."""
        words = f"{person} cancelled it. It was not sent."
        waits = Q(state__in=[State.QUEUED, State.WAITING])
        return self._finish(waits, State.CANCELLED, words, person)

    def unsettle(self) -> None:
        """Let it be unknown again, if only a reply had shown that it arrived."""
        self._doubt_again(Q(state=State.SENT, settled_at__isnull=False, settled_by=None))

    def take_back(self) -> bool:
        """Let it be unknown again, if only a person said what became of it; False if not."""
        return self._doubt_again(SAID_BY_A_PERSON)

    def _doubt_again(self, which: Q) -> bool:
        last = self.last_attempt
        changed = Send.objects.filter(which, pk=self.pk).update(
            state=State.UNKNOWN,
            outcome=last.outcome if last else "",
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
        return f"{words} until {reset_at.astimezone(UTC):%H:%M:%S} UTC" if reset_at else words

    @property
    def answer_text(self) -> str:
        """The answer as it came, but for JSON, which is indented."""
        headers = [f"{name}: {value}" for name, value in self.answer_headers.items()]
        try:
            body = json.dumps(json.loads(self.answer), indent=2, ensure_ascii=False)
        except (ValueError, RecursionError):
            body = self.answer
        text = "\n".join([f"HTTP {self.status}", *headers, "", body or "(an empty body)"])
        return text.encode("utf-8", "backslashreplace").decode()
