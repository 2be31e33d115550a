"""Between the web server and Django: a request is let in when all of it is here.

The web server gives each request a thread as soon as its headers are there, to hundreds at once,
and whoever sends a body slowly keeps that thread. If those threads ran Django, each would have a
connection to the database of its own. So they only wait here, and a few others do the work.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import Any, Protocol

from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.http import HttpResponse, StreamingHttpResponse

from .trouble import RETRY_SECONDS

logger = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]

BODY_SECONDS = 60.0
# The most of a body that is read; all pages refuse a longer one.
MOST_BYTES = 4 * 1024 * 1024
# More of a body than this waits in a file.
IN_MEMORY = 256 * 1024
# The server returns from a read only when all of it is there, so the clock is looked at after so
# many bytes; a read costs half a microsecond.
PIECE = 64


class BrokenOffError(Exception):
    """The body ended before its end."""


class Source(Protocol):
    """A request's body as the web server hands it over."""

    def read(self, size: int, /) -> bytes: ...


class Gate:
    """Django as a WSGI application that works in `threads` threads, with each body at hand.

    The thread that it is called in waits for the body, then for the answer. A body that takes
    longer than `body_seconds` is answered with 408, one that breaks off with 400, one that the disk
    has no room for with 503. Of one that is longer than MOST_BYTES Django gets a byte more than
    that, enough to refuse it.
    """

    def __init__(
        self, django: WSGIHandler, threads: int, *, body_seconds: float = BODY_SECONDS
    ) -> None:
        self.django = django
        self.body_seconds = body_seconds
        self.threads = ThreadPoolExecutor(threads, "web")

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 closing it may fail, too
        try:
            # The server lets only digits through.
            declared = int(environ.get("CONTENT_LENGTH") or 0)
            length = read_body(environ["wsgi.input"], body, declared, self.body_seconds)
            # One that came in chunks has no length of its own.
            about = {"CONTENT_LENGTH": str(max(declared, length)), "wsgi.input": body}
        except TimeoutError:
            return refuse(start_response, "408 Request Timeout", "It came too slowly.")
        except BrokenOffError:
            return refuse(start_response, "400 Bad Request", "It broke off half-way.")
        except OSError as problem:
            logger.error("A body found no room: %s", problem)
            retry = ("Retry-After", str(RETRY_SECONDS))
            return refuse(start_response, "503 Service Unavailable", "There is no room.", retry)
        else:
            answer = self.threads.submit(self.work, environ | about)
            status, headers, content = answer.result()
            start_response(status, headers)
            return content
        finally:
            # What found no room before finds none now.
            with suppress(OSError):
                body.close()

    def work(self, environ: Environ) -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
        """Status, headers and content of Django's answer, which is over unless it streams."""
        begin: list[Any] = []
        response = self.django(environ, lambda *said: begin.extend(said))  # type: ignore[arg-type]
        status, headers, *_ = begin
        if isinstance(response, StreamingHttpResponse):
            return status, headers, Stream(response)
        assert isinstance(response, HttpResponse)
        content = [response.content]
        response.close()
        return status, headers, content


class Stream:
    """An answer that is made while it is sent, in the thread that sends it."""

    def __init__(self, response: StreamingHttpResponse) -> None:
        self.response = response

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.response)

    def close(self) -> None:
        """End it, with the connection to the database that it may have needed."""
        self.response.close()
        connections.close_all()


def read_body(
    source: Source, into: SpooledTemporaryFile[bytes], declared: int, seconds: float
) -> int:
    """Read a body, or the first MOST_BYTES + 1 bytes of it; return how many there are.

    Raises TimeoutError if that takes longer than `seconds`, BrokenOffError if it breaks off or is
    shorter than `declared`, OSError if it can't be kept.
    """
    deadline = time.monotonic() + seconds
    length = 0
    while piece := read_piece(source, min(PIECE, MOST_BYTES + 1 - length)):
        length += into.write(piece)
        if time.monotonic() > deadline:
            raise TimeoutError
    if length < min(declared, MOST_BYTES + 1):
        raise BrokenOffError
    into.seek(0)
    return length


def read_piece(source: Source, size: int) -> bytes:
    try:
        return source.read(size) if size else b""
    except OSError as problem:
        raise BrokenOffError from problem


def refuse(
    start_response: StartResponse, status: str, words: str, *headers: tuple[str, str]
) -> list[bytes]:
    about = [("Content-Type", "text/plain"), ("Connection", "close"), *headers]
    start_response(status, about)
    return [f"{words}\n".encode()]
