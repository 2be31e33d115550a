"""A backup is whole, made while others write, and can be put in the database's place."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from designer.library.models import MessageTemplate
from designer.teams.models import Team
from tests.factories import make_connection, make_delivery, make_team, make_template

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
