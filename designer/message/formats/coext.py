"""The Coext External API's payload: POST /messages/interactive/list and …/button.

A list's header is a string, a button message's an object; what is not set is left out.
"""

from collections.abc import Mapping
from typing import Any

from designer.message.formats.loading import (
    Loaded,
    Reader,
    each,
    strictly,
    to_message,
)
from designer.message.ids import free_ids
from designer.message.schema import ListMessage, Message

ENDPOINT = "/messages/interactive"
"""The path under the API's base URL below which every kind of message has its own."""

_ENVELOPE = {"to", "reference"}
_LIST = {"header", "body", "footer", "button", "sections"} | _ENVELOPE
_BUTTON = {"header", "body", "footer", "buttons"} | _ENVELOPE


def path(message: Message) -> str:
    """The path under the API's base URL to which a message of this kind is posted."""
    return f"{ENDPOINT}/{message.kind}"


def dump(message: Message, *, to: str, reference: str | None = None) -> dict[str, Any]:
    """The request body, its keys in the contract's order. `to` is an E.164 number."""
    payload: dict[str, Any] = {"to": to}
    if header := dump_header(message):
        payload["header"] = header
    payload["body"] = message.body
    if message.footer:
        payload["footer"] = message.footer
    if isinstance(message, ListMessage):
        payload["button"] = message.button
        payload["sections"] = dump_sections(message)
    else:
        payload["buttons"] = [{"id": b.id, "title": b.title} for b in message.buttons]
    if reference:
        payload["reference"] = reference
    return payload


def dump_header(message: Message) -> str | dict[str, Any] | None:
    """A list's header as text, a button message's as an object, what is not set as "" or None."""
    if isinstance(message, ListMessage):
        return message.header
    if message.header is None:
        return None
    header = message.header
    if header.type == "text":
        return {"type": "text", "text": header.text}
    media = {"link": header.link}
    if header.type == "document" and header.filename:
        media["filename"] = header.filename
    return {"type": header.type, header.type: media}


def dump_sections(message: ListMessage) -> list[dict[str, Any]]:
    """A list's sections with their rows."""
    sections: list[dict[str, Any]] = []
    for section in message.sections:
        dumped: dict[str, Any] = {"title": section.title} if section.title else {}
        dumped["rows"] = [
            {"id": row.id, "title": row.title}
            | ({"description": row.description} if row.description else {})
            for row in section.rows
        ]
        sections.append(dumped)
    return sections


def load(payload: Mapping[str, Any]) -> Message:
    """The message of a request body, without its `to` and `reference`.

    `load(dump(message, to=…)) == message`, but for what only a draft knows: marks of fresh ids and
    what a header keeps for its other types. Raises FormatError.
    """
    return strictly(load_loosely, payload)


def load_loosely(payload: Mapping[str, Any], reader: Reader) -> Loaded:
    """The same, with the recipient and the reference, and a list of what a message can't hold."""
    is_list = isinstance(payload, Mapping) and "sections" in payload
    raw = reader.keep(payload, _LIST if is_list else _BUTTON)
    to = reader.beside(raw.pop("to", None), "to")
    reference = reader.beside(raw.pop("reference", None), "reference")
    for name in ("body", "footer"):
        if isinstance(raw.get(name), Mapping) and reader.adapt(
            f"The {name} was an object: {_TAKEN}"
        ):
            raw[name] = reader.keep(raw[name], {"text"}, name).get("text")
    if is_list:
        raw["kind"] = "list"
        raw["sections"] = load_sections(reader, raw.get("sections"), "sections")
        if isinstance(raw.get("header"), Mapping) and reader.adapt(
            f"The header was an object: {_TAKEN}"
        ):
            raw["header"] = load_text_header(reader, raw["header"], "header")
    else:
        raw["kind"] = "button"
        raw["buttons"] = load_buttons(reader, raw.get("buttons"), "buttons")
        if "header" in raw:
            raw["header"] = load_header(reader, raw["header"], "header")
    return Loaded(to_message(raw), reader.lost, reader.notes, to, reference)


_TAKEN = "its text was taken."


def load_sections(reader: Reader, value: object, path: str) -> list[dict[str, Any]]:
    """A list's sections, as `schema.parse` takes them."""
    sections = reader.keep_each(value, {"title", "rows"}, path)
    for s, section in enumerate(sections):
        rows_path = f"{path}.{s}.rows"
        section["rows"] = [
            _titled(reader, row, "rows")
            or reader.keep(row, {"id", "title", "description"}, f"{rows_path}.{r}")
            for r, row in enumerate(each(section.get("rows"), rows_path))
        ]
    _give_ids([row for section in sections for row in section["rows"]], word="row")
    return sections


def load_buttons(
    reader: Reader, value: object, path: str, *, nested: bool = False
) -> list[dict[str, Any]]:
    """A message's buttons, as `schema.parse` takes them; `nested` ones are as Meta has them."""
    buttons = []
    for b, item in enumerate(each(value, path)):
        place = f"{path}.{b}"
        if button := _titled(reader, item, "buttons"):
            buttons.append(button)
            continue
        as_meta = nested
        if isinstance(item, Mapping) and ("reply" in item) != nested:
            other = "Coext API" if nested else "Meta Cloud API"
            if reader.adapt(f"The buttons had the shape of the {other}’s."):
                as_meta = not nested
        if as_meta:
            button = reader.keep(item, {"type", "reply"}, place)
            if button.get("type", "reply") != "reply":
                reader.lost.append(f"{place}.type")
            item, place = button.get("reply", {}), f"{place}.reply"
        buttons.append(reader.keep(item, {"id", "title"}, place))
    _give_ids(buttons, word="option")
    return buttons


def _titled(reader: Reader, item: object, name: str) -> dict[str, Any] | None:
    """A row or button of which there is only the title."""
    note = f"The {name} were titles alone: their ids were made from these."
    if isinstance(item, str) and reader.adapt(note):
        return {"title": item, "fresh": True}
    return None


def _give_ids(options: list[dict[str, Any]], *, word: str) -> None:
    taken = {str(option["id"]) for option in options if "id" in option}
    bare = [option for option in options if "fresh" in option]
    ids = free_ids([option["title"] for option in bare], taken, word=word)
    for option, made in zip(bare, ids, strict=True):
        option["id"] = made


def load_text_header(reader: Reader, value: object, path: str) -> object:
    """The text of a list's header that is an object; one of another type is lost."""
    header = reader.keep(value, {"type", "text"}, path)
    if header.get("type") != "text":
        reader.lost.append(f"{path}.type")
    return header.get("text")


def load_header(reader: Reader, value: object, path: str) -> dict[str, Any]:
    """A button message's header, as `schema.parse` takes it."""
    if isinstance(value, str) and reader.adapt(
        "The header was a text alone: it has the type text."
    ):
        return {"type": "text" if value else "", "text": value}
    raw = reader.keep(value, {"type", "text", "image", "video", "document"}, path)
    kind = raw.get("type")
    for other in ("text", "image", "video", "document"):
        if other != kind and other in raw:
            reader.lost.append(f"{path}.{other}")
            del raw[other]
    if isinstance(kind, str) and kind in raw and kind != "text":
        known = {"link", "filename"} if kind == "document" else {"link"}
        raw[kind] = reader.keep(raw[kind], known, f"{path}.{kind}")
    return raw
