"""Who may see and do what."""

from collections.abc import Callable
from itertools import product

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import reverse

from designer.library.models import MessageTemplate
from designer.teams.access import TeamRequest, current_membership, owned, team_page
from designer.teams.models import Membership, Role, Team, User
from tests.factories import make_member, make_team, make_template

SignIn = Callable[[User], Client]


@pytest.mark.parametrize(
    ("has", "needs"), list(product(Role, repeat=2)), ids=lambda role: str(role)
)
def test_a_role_includes_itself_and_the_smaller_ones(has: Role, needs: Role) -> None:
    size = {Role.VIEWER: 1, Role.EDITOR: 2, Role.ADMIN: 3}
    assert has.includes(needs) == (size[has] >= size[needs])
    assert Membership(role=has.value).may(needs) == has.includes(needs)


def ask(
    person: User | None, method: str = "GET", read: Role = Role.VIEWER, write: Role = Role.EDITOR
) -> HttpResponseBase:
    """Ask for a page with these rules; it answers with the team's name."""

    @team_page(read=read, write=write)
    def page(request: TeamRequest) -> HttpResponse:
        assert request.membership.user == request.user
        return HttpResponse(request.team.name)

    request = RequestFactory().generic(method, "/page/?q=1")
    request.user = person or AnonymousUser()
    request.session = {}  # type: ignore[assignment]
    return page(request)


def allowed(person: User, method: str, **rules: Role) -> bool:
    try:
        return ask(person, method, **rules).status_code == 200
    except PermissionDenied:
        return False


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PURGE"])
def test_page_asks_for_one_role_to_look_and_another_for_all_else(
    method: str, viewer: User, editor: User, admin: User
) -> None:
    looks = method in ("GET", "HEAD", "OPTIONS")
    people = (viewer, editor, admin)
    assert [allowed(person, method) for person in people] == [looks, True, True]
    admins = {"read": Role.EDITOR, "write": Role.ADMIN}
    assert [allowed(person, method, **admins) for person in people] == [False, looks, True]


def test_signed_out_people_are_sent_to_sign_in_and_back(db: None) -> None:
    response = ask(None)
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('sign-in')}?next=/page/%3Fq%3D1"


def test_person_without_a_team_is_told_so(db: None) -> None:
    loner = User.objects.create_user("loner@example.com")
    response = ask(loner)
    assert response.status_code == 403
    assert isinstance(response, HttpResponse)
    assert b"not in a team yet" in response.content


def test_a_row_of_another_team_is_not_there(team: Team, other_team: Team) -> None:
    mine, theirs = make_template(team), make_template(other_team)
    request = TeamRequest()
    request.team = team
    assert owned(request, MessageTemplate.objects.all(), pk=mine.pk) == mine
    for pk in (theirs.pk, 10**6):
        with pytest.raises(Http404):
            owned(request, MessageTemplate.objects.all(), pk=pk)


# --- people of several teams


@pytest.fixture
def both(team: Team, other_team: Team) -> User:
    """Looks in one team and edits in the other."""
    person = make_member(team, Role.VIEWER)
    Membership.objects.create(user=person, team=other_team, role=Role.EDITOR)
    return person


def switch(client: Client, team: object) -> int:
    return client.post(reverse("switch-team"), {"team": team}).status_code


def test_works_in_the_team_chosen_last(
    both: User, team: Team, other_team: Team, client_as: SignIn
) -> None:
    make_template(team, name="In the first"), make_template(other_team, name="In the other")
    client = client_as(both)
    assert "In the first" in client.get(reverse("templates")).content.decode()
    assert client.post(reverse("new-template"), {"kind": "list"}).status_code == 403
    assert switch(client, other_team.pk) == 302
    page = client.get(reverse("templates")).content.decode()
    assert "In the other" in page
    assert "In the first" not in page
    assert client.post(reverse("new-template"), {"kind": "list"}).status_code == 302
    assert other_team.templates.count() == 2


@pytest.mark.parametrize("team_id", ["", "abc", "0", "-1", "9" * 30, "1.5", "\0", "²"])
def test_switches_to_no_team_that_is_none(both: User, client_as: SignIn, team_id: str) -> None:
    assert switch(client_as(both), team_id) == 404


def test_switches_to_no_team_but_ones_own(
    editor: User, other_team: Team, client_as: SignIn
) -> None:
    client = client_as(editor)
    assert switch(client, other_team.pk) == 404
    assert client.get(reverse("switch-team")).status_code == 405
    assert switch(Client(), other_team.pk) == 302  # to sign in
    asked = client.get(reverse("account")).wsgi_request
    assert current_membership(asked) == Membership.objects.get(user=editor)


def test_an_open_page_acts_in_its_own_team_when_another_is_chosen(
    both: User, team: Team, other_team: Team, client_as: SignIn
) -> None:
    client = client_as(both)
    theirs = {"X-Team": str(other_team.pk)}
    make_template(team, name="In the first"), make_template(other_team, name="In the other")
    part = client.get(reverse("templates"), headers={"HX-Request": "true", **theirs})
    assert "In the other" in part.content.decode()
    # That chose nothing; a form that is sent leads to its team.
    assert client.get(reverse("templates")).context["team"] == team
    made = client.post(
        reverse("new-template"), {"kind": "list", "in_team": other_team.pk}, follow=True
    )
    assert made.status_code == 200
    assert other_team.templates.count() == 2
    assert client.get(reverse("templates")).context["team"] == other_team


@pytest.mark.parametrize("said", ["0", "abc", "9" * 30, "left"])
def test_a_page_of_a_team_that_was_left_does_nothing_anywhere_else(
    editor: User, team: Team, other_team: Team, client_as: SignIn, said: str
) -> None:
    said = str(other_team.pk) if said == "left" else said
    client = client_as(editor)
    assert (
        client.post(reverse("new-template"), {"kind": "list", "in_team": said}).status_code == 403
    )
    answer = client.post(reverse("new-template"), {"kind": "list"}, headers={"X-Team": said})
    assert answer.status_code == 403
    assert "You are not in the team of this page any more." in answer.content.decode()
    assert not MessageTemplate.objects.exists()


def test_a_link_to_what_another_of_ones_teams_has_opens_it_there(
    both: User, team: Team, other_team: Team, client_as: SignIn
) -> None:
    mine, theirs = make_template(team), make_template(other_team)
    strange = make_template(make_team("Strangers"))
    client = client_as(both)
    assert client.get(reverse("template", args=[theirs.pk])).context["team"] == other_team
    # One works there from now on, until a link leads back.
    assert client.get(reverse("templates")).context["team"] == other_team
    assert client.get(reverse("template", args=[mine.pk])).context["team"] == team
    assert client.get(reverse("template", args=[strange.pk])).status_code == 404
    assert client.get(reverse("templates")).context["team"] == team
    # Nothing is done across teams.
    assert client.post(reverse("delete-template", args=[theirs.pk])).status_code in (403, 404)
    assert other_team.templates.exists()


def test_falls_back_on_the_first_team_when_the_chosen_one_is_left(
    both: User, other_team: Team, client_as: SignIn
) -> None:
    client = client_as(both)
    switch(client, other_team.pk)
    Membership.objects.filter(user=both, team=other_team).delete()
    assert client.get(reverse("templates")).context["team"].name == "Acme"


def test_every_page_of_the_frame_renders_for_a_person_and_for_nobody(
    editor: User, client_as: SignIn
) -> None:
    for client in (Client(), client_as(editor)):
        assert client.get("/nowhere/").status_code == 404
        assert client.get("/")["Location"] == reverse("templates")
    assert b"Sign in to Tapwright" in Client().get(reverse("sign-in")).content
    assert client.get(reverse("sign-in")).status_code == 302


def test_a_page_that_fails_says_so_in_words(editor: User, client_as: SignIn) -> None:
    from django.views.defaults import server_error

    response = server_error(RequestFactory().get("/"))
    assert b"Nothing you saved is lost" in response.content
