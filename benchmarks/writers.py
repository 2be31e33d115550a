"""Eight writers at once on SQLite: nobody is told that the database is locked.

Each does all the writing that people and machines do, one request after another without a pause,
while the worker sends and reads what they leave it.
"""

import re
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx

from .claims import Claims, verdict
from .deliveries import Reply, hook_path
from .hosting import Host, host, wait_for
from .people import list_fields, new_list, send_form, signed_in

WRITERS = 8
SECONDS = 60
END_SECONDS = 300
OK, FOUND, CONFLICT = 200, 302, 409
HTMX = {"HX-Request": "true"}
# What the worker could not do. The sandbox is on the same database, so its failures count too.
TROUBLE = {
    "tasks": "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status = 'FAILED'",
    "attempts": "SELECT count(*) FROM sending_attempt WHERE status >= 500",
    "sends": "SELECT count(*) FROM sending_send WHERE state IN ('failed', 'unknown')",
    "deliveries": "SELECT count(*) FROM replies_delivery WHERE state <> 'read'",
}
# What was written, by the requests that wrote it.
WRITTEN = {
    "queueing a send": "SELECT count(*) FROM sending_send",
    "webhook": "SELECT count(*) FROM replies_reply",
    "publishing": "SELECT count(*) FROM library_version WHERE number > 1",
}


class Seen:
    """What all writers saw: the seconds that each request took, by what it was, and failures."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}
        self.failures: Counter[str] = Counter()
        self._lock = threading.Lock()

    def post(
        self, what: str, client: httpx.Client, path: str, *expected: int, **request: Any
    ) -> httpx.Response | None:
        """Post and note what came of it; None if no answer came, or an unexpected one."""
        began, answer, problem = time.monotonic(), None, ""
        try:
            answer = client.post(path, **request)
            if answer.status_code not in expected:
                problem = f"{answer.status_code} {answer.text[:200]}"
        except httpx.HTTPError as trouble:
            problem = repr(trouble)
        with self._lock:
            self.times.setdefault(what, []).append(time.monotonic() - began)
            if problem:
                self.failures[f"{what}: {problem}"] += 1
        return None if problem else answer

    @property
    def all_times(self) -> list[float]:
        """Shortest first."""
        return sorted(seconds for times in self.times.values() for seconds in times)


class Writer:
    """A browser with a template of its own open, and with the copy of one that all have open."""

    def __init__(
        self, name: str, client: httpx.Client, seen: Seen, hosted: Host, copy: str
    ) -> None:
        self.name, self.client, self.seen, self.copy = name, client, seen, copy
        self.own = new_list(client)
        self.hook = hook_path(hosted)
        self.connection: int = hosted.value("SELECT id FROM sending_connection")
        self.revisions = {path: revision(client.get(path)) for path in (self.own, copy)}
        self.count = 0

    def write(self, deadline: float) -> None:
        """Do everything in turn until the deadline."""
        steps = (self.type, self.deliver, self.type_into_copy, self.queue_send)
        while time.monotonic() < deadline:
            for step in (*steps, self.type, self.deliver, self.be_present, self.publish):
                self.count += 1
                step()

    def type(self) -> None:
        self._edit("typing", self.own, OK)

    def type_into_copy(self) -> None:
        # A colleague may have saved in between; then the answer shows both.
        self._edit("typing into the copy", self.copy, OK, CONFLICT)

    def publish(self) -> None:
        self._edit("publishing", self.own, OK, op="publish")

    def be_present(self) -> None:
        self._post("presence", f"{self.copy}present/", OK, data={"tab": self.name}, headers=HTMX)

    def queue_send(self) -> None:
        form = send_form(to=self._customer(), connection=self.connection)
        self._post("queueing a send", f"{self.own}send/", FOUND, data=form)

    def deliver(self) -> None:
        reply = Reply(f"wamid.{self.name}.{self.count}", self._customer(), "product_0_1")
        headers = {"Content-Type": "application/json"}
        self._post("webhook", self.hook, OK, content=reply.body(), headers=headers)

    def _customer(self) -> str:
        return f"+9198765{self.count:05}"

    def _edit(self, what: str, path: str, *expected: int, op: str = "") -> None:
        form = list_fields(f"{self.name} writes for the {self.count}th time")
        form |= {"tab": self.name, "revision": self.revisions[path], "op": op}
        if answer := self._post(what, path, *expected, data=form, headers=HTMX):
            self.revisions[path] = revision(answer)

    def _post(self, what: str, path: str, *expected: int, **request: Any) -> httpx.Response | None:
        return self.seen.post(what, self.client, path, *expected, **request)


def revision(page: httpx.Response) -> str:
    """The draft's revision that the editor's answer tells."""
    found = re.search(r'name="revision" value="(\d+)"', page.text)
    assert found, f"No revision in {page.text[:300]}"
    return found[1]


def main() -> list[str]:
    """Returns what did not hold."""
    claims = Claims(f"{WRITERS} writers for {SECONDS} s on SQLite, and the worker")
    seen = Seen()
    # Whatever `make bench` was started with: this is about SQLite.
    plenty = {"SEND_QUOTA_PERSON": "100000", "SEND_QUOTA_TEAM": "100000"}
    with host("worker", DATABASE_URL="", **plenty) as hosted, ExitStack() as open_clients:
        clients = [open_clients.enter_context(signed_in(hosted)) for _ in range(WRITERS)]
        original = new_list(clients[0])
        copy = clients[0].post(f"{original}duplicate/").headers["Location"]
        writers = [
            Writer(f"writer-{number}", client, seen, hosted, copy)
            for number, client in enumerate(clients, start=1)
        ]
        deadline = time.monotonic() + SECONDS
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(Writer.write, writers, [deadline] * WRITERS))
        unread = "SELECT count(*) FROM replies_delivery WHERE state = 'new'"
        wait_for(lambda: hosted.value(unread) == 0, END_SECONDS, "every delivery is read")
        judge(claims, seen, hosted)
    return claims.broken


def judge(claims: Claims, seen: Seen, hosted: Host) -> None:
    """What the writers were told, what is in the log, and what the worker could not do."""
    for what, times in seen.times.items():
        claims.figure(f"{what}: {len(times):,}, slowest {max(times):.2f} s")
    times = seen.all_times
    p99 = times[int(len(times) * 0.99)]
    claims.figure(f"{len(times):,} requests, p99 {p99:.2f} s, slowest {times[-1]:.2f} s")
    for failure, count in seen.failures.most_common(5):
        claims.figure(f"{count} × {failure}")
    claims.hold(not seen.failures, f"{seen.failures.total()} requests failed (0)")
    lines = [line for line in hosted.log.read_text().splitlines() if "locked" in line.lower()]
    for line in lines[:5]:
        claims.figure(f"in the log: {line}")
    claims.hold(not lines, f"{len(lines)} lines about a lock in the log of the processes (0)")
    for what, query in TROUBLE.items():
        count = hosted.value(query)
        claims.hold(count == 0, f"{count} {what} of the worker's failed (0)")
    for what, query in WRITTEN.items():
        count, made = hosted.value(query), len(seen.times[what])
        claims.hold(count == made, f"{count:,} written by {what} ({made:,})")


if __name__ == "__main__":
    sys.exit(verdict(main()))
