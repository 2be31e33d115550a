"""`make bench`: every figure of docs/benchmarks.md, each with its bound."""

import sys

from . import acknowledge, deliveries, disk, editor, kills, server, size, slow, writers
from .claims import verdict

if __name__ == "__main__":
    editor.main()
    server.main()
    size.main()
    broken = [
        *acknowledge.main(),
        *slow.main(),
        *disk.main(),
        *kills.main(),
        *deliveries.main(),
        *deliveries.on_postgresql(),
        *writers.main(),
    ]
    sys.exit(verdict(broken))
