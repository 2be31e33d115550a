"""The document of a template, as it lies in the database."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.library.content import Content
from designer.library.models import MessageTemplate
from designer.message import schema
from designer.message.schema import ListMessage, Message, Row, Section
from designer.teams.models import Team
from tests.factories import make_message, make_template
from tests.message.strategies import drafts, nasty

NASTY = "NUL \0, half an emoji \ud83d, \u202eRTL, 👨‍👩‍👧‍👦, \x1b[31m, </script>\n"

values = st.dictionaries(st.from_regex(r"\A[A-Za-z0-9_]{1,9}\Z"), nasty)


@given(drafts, values, values, st.lists(st.sampled_from(["vague-id", "short-body"])).map(tuple))
def test_comes_back_from_json_as_it_was(
    message: Message, samples: dict[str, str], longest: dict[str, str], dismissed: tuple[str, ...]
) -> None:
    content = Content(message, samples, longest, dismissed, {"kind": schema.to_dict(message)})
    text = content.as_json
    assert text.isascii()
    assert "\0" not in text
    back = Content.from_json(text)
    assert back.as_json == text
    assert (back.message, back.samples, back.longest) == (message, samples, longest)
    assert back.dismissed == dismissed


@pytest.mark.parametrize("text", [NASTY, "x" * 100_000, "👍" * 100_000], ids=len)
def test_any_text_survives_the_database(team: Team, text: str) -> None:
    message = ListMessage(
        header=text,
        body=text,
        footer=text,
        button=text,
        sections=(Section(title=text, rows=(Row(id=text, title=text, description=text),)),),
    )
    made = make_template(team, message, samples={"name": text}, longest={"name": text})
    stored = MessageTemplate.objects.get(pk=made.pk)
    assert stored.content == made.content
    assert stored.message == message
    assert MessageTemplate.objects.search("any").count() == 0


def test_refuses_a_document_of_a_newer_schema() -> None:
    newer = json.loads(Content(make_message()).as_json) | {"schema": 2}
    with pytest.raises(ValueError, match="schema 2"):
        Content.from_json(json.dumps(newer))


def test_tells_what_is_wrong_without_the_advice_that_was_put_away() -> None:
    message = ListMessage(
        body="Hi", button="Here", sections=(Section(rows=(Row(id="row_1", title="Pizza"),)),)
    )
    content = Content(message)
    rules = {problem.rule for problem in content.problems()}
    assert {"short-body", "vague-call", "vague-id"} <= rules
    assert content.error_count() == 0
    quiet = content.dismiss("vague-id").dismiss("vague-id").dismiss("short-body")
    assert {problem.rule for problem in quiet.problems()} == rules - {"vague-id", "short-body"}
    # An error can't be put away.
    broken = Content(message.model_copy(update={"body": ""})).dismiss("required")
    assert broken.error_count() == 1


def test_fills_variables_with_their_samples() -> None:
    content = Content(ListMessage(body="Hi {{name}}, {{day}}"), samples={"name": "Ann"})
    assert content.variables == ["name", "day"]
    assert content.filled().body == "Hi Ann, {{day}}"


def test_switching_kind_and_back_gives_what_it_was() -> None:
    content = Content(make_message("list-product-catalog"))
    there = content.switched()
    assert there.message.kind == "button"
    assert there.switched().message == content.message
