"""Which of our messages a reply answers.

No field of the API's replies names that message, so unless WhatsApp's own `context.id` is there it
is found by number and option: the newest accepted send of the connection to that number whose
snapshot holds the tapped option and which did not go out after the reply. Where no accepted one
fits, one of which nobody knows whether it arrived did arrive.

The reply's time is told by another machine's clock. Only when no send is old enough is that clock
taken to be up to five minutes slow, and the first send after the reply's time counts; never one
that is newer than the delivery itself, whose time is ours.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from designer.sending.models import CONNECTION_SECRETS, Send, SendQuerySet
from designer.teams.models import User

from . import options
from .models import Kind, Matched, Reply
from .reading import CUSTOMERS_NUMBER

SLOW_CLOCK = timedelta(minutes=5)
# How long after a message a typed text still counts as written after it: WhatsApp's own window.
CONVERSATION = timedelta(hours=24)
CANDIDATES = 20
# What of a reply a match sets.
FIELDS = (
    "send",
    "wrote_after",
    "template",
    "option_position",
    "title",
    "is_title_found",
    "matched",
    "matched_by",
)


def match(reply: Reply) -> None:
    """Find and set what a new reply answers, or what a typed text came after; nothing is saved.

    An unknown send that is answered is settled in the database: it did arrive.
    """
    if send := _by_context(reply):
        answers(reply, send, Matched.CONTEXT)
    elif send := _by_option(reply):
        answers(reply, send, Matched.GUESS)
    elif reply.kind == Kind.TEXT and (send := _before_text(reply)):
        reply.wrote_after, reply.template_id = send, send.template_id


def match_again(reply: Reply) -> None:
    """Match a reply of which more is known than when it was matched, unless a person has said what
    it answers, or it says so itself; nothing is saved but what becomes of the sends."""
    if reply.matched not in ("", Matched.GUESS):
        return
    _forget(reply)
    match(reply)


def answers(reply: Reply, send: Send, how: Matched, person: User | None = None) -> None:
    """Set what a reply answers and how we know; nothing but the settling of the send is saved."""
    _forget(reply)
    reply.send, reply.template_id = send, send.template_id
    reply.wrote_after = send if reply.kind == Kind.TEXT else None
    reply.matched, reply.matched_by = how, person
    for position, (option_id, title) in enumerate(options.of_payload(send.payload)):
        if reply.is_tap and option_id == reply.option_id:
            reply.option_position = position
            if not reply.title:
                reply.title, reply.is_title_found = title, True
            break
    if send.is_doubted:
        send.settle(arrived=True)


def answers_none(reply: Reply, person: User) -> None:
    """Set that a person says it answers no message of ours; nothing is saved."""
    _forget(reply)
    reply.matched, reply.matched_by = Matched.PERSON, person


def _forget(reply: Reply) -> None:
    """Set that nothing is known of what a reply answers."""
    reply.send = reply.wrote_after = reply.template = reply.option_position = None
    reply.matched, reply.matched_by = "", None
    if reply.is_title_found:
        reply.title, reply.is_title_found = "", False


def let_go(send: Send | None) -> None:
    """Let a send be as doubtful as before, if only a reply that answers another had settled it."""
    if send and not send.replies.exists():
        send.unsettle()


def candidates(reply: Reply) -> list[Send]:
    """The messages to the reply's number that it may answer, newest first; those that have the
    tapped option before the others. Through whichever connection: one that was removed and added
    again is another."""
    sends = _to_number(reply).filter(team_id=reply.team_id, created_at__lte=reply.received_at)
    sends = sends.select_related("connection").defer(*CONNECTION_SECRETS)
    sends = sends.order_by("-created_at", "-pk")
    having = list(_having_option(reply, sends)[:CANDIDATES]) if reply.option_id else []
    others = sends.exclude(pk__in=[send.pk for send in having])
    return [*having, *others[: CANDIDATES - len(having)]]


def _by_context(reply: Reply) -> Send | None:
    if not reply.context_id:
        return None
    sends = Send.objects.filter(connection_id=reply.connection_id, message_id=reply.context_id)
    # Said twice, so that SQLite too sees that the index of those with an id will do.
    return sends.exclude(message_id="").order_by("-pk").first()


def _by_option(reply: Reply) -> Send | None:
    if not reply.option_id:
        return None
    sends = _having_option(reply, _through_connection(reply))
    if not sends.exists():
        # Each of the looks that follow reads every body too, and many taps may come at once.
        return None
    for some in (sends.accepted(), sends):
        for found in _in_time(reply, some):
            for send in found.iterator(chunk_size=20):
                # It may stand in some other text.
                if reply.option_id in dict(options.of_payload(send.payload)):
                    return send
    return None


def _having_option(reply: Reply, sends: SendQuerySet) -> SendQuerySet:
    """Those whose body holds the tapped option's id, as an option's or in some other text."""
    # Bodies are ASCII JSON, so it stands in them just so.
    return sends.filter(body__contains=json.dumps(reply.option_id))


def _in_time(reply: Reply, sends: SendQuerySet) -> Iterator[SendQuerySet]:
    """Those that a reply may answer by its time, the likeliest first; then by a slow clock's."""
    until = _until(reply)
    before = sends.filter(created_at__lte=until).not_sent_after(until)
    yield before.order_by("-created_at", "-pk")
    soon = min(until + SLOW_CLOCK, reply.received_at)
    after = sends.filter(created_at__gt=until) | sends.sent_after(until)
    yield after.filter(created_at__lte=soon).not_sent_after(soon).order_by("created_at", "pk")


def _before_text(reply: Reply) -> Send | None:
    until = _until(reply)
    sends = _through_connection(reply).filter(
        created_at__lte=until, created_at__gt=until - CONVERSATION
    )
    sends = sends.not_sent_after(until).order_by("-created_at", "-pk")
    return sends.accepted().first() or sends.first()


def _through_connection(reply: Reply) -> SendQuerySet:
    return _to_number(reply).filter(connection_id=reply.connection_id)


def _to_number(reply: Reply) -> SendQuerySet:
    sends = Send.objects.could_be_answered()
    if not CUSTOMERS_NUMBER.fullmatch(reply.from_number):
        return sends.none()
    return sends.filter(to=reply.from_number)


def _until(reply: Reply) -> datetime:
    """The last moment that a message answered by this reply can be from.

    A time in whole seconds, as Meta gives it, stands for any moment of its second.
    """
    if reply.replied_at.microsecond:
        return reply.replied_at
    return min(reply.replied_at + timedelta(microseconds=999_999), reply.received_at)
