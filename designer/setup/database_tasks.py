"""Tasks that wait in a table of the database: what serves unless REDIS_URL is set."""

import threading
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

BACKEND = "default"
# A task's row says only that it ran; what came of it stands in the rows it worked on.
KEEP = timedelta(days=7)


class DatabaseTasks:
    """The worker's part in it.

    One thread looks for tasks, with a plain read, and wakes those that run them: if each of them
    took SQLite's write lock to look, as the task library does, they would be in the web server's
    way.
    """

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._wake = threading.Event()

    @property
    def housekeeping(self) -> list[tuple[Callable[[], object], float]]:
        """What is to be done besides, each with the pause between two times, in seconds."""
        return [(self.poll, 0.2), (prune, 3600)]

    def runner(self, name: str) -> Callable[[], object]:
        """The step that one thread repeats: wait a moment for tasks, and run them."""

        def step() -> None:
            if self._wake.wait(0.2):
                self._wake.clear()
                while not self._stop.is_set() and ready():
                    run_next(name)

        return step

    def poll(self) -> None:
        if ready():
            self._wake.set()


def ready() -> bool:
    """Whether a task waits to be run now."""
    return DBTaskResult.objects.ready().filter(backend_name=BACKEND).exists()


def run_next(name: str) -> None:
    """Run one task, if no other worker was faster."""
    Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name=BACKEND,
        startup_delay=False,
        max_tasks=1,
        worker_id=name,
        excluded_queue_names=[],
    ).run()


def prune() -> None:
    """Delete the rows of tasks that ended long ago, or were cut off in the middle as long ago."""
    DBTaskResult.objects.exclude(status="READY").filter(
        started_at__lt=timezone.now() - KEEP
    ).delete()
