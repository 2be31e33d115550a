"""What people paste that is no message of ours, told apart so that it can be named."""

from collections.abc import Mapping
from typing import Any

from designer.message.schema import readable

_PLAIN = {
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
}


def name(payload: Mapping[str, Any]) -> str | None:
    """What a payload is that is no list or button message, in a sentence; None if unknown."""
    kind, event, error = (payload.get(key) for key in ("type", "event", "error"))
    if isinstance(event, str):
        return f"This is a webhook ({readable(event)}): it tells what happened; it is no message."
    if payload.get("object") == "whatsapp_business_account" or "entry" in payload:
        return "This is a webhook of Meta’s: it tells what happened; it is no message."
    if "messages" in payload and "contacts" in payload:
        return "This is what the API answered or told, not a message to send."
    if "success" in payload or ("error" in payload and len(payload) <= 2):
        told = error.get("message") if isinstance(error, Mapping) else None
        said = f": “{readable(told)}”" if isinstance(told, str) else ""
        return f"This is an answer of the API{said}, not a message to send."
    if (
        kind == "template"
        or "components" in payload
        or isinstance(payload.get("template"), Mapping)
    ):
        return (
            "This is a WhatsApp template message, which Meta approves beforehand. "
            "Only list and reply-button messages can be read."
        )
    if isinstance(kind, str) and kind in _PLAIN:
        return (
            f"This is a WhatsApp message of type {kind}. "
            "Only list and reply-button messages can be read."
        )
    return None
