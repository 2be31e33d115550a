"""Accounts at the API: where each is, its key, where its replies come in, and its rate limit."""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, ClassVar, Self

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.dispatch import Signal
from django.urls import reverse
from django.utils import timezone
from encrypted_fields.fields import EncryptedTextField

from designer.teams.models import Team

# How Fernet's ciphertext begins: what is read when the key it was encrypted with has changed.
CIPHERTEXT = "gAAAAA"

# A connection's fields that are decrypted wherever they are read.
SECRETS = ("api_key", "hook_secret", "old_hook_secret", "signature_secret")
CONNECTION_SECRETS = tuple(f"connection__{name}" for name in SECRETS)

FOR_A_DELIVERY = ("team_id", "signature_header", "signature_secret")

# How long a webhook address goes on working after there is a new one.
HOOK_OVERLAP = timedelta(days=7)
SIGNATURE_HEADER = "X-Hub-Signature-256"

# Sent with `connection` when it has a new webhook address, in the transaction that made it.
hook_renewed = Signal()
# A window's end as reckoned from two answers may differ so much: a Date has whole seconds only.
SAME_WINDOW = timedelta(seconds=3)


def hook_hash(secret: str) -> str:
    """What a webhook's secret is looked up by; the secret itself lies encrypted."""
    return hashlib.sha256(secret.encode()).hexdigest()


def decrypted(value: str | None) -> str | None:
    """The value; None if there is none or the server's own secret has changed since."""
    return value if value and not value.startswith(CIPHERTEXT) else None


@lru_cache(maxsize=1)
def _by_new_hook() -> str:
    """The look-up of almost every delivery, in SQL with the hash as its parameter: Django takes
    several times as long to put it together as the database to answer."""
    look_up = Connection.objects.filter(hook_hash="", hook_ended_at=None).order_by()
    sql: str = look_up.only(*FOR_A_DELIVERY).query.sql_with_params()[0]
    return sql


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
        """The connection that takes replies at that secret's address, be it new or still valid,
        with no more than a delivery needs of it."""
        value = hook_hash(secret)
        for connection in self.raw(_by_new_hook(), [value]):
            return connection
        old = self.filter(old_hook_hash=value, old_hook_until__gt=timezone.now())
        return old.only(*FOR_A_DELIVERY).order_by().first()

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
        except (models.ProtectedError, IntegrityError):  # the latter: at this very moment
            self.retired_at, self.api_key = timezone.now(), None
            self.save(update_fields=["retired_at", "api_key"])
