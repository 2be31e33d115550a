"""The editor in a real browser: typing, rows, saving, failures, two people, undo, publishing."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.urls import reverse
from playwright.sync_api import Dialog, Locator, Page, Route, expect

from designer.library.content import Content
from designer.library.models import MessageTemplate
from designer.message.schema import (
    Button,
    ButtonMessage,
    ListMessage,
    Message,
    Row,
    Section,
)
from designer.teams.models import Team, User
from tests.factories import BUTTONS, make_member, make_message, make_template
from tests.message.examples import list_message, row_titles

from .harness import (
    Line,
    Screen,
    before_the_scripts,
    on_a_phone,
    open_editor,
    overflow,
    sign_in,
    wait_until,
    without_javascript,
)

FAMILY = "👨‍👩‍👧‍👦"
# What a page's console holds when its server fails, refuses or is out of reach.
TROUBLE = ["Failed to load resource", "net::ERR", "htmx:", "Response Status Error", "for POST"]
NewPage = Callable[[], Page]


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name, exact=True)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def preview(page: Page) -> Locator:
    return page.locator("#outcome .bubble").first


def problems(page: Page) -> Locator:
    return page.get_by_role("list", name="Problems").get_by_role("listitem")


def counter(page: Page, path: str) -> Locator:
    return page.locator(f'[data-count="{path}"]')


def is_saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text("Draft saved")


def is_not_saved(page: Page, words: str = "") -> None:
    expect(page.locator("#saved")).to_contain_text(f"Not saved{words}")


def of(template: MessageTemplate) -> MessageTemplate:
    return MessageTemplate.objects.get(pk=template.pk)


def rows(template: MessageTemplate) -> list[list[str]]:
    message = of(template).message
    assert isinstance(message, ListMessage)
    return row_titles(message)


@pytest.fixture
def line(opened: Page, template: MessageTemplate, allowed: list[str]) -> Line:
    allowed += TROUBLE
    return Line(opened, template)


# --- what there is


def test_every_field_and_button_of_a_list_has_its_name(opened: Page) -> None:
    for name in (
        *("Template name", "Header", "Body", "Footer", "List button", "Section 1 title"),
        *("Section 1 row 1 title", "Section 1 row 1 description", "Section 1 row 1 ID"),
    ):
        expect(field(opened, name)).to_be_editable()
    for name in (
        *("Add section", "Add row to section 1", "Remove section 1", "Send test", "Publish"),
        *("Remove row 1 of section 1", "Move row 1 of section 1 down", "Duplicate section 1"),
        *("Move row 2 of section 1 down", "Move row 1 of section 2 up"),
    ):
        expect(button(opened, name)).to_be_enabled()
    # Between sections a row moves on; beyond the last there is nowhere to go.
    for name in ("Move row 1 of section 1 up", "Move row 1 of section 2 down"):
        expect(button(opened, name)).to_be_disabled()
    expect(button(opened, "Undo")).to_be_disabled()
    expect(opened.locator("#saved")).to_have_text("Draft saved")


def test_every_field_and_button_of_a_button_message_has_its_name(
    page: Page, team: Team, editor: User
) -> None:
    template = make_template(team, make_message(BUTTONS))
    open_editor(page, editor, template)
    for name in ("Template name", "Body", "Footer", "Button 1 title", "Button 1 ID"):
        expect(field(page, name)).to_be_editable()
    for name in ("Add button", "Remove button 1", "Move button 1 down", "Send test", "Publish"):
        expect(button(page, name)).to_be_enabled()
    kind = page.get_by_role("combobox", name="Header type", exact=True)
    expect(field(page, "Header")).to_be_hidden()
    kind.select_option("text")
    field(page, "Header").fill("Hello")
    expect(preview(page)).to_contain_text("Hello")
    kind.select_option("document")
    field(page, "Header link").fill("https://example.com/a.pdf")
    field(page, "Header file name").fill("Menu.pdf")
    expect(preview(page)).to_contain_text("Menu.pdf")
    kind.select_option("text")
    expect(field(page, "Header")).to_have_value("Hello")
    kind.select_option("")
    expect(field(page, "Header")).to_be_hidden()
    expect(page.locator("#outcome .bubble__document")).to_have_count(0)
    is_saved(page)
    page.reload()
    kind.select_option("document")
    expect(field(page, "Header file name")).to_have_value("Menu.pdf")


# --- typing


def test_counts_code_points_and_says_when_they_are_many(opened: Page) -> None:
    title, count = (
        field(opened, "Section 1 row 1 title"),
        counter(opened, "sections.0.rows.0.title"),
    )
    title.fill(FAMILY)
    expect(count).to_have_text("7 / 24")
    expect(count).to_have_class("count")
    title.fill("x" * 21)
    expect(count).to_have_text("21 / 24")
    expect(count).to_have_class("count")
    title.fill("x" * 22)
    expect(count).to_have_class("count count--near")
    title.fill("x" * 25)
    expect(count).to_have_class("count count--over")
    why = opened.locator('[data-why="sections.0.rows.0.title"]')
    words = "Section 1 row 1 title is 25 characters; the limit is 24. Take away 1."
    expect(why).to_have_text(words)
    expect(title).to_have_accessible_description(words)
    expect(title).to_have_attribute("aria-invalid", "true")
    title.fill(FAMILY * 3)
    expect(count).to_have_text("21 / 24")
    expect(why).to_contain_text("count emoji double")
    title.fill("Short")
    expect(why).to_be_empty()
    expect(title).not_to_have_attribute("aria-invalid", "true")
    # What the page shows anew is the same.
    title.fill("x" * 23)
    is_saved(opened)
    opened.reload()
    expect(count).to_have_class("count count--near")
    field(opened, "Body").fill("Line\nbreak")
    expect(counter(opened, "body")).to_have_text("10 / 1024")


def test_counts_with_the_variables_filled_in(opened: Page) -> None:
    field(opened, "Body").fill("Hello {{name}}")
    sample = field(opened, "Sample for name")
    expect(sample).to_be_visible()
    sample.fill("Anastasia")
    expect(preview(opened)).to_contain_text("Hello Anastasia")
    expect(counter(opened, "body")).to_have_text("15 / 1024")
    expect(field(opened, "Body")).to_have_value("Hello {{name}}")


def test_preview_follows_and_the_caret_stays_where_it_is(
    opened: Page, template: MessageTemplate
) -> None:
    body = field(opened, "Body")
    body.fill("Hello world")
    body.press("Home")
    for _ in range(5):
        body.press("ArrowRight")
    body.press_sequentially(", *dear* {{customer}}")
    expect(body).to_have_value("Hello, *dear* {{customer}} world")
    expect(preview(opened).locator("strong")).to_have_text("dear")
    expect(field(opened, "Sample for customer")).to_be_visible()
    expect(body).to_be_focused()
    assert body.evaluate("e => e.selectionStart") == 26
    is_saved(opened)
    assert of(template).message.body == "Hello, *dear* {{customer}} world"


def test_a_sample_that_is_being_typed_survives_a_new_variable(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    field(opened, "Body").fill("{{one}}")
    sample = field(opened, "Sample for one")
    expect(sample).to_be_visible()
    with line.slow():
        field(opened, "Body").fill("{{one}} {{two}}")
        line.waits()
        sample.press_sequentially("Ann")
    expect(field(opened, "Sample for two")).to_be_visible()
    expect(sample).to_have_value("Ann")
    expect(sample).to_be_focused()
    opened.keyboard.type("a")
    expect(preview(opened)).to_contain_text("Anna {{two}}")
    assert of(template).content.samples == {"one": "Anna"}


def test_a_problem_leads_to_its_field(opened: Page) -> None:
    for name in ("Body", "Section 2 row 1 title"):
        field(opened, name).fill("")
        problem = problems(opened).filter(has_text=f"{name} is empty")
        expect(problem).to_be_visible()
        problem.get_by_role("link").click()
        expect(field(opened, name)).to_be_focused()
        field(opened, name).fill("Something")
        expect(problem).to_have_count(0)
    button(opened, "Remove section 2").click()
    button(opened, "Remove section 1").click()
    problem = problems(opened).filter(has_text="Sections are missing")
    problem.get_by_role("link").click()
    expect(opened.locator("#id_sections")).to_be_focused()
    expect(opened.locator("#id_sections")).to_contain_text("Add at least 1.")


def test_id_follows_the_title_until_it_is_edited(opened: Page) -> None:
    button(opened, "Add row to section 1").click()
    title, id_ = field(opened, "Section 1 row 3 title"), field(opened, "Section 1 row 3 ID")
    expect(title).to_be_focused()
    title.press_sequentially("Größe & Maß")
    expect(id_).to_have_value("grosse_mass")
    expect(counter(opened, "sections.0.rows.2.id")).to_have_text("11 / 200")
    id_.fill("size")
    title.fill("Length")
    is_saved(opened)
    expect(id_).to_have_value("size")
    # An id that stands in the API's hands already is left alone.
    field(opened, "Section 1 row 1 title").fill("Where is it?")
    is_saved(opened)
    expect(field(opened, "Section 1 row 1 ID")).to_have_value("track_order")


def test_an_id_typed_before_an_older_answer_comes_stays(opened: Page, line: Line) -> None:
    button(opened, "Add row to section 1").click()
    title, id_ = field(opened, "Section 1 row 3 title"), field(opened, "Section 1 row 3 ID")
    expect(title).to_be_focused()
    with line.slow():
        title.fill("Size")
        line.waits()
        id_.fill("my_own")
        title.focus()
    expect(preview(opened).page.locator("#outcome")).to_contain_text("Size")
    title.fill("Length")
    is_saved(opened)
    expect(id_).to_have_value("my_own")


def test_list_opens_as_a_sheet_in_the_preview(opened: Page) -> None:
    open_ = preview(opened).get_by_role("button", name="Get Help")
    open_.click()
    sheet = opened.get_by_role("dialog", name="Get Help")
    expect(sheet.get_by_text("Track My Order")).to_be_visible()
    expect(sheet.get_by_role("button", name="Send")).to_be_disabled()
    opened.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(open_).to_be_focused()
    open_.press("Enter")
    sheet.get_by_role("radio").nth(1).check()
    expect(sheet.get_by_role("button", name="Send")).to_be_enabled()


# --- rows and sections


def test_adds_moves_duplicates_and_removes_with_the_focus_where_the_hand_is(
    opened: Page, template: MessageTemplate
) -> None:
    def does(name: str, focused: str) -> None:
        button(opened, name).click()
        expect(field(opened, focused)).to_be_focused()

    does("Add row to section 2", "Section 2 row 2 title")
    opened.keyboard.type("Call us")
    expect(field(opened, "Section 2 row 2 ID")).to_have_value("call_us")
    does("Move row 1 of section 1 down", "Section 1 row 2 title")
    does("Move row 2 of section 1 down", "Section 2 row 1 title")
    does("Move row 1 of section 2 up", "Section 1 row 2 title")
    does("Duplicate row 1 of section 1", "Section 1 row 2 title")
    does("Duplicate section 2", "Section 3 title")
    does("Move section 3 up", "Section 2 title")
    does("Remove row 2 of section 1", "Section 1 row 2 title")
    does("Remove section 3", "Section 2 title")
    does("Add section", "Section 3 title")
    is_saved(opened)
    assert rows(template) == [
        ["Return/Exchange", "Track My Order"],
        ["Talk to Agent", "Call us"],
        [""],
    ]


def test_enter_in_a_field_takes_nothing_away(opened: Page, template: MessageTemplate) -> None:
    for name in ("Template name", "Header", "Footer", "List button", "Section 1 title"):
        field(opened, name).fill("X")
        field(opened, name).press("Enter")
        is_saved(opened)
        expect(field(opened, name)).to_be_focused()
    assert rows(template) == [["Track My Order", "Return/Exchange"], ["Talk to Agent"]]
    assert of(template).name == "X"


def test_template_without_a_name_is_saved_all_the_same(
    opened: Page, template: MessageTemplate
) -> None:
    field(opened, "Template name").fill("")
    field(opened, "Body").fill("Typed after")
    expect(preview(opened)).to_contain_text("Typed after")
    is_saved(opened)
    assert (of(template).name, of(template).message.body) == ("Untitled", "Typed after")


# --- a slow line


# Types twice in one go and does `next`; what the page did stands in `window.done`, in its order.
TYPE_AT_ONCE = """(next) => {
    window.done = [];
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (body) {
        window.done.push(`sent ${new URLSearchParams(body).get("body")}`);
        send.call(this, body);
    };
    const field = document.getElementById("id_body");
    for (const text of ["H", "Hi"]) {
        field.value = text;
        field.dispatchEvent(new Event("input", {bubbles: true}));
    }
    window.done.push(document.getElementById("saved").textContent.trim());
    requestAnimationFrame(() => window.done.push("painted"));
    if (next === "leave") document.dispatchEvent(new Event("visibilitychange"));
    if (next === "duplicate") document.querySelector("[value='duplicate-row.0.0']").click();
}"""


def test_a_letter_is_painted_before_the_server_is_asked(
    opened: Page, template: MessageTemplate
) -> None:
    opened.evaluate(TYPE_AT_ONCE)
    expect(opened.locator("#saved")).to_have_text("Draft saved")
    assert opened.evaluate("window.done") == ["Saving…", "painted", "sent Hi"]
    assert of(template).message.body == "Hi"


@pytest.mark.parametrize("following", ["leave", "duplicate"])
def test_what_was_typed_goes_before_anything_else(
    following: str, opened: Page, template: MessageTemplate
) -> None:
    before = opened.locator("[data-row]").count()
    opened.evaluate(TYPE_AT_ONCE, following)
    expect(opened.locator("[data-row]")).to_have_count(before + (following == "duplicate"))
    expect(opened.locator("#saved")).to_have_text("Draft saved")
    assert opened.evaluate("window.done.slice(0, 3)") == ["Saving…", "sent Hi", "painted"]
    assert of(template).message.body == "Hi"


def test_an_operation_is_not_lost_between_keystrokes(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    with line.slow():
        field(opened, "Body").press_sequentially("a")
        line.waits()
        button(opened, "Add row to section 1").click()
        # The hand goes on: nothing of it may push the row out of the queue.
        opened.keyboard.type("Pizza")
        opened.evaluate("htmx.trigger('#editor', 'input')")
        line.let_go()
        line.waits()
        opened.keyboard.type(" Napoli")
    expect(field(opened, "Section 1 row 3 title")).to_have_value("Pizza Napoli")
    expect(field(opened, "Section 1 row 3 ID")).to_have_value("pizza_napoli")
    is_saved(opened)
    assert rows(template)[0] == ["Track My Order", "Return/Exchange", "Pizza Napoli"]


def test_an_operation_is_done_once_though_a_keystroke_waits_before_it(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    with line.slow():
        field(opened, "Body").press_sequentially("ab")
        line.waits()
        button(opened, "Add row to section 1").click()
        line.let_go()
        line.waits()
    expect(field(opened, "Section 1 row 3 title")).to_be_focused()
    is_saved(opened)
    assert rows(template)[0] == ["Track My Order", "Return/Exchange", ""]
    expect(opened.locator("#workbench")).to_have_count(1)


def test_clicks_on_other_rows_are_done_to_those_rows(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    with line.slow():
        button(opened, "Remove row 1 of section 1").click()
        button(opened, "Duplicate row 2 of section 1").click()
        button(opened, "Remove section 2").click()
        line.waits()
    expect(field(opened, "Section 2 title")).to_have_count(0)
    is_saved(opened)
    assert rows(template) == [["Return/Exchange", "Return/Exchange"]]


def test_a_second_quick_click_adds_a_second_row_and_removes_none(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    with line.slow():
        button(opened, "Add row to section 2").dblclick()
        line.waits()
    expect(field(opened, "Section 2 row 3 title")).to_be_focused()
    with line.slow():
        button(opened, "Remove row 1 of section 1").dblclick()
        line.waits()
    expect(field(opened, "Section 1 row 2 title")).to_have_count(0)
    is_saved(opened)
    assert rows(template) == [["Return/Exchange"], ["Talk to Agent", "", ""]]


def test_rows_typed_faster_than_the_line_come_out_in_order(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    field(opened, "Section 2 row 1 title").focus()
    with line.slow():
        for key in ("Enter", *"One", "Enter", *"Two"):
            opened.keyboard.press(key)
        line.waits()
    expect(field(opened, "Section 2 row 3 title")).to_have_value("Two")
    is_saved(opened)
    assert rows(template)[1] == ["Talk to Agent", "One", "Two"]


def test_keys_that_write_nothing_are_not_lost_on_a_slow_line(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    field(opened, "Section 1 row 2 title").focus()
    with line.slow():
        opened.keyboard.press("Enter")
        line.waits()
        opened.keyboard.type("Teh👍")
        for key in ("Backspace", "Backspace", "Backspace"):
            opened.keyboard.press(key)
        opened.keyboard.type("xhe")
        for key in ("Home", "ArrowRight", "Delete", "End", "Tab"):
            opened.keyboard.press(key)
        opened.keyboard.type("Words")
        opened.keyboard.press("Shift+Tab")
        opened.keyboard.type("New")
    expect(field(opened, "Section 1 row 3 title")).to_have_value("New")
    expect(field(opened, "Section 1 row 3 description")).to_have_value("Words")
    is_saved(opened)
    assert rows(template)[0] == ["Track My Order", "Return/Exchange", "New"]


def test_a_paste_and_a_click_on_another_field_wait_for_their_turn(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.evaluate("navigator.clipboard.writeText('Pasted')")
    with line.slow():
        button(opened, "Add row to section 1").click()
        line.waits()
        opened.keyboard.press("Control+V")
        field(opened, "Section 1 row 1 title").click()
        opened.keyboard.press("End")
        opened.keyboard.type("!")
    expect(field(opened, "Section 1 row 1 title")).to_have_value("Track My Order!")
    is_saved(opened)
    assert rows(template)[0] == ["Track My Order!", "Return/Exchange", "Pasted"]


def test_letters_stay_in_order_when_the_row_comes_while_one_types(
    opened: Page, template: MessageTemplate
) -> None:
    field(opened, "Section 1 row 2 title").focus()
    for word in ("Charlie", "Delta", "Emmental"):
        opened.keyboard.press("Enter")
        opened.keyboard.type(word, delay=8)
    expect(field(opened, "Section 1 row 5 title")).to_have_value("Emmental")
    is_saved(opened)
    assert rows(template)[0][2:] == ["Charlie", "Delta", "Emmental"]


def test_a_word_that_is_composed_meanwhile_is_not_lost(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    with line.slow():
        button(opened, "Add row to section 1").click()
        line.waits()
        # What an input method writes can't be held.
        row = field(opened, "Section 1 row 1 description")
        row.evaluate("field => { field.value = '日本'; }")
    expect(opened.locator("#outcome .sheet")).to_contain_text("日本")
    expect(field(opened, "Section 1 row 1 description")).to_have_value("日本")
    is_saved(opened)
    message = of(template).message
    assert isinstance(message, ListMessage)
    assert message.sections[0].rows[0].description == "日本"


# --- failures


def test_says_why_an_operation_is_refused_and_goes_on_saving(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    title = field(opened, "Section 1 row 1 title")
    title.focus()
    title.evaluate(
        """field => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", "a row\\n".repeat(600));
            const how = {clipboardData, bubbles: true, cancelable: true};
            field.dispatchEvent(new ClipboardEvent("paste", how));
        }"""
    )
    expect(opened.get_by_role("alert").filter(visible=True)).to_contain_text("at most 500")
    field(opened, "Body").fill("Typed after it")
    is_saved(opened)
    assert of(template).message.body == "Typed after it"
    assert len(rows(template)[0]) == 2


def test_says_saved_only_when_the_last_key_is_saved_too(
    page: Page, editor: User, template: MessageTemplate, allowed: list[str]
) -> None:
    # The browser finds no time to send what is typed until the test gives it some.
    page.add_init_script(
        """window.requestIdleCallback = (act) => {
            window.giveTime = act;
            document.body.dataset.waits = "";
        };"""
    )
    opened = open_editor(page, editor, template)
    line, typed = Line(opened, template), opened.locator("body[data-waits]")

    def send() -> None:
        expect(typed).to_be_attached()
        opened.evaluate("delete document.body.dataset.waits; giveTime()")

    with line.slow():
        field(opened, "Body").fill("The first")
        send()
        line.waits()
        field(opened, "Body").fill("The second")
        expect(typed).to_be_attached()
    expect(opened.locator("#editor")).not_to_have_class(re.compile("htmx-request"))
    expect(opened.locator("#saved")).to_have_text("Saving…")
    send()
    is_saved(opened)
    assert of(template).message.body == "The second"


def test_keeps_what_was_typed_before_the_scripts_came(
    opened: Page, template: MessageTemplate
) -> None:
    with before_the_scripts(opened):
        field(opened, "Body").fill("Typed early")
    expect(preview(opened)).to_contain_text("Typed early")
    is_saved(opened)
    assert of(template).message.body == "Typed early"


def test_keeps_what_was_typed_when_the_server_fails(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    opened.clock.install()
    line.fails(500)
    field(opened, "Body").fill("Typed in vain?")
    is_not_saved(opened, ": the server has a problem. Trying again…")
    field(opened, "Footer").press_sequentially("!")
    is_not_saved(opened)
    expect(field(opened, "Body")).to_have_value("Typed in vain?")
    line.restore()
    opened.clock.fast_forward(20_000)
    is_saved(opened)
    expect(preview(opened)).to_contain_text("Typed in vain?")
    assert of(template).message.body == "Typed in vain?"
    assert of(template).message.footer == "!"


def test_keeps_what_was_typed_without_a_network_and_across_a_reload(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    opened.context.set_offline(True)
    field(opened, "Body").fill("Typed on the train")
    is_not_saved(opened, ": no connection. Trying again…")
    opened.context.set_offline(False)
    is_saved(opened)
    assert of(template).message.body == "Typed on the train"
    line.down()
    field(opened, "Body").fill("Typed in the tunnel")
    field(opened, "Section 1 row 1 title").fill("In the tunnel")
    is_not_saved(opened)
    opened.on("dialog", lambda dialog: dialog.accept())
    opened.reload()
    line.restore()
    offer = opened.get_by_text("There is typing here that never reached the server.")
    expect(offer).to_be_visible()
    expect(offer).to_contain_text(
        "Body “Typed in the tunnel”, Section 1 row 1 title “In the tunnel”"
    )
    expect(field(opened, "Body")).to_have_value("Typed on the train")
    # What is done first does not make it forget.
    button(opened, "Add section").click()
    expect(field(opened, "Section 3 title")).to_be_visible()
    expect(offer).to_be_visible()
    field(opened, "Footer").fill("Now")
    is_saved(opened)
    opened.reload()
    button(opened, "Bring it back").click()
    expect(field(opened, "Body")).to_have_value("Typed in the tunnel")
    expect(field(opened, "Section 1 row 1 title")).to_have_value("In the tunnel")
    is_saved(opened)
    expect(offer).to_be_hidden()
    assert of(template).message.body == "Typed in the tunnel"
    opened.reload()
    expect(offer).to_be_hidden()
    button(opened, "Undo").click()
    expect(field(opened, "Footer")).to_have_value("Now")


def test_what_is_saved_while_the_page_is_left_stays_kept_for_the_next(
    opened: Page, line: Line
) -> None:
    with line.slow():
        field(opened, "Footer").fill("On the way")
        line.waits()
        opened.evaluate("dispatchEvent(new Event('beforeunload'))")
    is_saved(opened)
    kept = "Object.keys(localStorage).filter((key) => key.startsWith('tapwright-unsaved')).length"
    assert opened.evaluate(kept) == 1, "the next page may be drawn before the save has come"
    field(opened, "Footer").fill("Stayed after all")
    is_saved(opened)
    opened.wait_for_function(f"{kept} === 0")


def test_what_was_kept_can_be_forgotten(opened: Page, line: Line) -> None:
    line.down()
    field(opened, "Body").fill("Never mind")
    is_not_saved(opened)
    opened.on("dialog", lambda dialog: dialog.accept())
    opened.reload()
    line.restore()
    button(opened, "Forget it").click()
    expect(button(opened, "Forget it")).to_be_hidden()
    opened.reload()
    expect(field(opened, "Body")).to_have_value("How can we help you today?")
    expect(button(opened, "Forget it")).to_be_hidden()


def test_an_operation_that_failed_is_done_when_the_server_is_back(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    opened.clock.install()
    line.down()
    button(opened, "Add row to section 2").click()
    is_not_saved(opened)
    field(opened, "Body").fill("Typed meanwhile")
    is_not_saved(opened)
    line.restore()
    opened.clock.fast_forward(20_000)
    expect(field(opened, "Section 2 row 2 title")).to_be_visible()
    is_saved(opened)
    assert rows(template)[1] == ["Talk to Agent", ""]
    assert of(template).message.body == "Typed meanwhile"


def test_that_there_is_no_connection_is_said_no_longer_than_it_is_so(
    opened: Page, allowed: list[str]
) -> None:
    allowed += TROUBLE
    opened.context.set_offline(True)
    opened.get_by_role("link", name="Share").click()
    said = opened.get_by_text("No connection to the server.")
    expect(said).to_be_visible()
    opened.context.set_offline(False)
    expect(said).to_be_hidden()


def test_an_answer_that_was_on_its_way_is_no_sign_of_a_connection(
    page: Page, editor: User, template: MessageTemplate, allowed: list[str]
) -> None:
    allowed += TROUBLE
    held: list[Route] = []
    page.route("**/present/", lambda route: held.append(route))
    open_editor(page, editor, template)
    wait_until(page, lambda: bool(held))
    page.context.set_offline(True)
    page.get_by_role("link", name="Share").click()
    said = page.get_by_text("No connection to the server.")
    expect(said).to_be_visible()
    held.pop().fulfill(body="<span id='presence'>answered</span>")
    expect(page.locator("#presence")).to_have_text("answered")
    expect(said).to_be_visible()


def test_nothing_goes_past_an_operation_that_failed(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    opened.clock.install()
    line.down()
    button(opened, "Remove row 2 of section 1").click()
    is_not_saved(opened)
    for name in ("Publish", "Remove row 1 of section 1", "Send test"):
        button(opened, name).click()
        expect(opened.get_by_role("alert")).to_contain_text(
            "Not done: “Remove row 2 of section 1” is still waiting for the server."
        )
    line.restore()
    opened.clock.fast_forward(20_000)
    is_saved(opened)
    assert rows(template)[0] == ["Track My Order"]
    assert of(template).published is None
    expect(opened.get_by_role("alert")).to_have_count(0)


def test_a_lost_answer_is_no_conflict_with_oneself(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    opened.clock.install()

    def save_and_lose(route: Route) -> None:
        route.fetch()
        route.abort()

    line._route(save_and_lose)
    field(opened, "Body").fill("Saved, but nobody said so")
    is_not_saved(opened)
    assert of(template).message.body == "Saved, but nobody said so"
    button(opened, "Add section").click()
    is_not_saved(opened)
    line.restore()
    opened.clock.fast_forward(20_000)
    is_saved(opened)
    expect(opened.get_by_role("dialog")).to_have_count(0)
    field(opened, "Body").fill("And on")
    is_saved(opened)
    assert of(template).message.body == "And on"


def test_the_keys_for_saving_try_again_at_once(
    opened: Page, template: MessageTemplate, line: Line
) -> None:
    opened.clock.install()
    line.down()
    field(opened, "Body").fill("Typed without a line")
    is_not_saved(opened)
    line.restore()
    field(opened, "Body").press("Control+s")
    is_saved(opened)
    assert of(template).message.body == "Typed without a line"


@on_a_phone
def test_what_is_not_saved_is_in_sight_on_a_phone_too(opened: Page, line: Line) -> None:
    line.down()
    field(opened, "Section 2 row 1 title").fill("Typed far down")
    is_not_saved(opened)
    expect(opened.locator("#saved")).to_be_in_viewport(ratio=1)
    assert overflow(opened) == 0


def test_the_head_stays_one_line_when_saving_fails(opened: Page, line: Line) -> None:
    line.fails(500)
    field(opened, "Section 2 row 1 title").fill("Typed far down")
    is_not_saved(opened)
    opened.mouse.wheel(0, 400)
    opened.get_by_role("link", name="Code", exact=True).click()
    expect(opened.get_by_role("link", name="Code", exact=True)).to_have_attribute(
        "aria-current", "true"
    )


def test_the_tab_has_the_templates_name(opened: Page) -> None:
    field(opened, "Template name").fill("Autumn menu")
    expect(opened).to_have_title("Autumn menu · Tapwright")


def test_says_so_when_the_person_is_signed_out(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    session = next(c for c in opened.context.cookies() if c.get("name") == "sessionid")
    opened.context.clear_cookies(name="sessionid")
    field(opened, "Body").fill("Typed by nobody")
    is_not_saved(opened, ": you are signed out")
    expect(field(opened, "Body")).to_have_value("Typed by nobody")
    expect(opened.get_by_label("Password")).to_have_count(0)
    opened.context.add_cookies(
        [{"name": "sessionid", "value": session["value"], "url": opened.url}]
    )
    opened.on("dialog", lambda dialog: dialog.accept())
    opened.reload()
    button(opened, "Bring it back").click()
    is_saved(opened)
    assert of(template).message.body == "Typed by nobody"


def test_goes_on_saving_after_signing_in_again_in_another_tab(
    opened: Page, line: Line, editor: User, template: MessageTemplate
) -> None:
    opened.context.clear_cookies(name="sessionid")
    field(opened, "Body").fill("Typed by nobody")
    is_not_saved(opened, ": you are signed out")
    sign_in(opened.context.new_page(), editor)
    opened.bring_to_front()
    opened.evaluate("window.dispatchEvent(new Event('focus'))")
    is_saved(opened)
    field(opened, "Body").fill("Typed by me")
    button(opened, "Add row to section 1").click()
    expect(opened.locator("[data-row]")).to_have_count(4)
    assert of(template).message.body == "Typed by me"


def test_says_so_when_the_template_is_gone(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    of(template).delete()
    field(opened, "Body").fill("Typed for nothing")
    is_not_saved(opened, ": somebody deleted this template")
    expect(field(opened, "Body")).to_have_value("Typed for nothing")
    button(opened, "Keep mine as a new template").click()
    expect(opened.get_by_text("Kept as a new template.")).to_be_visible()
    kept = MessageTemplate.objects.get()
    assert (kept.name, kept.message.body) == (template.name, "Typed for nothing")
    assert kept.pk != template.pk


def test_another_tab_that_saves_leaves_what_this_one_could_not(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    line.down()
    field(opened, "Body").fill("Typed without a line")
    is_not_saved(opened)
    other = opened.context.new_page()
    other.goto(opened.url)
    expect(other.get_by_text("There is typing here that never reached")).to_be_visible()
    field(other, "Footer").fill("From the other tab")
    is_saved(other)
    opened.on("dialog", lambda dialog: dialog.accept())
    # As after a crash: the page gets no time to keep anything.
    opened.goto("about:blank")
    other.reload()
    button(other, "Bring it back").click()
    expect(field(other, "Body")).to_have_value("Typed without a line")


def test_a_failed_send_test_does_not_pass_for_a_save(
    opened: Page, line: Line, template: MessageTemplate
) -> None:
    line.down()
    field(opened, "Body").fill("Not saved yet")
    is_not_saved(opened)
    panel = f"**{reverse('send-test', args=[template.pk])}*"
    opened.route(panel, lambda route: route.fulfill(body="<dialog><h1>Panel</h1></dialog>"))
    button(opened, "Send test").click()
    expect(opened.get_by_role("heading", name="Panel")).to_be_visible()
    is_not_saved(opened)
    opened.keyboard.press("Escape")
    opened.unroute(panel)
    opened.route(panel, lambda route: route.abort())
    button(opened, "Send test").click()
    expect(opened.get_by_role("alert")).to_contain_text("No connection to the server")


# --- two people


@pytest.fixture
def conflict(
    untold: None, opened: Page, template: MessageTemplate, team: Team, allowed: list[str]
) -> Page:
    """A colleague saved in between; the page shows both drafts."""
    allowed += ["409"]
    colleague = make_member(team, name="Carl Colleague")
    theirs = Content(list_message(body="Their words"))
    of(template).save_draft(theirs, name="Their name", person=colleague, revision=1, tab="b")
    field(opened, "Body").fill("My words")
    dialog = opened.get_by_role("dialog", name="Carl Colleague changed this template meanwhile")
    expect(dialog.locator(".bubble").get_by_text("My words")).to_be_visible()
    expect(dialog.locator(".bubble").get_by_text("Their words")).to_be_visible()
    expect(dialog.get_by_role("row", name="Body My words Their words")).to_be_visible()
    is_not_saved(opened, ": choose which draft to keep")
    return opened


def asked_before_leaving(page: Page) -> list[str]:
    """What the browser asks before it leaves the page, as it comes."""
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    return asked


def test_of_two_drafts_mine_can_be_kept(conflict: Page, template: MessageTemplate) -> None:
    # Not choosing loses nothing, and is asked about again.
    conflict.keyboard.press("Escape")
    expect(field(conflict, "Body")).to_have_value("My words")
    field(conflict, "Body").press_sequentially("!")
    button(conflict, "Use mine").click()
    expect(conflict.get_by_text("The other one is one undo away.")).to_be_visible()
    expect(field(conflict, "Body")).to_have_value("My words!")
    button(conflict, "Undo").click()
    expect(field(conflict, "Body")).to_have_value("Their words")
    expect(field(conflict, "Template name")).to_have_value("Their name")


def test_typing_on_chooses_no_draft(conflict: Page, template: MessageTemplate) -> None:
    conflict.keyboard.type(" and then some, ")
    conflict.keyboard.press("Enter")
    dialog = conflict.get_by_role("dialog", name="Carl Colleague changed this template meanwhile")
    expect(dialog).to_be_visible()
    assert of(template).message.body == "Their words"


def test_of_two_drafts_theirs_can_be_taken(conflict: Page, template: MessageTemplate) -> None:
    leaving = asked_before_leaving(conflict)
    button(conflict, "Use theirs").click()
    expect(field(conflict, "Body")).to_have_value("Their words")
    assert not leaving
    # Even so, what was typed is there to be brought back, though past nobody's newer draft.
    newer = replace(of(template).content, dismissed=("vague-call",))
    of(template).save_draft(newer, name="x", person=make_member(template.team), revision=2)
    button(conflict, "Bring it back").click()
    expect(conflict.get_by_role("dialog")).to_contain_text("meanwhile")
    assert of(template).content == newer
    conflict.keyboard.press("Escape")
    expect(button(conflict, "Bring it back")).to_be_visible()
    conflict.reload()
    button(conflict, "Bring it back").click()
    button(conflict, "Use mine").click()
    expect(field(conflict, "Body")).to_have_value("My words")
    expect(button(conflict, "Bring it back")).to_be_hidden()
    assert not leaving


def test_of_two_drafts_both_can_be_kept(conflict: Page, template: MessageTemplate) -> None:
    leaving, original = asked_before_leaving(conflict), conflict.url
    button(conflict, "Keep mine as a copy").click()
    expect(field(conflict, "Body")).to_have_value("My words")
    expect(field(conflict, "Template name")).to_have_value("Support menu (my copy)")
    field(conflict, "Body").fill("My newer words")
    is_saved(conflict)
    assert of(template).message.body == "Their words"
    conflict.goto(original)
    expect(field(conflict, "Body")).to_have_value("Their words")
    expect(button(conflict, "Bring it back")).to_be_hidden()
    assert not leaving


def test_a_conflict_takes_no_key_from_the_hand(
    untold: None, opened: Page, template: MessageTemplate, team: Team, allowed: list[str]
) -> None:
    allowed += ["409"]
    theirs = Content(list_message(body="Their words"))
    of(template).save_draft(theirs, name="x", person=make_member(team), revision=1)
    words = "A whole sentence, typed at the speed of a hand."
    field(opened, "Body").fill("")
    opened.keyboard.type(words, delay=30)
    dialog = opened.get_by_role("dialog")
    expect(dialog.locator(".bubble").get_by_text(words)).to_be_visible()
    expect(field(opened, "Body")).to_have_value(words)
    button(opened, "Use mine").click()
    expect(opened.get_by_text("The other one is one undo away.")).to_be_visible()
    assert of(template).message.body == words


@pytest.mark.parametrize("pane", ["JSON", "Code"])
def test_opening_a_pane_is_no_way_past_a_colleagues_save(
    untold: None, opened: Page, template: MessageTemplate, team: Team, allowed: list[str], pane: str
) -> None:
    allowed += ["409"]
    theirs = Content(list_message(body="Their words", footer="Theirs"))
    of(template).save_draft(theirs, name="x", person=make_member(team), revision=1)
    opened.get_by_role("link", name=pane, exact=True).click()
    expect(opened.get_by_role("link", name=pane, exact=True)).to_have_attribute(
        "aria-current", "true"
    )
    expect(opened.locator("#outcome .bubble")).to_have_count(0)
    field(opened, "Header").fill("!")
    expect(opened.get_by_role("dialog")).to_contain_text("meanwhile")
    assert of(template).content == theirs


def test_a_page_loaded_anew_in_the_middle_of_a_save_shows_what_arrives(
    opened: Page, template: MessageTemplate, editor: User
) -> None:
    tab = opened.locator("#editor [name='tab']").input_value()
    with opened.expect_navigation():
        opened.evaluate(
            """() => {
                const page = [...new FormData(form())];
                const fields = page.filter(([name]) => name !== "csrfmiddlewaretoken");
                fields.find(([name]) => name === "body")[1] = "Just typed";
                const kept = JSON.stringify({ at: Date.now(), fields });
                localStorage.setItem(backupKey(), kept);
                location.reload();
            }"""
        )
    expect(button(opened, "Bring it back")).to_be_visible()
    content = of(template).content
    arrived = Content(content.message.model_copy(update={"body": "Just typed"}))
    of(template).save_draft(
        arrived, name=template.name, person=editor, revision=template.revision, tab=tab
    )
    expect(field(opened, "Body")).to_have_value("Just typed")
    expect(button(opened, "Bring it back")).to_be_hidden()
    field(opened, "Footer").fill("And on")
    is_saved(opened)


def with_a_clock(page: Page) -> None:
    """Load the page again with a clock that can be put forward; it has said once who is there."""
    page.clock.install()
    page.reload()
    expect(page.locator("#presence[hx-trigger='every 10s']")).to_be_attached()


def test_a_page_without_changes_shows_what_a_colleague_saves(
    opened: Page, template: MessageTemplate, team: Team
) -> None:
    with_a_clock(opened)
    colleague = make_member(team, name="Carl Colleague")
    field(opened, "Footer").focus()
    theirs = Content(list_message(body="Their words"))
    of(template).save_draft(theirs, name="Their name", person=colleague, revision=1, tab="b")
    opened.clock.fast_forward(10_000)
    expect(field(opened, "Body")).to_have_value("Their words")
    expect(opened.locator("#saved")).to_have_text("As Carl Colleague saved it")
    expect(field(opened, "Footer")).to_be_focused()
    opened.keyboard.type("Mine")
    is_saved(opened)
    assert (of(template).message.body, of(template).message.footer) == ("Their words", "Mine")


def test_what_a_colleague_saves_is_not_drawn_over_what_is_not_saved(
    opened: Page, template: MessageTemplate, team: Team, line: Line
) -> None:
    with_a_clock(opened)
    line.down()
    field(opened, "Footer").fill("Mine")
    is_not_saved(opened)
    theirs = Content(list_message(body="Their words"))
    of(template).save_draft(theirs, name="x", person=make_member(team), revision=1, tab="b")
    with opened.expect_response("**/present/"):
        opened.clock.fast_forward(10_000)
    expect(field(opened, "Footer")).to_have_value("Mine")
    expect(field(opened, "Body")).to_have_value("How can we help you today?")


def test_a_conflict_that_was_closed_can_be_decided_later(conflict: Page) -> None:
    conflict.keyboard.press("Escape")
    expect(conflict.get_by_role("dialog")).to_have_count(0)
    button(conflict, "Choose").click()
    button(conflict, "Use mine").click()
    expect(conflict.get_by_text("The other one is one undo away.")).to_be_visible()
    expect(button(conflict, "Choose")).to_be_hidden()


def test_two_pages_of_one_person_are_in_conflict_too(
    untold: None, opened: Page, editor: User, template: MessageTemplate, allowed: list[str]
) -> None:
    allowed += ["409"]
    second = opened.context.new_page()
    second.goto(opened.url)
    field(second, "Body").fill("In the second tab")
    is_saved(second)
    field(opened, "Footer").fill("In the first")
    dialog = opened.get_by_role("dialog", name="You changed this template in another place")
    expect(dialog).to_be_visible()
    opened.keyboard.press("Escape")
    expect(field(opened, "Body")).to_be_editable()
    assert of(template).message.body == "In the second tab"
    button(opened, "Choose").click()
    dialog.get_by_role("button", name="Put both into one").click()
    expect(opened.get_by_text("Both changes are in the draft now.")).to_be_visible()
    expect(field(opened, "Body")).to_have_value("In the second tab")
    expect(field(opened, "Footer")).to_have_value("In the first")
    expect(button(opened, "Bring it back")).to_be_hidden()


# --- undo and redo


def test_undoes_and_redoes_by_button_and_keys_and_across_a_reload(
    opened: Page, template: MessageTemplate
) -> None:
    body = field(opened, "Body")
    body.fill("Changed")
    is_saved(opened)
    button(opened, "Add section").click()
    section = field(opened, "Section 3 title")
    expect(section).to_be_focused()
    opened.keyboard.press("Control+z")
    expect(section).to_have_count(0)
    opened.keyboard.press("Control+z")
    expect(body).to_have_value("How can we help you today?")
    expect(button(opened, "Undo")).to_be_disabled()
    opened.reload()
    button(opened, "Redo").click()
    expect(body).to_have_value("Changed")
    expect(button(opened, "Redo")).to_be_focused()
    opened.keyboard.press("Enter")
    expect(section).to_be_visible()
    expect(button(opened, "Redo")).to_be_disabled()
    body.focus()
    opened.keyboard.press("Control+z")
    expect(section).to_have_count(0)
    expect(body).to_be_focused()
    opened.keyboard.press("Control+Shift+Z")
    expect(section).to_be_visible()
    opened.keyboard.press("Control+z")
    expect(section).to_have_count(0)
    opened.keyboard.press("Control+y")
    expect(section).to_be_visible()
    # A new edit cuts off what could be redone.
    opened.keyboard.press("Control+z")
    expect(section).to_have_count(0)
    body.press("End")
    body.press_sequentially("!")
    expect(button(opened, "Redo")).to_be_disabled()
    is_saved(opened)
    assert of(template).message.body == "Changed!"


def test_undo_takes_back_what_was_typed_a_moment_ago(opened: Page, line: Line) -> None:
    body = field(opened, "Body")
    with line.slow():
        body.press("End")
        opened.keyboard.type("?!")
        line.waits()
        opened.keyboard.press("Control+z")
        opened.keyboard.press("Control+z")
    expect(body).to_have_value("How can we help you today?")
    expect(button(opened, "Redo")).to_be_enabled()


def test_undo_puts_the_caret_where_the_change_was(opened: Page, template: MessageTemplate) -> None:
    body, footer = field(opened, "Body"), field(opened, "Footer")
    for changed, text in (
        (body, "One two. And more."),
        (footer, "Hello"),
        (body, "One. And more."),
        (footer, "Bye"),
    ):
        changed.fill(text)
        is_saved(opened)
    opened.keyboard.press("Control+z")
    expect(footer).to_have_value("Hello")
    opened.keyboard.press("Control+z")
    # The change is in another field than the hand: there it goes on.
    expect(body).to_be_focused()
    opened.keyboard.type("!")
    expect(body).to_have_value("One two!. And more.")


# --- publishing


def test_publishes_what_has_no_errors(opened: Page, template: MessageTemplate) -> None:
    field(opened, "Body").fill("")
    button(opened, "Publish").click()
    expect(opened.get_by_role("alert").filter(visible=True)).to_contain_text(
        "Not published: 1 problem to mend first."
    )
    opened.get_by_role("link", name="Show it").click()
    expect(field(opened, "Body")).to_be_focused()
    field(opened, "Body").fill("Mended")
    button(opened, "Publish").click()
    expect(opened.get_by_text("Version 1 is published.")).to_be_visible()
    expect(button(opened, "Publish")).to_have_text("Publish v2")
    version = of(template).published
    assert version is not None
    assert version.content.message.body == "Mended"
    published = opened.locator("a.published")
    expect(published).to_have_accessible_name("v1 published")
    field(opened, "Body").fill("Changed since")
    expect(opened.get_by_text("Version 1 is published.")).to_have_count(0)
    expect(published).to_have_accessible_name("v1 published, changed since")
    is_saved(opened)
    published.click()
    expect(opened.locator(".differing")).to_contain_text("Changed since")
    button(opened, "Make it the draft again").click()
    expect(field(opened, "Body")).to_have_value("Mended")


def test_a_refusal_to_publish_counts_down_to_what_is_left(opened: Page) -> None:
    field(opened, "Body").fill("")
    field(opened, "List button").fill("x" * 21)
    button(opened, "Publish").click()
    refusal = opened.get_by_role("alert").filter(has_text="Not published")
    expect(refusal).to_contain_text("2 problems to mend first.")
    field(opened, "Body").fill("Mended")
    expect(refusal).to_contain_text("1 problem to mend first.")
    opened.get_by_role("link", name="Show it").click()
    expect(field(opened, "List button")).to_be_focused()
    field(opened, "List button").fill("Short")
    expect(refusal).to_have_count(0)


# --- without JavaScript, and without the right to edit


@without_javascript
def test_every_editing_button_works_without_javascript(
    page: Page, screen: Screen, template: MessageTemplate, editor: User
) -> None:
    open_editor(page, editor, template)
    field(page, "Body").fill("Typed")
    button(page, "Add row to section 2").click()
    field(page, "Section 2 row 2 title").fill("Call us")
    button(page, "Move row 2 of section 2 up").click()
    expect(field(page, "Section 2 row 1 title")).to_have_value("Call us")
    expect(field(page, "Section 2 row 1 ID")).to_have_value("call_us")
    button(page, "Duplicate row 1 of section 2").click()
    button(page, "Add section").click()
    button(page, "Remove section 1").click()
    button(page, "Move section 1 down").click()
    button(page, "Remove row 1 of section 2").click()
    assert rows(template) == [[""], ["Call us", "Talk to Agent"]]
    assert of(template).message.body == "Typed"
    button(page, "Undo").click()
    button(page, "Redo").click()
    button(page, "Publish").click()
    expect(page.get_by_text("Not published: 1 problem to mend first.")).to_be_visible()
    field(page, "Section 1 row 1 title").fill("New")
    field(page, "Section 1 row 1 title").press("Enter")
    expect(problems(page).filter(has_text="is empty. Fill it in")).to_have_count(0)
    button(page, "Publish").click()
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()
    field(page, "Body").fill("x" * 1025)
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator('[data-why="body"]')).to_contain_text("the limit is 1024")
    field(page, "Template name").fill("")
    button(page, "Send test").click()
    expect(page).to_have_url(re.compile(reverse("send-test", args=[template.pk])))
    assert of(template).name == "Untitled"


@without_javascript
def test_two_drafts_are_shown_without_javascript(
    page: Page, template: MessageTemplate, editor: User, team: Team, allowed: list[str]
) -> None:
    allowed += ["409"]
    open_editor(page, editor, template)
    theirs = Content(list_message(body="Their words"))
    of(template).save_draft(theirs, name="x", person=make_member(team), revision=1)
    field(page, "Body").fill("My words")
    button(page, "Add section").click()
    expect(page.locator(".bubble").get_by_text("Their words")).to_be_visible()
    button(page, "Use mine").click()
    expect(field(page, "Body")).to_have_value("My words")


def test_a_viewer_sees_it_and_can_change_nothing(
    page: Page, template: MessageTemplate, viewer: User
) -> None:
    open_editor(page, viewer, template)
    expect(page.get_by_text("You may look at this template, but not change it.")).to_be_visible()
    for name in ("Template name", "Body", "Section 1 row 1 title"):
        expect(field(page, name)).to_be_disabled()
    for name in ("Publish", "Send test", "Add section", "Undo", "Remove row 1 of section 1"):
        expect(button(page, name)).to_be_disabled()
    preview(page).get_by_role("button", name="Get Help").click()
    expect(page.get_by_role("dialog", name="Get Help")).to_be_visible()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+Shift+Z")
    assert of(template).revision == 1


# --- what people put in


def fill_all(page: Page, text: str) -> None:
    """The same text in every field, at once, as a paste would."""
    page.evaluate(
        """(text) => {
            const inputs = "#editor input:not([type=hidden]), #editor textarea";
            for (const field of document.querySelectorAll(inputs)) field.value = text;
            document.getElementById("id_body").dispatchEvent(new Event("input", {bubbles: true}));
        }""",
        text,
    )


NASTY = "</textarea></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;{{x}}"


def test_typing_stands_in_the_preview_before_the_server_has_answered(
    opened: Page, line: Line
) -> None:
    field(opened, "Body").fill("Hi {{name}}")
    opened.get_by_label("Sample for name").fill("Asha")
    expect(preview(opened)).to_contain_text("Hi Asha")
    is_saved(opened)
    outcome = opened.locator("#outcome")
    with line.slow():
        field(opened, "Section 1 title").fill("Parcels")
        expect(outcome.locator(".sheet__section").first).to_have_text("Parcels")
        field(opened, "Section 2 row 1 title").fill("Call {{name}}")
        field(opened, "Section 2 row 1 description").fill("At *once*")
        last = outcome.locator(".sheet__row").last
        expect(last.locator(".sheet__row-title")).to_have_text("Call Asha")
        expect(last.locator(".sheet__description")).to_have_text("At *once*")
        field(opened, "Body").fill("*Hi _{{name}}_*, ~not~ `so`\n5*4 <b>")
        body = outcome.locator(".bubble__body")
        expect(body.locator("strong > em")).to_have_text("Asha")
        early = body.inner_html()
    is_saved(opened)
    assert body.inner_html() == early, "the server draws the same"


@pytest.mark.parametrize("message", ["list-support-menu", BUTTONS], ids=["list", "buttons"])
def test_shows_markup_as_it_is_typed(message: str, page: Page, team: Team, editor: User) -> None:
    template = make_template(team, make_message(message))
    open_editor(page, editor, template)
    fill_all(page, NASTY)
    expect(preview(page)).to_contain_text("<script>alert(1)</script>")
    is_saved(page)
    page.reload()
    expect(field(page, "Body")).to_have_value(NASTY)
    expect(field(page, "Template name")).to_have_value(NASTY)
    button(page, "Undo").click()
    button(page, "Redo").click()
    expect(field(page, "Footer")).to_have_value(NASTY)
    page.goto(reverse("templates"))
    expect(page.locator("#cards h2")).to_have_text(NASTY)
    assert page.locator("img, script:not([src])").count() == 0


def test_takes_a_hundred_rows_and_a_hundred_kilobytes(page: Page, team: Team, editor: User) -> None:
    sections = tuple(
        Section(
            title=f"Section {s}",
            rows=tuple(Row(id=f"id_{s}_{r}", title=f"Row {s}.{r}") for r in range(10)),
        )
        for s in range(10)
    )
    template = make_template(team, list_message(sections=sections))
    open_editor(page, editor, template)
    field(page, "Section 10 row 10 title").press_sequentially("!")
    is_saved(page)
    button(page, "Move row 10 of section 10 up").click()
    expect(field(page, "Section 10 row 9 title")).to_be_focused()
    field(page, "Body").fill("x" * 100_000)
    expect(counter(page, "body")).to_have_text("100000 / 1024")
    expect(problems(page).filter(has_text="Body")).to_contain_text("Take away 98976")
    is_saved(page)
    assert len(of(template).message.body) == 100_000
    assert overflow(page) == 0


RTL = ListMessage(
    header="القائمة",
    body="مرحبا بكم! *اختر* من القائمة 123",
    footer="شكرا",
    button="افتح القائمة",
    sections=(Section(title="قسم", rows=(Row(id="pizza", title="بيتزا", description="ساخنة"),)),),
)


def test_right_to_left_text_runs_from_the_right(page: Page, team: Team, editor: User) -> None:
    open_editor(page, editor, make_template(team, RTL, name="مرحبا"))
    direction = "e => getComputedStyle(e).direction"
    for name in ("Header", "Body", "Footer", "Section 1 row 1 title"):
        assert field(page, name).evaluate(direction) == "rtl", name
    for part in (".bubble__header", ".bubble__body", ".bubble__footer"):
        assert preview(page).locator(part).evaluate(direction) == "rtl", part
    assert field(page, "Section 1 row 1 ID").evaluate(direction) == "ltr"


def test_empty_message_can_be_filled_from_nothing(page: Page, team: Team, editor: User) -> None:
    message: Message = ButtonMessage(buttons=(Button(fresh=True),))
    template = make_template(team, message, name="New buttons")
    open_editor(page, editor, template)
    field(page, "Body").fill("Shall we come tomorrow?")
    field(page, "Button 1 title").fill("Yes, please")
    expect(field(page, "Button 1 ID")).to_have_value("yes_please")
    button(page, "Add button").click()
    expect(field(page, "Button 2 title")).to_be_focused()
    page.keyboard.type("No")
    expect(field(page, "Button 2 ID")).to_have_value("no")
    expect(problems(page)).to_have_text("✓No problems found.")
    is_saved(page)
    assert of(template).errors == 0
