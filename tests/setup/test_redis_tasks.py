"""Tasks in Redis: what is left in it, and what happens while it is away."""

import logging
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks import task
from pytest_django import Settings

from designer.sending.models import Send, State, TestNumber
from designer.sending.sweep import sweep
from designer.setup import worker
from designer.teams.models import Team, User
from tests.factories import CUSTOMER, make_connection, make_send, make_template
from tests.wakes import on_redis, run_waiting, wakes, woken

pytestmark = pytest.mark.skipif(not on_redis, reason="The tasks are in the database.")
if on_redis:
    from django_tasks_rq import Job
    from redis import Redis

    from designer.setup import redis_tasks

SECONDS = 10
seen = threading.Event()


@task
def fail() -> None:
    raise ValueError("on purpose")


@task
def finish() -> None:
    seen.set()


@pytest.fixture(autouse=True)
def fresh_event() -> None:
    seen.clear()


@pytest.fixture
def redis() -> "Redis":
    return redis_tasks.client(django_settings.REDIS_URL, redis_tasks.ANSWER_TIMEOUT)


@pytest.fixture
def tasks() -> "redis_tasks.RedisTasks":
    return redis_tasks.RedisTasks(threading.Event())


class Server:
    """A Redis of the test's own, that comes and goes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port: int = listener.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = f"redis-server --bind 127.0.0.1 --port {self.port} --dir {self.folder} --save ''"
        self.process = subprocess.Popen(
            [*command.split()[:-1], ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with socket.socket() as prober:
                if not prober.connect_ex(("127.0.0.1", self.port)):
                    return
        pytest.fail("Redis did not start.")

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None


@pytest.fixture
def server(tmp_path: Path, settings: Settings) -> Iterator[Server]:
    """A Redis that has not been started yet, which the settings name."""
    server = Server(tmp_path)
    settings.REDIS_URL = server.url
    yield server
    server.stop()


@pytest.fixture
def silent(settings: Settings) -> Iterator[None]:
    """A Redis that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        settings.REDIS_URL = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        yield


def everything(redis: "Redis") -> dict[str, Any]:
    """All that this process has in Redis, by key."""
    read: dict[bytes | str, Callable[[str], Any]] = {
        b"hash": redis.hgetall,
        b"string": redis.get,
        b"set": redis.smembers,
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"zset": lambda key: redis.zrange(key, 0, -1),
        b"stream": lambda key: redis.xrange(key),
    }
    keys = [key.decode() for key in redis.scan_iter(f"{django_settings.RQ_KEY_PREFIX}:*")]
    return {key: read[redis.type(key)](key) for key in keys}


def test_nothing_but_the_name_of_the_task_and_the_number_of_the_row_is_in_it(
    team: Team, redis: "Redis"
) -> None:
    connection = make_connection(team)
    send = make_send(make_template(team), connection, wake_at=timezone.now() - timedelta(1))
    assert sweep() == 1
    [job] = [value for key, value in everything(redis).items() if ":job:" in key]
    assert job[b"description"] == f"designer.sending.delivery.deliver({send.pk})".encode()
    stored = repr(everything(redis))
    for secret in (connection.usable_key, connection.hook_secret, CUSTOMER, CUSTOMER[1:]):
        assert secret
        assert secret not in stored


def test_a_task_that_went_well_leaves_nothing_and_one_that_failed_not_for_long(
    redis: "Redis",
) -> None:
    for _ in range(3):
        finish.enqueue()
    run_waiting()
    assert seen.is_set()
    assert not [key for key in everything(redis) if ":job:" in key or ":results:" in key]
    fail.enqueue()
    run_waiting()
    lasting = [key for key in everything(redis) if redis.ttl(key) == -1]
    # The names of the queues, and the list of failed tasks, which is pruned.
    assert sorted(key.split(":", 1)[1] for key in lasting) == ["failed:default", "queues"]
    longest = max(redis.ttl(key) for key in everything(redis))
    assert longest <= redis_tasks.KEEP_FAILED.total_seconds()


def test_prunes_failed_tasks_after_a_week(redis: "Redis", tasks: "redis_tasks.RedisTasks") -> None:
    fail.enqueue()
    run_waiting()
    tasks.prune()
    assert [key for key in everything(redis) if ":failed:" in key]
    with time_machine.travel(timezone.now() + redis_tasks.KEEP_FAILED + timedelta(minutes=1)):
        tasks.prune()
    assert not [key for key in everything(redis) if ":failed:" in key]


def test_lets_go_of_what_killed_workers_had_in_hand(
    redis: "Redis", tasks: "redis_tasks.RedisTasks"
) -> None:
    for _ in range(2):
        finish.enqueue()
    taken = redis_tasks.WakeQueue.dequeue_any(
        [tasks._queue], None, redis, Job, tasks._queue.serializer
    )
    assert taken
    begun, _ = taken
    dying = tasks._worker("dying")
    dying.prepare_execution(begun)
    dying.prepare_job_execution(begun, remove_from_intermediate_queue=True)
    # And the other before it was begun.
    assert redis_tasks.WakeQueue.dequeue_any([tasks._queue], None, redis, Job)
    for minutes in (0, 2, 10):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            tasks.prune()
    in_hand = [key for key in everything(redis) if ":wip:" in key or key.endswith(":intermediate")]
    assert in_hand == []
    assert all(redis.ttl(key) > 0 for key in everything(redis) if ":job:" in key)
    assert not seen.is_set()


def test_two_workers_that_bring_the_same_do_no_harm(tasks: "redis_tasks.RedisTasks") -> None:
    now = timezone.now()
    finish.using(run_after=now + timedelta(seconds=1.5)).enqueue()
    tasks.bring_due()
    [wake] = wakes()
    assert wake.is_for(now + timedelta(seconds=1.5))
    with time_machine.travel(now + timedelta(seconds=3)):
        for _ in range(2):
            tasks.bring_due()
        [wake] = wakes()
    assert wake.at is None


@pytest.mark.django_db(transaction=True)
def test_a_send_is_queued_while_redis_is_away_and_woken_when_it_is_back(
    server: Server,
    editor: User,
    client_as: Callable[[User], Client],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with time_machine.travel(timezone.now()) as clock:
        send = post_send(client_as(editor), editor)
        assert send.state == State.QUEUED
        assert "Connection refused" in caplog.text
        clock.shift(timedelta(seconds=31))
        with pytest.raises(redis_tasks.AWAY):
            sweep()
        server.start()
        assert sweep() == 1
    assert woken() == [send.pk]


@pytest.mark.django_db(transaction=True)
def test_when_redis_is_back_it_need_not_wait_for_the_sweep(server: Server, team: Team) -> None:
    tasks = redis_tasks.RedisTasks(threading.Event())
    tasks.bring_due()
    template = make_template(team)
    send = make_send(template)
    make_send(template, state=State.WAITING, next_attempt_at=timezone.now() + timedelta(minutes=1))
    server.start()
    tasks.bring_due()
    assert woken() == [send.pk]
    tasks.bring_due()
    assert woken() == [send.pk]


@pytest.mark.django_db(transaction=True)
def test_no_page_waits_long_for_a_redis_that_does_not_answer(
    silent: None,
    editor: User,
    client_as: Callable[[User], Client],
    caplog: pytest.LogCaptureFixture,
) -> None:
    began = time.monotonic()
    post_send(client_as(editor), editor, several=3)
    # One answer is waited for, not one for each message.
    assert time.monotonic() - began < 2 * redis_tasks.ANSWER_TIMEOUT
    assert Send.objects.filter(state=State.QUEUED).count() == 3
    assert caplog.text.count("Error calling") == 1
    assert "Timeout" in caplog.text


def post_send(browser: Client, person: User, several: int = 1) -> Send:
    """Send a template as a person does; returns the newest send."""
    team = person.memberships.get().team
    template, connection = make_template(team), make_connection(team)
    numbers = [
        TestNumber.objects.create(team=team, number=f"+4930123{number:03}")
        for number in range(several)
    ]
    response = browser.post(
        reverse("send-test", args=[template.pk]),
        {
            "several": [number.pk for number in numbers],
            "connection": connection.pk,
            "source": "draft",
            "reference": "tw-abcdefgh",
            "revision": template.revision,
            "token": str(uuid.uuid4()),
        },
    )
    assert response.status_code == 302
    return Send.objects.latest("pk")


@pytest.mark.django_db(transaction=True)
def test_the_worker_outlives_redis_and_goes_on_when_it_is_back(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    stop = threading.Event()
    threads = worker.start(2, stop)
    for _ in range(2):
        until(lambda: caplog.text.count("Redis is away") == 1)
        server.start()
        until(lambda: "Redis is back" in caplog.text)
        seen.clear()
        finish.enqueue()
        assert seen.wait(SECONDS)
        caplog.clear()
        server.stop()
    until(lambda: "Redis is away" in caplog.text)
    assert all(thread.is_alive() for thread in threads)
    assert "Traceback" not in caplog.text
    stop.set()
    for thread in threads:
        thread.join(SECONDS)
        assert not thread.is_alive()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        seen.wait(0.05)
