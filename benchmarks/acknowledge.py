"""How quickly the webhook says that a delivery is on disk, against a bare view with one INSERT.

Both are served by the same process with the same settings and database, and asked in turn. On
SQLite, or on the PostgreSQL server that DATABASE_URL names.
"""

import json
import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx

from .claims import Claims, verdict
from .product import Running, product
from .slow import COUNT, HOOK

ROUNDS = 20
A_ROUND = 100  # requests one after another
SENDERS = 4
RATIO = 0.7
RATE, SECONDS, MOST_MS = 50, 20, 50.0


def body(number: int) -> bytes:
    """A tap as the API delivers it, each another one."""
    return json.dumps(
        {
            "event": "message.received",
            "timestamp": "2026-01-01T12:00:00Z",
            "data": {
                "message_id": f"wamid.{number}",
                "from": "+919876543210",
                "to": "+14155551234",
                "message": {"type": "button", "button": {"text": "Yes", "payload": "yes"}},
            },
        }
    ).encode()


def rate(client: httpx.Client, path: str, numbers: range) -> float:
    """How many posts a second are acknowledged, of a few senders at once."""

    def post(number: int) -> None:
        client.post(path, content=body(number)).raise_for_status()

    start = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as senders:
        list(senders.map(post, numbers))
    return len(numbers) / (time.perf_counter() - start)


def rates(client: httpx.Client, paths: list[str], numbers: Iterator[range]) -> list[list[float]]:
    found: list[list[float]] = [[] for _ in paths]
    for _ in range(ROUNDS):
        for path, each in zip(paths, found, strict=True):
            each.append(rate(client, path, next(numbers)))
    return found


def at_a_rate(client: httpx.Client, path: str, numbers: range) -> list[float]:
    """Milliseconds until each is acknowledged, at RATE a second."""
    begin = time.perf_counter() + 0.5

    def post(number: int) -> float:
        moment = begin + (number - numbers.start) / RATE
        time.sleep(max(0.0, moment - time.perf_counter()))
        start = time.perf_counter()
        client.post(path, content=body(number)).raise_for_status()
        return (time.perf_counter() - start) * 1000

    with ThreadPoolExecutor(8) as senders:
        return list(senders.map(post, numbers))


def measure(running: Running, client: httpx.Client) -> list[str]:
    """Returns what did not hold."""
    claims = Claims(f"Acknowledged a second, {SENDERS} senders, {ROUNDS} rounds of {A_ROUND}")
    hook = running.manage("shell", "--no-imports", "-c", HOOK).strip()
    numbers = (range(n, n + A_ROUND) for n in range(0, 10**9, A_ROUND))
    bare, ours = rates(client, ["/bare/", hook], numbers)
    ratio = statistics.median(our / other for our, other in zip(ours, bare, strict=True))
    claims.figure(
        f"the bare view {statistics.median(bare):.0f}, the webhook {statistics.median(ours):.0f}"
    )
    claims.hold(ratio >= RATIO, f"median ratio {ratio:.2f} (at least {RATIO})")
    first = 10**9
    times = at_a_rate(client, hook, range(first, first + RATE * SECONDS))
    p99 = statistics.quantiles(times, n=100)[-1]
    claims.figure(f"at {RATE} a second, until one is: median {statistics.median(times):.1f} ms")
    claims.hold(p99 < MOST_MS, f"the same: p99 {p99:.1f} ms (under {MOST_MS:.0f})")
    sent = ROUNDS * A_ROUND + RATE * SECONDS
    stored = int(running.manage("shell", "--no-imports", "-c", COUNT))
    claims.hold(sent == stored, f"acknowledged {sent}, stored {stored}")
    return claims.broken


def main() -> list[str]:
    """Returns what did not hold."""
    with product(DJANGO_SETTINGS_MODULE="benchmarks.bare.settings") as running:
        running.manage("migrate", "--run-syncdb", "--verbosity", "0")
        with httpx.Client(base_url=running.url, timeout=30) as client:
            return measure(running, client)


if __name__ == "__main__":
    sys.exit(verdict(main()))
