"""Keys and messages for the sandbox's tests."""

from typing import Any

from django.test import Client

from designer.sandbox.models import Account, Kind, Message, Sender
from designer.setup.sandbox import owner
from designer.teams.models import Team
from tests.factories import example

LIST = "/sandbox/api/v1/external/messages/interactive/list"
BUTTON = "/sandbox/api/v1/external/messages/interactive/button"
CUSTOMER = "+919876543210"
HOOK = "http://127.0.0.1:9/hook"


def make_account(team: Team, **fields: Any) -> Account:
    """A key of the team's that may send and has a webhook address at which nothing listens."""
    return Account.objects.create(
        **{"owner": owner(team), "name": "Shop", "webhook_url": HOOK} | fields
    )


def make_message(
    account: Account, name: str = "button-order-confirmation", **fields: Any
) -> Message:
    """One of the contract's examples as it lies on a customer's phone."""
    payload = example(name)
    kind = Kind.LIST if "sections" in payload else Kind.BUTTON
    return Message.objects.create(
        **{
            "account": account,
            "customer": payload["to"],
            "sender": Sender.BUSINESS,
            "kind": kind,
            "payload": payload,
        }
        | fields
    )


def make_reply(account: Account, **fields: Any) -> Message:
    """What a customer wrote, without its webhook being sent."""
    return Message.objects.create(
        **{
            "account": account,
            "customer": CUSTOMER,
            "sender": Sender.CUSTOMER,
            "kind": Kind.TEXT,
            "text": "Hello",
        }
        | fields
    )


def post(account: Account, body: object, path: str = BUTTON, **headers: str) -> Any:
    """Send a body to the API with the account's key, and return the test client's answer."""
    return Client().post(
        path, body, content_type="application/json", headers={"X-API-Key": account.key} | headers
    )
