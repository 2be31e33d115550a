"""From an empty database to a team that can work."""

from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from designer.library.starters import STARTERS
from designer.sandbox.models import Account
from designer.sending.models import Connection
from designer.setup import first_team, sandbox
from designer.teams.models import Membership, Role, Team, User
from tests.factories import make_member

pytestmark = pytest.mark.django_db


def prepare() -> None:
    first_team.prepare("Acme", "Ada@Example.com")


def test_makes_a_team_with_admin_starters_and_sandbox(settings: Settings) -> None:
    prepare()
    membership = Membership.objects.get()
    assert (membership.team.name, membership.role) == ("Acme", Role.ADMIN)
    assert membership.user.email == "ada@example.com"
    assert not membership.user.has_usable_password()
    assert membership.team.templates.count() == len(STARTERS)
    connection, account = Connection.objects.get(), Account.objects.get()
    assert connection.is_sandbox
    assert connection.api_key == account.key
    assert connection.base_url == f"{settings.SITE_URL}/sandbox/api/v1/external"
    assert account.webhook_url == settings.SITE_URL + connection.hook_path


def test_second_time_changes_nothing() -> None:
    prepare()
    team = Team.objects.get()
    team.templates.all()[0].delete()
    kept = team.templates.count()
    first_team.prepare("Another", "another@example.com")
    assert Team.objects.get() == team
    assert User.objects.count() == 1
    assert team.templates.count() == kept
    assert Connection.objects.count() == Account.objects.count() == 1


def test_sandbox_follows_the_site(settings: Settings) -> None:
    prepare()
    before = Connection.objects.get()
    settings.SITE_URL = "http://127.0.0.1:8123"
    prepare()
    after = Connection.objects.get()
    assert after.base_url.startswith("http://127.0.0.1:8123/")
    assert (after.api_key, after.hook_path) == (before.api_key, before.hook_path)
    assert Account.objects.get().webhook_url == settings.SITE_URL + after.hook_path


def test_sandbox_follows_a_new_webhook_address_at_once(settings: Settings) -> None:
    prepare()
    connection, team = Connection.objects.get(), Team.objects.get()
    old = settings.SITE_URL + connection.hook_path
    owner = sandbox.owner(team)
    same = Account.objects.create(owner=owner, name="Mine", webhook_url=old.rstrip("/"))
    elsewhere = Account.objects.create(owner=owner, name="Own", webhook_url="http://127.0.0.1:9/x/")
    stranger = Account.objects.create(owner="team:0", name="Theirs", webhook_url=old)
    connection.renew_hook()
    new = settings.SITE_URL + connection.hook_path
    prepare()
    urls = dict(Account.objects.values_list("pk", "webhook_url"))
    followed = Account.objects.get(owner=owner, name=sandbox.NAME)
    assert urls == {
        followed.pk: new,
        same.pk: new,
        elsewhere.pk: "http://127.0.0.1:9/x/",
        stranger.pk: old,
    }
    assert Connection.objects.get().old_hook_works


def test_every_team_has_its_own_sandbox(other_team: Team) -> None:
    prepare()
    sandbox.connect(Team.objects.create(name="Third"))
    assert Account.objects.values("owner").distinct().count() == 2


def test_without_the_sandbox_there_is_no_connection(settings: Settings) -> None:
    settings.SANDBOX = False
    prepare()
    assert not Connection.objects.exists()


def test_leaves_a_retired_connection_alone(settings: Settings) -> None:
    prepare()
    Connection.objects.update(retired_at=timezone.now())
    settings.SITE_URL = "http://127.0.0.1:8123"
    prepare()
    assert "8123" not in Connection.objects.get().base_url


def test_connection_that_was_removed_comes_back_with_its_webhook(settings: Settings) -> None:
    prepare()
    Connection.objects.get().delete()
    prepare()
    connection = Connection.objects.get()
    assert Account.objects.get().webhook_url == settings.SITE_URL + connection.hook_path


def test_login_link_signs_in_the_first_admin(client: Client, settings: Settings) -> None:
    prepare()
    out = StringIO()
    call_command("login_link", stdout=out)
    link = out.getvalue().strip()
    assert link.startswith(f"{settings.SITE_URL}/enter/")
    client.get(urlsplit(link).path)
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_login_link_is_for_the_person_named(client: Client, team: Team) -> None:
    make_member(team, Role.ADMIN)
    editor = make_member(team, email="edith@example.com")
    out = StringIO()
    call_command("login_link", email="Edith@example.com", stdout=out)
    client.get(urlsplit(out.getvalue().strip()).path)
    assert client.session["_auth_user_id"] == str(editor.pk)


@pytest.mark.parametrize("email", [None, "nobody@example.com"])
def test_login_link_says_so_when_there_is_no_such_person(email: str | None) -> None:
    with pytest.raises(CommandError, match="who may sign in"):
        call_command("login_link", email=email)
