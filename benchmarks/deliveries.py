"""Webhook deliveries while the web server is killed: every reply counts, and each counts once.

The sender does as a good one does: what got no 2xx is sent again, until it has one.
"""

import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from .claims import Claims, verdict
from .hosting import Host, host, wait_for
from .people import new_list, send, signed_in
from .product import ROOT

DELIVERIES = 10_000
DUPLICATES = 3_000
TEXTS = 700  # of the replies; the others are taps
CUSTOMERS = 40
SENDERS = 16
KILLS = 2
END_SECONDS = 600


@dataclass(frozen=True)
class Reply:
    """What a customer does once; `option` is "" for a text."""

    message_id: str
    customer: str
    option: str

    def body(self) -> bytes:
        """A delivery of it, stamped with the time of now, as some senders do with each."""
        content: dict[str, Any] = {"type": "text", "text": {"body": f"Hello {self.message_id}"}}
        if self.option:
            inner = {"type": "list_reply", "list_reply": {"id": self.option, "title": self.option}}
            content = {"type": "interactive", "interactive": inner}
        about = {"message_id": self.message_id, "from": self.customer, "to": "+14155551234"}
        return json.dumps(
            {
                "event": "message.received",
                "timestamp": datetime.now(UTC).isoformat(),
                "data": {**about, "message": content},
            }
        ).encode()


@dataclass
class Sender:
    """Posts deliveries to `url`; counts by message id how often it tried, and got its 2xx."""

    url: str
    deadline: float
    tried: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    own: threading.local = field(default_factory=threading.local)

    def deliver(self, reply: Reply) -> None:
        """Post one until it is acknowledged. Raises TimeoutError."""
        while not self._post(reply):
            if time.monotonic() > self.deadline:
                raise TimeoutError(f"No 2xx for {reply.message_id}; refusals: {self.refused}")
            time.sleep(0.1)

    def _post(self, reply: Reply) -> bool:
        with self.lock:
            self.tried[reply.message_id] += 1
        try:
            answer = self._client().post(
                self.url, content=reply.body(), headers={"Content-Type": "application/json"}
            )
            why = "" if answer.is_success else str(answer.status_code)
        except httpx.HTTPError as problem:
            why = type(problem).__name__
        with self.lock:
            (self.refused if why else self.acknowledged)[why or reply.message_id] += 1
        return not why

    def _client(self) -> httpx.Client:
        if not hasattr(self.own, "client"):
            self.own.client = httpx.Client(timeout=30, trust_env=False)
        client: httpx.Client = self.own.client
        return client


def main() -> list[str]:
    """Returns what did not hold."""
    seed = int(os.environ.get("SEED") or random.randrange(1_000_000))
    chance = random.Random(seed)
    engine = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
    claims = Claims(f"{DELIVERIES:,} deliveries on {engine}, the web server killed (SEED={seed})")
    with host("worker", "worker-2") as hosted, signed_in(hosted) as client:
        template = new_list(client)
        customers = send_to_customers(hosted, client, template)
        replies = make_replies(customers, chance)
        sender = deliver_all(claims, hosted, replies, chance)
        began = time.monotonic()
        unread = "SELECT count(*) FROM replies_delivery WHERE state = 'new'"
        wait_for(lambda: hosted.value(unread) == 0, END_SECONDS, "every delivery is read")
        claims.figure(f"all read {time.monotonic() - began:.0f} s after the last was acknowledged")
        judge(claims, hosted, replies, sender)
        judge_page(claims, client, template, replies)
    return claims.broken


def hook_path(hosted: Host) -> str:
    """Where the replies to what went through the sandbox are posted."""
    url: str = hosted.value("SELECT webhook_url FROM sandbox_account")
    return urlsplit(url).path


def send_to_customers(hosted: Host, client: httpx.Client, template: str) -> list[str]:
    """Send the list to each customer through the sandbox; returns their numbers."""
    connection = hosted.value("SELECT id FROM sending_connection")
    customers = [f"+9198765{number:05}" for number in range(CUSTOMERS)]
    for to in customers:
        send(client, template, to=to, connection=connection)
    sent = "SELECT count(*) FROM sending_send WHERE state = 'sent'"
    wait_for(lambda: hosted.value(sent) == CUSTOMERS, 120, "the list is sent to everyone")
    return customers


def make_replies(customers: list[str], chance: random.Random) -> list[Reply]:
    """What the customers do: each reply once, in order."""
    replies = []
    for number in range(DELIVERIES - DUPLICATES):
        option = f"product_0_{chance.randrange(10)}" if number >= TEXTS else ""
        replies.append(Reply(f"wamid.{number}", chance.choice(customers), option))
    return replies


def deliver_all(
    claims: Claims, hosted: Host, replies: list[Reply], chance: random.Random
) -> Sender:
    """Deliver all replies and some of them again, shuffled, and kill the web server meanwhile."""
    deliveries = replies + chance.choices(replies, k=DUPLICATES)
    chance.shuffle(deliveries)
    began = time.monotonic()
    sender = Sender(hosted.url + hook_path(hosted), began + END_SECONDS)
    with ThreadPoolExecutor(SENDERS) as pool:
        done = [pool.submit(sender.deliver, reply) for reply in deliveries]
        for number in range(1, KILLS + 1):
            moment = round(DELIVERIES * (number - chance.uniform(0.2, 0.8)) / KILLS)
            kill_web(hosted, sender, moment)
        for future in done:
            future.result()
    seconds = time.monotonic() - began
    claims.figure(f"delivered in {seconds:.0f} s, {DELIVERIES / seconds:.0f} a second")
    again = ", ".join(f"{count} {why}" for why, count in sender.refused.items())
    claims.figure(f"web server killed {KILLS} times; sent again for want of a 2xx: {again}")
    claims.hold(sender.refused.total() >= KILLS, "the kills were felt")
    return sender


def kill_web(hosted: Host, sender: Sender, moment: int) -> None:
    """Kill the web server as soon as so many are acknowledged, and start it again."""
    words = f"{moment} deliveries are acknowledged"
    wait_for(lambda: sender.acknowledged.total() >= moment, END_SECONDS, words)
    hosted.kill("web")
    hosted.start("web")


def judge(claims: Claims, hosted: Host, replies: list[Reply], sender: Sender) -> None:
    """Compare the rows with what was acknowledged."""
    acknowledged = sender.acknowledged
    claims.hold(acknowledged.total() == DELIVERIES, f"{acknowledged.total():,} acknowledged")
    stored = dict(hosted.rows("SELECT state, count(*) FROM replies_delivery GROUP BY state"))
    total = sum(stored.values())
    claims.hold(
        DELIVERIES <= total <= sender.tried.total() and list(stored) == ["read"],
        f"{total:,} stored and read, {total - DELIVERIES} of them not acknowledged for a kill",
    )
    rows = hosted.rows(
        "SELECT message_id, count(*), sum(delivered_count) FROM replies_reply GROUP BY message_id"
    )
    count = sum(number for _, number, _ in rows)
    expected = {reply.message_id for reply in replies}
    claims.hold(
        count == len(replies) and {row[0] for row in rows} == expected,
        f"{count:,} replies ({len(replies):,})",
    )
    off = [one for one, _, times in rows if not acknowledged[one] <= times <= sender.tried[one]]
    delivered = sum(int(times) for _, _, times in rows)
    claims.hold(
        not off and delivered == total,
        f"{delivered:,} deliveries counted at the replies ({total:,}), {len(off)} counts off (0)",
    )


def judge_page(claims: Claims, client: httpx.Client, template: str, replies: list[Reply]) -> None:
    """Compare the taps that the template's results show with those that were made."""
    page = client.get(f"{template}results/").text
    shown = {
        option: int(taps)
        for taps, option in re.findall(r"<b>(\d+)</b>.*?<code class=\"option__id\">(\w+)<", page)
    }
    made = Counter(reply.option for reply in replies if reply.option)
    wrong = [option for option in made.keys() | shown.keys() if made[option] != shown.get(option)]
    claims.hold(
        not wrong,
        f"the page shows {sum(shown.values()):,} taps ({made.total():,}), "
        f"{len(wrong)} options counted wrong (0)",
    )


def on_postgresql() -> list[str]:
    """The same on a throw-away PostgreSQL; returns what did not hold."""
    command = [".ci/postgres", sys.executable, "-m", "benchmarks.deliveries"]
    done = subprocess.run(command, cwd=ROOT, check=False)
    return ["Deliveries on PostgreSQL: see above."] if done.returncode else []


if __name__ == "__main__":
    sys.exit(verdict(main()))
