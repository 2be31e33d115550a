"""A connection keeps to the rate limit that the API's answers tell."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection as database
from django.db import connections
from django.test import Client
from django.utils import timezone

from designer.library.models import MessageTemplate
from designer.sending import delivery
from designer.sending.models import Connection, Send, State
from designer.teams.models import User

from ..factories import make_connection, make_send
from ..wakes import wakes
from .api import SUCCESS, Api, Reply, Request, error

Fresh = Callable[[Send], Send]


def http_date(moment: datetime) -> str:
    return f"{moment:%a, %d %b %Y %H:%M:%S} GMT"


def told(remaining: object, seconds: float, *, ahead: timedelta = timedelta()) -> Reply:
    """A success that leaves so many requests for so many seconds, by a clock that is ahead."""
    there = timezone.now().replace(microsecond=0) + ahead
    reset_at = (there + timedelta(seconds=seconds)).isoformat()
    rate_limit = {"limit": 60, "remaining": remaining, "reset_at": reset_at}
    meta = {"request_id": "req_1", "rate_limit": rate_limit}
    return Reply(200, {**SUCCESS, "meta": meta}, {"Date": http_date(there)})


class Limited:
    """Answers as an API that takes so many requests in a window of a minute."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.refused = 0
        self._left, self._ends = limit, timezone.now()
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Reply:
        with self._lock:
            now = timezone.now()
            if now >= self._ends:
                self._left, self._ends = self.limit, now + timedelta(minutes=1)
            granted = self._left > 0
            self._left -= granted
            self.refused += not granted
            meta = {"limit": self.limit, "remaining": self._left}
        rate_limit = {**meta, "reset_at": self._ends.isoformat()}
        if granted:
            body = {**SUCCESS, "meta": {"rate_limit": rate_limit}}
            return Reply(200, body)
        return Reply(429, error("RATE_LIMIT_EXCEEDED", rate_limit=rate_limit))


@contextmanager
def frozen() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        yield clock


def deliver(send: Send) -> None:
    delivery.deliver.call(send.pk)


@pytest.fixture
def next_one(template: MessageTemplate, connection: Connection, queued: Send) -> Send:
    """A send that comes after `queued`, through the same connection."""
    return make_send(template, connection)


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(hours=24), timedelta(hours=-24)])
def test_when_nothing_is_left_the_next_one_waits_for_the_reset_without_an_attempt(
    api: Api, queued: Send, next_one: Send, fresh: Fresh, ahead: timedelta
) -> None:
    with frozen() as clock:
        api.reply = told(0, 40, ahead=ahead)
        deliver(queued)
        deliver(next_one)
        held = fresh(next_one)
        assert (held.state, held.attempt_count) == (State.WAITING, 0)
        assert held.next_attempt_at == held.wake_at == timezone.now() + timedelta(seconds=40)
        assert held.outcome.startswith("Keeping to the API’s limit of 60 requests")
        [wake] = wakes()
        assert wake.is_for(held.next_attempt_at)
        assert len(api.received) == 1

        clock.shift(timedelta(seconds=40))
        api.reply = Reply()
        deliver(next_one)
    assert (fresh(next_one).state, fresh(next_one).attempt_count) == (State.SENT, 1)


def test_a_429_stops_the_others_too(api: Api, queued: Send, next_one: Send, fresh: Fresh) -> None:
    with frozen():
        reset_at = (timezone.now() + timedelta(seconds=30)).isoformat()
        limit = error("RATE_LIMIT_EXCEEDED", rate_limit={"reset_at": reset_at})
        api.reply = Reply(429, limit, {"Date": http_date(timezone.now())})
        deliver(queued)
        deliver(next_one)
        assert fresh(next_one).next_attempt_at == timezone.now() + timedelta(seconds=30)
    assert fresh(next_one).outcome.startswith("Keeping to the API’s limit: it goes out")
    assert len(api.received) == 1


def test_what_waits_for_the_reset_may_wait_again_and_is_never_given_up(
    api: Api, queued: Send, next_one: Send, connection: Connection, fresh: Fresh
) -> None:
    with frozen() as clock:
        for _ in range(30):
            Connection.objects.filter(pk=connection.pk).update(
                rate_remaining=0, rate_resets_at=timezone.now() + timedelta(minutes=5)
            )
            deliver(next_one)
            clock.shift(timedelta(minutes=5))
        deliver(next_one)
    assert (fresh(next_one).state, fresh(next_one).attempt_count) == (State.SENT, 1)


def test_one_whose_connection_rests_no_more_when_it_is_to_be_held_is_woken_again(
    queued: Send, connection: Connection, fresh: Fresh
) -> None:
    def end(execute: Any, sql: str, params: Any, *args: Any) -> Any:
        # The rest ends between the claim, which takes itself back, and what looks for its end.
        if sql.startswith("ROLLBACK TO SAVEPOINT"):
            clock.shift(timedelta(seconds=5))
        return execute(sql, params, *args)

    with frozen() as clock, database.execute_wrapper(end):
        Connection.objects.filter(pk=connection.pk).update(
            rate_remaining=0, rate_resets_at=timezone.now() + timedelta(seconds=5)
        )
        deliver(queued)
        assert fresh(queued).state == State.QUEUED
        [wake] = wakes()
        assert wake.args == [queued.pk]


def test_other_connections_go_on(
    api: Api, queued: Send, template: MessageTemplate, fresh: Fresh
) -> None:
    other = make_send(template, make_connection(template.team, base_url=api.url))
    api.reply = told(0, 40)
    deliver(queued)
    deliver(other)
    assert fresh(other).state == State.SENT


@pytest.mark.parametrize("remaining", [1, 58, True, "0", None, -1])
def test_while_something_is_left_or_nothing_clear_is_told_it_goes_on(
    api: Api, queued: Send, next_one: Send, fresh: Fresh, remaining: object
) -> None:
    api.reply = told(remaining, 40)
    deliver(queued)
    deliver(next_one)
    assert fresh(next_one).state == State.SENT


def test_of_those_who_claim_at_once_only_so_many_go_as_are_left(
    template: MessageTemplate, connection: Connection, fresh: Fresh
) -> None:
    Connection.objects.filter(pk=connection.pk).update(
        rate_remaining=2, rate_resets_at=timezone.now() + timedelta(minutes=1)
    )
    sends = [make_send(template, connection) for _ in range(8)]
    lease = timedelta(seconds=60)
    claimed = [send for send in sends if Send.objects.claim(send.pk, lease)]
    assert len(claimed) == 2
    assert {fresh(send).state for send in sends[2:]} == {State.QUEUED}
    assert {fresh(send).attempt_count for send in sends[2:]} == {0}


def test_a_finished_or_cancelled_one_is_not_held(
    api: Api, queued: Send, next_one: Send, fresh: Fresh, editor: User
) -> None:
    next_one.cancel(editor)
    api.reply = told(0, 40)
    for send in (queued, queued, next_one):
        deliver(send)
    assert (fresh(queued).state, fresh(next_one).state) == (State.SENT, State.CANCELLED)
    assert wakes() == []


def test_answers_may_come_in_any_order(connection: Connection) -> None:
    def learn(remaining: int, seconds: float) -> int | None:
        resets_at = start + timedelta(seconds=seconds)
        Connection.objects.learn(connection.pk, 60, remaining, resets_at)
        connection.refresh_from_db()
        return connection.rate_remaining

    with frozen() as clock:
        start = timezone.now()
        assert learn(3, 60) == 3
        # Of the same window, whatever the rounding made of its end: the fewest count.
        assert learn(5, 61) == 3
        assert learn(0, 59) == 0
        assert learn(1, 60) == 0
        # A later window begins afresh, and an answer of the earlier one says nothing any more.
        assert learn(59, 120) == 59
        assert learn(0, 60) == 59
        clock.shift(timedelta(seconds=120))
        assert learn(7, 121) == 7


def test_the_pages_say_what_it_waits_for(
    api: Api,
    queued: Send,
    next_one: Send,
    viewer: User,
    client_as: Callable[[User], Client],
) -> None:
    api.reply = told(0, 40)
    deliver(queued)
    deliver(next_one)
    page = client_as(viewer).get(next_one.get_absolute_url()).text
    assert "Keeping to the API’s limit of 60 requests" in page
    assert "Next try in" in page


@pytest.mark.django_db(transaction=True)
def test_a_burst_of_seventy_from_four_workers_is_sent_whole(
    api: Api, template: MessageTemplate, connection: Connection
) -> None:
    sends = [make_send(template, connection) for _ in range(70)]
    with frozen() as clock:
        api.reply = limited = Limited(60)
        for _ in range(4):
            waiting = iter(list(Send.objects.due()))
            lock = threading.Lock()

            def work(waiting: Iterator[Send] = waiting, lock: threading.Lock = lock) -> None:
                while True:
                    with lock:
                        send = next(waiting, None)
                    if send is None:
                        break
                    deliver(send)
                connections.close_all()

            workers = [threading.Thread(target=work) for _ in range(4)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
            clock.shift(timedelta(seconds=95))
    assert Send.objects.filter(state=State.SENT).count() == len(sends)
    # A worker that asked before the others' answers were in goes a little over.
    assert limited.refused <= 4
