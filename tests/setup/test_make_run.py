"""The product as `make run` starts it: real processes, a real port, an empty folder for data."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import httpx
import pytest

PROC = Path("/proc")
pytestmark = pytest.mark.skipif(not PROC.is_dir(), reason="looks for processes in /proc")
SECONDS = 60


class Run:
    """One start of the product; `port` 0 stands for a free one."""

    def __init__(self, data: Path, port: int = 0) -> None:
        self.data, self.port = data, port or free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "designer.setup.serve"],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: Queue[str] = Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def environment(self) -> dict[str, str]:
        own = ("SECRET_KEY", "DATABASE_URL", "DEBUG", "HTTPS", "SITE_URL", "DJANGO_SETTINGS_MODULE")
        return {name: value for name, value in os.environ.items() if name not in own} | {
            "DATA_DIR": str(self.data),
            "STATIC_ROOT": str(self.data / "static"),
            "PORT": str(self.port),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }

    def command(self, name: str) -> str:
        """What a command prints, given beside the product by somebody who names no port."""
        environment = {key: value for key, value in self.environment().items() if key != "PORT"}
        run = [sys.executable, "-m", "designer.setup.serve", name]
        return subprocess.check_output(run, env=environment, text=True, timeout=SECONDS)

    def read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as output:
            for line in output:
                self.lines.put(line)

    def link(self) -> str:
        """The printed link; fails when none comes."""
        seen = ""
        while not (found := re.search(r"http\S+/enter/\S+", seen)):
            try:
                seen += self.lines.get(timeout=SECONDS)
            except Empty:
                pytest.fail(f"No link was printed, but:\n{seen}")
        return found[0]

    def stop(self, number: signal.Signals) -> int:
        """Send the signal to the process group, as a terminal does; return the exit code."""
        os.killpg(self.process.pid, number)
        return self.process.wait(timeout=SECONDS)

    def processes(self) -> list[str]:
        """The command lines of all processes that this start has begun and that still run."""
        mark = f"DATA_DIR={self.data}\0".encode()
        found = []
        for folder in PROC.glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes() + b"\0":
                    found.append((folder / "cmdline").read_text().replace("\0", " "))
            except OSError:  # It has ended, or is somebody else's.
                continue
        return found


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Run]]:
    """Starts the product, each time with the same data; what still runs at the end is stopped."""
    runs = []

    def begin() -> Run:
        runs.append(Run(tmp_path / "data"))
        return runs[-1]

    yield begin
    for run in runs:
        if run.process.poll() is None:
            run.stop(signal.SIGTERM)


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, follow_redirects=True) as client:
        yield client


def rows(run: Run, query: str) -> list[Any]:
    """What the database of a start answers."""
    with closing(sqlite3.connect(run.data / "tapwright.sqlite3")) as database, database:
        return database.execute(query).fetchall()


def test_link_signs_in_once_and_a_second_start_keeps_all_data(
    start: Callable[[], Run], browser: httpx.Client
) -> None:
    first = start()
    link = first.link()
    assert browser.get(f"http://127.0.0.1:{first.port}/health/").text == "ok"
    page = browser.get(link)
    assert (page.status_code, page.url.path) == (200, "/templates/")
    assert browser.get(link).status_code == 410
    assert first.command("login_link").startswith(f"http://127.0.0.1:{first.port}/enter/")
    assert any("worker" in command for command in first.processes())
    assert first.stop(signal.SIGINT) == 0
    assert first.processes() == []

    key = first.data / "secret-key"
    assert key.stat().st_mode & 0o077 == 0
    secret = key.read_text()
    rows(first, "UPDATE teams_team SET name = 'Still here'")
    templates = rows(first, "SELECT id, name FROM library_messagetemplate")
    assert templates

    second = start()
    new_link = second.link()
    address = f"http://127.0.0.1:{second.port}"
    # The session still holds, for the secret key is the same; the new link works as well.
    page = browser.get(f"{address}/templates/")
    assert page.url.path == "/templates/"
    assert "Still here" in page.text
    assert new_link != link
    assert browser.get(new_link).status_code == 200
    # Closing the terminal, which becomes SIGTERM.
    assert second.stop(signal.SIGHUP) == 0
    assert second.processes() == []

    assert key.read_text() == secret
    assert rows(second, "SELECT id, name FROM library_messagetemplate") == templates
    # The sandbox has moved to the new port, and so has the way back from it.
    [(base_url,)] = rows(second, "SELECT base_url FROM sending_connection")
    [(webhook_url,)] = rows(second, "SELECT webhook_url FROM sandbox_account")
    assert base_url.startswith(f"{address}/sandbox/")
    assert webhook_url.startswith(f"{address}/hooks/")


def test_says_so_when_the_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        run = Run(tmp_path / "data", other.getsockname()[1])
        assert run.process.wait(timeout=SECONDS) == 1
    said = run.lines.get(timeout=SECONDS) + run.lines.get(timeout=SECONDS)
    assert f"Port {run.port} is taken" in said
