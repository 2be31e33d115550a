"""What every page's frame shows: the person, the team, and the teams to change to."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from .access import membership_of
from .models import Membership, Role, User


def team(request: HttpRequest) -> dict[str, Any]:
    """Add `team`, `membership`, `memberships` (all the person's), `may_edit`, `may_admin` and
    `sandbox` to the page.
    """
    context: dict[str, Any] = {"sandbox": settings.SANDBOX}
    user = getattr(request, "user", None)
    if isinstance(user, User):
        membership = membership_of(request)
        if membership is not None:
            context |= {
                "team": membership.team,
                "membership": membership,
                "memberships": Membership.objects.filter(user=user).select_related("team"),
                "may_edit": membership.may(Role.EDITOR),
                "may_admin": membership.may(Role.ADMIN),
            }
    return context
