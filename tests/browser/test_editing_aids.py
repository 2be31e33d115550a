"""The editor's aids in a real browser: dragging, pasting, formatting, emoji, keys, company."""

import re
from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from designer.library.models import MessageTemplate
from designer.teams.models import Team, User
from tests.factories import BUTTONS, make_member, make_message, make_template
from tests.message.examples import a_row, list_message

from .harness import Line, axe, on_a_phone, open_editor, wait_until, without_javascript

PASTE = """(text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    const options = {clipboardData: data, bubbles: true, cancelable: true};
    return document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
}"""


def titles(page: Page, section: int) -> list[str]:
    fields = page.locator(f'[data-section="{section - 1}"] [data-row] .mini:first-of-type input')
    values: list[str] = fields.evaluate_all("fields => fields.map(({value}) => value)")
    return values


def grip(page: Page, path: str) -> Locator:
    return page.locator(f'[data-row="{path}"] [data-grip]')


def grab(page: Page, start: Locator) -> None:
    start.scroll_into_view_if_needed()
    source = start.bounding_box()
    assert source is not None
    page.mouse.move(source["x"] + 5, source["y"] + 5)
    page.mouse.down()


def drag_to(page: Page, end: Locator) -> None:
    """Go on with a drag, to just under the middle of `end`."""
    target = end.bounding_box()
    assert target is not None
    page.mouse.move(target["x"] + 5, target["y"] + target["height"] / 2 + 4, steps=6)


def drag(page: Page, start: Locator, end: Locator) -> None:
    """Drag with the mouse, to just under the middle of `end`."""
    grab(page, start)
    drag_to(page, end)
    page.mouse.up()


@pytest.fixture
def letters(page: Page, editor: User, team: Team) -> Callable[[str], Line]:
    """Opens a list with a row for each letter, in a window that shows them all."""

    def open_list(names: str) -> Line:
        page.set_viewport_size({"width": 1280, "height": 1800})
        template = make_template(team, list_message(*map(a_row, names)))
        return Line(open_editor(page, editor, template), template)

    return open_list


def row(page: Page, number: int) -> Locator:
    return page.locator(f'[data-row="sections.0.rows.{number - 1}"]')


def remove(page: Page, number: int) -> None:
    page.get_by_role("button", name=f"Remove row {number} of section 1", exact=True).click()


def shows(page: Page, names: Sequence[str]) -> None:
    """Wait until the rows of the list have these titles."""
    wait_until(page, lambda: titles(page, 1) == [*names])


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


def test_a_drag_goes_on_when_the_form_is_drawn_anew_under_it(
    page: Page, letters: Callable[[str], Line]
) -> None:
    line = letters("ABCDEF")
    with line.slow():
        remove(page, 1)
        line.waits()
        grab(page, grip(page, "sections.0.rows.2"))
        drag_to(page, row(page, 5))
    # C, to below E, wherever these are by now.
    expect(row(page, 2)).to_have_class(re.compile("is-dragged"))
    expect(page.locator('[data-row="sections.0.rows.3"] + .drop-mark')).to_be_visible()
    page.mouse.up()
    shows(page, "BDECF")
    expect(page.locator(".drop-mark, .held, .is-dragged")).to_have_count(0)


@pytest.mark.parametrize(("names", "left"), [("ABCD", "ACD"), ("XBBD", "BBD")])
def test_a_drag_of_what_is_gone_or_like_another_ends_and_says_so(
    names: str, left: str, page: Page, letters: Callable[[str], Line]
) -> None:
    line = letters(names)
    with line.slow():
        remove(page, 2 if left == "ACD" else 1)
        line.waits()
        grab(page, grip(page, "sections.0.rows.1"))
        drag_to(page, row(page, 4))
    expect(page.locator("#announce")).to_contain_text("Nothing was moved")
    expect(page.locator(".drop-mark, .held, .is-dragged")).to_have_count(0)
    drag_to(page, row(page, 3))
    page.mouse.up()
    shows(page, left)
    page.reload()
    shows(page, left)


def test_a_second_drag_waits_for_the_first_and_is_done_to_the_same_row(
    page: Page, letters: Callable[[str], Line]
) -> None:
    line = letters("ABCDEF")
    with line.slow():
        drag(page, grip(page, "sections.0.rows.2"), row(page, 5))
        line.waits()
        drag(page, grip(page, "sections.0.rows.3"), row(page, 6))
    shows(page, "ABECFD")
    expect(page.locator("#saved")).to_have_text("Draft saved")
    page.reload()
    shows(page, "ABECFD")


def test_a_drag_after_a_click_on_add_row_waits_for_its_row(
    page: Page, letters: Callable[[str], Line]
) -> None:
    line = letters("ABC")
    with line.slow():
        page.get_by_role("button", name="Add row to section 1").click()
        line.waits()
        drag(page, grip(page, "sections.0.rows.0"), page.locator("[data-rows='0']"))
    # To the end, as that is by then.
    shows(page, ["B", "C", "", "A"])


@pytest.mark.parametrize("under_way", [False, True], ids=["idle", "operation-under-way"])
def test_escape_lets_go_of_what_is_dragged(
    under_way: bool, page: Page, letters: Callable[[str], Line]
) -> None:
    line = letters("ABCD")
    with line.slow():
        if under_way:
            page.get_by_role("button", name="Duplicate row 4 of section 1").click()
            line.waits()
        grab(page, grip(page, "sections.0.rows.0"))
        drag_to(page, row(page, 3))
        expect(page.locator(".held")).to_have_text("A")
        expect(page.locator(".drop-mark")).to_be_visible()
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            assert axe(page) == []
        page.keyboard.press("Escape")
        expect(page.locator(".drop-mark, .held, .is-dragged")).to_have_count(0)
        page.mouse.up()
    left = "ABCDD" if under_way else "ABCD"
    shows(page, left)
    # It goes to the server after a drop, if that was one.
    body = page.get_by_label("Body", exact=True)
    body.fill("Typed after")
    expect(page.locator("#outcome .bubble__body")).to_have_text("Typed after")
    expect(page.locator("#saved")).to_have_text("Draft saved")
    shows(page, left)


def test_a_drag_to_the_edge_of_the_window_scrolls_on_to_what_is_beyond(
    page: Page, letters: Callable[[str], Line]
) -> None:
    letters("ABCDEFGH")
    page.set_viewport_size({"width": 1280, "height": 500})
    grab(page, grip(page, "sections.0.rows.0"))
    at = page.evaluate("scrollY")
    page.mouse.move(300, 490, steps=3)
    # The pointer rests there, and the page goes on.
    foot = page.locator("[data-rows='0'] button")
    expect(foot).to_be_in_viewport(ratio=1)
    expect(row(page, 1)).not_to_be_in_viewport()
    drag_to(page, row(page, 8))
    page.mouse.up()
    shows(page, "BCDEFGHA")
    # And back up.
    grab(page, grip(page, "sections.0.rows.7"))
    page.mouse.move(300, 10, steps=3)
    wait_until(page, lambda: page.evaluate("scrollY") <= at)
    drag_to(page, row(page, 1))
    page.keyboard.press("Escape")
    page.mouse.up()


def test_whoever_types_on_after_a_move_writes_at_the_end_of_the_title(
    page: Page, letters: Callable[[str], Line]
) -> None:
    letters("ABC")
    drag(page, grip(page, "sections.0.rows.0"), row(page, 2))
    expect(page.get_by_label("Section 1 row 2 title", exact=True)).to_be_focused()
    page.keyboard.type("1")
    shows(page, ["B", "A1", "C"])
    page.keyboard.press("Home")
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.type("2")
    shows(page, ["B", "C", "A12"])
    page.get_by_role("button", name="Move row 3 of section 1 up", exact=True).click()
    page.keyboard.type("3")
    shows(page, ["B", "A123", "C"])


def swipe(page: Page, start: Locator, end: Locator) -> None:
    """Drag with a finger, to just above the lower edge of `end`."""
    start.scroll_into_view_if_needed()
    source, target = start.bounding_box(), end.bounding_box()
    assert source is not None
    assert target is not None
    finger = page.context.new_cdp_session(page)
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    x, y, to = source["x"] + 5, source["y"] + 5, target["y"] + target["height"] - 5

    def touch(kind: str, *points: float) -> None:
        where = [{"x": x, "y": at} for at in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})

    touch("touchStart", y)
    for step in range(1, 6):
        touch("touchMove", y + (to - y) * step / 5)
    touch("touchEnd")
    finger.detach()


@on_a_phone
def test_drags_a_button_with_a_finger_on_a_phone(page: Page, editor: User, team: Team) -> None:
    template = make_template(team, make_message(BUTTONS))
    open_editor(page, editor, template)
    swipe(page, grip(page, "buttons.0"), page.locator('[data-row="buttons.1"]'))
    expect(page.get_by_label("Button 2 title", exact=True)).to_have_value("✅ Confirm")


@on_a_phone
def test_drags_rows_and_sections_with_a_finger_on_a_phone(opened: Page) -> None:
    row = opened.locator('[data-row="sections.1.rows.0"]')
    swipe(opened, grip(opened, "sections.0.rows.1"), row)
    moved = opened.get_by_label("Section 2 row 2 title", exact=True)
    expect(moved).to_have_value("Return/Exchange")
    expect(moved).to_be_focused()
    assert titles(opened, 1) == ["Track My Order"]
    sections = opened.locator(".section__head [data-grip]")
    swipe(opened, sections.nth(0), opened.locator("[data-section='1']"))
    expect(opened.get_by_label("Section 1 title", exact=True)).to_have_value("Support")
    assert titles(opened, 2) == ["Track My Order"]


def test_moves_rows_with_the_keyboard_and_keeps_the_focus_on_them(opened: Page) -> None:
    opened.get_by_label("Section 1 row 2 title", exact=True).press("Alt+ArrowDown")
    moved = opened.get_by_label("Section 2 row 1 title", exact=True)
    expect(moved).to_have_value("Return/Exchange")
    expect(moved).to_be_focused()
    moved.press("Alt+ArrowUp")
    expect(opened.get_by_label("Section 1 row 2 title", exact=True)).to_be_focused()


def test_moves_a_section_with_the_keyboard_and_not_a_row_of_it(opened: Page) -> None:
    first = opened.get_by_label("Section 1 title", exact=True)
    first.press("Alt+ArrowUp")  # There is nothing above it, and its rows stay where they are.
    first.press("Alt+ArrowDown")
    moved = opened.get_by_label("Section 2 title", exact=True)
    expect(moved).to_have_value("Orders")
    expect(moved).to_be_focused()
    assert titles(opened, 2) == ["Track My Order", "Return/Exchange"]
    moved.press("Alt+ArrowUp")
    expect(first).to_have_value("Orders")
    expect(first).to_be_focused()


def test_moves_buttons_with_the_keyboard(page: Page, editor: User, team: Team) -> None:
    open_editor(page, editor, make_template(team, make_message(BUTTONS)))
    page.get_by_label("Button 1 title", exact=True).press("Alt+ArrowDown")
    moved = page.get_by_label("Button 2 title", exact=True)
    expect(moved).to_have_value("✅ Confirm")
    expect(moved).to_be_focused()
    moved.press("Alt+ArrowUp")
    expect(page.get_by_label("Button 1 title", exact=True)).to_be_focused()
    expect(page.get_by_label("Button 1 title", exact=True)).to_have_value("✅ Confirm")


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


def test_pastes_what_spreadsheets_really_copy(opened: Page) -> None:
    opened.get_by_label("Section 2 row 1 title", exact=True).focus()
    long = "A title far over the limit of a row"
    opened.evaluate(
        PASTE, f'"Call ""me"""\t"Within\nthe hour"\tcall\r\n{long}\t\t\r\n\tOnly described\r\n'
    )

    def row(number: int, part: str) -> Locator:
        return opened.get_by_label(f"Section 2 row {number} {part}", exact=True)

    expect(row(1, "title")).to_have_value('Call "me"')
    expect(row(1, "description")).to_have_value("Within the hour")
    expect(row(1, "ID")).to_have_value("call")
    expect(row(2, "title")).to_have_value(long)
    expect(row(2, "title")).to_have_attribute("aria-invalid", "true")
    expect(row(3, "title")).to_have_value("")
    expect(row(3, "description")).to_have_value("Only described")
    expect(row(4, "title")).to_have_count(0)


def test_pastes_a_range_that_a_spreadsheet_put_on_the_clipboard(opened: Page) -> None:
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.evaluate(
        """(kinds) => {
            const blobs = {};
            for (const type in kinds) blobs[type] = new Blob([kinds[type]], {type});
            return navigator.clipboard.write([new ClipboardItem(blobs)]);
        }""",
        {
            "text/plain": "Call me\tSoon\tcall_me\r\nWrite me\tBy e-mail\twrite_me\r\n",
            "text/html": "<table><tr><td>Call me<td>Soon<td>call_me"
            "<tr><td>Write me<td>By e-mail<td>write_me</table>",
        },
    )
    opened.get_by_label("Section 2 row 1 title", exact=True).focus()
    opened.keyboard.press("Control+V")
    expect(opened.get_by_label("Section 2 row 2 title", exact=True)).to_have_value("Write me")
    expect(opened.get_by_label("Section 2 row 2 ID", exact=True)).to_have_value("write_me")
    expect(opened.get_by_label("Section 2 row 1 title", exact=True)).to_have_value("Call me")
    expect(opened.get_by_label("Section 2 row 1 description", exact=True)).to_have_value("Soon")
    expect(opened.get_by_label("Section 2 row 3 title", exact=True)).to_have_count(0)
    # Into the body it goes as it is.
    body = opened.get_by_label("Body", exact=True)
    body.fill("")
    body.press("Control+V")
    expect(body).to_have_value("Call me\tSoon\tcall_me\nWrite me\tBy e-mail\twrite_me\n")


def test_pastes_lines_that_end_as_on_old_macs(opened: Page) -> None:
    opened.get_by_label("Section 2 row 1 title", exact=True).focus()
    opened.evaluate(PASTE, "Call me\rWrite me\r")
    expect(opened.get_by_label("Section 2 row 2 title", exact=True)).to_have_value("Write me")
    assert titles(opened, 2) == ["Call me", "Write me"]


def test_pastes_a_line_of_a_range_whose_first_or_last_cell_is_empty(opened: Page) -> None:
    title = opened.get_by_label("Section 2 row 1 title", exact=True)
    description = opened.get_by_label("Section 2 row 1 description", exact=True)
    title.focus()
    opened.evaluate(PASTE, "\tOnly described\r\n")
    expect(description).to_have_value("Only described")
    expect(title).to_have_value("")
    expect(title).to_be_focused()
    opened.evaluate(PASTE, "Only titled\t\r\n")
    expect(title).to_have_value("Only titled")
    expect(description).to_have_value("")


def test_a_single_line_is_pasted_as_text(opened: Page) -> None:
    opened.get_by_label("Section 2 row 1 title", exact=True).focus()
    for text in ("One line", "One cell\r\n", "  One  "):
        assert opened.evaluate(PASTE, text), "left to the browser"


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


def test_the_bar_shows_what_is_on_where_the_caret_is(opened: Page) -> None:
    body = opened.get_by_label("Body", exact=True)
    body.fill("_a *b* c_\n- d")
    for at, on in ((1, {"Italic"}), (5, {"Bold", "Italic"}), (13, {"Bulleted list"})):
        body.evaluate(f"body => body.setSelectionRange({at}, {at})")
        for name in ("Bold", "Italic", "Strike through", "Monospace", "Bulleted list", "Quote"):
            tool = opened.get_by_role("button", name=name)
            expect(tool).to_have_attribute("aria-pressed", "true" if name in on else "false")


def test_the_bar_is_one_stop_with_arrow_keys_within(opened: Page) -> None:
    body = opened.get_by_label("Body", exact=True)
    body.fill("Hello there")
    body.evaluate("body => body.setSelectionRange(2, 2)")
    bar = opened.get_by_role("toolbar", name="Formatting")
    bold, italic, last = (
        bar.get_by_role("button", name=name) for name in ("Bold", "Italic", "Insert a variable")
    )
    body.press("Shift+Tab")
    expect(bold).to_be_focused()
    bold.press("ArrowRight")
    expect(italic).to_be_focused()
    italic.press("Space")
    expect(body).to_have_value("_Hello_ there")
    expect(italic).to_be_focused()
    expect(italic).to_have_attribute("aria-pressed", "true")
    for key, tool in (("End", last), ("ArrowRight", bold), ("ArrowLeft", last), ("Home", bold)):
        opened.keyboard.press(key)
        expect(tool).to_be_focused()
    opened.keyboard.press("Tab")
    expect(body).to_be_focused()
    assert body.evaluate("body => body.selectionStart") == 3, "where it was, after the mark"


def test_formats_by_key_says_so_and_can_be_undone(opened: Page) -> None:
    body = opened.get_by_label("Body", exact=True)
    body.fill("Hello there")
    body.evaluate("body => body.setSelectionRange(8, 8)")
    said, saved = opened.locator("#announce"), opened.locator("#saved[data-state='saved']")
    expect(saved).to_be_visible()
    body.press("Control+Shift+X")
    expect(body).to_have_value("Hello ~there~")
    expect(said).to_have_text("Strike through on")
    expect(saved).to_be_visible()
    body.press("Control+Shift+M")
    expect(body).to_have_value("Hello ~`there`~")
    expect(saved).to_be_visible()
    body.press("Control+Shift+X")
    expect(body).to_have_value("Hello `there`")
    expect(said).to_have_text("Strike through off")
    expect(opened.locator("#outcome .bubble__body code")).to_have_text("there")
    # Each key by itself.
    texts = ["Hello there", "Hello ~there~", "Hello ~`there`~", "Hello `there`"]
    for text in texts[-2::-1]:
        body.press("Control+z")
        expect(body).to_have_value(text)
    for text in texts[1:]:
        body.press("Control+Shift+z")
        expect(body).to_have_value(text)


def test_a_second_press_takes_back_just_what_the_first_did(opened: Page) -> None:
    body = opened.get_by_label("Body", exact=True)
    body.fill("2. one\n> two\n")
    body.evaluate("body => body.setSelectionRange(0, 12)")
    for name, changed in (("Quote", "> one\n> two\n"), ("Bold", "2. *one*\n> *two*\n")):
        opened.get_by_role("button", name=name).click()
        expect(body).to_have_value(changed)
        expect(body).to_be_focused()
        opened.get_by_role("button", name=name).click()
        expect(body).to_have_value("2. one\n> two\n")
    # With something typed in between it is a press of its own.
    body.fill("")
    body.press("Control+b")
    opened.keyboard.type("Hi")
    body.press("Control+b")
    opened.keyboard.type(" you")
    expect(body).to_have_value("*Hi* you")


@without_javascript
def test_shows_no_aids_that_need_javascript_without_it(opened: Page) -> None:
    expect(opened.get_by_label("Body", exact=True)).to_be_visible()
    expect(opened.locator(".format-bar")).to_be_hidden()
    expect(opened.locator("[data-grip]").first).to_be_hidden()


def emoji(page: Page, name: str) -> Locator:
    return page.get_by_role("option", name=name, exact=True)


def test_inserts_an_emoji_where_the_caret_was(opened: Page) -> None:
    body = opened.get_by_label("Body", exact=True)
    body.fill("Hello there")
    body.evaluate("body => body.setSelectionRange(5, 5)")
    body.press("Control+e")
    opened.get_by_label("Search emoji").fill("wrapped gift")
    emoji(opened, "wrapped gift").click()
    expect(body).to_have_value("Hello🎁 there")
    expect(body).to_be_focused()
    assert body.evaluate("body => body.selectionStart") == 7, "right after it, in UTF-16"
    # Into a row's title as well, from the same picker, where it is now on top.
    title = opened.get_by_label("Section 1 row 1 title", exact=True)
    title.focus()
    title.press("End")
    title.press("Control+e")
    opened.get_by_role("listbox", name="Used lately").get_by_role("option").first.click()
    expect(title).to_have_value("Track My Order🎁")


def test_takes_an_emoji_by_keyboard_alone(opened: Page) -> None:
    body = opened.get_by_label("Body", exact=True)
    search = opened.get_by_label("Search emoji")
    body.fill("Hi")
    body.press("Control+e")
    opened.keyboard.type("+1")
    opened.keyboard.press("Enter")  # perhaps before the answer
    expect(body).to_have_value("Hi👍")
    expect(body).to_be_focused()
    body.press("Control+e")
    expect(search).to_be_focused()
    expect(search).to_have_value("")
    opened.keyboard.type("heart")
    expect(opened.locator("#emoji-found")).to_have_attribute("data-words", "heart")
    said = opened.locator("#emoji [role=status]")
    expect(said).to_contain_text("Enter takes red heart")
    opened.keyboard.press("ArrowDown")
    expect(emoji(opened, "red heart")).to_be_focused()
    opened.keyboard.press("ArrowRight")
    second = opened.locator("#emoji-found .emoji__one").nth(1)
    expect(second).to_be_focused()
    opened.keyboard.press("ArrowDown")
    below = opened.locator("#emoji-found .emoji__one:focus")
    above_box, below_box = second.bounding_box(), below.bounding_box()
    assert above_box is not None
    assert below_box is not None
    assert below_box["x"] == above_box["x"]
    assert below_box["y"] > above_box["y"]
    opened.keyboard.press("ArrowUp")
    opened.keyboard.press("ArrowLeft")
    opened.keyboard.press("ArrowUp")
    expect(search).to_be_focused()
    opened.keyboard.press("Enter")
    expect(body).to_have_value("Hi👍❤️")


def test_what_is_typed_right_after_the_key_is_searched_for(opened: Page) -> None:
    opened.get_by_label("Body", exact=True).focus()
    where = opened.evaluate("""() => {
        const keys = { key: "e", ctrlKey: true, bubbles: true, cancelable: true };
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", keys));
        return document.activeElement.ariaLabel;
    }""")
    assert where == "Search emoji", "before any other key can come"


def test_a_late_answer_takes_nothing_from_under_the_hand(opened: Page) -> None:
    held: list[Route] = []
    opened.route("**/emoji/?emoji=gift", lambda route: held.append(route))
    body = opened.get_by_label("Body", exact=True)
    search = opened.get_by_label("Search emoji")
    usual = emoji(opened, "thumbs up")

    def ask() -> None:
        body.press("Control+e")
        search.fill("gift")
        wait_until(opened, lambda: held)

    def answer() -> None:
        with opened.expect_response("**/emoji/?emoji=gift"):
            held.pop().continue_()

    body.fill("Hi")
    ask()
    search.press("ArrowDown")
    expect(usual).to_be_focused()
    answer()
    expect(emoji(opened, "wrapped gift")).to_be_focused()
    opened.keyboard.press("Escape")
    # What the mouse is on when it comes is taken all the same.
    ask()
    usual.hover()
    opened.mouse.down()
    answer()
    expect(usual).to_have_count(0)
    opened.mouse.up()
    expect(body).to_have_value("Hi👍")
    # When the picker was closed meanwhile, it opens with the usual ones.
    ask()
    opened.keyboard.press("Escape")
    answer()
    body.press("Control+e")
    expect(usual.first).to_be_visible()
    expect(opened.locator("#emoji-found")).to_have_attribute("data-words", "")


def test_escape_closes_the_picker_and_goes_back_to_the_text(opened: Page) -> None:
    body = opened.get_by_label("Body", exact=True)
    search = opened.get_by_label("Search emoji")
    body.fill("Hello there")
    body.evaluate("body => body.setSelectionRange(5, 5)")
    opened.get_by_role("button", name="Emoji", exact=True).click()
    search.fill("no such thing")
    expect(opened.locator("#emoji-found")).to_have_text("No emoji is called “no such thing”.")
    assert axe(opened) == []
    search.press("Enter")
    expect(search).to_be_focused()
    search.press("Escape")
    expect(search).to_be_hidden()
    expect(body).to_be_focused()
    assert body.evaluate("body => body.selectionStart") == 5
    body.press("Control+e")
    expect(search).to_be_focused()
    expect(search).to_have_value("")
    expect(emoji(opened, "thumbs up")).to_be_visible()
    opened.keyboard.press("ArrowDown")
    expect(search).not_to_be_focused()
    opened.keyboard.press("?")
    expect(search).to_have_value("?")
    expect(opened.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
    opened.keyboard.press("Escape")
    expect(body).to_be_focused()


def test_the_emoji_used_lately_stay_and_need_no_storage(opened: Page) -> None:
    body = opened.get_by_label("Body", exact=True)
    lately = opened.get_by_role("listbox", name="Used lately").get_by_role("option")
    body.fill("")
    for name in ("fire", "package", "fire"):
        body.press("Control+e")
        emoji(opened, name).last.click()
    expect(body).to_have_value("🔥📦🔥")
    expect(opened.locator("#saved")).to_have_text("Draft saved")
    opened.reload()
    body.press("Control+e")
    expect(lately).to_have_text(["🔥", "📦"])
    assert axe(opened) == []
    opened.keyboard.press("Enter")
    expect(body).to_have_value(re.compile("🔥.*🔥.*🔥"))
    opened.evaluate("""() => {
        localStorage.setItem("tapwright-emoji", '{"no": "list"}');
        Storage.prototype.setItem = () => { throw new Error("full"); };
    }""")
    body.press("Control+e")
    expect(lately).to_have_count(0)
    emoji(opened, "package").click()
    expect(body).to_have_value(re.compile("📦.*📦"))


def test_inserts_a_variable_and_asks_for_its_sample(opened: Page) -> None:
    body = opened.get_by_label("Body", exact=True)
    body.fill("Hello ")
    opened.get_by_role("button", name="Insert a variable").click()
    opened.keyboard.type("first_name")
    expect(body).to_have_value("Hello {{first_name}}")
    sample = opened.get_by_label("Sample for first_name", exact=True)
    opened.get_by_role("link", name="{{first_name}} has no sample yet").click()
    expect(sample).to_be_focused()
    sample.fill("Asha")
    expect(opened.get_by_text("has no sample yet")).to_have_count(0)
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


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("List ⇄", "Make it reply buttons?"),
        ("Share", "Share the preview"),
        ("Delete…", "Delete “Support menu”?"),
        ("Send test", "Send a test"),
    ],
)
def test_a_dialog_that_is_asked_for_during_an_operation_comes_after_it(
    name: str, title: str, opened: Page, template: MessageTemplate
) -> None:
    line = Line(opened, template)
    with line.slow():
        opened.get_by_role("button", name="Add row to section 1").click()
        line.waits()
        if name == "Delete…":
            opened.locator("#workbench summary.btn").first.click()
        opened.locator("#editor").get_by_text(name, exact=True).click()
    expect(opened.get_by_role("dialog", name=title)).to_be_visible()
    expect(opened.locator('[data-row="sections.0.rows.2"]')).to_be_visible()


def test_advice_put_away_during_an_operation_is_put_away_after_it(
    opened: Page, template: MessageTemplate
) -> None:
    opened.get_by_label("List button", exact=True).fill("Click here")
    away = opened.get_by_role("button", name="Put this advice away: List button")
    expect(away).to_be_visible()
    expect(opened.locator("#saved")).to_have_text("Draft saved")
    line = Line(opened, template)
    with line.slow():
        opened.get_by_role("button", name="Add row to section 1").click()
        line.waits()
        away.click()
    expect(away).to_have_count(0)
    expect(opened.locator('[data-row="sections.0.rows.2"]')).to_be_visible()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_button_that_is_pressed_again_during_its_operation_is_pressed_after_it(
    opened: Page, template: MessageTemplate, key: str
) -> None:
    for name in ("Add section", "Add row to section 1"):
        opened.get_by_role("button", name=name).click()
        expect(opened.locator("#editor [autofocus]")).to_be_focused()
    line = Line(opened, template)
    undo = opened.get_by_role("button", name="Undo")
    undo.focus()
    with line.slow():
        opened.keyboard.press(key)
        line.waits()
        opened.keyboard.press(key)
    expect(opened.locator("[data-section]")).to_have_count(2)
    expect(opened.locator("[data-row]")).to_have_count(3)


def test_a_switch_of_kind_can_be_undone_after_a_reload(opened: Page) -> None:
    kind = opened.get_by_title("Switch between list and buttons")
    kind.click()
    opened.get_by_role("button", name="Switch", exact=True).click()
    expect(kind).to_have_text("Buttons ⇄")
    opened.reload()
    opened.get_by_role("button", name="Undo").click()
    expect(kind).to_have_text("List ⇄")
    assert titles(opened, 1) == ["Track My Order", "Return/Exchange"]
    opened.reload()
    opened.get_by_role("button", name="Redo").click()
    expect(kind).to_have_text("Buttons ⇄")
    expect(opened.get_by_label("Button 3 title", exact=True)).to_have_value("Talk to Agent")


def test_undo_takes_back_one_thing_at_a_time_however_slow_the_line(
    opened: Page, template: MessageTemplate
) -> None:
    body = opened.get_by_label("Body", exact=True)
    line = Line(opened, template)
    with line.slow():
        body.fill("")
        line.waits()
        body.press_sequentially("Good morning")
        body.press("Control+a")
        body.press_sequentially("Hello you")
        body.press("Control+a")
        body.press("Control+b")
        body.press("End")
        opened.get_by_role("button", name="Insert a variable").click()
        expect(body).to_have_value("*Hello you*{{name}}")
    for text in ("*Hello you*", "Hello you", "Good morning", ""):
        opened.get_by_role("button", name="Undo").click()
        expect(body).to_have_value(text)


def test_enter_makes_no_more_buttons_than_there_may_be(
    page: Page, team: Team, editor: User
) -> None:
    open_editor(page, editor, make_template(team, make_message(BUTTONS)))
    last = page.get_by_label("Button 2 title")
    last.press("Enter")
    page.get_by_label("Button 3 title").press("Enter")
    expect(page.locator("#announce")).to_have_text("A message has at most 3 buttons.")
    expect(page.get_by_role("button", name="Add button")).to_be_disabled()
    expect(page.locator("[data-row]")).to_have_count(3)


def test_enter_in_a_list_of_the_body_begins_its_next_line(opened: Page) -> None:
    body = opened.get_by_label("Body", exact=True)
    body.fill("")
    body.press_sequentially("- tea")
    body.press("Enter")
    body.press_sequentially("cake")
    expect(body).to_have_value("- tea\n- cake")
    body.press("Enter")
    body.press("Enter")
    body.press_sequentially("Bye")
    expect(body).to_have_value("- tea\n- cake\nBye")
    expect(opened.locator("#outcome .bubble__body li")).to_have_text(["tea", "cake"])
    body.press("Shift+Enter")
    expect(body).to_have_value("- tea\n- cake\nBye\n")


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
