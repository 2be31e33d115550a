"""The product as a server hosts it: the Procfile's processes each by themselves.

`make run` ends when one of its processes does. Here a process can be killed and started again, as a
process manager would, while the others go on. With DATABASE_URL set it works on that database.
"""

import os
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
from honcho.environ import parse_procfile

from .product import ROOT, Site, free_port, settings_for

PROCESSES: dict[str, str] = parse_procfile((ROOT / "Procfile").read_text()).processes
SECONDS = 60


@dataclass(frozen=True)
class Host(Site):
    """Processes by name: "web", "worker", and more of either as "worker-2"."""

    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """What all of them print."""
        return self.data / "log"

    def start(self, name: str) -> None:
        """Start a process as the Procfile says; it need not be up when this returns."""
        with self.log.open("ab") as log:
            self.processes[name] = subprocess.Popen(
                ["sh", "-c", PROCESSES[name.partition("-")[0]]],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """End a process and its own with SIGKILL, which nothing can catch or put off."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(SECONDS)

    def stop(self) -> None:
        """Ask every process to end; kill what does not."""
        for process in self.processes.values():
            process.terminate()
        for name, process in list(self.processes.items()):
            try:
                process.wait(SECONDS / 4)
            except subprocess.TimeoutExpired:
                self.kill(name)

    def wait_until_up(self) -> None:
        """Return when the web server answers. Raises TimeoutError."""
        wait_for(self._answers, SECONDS, "the web server answers")

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/", trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database answers to a query, which must be SQL that both databases know."""
        if address := self.environment.get("DATABASE_URL"):
            with psycopg.connect(address) as database:
                return database.execute(query).fetchall()
        file = f"file:{self.data / 'tapwright.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(file, uri=True, timeout=SECONDS)) as database:
            return database.execute(query).fetchall()

    def value(self, query: str) -> Any:
        """The one value that a query finds."""
        [(found,)] = self.rows(query)
        return found


@contextmanager
def host(*names: str, **environment: str) -> Iterator[Host]:
    """Prepare the database, start the web server and the processes `names`; stop all at the end."""
    with tempfile.TemporaryDirectory(prefix="tapwright-bench-") as directory:
        port, data = free_port(), Path(directory)
        settings = settings_for(data, port, **environment)
        hosted = Host(f"http://127.0.0.1:{port}", data, settings)
        hosted.manage("prepare")
        try:
            for name in ("web", *names):
                hosted.start(name)
            hosted.wait_until_up()
            yield hosted
        finally:
            hosted.stop()


def wait_for(condition: Callable[[], bool], seconds: float, words: str) -> None:
    """Return as soon as the condition is true; raises TimeoutError with what was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {seconds:.0f} seconds in vain until {words}.")
        time.sleep(0.1)
