"""`manage.py replay_deliveries`: read deliveries again that made no reply, after a fix."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from designer.replies import intake
from designer.replies.models import Delivery, DeliveryState


class Command(BaseCommand):
    help = "Read webhook deliveries again that could not be read, or those named by their ids."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ids", nargs="*", type=int, help="which ones (default: the broken)")
        parser.add_argument(
            "--ignored", action="store_true", help="also those in which no reply was found"
        )

    def handle(self, *, ids: list[int], ignored: bool, **options: Any) -> None:
        """Read each, oldest first, and print what came of them; none is counted twice."""
        again = Delivery.objects.replayable().order_by("pk")
        if ids:
            again = again.filter(pk__in=ids)
        elif not ignored:
            again = again.filter(state=DeliveryState.BROKEN)
        states = Counter(intake.replay(pk) for pk in list(again.values_list("pk", flat=True)))
        told = ", ".join(f"{count} × {state.label}" for state, count in states.items())
        self.stdout.write(told or "Nothing to read again.")
