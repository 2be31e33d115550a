"""What addresses, forms and requests ask for, read with care."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


def number(text: str) -> int | None:
    """A whole number that any database takes for a row's id; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def query_of(asked: Mapping[str, object]) -> str:
    """What is set, for an address; "" if nothing is."""
    return urlencode({name: value for name, value in asked.items() if value})


def address_with(request: HttpRequest, query: str) -> str:
    """The address of the request's page with this query in the place of its own."""
    return f"{request.path}?{query}" if query else request.path


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx will put the answer into a page that is there already."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.history_restore_request
