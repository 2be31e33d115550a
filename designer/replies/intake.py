"""From stored deliveries to replies: what the worker calls, and reading again by hand."""

import hashlib
import json
import logging
import time
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from designer.sending.models import Send, State

from . import reading
from .matching import let_go, match, match_again
from .models import Delivery, DeliveryState, Kind, Reply

logger = logging.getLogger(__name__)

# Meta puts at most this many into one webhook; more would hold the database up for too long.
MOST_MESSAGES = 1_000
# No send is tried for longer, so one that is older has been unknown for long.
STILL_OPEN = timedelta(days=2)
# Seconds between two deliveries; what is more was no reading but waiting.
MOST_PAUSE = 0.02
FAULT = "Tapwright had a problem with this one ({problem}). Once that is mended, read it again."


def read_new(limit: int = 200) -> int:
    """Read up to `limit` new deliveries, oldest first, and return how many were read.

    Safe in several workers at once. Each delivery is one transaction: whatever breaks it off
    leaves the delivery new, to be read again. Raises only what a database that is away raises.
    """
    new = Delivery.objects.filter(state=DeliveryState.NEW).order_by("pk")
    waiting = list(new.values_list("pk", flat=True)[:limit])
    count = 0
    for pk in waiting:
        start = time.monotonic()
        count += read_one(pk)
        if connection.vendor == "sqlite":
            # Reading held the write lock; now it is the webhook's turn for as long.
            time.sleep(min(time.monotonic() - start, MOST_PAUSE))
    return count


def read_one(pk: int) -> bool:
    """Read a delivery, if it is new and no other worker has it."""
    try:
        with transaction.atomic():
            # On SQLite the transaction itself holds others off, and the lock is left out.
            new = Delivery.objects.select_for_update(skip_locked=True)
            delivery = new.filter(pk=pk, state=DeliveryState.NEW).first()
            if delivery is None:
                return False
            delivery.state, delivery.note = _read(delivery)
            delivery.save(update_fields=["state", "note"])
    except (OperationalError, InterfaceError):
        raise
    except Exception as problem:
        # A fault of ours must not keep the deliveries behind this one from being read.
        logger.exception("Delivery %s could not be read", pk)
        note = FAULT.format(problem=type(problem).__name__)
        Delivery.objects.filter(pk=pk, state=DeliveryState.NEW).update(
            state=DeliveryState.BROKEN, note=note
        )
    return True


def replay(pk: int) -> DeliveryState:
    """Read a delivery again that made no reply, and return what has become of it.

    One that made some stays as it is. Raises Delivery.DoesNotExist.
    """
    if Delivery.objects.replayable().filter(pk=pk).update(state=DeliveryState.NEW, note=""):
        read_one(pk)
    return DeliveryState(Delivery.objects.values_list("state", flat=True).get(pk=pk))


def settle_answered() -> int:
    """Settle unknown sends that have a reply, and return how many there were.

    A reply settles its send when it is matched; this is for one that came while the request was
    still under way and only later turned out to have no answer.
    """
    unknown = Send.objects.filter(
        state=State.UNKNOWN, created_at__gt=timezone.now() - STILL_OPEN, replies__isnull=False
    ).distinct()
    return sum(send.settle(arrived=True) for send in unknown)


def _read(delivery: Delivery) -> tuple[DeliveryState, str]:
    body = bytes(delivery.body)
    try:
        found = reading.read(reading.decode(body))
    except reading.UnreadableError as problem:
        return DeliveryState.BROKEN, str(problem)
    messages = [item for item in found if isinstance(item, reading.Message)]
    if len(messages) > MOST_MESSAGES:
        return DeliveryState.BROKEN, f"More than {MOST_MESSAGES:,} messages in one delivery."
    told: dict[str, reading.Message] = {}
    for position, message in enumerate(messages):
        told.setdefault(_identity(message, body, position), message)
    if told:
        _wait_for_others(delivery.connection_id, several=len(told) > 1)
    for identity, message in told.items():
        _record(delivery, identity, message)
    if told:
        return DeliveryState.READ, ""
    events = {item.name: None for item in found if isinstance(item, reading.Event)}
    return DeliveryState.IGNORED, ", ".join(events)[:500]


def _wait_for_others(connection_id: int, *, several: bool) -> None:
    """Let no other delivery be read for the connection while one of several messages is.

    That one holds its replies, and the sends that they settle, until the last is recorded: another
    that holds the same ones in a different order would wait for it while it waits for that. Those
    of one message don't wait for each other. Recording sorted would not help: replies of the same
    second stand on the pages in the order of their rows.
    """
    # Not the connection's row: sending locks that. SQLite lets only one transaction write anyway.
    if connection.vendor == "postgresql":
        lock = "pg_advisory_xact_lock" if several else "pg_advisory_xact_lock_shared"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {lock}(%s)", [connection_id])


def _identity(message: reading.Message, body: bytes, position: int) -> str:
    """Which reply it is. Without a message id, the same body again is the same reply again."""
    content = message.content
    option_id = content.option_id if isinstance(content, reading.Tap) else ""
    name = message.message_id or [hashlib.sha256(body).hexdigest(), position]
    parts = [message.event, name, message.sender, _kind(message), option_id]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _kind(message: reading.Message) -> Kind:
    content = message.content
    if isinstance(content, reading.Tap):
        return Kind(content.kind)
    return Kind.TEXT if isinstance(content, reading.Text) else Kind.OTHER


def _record(delivery: Delivery, identity: str, message: reading.Message) -> None:
    """Make the reply and match it, or count one more delivery of it."""
    replied_at = min(message.sent_at or delivery.received_at, delivery.received_at)
    about = {
        "team_id": delivery.team_id,
        "delivery": delivery,
        "message_id": message.message_id,
        "from_number": message.sender,
        "kind": _kind(message),
        "context_id": message.context_id,
        "replied_at": replied_at,
        "received_at": delivery.received_at,
        **_content(message.content),
    }
    reply, is_new = Reply.objects.select_for_update().get_or_create(
        connection_id=delivery.connection_id, identity=identity, defaults=about
    )
    if is_new:
        match(reply)
        reply.save()
        return
    reply.delivered_count += 1
    # Deliveries come in any order, and some senders stamp a repeated one anew.
    if (earliest := min(reply.replied_at, replied_at)) < reply.replied_at:
        before, reply.replied_at = reply.send, earliest
        match_again(reply)
        reply.save()
        if before != reply.send:
            let_go(before)
        return
    reply.save(update_fields=["delivered_count"])


def _content(content: reading.Tap | reading.Text | reading.Other) -> dict[str, str]:
    if isinstance(content, reading.Tap):
        return {"option_id": content.option_id, "title": content.title}
    if isinstance(content, reading.Other):
        return {"title": content.what, "text": content.text}
    return {"text": content.text}
