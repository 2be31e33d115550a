"""`manage.py backup FILE`: a copy of the SQLite database, made while the product runs."""

import sqlite3
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from designer.sending.models import RESTORED, UNDER_WAY, State


class Command(BaseCommand):
    help = (
        "Copy the SQLite database to FILE, while the product runs. To restore: stop the product, "
        "put the copy in the database's place, delete the files beside it that end in -wal and "
        "-shm, start the product with the same SECRET_KEY. What was under way when the copy was "
        "made may have gone out since, so in the copy it is unknown, and nothing is sent twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="where the copy goes; must not exist yet")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Copy, check the copy, and say how large it is; a copy that is not sound is deleted."""
        if connection.vendor != "sqlite":
            raise CommandError("This database is not SQLite: back it up with pg_dump.")
        try:
            # It will hold what the database holds: for its owner's eyes alone.
            file.touch(mode=0o600, exist_ok=False)
            with closing(sqlite3.connect(file)) as copy:
                self._copy(copy)
                self._doubt(copy)
                (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
        except FileExistsError:
            raise CommandError(f"{file} exists already; choose another name.") from None
        except (OSError, sqlite3.Error) as problem:
            file.unlink(missing_ok=True)
            raise CommandError(f"No backup was made: {problem}") from problem
        if verdict != "ok":
            file.unlink()
            raise CommandError(f"The copy is not sound, and was deleted: {verdict}")
        self.stdout.write(f"{file}: {file.stat().st_size:,} bytes, checked.")

    def _copy(self, copy: sqlite3.Connection) -> None:
        connection.ensure_connection()
        # All in one step, which reads one state of the database and keeps nobody from writing. Of
        # several steps each would begin anew after a write, and on a busy day never come to an end.
        connection.connection.backup(copy)
        # A file of its own, without a write-ahead log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")

    def _doubt(self, copy: sqlite3.Connection) -> None:
        """What `doubt_unfinished` does, in a file that is none of Django's databases."""
        when = connection.ops.adapt_datetimefield_value(timezone.now())
        under_way = ", ".join("?" * len(UNDER_WAY))
        with copy:
            copy.execute(
                "UPDATE sending_attempt SET state = ?, code = 'restored', outcome = ? "
                "WHERE state = ''",
                [State.UNKNOWN, RESTORED],
            )
            copy.execute(
                "UPDATE sending_send SET state = ?, outcome = ?, finished_at = ?, "  # noqa: S608
                f"lease_until = NULL, next_attempt_at = NULL WHERE state IN ({under_way})",
                [State.UNKNOWN, RESTORED, when, *UNDER_WAY],
            )
