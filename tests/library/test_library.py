"""The library's pages: finding, making, copying and deleting templates."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from designer.library.content import Content
from designer.library.models import MessageTemplate
from designer.library.starters import STARTERS
from designer.message.schema import ListMessage
from designer.teams.models import Membership, Team, User
from tests.factories import BUTTONS, make_member, make_message, make_template

from .posting import HTMX

SignIn = Callable[[User], Client]


def page(client: Client, query: str = "", **headers: str) -> str:
    response = client.get(f"{reverse('templates')}{query}", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_library_says_how_to_begin(client: Client) -> None:
    assert "No templates yet" in page(client)
    assert reverse("new-template") in page(client)


def test_a_card_says_what_a_template_is(client: Client, team: Team, editor: User) -> None:
    template = make_template(team, make_message(BUTTONS), name="<b>Order</b>", person=editor)
    card = page(client)
    for words in ("&lt;b&gt;Order&lt;/b&gt;", "Buttons", "Draft", "Edith Editor", "Confirm"):
        assert words in card
    assert "problem" not in card
    template.publish(editor)
    assert ">v1<" in page(client)
    make_template(team, ListMessage())
    assert "problems<" in page(client)


def test_newest_change_comes_first(client: Client, team: Team, editor: User) -> None:
    old, new = make_template(team, name="Old one"), make_template(team, name="New one")
    assert page(client).index("New one") < page(client).index("Old one")
    old.save_draft(new.content, name="Old one, changed", person=editor, revision=1)
    assert page(client).index("New one") > page(client).index("Old one")


def test_search_shows_the_cards_alone_to_a_page_that_has_the_rest(
    client: Client, team: Team
) -> None:
    make_template(team, name="Pizza")
    make_template(team, name="Pasta")
    whole, part = page(client, "?q=pizza"), page(client, "?q=pizza", **HTMX)
    assert "<!doctype html>" in whole.lower()
    assert part.strip().startswith('<div id="cards"')
    for text in (whole, part):
        assert "Pizza" in text
        assert "Pasta" not in text
    assert "Nothing found for “&lt;x&gt;”" in page(client, "?q=%3Cx%3E", **HTMX)


def test_going_back_to_a_search_shows_the_whole_page(client: Client) -> None:
    again = {**HTMX, "HX-History-Restore-Request": "true"}
    assert "<!doctype html>" in page(client, "?q=pizza", **again).lower()
    # A browser must not take the fragment it has kept for the page.
    response = client.get(reverse("templates"), headers=HTMX)
    assert "HX-Request" in response["Vary"]


def test_pages_of_a_long_library(client: Client, team: Team) -> None:
    for number in range(30):
        make_template(team, name=f"Template no. {number}")
    assert page(client).count('class="tile"') == 24
    assert page(client, "?page=2").count('class="tile"') == 6
    assert page(client, "?page=nonsense").count('class="tile"') == 24
    assert page(client, "?page=99").count('class="tile"') == 6


def test_another_teams_templates_are_not_shown(client: Client, other_team: Team) -> None:
    make_template(other_team, name="Secret plans")
    assert "Secret" not in page(client)
    assert "Secret" not in page(client, "?q=secret", **HTMX).replace("“secret”", "")


@pytest.mark.parametrize("count", [1, 12])
def test_list_asks_the_same_of_the_database_however_long(
    count: int,
    client: Client,
    team: Team,
    editor: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count):
        template = make_template(team, name=f"T{number}", person=make_member(team))
        template.publish(editor)
    for number in range(count):
        Membership.objects.create(user=editor, team=Team.objects.create(name=f"Team {number}"))
    page(client)
    # Session, person, membership, how many, the rows, the teams to change to.
    with django_assert_num_queries(6):
        page(client)


@pytest.mark.parametrize("kind", ["list", "button"])
def test_makes_a_blank_template(client: Client, team: Team, editor: User, kind: str) -> None:
    response = client.post(reverse("new-template"), {"kind": kind})
    made = team.templates.get()
    assert response["Location"] == reverse("template", args=[made.pk])
    assert (made.kind, made.created_by) == (kind, editor)
    assert made.errors > 0


def test_makes_a_template_of_each_starter(client: Client, team: Team) -> None:
    body = client.get(reverse("new-template")).content.decode()
    for starter in STARTERS:
        assert starter.purpose in body
        client.post(reverse("new-template"), {"starter": starter.key})
        made = team.templates.get(name=starter.name)
        assert made.content == starter.content


@pytest.mark.parametrize("data", [{}, {"kind": "poll"}, {"starter": "nothing"}, {"starter": "\0"}])
def test_there_is_nothing_else_to_begin_with(client: Client, data: dict[str, str]) -> None:
    assert client.post(reverse("new-template"), data).status_code == 404


def test_duplicates_the_draft_with_all_that_belongs_to_it(client: Client, team: Team) -> None:
    template = make_template(team, name="x" * 120, samples={"name": "Ann"}, dismissed=("vague-id",))
    client.post(reverse("duplicate-template", args=[template.pk]))
    copy = team.templates.exclude(pk=template.pk).get()
    assert copy.content == template.content
    assert copy.name.endswith(" (copy)")
    assert len(copy.name) == 120


def test_asks_before_it_deletes(client: Client, team: Team) -> None:
    template = make_template(team)
    address = reverse("delete-template", args=[template.pk])
    assert "Delete “Support menu”?" in client.get(address).content.decode()
    assert "<dialog" in client.get(address, headers=HTMX).content.decode()
    assert team.templates.exists()
    response = client.post(address, follow=True)
    assert not team.templates.exists()
    assert "“Support menu” was deleted." in response.content.decode()


def test_a_published_version_becomes_the_draft_again(
    client: Client, team: Team, editor: User
) -> None:
    template = make_template(team, ListMessage(body="First"))
    template.publish(editor)
    template.save_draft(
        Content(ListMessage(body="Second")),
        name="Renamed",
        person=editor,
        revision=template.revision,
    )
    listed = client.get(reverse("versions", args=[template.pk])).content.decode()
    assert "Version 1" in listed
    assert "First" in listed
    client.post(reverse("restore-version", args=[template.pk, 1]))
    template = MessageTemplate.objects.get(pk=template.pk)
    assert (template.name, template.message.body) == ("Renamed", "First")
    template.undo(person=editor, revision=template.revision)
    assert template.message.body == "Second"
    response = client.post(reverse("restore-version", args=[template.pk, 2]))
    assert response.status_code == 404


def test_a_version_says_what_it_changed_and_what_has_changed_since(
    client: Client, team: Team, editor: User
) -> None:
    template = make_template(team, ListMessage(body="First"))

    def save(body: str, **samples: str) -> None:
        content = Content(ListMessage(body=body), samples=samples)
        template.save_draft(content, name="Menu", person=editor, revision=template.revision)

    def page_of(number: int) -> str:
        return client.get(reverse("version", args=[template.pk, number])).content.decode()

    def rows_of(number: int) -> list[list[str]]:
        rows = page_of(number).split("<tr>")[1:]
        return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]

    template.publish(editor)
    save("Second")
    template.publish(editor)
    assert rows_of(1) == [
        ["What differs", "This version", "The draft"],
        ["Body", "First", "Second"],
    ]
    assert rows_of(2) == [
        ["What differs", "Version 1", "This version"],
        ["Body", "First", "Second"],
    ]
    assert "Nothing: the draft has the same texts." in page_of(2)
    save("Second", name="Asha")
    assert "No text: only a sample" in page_of(2)
    save("Third")
    assert ["Body", "Second", "Third"] in rows_of(2)
    assert client.get(reverse("version", args=[template.pk, 3])).status_code == 404


def test_versions_of_a_template_that_has_none(client: Client, team: Team) -> None:
    template = make_template(team)
    listed = client.get(reverse("versions", args=[template.pk])).content.decode()
    assert "Nothing published yet" in listed


# --- who may do what

ROUTES = [
    ("templates", {}, ["GET"]),
    ("new-template", {}, ["GET", "POST"]),
    ("template", {"pk": 0}, ["GET", "POST"]),
    ("settle-conflict", {"pk": 0}, ["POST"]),
    ("duplicate-template", {"pk": 0}, ["POST"]),
    ("delete-template", {"pk": 0}, ["GET", "POST"]),
    ("switch-kind", {"pk": 0}, ["GET", "POST"]),
    ("versions", {"pk": 0}, ["GET"]),
    ("version", {"pk": 0, "number": 1}, ["GET"]),
    ("restore-version", {"pk": 0, "number": 1}, ["POST"]),
]
each_route = pytest.mark.parametrize(("name", "where", "methods"), ROUTES, ids=lambda v: str(v))


def address(name: str, where: dict[str, int], template: MessageTemplate) -> str:
    return reverse(name, kwargs={**where, **({"pk": template.pk} if "pk" in where else {})})


@each_route
def test_a_viewer_may_look_and_change_nothing(
    name: str,
    where: dict[str, int],
    methods: list[str],
    team: Team,
    viewer: User,
    editor: User,
    client_as: SignIn,
) -> None:
    template = make_template(team)
    template.publish(editor)
    before = (MessageTemplate.objects.filter(pk=template.pk).values().get(), team.templates.count())
    client = client_as(viewer)
    if "GET" in methods:
        assert client.get(address(name, where, template)).status_code == 200
    response = client.post(address(name, where, template), {"kind": "list", "body": "x"})
    assert response.status_code == 403
    after = (MessageTemplate.objects.filter(pk=template.pk).values().get(), team.templates.count())
    assert after == before


@pytest.mark.parametrize(
    ("name", "where", "methods"), [route for route in ROUTES if route[1]], ids=str
)
def test_another_teams_template_is_not_there(
    name: str,
    where: dict[str, int],
    methods: list[str],
    other_team: Team,
    admin: User,
    client_as: SignIn,
) -> None:
    template = make_template(other_team)
    template.publish(admin)
    client = client_as(admin)
    for method in methods:
        call: Any = client.get if method == "GET" else client.post
        assert call(address(name, where, template)).status_code == 404
    template.refresh_from_db()
    assert template.message.body


@each_route
def test_whoever_is_signed_out_is_sent_to_sign_in(
    name: str, where: dict[str, int], methods: list[str], team: Team
) -> None:
    where_to = address(name, where, make_template(team))
    for method in methods:
        call: Any = Client().get if method == "GET" else Client().post
        response = call(where_to)
        assert response.status_code == 302
        assert response["Location"] == f"{reverse('sign-in')}?next={where_to}"


def test_a_fragment_for_whoever_is_signed_out_is_no_page(team: Team) -> None:
    template = make_template(team)
    for call in (Client().get, Client().post):
        response = call(reverse("template", args=[template.pk]), headers=HTMX)
        assert response.status_code == 401
        assert "<form" not in response.content.decode()


def test_viewer_is_not_offered_what_is_refused(team: Team, viewer: User, client_as: SignIn) -> None:
    template = make_template(team)
    client = client_as(viewer)
    assert reverse("new-template") not in page(client)
    assert reverse("delete-template", args=[template.pk]) not in page(client)
    editor_page = client.get(reverse("template", args=[template.pk])).content.decode()
    assert "You may look at this template, but not change it." in editor_page
