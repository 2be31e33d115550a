"""Which deliveries the webhook trusts: those at a valid address that are signed as they must be."""

import hashlib
import hmac
import io
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection as database
from django.test import Client, RequestFactory

from designer.replies import intake
from designer.replies.hook import MOST_BYTES, hook
from designer.replies.models import Delivery, Reply
from designer.replies.signature import is_right, sign
from designer.sending.models import HOOK_OVERLAP, Connection, hook_hash
from designer.teams.models import Team
from tests.factories import make_connection

from . import bodies

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SECRET = "a secret that both sides know"
BODY = b'{"event":  "message.received", "data": {}}\n'
# By another hand than the product's, and of the bytes as they are above.
DIGITS = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()
RIGHT = f"sha256={DIGITS}"


@pytest.fixture
def signed(team: Team) -> Connection:
    """A connection that asks for a signature."""
    return make_connection(team, signature_secret=SECRET)


def deliver(path: str, body: bytes = BODY, **headers: str) -> Any:
    """POST to an address with these headers, "_" standing for "-"."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client().post(path, body, content_type="application/json", headers=named)


def test_the_old_address_works_until_its_time_is_over(connection: Connection) -> None:
    old = connection.hook_path
    with time_machine.travel(NOW, tick=False) as clock:
        assert connection.renew_hook()
        new = connection.hook_path
        assert [deliver(path).status_code for path in (old, new)] == [200, 200]
        clock.move_to(NOW + HOOK_OVERLAP - SECOND)
        assert [deliver(path).status_code for path in (old, new)] == [200, 200]
        clock.move_to(NOW + HOOK_OVERLAP)
        assert [deliver(path).status_code for path in (old, new)] == [404, 200]
    assert {each.connection for each in Delivery.objects.all()} == {connection}
    assert Delivery.objects.count() == 5


def test_an_old_address_that_was_ended_is_404(connection: Connection) -> None:
    old = connection.hook_path
    connection.renew_hook()
    connection.end_old_hook()
    assert deliver(old).status_code == 404
    assert deliver(connection.hook_path).status_code == 200


def test_the_same_reply_at_both_addresses_is_one_reply(connection: Connection) -> None:
    bodies.post(connection, bodies.webhook("button"))
    old = connection.hook_path
    connection.renew_hook()
    bodies.post(connection, bodies.webhook("button"))
    deliver(old, json.dumps(bodies.webhook("button")).encode())
    intake.read_new()
    assert Reply.objects.get().delivered_count == 3


def test_a_second_renewal_waits_for_the_first_to_be_over(connection: Connection) -> None:
    first = connection.hook_path
    with time_machine.travel(NOW, tick=False) as clock:
        assert connection.renew_hook()
        second = connection.hook_path
        assert not connection.renew_hook()
        assert connection.hook_path == second
        clock.shift(HOOK_OVERLAP)
        assert connection.renew_hook()
        assert connection.hook_path not in (first, second)
        assert [deliver(path).status_code for path in (first, second)] == [404, 200]


def test_of_two_renewals_at_once_one_counts(connection: Connection) -> None:
    late = Connection.objects.get()
    assert connection.renew_hook()
    assert not late.renew_hook()
    assert late.hook_path == connection.hook_path


def test_both_secrets_lie_encrypted(connection: Connection) -> None:
    old = connection.hook_secret
    connection.renew_hook()
    connection.signature_secret = SECRET
    connection.save()
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM sending_connection")
        stored = str(cursor.fetchone())
    for secret in (old, connection.hook_secret, SECRET):
        assert secret not in stored
    for secret in (old, connection.hook_secret):
        assert hook_hash(secret) in stored


def test_an_address_that_cannot_be_read_any_more_still_works(connection: Connection) -> None:
    path = connection.hook_path
    with database.cursor() as cursor:
        cursor.execute("UPDATE sending_connection SET hook_secret = 'gAAAAABnothing'")
    unread = Connection.objects.get()
    unread.name = "Renamed"
    unread.save()
    assert deliver(path).status_code == 200
    assert unread.renew_hook()
    assert [deliver(each).status_code for each in (path, unread.hook_path)] == [200, 200]


@pytest.mark.parametrize(
    "given", [RIGHT, DIGITS, RIGHT.upper(), f"  {RIGHT} "], ids=["whole", "bare", "upper", "spaces"]
)
def test_takes_what_is_signed(signed: Connection, given: str) -> None:
    assert deliver(signed.hook_path, X_Hub_Signature_256=given).status_code == 200
    assert bytes(Delivery.objects.get().body) == BODY
    signed.refresh_from_db()
    assert (signed.refused_count, signed.refused_at) == (0, None)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "sha256=",
        DIGITS[:-1],
        f"{DIGITS}0",
        f"sha1={DIGITS}",
        f"sha256=sha256={DIGITS}",
        f"{RIGHT}, {RIGHT}",
        sign(BODY, "another secret of some length"),
        sign(BODY.strip(), SECRET),
        "ü" * 64,
        "\0",
        "0" * 100_000,
    ],
    ids=range(12),
)
def test_refuses_and_forgets_what_is_signed_wrongly(signed: Connection, given: str) -> None:
    response = deliver(signed.hook_path, X_Hub_Signature_256=given)
    assert response.status_code == 401
    assert response["WWW-Authenticate"]
    assert not Delivery.objects.exists()


def test_refuses_what_is_not_signed_or_in_another_header(signed: Connection) -> None:
    assert deliver(signed.hook_path).status_code == 401
    assert deliver(signed.hook_path, X_Hub_Signature=RIGHT).status_code == 401
    assert deliver(signed.hook_path, b"{").status_code == 401
    assert not Delivery.objects.exists()


def test_counts_what_it_refuses(signed: Connection, django_assert_num_queries: Any) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        deliver(signed.hook_path)
        clock.shift(SECOND)
        with django_assert_num_queries(2):
            deliver(signed.hook_path)
    signed.refresh_from_db()
    assert (signed.refused_count, signed.refused_at) == (2, NOW + SECOND)


def test_the_old_address_asks_for_the_signature_too(signed: Connection) -> None:
    old = signed.hook_path
    signed.renew_hook()
    assert deliver(old).status_code == 401
    assert deliver(old, X_Hub_Signature_256=RIGHT).status_code == 200


def test_the_header_can_have_another_name(team: Team) -> None:
    odd = make_connection(team, signature_secret=SECRET, signature_header="x-PROXY-signed-1")
    assert deliver(odd.hook_path, X_Hub_Signature_256=RIGHT).status_code == 401
    assert deliver(odd.hook_path, X_Proxy_Signed_1=RIGHT).status_code == 200


def test_a_signature_that_nobody_asked_for_is_not_looked_at(connection: Connection) -> None:
    assert deliver(connection.hook_path, X_Hub_Signature_256="sha256=wrong").status_code == 200


def test_one_connections_signature_is_none_of_another(signed: Connection, team: Team) -> None:
    other = make_connection(team, name="Other", signature_secret="quite another secret")
    assert deliver(other.hook_path, X_Hub_Signature_256=RIGHT).status_code == 401


def test_a_signed_body_that_is_no_json_is_kept_and_400(signed: Connection) -> None:
    given = sign(b"\xff{", SECRET)
    assert deliver(signed.hook_path, b"\xff{", X_Hub_Signature_256=given).status_code == 400
    assert Delivery.objects.count() == 1


def test_a_body_of_no_length_is_checked_whole(signed: Connection) -> None:
    body = b"{" + b" " * 200_000 + b"}"
    server: dict[str, Any] = {
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "HTTP_X_HUB_SIGNATURE_256": sign(body, SECRET),
    }
    request = RequestFactory().generic("POST", signed.hook_path, **server)
    assert hook(request, signed.hook_secret).status_code == 200


def test_what_is_too_long_is_413_signed_or_not(signed: Connection) -> None:
    assert deliver(signed.hook_path, b" " * (MOST_BYTES + 1)).status_code == 413
    signed.refresh_from_db()
    assert signed.refused_count == 0


def test_a_secret_that_cannot_be_read_any_more_is_503(signed: Connection) -> None:
    with database.cursor() as cursor:
        cursor.execute("UPDATE sending_connection SET signature_secret = 'gAAAAABnothing'")
    response = deliver(signed.hook_path, X_Hub_Signature_256=RIGHT)
    assert response.status_code == 503
    assert response["Retry-After"]
    assert not Delivery.objects.exists()


def test_secrets_reach_no_answer_and_no_log(
    signed: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    old = signed.hook_secret
    signed.renew_hook()
    answers = [
        deliver(f"/hooks/{secret}/", X_Hub_Signature_256=given)
        for secret in (old, signed.hook_secret)
        for given in ("", RIGHT)
    ]
    assert "Unauthorized: /hooks/***/" in caplog.text
    everything = caplog.text + "".join(f"{answer.headers}{answer.text}" for answer in answers)
    # What the database is sent is encrypted; the hashes open nothing.
    for secret in (old, signed.hook_secret, SECRET, DIGITS):
        assert secret not in everything


@pytest.mark.parametrize("body", [b"", b"\0\xff", BODY])
@pytest.mark.parametrize("secret", [SECRET, "ünïcödé and 🔑 together"])
def test_what_is_signed_is_right_for_that_body_and_secret_alone(body: bytes, secret: str) -> None:
    assert is_right(sign(body, secret), body, secret)
    assert not is_right(sign(body, secret), body + b"\n", secret)
    assert not is_right(sign(body, secret), body, f"{secret} ")
