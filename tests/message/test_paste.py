import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.message.paste import paste_rows, read_cells
from designer.message.schema import Button, ListMessage, Message, Row, Section, options

from .examples import button_message, list_message


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", []),
        ("\n\n\t\n", []),
        ("a", [["a"]]),
        ("a\nb", [["a"], ["b"]]),
        ("a\tb\tc\r\nd\te\r\n", [["a", "b", "c"], ["d", "e"]]),
        ("a\tb\rc\r", [["a", "b"], ["c"]]),
        ("\tb\tc", [["", "b", "c"]]),
        ("a\t\tc", [["a", "", "c"]]),
        ('"a\nb"\tc', [["a b", "c"]]),
        ('"say ""hi"""\tc\n"x\ty"', [['say "hi"', "c"], ["x\ty"]]),
        ('"a" b\nc', [['"a" b'], ["c"]]),
        ('"a\nb', [['"a'], ["b"]]),
        ('5" pipe\t6"', [['5" pipe', '6"']]),
        ('""\tb', [["", "b"]]),
        ("  a \t b ", [["a", "b"]]),
    ],
)
def test_reads_what_a_spreadsheet_puts_on_the_clipboard(text: str, cells: list[list[str]]) -> None:
    assert read_cells(text) == cells


lines = st.lists(
    st.lists(st.text(st.sampled_from('ab "\t\n,'), max_size=6).map(str.strip), min_size=1),
    max_size=5,
)


@given(lines)
def test_reads_back_quoted_cells(cells: list[list[str]]) -> None:
    quoted = ["\t".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in cells]
    expected = [
        [" ".join(part.strip() for part in cell.split("\n")).strip() for cell in line]
        for line in cells
    ]
    assert read_cells("\r\n".join(quoted)) == [line for line in expected if any(line)]


def menu() -> ListMessage:
    return list_message(
        Row(id="first", title="First", description="One"), Row(id="last", title="Last")
    )


def pasted(message: Message, path: str, text: str) -> list[tuple[str, ...]]:
    found = options(paste_rows(message, path, text)).values()
    return [
        (row.title, row.description, row.id) if isinstance(row, Row) else (row.title, row.id)
        for row in found
    ]


def test_pastes_lines_as_rows() -> None:
    assert pasted(menu(), "sections.0.rows.0.title", "Pizza\nPasta\n") == [
        ("Pizza", "One", "first"),
        ("Pasta", "", "pasta"),
        ("Last", "", "last"),
    ]


def test_pastes_a_range_as_rows() -> None:
    text = "Pizza\tHot\tdish_1\r\nPasta\tAl dente\tdish_2\r\nSalad\t\t\r\n"
    assert pasted(menu(), "sections.0.rows.1.title", text) == [
        ("First", "One", "first"),
        ("Pizza", "Hot", "dish_1"),
        ("Pasta", "Al dente", "dish_2"),
        ("Salad", "", "salad"),
    ]


def test_pasted_ids_are_fresh_only_where_they_were_made() -> None:
    message = paste_rows(menu(), "sections.0.rows.1", "A\t\tgiven\nB\nB")
    assert [(row.id, row.fresh) for row in options(message).values()] == [
        ("first", False),
        ("given", False),
        ("b", True),
        ("b_2", True),
    ]


def test_pastes_into_buttons() -> None:
    message = button_message(Button(id="x", title="x"), Button(id="z", title="z"))
    assert pasted(message, "buttons.0.title", "Yes\tsay_yes\nNo\nMaybe\tif asked\tsay_maybe") == [
        ("Yes", "say_yes"),
        ("No", "no"),
        ("Maybe", "say_maybe"),
        ("z", "z"),
    ]


def test_keeps_what_is_over_the_limits() -> None:
    message = paste_rows(menu(), "sections.0.rows.0.title", "\n".join(["x" * 500] * 40))
    assert [len(row.title) for row in options(message).values()] == [500] * 40 + [4]


def test_pasting_nothing_changes_nothing() -> None:
    assert paste_rows(menu(), "sections.0.rows.0.title", " \n\t\n") == menu()


@pytest.mark.parametrize("path", ["", "body", "sections.0", "buttons.0", "sections.0.rows.x.title"])
def test_refuses_a_path_that_is_no_row(path: str) -> None:
    with pytest.raises(ValueError, match="nothing at"):
        paste_rows(menu(), path, "a")


def test_refuses_a_row_that_is_not_there() -> None:
    with pytest.raises(IndexError):
        paste_rows(menu(), "sections.0.rows.2", "a")
    with pytest.raises(IndexError):
        paste_rows(list_message(sections=(Section(),)), "sections.0.rows.0", "a")


def test_refuses_more_lines_than_a_page_can_show() -> None:
    with pytest.raises(ValueError, match="501 lines"):
        paste_rows(menu(), "sections.0.rows.0", "a\n" * 501)


@pytest.mark.parametrize("pattern", ['"', '"a\n', '"a\t', '""\n', '"a""\n', '\n""a', "\t", "a\n"])
def test_reads_a_hundred_kilobytes_in_no_long_time(pattern: str) -> None:
    start = time.perf_counter()
    read_cells((pattern * 100_000)[:100_000])
    assert time.perf_counter() - start < 2
