"""Every address, signed out and as a person of another team.

The walk finds the addresses itself, and fails at one that it doesn't know how to build: say in
`rows` what stands in it, or in PUBLIC that anybody may open it.
"""

import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from designer.sandbox.accounts import open_account
from designer.sandbox.models import Message as ChatMessage
from designer.sending.models import Batch, TestNumber
from designer.setup import sandbox
from designer.teams.models import Invitation, Role, Team, User
from tests.factories import (
    CUSTOMER,
    make_connection,
    make_delivery,
    make_member,
    make_message,
    make_reply,
    make_send,
    make_template,
)

# Stands in all that a row of the team shows, so that it can be looked for in another's pages.
MARK = "Zanzibar"

# By the beginning of their routes: the health check, the webhook, the printed link, an invitation,
# a preview that was shared, signing in and out, and the sandbox's API, which asks for a key
# instead. "" leads to the first page.
PUBLIC = (
    *("health/", "hooks/", "enter/", "join/", "shared/", "sign-in/", "sign-out/"),
    "sandbox/api/v1/external",
)


class Place(NamedTuple):
    name: str
    route: str
    parameters: frozenset[str]


def places(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[Place]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from places(pattern.url_patterns, route)
        elif route and not route.removeprefix("^").startswith(PUBLIC):
            yield Place(str(pattern.name), route, frozenset(pattern.pattern.regex.groupindex))


PLACES = list(places(get_resolver().url_patterns))
every_place = pytest.mark.parametrize("place", PLACES, ids=[place.name for place in PLACES])


class Row(NamedTuple):
    """What stands in the routes that begin with `route`, and what a POST there has to say."""

    route: str
    arguments: dict[str, Any]
    posted: dict[str, Any] = {}


@pytest.fixture
def rows(team: Team) -> list[Row]:
    """The team's rows, the longer routes first."""
    person = make_member(team, name=f"{MARK} Person")
    message = make_message().model_copy(update={"body": f"{MARK} body"})
    template = make_template(team, message, name=f"{MARK} template", person=person)
    version = template.publish(person)
    connection = make_connection(team, name=f"{MARK} connection")
    removed = make_connection(team, name=f"{MARK} removed", retired_at=timezone.now())
    batch = Batch.objects.create(
        team=team, template_name=f"{MARK} template", created_by=person, count=1, token=uuid.uuid4()
    )
    # For the page that ends the old address.
    connection.renew_hook()
    send = make_send(template, connection, reference=f"{MARK}-1", batch=batch)
    Invitation.issue(team, Role.EDITOR, person=person, note=f"{MARK} invitation")
    number = TestNumber.objects.create(team=team, number=CUSTOMER, name=f"{MARK} number")
    delivery = make_delivery(connection, {"text": f"{MARK} delivery"})
    reply = make_reply(delivery, send, text=f"{MARK} reply")
    account = open_account(sandbox.owner(team), f"{MARK} account", "http://127.0.0.1:9/")
    shown = ChatMessage.objects.create(
        account=account, customer=CUSTOMER, sender="business", kind="list", payload=send.payload
    )
    written = ChatMessage.objects.create(
        account=account, customer=CUSTOMER, sender="customer", kind="text", text=f"{MARK} text"
    )
    chat = {"customer": CUSTOMER}
    return [
        Row(
            "templates/<int:pk>/versions/<int:number>/",
            {"pk": template.pk, "number": version.number},
        ),
        Row("templates/<int:pk>/", {"pk": template.pk}),
        Row("connections/<int:pk>/replies/", {"pk": removed.pk}),
        Row("connections/<int:pk>/", {"pk": connection.pk}),
        Row("numbers/<int:pk>/", {"pk": number.pk}),
        Row("sends/together/<int:pk>/", {"pk": batch.pk}),
        Row("sends/<int:pk>/", {"pk": send.pk}),
        Row("replies/deliveries/<int:pk>/", {"pk": delivery.pk}),
        Row("replies/<int:pk>/", {"pk": reply.pk}),
        Row("team/invitations/<int:pk>/", {"pk": Invitation.objects.get().pk}),
        Row("team/members/<int:pk>/", {"pk": person.memberships.get().pk}, {"role": "viewer"}),
        Row("teams/switch/", {}, {"team": team.pk}),
        Row("phone/keys/<int:pk>/", {"pk": account.pk}),
        Row(
            "phone/<customer:customer>/<int:pk>/tap/",
            chat | {"pk": shown.pk},
            {"choice": send.payload["sections"][0]["rows"][0]["id"]},
        ),
        Row("phone/<customer:customer>/<int:pk>/", chat | {"pk": written.pk}),
        Row("phone/<customer:customer>/after/<int:after>/", chat | {"after": 0}),
        Row("phone/<customer:customer>/", chat),
    ]


class Address(NamedTuple):
    path: str
    posted: dict[str, Any]


@pytest.fixture
def address(place: Place, rows: list[Row]) -> Address:
    """Where the place is, with the team's own rows in it."""
    row = next((row for row in rows if place.route.startswith(row.route)), Row("", {}))
    if set(row.arguments) != place.parameters:
        pytest.fail(f"Say in `rows` what stands in {place.route!r} ({place.name}).")
    return Address(reverse(place.name, kwargs=row.arguments), row.posted)


def ask(client: Client, address: Address) -> Any:
    """What the address answers to GET or, if it takes no GET, to POST."""
    answer = client.get(address.path)
    return client.post(*address) if answer.status_code == 405 else answer


@every_place
def test_signed_out_is_sent_to_sign_in(address: Address, client: Client) -> None:
    answer = ask(client, address)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("sign-in"))


@every_place
def test_shows_another_team_nothing(
    place: Place, address: Address, other_team: Team, client_as: Callable[[User], Client]
) -> None:
    stranger = client_as(make_member(other_team, Role.ADMIN))
    for answer in (stranger.get(address.path), stranger.post(*address)):
        if "pk" in place.parameters:
            assert answer.status_code in (403, 404, 405)
        assert MARK not in answer.content.decode()


@every_place
def test_is_there_for_the_own_team(
    address: Address, admin: User, client_as: Callable[[User], Client]
) -> None:
    # Otherwise the answers above would say nothing.
    assert ask(client_as(admin), address).status_code not in (403, 404)


def test_walk_finds_the_places() -> None:
    assert {"templates", "template", "send", "connection", "phone-chat"} <= {p.name for p in PLACES}
