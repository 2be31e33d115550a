"""The sandbox's rows: keys, and the messages to and from the phone's customers."""

import re
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.utils import timezone

RATE_LIMIT = 60
RATE_WINDOW = timedelta(minutes=1)
KEY = re.compile(r"pk_sandbox_[0-9a-f]{32}")


def new_key() -> str:
    return f"pk_sandbox_{secrets.token_hex(16)}"


def new_wamid() -> str:
    return f"wamid.{secrets.token_hex(16).upper()}"


def whole_ms(moment: datetime) -> datetime:
    """The moment without what the API's timestamps can't say: who waits for it, waits enough."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@dataclass(frozen=True)
class Window:
    """Where a key stands in its minute: `granted` says whether this request was within it."""

    granted: bool
    remaining: int
    reset_at: datetime


class AccountQuerySet(models.QuerySet["Account"]):
    def of(self, owner: str) -> Self:
        """The owner's accounts, oldest first."""
        return self.filter(owner=owner).order_by("pk")

    def with_key(self, key: str) -> "Account | None":
        """The account a request's key belongs to, whatever bytes came as the key."""
        return self.filter(key=key).first() if KEY.fullmatch(key) else None


class Account(models.Model):
    """A key to the sandbox, and where its replies go. Play money: the key is kept in plain text."""

    owner = models.CharField(max_length=100)
    name = models.CharField(max_length=80)
    key = models.CharField(max_length=64, unique=True, default=new_key)
    webhook_url = models.CharField("webhook address", max_length=500, blank=True)
    can_send = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    # The minute that is being counted.
    window_ends_at = models.DateTimeField(default=timezone.now)
    window_count = models.PositiveIntegerField(default=0)

    objects: ClassVar[AccountQuerySet] = AccountQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="one_sandbox_name_an_owner")
        ]

    def __str__(self) -> str:
        return self.name

    def count_request(self) -> Window:
        """Count one request against the minute; one beyond the limit is refused and not counted.

        Locks the row, so that requests at once are counted one after the other.
        """
        with transaction.atomic():
            row = Account.objects.select_for_update().get(pk=self.pk)
            # Not before the lock: who waited for it must not come with a time that is over.
            now = timezone.now()
            # A minute that lies ahead was counted before the clock was set back.
            if not row.window_ends_at - RATE_WINDOW <= now < row.window_ends_at:
                row.window_ends_at, row.window_count = whole_ms(now + RATE_WINDOW), 0
            granted = row.window_count < RATE_LIMIT
            row.window_count += granted
            row.save(update_fields=["window_ends_at", "window_count"])
        return Window(granted, RATE_LIMIT - row.window_count, row.window_ends_at)


class Sender(models.TextChoices):
    BUSINESS = "business", "Business"
    CUSTOMER = "customer", "Customer"


class Kind(models.TextChoices):
    """What a message is. A customer's list or button message is the choice made in one."""

    LIST = "list", "List"
    BUTTON = "button", "Buttons"
    TEXT = "text", "Text"


class Webhook(models.TextChoices):
    """How far the webhook for a customer's message has come."""

    NONE = "none", "No webhook address is set"
    WAITING = "waiting", "On its way"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"


UNREAD = models.Q(sender=Sender.BUSINESS, seen=False)
CHATS_SHOWN = 200


class MessageQuerySet(models.QuerySet["Message"]):
    def of(self, owner: str) -> Self:
        """What this owner's phones show."""
        return self.filter(account__owner=owner)

    def unread(self) -> Self:
        return self.filter(UNREAD)

    def with_quotes(self) -> Self:
        """With what a bubble shows of other rows."""
        return self.select_related("account", "reply_to")

    def webhook_due(self, pk: int) -> Self:
        """The message, if its webhook is to be posted now and nobody is at it."""
        now = models.Q(next_attempt_at=None) | models.Q(next_attempt_at__lte=timezone.now())
        return self.filter(now, pk=pk, webhook=Webhook.WAITING)

    def chats(self) -> list["Message"]:
        """The newest message of each customer's chat, newest first, with its `unread_count`."""
        chats = (
            self.values("customer")
            .annotate(newest=models.Max("pk"), unread=models.Count("pk", filter=UNREAD))
            .order_by("-newest")[:CHATS_SHOWN]
        )
        unread = {chat["newest"]: chat["unread"] for chat in chats}
        newest = list(Message.objects.filter(pk__in=unread).order_by("-pk"))
        for message in newest:
            message.unread_count = unread[message.pk]
        return newest


class Message(models.Model):
    """A message in a customer's chat, from the business or from the customer."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="messages")
    customer = models.CharField(max_length=16)
    sender = models.CharField(max_length=8, choices=Sender.choices)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    created_at = models.DateTimeField(default=timezone.now)

    # From the business: the id that the API answered, and the request as it came.
    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    payload = models.JSONField(default=dict)
    seen = models.BooleanField(default=False)

    # From the customer: what was written, or the title of what was chosen, and in which message.
    wamid = models.CharField(max_length=80, default=new_wamid, unique=True)
    text = models.TextField(blank=True)
    option_id = models.CharField(max_length=256, blank=True)
    reply_to = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="replies"
    )
    webhook = models.CharField(max_length=9, choices=Webhook.choices, default=Webhook.NONE)
    webhook_attempts = models.PositiveSmallIntegerField(default=0)
    webhook_problem = models.CharField(max_length=200, blank=True)
    next_attempt_at = models.DateTimeField(null=True)

    objects: ClassVar[MessageQuerySet] = MessageQuerySet.as_manager()  # type: ignore[assignment]
    # For the pages that show it: how many of its chat are unread, and whether a day begins with it.
    unread_count = 0
    begins_day = False

    class Meta:
        indexes = [models.Index(fields=["account", "customer", "id"])]

    def __str__(self) -> str:
        return f"{self.sender} {self.kind} in the chat of {self.customer}"

    @property
    def may_send_again(self) -> bool:
        """Whether its webhook is worth a push: it failed, or there is an address by now."""
        if self.webhook == Webhook.NONE:
            return bool(self.account.webhook_url)
        return self.webhook == Webhook.FAILED or (
            self.webhook == Webhook.WAITING and bool(self.webhook_problem)
        )

    @property
    def summary(self) -> str:
        """The message in a line: what the chat list and a quotation show."""
        body: Any = self.payload.get("body", "")
        return self.text or str(body)


class Hold(models.Model):
    """A message that is answered 429 until `until`, then accepted once."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="holds")
    digest = models.CharField(max_length=64)
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "digest"], name="one_hold_a_message")
        ]

    def __str__(self) -> str:
        return f"held until {self.until:%T}"
