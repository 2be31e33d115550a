"""The same view for a whole page and for the part of it that htmx asks for."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from .access import TeamRequest
from .asked import wants_part

# What a view takes that shows a form and is posted it.
FORM_METHODS = ["GET", "HEAD", "POST"]


def page_or_part(
    request: TeamRequest, page: str, part: str, context: dict[str, Any]
) -> HttpResponse:
    """Render the template `part` for htmx, else `page`; no cache takes one for the other."""
    response = render(request, part if wants_part(request) else page, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def dialog(request: TeamRequest, content: str, title: str, context: dict[str, Any]) -> HttpResponse:
    """Render the template `content`, whose heading is #dialog-title, in a dialog for htmx, else on
    a page with a title of its own."""
    context = {**context, "content": content, "title": title}
    return page_or_part(request, "dialog.html", "_dialog.html", context)
