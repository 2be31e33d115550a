"""From deliveries to replies: once each, in any order, by any number of workers."""

import random
import threading
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.db import connections
from django.db.utils import DataError, OperationalError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from designer.replies import intake
from designer.replies.listing import Filter
from designer.replies.models import Delivery, DeliveryState, Kind, Reply
from designer.sending.models import Connection, State
from tests.factories import CUSTOMER, make_delivery, make_send, make_template

from . import bodies


def test_makes_a_reply_of_a_tap(connection: Connection) -> None:
    at = timezone.now() - timedelta(minutes=3)
    reply = bodies.take_in(connection, bodies.row("a", "Option A", at=at, message_id="wamid.1"))
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.note) == (DeliveryState.READ, "")
    assert (reply.team, reply.connection) == (connection.team, connection)
    assert (reply.delivery, reply.received_at) == (delivery, delivery.received_at)
    assert (reply.kind, reply.option_id, reply.title) == (Kind.LIST, "a", "Option A")
    assert (reply.message_id, reply.from_number) == ("wamid.1", CUSTOMER)
    assert (reply.replied_at, reply.delivered_count) == (at, 1)


def test_keeps_typed_text_and_other_messages(connection: Connection) -> None:
    assert bodies.take_in(connection, bodies.text("hello")).text == "hello"
    image = {"type": "image", "image": {"caption": "look"}}
    other = bodies.take_in(connection, bodies.coext(image))
    assert (other.kind, other.title, other.text) == (Kind.OTHER, "image", "look")


def test_keeps_unknown_events(connection: Connection) -> None:
    make_delivery(connection, {"event": "message.status", "data": {}})
    assert intake.read_new() == 1
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.note) == (DeliveryState.IGNORED, "message.status")
    assert not Reply.objects.exists()


def test_reads_oldest_first_up_to_the_limit(connection: Connection) -> None:
    for _ in range(5):
        make_delivery(connection, {})
    assert [intake.read_new(limit=3), intake.read_new(limit=3), intake.read_new()] == [3, 2, 0]


def test_a_time_that_is_missing_or_still_to_come_is_that_of_the_delivery(
    connection: Connection,
) -> None:
    late = bodies.button("a", at=timezone.now() + timedelta(days=1))
    missing = bodies.button("a")
    del missing["timestamp"]
    for body in (late, missing):
        reply = bodies.take_in(connection, body)
        assert reply.replied_at == reply.received_at


@pytest.mark.parametrize(
    "change",
    [
        {"message_id": "wamid.2"},
        {"sender": "+14155550100"},
        {"message": bodies.interactive("list_reply", "b")},
        {"message": bodies.interactive("button_reply", "a")},
        {"message": {"type": "text", "text": "a"}},
    ],
)
def test_another_id_sender_kind_or_option_is_another_reply(
    connection: Connection, change: dict[str, Any]
) -> None:
    same = {"message": bodies.interactive("list_reply", "a"), "message_id": "wamid.1"}
    for about in (same, {**same, **change}):
        make_delivery(connection, bodies.coext(**about))
    intake.read_new()
    assert Reply.objects.count() == 2


def test_a_repeated_delivery_is_counted_and_not_doubled(connection: Connection) -> None:
    at = timezone.now() - timedelta(minutes=1)
    first = bodies.button("a", "A", at=at, message_id="wamid.1")
    stamped_anew = bodies.button("a", "A", message_id="wamid.1")
    for body in (stamped_anew, first, stamped_anew):
        make_delivery(connection, body)
    intake.read_new()
    reply = Reply.objects.get()
    assert reply.delivered_count == 3
    assert reply.replied_at == at


def test_without_a_message_id_the_same_body_is_the_same_reply(connection: Connection) -> None:
    body = bodies.meta({"type": "text", "text": {"body": "hi"}}, {"type": "text", "text": "hi"})
    for each in (body, body, {**body, "object": "another"}):
        make_delivery(connection, each)
    intake.read_new()
    assert sorted(Reply.objects.values_list("delivered_count", flat=True)) == [1, 1, 2, 2]


def test_one_delivery_may_tell_of_several_replies_and_of_one_twice(connection: Connection) -> None:
    messages = [{"id": f"{n}", "from": "919876543210", "text": {"body": f"{n}"}} for n in (1, 2, 2)]
    make_delivery(connection, bodies.meta(*messages))
    intake.read_new()
    assert list(Reply.objects.order_by("pk").values_list("text", "delivered_count")) == [
        ("1", 1),
        ("2", 1),
    ]


def test_too_many_messages_in_one_delivery_are_not_read(connection: Connection) -> None:
    message = {"text": {"body": "x"}}
    make_delivery(connection, {"messages": [message] * (intake.MOST_MESSAGES + 1)})
    intake.read_new()
    assert Delivery.objects.get().note == "More than 1,000 messages in one delivery."
    assert not Reply.objects.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(order=st.permutations(range(12)))
def test_any_order_of_deliveries_ends_the_same(connection: Connection, order: list[int]) -> None:
    began = timezone.now() - timedelta(hours=1)
    sent = [
        bodies.button(
            f"option_{n % 3}", at=began + timedelta(minutes=n % 4), message_id=f"m{n % 4}"
        )
        for n in range(12)
    ]
    Reply.objects.all().delete()
    for n in order:
        make_delivery(connection, sent[n])
    intake.read_new()
    assert Reply.objects.count() == 12
    for reply in Reply.objects.all():
        assert reply.replied_at == began + timedelta(minutes=int(reply.message_id[1]))


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_count_exactly(connection: Connection) -> None:
    distinct = [bodies.button("a", message_id=f"m{n}") for n in range(30)]
    repeated = distinct * 3
    random.Random(7).shuffle(repeated)
    for body in repeated:
        make_delivery(connection, body)
    assert read_by_several() == []
    assert Delivery.objects.filter(state=DeliveryState.READ).count() == 90
    assert list(Reply.objects.values_list("delivered_count", flat=True)) == [3] * 30


@pytest.mark.django_db(transaction=True)
def test_several_workers_that_meet_the_same_reply_count_each_delivery(
    connection: Connection,
) -> None:
    for _ in range(60):
        make_delivery(connection, bodies.button("a", message_id="wamid.1"))
    assert read_by_several() == []
    assert Reply.objects.get().delivered_count == 60


@pytest.mark.django_db(transaction=True)
def test_the_same_messages_in_another_order_keep_no_worker_waiting_for_another(
    connection: Connection,
) -> None:
    messages = typed(60)
    for _ in range(6):
        make_delivery(connection, bodies.meta(*messages))
        make_delivery(connection, bodies.meta(*reversed(messages)))
    assert read_by_several() == []
    assert Delivery.objects.filter(state=DeliveryState.READ).count() == 12
    assert list(Reply.objects.values_list("delivered_count", flat=True)) == [12] * 60


@pytest.mark.django_db(transaction=True)
def test_a_delivery_of_one_message_and_one_of_several_keep_no_worker_waiting_for_another(
    connection: Connection,
) -> None:
    """Each holds what the other wants: the unknown send that they settle, and a reply."""
    template = make_template(connection.team)
    for n in range(10):
        customer = f"91987654321{n}"
        make_send(template, connection, to=f"+{customer}", state=State.UNKNOWN)
        taps = [
            {"id": f"{n}.{m}", "from": customer, **bodies.interactive("list_reply", "track_order")}
            for m in range(8)
        ]
        make_delivery(connection, bodies.meta(*taps))
        for tap in reversed(taps):
            make_delivery(connection, bodies.meta(tap))
    assert read_by_several() == []
    assert list(Reply.objects.values_list("delivered_count", flat=True)) == [2] * 80


def test_messages_of_one_delivery_stay_in_its_order(connection: Connection) -> None:
    make_delivery(connection, bodies.meta(*typed(20)))
    intake.read_new()
    shown = Filter().page(connection.team).replies
    assert [reply.text for reply in reversed(shown)] == [f"{n}" for n in range(20)]


def typed(count: int) -> list[dict[str, Any]]:
    """So many messages as Meta delivers them, all typed within a second: "0", "1" …"""
    return [
        {"id": f"m{n}", "from": "919876543210", "timestamp": "1767268800", "text": {"body": f"{n}"}}
        for n in range(count)
    ]


def read_by_several() -> list[Exception]:
    """Read what is new, four workers at once, and return what went wrong in them."""
    wrong: list[Exception] = []
    start = threading.Barrier(4)

    def work() -> None:
        try:
            start.wait()
            while intake.read_new(limit=20):
                pass
        except Exception as problem:
            wrong.append(problem)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    # A worker that finds all of its deliveries taken stops early; the next round gets the rest.
    intake.read_new()
    return wrong


def test_a_fault_keeps_one_delivery_back_and_not_those_behind_it(
    connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(execute: Any, sql: str, params: Any, *args: Any) -> Any:
        if sql.startswith("INSERT") and "faulty" in params:
            raise DataError("a value that this database refuses")
        return execute(sql, params, *args)

    faulty = make_delivery(connection, bodies.button("faulty"))
    make_delivery(connection, bodies.button("a"))
    with database.execute_wrapper(refuse):
        assert intake.read_new() == 2
    faulty.refresh_from_db()
    assert faulty.state == DeliveryState.BROKEN
    assert "DataError" in faulty.note
    assert [reply.option_id for reply in Reply.objects.all()] == ["a"]
    assert f"Delivery {faulty.pk}" in caplog.text
    assert intake.replay(faulty.pk) == DeliveryState.READ


def test_a_database_that_is_away_leaves_the_delivery_new(connection: Connection) -> None:
    def away(execute: Any, sql: str, *args: Any) -> Any:
        if sql.startswith("INSERT"):
            raise OperationalError("database is locked")
        return execute(sql, *args)

    make_delivery(connection, bodies.button("a"))
    with database.execute_wrapper(away), pytest.raises(OperationalError):
        intake.read_new()
    assert Delivery.objects.get().state == DeliveryState.NEW
    assert intake.read_new() == 1
    assert Reply.objects.get().delivered_count == 1


def test_replaying_reads_again_what_made_no_reply(connection: Connection) -> None:
    delivery = make_delivery(connection, bodies.button("a"))
    Delivery.objects.update(state=DeliveryState.BROKEN, note="It could not be read then.")
    assert intake.replay(delivery.pk) == DeliveryState.READ
    assert Reply.objects.get().delivery == delivery
    assert intake.replay(delivery.pk) == DeliveryState.READ
    assert Reply.objects.get().delivered_count == 1


def test_the_command_replays_what_is_broken(connection: Connection) -> None:
    delivered = [make_delivery(connection, body) for body in (bodies.button("a"), b"{", {})]
    Delivery.objects.update(state=DeliveryState.BROKEN)
    assert replayed() == "1 × Read, 1 × Can’t be read, 1 × No reply in it"
    assert replayed() == "1 × Can’t be read"
    assert replayed("--ignored") == "1 × Can’t be read, 1 × No reply in it"
    assert replayed(str(delivered[2].pk)) == "1 × No reply in it"
    assert replayed(str(delivered[0].pk)) == "Nothing to read again."


def replayed(*arguments: str) -> str:
    out = StringIO()
    call_command("replay_deliveries", *arguments, stdout=out)
    return out.getvalue().strip()


def test_a_send_that_turns_unknown_after_its_reply_is_settled_too(connection: Connection) -> None:
    send = make_send(make_template(connection.team), connection, state=State.SENDING)
    bodies.take_in(connection, bodies.row("track_order"))
    make_send(make_template(connection.team), connection, state=State.UNKNOWN)
    send.state = State.UNKNOWN
    send.save()
    assert intake.settle_answered() == 1
    send.refresh_from_db()
    assert send.state == State.SENT
    assert intake.settle_answered() == 0
