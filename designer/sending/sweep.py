"""Finds what fell between two stools: sends whose wake was lost, and those a worker died over."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from . import outcomes
from .delivery import wake
from .models import RESTORED, UNDER_WAY, Attempt, Send, State

# A send that is due for so long has lost its wake, or waits in a long queue; one more does no harm.
OVERDUE = timedelta(seconds=30)
# So that a sweep after a long stop doesn't hold the worker up; the next one goes on.
BATCH = 500


def sweep(patience: timedelta = OVERDUE) -> int:
    """Put right what can be; return how many sends that were.

    Run at the start of a worker and every 15 seconds or so, by any number of workers at once; and
    with no patience when the queue has come back and may have lost all.
    """
    return _expire() + _wake_overdue(patience)


def _expire() -> int:
    """Turn claims whose lease has run out into unknown: the message may have gone out."""
    now = timezone.now()
    words = outcomes.TROUBLE["lease"]
    expired = Send.objects.filter(state=State.SENDING, lease_until__lt=now)
    count = 0
    for pk, number in list(expired.values_list("pk", "attempt_count")[:BATCH]):
        with transaction.atomic():
            changed = expired.filter(pk=pk, attempt_count=number).update(
                state=State.UNKNOWN, outcome=words, lease_until=None, finished_at=now
            )
            if changed:
                Attempt.objects.filter(send=pk, number=number).update(
                    state=State.UNKNOWN, code="lease", outcome=words
                )
        count += changed
    return count


def doubt_unfinished() -> int:
    """Turn all that is under way into unknown, in a database that was restored; return how many.

    What it still has to send may have gone out since it was copied.
    """
    unfinished = Send.objects.filter(state__in=UNDER_WAY)
    with transaction.atomic():
        Attempt.objects.filter(state="").update(
            state=State.UNKNOWN, code="restored", outcome=RESTORED
        )
        return unfinished.update(
            state=State.UNKNOWN,
            outcome=RESTORED,
            lease_until=None,
            next_attempt_at=None,
            finished_at=timezone.now(),
        )


def _wake_overdue(patience: timedelta) -> int:
    now = timezone.now()
    overdue = Send.objects.due().filter(wake_at__lt=now - patience)
    count = 0
    for send in list(overdue.only("pk").order_by("wake_at")[:BATCH]):
        # Together, so that it stays overdue when the queue is away.
        with transaction.atomic():
            if overdue.filter(pk=send.pk).update(wake_at=now):
                wake(send)
                count += 1
    return count
