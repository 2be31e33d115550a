"""Twilio's Content payload: `twilio/list-picker` and `twilio/quick-reply`.

It has no header, footer or sections, so an export says what it drops.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from designer.message.formats.errors import FormatError
from designer.message.formats.loading import (
    Loaded,
    Reader,
    strictly,
    text_or_none,
    to_message,
)
from designer.message.schema import ListMessage, Message, readable

_LIST = "twilio/list-picker"
_BUTTONS = "twilio/quick-reply"
_REPLY = "QUICK_REPLY"
_LANGUAGE = "en"


@dataclass(frozen=True)
class Export:
    """A payload, and in words what it dropped of the message."""

    payload: dict[str, Any]
    dropped: list[str]


def dump(message: Message, *, name: str) -> Export:
    """The body that creates the message as Twilio content. `name` becomes its friendly name."""
    content: dict[str, Any] = {"body": message.body}
    if isinstance(message, ListMessage):
        content["button"] = message.button
        content["items"] = [
            {"id": row.id, "item": row.title}
            | ({"description": row.description} if row.description else {})
            for section in message.sections
            for row in section.rows
        ]
    else:
        content["actions"] = [{"id": b.id, "title": b.title} for b in message.buttons]
    types = {_LIST if message.kind == "list" else _BUTTONS: content}
    payload = {"friendly_name": name, "language": _LANGUAGE, "types": types}
    return Export(payload, _dropped(message))


def _dropped(message: Message) -> list[str]:
    dropped = []
    if isinstance(message, ListMessage):
        if message.header:
            dropped.append(f"The header “{message.header}”.")
    elif message.header and message.header.type == "text":
        dropped.append(f"The header “{message.header.text}”.")
    elif message.header:
        dropped.append(f"The header's {message.header.noun} {message.header.link}.")
    if message.footer:
        dropped.append(f"The footer “{message.footer}”.")
    if isinstance(message, ListMessage):
        if titles := [f"“{section.title}”" for section in message.sections if section.title]:
            dropped.append(f"The section titles {', '.join(titles)}.")
        if len(message.sections) > 1:
            dropped.append(f"The grouping into {len(message.sections)} sections.")
    return dropped


def load(payload: Mapping[str, Any]) -> Message:
    """The message of a content body; a list's items come as one section. Raises FormatError."""
    return strictly(load_loosely, payload)


def load_loosely(payload: Mapping[str, Any], reader: Reader) -> Loaded:
    """The same, with the friendly name, sample values and a list of what a message can't hold."""
    known = {"friendly_name", "language", "types"}
    parts = reader.keep(payload, known | {"variables"} if reader.adapts else known)
    samples = _samples(parts.get("variables", {}), reader)
    name = text_or_none(parts.get("friendly_name"), "friendly_name")
    if parts.get("language", _LANGUAGE) != _LANGUAGE:
        reader.lost.append("language")
    kinds = parts.get("types", {})
    kind = _LIST if isinstance(kinds, Mapping) and _LIST in kinds else _BUTTONS
    others = kinds
    kinds = reader.keep(kinds, {kind}, "types")
    if kind not in kinds:
        others = f", not {readable(', '.join(map(str, others)))}" if others else ""
        raise FormatError(f"types must hold {_LIST} or {_BUTTONS}{others}.")
    path = f"types.{kind}"
    if kind == _BUTTONS:
        content = reader.keep(kinds[kind], {"body", "actions"}, path)
        buttons = reader.keep_each(
            content.get("actions"), {"id", "title", "type"}, f"{path}.actions"
        )
        for b, button in enumerate(buttons):
            if button.pop("type", _REPLY) != _REPLY:
                reader.lost.append(f"{path}.actions.{b}.type")
        raw = {"kind": "button", "body": content.get("body"), "buttons": buttons}
    else:
        content = reader.keep(kinds[kind], {"body", "button", "items"}, path)
        items = reader.keep_each(
            content.get("items"), {"id", "item", "description"}, f"{path}.items"
        )
        rows = [{**item, "title": item.get("item")} for item in items]
        for row in rows:
            row.pop("item", None)
        raw = {"kind": "list", "body": content.get("body"), "button": content.get("button")}
        raw["sections"] = [{"rows": rows}]
    return Loaded(to_message(raw), reader.lost, reader.notes, name=name, samples=samples)


def _samples(values: object, reader: Reader) -> dict[str, str]:
    """A content's `variables`, which hold a sample value each, as texts of one line."""
    if not isinstance(values, Mapping):
        raise FormatError("variables must be an object with named fields.")
    reader.lost += [
        f"variables.{readable(str(name))}"
        for name, value in values.items()
        if not isinstance(value, str)
    ]
    return {
        str(name): " ".join(value.split())
        for name, value in values.items()
        if isinstance(value, str)
    }
