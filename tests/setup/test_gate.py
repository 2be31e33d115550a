"""Slow requests hold neither the threads that work nor connections to the database."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection as database
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import path
from pytest_django import Settings

from designer.setup.gate import IN_MEMORY, MOST_BYTES, Gate
from designer.teams.models import Team

SECONDS = 10
began, go_on = threading.Semaphore(0), threading.Event()
names: list[str] = []


def echo(request: HttpRequest) -> HttpResponse:
    names.append(threading.current_thread().name)
    return HttpResponse(request.body)


def hold(request: HttpRequest) -> HttpResponse:
    began.release()
    go_on.wait(SECONDS)
    return echo(request)


def count_teams(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(f"{Team.objects.count()}" for _ in range(2))


urlpatterns = [path("echo/", echo), path("hold/", hold), path("stream/", count_teams)]


@pytest.fixture(autouse=True)
def only_these_pages(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    names.clear()
    go_on.clear()


def make_gate(threads: int = 2, **about: Any) -> Gate:
    return Gate(get_wsgi_application(), threads, **about)


class Slow:
    """A body whose sender stops in the middle until `arrive` is set."""

    def __init__(self, body: bytes = b"ab") -> None:
        self.rest = [body[:1], body[1:]]
        self.waits, self.arrive = threading.Event(), threading.Event()

    def read(self, size: int) -> bytes:
        if len(self.rest) == 1:
            self.waits.set()
            self.arrive.wait(SECONDS)
        return self.rest.pop(0) if self.rest else b""


def ask(gate: Gate, page: str = "/echo/", source: Any = b"", **about: Any) -> tuple[str, bytes]:
    """Status and content of the answer to a POST of a body; `about` goes into the environment."""
    if isinstance(source, bytes):
        about = {"CONTENT_LENGTH": str(len(source)), **about}
        source = io.BytesIO(source)
    environ = RequestFactory().post(page).environ
    environ.pop("CONTENT_LENGTH", None)
    said: list[Any] = []
    content = gate({**environ, "wsgi.input": source, **about}, lambda *begin: said.extend(begin))
    whole = b"".join(content)
    if not isinstance(content, list):
        content.close()  # type: ignore[attr-defined]
    return said[0], whole


def test_django_gets_the_body_and_works_in_a_thread_of_its_own() -> None:
    assert ask(make_gate(), source=b"hello") == ("200 OK", b"hello")
    assert names[0].startswith("web")


@pytest.mark.parametrize("body", [b"", b"a" * 63, b"ab" * 32, b"x" * 1_000_000, b"y" * MOST_BYTES])
def test_bodies_of_any_size_come_whole(body: bytes) -> None:
    assert ask(make_gate(), source=body) == ("200 OK", body)


def test_a_body_without_a_length_gets_one() -> None:
    about = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    assert ask(make_gate(), source=b"in chunks", **about) == ("200 OK", b"in chunks")


@pytest.mark.parametrize("length", ["", str(MOST_BYTES * 2)])
def test_a_body_that_is_too_long_is_not_read_to_its_end(length: str) -> None:
    source = io.BytesIO(b"x" * MOST_BYTES * 2)
    assert ask(make_gate(), source=source, CONTENT_LENGTH=length)[0] == "400 Bad Request"
    assert source.tell() == MOST_BYTES + 1


def test_a_body_that_breaks_off_is_400_and_never_reaches_django() -> None:
    assert ask(make_gate(), source=b"abc", CONTENT_LENGTH="4")[0] == "400 Bad Request"
    assert not names


def test_chunks_that_break_off_are_400_and_never_reach_django() -> None:
    class Cut(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if piece := super().read(size):
                return piece
            raise ConnectionResetError

    assert ask(make_gate(), source=Cut(b"half of"))[0] == "400 Bad Request"
    assert not names


def test_a_body_that_the_disk_has_no_room_for_is_503_and_never_reaches_django(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A file that can't be written to: what does not fit into memory goes there.
    full = open("/dev/full", "w+b")  # noqa: SIM115
    monkeypatch.setattr("tempfile.TemporaryFile", lambda *args, **about: full)
    gate = make_gate()
    assert ask(gate, source=b"x" * (IN_MEMORY + 1))[0] == "503 Service Unavailable"
    assert not names
    assert ask(gate, source=b"short") == ("200 OK", b"short")


def test_a_body_that_takes_too_long_is_408_and_never_reaches_django() -> None:
    gate = make_gate(body_seconds=-1)
    assert ask(gate, source=b"abc")[0] == "408 Request Timeout"
    assert not names


def test_slow_bodies_keep_nobody_waiting() -> None:
    gate = make_gate(threads=1)
    slow = [Slow() for _ in range(20)]
    with ThreadPoolExecutor(20) as senders:
        answers = [senders.submit(ask, gate, source=source, CONTENT_LENGTH="2") for source in slow]
        assert all(source.waits.wait(SECONDS) for source in slow)
        assert ask(gate, source=b"quick") == ("200 OK", b"quick")
        assert len(names) == 1
        for source in slow:
            source.arrive.set()
        assert {answer.result(SECONDS) for answer in answers} == {("200 OK", b"ab")}


def test_no_more_requests_than_threads_are_worked_on_at_once() -> None:
    gate = make_gate(threads=3)
    with ThreadPoolExecutor(10) as senders:
        answers = [senders.submit(ask, gate, "/hold/") for _ in range(10)]
        assert all(began.acquire(timeout=SECONDS) for _ in range(3))
        assert not began.acquire(blocking=False)
        go_on.set()
        assert {answer.result(SECONDS)[0] for answer in answers} == {"200 OK"}
    assert len(set(names)) == 3


@pytest.mark.django_db(transaction=True)
def test_a_stream_keeps_no_connection_to_the_database() -> None:
    def stream() -> tuple[tuple[str, bytes], object]:
        return ask(make_gate(), "/stream/"), database.connection

    with ThreadPoolExecutor(1) as server:
        assert server.submit(stream).result(SECONDS) == (("200 OK", b"00"), None)
