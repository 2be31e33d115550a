"""Saving a draft, going back and forward in it, and publishing it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from designer.library.content import Content
from designer.library.models import MessageTemplate, StaleDraft, Step
from designer.library.typed import changed_field, goes_on
from designer.message import edits, schema
from designer.message.schema import ListMessage, Row, Section
from designer.teams.models import Team, User
from tests.factories import BUTTONS, make_member, make_message, make_send, make_template

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Type = Callable[..., None]


@pytest.fixture
def template(team: Team) -> MessageTemplate:
    return make_template(team, ListMessage(body="0", footer="f"))


@pytest.fixture
def type_in(template: MessageTemplate, editor: User) -> Type:
    """Saves the draft with some texts changed."""

    def type_in(*, apart: bool = False, name: str = "", **texts: str) -> None:
        content = template.content
        content = replace(content, message=content.message.model_copy(update=texts))
        template.save_draft(
            content,
            name=name or template.name,
            person=editor,
            revision=template.revision,
            apart=apart,
        )

    return type_in


def undo(template: MessageTemplate, person: User, by: int = -1) -> str:
    """Go a step, and return the body that is the draft's then."""
    template.undo(person=person, revision=template.revision, by=by)
    return MessageTemplate.objects.get(pk=template.pk).message.body


# --- saving


def test_saves_with_who_and_when(template: MessageTemplate, editor: User, type_in: Type) -> None:
    with time_machine.travel(NOON, tick=False):
        type_in(body="1", name="New name")
    stored = MessageTemplate.objects.get(pk=template.pk)
    assert (stored.name, stored.message.body, stored.revision) == ("New name", "1", 2)
    assert (stored.updated_by, stored.updated_at) == (editor, NOON)
    assert stored.errors == stored.content.error_count() > 0
    assert "new name" in stored.search_text


def test_a_save_that_changes_nothing_leaves_all_as_it_is(
    template: MessageTemplate, type_in: Type
) -> None:
    before = MessageTemplate.objects.filter(pk=template.pk).values().get()
    type_in()
    assert MessageTemplate.objects.filter(pk=template.pk).values().get() == before


def test_refuses_to_save_over_a_colleagues_work(
    template: MessageTemplate, editor: User, team: Team
) -> None:
    colleague = make_member(team)
    ours, theirs = (MessageTemplate.objects.get(pk=template.pk) for _ in range(2))
    changed = Content(ListMessage(body="theirs"))
    theirs.save_draft(changed, name="x", person=colleague, revision=1, tab="b")
    with pytest.raises(StaleDraft):
        ours.save_draft(
            Content(ListMessage(body="ours")), name="x", person=editor, revision=1, tab="a"
        )
    with pytest.raises(StaleDraft):
        ours.undo(person=editor, revision=1, tab="a")
    assert MessageTemplate.objects.get(pk=template.pk).message.body == "theirs"


def test_a_page_whose_answer_got_lost_is_not_in_conflict_with_itself(
    template: MessageTemplate, editor: User
) -> None:
    for body in ("1", "2", "3"):
        template.save_draft(
            Content(ListMessage(body=body)), name="x", person=editor, revision=1, tab="a"
        )
    assert template.message.body == "3"
    with pytest.raises(StaleDraft):
        template.save_draft(
            Content(ListMessage(body="4")), name="x", person=editor, revision=1, tab="b"
        )


def test_pages_without_a_name_are_not_the_same_page(
    template: MessageTemplate, editor: User
) -> None:
    template.save_draft(Content(ListMessage(body="1")), name="x", person=editor, revision=1)
    with pytest.raises(StaleDraft):
        template.save_draft(Content(ListMessage(body="2")), name="x", person=editor, revision=1)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told(team: Team, editor: User) -> None:
    template = make_template(team)

    def save(body: str) -> bool:
        try:
            MessageTemplate.objects.get(pk=template.pk).save_draft(
                Content(ListMessage(body=body)), name="x", person=editor, revision=1, tab=body
            )
        except StaleDraft:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        saved = list(pool.map(save, "abcd"))
    assert saved.count(True) == 1
    stored = MessageTemplate.objects.get(pk=template.pk)
    assert stored.message.body == "abcd"[saved.index(True)]
    assert stored.revision == 2


def test_another_teams_templates_are_not_found(team: Team, other_team: Team) -> None:
    make_template(other_team)
    assert not team.templates.exists()


# --- undo and redo


def test_typing_in_one_field_is_one_step_until_it_pauses(
    template: MessageTemplate, editor: User, type_in: Type
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for body in ("H", "He", "Hel"):
            clock.shift(timedelta(seconds=1.4))
            type_in(body=body)
        clock.shift(timedelta(seconds=1.6))
        type_in(body="Hello")
        clock.shift(timedelta(seconds=0.1))
        type_in(footer="Bye")
        type_in(body="Hello!")
    steps = template.steps.order_by("number")
    assert [step.edit for step in steps] == ["", "body", "body", "footer", "body"]
    assert [undo(template, editor) for _ in range(5)] == ["Hello", "Hello", "Hel", "0", "0"]
    assert [undo(template, editor, +1) for _ in range(5)] == [
        "Hel",
        "Hello",
        "Hello",
        "Hello!",
        "Hello!",
    ]


def test_typing_without_a_pause_is_a_step_every_few_seconds(
    template: MessageTemplate, editor: User, type_in: Type
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for length in range(1, 51):
            clock.shift(timedelta(seconds=0.2))
            type_in(body="x" * length)
    assert [len(undo(template, editor)) for _ in range(4)] == [45, 30, 15, 1]
    assert undo(template, editor, +1) == "x" * 15


@pytest.mark.parametrize("field", ["name", "id", "sample", "longest"])
def test_typing_anywhere_is_undone_as_one_step(team: Team, editor: User, field: str) -> None:
    template = make_template(team, ListMessage(sections=(Section(rows=(Row(title="A"),)),)))
    first = (template.name, template.draft)
    variable = "x" * 70
    for length in range(1, 6):
        text, content = "hello"[:length], template.content
        if field == "id":
            sections = (Section(rows=(Row(title="A", id=text),)),)
            content = replace(content, message=ListMessage(sections=sections))
        elif field != "name":
            values: Any = {"samples" if field == "sample" else field: {variable: text}}
            content = replace(content, **values)
        template.save_draft(
            content,
            name=text if field == "name" else template.name,
            person=editor,
            revision=template.revision,
        )
    assert template.history == (0, 1)
    undo(template, editor)
    assert (template.name, template.draft) == first


def test_two_fields_at_once_are_no_typing() -> None:
    rows = Row(id="1"), Row(id="2")
    before, after = (
        Content(ListMessage(sections=(Section(rows=order),))) for order in (rows, rows[::-1])
    )
    assert changed_field(before, after) == ""
    assert changed_field(before, replace(before, samples={"a": "1"}), renamed=True) == ""
    assert changed_field(before, replace(before, samples={"a": "1"}, longest={"a": "1"})) == ""


def test_typing_a_title_and_the_id_that_follows_is_one_edit(
    template: MessageTemplate, editor: User
) -> None:
    row = Row(fresh=True)
    message: Any = ListMessage(sections=(Section(rows=(row,)),))
    before = Content(message)
    after = replace(
        before,
        message=edits.follow_titles(
            message,
            ListMessage(sections=(Section(rows=(row.model_copy(update={"title": "Pizza"}),)),)),
        ),
    )
    assert changed_field(before, after) == "sections.0.rows.0.title"


@pytest.mark.parametrize(
    ("texts", "undone"),
    [
        # what was typed and taken away again at once
        (["First text", "", "Second"], ["", "First text", "0"]),
        (["x" * 900, ""], ["x" * 900, "0"]),
        (["Hello", "*Hello*"], ["Hello", "0"]),
        (["Hello", "Hello" + "x" * 900], ["Hello", "0"]),
        (["Hello", "Hell", "Hel", "Help"], ["Hel", "Hello", "0"]),
        # one after the other, wherever
        (["a c", "a bc", "a b c"], ["a c", "0"]),
        (["aaa", "aaaa", "aaaaa"], ["0"]),
        (["one two", "one", "on"], ["one two", "0"]),
        (["one two", "ne two", "e two"], ["one two", "0"]),
    ],
)
def test_what_takes_the_place_of_other_text_is_a_step_of_its_own(
    template: MessageTemplate, editor: User, type_in: Type, texts: list[str], undone: list[str]
) -> None:
    with time_machine.travel(NOON, tick=False):
        for text in texts:
            type_in(body=text)
    assert [undo(template, editor) for _ in undone] == undone


def holds(text: str, part: str) -> bool:
    """Whether all characters of the part stand in the text, in their order."""
    rest = iter(text)
    return all(character in rest for character in part)


@given(*[st.text("ab", max_size=6)] * 3)
def test_what_no_step_keeps_stands_in_one_beside_it(base: str, before: str, after: str) -> None:
    if goes_on(base, before, after):
        assert holds(after, before) or holds(base, before)


def test_an_edit_that_stands_apart_is_a_step_of_its_own(
    template: MessageTemplate, editor: User, type_in: Type
) -> None:
    with time_machine.travel(NOON, tick=False):
        type_in(body="typed")
        type_in(body="restored", apart=True)
        type_in(body="typed on")
    assert [undo(template, editor) for _ in range(3)] == ["restored", "typed", "0"]


def test_a_new_edit_cuts_off_what_could_be_redone(
    template: MessageTemplate, editor: User, type_in: Type
) -> None:
    for body in "123":
        type_in(body=body, apart=True)
    undo(template, editor)
    assert undo(template, editor) == "1"
    type_in(body="other", apart=True)
    assert template.history == (0, 2)
    assert not template.undo(person=editor, revision=template.revision, by=1)
    assert undo(template, editor) == "1"


def test_the_last_hundred_steps_are_kept(
    template: MessageTemplate, editor: User, type_in: Type
) -> None:
    for number in range(1, 131):
        type_in(body=str(number), apart=True)
    assert template.steps.count() == Step.KEPT + 1
    bodies = [undo(template, editor) for _ in range(101)]
    assert bodies == [str(number) for number in range(129, 29, -1)] + ["30"]
    assert template.history == (30, 130)


def test_undoes_structure_names_and_kind(
    template: MessageTemplate, editor: User, type_in: Type
) -> None:
    def save(content: Content) -> None:
        template.save_draft(content, name=template.name, person=editor, revision=template.revision)

    first = template.content
    message = first.message
    assert isinstance(message, ListMessage)
    save(replace(first, message=edits.add_section(message)))
    two = template.content
    save(template.content.switched())
    type_in(name="Renamed")
    undo(template, editor)
    assert (template.name, template.kind) == ("Support menu", "button")
    undo(template, editor)
    assert (template.kind, template.content) == ("list", two)
    undo(template, editor)
    assert template.content == first
    for _ in range(3):
        undo(template, editor, +1)
    assert (template.name, template.kind) == ("Renamed", "button")


def test_history_is_each_templates_own(
    template: MessageTemplate, editor: User, type_in: Type, team: Team
) -> None:
    other = make_template(team, ListMessage(body="other"))
    type_in(body="1")
    assert not other.undo(person=editor, revision=1)
    assert undo(template, editor) == "0"


# --- versions


@pytest.mark.parametrize("published", [True, False])
def test_an_id_that_was_published_stays_after_undo(
    team: Team, editor: User, published: bool
) -> None:
    template: MessageTemplate

    def titled(title: str) -> Content:
        row = Row(title=title, id="x", fresh=True)
        message: Any = ListMessage(sections=(Section(rows=(row,)),))
        return Content(edits.follow_titles(message, message))

    def save(title: str) -> None:
        template.save_draft(
            titled(title), name="x", person=editor, revision=template.revision, apart=True
        )

    template = make_template(team, titled("Track order").message)
    save("Track my order")
    if published:
        template.publish(editor)
    save("Where is it")
    undo(template, editor)
    ((_, option),) = schema.options(template.message).items()
    assert (option.title, option.fresh) == ("Track my order", not published)


def test_publishing_freezes_the_draft_as_the_next_version(
    template: MessageTemplate, editor: User, type_in: Type
) -> None:
    type_in(body="First")
    first = template.publish(editor)
    type_in(body="Second")
    second = template.publish(editor)
    assert (first.number, second.number) == (1, 2)
    assert [v.content.message.body for v in template.versions.order_by("number")] == [
        "First",
        "Second",
    ]
    assert template.published == second
    assert second.published_by == editor


def test_publishing_twice_makes_one_version(template: MessageTemplate, editor: User) -> None:
    assert template.publish(editor) == template.publish(editor)
    assert template.versions.count() == 1


def test_publishing_settles_the_ids_that_followed_their_titles(team: Team, editor: User) -> None:
    fresh = ListMessage(
        sections=(Section(rows=(Row(id="pizza", title="Pizza", fresh=True),)),), body="x"
    )
    template = make_template(team, fresh)
    version = template.publish(editor)
    for message in (version.content.message, template.message):
        assert isinstance(message, ListMessage)
        assert not message.sections[0].rows[0].fresh
    assert MessageTemplate.objects.get(pk=template.pk).content == version.content


def test_refuses_to_publish_what_is_not_the_newest_draft(
    template: MessageTemplate, editor: User, type_in: Type
) -> None:
    seen = MessageTemplate.objects.get(pk=template.pk)
    type_in(body="newer")
    with pytest.raises(StaleDraft):
        seen.publish(editor)
    assert not template.versions.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_get_numbers_in_a_row(team: Team, editor: User) -> None:
    template = make_template(team)

    def publish(number: int) -> int:
        mine = MessageTemplate.objects.get(pk=template.pk)
        try:
            return mine.publish(editor).number
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(publish, range(4))) == {1}
    assert list(template.versions.values_list("number", flat=True)) == [1]


def test_deleting_takes_versions_and_history_and_leaves_what_was_sent(
    team: Team, editor: User
) -> None:
    template = make_template(team, make_message(BUTTONS))
    template.publish(editor)
    send = make_send(template)
    template.delete()
    assert not Step.objects.exists()
    send.refresh_from_db()
    assert send.template is None
    assert send.template_name == "Support menu"


def test_templates_outlive_the_people_who_made_them(team: Team, editor: User) -> None:
    template = make_template(team, person=editor)
    template.publish(editor)
    editor.delete()
    template.refresh_from_db()
    assert template.updated_by is None
    assert template.published is not None
    assert template.published.published_by is None
