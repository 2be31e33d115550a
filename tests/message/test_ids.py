import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.message import schema
from designer.message.ids import follow_titles, free_id, slug
from designer.message.schema import Button, Message, Row

from .examples import button_message, list_message
from .strategies import drafts, nasty


@pytest.mark.parametrize(
    ("title", "id_"),
    [
        ("Track My Order", "track_my_order"),
        ("Return/Exchange", "return_exchange"),
        ("  10:00 AM!", "10_00_am"),
        ("✅ Confirm", "confirm"),
        ("Don't", "dont"),
        ("Größe Æon Łódź", "grosse_aeon_lodz"),
        ("Café İstanbul", "cafe_istanbul"),
        ("Hi {{name}}", "hi_name"),
        ("1️⃣", "1"),
        ("你好 नमस्ते", ""),
        ("🎉", ""),
        ("", ""),
    ],
)
def test_makes_an_id_of_a_title(title: str, id_: str) -> None:
    assert slug(title) == id_


@given(st.text(st.characters()) | nasty, st.lists(st.sampled_from(["a", "a_2", "row_1", "row_2"])))
def test_a_free_id_is_free_and_keeps_the_contract(title: str, taken: list[str]) -> None:
    id_ = free_id(title, taken, word="row")
    assert id_ not in taken
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", id_)
    assert len(id_) <= 200


def test_numbers_an_id_that_is_taken() -> None:
    assert free_id("Size", ["size"]) == "size_2"
    assert free_id("Size", ["size", "size_2"]) == "size_3"
    assert free_id("x" * 300, ["x" * 200]) == "x" * 198 + "_2"


def test_counts_where_the_title_gives_nothing() -> None:
    assert free_id("你好", []) == "option_1"
    assert free_id("🎉", ["row_1"], word="row") == "row_2"


def fresh(title: str, id_: str = "") -> Button:
    return Button(id=id_, title=title, fresh=True)


def ids(message: Message) -> list[str]:
    return [option.id for option in schema.options(message).values()]


def test_a_fresh_id_follows_its_title() -> None:
    before = button_message(fresh("", "option_1"))
    after = follow_titles(before, button_message(fresh("Yes please", "option_1")))
    assert after == button_message(fresh("Yes please", "yes_please"))
    again = follow_titles(after, button_message(fresh("Yes", "yes_please")))
    assert ids(again) == ["yes"]


def test_an_id_that_is_not_fresh_stays() -> None:
    before = button_message(Button(id="mine", title="Yes"))
    after = button_message(Button(id="mine", title="No"))
    assert follow_titles(before, after) == after


def test_an_id_edited_by_hand_follows_no_more() -> None:
    before = button_message(fresh("Yes", "yes"))
    edited = follow_titles(before, button_message(fresh("Yes", "say_yes")))
    assert edited == button_message(Button(id="say_yes", title="Yes"))
    assert (
        follow_titles(edited, button_message(Button(id="say_yes", title="No")))
        .buttons[  # type: ignore[union-attr]
            0
        ]
        .id
        == "say_yes"
    )


def test_an_emptied_fresh_id_is_made_again() -> None:
    before = button_message(fresh("Yes", "yes"))
    assert ids(follow_titles(before, button_message(fresh("Yes", "")))) == ["yes"]


def test_a_form_may_leave_the_marks_out() -> None:
    before = button_message(fresh("", "option_1"))
    after = follow_titles(before, button_message(Button(id="option_1", title="Yes")))
    assert after == button_message(fresh("Yes", "yes"))


def test_fresh_ids_keep_clear_of_each_other_and_of_others() -> None:
    message = button_message(fresh("Size"), Button(id="size", title="x"), fresh("Size"))
    assert ids(follow_titles(None, message)) == ["size_2", "size", "size_3"]


def test_moving_changes_no_fresh_id() -> None:
    message = button_message(fresh("Size", "size_2"), fresh("Size", "size"))
    assert follow_titles(message, message) == message


def test_a_number_goes_when_it_is_not_needed() -> None:
    message = button_message(fresh("Size", "size_2"))
    assert ids(follow_titles(message, message)) == ["size"]


def test_a_title_without_latin_letters_keeps_its_number() -> None:
    row = Row(id="row_7", title="你", fresh=True)
    after = list_message(row.model_copy(update={"title": "你好"}))
    assert ids(follow_titles(list_message(row), after)) == ["row_7"]


@given(drafts, drafts)
def test_following_titles_settles_at_once(before: Message, posted: Message) -> None:
    after = follow_titles(before, posted)
    assert follow_titles(after, after) == after
    made = [option.id for option in schema.options(after).values() if option.fresh]
    assert len(made) == len(set(made))
    for old, new in zip(
        schema.options(posted).values(), schema.options(after).values(), strict=True
    ):
        assert new.title == old.title
        assert new.fresh or new.id == old.id
