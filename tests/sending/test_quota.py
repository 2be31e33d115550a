"""How much a person and a team may send in a day."""

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connections
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from designer.library.models import MessageTemplate
from designer.sending import outbox
from designer.sending.models import Connection, Send, State
from designer.sending.outbox import Letter
from designer.sending.quota import OverQuotaError
from designer.teams.models import Team, User

from ..factories import CUSTOMER, make_connection, make_member, make_send, make_template

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def queue(
    template: MessageTemplate,
    connection: Connection,
    person: User,
    token: uuid.UUID | None = None,
) -> Send:
    letter = Letter(template, None, template.content.filled(), connection, CUSTOMER, "")
    return outbox.queue(letter, team=template.team, person=person, token=token or uuid.uuid4())


def test_a_person_may_send_so_many_a_day(
    template: MessageTemplate, connection: Connection, editor: User, settings: Settings
) -> None:
    settings.SEND_QUOTA_PERSON = 2
    for _ in range(2):
        queue(template, connection, editor)
    with pytest.raises(OverQuotaError, match="You have none of 2 sends left for today"):
        queue(template, connection, editor)
    queue(template, connection, make_member(template.team))
    assert Send.objects.count() == 3


def test_what_was_taken_back_does_not_count(
    template: MessageTemplate, connection: Connection, editor: User, settings: Settings
) -> None:
    settings.SEND_QUOTA_PERSON = 1
    assert queue(template, connection, editor).cancel(editor)
    queue(template, connection, editor)
    with pytest.raises(OverQuotaError):
        queue(template, connection, editor)


def test_a_team_may_send_so_many_a_day(
    template: MessageTemplate,
    connection: Connection,
    editor: User,
    other_team: Team,
    settings: Settings,
) -> None:
    settings.SEND_QUOTA_TEAM = 2
    for _ in range(2):
        queue(template, connection, make_member(template.team))
    with pytest.raises(OverQuotaError, match="Your team has none of 2 sends left for today"):
        queue(template, connection, editor)
    queue(make_template(other_team), make_connection(other_team), make_member(other_team))


def test_the_day_begins_at_midnight_of_the_servers_time_zone(
    template: MessageTemplate, connection: Connection, editor: User, settings: Settings
) -> None:
    settings.SEND_QUOTA_PERSON = 1
    settings.TIME_ZONE = "Asia/Kolkata"
    with time_machine.travel(NOON, tick=False) as clock:
        queue(template, connection, editor)
        # 18:30 in UTC is midnight there.
        clock.move_to(NOON + timedelta(hours=6, minutes=29))
        with pytest.raises(OverQuotaError):
            queue(template, connection, editor)
        clock.move_to(NOON + timedelta(hours=6, minutes=30))
        queue(template, connection, editor)


def test_posting_again_what_was_sent_is_not_over_the_quota(
    template: MessageTemplate, connection: Connection, editor: User, settings: Settings
) -> None:
    settings.SEND_QUOTA_PERSON = 1
    token = uuid.uuid4()
    first, second = (queue(template, connection, editor, token=token) for _ in range(2))
    assert first == second


def test_the_panel_says_so_and_loses_nothing(
    template: MessageTemplate,
    connection: Connection,
    editor: User,
    client_as: Callable[[User], Client],
    settings: Settings,
) -> None:
    settings.SEND_QUOTA_PERSON = 0
    form = {
        "to": CUSTOMER,
        "connection": connection.pk,
        "source": "draft",
        "reference": "order-5",
        "revision": template.revision,
        "token": str(uuid.uuid4()),
    }
    response = client_as(editor).post(reverse("send-test", args=[template.pk]), form)
    assert "Not sent. You have none of 0 sends left for today." in response.text
    assert 'value="order-5"' in response.text
    assert not Send.objects.exists()


def test_sending_again_counts_too(
    template: MessageTemplate,
    connection: Connection,
    editor: User,
    client_as: Callable[[User], Client],
    settings: Settings,
) -> None:
    settings.SEND_QUOTA_PERSON = 1
    send = make_send(template, connection, created_by=editor, state=State.FAILED)
    url = reverse("send-again", args=[send.pk])
    form = {"token": str(uuid.uuid4()), "seen": send.standing}
    response = client_as(editor).post(url, form, follow=True)
    assert "Not sent. You have none of 1 sends left for today." in response.text
    assert Send.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_do_not_get_past_it(
    template: MessageTemplate, connection: Connection, editor: User, settings: Settings
) -> None:
    settings.SEND_QUOTA_PERSON = 3
    refused = []

    def send() -> None:
        try:
            queue(template, connection, editor)
        except OverQuotaError as problem:
            refused.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Send.objects.count(), len(refused)) == (3, 5)


def test_it_takes_a_fixed_number_of_questions_to_the_database(
    template: MessageTemplate,
    connection: Connection,
    editor: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(5):
        make_send(template, connection, created_by=editor)
    with django_assert_num_queries(7):
        queue(template, connection, editor)
