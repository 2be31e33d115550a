"""How the pages look where it matters: nothing covered or cut, on paper, in one's own time."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from designer.library.forms import blank
from designer.library.models import MessageTemplate
from designer.message.schema import ListMessage, Row, Section
from designer.replies.models import Kind
from designer.teams.models import Team, User
from tests.factories import BUTTONS, make_delivery, make_message, make_reply, make_template
from tests.factories import make_connection as connect
from tests.message.examples import list_message

from .harness import Screen, on_a_phone, open_editor, overflow, sign_in, without_javascript

LONG_NAME = (
    "A name of a hundred and twenty characters, " + "which goes on and on " * 3 + "for ever more"
)
WIDTHS = (1440, 1330, 1100, 800, 390, 320)


def box(element: Locator) -> dict[str, Any]:
    found = element.bounding_box()
    assert found is not None
    return dict(found)


def at_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})


def test_title_of_a_row_has_room_beside_its_counter(page: Page, team: Team, editor: User) -> None:
    rows = (Row(id="wh", title="Wireless Headphones WH", description="Over the ear"),)
    template = make_template(team, list_message(sections=(Section(title="Sound", rows=rows),)))
    open_editor(page, editor, template)
    title = page.get_by_role("textbox", name="Section 1 row 1 title", exact=True)
    for width in WIDTHS:
        at_width(page, width)
        cut = title.evaluate("(input) => input.scrollWidth - input.clientWidth")
        assert cut <= 0, f"{cut} px of the title are cut off at {width} px"
        assert overflow(page) == 0


def test_a_long_name_takes_one_line_of_the_head_and_two_of_a_card(
    page: Page, team: Team, editor: User
) -> None:
    template = make_template(team, name=LONG_NAME)
    open_editor(page, editor, template)
    for width in (1440, 1100):
        at_width(page, width)
        assert box(page.locator(".workbench__head"))["height"] < 65
    at_width(page, 390)
    assert box(page.locator(".workbench__head"))["height"] < 105
    page.goto(reverse("templates"))
    assert box(page.locator("#cards h2"))["height"] < 50
    assert overflow(page) == 0


@pytest.mark.parametrize(
    "screen", [Screen(width=1440, height=900), Screen(width=1280, height=720)], indirect=True
)
def test_what_is_to_be_filled_in_is_in_sight_beside_a_new_list(
    page: Page, screen: Screen, team: Team, editor: User
) -> None:
    open_editor(page, editor, make_template(team, blank("list")))
    for problem in page.locator(".todo__item").all():
        expect(problem).to_be_in_viewport(ratio=1)
    # Much that is wrong leaves the phone its room all the same.
    much = make_template(team, ListMessage(sections=(Section(rows=(Row(), Row())),) * 5))
    page.goto(reverse("template", args=[much.pk]))
    phone, verdict = box(page.locator(".phone-frame")), box(page.locator(".verdict"))
    assert phone["height"] > verdict["height"]
    assert verdict["y"] + verdict["height"] <= screen.height


def test_the_operations_of_a_row_are_seen_once_the_hand_is_there(opened: Page) -> None:
    remove = opened.get_by_role("button", name="Remove row 1 of section 1", exact=True)
    title = opened.get_by_role("textbox", name="Section 1 row 1 title", exact=True)
    expect(remove).to_have_css("opacity", "0")
    title.hover()
    expect(remove).to_have_css("opacity", "1")
    opened.mouse.move(0, 0)
    expect(remove).to_have_css("opacity", "0")
    # By keyboard it is the same: Tab goes through the fields to them.
    title.focus()
    expect(remove).to_have_css("opacity", "1")
    for _ in range(20):
        opened.keyboard.press("Tab")
        if remove.evaluate("(button) => button === document.activeElement"):
            break
    expect(remove).to_be_focused()
    opened.keyboard.press("Enter")
    expect(title).to_have_value("Return/Exchange")


def test_the_menu_of_the_editor_has_what_the_cards_have(
    opened: Page, team: Team, template: MessageTemplate
) -> None:
    more = opened.get_by_label("More for this template")
    menu = opened.locator(".workbench__menu")
    more.press("Enter")
    expect(menu.get_by_role("link", name="Versions")).to_be_visible()
    with opened.expect_download() as download:
        menu.get_by_role("link", name="Download JSON").click()
    assert download.value.suggested_filename.endswith(".json")
    opened.keyboard.press("Escape")
    expect(more).to_be_focused()
    more.click()
    menu.get_by_role("link", name="Delete…").click()
    dialog = opened.get_by_role("dialog", name="Delete “Support menu”?")
    expect(dialog).to_be_visible()
    dialog.get_by_role("link", name="Keep it").click()
    more.click()
    menu.get_by_role("button", name="Duplicate").click()
    expect(opened.get_by_role("textbox", name="Template name")).to_have_value("Support menu (copy)")
    assert team.templates.count() == 2


def test_what_a_page_says_lines_up_with_the_workbench_and_can_be_closed(opened: Page) -> None:
    opened.get_by_label("More for this template").click()
    opened.get_by_role("button", name="Duplicate", exact=True).click()
    notice = opened.locator(".notices .notice", has_text="This is a copy")
    for width in (1600, 900, 390):
        at_width(opened, width)
        fields = box(opened.locator(".workbench__fields"))
        assert box(notice)["x"] == fields["x"]
    notice.get_by_role("button", name="Close this notice").click()
    expect(opened.locator(".notices").filter(visible=True)).to_have_count(0)


@on_a_phone
def test_on_a_phone_one_gets_to_the_preview_and_back(
    page: Page, screen: Screen, editor: User, template: MessageTemplate
) -> None:
    open_editor(page, editor, template)
    title = page.get_by_label("Section 1 row 1 title", exact=True)
    title.scroll_into_view_if_needed()
    at = page.evaluate("scrollY")
    assert at > 0
    foot = page.locator(".workbench__actions")
    foot.get_by_role("link", name="Preview").click()
    expect(page.locator("#outcome .bubble")).to_be_in_viewport()
    expect(foot.get_by_role("link", name="Preview")).to_be_hidden()
    foot.get_by_role("link", name="Edit").click()
    expect(foot.get_by_role("link", name="Preview")).to_be_visible()
    expect(title).to_be_in_viewport()
    assert page.evaluate("scrollY") == at


@on_a_phone
def test_on_a_phone_what_is_tapped_is_high_enough_and_in_sight(
    opened: Page, screen: Screen, template: MessageTemplate, editor: User
) -> None:
    template.publish(editor)
    opened.reload()
    chips_and_bar = opened.locator(":is(a, summary).chip, .top a").filter(visible=True)
    for tapped in chips_and_bar.all():
        assert box(tapped)["height"] >= 24, tapped.inner_text()
    last = opened.locator(".top__nav a").last
    expect(last).to_have_text("Phone")
    expect(last).to_be_in_viewport(ratio=1)
    # Narrower, the bar shows the place that one is at.
    opened.set_viewport_size({"width": 320, "height": 640})
    opened.goto(reverse("phone"))
    expect(last).to_be_in_viewport(ratio=1)


@on_a_phone
def test_on_a_phone_nothing_covers_what_one_types_in(
    page: Page, screen: Screen, editor: User, template: MessageTemplate
) -> None:
    open_editor(page, editor, template)
    assert box(page.get_by_role("textbox", name="Header", exact=True))["y"] < 250
    foot = page.locator(".workbench__actions")
    expect(foot.get_by_role("link", name="Preview")).to_be_in_viewport()
    # Tab by Tab to the end: each field and button lies above the bar at the foot.
    page.get_by_role("textbox", name="Header", exact=True).focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.evaluate("(each) => !each.closest('fieldset')"):
            break
        assert box(focused)["y"] + box(focused)["height"] <= box(foot)["y"] + 1
    page.get_by_role("textbox", name="Header", exact=True).focus()
    foot.get_by_role("link", name="Preview").click()
    expect(page.locator(".phone-frame")).to_be_in_viewport()
    expect(foot.get_by_role("link", name="Preview")).to_be_hidden()
    foot.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Version 1 is published.")).to_be_in_viewport()


@without_javascript
def test_without_javascript_nothing_is_shown_that_does_nothing(
    page: Page, screen: Screen, editor: User, template: MessageTemplate
) -> None:
    open_editor(page, editor, template)
    expect(page.locator("[data-grip]").first).to_be_hidden()
    expect(page.get_by_role("toolbar", name="Formatting")).to_be_hidden()
    expect(page.get_by_role("button", name="Keyboard shortcuts")).to_be_hidden()
    page.get_by_label("More for this template").click()
    page.get_by_role("button", name="Duplicate", exact=True).click()
    expect(page.get_by_role("textbox", name="Template name")).to_have_value("Support menu (copy)")


def test_on_paper_a_template_is_its_name_and_its_message(opened: Page) -> None:
    opened.emulate_media(media="print")
    expect(opened.get_by_role("textbox", name="Template name")).to_be_visible()
    message = opened.locator("#outcome .bubble")
    for text in ("How can we help you today?", "Get Help", "Track My Order", "Live chat support"):
        expect(message.get_by_text(text).first).to_be_visible()
    expect(opened.get_by_role("button").filter(visible=True)).to_have_text(["Get Help"])
    expect(opened.get_by_role("textbox", name="Body", exact=True)).to_be_hidden()
    expect(opened.get_by_role("link").filter(visible=True)).to_have_count(0)


def test_what_runs_from_the_right_has_its_circle_on_the_left(
    page: Page, team: Team, editor: User
) -> None:
    rows = (Row(id="pizza", title="بيتزا"), Row(id="pasta", title="Pasta"))
    template = make_template(team, list_message(sections=(Section(title="قسم", rows=rows),)))
    open_editor(page, editor, template)
    page.get_by_role("button", name="View menu", exact=True).click()
    right, left = page.locator(".sheet__row").all()
    assert box(right.get_by_role("radio"))["x"] < box(right.locator(".sheet__row-title"))["x"]
    assert box(left.get_by_role("radio"))["x"] > box(left.locator(".sheet__row-title"))["x"]


def test_a_picture_at_an_example_address_is_a_place_for_ones_own(
    page: Page, team: Team, editor: User, allowed: list[str]
) -> None:
    allowed.append("404")
    page.context.route("https://example.com/**", lambda route: route.fulfill(status=404))
    make_template(team, make_message("button-restock-image"))
    sign_in(page, editor)
    expect(page.locator("#cards").get_by_text("Your picture")).to_be_visible()


@pytest.fixture
def in_kolkata(page: Page) -> Page:
    """A reader who is five and a half hours ahead of the server."""
    zone = {"timezoneId": "Asia/Kolkata"}
    page.context.new_cdp_session(page).send("Emulation.setTimezoneOverride", zone)
    return page


@pytest.fixture
def night(team: Team) -> None:
    """Replies on both sides of a reader's midnight, on one day of the server's."""
    delivery = make_delivery(connect(team), b"{}")
    for hour in (18, 19):
        at = datetime(2026, 3, 1, hour, 0, 7, tzinfo=UTC)
        make_reply(delivery, kind=Kind.TEXT, text=f"At {hour}", replied_at=at)


def test_times_are_the_readers_own(in_kolkata: Page, night: None, editor: User, team: Team) -> None:
    page = in_kolkata
    sign_in(page, editor)
    page.goto(reverse("replies"))
    expect(page.locator(".reply__when")).to_have_text(["00:30", "23:30"])
    expect(page.locator(".replies__day")).to_have_text(["2 March 2026", "1 March 2026"])
    page.get_by_role("link", name="At 19").click()
    expect(page.get_by_text("2 Mar 2026, 00:30:07")).to_be_visible()


def test_how_long_ago_goes_on_counting(page: Page, editor: User, team: Team) -> None:
    page.clock.install()
    make_template(team)
    sign_in(page, editor)
    when = page.locator("#cards time")
    expect(when).to_have_text("just now")
    page.clock.run_for(2 * 60_000)
    expect(when).to_have_text("2 minutes ago")
    page.clock.run_for(60 * 60_000)
    expect(when).to_have_text("1 hour ago")


@without_javascript
def test_without_javascript_times_say_whose_they_are(
    page: Page, screen: Screen, night: None, editor: User
) -> None:
    sign_in(page, editor)
    page.goto(reverse("replies"))
    expect(page.locator(".reply__when")).to_have_text(["19:00 UTC", "18:00 UTC"])
    expect(page.locator(".replies__day")).to_have_text(["1 March 2026"])


def test_menu_of_a_button_message_moves_what_can_be_moved(
    page: Page, team: Team, editor: User
) -> None:
    open_editor(page, editor, make_template(team, make_message(BUTTONS)))
    for name, enabled in (("Move button 1 up", False), ("Move button 2 up", True)):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_enabled(enabled=enabled)
    page.get_by_role("button", name="Move button 2 up", exact=True).click()
    title = page.get_by_role("textbox", name="Button 1 title", exact=True)
    expect(title).to_have_value(re.compile("Cancel"))
