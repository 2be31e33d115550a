"""The pages: what they show, to whom, and that they renew themselves."""

import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from designer.library.models import MessageTemplate
from designer.replies import intake, listing
from designer.replies.models import Delivery, DeliveryState, Matched, Reply
from designer.replies.views import deliveries as deliveries_page
from designer.sending.models import Connection, Send, State, TestNumber
from designer.teams.models import Role, Team, User
from tests.factories import (
    CUSTOMER,
    make_connection,
    make_delivery,
    make_member,
    make_message,
    make_reply,
    make_send,
    make_template,
)
from tests.plans import plans

from . import bodies

LIVE: dict[str, Any] = {"headers": {"HX-Request": "true"}}
As = Callable[[User], Client]


@pytest.fixture
def send(template: MessageTemplate, connection: Connection) -> Send:
    return sent(template, connection)


def sent(template: MessageTemplate, connection: Connection, **fields: Any) -> Send:
    ago = timezone.now() - timedelta(minutes=10)
    return make_send(template, connection, **{"state": State.SENT, "created_at": ago, **fields})


@pytest.fixture
def reply(send: Send) -> Reply:
    return bodies.take_in(send.connection, bodies.row("track_order"))


@pytest.fixture
def client(viewer: User, client_as: As) -> Client:
    """A viewer's."""
    return client_as(viewer)


def shown(client: Client, name: str = "replies", *args: object, **asked: str) -> str:
    """A page as text; `asked` goes into the address."""
    response = client.get(reverse(name, args=args), asked)
    assert response.status_code == 200
    return response.content.decode()


def seen(page: str) -> str:
    return page.split("seen=")[1].split('"')[0]


def test_an_empty_list_says_what_to_do(client: Client) -> None:
    page = shown(client)
    assert "No replies yet" in page
    assert reverse("connections") in page


def test_the_list_says_who_what_which_message_when_and_how(client: Client, reply: Reply) -> None:
    page = shown(client)
    assert "+91 98765 43210" in page
    assert "Track My Order" in page
    assert "Chose from a list" in page
    assert f'href="{reverse("send", args=[reply.send_id])}">Support menu</a>' in page
    assert "Matched by number and option" in page
    assert "delivered" not in page


def test_the_list_says_how_often_a_reply_was_delivered(
    client: Client, connection: Connection
) -> None:
    for _ in range(3):
        bodies.take_in(connection, bodies.row("track_order", message_id="wamid.1"))
    assert "delivered 3×" in shown(client)


def test_the_list_names_a_number_that_has_a_name(client: Client, team: Team, reply: Reply) -> None:
    TestNumber.objects.create(team=team, number=CUSTOMER, name="Asha")
    assert "<b>Asha</b>" in shown(client)


@pytest.mark.parametrize("sender", ["", "somebody", "12345", "+1", "🙂" * 40])
def test_the_list_takes_any_number(client: Client, connection: Connection, sender: str) -> None:
    reply = bodies.take_in(connection, bodies.row("a", sender=sender))
    for page in (shown(client), shown(client, "reply", reply.pk)):
        assert (sender or "Unknown number") in page


def test_part_of_a_number_is_looked_for_in_the_newest_replies(client: Client, reply: Reply) -> None:
    for n in range(3):
        Reply.objects.create(
            team=reply.team,
            connection=reply.connection,
            delivery=reply.delivery,
            identity=f"newer {n}",
            from_number="+14155550100",
            replied_at=timezone.now(),
        )
    newest = Reply.objects.filter(from_number="+14155550100").values_list("pk", flat=True)
    assert ids(shown(client, number="43210")) == [reply.pk]
    found = listing.Filter(number="0").page(reply.team, searched=2).replies
    assert [row.pk for row in found] == sorted(newest, reverse=True)[:2]
    assert "in the newest 5,000 replies" in shown(client, number="999999")


@pytest.mark.parametrize(
    ("asked", "found_by"),
    [
        ({}, "(team_id=?"),
        ({"kind": "text"}, "(team_id=? AND kind=?"),
        ({"template": "1"}, "(template_id=?"),
        ({"number": CUSTOMER}, "(team_id=? AND from_number=?"),
        ({"match": "yes"}, "INDEX matched_replies (team_id=?"),
        ({"match": "no"}, "INDEX unmatched_replies (team_id=?"),
        ({"kind": "text", "template": "1"}, "(template_id=? AND kind=?"),
        ({"kind": "text", "number": CUSTOMER}, "(team_id=? AND from_number=?"),
        ({"kind": "text", "match": "yes"}, "INDEX matched_replies_kind (team_id=? AND kind=?"),
        ({"kind": "list", "match": "no"}, "INDEX unmatched_replies_kind (team_id=? AND kind=?"),
        ({"template": "1", "match": "yes"}, "INDEX matched_replies_template (template_id=?"),
        ({"template": "1", "match": "no"}, "INDEX unmatched_replies_template (template_id=?"),
        ({"template": "1", "number": CUSTOMER}, "(team_id=? AND from_number=?"),
        ({"match": "no", "number": CUSTOMER}, "(team_id=? AND from_number=?"),
        ({"kind": "text", "number": "123"}, "(team_id=? AND kind=?"),
    ],
)
@pytest.mark.parametrize("before", ["", "1700000000000000-5"])
@pytest.mark.skipif(database.vendor != "sqlite", reason="reads SQLite's plans")
def test_each_filter_and_pair_is_found_by_an_index(
    team: Team, asked: dict[str, str], found_by: str, before: str
) -> None:
    plan = plans(lambda: listing.Filter(**asked).page(team, before))
    *_, found, _send, _wrote_after = plan.splitlines()
    assert "SEARCH replies_reply USING INDEX" in found
    assert found_by in found
    assert "TEMP B-TREE" not in plan


def test_what_customers_write_is_escaped(client: Client, connection: Connection) -> None:
    reply = bodies.take_in(connection, bodies.text("<script>alert(1)</script>"))
    for page in (shown(client), shown(client, "reply", reply.pk)):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["other", "text", "lost", "tap"]),
        ({"kind": "list"}, ["lost", "tap"]),
        ({"kind": "text"}, ["text"]),
        ({"kind": "nonsense"}, ["other", "text", "lost", "tap"]),
        ({"match": "yes"}, ["tap"]),
        ({"match": "no"}, ["other", "text", "lost"]),
        ({"template": "own"}, ["text", "tap"]),
        ({"template": "x"}, ["other", "text", "lost", "tap"]),
        ({"template": "999999999999999999"}, []),
        ({"number": CUSTOMER}, ["text", "lost", "tap"]),
        ({"number": "+91 98765 43210"}, ["text", "lost", "tap"]),
        ({"number": "43210"}, ["text", "lost", "tap"]),
        ({"number": "555-0100"}, ["other"]),
        ({"number": "+1415"}, ["other"]),
        ({"number": "%"}, []),
        ({"number": CUSTOMER + "0" * 50_001}, []),
        ({"number": "1" * 50_001}, []),
        ({"number": "\0"}, ["other", "text", "lost", "tap"]),
        ({"kind": "text", "match": "yes"}, []),
        ({"before": "nonsense"}, ["other", "text", "lost", "tap"]),
        ({"before": "9" * 17 + "-" + "9" * 18}, ["other", "text", "lost", "tap"]),
    ],
)
def test_filters_stand_in_the_address(
    client: Client, reply: Reply, asked: dict[str, str], found: list[str]
) -> None:
    replies = {
        "tap": reply,
        "lost": bodies.take_in(reply.connection, bodies.row("unknown")),
        "text": bodies.take_in(reply.connection, bodies.text("hi")),
        "other": bodies.take_in(
            reply.connection, bodies.coext({"type": "image"}, sender="+14155550100")
        ),
    }
    if asked.get("template") == "own":
        asked = {"template": str(reply.template_id)}
    page = shown(client, **asked)
    assert [
        name for name in ("other", "text", "lost", "tap") if replies[name].pk in ids(page)
    ] == found
    if not found:
        assert "No reply fits" in page


def test_a_sender_that_is_no_number_is_found_up_to_its_last_character(
    client: Client, connection: Connection
) -> None:
    longest = "x" * 39 + "y"
    reply = bodies.take_in(connection, bodies.text("hi", sender=longest + "z"))
    assert ids(shown(client, number=longest)) == [reply.pk]
    assert ids(shown(client, number=longest + "z")) == []


def ids(page: str) -> list[int]:
    """The replies on a page, in its order."""
    return [int(part.split('"')[0]) for part in page.split('id="reply-')[1:]]


def test_pages_go_on_where_the_one_before_ended(client: Client, connection: Connection) -> None:
    at = timezone.now() - timedelta(hours=1)
    for n in range(listing.PAGE * 2 + 5):
        # Several at the same moment: the id decides among those.
        moment = at + timedelta(seconds=n // 7)
        make_delivery(connection, bodies.row(f"option_{n}", at=moment))
    intake.read_new(limit=1000)
    expected = list(Reply.objects.order_by("-replied_at", "-pk").values_list("pk", flat=True))
    page = shown(client)
    found = ids(page)
    for _ in range(2):
        before = page.split("before=")[1].split('"')[0]
        page = shown(client, before=before)
        assert 'hx-trigger="every' not in page
        found += ids(page)
    assert found == expected
    assert "before=" not in page


def test_the_list_renews_itself_only_when_something_changed(
    client: Client, send: Send, editor: User
) -> None:
    first = bodies.take_in(send.connection, bodies.row("track_order", message_id="wamid.1"))
    digest = seen(shown(client))
    changes: list[Callable[[], object]] = [
        lambda: bodies.take_in(send.connection, bodies.row("talk_agent")),
        lambda: bodies.take_in(send.connection, bodies.row("track_order", message_id="wamid.1")),
        lambda: Reply.objects.filter(pk=first.pk).update(send=None, matched=Matched.PERSON),
    ]
    for change in changes:
        assert client.get(reverse("replies"), {"seen": digest}, **LIVE).status_code == 204
        change()
        response = client.get(reverse("replies"), {"seen": digest}, **LIVE)
        assert response.status_code == 200
        assert "<html" not in response.content.decode()
        digest = seen(response.content.decode())


def test_a_poll_keeps_the_filters(client: Client, reply: Reply) -> None:
    bodies.take_in(reply.connection, bodies.text("hi"))
    page = shown(client, kind="text", number="", match="")
    assert f'hx-get="/replies/?kind=text&amp;seen={seen(page)}"' in page
    response = client.get(reverse("replies"), {"kind": "text", "seen": seen(page)}, **LIVE)
    assert response.status_code == 204


def test_filtering_puts_a_clean_address_in_the_bar(client: Client, reply: Reply) -> None:
    asked = {"kind": "list", "number": "", "template": "", "match": ""}
    response = client.get(reverse("replies"), asked, **LIVE)
    assert response["HX-Replace-Url"] == "/replies/?kind=list"
    assert response["Cache-Control"] == "no-store"
    response = client.get(reverse("replies"), dict.fromkeys(asked, ""), **LIVE)
    assert response["HX-Replace-Url"] == "/replies/"


def test_going_back_gets_the_whole_page(client: Client, reply: Reply) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    response = client.get(reverse("replies"), headers=headers)
    assert "<html" in response.content.decode()
    assert "HX-Request" in response["Vary"]


def test_the_list_costs_as_many_queries_for_fifty_replies_as_for_one(
    client: Client, send: Send, django_assert_num_queries: Any
) -> None:
    shown(client)
    for count in (1, 50):
        for n in range(count):
            make_delivery(
                send.connection, bodies.row("track_order", sender=CUSTOMER[:-2] + f"{n:02}")
            )
        intake.read_new()
        # Session, person, membership; replies, names; templates to filter by; teams to change to.
        with django_assert_num_queries(7):
            shown(client)
        # The same without what only the frame of the page shows.
        with django_assert_num_queries(5):
            client.get(reverse("replies"), {"seen": "old"}, **LIVE)


def test_a_reply_shows_its_delivery(client: Client, reply: Reply) -> None:
    page = shown(client, "reply", reply.pk)
    assert "&quot;event&quot;: &quot;message.received&quot;" in page
    assert reverse("delivery", args=[reply.delivery_id]) in page
    assert "How can we help you today?" in page
    assert "Correct it" not in page


def test_an_editor_corrects_what_a_reply_answers(
    template: MessageTemplate, reply: Reply, editor: User, client_as: As
) -> None:
    other = sent(template, reply.connection, state=State.UNKNOWN)
    page = shown(client_as(editor), "reply", reply.pk)
    assert f'value="{reply.send_id}" checked' in page
    response = client_as(editor).post(reverse("reply", args=[reply.pk]), {"send": other.pk})
    assert response["Location"] == reverse("reply", args=[reply.pk])
    reply.refresh_from_db()
    assert (reply.send, reply.matched, reply.matched_by) == (other, Matched.PERSON, editor)
    assert reply.option_position == 0
    other.refresh_from_db()
    assert other.state == State.SENT
    assert "Set by Edith Editor" in shown(client_as(editor), "reply", reply.pk)


def test_a_reply_through_a_connection_that_was_added_again_is_corrected_too(
    send: Send, other_team: Team, editor: User, client_as: As
) -> None:
    foreign = sent(make_template(other_team), make_connection(other_team))
    send.connection.remove()
    reply = bodies.take_in(make_connection(send.team, name="Anew"), bodies.row("track_order"))
    assert reply.matched == ""
    client, address = client_as(editor), reverse("reply", args=[reply.pk])
    page = shown(client, "reply", reply.pk)
    assert "through Shop, removed" in page
    assert f'name="send" value="{foreign.pk}"' not in page
    client.post(address, {"send": send.pk})
    reply.refresh_from_db()
    assert (reply.send, reply.matched) == (send, Matched.PERSON)
    assert client.post(address, {"send": foreign.pk}).status_code == 422


def test_a_send_that_only_a_wrong_match_settled_is_unknown_again(
    template: MessageTemplate, reply: Reply, editor: User, client_as: As
) -> None:
    assert reply.send
    other = sent(template, reply.connection, state=State.UNKNOWN)
    other.attempts.create(number=1, state=State.UNKNOWN, outcome="Nobody knows.")
    address, first = reverse("reply", args=[reply.pk]), reply.send
    client = client_as(editor)
    client.post(address, {"send": other.pk})
    client.post(address, {"send": first.pk})
    other.refresh_from_db()
    assert (other.state, other.outcome) == (State.UNKNOWN, "Nobody knows.")
    # What the API said of the other stays, and so does what another reply shows.
    client.post(address, {"send": other.pk})
    first.refresh_from_db()
    assert first.state == State.SENT
    make_reply(reply.delivery, other)
    client.post(address, {"send": "none"})
    other.refresh_from_db()
    assert other.state == State.SENT


def test_of_two_who_correct_a_reply_at_once_the_last_one_counts(
    template: MessageTemplate, connection: Connection, editor: User, client_as: As
) -> None:
    first, last = (sent(template, connection, state=State.UNKNOWN) for _ in range(2))
    reply = bodies.take_in(connection, bodies.text("hi"))
    address, others = reverse("reply", args=[reply.pk]), [client_as(editor)]

    def meanwhile(execute: Any, sql: str, params: Any, *args: Any) -> Any:
        # The reply is read, and now the messages are that it can be corrected to.
        if 'FROM "sending_send"' in sql and others:
            others.pop().post(address, {"send": first.pk})
        return execute(sql, params, *args)

    client = client_as(editor)
    with database.execute_wrapper(meanwhile):
        client.post(address, {"send": last.pk})
    states = [Send.objects.get(pk=send.pk).state for send in (first, last)]
    assert states == [State.UNKNOWN, State.SENT]


def test_an_editor_says_that_a_reply_answers_none(
    reply: Reply, editor: User, client_as: As
) -> None:
    client = client_as(editor)
    client.post(reverse("reply", args=[reply.pk]), {"send": "none"})
    reply.refresh_from_db()
    assert (reply.send, reply.template, reply.matched) == (None, None, Matched.PERSON)
    page = shown(client, "reply", reply.pk)
    assert 'value="none" checked' in page
    assert "Answers none of our messages, set by hand" in page


@pytest.mark.parametrize("choice", ["", "x", "0", "99999"])
def test_only_a_message_to_that_number_can_be_chosen(
    reply: Reply, editor: User, client_as: As, choice: str
) -> None:
    foreign = sent(
        make_template(make_connection(reply.team).team), reply.connection, to="+14155550100"
    )
    for value in (choice, str(foreign.pk)):
        response = client_as(editor).post(reverse("reply", args=[reply.pk]), {"send": value})
        assert response.status_code == 422
        assert "Choose one of these messages" in response.content.decode()
    reply.refresh_from_db()
    assert reply.matched == Matched.GUESS


def test_a_repeated_delivery_does_not_undo_a_correction(
    send: Send, editor: User, client_as: As
) -> None:
    body = bodies.row("track_order", message_id="wamid.1")
    reply = bodies.take_in(send.connection, body)
    client_as(editor).post(reverse("reply", args=[reply.pk]), {"send": "none"})
    bodies.take_in(send.connection, body)
    reply.refresh_from_db()
    assert (reply.send, reply.delivered_count) == (None, 2)


def test_a_send_shows_what_came_back(client: Client, reply: Reply, send: Send) -> None:
    text = bodies.take_in(send.connection, bodies.text("and now?"))
    address = reverse("send-replies", args=[send.pk])
    first = client.get(address, **LIVE)
    page = first.content.decode()
    # 286 ends the polling of the element around it: from here on the part renews itself.
    assert first.status_code == 286
    assert ids(page) == [text.pk, reply.pk]
    assert "Written after this message" in page
    assert client.get(address, {"seen": seen(page)}, **LIVE).status_code == 204
    bodies.take_in(send.connection, bodies.row("talk_agent"))
    assert client.get(address, {"seen": seen(page)}, **LIVE).status_code == 200


def test_deliveries_show_what_was_delivered(client: Client, connection: Connection) -> None:
    assert "Nothing was delivered yet" in shown(client, "deliveries")
    make_delivery(connection, b"{")
    make_delivery(connection, {"event": "message.status"})
    for _ in range(2):
        make_delivery(connection, bodies.webhook("button"))
    intake.read_new()
    make_delivery(connection, {})
    page = shown(client, "deliveries")
    for words in (
        "Not JSON",
        "<code>message.status</code>",
        "1 reply",
        "Told again",
        "Will be read in a moment",
    ):
        assert words in page
    assert "Read again" not in page
    broken = shown(client, "deliveries", state="broken")
    assert broken.count('id="delivery-') == 1
    assert "None of these" in shown(client, "deliveries", state="broken", before="1")


def test_deliveries_go_on_by_page_and_renew_themselves(
    client: Client, connection: Connection, django_assert_num_queries: Any
) -> None:
    for _ in range(deliveries_page.PAGE + 3):
        make_delivery(connection, {})
    # Session, person, membership; deliveries; teams to change to.
    with django_assert_num_queries(5):
        page = shown(client, "deliveries")
    before = page.split("before=")[1].split('"')[0]
    assert shown(client, "deliveries", before=before).count('id="delivery-') == 3
    address = reverse("deliveries")
    assert client.get(address, {"seen": seen(page)}, **LIVE).status_code == 204
    intake.read_new()
    assert client.get(address, {"seen": seen(page)}, **LIVE).status_code == 200


def test_a_delivery_that_is_nested_deep_is_shown_without_indenting_it_all(
    client: Client, connection: Connection
) -> None:
    nested = b"[" * 480 + b"1," * 60_000 + b"1" + b"]" * 480
    row = make_delivery(connection, nested)
    tracemalloc.start()
    try:
        page = shown(client, "delivery", row.pk)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "Only the beginning is shown" in page
    assert most < 30_000_000, "indented it has 58 million characters"


def test_a_delivery_is_shown_whole_or_cut_and_can_be_downloaded(
    client: Client, connection: Connection
) -> None:
    small = make_delivery(connection, b'{"a": "\\u0000\\ud800<b>"}')
    page = shown(client, "delivery", small.pk)
    assert "Only the beginning" not in page
    assert "&lt;b&gt;" in page
    large = make_delivery(connection, b"\xff\0" + b"x" * 30_000)
    assert "Only the beginning is shown" in shown(client, "delivery", large.pk)
    response = client.get(reverse("delivery-body", args=[large.pk]))
    assert response.content == bytes(large.body)
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")


def test_a_delivery_names_the_replies_that_it_brought(client: Client, reply: Reply) -> None:
    page = shown(client, "delivery", reply.delivery_id)
    assert "1 reply" in page
    assert f'<a href="{reverse("reply", args=[reply.pk])}">Track My Order</a>' in page


def test_an_editor_reads_one_delivery_again(
    connection: Connection, editor: User, client_as: As
) -> None:
    delivery = make_delivery(connection, bodies.button("a"))
    Delivery.objects.update(state=DeliveryState.BROKEN)
    client = client_as(editor)
    assert "Read again" in shown(client, "delivery", delivery.pk)
    response = client.post(reverse("replay-deliveries"), {"delivery": delivery.pk}, follow=True)
    assert "Read. The replies in it are counted now." in response.content.decode()
    assert Reply.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "words"), [(b"{", "It still can’t be read."), ({}, "There is no reply in it.")]
)
def test_reading_again_says_what_came_of_it(
    connection: Connection, editor: User, client_as: As, body: Any, words: str
) -> None:
    delivery = make_delivery(connection, body)
    intake.read_new()
    asked = {"delivery": delivery.pk}
    response = client_as(editor).post(reverse("replay-deliveries"), asked, follow=True)
    assert words in response.content.decode()


def test_reading_again_what_a_worker_is_to_read_does_not_say_what_is_in_it(
    connection: Connection, editor: User, client_as: As
) -> None:
    delivery = make_delivery(connection, bodies.button("a"))
    asked = {"delivery": delivery.pk}
    page = client_as(editor).post(reverse("replay-deliveries"), asked, follow=True).text
    assert "It is about to be read." in page
    assert "There is no reply in it." not in page


def test_an_editor_has_all_of_a_state_read_again(
    connection: Connection, editor: User, client_as: As
) -> None:
    for body in (bodies.button("a"), bodies.button("b")):
        make_delivery(connection, body)
    Delivery.objects.update(state=DeliveryState.BROKEN)
    make_delivery(connection, {})
    intake.read_new()
    client_as(editor).post(reverse("replay-deliveries"), {"state": "broken"})
    assert Delivery.objects.filter(state=DeliveryState.NEW).count() == 2
    client_as(editor).post(reverse("replay-deliveries"), {"state": "read"})
    assert Delivery.objects.filter(state=DeliveryState.IGNORED).count() == 1


ALL_PAGES = {
    "replies": (),
    "reply": ("reply",),
    "deliveries": (),
    "delivery": ("delivery",),
    "delivery-body": ("delivery",),
    "send-replies": ("send",),
    "template-results": ("template",),
    "template-results-summary": ("template",),
    "template-results-csv": ("template",),
}


def addresses(reply: Reply) -> list[str]:
    pks = {
        "reply": reply.pk,
        "delivery": reply.delivery_id,
        "send": reply.send_id,
        "template": reply.template_id,
    }
    return [reverse(name, args=[pks[key] for key in keys]) for name, keys in ALL_PAGES.items()]


def test_every_member_may_look(reply: Reply, client_as: As) -> None:
    for role in Role:
        client = client_as(make_member(reply.team, role))
        assert {client.get(address).status_code for address in addresses(reply)} == {200}


def test_another_team_finds_nothing(reply: Reply, other_team: Team, client_as: As) -> None:
    client = client_as(make_member(other_team, Role.ADMIN))
    for address in addresses(reply):
        if address in (reverse("replies"), reverse("deliveries")):
            page = client.get(address).content.decode()
            assert not ids(page)
            assert 'id="delivery-' not in page
        else:
            assert client.get(address).status_code == 404
    assert client.post(reverse("reply", args=[reply.pk]), {"send": "none"}).status_code == 404
    asked = {"delivery": reply.delivery_id}
    assert client.post(reverse("replay-deliveries"), asked).status_code == 404
    Delivery.objects.update(state=DeliveryState.BROKEN)
    client.post(reverse("replay-deliveries"), {"state": "broken"})
    assert Delivery.objects.get().state == DeliveryState.BROKEN


def test_signed_out_leads_to_the_sign_in_page(reply: Reply) -> None:
    client = Client()
    for address in addresses(reply):
        response = client.get(address)
        assert response["Location"] == f"{reverse('sign-in')}?next={address}"
    assert client.post(reverse("replay-deliveries")).status_code == 302


def test_a_viewer_changes_nothing(reply: Reply, client: Client) -> None:
    assert client.post(reverse("reply", args=[reply.pk]), {"send": "none"}).status_code == 403
    asked = {"delivery": reply.delivery_id}
    assert client.post(reverse("replay-deliveries"), asked).status_code == 403
    reply.refresh_from_db()
    assert reply.matched == Matched.GUESS


@pytest.mark.parametrize(
    ("kind", "words"),
    [("button-special-offer", "Special Offer"), ("list-product-catalog", "Our Products")],
)
def test_the_message_that_was_answered_is_drawn(
    team: Team, connection: Connection, client: Client, kind: str, words: str
) -> None:
    send = sent(make_template(team, make_message(kind)), connection)
    reply = bodies.take_in(connection, bodies.text("hi"))
    assert reply.wrote_after == send
    assert words in shown(client, "reply", reply.pk)
