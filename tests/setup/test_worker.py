"""The background worker: it runs tasks, outlives failures and stops when told to."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks import task

from designer.replies import intake
from designer.sending import sweep
from designer.setup import worker
from designer.setup.management.commands import worker as command
from tests.wakes import wakes

SECONDS = 10
began, go_on, seen = threading.Event(), threading.Event(), threading.Event()


@task
def hang() -> None:
    began.set()
    go_on.wait(SECONDS)


@task
def fail() -> None:
    raise ValueError("on purpose")


@task
def finish() -> None:
    seen.set()


@pytest.fixture(autouse=True)
def fresh_events() -> None:
    for event in (began, go_on, seen):
        event.clear()


@pytest.fixture
def restored_signals() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def end(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join(SECONDS)
        assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_goes_on_after_a_task_that_fails() -> None:
    fail.enqueue()
    finish.enqueue()
    stop = threading.Event()
    threads = worker.start(1, stop)
    assert seen.wait(SECONDS)
    stop.set()
    end(threads)
    assert wakes() == []


@pytest.mark.django_db(transaction=True)
def test_one_hanging_task_does_not_hold_up_the_others() -> None:
    hang.enqueue()
    stop = threading.Event()
    threads = worker.start(2, stop)
    assert began.wait(SECONDS)
    finish.enqueue()
    assert seen.wait(SECONDS)
    stop.set()
    go_on.set()
    end(threads)


@pytest.mark.django_db(transaction=True)
def test_goes_on_after_a_failure_in_housekeeping(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls = []

    def read_new() -> int:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("on purpose")
        seen.set()
        return 0

    monkeypatch.setattr(worker, "AFTER_FAILURE", 0)
    monkeypatch.setattr(intake, "read_new", read_new)
    stop = threading.Event()
    threads = worker.start(1, stop)
    assert seen.wait(SECONDS)
    stop.set()
    end(threads)
    assert "read_new failed" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_puts_right_what_a_killed_worker_left_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "sweep", seen.set)
    stop = threading.Event()
    threads = worker.start(1, stop)
    assert seen.wait(SECONDS)
    stop.set()
    end(threads)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("restored_signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stops_within_the_grace_though_a_task_hangs(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt() -> None:
        began.wait(SECONDS)
        os.kill(os.getpid(), number)

    monkeypatch.setattr(command, "GRACE", 0.1)
    hang.enqueue()
    others = set(threading.enumerate())
    interrupter = threading.Thread(target=interrupt)
    interrupter.start()
    start = time.monotonic()
    call_command("worker", threads=1)
    assert time.monotonic() - start < SECONDS / 2
    go_on.set()
    end([thread for thread in threading.enumerate() if thread not in others])


@pytest.mark.usefixtures("restored_signals")
def test_ends_with_an_error_when_a_thread_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = threading.Thread(name="tasks-1")
    dead.start()
    dead.join()
    monkeypatch.setattr(worker, "start", lambda threads, stop: [dead])
    with pytest.raises(CommandError, match="tasks-1"):
        call_command("worker")


def test_settles_what_was_answered_though_the_queue_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> int:
        raise ConnectionError("on purpose")

    monkeypatch.setattr(sweep, "sweep", fail)
    monkeypatch.setattr(intake, "settle_answered", seen.set)
    with pytest.raises(ConnectionError):
        worker.put_right()
    assert seen.is_set()


@pytest.mark.django_db(transaction=True)
def test_runs_a_task_when_its_time_has_come() -> None:
    with time_machine.travel(timezone.now()) as clock:
        finish.using(run_after=timezone.now() + timedelta(minutes=1)).enqueue()
        stop = threading.Event()
        threads = worker.start(1, stop)
        assert not seen.wait(1)
        clock.shift(timedelta(minutes=1, seconds=1))
        assert seen.wait(SECONDS)
        stop.set()
        end(threads)
