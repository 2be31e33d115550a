"""The webhook takes anything, keeps it, and gives nothing away."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection as database
from django.db.utils import OperationalError
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from designer.replies import intake, logs
from designer.replies.hook import MOST_BYTES, hook
from designer.replies.models import Delivery, DeliveryState, Reply
from designer.sending.models import Connection
from designer.teams.models import Team
from tests.factories import make_connection

from . import bodies

HOSTILE = [
    b"",
    b"\0",
    b"\xff\xfe\x00",
    b"null",
    b"[]",
    b'"text"',
    b"5",
    b"{",
    b'{"a": NaN}',
    rb'{"event": "\u0000", "data": {"from": "\u0000", "message": {"text": "\u0000"}}}',
    rb'{"data": {"message_id": "\ud800", "from": "\udfff", "message": {"text": "\ud800"}}}',
    b"[" * 100_000,
    b'{"data":' * 100_000,
    b'{"timestamp": ' + b"9" * 2_000_000 + b"}",
    b'{"data": {"from": ' + b"9" * 2_000_000 + b', "message": {"text": 1e999999}}}',
    b'{"timestamp": "0001-01-01T00:00:00+14:00", "data": {"message": {"text": "a"}}}',
    b'{"data": {"message": {"type": "button", "button": {"payload": "' + b"x" * 100_000 + b'"}}}}',
    b'{"event": ["message.received"], "data": {"from": {}, "message": {"type": ["text"]}}}',
    b'{"entry": [{"changes": [{"value": {"messages": [{"type": "text", "text": [[]]}]}}]}]}',
    b'{"messages": [' + b"{}," * 5_000 + b"{}]}",
]


def test_stores_the_raw_bytes_and_answers_200(connection: Connection) -> None:
    body = b' {"event":  "message.received"}\n'
    response = bodies.post(connection, body)
    delivery = Delivery.objects.get()
    assert response.status_code == 200
    assert bytes(delivery.body) == body
    assert (delivery.team, delivery.connection) == (connection.team, connection)
    assert delivery.state == DeliveryState.NEW


def test_takes_one_look_up_and_one_insert(
    connection: Connection, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        bodies.post(connection, {"event": "x"})


def test_takes_the_address_without_its_last_slash(connection: Connection) -> None:
    client = Client()
    path = connection.hook_path.rstrip("/")
    assert client.post(path, "{}", content_type="application/json").status_code == 200


def test_a_retired_connection_still_receives(connection: Connection) -> None:
    connection.retired_at = timezone.now()
    connection.save()
    assert bodies.post(connection, {}).status_code == 200


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"])
def test_keeps_what_is_no_json_object_and_answers_400(connection: Connection, body: bytes) -> None:
    response = bodies.post(connection, body)
    delivery = Delivery.objects.get()
    assert response.status_code == 400
    assert (bytes(delivery.body), delivery.state) == (body, DeliveryState.BROKEN)
    assert delivery.note in response.content.decode()


@pytest.mark.parametrize("secret", ["unknown", "ü", "a/b", "a%00b", "%ff", "x" * 5000])
@pytest.mark.django_db
def test_an_unknown_address_is_404(secret: str) -> None:
    assert Client().post(f"/hooks/{secret}/", "{}", content_type="text/plain").status_code == 404
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_only_post_is_taken(connection: Connection, method: str) -> None:
    response = getattr(Client(), method)(connection.hook_path)
    assert response.status_code == 405
    assert response["Allow"] == "POST"


def test_needs_no_csrf_token_and_no_session(connection: Connection) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(connection.hook_path, "{}", content_type="application/json")
    assert response.status_code == 200
    assert not response.cookies


def test_takes_3_mb_and_no_byte_more(connection: Connection) -> None:
    assert bodies.post(connection, b"{" + b" " * (MOST_BYTES - 2) + b"}").status_code == 200
    assert bodies.post(connection, b"{" + b" " * (MOST_BYTES - 1) + b"}").status_code == 413
    assert bodies.post(connection, b" " * (5 * 1024 * 1024)).status_code == 413
    assert Delivery.objects.count() == 1


def chunked(connection: Connection, body: bytes, **extra: Any) -> Any:
    """A request as a server hands it over that has found the body's end by itself."""
    extra = {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True, **extra}
    request = RequestFactory().generic("POST", connection.hook_path, **extra)
    return hook(request, connection.hook_secret)


@pytest.mark.parametrize("length", [None, "0", "5", "99999999", "nonsense"])
def test_reads_a_body_of_no_length_or_of_a_wrong_one(
    connection: Connection, length: str | None
) -> None:
    body = json.dumps(bodies.text("x" * 100_000)).encode()
    headers = {} if length is None else {"CONTENT_LENGTH": length}
    assert chunked(connection, body, **headers).status_code == 200
    assert bytes(Delivery.objects.get().body) == body


def test_a_body_of_no_length_may_not_be_over_3_mb_either(connection: Connection) -> None:
    assert chunked(connection, b" " * (MOST_BYTES + 1)).status_code == 413
    assert not Delivery.objects.exists()


class BrokenOff(io.BytesIO):
    def read(self, *args: Any) -> bytes:
        raise OSError("the other side hung up")


def test_a_connection_that_breaks_off_is_400(connection: Connection) -> None:
    source: dict[str, Any] = {"wsgi.input": BrokenOff(), "CONTENT_LENGTH": "5"}
    request = RequestFactory().generic("POST", connection.hook_path, **source)
    assert hook(request, connection.hook_secret).status_code == 400


def test_a_database_that_is_away_is_503_and_works_again_afterwards(connection: Connection) -> None:
    def away(*args: Any) -> None:
        raise OperationalError("database is locked")

    with database.execute_wrapper(away):
        response = bodies.post(connection, {"event": "x"})
    assert response.status_code == 503
    assert bodies.post(connection, {"event": "x"}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_on_the_insert_is_503(connection: Connection) -> None:
    def full(execute: Any, sql: str, *args: Any) -> Any:
        if sql.startswith("INSERT"):
            raise OperationalError("database or disk is full")
        return execute(sql, *args)

    with database.execute_wrapper(full):
        assert bodies.post(connection, {"event": "x"}).status_code == 503
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_bodies_are_kept_answered_and_read(connection: Connection, body: bytes) -> None:
    status = bodies.post(connection, body).status_code
    intake.read_new()
    delivery = Delivery.objects.get()
    assert status in (200, 400)
    assert (status == 400) == (delivery.state == DeliveryState.BROKEN)
    assert "problem" not in delivery.note


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    body=st.binary(max_size=2000)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["event", "data", "message", "from", "type", "button", "text", "messages"]
                ),
                inner,
                max_size=5,
            )
        ),
    ).map(lambda data: json.dumps(data).encode()),
    content_type=st.sampled_from(
        ["application/json", "", "multipart/form-data", "text/plain; charset=nonsense"]
    ),
)
@example(body=b"{}", content_type="multipart/form-data; boundary=x")
def test_no_body_is_ever_a_5xx(connection: Connection, body: bytes, content_type: str) -> None:
    response = Client().generic("POST", connection.hook_path, body, content_type=content_type)
    assert 200 <= response.status_code < 500
    intake.read_new()
    assert not Delivery.objects.filter(state=DeliveryState.NEW).exists()
    assert not Delivery.objects.filter(note__contains="problem").exists()


@pytest.fixture
def everything_logged() -> Iterator[list[str]]:
    """What reaches the logs, from the lowest level."""
    lines: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler, root = Collect(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)


def test_the_secret_reaches_no_log(connection: Connection, everything_logged: list[str]) -> None:
    secret = connection.hook_secret
    client = Client(raise_request_exception=False)
    for method in ("GET", "POST"):
        paths = [f"/hooks/{secret}/", f"/hooks/{secret}", f"/hooks/{secret}/more/"]
        # A little wrong, as somebody types or pastes it.
        paths += [f"/hooks//{secret}/", f"/Hooks/{secret}/", f"/HOOKS/{secret}"]
        paths += [f"/hooks/x/{secret}/", f"/hooks/./{secret}/", f"/hooks/ {secret}/"]
        paths += [f"/hook/{secret}/", f"/{secret}/"]
        for path in paths:
            client.generic(method, path, "{", content_type="text/plain")
            client.generic(method, path, headers={"host": "not-this-host"})
    assert any("/hooks/***/" in line for line in everything_logged)
    assert not any(secret in line for line in everything_logged)


@pytest.mark.parametrize(
    ("msg", "args", "line"),
    [
        ("Not Found: %s", ("/hooks/s3cret/",), "Not Found: /hooks/***/"),
        ('"%s" %s', ("POST /hooks/s3cret HTTP/1.1", 404), '"POST /hooks/*** HTTP/1.1" 404'),
        ("%(path)s %(status)d", ({"path": "/hooks/s3cret/", "status": 200},), "/hooks/***/ 200"),
        ("at /hooks/s3cret/?a=b", (), "at /hooks/***/?a=b"),
    ],
)
def test_hides_secrets_whatever_the_logger_makes_of_them(
    msg: str, args: tuple[Any, ...], line: str
) -> None:
    record = logging.LogRecord("name", logging.INFO, "path", 1, msg, args, None)
    assert logs.HideSecrets().filter(record)
    assert record.getMessage() == line


def test_the_same_webhook_a_hundred_times_is_one_reply(connection: Connection) -> None:
    for _ in range(100):
        assert bodies.post(connection, bodies.webhook("button")).status_code == 200
    intake.read_new()
    assert Reply.objects.get().delivered_count == 100
    assert Delivery.objects.count() == 100


def test_two_connections_keep_their_replies_apart(connection: Connection, team: Team) -> None:
    other = make_connection(team, name="Other")
    for each in (connection, other):
        bodies.post(each, bodies.webhook("list"))
    intake.read_new()
    assert {reply.connection for reply in Reply.objects.all()} == {connection, other}


def test_the_address_has_the_name_hook(connection: Connection) -> None:
    assert reverse("hook", args=["abc"]) == "/hooks/abc/"
