"""Which message a reply answers: each rule by itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from designer.message.schema import Button, ButtonMessage
from designer.replies import intake
from designer.replies.matching import (
    CANDIDATES,
    CONVERSATION,
    SLOW_CLOCK,
    answers,
    answers_none,
    candidates,
    match,
)
from designer.replies.models import Matched, Reply
from designer.sending.models import Connection, Send, State
from designer.teams.models import Team, User
from tests.factories import (
    make_connection,
    make_delivery,
    make_member,
    make_message,
    make_send,
    make_template,
)
from tests.plans import plans

from . import bodies

ACCEPTED = [State.SENT, State.UNKNOWN, State.SENDING]
NOW = timezone.now()


def sent(connection: Connection, minutes_ago: float = 10, **fields: Any) -> Send:
    """The support menu, with its option `track_order`, sent to the usual customer."""
    fields = {"state": State.SENT, "created_at": NOW - timedelta(minutes=minutes_ago), **fields}
    template = fields.pop("template", None) or make_template(connection.team)
    return make_send(template, connection, **fields)


def tapped(connection: Connection, option_id: str = "track_order", **about: Any) -> Reply:
    return bodies.take_in(connection, bodies.row(option_id, **{"at": NOW, **about}))


def test_by_number_and_option(connection: Connection) -> None:
    send = sent(connection)
    reply = tapped(connection, "return_order")
    assert (reply.send, reply.matched) == (send, Matched.GUESS)
    assert (reply.template, reply.option_position) == (send.template, 1)
    assert reply.title == "Return/Exchange"


def test_the_title_that_was_delivered_stays(connection: Connection) -> None:
    sent(connection)
    body = bodies.row("track_order", "Track it", at=NOW)
    assert bodies.take_in(connection, body).title == "Track it"


def test_a_button_is_found_in_a_button_message(connection: Connection) -> None:
    template = make_template(connection.team, make_message("button-order-confirmation"))
    send = sent(connection, template=template)
    reply = bodies.take_in(connection, bodies.button("cancel_order_12345", at=NOW))
    assert (reply.send, reply.option_position, reply.title) == (send, 1, "❌ Cancel")


def test_the_newest_of_several(connection: Connection) -> None:
    sent(connection, minutes_ago=20)
    newest = sent(connection, minutes_ago=5)
    sent(connection, minutes_ago=10)
    assert tapped(connection).send == newest


def test_not_one_that_is_newer_than_the_reply(connection: Connection) -> None:
    before = sent(connection, minutes_ago=10)
    sent(connection, minutes_ago=1)
    assert tapped(connection, at=NOW - timedelta(minutes=2)).send == before


def test_a_second_before_counts_and_a_second_after_does_not(connection: Connection) -> None:
    at = NOW.replace(microsecond=500_000)
    before = sent(connection, created_at=at - timedelta(seconds=1))
    sent(connection, created_at=at + timedelta(microseconds=1))
    assert tapped(connection, at=at).send == before


def test_a_time_in_whole_seconds_stands_for_all_of_its_second(
    connection: Connection,
) -> None:
    at = (NOW - timedelta(minutes=1)).replace(microsecond=0)
    sent(connection, minutes_ago=10)
    within = sent(connection, created_at=at + timedelta(milliseconds=900))
    sent(connection, created_at=at + timedelta(seconds=1))
    assert tapped(connection, at=at).send == within


def attempted(send: Send, minutes_ago: float) -> Send:
    send.attempts.create(number=1, started_at=NOW - timedelta(minutes=minutes_ago))
    Send.objects.filter(pk=send.pk).update(attempt_count=1)
    return send


def test_what_waited_in_the_queue_counts_from_when_it_went_out(connection: Connection) -> None:
    before = attempted(sent(connection, minutes_ago=60), 60)
    waited = attempted(sent(connection, minutes_ago=50), 5)
    assert tapped(connection, at=NOW - timedelta(minutes=30)).send == before
    assert tapped(connection, at=NOW - timedelta(minutes=4)).send == waited


def test_a_slow_clock_is_allowed_for_what_waited_too(connection: Connection) -> None:
    waited = attempted(sent(connection, minutes_ago=50), 3)
    assert tapped(connection, at=NOW - timedelta(minutes=4)).send == waited


def test_a_clock_a_little_slow_is_allowed_for_if_nothing_else_fits(
    connection: Connection,
) -> None:
    first_after = sent(connection, minutes_ago=3)
    sent(connection, minutes_ago=2)
    assert tapped(connection, at=NOW - timedelta(minutes=4)).send == first_after


def test_a_reply_much_older_than_every_message_answers_none(connection: Connection) -> None:
    sent(connection, minutes_ago=1)
    reply = tapped(connection, at=NOW - SLOW_CLOCK - timedelta(minutes=2))
    assert (reply.send, reply.matched, reply.template) == (None, "", None)


@pytest.mark.parametrize("state", State.values)
def test_only_what_reached_the_customer_or_may_have(connection: Connection, state: str) -> None:
    send = sent(connection, state=state)
    assert tapped(connection).send == (send if state in ACCEPTED else None)


@pytest.mark.parametrize("said", [None, False])
@pytest.mark.parametrize("minutes_ago", [15, 8])
def test_an_accepted_one_comes_before_one_that_may_not_have_arrived(
    connection: Connection, editor: User, minutes_ago: float, said: bool | None
) -> None:
    """Also one that a slow clock makes newer than the reply, of ten minutes ago."""
    accepted = sent(connection, minutes_ago=minutes_ago)
    doubted = sent(connection, minutes_ago=12, state=State.UNKNOWN)
    if said is not None:
        assert doubted.settle(arrived=said, person=editor)
    at = NOW - timedelta(minutes=10)
    assert tapped(connection, at=at).send == accepted
    text = bodies.take_in(connection, bodies.text("Hello?", at=at))
    assert text.wrote_after == (accepted if minutes_ago > 10 else doubted)
    doubted.refresh_from_db()
    assert doubted.state == (State.UNKNOWN if said is None else State.FAILED)


def test_where_none_was_accepted_one_that_may_have_arrived_did(connection: Connection) -> None:
    doubted = sent(connection, state=State.UNKNOWN)
    sent(connection, minutes_ago=5, state=State.FAILED)
    assert tapped(connection).send == doubted
    doubted.refresh_from_db()
    assert doubted.state == State.SENT


def test_only_a_message_that_holds_the_option(connection: Connection) -> None:
    buttons = make_template(connection.team, make_message("button-special-offer"))
    holds = sent(connection, minutes_ago=20)
    sent(connection, minutes_ago=5, template=buttons)
    assert tapped(connection).send == holds
    assert tapped(connection, "track").send is None
    assert tapped(connection, "TRACK_ORDER").send is None


def test_an_id_that_is_only_mentioned_is_not_an_option(connection: Connection) -> None:
    message = ButtonMessage(body='Not "b" itself', buttons=(Button(id="a", title="b"),))
    sent(connection, template=make_template(connection.team, message))
    assert tapped(connection, "b").send is None
    assert tapped(connection, "a").send is not None


@pytest.mark.parametrize("option_id", ["100%_sure", 'a"b\\c', "größe_ß", "👍", "a'b", "%", "_"])
def test_ids_of_any_characters_are_found(connection: Connection, option_id: str) -> None:
    message = ButtonMessage(body="Yes?", buttons=(Button(id=option_id, title="Yes"),))
    send = sent(connection, template=make_template(connection.team, message))
    assert tapped(connection, option_id).send == send


def test_only_the_same_number_and_the_same_connection(connection: Connection) -> None:
    sent(connection, to="+14155550100")
    sent(make_connection(connection.team, name="Other"))
    assert tapped(connection).send is None


def test_metas_number_without_a_plus_is_the_same_number(connection: Connection) -> None:
    send = sent(connection)
    assert tapped(connection, sender="919876543210").send == send


@pytest.mark.parametrize("sender", ["", "somebody", "+"])
def test_without_a_number_nothing_is_guessed(connection: Connection, sender: str) -> None:
    sent(connection)
    assert tapped(connection, sender=sender).send is None


def test_the_context_decides_where_there_is_one(connection: Connection) -> None:
    named = sent(connection, minutes_ago=20, message_id="wamid.sent")
    sent(connection, minutes_ago=5)
    reply = tapped(connection, context={"id": "wamid.sent"})
    assert (reply.send, reply.matched, reply.option_position) == (named, Matched.CONTEXT, 0)


@pytest.mark.skipif(database.vendor != "sqlite", reason="reads SQLite's plans")
def test_the_message_that_a_reply_names_is_found_by_an_index(connection: Connection) -> None:
    reply = Reply(connection=connection, context_id="wamid.sent")
    plan = plans(lambda: match(reply))
    named = "sends_by_message_id (connection_id=? AND message_id=?)"
    assert f"SEARCH sending_send USING INDEX {named}" in plan
    assert "TEMP B-TREE" not in plan


def test_a_context_that_names_no_message_of_ours_leaves_the_guess(connection: Connection) -> None:
    send = sent(connection)
    reply = tapped(connection, context={"id": "wamid.elsewhere"})
    assert (reply.send, reply.matched) == (send, Matched.GUESS)


def test_the_context_of_another_connection_does_not_count(connection: Connection) -> None:
    other = make_connection(connection.team, name="Other")
    sent(other, message_id="wamid.sent")
    assert tapped(connection, context={"id": "wamid.sent"}).send is None


def test_a_text_that_quotes_a_message_answers_it(connection: Connection) -> None:
    send = sent(connection, message_id="wamid.sent")
    reply = bodies.take_in(connection, bodies.text("yes", context={"id": "wamid.sent"}))
    assert (reply.send, reply.wrote_after, reply.matched) == (send, send, Matched.CONTEXT)


def test_a_typed_text_answers_no_message_but_came_after_one(connection: Connection) -> None:
    sent(connection, minutes_ago=20)
    send = sent(connection, minutes_ago=10)
    sent(connection, minutes_ago=5, state=State.FAILED)
    reply = bodies.take_in(connection, bodies.text("track_order", at=NOW))
    assert (reply.send, reply.matched) == (None, "")
    assert (reply.wrote_after, reply.template) == (send, send.template)


def test_a_typed_text_came_after_what_had_gone_out_by_then(connection: Connection) -> None:
    before = attempted(sent(connection, minutes_ago=60), 60)
    attempted(sent(connection, minutes_ago=50), 5)
    reply = bodies.take_in(connection, bodies.text("hello", at=NOW - timedelta(minutes=30)))
    assert reply.wrote_after == before


def test_a_text_a_day_later_came_after_nothing(connection: Connection) -> None:
    sent(connection, created_at=NOW - CONVERSATION)
    reply = bodies.take_in(connection, bodies.text("hello", at=NOW))
    assert (reply.wrote_after, reply.template) == (None, None)


def test_a_message_may_be_answered_many_times(connection: Connection) -> None:
    send = sent(connection)
    for option_id in ("track_order", "return_order", "track_order"):
        tapped(connection, option_id)
    assert send.replies.count() == 3


def test_a_reply_settles_an_unknown_send(connection: Connection) -> None:
    send = sent(connection, state=State.UNKNOWN, outcome="Nobody knows.")
    tapped(connection)
    send.refresh_from_db()
    assert send.state == State.SENT
    assert "reply" in send.outcome.lower()


def test_a_reply_knows_better_than_who_said_it_did_not_arrive(
    connection: Connection, team: Team
) -> None:
    send = sent(connection, state=State.UNKNOWN)
    send.settle(arrived=False, person=make_member(team))
    assert tapped(connection).send == send
    send.refresh_from_db()
    assert (send.state, send.outcome) == (State.SENT, "A reply to it shows that it arrived.")


def test_a_text_proves_nothing_about_an_unknown_send(connection: Connection) -> None:
    send = sent(connection, state=State.UNKNOWN)
    bodies.take_in(connection, bodies.text("hello", at=NOW))
    send.refresh_from_db()
    assert send.state == State.UNKNOWN


def test_an_earlier_time_that_is_told_later_is_matched_again(connection: Connection) -> None:
    answered, newer = (sent(connection, ago, state=State.UNKNOWN) for ago in (30, 10))
    anew = bodies.row("track_order", at=NOW, message_id="wamid.1")
    assert bodies.take_in(connection, anew).send == newer
    first = bodies.row("track_order", at=NOW - timedelta(minutes=20), message_id="wamid.1")
    reply = bodies.take_in(connection, first)
    assert (reply.send, reply.template) == (answered, answered.template)
    newer.refresh_from_db()
    assert newer.state == State.UNKNOWN, "nothing shows any more that it arrived"


def test_an_earlier_time_does_not_undo_what_a_person_set(
    connection: Connection, editor: User
) -> None:
    sent(connection, 30)
    chosen = sent(connection, 10)
    reply = tapped(connection, message_id="wamid.1")
    answers(reply, chosen, Matched.PERSON, editor)
    reply.save()
    again = tapped(connection, message_id="wamid.1", at=NOW - timedelta(minutes=20))
    assert (again.send, again.matched_by) == (chosen, editor)


def test_a_title_that_was_found_follows_what_a_person_sets(
    connection: Connection, editor: User
) -> None:
    def titled(title: str) -> Send:
        message = ButtonMessage(body="Well?", buttons=(Button(id="yes", title=title),))
        return sent(connection, template=make_template(connection.team, message))

    deliver, cancel = titled("Deliver today"), titled("Cancel order")
    found = bodies.take_in(connection, bodies.button("yes", at=NOW))
    assert (found.send, found.title) == (cancel, "Cancel order")
    answers(found, deliver, Matched.PERSON, editor)
    assert found.title == "Deliver today"
    answers_none(found, editor)
    assert found.title == ""
    delivered = bodies.take_in(connection, bodies.button("yes", "Cancel order", at=NOW))
    answers(delivered, deliver, Matched.PERSON, editor)
    assert delivered.title == "Cancel order", "so the customer saw it"


def test_a_person_chooses_among_what_had_been_sent_by_then(connection: Connection) -> None:
    other = make_template(connection.team, make_message("button-order-confirmation"))
    right, unlike = sent(connection, 50), sent(connection, 40, template=other)
    delivery = make_delivery(
        connection,
        bodies.row("track_order", at=NOW - timedelta(minutes=35)),
        received_at=NOW - timedelta(minutes=35),
    )
    for _ in range(CANDIDATES):
        sent(connection, 20)
    intake.read_new()
    assert candidates(delivery.replies.get()) == [right, unlike]


def test_a_number_with_many_messages_costs_few_queries(
    connection: Connection, django_assert_max_num_queries: Any
) -> None:
    template = make_template(connection.team)
    buttons = make_template(connection.team, make_message("button-special-offer"))
    send = sent(connection, template=template, minutes_ago=60)
    for _ in range(30):
        sent(connection, template=buttons)
    make_delivery(connection, bodies.row("track_order", at=NOW))
    with django_assert_max_num_queries(13):
        intake.read_new()
    assert Reply.objects.get().send == send


def test_a_tap_that_no_message_has_is_looked_for_once(
    connection: Connection, django_assert_max_num_queries: Any
) -> None:
    sent(connection)
    taps = [
        {"id": f"{n}", "from": "919876543210", **bodies.interactive("list_reply", f"no_{n}")}
        for n in range(20)
    ]
    make_delivery(connection, bodies.meta(*taps))
    # The others are for the reply itself: it is looked for, made in a savepoint, and saved.
    with django_assert_max_num_queries(20 * 6 + 10):
        intake.read_new()
    assert Reply.objects.filter(matched="").count() == 20
