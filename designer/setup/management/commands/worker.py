"""`manage.py worker`: run background tasks until told to stop."""

import signal
import threading
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any, Never

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from designer.setup import worker

# Less than the five seconds that honcho gives a process before it kills it.
GRACE = 3.0


class Command(BaseCommand):
    help = "Send messages, read replies and keep house in the background, until SIGINT or SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--threads",
            type=int,
            default=settings.WORKER_THREADS,
            help="how many tasks run at once (default: WORKER_THREADS, %(default)s)",
        )

    def handle(self, *, threads: int, **options: Any) -> None:
        """Return when asked to stop: what is not done within the grace is taken up at the next
        start. Raises CommandError when a thread dies, so that whoever started this notices.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, asked_to_stop)
        stop = threading.Event()
        running: list[threading.Thread] = []
        try:
            # In here, for the signal may come while they are being started.
            running = worker.start(threads, stop)
            while all(thread.is_alive() for thread in running):
                time.sleep(0.5)
            dead = ", ".join(thread.name for thread in running if not thread.is_alive())
            raise CommandError(f"The worker stops, for a thread of it died: {dead}.")
        except KeyboardInterrupt:
            pass
        finally:
            stop.set()
            deadline = time.monotonic() + GRACE
            for thread in running:
                thread.join(max(0.0, deadline - time.monotonic()))


def asked_to_stop(number: int, frame: FrameType | None) -> Never:
    """Let the first signal through; the next ones would only cut the grace short."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt
