"""The background worker: threads that run tasks, and threads that keep house.

A failure in any of them is logged and the thread goes on a second later, so that a database that
was away for a minute needs nobody to start the worker again.
"""

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from django.conf import settings
from django.db import close_old_connections, connections

from designer.replies import intake, pruning
from designer.sending import sweep

logger = logging.getLogger(__name__)

AFTER_FAILURE = 1.0
# After a lease that ran out, so long at most does a send say that it is still under way.
SWEEP_PAUSE = 15.0
Step = Callable[[], object]


class Tasks(Protocol):
    """What the worker asks of whatever the tasks wait in."""

    @property
    def housekeeping(self) -> list[tuple[Step, float]]:
        """Further steps that keep house, each with the pause after it in seconds."""

    def runner(self, name: str) -> Step:
        """The step of a thread that runs tasks: it waits a second at most for one to come."""


def tasks(stop: threading.Event) -> Tasks:
    """Those of the queue that the settings name; they begin nothing new after `stop` is set."""
    if settings.REDIS_URL:
        from .redis_tasks import RedisTasks

        return RedisTasks(stop)
    from .database_tasks import DatabaseTasks

    return DatabaseTasks(stop)


def start(task_threads: int, stop: threading.Event) -> list[threading.Thread]:
    """Start all threads; after `stop` is set each ends as soon as its step is done.

    They are daemons, so that a task that hangs in a slow request can't keep the process alive.
    """

    def repeat(step: Step, pause: float) -> None:
        while not stop.is_set():
            stop.wait(pause if attempt(step) else max(pause, AFTER_FAILURE))
        connections.close_all()

    queue = tasks(stop)
    keep_house: list[tuple[Step, float]] = [
        (intake.read_new, 0.25),
        (put_right, SWEEP_PAUSE),
        (pruning.prune_deliveries, 3600),
        *queue.housekeeping,
    ]
    threads = [
        threading.Thread(target=repeat, args=step, name=step[0].__name__, daemon=True)
        for step in keep_house
    ]
    for number in range(1, task_threads + 1):
        name = f"tasks-{number}"
        work = (queue.runner(name), 0)
        threads.append(threading.Thread(target=repeat, args=work, name=name, daemon=True))
    for thread in threads:
        thread.start()
    return threads


def attempt(step: Step) -> bool:
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


def put_right() -> None:
    """Find what an ended worker or a lost wake left behind, and what a reply has settled since."""
    try:
        sweep.sweep()
        if settings.SANDBOX:
            # Not at the top: without the sandbox its models are not installed.
            from designer.sandbox import webhooks

            webhooks.sweep()
    finally:
        # Also while the queue is away.
        intake.settle_answered()
