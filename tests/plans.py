"""How SQLite finds the rows of a query: by which index, and by which of its columns."""

from collections.abc import Callable
from typing import Any

from django.db import connection


def plans(ask: Callable[[], object]) -> str:
    """The plans of all queries that `ask` makes, as SQLite tells them, a step a line."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        ask()
    steps: list[str] = []
    with connection.cursor() as cursor:
        for sql, params in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            steps += [row[3] for row in cursor.fetchall()]
    return "\n".join(steps)
