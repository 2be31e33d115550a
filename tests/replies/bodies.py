"""Webhook bodies: what the API and WhatsApp itself would deliver."""

import json
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.test import Client
from django.utils import timezone

from designer.replies import intake
from designer.replies.models import Reply
from designer.sending.models import Connection
from tests.factories import CUSTOMER, example, make_delivery

_ids = count(1)


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def coext(
    message: Any,
    *,
    at: datetime | None = None,
    message_id: str | None = None,
    sender: str = CUSTOMER,
    **data: Any,
) -> dict[str, Any]:
    """The API's wrapper around a message's content, a new one unless `message_id` says which."""
    return {
        "event": "message.received",
        "timestamp": iso(at or timezone.now()),
        "data": {
            "message_id": message_id or f"wamid.{next(_ids)}",
            "from": sender,
            "to": "+14155551234",
            "message": message,
            **data,
        },
    }


def button(option_id: str, title: str = "", **about: Any) -> dict[str, Any]:
    content = {"text": title, "payload": option_id}
    return coext({"type": "button", "button": content}, **about)


def row(option_id: str, title: str = "", **about: Any) -> dict[str, Any]:
    return coext(interactive("list_reply", option_id, title), **about)


def text(words: str, **about: Any) -> dict[str, Any]:
    return coext({"type": "text", "text": {"body": words}}, **about)


def interactive(kind: str, option_id: str, title: str = "") -> dict[str, Any]:
    """WhatsApp's own content of a tap."""
    inner = {"type": kind, kind: {"id": option_id, "title": title}}
    return {"type": "interactive", "interactive": inner}


def meta(*messages: dict[str, Any], **value: Any) -> dict[str, Any]:
    """Meta's whole envelope around messages that have their own ids, senders and times."""
    value = {"messaging_product": "whatsapp", "messages": list(messages), **value}
    change = {"field": "messages", "value": value}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}


def take_in(connection: Connection, body: Any) -> Reply:
    """Store and read a body that tells of one reply, and return that."""
    make_delivery(connection, body)
    intake.read_new()
    return Reply.objects.latest("pk")


def post(connection: Connection, body: Any, **extra: Any) -> Any:
    """POST a body, data or bytes, to a connection's webhook address."""
    raw = body if isinstance(body, bytes) else json.dumps(body)
    client = Client(raise_request_exception=True)
    return client.post(connection.hook_path, raw, content_type="application/json", **extra)


def webhook(name: str) -> dict[str, Any]:
    """One of the contract's two webhooks."""
    return example(f"webhook-{name}-reply")
