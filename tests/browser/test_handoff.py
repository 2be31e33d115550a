"""JSON, code and the import in a real browser."""

import json
import re

import pytest
from django.urls import reverse
from playwright.sync_api import Dialog, FilePayload, Locator, Page, Route, expect

from designer.library.models import MessageTemplate
from designer.message.formats import coext, meta
from designer.teams.models import Team, User
from tests.factories import BUTTONS, LIST, make_message, make_template
from tests.message.examples import a_row, button_message, list_message

from .harness import (
    Screen,
    axe,
    every_screen,
    overflow,
    sign_in,
    wait_until,
    without_javascript,
)


@pytest.fixture
def template(team: Team) -> MessageTemplate:
    message = list_message(a_row(), body="Hi {{name}}", footer="Welcome")
    return make_template(team, message, samples={"name": "Asha"})


@pytest.fixture
def opened(page: Page, editor: User, template: MessageTemplate) -> Page:
    sign_in(page, editor)
    page.goto(reverse("template", args=[template.pk]))
    return page


def view(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Views").get_by_role("link", name=name).click()


def language(page: Page, name: str) -> None:
    kinds = page.get_by_role("navigation", name="Kinds of code")
    kinds.get_by_role("link", name=name, exact=True).click()
    expect(kinds.get_by_role("link", name=name, exact=True)).to_have_attribute(
        "aria-current", "true"
    )


def json_box(page: Page) -> Locator:
    return page.get_by_label("The message as JSON")


def field(page: Page, name: str) -> Locator:
    return page.locator(f"[name='{name}']")


def change(page: Page, old: str, new: str) -> None:
    """Change a part of the JSON, as a paste over the whole of it would."""
    text = json_box(page).input_value()
    assert old in text
    with page.expect_response("**/json/"):
        json_box(page).fill(text.replace(old, new))


# --- JSON ---------------------------------------------------------------------------------------


def test_edited_json_changes_the_form_and_undo_takes_it_back(opened: Page) -> None:
    view(opened, "JSON")
    change(opened, "Welcome", "See you")
    expect(field(opened, "footer")).to_have_value("See you")
    expect(json_box(opened)).to_be_focused()
    opened.get_by_role("button", name="Undo").click()
    expect(field(opened, "footer")).to_have_value("Welcome")
    expect(json_box(opened)).to_have_value(re.compile("Welcome"))


def test_typing_in_json_never_moves_the_caret(opened: Page) -> None:
    view(opened, "JSON")
    json_box(opened).evaluate(
        """(box) => {
            const at = box.value.indexOf("Welcome") + "Welcome".length;
            box.focus();
            box.setSelectionRange(at, at);
        }"""
    )
    opened.keyboard.type(" back, dear friend")
    expect(field(opened, "footer")).to_have_value("Welcome back, dear friend")
    expect(json_box(opened)).to_have_value(re.compile("Welcome back, dear friend"))


def test_broken_json_is_kept_and_its_place_is_shown(
    opened: Page, template: MessageTemplate
) -> None:
    view(opened, "JSON")
    change(opened, '"Hi {{name}}",', '"Hi {{name}}"')
    says = opened.locator("#json-says")
    expect(says).to_contain_text("Not applied.")
    expect(says).to_contain_text("line 4, column 3")
    expect(json_box(opened)).not_to_have_value(re.compile(r'"Hi \{\{name\}\}",'))
    opened.get_by_role("button", name="Show line 4").click()
    expect(json_box(opened)).to_be_focused()
    at = json_box(opened).evaluate("(box) => box.value.slice(box.selectionStart).slice(0, 8)")
    assert at == '"footer"'
    expect(field(opened, "body")).to_have_value("Hi {{name}}")
    template.refresh_from_db()
    assert template.revision == 1
    # Mended, it applies.
    change(opened, '"Hi {{name}}"', '"Hello {{name}}",')
    expect(field(opened, "body")).to_have_value("Hello {{name}}")
    expect(says).not_to_contain_text("Not applied")


def test_json_in_another_form_stands_there_as_the_api_gets_it_when_it_is_left(
    opened: Page, template: MessageTemplate
) -> None:
    view(opened, "JSON")
    message = list_message(a_row(), body="Hi {{name}}", footer="See you")
    pasted = json.dumps(meta.dump(message, to="+919876543210"))
    with opened.expect_response("**/json/"):
        json_box(opened).fill(pasted)
    expect(field(opened, "footer")).to_have_value("See you")
    # Not under the hand.
    expect(json_box(opened)).to_have_value(pasted)
    json_box(opened).press("Tab")
    exact = json.dumps(coext.dump(message, to="+919876543210"), indent=2, ensure_ascii=False)
    expect(json_box(opened)).to_have_value(exact)
    expect(opened.locator("#json-lines > div")).to_have_count(exact.count("\n") + 1)
    expect(opened.locator("#json-says")).to_contain_text("Read as")
    # What would be left out of it stays, and so does what is refused.
    change(opened, '"footer"', '"foot"')
    lacks = json_box(opened).input_value()
    expect(opened.locator("#json-says")).to_contain_text("Applied without foot")
    json_box(opened).press("Tab")
    expect(json_box(opened)).to_have_value(lacks)
    change(opened, '"body"', "body")
    broken = json_box(opened).input_value()
    json_box(opened).press("Tab")
    expect(json_box(opened)).to_have_value(broken)


def test_broken_json_outlives_another_view_and_typing_in_the_form(opened: Page) -> None:
    view(opened, "JSON")
    change(opened, '"body"', "body")
    broken = json_box(opened).input_value()
    expect(opened.locator("#json-says")).to_contain_text("Not applied")
    view(opened, "Preview")
    expect(json_box(opened)).to_have_count(0)
    with opened.expect_response(lambda answer: answer.request.method == "POST"):
        field(opened, "footer").fill("Typed meanwhile")
    view(opened, "JSON")
    expect(json_box(opened)).to_have_value(broken)
    expect(opened.locator("#json-says")).to_contain_text("Not applied")
    opened.get_by_role("button", name="Drop this and show the template").click()
    expect(json_box(opened)).to_have_value(re.compile("Typed meanwhile"))
    expect(opened.locator("#json-says")).not_to_contain_text("Not applied")


def test_broken_json_that_was_left_does_not_come_back(
    opened: Page, template: MessageTemplate
) -> None:
    view(opened, "JSON")
    change(opened, '"body"', "body")
    expect(opened.locator("#json-says")).to_contain_text("body needs double quotes")
    opened.on("dialog", lambda dialog: dialog.accept())
    opened.goto(reverse("template", args=[template.pk]))
    view(opened, "JSON")
    expect(json_box(opened)).to_have_value(re.compile('"body"'))
    expect(opened.locator("#json-says")).to_have_text("")


def test_undo_in_broken_json_is_the_browsers(opened: Page, template: MessageTemplate) -> None:
    view(opened, "JSON")
    before = json_box(opened).input_value()
    json_box(opened).press("Control+Home")
    with opened.expect_response("**/json/"):
        opened.keyboard.type("x")
    expect(opened.locator("#json-says")).to_contain_text("Not applied")
    json_box(opened).press("Control+z")
    expect(json_box(opened)).to_have_value(before)
    expect(opened.locator("#json-says")).not_to_contain_text("Not applied")


def test_json_follows_the_form(opened: Page) -> None:
    view(opened, "JSON")
    field(opened, "body").fill("Typed in the form")
    expect(json_box(opened)).to_have_value(re.compile("Typed in the form"))
    opened.get_by_role("button", name="Add row").first.click()
    expect(json_box(opened)).to_have_value(re.compile('"id": "row'))


def test_what_is_typed_while_the_json_is_applied_is_kept(
    opened: Page, template: MessageTemplate
) -> None:
    field(opened, "body").press("Control+End")
    view(opened, "JSON")
    held: list[Route] = []
    opened.route("**/json/", lambda route: held.append(route), times=1)
    text = json_box(opened).input_value()
    json_box(opened).fill(text.replace('"Welcome"', '"Hello"'))
    wait_until(opened, lambda: held)
    field(opened, "body").focus()
    opened.keyboard.type(" and on")
    held.pop().continue_()
    expect(field(opened, "footer")).to_have_value("Hello")
    expect(field(opened, "body")).to_have_value("Hi {{name}} and on")
    expect(json_box(opened)).to_have_value(re.compile("and on"))
    template.refresh_from_db()
    assert template.message.body == "Hi {{name}} and on"


def test_colleague_in_between_is_shown(
    untold: None, opened: Page, template: MessageTemplate, admin: User, allowed: list[str]
) -> None:
    allowed.append("409")
    view(opened, "JSON")
    expect(json_box(opened)).to_be_visible()
    template.save_draft(
        template.content, name="Renamed meanwhile", person=admin, revision=1, tab="other"
    )
    change(opened, "Welcome", "See you")
    dialog = opened.get_by_role("dialog")
    expect(dialog).to_contain_text("Ada Admin changed this template meanwhile")
    dialog.get_by_role("button", name="Use mine").click()
    expect(field(opened, "footer")).to_have_value("See you")


def test_json_of_the_other_kind_says_so_and_undo_brings_the_list_back(opened: Page) -> None:
    view(opened, "JSON")
    payload = coext.dump(button_message(), to="+919876543210")
    with opened.expect_response("**/json/"):
        json_box(opened).fill(json.dumps(payload))
    told = "This is now a reply-button message. Undo brings the list back."
    expect(opened.locator("#json-says")).to_contain_text(told)
    expect(opened.locator("#side-says")).to_contain_text(told)
    expect(field(opened, "buttons.0.title")).to_have_value("Yes")
    json_box(opened).press("Control+z")
    expect(field(opened, "sections.0.rows.0.description")).to_have_value("From the oven")
    expect(json_box(opened)).to_have_value(re.compile("From the oven"))


# --- JSON that does not get through ---------------------------------------------------------------


def saved(page: Page) -> Locator:
    return page.locator("#saved")


@pytest.fixture
def cut_off(allowed: list[str]) -> None:
    """Requests may fail in this test."""
    allowed += ["ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "htmx:(sendError|afterRequest)"]
    allowed += ["503", "401"]


@pytest.mark.usefixtures("cut_off")
def test_json_typed_offline_says_so_and_is_applied_when_there_is_a_connection(
    opened: Page, template: MessageTemplate
) -> None:
    view(opened, "JSON")
    expect(json_box(opened)).to_be_visible()
    opened.context.set_offline(True)
    text = json_box(opened).input_value().replace("Welcome", "See you")
    json_box(opened).fill(text)
    told = "Not applied yet: no connection. Trying again…"
    expect(opened.locator("#json-says")).to_contain_text(told)
    expect(opened.locator("#side-says")).to_have_text(told)
    expect(saved(opened)).to_contain_text("JSON not applied yet: no connection")
    expect(opened.locator("#failure")).to_be_hidden()
    opened.context.set_offline(False)
    expect(field(opened, "footer")).to_have_value("See you")
    expect(saved(opened)).to_have_text("Draft saved")
    expect(opened.locator("#json-says")).to_have_text("")
    expect(json_box(opened)).to_have_value(text)
    template.refresh_from_db()
    assert template.message.footer == "See you"
    assert opened.evaluate("localStorage.getItem(keptKey())") is None


@pytest.mark.usefixtures("cut_off")
def test_json_is_sent_again_after_a_fault_of_the_server(opened: Page) -> None:
    view(opened, "JSON")
    opened.route("**/json/", lambda route: route.fulfill(status=503), times=2)
    change(opened, "Welcome", "See you")
    expect(opened.locator("#json-says")).to_contain_text("the server has a problem. Trying again…")
    # Typing in the form is saved meanwhile, but nothing claims that all is.
    expect(field(opened, "footer")).to_have_value("See you")
    expect(saved(opened)).to_have_text("Draft saved")


@pytest.mark.usefixtures("cut_off")
def test_json_waits_for_a_new_sign_in(opened: Page) -> None:
    view(opened, "JSON")
    # To all, for a text of many lines is put in line by line.
    opened.route("**/json/", lambda route: route.fulfill(status=401))
    change(opened, "Welcome", "See you")
    expect(opened.locator("#json-says")).to_contain_text("you are signed out. Sign in in another")
    expect(field(opened, "footer")).to_have_value("Welcome")
    opened.unroute("**/json/")
    opened.evaluate("dispatchEvent(new Event('focus'))")
    expect(field(opened, "footer")).to_have_value("See you")


def edited_without_a_line(opened: Page) -> str:
    """Change the footer in the JSON while nothing gets through; return the JSON."""
    view(opened, "JSON")
    opened.route("**/json/", lambda route: route.abort())
    text = json_box(opened).input_value().replace("Welcome", "See you")
    json_box(opened).fill(text)
    expect(opened.locator("#json-says")).to_contain_text("Not applied yet")
    return text


@pytest.mark.usefixtures("cut_off")
def test_json_that_did_not_get_through_outlives_a_reload(
    opened: Page, template: MessageTemplate
) -> None:
    text = edited_without_a_line(opened)
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    opened.on("dialog", leave)
    opened.goto(reverse("template", args=[template.pk]))
    # Nobody has changed the template since: it is applied, in the view where it shows.
    expect(json_box(opened)).to_have_value(text)
    expect(opened.locator("#json-says")).to_contain_text("Not applied yet")
    # Not before: the page that was left tries again, too.
    opened.unroute("**/json/")
    opened.evaluate("dispatchEvent(new Event('online'))")
    expect(field(opened, "footer")).to_have_value("See you")
    expect(json_box(opened)).to_have_value(text)
    assert asked == ["beforeunload"]
    opened.reload()
    expect(field(opened, "footer")).to_have_value("See you")
    expect(opened.locator("#json-says")).to_have_text("")
    assert asked == ["beforeunload"]


@pytest.mark.usefixtures("cut_off")
def test_json_is_not_applied_by_itself_over_what_has_changed_since(
    opened: Page, template: MessageTemplate
) -> None:
    text = edited_without_a_line(opened)
    with opened.expect_response(lambda answer: answer.request.method == "POST"):
        field(opened, "body").fill("Typed in the form meanwhile")
    expect(opened.locator("#json-says")).to_contain_text("the template has changed since")
    expect(json_box(opened)).to_have_value(text)
    opened.unroute("**/json/")
    opened.evaluate("dispatchEvent(new Event('online'))")
    opened.get_by_role("button", name="Apply it").click()
    expect(field(opened, "footer")).to_have_value("See you")
    expect(field(opened, "body")).to_have_value("Hi {{name}}")
    opened.get_by_role("button", name="Undo").click()
    expect(field(opened, "body")).to_have_value("Typed in the form meanwhile")


@pytest.mark.usefixtures("cut_off")
def test_view_is_marked_as_open_only_when_it_is(opened: Page) -> None:
    views = opened.get_by_role("navigation", name="Views")
    opened.context.set_offline(True)
    view(opened, "JSON")
    expect(opened.locator("#failure")).to_be_visible()
    expect(views.get_by_role("link", name="Preview")).to_have_attribute("aria-current", "true")
    expect(views.get_by_role("link", name="JSON")).not_to_have_attribute("aria-current", "true")
    opened.context.set_offline(False)
    # The next answer is still the preview.
    field(opened, "body").fill("Typed after")
    expect(opened.locator("#outcome .bubble__body")).to_contain_text("Typed after")
    assert "pane" not in opened.url
    view(opened, "JSON")
    expect(views.get_by_role("link", name="JSON")).to_have_attribute("aria-current", "true")
    expect(opened).to_have_url(re.compile(r"\?pane=json$"))


# --- Lines ----------------------------------------------------------------------------------------


def test_each_line_has_its_number_and_the_broken_one_is_marked(opened: Page) -> None:
    view(opened, "JSON")
    lines = opened.locator("#json-lines > div")
    expect(lines).to_have_count(json_box(opened).input_value().count("\n") + 1)
    long = "A body that goes over many lines of the box. " * 12
    change(opened, '"Hi {{name}}",', f'"{long}"')
    expect(json_box(opened)).to_have_attribute("aria-invalid", "true")
    expect(opened.locator("#json-lines .is-broken")).to_have_text('  "footer": "Welcome",')
    # The numbered text wraps as the box does, so each number stands at its line.
    heights = opened.evaluate(
        "[document.getElementById('json'), document.getElementById('json-lines')]"
        ".map((each) => each.scrollHeight)"
    )
    assert heights[0] == heights[1]
    json_box(opened).press("Control+End")
    expect(opened.locator("#json-lines")).to_have_js_property(
        "scrollTop", json_box(opened).evaluate("(box) => box.scrollTop")
    )
    change(opened, f'"{long}"', '"Hi",')
    expect(opened.locator("#json-lines .is-broken")).to_have_count(0)
    expect(json_box(opened)).not_to_have_attribute("aria-invalid", "true")


@without_javascript
def test_json_is_edited_without_scripts(opened: Page) -> None:
    view(opened, "JSON")
    json_box(opened).fill("{")
    opened.get_by_role("button", name="Apply").click()
    expect(opened.get_by_text("Not applied.")).to_be_visible()
    expect(json_box(opened)).to_have_value("{")
    payload = coext.dump(list_message(body="Without scripts"), to="+919876543210")
    json_box(opened).fill(json.dumps(payload))
    opened.get_by_role("button", name="Apply").click()
    expect(field(opened, "body")).to_have_value("Without scripts")
    view(opened, "Code")
    expect(opened.locator("#code")).to_contain_text("curl -sS")


# --- Code ---------------------------------------------------------------------------------------


def test_view_and_language_stay_while_one_types_and_after(opened: Page) -> None:
    view(opened, "Code")
    expect(opened.locator("#code")).to_contain_text("curl")
    language(opened, "Python")
    expect(opened.locator("#code")).to_contain_text("import httpx")
    field(opened, "body").fill("Typed for {{name}}")
    expect(opened.locator("#code")).to_contain_text("Typed for Asha")
    opened.get_by_role("button", name="Add row").first.click()
    expect(opened.locator("[data-row]")).to_have_count(2)
    expect(opened.locator("#code")).to_contain_text("import httpx")
    view(opened, "Preview")
    expect(opened.locator(".phone-frame")).to_be_visible()
    view(opened, "Code")
    expect(opened.locator("#code")).to_contain_text("import httpx")
    opened.reload()
    expect(opened.locator("#code")).to_contain_text("import httpx")


def test_keystroke_on_its_way_is_not_lost_by_opening_a_view(
    opened: Page, template: MessageTemplate
) -> None:
    field(opened, "body").press("Control+End")
    opened.keyboard.type(" and welcome")
    view(opened, "JSON")
    expect(json_box(opened)).to_have_value(re.compile("Hi ..name.. and welcome"))
    template.refresh_from_db()
    assert template.message.body == "Hi {{name}} and welcome"


def test_code_is_copied_as_it_stands(opened: Page) -> None:
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    view(opened, "Code")
    for name in ("Filled JSON", "curl", "Python", "JavaScript", "Meta", "Twilio"):
        language(opened, name)
        opened.locator(".code-box").get_by_role("button").click()
        expect(opened.locator(".code-box").get_by_role("button")).to_have_text("Copied")
        copied = opened.evaluate("navigator.clipboard.readText()")
        assert copied == opened.locator("#code").text_content()
    view(opened, "JSON")
    expect(json_box(opened)).to_be_visible()
    opened.get_by_role("button", name="Copy").click()
    expect(opened.get_by_role("button", name="Copied")).to_be_visible()
    copied = opened.evaluate("navigator.clipboard.readText()")
    assert copied == json_box(opened).input_value()


@every_screen
@pytest.mark.parametrize("pane", ["json", "twilio"])
def test_pane_is_accessible(opened: Page, pane: str) -> None:
    opened.goto(f"{opened.url}?pane={pane}")
    if pane == "json":
        with opened.expect_response("**/json/"):
            json_box(opened).fill("{")
        expect(opened.locator("#json-says")).to_contain_text("Not applied")
    assert axe(opened) == []
    assert overflow(opened) == 0


# --- Import -------------------------------------------------------------------------------------


def test_pasted_dialects_become_templates(page: Page, editor: User, team: Team) -> None:
    sign_in(page, editor)
    page.get_by_role("link", name="Import").click()
    payload = [meta.dump(make_message(name), to="+919876543210") for name in (BUTTONS, BUTTONS)]
    payload[0]["interactive"]["body"]["text"] = "First"
    page.get_by_label("JSON, curl or code").fill(json.dumps(payload, indent=2))
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("heading", name="2 messages, read as Meta Cloud API")).to_be_visible()
    page.get_by_role("button", name="Make 2 templates").click()
    expect(page.get_by_text("2 templates are made.")).to_be_visible()
    expect(page.locator(".tile h2").first).to_have_text("First")


def test_a_message_can_be_left_out_of_an_import(page: Page, editor: User, team: Team) -> None:
    sign_in(page, editor)
    page.goto(reverse("import-templates"))
    payload = [coext.dump(button_message(body=f"Message {n}"), to="+1") for n in (1, 2)]
    page.get_by_label("JSON, curl or code").fill(json.dumps(payload))
    page.get_by_role("button", name="Read it").click()
    page.get_by_label("Message 1").uncheck()
    page.get_by_role("button", name="Make 1 template").click()
    expect(page.get_by_text("The template is made.")).to_be_visible()
    assert [row.message.body for row in MessageTemplate.objects.all()] == ["Message 2"]


def test_error_keeps_what_was_pasted(page: Page, editor: User) -> None:
    sign_in(page, editor)
    page.goto(reverse("import-templates"))
    page.get_by_label("JSON, curl or code").fill('{"body": "x"\n"}')
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("alert").filter(has_text="line 2, column 1")).to_be_visible()
    expect(page.get_by_label("JSON, curl or code")).to_have_value('{"body": "x"\n"}')


def test_what_is_too_large_is_told_before_it_is_sent(page: Page, editor: User) -> None:
    sign_in(page, editor)
    page.goto(reverse("import-templates"))
    big = json.dumps(["x" * 1_000_000] * 5)
    page.get_by_label("JSON, curl or code").fill(big)
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("alert").filter(has_text="more than 1 MB")).to_be_visible()
    expect(page.get_by_label("JSON, curl or code")).to_have_value(big)


def test_file_is_read(page: Page, editor: User) -> None:
    sign_in(page, editor)
    page.goto(reverse("import-templates"))
    text = json.dumps(coext.dump(make_message(BUTTONS), to="+919876543210"))
    page.get_by_label("Or files").set_input_files(
        {"name": "message.json", "mimeType": "application/json", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Read it").click()
    page.get_by_role("button", name="Make 1 template").click()
    expect(page.get_by_text("The template is made.")).to_be_visible()


DROP = """(files) => {
    const dropped = new DataTransfer();
    for (const [name, text] of files) dropped.items.add(new File([text], name));
    for (const type of ["dragover", "drop"]) {
        const at = { bubbles: true, cancelable: true, dataTransfer: dropped };
        document.querySelector("main").dispatchEvent(new DragEvent(type, at));
    }
}"""


def test_dropped_files_are_read(page: Page, editor: User) -> None:
    sign_in(page, editor)
    page.goto(reverse("import-templates"))
    texts = [json.dumps(coext.dump(make_message(name), to="+1")) for name in (BUTTONS, LIST)]
    page.evaluate(DROP, [["one.json", texts[0]], ["two.json", texts[1]]])
    expect(page.get_by_label("Or files")).to_be_focused()
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("button", name="Make 2 templates")).to_be_visible()
    # The script that takes the files comes after what can be seen.
    page.wait_for_load_state()
    # What was read before makes room for the next files, but nothing else that was typed.
    page.evaluate(DROP, [["one.json", texts[0]]])
    page.get_by_role("button", name="Read it again").click()
    expect(page.get_by_role("button", name="Make 1 template")).to_be_visible()
    page.wait_for_load_state()
    page.get_by_label("JSON, curl or code").fill("Typed")
    page.evaluate(DROP, [["one.json", texts[0]]])
    page.get_by_role("button", name="Read it again").click()
    expect(page.get_by_role("alert").filter(has_text="not both")).to_be_visible()
    expect(page.get_by_label("JSON, curl or code")).to_have_value("Typed")


@without_javascript
def test_files_are_read_without_scripts(page: Page, editor: User) -> None:
    sign_in(page, editor)
    page.goto(reverse("import-templates"))
    text = json.dumps(coext.dump(make_message(BUTTONS), to="+1")).encode()
    files = [FilePayload(name=n, mimeType="text/plain", buffer=text) for n in ("a.txt", "b.json")]
    page.get_by_label("Or files").set_input_files(files)
    page.get_by_role("button", name="Read it").click()
    page.get_by_role("checkbox").last.uncheck()
    page.get_by_role("button", name="Make those that are ticked").click()
    expect(page.get_by_text("The template is made.")).to_be_visible()


@pytest.mark.parametrize("screen", [Screen(width=320, height=640)], ids=["narrow"], indirect=True)
def test_import_and_json_fit_the_narrowest_screen(
    page: Page, editor: User, template: MessageTemplate
) -> None:
    sign_in(page, editor)
    page.goto(reverse("import-templates"))
    assert overflow(page) == 0
    payload = coext.dump(make_message(BUTTONS), to="+919876543210") | {
        "x" * 90: 5,
        "buttons": ["A"],
    }
    page.get_by_label("JSON, curl or code").fill(json.dumps([payload] * 26))
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("And 2 more")).to_be_visible()
    assert overflow(page) == 0
    page.goto(reverse("template", args=[template.pk]) + "?pane=json")
    with page.expect_response("**/json/"):
        json_box(page).fill('{"' + "y" * 200)
    assert overflow(page) == 0


@every_screen
def test_import_is_accessible(page: Page, editor: User) -> None:
    sign_in(page, editor)
    page.goto(reverse("import-templates"))
    assert axe(page) == []
    payload = [coext.dump(make_message(BUTTONS), to="+919876543210") | {"ttl": 5}] * 30
    page.get_by_label("JSON, curl or code").fill(json.dumps(payload))
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("And 6 more")).to_be_visible()
    assert axe(page) == []
    assert overflow(page) == 0
    page.get_by_label("JSON, curl or code").fill("[")
    page.get_by_role("button", name="Read it again").click()
    expect(page.get_by_role("alert").filter(has_text="line 1")).to_be_visible()
    assert axe(page) == []
