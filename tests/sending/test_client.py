"""The client against a real server on loopback, and against none."""

import logging
import socket
import ssl
import threading
import traceback
from collections.abc import Iterator

import httpx
import pytest

from designer.sending import client
from designer.sending.client import Answer, Lost, NotSent, Timeouts

from .api import Api, Reply, Request

KEY = "pk_live_0123456789abcdef"
PATH = "/messages/interactive/list"
QUICK = Timeouts(connect=2, read=0.2, total=5)


def post(url: str, body: bytes = b"{}", *, key: str = KEY, timeouts: Timeouts = QUICK) -> Answer:
    return client.post(url, key, PATH, body, timeouts=timeouts)


def test_posts_the_bytes_as_they_are(api: Api) -> None:
    body = b'{ "b": 1,\n"a":"\\u2764" }'
    answer = post(api.url + "/", body)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    [request] = api.received
    assert request.path == "/api/v1/external/messages/interactive/list"
    assert request.body == body
    assert request.headers["X-API-Key"] == KEY
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Accept-Encoding"] == "identity"


def test_does_not_follow_a_redirect(api: Api) -> None:
    api.reply = Reply(307, "", {"Location": api.url + "/elsewhere"})
    assert post(api.url).status == 307
    assert len(api.received) == 1


def test_does_not_use_a_proxy_of_the_environment(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    monkeypatch.setenv("ALL_PROXY", "http://proxy.invalid:3128")
    assert post(api.url).status == 200


def trouble_of(url: str, timeouts: Timeouts = QUICK) -> client.ClientError:
    with pytest.raises(client.ClientError) as caught:
        post(url, timeouts=timeouts)
    return caught.value


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_refused_connection_was_not_sent() -> None:
    trouble = trouble_of(f"http://127.0.0.1:{unused_port()}")
    assert isinstance(trouble, NotSent)
    assert trouble.kind == "refused"
    assert isinstance(trouble.__cause__, httpx.ConnectError)


@pytest.mark.parametrize("location", ["https://[", "http://a:b/", "https://x:99999/", "\x7f"])
def test_a_redirect_is_an_answer_wherever_it_leads(api: Api, location: str) -> None:
    api.reply = Reply(302, "", {"Location": location})
    answer = post(api.url)
    assert (answer.status, answer.headers["location"]) == (302, location)


def test_unknown_name_was_not_sent() -> None:
    trouble = trouble_of("https://nobody.invalid/api")
    assert (type(trouble), trouble.kind) == (NotSent, "dns")


def test_connect_timeout_was_not_sent() -> None:
    # A queue of one that is full: the kernel answers no further connection.
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        trouble = trouble_of(url, Timeouts(connect=0.2, read=0.2, total=5))
        for filler in fillers:
            filler.close()
    assert (type(trouble), trouble.kind) == (NotSent, "connect-timeout")


def test_server_that_does_not_speak_tls_was_not_sent_to(api: Api) -> None:
    trouble = trouble_of(api.url.replace("http://", "https://"))
    assert (type(trouble), trouble.kind) == (NotSent, "no-tls")
    assert api.received == []


def test_server_that_hangs_up_in_the_middle_of_the_greeting_was_not_sent_to() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()

        def hang_up() -> None:
            peer, _ = server.accept()
            peer.recv(4096)
            peer.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        trouble = trouble_of(f"https://127.0.0.1:{server.getsockname()[1]}")
        thread.join()
    assert (type(trouble), trouble.kind) == (NotSent, "unreachable"), "so it is tried again"


def test_certificate_errors_are_told_from_other_trouble() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("untrusted") from ssl.SSLCertVerificationError("self-signed")

    with pytest.raises(NotSent, match="tls"):
        client.post("https://x.invalid", KEY, PATH, b"", transport=httpx.MockTransport(refuse))


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "http://", "nonsense"])
def test_address_that_is_none_was_not_sent_to(url: str) -> None:
    trouble = trouble_of(url)
    assert (type(trouble), trouble.kind) == (NotSent, "address")


@pytest.mark.parametrize("key", ["", "a b", "a\nX-Evil: 1", "schlüssel", "\0", "a" * 501])
def test_key_that_no_header_can_hold_is_not_sent_nor_told(api: Api, key: str) -> None:
    with pytest.raises(NotSent) as caught:
        post(api.url, key=key)
    assert caught.value.kind == "key"
    assert str(caught.value) == "key"
    assert api.received == []


def test_no_answer_in_time_is_lost(api: Api) -> None:
    def hang(request: Request) -> None:
        api.closing.wait(5)

    api.reply = hang
    trouble = trouble_of(api.url)
    assert (type(trouble), trouble.kind) == (Lost, "timeout")
    assert len(api.received) == 1


def test_connection_closed_without_an_answer_is_lost(api: Api) -> None:
    api.reply = lambda request: None
    trouble = trouble_of(api.url)
    assert (type(trouble), trouble.kind) == (Lost, "disconnected")
    assert len(api.received) == 1


def test_answer_that_breaks_off_is_an_answer_as_far_as_it_came(api: Api) -> None:
    api.reply = Reply(200, '{"success": tr', promised=1000)
    answer = post(api.url)
    assert (answer.status, answer.text) == (200, '{"success": tr')


def test_long_answer_is_cut(api: Api) -> None:
    api.reply = Reply(500, "x" * 1_000_000)
    assert post(api.url).text == "x" * client.MAX_ANSWER


def test_answer_that_is_no_text_is_kept_as_well_as_can_be(api: Api) -> None:
    api.reply = Reply(500, "a\0b\ud7ff")
    assert post(api.url).text == "a\ufffdb\ud7ff"


def test_cookies_of_the_answer_are_not_kept(api: Api) -> None:
    api.reply = Reply(200, "", {"Set-Cookie": "a=b", "X-Kept": "c"})
    headers = post(api.url).headers
    assert headers["x-kept"] == "c"
    assert "set-cookie" not in headers


def test_of_many_headers_those_that_say_when_to_try_again_are_kept() -> None:
    many = [(f"x-{n}", "1") for n in range(200)]
    needed = [("Date", "Tue, 23 Dec 2025 14:29:20 GMT"), ("Retry-After", "7")]
    transport = httpx.MockTransport(lambda _: httpx.Response(429, headers=many + needed))
    headers = client.post("http://x.invalid", KEY, PATH, b"", transport=transport).headers
    assert len(headers) == client.MAX_HEADERS + 2
    assert (headers["date"], headers["retry-after"]) == (needed[0][1], "7")


@pytest.fixture
def dripping() -> Iterator[str]:
    """A server that sends a byte of its headers now and then, and never comes to an end."""
    closing = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = server.accept()
        with connection:
            try:
                while not closing.wait(0.02):
                    connection.sendall(b"H")
            except OSError:
                pass

    thread = threading.Thread(target=drip)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}"
    closing.set()
    thread.join()
    server.close()


def test_answer_that_only_drips_is_given_up_in_the_end(dripping: str) -> None:
    trouble = trouble_of(dripping, Timeouts(connect=2, read=2, total=0.3))
    assert isinstance(trouble, Lost)


def test_request_does_not_go_out_after_its_time(api: Api) -> None:
    trouble = trouble_of(api.url, Timeouts(connect=2, read=2, total=0))
    assert (type(trouble), trouble.kind) == (NotSent, "late")
    assert api.received == []


def test_key_is_in_no_log_and_no_exception(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    post(api.url)
    api.reply = lambda request: None
    lost = trouble_of(api.url)
    refused = trouble_of(f"http://127.0.0.1:{unused_port()}")
    told = caplog.text + "".join(
        part for trouble in (lost, refused) for part in traceback.format_exception(trouble)
    )
    assert KEY not in told


def test_key_that_the_answer_repeats_is_blotted_out(api: Api) -> None:
    api.reply = Reply(401, f"no such key: {KEY}", {"X-Echo": KEY})
    answer = post(api.url)
    assert answer.text == "no such key: [the key]"
    assert answer.headers["x-echo"] == "[the key]"


@pytest.mark.parametrize("shown", [len(KEY) - 1, len(KEY) // 2 + 1])
def test_key_that_a_long_answer_is_cut_in_is_blotted_out(api: Api, shown: int) -> None:
    before = "x" * (client.MAX_ANSWER - shown)
    api.reply = Reply(400, before + KEY)
    assert post(api.url).text == before + "[the key]"


def test_key_that_an_answer_breaks_off_in_is_blotted_out(api: Api) -> None:
    api.reply = Reply(401, f"no such key: {KEY[:-1]}", promised=1000)
    assert post(api.url).text == "no such key: [the key]"
