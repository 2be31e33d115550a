"""Hundreds of slow connections, and hundreds of requests at once, beside people who work.

On SQLite, or on the PostgreSQL server that DATABASE_URL names.
"""

import asyncio
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from urllib.parse import urlsplit

import httpx
import psycopg

from .claims import Claims, verdict
from .product import Running, product

SLOW = 400
PAGE = "/templates/"
REQUESTS = 300
RATE = 10  # requests a second
MOST_MS = 100.0
BURST = 400
BODY = b'{"event": "benchmark"}'.ljust(400)
DRIP_SECONDS = 1.0


@dataclass
class Drip:
    """A connection that sends `head` at once and then `rest` byte by byte, or all when told to."""

    head: bytes
    rest: bytes
    answer: bytes = b""
    error: str = ""

    async def run(self, host: str, port: int, finish: asyncio.Event) -> None:
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(self.head)
            sent = 0
            while sent < len(self.rest) - 1 and not finish.is_set():
                writer.write(self.rest[sent : sent + 1])
                await writer.drain()
                sent += 1
                await asyncio.sleep(DRIP_SECONDS)
            writer.write(self.rest[sent:])
            self.answer = await asyncio.wait_for(reader.read(4096), 60)
        except (OSError, TimeoutError) as problem:
            self.error = repr(problem)
        finally:
            writer.close()


def drips(running: Running, hook: str) -> list[Drip]:
    """As many of each kind: headers, bodies to the webhook, bodies to a page."""
    host = urlsplit(running.url).netloc

    def head(path: str, kind: str) -> bytes:
        about = f"Content-Type: {kind}\r\nContent-Length: {len(BODY)}\r\n\r\n"
        return f"POST {path} HTTP/1.1\r\nHost: {host}\r\n{about}".encode()

    form = "application/x-www-form-urlencoded"
    to_hook, to_page = head(hook, "application/json"), head("/sign-in/", form)
    kinds = [
        Drip(b"", f"GET /health/ HTTP/1.1\r\nHost: {host}\r\nX-Slow: {'x' * 300}\r\n\r\n".encode()),
        Drip(to_hook, BODY),
        Drip(to_page, BODY),
    ]
    return [Drip(kinds[n % 3].head, kinds[n % 3].rest) for n in range(SLOW)]


@contextmanager
def dripping(running: Running, slow: list[Drip]) -> Iterator[None]:
    """Let them drip meanwhile; at the end each sends the rest and waits for its answer."""
    address = urlsplit(running.url)
    begun, end = Event(), Event()

    async def all_of_them() -> None:
        finish = asyncio.Event()
        host, port = address.hostname or "", address.port or 0
        tasks = [asyncio.create_task(each.run(host, port, finish)) for each in slow]
        await asyncio.sleep(2)
        begun.set()
        while not end.is_set():
            await asyncio.sleep(0.1)
        finish.set()
        await asyncio.gather(*tasks)

    thread = Thread(target=lambda: asyncio.run(all_of_them()))
    thread.start()
    try:
        begun.wait()
        yield
    finally:
        end.set()
        thread.join()


def p99_of_a_page(client: httpx.Client) -> float:
    """Milliseconds."""
    times = []
    begin = time.perf_counter()
    for number in range(REQUESTS):
        time.sleep(max(0.0, begin + number / RATE - time.perf_counter()))
        start = time.perf_counter()
        client.get(PAGE).raise_for_status()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.quantiles(times, n=100)[-1]


def slow_connections(running: Running, client: httpx.Client, hook: str) -> list[str]:
    """The page's p99 without and with slow connections, and whether each of those was served."""
    title = f"A page, {RATE} a second, beside {SLOW} connections that drip a byte a second"
    claims = Claims(title)
    alone = p99_of_a_page(client)
    slow = drips(running, hook)
    with dripping(running, slow):
        beside = p99_of_a_page(client)
    claims.figure(f"p99 alone {alone:.1f} ms")
    claims.hold(beside < MOST_MS, f"p99 beside them {beside:.1f} ms (under {MOST_MS:.0f})")
    answers = Counter(each.answer.split(b"\r")[0].decode() or each.error for each in slow)
    claims.figure(f"what they got in the end: {dict(answers)}")
    stored = sum(each.answer.startswith(b"HTTP/1.1 200") for each in slow[1::3])
    counted = int(running.manage("shell", "--no-imports", "-c", COUNT))
    asked = len(slow[1::3])
    words = f"webhooks that dripped: acknowledged {stored}, stored {counted} ({asked})"
    claims.hold(stored == asked == counted, words)
    return claims.broken


HOOK = """
from designer.sending.models import Connection
print(Connection.objects.first().hook_path)
"""
COUNT = """
from designer.replies.models import Delivery
print(Delivery.objects.count())
"""


def burst(running: Running, client: httpx.Client, hook: str) -> list[str]:
    """Ask for pages and post to the webhook all at once; none may meet a 5xx."""
    claims = Claims(f"{BURST} requests at once, half of them pages and half webhooks")

    async def all_at_once() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(
            base_url=running.url, limits=limits, timeout=120, cookies=client.cookies
        ) as many:
            asked = [
                many.get(PAGE) if number % 2 else many.post(hook, content=BODY)
                for number in range(BURST)
            ]
            return await asyncio.gather(*asked)

    start = time.perf_counter()
    with peak_of_connections() as peak:
        statuses = Counter(answer.status_code for answer in asyncio.run(all_at_once()))
    took = time.perf_counter() - start
    words = f"answered in {took:.1f} s: {dict(statuses)}{peak()}"
    claims.hold(set(statuses) == {200}, words)
    return claims.broken


@contextmanager
def peak_of_connections() -> Iterator[Callable[[], str]]:
    """Counts the connections to PostgreSQL meanwhile; says the most that there were."""
    most, limit, end = 0, 0, Event()

    def count() -> None:
        nonlocal most, limit
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
            limit = int(database.execute("SHOW max_connections").fetchone()[0])  # type: ignore[index]
            while not end.wait(0.05):
                asked = database.execute(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                )
                most = max(most, asked.fetchone()[0])  # type: ignore[index]

    counter = Thread(target=count)
    if os.environ.get("DATABASE_URL"):
        counter.start()
    try:
        yield lambda: f", at most {most} connections to the database of {limit}" if most else ""
    finally:
        end.set()
        if counter.ident:
            counter.join()


def main() -> list[str]:
    """Returns what did not hold."""
    with product() as running, httpx.Client(base_url=running.url, timeout=60) as client:
        client.get(running.link)
        hook = running.manage("shell", "--no-imports", "-c", HOOK).strip()
        client.get(PAGE).raise_for_status()
        return [*slow_connections(running, client, hook), *burst(running, client, hook)]


if __name__ == "__main__":
    sys.exit(verdict(main()))
