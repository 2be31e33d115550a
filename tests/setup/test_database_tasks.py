"""Tasks in the database: what becomes of their rows."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from designer.setup import database_tasks
from tests.wakes import on_redis, run_waiting

pytestmark = pytest.mark.skipif(on_redis, reason="The tasks are in Redis.")


@task
def fail() -> None:
    raise ValueError("on purpose")


@task
def finish() -> None:
    pass


@pytest.mark.django_db(transaction=True)
def test_notes_how_each_ended() -> None:
    fail.enqueue()
    finish.enqueue()
    run_waiting()
    statuses = DBTaskResult.objects.order_by("task_path").values_list("status", flat=True)
    assert list(statuses) == ["FAILED", "SUCCESSFUL"]


@pytest.mark.django_db(transaction=True)
def test_begins_none_when_it_is_to_stop() -> None:
    finish.enqueue()
    stop = threading.Event()
    tasks = database_tasks.DatabaseTasks(stop)
    tasks.poll()
    stop.set()
    tasks.runner("test")()
    assert DBTaskResult.objects.get().status == "READY"


@pytest.mark.django_db
def test_prunes_tasks_that_ended_long_ago_or_were_cut_off() -> None:
    old = timezone.now() - database_tasks.KEEP - timedelta(minutes=1)
    for status, started_at in [
        ("SUCCESSFUL", old),
        ("RUNNING", old),
        ("FAILED", timezone.now()),
        ("READY", None),
    ]:
        row = finish.enqueue()
        DBTaskResult.objects.filter(pk=row.id).update(status=status, started_at=started_at)
    database_tasks.prune()
    left = DBTaskResult.objects.order_by("status").values_list("status", flat=True)
    assert list(left) == ["FAILED", "READY"]
