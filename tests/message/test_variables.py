from hypothesis import given
from hypothesis import strategies as st

from designer.message import variables
from designer.message.schema import Button, Header, Message, fields

from .examples import a_row, button_message, list_message
from .strategies import drafts


def test_finds_names_in_reading_order_each_once() -> None:
    message = list_message(
        a_row(id="order_{{number}}", title="{{title}}", description="{{name}}"),
        header="{{shop}}",
        body="Hi {{name}}, {{shop}}",
    )
    assert variables.names(message) == ["shop", "name", "title", "number"]


def test_finds_names_in_a_link_and_a_file_name() -> None:
    header = Header(type="document", link="https://x.org/{{file}}", filename="{{number}}.pdf")
    assert variables.names(button_message(header=header)) == ["file", "number"]


def test_ignores_what_a_header_keeps_for_another_type() -> None:
    header = Header(type="image", link="https://x.org", text="{{left_over}}")
    assert variables.names(button_message(header=header)) == []


def test_takes_only_letters_digits_and_underscores_as_a_name() -> None:
    body = "{{a_1}} {{ b }} {{c d}} {{}} {{é}} {e} {{{f}}} {{g-h}} {{1}}"
    assert variables.names(button_message(body=body)) == ["a_1", "f", "1"]


def test_fills_every_text_and_id() -> None:
    message = list_message(
        a_row(id="{{a}}", title="{{a}}", description="{{a}}"),
        header="{{a}}",
        body="{{a}}",
        footer="{{a}}",
        button="{{a}}",
    )
    filled = [text for _, text in fields(variables.fill(message, {"a": "x"}))]
    assert filled == ["x", "x", "x", "x", "Menu", "x", "x", "x"]


def test_fills_buttons_and_header() -> None:
    header = Header(type="document", link="{{a}}", filename="{{a}}")
    message = button_message(Button(id="{{a}}", title="{{a}}"), header=header)
    filled = [text for _, text in fields(variables.fill(message, {"a": "x"}))]
    assert filled == ["x", "x", message.body, "", "x", "x"]


def test_leaves_a_variable_without_a_value_as_typed() -> None:
    message = button_message(body="{{known}} {{unknown}}")
    assert variables.fill(message, {"known": ""}).body == " {{unknown}}"


def test_never_looks_into_a_value_again() -> None:
    message = button_message(body="{{a}}{{b}} {{{a}}}")
    filled = variables.fill(message, {"a": "{{b}}", "b": "\\1 {{a}}"})
    assert filled.body == "{{b}}\\1 {{a}} {{{b}}}"


def test_turns_line_ends_of_values_into_lf() -> None:
    assert variables.fill(button_message(body="{{a}}"), {"a": "1\r\n2"}).body == "1\n2"


@given(drafts, st.dictionaries(st.from_regex(r"[a-z_0-9]{1,3}", fullmatch=True), st.text()))
def test_filling_changes_nothing_where_there_is_no_variable(
    message: Message, values: dict[str, str]
) -> None:
    if not variables.names(message):
        assert list(fields(variables.fill(message, values))) == list(fields(message))


@given(drafts)
def test_filling_each_variable_with_itself_changes_nothing(message: Message) -> None:
    values = {name: f"{{{{{name}}}}}" for name in variables.names(message)}
    assert variables.fill(message, values) == message
