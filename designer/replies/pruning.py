"""Deletes old deliveries, so that they don't grow for ever; the replies they brought stay.

A reply's identity is a hash that lies in the reply, so one that is delivered once more is known
again, however long ago its body was deleted.
"""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from designer.teams.models import Team

from .models import Delivery, DeliveryState, Reply

# How many times longer than the others one is kept that can't be read: somebody may mend that.
BROKEN_TIMES = 4
# So few in one transaction, with a pause between two, that whoever wants to write need not wait.
BATCH = 200
PAUSE = 0.02


def broken_days() -> int:
    """For how many days one that can't be read is kept; 0 for ever."""
    days: int = settings.KEEP_DELIVERIES_DAYS
    return max(0, days) * BROKEN_TIMES


def prune_deliveries() -> int:
    """Delete what is older than KEEP_DELIVERIES_DAYS, and return how many deliveries that were.

    One that brought replies keeps its row, for they point to it, and loses its body. One that is
    not read yet stays. Safe in several workers at once, and beside a person who reads again.
    """
    if settings.KEEP_DELIVERIES_DAYS <= 0:
        return 0
    now, keep = timezone.now(), timedelta(days=settings.KEEP_DELIVERIES_DAYS)
    before = {
        DeliveryState.READ: now - keep,
        DeliveryState.IGNORED: now - keep,
        DeliveryState.BROKEN: now - timedelta(days=broken_days()),
    }
    teams = list(Team.objects.values_list("pk", flat=True))
    return sum(_prune(team, state, before[state]) for team in teams for state in before)


def _prune(team: int, state: DeliveryState, before: datetime) -> int:
    # By id, which is the order in which they came, an index finds the oldest of a state.
    oldest = Delivery.objects.filter(team=team, state=state).order_by("pk")
    count = 0
    while True:
        rows = list(oldest.values_list("pk", "received_at")[:BATCH])
        old = [pk for pk, received_at in rows if received_at < before]
        if old:
            count += _prune_batch(old, state)
        if len(old) < BATCH:
            return count
        time.sleep(PAUSE)


@transaction.atomic
def _prune_batch(old: list[int], state: DeliveryState) -> int:
    # Those that somebody has set to be read again meanwhile are not among them any more.
    rows = Delivery.objects.select_for_update().filter(pk__in=old, state=state)
    pks = set(rows.values_list("pk", flat=True))
    told = set(Reply.objects.filter(delivery__in=pks).values_list("delivery", flat=True))
    Delivery.objects.filter(pk__in=told).update(body=b"", state=DeliveryState.PRUNED)
    Delivery.objects.filter(pk__in=pks - told).delete()
    return len(pks)
