"""Sharing a preview, from the editor to whoever opens the link."""

from collections.abc import Callable

from django.urls import reverse
from playwright.sync_api import Page, expect

from designer.library.models import MessageTemplate
from designer.teams.models import User

from .harness import on_a_phone, open_editor, without_javascript


def test_a_client_tries_what_was_shared(
    new_page: Callable[[], Page],
    template: MessageTemplate,
    editor: User,
    allowed: list[str],
) -> None:
    allowed += ["410", "Failed to load resource"]
    page, visitor = new_page(), new_page()
    open_editor(page, editor, template)
    page.get_by_label("Body", exact=True).fill("Typed just before")
    page.get_by_role("link", name="Share").click()
    share = page.get_by_role("dialog", name="Share the preview")
    share.get_by_role("button", name="Make a link").click()
    link = share.get_by_label("The link")
    expect(link).to_be_focused()
    address = link.input_value()
    # Whoever takes it by hand presses Enter there sooner or later.
    link.press("Enter")
    expect(link).to_have_value(address)
    visitor.goto(address)
    expect(visitor.get_by_role("heading", name=template.name)).to_be_visible()
    expect(visitor.locator(".bubble__body")).to_have_text("Typed just before")
    visitor.locator("[data-sheet-open]").click()
    visitor.get_by_role("radio").first.check()
    visitor.get_by_role("button", name="Send", exact=True).click()
    expect(visitor.get_by_label("The customer’s reply")).to_be_visible()
    share.get_by_role("button", name="Stop sharing").click()
    expect(share.get_by_role("button", name="Make a link")).to_be_visible()
    share.get_by_role("link", name="Cancel").click()
    expect(share).to_be_hidden()
    visitor.reload()
    expect(visitor.get_by_role("heading")).to_have_text("This preview is no longer shared")


@on_a_phone
def test_sharing_is_in_the_menu_of_a_phone(
    page: Page, template: MessageTemplate, editor: User
) -> None:
    open_editor(page, editor, template)
    page.get_by_label("More for this template").click()
    page.get_by_role("link", name="Share…").click()
    expect(page.get_by_role("dialog", name="Share the preview")).to_be_visible()


@without_javascript
def test_sharing_needs_no_javascript(page: Page, template: MessageTemplate, editor: User) -> None:
    open_editor(page, editor, template)
    page.get_by_role("link", name="Share", exact=True).click()
    page.get_by_role("button", name="Make a link").click()
    page.goto(page.get_by_label("The link").input_value())
    expect(page.locator(".bubble__body")).to_be_visible()
    page.goto(reverse("share-template", args=[template.pk]))
    page.get_by_role("button", name="Stop sharing").click()
    expect(page.get_by_role("button", name="Make a link")).to_be_visible()
