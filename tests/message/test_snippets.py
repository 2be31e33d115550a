import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from designer.message.formats import coext, read, snippets
from designer.message.schema import Button, Message

from .examples import REQUESTS, button_message
from .strategies import messages

TO = "+919876543210"
NASTY = "it's \"so\" $HOME `id` $(id) \\n \\' !! %s \n\x07\x7f\u2028 {{a}} </script> 👍 'EOF' \\"


class Recorder(HTTPServer):
    """Keeps what was posted to it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[tuple[str, str, object]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/v1/external"


class Handler(BaseHTTPRequestHandler):
    server: Recorder

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, self.headers["X-API-Key"], json.loads(body)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"success": true}')

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[Recorder]:
    with Recorder() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


nasty_message = button_message(
    Button(id=NASTY, title="'\\''"), Button(id="say_no", title="No"), body=NASTY
)
cases = [coext.load(REQUESTS["list-product-catalog"]), nasty_message]


def run(server: Recorder, command: list[str], message: Message) -> None:
    """Run a command, and look at what it posted and printed."""
    server.received.clear()
    done = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], "COEXT_API_KEY": "pk_live_o'k"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    path = "/api/v1/external" + coext.path(message)
    assert server.received == [(path, "pk_live_o'k", coext.dump(message, to=TO))]
    assert '{"success": true}' in done.stdout


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl here")
@pytest.mark.parametrize("message", cases)
def test_the_curl_command_sends_the_payload(server: Recorder, message: Message) -> None:
    payload = coext.dump(message, to=TO)
    command = snippets.curl(payload, base_url=server.url, path=coext.path(message))
    run(server, ["sh", "-c", command], message)


@pytest.mark.parametrize("message", cases)
def test_the_python_script_sends_the_payload(
    server: Recorder, message: Message, tmp_path: Path
) -> None:
    payload = coext.dump(message, to=TO)
    script = tmp_path / "send.py"
    source = snippets.python(payload, base_url=server.url + "/", path=coext.path(message))
    script.write_text(source, encoding="utf-8")
    run(server, [sys.executable, str(script)], message)


@pytest.mark.skipif(not shutil.which("node"), reason="there is no Node here")
@pytest.mark.parametrize("message", cases)
def test_the_javascript_program_sends_the_payload(
    server: Recorder, message: Message, tmp_path: Path
) -> None:
    payload = coext.dump(message, to=TO)
    source = snippets.javascript(payload, base_url=server.url, path=coext.path(message))
    script = tmp_path / "send.mjs"
    script.write_text(source, encoding="utf-8")
    run(server, ["node", str(script)], message)
    run(server, ["node", "-e", source], message)


@given(messages)
def test_the_curl_command_reads_back(message: Message) -> None:
    payload = coext.dump(message, to=TO)
    command = snippets.curl(payload, base_url="https://x.org/it's", path=coext.path(message))
    assert read(command) == message


def test_snippets_encode_and_hide_nothing_whatever_the_text() -> None:
    payload = coext.dump(button_message(body="\0\ud800\x9b\u2029"), to=TO)
    for make in (snippets.curl, snippets.python, snippets.javascript):
        text = make(payload, base_url="https://x.org", path="/p")
        text.encode()
        assert "\\u0000\\ud800\\u009b\\u2029" in text
        assert "COEXT_API_KEY" in text
