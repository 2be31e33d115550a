"""What the library's address asks for: filters, order, and names that tell templates apart."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from designer.library.content import Content
from designer.library.listing import Filter, free_name
from designer.message.schema import ListMessage
from designer.teams.models import Team, User
from tests.factories import BUTTONS, make_message, make_template

from .posting import HTMX

SignIn = Callable[[User], Client]


@pytest.fixture
def library(team: Team, editor: User) -> Team:
    """A template in each state; the one that was changed last is a list that is published."""
    make_template(team, make_message(BUTTONS), name="buttons, draft")
    make_template(team, ListMessage(), name="List with errors")
    changed = make_template(team, make_message(BUTTONS), name="Changed buttons")
    changed.publish(editor)
    content = Content(make_message())
    changed.save_draft(content, name=changed.name, person=editor, revision=changed.revision)
    make_template(team, name="a list, published").publish(editor)
    return team


def names(team: Team, **asked: str) -> list[str]:
    return [template.name for template in Filter.read(asked).rows(team)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"kind": "button"}, ["buttons, draft"]),
        ({"state": "published"}, ["a list, published", "Changed buttons"]),
        ({"state": "changed"}, ["Changed buttons"]),
        ({"state": "draft"}, ["List with errors", "buttons, draft"]),
        ({"state": "errors"}, ["List with errors"]),
        ({"state": "errors", "kind": "button"}, []),
        ({"q": "buttons", "state": "draft"}, ["buttons, draft"]),
        (
            {"sort": "name"},
            ["a list, published", "buttons, draft", "Changed buttons", "List with errors"],
        ),
        (
            {"sort": "nonsense", "kind": "x", "state": "\0"},
            ["a list, published", "Changed buttons", "List with errors", "buttons, draft"],
        ),
    ],
    ids=str,
)
def test_narrows_and_orders(library: Team, asked: dict[str, str], found: list[str]) -> None:
    assert names(library, **asked) == found


def test_a_draft_that_is_its_version_again_is_not_changed(team: Team, editor: User) -> None:
    template = make_template(team)
    first = template.publish(editor)
    for content in (Content(ListMessage(body="Other")), first.content):
        template.save_draft(content, name="x", person=editor, revision=template.revision)
        assert names(team, state="changed") == ([] if content == first.content else ["x"])
    # An older version is not what is published.
    template.save_draft(
        Content(make_message(BUTTONS)), name="x", person=editor, revision=template.revision
    )
    template.publish(editor)
    template.save_draft(first.content, name="x", person=editor, revision=template.revision)
    assert names(team, state="changed") == ["x"]


def test_only_what_is_set_stands_in_the_address() -> None:
    assert Filter.read({"q": " ", "kind": "", "state": "", "sort": "changed"}).query == ""
    asked = {"q": "a&b", "kind": "list", "state": "draft", "sort": "name"}
    assert Filter.read(asked).query == "q=a%26b&kind=list&state=draft&sort=name"
    assert Filter.read(asked).unfiltered == "q=a%26b&sort=name"


def test_the_form_leaves_only_what_is_set_in_the_browsers_address(
    library: Team, editor: User, client_as: SignIn
) -> None:
    client, here = client_as(editor), reverse("templates")
    answer = client.get(f"{here}?q=&kind=list&state=&sort=changed", headers=HTMX)
    assert answer["HX-Push-Url"] == f"{here}?kind=list"
    assert client.get(f"{here}?q=&kind=", headers=HTMX)["HX-Push-Url"] == here
    assert "HX-Push-Url" not in client.get(f"{here}?kind=list")


def test_says_how_many_there_are_and_how_to_see_all(
    library: Team, editor: User, client_as: SignIn
) -> None:
    client, here = client_as(editor), reverse("templates")

    def page(query: str) -> str:
        return client.get(f"{here}{query}").content.decode()

    assert "2 templates<" in page("?kind=list&q=list")
    assert f'href="{here}?q=list">Clear filters' in page("?kind=list&q=list")
    assert "Clear filters" not in page("?sort=name")
    assert "No template is like that" in page("?kind=button&state=errors")
    assert "Nothing found for “&lt;&gt;” with these filters" in page("?q=%3C%3E&kind=list")
    assert "No templates yet" not in page("?kind=button&state=errors")


def test_pages_keep_the_filters(team: Team, editor: User, client_as: SignIn) -> None:
    for number in range(30):
        make_template(team, name=f"T{number}")
    page = client_as(editor).get(f"{reverse('templates')}?kind=list&sort=name").content.decode()
    assert 'href="?kind=list&amp;sort=name&amp;page=2"' in page


def test_a_card_tells_lists_apart_by_their_rows(
    library: Team, editor: User, client_as: SignIn
) -> None:
    page = client_as(editor).get(reverse("templates")).content.decode()
    assert "2 sections, 3 rows" in page
    assert "2 buttons" in page
    assert "Track My Order" in page
    assert "Draft changed" in page


def test_a_name_that_is_taken_gets_the_next_number(team: Team, other_team: Team) -> None:
    make_template(other_team, name="New list")
    assert free_name(team, "New list") == "New list"
    make_template(team, name="New list")
    make_template(team, name="New list 3")
    assert free_name(team, "New list") == "New list 2"
    make_template(team, name="New list 2")
    assert free_name(team, "New list") == "New list 4"
    long = "x" * 120
    make_template(team, name=long)
    assert free_name(team, long) == f"{'x' * 118} 2"


@pytest.mark.parametrize("data", [{"kind": "list"}, {"starter": "support-menu"}])
def test_made_twice_it_has_two_names(
    data: dict[str, str], team: Team, editor: User, client_as: SignIn
) -> None:
    client = client_as(editor)
    for _ in range(2):
        client.post(reverse("new-template"), data)
    first, second = team.templates.order_by("pk")
    assert second.name == f"{first.name} 2"
