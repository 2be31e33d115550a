"""The page of keys."""

from collections.abc import Callable

import pytest
from django.test import Client

from designer.sandbox.models import Account
from designer.teams.models import User

from .factories import HOOK


@pytest.fixture
def phone(client_as: Callable[[User], Client], admin: User) -> Client:
    """A browser in which an admin of the team is signed in."""
    return client_as(admin)


def change(phone: Client, account: Account, **fields: str) -> int:
    data = {f"key-{account.pk}-{name}": value for name, value in fields.items()}
    return phone.post(f"/phone/keys/{account.pk}/", data).status_code


def test_shows_each_key_whole_and_how_to_use_it(phone: Client, account: Account) -> None:
    page = phone.get("/phone/keys/").content.decode()
    assert page.count(account.key) == 2
    assert "http://testserver/sandbox/api/v1/external/messages/interactive/button" in page
    assert HOOK in page


def test_changes_the_address_and_the_permission(phone: Client, account: Account) -> None:
    assert change(phone, account, webhook_url="https://example.com/hook") == 302
    account.refresh_from_db()
    assert (account.webhook_url, account.can_send) == ("https://example.com/hook", False)
    assert change(phone, account, webhook_url="", can_send="on") == 302
    account.refresh_from_db()
    assert (account.webhook_url, account.can_send) == ("", True)


def test_only_admins_see_and_change_where_replies_are_posted(
    client_as: Callable[[User], Client], editor: User, viewer: User, account: Account
) -> None:
    for person in (editor, viewer):
        page = client_as(person).get("/phone/keys/").content.decode()
        assert account.key in page
        assert HOOK not in page
    assert change(client_as(editor), account, webhook_url="https://example.com/hook") == 302
    account.refresh_from_db()
    assert (account.webhook_url, account.can_send) == (HOOK, False)


def test_takes_any_host(phone: Client, account: Account) -> None:
    for url in ("http://localhost:9000/x", "http://web:8000/", "http://[::1]/", "https://e.com"):
        assert change(phone, account, webhook_url=url) == 302


@pytest.mark.parametrize(
    "url",
    [
        "example.com/hook",
        "ftp://example.com/",
        "http://",
        "javascript:alert(1)",
        "http://[",
        "x" * 501,
    ],
)
def test_refuses_what_is_no_web_address(phone: Client, account: Account, url: str) -> None:
    assert change(phone, account, webhook_url=url) == 200
    account.refresh_from_db()
    assert account.webhook_url == HOOK


def test_adds_a_key(phone: Client, account: Account) -> None:
    answer = phone.post("/phone/keys/", {"new-name": "My program", "new-webhook_url": ""})
    assert answer.status_code == 302
    added = Account.objects.get(name="My program")
    assert added.owner == account.owner
    assert added.key != account.key
    assert added.can_send


@pytest.mark.parametrize("name", ["", "Shop", "x" * 81])
def test_a_new_key_needs_a_name_of_its_own(phone: Client, account: Account, name: str) -> None:
    answer = phone.post("/phone/keys/", {"new-name": name})
    assert answer.status_code == 200
    assert b"field__error" in answer.content
    assert Account.objects.count() == 1
