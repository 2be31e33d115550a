"""`make bench`: every figure of docs/benchmarks.md, each with its bound."""

from . import editor, server

if __name__ == "__main__":
    editor.main()
    server.main()
