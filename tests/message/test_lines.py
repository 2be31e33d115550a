"""Line breaks where a message has one line."""

from hypothesis import given

from designer.message import schema
from designer.message.lines import join_lines
from designer.message.schema import Button, Header, Message

from .examples import a_row, button_message, list_message
from .strategies import drafts


def test_a_line_break_becomes_a_space_but_in_the_body() -> None:
    row = a_row(id="a\nb", title="Two \n\n words", description="\nOne\n")
    message, broken = join_lines(
        list_message(row, header="Line1\nLine2", body="Hi\n\nthere", footer="a\nb", button="c\nd")
    )
    assert message == list_message(
        a_row(id="a b", title="Two words", description="One"),
        header="Line1 Line2",
        body="Hi\n\nthere",
        footer="a b",
        button="c d",
    )
    assert broken == [
        *("header", "footer", "button", "sections.0.rows.0.title"),
        *("sections.0.rows.0.description", "sections.0.rows.0.id"),
    ]


def test_buttons_and_their_header_are_one_line_too() -> None:
    texts = {"link": "https://x.org/\na", "filename": "a\nb.pdf", "text": "kept\nhere"}
    header = Header(type="document", **texts)
    message, broken = join_lines(button_message(Button(id="a", title="b\nc"), header=header))
    assert message == button_message(
        Button(id="a", title="b c"),
        header=Header(
            type="document", link="https://x.org/ a", filename="a b.pdf", text="kept here"
        ),
    )
    assert broken == ["header.link", "header.filename", "buttons.0.title"]


@given(drafts)
def test_only_texts_with_a_line_break_change(message: Message) -> None:
    joined, broken = join_lines(message)
    before, after = dict(schema.fields(message)), dict(schema.fields(joined))
    assert before.keys() == after.keys()
    assert [path for path in before if before[path] != after[path]] == broken
    assert not any("\n" in text for path, text in after.items() if path != "body")
    assert join_lines(joined) == (joined, [])
