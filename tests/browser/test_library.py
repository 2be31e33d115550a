"""The library in a real browser: finding, beginning, copying and deleting templates."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from designer.library.starters import STARTERS
from designer.message.schema import ListMessage
from designer.teams.models import Team, User
from tests.factories import BUTTONS, make_member, make_message, make_template

from .harness import Screen, before_the_scripts, on_a_phone, overflow, sign_in, without_javascript


@pytest.fixture
def library(page: Page, team: Team, editor: User) -> Page:
    colleague = make_member(team, name="Carl Colleague")
    make_template(team, make_message(BUTTONS), name="Order confirmation", person=colleague)
    make_template(team, ListMessage(body="Große Auswahl"), name="Unfinished", person=colleague)
    make_template(team, name="Support menu", person=editor)
    sign_in(page, editor)
    return page


def cards(page: Page) -> Locator:
    return page.locator("#cards .tile")


def test_a_card_shows_the_message_and_leads_to_it(library: Page) -> None:
    card = cards(library).filter(has_text="Order confirmation")
    for words in ("Buttons", "Draft", "Carl Colleague", "Your order #12345", "✅ Confirm"):
        expect(card).to_contain_text(words)
    expect(card).not_to_contain_text("problem")
    expect(cards(library).filter(has_text="Unfinished")).to_contain_text("problems")
    library.get_by_role("link", name="Order confirmation").click()
    expect(library.get_by_role("textbox", name="Template name")).to_have_value("Order confirmation")


def test_search_finds_while_it_is_typed_and_can_be_gone_back_to(library: Page) -> None:
    search = library.get_by_role("searchbox", name="Search templates")
    search.press_sequentially("GROSSE")
    expect(cards(library)).to_have_count(1)
    expect(search).to_be_focused()
    expect(library).to_have_url(re.compile(r"\?q=GROSSE$"))
    library.get_by_role("link", name="Unfinished").click()
    expect(library.get_by_role("textbox", name="Body", exact=True)).to_be_visible()
    library.go_back()
    expect(search).to_have_value("GROSSE")
    expect(cards(library)).to_have_count(1)
    expect(library.get_by_role("heading", level=1)).to_have_text("Templates")
    search.fill("nothing <b>like</b> this")
    expect(library.get_by_text("Nothing found for “nothing <b>like</b> this”")).to_be_visible()
    library.get_by_role("link", name="Show all templates").click()
    expect(cards(library)).to_have_count(3)
    expect(search).to_have_value("")


def test_filters_while_one_chooses_and_stands_in_the_address(library: Page) -> None:
    kind = library.get_by_role("combobox", name="Kind")
    state = library.get_by_role("combobox", name="State")
    kind.select_option("Buttons")
    expect(cards(library)).to_have_count(1)
    expect(library).to_have_url(re.compile(r"/templates/\?kind=button$"))
    expect(library.get_by_role("status").filter(has_text="1 template")).to_be_visible()
    state.select_option("With errors")
    expect(library.get_by_role("heading", name="No template is like that")).to_be_visible()
    library.go_back()
    expect(cards(library)).to_have_count(1)
    expect(kind).to_have_value("button")
    expect(state).to_have_value("")
    library.get_by_role("link", name="Clear filters").click()
    expect(cards(library)).to_have_count(3)
    expect(kind).to_have_value("")
    library.get_by_role("combobox", name="Sort by").select_option("Name")
    expect(library.locator("#cards h2")).to_have_text(
        ["Order confirmation", "Support menu", "Unfinished"]
    )


def test_a_choice_made_before_the_scripts_came_counts(library: Page) -> None:
    with before_the_scripts(library):
        library.get_by_role("combobox", name="Sort by").select_option("Name")
    expect(library.locator("#cards h2")).to_have_text(
        ["Order confirmation", "Support menu", "Unfinished"]
    )


def test_begins_from_nothing_and_from_a_starter(library: Page) -> None:
    library.get_by_role("link", name="New template").click()
    expect(library.locator(".tile")).to_have_count(len(STARTERS))
    library.get_by_role("button", name="Special offer").click()
    expect(library.locator("#outcome .bubble").first).to_contain_text("SAVE20")
    expect(library.get_by_role("textbox", name="Sample for percent")).to_have_value("20")
    library.goto(reverse("new-template"))
    library.get_by_role("button", name=re.compile("New list")).click()
    expect(library.get_by_role("textbox", name="Template name")).to_have_value("New list")
    expect(library.get_by_role("textbox", name="Section 1 row 1 title", exact=True)).to_have_value(
        ""
    )


def test_duplicates_and_deletes_after_asking(library: Page, team: Team) -> None:
    def menu(name: str) -> Locator:
        more = library.get_by_label(f"More for {name}", exact=True)
        more.click()
        return cards(library).filter(has=more)

    menu("Support menu").get_by_role("button", name="Duplicate").click()
    expect(library.get_by_text("This is a copy of “Support menu”.")).to_be_visible()
    expect(library.get_by_role("textbox", name="Template name")).to_have_value(
        "Support menu (copy)"
    )
    library.goto(reverse("templates"))
    menu("Support menu").get_by_role("link", name="Delete…").click()
    dialog = library.get_by_role("dialog", name="Delete “Support menu”?")
    expect(dialog).to_be_visible()
    library.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    menu("Support menu").get_by_role("link", name="Delete…").click()
    dialog.get_by_role("link", name="Keep it").click()
    expect(dialog).to_be_hidden()
    assert team.templates.count() == 4
    menu("Support menu").get_by_role("link", name="Delete…").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(library.get_by_text("“Support menu” was deleted.")).to_be_visible()
    expect(cards(library)).to_have_count(3)


@on_a_phone
def test_menu_of_a_card_closes_and_fits_on_a_phone(library: Page, screen: Screen) -> None:
    assert overflow(library) == 0
    more = library.get_by_label("More for Unfinished", exact=True)
    more.click()
    delete = library.get_by_role("link", name="Delete…")
    expect(delete).to_be_in_viewport()
    assert overflow(library) == 0
    library.keyboard.press("Escape")
    expect(delete).to_be_hidden()
    expect(more).to_be_focused()
    more.click()
    library.get_by_role("heading", level=1).click()
    expect(delete).to_be_hidden()


@without_javascript
def test_library_works_without_javascript(library: Page, screen: Screen, team: Team) -> None:
    search = library.get_by_role("searchbox", name="Search templates")
    search.fill("grosse")
    search.press("Enter")
    expect(cards(library)).to_have_count(1)
    library.get_by_role("link", name="Templates").click()
    library.get_by_role("combobox", name="State").select_option("With errors")
    library.get_by_role("button", name="Show").click()
    expect(cards(library)).to_have_count(1)
    library.get_by_label("More for Unfinished", exact=True).click()
    library.get_by_role("link", name="Delete…").click()
    library.get_by_role("button", name="Delete").click()
    expect(cards(library)).to_have_count(2)
    library.get_by_label("More for Support menu", exact=True).click()
    library.get_by_role("button", name="Duplicate").click()
    expect(library.get_by_role("textbox", name="Template name")).to_have_value(
        "Support menu (copy)"
    )
    assert team.templates.count() == 3


def test_works_in_another_team(library: Page, editor: User, other_team: Team) -> None:
    other_team.memberships.create(user=editor, role="viewer")
    make_template(other_team, name="Theirs")
    library.reload()
    library.get_by_label("Team Acme").click()
    library.get_by_role("button", name="Another team").click()
    expect(cards(library)).to_have_text([re.compile("Theirs")])
    expect(library.get_by_role("link", name="New template")).to_have_count(0)
    expect(library.get_by_label("More for Theirs")).to_have_count(0)


def test_an_open_page_goes_on_in_its_own_team(
    library: Page, editor: User, team: Team, other_team: Team
) -> None:
    editor.memberships.create(team=other_team, role="editor")
    mine = make_template(team, name="Here")
    make_template(other_team, name="There")
    library.goto(reverse("template", args=[mine.pk]))
    begins = library.context.new_page()
    begins.goto(reverse("new-template"))
    switches = library.context.new_page()
    switches.goto(reverse("templates"))
    switches.get_by_label(re.compile("^Team ")).click()
    switches.get_by_role("button", name=str(other_team)).click()
    expect(cards(switches)).to_have_text([re.compile("There")])
    # It is saved, not said to be deleted.
    library.get_by_label("Footer", exact=True).fill("Typed here")
    expect(library.get_by_text("Draft saved")).to_be_visible()
    mine.refresh_from_db()
    assert mine.message.footer == "Typed here"
    begins.get_by_role("button", name="New list").click()
    expect(begins.get_by_label(f"Team {team}")).to_be_visible()
    assert other_team.templates.count() == 1


def test_signs_in_with_a_password_and_out(page: Page, editor: User) -> None:
    editor.set_password("a long enough secret")
    editor.save()
    page.goto(reverse("account"))
    page.get_by_label("E-mail").fill(editor.email.upper())
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="don't match")).to_be_visible()
    page.get_by_label("Password").fill("a long enough secret")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(reverse("account")))
    page.get_by_label(f"{editor.name}, your account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Tapwright")).to_be_visible()
