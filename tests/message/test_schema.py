import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.message import schema
from designer.message.schema import (
    Button,
    ButtonMessage,
    Header,
    ListMessage,
    Row,
    Section,
    ShapeError,
)

from .examples import REQUESTS, button_message, list_message
from .strategies import drafts


@given(drafts)
def test_parses_what_it_stored(message: schema.Message) -> None:
    stored = schema.to_dict(message)
    assert schema.parse(stored) == message
    assert schema.parse(json.loads(json.dumps(stored))) == message


def test_parses_texts_and_rows_beyond_every_limit() -> None:
    rows = [{"id": "x" * 5000, "title": "x" * 5000}] * 50
    message = schema.parse({"kind": "list", "body": "x" * 100_000, "sections": [{"rows": rows}]})
    assert isinstance(message, ListMessage)
    assert len(message.sections[0].rows) == 50


def test_takes_missing_and_none_as_not_set() -> None:
    parsed = schema.parse({"kind": "list", "header": None, "sections": [{"title": None}]})
    assert parsed == ListMessage(sections=(Section(),))
    assert schema.parse({"kind": "button", "header": None}) == ButtonMessage()


def test_turns_every_line_end_into_lf() -> None:
    parsed = schema.parse({"kind": "list", "body": "a\r\nb\rc\nd\r\n\r\ne"})
    assert parsed.body == "a\nb\nc\nd\n\ne"


def test_accepts_control_characters_and_lone_surrogates() -> None:
    assert schema.parse({"kind": "button", "body": "\0\ud800\x7f"}).body == "\0\ud800\x7f"


def test_keeps_plain_text_of_a_string_subclass() -> None:
    class Safe(str):
        def __str__(self) -> str:
            return "changed"

    body = schema.parse({"kind": "list", "body": Safe("<b>")}).body
    assert type(body) is str
    assert body == "<b>"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"type": "text", "text": "Hi"}, Header(type="text", text="Hi")),
        (
            {"type": "image", "image": {"link": "https://x.org/a.png"}},
            Header(type="image", link="https://x.org/a.png"),
        ),
        (
            {"type": "document", "document": {"link": "l", "filename": "f.pdf"}, "text": "kept"},
            Header(type="document", link="l", filename="f.pdf", text="kept"),
        ),
        (
            {"type": "video", "link": "l", "text": "t", "filename": "f"},
            Header(type="video", link="l", text="t", filename="f"),
        ),
        ({"type": "", "text": "left over"}, None),
    ],
)
def test_takes_a_header_flat_or_nested(header: dict[str, Any], expected: Header | None) -> None:
    message = schema.parse({"kind": "button", "header": header})
    assert isinstance(message, ButtonMessage)
    assert message.header == expected


@pytest.mark.parametrize("posted", ["", "true", "1", "on", True, False, None])
def test_takes_the_fresh_mark_as_a_form_posts_it(posted: object) -> None:
    message = schema.parse({"kind": "button", "buttons": [{"fresh": posted}]})
    assert isinstance(message, ButtonMessage)
    assert message.buttons[0].fresh is bool(posted)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ([], "A message must be an object with named fields."),
        ({}, 'kind must be "list" or "button".'),
        ({"kind": ["list"]}, 'kind must be "list" or "button".'),
        ({"kind": "list", "body": 5}, "body must be text."),
        ({"kind": "list", "body": ["x"]}, "body must be text."),
        ({"kind": "list", "header": {"type": "text"}}, "header must be text."),
        ({"kind": "list", "sections": {}}, "sections must be a list."),
        ({"kind": "list", "sections": None}, "sections must be a list."),
        ({"kind": "list", "sections": "abc"}, "sections must be a list."),
        ({"kind": "list", "sections": [{"rows": 7}]}, "sections.0.rows must be a list."),
        (
            {"kind": "list", "sections": [{}, {"rows": [{}, "x"]}]},
            "sections.1.rows.1 must be an object with named fields.",
        ),
        (
            {"kind": "list", "sections": [{"rows": [{"title": False}]}]},
            "sections.0.rows.0.title must be text.",
        ),
        ({"kind": "list", "buttons": []}, "buttons is not a field of a list message."),
        ({"kind": "button", "to": "+1"}, "to is not a field of a button message."),
        ({"kind": "button", "\ud800": 1}, "The message has a field whose name is no text."),
        ({"kind": "button", 5: 1}, "5 is no name of a field."),
        ({"kind": "button", "header": "Hi"}, "header must be an object with named fields."),
        ({"kind": "button", "header": {"text": "Hi"}}, "header.type is missing."),
        (
            {"kind": "button", "header": {"type": "audio"}},
            "header.type must be one of text, image, video or document.",
        ),
        (
            {"kind": "button", "header": {"type": ["image"]}},
            "header.type must be one of text, image, video or document.",
        ),
        (
            {"kind": "button", "header": {"type": "image", "image": "https://x"}},
            "header must hold an object named image.",
        ),
        (
            {"kind": "button", "buttons": [{"fresh": "maybe"}]},
            "buttons.0.fresh must be true or false.",
        ),
    ],
)
def test_refuses_another_shape_and_says_where(raw: Any, words: str) -> None:
    with pytest.raises(ShapeError) as error:
        schema.parse(raw)
    assert str(error.value) == words


plain_data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["kind", "header", "sections", "rows", "buttons", "title", "type", "image", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(plain_data, st.sampled_from(["list", "button"]))
def test_any_plain_data_is_a_message_or_a_shape_error(raw: Any, kind: str) -> None:
    if isinstance(raw, dict):
        raw["kind"] = kind
    try:
        message = schema.parse(raw)
    except ShapeError as error:
        str(error).encode()
    else:
        assert schema.parse(schema.to_dict(message)) == message


def test_survives_nesting_deeper_than_the_stack() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"rows": [deep]}
    with pytest.raises(ShapeError):
        schema.parse({"kind": "list", "sections": [deep]})


def test_messages_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        list_message().body = "changed"  # type: ignore[misc]


def test_names_fields_in_reading_order() -> None:
    message = list_message(Row(id="i", title="t", description="d"), header="h", footer="f")
    assert [path for path, _ in schema.fields(message)] == [
        "header",
        "body",
        "footer",
        "button",
        "sections.0.title",
        "sections.0.rows.0.title",
        "sections.0.rows.0.description",
        "sections.0.rows.0.id",
    ]


def test_names_only_the_header_fields_that_a_payload_carries() -> None:
    header = Header(type="image", text="left", link="https://x", filename="left")
    paths = [path for path, _ in schema.fields(button_message(header=header))]
    assert paths[:2] == ["header.link", "body"]


def test_texts_leaves_out_what_is_not_set() -> None:
    assert list(schema.texts(button_message(Button(id="i", title="t"), body="b"))) == [
        "b",
        "t",
        "i",
    ]


@given(drafts)
def test_settle_fixes_every_id_and_changes_nothing_else(message: schema.Message) -> None:
    settled = schema.settle(message)
    assert not any(option.fresh for option in schema.options(settled).values())
    assert list(schema.fields(settled)) == list(schema.fields(message))


def test_the_examples_are_there() -> None:
    assert len(REQUESTS) == 7
