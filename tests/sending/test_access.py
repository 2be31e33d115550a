"""Who may open and do what: signed out, another team, a viewer, an editor."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from designer.library.models import MessageTemplate
from designer.sending.models import Batch, Connection, Send, TestNumber
from designer.teams.models import Role, Team, User

from ..factories import make_connection, make_member

# Name of the address, which row it is about, and the smallest role that may look and may post;
# None where there is nothing to look at, or to post to.
PAGES = [
    ("connections", "", Role.VIEWER, None),
    ("new-connection", "", Role.ADMIN, Role.ADMIN),
    ("removed-connections", "", Role.ADMIN, None),
    ("connection", "connection", Role.ADMIN, Role.ADMIN),
    ("test-connection", "connection", None, Role.ADMIN),
    ("remove-connection", "connection", Role.ADMIN, Role.ADMIN),
    ("new-address", "connection", None, Role.ADMIN),
    ("end-address", "connection", Role.ADMIN, Role.ADMIN),
    ("end-replies", "removed", Role.ADMIN, Role.ADMIN),
    ("test-numbers", "", Role.EDITOR, Role.EDITOR),
    ("test-number", "number", Role.EDITOR, Role.EDITOR),
    ("remove-number", "number", Role.EDITOR, Role.EDITOR),
    ("send-test", "template", Role.EDITOR, Role.EDITOR),
    ("send-look", "template", None, Role.EDITOR),
    ("sends", "", Role.VIEWER, None),
    ("sends-together", "batch", Role.VIEWER, None),
    ("cancel-rest", "batch", None, Role.EDITOR),
    ("failed-again", "batch", Role.VIEWER, Role.EDITOR),
    ("send", "send", Role.VIEWER, None),
    ("send-live", "send", Role.VIEWER, None),
    ("send-status", "send", Role.VIEWER, None),
    ("settle-send", "send", None, Role.EDITOR),
    ("cancel-send", "send", None, Role.EDITOR),
    ("send-again", "send", Role.VIEWER, Role.EDITOR),
]
ABOUT_A_ROW = [page for page in PAGES if page[1]]
every_page = pytest.mark.parametrize(("name", "about", "look", "post"), PAGES)


@pytest.fixture
def address(
    queued: Send, template: MessageTemplate, connection: Connection
) -> Callable[[str, str], str]:
    number = TestNumber.objects.create(team=template.team, number="+4930123456", name="Berlin")
    batch = Batch.objects.create(team=template.team, count=1, token=uuid.uuid4())
    rows = {
        "send": queued.pk,
        "template": template.pk,
        "connection": connection.pk,
        "removed": make_connection(template.team, name="Gone", retired_at=timezone.now()).pk,
        "number": number.pk,
        "batch": batch.pk,
    }
    return lambda name, about: reverse(name, args=[rows[about]] if about else [])


def test_every_address_is_in_the_table() -> None:
    from designer.sending.urls import urlpatterns

    assert [name for name, *_ in PAGES] == [pattern.name for pattern in urlpatterns]


@every_page
def test_signed_out_leads_to_the_sign_in_page(
    name: str,
    about: str,
    look: Role | None,
    post: Role | None,
    address: Callable[[str, str], str],
    client: Client,
) -> None:
    for response in (client.get(address(name, about)), client.post(address(name, about))):
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("sign-in"))


@pytest.mark.parametrize(("name", "about", "look", "post"), ABOUT_A_ROW)
def test_another_teams_row_is_not_there(
    name: str,
    about: str,
    look: Role | None,
    post: Role | None,
    address: Callable[[str, str], str],
    other_team: Team,
    client_as: Callable[[User], Client],
) -> None:
    client = client_as(make_member(other_team, Role.ADMIN))
    if look:
        assert client.get(address(name, about)).status_code == 404
    if post:
        assert client.post(address(name, about)).status_code == 404


@pytest.mark.parametrize("role", list(Role))
@every_page
def test_each_role_may_do_its_own(
    name: str,
    about: str,
    look: Role | None,
    post: Role | None,
    address: Callable[[str, str], str],
    role: Role,
    team: Team,
    client_as: Callable[[User], Client],
) -> None:
    client = client_as(make_member(team, role))
    url = address(name, about)
    if look:
        assert (client.get(url).status_code != 403) == role.includes(look)
    elif role.includes(post or Role.ADMIN):
        assert client.get(url).status_code == 405
    if post:
        assert (client.post(url).status_code != 403) == role.includes(post)
    else:
        assert client.post(url).status_code in (403, 405)
