"""`make bench`: every figure of docs/benchmarks.md, each with its bound."""

import sys

from . import deliveries, editor, kills, server, writers
from .claims import verdict

if __name__ == "__main__":
    editor.main()
    server.main()
    broken = [*kills.main(), *deliveries.main(), *deliveries.on_postgresql(), *writers.main()]
    sys.exit(verdict(broken))
