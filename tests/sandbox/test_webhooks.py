"""What is posted for a customer's reply, and what happens when nobody takes it."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from designer.sandbox.models import Account, Kind, Message, Webhook
from designer.sandbox.webhooks import LEASE, announce, deliver, delivery, sweep
from tests.factories import example
from tests.wakes import run_waiting, wakes, woken

from .factories import CUSTOMER, make_reply
from .test_api import shape

NOW = datetime(2025, 12, 23, 14, 35, tzinfo=UTC)


def waiting(account: Account, **fields: object) -> Message:
    return make_reply(account, webhook=Webhook.WAITING, **fields)


def answering(status: int) -> httpx.MockTransport:
    return httpx.MockTransport(lambda request: httpx.Response(status))


def failing(error: BaseException) -> httpx.MockTransport:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error

    return httpx.MockTransport(fail)


def test_a_tapped_button_is_the_contracts_example(account: Account) -> None:
    message = make_reply(
        account,
        kind=Kind.BUTTON,
        text="Confirm",
        option_id="confirm_order_12345",
        created_at=NOW,
        wamid="wamid.xyz123",
    )
    assert delivery(message) == example("webhook-button-reply")


def test_a_chosen_row_is_the_contracts_example(account: Account) -> None:
    message = make_reply(
        account,
        kind=Kind.LIST,
        text="Laptop Pro 15",
        option_id="prod_laptop_001",
        created_at=NOW,
        wamid="wamid.abc456",
    )
    assert delivery(message) == example("webhook-list-reply")


def test_a_written_text_has_the_same_envelope(account: Account) -> None:
    body = delivery(make_reply(account, text="Is it blue?", created_at=NOW))
    assert body["data"]["message"] == {"type": "text", "text": {"body": "Is it blue?"}}
    envelope = example("webhook-button-reply")
    del envelope["data"]["message"], body["data"]["message"]
    assert shape(body) == shape(envelope)


def test_every_reply_has_its_own_id(account: Account) -> None:
    ids = {delivery(make_reply(account))["data"]["message_id"] for _ in range(20)}
    assert len(ids) == 20
    assert all(re.fullmatch(r"wamid\.[0-9A-F]{32}", wamid) for wamid in ids)


def test_the_timestamp_has_milliseconds(account: Account) -> None:
    message = make_reply(account, created_at=NOW + timedelta(microseconds=1234))
    assert delivery(message)["timestamp"] == "2025-12-23T14:35:00.001Z"


@pytest.mark.django_db(transaction=True)
def test_the_task_comes_with_the_message_or_not_at_all(account: Account) -> None:
    for is_kept in (False, True):
        message = Message(account=account, customer=CUSTOMER, kind=Kind.TEXT, text="Hello")
        with transaction.atomic():
            announce(message)
            transaction.set_rollback(not is_kept)
        assert woken() == list(Message.objects.values_list("pk", flat=True))
    assert woken() == [message.pk]


def test_without_an_address_nothing_is_sent(
    account: Account, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    account.webhook_url = ""
    message = Message(account=account, customer=CUSTOMER, kind=Kind.TEXT, text="Hello")
    with django_capture_on_commit_callbacks(execute=True):
        announce(message)
    assert message.webhook == Webhook.NONE
    assert wakes() == []


def test_posts_json_to_the_keys_address(account: Account) -> None:
    requests: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(204)

    message = waiting(account)
    deliver(message.pk, httpx.MockTransport(take))
    (request,) = requests
    assert (request.method, str(request.url)) == ("POST", account.webhook_url)
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(request.content) == delivery(message)
    message.refresh_from_db()
    assert (message.webhook, message.webhook_attempts) == (Webhook.DELIVERED, 1)


@pytest.mark.parametrize(
    ("transport", "words"),
    [
        (answering(500), "it answered 500"),
        (answering(302), "it answered 302"),
        (failing(httpx.ReadTimeout("slow")), "no answer within 10 seconds"),
        (failing(httpx.ConnectError("refused")), "no connection could be made"),
        (failing(httpx.RemoteProtocolError("gone")), "the connection broke off"),
    ],
)
def test_tries_again_after_a_failure(
    account: Account, transport: httpx.MockTransport, words: str
) -> None:
    message = waiting(account)
    with time_machine.travel(NOW, tick=False):
        deliver(message.pk, transport)
    message.refresh_from_db()
    assert (message.webhook, message.webhook_problem) == (Webhook.WAITING, words)
    assert message.next_attempt_at == NOW + timedelta(seconds=2)
    # Besides the one for a worker that would have died over it.
    assert [message.pk] in [wake.args for wake in wakes() if wake.is_for(message.next_attempt_at)]


def test_waits_longer_each_time_and_gives_up(account: Account) -> None:
    message = waiting(account)
    waits = []
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(8):
            deliver(message.pk, answering(503))
            message.refresh_from_db()
            if message.next_attempt_at:
                waits.append((message.next_attempt_at - timezone.now()).seconds)
                clock.move_to(message.next_attempt_at)
    assert waits == [2, 4, 8, 16, 32]
    assert (message.webhook, message.webhook_attempts) == (Webhook.FAILED, 6)


def test_is_not_sent_before_its_time_or_twice(account: Account) -> None:
    message = waiting(account)
    with time_machine.travel(NOW, tick=False) as clock:
        deliver(message.pk, answering(503))
        clock.shift(timedelta(seconds=1.9))
        deliver(message.pk, failing(AssertionError("sent too early")))
        clock.shift(timedelta(seconds=0.1))
        deliver(message.pk, answering(200))
        clock.shift(timedelta(hours=1))
        deliver(message.pk, failing(AssertionError("sent twice")))


def test_a_worker_that_dies_on_the_way_is_followed_by_another(account: Account) -> None:
    class Died(BaseException):
        pass

    message = waiting(account)
    with time_machine.travel(NOW, tick=False) as clock:
        with pytest.raises(Died):
            deliver(message.pk, failing(Died()))
        deliver(message.pk, failing(AssertionError("somebody is at it")))
        [wake] = wakes()
        assert wake.is_for(NOW + LEASE)
        clock.move_to(NOW + LEASE)
        deliver(message.pk, answering(200))
    message.refresh_from_db()
    assert (message.webhook, message.webhook_attempts) == (Webhook.DELIVERED, 2)


def test_wakes_again_for_what_is_overdue(account: Account) -> None:
    def at(seconds: float) -> datetime:
        return NOW + timedelta(seconds=seconds)

    with time_machine.travel(NOW, tick=False):
        lost = [
            waiting(account, created_at=at(-31)),
            waiting(account, created_at=at(-90), next_attempt_at=at(-31)),
        ]
        waiting(account, created_at=at(-29))
        waiting(account, created_at=at(-90), next_attempt_at=at(-29))
        waiting(account, created_at=at(-90), next_attempt_at=at(5))
        make_reply(account, created_at=at(-90), webhook=Webhook.DELIVERED)
        assert sweep() == 2
        assert woken() == [message.pk for message in lost]


def test_a_message_that_is_gone_is_no_trouble(db: None) -> None:
    deliver(12345, answering(200))


def test_a_person_may_start_over(account: Account) -> None:
    message = make_reply(
        account, webhook=Webhook.FAILED, webhook_attempts=6, webhook_problem="it answered 503"
    )
    announce(message)
    message.refresh_from_db()
    assert (message.webhook, message.webhook_attempts) == (Webhook.WAITING, 0)
    deliver(message.pk, answering(200))
    message.refresh_from_db()
    assert (message.webhook, message.webhook_problem) == (Webhook.DELIVERED, "")


@contextmanager
def receiver(take: Callable[[bytes], None]) -> Iterator[str]:
    """A web server on this machine that takes webhooks; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.django_db(transaction=True)
def test_the_worker_delivers_over_the_network(account: Account) -> None:
    received: list[bytes] = []
    with receiver(received.append) as url:
        account.webhook_url = url
        account.save()
        message = Message(account=account, customer=CUSTOMER, kind=Kind.TEXT, text="Hello 👋")
        with transaction.atomic():
            announce(message)
        run_waiting()
    assert [json.loads(body) for body in received] == [delivery(message)]
    message.refresh_from_db()
    assert message.webhook == Webhook.DELIVERED


@pytest.mark.parametrize("url", ["http://\x7f/", "gopher://example.com/", "example.com"])
def test_an_address_that_is_none_is_a_failure_in_words(account: Account, url: str) -> None:
    account.webhook_url = url
    account.save()
    message = waiting(account)
    deliver(message.pk)
    message.refresh_from_db()
    assert message.webhook_problem == "the address can’t be used"


def test_nobody_at_the_address_is_a_failure_in_words(account: Account) -> None:
    message = waiting(account)
    deliver(message.pk)
    message.refresh_from_db()
    assert message.webhook_problem == "no connection could be made"
