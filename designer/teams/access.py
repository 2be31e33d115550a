"""The access rules: every page goes through `team_page`, every look-up through `owned`.

A row of another team does not exist (404); a member who may look but not do gets 403.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from .models import Membership, Role, Team, User

SESSION_TEAM = "team"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

Row = TypeVar("Row", bound=models.Model)


class TeamRequest(HttpRequest):
    """What a view behind `team_page` can count on."""

    user: User
    team: Team
    membership: Membership
    htmx: HtmxDetails


def current_membership(request: HttpRequest) -> Membership | None:
    """The membership of the team the person works in: the one chosen last, else the first."""
    if not isinstance(request.user, User):
        return None
    memberships = Membership.objects.filter(user=request.user).select_related("team")
    chosen: int = request.session.get(SESSION_TEAM, 0)
    membership = memberships.filter(team_id=chosen).first() if chosen else None
    return membership or memberships.order_by("pk").first()


def membership_of(request: HttpRequest) -> Membership | None:
    """The same, without asking the database again once a page has let the person in."""
    return getattr(request, "membership", None) or current_membership(request)


def team_page(
    *, read: Role = Role.VIEWER, write: Role = Role.EDITOR
) -> Callable[
    [Callable[Concatenate[TeamRequest, ...], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, ...], HttpResponseBase],
]:
    """Ask for a signed-in member: `read` to look (GET, HEAD), `write` for everything else.

    The view gets a `TeamRequest`. Signed out: the sign-in page, then back; 401 for a fragment, so
    that no page shows a sign-in page in its midst. Too small a role: 403.
    """

    def decorate(
        view: Callable[Concatenate[TeamRequest, ...], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, ...], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return sign_in(request)
            membership = current_membership(request)
            if membership is None:
                return render(request, "teams/no_team.html", status=403)
            needed = read if request.method in SAFE_METHODS else write
            if not membership.may(needed):
                raise PermissionDenied(
                    f"This needs the role “{needed.label}” in {membership.team}."
                )
            request.membership = membership  # type: ignore[attr-defined]
            request.team = membership.team  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

        return guarded

    return decorate


def sign_in(request: HttpRequest) -> HttpResponseBase:
    """What someone who is not signed in gets instead of a page, or of a part of one."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if htmx and not htmx.history_restore_request:
        return HttpResponse("You are signed out.", status=401, content_type="text/plain")
    return redirect_to_login(request.get_full_path(), reverse("sign-in"))


def owned(request: TeamRequest, rows: models.QuerySet[Row], **lookup: Any) -> Row:
    """The team's own row, or 404: another team's row is not told from one that never was."""
    return get_object_or_404(rows, team=request.team, **lookup)
