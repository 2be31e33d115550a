"""A template's preview for people who have no account."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from designer.library.content import Content
from designer.library.models import MessageTemplate, PreviewLink
from designer.teams.models import Team, User
from tests.factories import make_template
from tests.message.examples import list_message

from .posting import HTMX

SignIn = Callable[[User], Client]


@pytest.fixture
def template(team: Team) -> MessageTemplate:
    return make_template(team, name="Support menu")


@pytest.fixture
def client() -> Client:
    """The browser of somebody who has no account."""
    return Client()


def share(client: Client, template: MessageTemplate, op: str, **headers: str) -> str:
    address = reverse("share-template", args=[template.pk])
    answer = client.post(address, {"op": op}, headers=headers, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_anybody_with_the_link_sees_the_draft_as_it_stands(
    client: Client, template: MessageTemplate, editor: User, client_as: SignIn
) -> None:
    shown = share(client_as(editor), template, "begin")
    path = PreviewLink.objects.get().path
    assert f'value="{settings.SITE_URL}{path}"' in shown
    assert "Made by Edith Editor" in shown
    page = client.get(path)
    assert template.message.body in page.content.decode()
    assert page["X-Robots-Tag"] == "noindex"
    assert "no-store" in page["Cache-Control"]
    changed = Content(list_message(body="Changed since"))
    template.save_draft(changed, name=template.name, person=editor, revision=1)
    assert "Changed since" in client.get(path).content.decode()


def test_it_shows_nothing_else_of_the_team(
    client: Client, template: MessageTemplate, editor: User, client_as: SignIn
) -> None:
    share(client_as(editor), template, "begin")
    path = PreviewLink.objects.get().path
    for visitor in (client, client_as(editor)):
        page = visitor.get(path).content.decode()
        assert reverse("templates") not in page
        assert "Edith Editor" not in page
    assert client.post(path).status_code == 405
    assert client.get(reverse("template", args=[template.pk])).status_code == 302


def test_a_link_that_was_ended_stays_ended(
    client: Client, template: MessageTemplate, editor: User, client_as: SignIn
) -> None:
    person = client_as(editor)
    share(person, template, "begin")
    first = PreviewLink.objects.get().path
    share(person, template, "begin")
    assert PreviewLink.objects.get().path == first, "one link a template, for all who share it"
    assert "Make a link" in share(person, template, "end", **HTMX)
    ended = client.get(first)
    assert ended.status_code == 410
    assert template.name not in ended.content.decode()
    share(person, template, "begin")
    assert client.get(first).status_code == 410
    second = PreviewLink.objects.get().path
    template.delete()
    assert client.get(second).status_code == 410


def test_a_viewer_may_pass_it_on_but_not_make_or_end_it(
    template: MessageTemplate, editor: User, viewer: User, client_as: SignIn
) -> None:
    address = reverse("share-template", args=[template.pk])
    looker = client_as(viewer)
    assert "Make a link" not in looker.get(address).content.decode()
    assert looker.post(address, {"op": "begin"}).status_code == 403
    share(client_as(editor), template, "begin")
    shown = looker.get(address).content.decode()
    assert PreviewLink.objects.get().path in shown
    assert "Stop sharing" not in shown
    assert looker.post(address, {"op": "end"}).status_code == 403
    assert PreviewLink.objects.exists()
