"""Every number that fails on purpose, from a send through the sandbox to words for a marketer."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from designer.sandbox import magic
from designer.sandbox.magic import Act
from designer.sending.delivery import deliver
from designer.sending.models import Connection, Send, State
from designer.setup import sandbox
from designer.teams.models import Team
from tests.factories import make_send, make_template

# What becomes of a send, by how its outcome comes about.
STATES = {
    Act.ERROR: State.FAILED,
    Act.HOLD: State.WAITING,
    Act.HANG: State.UNKNOWN,
    Act.BREAK_OFF: State.UNKNOWN,
    Act.GATEWAY: State.UNKNOWN,
    Act.BROKEN: State.UNKNOWN,
    Act.EMPTY: State.UNKNOWN,
}
# WhatsApp says of these that they go away by themselves.
TRIED_AGAIN = {"+15550130429", "+15550080007"}


@pytest.fixture
def connection(live_server: LiveServer, settings: Settings, team: Team) -> Connection:
    settings.SITE_URL = live_server.url
    settings.SANDBOX_HANG_SECONDS = 1.5
    settings.SEND_READ_TIMEOUT = 0.5
    return sandbox.connect(team)


def send_to(number: str, connection: Connection) -> Send:
    send = make_send(make_template(connection.team), connection, to=number)
    deliver.call(send.pk)
    send.refresh_from_db()
    return send


@pytest.mark.parametrize("number", magic.OUTCOMES)
def test_outcome_is_told_in_words(number: str, connection: Connection) -> None:
    outcome = magic.OUTCOMES[number]
    send = send_to(number, connection)
    expected = State.WAITING if number in TRIED_AGAIN else STATES[outcome.act]
    assert send.state == expected
    assert re.fullmatch(r"[A-Z“].{15,}[.!]", send.outcome, re.DOTALL), send.outcome
    assert "<" not in send.outcome, "the raw answer is kept apart from the words"
    if outcome.status:
        assert send.attempts.get().status == outcome.status


def test_held_number_is_sent_after_the_wait(connection: Connection) -> None:
    send = send_to("+15550100429", connection)
    assert send.next_attempt_at is not None
    assert send.next_attempt_at >= timezone.now() + timedelta(seconds=3), "not before reset_at"
    with time_machine.travel(send.next_attempt_at + timedelta(seconds=1)):
        deliver.call(send.pk)
    send.refresh_from_db()
    assert send.state == State.SENT


def test_any_other_number_is_sent(connection: Connection) -> None:
    assert send_to("+919876543210", connection).state == State.SENT
