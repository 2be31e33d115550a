"""Testing a connection: what the answer to an empty message tells, and that nothing is sent."""

import socket

import pytest

from designer.sending.probe import probe

from .api import SUCCESS, Api, Reply, error

KEY = "pk_live_0123456789abcdef"


@pytest.mark.parametrize(
    ("reply", "ok", "words"),
    [
        (Reply(400, error("VALIDATION_ERROR", "body is required")), True, "It works"),
        (Reply(429, error("RATE_LIMIT_EXCEEDED")), True, "asks for a pause"),
        (Reply(401, error("INVALID_API_KEY")), False, "doesn’t accept this key"),
        (Reply(403, error("PERMISSION_DENIED")), False, "lacks “send_text”"),
        (Reply(404, error("NOT_FOUND")), False, "an unexpected NOT_FOUND (404)"),
        (Reply(404, "<h1>Not Found</h1>"), False, "(404), but it isn’t the API"),
        (Reply(400, "<h1>Bad Request</h1>"), False, "(400), but it isn’t the API"),
        (Reply(200, "<h1>Welcome</h1>"), False, "(200), but it isn’t the API"),
        (Reply(200, SUCCESS), False, "(200), but it isn’t the API"),
        (Reply(302, "", {"Location": "/"}), False, "points elsewhere (302)"),
        (None, False, "closed the connection"),
    ],
)
def test_says_what_it_found(api: Api, reply: Reply | None, ok: bool, words: str) -> None:
    api.reply = lambda request: reply
    finding = probe(api.url, KEY)
    assert finding.ok == ok
    assert words in finding.words


def test_posts_an_empty_message_which_cannot_be_sent(api: Api) -> None:
    probe(api.url, KEY)
    [request] = api.received
    assert request.path.endswith("/messages/interactive/list")
    assert request.body == b"{}"


def test_nothing_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        finding = probe(f"http://127.0.0.1:{unused.getsockname()[1]}", KEY)
    assert not finding.ok
    assert "refused the connection" in finding.words
