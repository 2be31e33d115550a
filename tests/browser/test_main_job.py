"""The main job, as a newcomer does it: design a message, send it, answer it, see it counted."""

import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from designer.library.models import MessageTemplate
from designer.sending.models import Batch, Connection, Send, State, TestNumber
from designer.setup import first_team
from designer.teams.models import User
from tests.factories import (
    CUSTOMER,
    example,
    make_connection,
    make_delivery,
    make_reply,
    make_send,
)

from .harness import sign_in


@pytest.fixture
def first_person(running_worker: None) -> User:
    """The admin of the first team, with its starters and its sandbox, as `make run` makes them."""
    first_team.prepare("Acme", "ada@example.com")
    return User.objects.get()


def send_test(page: Page) -> None:
    """Send what the editor shows to the customer, and follow it to the customer's phone."""
    page.get_by_role("button", name="Send test").click()
    panel = page.get_by_role("dialog", name="Send a test")
    expect(panel.get_by_text("The sandbox reaches no real phone")).to_be_visible()
    panel.get_by_label("Phone number").fill(CUSTOMER)
    page.keyboard.press("Enter")
    sent = page.get_by_role("dialog")
    expect(sent.get_by_role("status")).to_contain_text("Sent")
    sent.get_by_role("link", name="Open the phone").click()
    # A message that is tapped before the page's script is there does nothing.
    page.wait_for_url("**/phone/**")


def payload_sent() -> dict[str, Any]:
    """The one request that went out, without the reference that was offered for it."""
    payload = Send.objects.get().payload
    assert payload.pop("reference")
    return payload


def taps_on(page: Page, template: str, option: str) -> None:
    """Go to a template's results; ends when they count one tap on the option, all by themselves."""
    page.get_by_role("link", name="Templates").click()
    page.get_by_role("link", name=template, exact=True).click()
    page.get_by_role("link", name="Results").click()
    bar = page.get_by_role("progressbar", name=f"{option}: 1 of 1")
    expect(bar).to_be_visible()


def test_list_from_a_starter(page: Page, first_person: User) -> None:
    sign_in(page, first_person)
    page.get_by_role("link", name="New template").click()
    page.get_by_role("button", name="Support menu").click()

    page.get_by_label("Template name").fill("Help desk")
    page.get_by_label("Body").fill("Hello! *How* can we help?")
    page.get_by_role("button", name="Add row to section 2").click()
    page.get_by_label("Section 2 row 2 title").fill("Opening hours")
    page.get_by_label("Section 2 row 2 description").fill("When you can reach us")
    expect(page.get_by_label("Section 2 row 2 ID")).to_have_value("opening_hours")
    preview = page.get_by_role("article", name="Message")
    expect(preview).to_contain_text("Hello! How can we help?")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("v1 published")).to_be_visible()

    send_test(page)
    chat = page.get_by_role("log", name="Chat")
    chat.get_by_role("button", name="Get Help").click()
    sheet = chat.get_by_role("dialog", name="Get Help")
    sheet.get_by_label("Opening hours").check()
    sheet.get_by_role("button", name="Send").click()
    answer = chat.get_by_role("article", name="The customer’s message")
    expect(answer).to_contain_text("Opening hours")

    taps_on(page, "Help desk", "Opening hours")
    expected = example("list-support-menu") | {"body": "Hello! *How* can we help?"}
    del expected["reference"]
    expected["sections"][1]["rows"].append(
        {
            "id": "opening_hours",
            "title": "Opening hours",
            "description": "When you can reach us",
        }
    )
    assert payload_sent() == expected


def test_buttons_from_nothing(page: Page, first_person: User) -> None:
    sign_in(page, first_person)
    page.get_by_role("link", name="New template").click()
    page.get_by_role("button", name="New buttons").click()

    page.get_by_label("Template name").fill("Order 12345")
    page.get_by_label("Header type").select_option(label="Text")
    page.get_by_label("Header", exact=True).fill("Your order")
    page.get_by_label("Body").fill("Your order is packed. Shall we send it?")
    page.get_by_label("Footer").fill("Acme")
    page.get_by_label("Button 1 title").fill("Yes, send it")
    page.get_by_role("button", name="Add button").click()
    page.get_by_label("Button 2 title").fill("Not yet")
    page.get_by_label("Button 2 ID").fill("wait_12345")
    expect(page.get_by_text("Draft saved")).to_be_visible()

    send_test(page)
    chat = page.get_by_role("log", name="Chat")
    chat.get_by_role("button", name="Not yet").click()
    answer = chat.get_by_role("article", name="The customer’s message")
    expect(answer).to_contain_text("Not yet")

    taps_on(page, "Order 12345", "Not yet")
    assert payload_sent() == {
        "to": CUSTOMER,
        "header": {"type": "text", "text": "Your order"},
        "body": "Your order is packed. Shall we send it?",
        "footer": "Acme",
        "buttons": [
            {"id": "yes_send_it", "title": "Yes, send it"},
            {"id": "wait_12345", "title": "Not yet"},
        ],
    }


def test_saved_numbers_are_ticked_and_unticked_together(
    page: Page, editor: User, sandbox_connection: Connection, template: MessageTemplate
) -> None:
    for number in range(3):
        name, own = f"Phone {number}", f"+4930123{number:03}"
        TestNumber.objects.create(team=template.team, number=own, name=name)
    TestNumber.objects.create(team=template.team, number=CUSTOMER)
    sign_in(page, editor)
    page.get_by_role("link", name=template.name).click()
    # Before the page's script is there, the panel is a page of its own.
    page.wait_for_load_state()
    page.get_by_role("button", name="Send test").click()
    panel = page.get_by_role("dialog", name="Send a test")
    panel.get_by_text("Send to several").click()
    both = panel.get_by_role("button", name="All or none")
    both.click()
    expect(panel.get_by_role("checkbox", checked=True)).to_have_count(3)
    expect(panel.get_by_text("It goes to 3 numbers")).to_be_visible()
    both.click()
    expect(panel.get_by_role("checkbox", checked=True)).to_have_count(0)
    expect(panel.get_by_text("It goes to 3 numbers")).to_be_hidden()


def test_an_answered_send_is_not_said_to_be_perhaps_undelivered(
    page: Page, editor: User, sandbox_connection: Connection, template: MessageTemplate
) -> None:
    send = make_send(template, sandbox_connection, state=State.SENT)
    sign_in(page, editor)
    page.goto(send.get_absolute_url())
    doubt = page.get_by_text("Accepted doesn’t mean delivered yet")
    expect(doubt).to_be_visible()
    make_reply(make_delivery(sandbox_connection, {}), send)
    expect(page.get_by_role("region", name="Replies").get_by_role("listitem")).to_be_visible()
    expect(doubt).to_be_hidden()


def test_an_unknown_send_is_sent_again_after_asking(
    page: Page, editor: User, sandbox_connection: Connection, template: MessageTemplate
) -> None:
    send = make_send(template, sandbox_connection, state=State.UNKNOWN)
    sign_in(page, editor)
    page.goto(send.get_absolute_url())
    page.get_by_role("link", name="Send again (may arrive twice)").click()
    dialog = page.get_by_role("dialog", name="Send it again?")
    dialog.get_by_role("button", name=re.compile("^Send")).click()
    expect(page.locator("#send-live")).to_contain_text("Sent")
    assert Send.objects.exclude(pk=send.pk).get().repeat_of == send


def test_those_of_several_that_failed_are_sent_again_beside_an_unknown_one(
    page: Page, editor: User, sandbox_connection: Connection, template: MessageTemplate
) -> None:
    batch = Batch.objects.create(team=template.team, count=2, token=uuid.uuid4())
    for state in (State.FAILED, State.UNKNOWN):
        make_send(template, sandbox_connection, state=state, batch=batch)
    sign_in(page, editor)
    page.goto(batch.get_absolute_url())
    page.get_by_role("link", name="Send the one that failed again").click()
    dialog = page.get_by_role("dialog", name="Send those that failed again?")
    expect(dialog).to_contain_text("to 1 number")
    dialog.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading", name="All 1 are done")).to_be_visible()
    assert Send.objects.get(repeat_of__isnull=False).state == State.SENT


def test_what_is_said_of_the_sandbox_follows_the_connection(page: Page, first_person: User) -> None:
    make_connection(first_person.memberships.get().team, name="Shop")
    sign_in(page, first_person)
    page.get_by_role("link", name="Support menu", exact=True).click()
    page.get_by_role("button", name="Send test").click()
    words = page.get_by_text("The sandbox reaches no real phone")
    expect(words).to_be_visible()
    page.get_by_label("Connection").select_option(label="Shop")
    expect(words).to_be_hidden()
