"""The editor's aids in a real browser: dragging, pasting, formatting, emoji, keys, company."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from designer.library.models import MessageTemplate
from designer.teams.models import Team, User
from tests.factories import BUTTONS, make_member, make_message, make_template

from .harness import axe, on_a_phone, open_editor

PASTE = """(text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    const options = {clipboardData: data, bubbles: true, cancelable: true};
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
}"""


def titles(page: Page, section: int) -> list[str]:
    fields = page.locator(f'[data-section="{section - 1}"] [data-row] .mini:first-of-type input')
    return [field.input_value() for field in fields.all()]


def grip(page: Page, path: str) -> Locator:
    return page.locator(f'[data-row="{path}"] [data-grip]')


def drag(page: Page, start: Locator, end: Locator) -> None:
    """Drag with the mouse, to just under the middle of `end`."""
    start.scroll_into_view_if_needed()
    source, target = start.bounding_box(), end.bounding_box()
    assert source is not None
    assert target is not None
    page.mouse.move(source["x"] + 5, source["y"] + 5)
    page.mouse.down()
    page.mouse.move(target["x"] + 5, target["y"] + target["height"] / 2 + 4, steps=6)
    page.mouse.up()


def test_drags_rows_within_and_between_sections(opened: Page) -> None:
    drag(opened, grip(opened, "sections.0.rows.0"), opened.locator("[data-rows='1']"))
    title = opened.get_by_label("Section 2 row 2 title", exact=True)
    expect(title).to_have_value("Track My Order")
    expect(title).to_be_focused()
    assert titles(opened, 1) == ["Return/Exchange"]
    drag(
        opened,
        grip(opened, "sections.1.rows.0"),
        opened.locator('[data-row="sections.1.rows.1"]'),
    )
    expect(opened.get_by_label("Section 2 row 1 title", exact=True)).to_have_value("Track My Order")
    expect(opened.get_by_label("Section 2 row 2 title", exact=True)).to_have_value("Talk to Agent")
    opened.get_by_role("button", name="Undo").click()
    expect(opened.get_by_label("Section 2 row 1 title", exact=True)).to_have_value("Talk to Agent")


def test_drags_a_section(opened: Page) -> None:
    sections = opened.locator(".section__head [data-grip]")
    drag(opened, sections.nth(0), opened.locator("[data-section='1']"))
    expect(opened.get_by_label("Section 1 title", exact=True)).to_have_value("Support")
    assert titles(opened, 2) == ["Track My Order", "Return/Exchange"]


@on_a_phone
def test_drags_a_button_with_a_finger_on_a_phone(page: Page, editor: User, team: Team) -> None:
    template = make_template(team, make_message(BUTTONS))
    open_editor(page, editor, template)
    start = grip(page, "buttons.0")
    start.scroll_into_view_if_needed()
    source = start.bounding_box()
    target = page.locator('[data-row="buttons.1"]').bounding_box()
    assert source is not None
    assert target is not None
    finger = page.context.new_cdp_session(page)
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    x, y, end = source["x"] + 5, source["y"] + 5, target["y"] + target["height"] - 5

    def touch(kind: str, *points: float) -> None:
        where = [{"x": x, "y": at} for at in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})

    touch("touchStart", y)
    for step in range(1, 6):
        touch("touchMove", y + (end - y) * step / 5)
    touch("touchEnd")
    expect(page.get_by_label("Button 2 title", exact=True)).to_have_value("✅ Confirm")


def test_moves_rows_with_the_keyboard_and_keeps_the_focus_on_them(opened: Page) -> None:
    opened.get_by_label("Section 1 row 2 title", exact=True).press("Alt+ArrowDown")
    moved = opened.get_by_label("Section 2 row 1 title", exact=True)
    expect(moved).to_have_value("Return/Exchange")
    expect(moved).to_be_focused()
    moved.press("Alt+ArrowUp")
    expect(opened.get_by_label("Section 1 row 2 title", exact=True)).to_be_focused()


def test_enter_goes_to_the_next_row_and_makes_one_after_the_last(opened: Page) -> None:
    opened.get_by_label("Section 1 row 1 title", exact=True).press("Enter")
    expect(opened.get_by_label("Section 1 row 2 title", exact=True)).to_be_focused()
    opened.get_by_label("Section 1 row 2 title", exact=True).press("Enter")
    new = opened.get_by_label("Section 1 row 3 title", exact=True)
    expect(new).to_be_focused()
    opened.keyboard.type("Gift card")
    expect(opened.get_by_label("Section 1 row 3 ID", exact=True)).to_have_value("gift_card")


def test_pastes_a_spreadsheet_range_as_rows_and_undoes_it(opened: Page) -> None:
    first = opened.get_by_label("Section 2 row 1 title", exact=True)
    first.focus()
    opened.evaluate(PASTE, "Call me\tWithin the hour\tcall_me\nWrite me\tBy e-mail\nVisit us")
    expect(opened.get_by_label("Section 2 row 3 title", exact=True)).to_have_value("Visit us")
    expect(opened.get_by_label("Section 2 row 1 ID", exact=True)).to_have_value("call_me")
    expect(opened.get_by_label("Section 2 row 2 description", exact=True)).to_have_value(
        "By e-mail"
    )
    opened.keyboard.press("Control+z")
    expect(opened.get_by_label("Section 2 row 3 title", exact=True)).to_have_count(0)
    expect(first).to_have_value("Talk to Agent")


def test_a_single_line_is_pasted_as_text(opened: Page) -> None:
    opened.get_by_label("Section 2 row 1 title", exact=True).focus()
    opened.evaluate(PASTE, "One line")
    expect(opened.get_by_label("Section 2 row 2 title", exact=True)).to_have_count(0)


def test_format_bar_marks_the_selection_and_takes_the_marks_away(opened: Page) -> None:
    body = opened.get_by_label("Body", exact=True)
    body.fill("Hello there")
    body.evaluate("body => body.setSelectionRange(0, 5)")
    opened.get_by_role("button", name="Bold").click()
    expect(body).to_have_value("*Hello* there")
    expect(opened.locator("#outcome strong")).to_have_text("Hello")
    body.press("Control+b")
    expect(body).to_have_value("Hello there")
    body.press("Control+i")
    expect(body).to_have_value("_Hello_ there")
    body.fill("one\ntwo")
    body.press("Control+a")
    opened.get_by_role("button", name="Bulleted list").click()
    expect(body).to_have_value("- one\n- two")
    expect(opened.locator("#outcome .bubble__body li")).to_have_count(2)
    opened.get_by_role("button", name="Bulleted list").click()
    expect(body).to_have_value("one\ntwo")


def test_inserts_an_emoji_where_the_caret_was(opened: Page) -> None:
    body = opened.get_by_label("Body", exact=True)
    body.fill("Hello there")
    body.evaluate("body => body.setSelectionRange(5, 5)")
    body.press("Control+e")
    opened.get_by_label("Search emoji").fill("wrapped gift")
    opened.get_by_role("button", name="wrapped gift", exact=True).click()
    expect(body).to_have_value("Hello🎁 there")
    expect(body).to_be_focused()
    assert body.evaluate("body => body.selectionStart") == 7, "right after it, in UTF-16"
    # Into a row's title as well, from the same picker.
    title = opened.get_by_label("Section 1 row 1 title", exact=True)
    title.focus()
    title.press("End")
    title.press("Control+e")
    opened.get_by_role("button", name="wrapped gift", exact=True).click()
    expect(title).to_have_value("Track My Order🎁")


def test_inserts_a_variable_and_asks_for_its_sample(opened: Page) -> None:
    body = opened.get_by_label("Body", exact=True)
    body.fill("Hello ")
    opened.get_by_role("button", name="Insert a variable").click()
    opened.keyboard.type("first_name")
    expect(body).to_have_value("Hello {{first_name}}")
    sample = opened.get_by_label("Sample for first_name", exact=True)
    sample.fill("Asha")
    expect(opened.locator("#outcome .bubble__body")).to_have_text("Hello Asha")
    count = opened.locator('[data-count="body"]')
    expect(count).to_have_text("10 / 1024")
    opened.get_by_label("Longest value of first_name").fill("Maximiliane")
    expect(count).to_have_text("10, up to 17 / 1024")


def test_tells_who_else_has_it_open(
    opened: Page,
    new_page: Callable[[], Page],
    team: Team,
    template: MessageTemplate,
) -> None:
    bea = open_editor(new_page(), make_member(team, name="Bea Busy"), template)
    expect(bea.get_by_text("is here too")).to_be_visible()
    opened.reload()
    expect(opened.get_by_title("Bea Busy has this template open")).to_be_visible()


def test_switches_kind_after_saying_what_gets_lost(opened: Page) -> None:
    opened.get_by_role("link", name="List ⇄").click()
    dialog = opened.get_by_role("dialog", name="Make it reply buttons?")
    expect(dialog).to_contain_text("The description of 3 of 3 rows.")
    dialog.get_by_role("button", name="Switch", exact=True).click()
    expect(opened.get_by_label("Button 3 title", exact=True)).to_have_value("Talk to Agent")
    opened.get_by_role("button", name="Undo").click()
    expect(opened.get_by_label("Section 2 title", exact=True)).to_have_value("Support")


def test_lists_the_shortcuts_under_the_question_mark(opened: Page) -> None:
    opened.locator("body").press("?")
    dialog = opened.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    assert axe(opened) == []
    opened.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    opened.get_by_label("Body", exact=True).press("?")
    expect(dialog).to_be_hidden()


def test_says_aloud_when_a_limit_comes_near(opened: Page) -> None:
    footer = opened.get_by_label("Footer", exact=True)
    footer.fill("x" * 53)
    said = opened.locator("#announce")
    expect(said).to_be_empty()
    footer.press("End")
    footer.press("x")
    expect(said).to_have_text("Footer: 54 of 60 characters")
    footer.fill("x" * 61)
    expect(said).to_have_text("Footer: 61 of 60 characters")


def test_puts_advice_away_and_brings_it_back(opened: Page) -> None:
    opened.get_by_label("List button", exact=True).fill("Click here")
    away = opened.get_by_role("button", name="Put this advice away: List button")
    away.click()
    expect(away).to_have_count(0)
    opened.get_by_role("button", name="Bring back the advice").click()
    expect(away).to_be_visible()


def test_plain_typing_shows_at_once_even_while_the_server_is_away(
    opened: Page, allowed: list[str]
) -> None:
    allowed.append("ERR_INTERNET_DISCONNECTED|htmx:|Failed to fetch")
    opened.context.set_offline(True)
    opened.get_by_label("Body", exact=True).fill("No network,\nstill seen")
    expect(opened.locator("#outcome .bubble__body")).to_have_text("No network,still seen")
    opened.get_by_label("List button", exact=True).fill("See")
    expect(opened.locator("#outcome .bubble__tap")).to_have_text("See")
    opened.context.set_offline(False)
    expect(opened.get_by_text("Draft saved")).to_be_visible()
    opened.reload()
    expect(opened.get_by_label("Body", exact=True)).to_have_value("No network,\nstill seen")
