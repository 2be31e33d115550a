"""The send log and the replies at a million rows against the same pages at a thousand.

Both databases are filled by SQL alone and served in one run; each address is asked of both in
turn. Rare values lie among the oldest rows, where a page without a fitting index looks last, and
some pairs of filters that are frequent alone have no row in common.
"""

import os
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import httpx
import psycopg

from .claims import Claims, verdict
from .product import product

SMALL, LARGE = 1_000, 1_000_000
PAGE = 50  # rows that both lists show at once
ROUNDS, WARM = 40, 3
MOST = 1.5
# The time of row 0; each is ten seconds after the one before.
BEGIN = 1_735_689_600
NUMBER = "+493012345678"
# The templates that `prepare` makes: a frequent one, another one, a rare one.
FIRST, SECOND, RARE = 1, 2, 3

SENDS: list[dict[str, str | int]] = [
    {},
    {"state": "sent"},
    {"state": "unknown"},
    {"template": FIRST},
    {"template": RARE},
    {"together": 1},
    {"number": NUMBER},
    {"number": "12345678"},
    {"number": "+4915"},
    {"number": "99999999"},
    {"state": "failed", "template": FIRST},
    {"state": "cancelled", "template": SECOND},
    {"state": "sent", "number": NUMBER},
    {"state": "failed", "number": "+4915"},
    {"template": FIRST, "number": "+4915"},
    {"template": SECOND, "number": "99999999"},
]
REPLIES: list[dict[str, str | int]] = [
    {},
    {"kind": "list"},
    {"kind": "other"},
    {"template": FIRST},
    {"template": RARE},
    {"match": "yes"},
    {"match": "no"},
    {"number": NUMBER},
    {"number": "12345678"},
    {"number": "+4915"},
    {"number": "99999999"},
    {"kind": "button", "template": FIRST},
    {"kind": "other", "template": FIRST},
    {"kind": "button", "match": "yes"},
    {"kind": "text", "match": "yes"},
    {"kind": "button", "match": "no"},
    {"kind": "list", "match": "no"},
    {"template": FIRST, "match": "yes"},
    {"template": FIRST, "match": "no"},
    {"template": SECOND, "match": "no"},
    {"kind": "text", "number": NUMBER},
    {"kind": "button", "number": "+4915"},
    {"match": "no", "number": "99999999"},
]

ROWS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"
TO = (
    f"CASE WHEN i % {{step}} = 0 THEN '{NUMBER}'"
    " ELSE '+4915' || CAST(100000000 + (i * 7919) % 50000 AS TEXT) END"
)
TEMPLATE = (
    f"CASE WHEN i <= 40 THEN {RARE} WHEN i % 4 < 2 THEN {FIRST} WHEN i % 4 = 2 THEN {SECOND} END"
)
BODY = (
    """'{"to": "+493012345678", "body": "' || {text} || '", "button": "See all", "sections": []}'"""
)
FILL = [
    """INSERT INTO sending_batch (id, team_id, template_name, created_at, count, token)
    SELECT 1, 1, 'Bench', {now}, 50, {token} FROM (SELECT 1 AS i) AS one""",
    f"""{ROWS} INSERT INTO sending_send (id, team_id, connection_id, template_id, template_name,
        created_by_id, created_at, batch_id, token, "to", reference, path, body, state,
        attempt_count, wake_at, message_id, outcome)
    SELECT i, 1, 1, {TEMPLATE}, 'Support menu', 1, {{now}}, CASE WHEN i <= 50 THEN 1 END, {{token}},
        {TO}, '', '/messages/interactive/list', {BODY},
        CASE WHEN i <= 20 THEN 'unknown' WHEN i % 10 = 9 THEN 'cancelled'
            WHEN i % 10 > 5 THEN 'failed' ELSE 'sent' END,
        1, {{now}}, '', 'The API accepted it for delivery.'
    FROM n""",
    f"""{ROWS} INSERT INTO replies_delivery (id, team_id, connection_id, received_at, body, state,
        note)
    SELECT i, 1, 1, {{now}}, {{blob}}, 'read', '' FROM n""",
    # Of ten, four buttons, three rows, two texts, one other; four of five taps are matched, half
    # of the texts came after a message. Rows that were tapped are all matched.
    f"""{ROWS} INSERT INTO replies_reply (id, team_id, connection_id, delivery_id, identity,
        delivered_count, message_id, from_number, kind, option_id, title, text, context_id,
        replied_at, received_at, matched, send_id, wrote_after_id, template_id)
    SELECT i, 1, 1, i, 'identity ' || CAST(i AS TEXT), 1, '', {TO}, kind, 'option', 'Track', '', '',
        {{now}}, {{now}}, CASE WHEN is_matched THEN 'guess' ELSE '' END,
        CASE WHEN is_matched THEN i END,
        CASE WHEN kind = 'text' AND i % 2 = 0 THEN i END,
        CASE WHEN is_matched OR kind = 'text' AND i % 2 = 0 THEN {TEMPLATE} END
    FROM (SELECT i, kind, kind = 'list' OR kind = 'button' AND i % 5 > 0 AS is_matched
        FROM (SELECT i, CASE WHEN i % 10 < 4 THEN 'button' WHEN i % 10 < 7 THEN 'list'
            WHEN i % 10 < 9 THEN 'text' ELSE 'other' END AS kind FROM n) AS kinds) AS matches""",
]
TABLES = "('sending_send', 'replies_delivery', 'replies_reply')"
DIALECTS = {
    "sqlite": {
        "now": f"datetime({BEGIN} + i * 10, 'unixepoch')",
        "token": "printf('%032x', i)",
        "blob": "zeroblob(300)",
        "text": "hex(zeroblob(200))",
    },
    "postgresql": {
        "now": f"to_timestamp({BEGIN} + i * 10)",
        "token": "lpad(to_hex(i), 32, '0')::uuid",
        "blob": "decode(repeat('20', 300), 'hex')",
        "text": "repeat('0', 400)",
    },
}


def statements(rows: int, engine: str) -> list[str]:
    parts = {**DIALECTS[engine], "rows": rows, "step": rows // 60}

    def fitted(sql: str) -> str:
        # Not str.format: the texts hold braces of JSON.
        return re.sub(r"\{(\w+)\}", lambda found: str(parts[found[1]]), sql)

    return [fitted(sql) for sql in FILL]


def fill_sqlite(path: Path, rows: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for pragma in ("synchronous=OFF", "journal_mode=OFF", "cache_size=-500000"):
            database.execute(f"PRAGMA {pragma}")
        indexes = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL"
            f" AND tbl_name IN {TABLES}"
        ).fetchall()
        database.execute("BEGIN")
        fill(lambda sql: database.execute(sql), indexes, statements(rows, "sqlite"))
        database.execute("COMMIT")
        database.execute("PRAGMA journal_mode=WAL")


def fill_postgresql(url: str, rows: int) -> None:
    with psycopg.connect(url, autocommit=True) as database:
        indexes = database.execute(
            "SELECT indexname, indexdef FROM pg_indexes"
            f" WHERE schemaname = 'public' AND tablename IN {TABLES}"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        ).fetchall()
        fill(lambda sql: database.execute(sql), indexes, statements(rows, "postgresql"))
        database.execute("VACUUM ANALYZE")


def fill(execute: Callable[[str], object], indexes: list[tuple[str, str]], rows: list[str]) -> None:
    """Insert the rows; the indexes are made after that, which takes a third of the time."""
    for name, _ in indexes:
        execute(f'DROP INDEX "{name}"')
    for sql in rows:
        execute(sql)
    for _, sql in indexes:
        execute(sql)


@dataclass(frozen=True)
class Site:
    """A served database: its number of rows, and a client that is signed in."""

    rows: int
    client: httpx.Client

    def get(self, path: str) -> float:
        """How many milliseconds the page took."""
        start = time.perf_counter()
        answer = self.client.get(path)
        took = time.perf_counter() - start
        answer.raise_for_status()
        return took * 1000


@contextmanager
def site(rows: int) -> Iterator[Site]:
    """A database of so many sends and replies, served as `make run` does.

    On SQLite, or in a new database of the PostgreSQL server that DATABASE_URL names.
    """
    with tempfile.TemporaryDirectory(prefix="tapwright-size-") as directory, ExitStack() as stack:
        settings = {"DATA_DIR": directory, "KEEP_DELIVERIES_DAYS": "0"}
        url = os.environ.get("DATABASE_URL", "")
        if url:
            url = stack.enter_context(new_database(url, f"tapwright_size_{rows}"))
            settings["DATABASE_URL"] = url
        start = time.monotonic()
        with product(**settings):
            pass  # It makes the tables and the first team.
        if url:
            fill_postgresql(url, rows)
        else:
            fill_sqlite(Path(directory) / "tapwright.sqlite3", rows)
        running = stack.enter_context(product(**settings))
        client = stack.enter_context(httpx.Client(base_url=running.url, timeout=60))
        client.get(running.link)
        print(f"  {rows:,} rows were made in {time.monotonic() - start:.0f} s", flush=True)
        yield Site(rows, client)


@contextmanager
def new_database(url: str, name: str) -> Iterator[str]:
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name}")
        server.execute(f"CREATE DATABASE {name}")
    yield f"{url.rpartition('/')[0]}/{name}"


def deep(path: str, site: Site) -> str:
    """The address of a page that begins in the middle of all rows.

    Of a few rows it is the second page: below the middle a filter would find no page full, and half
    a page is quicker for its length alone.
    """
    begin = site.rows // 2 if site.rows > SMALL else SMALL - PAGE
    if path.startswith("/replies/"):
        # A reply's key is its time in microseconds and its id; `DIALECTS` says which time.
        return f"{path}&before={(BEGIN + begin * 10) * 1_000_000}-{begin}"
    return f"{path}&before={begin}"


def ask_in_turn(addresses: dict[Site, str]) -> list[list[float]]:
    """Milliseconds that each address took, each time."""
    times: dict[Site, list[float]] = {each: [] for each in addresses}
    for number in range(ROUNDS + WARM):
        for each, address in addresses.items():
            took = each.get(address)
            if number >= WARM:
                times[each].append(took)
    return list(times.values())


def compare(claims: Claims, path: str, place: str, small: Site, large: Site) -> None:
    """Both p95, their ratio, which is bounded, and that of the medians."""
    asked = {each: deep(path, each) if place == "deep" else path for each in (small, large)}
    few, many = ask_in_turn(asked)
    p95 = [statistics.quantiles(times, n=20)[-1] for times in (few, many)]
    ratio, medians = p95[1] / p95[0], statistics.median(many) / statistics.median(few)
    figures = f"{p95[0]:7.1f} ms {p95[1]:7.1f} ms  {ratio:5.2f} {medians:5.2f}"
    claims.hold(ratio <= MOST, f"{path:<44} {place:<5} {figures}")


def main() -> list[str]:
    """Compare each filter, on its first page and on a deep one; returns what did not hold."""
    claims = Claims(f"The send log and the replies at {LARGE:,} rows against {SMALL:,}")
    with site(SMALL) as small, site(LARGE) as large:
        claims.figure(f"p95 of both, their ratio (at most {MOST}), the ratio of the medians")
        paths = [f"/sends/?{urlencode(chosen)}" for chosen in SENDS]
        paths += [f"/replies/?{urlencode(chosen)}" for chosen in REPLIES]
        places = [(path, place) for path in paths for place in ("first", "deep")]
        for path, place in places:
            compare(claims, path, place, small, large)
    claims.figure(f"{len(claims.broken)} of {len(places)} have a ratio over {MOST}")
    return claims.broken


if __name__ == "__main__":
    sys.exit(verdict(main()))
