"""The background task that carries one send to the API.

A claim is committed before the request goes out, and its outcome recorded only while the claim
holds. So whatever queue wakes the task, and however often, a message goes out once a claim; and a
worker that dies in between leaves a lease that runs out, which the sweep turns into "unknown".
"""

import random
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from . import client, outcomes
from .models import CLEAR, Attempt, Connection, Send, SendQuerySet, State
from .outcomes import Outcome

# How long after the longest exchange a claim still holds: time to record what came of it.
LEASE_MARGIN = timedelta(seconds=10)
# By how much the clocks of two hosts may differ, and so a wake come too early.
EARLY = timedelta(seconds=5)
# Nobody wants the message any more that a server, started again, finds after so long.
STALE = timedelta(hours=24)


@task
def deliver(send_id: int) -> None:
    """Make one attempt at a send, if it is due and no other worker has it.

    While its connection rests, it waits for the end of that instead; that is no attempt. Woken a
    little too early, or if the rest ended meanwhile, it has itself woken once more.
    """
    timeouts = client.Timeouts.from_settings()
    with transaction.atomic():
        send = Send.objects.claim(send_id, timedelta(seconds=timeouts.total) + LEASE_MARGIN)
        if send is None:
            return _wait(send_id)
        attempt = Attempt.objects.create(
            send=send, number=send.attempt_count, url=send.connection.base_url + send.path
        )
    began = time.monotonic()
    outcome, answer = _exchange(send, timeouts)
    _record(attempt, outcome, answer, duration_ms=round((time.monotonic() - began) * 1000))


def wake(send: Send, at: datetime | None = None) -> None:
    """Have a worker look at a send, now or at a time.

    A wake that gets lost is made up for by the sweep, a surplus one finds nothing to do.
    """
    (deliver.using(run_after=at) if at else deliver).enqueue(send.pk)


def _wait(send_id: int) -> None:
    soon = Send.objects.due_within(EARLY).filter(pk=send_id)
    if send := Send.objects.hold(send_id) or soon.first():
        wake(send, send.next_attempt_at)


def _exchange(send: Send, timeouts: client.Timeouts) -> tuple[Outcome, client.Answer | None]:
    """Post the send's body; what it means, and the answer if one came."""
    number, age = send.attempt_count, timezone.now() - send.created_at
    jitter = random.random()  # noqa: S311 - spreads load, guards nothing
    try:
        answer = _post(send, timeouts)
    except client.ClientError as trouble:
        outcome = outcomes.of_trouble(trouble, attempt=number, jitter=jitter)
        return outcomes.capped(outcome, attempt=number, age=age), None
    outcome = outcomes.of_answer(answer, attempt=number, now=timezone.now(), jitter=jitter)
    return outcomes.capped(outcome, attempt=number, age=age), answer


def _post(send: Send, timeouts: client.Timeouts) -> client.Answer:
    connection = send.connection
    if connection.retired_at:
        raise client.NotSent("retired")
    if timezone.now() - send.created_at > STALE:
        raise client.NotSent("stale")
    if (key := connection.usable_key) is None:
        raise client.NotSent("key")
    return client.post(connection.base_url, key, send.path, send.body.encode(), timeouts=timeouts)


def _record(
    attempt: Attempt, outcome: Outcome, answer: client.Answer | None, *, duration_ms: int
) -> None:
    """Write down what came of an attempt, for its send too if the claim still holds.

    What turns out after the lease ran out still settles what was unknown till then, unless a person
    was faster. It never leads to another attempt: somebody may have sent again.
    """
    now = timezone.now()
    with transaction.atomic():
        mine = Send.objects.filter(pk=attempt.send_id, attempt_count=attempt.number)
        if not _settle(mine.filter(state=State.SENDING), outcome, now):
            outcome = outcomes.too_late(outcome)
            unknown = mine.filter(state=State.UNKNOWN, settled_at=None)
            is_settled = outcome.state in CLEAR and _settle(unknown, outcome, now)
            if outcome.message_id and not is_settled:
                # A person was faster; a reply may name it all the same.
                mine.update(message_id=outcome.message_id)
        Attempt.objects.filter(pk=attempt.pk).update(
            duration_ms=duration_ms,
            status=answer.status if answer else None,
            answer=answer.text if answer else "",
            answer_headers=dict(answer.headers) if answer else {},
            request_id=outcome.request_id,
            rate_limit=outcome.rate_limit,
            state=outcome.state,
            code=outcome.code,
            outcome=outcome.words,
        )
        if rate := outcome.rate:
            resets_at = now + timedelta(seconds=rate.resets_in)
            Connection.objects.learn(
                attempt.send.connection_id, rate.limit, rate.remaining, resets_at
            )
    if outcome.retry_in:
        wake(attempt.send, _next_attempt_at(outcome, now))


def _settle(sends: SendQuerySet, outcome: Outcome, now: datetime) -> bool:
    """Set what became of a send; False if it is not among these, or not any more."""
    next_attempt_at = _next_attempt_at(outcome, now)
    settled = sends.update(
        state=outcome.state,
        outcome=outcome.words,
        message_id=outcome.message_id,
        lease_until=None,
        next_attempt_at=next_attempt_at,
        wake_at=next_attempt_at or now,
        finished_at=now if outcome.state.is_final else None,
    )
    return bool(settled)


def _next_attempt_at(outcome: Outcome, now: datetime) -> datetime | None:
    return now + timedelta(seconds=outcome.retry_in) if outcome.retry_in else None
