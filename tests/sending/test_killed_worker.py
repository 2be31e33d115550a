"""A worker that is killed in the middle of a request, as a process of its own."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection as database
from django.utils import timezone

from designer.library.models import MessageTemplate
from designer.sending.delivery import wake
from designer.sending.models import Connection, Send, State

from ..factories import make_send
from .api import Api, Reply, Request

MANAGE = Path(__file__).parent.parent.parent / "manage.py"
SECONDS = 30


@pytest.fixture
def start() -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    """Starts a worker with one thread on the tests' database; the end of the test ends it."""
    workers = []

    def begin() -> "subprocess.Popen[bytes]":
        command = [sys.executable, str(MANAGE), "worker", "--threads", "1"]
        workers.append(subprocess.Popen(command, env=os.environ | {"DATABASE_URL": address()}))
        return workers[-1]

    yield begin
    for worker in workers:
        worker.kill()
        worker.wait(SECONDS)


def address() -> str:
    """Where another process finds the tests' database."""
    about = database.settings_dict
    if database.vendor == "sqlite":
        return f"sqlite:///{about['NAME']}"
    return f"postgres://{about['USER']}@{about['HOST']}:{about['PORT']}/{about['NAME']}"


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_was_sending_becomes_unknown_and_is_not_sent_again(
    api: Api,
    start: Callable[[], "subprocess.Popen[bytes]"],
    template: MessageTemplate,
    connection: Connection,
    fresh: Callable[[Send], Send],
) -> None:
    arrived, all_done = threading.Event(), threading.Event()

    def answer(request: Request) -> Reply | None:
        """The first one gets no answer as long as its worker lives."""
        if len(api.received) == 1:
            arrived.set()
            api.closing.wait(SECONDS)
            return None
        all_done.set()
        return Reply()

    api.reply = answer
    first = make_send(template, connection, reference="first")
    wake(first)
    worker = start()
    assert arrived.wait(SECONDS)
    worker.kill()
    worker.wait(SECONDS)
    assert fresh(first).state == State.SENDING

    # Its lease runs out. Then another worker, which does its work, finds it.
    past = timezone.now() - timedelta(seconds=1)
    Send.objects.filter(pk=first.pk).update(lease_until=past, wake_at=past)
    wake(first)
    second = make_send(template, connection, reference="second")
    wake(second)
    start()
    assert all_done.wait(SECONDS)
    assert [body["reference"] for body in api.bodies] == ["first", "second"]
    deadline = time.monotonic() + SECONDS
    while fresh(first).state == State.SENDING and time.monotonic() < deadline:
        threading.Event().wait(0.05)
    assert fresh(first).state == State.UNKNOWN
    assert first.attempts.get().code == "lease"
