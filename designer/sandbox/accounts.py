"""Opening accounts, as the set-up does at each start."""

from urllib.parse import urlsplit

from .models import Account


def open_account(owner: str, name: str, webhook_url: str) -> Account:
    """The owner's account of that name, made when there is none yet.

    An account that is there keeps what a person has changed, but follows the site to another host
    or port: its webhook address is replaced by one with the same path.
    """
    account, _ = Account.objects.get_or_create(
        owner=owner, name=name, defaults={"webhook_url": webhook_url}
    )
    moved = urlsplit(account.webhook_url).path == urlsplit(webhook_url).path
    if moved and account.webhook_url != webhook_url:
        account.webhook_url = webhook_url
        account.save(update_fields=["webhook_url"])
    return account
