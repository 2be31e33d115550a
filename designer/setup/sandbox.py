"""Where the sandbox and the teams meet; neither knows the other.

Settings name `owner_of`, `phone_page` and `may_see_addresses` to the sandbox (SANDBOX_OWNER,
SANDBOX_PAGE, SANDBOX_ADDRESSES).
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from designer.sending.models import Connection, hook_hash
from designer.teams.access import membership_of, team_page
from designer.teams.models import Role, Team

NAME = "Sandbox"

phone_page = team_page()


def owner_of(request: HttpRequest) -> str | None:
    """Whose chats the phone shows a person: their current team's ("team:5"); None: nobody's."""
    membership = membership_of(request)
    return None if membership is None else owner(membership.team)


def may_see_addresses(request: HttpRequest) -> bool:
    """Whether a person may see webhook addresses: an admin, as everywhere."""
    membership = membership_of(request)
    return membership is not None and membership.may(Role.ADMIN)


def owner(team: Team) -> str:
    return f"team:{team.pk}"


def connect(team: Team) -> Connection:
    """Give the team a connection to the sandbox, or move the one it has to today's SITE_URL.

    The sandbox's account then posts its replies to the connection's webhook. A connection that the
    team has retired stays as it is.
    """
    # Not at the top: without the sandbox its models are not installed.
    from designer.sandbox.accounts import open_account
    from designer.sandbox.api import ROOT

    connection = Connection.objects.filter(team=team, is_sandbox=True).first()
    if connection is not None and connection.retired_at:
        return connection
    is_new = connection is None
    if connection is None:
        connection = Connection.objects.create(team=team, name=NAME, is_sandbox=True)
    webhook_url = settings.SITE_URL + connection.hook_path
    account = open_account(owner(team), NAME, webhook_url)
    if is_new and account.webhook_url != webhook_url:
        # The team had removed an earlier connection; its webhook went with it.
        account.webhook_url = webhook_url
        account.save(update_fields=["webhook_url"])
    connection.base_url, connection.api_key = settings.SITE_URL + ROOT, account.key
    connection.save(update_fields=["base_url", "api_key"])
    return connection


def follow(connection: Connection, **kwargs: object) -> None:
    """Move the team's keys that post to a connection's old webhook address to its new one.

    Receives `hook_renewed`. The old address is known by its hash, wherever the site then was.
    """
    from designer.sandbox.models import Account

    for account in Account.objects.of(owner(connection.team)):
        secret = urlsplit(account.webhook_url).path.rstrip("/").rpartition("/")[2]
        if hook_hash(secret) == connection.old_hook_hash:
            account.webhook_url = settings.SITE_URL + connection.hook_path
            account.save(update_fields=["webhook_url"])
