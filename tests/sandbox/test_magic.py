"""Every number that fails on purpose does what its table says."""

import re
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.http.response import StreamingHttpResponse
from django.test import Client
from phonenumbers import is_possible_number, parse
from pytest_django import Settings

from designer.sandbox.api import HANGING
from designer.sandbox.magic import GROUPS, HOLD_TIME, OUTCOMES, Act, Outcome
from designer.sandbox.models import Account, Message
from tests.factories import example

from .factories import make_message, post

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
ERRORS = [outcome for outcome in OUTCOMES.values() if outcome.act is Act.ERROR]


def send(account: Account, number: str, **fields: str) -> Any:
    return post(account, example("button-order-confirmation") | {"to": number} | fields)


def number_of(act: Act) -> str:
    return next(outcome.number for outcome in OUTCOMES.values() if outcome.act is act)


@pytest.mark.parametrize("number", OUTCOMES)
def test_is_a_possible_number(number: str) -> None:
    assert re.fullmatch(r"\+15550\d{6}", number)
    assert is_possible_number(parse(number))


def test_no_number_stands_for_two_outcomes() -> None:
    assert len(OUTCOMES) == sum(len(outcomes) for _, outcomes in GROUPS)


@pytest.mark.parametrize("outcome", ERRORS, ids=lambda outcome: outcome.number)
def test_answers_with_the_error(account: Account, outcome: Outcome) -> None:
    answer = send(account, outcome.number)
    assert answer.status_code == outcome.status
    assert answer.json()["success"] is False
    assert answer.json()["error"] == {"code": outcome.code, "message": outcome.message}
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "code",
    [
        "131047",
        "131026",
        "131009",
        "131053",
        "131056",
        "130429",
        "080007",
        "131048",
        "131021",
        "131031",
        "000368",
        "131042",
        "131000",
        "131016",
        "000190",
    ],
)
def test_whatsapps_own_code_is_in_the_number_and_the_message(account: Account, code: str) -> None:
    error = send(account, f"+15550{code}").json()["error"]
    assert error["code"] == "MESSAGE_SEND_FAILED"
    assert re.findall(r"\d+", error["message"]) == [str(int(code))]


def test_every_code_of_the_contract_has_a_number() -> None:
    assert {(outcome.status, outcome.code) for outcome in OUTCOMES.values() if outcome.code} == {
        (400, "VALIDATION_ERROR"),
        (401, "INVALID_API_KEY"),
        (403, "PERMISSION_DENIED"),
        (429, "RATE_LIMIT_EXCEEDED"),
        (500, "MESSAGE_SEND_FAILED"),
    }


def test_a_body_that_breaks_the_contract_is_told_so_first(account: Account) -> None:
    answer = post(account, {"to": "+15550100500"})
    assert answer.status_code == 400


def test_holds_a_message_then_takes_it_once(account: Account) -> None:
    number = number_of(Act.HOLD)
    with time_machine.travel(NOW, tick=False) as clock:
        refused = send(account, number)
        assert refused.status_code == 429
        assert refused.json()["meta"]["rate_limit"]["reset_at"] == "2026-01-05T12:00:05.000Z"
        assert refused["Retry-After"] == "5"
        clock.shift(HOLD_TIME - timedelta(milliseconds=1))
        assert send(account, number).status_code == 429
        clock.shift(timedelta(milliseconds=1))
        assert send(account, number).status_code == 200
        assert Message.objects.count() == 1
        assert send(account, number).status_code == 429


def test_holds_each_message_for_itself(account: Account) -> None:
    number = number_of(Act.HOLD)
    with time_machine.travel(NOW, tick=False) as clock:
        send(account, number, reference="one")
        clock.shift(HOLD_TIME)
        assert send(account, number, reference="two").status_code == 429
        assert send(account, number, reference="one").status_code == 200


def test_forgets_a_hold_that_nobody_came_back_for(account: Account) -> None:
    number = number_of(Act.HOLD)
    with time_machine.travel(NOW, tick=False) as clock:
        send(account, number)
        clock.shift(timedelta(minutes=11))
        assert send(account, number).status_code == 429


def test_hangs_and_delivers_all_the_same(account: Account, settings: Settings) -> None:
    settings.SANDBOX_HANG_SECONDS = 0.02
    before = time.monotonic()
    assert send(account, number_of(Act.HANG)).status_code == 200
    assert time.monotonic() - before >= 0.02
    assert Message.objects.count() == 1


def test_only_a_few_answers_hang_at_a_time(account: Account, settings: Settings) -> None:
    settings.SANDBOX_HANG_SECONDS = 0
    with ExitStack() as others:
        for _ in range(4):
            others.enter_context(HANGING)
        assert send(account, number_of(Act.HANG)).status_code == 429
    assert Message.objects.count() == 0
    assert send(account, number_of(Act.HANG)).status_code == 200


def test_breaks_off_half_way_through_the_answer(account: Account) -> None:
    answer = send(account, number_of(Act.BREAK_OFF))
    assert isinstance(answer, StreamingHttpResponse)
    parts = iter(answer)
    assert 0 < len(next(parts)) < int(answer["Content-Length"])
    with pytest.raises(ConnectionAbortedError):
        next(parts)
    assert Message.objects.count() == 1


def test_a_gateways_page_instead_of_an_answer(account: Account) -> None:
    answer = send(account, number_of(Act.GATEWAY))
    assert answer.status_code == 502
    assert answer["Content-Type"].startswith("text/html")
    assert b"502 Bad Gateway" in answer.content
    assert not Message.objects.exists()


def test_an_answer_of_broken_json(account: Account) -> None:
    answer = send(account, number_of(Act.BROKEN))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()
    assert Message.objects.count() == 1


def test_an_empty_answer(account: Account) -> None:
    answer = send(account, number_of(Act.EMPTY))
    assert (answer.status_code, answer.content) == (200, b"")
    assert Message.objects.count() == 1


def test_the_phone_page_lists_every_number(phone: Client, account: Account) -> None:
    make_message(account)
    page = phone.get("/phone/").content.decode()
    for outcome in OUTCOMES.values():
        assert f"<code>{outcome.number}</code>" in page
        assert outcome.says in page


def test_the_document_lists_every_number() -> None:
    document = (Path(django_settings.BASE_DIR) / "docs" / "sandbox.md").read_text()
    rows = [line for line in document.splitlines() if line.startswith("| `+1555")]
    assert rows == [
        f"| `{outcome.number}` | {outcome.result} | {'yes' if outcome.arrives else 'no'} "
        f"| {outcome.says} |"
        for outcome in OUTCOMES.values()
    ]
