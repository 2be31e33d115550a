"""From a queued row to what arrived at the API, and what became of the row."""

import json
import logging
import random
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection as database
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from designer.library.models import MessageTemplate
from designer.sending import delivery
from designer.sending.client import Timeouts
from designer.sending.models import Attempt, Connection, Send, State
from designer.sending.sweep import sweep
from designer.setup.worker import SWEEP_PAUSE
from designer.teams.models import User

from ..factories import make_connection, make_send
from ..wakes import wakes
from .api import SUCCESS, Api, Reply, Request, error

Fresh = Callable[[Send], Send]
KEY = "pk_live_0123456789abcdef"


def deliver(send: Send) -> None:
    """Run the task as a worker does."""
    delivery.deliver.call(send.pk)


def test_sends_and_records_what_the_api_told(api: Api, queued: Send, fresh: Fresh) -> None:
    deliver(queued)
    send = fresh(queued)
    assert send.state == State.SENT
    assert send.message_id == "550e8400-e29b-41d4-a716-446655440000"
    assert send.finished_at is not None
    assert send.lease_until is None
    [attempt] = send.attempts.all()
    assert attempt.url == api.url + "/messages/interactive/list"
    assert attempt.status == 200
    assert attempt.request_id == "req_abc123def456"
    assert attempt.rate_limit_words == "58 of 60 left until 14:30:00 UTC"
    assert attempt.duration_ms is not None
    assert json.loads(attempt.answer)["success"] is True
    assert attempt.state == State.SENT


def test_an_answer_that_begins_with_a_byte_order_mark_is_read(
    api: Api, queued: Send, fresh: Fresh
) -> None:
    api.reply = Reply(200, "\ufeff" + json.dumps(SUCCESS))
    deliver(queued)
    assert fresh(queued).state == State.SENT


def test_posts_the_rows_bytes(api: Api, queued: Send) -> None:
    deliver(queued)
    [request] = api.received
    assert request.body == queued.body.encode()
    assert request.path == "/api/v1/external" + queued.path
    assert request.headers["X-API-Key"] == KEY


def test_a_finished_send_is_not_sent_again(api: Api, queued: Send) -> None:
    for _ in range(3):
        deliver(queued)
    assert len(api.received) == 1


def test_a_wake_for_a_row_that_is_gone_does_nothing(db: None) -> None:
    delivery.deliver.call(987654321)


@pytest.mark.parametrize(
    ("reply", "state", "code"),
    [
        (Reply(400, error("VALIDATION_ERROR", "body is required")), "failed", "VALIDATION_ERROR"),
        (Reply(401, error("INVALID_API_KEY")), "failed", "INVALID_API_KEY"),
        (Reply(403, error("PERMISSION_DENIED")), "failed", "PERMISSION_DENIED"),
        (Reply(500, error("MESSAGE_SEND_FAILED", "error 131047: x")), "failed", "131047"),
        (Reply(500, error("MESSAGE_SEND_FAILED", "error 130429: x")), "waiting", "130429"),
        (Reply(429, error("RATE_LIMIT_EXCEEDED")), "waiting", "RATE_LIMIT_EXCEEDED"),
        (Reply(502, "<h1>Bad Gateway</h1>"), "unknown", ""),
        (Reply(200, '{"success": tr'), "unknown", "unreadable"),
        (Reply(200, ""), "unknown", "unreadable"),
        (Reply(404, "<h1>Not Found</h1>"), "failed", ""),
        (None, "unknown", "disconnected"),
    ],
)
def test_every_answer_ends_in_a_clear_state_and_is_kept(
    api: Api, queued: Send, fresh: Fresh, reply: Reply | None, state: str, code: str
) -> None:
    api.reply = lambda request: reply
    deliver(queued)
    send = fresh(queued)
    assert send.state == state
    [attempt] = send.attempts.all()
    assert (attempt.state, attempt.code) == (state, code)
    assert attempt.outcome == send.outcome != ""
    if reply:
        assert attempt.status == reply.status
        assert attempt.answer == (
            reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
        )
    assert send.is_final == (send.finished_at is not None)
    assert (send.next_attempt_at is not None) == (state == "waiting")


def test_a_timeout_is_unknown_and_not_tried_again(
    api: Api, queued: Send, fresh: Fresh, settings: Settings
) -> None:
    settings.SEND_READ_TIMEOUT = 0.2

    def hang(request: Request) -> None:
        api.closing.wait(5)

    api.reply = hang
    deliver(queued)
    assert fresh(queued).state == State.UNKNOWN
    deliver(queued)
    assert len(api.received) == 1


def test_a_refused_connection_waits_and_is_tried_again_when_due(
    template: MessageTemplate, fresh: Fresh, api: Api
) -> None:
    nowhere = make_connection(template.team)
    send = make_send(template, nowhere)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        deliver(send)
        waiting = fresh(send)
        assert waiting.state == State.WAITING
        assert waiting.attempts.get().code == "refused"
        assert waiting.next_attempt_at is not None
        assert 2 <= (waiting.next_attempt_at - timezone.now()).total_seconds() <= 3

        deliver(send)
        assert fresh(send).attempt_count == 1

        Connection.objects.filter(pk=nowhere.pk).update(base_url=api.url)
        clock.shift(timedelta(seconds=3))
        deliver(send)
    send = fresh(send)
    assert send.state == State.SENT
    assert [attempt.number for attempt in send.attempts.all()] == [1, 2]
    assert len(api.received) == 1


def test_the_next_attempt_is_put_into_the_queue_for_its_time(
    template: MessageTemplate, fresh: Fresh
) -> None:
    send = make_send(template)
    deliver(send)
    [wake] = wakes()
    assert wake.is_for(fresh(send).next_attempt_at)
    assert wake.args == [send.pk]


def test_woken_a_little_too_early_it_is_woken_again_in_time(
    template: MessageTemplate, connection: Connection, fresh: Fresh, api: Api
) -> None:
    now = timezone.now()
    send, later = (
        make_send(template, connection, state=State.WAITING, next_attempt_at=now + wait)
        for wait in (timedelta(seconds=4), timedelta(minutes=1))
    )
    with time_machine.travel(now, tick=False):
        deliver(send)
        deliver(later)
    assert fresh(send).attempt_count == 0
    [wake] = wakes()
    assert wake.is_for(fresh(send).next_attempt_at)
    assert wake.args == [send.pk]


def test_429_is_not_tried_before_reset_at_though_the_clocks_differ_by_a_day(
    api: Api, queued: Send, fresh: Fresh
) -> None:
    there = timezone.now() + timedelta(hours=24)
    reset_at = (there + timedelta(seconds=40)).isoformat()
    api.reply = Reply(
        429,
        error("RATE_LIMIT_EXCEEDED", rate_limit={"reset_at": reset_at}),
        {"Date": f"{there:%a, %d %b %Y %H:%M:%S} GMT"},
    )
    with time_machine.travel(timezone.now(), tick=False):
        deliver(queued)
        next_attempt_at = fresh(queued).next_attempt_at
        assert next_attempt_at is not None
        # The Date has no fractions of a second; the spread is at most half the wait.
        assert 40 <= (next_attempt_at - timezone.now()).total_seconds() <= 62


def test_gives_up_after_ten_attempts(template: MessageTemplate, fresh: Fresh) -> None:
    send = make_send(template)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(20):
            deliver(send)
            clock.shift(timedelta(seconds=200))
    send = fresh(send)
    assert send.state == State.FAILED
    assert send.attempts.count() == send.attempt_count == 10
    assert send.outcome.startswith("Given up after it was tried 10 times.")


def test_a_message_that_waited_for_days_does_not_go_out(
    api: Api, queued: Send, fresh: Fresh
) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        deliver(queued)
    assert fresh(queued).outcome == "It waited for more than a day, so it was not sent."
    assert api.received == []


def test_a_connection_that_was_removed_sends_nothing(
    api: Api, queued: Send, connection: Connection, fresh: Fresh
) -> None:
    connection.remove()
    deliver(queued)
    send = fresh(queued)
    assert send.state == State.FAILED
    assert "removed" in send.outcome
    assert api.received == []


def test_a_key_that_cannot_be_decrypted_any_more_is_not_sent(
    api: Api, queued: Send, connection: Connection, fresh: Fresh
) -> None:
    with database.cursor() as cursor:
        cursor.execute("UPDATE sending_connection SET api_key = 'gAAAAABnothing'")
    deliver(queued)
    assert "key can’t be used" in fresh(queued).outcome
    assert api.received == []


def test_a_cancelled_send_stays_where_it_is(
    api: Api, queued: Send, fresh: Fresh, editor: User
) -> None:
    assert queued.cancel(editor)
    deliver(queued)
    assert fresh(queued).state == State.CANCELLED
    assert api.received == []


@pytest.mark.django_db(transaction=True)
def test_sending_is_committed_before_the_request_goes_out(api: Api, queued: Send) -> None:
    seen: list[object] = []

    def look(request: Request) -> Reply:
        # Another thread, so another database connection: it sees what is committed.
        seen.append(Send.objects.values_list("state", "attempt_count").get(pk=queued.pk))
        seen.append(Attempt.objects.count())
        connections.close_all()
        return Reply()

    api.reply = look
    deliver(queued)
    assert seen == [("sending", 1), 1]


@pytest.mark.django_db(transaction=True)
def test_many_workers_that_are_woken_at_once_send_once(
    api: Api, queued: Send, fresh: Fresh
) -> None:
    barrier = threading.Barrier(6)

    def work() -> None:
        barrier.wait(5)
        try:
            deliver(queued)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(api.received) == 1
    assert fresh(queued).state == State.SENT


def test_a_worker_that_died_after_its_claim_leaves_an_unknown(
    api: Api, queued: Send, fresh: Fresh
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert Send.objects.claim(queued.pk, timedelta(seconds=40))
        assert sweep() == 0
        clock.shift(timedelta(seconds=41))
        deliver(queued)
        assert sweep() == 1
        deliver(queued)
    send = fresh(queued)
    assert send.state == State.UNKNOWN
    assert send.outcome.startswith("The sending was interrupted half-way.")
    assert api.received == []


@pytest.fixture
def too_slow(queued: Send) -> Callable[[], None]:
    """A worker whose lease ran out before its answer came; calling it lets the answer come."""
    claimed = Send.objects.claim(queued.pk, timedelta(seconds=-1))
    assert claimed is not None
    attempt = Attempt.objects.create(send=claimed, number=1)
    sweep()

    def go_on() -> None:
        outcome, answer = delivery._exchange(claimed, Timeouts.from_settings())
        delivery._record(attempt, outcome, answer, duration_ms=1)

    return go_on


def test_an_answer_after_the_lease_ran_out_settles_what_was_unknown(
    too_slow: Callable[[], None], queued: Send, fresh: Fresh
) -> None:
    assert fresh(queued).state == State.UNKNOWN
    too_slow()
    assert fresh(queued).state == State.SENT


@pytest.mark.parametrize("arrived", [True, False])
def test_an_answer_that_comes_late_does_not_overrule_a_person(
    too_slow: Callable[[], None], queued: Send, fresh: Fresh, arrived: bool, editor: User
) -> None:
    assert queued.settle(arrived=arrived, person=editor)
    too_slow()
    send = fresh(queued)
    assert send.state == (State.SENT if arrived else State.FAILED)
    assert send.settled_by == editor
    assert send.message_id, "a reply may name it"
    assert send.take_back()
    accepted = fresh(queued)
    assert (accepted.state, accepted.settled_by) == (State.SENT, None)
    assert accepted.outcome == accepted.attempts.get().outcome


def test_what_turns_out_too_late_not_to_have_gone_out_is_told_and_not_sent_by_itself(
    too_slow: Callable[[], None], queued: Send, fresh: Fresh, api: Api
) -> None:
    api.reply = Reply(429)
    too_slow()
    send = fresh(queued)
    assert (send.state, send.attempts.get().state) == (State.FAILED, State.FAILED)
    assert send.outcome == "Too many requests for this connection. It was not sent."
    assert send.outcome == send.attempts.get().outcome
    deliver(queued)
    assert len(api.received) == 1
    assert wakes() == []


def test_what_got_lost_after_the_lease_ran_out_stays_unknown(
    too_slow: Callable[[], None], queued: Send, fresh: Fresh, api: Api
) -> None:
    api.reply = lambda request: None
    too_slow()
    assert fresh(queued).state == State.UNKNOWN


@pytest.mark.django_db(transaction=True)
def test_the_lease_outlasts_the_longest_exchange(
    api: Api, queued: Send, settings: Settings
) -> None:
    settings.SEND_CONNECT_TIMEOUT, settings.SEND_READ_TIMEOUT = 30.0, 90.0
    assert lease_of(api, queued) > timedelta(seconds=Timeouts.from_settings().total)


@pytest.mark.django_db(transaction=True)
def test_a_killed_workers_send_is_unknown_within_a_minute(api: Api, queued: Send) -> None:
    until_it_is_found = lease_of(api, queued) + timedelta(seconds=SWEEP_PAUSE)
    assert until_it_is_found < timedelta(seconds=60)


def lease_of(api: Api, send: Send) -> timedelta:
    """For how long a worker has the send, from when its request has come to the API."""
    leases = []

    def look(request: Request) -> Reply:
        found = Send.objects.get(pk=send.pk)
        connections.close_all()
        assert found.lease_until is not None
        leases.append(found.lease_until - timezone.now())
        return Reply()

    api.reply = look
    deliver(send)
    return leases[0]


def test_the_key_is_nowhere_but_on_the_wire(
    api: Api, queued: Send, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api.reply = Reply(401, error("INVALID_API_KEY", f"no key {KEY}"), {"X-Echo": KEY})
    deliver(queued)
    with database.cursor() as cursor:
        rows = []
        for table in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    assert KEY not in str(rows) + caplog.text
    assert api.received[0].headers["X-API-Key"] == KEY


def test_jitter_is_of_the_process_not_of_the_send(template: MessageTemplate, fresh: Fresh) -> None:
    random.seed(1)
    sends = [make_send(template, make_connection(template.team)) for _ in range(3)]
    with time_machine.travel(timezone.now(), tick=False):
        for send in sends:
            deliver(send)
    assert len({fresh(send).next_attempt_at for send in sends}) == 3
