"""The phone beside the editor in a real browser: looked at, played with, typed under."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, Request, Route, expect

from designer.library.models import MessageTemplate
from designer.message.schema import Button, Header, Message, Row
from designer.teams.models import Team, User
from tests.factories import make_template
from tests.message.examples import a_row, button_message, list_message, with_media

from .conftest import PIXEL
from .harness import Screen, axe, every_screen, on_a_phone, overflow, sign_in, without_javascript

Open = Callable[[Message], Page]


@pytest.fixture
def open_editor(page: Page, team: Team, editor: User) -> Open:
    """Opens the editor of a message."""

    def opening(message: Message) -> Page:
        row = make_template(team, message)
        sign_in(page, editor)
        page.goto(reverse("template", args=[row.pk]))
        return page

    return opening


def phone(page: Page) -> Locator:
    return page.locator(".phone-frame")


def sheet(page: Page) -> Locator:
    return page.get_by_role("dialog", name="View menu")


def send(page: Page) -> Locator:
    return sheet(page).get_by_role("button", name="Send")


def reply(page: Page) -> Locator:
    return page.get_by_role("article", name="The customer’s reply")


def answered(page: Page) -> None:
    """Wait until the typing is on the server and drawn."""
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")


def type_into(page: Page, field: str, text: str) -> None:
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator(f"[name='{field}']").fill(text)
    answered(page)


MENU = list_message(
    a_row("pizza", fresh=True, id="pizza"),
    a_row("pasta", fresh=True, id="pasta"),
    *(a_row(f"dish{i}") for i in range(8)),
)


# --- Playing ------------------------------------------------------------------------------------


def test_list_is_opened_chosen_from_and_answered(open_editor: Open) -> None:
    page = open_editor(MENU)
    phone(page).get_by_role("button", name="View menu").click()
    expect(sheet(page)).to_be_visible()
    expect(send(page)).to_be_disabled()
    sheet(page).get_by_label("Pasta").check()
    send(page).click()
    expect(sheet(page)).to_be_hidden()
    expect(reply(page)).to_contain_text("What would you like to eat?")
    expect(reply(page)).to_contain_text("Pasta")
    expect(reply(page)).to_contain_text("From the oven")
    expect(phone(page)).to_contain_text("comes back as pasta")
    expect(page.locator("#side-says")).to_have_text("Replied: Pasta. It comes back as pasta.")
    expect(phone(page).get_by_role("button", name="View menu")).to_be_focused()
    page.get_by_role("button", name="Start over").click()
    expect(reply(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Start over")).to_have_count(0)


def test_of_two_with_the_same_id_the_chosen_one_is_answered(open_editor: Open) -> None:
    page = open_editor(list_message(Row(id="same", title="Pizza"), Row(id="same", title="Pasta")))
    phone(page).get_by_role("button", name="View menu").click()
    sheet(page).get_by_label("Pasta").check()
    send(page).click()
    expect(reply(page)).to_contain_text("Pasta")


def test_reply_buttons_are_answered_each_time_they_are_tapped(open_editor: Open) -> None:
    page = open_editor(button_message())
    phone(page).get_by_role("button", name="Yes").click()
    phone(page).get_by_role("button", name="No").click()
    expect(reply(page)).to_have_count(2)
    expect(page.locator(".played__id")).to_have_text(
        ["comes back as say_yes", "comes back as say_no"]
    )
    # Nothing was asked of the server, and the page is still the editor.
    expect(page).to_have_url(re.compile(r"/templates/\d+/$"))


def test_sheet_closes_by_escape_cross_and_a_tap_beside_it(open_editor: Open) -> None:
    page = open_editor(MENU)
    button = phone(page).get_by_role("button", name="View menu")
    ways: list[Callable[[], None]] = [
        lambda: page.keyboard.press("Escape"),
        lambda: sheet(page).get_by_role("button", name="Close").click(),
        lambda: phone(page).get_by_text("Business account").click(),
    ]
    for close in ways:
        button.click()
        expect(sheet(page).get_by_label("Pizza")).to_be_focused()
        expect(button).to_have_attribute("aria-expanded", "true")
        close()
        expect(sheet(page)).to_be_hidden()
        expect(button).to_be_focused()
        expect(button).to_have_attribute("aria-expanded", "false")


def test_sheet_is_used_with_the_keyboard_alone(open_editor: Open) -> None:
    page = open_editor(MENU)
    phone(page).get_by_role("button", name="View menu").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(phone(page)).to_contain_text("comes back as pasta")


# --- Typing while it is played with -------------------------------------------------------------


def test_open_sheet_lives_through_typing(open_editor: Open) -> None:
    page = open_editor(MENU)
    phone(page).get_by_role("button", name="View menu").click()
    sheet(page).get_by_label("Dish6").check()
    rows = page.locator(".sheet__rows")
    scrolled = rows.evaluate("(rows) => (rows.scrollTop = 120)")
    type_into(page, "sections.0.rows.0.title", "Calzone")
    expect(sheet(page)).to_be_visible()
    expect(sheet(page)).to_contain_text("Calzone")
    expect(sheet(page).get_by_label("Dish6")).to_be_checked()
    expect(send(page)).to_be_enabled()
    assert rows.evaluate("(rows) => rows.scrollTop") == scrolled
    # It was there already: it does not rise again.
    expect(sheet(page)).to_have_class(re.compile("sheet--was-open"))


def test_list_opens_at_the_row_that_is_written_and_closes_after(open_editor: Open) -> None:
    page = open_editor(MENU)
    page.locator("[name='sections.0.rows.9.title']").focus()
    expect(sheet(page)).to_be_visible()
    type_into(page, "sections.0.rows.9.title", "Gelato")
    marked = sheet(page).locator(".is-written")
    expect(marked).to_contain_text("Gelato")
    expect(marked).to_be_in_viewport()
    page.locator("[name='body']").focus()
    expect(sheet(page)).to_be_hidden()
    expect(page.locator("[name='body']")).to_be_focused()
    page.locator("[name='sections.0.rows.1.title']").focus()
    sheet(page).get_by_role("button", name="Close").click()
    page.locator("[name='sections.0.rows.2.title']").focus()
    expect(sheet(page)).to_be_hidden()


def test_text_of_the_message_leads_to_where_it_is_written(open_editor: Open) -> None:
    page = open_editor(list_message(footer="Bon appétit", header="Tonight"))
    for name, words in (("body", "What would you"), ("footer", "Bon"), ("header", "Tonight")):
        phone(page).get_by_text(words).click()
        expect(page.locator(f"[name='{name}']")).to_be_focused()
    page = open_editor(button_message(header=Header(type="text", text="Order 12")))
    phone(page).get_by_text("Order 12").click()
    expect(page.locator("[name='header.text']")).to_be_focused()


def test_choice_stays_while_its_id_follows_its_title(open_editor: Open) -> None:
    page = open_editor(MENU)
    phone(page).get_by_role("button", name="View menu").click()
    sheet(page).get_by_label("Pasta").check()
    type_into(page, "sections.0.rows.1.title", "Lasagne")
    expect(sheet(page).get_by_label("Lasagne")).to_be_checked()
    send(page).click()
    expect(phone(page)).to_contain_text("comes back as lasagne")


def test_reply_follows_the_option_while_it_is_typed(open_editor: Open) -> None:
    page = open_editor(button_message())
    phone(page).get_by_role("button", name="Yes").click()
    type_into(page, "body", "Shall we come today?")
    type_into(page, "buttons.0.title", "Yes, please")
    type_into(page, "buttons.0.id", "agreed")
    expect(reply(page)).to_contain_text("Shall we come today?")
    expect(reply(page)).to_contain_text("Yes, please")
    expect(phone(page)).to_contain_text("comes back as agreed")


def test_reply_goes_when_its_option_goes(open_editor: Open) -> None:
    page = open_editor(button_message())
    phone(page).get_by_role("button", name="Yes").click()
    expect(reply(page)).to_have_count(1)
    page.get_by_role("button", name="Remove button 1").click()
    expect(phone(page).get_by_role("button", name="Yes")).to_have_count(0)
    expect(reply(page)).to_have_count(0)


def test_played_state_waits_while_another_view_is_open(open_editor: Open) -> None:
    page = open_editor(MENU)
    phone(page).get_by_role("button", name="View menu").click()
    sheet(page).get_by_label("Pasta").check()
    send(page).click()
    page.get_by_role("link", name="JSON", exact=True).click()
    expect(page.get_by_label("The message as JSON")).to_be_visible()
    expect(phone(page)).to_have_count(0)
    page.get_by_role("link", name="Preview", exact=True).click()
    expect(phone(page)).to_contain_text("comes back as pasta")


# --- Pictures, videos, documents ----------------------------------------------------------------


def test_picture_stays_the_same_element_while_one_types(open_editor: Open, page: Page) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "a.png" in request.url else None)
    open_editor(with_media("image", "https://example.com/a.png"))
    picture = phone(page).get_by_role("img", name="Picture in the header")
    expect(picture).to_have_js_property("complete", True)
    picture.evaluate("(picture) => (picture.dataset.mark = 'the same')")
    assert asked
    assert all("referer" not in request.all_headers() for request in asked)
    asked.clear()
    type_into(page, "body", "One")
    type_into(page, "body", "Two")
    expect(picture).to_have_attribute("data-mark", "the same")
    assert not asked
    type_into(page, "header.link", "https://example.com/b.png")
    expect(picture).not_to_have_attribute("data-mark", "the same")


def test_video_is_asked_for_once_and_without_a_referrer(open_editor: Open, page: Page) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "a.mp4" in request.url else None)
    open_editor(with_media("video", "https://example.com/a.mp4"))
    # The address holds no video.
    expect(phone(page)).to_contain_text("The video can’t be shown")
    type_into(page, "body", "One")
    type_into(page, "body", "Two")
    expect(phone(page)).to_contain_text("The video can’t be shown")
    assert len(asked) == 1
    assert "referer" not in asked[0].all_headers()


def test_broken_picture_says_so_and_a_right_one_shows(
    open_editor: Open, page: Page, allowed: list[str]
) -> None:
    def answer(route: Route) -> None:
        if "broken" in route.request.url:
            route.fulfill(status=404, body="")
        else:
            route.fulfill(body=PIXEL, content_type="image/gif")

    allowed.append("404")
    page.context.route("https://example.com/**", answer)
    open_editor(with_media("image", "https://example.com/broken.png"))
    note = phone(page).get_by_text("The picture can’t be shown")
    expect(note).to_be_visible()
    type_into(page, "body", "Still broken")
    expect(note).to_be_visible()
    type_into(page, "header.link", "https://example.com/right.png")
    expect(note).to_be_hidden()
    expect(phone(page).get_by_role("img", name="Picture in the header")).to_be_visible()


def test_picture_that_fails_before_the_scripts_run_is_told(
    page: Page, team: Team, editor: User, allowed: list[str]
) -> None:
    allowed.append("404")
    page.context.route("https://example.com/**", lambda route: route.fulfill(status=404))
    row = make_template(team, with_media("image", "https://example.com/broken.png"))
    sign_in(page, editor)
    # The library shows it as well, small and still.
    expect(page.get_by_text("The picture can’t be shown")).to_be_visible()
    page.goto(reverse("template", args=[row.pk]))
    expect(page.get_by_text("The picture can’t be shown")).to_be_visible()


# --- How it is looked at ------------------------------------------------------------------------


def wall(page: Page) -> str:
    colour: str = phone(page).evaluate("(phone) => getComputedStyle(phone).backgroundColor")
    return colour


LIGHT, DARK = "rgb(245, 241, 235)", "rgb(22, 23, 23)"


@pytest.mark.parametrize("screen", [Screen(), Screen(scheme="dark")], indirect=True)
def test_colours_cycle_and_stay(open_editor: Open, screen: Screen) -> None:
    page = open_editor(MENU)
    device = DARK if screen.scheme == "dark" else LIGHT
    button = page.get_by_role("button", name="Colours of the phone")
    for name, colour in (("as this device", device), ("light", LIGHT), ("dark", DARK)):
        expect(button).to_have_attribute("aria-label", f"Colours of the phone: {name}")
        assert wall(page) == colour
        type_into(page, "body", f"Typed while it is {name}")
        assert wall(page) == colour
        if name != "dark":
            button.click()
    page.reload()
    assert wall(page) == DARK
    page.get_by_role("button", name="Add section").click()
    expect(page.locator("[data-row]")).to_have_count(11)
    assert wall(page) == DARK
    expect(button).to_have_attribute("aria-label", "Colours of the phone: dark")
    button.click()
    assert wall(page) == device


@pytest.mark.parametrize(
    ("choice", "width"), [("Small phone", 320), ("Phone", 390), ("Tablet", 768)]
)
def test_screen_is_as_wide_as_chosen(open_editor: Open, choice: str, width: int) -> None:
    page = open_editor(MENU)
    page.get_by_label("Screen and text size").click()
    page.get_by_role("radio", name=re.compile(f"^{choice}")).check()
    page.keyboard.press("Escape")
    expect(phone(page)).to_have_js_property("offsetWidth", width)
    type_into(page, "body", "Still as wide")
    expect(phone(page)).to_have_js_property("offsetWidth", width)
    assert overflow(page) == 0
    page.reload()
    expect(phone(page)).to_have_js_property("offsetWidth", width)
    page.get_by_label("Screen and text size").click()
    expect(page.get_by_role("radio", name=re.compile(f"^{choice}"))).to_be_checked()


def test_text_can_be_large(open_editor: Open) -> None:
    page = open_editor(MENU)
    body = phone(page).locator(".bubble__body")
    expect(body).to_have_css("font-size", "15px")
    page.get_by_label("Screen and text size").click()
    page.get_by_role("radio", name="Large").check()
    expect(body).to_have_css("font-size", "19.5px")
    type_into(page, "body", "Still large")
    expect(body).to_have_css("font-size", "19.5px")


def test_right_to_left_texts_start_on_the_right(open_editor: Open) -> None:
    page = open_editor(
        list_message(
            a_row(title="حاسوب", description="Cheap"),
            header="كتالوج",
            body="مرحبا\nHello",
            footer="Prices include VAT",
            button="View menu",
        )
    )
    phone(page).get_by_role("button", name="View menu").click()
    directions = {
        ".bubble__header": "rtl",
        ".bubble__footer": "ltr",
        ".sheet__row-title": "rtl",
        ".sheet__description": "ltr",
    }
    for part, direction in directions.items():
        expect(page.locator(part)).to_have_css("direction", direction)
    header = phone(page).locator(".bubble__header")
    assert header.evaluate(
        """(header) => {
            const range = document.createRange();
            range.selectNodeContents(header);
            const text = range.getBoundingClientRect(), box = header.getBoundingClientRect();
            return box.right - text.right < text.left - box.left;
        }"""
    )


def test_says_that_it_is_not_exact(open_editor: Open) -> None:
    page = open_editor(MENU)
    expect(page.get_by_text("Near to what a phone shows, not exact.")).to_be_visible()


@every_screen
def test_played_phone_is_accessible(open_editor: Open) -> None:
    header = Header(type="document", link="https://example.com/a.pdf", filename="Prices.pdf")
    page = open_editor(button_message(Button(id="yes", title="Yes"), header=header))
    phone(page).get_by_role("button", name="Yes").click()
    expect(reply(page)).to_be_visible()
    assert axe(page) == []
    assert overflow(page) == 0


@every_screen
def test_open_sheet_is_accessible(open_editor: Open) -> None:
    page = open_editor(MENU)
    phone(page).get_by_role("button", name="View menu").click()
    sheet(page).get_by_label("Pasta").check()
    page.get_by_label("Screen and text size").click()
    assert axe(page) == []
    assert overflow(page) == 0


@on_a_phone
def test_every_width_fits_a_small_window(open_editor: Open) -> None:
    page = open_editor(MENU)
    page.get_by_label("Screen and text size").click()
    for choice in ("Small phone", "Tablet", "Phone"):
        page.get_by_role("radio", name=re.compile(f"^{choice}")).check()
        assert overflow(page) == 0


@without_javascript
def test_rows_are_readable_without_scripts(open_editor: Open) -> None:
    page = open_editor(MENU)
    expect(phone(page).get_by_text("Pizza", exact=True)).to_be_visible()


def test_every_page_draws_the_message_with_the_same_partial(
    open_editor: Open, page: Page, team: Team
) -> None:
    open_editor(button_message(header=Header(type="text", text="Hello")))
    row = MessageTemplate.objects.get(team=team)
    texts = "(bubble) => [...bubble.children].map((child) => [child.className, child.textContent])"
    drawn = [page.locator(".bubble").first.evaluate(texts)]
    page.goto(reverse("send-test", args=[row.pk]))
    drawn.append(page.locator(".bubble").first.evaluate(texts))
    page.goto(reverse("templates"))
    drawn.append(page.locator(".bubble").first.evaluate(texts))
    assert drawn[0] == drawn[1] == drawn[2]
