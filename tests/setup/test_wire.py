"""How pages go over the wire."""

import gzip
from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from designer.teams.models import Team, User
from tests.factories import make_template


def test_pages_are_compressed_for_those_who_take_it(
    team: Team, editor: User, client_as: Callable[[User], Client]
) -> None:
    template = make_template(team)
    client, page = client_as(editor), reverse("template", args=[template.pk])
    short = client.get(page, headers={"Accept-Encoding": "gzip"})
    assert short["Content-Encoding"] == "gzip"
    assert template.name in gzip.decompress(short.content).decode()
    whole = client.get(page)
    assert "Content-Encoding" not in whole
    assert len(short.content) * 4 < len(whole.content)
