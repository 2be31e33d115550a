"""The background worker: threads that run tasks, and threads that keep house.

A failure in any of them is logged and the thread goes on a second later, so that a database that
was away for a minute needs nobody to start the worker again.
"""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from django.db import close_old_connections, connections
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from designer.replies import intake, pruning
from designer.sending import sweep

logger = logging.getLogger(__name__)

BACKEND = "default"
AFTER_FAILURE = 1.0
# A task's row says only that it ran; what came of it stands in the rows it worked on.
KEEP_TASKS = timedelta(days=7)


def start(task_threads: int, stop: threading.Event) -> list[threading.Thread]:
    """Start all threads; after `stop` is set each ends as soon as its step is done.

    They are daemons, so that a task that hangs in a slow request can't keep the process alive.
    """
    wake = threading.Event()

    def poll() -> None:
        if ready():
            wake.set()

    def work(name: str) -> None:
        while not stop.is_set():
            if wake.wait(0.2):
                wake.clear()
                attempt(lambda: run_ready(name, stop))
        connections.close_all()

    def repeat(step: Callable[[], object], pause: float) -> None:
        while not stop.is_set():
            stop.wait(pause if attempt(step) else max(pause, AFTER_FAILURE))
        connections.close_all()

    # One thread looks for tasks, with a plain read, and wakes the others: if each of them took
    # SQLite's write lock to look, as the task library does, they would be in the web server's way.
    keep_house: list[tuple[Callable[[], object], float]] = [
        (poll, 0.2),
        (intake.read_new, 0.25),
        (put_right, 15),
        (prune, 3600),
    ]
    threads = [
        threading.Thread(target=repeat, args=step, name=step[0].__name__, daemon=True)
        for step in keep_house
    ]
    for number in range(1, task_threads + 1):
        name = f"tasks-{number}"
        threads.append(threading.Thread(target=work, args=(name,), name=name, daemon=True))
    for thread in threads:
        thread.start()
    return threads


def attempt(step: Callable[[], object]) -> bool:
    """Call `step` with a live database connection; log an exception, say whether it went well."""
    close_old_connections()
    try:
        step()
    except Exception:
        logger.exception("The worker's thread %s failed", threading.current_thread().name)
        return False
    finally:
        close_old_connections()
    return True


def ready() -> bool:
    """Whether a task waits to be run now."""
    return DBTaskResult.objects.ready().filter(backend_name=BACKEND).exists()


def run_ready(name: str, stop: threading.Event) -> None:
    """Run tasks, one after another, until none is ready or `stop` is set."""
    while not stop.is_set() and ready():
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


def put_right() -> None:
    """Find the sends that an ended worker left behind, and those that a reply has settled since."""
    sweep.sweep()
    intake.settle_answered()


def prune() -> None:
    """Delete old deliveries, and the rows of tasks that ended or were cut off long ago."""
    DBTaskResult.objects.exclude(status="READY").filter(
        started_at__lt=timezone.now() - KEEP_TASKS
    ).delete()
    pruning.prune_deliveries()
