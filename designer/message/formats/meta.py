"""Meta's native payload: WhatsApp Cloud API, a message of type `interactive`.

Source: Meta's OpenAPI file (business messaging API v23). It holds all that a message has.
"""

from collections.abc import Mapping
from typing import Any

from designer.message.formats import coext
from designer.message.formats.errors import FormatError
from designer.message.formats.loading import (
    Loaded,
    Reader,
    join,
    strictly,
    to_message,
)
from designer.message.schema import ListMessage, Message, readable

_ENVELOPE = {"messaging_product", "recipient_type", "to", "type", "interactive"}


def dump(message: Message, *, to: str) -> dict[str, Any]:
    """The request body for Meta's `/messages`. `to` is an E.164 number."""
    interactive: dict[str, Any] = {"type": message.kind}
    if header := coext.dump_header(message):
        interactive["header"] = (
            {"type": "text", "text": header} if isinstance(header, str) else header
        )
    interactive["body"] = {"text": message.body}
    if message.footer:
        interactive["footer"] = {"text": message.footer}
    if isinstance(message, ListMessage):
        interactive["action"] = {
            "button": message.button,
            "sections": coext.dump_sections(message),
        }
    else:
        interactive["action"] = {
            "buttons": [
                {"type": "reply", "reply": {"id": button.id, "title": button.title}}
                for button in message.buttons
            ]
        }
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": to,
        "type": "interactive",
        "interactive": interactive,
    }


def load(payload: Mapping[str, Any]) -> Message:
    """The message of a request body, or of its `interactive` object alone.

    `load(dump(message, to=…)) == message`, but for what only a draft knows. Raises FormatError.
    """
    return strictly(load_loosely, payload)


def load_loosely(payload: Mapping[str, Any], reader: Reader) -> Loaded:
    """The same, with the recipient and a list of what a message can't hold."""
    to, path, interactive = None, "", payload
    if "interactive" in payload:
        envelope = reader.keep(payload, _ENVELOPE)
        to = reader.beside(envelope.get("to"), "to")
        path, interactive = "interactive", payload["interactive"]
    parts = reader.keep(interactive, {"type", "header", "body", "footer", "action"}, path)
    raw = {"kind": parts.get("type")}
    for name in ("body", "footer"):
        if name in parts:
            raw[name] = _text(reader, parts[name], path, name)
    action, action_path = parts.get("action", {}), join(path, "action")
    if raw["kind"] == "list":
        action = reader.keep(action, {"button", "sections"}, action_path)
        raw["button"] = action.get("button")
        raw["sections"] = coext.load_sections(
            reader, action.get("sections"), f"{action_path}.sections"
        )
        if "header" in parts:
            raw["header"] = _list_header(reader, parts["header"], join(path, "header"))
    elif raw["kind"] == "button":
        action = reader.keep(action, {"buttons"}, action_path)
        raw["buttons"] = coext.load_buttons(
            reader, action.get("buttons"), f"{action_path}.buttons", nested=True
        )
        if "header" in parts:
            raw["header"] = coext.load_header(reader, parts["header"], join(path, "header"))
    else:
        raise FormatError(_other_kind(raw["kind"], join(path, "type")))
    return Loaded(to_message(raw), reader.lost, reader.notes, to)


def _other_kind(kind: object, path: str) -> str:
    if not isinstance(kind, str):
        return f"{path} must be list or button."
    if kind in ("list_reply", "button_reply"):
        return "This is a customer’s reply, not a message to send."
    return (
        f"This is an interactive message of type {readable(kind)}. "
        "Only those of type list and button can be read."
    )


def _text(reader: Reader, value: object, path: str, name: str) -> object:
    if isinstance(value, str) and reader.adapt(f"The {name} was a text alone, not an object."):
        return value
    return reader.keep(value, {"text"}, join(path, name)).get("text")


def _list_header(reader: Reader, value: object, path: str) -> object:
    if isinstance(value, str) and reader.adapt("The header was a text alone, not an object."):
        return value
    return coext.load_text_header(reader, value, path)
