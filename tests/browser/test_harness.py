"""The harness itself: it must see what it is there to see."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from designer.teams.models import User

from .harness import Screen, axe, every_screen, sign_in, without_javascript


def test_sign_in_link_leads_to_the_templates(page: Page, editor: User) -> None:
    sign_in(page, editor)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_sees_a_breach_of_the_content_security_policy(page: Page, allowed: list[str]) -> None:
    page.goto("/sign-in/")
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate("document.body.setAttribute('onclick', 'alert(1)'); document.body.click()")
    allowed.append("Content Security Policy")


def test_sees_a_missing_page(page: Page, allowed: list[str]) -> None:
    with page.expect_console_message(lambda message: "404" in message.text):
        page.goto("/nowhere/")
    allowed.append("404")


def test_axe_runs_under_the_policy_and_finds_what_is_wrong(page: Page) -> None:
    page.goto("/sign-in/")
    assert axe(page) == []
    page.evaluate("document.querySelector('label').remove()")
    assert [line.partition(":")[0] for line in axe(page)] == ["label"]


@every_screen
def test_page_has_the_screen_asked_for(page: Page, screen: Screen) -> None:
    page.goto("/sign-in/")
    assert page.evaluate("innerWidth") == screen.width
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert dark == (screen.scheme == "dark")


@without_javascript
def test_page_can_do_without_javascript(page: Page) -> None:
    page.set_content("<noscript>plain</noscript>")
    expect(page.get_by_text("plain")).to_be_visible()


def test_pages_are_separate_people(new_page: Callable[[], Page], editor: User) -> None:
    sign_in(new_page(), editor)
    stranger = new_page()
    stranger.goto("/templates/")
    expect(stranger).to_have_url(re.compile("/sign-in/"))
