"""Taking turns at SQLite's write lock.

Whoever finds it taken asks again, and SQLite's own waiting asks ever more seldom, in the end ten
times a second. Under load the lock is free for a few milliseconds at a time, and whoever has only
just come finds those first: who has waited longest waits on, until time is up and the request
fails. So here all ask equally often.
"""

import sqlite3
import time
from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

# SQLite waits 1, 2, 5 and 10 ms within this time; then it is asked anew.
ROUND_MS = 18


def take_turns(connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    """Let a new connection wait in short rounds. Receives `connection_created`."""
    if connection.vendor != "sqlite":
        return
    connection.connection.execute(f"PRAGMA busy_timeout = {ROUND_MS}")
    # The wrapper stays when a connection is closed and opened again.
    if ask_again not in connection.execute_wrappers:
        connection.execute_wrappers.append(ask_again)


def ask_again(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Execute; while another has the lock, again and again, for as long as the settings say.

    Only what begins a transaction or is one by itself: nothing of it has been done then. Many
    statements at once may have been done in part.
    """
    connection = context["connection"]
    if many or connection.in_atomic_block:
        return execute(sql, params, many, context)
    deadline = time.monotonic() + connection.settings_dict["OPTIONS"]["timeout"]
    while True:
        try:
            return execute(sql, params, many, context)
        except OperationalError as problem:
            if not is_busy(problem) or time.monotonic() > deadline:
                raise


def is_busy(problem: OperationalError) -> bool:
    """Whether another has the lock ("database is locked")."""
    cause = problem.__cause__
    return (
        isinstance(cause, sqlite3.OperationalError)
        # The low byte: SQLite tells in the others why.
        and cause.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    )
