"""The stand-in's HTTP: keys, envelopes, the rate limit, and bodies that mean harm."""

import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from designer.sandbox.models import Account, Kind, Message, Sender
from designer.teams.models import Team
from tests.factories import example

from .factories import BUTTON, LIST, make_account, post

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
REQUEST_ID = re.compile(r"req_[0-9a-f]{12}")


def shape(value: object) -> object:
    """The keys and types of an answer, without its values."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return type(value).__name__


def error(answer: Any) -> tuple[int, str, str]:
    """Status, code and message of an answer in the error envelope."""
    body = answer.json()
    assert shape(body) == shape(example("response-error"))
    assert REQUEST_ID.fullmatch(body["meta"]["request_id"])
    return answer.status_code, body["error"]["code"], body["error"]["message"]


@pytest.mark.parametrize(
    ("path", "name"),
    [(LIST, "list-product-catalog"), (BUTTON, "button-restock-image")],
)
def test_takes_a_message_in(account: Account, path: str, name: str) -> None:
    answer = post(account, example(name), path)
    body = answer.json()
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert shape(body) == shape(example("response-success"))
    assert body["success"] is True
    assert body["data"]["status"] == "sent"
    message = Message.objects.get(uuid=UUID(body["data"]["message_id"]))
    assert message.payload == example(name)
    assert (message.account, message.customer) == (account, "+919876543210")
    assert (message.sender, message.kind) == (Sender.BUSINESS, Kind(name.partition("-")[0]))


def test_each_message_has_its_own_ids(account: Account) -> None:
    answers = [post(account, example("button-order-confirmation")) for _ in range(2)]
    first, second = (answer.json() for answer in answers)
    assert first["data"]["message_id"] != second["data"]["message_id"]
    assert first["meta"]["request_id"] != second["meta"]["request_id"]


@pytest.mark.parametrize("key", ["", "pk_live_1", "pk_sandbox_" + "0" * 32, "clé\x00", "x" * 9000])
def test_refuses_an_unknown_key(account: Account, key: str) -> None:
    answer = post(account, example("button-order-confirmation"), **{"X-API-Key": key})
    assert error(answer) == (401, "INVALID_API_KEY", "API key not found or invalid")


def test_refuses_a_request_without_a_key(db: None) -> None:
    assert error(Client().post(BUTTON, {}, content_type="application/json"))[0] == 401


def test_refuses_a_key_without_permission(team: Team) -> None:
    answer = post(make_account(team, can_send=False), example("button-order-confirmation"))
    assert error(answer) == (403, "PERMISSION_DENIED", "API key lacks the send_text permission")


def test_refuses_a_body_that_breaks_the_contract(account: Account) -> None:
    body = example("button-order-confirmation")
    body["buttons"] *= 2
    answer = post(account, body)
    assert error(answer) == (400, "VALIDATION_ERROR", "buttons must have at most 3 items")
    assert not Message.objects.exists()


def raw(account: Account, body: bytes, content_type: str = "application/json") -> Any:
    return Client(raise_request_exception=True).post(
        BUTTON, body, content_type=content_type, headers={"X-API-Key": account.key}
    )


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_refuses_another_content_type(account: Account, content_type: str) -> None:
    answer = raw(account, b"{}", content_type)
    assert error(answer) == (400, "VALIDATION_ERROR", "Content-Type must be application/json")


def test_takes_a_content_type_with_its_charset(account: Account) -> None:
    body = json.dumps(example("button-order-confirmation")).encode()
    assert raw(account, body, "application/json; charset=utf-8").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b"\x00",
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        b'{"body": NaN}',
        b'{"body": -Infinity}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 100_000,
        b"{}{}",
    ],
    ids=lambda body: body[:12].decode("latin-1"),
)
def test_refuses_what_is_no_json(account: Account, body: bytes) -> None:
    words = "request body must be valid JSON in UTF-8"
    assert error(raw(account, body)) == (400, "VALIDATION_ERROR", words)


@pytest.mark.parametrize(
    "body",
    [
        b'{"to": "+919876543210", "body": "\\u0000", "buttons": [{"id": "a", "title": "A"}]}',
        b'{"to": "+919876543210", "body": "\\ud83d", "buttons": [{"id": "a", "title": "A"}]}',
        b'{"to": ' + b"9" * 4000 + b"}",
        b'{"to": 1e999}',
        b"[" * 500 + b"]" * 500,
        b'{"\\ud83d\\u0000": 1}',
    ],
)
def test_refuses_json_that_is_no_message(account: Account, body: bytes) -> None:
    assert error(raw(account, body))[:2] == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("size", [2_000_001, 3_000_000, 5_000_000])
def test_refuses_a_huge_body(account: Account, size: int) -> None:
    body = b'{"body": "' + b"a" * (size - 12) + b'"}'
    words = "request body must have at most 2000000 bytes"
    assert error(raw(account, body)) == (400, "VALIDATION_ERROR", words)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200))
def test_no_bytes_are_a_server_error(account: Account, body: bytes) -> None:
    Account.objects.update(window_count=0)
    assert raw(account, body).status_code == 400


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options"])
def test_other_methods_are_not_allowed(db: None, method: str) -> None:
    answer = getattr(Client(), method)(LIST)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    if method != "head":
        assert error(answer)[1] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize("rest", ["", "/", "/messages", "/messages/interactive/list/", "/x/../y"])
def test_other_addresses_answer_in_the_envelope(db: None, rest: str) -> None:
    answer = Client().post("/sandbox/api/v1/external" + rest)
    assert error(answer) == (404, "NOT_FOUND", "no such endpoint")


def test_needs_no_csrf_token(account: Account) -> None:
    answer = Client(enforce_csrf_checks=True).post(
        BUTTON,
        example("button-order-confirmation"),
        content_type="application/json",
        headers={"X-API-Key": account.key},
    )
    assert answer.status_code == 200


def window(answer: Any) -> tuple[int, str]:
    """What an answer says about the rate: remaining, and the reset."""
    rate = answer.json()["meta"]["rate_limit"]
    assert rate["limit"] == 60
    return rate["remaining"], rate["reset_at"]


def test_counts_down_from_sixty_a_minute(account: Account) -> None:
    body = example("button-order-confirmation")
    with time_machine.travel(NOW, tick=False) as clock:
        reset = "2026-01-05T12:01:00.000Z"
        for remaining in range(59, -1, -1):
            answer = post(account, body)
            assert (answer.status_code, window(answer)) == (200, (remaining, reset))
        clock.shift(timedelta(seconds=20.5))
        refused = post(account, body)
        assert refused.status_code == 429
        assert refused.json()["error"]["code"] == "RATE_LIMIT_EXCEEDED"
        assert window(refused) == (0, reset)
        assert refused["Retry-After"] == "40"
        assert refused["Date"] == "Mon, 05 Jan 2026 12:00:20 GMT"
        assert Message.objects.count() == 60
        clock.move_to(NOW + timedelta(minutes=1))
        assert window(post(account, body)) == (59, "2026-01-05T12:02:00.000Z")


@pytest.mark.django_db(transaction=True)
def test_requests_at_once_are_counted_one_by_one(account: Account) -> None:
    body = example("button-order-confirmation")
    Account.objects.update(window_ends_at=timezone.now() + timedelta(minutes=1), window_count=55)

    def send(_: int) -> int:
        try:
            status: int = post(account, body).status_code
            return status
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        statuses = Counter(threads.map(send, range(12)))
    assert statuses == {200: 5, 429: 7}
    assert Message.objects.count() == 5


def test_a_refused_body_counts_too(account: Account) -> None:
    with time_machine.travel(NOW, tick=False):
        post(account, {})
        assert window(post(account, example("button-order-confirmation")))[0] == 58


def test_each_key_has_its_own_minute(team: Team, account: Account) -> None:
    body = example("button-order-confirmation")
    with time_machine.travel(NOW, tick=False):
        post(account, body)
        assert window(post(make_account(team, name="Other"), body))[0] == 59


def test_who_waits_until_the_reset_is_let_in(account: Account) -> None:
    body = example("button-order-confirmation")
    with time_machine.travel(NOW + timedelta(microseconds=1999), tick=False) as clock:
        Account.objects.update(window_count=0)
        for _ in range(61):
            answer = post(account, body)
        clock.move_to(datetime.fromisoformat(window(answer)[1]))
        assert post(account, body).status_code == 200


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000)
def test_refuses_what_the_server_does_not_read(account: Account) -> None:
    assert error(raw(account, b'"' + b"a" * 2000 + b'"'))[:2] == (400, "VALIDATION_ERROR")
