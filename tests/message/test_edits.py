import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.message import edits, schema
from designer.message.edits import UnknownEdit
from designer.message.schema import Button, ButtonMessage, ListMessage, Message, Row, Section

from .examples import button_message, list_message, row_titles
from .strategies import drafts


def two_sections() -> ListMessage:
    """Rows a, b in the first section, c, d in the second."""
    first, second = (
        Section(title=names.upper(), rows=tuple(Row(id=f"id_{n}", title=n) for n in names))
        for names in ("ab", "cd")
    )
    return list_message(sections=(first, second))


def three_buttons() -> ButtonMessage:
    return button_message(*(Button(id=f"id_{n}", title=n) for n in "abc"))


def do(message: Message, op: str) -> tuple[list[list[str]], str]:
    """The titles after an operation, and where the focus goes."""
    changed, focus = edits.apply(message, op)
    if isinstance(changed, ListMessage):
        return row_titles(changed), focus
    return [[button.title for button in changed.buttons]], focus


@pytest.mark.parametrize(
    ("op", "titles", "focus"),
    [
        ("add-section", [["a", "b"], ["c", "d"], [""]], "sections.2.title"),
        ("add-row.0", [["a", "b", ""], ["c", "d"]], "sections.0.rows.2.title"),
        ("remove-row.0.0", [["b"], ["c", "d"]], "sections.0.rows.0.title"),
        ("remove-row.0.1", [["a"], ["c", "d"]], "sections.0.rows.0.title"),
        ("duplicate-row.0.0", [["a", "a", "b"], ["c", "d"]], "sections.0.rows.1.title"),
        ("move-row-up.0.1", [["b", "a"], ["c", "d"]], "sections.0.rows.0.title"),
        ("move-row-up.1.0", [["a", "b", "c"], ["d"]], "sections.0.rows.2.title"),
        ("move-row-up.0.0", [["a", "b"], ["c", "d"]], "sections.0.rows.0.title"),
        ("move-row-down.0.0", [["b", "a"], ["c", "d"]], "sections.0.rows.1.title"),
        ("move-row-down.0.1", [["a"], ["b", "c", "d"]], "sections.1.rows.0.title"),
        ("move-row-down.1.1", [["a", "b"], ["c", "d"]], "sections.1.rows.1.title"),
        ("move-row.0.0.to.1.2", [["b"], ["c", "d", "a"]], "sections.1.rows.2.title"),
        ("move-row.1.1.to.0.0", [["d", "a", "b"], ["c"]], "sections.0.rows.0.title"),
        ("move-row.0.0.to.0.1", [["b", "a"], ["c", "d"]], "sections.0.rows.1.title"),
        ("remove-section.0", [["c", "d"]], "sections.0.title"),
        ("remove-section.1", [["a", "b"]], "sections.0.title"),
        ("move-section-up.1", [["c", "d"], ["a", "b"]], "sections.0.title"),
        ("move-section-up.0", [["a", "b"], ["c", "d"]], "sections.0.title"),
        ("move-section-down.0", [["c", "d"], ["a", "b"]], "sections.1.title"),
        ("move-section-down.1", [["a", "b"], ["c", "d"]], "sections.1.title"),
        ("move-section.0.to.1", [["c", "d"], ["a", "b"]], "sections.1.title"),
        ("duplicate-section.0", [["a", "b"], ["a", "b"], ["c", "d"]], "sections.1.title"),
    ],
)
def test_edits_a_list(op: str, titles: list[list[str]], focus: str) -> None:
    assert do(two_sections(), op) == (titles, focus)


@pytest.mark.parametrize(
    ("op", "titles", "focus"),
    [
        ("add-button", ["a", "b", "c", ""], "buttons.3.title"),
        ("remove-button.0", ["b", "c"], "buttons.0.title"),
        ("remove-button.2", ["a", "b"], "buttons.1.title"),
        ("move-button-up.1", ["b", "a", "c"], "buttons.0.title"),
        ("move-button-up.0", ["a", "b", "c"], "buttons.0.title"),
        ("move-button-down.1", ["a", "c", "b"], "buttons.2.title"),
        ("move-button-down.2", ["a", "b", "c"], "buttons.2.title"),
        ("move-button.0.to.2", ["b", "c", "a"], "buttons.2.title"),
        ("duplicate-button.1", ["a", "b", "b", "c"], "buttons.2.title"),
    ],
)
def test_edits_a_button_message(op: str, titles: list[str], focus: str) -> None:
    assert do(three_buttons(), op) == ([titles], focus)


def test_removes_even_the_last() -> None:
    one_row = list_message(Row(id="i", title="t"))
    assert do(one_row, "remove-row.0.0") == ([[]], "sections.0.title")
    assert do(one_row, "remove-section.0") == ([], "sections")
    assert do(button_message(Button(id="i", title="t")), "remove-button.0") == ([[]], "buttons")


def test_gives_what_is_new_a_free_fresh_id() -> None:
    added = edits.add_row(edits.add_row(two_sections(), 0), 1)
    assert added.sections[0].rows[2] == Row(id="row_1", fresh=True)
    assert added.sections[1].rows[2] == Row(id="row_2", fresh=True)
    assert edits.add_section(added).sections[2] == Section(rows=(Row(id="row_3", fresh=True),))
    assert edits.add_button(three_buttons()).buttons[3] == Button(id="option_1", fresh=True)


def test_gives_a_copy_a_free_fresh_id() -> None:
    copied = edits.duplicate_row(edits.duplicate_row(two_sections(), 0, 0), 0, 0)
    assert [row.id for row in copied.sections[0].rows] == ["id_a", "a_2", "a", "id_b"]
    assert [row.fresh for row in copied.sections[0].rows] == [False, True, True, False]
    twice = edits.duplicate_section(list_message(*[Row(id="x", title="Same")] * 2), 0)
    assert [row.id for row in twice.sections[1].rows] == ["same", "same_2"]
    assert edits.duplicate_button(three_buttons(), 0).buttons[1] == Button(
        id="a", title="a", fresh=True
    )


@pytest.mark.parametrize(
    "op",
    [
        *(
            "",
            "add",
            "add-row",
            "add-row.2",
            "add-row.-1",
            "add-row.0.0",
            "add-row.x",
            "add-button",
        ),
        *("remove-row.0.2", "remove-row.2.0", "move-row-up.0.2", "move-row-down.2.0"),
        *(
            "move-row.0.0.to.0.2",
            "move-row.0.0.to.1.3",
            "move-row.0.0.to.2.0",
            "move-row.0.2.to.1.0",
        ),
        *("move-section.0.to.2", "move-section-down.2", "remove-section.99999999999999999999"),
        *(
            "add-row.0 ",
            "ADD-ROW.0",
            "add-row.٣",
            "add-row.#",
            "remove-row.#0.1",
            "__class__",
            "\ud800",
        ),
    ],
)
def test_refuses_an_operation_that_the_message_does_not_have(op: str) -> None:
    with pytest.raises(UnknownEdit):
        edits.apply(two_sections(), op)


@pytest.mark.parametrize("op", ["add-row.0", "remove-button.3", "move-button.0.to.3"])
def test_refuses_an_operation_that_a_button_message_does_not_have(op: str) -> None:
    with pytest.raises(UnknownEdit):
        edits.apply(three_buttons(), op)


def test_refuses_places_that_are_not_there() -> None:
    for place in (-1, 3):
        with pytest.raises(IndexError):
            edits.remove_button(three_buttons(), place)
        with pytest.raises(IndexError):
            edits.move_button(three_buttons(), 0, place)
        with pytest.raises(IndexError):
            edits.remove_row(two_sections(), place, 0)


numbers = st.integers(0, 4)
moves = st.builds("move-row-{}.{}.{}".format, st.sampled_from(["up", "down"]), numbers, numbers)
drags = st.builds("move-row.{}.{}.to.{}.{}".format, numbers, numbers, numbers, numbers)
sections = st.builds("move-section.{}.to.{}".format, numbers, numbers)
buttons = st.builds("move-button.{}.to.{}".format, numbers, numbers)


@given(drafts, moves | drags | sections | buttons)
def test_moving_loses_and_changes_nothing(message: Message, op: str) -> None:
    try:
        moved, focus = edits.apply(message, op)
    except UnknownEdit:
        return
    before, after = schema.options(message), schema.options(moved)
    assert sorted(map(repr, before.values())) == sorted(map(repr, after.values()))
    assert focus in dict(schema.fields(moved))


additions = st.sampled_from(
    ["add-section", "add-button"]
    + [f"{name}.{n}" for n in range(3) for name in ("add-row", "duplicate-section")]
    + [f"duplicate-button.{n}" for n in range(3)]
    + [f"duplicate-row.{s}.{r}" for s in range(3) for r in range(3)]
)


@given(drafts, additions)
def test_what_is_added_can_be_removed_again(message: Message, op: str) -> None:
    try:
        grown, focus = edits.apply(message, op)
    except UnknownEdit:
        return
    *parent, _ = focus.split(".")
    kind = {"buttons": "button", "sections": "section" if len(parent) == 2 else "row"}[parent[0]]
    places = ".".join(part for part in parent if part.isdecimal())
    assert edits.apply(grown, f"remove-{kind}.{places}")[0] == message
    if kind != "section" or "add" in op:
        known = [option.id for option in schema.options(message).values()]
        new = [option.id for option in schema.options(grown).values() if option.id not in known]
        assert len(new) == 1


def test_no_edit_makes_more_parts_than_a_form_can_carry() -> None:
    full = list_message(sections=(Section(rows=(Row(title="A"),) * 999),))
    for op in ("add-row.0", "add-section", "duplicate-row.0.0", "duplicate-section.0"):
        with pytest.raises(ValueError, match="one message can have 1,000 here"):
            edits.apply(full, op)
    with pytest.raises(ValueError, match="That would be 1,001 sections and rows"):
        edits.paste_rows(full, "sections.0.rows.0.title", "a\nb")
    # What is over-full all the same can be made smaller.
    over = list_message(sections=(Section(rows=(Row(title="A"),) * 2000),))
    smaller, _ = edits.apply(over, "remove-row.0.0")
    assert isinstance(smaller, ListMessage)
    assert len(smaller.sections[0].rows) == 1999
