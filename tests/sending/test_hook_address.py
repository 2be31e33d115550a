"""The webhook address and the signature on a connection's page."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection as database
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from designer.sending.forms import ConnectionForm
from designer.sending.models import HOOK_OVERLAP, SIGNATURE_HEADER, Connection
from designer.teams.models import Role, Team, User

from ..factories import make_connection, make_member

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SECRET = "a secret that both sides know"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def connection(team: Team) -> Connection:
    return make_connection(team)


@pytest.fixture
def page(connection: Connection) -> str:
    return reverse("connection", args=[connection.pk])


def renew(connection: Connection) -> str:
    return reverse("new-address", args=[connection.pk])


def end(connection: Connection) -> str:
    return reverse("end-address", args=[connection.pk])


def filled(connection: Connection, **fields: str) -> dict[str, str]:
    """What the form posts when nothing but `fields` is typed."""
    stands = {"name": connection.name, "base_url": connection.base_url, "key": ""}
    return stands | {"signature_header": connection.signature_header, "secret": ""} | fields


def test_a_new_address_is_shown_and_until_when_the_old_one_works(
    ada: Client, connection: Connection, page: str
) -> None:
    old = connection.hook_secret
    assert "New address" in ada.get(page).text
    with time_machine.travel(NOW, tick=False) as clock:
        after = ada.post(renew(connection), follow=True).text
        connection.refresh_from_db()
        assert connection.hook_secret != old
        assert f"/hooks/{connection.hook_secret}/" in after
        assert connection.old_hook_until == NOW + HOOK_OVERLAP
        assert "11 May 2026" in after
        assert f"…{old[-4:]}" in after
        assert old not in after
        assert "Set the new one at the API" in after
        assert "New address" not in after
        clock.shift(HOOK_OVERLAP)
        over = ada.get(page).text
    assert "New address" in over
    assert "End it now" not in over


def test_a_second_click_makes_no_third_address(ada: Client, connection: Connection) -> None:
    ada.post(renew(connection))
    connection.refresh_from_db()
    again = ada.post(renew(connection), follow=True)
    assert "the old one still works" in again.text
    assert connection.hook_secret in again.text


def test_a_sandbox_is_said_to_follow(ada: Client, team: Team) -> None:
    sandbox = make_connection(team, is_sandbox=True)
    after = ada.post(renew(sandbox), follow=True).text
    assert "post to the new one already" in after
    assert "The sandbox doesn’t sign" in after


def test_ending_the_old_address_asks_first(ada: Client, connection: Connection) -> None:
    connection.renew_hook()
    assert "<dialog" in ada.get(end(connection), headers=HTMX).text
    whole = ada.get(end(connection))
    assert "<html" in whole.text
    assert whole["Vary"] == "HX-Request, Cookie, Accept-Encoding"
    connection.refresh_from_db()
    assert connection.old_hook_works


def test_ending_the_old_address_forgets_it(ada: Client, connection: Connection) -> None:
    connection.renew_hook()
    new = connection.hook_secret
    after = ada.post(end(connection), follow=True).text
    connection.refresh_from_db()
    assert (connection.old_hook_secret, connection.old_hook_hash) == (None, None)
    assert not connection.old_hook_works
    assert "The old address works no longer." in after
    assert "New address" in after
    assert connection.hook_secret == new


def test_where_there_is_no_old_address_none_is_ended(
    ada: Client, connection: Connection, page: str
) -> None:
    for response in (ada.get(end(connection)), ada.post(end(connection))):
        assert (response.status_code, response["Location"]) == (302, page)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_only_admins_change_addresses(
    role: Role, connection: Connection, team: Team, client_as: Callable[[User], Client]
) -> None:
    client = client_as(make_member(team, role))
    assert client.post(renew(connection)).status_code == 403
    connection.renew_hook()
    for response in (client.get(end(connection)), client.post(end(connection))):
        assert response.status_code == 403
    connection.refresh_from_db()
    assert connection.old_hook_works


def test_another_teams_address_is_not_there(
    connection: Connection, other_team: Team, client_as: Callable[[User], Client]
) -> None:
    stranger = client_as(make_member(other_team, Role.ADMIN))
    before = connection.hook_secret
    assert stranger.post(renew(connection)).status_code == 404
    connection.refresh_from_db()
    assert connection.hook_secret == before
    connection.renew_hook()
    for response in (stranger.get(end(connection)), stranger.post(end(connection))):
        assert response.status_code == 404
    connection.refresh_from_db()
    assert connection.old_hook_works


def test_a_removed_connection_gets_no_new_address(ada: Client, connection: Connection) -> None:
    Connection.objects.update(retired_at=timezone.now())
    assert ada.post(renew(connection)).status_code == 404


def test_a_removed_connection_takes_replies_until_an_admin_ends_that(
    ada: Client, connection: Connection
) -> None:
    assert "Removed connections" not in ada.get("/connections/").text
    connection.renew_hook()
    Connection.objects.update(retired_at=timezone.now())
    assert "Removed connections" in ada.get("/connections/").text
    connection.refresh_from_db()
    addresses = [f"/hooks/{connection.hook_secret}/", f"/hooks/{connection.old_hook_secret}/"]

    def answers() -> list[int]:
        hook = Client()
        posted = (hook.post(each, "{}", content_type="application/json") for each in addresses)
        return [answer.status_code for answer in posted]

    assert answers() == [200, 200]
    assert "Still takes replies" in ada.get("/connections/removed/").text
    end = reverse("end-replies", args=[connection.pk])
    assert "<dialog" in ada.get(end, headers=HTMX).text
    assert answers() == [200, 200]
    after = ada.post(end, follow=True).text
    assert "takes no more replies" in after
    assert "Still takes replies" not in after
    assert answers() == [404, 404]


def test_replies_to_a_connection_that_is_in_use_are_not_ended(
    ada: Client, connection: Connection
) -> None:
    assert ada.post(reverse("end-replies", args=[connection.pk])).status_code == 404


def test_an_address_that_cannot_be_read_any_more_is_told_and_can_be_renewed(
    ada: Client, connection: Connection, page: str
) -> None:
    with database.cursor() as cursor:
        cursor.execute("UPDATE sending_connection SET hook_secret = 'gAAAAABnothing'")
    for address in (page, "/connections/"):
        text = ada.get(address).text
        assert "can’t be read any more, but still works" in text
        assert "gAAAAAB" not in text
    after = ada.post(renew(connection), follow=True).text
    connection.refresh_from_db()
    assert connection.hook_is_readable
    assert f"/hooks/{connection.hook_secret}/" in after
    assert "gAAAAAB" not in after


def test_a_secret_is_kept_and_never_shown(ada: Client, connection: Connection, page: str) -> None:
    assert not ConnectionForm(instance=connection).shows_signature
    saved = ada.post(page, filled(connection, secret=SECRET), follow=True)
    connection.refresh_from_db()
    assert (connection.signature_secret, connection.signature_header) == (SECRET, SIGNATURE_HEADER)
    refused = ada.post(page, filled(connection, name="", secret=f"{SECRET} too"))
    for response in (saved, refused, ada.get(page), ada.get("/connections/")):
        assert SECRET not in response.text
    assert "It is set." in ada.get(page).text


def test_a_new_connection_may_ask_for_a_signature_at_once(ada: Client, team: Team) -> None:
    form = {
        "name": "Signed",
        "base_url": "https://api.example/v1",
        "key": "pk_live_0123456789abcdef",
        "signature_header": "X-Proxy",
        "secret": SECRET,
    }
    ada.post("/connections/new/", form)
    row = Connection.objects.get(team=team)
    assert (row.signature_header, row.signature_secret) == ("X-Proxy", SECRET)


def test_a_blank_secret_keeps_the_stored_one(
    ada: Client, connection: Connection, page: str
) -> None:
    Connection.objects.update(signature_secret=SECRET)
    ada.post(page, filled(connection, signature_header="X-Other"))
    connection.refresh_from_db()
    assert (connection.signature_secret, connection.signature_header) == (SECRET, "X-Other")
    ada.post(page, filled(connection, signature_header=""))
    connection.refresh_from_db()
    assert (connection.signature_secret, connection.signature_header) == (SECRET, SIGNATURE_HEADER)


def test_asking_for_a_signature_can_be_ended(
    ada: Client, connection: Connection, page: str
) -> None:
    assert "unsigned" not in ada.get(page).text
    Connection.objects.update(
        signature_secret=SECRET, refused_count=3, refused_at=timezone.now() - timedelta(days=1)
    )
    assert "unsigned" in ada.get(page).text
    ada.post(page, filled(connection, unsigned="on"))
    connection.refresh_from_db()
    assert not connection.asks_for_signature
    assert (connection.refused_count, connection.refused_at) == (0, None)


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"secret": "too short"}, "secret", "at least 16"),
        ({"secret": "x" * 201}, "secret", "at most 200"),
        ({"secret": "x" * 20 + "\0"}, "secret", "Null characters"),
        ({"signature_header": "X Hub"}, "signature_header", "only letters"),
        ({"signature_header": "X_Hub"}, "signature_header", "only letters"),
        ({"signature_header": "X-Hub: a"}, "signature_header", "only letters"),
        ({"signature_header": "Ü"}, "signature_header", "only letters"),
        ({"signature_header": "X" * 81}, "signature_header", "at most 80"),
    ],
)
def test_says_what_is_wrong_with_a_signature(
    connection: Connection, typed: dict[str, str], field: str, words: str
) -> None:
    form = ConnectionForm(filled(connection, **typed), instance=connection)
    assert not form.is_valid()
    assert words in str(form.errors[field])
    assert form.shows_signature


def test_shows_how_many_were_refused_and_when_the_last(
    ada: Client, connection: Connection, page: str
) -> None:
    assert "refused" not in ada.get(page).text
    with time_machine.travel(NOW, tick=False):
        connection.refuse()
        assert "1 delivery without the right signature was refused" in ada.get(page).text
        connection.refuse()
        text = ada.get(page).text
    assert "2 deliveries without the right signature were refused" in text
    assert "4 May 2026" in text


def test_a_secret_that_cannot_be_read_any_more_is_told(
    ada: Client, connection: Connection, page: str
) -> None:
    with database.cursor() as cursor:
        cursor.execute("UPDATE sending_connection SET signature_secret = 'gAAAAABnothing'")
    text = ada.get(page).text
    assert "no reply can be taken" in text
    assert "It is set." not in text
    assert "gAAAAAB" not in text


def test_saving_the_form_undoes_nothing_that_happened_meanwhile(connection: Connection) -> None:
    form = ConnectionForm(filled(connection, name="Renamed"), instance=connection)
    assert form.is_valid()
    Connection.objects.get().renew_hook()
    Connection.objects.update(refused_count=F("refused_count") + 5)
    form.save()
    row = Connection.objects.get()
    assert row.name == "Renamed"
    assert row.old_hook_works
    assert row.refused_count == 5
