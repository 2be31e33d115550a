"""The templates to start from."""

import re
from collections import Counter

import pytest

from designer.library import starters
from designer.library.starters import STARTERS, Starter
from designer.message import schema, variables
from designer.message.formats import coext
from designer.teams.models import Team, User
from tests.factories import CUSTOMER
from tests.message.examples import REQUESTS

by_key = pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: starter.key)


# The dates of the contract's examples, which would age as samples.
DATES = {
    "first_day": "Monday, Dec 25",
    "second_day": "Tuesday, Dec 26",
    "last_day": "December 31, 2025",
}


def test_filled_with_the_contracts_values_they_are_its_examples() -> None:
    made = []
    for starter in STARTERS:
        values = {**starter.content.samples, **DATES}
        message = variables.fill(starter.content.message, values)
        made.append(coext.dump(message, to=CUSTOMER))
    for body in REQUESTS.values():
        asked = {key: value for key, value in body.items() if key != "reference"}
        assert {**asked, "to": CUSTOMER} in made
    assert len(made) == len(REQUESTS) == 7


@by_key
def test_has_no_problem_but_advice(starter: Starter) -> None:
    assert {problem.level for problem in starter.content.problems()} <= {"advice"}


@by_key
def test_no_sample_is_of_a_year_or_a_month(starter: Starter) -> None:
    text = " ".join(schema.texts(starter.content.filled()))
    assert not re.search(r"\b20\d\d\b", text)
    assert not re.search(r"\b(Dec|December|Jan|January)\b", text)


@by_key
def test_has_a_sample_for_each_of_its_variables_and_no_other(starter: Starter) -> None:
    assert sorted(starter.content.samples) == sorted(starter.content.variables)


@by_key
def test_has_a_name_a_purpose_and_a_key_of_its_own(starter: Starter) -> None:
    assert starter.name
    assert starter.purpose.endswith(".")
    assert starters.find(starter.key) is starter
    assert Counter(each.name for each in STARTERS)[starter.name] == 1


def test_unknown_key_finds_none() -> None:
    assert starters.find("nothing") is None


def test_a_first_team_gets_all_of_them_in_order(team: Team, editor: User) -> None:
    made = starters.add_all(team, editor)
    assert [template.name for template in made] == [starter.name for starter in STARTERS]
    assert all(template.errors == 0 for template in made)
    newest = team.templates.order_by("-updated_at", "-pk").first()
    assert newest == made[0]
    # Who founded the team made them, and nobody changed one.
    assert {template.created_by for template in team.templates.all()} == {editor}
    assert {template.updated_by for template in team.templates.all()} == {None}
