"""What waits in the queue, whichever it is: the tests' only look into it."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Any

from django.conf import settings

from designer.setup import worker

on_redis = bool(settings.REDIS_URL)


@dataclass(frozen=True)
class Wake:
    """A task that waits: the name of its function, its arguments, and when it may begin.

    `at` is None for at once.
    """

    task: str
    args: list[Any]
    at: datetime | None

    def is_for(self, moment: datetime | None) -> bool:
        """Whether it comes at that moment; in Redis, with the next whole second."""
        if moment and on_redis:
            moment = datetime.fromtimestamp(math.ceil(moment.timestamp()), UTC)
        return self.at == moment


def wakes() -> list[Wake]:
    """All that wait, those for a later time after the others."""
    return list(_in_redis() if on_redis else _in_database())


def woken() -> list[Any]:
    """The first argument of each that waits: the row that it is for."""
    return [wake.args[0] for wake in wakes()]


def run_waiting() -> None:
    """Run what waits for no later time, in this thread, until nothing is left of it."""
    queue = worker.tasks(Event())
    run = queue.runner("test")
    for _ in range(1000):
        if all(wake.at for wake in wakes()):
            return
        for step, _ in queue.housekeeping:
            step()
        run()
    raise AssertionError("Tasks make further tasks without end.")


@contextmanager
def emptied() -> Iterator[None]:
    """Leaves nothing in Redis; in the database, the test's transaction sees to that."""
    yield
    if on_redis:
        from designer.setup.redis_tasks import ANSWER_TIMEOUT, client

        redis = client(settings.REDIS_URL, ANSWER_TIMEOUT)
        # Ours alone: the prefix is this process's.
        for key in redis.scan_iter(f"{settings.RQ_KEY_PREFIX}:*"):
            redis.delete(key)


def _in_database() -> Iterator[Wake]:
    from django_tasks_db.models import DBTaskResult, get_date_max

    # What may begin at once comes last there: its time is the end of all times.
    rows = DBTaskResult.objects.filter(status="READY").order_by("-run_after", "enqueued_at")
    for row in rows:
        at = None if row.run_after == get_date_max() else row.run_after
        yield Wake(row.task_path.rpartition(".")[2], row.args_kwargs["args"], at)


def _in_redis() -> Iterator[Wake]:
    from django_rq.queues import get_queue
    from django_tasks_rq import Job

    queue = get_queue("default", job_class=Job)
    scheduled = queue.scheduled_job_registry
    times = {pk: scheduled.get_scheduled_time(pk) for pk in scheduled.get_job_ids()}
    for pk in [*queue.get_job_ids(), *times]:
        job = queue.fetch_job(pk)
        assert job
        assert job.func_name
        yield Wake(job.func_name.rpartition(".")[2], list(job.args), times.get(pk))
