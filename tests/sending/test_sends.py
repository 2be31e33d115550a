"""The log, the page of one send, and what a person may do about it."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from designer.library.models import MessageTemplate
from designer.sending import delivery, outbox, sweep
from designer.sending.log import PAGE, Filter
from designer.sending.models import DOUBTED, SAID_BY_A_PERSON, Attempt, Connection, Send, State
from designer.sending.shown import Shown
from designer.teams.models import Team, User

from ..factories import CUSTOMER, make_connection, make_send, make_template
from ..plans import plans
from .api import Api, Reply, error
from .asked import asked_in

Fresh = Callable[[Send], Send]
SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
KEY = "pk_live_0123456789abcdef"
FINAL = [State.SENT, State.FAILED, State.UNKNOWN, State.CANCELLED]


def listed(page: str) -> list[int]:
    """The sends that a page of the log shows, in order."""
    return [int(pk) for pk in re.findall(r'id="send-(\d+)"', page)]


def test_an_empty_log_says_how_to_begin(vera: Client) -> None:
    assert "Nothing sent yet" in vera.get("/sends/").text


def test_the_log_is_newest_first_and_of_this_team(
    vera: Client, template: MessageTemplate, connection: Connection, other_team: Team
) -> None:
    sends = [make_send(template, connection) for _ in range(3)]
    make_send(make_template(other_team))
    assert listed(vera.get("/sends/").text) == [send.pk for send in reversed(sends)]


def test_the_log_is_narrowed_by_state_template_and_number(
    vera: Client, template: MessageTemplate, connection: Connection, team: Team
) -> None:
    other = make_template(team, name="Other")
    failed = make_send(template, connection, state=State.FAILED)
    sent = make_send(template, connection, state=State.SENT)
    elsewhere = make_send(other, connection, to="+4930123456", state=State.SENT)

    def found(**asked: str | int) -> list[int]:
        return listed(vera.get("/sends/", asked).text)

    assert found(state="failed") == [failed.pk]
    assert found(state="sent") == [elsewhere.pk, sent.pk]
    assert found(template=other.pk) == [elsewhere.pk]
    assert found(number="+49 30 123456") == [elsewhere.pk]
    assert found(number="0123") == [elsewhere.pk]
    assert found(state="sent", template=template.pk) == [sent.pk]
    assert found(number="999999") == []
    assert found(state="nonsense", template="x", before="-1") == [elsewhere.pk, sent.pk, failed.pk]


def test_part_of_a_number_is_looked_for_in_the_newest_sends(
    template: MessageTemplate, connection: Connection, vera: Client
) -> None:
    sends = [make_send(template, connection, state=State.SENT) for _ in range(3)]
    make_send(template, connection, state=State.FAILED)
    asked = Filter(number="43210", state=State.SENT)
    found = asked.page(template.team, searched=2).sends
    assert [send.pk for send in found] == [sends[2].pk, sends[1].pk]
    assert len(asked.page(template.team, searched=3).sends) == 3
    assert "in the newest 5,000 sends" in vera.get("/sends/?number=999999").text
    assert "in the newest" not in vera.get("/sends/?number=%2B4930123456").text


@pytest.mark.parametrize(
    "number", ["nonsense", "%", "_", "\0 43210 x", CUSTOMER + "0" * 50_001, "1" * 50_001]
)
def test_a_number_that_is_none_finds_nothing(vera: Client, queued: Send, number: str) -> None:
    assert "No send matches" in vera.get("/sends/", {"number": number}).text


@pytest.mark.parametrize(
    ("asked", "columns"),
    [
        ({}, []),
        ({"state": "sent"}, ["state"]),
        ({"template": 1}, ["template_id"]),
        ({"together": 1}, ["batch_id"]),
        ({"number": CUSTOMER}, ["to"]),
        ({"state": "sent", "template": 1}, ["state", "template_id"]),
        ({"state": "sent", "number": CUSTOMER}, ["state", "to"]),
        ({"template": 1, "number": CUSTOMER}, ["template_id", "to"]),
        ({"state": "sent", "number": "123"}, ["state"]),
    ],
)
@pytest.mark.parametrize("before", [None, 5])
@pytest.mark.skipif(database.vendor != "sqlite", reason="reads SQLite's plans")
def test_each_filter_and_pair_is_found_by_an_index(
    team: Team, asked: dict[str, Any], columns: list[str], before: int | None
) -> None:
    plan = plans(lambda: Filter(**asked, before=before).page(team))
    *_, found, _person = plan.splitlines()
    assert "SEARCH sending_send USING INDEX" in found
    for column in ["team_id", *columns]:
        assert f"{column}=?" in found
    assert "TEMP B-TREE" not in plan


def test_a_filter_that_finds_nothing_says_so(vera: Client, queued: Send) -> None:
    assert "No send matches" in vera.get("/sends/?state=unknown").text


def test_the_log_goes_on_page_by_page(
    vera: Client, template: MessageTemplate, connection: Connection
) -> None:
    sends = [make_send(template, connection, state=State.SENT) for _ in range(PAGE * 2 + 1)]
    seen: list[int] = []
    url: str | None = "/sends/?state=sent"
    while url:
        page = vera.get(url).text
        seen += listed(page)
        older = re.search(r'href="(\?[^"]+)">Older', page)
        url = f"/sends/{older[1]}".replace("&amp;", "&") if older else None
        assert url is None or "state=sent" in url
    assert seen == [send.pk for send in reversed(sends)]


def test_a_page_that_is_just_full_has_no_older_one(
    vera: Client, template: MessageTemplate, connection: Connection
) -> None:
    for _ in range(PAGE):
        make_send(template, connection, state=State.SENT)
    assert "Older" not in vera.get("/sends/").text


def test_the_log_asks_the_database_as_often_for_many_as_for_one(
    vera: Client,
    template: MessageTemplate,
    connection: Connection,
    editor: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(20):
        make_send(template, connection, created_by=editor)
    with django_assert_num_queries(4):
        assert len(listed(vera.get("/sends/", headers=HTMX).text)) == 20


def test_the_log_is_live_and_more_often_while_something_moves(
    vera: Client, queued: Send, fresh: Fresh, api: Api
) -> None:
    page = vera.get("/sends/", headers=HTMX).text
    assert "<html" not in page
    found = re.search(r'hx-get="([^"]+seen=[^"]+)"', page)
    assert found
    again = found[1].replace("&amp;", "&")
    assert vera.get(again, headers=HTMX).status_code == 204
    delivery.deliver.call(queued.pk)
    final = vera.get(again, headers=HTMX)
    assert "Sent" in final.text
    assert 'hx-trigger="every 2s"' in page
    assert 'hx-trigger="every 5s"' in final.text
    older = vera.get(f"/sends/?before={queued.pk + 1}", headers=HTMX)
    assert "hx-trigger" not in older.text, "what is old does not change"


@pytest.mark.parametrize(
    ("state", "often"), [("sending", "1s"), ("unknown", "5s"), ("sent", ""), ("failed", "")]
)
def test_the_page_of_a_send_is_live_while_something_may_change(
    vera: Client, template: MessageTemplate, connection: Connection, state: str, often: str
) -> None:
    page = vera.get(make_send(template, connection, state=state).get_absolute_url()).text
    assert ('hx-trigger="every' in page) == bool(often)
    assert f'hx-trigger="every {often}' in page or not often


def test_the_page_of_one_that_a_person_said_did_not_arrive_is_live(
    vera: Client, template: MessageTemplate, connection: Connection, editor: User
) -> None:
    send = make_send(template, connection, state=State.UNKNOWN)
    assert "so nobody got it twice" in vera.get(send.get_absolute_url()).text
    send.settle(arrived=False, person=editor)
    assert 'hx-trigger="every 5s' in vera.get(send.get_absolute_url()).text
    again = make_send(template, connection, state=State.UNKNOWN, repeat_of=send)
    assert "so nobody got it twice" not in vera.get(again.get_absolute_url()).text


def test_going_back_gets_the_whole_page(vera: Client, queued: Send) -> None:
    back = vera.get("/sends/", headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert "<html" in back.text
    assert "HX-Request" in back["Vary"]


def test_the_page_of_a_send_tells_all_there_is(
    vera: Client, queued: Send, api: Api, editor: User
) -> None:
    Send.objects.update(created_by=editor, reference="order-5", version_number=3)
    delivery.deliver.call(queued.pk)
    page = vera.get(f"/sends/{queued.pk}/").text
    for fact in (
        "The API accepted it for delivery.",
        "550e8400-e29b-41d4-a716-446655440000",
        "req_abc123def456",
        "58 of 60 left until 14:30:00 UTC",
        " ms",
        str(queued.to),
        queued.template_name,
        "version 3",
        "order-5",
        "Edith Editor",
        f"POST {api.url}/messages/interactive/list",
        "X-API-Key: not shown",
        "HTTP 200",
    ):
        assert fact in page
    assert KEY not in page


def test_a_key_that_the_api_repeats_is_not_on_the_page(
    vera: Client, queued: Send, api: Api
) -> None:
    api.reply = Reply(400, error("VALIDATION_ERROR", f"bad key {KEY}"), {"X-Echo": KEY})
    delivery.deliver.call(queued.pk)
    page = vera.get(f"/sends/{queued.pk}/").text
    assert "bad key [the key]" in page
    assert KEY not in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": State.QUEUED}, "Waiting for its turn."),
        (
            {"state": State.QUEUED, "created_at": timezone.now() - timedelta(minutes=1)},
            "the background worker may be stopped",
        ),
        ({"state": State.SENDING}, "On its way to the API"),
        ({"state": State.WAITING, "outcome": "It was refused."}, "It was refused."),
        ({"state": State.SENT, "outcome": "Accepted."}, "Accepted doesn’t mean delivered yet"),
        ({"state": State.FAILED, "outcome": "A field was refused."}, "A field was refused."),
        ({"state": State.UNKNOWN, "outcome": "No answer."}, "It was not sent again by itself"),
        ({"state": State.CANCELLED, "outcome": "Ada cancelled it."}, "Ada cancelled it."),
    ],
)
def test_every_state_is_told_in_words(
    vera: Client,
    template: MessageTemplate,
    connection: Connection,
    fields: dict[str, Any],
    words: str,
) -> None:
    send = make_send(template, connection, **fields)
    assert words in vera.get(f"/sends/{send.pk}/").text
    assert words in vera.get(f"/sends/{send.pk}/status/").text
    moving = send.state not in FINAL
    assert ("every 1s" in vera.get(f"/sends/{send.pk}/live/").text) == moving
    assert ("every 1s" in vera.get(f"/sends/{send.pk}/status/").text) == moving


@pytest.mark.parametrize("part", ["live", "status"])
def test_nothing_is_replaced_while_nothing_changes(
    vera: Client, queued: Send, fresh: Fresh, part: str
) -> None:
    url = f"/sends/{queued.pk}/{part}/?seen={fresh(queued).fingerprint}"
    assert vera.get(url, headers=HTMX).status_code == 204
    Send.objects.update(state=State.SENDING, attempt_count=1)
    assert "Sending" in vera.get(url, headers=HTMX).text


@pytest.mark.parametrize("part", ["live", "status"])
def test_only_the_countdown_is_replaced_while_it_waits(
    vera: Client, template: MessageTemplate, connection: Connection, part: str
) -> None:
    later = timezone.now() + timedelta(seconds=40)
    send = make_send(template, connection, state=State.WAITING, next_attempt_at=later)
    url = f"/sends/{send.pk}/{part}/"
    assert f'id="wait-{send.pk}"' in vera.get(url).text
    response = vera.get(f"{url}?seen={send.fingerprint}", headers=HTMX)
    assert response["HX-Retarget"] == f"#wait-{send.pk}"
    assert re.match(r"Next try in (39|40) seconds, at", response.text)


def test_a_countdown_that_is_over_says_so(template: MessageTemplate) -> None:
    past = timezone.now() - timedelta(seconds=40)
    send = make_send(template, state=State.WAITING, next_attempt_at=past)
    assert send.wait_seconds == 0


@pytest.mark.parametrize(("arrived", "state"), [("yes", State.SENT), ("no", State.FAILED)])
def test_a_person_says_what_became_of_an_unknown_one(
    edith: Client,
    template: MessageTemplate,
    connection: Connection,
    fresh: Fresh,
    editor: User,
    arrived: str,
    state: State,
) -> None:
    send = make_send(template, connection, state=State.UNKNOWN)
    page = edith.get(f"/sends/{send.pk}/").text
    for button in ("It arrived", "It did not arrive", "Send again (may arrive twice)"):
        assert button in page
    response = edith.post(f"/sends/{send.pk}/settle/", {"arrived": arrived}, follow=True)
    settled = fresh(send)
    assert (settled.state, settled.settled_by) == (state, editor)
    assert "Edith Editor says that it" in response.text


@pytest.mark.parametrize("arrived", ["yes", "no"])
def test_what_a_person_said_can_be_taken_back(
    edith: Client,
    template: MessageTemplate,
    connection: Connection,
    fresh: Fresh,
    editor: User,
    arrived: str,
) -> None:
    send = make_send(template, connection, state=State.UNKNOWN, outcome="Perhaps.")
    Attempt.objects.create(
        send=send, number=1, url="http://127.0.0.1/", state=State.UNKNOWN, outcome="Perhaps."
    )
    url = f"/sends/{send.pk}/settle/"
    assert "Take that back" in edith.post(url, {"arrived": arrived}, follow=True).text
    again = edith.post(url, {"arrived": "unsure"}, follow=True).text
    assert "It did not arrive" in again
    assert "Take that back" not in again
    unknown = fresh(send)
    assert (unknown.state, unknown.outcome, unknown.settled_by) == (State.UNKNOWN, "Perhaps.", None)
    assert "Something else happened" in edith.post(url, {"arrived": "unsure"}, follow=True).text


def test_what_a_restore_made_unknown_says_so_again(
    template: MessageTemplate, connection: Connection, fresh: Fresh, editor: User
) -> None:
    waited = make_send(template, connection, state=State.WAITING)
    Attempt.objects.create(
        send=waited, number=1, url="http://127.0.0.1/", state=State.WAITING, outcome="Tried again."
    )
    queued = make_send(template, connection)
    sweep.doubt_unfinished()
    for send in (waited, queued):
        assert fresh(send).settle(arrived=True, person=editor)
        assert fresh(send).take_back()
        assert "when the backup was made" in fresh(send).outcome


def test_what_a_reply_showed_is_not_taken_back(
    edith: Client, template: MessageTemplate, connection: Connection, fresh: Fresh, editor: User
) -> None:
    send = make_send(template, connection, state=State.UNKNOWN)
    assert send.settle(arrived=True, person=editor)
    said = fresh(send)
    assert said.is_doubted
    assert said.settle(arrived=True)
    shown = fresh(send)
    assert shown.outcome == "A reply to it shows that it arrived."
    assert shown.fingerprint != said.fingerprint
    page = edith.post(f"/sends/{send.pk}/settle/", {"arrived": "unsure"}, follow=True).text
    assert "Something else happened" in page
    assert "Take that back" not in page


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("by_a_person", [True, False])
@pytest.mark.parametrize("is_settled", [True, False])
def test_what_a_row_says_of_its_doubts_the_database_finds_too(
    template: MessageTemplate, editor: User, state: State, is_settled: bool, by_a_person: bool
) -> None:
    send = make_send(
        template,
        state=state,
        settled_at=timezone.now() if is_settled else None,
        settled_by=editor if by_a_person else None,
    )
    assert Send.objects.filter(DOUBTED).exists() == send.is_doubted
    assert Send.objects.filter(SAID_BY_A_PERSON).exists() == send.may_take_back


@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING, State.SENT, State.FAILED])
def test_only_an_unknown_one_can_be_settled(
    edith: Client, template: MessageTemplate, connection: Connection, fresh: Fresh, state: State
) -> None:
    send = make_send(template, connection, state=state)
    response = edith.post(f"/sends/{send.pk}/settle/", {"arrived": "yes"}, follow=True)
    assert "Something else happened meanwhile" in response.text
    assert fresh(send).state == state


def test_settling_needs_a_word(edith: Client, queued: Send) -> None:
    assert edith.post(f"/sends/{queued.pk}/settle/").status_code == 400


def test_a_reply_settles_an_unknown_one_without_a_person(
    template: MessageTemplate, fresh: Fresh
) -> None:
    send = make_send(template, state=State.UNKNOWN)
    assert send.settle(arrived=True)
    assert fresh(send).outcome == "A reply to it shows that it arrived."
    assert not send.settle(arrived=True)


@pytest.mark.parametrize("state", [State.QUEUED, State.WAITING])
def test_cancelling_takes_it_back(
    edith: Client, template: MessageTemplate, connection: Connection, fresh: Fresh, state: State
) -> None:
    send = make_send(template, connection, state=state)
    response = edith.post(f"/sends/{send.pk}/cancel/", follow=True)
    assert fresh(send).state == State.CANCELLED
    assert "Edith Editor cancelled it. It was not sent." in response.text


@pytest.mark.parametrize("state", [State.SENDING, *FINAL])
def test_cancelling_can_be_too_late(
    edith: Client, template: MessageTemplate, connection: Connection, fresh: Fresh, state: State
) -> None:
    send = make_send(template, connection, state=state)
    response = edith.post(f"/sends/{send.pk}/cancel/", follow=True)
    assert "too late to cancel" in response.text
    assert fresh(send).state == state


def test_the_address_says_what_is_filtered_and_no_more(vera: Client) -> None:
    asked = {"state": "sent", "template": "", "number": "+49 30"}
    answer = vera.get("/sends/", asked, headers=HTMX)
    assert answer["HX-Push-Url"] == "/sends/?state=sent&number=%2B49+30"
    assert vera.get("/sends/?state=&number=", headers=HTMX)["HX-Push-Url"] == "/sends/"
    assert "HX-Push-Url" not in vera.get("/sends/?state=sent&seen=x", headers=HTMX), "it polls"
    assert "HX-Push-Url" not in vera.get("/sends/?state=sent")


def test_the_version_that_was_sent_is_a_link_to_it(
    vera: Client, editor: User, template: MessageTemplate, connection: Connection
) -> None:
    version = template.publish(editor)
    send = make_send(template, connection, version=version, version_number=1)
    assert f'href="/templates/{template.pk}/versions/1/"' in vera.get(send.get_absolute_url()).text


def test_sending_again_asks_and_makes_a_send_of_its_own(
    edith: Client, template: MessageTemplate, connection: Connection, fresh: Fresh
) -> None:
    send = make_send(template, connection, state=State.UNKNOWN)
    url = f"/sends/{send.pk}/again/"
    dialog = edith.get(url, headers=HTMX).text
    assert dialog.startswith("<dialog")
    assert "they get it twice" in dialog
    assert "<html" in edith.get(url).text
    responses = [edith.post(url, asked_in(dialog)) for _ in range(2)]
    repeat = Send.objects.exclude(pk=send.pk).get()
    assert {response["Location"] for response in responses} == {f"/sends/{repeat.pk}/"}
    assert (repeat.repeat_of, repeat.state) == (send, State.QUEUED)
    assert repeat.payload == send.payload | {"reference": repeat.reference}
    assert fresh(send).state == State.UNKNOWN
    assert f'href="/sends/{repeat.pk}/"' in edith.get(f"/sends/{send.pk}/").text
    assert f'href="/sends/{send.pk}/"' in edith.get(f"/sends/{repeat.pk}/").text


def test_two_people_do_not_send_the_same_again_unseen(
    edith: Client, admin: User, client_as: SignIn, template: MessageTemplate, connection: Connection
) -> None:
    send = make_send(template, connection, state=State.UNKNOWN)
    url = f"/sends/{send.pk}/again/"
    ada = client_as(admin)
    ediths, adas = edith.get(url).text, ada.get(url).text
    assert "already" not in adas
    assert edith.post(url, asked_in(ediths)).status_code == 302
    asked = ada.post(url, asked_in(adas))
    assert Send.objects.count() == 2
    assert "Not sent: something else happened meanwhile." in asked.text
    assert "by Edith Editor: queued" in asked.text
    # Having seen it, she may.
    assert ada.post(url, asked_in(asked.text)).status_code == 302
    assert Send.objects.count() == 3
    assert edith.get(url).text.count("by Edith Editor: queued") == 1


def test_what_turned_out_to_have_arrived_is_not_sent_again_unseen(
    edith: Client, editor: User, template: MessageTemplate, connection: Connection
) -> None:
    send = make_send(template, connection, state=State.UNKNOWN)
    assert send.settle(arrived=False, person=editor)
    asked = edith.get(f"/sends/{send.pk}/again/").text
    assert "twice" not in asked
    assert send.settle(arrived=True), "a reply came"
    anew = edith.post(f"/sends/{send.pk}/again/", asked_in(asked)).text
    assert "The first one was accepted, so they will get it twice." in anew
    assert Send.objects.count() == 1


def test_the_page_of_an_unknown_one_says_when_it_was_sent_again(
    edith: Client, editor: User, template: MessageTemplate, connection: Connection
) -> None:
    send = make_send(template, connection, state=State.UNKNOWN)
    page = edith.get(send.get_absolute_url()).text
    assert "so nobody got it twice" in page
    asked = re.search(r'hx-get="([^"]+seen=[^"]+)"', page)
    assert asked
    assert edith.get(unescape(asked[1])).status_code == 204
    outbox.again(send, person=editor, token=uuid.uuid4(), seen=send.standing)
    assert "so nobody got it twice" not in edith.get(unescape(asked[1])).text


@pytest.mark.parametrize("token", ["", "x"])
def test_sending_again_needs_its_token(
    edith: Client, template: MessageTemplate, connection: Connection, token: str
) -> None:
    send = make_send(template, connection, state=State.FAILED)
    assert edith.post(f"/sends/{send.pk}/again/", {"token": token}).status_code == 400
    assert Send.objects.count() == 1


def test_what_is_under_way_or_has_no_connection_cannot_be_sent_again(
    edith: Client, template: MessageTemplate, queued: Send
) -> None:
    gone = make_send(template, make_connection(template.team), state=State.FAILED)
    gone.connection.remove()
    for send in (queued, gone):
        form = {"token": str(uuid.uuid4())}
        response = edith.post(f"/sends/{send.pk}/again/", form, follow=True)
        assert "can’t be sent again" in response.text
    assert Send.objects.count() == 2


def test_a_viewer_sees_no_buttons(
    vera: Client, template: MessageTemplate, connection: Connection
) -> None:
    for state in (State.QUEUED, State.UNKNOWN, State.FAILED):
        send = make_send(template, connection, state=state)
        page = vera.get(f"/sends/{send.pk}/").text
        for button in ("It arrived", "Send again", "Cancel it", "Send another"):
            assert button not in page


def test_the_page_outlives_its_template(
    vera: Client, template: MessageTemplate, connection: Connection
) -> None:
    send = make_send(template, connection, state=State.SENT, version_number=2)
    template.delete()
    page = vera.get(f"/sends/{send.pk}/").text
    assert "(deleted)" in page
    assert "version 2" in page


def test_an_answer_that_is_a_page_is_shown_as_text(vera: Client, queued: Send, api: Api) -> None:
    api.reply = Reply(502, "<script>alert(1)</script>")
    delivery.deliver.call(queued.pk)
    page = vera.get(f"/sends/{queued.pk}/").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("", "(an empty body)"),
        ('{"a":"é"}', '{\n  "a": "é"\n}'),
        ('{"a":"\\ud800"}', '{\n  "a": "\\ud800"\n}'),
        ("[" * 10_000, "[" * 10_000),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_any_answer_can_be_shown(answer: str, shown: str) -> None:
    assert Attempt(status=200, answer=answer).answer_shown == Shown(shown, is_cut=False)


@pytest.mark.parametrize(
    "answer",
    ["[" * 100_000, "x" * 100_000, "[" * 480 + "1," * 30_000 + "1" + "]" * 480],
    ids=["unreadable", "text", "indented"],
)
def test_of_a_long_answer_only_the_beginning_is_shown(
    answer: str, vera: Client, queued: Send, api: Api
) -> None:
    api.reply = Reply(200, answer)
    delivery.deliver.call(queued.pk)
    page = vera.get(queued.get_absolute_url()).text
    assert "Only the beginning is shown." in page
    assert len(page) < 100_000


@pytest.mark.parametrize(
    ("rate_limit", "words"),
    [
        ({"limit": 60, "remaining": 0}, "0 of 60 left"),
        ({"remaining": None, "reset_at": "soon"}, "None of ? left"),
        ({"reset_at": "2026-02-30T00:00:00Z"}, "? of ? left"),
        ({"reset_at": "0001-01-01T00:00:00+05:30"}, "? of ? left"),
        ({"reset_at": "9999-12-31T23:59:59-01:00"}, "? of ? left"),
        ({"reset_at": "2026-02-03T12:00:00+05:30"}, "? of ? left until 06:30:00 UTC"),
        (None, "? of ? left"),
    ],
)
def test_any_rate_limit_can_be_shown(rate_limit: dict[str, object] | None, words: str) -> None:
    assert Attempt(rate_limit=rate_limit).rate_limit_words == words


def test_the_page_asks_the_database_a_fixed_number_of_times(
    vera: Client,
    queued: Send,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(1, 6):
        Attempt.objects.create(send=queued, number=number, status=429)
    with django_assert_num_queries(6):
        vera.get(f"/sends/{queued.pk}/live/")
