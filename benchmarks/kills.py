"""Workers that are killed in the middle of sending: nothing goes out twice, nothing gets lost.

What arrived is counted at the sandbox, in the messages that it stored, not in our own rows.
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import httpx

from .claims import Claims, verdict
from .hosting import Host, host, wait_for
from .network import SlowNetwork
from .people import new_list, send, signed_in
from .product import ROOT

SENDS = 200
KILLS = 24
LEAST_KILLS = 20
# The sandbox takes 60 requests a minute for each key, so the last sends have to wait for it too.
KEYS = 3
API = "/sandbox/api/v1/external"
SLOWEST = 2.0  # seconds there, and as many back
PAUSE = 2.0  # seconds between two kills of two workers, at most
ORPHAN_SECONDS = 60
END_SECONDS = 300
OPEN = "SELECT count(*) FROM sending_send WHERE state IN ('queued', 'sending', 'waiting')"


def main(count: int = 2) -> list[str]:
    """Kill so many workers in turn; returns what did not hold."""
    seed = int(os.environ.get("SEED") or random.randrange(1_000_000))
    claims = Claims(f"{SENDS} sends, {count} workers killed in the middle of them (SEED={seed})")
    workers = ["worker", *(f"worker-{number}" for number in range(2, count + 1))]
    chance = random.Random(seed)
    with (
        host(SEND_QUOTA_PERSON="10000", SEND_QUOTA_TEAM="10000") as hosted,
        SlowNetwork(hosted.url, SLOWEST, random.Random(seed)) as network,
    ):
        queue(hosted, network)
        for name in workers:
            hosted.start(name)
        kills = kill_at_random(hosted, workers, network, chance)
        began = time.monotonic()
        wait_for(lambda: hosted.value(OPEN) == 0, END_SECONDS, "every send has come to an end")
        claims.figure(f"{time.monotonic() - began:.0f} s from the last kill to the last outcome")
        wait_for(lambda: network.under_way == 0, END_SECONDS, "the last request has arrived")
        judge(claims, hosted, kills)
    return claims.broken


def queue(hosted: Host, network: SlowNetwork) -> None:
    """Queue all sends, in turn to each of the connections through the slow network."""
    with signed_in(hosted) as client:
        connections = connect(hosted, network, client)
        path = new_list(client)
        for number in range(SENDS):
            connection = connections[number % KEYS]
            to, reference = f"+9198765{number:05}", f"kill-{number}"
            send(client, path, to=to, connection=connection, reference=reference)


def connect(hosted: Host, network: SlowNetwork, client: httpx.Client) -> list[int]:
    """Make keys of the sandbox and connections with them; returns the connections' ids."""
    for number in range(KEYS):
        client.post("/phone/keys/", data={"new-name": f"Slow {number}"})
    for name, key in hosted.rows("SELECT name, key FROM sandbox_account WHERE name LIKE 'Slow%'"):
        form = {"name": name, "base_url": network.url + API, "key": key}
        client.post("/connections/new/", data=form)
    found = hosted.rows("SELECT id FROM sending_connection WHERE name LIKE 'Slow%'")
    assert len(found) == KEYS, f"{len(found)} of {KEYS} connections were made"
    return [pk for (pk,) in found]


def kill_at_random(
    hosted: Host, workers: Sequence[str], network: SlowNetwork, chance: random.Random
) -> int:
    """Kill the workers in turn while there is something to send; returns how many were killed."""
    for done in range(KILLS):
        try:
            wait_for(lambda: network.under_way > 0, 15, "a request is under way")
        except TimeoutError:
            return done
        # The more there are, the sooner all is sent.
        time.sleep(chance.uniform(0, 2 * PAUSE / len(workers)))
        name = workers[done % len(workers)]
        hosted.kill(name)
        hosted.start(name)
    return KILLS


def judge(claims: Claims, hosted: Host, kills: int) -> None:
    """Compare our rows with what arrived."""
    states: dict[str, str] = dict(hosted.rows("SELECT reference, state FROM sending_send"))
    arrived = arrivals(hosted)
    orphans = orphaned(hosted)
    counts = Counter(states.values())
    claims.figure(", ".join(f"{count} {state}" for state, count in sorted(counts.items())))
    unknown = [reference for reference, state in states.items() if state == "unknown"]
    came = sum(reference in arrived for reference in unknown)
    claims.figure(f"of the unknown ones {came} had arrived, {len(unknown) - came} had not")
    claims.hold(kills >= LEAST_KILLS, f"{kills} kills (at least {LEAST_KILLS})")
    cut = f"{len(orphans)} requests were cut off in the middle (at least {LEAST_KILLS})"
    claims.hold(len(orphans) >= LEAST_KILLS, cut)
    twice = [reference for reference, count in arrived.items() if count > 1]
    claims.hold(not twice, f"{len(twice)} arrived twice (0){some(twice)}")
    missing = [
        reference
        for reference, state in states.items()
        if state not in ("failed", "unknown") and not (state == "sent" and arrived[reference])
    ]
    all_there = len(states) == SENDS and not missing
    claims.hold(all_there, f"{len(missing)} missing of {len(states)} (0){some(missing)}")
    wrong = [one for one, state in states.items() if state == "failed" and arrived[one]]
    claims.hold(not wrong, f"{len(wrong)} called failed that arrived (0){some(wrong)}")
    slowest = max(orphans, default=0.0)
    claims.hold(
        slowest <= ORPHAN_SECONDS,
        f"the last orphan was unknown {slowest:.1f} s after its request began ({ORPHAN_SECONDS})",
    )


def some(references: list[str]) -> str:
    """The first few, to look into."""
    return f": {', '.join(references[:5])}" if references else ""


def arrivals(hosted: Host) -> Counter[str]:
    """How often each reference is among the messages that the sandbox stored."""
    stored = "SELECT payload ->> 'reference' FROM sandbox_message WHERE sender = 'business'"
    return Counter(reference for (reference,) in hosted.rows(stored))


def orphaned(hosted: Host) -> list[float]:
    """For each attempt whose worker was killed: seconds from its beginning to "unknown"."""
    found = hosted.rows(
        "SELECT attempt.started_at, send.finished_at FROM sending_attempt AS attempt"
        " JOIN sending_send AS send ON send.id = attempt.send_id WHERE attempt.code = 'lease'"
    )
    return [(moment(end) - moment(begin)).total_seconds() for begin, end in found]


def moment(value: Any) -> datetime:
    """SQLite answers with a text."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def on_many() -> list[str]:
    """The same with four, on a throw-away PostgreSQL and Redis; returns what did not hold."""
    command = [".ci/postgres", ".ci/redis", sys.executable, "-m", "benchmarks.kills", "4"]
    done = subprocess.run(command, cwd=ROOT, check=False)
    return ["Kills on PostgreSQL and Redis: see above."] if done.returncode else []


if __name__ == "__main__":
    sys.exit(verdict(main(*(int(count) for count in sys.argv[1:]))))
