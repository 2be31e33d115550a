"""Draws a message as the customer's phone shows it: the same partial on every page."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from designer.library.content import Content
from designer.message import markup
from designer.message.formats import coext
from designer.message.schema import Message

register = template.Library()


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


@register.inclusion_tag("preview/_message.html")
def draw(message: Message, *, time: str = "10:24", still: bool = False) -> dict[str, Any]:
    """The bubble of a message; a `still` one, as on a card, has nothing to tap."""
    return {"message": message, "time": time, "still": still}


@register.inclusion_tag("preview/_message.html")
def draw_content(content: Content, *, still: bool = False) -> dict[str, Any]:
    """The bubble of a draft or version, its variables filled with their samples."""
    return {"message": content.filled(), "time": "10:24", "still": still}


@register.inclusion_tag("preview/_message.html")
def draw_payload(
    payload: Mapping[str, Any], *, time: str = "", still: bool = False
) -> dict[str, Any]:
    """The bubble of a request body of the API."""
    return {"message": coext.load(payload), "time": time, "still": still}
