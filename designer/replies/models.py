"""In: what the webhooks delivered, and what it means."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from designer.library.models import MessageTemplate
from designer.sending import numbers
from designer.sending.models import Connection, Send
from designer.teams.models import Team, User


class DeliveryState(models.TextChoices):
    NEW = "new", "Not read yet"
    READ = "read", "Read"
    IGNORED = "ignored", "No reply in it"
    BROKEN = "broken", "Can’t be read"
    # It was read, and is so old that only what it said of replies is kept.
    PRUNED = "pruned", "Body deleted"


# What made no reply, so that reading it again counts nothing twice.
REPLAYABLE = (DeliveryState.IGNORED, DeliveryState.BROKEN)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def replayable(self) -> Self:
        return self.filter(state__in=REPLAYABLE)


class Delivery(models.Model):
    """One POST to a webhook address, raw, stored before anything looks at it.

    Old ones are deleted (`pruning`); of those that brought replies a row without body is left.
    """

    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="deliveries")
    received_at = models.DateTimeField(default=timezone.now)
    body = models.BinaryField()
    state = models.CharField(max_length=7, choices=DeliveryState.choices, default=DeliveryState.NEW)
    # Why it can't be read, or what it is if no reply is in it.
    note = models.TextField(blank=True)

    objects: ClassVar[DeliveryQuerySet] = DeliveryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["team", "-id"]),
            models.Index(fields=["team", "state", "-id"]),
            # The reader's: almost every row is read and not in it.
            models.Index(
                fields=["id"], name="unread_deliveries", condition=Q(state=DeliveryState.NEW)
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}: {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("delivery", args=[self.pk])

    @property
    def tone(self) -> str:
        """How the pages colour its state."""
        tones = {DeliveryState.READ: "good", DeliveryState.BROKEN: "bad", DeliveryState.NEW: "info"}
        return tones.get(DeliveryState(self.state), "")

    @property
    def may_replay(self) -> bool:
        return self.state in REPLAYABLE

    @property
    def is_pruned(self) -> bool:
        return self.state == DeliveryState.PRUNED


class Kind(models.TextChoices):
    BUTTON = "button", "Tapped a button"
    LIST = "list", "Chose from a list"
    TEXT = "text", "Wrote"
    OTHER = "other", "Sent something else"


TAPS = [Kind.BUTTON, Kind.LIST]


class Matched(models.TextChoices):
    CONTEXT = "context", "matched by the message’s id"
    GUESS = "guess", "matched by number and option"
    PERSON = "person", "matched by hand"


class ReplyQuerySet(models.QuerySet["Reply"]):
    def taps(self) -> Self:
        return self.filter(kind__in=TAPS)


class Reply(models.Model):
    """What a customer tapped or wrote: one, however often it was delivered."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="replies", db_index=False)
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="replies", db_index=False
    )
    # The first delivery that told of it.
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="replies")
    # Says which reply this is: a hash of event, message id, sender, kind and option.
    identity = models.CharField(max_length=64)
    delivered_count = models.PositiveIntegerField(default=1)

    message_id = models.CharField(max_length=300, blank=True)
    # E.164 where it could be made so, else as it came; "" if no number was given.
    from_number = models.CharField(max_length=numbers.LONGEST, blank=True)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    option_id = models.CharField(max_length=300, blank=True)
    title = models.TextField(blank=True)
    # Whether the title is not the delivery's own but the one that the option has in `send`.
    is_title_found = models.BooleanField(default=False, db_default=False)
    text = models.TextField(blank=True)
    context_id = models.CharField(max_length=300, blank=True)
    # When the customer answered, as the webhook says, but never later than it came here.
    replied_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)

    # What it answers, how we know, and where in that message the tapped option stands (from 0).
    send = models.ForeignKey(Send, on_delete=models.SET_NULL, null=True, related_name="replies")
    matched = models.CharField(max_length=7, choices=Matched.choices, blank=True)
    matched_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    option_position = models.PositiveSmallIntegerField(null=True)
    # For a typed text only: `send`, or else the message that it came after without answering it.
    wrote_after = models.ForeignKey(
        Send, on_delete=models.SET_NULL, null=True, related_name="texts_after"
    )
    # The template of either, so that lists and counts need no join.
    template = models.ForeignKey(
        MessageTemplate,
        on_delete=models.SET_NULL,
        null=True,
        related_name="replies",
        db_index=False,
    )

    objects: ClassVar[ReplyQuerySet] = ReplyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name_plural = "replies"
        constraints = [
            models.UniqueConstraint(fields=["connection", "identity"], name="one_reply_an_identity")
        ]
        # Each serves one filter of the list or a pair of them, newest first.
        indexes = [
            models.Index(fields=["team", "-replied_at", "-id"]),
            models.Index(fields=["team", "kind", "-replied_at", "-id"]),
            models.Index(fields=["team", "from_number", "-replied_at", "-id"]),
            models.Index(fields=["template", "-replied_at", "-id"]),
            models.Index(fields=["template", "kind", "-replied_at", "-id"]),
            *(
                models.Index(fields=[*fields, "-replied_at", "-id"], name=name, condition=condition)
                for name, fields, condition in (
                    ("unmatched_replies", ["team"], Q(send=None)),
                    ("unmatched_replies_kind", ["team", "kind"], Q(send=None)),
                    ("unmatched_replies_template", ["template"], Q(send=None)),
                    ("matched_replies", ["team"], Q(send__isnull=False)),
                    ("matched_replies_kind", ["team", "kind"], Q(send__isnull=False)),
                    ("matched_replies_template", ["template"], Q(send__isnull=False)),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_number}: {self.title or self.text}"

    def get_absolute_url(self) -> str:
        return reverse("reply", args=[self.pk])

    @property
    def is_tap(self) -> bool:
        return self.kind in TAPS

    @property
    def words(self) -> str:
        """What was tapped or written, in a line or more."""
        return self.title or self.text or self.option_id
