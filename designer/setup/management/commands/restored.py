"""`manage.py restored`: after a backup of PostgreSQL was put back, before anything is started."""

from typing import Any

from django.core.management.base import BaseCommand

from designer.sending.sweep import doubt_unfinished


class Command(BaseCommand):
    help = (
        "Run once after a backup was put back with pg_restore, before a web server or a worker is "
        "started. What was under way when the backup was made may have gone out since: it becomes "
        "unknown, and nothing is sent twice. A copy that the command backup made needs none of it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many there were."""
        self.stdout.write(f"Unknown now: {doubt_unfinished()}.")
