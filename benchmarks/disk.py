"""The disk runs full under the SQLite database, and has room again: what is told, what is kept.

Needs Linux and root, for a small file system of its own; where they are missing, SKIP_DISK=1 leaves
it out.
"""

import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from .claims import Claims, verdict
from .product import Running, product
from .server import fields, token
from .slow import HOOK

SIZE = "32m"
POSTS = 200
RECOVERY_SECONDS = 30


@contextmanager
def small_disk() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tapwright-disk-") as directory:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tapwright", directory]
        subprocess.run(mount, check=True)
        try:
            yield Path(directory)
        finally:
            subprocess.run(["umount", directory], check=True)


def fill(ballast: Path) -> None:
    """Write until there is no room, to the last byte."""
    with ballast.open("ab", buffering=0) as file:
        for size in (64 * 1024, 4096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError as problem:
                if problem.errno != errno.ENOSPC:
                    raise


class Sender:
    """Posts webhooks with running ids, and keeps those that were acknowledged."""

    def __init__(self, client: httpx.Client, hook: str) -> None:
        self.client, self.hook = client, hook
        self.number = 0
        self.acknowledged: set[int] = set()

    def post(self) -> int:
        self.number += 1
        body = json.dumps({"event": "benchmark", "number": self.number, "more": "x" * 2000})
        status = self.client.post(self.hook, content=body).status_code
        if status == 200:
            self.acknowledged.add(self.number)
        return status


class Editor:
    """Saves a draft as the editor does."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        made = client.post(
            "/templates/new/",
            data={"kind": "list", "csrfmiddlewaretoken": token(client, "/templates/new/")},
            follow_redirects=True,
        )
        self.path = made.url.path
        self.headers = {"HX-Request": "true", "X-CSRFToken": token(client, self.path)}
        self.revision = {"revision": "1"}

    def save(self, body: str) -> httpx.Response:
        data = {**fields(1, 3, body), "tab": "bench", **self.revision}
        self.revision = {}
        return self.client.post(self.path, data=data, headers=self.headers)

    def shown(self) -> str:
        return self.client.get(self.path).text


def measure(claims: Claims, running: Running, disk: Path) -> None:
    """Fill the disk under it, and make room again."""
    expect = claims.hold
    with httpx.Client(base_url=running.url, timeout=60) as client:
        client.get(running.link)
        hook = running.manage("shell", "--no-imports", "-c", HOOK).strip()
        sender, editor = Sender(client, hook), Editor(client)
        expect(editor.save("before").status_code == 200, "with room, a draft is saved")
        before = Counter(sender.post() for _ in range(POSTS))
        expect(set(before) == {200}, f"with room, all {POSTS} webhooks are acknowledged")
        ballast = disk / "ballast"
        fill(ballast)
        # What SQLite has still room for in its files is acknowledged, and must then be there.
        full = Counter(sender.post() for _ in range(POSTS))
        expect(full[503] > 0 and set(full) <= {200, 503}, f"full, webhooks get 503: {dict(full)}")
        refused = editor.save("y" * 900)
        expect(
            refused.status_code == 503 and "was not saved" in refused.text,
            f"full, the editor's save gets {refused.status_code} and is told that it was not saved",
        )
        expect("before" in editor.shown(), "full, the editor still opens with what was saved")
        ballast.unlink()
        start = time.monotonic()
        while (status := sender.post()) != 200 and time.monotonic() - start < RECOVERY_SECONDS:
            time.sleep(0.1)
        took = time.monotonic() - start
        expect(status == 200, f"with room again, it goes on without a restart after {took:.1f} s")
        after = Counter(sender.post() for _ in range(POSTS))
        expect(set(after) == {200}, f"with room again, all {POSTS} are acknowledged")
        saved = editor.save("afterwards").status_code == 200 and "afterwards" in editor.shown()
        expect(saved, "with room again, the same draft is saved")
        wanted = set(sender.acknowledged)
    with closing(sqlite3.connect(disk / "tapwright.sqlite3")) as database:
        bodies = [json.loads(row[0]) for row in database.execute(STORED)]
        (found,) = database.execute("PRAGMA integrity_check").fetchone()
    stored = Counter(body["number"] for body in bodies)
    lost = wanted - set(stored)
    expect(not lost, f"of {len(wanted)} acknowledged webhooks {len(lost)} are lost")
    expect(found == "ok", f"the database is sound: {found}")


STORED = "SELECT body FROM replies_delivery"


def main() -> list[str]:
    """Returns what did not hold; that it could not be measured is such a thing."""
    claims = Claims("A full disk under the SQLite database")
    if os.environ.get("SKIP_DISK"):
        claims.figure("not measured: SKIP_DISK is set")
        return claims.broken
    if sys.platform != "linux" or os.getuid() != 0 or not shutil.which("mount"):
        claims.hold(False, "measured: it needs Linux and root, to mount a small file system")
        return claims.broken
    with small_disk() as disk, product(DATA_DIR=str(disk), DATABASE_URL="") as running:
        measure(claims, running, disk)
    return claims.broken


if __name__ == "__main__":
    sys.exit(verdict(main()))
