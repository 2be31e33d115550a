"""The numbers of a template, and the file of its replies."""

import csv
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from designer.library.content import Content
from designer.library.models import MessageTemplate
from designer.message.schema import Button, ButtonMessage
from designer.replies import export
from designer.replies.models import Reply
from designer.replies.results import Results, Scope, results, summary
from designer.sending.models import Attempt, Connection, Send, State
from designer.teams.models import Team, User
from tests.factories import make_connection, make_send, make_template

from . import bodies

NOW = timezone.now()


def sent(
    template: MessageTemplate, connection: Connection, minutes_ago: float = 60, **fields: Any
) -> Send:
    """The template, sent to a customer of its own."""
    count = Send.objects.count()
    fields = {
        "to": f"+9198765{count:05}",
        "state": State.SENT,
        "created_at": NOW - timedelta(minutes=minutes_ago),
        **fields,
    }
    return make_send(template, connection, **fields)


def tap(send: Send, option_id: str, after: float = 1, **about: Any) -> Reply:
    """A tap on a message, minutes after it."""
    at = send.created_at + timedelta(minutes=after)
    body = bodies.row(option_id, at=at, sender=str(send.to), **about)
    return bodies.take_in(send.connection, body)


def write(send: Send, words: str, after: float = 1) -> Reply:
    at = send.created_at + timedelta(minutes=after)
    return bodies.take_in(send.connection, bodies.text(words, at=at, sender=str(send.to)))


def numbers(template: MessageTemplate, **asked: str) -> Results:
    return results(Scope.read(template, asked))


def taps(found: Results) -> list[tuple[str, int]]:
    return [(option.id, option.taps) for option in found.options]


def test_a_template_that_was_never_sent(template: MessageTemplate) -> None:
    found = numbers(template)
    assert (found.sent, found.answered, found.median) == (0, 0, None)
    assert taps(found) == [("track_order", 0), ("return_order", 0), ("talk_agent", 0)]
    assert (found.others, found.typed, found.texts, found.taps) == ([], 0, [], 0)


def test_counts_sent_answered_and_taps(template: MessageTemplate, connection: Connection) -> None:
    first, second, _ = (sent(template, connection) for _ in range(3))
    sent(template, connection, state=State.FAILED)
    sent(template, connection, state=State.UNKNOWN)
    tap(first, "track_order")
    tap(first, "talk_agent")
    tap(second, "track_order")
    found = numbers(template)
    assert (found.sent, found.answered, found.taps) == (3, 2, 3)
    assert taps(found) == [("track_order", 2), ("return_order", 0), ("talk_agent", 1)]
    assert [option.section for option in found.options] == ["Orders", "Orders", "Support"]
    assert summary(Scope(template)) == (3, 2)


def test_counts_a_repeated_delivery_once(template: MessageTemplate, connection: Connection) -> None:
    send = sent(template, connection)
    for _ in range(3):
        tap(send, "track_order", message_id="wamid.same")
    assert numbers(template).taps == 1


@pytest.mark.parametrize(
    ("minutes", "median"), [([5], 5), ([1, 9], 5), ([7, 1, 30], 7), ([1, 2, 4, 60], 3)]
)
def test_the_median_time_to_the_first_tap(
    template: MessageTemplate, connection: Connection, minutes: list[float], median: float
) -> None:
    for after in minutes:
        send = sent(template, connection)
        tap(send, "track_order", after=after)
        tap(send, "track_order", after=after + 10)
    assert numbers(template).median == timedelta(minutes=median)


def test_the_time_begins_with_the_last_attempt(
    template: MessageTemplate, connection: Connection
) -> None:
    send = sent(template, connection)
    for number, minute in ((1, 0), (2, 4)):
        started_at = send.created_at + timedelta(minutes=minute)
        Attempt.objects.create(send=send, number=number, started_at=started_at)
    tap(send, "track_order", after=5)
    assert numbers(template).median == timedelta(minutes=1)


def test_a_clock_that_is_slow_makes_no_time_below_zero(
    template: MessageTemplate, connection: Connection
) -> None:
    tap(sent(template, connection), "track_order", after=-2)
    assert numbers(template).median == timedelta()


def test_options_of_older_versions_stand_apart(
    template: MessageTemplate, connection: Connection, editor: User
) -> None:
    tap(sent(template, connection), "talk_agent")
    message = ButtonMessage(body="Help?", buttons=(Button(id="track_order", title="Track"),))
    template.save_draft(
        Content(message), name=template.name, person=editor, revision=template.revision
    )
    tap(sent(template, connection, minutes_ago=30), "track_order")
    found = numbers(template)
    assert taps(found) == [("track_order", 1)]
    (other,) = found.others
    assert (other.id, other.title, other.taps) == ("talk_agent", "Talk to Agent", 1)


def test_one_version_counts_by_itself(
    template: MessageTemplate, connection: Connection, editor: User
) -> None:
    version = template.publish(editor)
    tap(sent(template, connection, version=version, version_number=1), "track_order")
    tap(sent(template, connection), "talk_agent")
    tap(sent(template, connection), "talk_agent")
    assert numbers(template, version="1").sent == 1
    assert taps(numbers(template, version="1"))[0] == ("track_order", 1)
    assert numbers(template, version="draft").sent == 2
    assert taps(numbers(template, version="draft"))[2] == ("talk_agent", 2)
    assert numbers(template, version="9").sent == 0
    assert numbers(template, version="nonsense").sent == 3


@pytest.mark.parametrize(("days", "count"), [("7", 1), ("30", 2), ("90", 3), ("", 4), ("5", 4)])
def test_a_period_is_when_the_messages_were_sent(
    template: MessageTemplate, connection: Connection, days: str, count: int
) -> None:
    for ago in (6, 29, 89, 400):
        tap(sent(template, connection, minutes_ago=ago * 24 * 60), "track_order")
    found = numbers(template, days=days)
    assert (found.sent, found.answered, found.taps) == (count, count, count)


def test_what_went_through_one_connection_counts_by_itself(
    template: MessageTemplate,
    connection: Connection,
    team: Team,
    viewer: User,
    client_as: Callable[[User], Client],
) -> None:
    tests = make_connection(team, name="Only for tests")
    make_connection(team, name="Never used")
    client, page = client_as(viewer), reverse("template-results", args=[template.pk])
    tap(sent(template, connection), "track_order")
    assert "All connections" not in client.get(page).content.decode()
    for _ in range(2):
        tap(sent(template, tests), "talk_agent")
    found = numbers(template, connection=str(tests.pk))
    assert (found.sent, found.answered, taps(found)[2]) == (2, 2, ("talk_agent", 2))
    assert numbers(template, connection="nonsense").sent == 3
    shown = client.get(page, {"connection": str(tests.pk), "days": "7"}).content.decode()
    assert f'<option value="{tests.pk}" selected>Only for tests</option>' in shown
    assert "Never used" not in shown
    # Another period, and the file, are of the same connection.
    assert shown.count(f"connection={tests.pk}&amp;days=") >= 4
    assert len(exported(client, template, connection=str(tests.pk))) == 2


def test_ids_with_variables_are_counted_on_their_option(team: Team, connection: Connection) -> None:
    buttons = (Button(id="yes_{{order}}", title="Yes"), Button(id="no_{{order}}", title="No"))
    message = ButtonMessage(body="Order {{order}}?", buttons=buttons)
    for order in ("12", "13"):
        template = make_template(team, message, samples={"order": order})
        template.name = order
    for order in ("12", "13"):
        content = Content(message, samples={"order": order})
        MessageTemplate.objects.filter(pk=template.pk).update(draft=content.as_json)
        template.refresh_from_db()
        tap(sent(template, connection), f"yes_{order}")
    assert taps(numbers(template)) == [("yes_{{order}}", 2), ("no_{{order}}", 0)]


def test_a_variable_does_not_take_the_taps_of_an_option_that_is_gone(
    team: Team, editor: User, connection: Connection
) -> None:
    def buttons(*option_ids: str) -> Content:
        made = tuple(Button(id=one, title=f"Button {one}") for one in option_ids)
        return Content(ButtonMessage(body="Well?", buttons=made), samples={"id": "7"})

    template = MessageTemplate.create(team, editor, "Order", buttons("cancel", "pay_{{id}}"))
    first = template.publish(editor)
    for option_id in ("cancel", "pay_7"):
        tap(sent(template, connection, version=first, version_number=1), option_id)
    new = buttons("{{any}}", "pay_{{number}}")
    template.save_draft(new, name="Order", person=editor, revision=template.revision)
    template.publish(editor)
    found = numbers(template)
    assert [(option.id, option.taps) for option in found.options] == [
        ("{{any}}", 0),
        ("pay_{{number}}", 1),
    ]
    assert [(option.id, option.taps) for option in found.others] == [("cancel", 1)]


def test_typed_answers_count_where_nothing_was_tapped(
    template: MessageTemplate, connection: Connection
) -> None:
    wrote, tapped_and_wrote = sent(template, connection), sent(template, connection)
    write(wrote, "what?")
    write(wrote, "hello?", after=2)
    tap(tapped_and_wrote, "track_order")
    write(tapped_and_wrote, "thanks")
    found = numbers(template)
    assert (found.answered, found.typed) == (1, 1)
    assert [reply.text for reply in found.texts] == ["hello?", "what?"]


def test_counting_takes_as_many_queries_for_many_messages_as_for_one(
    template: MessageTemplate, connection: Connection, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        tap(sent(template, connection), "track_order")
    with django_assert_num_queries(7):
        numbers(template)


def test_the_page_shows_the_numbers_and_renews_them(
    template: MessageTemplate,
    connection: Connection,
    viewer: User,
    client_as: Callable[[User], Client],
) -> None:
    client = client_as(viewer)
    address = reverse("template-results", args=[template.pk])
    page = client.get(address).content.decode()
    assert "Nothing was sent yet" in page
    assert "Return/Exchange: 0 of 0" in page
    seen = page.split("seen=")[1].split('"')[0]
    live = {"headers": {"HX-Request": "true"}}
    assert client.get(address, {"seen": seen}, **live).status_code == 204  # type: ignore[arg-type]
    tap(sent(template, connection), "track_order")
    fragment = client.get(address, {"seen": seen}, **live).content.decode()  # type: ignore[arg-type]
    assert "Track My Order: 1 of 1" in fragment
    assert "1 <small>100 %</small>" in fragment
    assert "<html" not in fragment


def test_the_summary_is_one_line(
    template: MessageTemplate,
    connection: Connection,
    viewer: User,
    client_as: Callable[[User], Client],
) -> None:
    tap(sent(template, connection), "track_order")
    response = client_as(viewer).get(reverse("template-results-summary", args=[template.pk]))
    assert "1 sent · 1 answered" in response.content.decode()


def exported(client: Client, template: MessageTemplate, **asked: str) -> list[dict[str, str]]:
    response = client.get(reverse("template-results-csv", args=[template.pk]), asked)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="support-menu-replies.csv"'
    text = b"".join(response).decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def test_exports_taps_and_texts_newest_first(
    template: MessageTemplate,
    connection: Connection,
    viewer: User,
    client_as: Callable[[User], Client],
) -> None:
    send = sent(template, connection, reference="order-1")
    tap(send, "track_order")
    write(send, "a line,\nand “another”", after=2)
    old = sent(template, connection, minutes_ago=10 * 24 * 60)
    tap(old, "talk_agent")
    client = client_as(viewer)
    rows = exported(client, template)
    assert [row["Title or text"] for row in rows][1:] == ["Track My Order", "Talk to Agent"]
    assert rows[1] == {
        "Replied at (UTC)": f"{send.created_at + timedelta(minutes=1):%Y-%m-%d %H:%M:%S}",
        "Number": f"'{send.to}",
        "What they did": "Chose from a list",
        "Option ID": "track_order",
        "Title or text": "Track My Order",
        "Version": "draft",
        "Reference": "order-1",
        "Message sent at (UTC)": f"{send.created_at:%Y-%m-%d %H:%M:%S}",
        "Match": "matched by number and option",
        "Deliveries": "1",
    }
    assert len(exported(client, template, days="7")) == 2


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_taken_for_a_formula(start: str) -> None:
    assert export.safe(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"


def test_what_customers_write_is_safe_in_the_file(
    template: MessageTemplate, connection: Connection
) -> None:
    write(sent(template, connection), '=HYPERLINK("http://evil.example","x")')
    lines = "".join(export.rows(Scope(template).all_replies()))
    assert '"\'=HYPERLINK(""http://evil.example"",""x"")"' in lines
    assert export.safe("a=b") == "a=b"
    assert export.safe("") == ""
