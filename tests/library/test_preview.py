"""How a message is drawn, on every page alike."""

import re

import pytest
from django.template.loader import render_to_string

from designer.library.content import Content
from designer.library.templatetags.preview import (
    DOCUMENTS,
    document,
    draw,
    draw_content,
    draw_payload,
    is_example,
)
from designer.message.checks import EXTENSIONS
from designer.message.formats import coext
from designer.message.schema import Button, Header, Message
from tests.factories import BUTTONS, make_message
from tests.message.examples import REQUESTS, a_row, button_message, list_message, with_media


def drawn(message: Message, *, still: bool = False) -> str:
    return render_to_string("preview/_message.html", draw(message, still=still))


@pytest.mark.parametrize("name", REQUESTS)
def test_payload_draft_and_message_are_drawn_alike(name: str) -> None:
    message = coext.load(REQUESTS[name])
    contexts = [
        draw(message),
        draw_content(Content(message)),
        draw_payload(REQUESTS[name], time="10:24"),
    ]
    assert len({render_to_string("preview/_message.html", each) for each in contexts}) == 1


def test_variables_show_their_samples() -> None:
    content = Content(list_message(body="Hi {{name}}"), samples={"name": "Asha"})
    html = render_to_string("preview/_message.html", draw_content(content))
    assert "Hi Asha" in html


def test_texts_are_escaped() -> None:
    evil = "<script>alert(1)</script>\"'"
    message = list_message(
        a_row(id=evil, title=evil, description=evil),
        header=evil,
        body=evil,
        footer=evil,
        button=evil,
    )
    assert "<script" not in drawn(message)
    assert 'value="&lt;script&gt;' in drawn(message)
    buttons = button_message(Button(id=evil, title=evil), header=Header(type="text", text=evil))
    assert "<script" not in drawn(buttons)
    assert "<script" not in drawn(with_media("image", f"https://example.com/{evil}"))
    assert "<script" not in drawn(with_media("document", f"https://example.com/{evil}", evil))


def test_every_text_finds_its_own_direction() -> None:
    message = list_message(a_row(description="وصف"), header="عنوان", footer="تذييل")
    html = drawn(message)
    for part in ("bubble__header", "bubble__body", "bubble__footer", "sheet__section"):
        assert re.search(rf'class="{part}" dir="auto"', html), part
    for part in ("sheet__row-title", "sheet__description", "sheet__title"):
        assert re.search(rf'class="{part}" dir="auto"', html), part


def test_still_message_has_nothing_to_tap() -> None:
    for message in (make_message(), make_message(BUTTONS)):
        html = drawn(message, still=True)
        assert "<button" not in html
        assert "<input" not in html


def test_picture_is_asked_for_without_a_referrer() -> None:
    html = drawn(with_media("image", "https://example.com/a.png"))
    assert 'referrerpolicy="no-referrer"' in html


@pytest.mark.parametrize("kind", ["image", "video"])
@pytest.mark.parametrize("link", ["http://example.com/a.png", "javascript:alert(1)", "/sign-out/"])
def test_only_https_links_are_loaded(kind: str, link: str) -> None:
    html = drawn(with_media(kind, link))
    assert "src=" not in html
    assert "can’t be shown" in html


def test_a_list_whose_button_is_still_empty_can_be_opened_by_its_name() -> None:
    html = drawn(list_message(button=" "))
    assert 'aria-label="Open the list"' in html
    assert 'aria-label="The list"' in html


def test_an_address_in_capitals_is_loaded_too() -> None:
    assert 'src="HTTPS://X.ORG/a.png"' in drawn(with_media("image", "HTTPS://X.ORG/a.png"))


def test_every_document_that_whatsapp_takes_has_an_icon() -> None:
    assert DOCUMENTS.keys() == set(EXTENSIONS["document"])


@pytest.mark.parametrize(
    ("link", "filename", "card"),
    [
        ("https://example.com/a.pdf", "Prices.pdf", ("Prices.pdf", "pdf", "PDF")),
        ("https://example.com/dir/prices.xlsx", "", ("prices.xlsx", "sheet", "XLSX")),
        ("https://example.com/price%20list.DOC?v=2", "", ("price list.DOC", "word", "DOC")),
        ("https://example.com/x", "talk.pptx", ("talk.pptx", "slides", "PPTX")),
        ("https://example.com/notes.txt", "", ("notes.txt", "text", "TXT")),
        ("https://example.com/a.pdf", "archive.zip", ("archive.zip", "other", "")),
        ("https://example.com/", "", ("Document", "other", "")),
        ("", "", ("Document", "other", "")),
    ],
)
def test_document_card_takes_name_and_icon_from_the_file(
    link: str, filename: str, card: tuple[str, str, str]
) -> None:
    found = document(Header(type="document", link=link, filename=filename))
    assert (found.name, found.sort, found.letters) == card
    html = drawn(with_media("document", link, filename))
    assert f"file--{card[1]}" in html
    assert card[0] in html


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://example.com/a.png", True),
        ("https://cdn.Example.org:8443/a.png", True),
        ("https://example.net", True),
        ("https://example.com.evil.test/a.png", False),
        ("https://notexample.com/a.png", False),
        ("https://shop.test/example.com", False),
        ("https://[broken/a.png", False),
        ("", False),
    ],
)
def test_an_example_address_is_known_by_its_host(link: str, expected: bool) -> None:
    assert is_example(link) is expected
    words = "Your picture" if expected else "The picture can’t be shown" if link else "Picture"
    assert f"<span>{words}</span>" in drawn(with_media("image", link))
