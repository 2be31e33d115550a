"""What a customer does on the phone, told to the address set for the key, as the API tells it."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
from django.db import models, transaction
from django.utils import timezone
from django_tasks import task

from .models import Kind, Message, Webhook

# The one number that every business in the sandbox has: the contract's own sample.
BUSINESS_NUMBER = "+14155551234"
TIME_OUT = 10.0
MAX_ATTEMPTS = 6
# How long one try may take before its worker is given up.
LEASE = timedelta(seconds=30)
# One that is due for so long has lost its wake, or waits in a long queue; one more does no harm.
OVERDUE = timedelta(seconds=30)
# So that a sweep after a long stop doesn't hold the worker up; the next one goes on.
BATCH = 500


def iso(moment: datetime) -> str:
    """A moment as the API writes it: UTC, milliseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def delivery(message: Message) -> dict[str, Any]:
    """The webhook's body for a customer's message.

    The contract has the shapes of a tapped button and a chosen row; a written text is as Meta's.
    """
    content: dict[str, Any]
    if message.kind == Kind.BUTTON:
        content = {
            "type": "button",
            "button": {"text": message.text, "payload": message.option_id},
        }
    elif message.kind == Kind.LIST:
        content = {
            "type": "interactive",
            "interactive": {
                "type": "list_reply",
                "list_reply": {"id": message.option_id, "title": message.text},
            },
        }
    else:
        content = {"type": "text", "text": {"body": message.text}}
    return {
        "event": "message.received",
        "timestamp": iso(message.created_at),
        "data": {
            "message_id": message.wamid,
            "from": message.customer,
            "to": BUSINESS_NUMBER,
            "message": content,
        },
    }


def announce(message: Message) -> None:
    """Save a customer's message, and tell the webhook of it in the background.

    A worker is woken once the message is committed. A wake that gets lost, for the queue may be
    away, is made up for by the sweep.
    """
    message.webhook = Webhook.WAITING if message.account.webhook_url else Webhook.NONE
    message.webhook_attempts, message.webhook_problem, message.next_attempt_at = 0, "", None
    message.save()
    if message.webhook == Webhook.WAITING:
        transaction.on_commit(partial(deliver_later.enqueue, message.pk), robust=True)


def deliver(message_id: int, transport: httpx.BaseTransport | None = None) -> None:
    """Post a message's webhook, if it is due, and note what came of it.

    Anything but a 2xx within ten seconds is a failure. The tries are 2, 4, 8 … seconds apart and
    end after six. `transport` stands in for the network.
    """
    lease = timezone.now() + LEASE
    with transaction.atomic():
        if not Message.objects.webhook_due(message_id).update(
            webhook_attempts=models.F("webhook_attempts") + 1, next_attempt_at=lease
        ):
            return
        # Should this worker die on the way, another takes over when the lease has run out.
        deliver_later.using(run_after=lease).enqueue(message_id)
    message = Message.objects.select_related("account").get(pk=message_id)
    message.webhook_problem = post(message.account.webhook_url, delivery(message), transport)
    message.next_attempt_at = None
    if not message.webhook_problem:
        message.webhook = Webhook.DELIVERED
    elif message.webhook_attempts >= MAX_ATTEMPTS:
        message.webhook = Webhook.FAILED
    else:
        wait = timedelta(seconds=2**message.webhook_attempts)
        message.next_attempt_at = timezone.now() + wait
    with transaction.atomic():
        message.save(update_fields=["webhook", "webhook_problem", "next_attempt_at"])
        if message.next_attempt_at:
            deliver_later.using(run_after=message.next_attempt_at).enqueue(message_id)


def sweep() -> int:
    """Wake again for webhooks that are overdue; return how many there were."""
    before = timezone.now() - OVERDUE
    never_tried = models.Q(next_attempt_at=None, created_at__lt=before)
    overdue = Message.objects.filter(
        never_tried | models.Q(next_attempt_at__lt=before), webhook=Webhook.WAITING
    )
    waiting = list(overdue.values_list("pk", flat=True).order_by("pk")[:BATCH])
    for pk in waiting:
        deliver_later.enqueue(pk)
    return len(waiting)


@task
def deliver_later(message_id: int) -> None:
    """Deliver in the background."""
    deliver(message_id)


def post(url: str, body: dict[str, Any], transport: httpx.BaseTransport | None) -> str:
    """Post JSON and say in words what went wrong; "" when it was answered with a 2xx."""
    try:
        with (
            httpx.Client(transport=transport, timeout=TIME_OUT, trust_env=False) as client,
            client.stream("POST", url, json=body) as answer,
        ):
            return "" if answer.is_success else f"it answered {answer.status_code}"
    except httpx.TimeoutException:
        return f"no answer within {TIME_OUT:.0f} seconds"
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        return "the address can’t be used"
    except httpx.ConnectError:
        return "no connection could be made"
    except httpx.HTTPError:
        return "the connection broke off"
