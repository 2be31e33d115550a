"""`manage.py login_link`: a link that signs a person in once, within the hour."""

import os
import time
from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from designer.setup import first_team
from designer.teams.models import LoginLink, User

WELCOME = """
  Tapwright is running. This link signs you in, once, within the hour:

    {link}

  Ctrl-C stops it. The data stays in {data}
"""


class Command(BaseCommand):
    help = "Print a link that signs a person in, once, within the hour. Their older links end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", help="whose link (default: the first admin's)")
        parser.add_argument(
            "--when-up",
            action="store_true",
            help="wait until the server at BIND and PORT answers, and print a welcome around it",
        )

    def handle(self, *, email: str | None, when_up: bool, **options: Any) -> None:
        if email:
            person = User.objects.filter(email=email.strip().lower(), is_active=True).first()
        else:
            person = first_team.first_admin()
        if person is None:
            raise CommandError(f"There is no {email or 'admin'} here who may sign in.")
        if when_up:
            wait_for_server()
        link = settings.SITE_URL + reverse("enter", args=[LoginLink.issue(person)])
        self.stdout.write(WELCOME.format(link=link, data=settings.DATA_DIR) if when_up else link)


def wait_for_server() -> None:
    """Return when the server on this machine answers; raise CommandError after a minute."""
    address = f"http://{os.environ['BIND']}:{os.environ['PORT']}{reverse('health')}"
    # The server answers to the names that it is known by.
    headers = {"Host": urlsplit(settings.SITE_URL).netloc}
    deadline = time.monotonic() + 60
    while True:
        try:
            httpx.get(address, headers=headers, trust_env=False)
        except httpx.HTTPError:
            if time.monotonic() > deadline:
                raise CommandError("The server does not answer.") from None
            time.sleep(0.1)
        else:
            return
