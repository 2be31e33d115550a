"""From an empty database to one in which somebody can work."""

from django.conf import settings
from django.db import transaction

from designer.library import starters
from designer.teams.models import Membership, Role, Team, User

from . import sandbox


@transaction.atomic
def prepare(team_name: str, email: str) -> None:
    """Make the first team with its admin and the starter templates, unless there is a team already.

    Where the sandbox is on, each team's connection to it follows SITE_URL. Changes nothing else, so
    it may run at every start.
    """
    if not Team.objects.exists():
        person = User.objects.filter(email=email.lower()).first() or User.objects.create_user(email)
        Team.found(team_name, person)
    if settings.SANDBOX:
        for team in Team.objects.all():
            sandbox.connect(team)


def furnish(team: Team, person: User, **kwargs: object) -> None:
    """Put into a new team what one begins with. Receives `team_founded`."""
    starters.add_all(team, person)
    if settings.SANDBOX:
        sandbox.connect(team)


def first_admin() -> User | None:
    """Whom `make run` signs in: the oldest membership of an admin who may still sign in."""
    admins = Membership.objects.filter(role=Role.ADMIN, user__is_active=True)
    oldest = admins.select_related("user").order_by("pk").first()
    return None if oldest is None else oldest.user
