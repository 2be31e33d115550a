"""`make bench`: every figure of docs/benchmarks.md, each with its bound."""

from . import acknowledge, disk, editor, server, size, slow

if __name__ == "__main__":
    editor.main()
    server.main()
    acknowledge.main()
    slow.main()
    disk.main()
    size.main()
