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
    each,
    join,
    strictly,
    text_or_none,
    to_message,
)
from designer.message.schema import ListMessage, Message

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


def load_loosely(payload: Mapping[str, Any]) -> Loaded:
    """The same, with the recipient and a list of what a message can't hold."""
    reader = Reader()
    to, path, interactive = None, "", payload
    if "interactive" in payload:
        envelope = reader.keep(payload, _ENVELOPE)
        to = text_or_none(envelope.get("to"), "to")
        path, interactive = "interactive", payload["interactive"]
    parts = reader.keep(interactive, {"type", "header", "body", "footer", "action"}, path)
    raw = {"kind": parts.get("type")}
    for name in ("body", "footer"):
        if name in parts:
            raw[name] = reader.keep(parts[name], {"text"}, join(path, name)).get("text")
    action, action_path = parts.get("action", {}), join(path, "action")
    if raw["kind"] == "list":
        raw |= _list_action(reader, action, action_path)
        if "header" in parts:
            raw["header"] = _list_header(reader, parts["header"], join(path, "header"))
    elif raw["kind"] == "button":
        raw |= _button_action(reader, action, action_path)
        if "header" in parts:
            raw["header"] = coext.load_header(reader, parts["header"], join(path, "header"))
    else:
        raise FormatError(f"{join(path, 'type')} must be list or button.")
    return Loaded(to_message(raw), reader.lost, to)


def _list_action(reader: Reader, value: object, path: str) -> dict[str, Any]:
    action = reader.keep(value, {"button", "sections"}, path)
    sections = coext.load_sections(reader, action.get("sections"), f"{path}.sections")
    return {"button": action.get("button"), "sections": sections}


def _list_header(reader: Reader, value: object, path: str) -> object:
    """A list's header is text; another type is lost."""
    header = reader.keep(value, {"type", "text"}, path)
    if header.get("type") != "text":
        reader.lost.append(f"{path}.type")
    return header.get("text")


def _button_action(reader: Reader, value: object, path: str) -> dict[str, Any]:
    action = reader.keep(value, {"buttons"}, path)
    buttons = []
    for b, item in enumerate(each(action.get("buttons"), f"{path}.buttons")):
        button = reader.keep(item, {"type", "reply"}, f"{path}.buttons.{b}")
        reply = button.get("reply", {})
        buttons.append(reader.keep(reply, {"id", "title"}, f"{path}.buttons.{b}.reply"))
    return {"buttons": buttons}
