"""The send panel: what it shows, what it refuses, what it queues."""

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from designer.library.models import MessageTemplate
from designer.message import schema
from designer.sending import numbers, quota
from designer.sending.models import Connection, Send, TestNumber
from designer.sending.panel import READY_NUMBER
from designer.teams.models import Team, User

from ..factories import BUTTONS, CUSTOMER, make_connection, make_message, make_send, make_template

HTMX = {"HX-Request": "true"}


@pytest.fixture
def greeting(team: Team) -> MessageTemplate:
    """A template with two variables, one of which has a sample."""
    message = make_message(BUTTONS).model_copy(
        update={"body": "Hi {{name}}, your order {{order}} is here. Shall we deliver it?"}
    )
    return make_template(team, message, name="Greeting", samples={"name": "Asha"})


def panel_url(template: MessageTemplate) -> str:
    return reverse("send-test", args=[template.pk])


def filled_in(template: MessageTemplate, connection: Connection, **changes: Any) -> dict[str, Any]:
    return {
        "to": CUSTOMER,
        "connection": connection.pk,
        "source": "draft",
        "reference": "order-5",
        "revision": template.revision,
        "token": str(uuid.uuid4()),
        **changes,
    }


def shown_json(page: str) -> Any:
    """The JSON that a panel shows, as data."""
    found = re.search(r'<pre class="code send-json__code"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert found
    return json.loads(unescape(found[1]))


def test_opens_as_a_dialog_in_a_page_and_as_a_page_of_its_own(
    edith: Client, template: MessageTemplate, connection: Connection
) -> None:
    part = edith.get(panel_url(template), headers=HTMX)
    assert part.text.lstrip().startswith("<dialog")
    whole = edith.get(panel_url(template))
    assert "<html" in whole.text
    assert "HX-Request" in part["Vary"]
    for page in (part.text, whole.text):
        assert "Draft" in page
        assert connection.name in page
        assert shown_json(page)["body"] == template.message.body


def test_begins_with_samples_a_reference_and_where_this_person_sent_last(
    edith: Client, greeting: MessageTemplate, connection: Connection, editor: User
) -> None:
    make_send(greeting, make_connection(greeting.team, name="Last used"), created_by=editor)
    page = edith.get(panel_url(greeting)).text
    assert f'value="{CUSTOMER}"' in page
    assert re.search(r'name="reference" value="tw-[a-z2-7]{16}"', page)
    assert re.search(r'<option value="\d+" selected>Last used', page)
    assert re.search(r'name="var.name" value="Asha"', page)
    assert shown_json(page)["body"].startswith("Hi Asha, your order {{order}}")


def test_asked_for_number_and_connection_come_first(
    edith: Client, template: MessageTemplate, connection: Connection
) -> None:
    asked = make_connection(template.team, name="Asked for")
    page = edith.get(panel_url(template), {"to": "+4930123456", "connection": str(asked.pk)}).text
    assert 'value="+4930123456"' in page
    assert re.search(r"selected>Asked for", page)


def test_the_sandbox_is_chosen_before_others_that_were_never_used(
    edith: Client, template: MessageTemplate, connection: Connection
) -> None:
    make_connection(template.team, name="Zz sandbox", is_sandbox=True)
    assert re.search(r"selected[^>]*>Zz sandbox", edith.get(panel_url(template)).text)


def test_the_sandbox_comes_with_a_number_to_try_it(
    edith: Client, template: MessageTemplate, editor: User
) -> None:
    def number_in(page: str) -> str:
        found = re.search(r'<input[^>]*name="to"[^>]*>', page)
        value = found and re.search(r'value="([^"]*)"', found[0])
        return value[1] if value else ""

    real = make_connection(template.team)
    assert number_in(edith.get(panel_url(template)).text) == ""
    make_connection(template.team, name="Zz sandbox", is_sandbox=True)
    page = edith.get(panel_url(template)).text
    assert number_in(page) == READY_NUMBER
    assert "The sandbox reaches no real phone" in page
    assert len(re.findall(r"<option[^>]* data-sandbox[^>]*>Zz sandbox", page)) == 1
    assert page.count("data-sandbox") == 1
    # There is nothing odd about it.
    assert not numbers.read(READY_NUMBER).doubt
    assert number_in(edith.get(panel_url(template), {"to": "+4930123456"}).text) == "+4930123456"
    make_send(template, real, created_by=editor)
    assert number_in(edith.get(panel_url(template)).text) == CUSTOMER
    # Who has numbers of their own may send to those alone.
    Send.objects.all().delete()
    TestNumber.objects.create(team=template.team, number="+4930123456")
    assert number_in(edith.get(panel_url(template)).text) == ""


def test_only_the_teams_own_unretired_connections_are_offered(
    edith: Client, template: MessageTemplate, connection: Connection, other_team: Team
) -> None:
    foreign = make_connection(other_team, name="Not yours")
    make_send(template, gone := make_connection(template.team, name="Gone"))
    gone.remove()
    page = edith.get(panel_url(template)).text
    assert "Not yours" not in page
    assert "Gone" not in page
    for row in (foreign, gone):
        edith.post(panel_url(template), filled_in(template, row))
    assert Send.objects.count() == 1


def test_without_a_connection_it_says_whom_to_ask(
    edith: Client, template: MessageTemplate, admin: User, client_as: Callable[[User], Client]
) -> None:
    assert "Ask an admin" in edith.get(panel_url(template)).text
    assert reverse("new-connection") in client_as(admin).get(panel_url(template)).text


def test_saved_numbers_are_offered(
    edith: Client, template: MessageTemplate, connection: Connection, other_team: Team
) -> None:
    TestNumber.objects.create(team=template.team, number="+4930123456", name="Berlin")
    TestNumber.objects.create(team=other_team, number="+390669821234")
    page = edith.get(panel_url(template)).text
    assert '<option value="+4930123456">Berlin</option>' in page
    assert "+390669821234" not in page


def test_sends_and_leads_to_the_send(
    edith: Client, greeting: MessageTemplate, connection: Connection, editor: User
) -> None:
    form = filled_in(greeting, connection, **{"var.name": "Bo", "var.order": "#7"})
    response = edith.post(panel_url(greeting), form)
    send = Send.objects.get()
    assert response["Location"] == reverse("send", args=[send.pk])
    assert send.payload["body"] == "Hi Bo, your order #7 is here. Shall we deliver it?"
    assert (send.created_by, send.reference, str(send.to)) == (editor, "order-5", CUSTOMER)


def test_in_the_dialog_it_turns_into_the_status_of_the_send(
    edith: Client, template: MessageTemplate, connection: Connection
) -> None:
    page = edith.post(panel_url(template), filled_in(template, connection), headers=HTMX).text
    send = Send.objects.get()
    assert "Queued" in page
    assert reverse("send-status", args=[send.pk]) in page
    assert reverse("send", args=[send.pk]) in page
    assert "Send another" in page


def test_after_a_send_to_the_sandbox_the_phone_comes_first(
    edith: Client, template: MessageTemplate, connection: Connection
) -> None:
    def first_way(through: Connection) -> str:
        page = edith.post(panel_url(template), filled_in(template, through), headers=HTMX).text
        [found] = re.findall(r'<a class="btn btn--primary"[^>]* autofocus>([^<]*)', page)
        return str(found)

    sandbox = make_connection(template.team, name="Sandbox", is_sandbox=True)
    assert first_way(sandbox) == "Open the phone"
    assert first_way(connection) == "Open the send"


def test_what_it_showed_is_what_it_sends(
    edith: Client, greeting: MessageTemplate, connection: Connection
) -> None:
    form = filled_in(greeting, connection, **{"var.name": "Bo", "var.order": "#7 🛍️"})
    look = edith.post(reverse("send-look", args=[greeting.pk]), form, headers=HTMX)
    edith.post(panel_url(greeting), form)
    assert json.dumps(shown_json(look.text)) == json.dumps(Send.objects.get().payload)


def test_posting_the_same_panel_twice_sends_once(
    edith: Client, template: MessageTemplate, connection: Connection
) -> None:
    form = filled_in(template, connection)
    first, second = (edith.post(panel_url(template), form) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Send.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"to": ""}, "Enter the phone number"),
        ({"to": "98765"}, "Begin with +"),
        ({"connection": ""}, "This field is required"),
        ({"connection": "999999"}, "Select a valid choice"),
        ({"reference": "x" * 101}, "Reference is 101 characters"),
        ({"reference": "a\tb"}, "Reference"),
        ({"var.order": ""}, "Enter a value for order"),
        ({"var.order": "x" * 1024}, "can’t be sent yet"),
    ],
)
def test_refuses_and_says_why_and_loses_nothing(
    edith: Client,
    greeting: MessageTemplate,
    connection: Connection,
    changes: dict[str, str],
    words: str,
) -> None:
    form = filled_in(greeting, connection, **{"var.name": "Bo", "var.order": "#7"}) | changes
    for headers in ({}, HTMX):
        response = edith.post(panel_url(greeting), form, headers=headers)
        assert response.status_code == 200
        assert "Not sent." in response.text
        assert words in response.text
        assert 'name="var.name" value="Bo"' in response.text
        assert form["token"] in response.text
    assert not Send.objects.exists()


def test_a_template_with_errors_is_not_sent_and_each_leads_to_its_field(
    edith: Client, team: Team, connection: Connection
) -> None:
    message = make_message(BUTTONS)
    assert isinstance(message, schema.ButtonMessage)
    long = message.buttons[1].model_copy(update={"title": "x" * 21})
    broken = make_template(team, message.model_copy(update={"buttons": (message.buttons[0], long)}))
    page = edith.get(panel_url(broken)).text
    assert "This can’t be sent yet" in page
    assert f"{reverse('template', args=[broken.pk])}#id_buttons.1.title" in page
    response = edith.post(panel_url(broken), filled_in(broken, connection), headers=HTMX)
    assert "Not sent." in response.text
    assert not Send.objects.exists()


def test_a_doubtful_number_is_warned_of_and_sent_to(
    edith: Client, template: MessageTemplate, connection: Connection
) -> None:
    form = filled_in(template, connection, to="+1 555 078 3881")
    look = edith.post(reverse("send-look", args=[template.pk]), form, headers=HTMX)
    assert "No phone company gives out this number" in look.text
    assert shown_json(look.text)["to"] == "+15550783881"
    edith.post(panel_url(template), form)
    assert str(Send.objects.get().to) == "+15550783881"


def test_a_reference_that_another_send_has_is_shown_as_it_goes_out(
    edith: Client, template: MessageTemplate, connection: Connection
) -> None:
    make_send(template, connection, reference="order-5")
    form = filled_in(template, connection, reference="order-5")
    look = edith.post(reverse("send-look", args=[template.pk]), form, headers=HTMX).text
    assert "Another send has the reference order-5: this one goes out as order-5-2." in look
    edith.post(panel_url(template), form)
    assert shown_json(look) == Send.objects.latest("pk").payload
    free = edith.post(
        reverse("send-look", args=[template.pk]), form | {"reference": "a\0b"}, headers=HTMX
    )
    assert "Another send has" not in free.text


def test_looking_needs_nothing_filled_in_and_sends_nothing(
    edith: Client, greeting: MessageTemplate, connection: Connection
) -> None:
    look = edith.post(reverse("send-look", args=[greeting.pk]), {"to": "+91 98"}, headers=HTMX)
    assert shown_json(look.text)["to"] == "+91 98"
    assert shown_json(look.text)["reference"] == "tw-…", "one is made up"
    whole = edith.post(panel_url(greeting), {"do": "look"})
    assert "<html" in whole.text
    assert "Not sent." not in whole.text
    assert not Send.objects.exists()


@pytest.mark.parametrize("model", [Connection, MessageTemplate])
@pytest.mark.django_db(transaction=True)
def test_what_is_deleted_at_the_moment_of_sending_is_no_fault_of_the_server(
    model: type[Connection | MessageTemplate],
    edith: Client,
    template: MessageTemplate,
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lock = quota.lock

    def delete_and_lock(team: Team) -> None:
        model._default_manager.all().delete()
        lock(team)

    monkeypatch.setattr(quota, "lock", delete_and_lock)
    assert "Not sent." in edith.post(panel_url(template), filled_in(template, connection)).text
    assert not Send.objects.exists()


def test_a_draft_that_changed_meanwhile_is_not_sent_unseen(
    edith: Client, template: MessageTemplate, connection: Connection, editor: User
) -> None:
    form = filled_in(template, connection)
    body = template.message.model_copy(update={"body": "Something else entirely, choose."})
    content = replace(template.content, message=body)
    template.save_draft(content, name=template.name, person=editor, revision=template.revision)
    refused = edith.post(panel_url(template), form, headers=HTMX)
    assert "The draft has changed since you opened this" in refused.text
    assert "Something else entirely" in refused.text
    assert not Send.objects.exists()
    edith.post(panel_url(template), form | {"revision": template.revision})
    assert Send.objects.get().payload["body"] == "Something else entirely, choose."


def test_nor_is_one_that_was_published_as_it_changed(
    edith: Client, template: MessageTemplate, connection: Connection, editor: User
) -> None:
    form = filled_in(template, connection)
    body = template.message.model_copy(update={"body": "Something else entirely, choose."})
    content = replace(template.content, message=body)
    template.save_draft(content, name=template.name, person=editor, revision=template.revision)
    template.publish(editor)
    refused = edith.post(panel_url(template), form, headers=HTMX)
    assert "The draft has changed since you opened this" in refused.text
    assert not Send.objects.exists()


def test_draft_or_published_version_can_be_chosen(
    edith: Client, template: MessageTemplate, connection: Connection, editor: User
) -> None:
    published = template.message
    version = template.publish(editor)
    body = template.message.model_copy(update={"body": "The draft goes on from here, choose."})
    content = replace(template.content, message=body)
    template.save_draft(content, name=template.name, person=editor, revision=template.revision)
    page = edith.get(panel_url(template)).text
    assert 'value="draft" checked' in page
    assert "Version 1, published" in page

    form = filled_in(template, connection, source="v1", revision=0)
    edith.post(panel_url(template), form)
    send = Send.objects.get()
    assert send.payload["body"] == published.body
    assert (send.version, send.version_number) == (version, 1)

    edith.post(panel_url(template), filled_in(template, connection))
    assert Send.objects.latest("pk").version is None


def test_a_draft_like_the_newest_version_is_that_version(
    edith: Client, template: MessageTemplate, connection: Connection, editor: User
) -> None:
    version = template.publish(editor)
    page = edith.get(panel_url(template)).text
    assert "Version 1, published" in page
    assert "What to send" not in page
    edith.post(panel_url(template), filled_in(template, connection, source="v1"))
    assert Send.objects.get().version == version


def test_choosing_another_source_keeps_what_was_typed(
    edith: Client, greeting: MessageTemplate, connection: Connection, editor: User
) -> None:
    greeting.publish(editor)
    body = greeting.message.model_copy(
        update={"body": "Hello {{name}}, shall we deliver {{what}}?"}
    )
    content = replace(greeting.content, message=body)
    greeting.save_draft(content, name=greeting.name, person=editor, revision=greeting.revision)
    form = filled_in(greeting, connection, source="v1", do="look", **{"var.name": "Bo"})
    page = edith.post(panel_url(greeting), form, headers=HTMX).text
    assert 'name="var.order"' in page
    assert 'name="var.what"' not in page
    assert 'name="var.name" value="Bo"' in page
    assert form["token"] in page


@pytest.mark.parametrize("source", ["v2", "v0", "v99999999999999", "v-1", "vx", "", "x", "v²"])
def test_a_source_that_there_is_not_is_the_draft(
    edith: Client, template: MessageTemplate, connection: Connection, source: str
) -> None:
    edith.post(panel_url(template), filled_in(template, connection, source=source))
    assert Send.objects.get().version is None


def test_broken_unicode_in_a_draft_is_shown_and_not_sent(
    edith: Client, team: Team, connection: Connection
) -> None:
    message = make_message(BUTTONS).model_copy(update={"body": "half \ud83d of an emoji"})
    template = make_template(team, message)
    page = edith.get(panel_url(template))
    assert page.status_code == 200
    assert "\\ud83d" in page.text
    edith.post(panel_url(template), filled_in(template, connection))
    assert not Send.objects.exists()


def test_a_broken_token_is_refused(
    edith: Client, template: MessageTemplate, connection: Connection
) -> None:
    response = edith.post(panel_url(template), filled_in(template, connection, token="x"))
    assert response.status_code == 200
    assert not Send.objects.exists()


def test_asks_the_database_a_fixed_number_of_times(
    edith: Client,
    template: MessageTemplate,
    connection: Connection,
    editor: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(3):
        make_send(template, make_connection(template.team), created_by=editor)
        TestNumber.objects.create(team=template.team, number=f"+49301234{number}")
    with django_assert_num_queries(11):
        edith.get(panel_url(template), headers=HTMX)
