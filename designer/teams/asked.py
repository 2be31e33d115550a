"""What addresses, forms and requests ask for, read with care."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


def number(text: str) -> int | None:
    """A whole number that any database takes for a row's id; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx will put the answer into a page that is there already."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.history_restore_request
