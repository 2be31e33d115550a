"""Rows for the tests, made by plain functions: what a test does not name is filled in sensibly."""

import json
from itertools import count
from pathlib import Path
from typing import Any

from designer.library.content import Content
from designer.library.models import MessageTemplate
from designer.message.formats import coext
from designer.message.schema import Message
from designer.replies.models import Delivery, Kind, Matched, Reply
from designer.sending.models import Connection, Send
from designer.teams.models import Membership, Role, Team, User

EXAMPLES = Path(__file__).parent / "examples"
LIST = "list-support-menu"
BUTTONS = "button-order-confirmation"
CUSTOMER = "+919876543210"

_numbers = count(1)


def example(name: str) -> dict[str, Any]:
    """A body of the contract's examples, by its file's name without the .json."""
    body: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text())
    return body


def make_message(name: str = LIST) -> Message:
    """The message of an example."""
    return coext.load(example(name))


def make_team(name: str = "Acme") -> Team:
    return Team.objects.create(name=name)


def make_member(team: Team, role: Role = Role.EDITOR, *, email: str = "", name: str = "") -> User:
    """A person with that role in the team."""
    person = User.objects.create_user(email or f"person{next(_numbers)}@example.com", name=name)
    Membership.objects.create(team=team, user=person, role=role)
    return person


def make_template(
    team: Team,
    message: Message | None = None,
    *,
    name: str = "Support menu",
    person: User | None = None,
    **content: Any,
) -> MessageTemplate:
    """A template with the message as its draft; `content` is for the other fields of `Content`."""
    message = message or make_message()
    return MessageTemplate.create(team, person, name, Content(message, **content))


def make_connection(team: Team, **fields: Any) -> Connection:
    """A connection to an address on loopback at which nothing listens."""
    fields = {
        "name": "Shop",
        "base_url": "http://127.0.0.1:9/api/v1/external",
        "api_key": "pk_live_0123456789abcdef",
        **fields,
    }
    return Connection.objects.create(team=team, **fields)


def make_send(
    template: MessageTemplate,
    connection: Connection | None = None,
    *,
    to: str = CUSTOMER,
    reference: str = "",
    **fields: Any,
) -> Send:
    """A send of the template's draft, queued unless `fields` says otherwise, without its task."""
    message = template.content.filled()
    payload = coext.dump(message, to=to, reference=reference)
    return Send.objects.create(
        team=template.team,
        connection=connection or make_connection(template.team),
        template=template,
        template_name=template.name,
        to=to,
        reference=reference,
        path=coext.path(message),
        body=json.dumps(payload),
        **fields,
    )


def make_delivery(connection: Connection, body: Any, **fields: Any) -> Delivery:
    """A webhook's delivery with that body, a value for JSON or bytes; not read yet."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery.objects.create(team=connection.team, connection=connection, body=raw, **fields)


def make_reply(delivery: Delivery, send: Send | None = None, **fields: Any) -> Reply:
    """A reply that the delivery told of, to the send if there is one; a text unless said else."""
    fields = {
        "identity": f"reply {next(_numbers)}",
        "from_number": CUSTOMER,
        "kind": Kind.TEXT,
        "replied_at": delivery.received_at,
        "matched": Matched.GUESS if send else "",
        "template": send.template if send else None,
        **fields,
    }
    return Reply.objects.create(
        team=delivery.team,
        connection=delivery.connection,
        delivery=delivery,
        send=send,
        **fields,
    )
