"""A backup is whole, made while others write, and can be put in the database's place."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from designer.library.models import MessageTemplate
from designer.sending.models import UNDER_WAY, Attempt, Send, State
from designer.teams.models import Team
from tests.factories import (
    make_connection,
    make_delivery,
    make_member,
    make_reply,
    make_send,
    make_team,
    make_template,
)

ROOT = Path(__file__).parents[2]
MADE_TOGETHER = [
    "library_messagetemplate",
    "sending_connection",
    "sending_send",
    "replies_delivery",
    "replies_reply",
]

only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has pg_dump")


def count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (rows,) = copy.execute("SELECT count(*) FROM library_messagetemplate").fetchone()
        return int(rows)


def counts() -> dict[str, int]:
    """How many rows each table of the database has."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found


# Run by the product's own settings; what SQLite says, then what the models find.
READ = """
import json
from django.apps import apps
from django.db import connection
with connection.cursor() as cursor:
    sound = [cursor.execute(f"PRAGMA {check}").fetchall() for check in CHECKS]
models = apps.get_models(include_auto_created=True)
found = {model._meta.db_table: len(model._base_manager.all()) for model in models}
print(json.dumps([sound, found]))
"""
CHECKS = ["integrity_check", "foreign_key_check"]


def restored(copy: Path, folder: Path) -> dict[str, int]:
    """Put the copy where a new installation has its database; the rows that the product reads."""
    folder.mkdir()
    copy.rename(folder / "tapwright.sqlite3")
    environment = {**os.environ, "DATA_DIR": str(folder), "DATABASE_URL": ""}
    environment["DJANGO_SETTINGS_MODULE"] = "designer.settings"

    def manage(*arguments: str) -> str:
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    manage("migrate", "--check")
    code = READ.replace("CHECKS", repr(CHECKS))
    sound, found = json.loads(manage("shell", "--no-imports", "-c", code))
    assert sound == [[["ok"]], []]
    rows: dict[str, int] = found
    return rows


@contextmanager
def somebody_writing(
    team: Team, write_one: Callable[[Team], object] = make_template
) -> Iterator[threading.Thread]:
    """Has rows written without a pause meanwhile, for ten seconds at most; gives the thread."""
    stop, deadline = threading.Event(), time.monotonic() + 10

    def write() -> None:
        while not stop.is_set() and time.monotonic() < deadline:
            write_one(team)
        connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield writer
    finally:
        stop.set()
        writer.join()


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_copies_everything_while_others_write(tmp_path: Path) -> None:
    team = make_team()
    for _ in range(5):
        make_template(team)
    with somebody_writing(team):
        call_command("backup", tmp_path / "copy.sqlite3", verbosity=0)
    assert 5 <= count(tmp_path / "copy.sqlite3") <= MessageTemplate.objects.count()


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_a_large_copy_comes_to_its_end_while_others_write(tmp_path: Path) -> None:
    team = make_team()
    for _ in range(4):
        make_delivery(make_connection(team), b"x" * 3_000_000)
    with somebody_writing(team) as writer:
        call_command("backup", tmp_path / "copy.sqlite3", verbosity=0)
        assert writer.is_alive(), "it was done while somebody wrote"
    assert count(tmp_path / "copy.sqlite3") <= MessageTemplate.objects.count()


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_copy_has_as_many_rows_as_the_database(team: Team, tmp_path: Path) -> None:
    make_template(team)
    copy = tmp_path / "copy.sqlite3"
    call_command("backup", copy, verbosity=0)
    assert count(copy) == MessageTemplate.objects.count() == 1
    assert copy.stat().st_mode & 0o077 == 0, "only its owner can read it"


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_a_copy_in_the_databases_place_has_all_rows_of_all_tables(
    team: Team, tmp_path: Path
) -> None:
    make_member(team)
    for _ in range(3):
        make_conversation(team)
    call_command("backup", tmp_path / "copy", verbosity=0)
    before = counts()
    found = restored(tmp_path / "copy", tmp_path / "data")
    assert found == {table: before[table] for table in found}
    # Django's list of migrations is no model, and was looked at before.
    assert before.keys() - found.keys() == {"django_migrations"}
    assert found["replies_reply"] == 3


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_a_copy_made_while_somebody_writes_holds_one_moment(team: Team, tmp_path: Path) -> None:
    for _ in range(3):
        make_conversation(team)
    before = counts()
    with somebody_writing(team, make_conversation) as writer:
        call_command("backup", tmp_path / "copy", verbosity=0)
        assert writer.is_alive()
    after = counts()
    found = restored(tmp_path / "copy", tmp_path / "data")
    assert all(before[table] <= rows <= after[table] for table, rows in found.items())
    whole = found["library_messagetemplate"]
    assert {found[table] for table in MADE_TOGETHER} == {whole}


@transaction.atomic
def make_conversation(team: Team) -> None:
    """A row in each of MADE_TOGETHER, all of them or none."""
    send = make_send(make_template(team), state=State.SENT)
    make_reply(make_delivery(send.connection, b"{}"), send)


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_what_was_under_way_is_unknown_in_the_copy_and_is_not_sent_again(
    team: Team, tmp_path: Path
) -> None:
    template, connection = make_template(team), make_connection(team)
    sends = {state: make_send(template, connection, state=state) for state in State}
    Attempt.objects.create(send=sends[State.SENDING], number=1, url="http://127.0.0.1/")
    file = tmp_path / "copy.sqlite3"
    call_command("backup", file, verbosity=0)
    with closing(sqlite3.connect(file)) as copy:
        found = dict(copy.execute("SELECT id, state FROM sending_send").fetchall())
        assert copy.execute("SELECT state, code FROM sending_attempt").fetchall() == [
            ("unknown", "restored")
        ]
    for state, send in sends.items():
        assert found[send.pk] == ("unknown" if state in UNDER_WAY else state)
        send.refresh_from_db()
        assert send.state == state, "here it goes on"


def test_after_a_restore_nothing_that_was_under_way_goes_out(team: Team) -> None:
    template, connection = make_template(team), make_connection(team)
    send = make_send(template, connection, state=State.QUEUED)
    done = make_send(template, connection, state=State.SENT)
    said = StringIO()
    call_command("restored", stdout=said)
    assert said.getvalue() == "Unknown now: 1.\n"
    send.refresh_from_db()
    done.refresh_from_db()
    assert (send.state, done.state) == (State.UNKNOWN, State.SENT)
    assert not Send.objects.due().exists()


@only_sqlite
def test_overwrites_no_file(db: None, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("precious")
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", there)
    assert there.read_text() == "precious"


@only_sqlite
def test_says_where_it_cannot_write(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No backup was made"):
        call_command("backup", tmp_path / "no" / "such" / "folder" / "copy")
