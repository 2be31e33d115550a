"""Tasks that wait in Redis, by way of rq: what serves when REDIS_URL is set.

They only wake: what a task does is decided by rows in the database, and the sweeps make up for
tasks that Redis loses. So none leaves a result, and Redis need not keep them through a crash.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django_rq.queues import DjangoRQ, get_queue
from django_tasks_rq import Job
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry
from rq import SimpleWorker
from rq.exceptions import DequeueTimeout
from rq.job import Job as RqJob
from rq.timeouts import TimerDeathPenalty

from designer.sending import sweep

logger = logging.getLogger(__name__)

QUEUE = "default"
# Seconds. Whoever waits for a page must not wait long for a Redis that doesn't answer; the worker
# has the time that rq asks for.
CONNECT_TIMEOUT = 1.0
ANSWER_TIMEOUT = 2.0
WORKER_ANSWER_TIMEOUT = 15.0
# How long a thread waits for a task before it looks whether it is to stop; rq takes it from a
# worker's time to live, which is fifteen seconds more.
WAIT = 1
# Of a task that failed, or was cut off, rq keeps the traceback for a year.
KEEP_FAILED = timedelta(days=7)
AWAY = (RedisConnectionError, RedisTimeoutError)


@cache
def client(url: str, answer_timeout: float) -> Redis:
    """The connections to Redis, kept open and shared by all threads."""
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_TIMEOUT,
        socket_timeout=answer_timeout,
        # For a connection that Redis has closed meanwhile; it is tried again at once or not at all.
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )


class WakeQueue(DjangoRQ):
    """rq's queue, for tasks that only wake; RQ_QUEUES names it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Django-rq would make a connection for each task.
        kwargs["connection"] = client(settings.REDIS_URL, ANSWER_TIMEOUT)
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]

    def create_job(self, *args: Any, **kwargs: Any) -> RqJob:
        kwargs["failure_ttl"] = int(KEEP_FAILED.total_seconds())
        # They note results, which nobody reads.
        kwargs["on_success"] = kwargs["on_failure"] = None
        return super().create_job(*args, **kwargs)

    def schedule_job(self, job: RqJob, datetime: datetime, *args: Any, **kwargs: Any) -> RqJob:
        # To the next whole second: rq cuts the rest off, and a task that comes too early finds
        # nothing to do.
        whole = datetime.replace(microsecond=0)
        if whole < datetime:
            whole += timedelta(seconds=1)
        return super().schedule_job(job, whole, *args, **kwargs)


class RedisTasks:
    """The worker's part in it.

    Each thread is an rq worker that runs its tasks itself, for there is nothing to gain from a
    process for each message. rq's scheduler would be a process too, one for all workers, and two
    minutes could pass until another takes its place: here each worker brings what has become due.
    """

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._queue = get_queue(QUEUE, job_class=Job)
        self._client = client(settings.REDIS_URL, WORKER_ANSWER_TIMEOUT)
        self._is_away = False

    @property
    def housekeeping(self) -> list[tuple[Callable[[], object], float]]:
        """What is to be done besides, each with the pause between two times, in seconds."""
        return [(self.bring_due, 0.5), (self.prune, 600)]

    def runner(self, name: str) -> Callable[[], object]:
        """The step that one thread repeats: wait a moment for a task, and run it."""
        worker = self._worker(name)

        def step() -> None:
            try:
                taken = WakeQueue.dequeue_any(
                    [self._queue],
                    worker.dequeue_timeout,
                    connection=self._client,
                    job_class=Job,
                    serializer=self._queue.serializer,
                )
                if taken:
                    worker.execute_job(*taken)
                    worker.heartbeat()
            except DequeueTimeout:
                pass
            except AWAY:
                # `bring_due` says so; this waits for it to be back.
                self._stop.wait(WAIT)

        return step

    def bring_due(self) -> None:
        """Put into the queue what was scheduled for a time that has come.

        Runs often, so it is the one that notices that Redis is away, and that it is back: then
        what should have been woken meanwhile is, at once.
        """
        try:
            self._bring_due()
            if self._is_away:
                sweep.sweep(timedelta())
                logger.warning("Redis is back.")
                self._is_away = False
        except AWAY as problem:
            if not self._is_away:
                logger.error("Redis is away, messages wait until it is back: %s", problem)
            self._is_away = True

    def prune(self) -> None:
        """Let go of tasks that killed workers had in hand, and of old failed ones."""
        with suppress(*AWAY):
            self._worker("prune").clean_registries()  # type: ignore[no-untyped-call]

    def _bring_due(self) -> None:
        scheduled = self._queue.scheduled_job_registry
        for job_id in scheduled.get_jobs_to_schedule():
            job = self._queue.fetch_job(job_id)
            with self._queue.connection.pipeline() as pipeline:
                if job:
                    self._queue.enqueue_job(job, pipeline=pipeline)
                scheduled.remove(job_id, pipeline=pipeline)
                pipeline.execute()

    def _worker(self, name: str) -> SimpleWorker:
        worker = SimpleWorker(
            [self._queue],
            name=f"{socket.gethostname()}.{os.getpid()}.{name}",
            connection=self._client,
            job_class=Job,
            queue_class=WakeQueue,
            serializer=self._queue.serializer,
            default_result_ttl=0,
            worker_ttl=WAIT + 15,
            prepare_for_work=False,
            log_job_description=False,
        )
        # The other one is a signal, which no thread but the first can have. With the queue's
        # time-out, which is none, this one does nothing.
        worker.death_penalty_class = TimerDeathPenalty
        return worker
