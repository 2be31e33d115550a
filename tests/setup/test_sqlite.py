"""Waiting for SQLite's write lock: in short rounds, as often whoever has waited for long."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from designer.teams.models import Team

pytestmark = [
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks rows"),
    pytest.mark.django_db(transaction=True),
]
ROUNDS = 20


@pytest.fixture
def holder() -> Iterator[sqlite3.Connection]:
    """Another's connection, which has the lock until it ends its transaction."""
    connection.ensure_connection()
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    with closing(other):
        other.execute("BEGIN IMMEDIATE")
        yield other


def write() -> None:
    Team.objects.create(name="Patient")


def write_in_transaction() -> None:
    with transaction.atomic():
        write()


@pytest.mark.parametrize("way", [write, write_in_transaction])
def test_asks_again_and_again_until_the_lock_is_free(
    holder: sqlite3.Connection, way: Callable[[], None]
) -> None:
    asked = []

    def let_go_at_last(execute: Callable[..., Any], *args: Any) -> Any:
        asked.append(1)
        if len(asked) == ROUNDS:
            holder.execute("ROLLBACK")
        return execute(*args)

    with connection.execute_wrapper(let_go_at_last):
        way()
    assert Team.objects.filter(name="Patient").count() == 1


def test_fails_when_its_time_is_up(
    holder: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.1)
    with pytest.raises(OperationalError, match="locked"):
        write()
    holder.execute("ROLLBACK")
    assert not Team.objects.exists()


def test_does_not_repeat_many_statements_at_once(holder: sqlite3.Connection) -> None:
    asked = []

    def count(execute: Callable[..., Any], *args: Any) -> Any:
        asked.append(1)
        return execute(*args)

    statement = "DELETE FROM teams_team WHERE name = %s"
    refused = pytest.raises(OperationalError, match="locked")
    with connection.execute_wrapper(count), connection.cursor() as cursor, refused:
        cursor.executemany(statement, [["A"], ["B"]])
    assert asked == [1]


def test_other_errors_are_not_waited_out() -> None:
    with connection.cursor() as cursor, pytest.raises(OperationalError, match="no such table"):
        cursor.execute("DELETE FROM nowhere")
