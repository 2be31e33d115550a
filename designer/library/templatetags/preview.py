"""Draws a message as the customer's phone shows it: the same partial on every page."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from designer.library.content import Content
from designer.message import markup
from designer.message.formats import coext
from designer.message.schema import Header, Message, Row

register = template.Library()

# Rows with texts of so many characters in all are drawn once and kept.
KEPT_ROW = 500

EXAMPLE_HOSTS = ("example.com", "example.net", "example.org")

# How many rows of a list its card shows.
CARD_ROWS = 3

# What a document's card says, and how it is coloured, by the extension of its name.
DOCUMENTS = {
    ".pdf": ("pdf", "PDF"),
    ".doc": ("word", "DOC"),
    ".docx": ("word", "DOCX"),
    ".xls": ("sheet", "XLS"),
    ".xlsx": ("sheet", "XLSX"),
    ".ppt": ("slides", "PPT"),
    ".pptx": ("slides", "PPTX"),
    ".txt": ("text", "TXT"),
}


@dataclass(frozen=True)
class Document:
    """A document's card: its name, its sort for the icon's colour, and the icon's letters."""

    name: str
    sort: str = "other"
    letters: str = ""


@register.filter
def whatsapp(text: str) -> SafeString:
    """A body with WhatsApp's formatting."""
    return mark_safe(markup.to_html(text))  # noqa: S308 - escapes before it adds tags


@register.filter
def literal(text: str) -> SafeString:
    """A text that WhatsApp shows as it is typed."""
    return mark_safe(markup.plain_to_html(text))  # noqa: S308 - escaped


@register.filter
def linked(text: str) -> SafeString:
    """The same with its links looking like links, as in a footer."""
    return mark_safe(markup.plain_to_html(text, links=True))  # noqa: S308 - escaped


@register.filter
def document(header: Header) -> Document:
    """The card of a document header: by its file name, else by the last part of its link."""
    path, _, _ = header.link.partition("?")
    name = header.filename or unquote(path.rpartition("/")[2]) or "Document"
    found = DOCUMENTS.get(PurePosixPath(name).suffix.lower())
    return Document(name, *found) if found else Document(name)


@register.filter
def is_fetched(link: str) -> bool:
    """Whether a browser fetches the link for the preview, as WhatsApp would: over https alone."""
    return link[:8].lower() == "https://"


@register.filter
def is_example(link: str) -> bool:
    """Whether the link is at a host that RFC 2606 keeps for examples, where no picture ever is."""
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return False
    return any(host == name or host.endswith(f".{name}") for name in EXAMPLE_HOSTS)


@register.simple_tag
def draw_row(row: Row) -> SafeString:
    """A row of the opened list."""
    # What somebody pasted by mistake is not kept.
    draws = _drawn_row if len(row.title) + len(row.description) < KEPT_ROW else _draw_row
    return draws(row)


def _draw_row(row: Row) -> SafeString:
    return render_to_string("preview/_row.html", {"row": row})


# A keystroke changes one row, or none, of a list that may have a hundred.
_drawn_row = lru_cache(maxsize=2048)(_draw_row)


@register.inclusion_tag("preview/_message.html")
def draw(message: Message, *, time: str = "10:24", still: bool = False) -> dict[str, Any]:
    """The bubble of a message; a `still` one, as on a card, has nothing to tap."""
    return {"message": message, "time": time, "still": still}


@register.inclusion_tag("preview/_message.html")
def draw_content(content: Content, *, still: bool = False) -> dict[str, Any]:
    """The bubble of a draft or version, its variables filled with their samples."""
    return {"message": content.filled(), "time": "10:24", "still": still}


@register.inclusion_tag("preview/_message.html")
def draw_card(content: Content) -> dict[str, Any]:
    """The still bubble on a card; a list's first rows stand under its button, so that lists can be
    told apart."""
    message = content.filled()
    rows = _rows(message)
    return {
        "message": message,
        "time": "10:24",
        "still": True,
        "first_rows": rows[:CARD_ROWS],
        "more_rows": max(0, len(rows) - CARD_ROWS),
    }


@register.filter
def size(message: Message) -> str:
    """How much it offers: "1 section, 8 rows", or "3 buttons"."""
    if message.kind == "button":
        return _count(len(message.buttons), "button")
    return f"{_count(len(message.sections), 'section')}, {_count(len(_rows(message)), 'row')}"


def _rows(message: Message) -> list[Row]:
    if message.kind == "button":
        return []
    return [row for section in message.sections for row in section.rows]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@register.inclusion_tag("preview/_message.html")
def draw_payload(
    payload: Mapping[str, Any], *, time: str = "", still: bool = False
) -> dict[str, Any]:
    """The bubble of a request body of the API."""
    return {"message": coext.load(payload), "time": time, "still": still}
