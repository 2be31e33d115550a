"""One message to several numbers: the panel's ticks, the batch, its page, and the log."""

import json
import re
import uuid
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import (
    DjangoAssertNumQueries,
    DjangoCaptureOnCommitCallbacks,
    Settings,
)

from designer.library.models import MessageTemplate
from designer.message.formats import coext
from designer.sending import delivery
from designer.sending.log import Progress
from designer.sending.models import Batch, Connection, Send, State, TestNumber
from designer.sending.outbox import MOST_AT_ONCE
from designer.teams.models import Team, User

from ..factories import CUSTOMER, make_connection, make_send
from ..wakes import woken
from .api import Api
from .asked import asked_in

HTMX = {"HX-Request": "true"}


@pytest.fixture
def saved(team: Team) -> list[TestNumber]:
    return save_numbers(team, 3)


def save_numbers(team: Team, count: int) -> list[TestNumber]:
    return [
        TestNumber.objects.create(team=team, number=f"+4930123{number:03}", name=f"Phone {number}")
        for number in range(count)
    ]


def make_batch(template: MessageTemplate, connection: Connection, *states: State) -> Batch:
    batch = Batch.objects.create(
        team=template.team, template_name=template.name, count=len(states), token=uuid.uuid4()
    )
    for number, state in enumerate(states):
        make_send(template, connection, to=f"+4930123{number:03}", batch=batch, state=state)
    return batch


def url_of(template: MessageTemplate) -> str:
    return reverse("send-test", args=[template.pk])


def filled_in(
    template: MessageTemplate, connection: Connection, several: list[TestNumber], **changes: Any
) -> dict[str, Any]:
    return {
        "to": "",
        "several": [number.pk for number in several],
        "connection": connection.pk,
        "source": "draft",
        "reference": "tw-abcdefgh",
        "revision": template.revision,
        "token": str(uuid.uuid4()),
        **changes,
    }


def test_ticked_numbers_and_a_typed_one_each_get_a_send_of_their_own(
    edith: Client,
    template: MessageTemplate,
    connection: Connection,
    saved: list[TestNumber],
    editor: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    form = filled_in(template, connection, saved, to=CUSTOMER)
    with django_capture_on_commit_callbacks(execute=True):
        response = edith.post(url_of(template), form)
    batch = Batch.objects.get()
    assert response["Location"] == reverse("sends-together", args=[batch.pk])
    assert (batch.template_name, batch.created_by, batch.count) == ("Support menu", editor, 4)
    sends = list(batch.sends.all())
    assert {str(send.to) for send in sends} == {CUSTOMER, *(str(one.number) for one in saved)}
    assert len({send.reference for send in sends}) == len({send.token for send in sends}) == 4
    for send in sends:
        said = coext.dump(template.message, to=str(send.to), reference=send.reference)
        assert send.payload == said
        assert (send.created_by, send.state) == (editor, State.QUEUED)
    assert sorted(woken()) == sorted(send.pk for send in sends)


def test_in_the_dialog_it_leads_to_their_page(
    edith: Client, template: MessageTemplate, connection: Connection, saved: list[TestNumber]
) -> None:
    response = edith.post(url_of(template), filled_in(template, connection, saved), headers=HTMX)
    assert response["HX-Redirect"] == Batch.objects.get().get_absolute_url()


def test_posting_the_same_panel_twice_sends_once_to_each(
    edith: Client, template: MessageTemplate, connection: Connection, saved: list[TestNumber]
) -> None:
    form = filled_in(template, connection, saved, to=CUSTOMER)
    first, second = (edith.post(url_of(template), form) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert (Batch.objects.count(), Send.objects.count()) == (1, 4)


def test_other_ticks_in_the_same_panel_are_another_batch(
    edith: Client, template: MessageTemplate, connection: Connection, saved: list[TestNumber]
) -> None:
    form = filled_in(template, connection, saved)
    edith.post(url_of(template), form)
    edith.post(url_of(template), form | {"several": [saved[0].pk, saved[1].pk]})
    assert [batch.count for batch in Batch.objects.order_by("pk")] == [3, 2]


def test_a_reference_of_ones_own_is_numbered(
    edith: Client, template: MessageTemplate, connection: Connection, saved: list[TestNumber]
) -> None:
    edith.post(url_of(template), filled_in(template, connection, saved, reference="x" * 100))
    references = set(Send.objects.values_list("reference", flat=True))
    assert references == {"x" * 98 + f"-{position}" for position in (1, 2, 3)}


def test_a_number_that_is_typed_and_ticked_gets_it_once(
    edith: Client, template: MessageTemplate, connection: Connection, saved: list[TestNumber]
) -> None:
    form = filled_in(template, connection, saved[:1], to="+49 30 123000")
    response = edith.post(url_of(template), form)
    assert response["Location"] == Send.objects.get().get_absolute_url()
    assert not Batch.objects.exists()


def test_one_ticked_number_is_a_send_like_any_other(
    edith: Client, template: MessageTemplate, connection: Connection, saved: list[TestNumber]
) -> None:
    edith.post(url_of(template), filled_in(template, connection, saved[:1]))
    send = Send.objects.get()
    assert (send.to, send.batch, send.reference) == (saved[0].number, None, "tw-abcdefgh")


def test_more_than_fifty_are_refused_and_stay_ticked(
    edith: Client, template: MessageTemplate, connection: Connection, team: Team
) -> None:
    many = save_numbers(team, MOST_AT_ONCE)
    form = filled_in(template, connection, many, to=CUSTOMER)
    page = edith.post(url_of(template), form, headers=HTMX).text
    assert "At most 50 at once; these are 51." in page
    assert page.count(" checked>") >= MOST_AT_ONCE
    assert not Send.objects.exists()
    edith.post(url_of(template), form | {"to": ""})
    assert Send.objects.count() == MOST_AT_ONCE


def test_a_wrong_typed_number_keeps_all_from_being_sent(
    edith: Client, template: MessageTemplate, connection: Connection, saved: list[TestNumber]
) -> None:
    page = edith.post(url_of(template), filled_in(template, connection, saved, to="98765")).text
    assert "Begin with +" in page
    assert not Send.objects.exists()


def test_another_teams_number_cannot_be_ticked(
    edith: Client, template: MessageTemplate, connection: Connection, other_team: Team
) -> None:
    [foreign] = save_numbers(other_team, 1)
    page = edith.post(url_of(template), filled_in(template, connection, [foreign])).text
    assert "A number was removed meanwhile" in page
    assert not Send.objects.exists()


def test_the_panel_offers_the_numbers_and_says_how_many_get_it(
    edith: Client, template: MessageTemplate, connection: Connection, saved: list[TestNumber]
) -> None:
    page = edith.get(url_of(template)).text
    for number in saved:
        assert f'name="several" value="{number.pk}"' in page
        assert number.name in page
    assert reverse("test-numbers") in page
    look = edith.post(
        reverse("send-look", args=[template.pk]), filled_in(template, connection, saved)
    )
    assert "It goes to 3 numbers" in look.text


def test_numbers_that_were_only_sent_to_are_offered_after_those_with_a_name(
    edith: Client, template: MessageTemplate, team: Team, saved: list[TestNumber]
) -> None:
    TestNumber.objects.create(team=team, number=CUSTOMER)
    named, lately = edith.get(url_of(template)).text.split("Used lately")
    assert all(f'value="{number.pk}"' in named for number in saved)
    assert f'name="several" value="{TestNumber.objects.get(number=CUSTOMER).pk}"' in lately


@pytest.mark.parametrize("reference", ["tw-abcdefgh", "order 7"])
def test_what_it_shows_is_what_the_first_one_gets(
    edith: Client,
    template: MessageTemplate,
    connection: Connection,
    saved: list[TestNumber],
    reference: str,
) -> None:
    form = filled_in(template, connection, saved, reference=reference)
    look = edith.post(reverse("send-look", args=[template.pk]), form).text
    shown = re.search(r'id="send-json"[^>]*>(.*?)</pre>', look, re.DOTALL)
    assert shown
    edith.post(url_of(template), form)
    assert json.loads(unescape(shown[1])) == Send.objects.order_by("pk")[0].payload
    # From a panel that was gone back to, no reference is used twice.
    edith.post(url_of(template), form | {"several": [saved[0].pk, saved[1].pk]})
    assert len(set(Send.objects.values_list("reference", flat=True))) == 5


def test_a_number_that_cannot_be_a_saved_ones_is_refused(
    edith: Client, template: MessageTemplate, connection: Connection, saved: list[TestNumber]
) -> None:
    data = filled_in(template, connection, saved) | {"several": ["9" * 30]}
    assert "Choose again" in edith.post(url_of(template), data).text
    assert edith.post(reverse("send-look", args=[template.pk]), data).status_code == 200


def test_the_page_shows_how_far_each_is(
    edith: Client, template: MessageTemplate, connection: Connection, saved: list[TestNumber]
) -> None:
    batch = make_batch(template, connection, State.SENT, State.FAILED, State.QUEUED)
    page = edith.get(batch.get_absolute_url()).text
    assert "2 of 3 done" in page
    assert re.search(r'<progress [^>]*max="3" value="2"', page)
    for words in ("1 sent", "1 failed", "1 queued", "Phone 0", "+4930123002"):
        assert words in page
    for send in batch.sends.all():
        assert f'href="{send.get_absolute_url()}"' in page


def test_the_page_is_live_until_all_are_final(
    edith: Client,
    template: MessageTemplate,
    connection: Connection,
    api: Api,
    saved: list[TestNumber],
) -> None:
    edith.post(url_of(template), filled_in(template, connection, saved))
    batch = Batch.objects.get()
    for send in batch.sends.all():
        part = edith.get(batch.get_absolute_url(), headers=HTMX).text
        found = re.search(r'hx-get="([^"]+seen=[^"]+)"', part)
        assert found
        assert edith.get(found[1], headers=HTMX).status_code == 204
        delivery.deliver.call(send.pk)
        assert edith.get(found[1], headers=HTMX).status_code == 200
    final = edith.get(batch.get_absolute_url(), headers=HTMX).text
    assert "All 3 are done" in final
    assert "hx-trigger" not in final
    assert len(api.received) == 3


def test_a_reply_that_settles_an_unknown_one_shows_by_itself(
    edith: Client, template: MessageTemplate, connection: Connection
) -> None:
    batch = make_batch(template, connection, State.SENT, State.UNKNOWN)
    part = edith.get(batch.get_absolute_url(), headers=HTMX).text
    found = re.search(r'hx-get="([^"]+seen=[^"]+)" hx-trigger="every 5s"', part)
    assert found
    batch.sends.get(state=State.UNKNOWN).settle(arrived=True)
    settled = edith.get(found[1], headers=HTMX).text
    assert "2 sent" in settled
    assert "hx-trigger" not in settled


def test_without_javascript_the_page_asks_again_until_all_are_final(
    edith: Client, template: MessageTemplate, connection: Connection
) -> None:
    moving = make_batch(template, connection, State.WAITING)
    over = make_batch(template, connection, State.UNKNOWN)
    assert 'http-equiv="refresh"' in edith.get(moving.get_absolute_url()).text
    assert 'http-equiv="refresh"' not in edith.get(over.get_absolute_url()).text


def test_the_page_asks_the_database_as_often_for_many_as_for_one(
    edith: Client,
    template: MessageTemplate,
    connection: Connection,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for count in (1, 20):
        batch = make_batch(template, connection, *[State.QUEUED] * count)
        with django_assert_num_queries(6):
            edith.get(batch.get_absolute_url(), headers=HTMX)


def test_fifty_are_queued_with_few_questions_to_the_database(
    edith: Client,
    template: MessageTemplate,
    connection: Connection,
    team: Team,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    form = filled_in(template, connection, save_numbers(team, 50))
    # SQLite takes the fifty rows in two INSERTs, since it bounds a statement's parameters.
    with django_assert_num_queries(17 if database.vendor == "sqlite" else 16):
        edith.post(url_of(template), form)
    assert Send.objects.count() == 50


def test_what_has_not_gone_out_yet_is_taken_back_at_once(
    edith: Client, vera: Client, template: MessageTemplate, connection: Connection
) -> None:
    batch = make_batch(template, connection, State.SENT, State.QUEUED, State.WAITING, State.SENDING)
    words = "Cancel the 2 that have not gone out"
    assert words in edith.get(batch.get_absolute_url()).text
    assert words not in vera.get(batch.get_absolute_url()).text
    url = reverse("cancel-rest", args=[batch.pk])
    page = edith.post(url, follow=True).text
    assert [send.state for send in batch.sends.order_by("pk")] == [
        State.SENT,
        State.CANCELLED,
        State.CANCELLED,
        State.SENDING,
    ]
    assert "Cancel the" not in page
    assert "too late to cancel" in edith.post(url, follow=True).text


def test_those_that_failed_are_sent_again_together(
    edith: Client, template: MessageTemplate, connection: Connection
) -> None:
    batch = make_batch(template, connection, State.SENT, State.FAILED, State.FAILED, State.UNKNOWN)
    assert "Send the 2 that failed again" in edith.get(batch.get_absolute_url()).text
    url = reverse("failed-again", args=[batch.pk])
    asked = edith.get(url, headers=HTMX).text
    assert "+4930123001" in asked
    assert "+4930123003" not in asked, "nobody knows of that one"
    form = asked_in(asked)
    once, twice = edith.post(url, form), edith.post(url, form)
    again = Batch.objects.get(token=form["token"])
    assert once["Location"] == twice["Location"] == again.get_absolute_url()
    failed = list(batch.sends.filter(state=State.FAILED).order_by("pk"))
    repeats = list(again.sends.order_by("pk"))
    assert [(one.repeat_of, one.to) for one in repeats] == [(one, one.to) for one in failed]
    assert [one.payload for one in repeats] == [
        was.payload | {"reference": one.reference} for was, one in zip(failed, repeats, strict=True)
    ]
    assert "that failed again" not in edith.get(batch.get_absolute_url()).text
    page = edith.post(url, {"token": str(uuid.uuid4())}, follow=True).text
    assert "None is left that failed" in page
    assert Send.objects.count() == 6
    assert edith.post(url, {"token": "x"}).status_code == 400


def test_of_those_that_failed_no_more_are_sent_again_than_were_shown(
    edith: Client, editor: User, template: MessageTemplate, connection: Connection
) -> None:
    batch = make_batch(template, connection, State.FAILED, State.UNKNOWN)
    url = reverse("failed-again", args=[batch.pk])
    shown = edith.get(url).text
    assert "to 1 number:" in shown
    form = asked_in(shown)
    unknown = batch.sends.get(state=State.UNKNOWN)
    assert unknown.settle(arrived=False, person=editor)
    asked = edith.post(url, form).text
    assert "something else happened meanwhile" in asked
    assert "to 2 numbers:" in asked
    assert "Edith Editor says that it did not arrive; if it did, they get it twice" in asked
    assert Send.objects.count() == 2


def test_of_those_that_failed_none_is_sent_again_that_was_not_shown(
    edith: Client, editor: User, template: MessageTemplate, connection: Connection
) -> None:
    batch = make_batch(template, connection, State.UNKNOWN, State.UNKNOWN)
    shown, hidden = batch.sends.order_by("pk")
    assert shown.settle(arrived=False, person=editor)
    url = reverse("failed-again", args=[batch.pk])
    form = asked_in(edith.get(url).text)
    assert shown.settle(arrived=True), "a reply came"
    assert hidden.settle(arrived=False, person=editor)
    assert "something else happened meanwhile" in edith.post(url, form).text
    assert Send.objects.count() == 2


def test_the_page_of_several_follows_each_attempt(
    edith: Client, template: MessageTemplate, connection: Connection
) -> None:
    batch = make_batch(template, connection, State.WAITING)
    address = batch.get_absolute_url()
    asked = {"seen": Progress.of(batch).fingerprint}
    assert edith.get(address, asked, headers=HTMX).status_code == 204
    batch.sends.update(attempt_count=2, next_attempt_at=timezone.now() + timedelta(minutes=1))
    assert edith.get(address, asked, headers=HTMX).status_code == 200


def test_those_whose_connection_was_removed_are_not_sent_again(
    edith: Client, template: MessageTemplate, connection: Connection, team: Team
) -> None:
    batch = make_batch(template, connection, State.FAILED)
    removed = make_connection(team, name="Gone", retired_at=timezone.now())
    lost = make_send(template, removed, state=State.FAILED, batch=batch)
    assert "Send the one that failed again" in edith.get(batch.get_absolute_url()).text
    url = reverse("failed-again", args=[batch.pk])
    edith.post(url, asked_in(edith.get(url).text))
    assert [str(send.to) for send in Send.objects.exclude(repeat_of=None)] == ["+4930123000"]
    page = edith.post(url, {"token": str(uuid.uuid4())}, follow=True).text
    assert "None is left that failed" in page
    assert not lost.repeats.exists()


def test_the_log_is_narrowed_to_a_batch(
    edith: Client, template: MessageTemplate, connection: Connection
) -> None:
    batch = make_batch(template, connection, State.SENT, State.FAILED)
    make_send(template, connection)
    page = edith.get("/sends/", {"together": batch.pk}).text
    assert set(re.findall(r'id="send-(\d+)"', page)) == {str(one.pk) for one in batch.sends.all()}
    assert "Only what was sent together" in page
    assert f'name="together" value="{batch.pk}"' in page
    failed = edith.get("/sends/", {"together": str(batch.pk), "state": "failed"}).text
    assert len(re.findall(r'id="send-(\d+)"', failed)) == 1


def test_the_page_of_a_send_leads_to_those_sent_with_it(
    edith: Client, template: MessageTemplate, connection: Connection
) -> None:
    batch = make_batch(template, connection, State.SENT)
    assert batch.get_absolute_url() in edith.get(batch.sends.get().get_absolute_url()).text


def test_over_the_quota_none_of_them_is_queued(
    edith: Client,
    template: MessageTemplate,
    connection: Connection,
    saved: list[TestNumber],
    settings: Settings,
) -> None:
    settings.SEND_QUOTA_PERSON = 2
    page = edith.post(url_of(template), filled_in(template, connection, saved), headers=HTMX).text
    assert "You have 2 of 2 sends left for today, and this would be 3." in page
    assert not Send.objects.exists()
    assert not Batch.objects.exists()
