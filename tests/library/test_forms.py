"""The editor's form, read into a draft."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from designer.library import forms
from designer.library.content import MAX_NAME, Content
from designer.message.schema import (
    Button,
    ButtonMessage,
    Header,
    ListMessage,
    Row,
    Section,
    ShapeError,
    to_dict,
)
from tests.message.strategies import drafts, messages

from .posting import form_of, query

LIST = Content(
    ListMessage(
        body="What now?",
        button="Choose",
        sections=(Section(rows=(Row(id="pizza", title="Pizza", fresh=True),)),),
    )
)
BUTTONS = Content(
    ButtonMessage(
        header=Header(type="text", text="Hello"),
        body="Yes or no?",
        buttons=(Button(id="yes", title="Yes"),),
    )
)


def read(stored: Content, **changes: str) -> forms.Posted:
    changed = {name.replace("__", "."): value for name, value in changes.items()}
    return forms.read(query({"name": "A", **form_of(stored), **changed}), stored)


def pairs_of(value: Any, path: str = "") -> list[tuple[str, str]]:
    """The names and values that `nest` should make `value` of."""
    if isinstance(value, str):
        return [(path, value)]
    parts = enumerate(value) if isinstance(value, list) else value.items()
    return [
        pair
        for key, part in parts
        for pair in pairs_of(part, f"{path}.{key}" if path else str(key))
    ]


words = st.text("abc", min_size=1, max_size=3)
trees: st.SearchStrategy[Any] = st.recursive(
    st.text(max_size=4),
    lambda parts: (
        st.lists(parts, min_size=1, max_size=12)
        | st.dictionaries(words, parts, min_size=1, max_size=4)
    ),
    max_leaves=10,
)


@given(st.dictionaries(words, trees), st.randoms(use_true_random=False))
def test_nests_values_by_the_dots_in_their_names_in_any_order(tree: Any, random: Any) -> None:
    pairs = pairs_of(tree)
    random.shuffle(pairs)
    assert forms.nest(pairs) == tree


@given(
    st.lists(st.tuples(st.lists(st.sampled_from("ab01٣²"), max_size=4).map(".".join), st.text()))
)
@example([("a", "1"), ("a.b", "2")])
@example([("a.b", "1"), ("a", "2")])
@example([("a.b", "1"), ("a.b.c", "2"), ("a.b.d", "3")])
@example([("0", "1"), ("00", "2"), ("a", "3")])
@example([("", ""), (".", ""), ("..", "")])
def test_nests_any_names(pairs: list[tuple[str, str]]) -> None:
    forms.nest(pairs)


def test_leaves_out_a_name_that_contradicts_an_earlier_one() -> None:
    assert forms.nest([("a", "1"), ("a.b", "2")]) == {"a": "1"}
    assert forms.nest([("a.b", "1"), ("a", "2")]) == {"a": {"b": "1"}}


def test_numbers_are_places_in_their_order_whatever_their_gaps() -> None:
    assert forms.nest([("a.99999999.x", "b"), ("a.7.x", "a")]) == {"a": [{"x": "a"}, {"x": "b"}]}


@pytest.mark.parametrize(
    "name",
    [
        "sections" + ".0" * 20_000,
        "sections" + ".a" * 20_000,
        "sections." + "9" * 10_000 + ".title",
        "sections.0.rows." + "9" * 10_000 + ".title",
    ],
    ids=["deep lists", "deep fields", "huge place", "huge place inside"],
)
def test_refuses_a_name_that_no_input_has(name: str) -> None:
    with pytest.raises(ShapeError):
        read(LIST, **{name: "x"})


@pytest.mark.parametrize(
    "data",
    [
        {"sections": "x"},
        {"sections.title": "x"},
        {"sections.0": "x"},
        {"sections.0.rows": "x"},
        {"sections.0.rows.0": "x"},
        {"sections.0.rows.0.colour": "red"},
        {"sections.0.rows.0.title.deep": "x"},
        {"body.text": "x"},
        {"header.type": "image"},
        {"sections.0.rows.0.fresh": "perhaps"},
    ],
    ids=str,
)
def test_refuses_a_form_of_another_shape(data: dict[str, str]) -> None:
    with pytest.raises(ShapeError):
        forms.read(query({"name": "A", **data}), LIST)


def test_takes_a_place_however_high_for_the_next_one() -> None:
    posted = read(LIST, **{"sections.99999999.title": "Far away"})
    assert isinstance(posted.content.message, ListMessage)
    assert [section.title for section in posted.content.message.sections] == ["", "Far away"]


def test_ignores_fields_that_are_not_the_messages() -> None:
    posted = read(LIST, buttons__0__title="x", sending="y", csrfmiddlewaretoken="z")
    assert posted.content == LIST


def test_reads_five_thousand_fields() -> None:
    many = {f"sections.{n // 10}.rows.{n % 10}.title": f"Row {n}" for n in range(4990)}
    message = forms.read(query({"name": "A", "body": "x", **many}), LIST).content.message
    assert isinstance(message, ListMessage)
    assert sum(len(section.rows) for section in message.sections) == 4990


@given(drafts)
def test_what_the_page_shows_comes_back_unchanged(message: Any) -> None:
    stored = Content(message)
    if isinstance(message, ListMessage) and any(not section.rows for section in message.sections):
        return  # tested by itself below
    posted = forms.read(query({"name": "A", **form_of(stored)}), stored).content
    for option in (posted.message, message):
        assert option.kind == message.kind
    was, now = to_dict(message), to_dict(posted.message)
    # Ids that follow their titles may be made anew.
    assert _without_ids(now) == _without_ids(was)


@given(messages)
def test_typed_ids_come_back_unchanged(message: Any) -> None:
    stored = Content(message)
    assert forms.read(query({"name": "A", **form_of(stored)}), stored).content == stored


def _without_ids(part: Any) -> Any:
    if isinstance(part, dict):
        return {k: _without_ids(v) for k, v in part.items() if k not in ("id", "fresh")}
    if isinstance(part, (list, tuple)):
        return [_without_ids(each) for each in part]
    return part


def test_section_without_rows_stays() -> None:
    empty = Content(ListMessage(sections=(Section(title="Empty"), Section(title="Too"))))
    assert read(empty).content == empty


def test_id_follows_its_title_until_it_is_edited() -> None:
    posted = read(LIST, sections__0__rows__0__title="Pasta al forno").content
    assert form_of(posted)["sections.0.rows.0.id"] == "pasta_al_forno"
    edited = read(posted, sections__0__rows__0__id="my_id").content
    assert form_of(edited)["sections.0.rows.0.id"] == "my_id"
    again = read(edited, sections__0__rows__0__title="Risotto").content
    assert form_of(again)["sections.0.rows.0.id"] == "my_id"


def test_header_without_a_type_keeps_what_was_typed_for_later() -> None:
    none = read(BUTTONS, header__type="", header__link="https://example.com/a.png").content
    assert isinstance(none.message, ButtonMessage)
    assert none.message.header is None
    assert none.set_aside["header"] == {"text": "Hello", "link": "https://example.com/a.png"}
    kept = {**form_of(none), "header.text": "Hello", "header.link": "https://example.com/a.png"}
    again = forms.read(query({"name": "A", **kept, "header.type": "image"}), none).content
    assert isinstance(again.message, ButtonMessage)
    assert again.message.header == Header(
        type="image", text="Hello", link="https://example.com/a.png"
    )
    assert "header" not in again.set_aside


def test_keeps_samples_of_variables_that_left_the_text() -> None:
    stored = Content(LIST.message, samples={"name": "Ann", "city": "Rome"}, longest={"name": "X"})
    posted = forms.read(
        query({"name": "A", **form_of(LIST), "body": "Hi {{name}}", "samples.name": "Bob"}), stored
    )
    assert posted.content.samples == {"name": "Bob", "city": "Rome"}
    assert posted.content.longest == {"name": "X"}


def test_an_emptied_sample_is_no_sample() -> None:
    stored = Content(LIST.message, samples={"name": "Ann"})
    assert read(stored, samples__name="").content.samples == {}


@pytest.mark.parametrize(("typed", "name"), [("", "Untitled"), ("  \n ", "Untitled"), (" A ", "A")])
def test_a_template_always_has_a_name(typed: str, name: str) -> None:
    assert forms.read(query({"body": "x", "name": typed}), LIST).name == name


def test_cuts_a_name_at_what_the_database_holds() -> None:
    assert len(forms.read(query({"name": "👍" * 500}), LIST).name) == MAX_NAME


@pytest.mark.parametrize("revision", ["", "x", "-1", "1.5", "²", "9" * 10_000, "1\0"])
def test_reads_a_revision_that_is_none_as_an_old_one(revision: str) -> None:
    assert forms.read(query({"name": "A", "revision": revision}), LIST).revision == 0


def test_takes_the_characters_out_of_name_and_tab_that_a_database_refuses() -> None:
    posted = forms.read(query({"name": "A\0B\ud800C", "tab": "t\0\ud800" * 40}), LIST)
    (posted.name + posted.tab).encode()
    assert "\0" not in posted.name + posted.tab
    assert len(posted.tab) <= 32
