"""Out: connections to the API, what was sent through them, and each attempt at it."""

import hashlib
import json
import math
import secrets
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from encrypted_fields.fields import EncryptedTextField
from phonenumber_field.modelfields import PhoneNumberField

from designer.library.models import MessageTemplate, Version
from designer.teams.models import Team, User

# How Fernet's ciphertext begins: what is read when the key it was encrypted with has changed.
CIPHERTEXT = "gAAAAA"

LONG_QUEUED = timedelta(seconds=15)


def hook_hash(secret: str) -> str:
    """What a webhook's secret is looked up by; the secret itself lies encrypted."""
    return hashlib.sha256(secret.encode()).hexdigest()


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

    def without_secrets(self) -> Self:
        """For pages that only name connections: nothing is decrypted for them."""
        return self.defer("api_key", "hook_secret")


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
    created_at = models.DateTimeField(default=timezone.now)
    # A connection that has sent stays for its history and its replies, but is not offered any more.
    retired_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ConnectionQuerySet] = ConnectionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.hook_secret or self.hook_secret.startswith(CIPHERTEXT):
            self.hook_secret = secrets.token_urlsafe(24)
        self.hook_hash = hook_hash(self.hook_secret)
        super().save(*args, **kwargs)

    @property
    def usable_key(self) -> str | None:
        """The API key, or None if there is none or the server's own secret has changed since."""
        key: str | None = self.api_key
        return key if key and not key.startswith(CIPHERTEXT) else None

    @property
    def key_hint(self) -> str:
        """The end of the key, to tell two keys apart; a short key shows nothing of itself."""
        key = self.usable_key or ""
        return f"…{key[-4:]}" if len(key) >= 12 else "…"

    @property
    def hook_path(self) -> str:
        """The path, below the site's address, that this connection's replies are posted to."""
        return reverse("hook", args=[self.hook_secret])

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


class SendQuerySet(models.QuerySet["Send"]):
    def due(self) -> Self:
        """What a worker may take now."""
        return self.filter(
            Q(state=State.QUEUED) | Q(state=State.WAITING, next_attempt_at__lte=timezone.now())
        )

    def could_be_answered(self) -> Self:
        """What reached the customer, or may have."""
        return self.filter(state__in=[State.SENT, State.UNKNOWN, State.SENDING])

    def claim(self, pk: int, lease: timedelta) -> "Send | None":
        """Take a due send for one attempt, or None if it isn't due or another worker has it.

        One conditional UPDATE decides. The attempt's number is the claim: whoever records an
        outcome names it, so a worker that was too slow can't overwrite a later one.
        """
        taken = self.due().filter(pk=pk)
        changes = {"state": State.SENDING, "lease_until": timezone.now() + lease}
        if not taken.update(attempt_count=F("attempt_count") + 1, **changes):
            return None
        return self.select_related("connection").get(pk=pk)


class Send(models.Model):
    """One message to one number: the exact payload, and what became of it.

    The row is the truth; the task queue only wakes a worker, which claims the row by a conditional
    UPDATE. Later edits of the template change nothing here.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="sends")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="sends")
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
    # One for each panel that is opened, so that a form that is posted twice sends once.
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
            models.Index(fields=["team", "-id"]),
            models.Index(fields=["team", "state", "-id"]),
            models.Index(fields=["team", "template", "-id"]),
            models.Index(fields=["team", "to", "-id"]),
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
        return f"{self.state}-{self.attempt_count}-{self.waits_long:d}"

    @property
    def last_attempt(self) -> "Attempt | None":
        return self.attempts.last()

    def settle(self, *, arrived: bool, person: User | None = None) -> bool:
        """Decide what became of an unknown send: a person says so, or (without one) a reply did.

        False if it is not unknown, or not any more.
        """
        source = str(person) if person else "A reply to it"
        said = "that it arrived" if arrived else "that it did not arrive"
        return self._finish(
            [State.UNKNOWN],
            State.SENT if arrived else State.FAILED,
            f"{source} {'says' if person else 'shows'} {said}.",
            person,
        )

    def cancel(self, person: User) -> bool:
        """Take it back before (or between) its attempts; False if it is too late for that."""
        words = f"{person} cancelled it. It was not sent."
        return self._finish([State.QUEUED, State.WAITING], State.CANCELLED, words, person)

    def _finish(self, before: list[State], after: State, words: str, person: User | None) -> bool:
        now = timezone.now()
        changed = Send.objects.filter(pk=self.pk, state__in=before).update(
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
        reset_at = parse_datetime(str(limit.get("reset_at") or ""))
        return f"{words} until {reset_at:%H:%M:%S} UTC" if reset_at else words

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
