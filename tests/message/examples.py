"""The contract's own request bodies, and messages made by plain functions."""

import json
from pathlib import Path
from typing import Any

from designer.message.schema import (
    Button,
    ButtonMessage,
    Header,
    ListMessage,
    Row,
    Section,
)

_FOLDER = Path(__file__).parent.parent / "examples"
REQUESTS: dict[str, dict[str, Any]] = {
    file.stem: json.loads(file.read_text())
    for file in sorted(_FOLDER.glob("*.json"))
    if file.stem.startswith(("list-", "button-"))
}


def list_message(*rows: Row, **fields: Any) -> ListMessage:
    """A list without a problem, with these rows in one section, or with other fields."""
    section = Section(title="Menu", rows=rows or (a_row("pizza"), a_row("pasta")))
    fields = {
        "body": "What would you like to eat?",
        "button": "View menu",
        "sections": (section,),
        **fields,
    }
    return ListMessage(**fields)


def a_row(name: str = "pizza", **fields: Any) -> Row:
    """A row without a problem."""
    values = {"id": f"dish_{name}", "title": name.title(), "description": "From the oven"}
    return Row(**{**values, **fields})


def button_message(*buttons: Button, **fields: Any) -> ButtonMessage:
    """A button message without a problem, with these buttons, or with other fields."""
    buttons = buttons or (Button(id="say_yes", title="Yes"), Button(id="say_no", title="No"))
    fields = {"body": "Shall we come tomorrow?", "buttons": buttons, **fields}
    return ButtonMessage(**fields)


def with_media(kind: str, link: str, filename: str = "") -> ButtonMessage:
    """A button message with a file in its header."""
    return button_message(
        header=Header.model_validate({"type": kind, "link": link, "filename": filename})
    )


def row_titles(message: ListMessage) -> list[list[str]]:
    """The rows' titles, section by section."""
    return [[row.title for row in section.rows] for section in message.sections]
