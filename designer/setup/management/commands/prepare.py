"""`manage.py prepare`: bring the database and the static files up to date; make the first team."""

import os
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from designer.setup import first_team


class Command(BaseCommand):
    help = (
        "Migrate, collect the static files and, in an empty database, make the first team "
        "(TEAM_NAME) with its admin (ADMIN_EMAIL) and the starter templates. Runs at every start."
    )

    def handle(self, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        first_team.prepare(
            team_name=os.environ.get("TEAM_NAME") or "My team",
            email=os.environ.get("ADMIN_EMAIL") or "you@example.com",
        )
