"""`make bench`: every figure of docs/benchmarks.md, each with its bound."""

import sys
import traceback
from collections.abc import Callable

from . import acknowledge, deliveries, disk, editor, kills, server, size, slow, writers
from .claims import verdict

ALL: list[Callable[[], list[str]]] = [
    editor.main,
    server.main,
    size.main,
    acknowledge.main,
    slow.main,
    disk.main,
    kills.main,
    kills.on_many,
    deliveries.main,
    deliveries.on_postgresql,
    writers.main,
]


def measured(measure: Callable[[], list[str]]) -> list[str]:
    """What did not hold of one; that it broke off keeps none of the others from being measured."""
    try:
        return measure()
    except Exception as problem:
        traceback.print_exc()
        return [f"{measure.__module__} broke off: {problem!r}"]


if __name__ == "__main__":
    sys.exit(verdict([words for measure in ALL for words in measured(measure)]))
