"""Opening the account that a team starts with."""

from designer.sandbox.accounts import open_account
from designer.sandbox.models import Account

FIRST = "http://127.0.0.1:8000/hooks/secret/"
MOVED = "http://127.0.0.1:8123/hooks/secret/"


def test_opens_an_account_with_a_key(db: None) -> None:
    account = open_account("team:1", "Sandbox", FIRST)
    assert account.webhook_url == FIRST
    assert account.can_send
    assert Account.objects.with_key(account.key) == account


def test_opens_the_same_account_again(db: None) -> None:
    first = open_account("team:1", "Sandbox", FIRST)
    again = open_account("team:1", "Sandbox", FIRST)
    assert (again.pk, again.key) == (first.pk, first.key)
    assert Account.objects.count() == 1


def test_each_owner_has_its_own(db: None) -> None:
    keys = {open_account(owner, "Sandbox", FIRST).key for owner in ("team:1", "team:2")}
    assert len(keys) == 2


def test_follows_the_site_to_another_port(db: None) -> None:
    open_account("team:1", "Sandbox", FIRST)
    open_account("team:1", "Sandbox", MOVED)
    assert Account.objects.get().webhook_url == MOVED


def test_keeps_what_a_person_has_set(db: None) -> None:
    open_account("team:1", "Sandbox", FIRST)
    for theirs in ("https://example.com/mine", ""):
        Account.objects.update(webhook_url=theirs, can_send=False)
        open_account("team:1", "Sandbox", MOVED)
        account = Account.objects.get()
        assert (account.webhook_url, account.can_send) == (theirs, False)
