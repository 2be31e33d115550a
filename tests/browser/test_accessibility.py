"""Axe finds nothing on any page, in light and dark, wide and on a phone, whatever it shows.

The pages are walked from the list of addresses, so a new one is looked at as soon as it has one.
"""

import uuid
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from designer.library.content import Content
from designer.library.models import MessageTemplate, PreviewLink
from designer.message.schema import ButtonMessage, Header, ListMessage, Row, Section
from designer.replies.models import Kind
from designer.sending.models import Batch, State, TestNumber
from designer.teams.models import Invitation, Membership, Role, Team, User
from tests.factories import (
    BUTTONS,
    CUSTOMER,
    example,
    make_connection,
    make_delivery,
    make_member,
    make_message,
    make_reply,
    make_send,
    make_template,
)
from tests.message.examples import list_message
from tests.sandbox import factories as sandbox

from .harness import axe, overflow, sign_in

WIDE, PHONE = 1280, 390
BROKEN = ListMessage(
    header="*x*" * 30,
    body="",
    button="x" * 30,
    sections=(
        Section(title="x" * 30, rows=(Row(id="1", title="a"), Row(id="1", title="b" * 40))),
        Section(rows=()),
    ),
)


SCREENS: list[tuple[int, Literal["light", "dark"]]] = [
    (WIDE, "light"),
    (PHONE, "dark"),
    (PHONE, "light"),
    (WIDE, "dark"),
]


def look(page: Page, *, what: str = "") -> list[str]:
    """What is wrong with the page as it is, on each screen, without loading it anew.

    A state of a page is looked at on two of the screens, a page itself on all four.
    """
    found = []
    for width, scheme in SCREENS[: 2 if what else 4]:
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        screen = f"{what or page.url} at {width} px, {scheme}"
        found += [f"{screen}: {problem}" for problem in axe(page)]
        if wider := max(overflow(page), overflow_of_dialogs(page)):
            found.append(f"{screen}: is {wider} px too wide")
    page.set_viewport_size({"width": WIDE, "height": 844})
    return found


def overflow_of_dialogs(page: Page) -> int:
    """By how many pixels what an open dialog holds is wider than the dialog."""
    wider: int = page.evaluate(
        """() => Math.max(0, ...[...document.querySelectorAll("dialog[open]")]
            .flatMap((dialog) => [dialog, ...dialog.querySelectorAll("div, form")])
            .filter((box) => getComputedStyle(box).overflowX !== "visible")
            .filter((box) => !box.matches("[tabindex]"))
            .map((box) => box.scrollWidth - box.clientWidth))"""
    )
    return wider


def addresses() -> Iterator[tuple[str, str, list[str]]]:
    """The name, the path and the parts to fill in, of each address of the product."""

    def walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, str, list[str]]]:
        for pattern in patterns:
            path = f"{prefix}{pattern.pattern}"
            if not isinstance(pattern, URLPattern):
                yield from walk(pattern.url_patterns, path)
            elif pattern.name:
                yield pattern.name, path, list(pattern.pattern.converters)

    yield from walk(get_resolver().url_patterns, "")


@pytest.fixture
def filled(team: Team, editor: User) -> dict[str, Any]:
    """A team in which something of each sort has happened; what stands for each part of a path."""
    make_template(team, BROKEN, name="Unfinished")
    document = Header(type="document", link="https://example.com/menu.pdf", filename="Menu.pdf")
    make_template(team, ButtonMessage(header=document, body="> Menu"), name="With a document")
    hello = list_message(body="Hello {{name}}", footer="https://example.com")
    template = make_template(
        team,
        hello,
        name="Hello",
        person=editor,
        samples={"name": "Ann"},
        longest={"name": "x" * 30},
    )
    template.publish(editor)
    connection = make_connection(team)
    sends = [
        make_send(template, connection, state=state, outcome="What came of it.", reference="ref-1")
        for state in State
    ]
    batch = Batch.objects.create(team=team, template_name="Hello", count=2, token=uuid.uuid4())
    for state in (State.SENT, State.FAILED):
        make_send(template, connection, state=state, batch=batch)
    number = TestNumber.objects.create(team=team, number=CUSTOMER, name="Ann")
    delivery = make_delivery(connection, example("webhook-list-reply"))
    make_delivery(connection, b"{broken")
    replies = [
        make_reply(delivery, sends[-1], kind=Kind.LIST, option_id="dish_pizza", title="Pizza"),
        make_reply(delivery, text="Hello?"),
    ]
    make_connection(team, name="Removed", retired_at=timezone.now())
    Invitation.issue(team, Role.EDITOR, person=editor, note="Ann")
    PreviewLink.objects.create(template=template, secret="spent")
    account = sandbox.make_account(team)
    message = sandbox.make_message(account)
    return {
        "templates": template.pk,
        "connections": connection.pk,
        "sends": sends[-1].pk,
        "together": batch.pk,
        "numbers": number.pk,
        "replies": replies[0].pk,
        "deliveries": delivery.pk,
        "keys": account.pk,
        "members": editor.memberships.get().pk,
        "invitations": Invitation.objects.get().pk,
        "customer": CUSTOMER,
        "phone": message.pk,
        "number": 1,
        "after": 0,
        "secret": "spent",
        "all sends": [send.pk for send in sends],
    }


def paths(filled: dict[str, Any]) -> Iterator[str]:
    """Every address, about what there is."""
    for name, path, parts in addresses():
        values = {}
        for part in parts:
            about = path.partition("<int:pk>")[0].strip("/").split("/") if part == "pk" else [part]
            known = [word for word in about if word in filled]
            assert known, f"Say in `filled` what {part} stands for in {path}"
            values[part] = filled[known[-1]]
        yield reverse(name, kwargs=values)


def is_page(client: Client, path: str) -> bool:
    response = client.get(path)
    if response.streaming or response.status_code not in (200, 410):
        return False
    return b"<!doctype html>" in response.content[:200]


def test_every_page(
    page: Page,
    filled: dict[str, Any],
    admin: User,
    client_as: Callable[[User], Client],
    allowed: list[str],
) -> None:
    allowed += ["410", "Failed to load resource"]
    client = client_as(admin)
    pages = [path for path in paths(filled) if is_page(client, path)]
    assert len(pages) > 15
    sign_in(page, admin)
    found = []
    for path in pages:
        page.goto(path)
        found += look(page)
    assert not found, "\n".join(found)


def test_every_state_of_a_send(page: Page, filled: dict[str, Any], admin: User) -> None:
    sign_in(page, admin)
    found = []
    for pk in filled["all sends"]:
        page.goto(reverse("send", args=[pk]))
        found += look(page, what=f"{page.url} in its state")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN])
def test_pages_with_nothing_in_them(page: Page, team: Team, role: Role, allowed: list[str]) -> None:
    allowed += ["403", "404", "Failed to load resource"]
    sign_in(page, make_member(team, role))
    template = make_template(team, BROKEN, name="Unfinished")
    found = []
    for name in ("sends", "replies", "connections", "phone", "phone-new", "phone-keys"):
        page.goto(reverse(name))
        found += look(page, what=f"{name} with nothing in it")
    for name in ("template", "versions", "template-results"):
        page.goto(reverse(name, args=[template.pk]))
        found += look(page, what=f"{name} of a new template")
    template.delete()
    for path in (reverse("templates"), f"{reverse('templates')}?q=x", "/nowhere/"):
        page.goto(path)
        found += look(page, what=f"{path} with nothing in it")
    if role == Role.VIEWER:
        page.goto(reverse("new-template"))
        page.goto(reverse("new-connection"))
        found += look(page, what="refused")
    Membership.objects.all().delete()
    page.goto(reverse("templates"))
    found += look(page, what="without a team")
    assert not found, "\n".join(found)


def test_pages_for_whoever_is_signed_out(page: Page, db: None, allowed: list[str]) -> None:
    allowed += ["410", "404", "Failed to load resource"]
    page.goto(reverse("sign-in"))
    found = look(page)
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_label("Password").fill("nothing")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="don't match")).to_be_visible()
    found += look(page, what="sign-in refused")
    ended = reverse("shared-preview", args=["spent"])
    for path in (reverse("enter", args=["spent"]), ended, "/nowhere/"):
        page.goto(path)
        found += look(page)
    assert not found, "\n".join(found)


def test_every_state_of_the_editor(
    page: Page, team: Team, editor: User, allowed: list[str]
) -> None:
    template = make_template(team, list_message(body="Hello {{name}}"), samples={"name": "Ann"})
    sign_in(page, editor)
    page.goto(reverse("template", args=[template.pk]))
    body = page.get_by_role("textbox", name="Body", exact=True)
    title = page.get_by_role("textbox", name="Section 1 row 1 title", exact=True)
    problems = page.get_by_role("list", name="Problems")
    found = []

    def looks(what: str) -> None:
        found.extend(look(page, what=what))

    looks_menu = page.get_by_label("Screen and text size")
    looks_menu.click()
    looks("how the phone looks")
    looks_menu.click()
    page.get_by_role("button", name="View menu", exact=True).click()
    expect(page.get_by_role("dialog", name="View menu")).to_be_visible()
    looks("the sheet open")
    page.keyboard.press("Escape")
    title.fill("x" * 23)
    body.fill("x" * 1025)
    expect(problems).to_contain_text("Take away 1.")
    looks("with problems")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Not published: 1 problem")).to_be_visible()
    looks("publishing refused")
    body.fill("Hello")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()
    looks("published")
    for name, opens in (
        ("Emoji", page.get_by_role("searchbox", name="Search emoji")),
        ("Keyboard shortcuts", page.get_by_role("dialog", name="Keyboard shortcuts")),
        ("Send test", page.get_by_role("dialog").filter(visible=True)),
    ):
        page.get_by_role("button", name=name, exact=True).first.click()
        expect(opens).to_be_visible()
        looks(name)
        page.keyboard.press("Escape")
        expect(opens).to_be_hidden()
    page.get_by_role("link", name="List").first.click()
    switch = page.get_by_role("dialog", name="Make it reply buttons?")
    expect(switch).to_be_visible()
    looks("switching the kind")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Share").click()
    share = page.get_by_role("dialog", name="Share the preview")
    expect(share).to_be_visible()
    looks("sharing")
    share.get_by_role("button", name="Make a link").click()
    expect(share.get_by_label("The link")).to_be_visible()
    looks("shared")
    page.keyboard.press("Escape")
    for pane in ("JSON", "Code"):
        page.get_by_role("link", name=pane, exact=True).click()
        expect(page.locator("#outcome")).not_to_have_attribute("data-pane", "preview")
        looks(pane)
    assert not found, "\n".join(found)


@pytest.mark.usefixtures("untold")
def test_dialogs_that_ask(page: Page, team: Team, editor: User, allowed: list[str]) -> None:
    allowed += ["409", "Failed to load resource", "for POST", "for GET", "htmx:"]
    allowed += ["Response Status"]
    template = make_template(team, make_message(BUTTONS))
    sign_in(page, editor)
    page.get_by_label("More for Support menu").click()
    found = look(page, what="the menu of a card")
    page.get_by_role("link", name="Delete…").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found += look(page, what="deleting")
    page.goto(reverse("template", args=[template.pk]))
    theirs = Content(list_message(body="Their words"))
    colleague = make_member(team, name="Carl Colleague")
    MessageTemplate.objects.get(pk=template.pk).save_draft(
        theirs, name="Theirs", person=colleague, revision=1
    )
    page.get_by_role("textbox", name="Body", exact=True).fill("My words")
    expect(page.get_by_role("dialog")).to_be_visible()
    found += look(page, what="two drafts")
    page.keyboard.press("Escape")
    page.route("**", lambda route: route.abort())
    page.get_by_role("textbox", name="Body", exact=True).fill("Cut off")
    expect(page.locator("#saved")).to_contain_text("no connection")
    found += look(page, what="cut off")
    page.get_by_role("button", name="Send test").click()
    expect(page.get_by_role("alert").filter(visible=True)).to_be_visible()
    found += look(page, what="a failure told")
    assert not found, "\n".join(found)
