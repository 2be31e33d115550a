"""What two drafts that came apart are said to differ in, and whether both fit into one."""

from dataclasses import replace
from typing import Any

import pytest

from designer.library.conflicts import Difference, differences, merged, merged_text
from designer.library.content import Content
from designer.message import edits
from designer.message.schema import ListMessage, Section
from tests.factories import BUTTONS, make_message
from tests.message.examples import a_row, list_message


def test_tells_each_field_that_differs_in_the_order_of_the_message() -> None:
    mine = list_message(a_row(title="Pizza"), body="Hi", footer="Bye")
    theirs = list_message(a_row(title="Pasta"), a_row(id="soup", title="Soup"), body="Hi")
    assert differences(mine, theirs)[:2] == [
        Difference("Footer", "Bye", theirs.footer),
        Difference("Section 1 row 1 title", "Pizza", "Pasta"),
    ]
    assert Difference("Section 1 row 2 title", "", "Soup") in differences(mine, theirs)


def test_tells_of_two_kinds_only_that() -> None:
    found = differences(make_message(), make_message(BUTTONS))
    assert found == [Difference("Kind", "a list message", "a button message")]


def test_same_drafts_differ_in_nothing() -> None:
    assert differences(make_message(), make_message()) == []


BASE = Content(
    list_message(
        a_row(id="pizza", title="Pizza"),
        a_row(id="soup", title="Soup"),
        a_row(id="cake", title="Cake"),
        body="Hi",
    ),
    samples={"name": "Ann"},
)


def changed(**fields: Any) -> Content:
    return replace(BASE, message=BASE.message.model_copy(update=fields))


def edited(*ops: str, content: Content = BASE) -> Content:
    """The draft after operations of the editor's."""
    message = content.message
    for op in ops:
        message, _ = edits.apply(message, op)
    return replace(content, message=message)


def sections_of(content: Content) -> tuple[Section, ...]:
    assert isinstance(content.message, ListMessage)
    return content.message.sections


def retitled(at: int, title: str) -> Content:
    [section] = sections_of(BASE)
    rows = [*section.rows]
    rows[at] = rows[at].model_copy(update={"title": title})
    return changed(sections=(section.model_copy(update={"rows": tuple(rows)}),))


def test_changes_of_different_fields_fit_into_one() -> None:
    both = merged(BASE, changed(body="Hello"), changed(footer="Bye"))
    assert both == changed(body="Hello", footer="Bye")


def test_changes_of_different_rows_fit_into_one() -> None:
    both = merged(BASE, retitled(0, "Pasta"), retitled(2, "Tart"))
    assert both
    assert [row.title for row in sections_of(both)[0].rows] == ["Pasta", "Soup", "Tart"]


@pytest.mark.parametrize(
    "op", ["add-row.0", "remove-row.0.1", "move-row-up.0.2", "add-section", "duplicate-section.0"]
)
def test_a_change_of_the_rows_fits_with_one_of_a_text(op: str) -> None:
    for mine, theirs in (
        (edited(op), changed(body="Hello")),
        (changed(body="Hello"), edited(op)),
    ):
        assert merged(BASE, mine, theirs) == edited(op, content=changed(body="Hello"))


def test_the_same_change_twice_is_one() -> None:
    assert merged(BASE, changed(body="Hello"), changed(body="Hello")) == changed(body="Hello")


def test_samples_are_put_together_by_their_names() -> None:
    mine = replace(BASE, samples={"name": "Ann", "day": "Monday"})
    theirs = replace(BASE, samples={"name": "Bea"}, dismissed=("vague-call",))
    both = merged(BASE, mine, theirs)
    assert both == replace(theirs, samples={"name": "Bea", "day": "Monday"})


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (changed(body="Hello"), changed(body="Good day")),
        (retitled(0, "Pasta"), retitled(0, "Calzone")),
        (retitled(0, "Pasta"), edited("remove-row.0.0")),
        (retitled(0, "Pasta"), edited("move-row-down.0.0")),
        (edited("add-row.0"), edited("remove-row.0.1")),
        (edited("duplicate-row.0.0"), retitled(2, "Tart")),
        (retitled(0, "Pasta"), replace(BASE, message=make_message(BUTTONS))),
    ],
)
def test_what_touches_the_same_does_not_fit_into_one(mine: Content, theirs: Content) -> None:
    assert merged(BASE, mine, theirs) is None
    assert merged(BASE, theirs, mine) is None


def test_a_switch_of_kind_fits_with_a_change_of_the_body() -> None:
    switched = BASE.switched()
    both = merged(BASE, switched, changed(body="Hello"))
    assert both
    assert (both.message.kind, both.message.body) == ("button", "Hello")


def test_a_name_is_one_text() -> None:
    assert merged_text("Menu", "Menu 2", "Menu") == "Menu 2"
    assert merged_text("Menu", "Menu", "Card") == "Card"
    assert merged_text("Menu", "Menu 2", "Card") is None
