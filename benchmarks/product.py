"""The product as `make run` starts it, in a directory of its own, for a benchmark to work with."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120


@dataclass(frozen=True)
class Site:
    """`url` is where it is served, `data` its DATA_DIR."""

    url: str
    data: Path
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run a management command against it; returns what it printed."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        done = subprocess.run(
            command, env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout


@dataclass(frozen=True)
class Running(Site):
    """`link` signs the first person in, once."""

    link: str


def settings_for(data: Path, port: int, **environment: str) -> dict[str, str]:
    """The environment of all its processes: the caller's, with the data in a place of their own."""
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PORT": str(port),
        "DATA_DIR": str(data),
        "STATIC_ROOT": str(data / "static"),
        "SECRET_KEY": "only-for-benchmarks",
        "HTTPS": "0",
        "SANDBOX": "1",
        **environment,
    }


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def product(**environment: str) -> Iterator[Running]:
    """Start it on a free port, wait for its link, and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="tapwright-bench-") as directory:
        port, data = free_port(), Path(directory)
        settings = settings_for(data, port, **environment)
        process = subprocess.Popen(
            [sys.executable, "-m", "designer.setup.serve"],
            cwd=ROOT,
            env=settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            link = _wait_for_link(process)
            yield Running(f"http://127.0.0.1:{port}", data, settings, link)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _wait_for_link(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    overdue = threading.Timer(START_SECONDS, process.kill)
    overdue.start()
    said = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"http://\S+/enter/\S+", line):
            overdue.cancel()
            # What it says from now on must not fill the pipe.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return found[0]
    raise RuntimeError("The product did not start:\n" + "".join(said))
