"""The API's client: one POST, its answer, and two ways for it to go wrong.

What matters most about trouble is whether the message may have reached the customer: `NotSent`
says that the request never went out, `Lost` that it may have been carried out all the same.
"""

import logging
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self

import httpx
from django.conf import settings

from designer.message.storable import storable

# An answer of this API has some hundred bytes; more is a stray web page, kept as far as this.
MAX_ANSWER = 64 * 1024
MAX_HEADERS = 50
MAX_HEADER = 1000
USER_AGENT = "Tapwright/0.1"
# The header that holds a key can hold nothing else: no white space, no line end, no other script.
KEY = re.compile(r"[\x21-\x7e]{1,500}")
HIDDEN_KEY = "[the key]"
# Cookies of the answer are nobody's business; the rest is kept for the timeline.
DROPPED_HEADERS = frozenset({"set-cookie"})
# They say when to try again, so they are kept however many others come before them.
NEEDED_HEADERS = frozenset({"date", "retry-after"})

# Its debug log tells the headers that came back, and some servers repeat the key in them.
logging.getLogger("httpcore").setLevel(logging.WARNING)


class ClientError(Exception):
    """No answer. `kind` says what went wrong, in a word; the cause is attached.

    The text never holds a key, since nothing that is raised here has seen one.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class NotSent(ClientError):
    """The request never went out.

    Its kinds: refused, dns, connect-timeout, unreachable, late. And what another attempt can't
    better: tls, no-tls, address, key, retired, stale.
    """


class Lost(ClientError):
    """The request went out, or may have, and no answer came back: timeout, disconnected."""


@dataclass(frozen=True)
class Timeouts:
    """How many seconds to wait: for the connection, for each part of the answer, for all of it."""

    connect: float
    read: float
    total: float

    @classmethod
    def from_settings(cls) -> Self:
        connect, read = settings.SEND_CONNECT_TIMEOUT, settings.SEND_READ_TIMEOUT
        return cls(connect, read, total=connect + read + 5)


@dataclass(frozen=True)
class Answer:
    """What came back. Header names are in lower case; the key is blotted out wherever it was."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


def post(
    base_url: str,
    api_key: str,
    path: str,
    body: bytes,
    *,
    timeouts: Timeouts | None = None,
    transport: httpx.BaseTransport | None = None,
) -> Answer:
    """POST `body` as it is to `base_url` + `path`, over a connection of its own.

    Redirects are not followed, proxies of the environment not used: the key goes to the
    connection's own address and nowhere else. Raises NotSent and Lost.
    """
    if not KEY.fullmatch(api_key):
        raise NotSent("key")
    timeouts = timeouts or Timeouts.from_settings()
    limits = httpx.Timeout(timeouts.read, connect=timeouts.connect)
    # A connection that was kept open may have been closed meanwhile by the other side, and then
    # nobody knows whether the message arrived. So each message has a fresh one.
    transport = transport or httpx.HTTPTransport(verify=_tls())
    with (
        httpx.Client(
            transport=transport,
            timeout=limits,
            trust_env=False,
            event_hooks={"response": [_put_location_aside]},
        ) as client,
        _Deadline(timeouts.total) as deadline,
        _words_for_trouble(),
        client.stream(
            "POST",
            base_url.rstrip("/") + path,
            content=body,
            headers=request_headers() | {"X-API-Key": api_key},
            extensions={"trace": deadline.watch},
        ) as response,
    ):
        text = _blotted(_read(response), api_key)
        return Answer(response.status_code, _headers(response, api_key), text)


def _put_location_aside(response: httpx.Response) -> None:
    """httpx reads where a redirect leads though it does not go there, and a broken address would
    cost us the answer."""
    if location := response.headers.pop("location", ""):
        response.extensions["location"] = location


def request_headers() -> dict[str, str]:
    """What a request carries beside its key."""
    return {
        "Content-Type": "application/json",
        "Accept": "application/json",
        # A compressed answer could unfold to any size.
        "Accept-Encoding": "identity",
        "User-Agent": USER_AGENT,
    }


@cache
def _tls() -> ssl.SSLContext:
    """Loading the authorities takes longer than a request, so it is done once."""
    return httpx.create_ssl_context()


class _Deadline:
    """Breaks the exchange off after so many seconds, by shutting its socket down.

    httpx bounds each single wait, not their sum, and looking up a name not at all: so the request
    is also kept from going out late, when others may already have given it up.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._break_off)
        self._timer.daemon = True
        self._socket: socket.socket | None = None

    def __enter__(self) -> "_Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, event: str, info: Mapping[str, Any]) -> None:
        """What httpcore tells of its steps (its documented `trace` extension)."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = info["return_value"].get_extra_info("socket")
        elif event == "http11.send_request_headers.started" and time.monotonic() > self._end:
            raise NotSent("late")

    def _break_off(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # it may be closed already
                self._socket.shutdown(socket.SHUT_RDWR)


@contextmanager
def _words_for_trouble() -> Iterator[None]:
    """Turn httpx's exceptions into ours."""
    try:
        yield
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as problem:
        raise NotSent("address") from problem
    except httpx.ConnectTimeout as problem:
        raise NotSent("connect-timeout") from problem
    except httpx.ConnectError as problem:
        raise NotSent(_why_not_connected(problem)) from problem
    except httpx.TimeoutException as problem:
        raise Lost("timeout") from problem
    except httpx.HTTPError as problem:
        raise Lost("disconnected") from problem


def _why_not_connected(problem: BaseException) -> str:
    kinds: dict[type[BaseException], str] = {
        socket.gaierror: "dns",
        ssl.SSLCertVerificationError: "tls",
        # It hung up half-way, as a server that is just being restarted does.
        ssl.SSLEOFError: "unreachable",
        ssl.SSLZeroReturnError: "unreachable",
        ssl.SSLError: "no-tls",
        ConnectionRefusedError: "refused",
    }
    cause: BaseException | None = problem
    while cause is not None:
        for error, kind in kinds.items():
            if isinstance(cause, error):
                return kind
        cause = cause.__cause__ or cause.__context__
    return "unreachable"


def _read(response: httpx.Response) -> str:
    """The answer's text as far as it came, at most MAX_ANSWER bytes, fit for any database.

    Once the status is there, an answer that breaks off is still an answer.
    """
    raw = b""
    with suppress(httpx.HTTPError):
        for chunk in response.iter_bytes():
            raw += chunk
            if len(raw) >= MAX_ANSWER:
                break
    return storable(raw[:MAX_ANSWER].decode("utf-8-sig", "replace"))


def _blotted(text: str, api_key: str) -> str:
    """The text without the key, also where it breaks off in the second half of one."""
    text = text.replace(api_key, HIDDEN_KEY)
    for length in range(len(api_key) - 1, len(api_key) // 2, -1):
        if text.endswith(api_key[:length]):
            return text[:-length] + HIDDEN_KEY
    return text


def _headers(response: httpx.Response, api_key: str) -> dict[str, str]:
    names = [name for name in response.headers if name not in DROPPED_HEADERS]
    kept = names[:MAX_HEADERS] + [name for name in names[MAX_HEADERS:] if name in NEEDED_HEADERS]
    values = {name: storable(response.headers[name]) for name in kept}
    if location := response.extensions.get("location"):
        values["location"] = storable(location)
    return {name: value.replace(api_key, HIDDEN_KEY)[:MAX_HEADER] for name, value in values.items()}
