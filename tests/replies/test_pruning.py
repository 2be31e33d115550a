"""Old deliveries go, in small batches; replies and what nobody could read yet stay."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from designer.replies import intake, pruning
from designer.replies.models import Delivery, DeliveryState, Reply
from designer.sending.models import Connection
from designer.setup import worker
from designer.teams.models import User
from tests.factories import make_delivery

from . import bodies

As = Callable[[User], Client]


@pytest.fixture(autouse=True)
def keep_90_days(settings: Settings) -> None:
    settings.KEEP_DELIVERIES_DAYS = 90


def ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def delivered(connection: Connection, body: Any, days: float) -> Delivery:
    """What came so many days ago, and was read."""
    row = make_delivery(connection, body, received_at=ago(days))
    intake.read_one(row.pk)
    return Delivery.objects.get(pk=row.pk)


def test_an_old_delivery_loses_its_body_and_its_reply_stays(connection: Connection) -> None:
    old = delivered(connection, bodies.text("hello"), days=91)
    assert pruning.prune_deliveries() == 1
    old.refresh_from_db()
    assert (old.state, bytes(old.body)) == (DeliveryState.PRUNED, b"")
    assert Reply.objects.get().text == "hello"
    assert pruning.prune_deliveries() == 0


def test_the_longest_time_is_no_trouble(connection: Connection, settings: Settings) -> None:
    settings.KEEP_DELIVERIES_DAYS = 36_500
    delivered(connection, b"{", days=9_999)
    assert pruning.prune_deliveries() == 0


def test_an_old_delivery_that_brought_no_reply_goes_whole(connection: Connection) -> None:
    delivered(connection, {"event": "message.status"}, days=91)
    delivered(connection, bodies.text("hello", message_id="wamid.1"), days=91)
    repeat = delivered(connection, bodies.text("hello", message_id="wamid.1"), days=91)
    pruning.prune_deliveries()
    assert Delivery.objects.get().state == DeliveryState.PRUNED
    assert not Delivery.objects.filter(pk=repeat.pk).exists()
    assert Reply.objects.get().delivered_count == 2


def test_what_is_not_old_stays_as_it_came(connection: Connection) -> None:
    delivered(connection, bodies.text("hello"), days=89)
    delivered(connection, {"event": "message.status"}, days=89)
    assert pruning.prune_deliveries() == 0
    assert not Delivery.objects.filter(body=b"").exists()


def test_what_is_not_read_yet_stays_however_old(connection: Connection) -> None:
    make_delivery(connection, bodies.text("hello"), received_at=ago(1000))
    assert pruning.prune_deliveries() == 0
    assert intake.read_new() == 1
    assert Reply.objects.get().text == "hello"


@pytest.mark.parametrize(("days", "stays"), [(91, True), (359, True), (361, False)])
def test_what_cannot_be_read_is_kept_longer(connection: Connection, days: int, stays: bool) -> None:
    delivered(connection, b"{", days)
    pruning.prune_deliveries()
    assert Delivery.objects.exists() == stays


@pytest.mark.parametrize("days", [0, -1])
def test_zero_keeps_all_for_ever(connection: Connection, settings: Settings, days: int) -> None:
    settings.KEEP_DELIVERIES_DAYS = days
    for body in (bodies.text("hello"), b"{", {}):
        delivered(connection, body, days=10_000)
    assert pruning.prune_deliveries() == 0
    assert Delivery.objects.count() == 3


@pytest.mark.parametrize("message_id", ["wamid.1", ""])
def test_a_repeat_after_pruning_is_still_the_same_reply(
    connection: Connection, message_id: str
) -> None:
    body = bodies.text("hello", message_id="wamid.1")
    body["data"]["message_id"] = message_id
    delivered(connection, body, days=91)
    pruning.prune_deliveries()
    again = delivered(connection, body, days=0)
    assert Reply.objects.get().delivered_count == 2
    assert again.state == DeliveryState.READ


def test_goes_on_until_all_that_is_old_is_gone(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "BATCH", 3)
    monkeypatch.setattr(pruning, "PAUSE", 0)
    for _ in range(10):
        delivered(connection, bodies.text("hello"), days=91)
    kept = delivered(connection, bodies.text("hello"), days=1)
    assert pruning.prune_deliveries() == 10
    assert list(Delivery.objects.exclude(body=b"")) == [kept]


def test_looks_at_no_more_than_a_batch_when_nothing_is_old(
    connection: Connection, django_assert_num_queries: Any
) -> None:
    for _ in range(5):
        delivered(connection, bodies.text("hello"), days=1)
    # The teams; the oldest of each of three states.
    with django_assert_num_queries(4):
        pruning.prune_deliveries()


@pytest.mark.django_db(transaction=True)
def test_the_worker_prunes(connection: Connection) -> None:
    row = delivered(connection, bodies.text("hello"), days=91)
    stop, deadline = threading.Event(), time.monotonic() + 20
    threads = worker.start(1, stop)
    try:
        while Delivery.objects.get(pk=row.pk).state != DeliveryState.PRUNED:
            assert time.monotonic() < deadline, "The worker did not prune it."
            stop.wait(0.02)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_the_pages_say_that_the_body_is_deleted(
    connection: Connection, viewer: User, client_as: As
) -> None:
    row = delivered(connection, bodies.text("hello"), days=91)
    pruning.prune_deliveries()
    client = client_as(viewer)
    for name, pk in (("delivery", row.pk), ("reply", Reply.objects.get().pk)):
        page = client.get(reverse(name, args=[pk])).content.decode()
        assert "The body was deleted for its age." in page
        assert reverse("delivery-body", args=[row.pk]) not in page
        assert "hello" in page
    listed = client.get(reverse("deliveries"), {"state": "pruned"}).content.decode()
    assert "1 reply" in listed
    assert "for 90 days" in listed
    assert "for 360 days" in listed
    assert client.get(reverse("delivery-body", args=[row.pk])).status_code == 410


def test_a_deleted_body_cannot_be_read_again(connection: Connection) -> None:
    row = delivered(connection, bodies.text("hello"), days=91)
    pruning.prune_deliveries()
    assert not Delivery.objects.replayable().exists()
    assert intake.replay(row.pk) == DeliveryState.PRUNED
    assert Reply.objects.get().delivered_count == 1
