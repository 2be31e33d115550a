"""Parts of a page that renew themselves, and only when something in them has changed.

The page carries a digest of what it shows; the poll brings it back, and as long as it still fits
the answer is 204 and nothing is swapped.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString

from designer.teams.access import TeamRequest
from designer.teams.asked import wants_part


@dataclass(frozen=True)
class Region:
    """A part of a page as HTML, and the digest of what it shows."""

    html: SafeString
    digest: str


def draw(
    request: TeamRequest,
    name: str,
    context: dict[str, Any],
    *,
    query: str = "",
    polls: bool = True,
) -> Region:
    """Draw replies/_{name}.html as a region with the id live-{name}.

    It renews itself by this address with `query`, unless it is not to poll. What is in it may hold
    no CSRF token and no clock, which change by themselves.
    """
    inner = render_to_string(f"replies/_{name}.html", context, request)
    digest = hashlib.sha256(inner.encode()).hexdigest()[:16]
    address = f"{request.path}?{query}&seen={digest}" if query else f"{request.path}?seen={digest}"
    frame = {"name": name, "inner": inner, "address": address, "polls": polls}
    return Region(render_to_string("replies/_live.html", frame), digest)


def wants_region(request: TeamRequest) -> bool:
    """Whether only the region is asked for, not the page around it.

    A boosted form, such as the results' filters, puts the whole page in the place of another.
    """
    return wants_part(request) and not request.htmx.boosted


def answer(request: TeamRequest, region: Region, *, status: int = 200) -> HttpResponse:
    """The region for htmx, or 204 if the page shows it already."""
    if request.GET.get("seen") == region.digest:
        return HttpResponse(status=204)
    # Kept by no cache: the whole page has the same address.
    headers = {"Cache-Control": "no-store"}
    response = HttpResponse(region.html, status=status, headers=headers)
    patch_vary_headers(response, ["HX-Request"])
    return response


def page(request: TeamRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The whole page, told apart from the region at the same address."""
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
