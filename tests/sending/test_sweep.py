"""What fell between two stools is found again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from designer.library.models import MessageTemplate
from designer.sending.models import Attempt, Connection, Send, State
from designer.sending.sweep import sweep

from ..factories import make_send
from ..wakes import woken

Fresh = Callable[[Send], Send]


def ago(seconds: float) -> dict[str, Any]:
    return {"wake_at": timezone.now() - timedelta(seconds=seconds)}


def test_wakes_again_for_a_queued_send_whose_task_got_lost(
    template: MessageTemplate, connection: Connection
) -> None:
    lost = make_send(template, connection, **ago(31))
    make_send(template, connection, **ago(29))
    assert sweep() == 1
    assert woken() == [lost.pk]


def test_wakes_once_in_a_while_not_at_every_sweep(
    template: MessageTemplate, connection: Connection
) -> None:
    make_send(template, connection, **ago(31))
    assert [sweep(), sweep(), sweep()] == [1, 0, 0]
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        assert sweep() == 1


def test_wakes_for_what_waits_only_when_it_is_overdue(
    template: MessageTemplate, connection: Connection
) -> None:
    now = timezone.now()
    due = now - timedelta(seconds=31)
    lost = make_send(template, connection, state=State.WAITING, next_attempt_at=due, wake_at=due)
    later = now + timedelta(minutes=5)
    make_send(template, connection, state=State.WAITING, next_attempt_at=later, wake_at=later)
    assert sweep() == 1
    assert woken() == [lost.pk]


@pytest.mark.parametrize("state", [State.SENT, State.FAILED, State.UNKNOWN, State.CANCELLED])
def test_leaves_alone_what_is_over(
    template: MessageTemplate, connection: Connection, state: State
) -> None:
    make_send(template, connection, state=state, **ago(1000))
    assert sweep() == 0
    assert woken() == []


def test_an_expired_lease_is_unknown_in_its_attempt_too(
    template: MessageTemplate, connection: Connection, fresh: Fresh
) -> None:
    past = timezone.now() - timedelta(seconds=1)
    send = make_send(template, connection, state=State.SENDING, attempt_count=1, lease_until=past)
    Attempt.objects.create(send=send, number=1)
    assert sweep() == 1
    send = fresh(send)
    assert (send.state, send.lease_until) == (State.UNKNOWN, None)
    assert send.finished_at is not None
    attempt = send.attempts.get()
    assert (attempt.state, attempt.code) == (State.UNKNOWN, "lease")
    assert woken() == []


def test_a_lease_that_holds_is_left_alone(
    template: MessageTemplate, connection: Connection, fresh: Fresh
) -> None:
    later = timezone.now() + timedelta(seconds=5)
    send = make_send(template, connection, state=State.SENDING, lease_until=later)
    assert sweep() == 0
    assert fresh(send).state == State.SENDING


def test_asks_the_database_twice_when_there_is_nothing_to_do(
    template: MessageTemplate,
    connection: Connection,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_send(template, connection, state=State.SENT)
    with django_assert_num_queries(2):
        sweep()
