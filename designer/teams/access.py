"""The access rules: every page goes through `team_page`, every look-up through `owned`.

A row of another team does not exist (404); a member who may look but not do gets 403. Who is in
several teams works in one at a time, but a page that is open acts in its own.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial, wraps
from typing import Any, Concatenate, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from .asked import number, wants_part
from .models import Membership, Role, Team, User

SESSION_TEAM = "team"
# How a page says which team it belongs to: in a request for a part of it, and in a form.
TEAM_HEADER = "X-Team"
TEAM_FIELD = "in_team"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

Row = TypeVar("Row", bound=models.Model)


class TeamRequest(HttpRequest):
    """What a view behind `team_page` can count on."""

    user: User
    team: Team
    membership: Membership
    htmx: HtmxDetails


def current_membership(request: HttpRequest) -> Membership | None:
    """The membership of the team that the asking page belongs to, if it says so; else of the one
    the person works in: the one chosen last, or the first.

    None without one, and for a page of a team that the person is not in any more.
    """
    if not isinstance(request.user, User):
        return None
    memberships = Membership.objects.filter(user=request.user).select_related("team")
    said = request.headers.get(TEAM_HEADER) or request.POST.get(TEAM_FIELD)
    if said:
        return memberships.filter(team_id=number(said) or 0).first()
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
    that no page shows a sign-in page in its midst. Too small a role: 403. A row of another of the
    person's teams, as behind a colleague's link, is shown there.
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
                if request.user.memberships.exists():
                    raise PermissionDenied("You are not in the team of this page any more.")
                return render(request, "teams/no_team.html", status=403)
            looks = request.method in SAFE_METHODS
            needed = read if looks else write
            if not membership.may(needed):
                raise PermissionDenied(
                    f"This needs the role “{needed.label}” in {membership.team}."
                )
            if TEAM_FIELD in request.POST:
                # What the answer leads to is in that team.
                request.session[SESSION_TEAM] = membership.team_id
            show = partial(view, _within(request, membership), *args, **kwargs)
            try:
                return show()
            except Http404:
                if not looks or "pk" not in kwargs or wants_part(request):
                    raise
                answer = _in_another_team(request, membership, read, show)
                if answer is None:
                    raise
                return answer

        return guarded

    return decorate


def _within(request: HttpRequest, membership: Membership) -> TeamRequest:
    """The request as one in that team."""
    inside = cast(TeamRequest, request)
    inside.membership, inside.team = membership, membership.team
    return inside


def _in_another_team(
    request: HttpRequest, but: Membership, read: Role, show: Callable[[], HttpResponseBase]
) -> HttpResponseBase | None:
    """What is to be shown, of whichever other team has it; the person works there from now on."""
    others = Membership.objects.filter(user=but.user_id).exclude(pk=but.pk)
    for membership in others.select_related("team").order_by("pk"):
        if membership.may(read):
            _within(request, membership)
            with suppress(Http404):
                answer = show()
                request.session[SESSION_TEAM] = membership.team_id
                return answer
    _within(request, but)
    return None


def sign_in(request: HttpRequest) -> HttpResponseBase:
    """What someone who is not signed in gets instead of a page, or of a part of one."""
    if wants_part(request):
        return HttpResponse("You are signed out.", status=401, content_type="text/plain")
    return redirect_to_login(request.get_full_path(), reverse("sign-in"))


def owned(request: TeamRequest, rows: models.QuerySet[Row], **lookup: Any) -> Row:
    """The team's own row, or 404: another team's row is not told from one that never was."""
    return get_object_or_404(rows, team=request.team, **lookup)
