"""The pages about connections."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection as database
from django.db.models.signals import pre_delete
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from designer.library.models import MessageTemplate
from designer.sending.forms import ConnectionForm
from designer.sending.models import Connection, Send
from designer.teams.models import Team, User

from ..factories import make_connection, make_send
from .api import Api, Reply, error

KEY = "pk_live_0123456789abcdef"
HTMX = {"HX-Request": "true"}
VALID = {"name": "Shop", "base_url": "https://api.example/api/v1/external", "key": KEY}


def test_without_any_an_admin_is_led_to_the_first(ada: Client) -> None:
    page = ada.get("/connections/").text
    assert "No connection yet" in page
    assert reverse("new-connection") in page


def test_adding_one_keeps_its_key_encrypted_and_shows_its_end(ada: Client, team: Team) -> None:
    response = ada.post("/connections/new/", VALID, follow=True)
    row = Connection.objects.get(team=team)
    assert (row.name, row.base_url, row.api_key) == (
        "Shop",
        "https://api.example/api/v1/external",
        KEY,
    )
    with database.cursor() as cursor:
        cursor.execute("SELECT api_key, hook_secret FROM sending_connection")
        stored = cursor.fetchone()
    assert KEY not in str(stored)
    assert row.hook_secret not in str(stored)
    assert "“Shop” is saved." in response.text
    assert "…cdef" in response.text
    assert KEY not in response.text


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "required"),
        ({"base_url": ""}, "base_url", "required"),
        ({"base_url": "not a url"}, "base_url", "valid URL"),
        ({"base_url": "ftp://api.example/x"}, "base_url", "Begin with https://"),
        ({"base_url": "http://api.example/x"}, "base_url", "Use https://"),
        ({"base_url": "https://me:pw@api.example/x"}, "base_url", "no user name"),
        ({"base_url": "https://api.example/x?key=1"}, "base_url", "no user name"),
        ({"key": ""}, "key", "required"),
        ({"key": "short"}, "key", "too short"),
        ({"key": "pk_live_ 12345"}, "key", "no spaces"),
        ({"key": "pk_live_é12345"}, "key", "no spaces"),
    ],
)
def test_says_what_is_wrong_beside_the_field(
    team: Team, changes: dict[str, str], field: str, words: str
) -> None:
    form = ConnectionForm(VALID | changes, instance=Connection(team=team))
    assert not form.is_valid()
    assert words in str(form.errors[field])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://api.example/api/v1/external/", "https://api.example/api/v1/external"),
        ("api.example/v1", "https://api.example/v1"),
        (
            "https://api.example/v1/messages/interactive/list",
            "https://api.example/v1",
        ),
        ("http://localhost:8000/v1", "http://localhost:8000/v1"),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
    ],
)
def test_takes_the_address_however_it_was_copied(team: Team, typed: str, kept: str) -> None:
    form = ConnectionForm(VALID | {"base_url": typed}, instance=Connection(team=team))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["base_url"] == kept


def test_the_form_never_gives_the_key_back(ada: Client, connection: Connection) -> None:
    for response in (
        ada.get(f"/connections/{connection.pk}/"),
        ada.post(f"/connections/{connection.pk}/", {"name": "", "key": "pk_live_another_key"}),
    ):
        assert KEY not in response.text
        assert "pk_live_another_key" not in response.text
        assert "…cdef" in response.text


def test_a_blank_key_keeps_the_stored_one(ada: Client, connection: Connection) -> None:
    form = {"name": "Renamed", "base_url": connection.base_url, "key": ""}
    assert ada.post(f"/connections/{connection.pk}/", form).status_code == 302
    secret = connection.hook_secret
    connection.refresh_from_db()
    assert (connection.name, connection.api_key) == ("Renamed", KEY)
    assert connection.hook_secret == secret


@pytest.mark.parametrize(
    ("changes", "goes_on"),
    [
        ({"key": "pk_live_another_account"}, True),
        ({"base_url": "http://localhost:9/another", "key": KEY}, True),
        ({"name": "Renamed"}, False),
    ],
)
def test_a_limit_learned_of_one_account_does_not_hold_another(
    ada: Client, connection: Connection, changes: dict[str, str], goes_on: bool
) -> None:
    end = timezone.now() + timedelta(minutes=10)
    Connection.objects.update(rate_limit=60, rate_remaining=0, rate_resets_at=end)
    form = {"name": "Shop", "base_url": connection.base_url, "key": ""} | changes
    assert ada.post(f"/connections/{connection.pk}/", form).status_code == 302
    assert Connection.objects.reserve(connection.pk) is goes_on


def test_the_stored_key_does_not_go_to_another_server(ada: Client, connection: Connection) -> None:
    form = {"name": "Shop", "base_url": "https://elsewhere.invalid/v1", "key": ""}
    response = ada.post(f"/connections/{connection.pk}/", form)
    assert "Enter the key again" in response.text
    tested = ada.post(f"/connections/{connection.pk}/", form | {"do": "test"}, headers=HTMX)
    assert "Enter the key again" in tested.text


def test_only_admins_see_hints_and_webhooks(
    connection: Connection, ada: Client, editor: User, client_as: Callable[[User], Client]
) -> None:
    for_editor = client_as(editor).get("/connections/").text
    assert connection.name in for_editor
    for secret in (KEY, "…cdef", connection.hook_secret, "New connection", "Remove"):
        assert secret not in for_editor
    assert connection.hook_secret in ada.get("/connections/").text


def test_the_webhook_is_shown_with_its_whole_address(
    ada: Client, connection: Connection, settings: Settings
) -> None:
    settings.SITE_URL = "https://tapwright.example"
    for page in ("/connections/", f"/connections/{connection.pk}/"):
        assert f"https://tapwright.example/hooks/{connection.hook_secret}/" in ada.get(page).text


def test_another_teams_connections_are_not_listed(ada: Client, other_team: Team) -> None:
    make_connection(other_team, name="Not yours")
    assert "Not yours" not in ada.get("/connections/").text


def test_testing_says_what_it_found_beside_the_connection(
    ada: Client, connection: Connection, api: Api
) -> None:
    api.reply = Reply(400, error("VALIDATION_ERROR"))
    url = reverse("test-connection", args=[connection.pk])
    fragment = ada.post(url, headers=HTMX)
    assert "It works" in fragment.text
    assert "<html" not in fragment.text
    whole = ada.post(url)
    assert "It works" in whole.text
    assert "<html" in whole.text


def test_testing_a_form_tries_what_is_typed_and_saves_nothing(
    ada: Client, team: Team, api: Api
) -> None:
    api.reply = Reply(401, error("INVALID_API_KEY", f"unknown key {KEY}"))
    form = VALID | {"base_url": api.url, "do": "test"}
    for response in (
        ada.post("/connections/new/", form, headers=HTMX),
        ada.post("/connections/new/", form),
    ):
        assert "doesn’t accept this key" in response.text
        assert KEY not in response.text
    assert api.received[0].headers["X-API-Key"] == KEY
    assert not Connection.objects.exists()


def test_testing_a_form_uses_the_stored_key_for_a_blank_one(
    ada: Client, connection: Connection, api: Api
) -> None:
    form = {"name": "Shop", "base_url": api.url, "key": "", "do": "test"}
    ada.post(f"/connections/{connection.pk}/", form, headers=HTMX)
    assert api.received[0].headers["X-API-Key"] == KEY


def test_removing_asks_first(ada: Client, connection: Connection) -> None:
    url = reverse("remove-connection", args=[connection.pk])
    assert "<dialog" in ada.get(url, headers=HTMX).text
    whole = ada.get(url)
    assert "<html" in whole.text
    assert whole["Vary"] == "HX-Request, Cookie, Accept-Encoding"
    assert Connection.objects.filter(pk=connection.pk).exists()


def test_removing_one_that_sent_nothing_deletes_it(ada: Client, connection: Connection) -> None:
    ada.post(reverse("remove-connection", args=[connection.pk]))
    assert not Connection.objects.exists()


def test_removing_one_that_sent_keeps_its_history_and_forgets_its_key(
    ada: Client, connection: Connection, template: MessageTemplate
) -> None:
    send = make_send(template, connection)
    ada.post(reverse("remove-connection", args=[connection.pk]))
    connection.refresh_from_db()
    assert connection.retired_at is not None
    assert connection.usable_key is None
    assert Send.objects.get(pk=send.pk).connection == connection
    assert connection.name not in ada.get("/connections/", follow=True).text.partition("<main")[2]
    assert ada.get(f"/connections/{connection.pk}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_removing_one_through_which_somebody_sends_at_that_moment_keeps_its_history(
    ada: Client, connection: Connection, template: MessageTemplate
) -> None:
    def send_through(**_: object) -> None:
        make_send(template, connection)

    pre_delete.connect(send_through, sender=Connection)
    try:
        response = ada.post(reverse("remove-connection", args=[connection.pk]), follow=True)
    finally:
        pre_delete.disconnect(send_through, sender=Connection)
    assert "is removed." in response.text
    connection.refresh_from_db()
    assert connection.retired_at is not None


def test_a_key_that_cannot_be_read_any_more_is_told(ada: Client, connection: Connection) -> None:
    with database.cursor() as cursor:
        cursor.execute("UPDATE sending_connection SET api_key = 'gAAAAABnothing'")
    page = ada.get("/connections/").text
    assert "can’t be read any more" in page
    assert "gAAAAAB" not in page
    tested = ada.post(reverse("test-connection", args=[connection.pk]), headers=HTMX)
    assert "can’t be read any more" in tested.text
    assert "gAAAAAB" not in ada.get(f"/connections/{connection.pk}/").text


@pytest.mark.parametrize(
    ("key", "hint"), [("pk_live_0123", "…0123"), ("short_key", "…"), (None, "…")]
)
def test_hint_of_a_key(key: str | None, hint: str) -> None:
    assert Connection(api_key=key).key_hint == hint
