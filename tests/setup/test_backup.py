"""A backup is whole, made while others write, and can be put in the database's place."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from designer.library.models import MessageTemplate
from designer.sending.models import Attempt, Send, State
from designer.teams.models import Team
from tests.factories import (
    make_connection,
    make_delivery,
    make_send,
    make_team,
    make_template,
)

only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has pg_dump")


def count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (rows,) = copy.execute("SELECT count(*) FROM library_messagetemplate").fetchone()
        return int(rows)


@contextmanager
def somebody_writing(team: Team) -> Iterator[threading.Thread]:
    """Makes templates without a pause meanwhile, for ten seconds at most; gives the thread."""
    stop, deadline = threading.Event(), time.monotonic() + 10

    def write() -> None:
        while not stop.is_set() and time.monotonic() < deadline:
            make_template(team)
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
    under_way = {State.QUEUED, State.SENDING, State.WAITING}
    for state, send in sends.items():
        assert found[send.pk] == ("unknown" if state in under_way else state)
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
