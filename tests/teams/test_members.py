"""Who is in a team, how one comes in, and how one goes."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from designer.library.starters import STARTERS
from designer.sending.models import Connection
from designer.teams.models import (
    INVITATION_LIFETIME,
    Invitation,
    LastAdminError,
    Membership,
    Role,
    Team,
    User,
)
from tests.factories import make_member

SignIn = Callable[[User], Client]
NEW = {"name": "Nina New", "email": "Nina@Example.com", "password": "correct horse battery"}


def path(team: Team, role: Role = Role.EDITOR) -> str:
    """Where an invitation to the team leads."""
    return Invitation.path(Invitation.issue(team, role, person=make_member(team, Role.ADMIN)))


def role_of(person: User, team: Team) -> str:
    return Membership.objects.get(user=person, team=team).role


def words(client: Client, name: str = "team") -> str:
    return client.get(reverse(name), follow=True).content.decode()


# --- inviting


def test_admin_makes_a_link_that_is_shown_once(admin: User, team: Team, client_as: SignIn) -> None:
    client = client_as(admin)
    asked = {"role": "viewer", "note": "Nina"}
    page = client.post(reverse("invite"), asked, follow=True).content.decode()
    found = re.search(r'value="(http://[^"]+/join/[^"]+)"', page)
    assert found
    assert "/join/" not in words(client)
    assert "Nina" in words(client)
    invitation = Invitation.objects.get()
    assert (invitation.role, invitation.made_by) == (Role.VIEWER, admin)
    assert Invitation.find(found[1].rstrip("/").rpartition("/")[2]) == invitation


def test_new_person_makes_an_account_and_is_in_the_team(team: Team) -> None:
    client, address = Client(), path(team, Role.VIEWER)
    assert "Join Acme" in client.get(address).content.decode()
    answer = client.post(address, NEW)
    assert answer["Location"] == reverse("templates")
    person = User.objects.get(email="nina@example.com")
    assert role_of(person, team) == Role.VIEWER
    assert "Welcome to Acme" in words(client, "templates")
    assert Client().login(username="nina@example.com", password=NEW["password"])


def test_person_with_an_account_joins_and_works_there(
    team: Team, other_team: Team, client_as: SignIn
) -> None:
    person = make_member(other_team)
    client, address = client_as(person), path(team)
    assert f"Join as {person.email}" in client.get(address).content.decode()
    assert not person.memberships.filter(team=team).exists()
    client.post(address)
    assert role_of(person, team) == Role.EDITOR
    assert "Acme" in words(client, "templates")


def test_signing_in_leads_back_to_the_invitation(team: Team, other_team: Team) -> None:
    person = make_member(other_team)
    person.set_password(NEW["password"])
    person.save()
    client, address = Client(), path(team)
    assert f"{reverse('sign-in')}?next={address}" in client.get(address).content.decode()
    answer = client.post(
        f"{reverse('sign-in')}",
        {"username": person.email, "password": NEW["password"], "next": address},
    )
    assert answer["Location"] == address


def test_link_lets_one_person_in(team: Team) -> None:
    address = path(team)
    Client().post(address, NEW)
    answer = Client().post(address, NEW | {"email": "second@example.com"})
    assert answer.status_code == 410
    assert not User.objects.filter(email="second@example.com").exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_once_one_gets_in(team: Team) -> None:
    invitation = Invitation.find(path(team).strip("/").rpartition("/")[2])
    assert invitation
    people = [User.objects.create_user(f"{number}@example.com") for number in range(6)]

    def accept(person: User) -> bool:
        try:
            return invitation.accept(person)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(accept, people)).count(True) == 1
    assert Membership.objects.filter(user__in=people).count() == 1


def test_link_ends_after_a_week(team: Team) -> None:
    with time_machine.travel("2026-03-01T12:00Z", tick=False) as clock:
        address = path(team)
        clock.shift(INVITATION_LIFETIME - timedelta(seconds=1))
        assert Client().get(address).status_code == 200
        clock.shift(timedelta(seconds=1))
        assert Client().get(address).status_code == 410


def test_withdrawn_link_ends(team: Team, admin: User, client_as: SignIn) -> None:
    address, client = path(team), client_as(admin)
    client.post(reverse("withdraw-invitation", args=[Invitation.objects.get().pk]))
    assert Client().get(address).status_code == 410


def test_member_is_told_and_the_link_is_kept(team: Team, viewer: User, client_as: SignIn) -> None:
    address = path(team, Role.ADMIN)
    answer = client_as(viewer).post(address, follow=True)
    assert "You are in Acme already" in answer.content.decode()
    assert role_of(viewer, team) == Role.VIEWER
    assert Client().get(address).status_code == 200


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"email": "Ada.Known@example.com"}, "There is an account with this e-mail"),
        ({"email": "no address"}, "Enter a valid email address"),
        ({"password": "password"}, "too common"),
        ({"password": "nina@example.com"}, "too similar"),
        ({"email": ""}, "This field is required"),
    ],
)
def test_account_that_can_not_be_made_is_explained(
    changes: dict[str, str], says: str, team: Team
) -> None:
    User.objects.create_user("ada.known@example.com")
    address = path(team)
    answer = Client().post(address, NEW | changes)
    assert says in answer.content.decode()
    assert "Nina New" in answer.content.decode()
    assert Client().get(address).status_code == 200


@pytest.mark.parametrize("asked", [{}, {"role": "owner"}, {"role": "editor", "note": "x" * 81}])
def test_no_link_for_what_is_no_invitation(
    asked: dict[str, str], admin: User, client_as: SignIn
) -> None:
    page = client_as(admin).post(reverse("invite"), asked)
    assert "field__error" in page.content.decode()
    assert not Invitation.objects.exists()


# --- roles


def test_admin_changes_roles(admin: User, viewer: User, team: Team, client_as: SignIn) -> None:
    member = viewer.memberships.get()
    answer = client_as(admin).post(reverse("change-role", args=[member.pk]), {"role": "editor"})
    assert answer["Location"] == reverse("team")
    assert role_of(viewer, team) == Role.EDITOR


@pytest.mark.parametrize("name", ["change-role", "remove-member"])
def test_others_change_nobody(
    name: str, editor: User, viewer: User, team: Team, client_as: SignIn
) -> None:
    address = reverse(name, args=[viewer.memberships.get().pk])
    assert client_as(editor).post(address, {"role": "admin"}).status_code == 403
    assert role_of(viewer, team) == Role.VIEWER


def test_others_see_the_people_and_no_invitations(
    editor: User, team: Team, client_as: SignIn
) -> None:
    Invitation.issue(team, Role.EDITOR, person=editor, note="Nina")
    page = words(client_as(editor))
    assert "Edith Editor" in page
    assert "Nina" not in page
    assert "Make a link" not in page
    assert client_as(editor).post(reverse("invite"), {"role": "admin"}).status_code == 403


def test_last_admin_stays(admin: User, editor: User, team: Team, client_as: SignIn) -> None:
    client, member = client_as(admin), admin.memberships.get()
    for address, posted in (
        (reverse("change-role", args=[member.pk]), {"role": "viewer"}),
        (reverse("remove-member", args=[member.pk]), {}),
        (reverse("leave-team"), {}),
    ):
        page = client.post(address, posted, follow=True).content.decode()
        assert "A team needs an admin" in page
    assert role_of(admin, team) == Role.ADMIN


@pytest.mark.django_db(transaction=True)
def test_two_admins_can_not_both_go_at_once(team: Team) -> None:
    members = [make_member(team, Role.ADMIN).memberships.get() for _ in range(2)]

    def end(member: Membership) -> bool:
        try:
            member.end()
        except LastAdminError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(end, members)) == [False, True]
    assert Membership.objects.filter(team=team, role=Role.ADMIN).count() == 1


# --- going


def test_removed_person_sees_nothing_any_more(admin: User, editor: User, client_as: SignIn) -> None:
    theirs, address = (
        client_as(editor),
        reverse("remove-member", args=[editor.memberships.get().pk]),
    )
    assert "Remove Edith Editor from Acme?" in client_as(admin).get(address).content.decode()
    assert theirs.get(reverse("templates")).status_code == 200
    client_as(admin).post(address)
    assert theirs.get(reverse("templates")).status_code == 403
    assert "not in a team yet" in theirs.get(reverse("templates")).content.decode()


def test_viewer_may_leave(viewer: User, client_as: SignIn) -> None:
    client = client_as(viewer)
    assert "Leave Acme?" in client.get(reverse("leave-team")).content.decode()
    client.post(reverse("leave-team"))
    assert not viewer.memberships.exists()


# --- teams


def test_admin_renames_the_team(admin: User, team: Team, client_as: SignIn) -> None:
    client = client_as(admin)
    client.post(reverse("team"), {"name": "Acme Electronics"})
    team.refresh_from_db()
    assert team.name == "Acme Electronics"
    page = client.post(reverse("team"), {"name": ""}).content.decode()
    assert "This field is required" in page
    assert "Acme Electronics" in page


def test_new_team_has_starters_and_a_sandbox(admin: User, client_as: SignIn) -> None:
    client = client_as(admin)
    client.post(reverse("new-team"), {"name": "Second brand"})
    made = Team.objects.get(name="Second brand")
    assert role_of(admin, made) == Role.ADMIN
    assert made.templates.count() == len(STARTERS)
    assert Connection.objects.get(team=made).is_sandbox
    assert "Second brand" in words(client, "templates")
