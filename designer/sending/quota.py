"""How many messages a person and a team may still send today."""

from django.conf import settings
from django.db.models import Count, Q

from designer.teams.models import Team, User

from .models import Send


class OverQuotaError(Exception):
    """More than may be sent today; the text says how many are left, for whoever wants to send."""


def lock(team: Team) -> None:
    """Let no other transaction past this for the same team until this one ends.

    So that two at once can't both take what is left, nor both queue the same panel.
    """
    # SQLite has no row locks and needs none: there a transaction begins with the write lock.
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)


def check(team: Team, person: User, count: int) -> None:
    """Make sure that `count` more may be queued today; call `lock` first. Raises OverQuotaError."""
    sent = Send.objects.of_day(team).aggregate(
        team=Count("pk"), person=Count("pk", filter=Q(created_by=person))
    )
    for who, quota, so_far in (
        ("You have", settings.SEND_QUOTA_PERSON, sent["person"]),
        ("Your team has", settings.SEND_QUOTA_TEAM, sent["team"]),
    ):
        left = max(0, quota - so_far)
        if count > left:
            raise OverQuotaError(_words(who, quota, left, count))


def _words(who: str, quota: int, left: int, count: int) -> str:
    if left:
        return f"{who} {left} of {quota} sends left for today, and this would be {count}."
    return f"{who} none of {quota} sends left for today. More can be sent after midnight."
