import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.message.formats import FormatError, coext
from designer.message.formats.loading import Reader
from designer.message.schema import Header, Message

from .examples import REQUESTS, a_row, button_message, list_message
from .strategies import messages


@pytest.mark.parametrize("name", REQUESTS)
def test_the_contracts_examples_come_back_to_the_letter(name: str) -> None:
    payload = REQUESTS[name]
    message = coext.load(payload)
    dumped = coext.dump(message, to=payload["to"], reference=payload.get("reference"))
    # As text, so that the order of the keys counts too.
    assert json.dumps(dumped, ensure_ascii=False) == json.dumps(payload, ensure_ascii=False)


@given(messages, st.none() | st.text(min_size=1))
def test_loads_what_it_dumped(message: Message, reference: str | None) -> None:
    payload = coext.dump(message, to="+919876543210", reference=reference)
    assert coext.load(payload) == message
    assert coext.load_loosely(payload, Reader()).reference == reference


def test_posts_each_kind_to_its_path() -> None:
    assert coext.path(list_message()) == "/messages/interactive/list"
    assert coext.path(button_message()) == "/messages/interactive/button"


def test_leaves_out_what_is_not_set() -> None:
    message = list_message(a_row(description=""))
    assert coext.dump(message, to="+1", reference="") == {
        "to": "+1",
        "body": "What would you like to eat?",
        "button": "View menu",
        "sections": [{"title": "Menu", "rows": [{"id": "dish_pizza", "title": "Pizza"}]}],
    }


@pytest.mark.parametrize(
    ("header", "dumped"),
    [
        (Header(type="text", text="Hi"), {"type": "text", "text": "Hi"}),
        (Header(type="image", link="l", text="x"), {"type": "image", "image": {"link": "l"}}),
        (Header(type="video", link="l", filename="x"), {"type": "video", "video": {"link": "l"}}),
        (
            Header(type="document", link="l", filename="f.pdf"),
            {"type": "document", "document": {"link": "l", "filename": "f.pdf"}},
        ),
        (Header(type="document", link="l"), {"type": "document", "document": {"link": "l"}}),
    ],
)
def test_dumps_a_button_messages_header_as_an_object(
    header: Header, dumped: dict[str, Any]
) -> None:
    assert coext.dump(button_message(header=header), to="+1")["header"] == dumped


def test_dumps_a_lists_header_as_a_string() -> None:
    assert coext.dump(list_message(header="Hi"), to="+1")["header"] == "Hi"


def test_leaves_texts_as_typed() -> None:
    body = " *Hi*  {{name}}\n\n<b>\\ "
    assert coext.dump(button_message(body=body), to="+1")["body"] == body


def test_never_dumps_the_fresh_mark() -> None:
    dumped = coext.dump(list_message(a_row(fresh=True)), to="+1")
    assert set(dumped["sections"][0]["rows"][0]) == {"id", "title", "description"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"body": 5}, "body must be text."),
        ({"to": 5}, "to must be text."),
        ({"reference": []}, "reference must be text."),
        ({"header": {"type": "text", "text": "x"}}, "header must be text."),
        ({"sections": 5}, "sections must be a list."),
        ({"sections": ["x"]}, "sections.0 must be an object with named fields."),
        ({"sections": [{"rows": {}}]}, "sections.0.rows must be a list."),
        ({"colour": "red"}, "A message can't hold colour."),
        (
            {"sections": [{"rows": [{"id": "a", "title": "b", "fresh": True}]}]},
            "A message can't hold sections.0.rows.0.fresh.",
        ),
    ],
)
def test_refuses_a_list_it_cannot_hold(change: dict[str, Any], words: str) -> None:
    with pytest.raises(FormatError) as error:
        coext.load({**REQUESTS["list-support-menu"], **change})
    assert str(error.value) == words


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Hi", "header must be an object with named fields."),
        ({"type": "image"}, None),
        ({"type": "image", "image": "x"}, "header.image must be an object with named fields."),
        ({"type": "image", "image": {"id": "1"}}, "A message can't hold header.image.id."),
        ({"type": "image", "image": {}, "text": "x"}, "A message can't hold header.text."),
        ({"type": "audio"}, "header.type must be one of text, image, video or document."),
    ],
)
def test_refuses_a_header_it_cannot_hold(header: object, words: str | None) -> None:
    payload = {**REQUESTS["button-special-offer"], "header": header}
    if words is None:
        assert coext.load(payload)
        return
    with pytest.raises(FormatError) as error:
        coext.load(payload)
    assert str(error.value) == words


def test_refuses_what_is_no_object() -> None:
    with pytest.raises(FormatError, match="must be an object"):
        coext.load([])  # type: ignore[arg-type]
