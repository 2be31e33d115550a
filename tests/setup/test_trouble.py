"""A database that fails is told in words, and is no end."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.db import connection as database
from django.test import Client
from django.urls import reverse

from designer.library.models import MessageTemplate
from designer.teams.models import Team, User


@pytest.mark.parametrize("problem", [OperationalError, InterfaceError])
@pytest.mark.parametrize("htmx", [True, False])
def test_a_full_disk_is_503_in_words_and_over_when_there_is_room(
    template: MessageTemplate,
    editor: User,
    client_as: Callable[[User], Client],
    caplog: pytest.LogCaptureFixture,
    problem: type[Exception],
    htmx: bool,
) -> None:
    def full(execute: Any, sql: str, *args: Any) -> Any:
        if not sql.startswith("SELECT"):
            raise problem("database or disk is full")
        return execute(sql, *args)

    client = client_as(editor)
    client.raise_request_exception = False
    headers = {"HX-Request": "true"} if htmx else {}
    new = reverse("new-template")
    with database.execute_wrapper(full):
        response = client.post(new, {"kind": "list"}, headers=headers)
        assert client.get(reverse("templates")).status_code == 200
    assert response.status_code == 503
    assert "was not saved" in response.content.decode()
    assert response["Retry-After"]
    assert "database or disk is full" in caplog.text
    assert client.post(new, {"kind": "list"}, headers=headers).status_code < 400


def test_so_is_one_that_fails_beside_the_view(
    team: Team, editor: User, client_as: Callable[[User], Client]
) -> None:
    def full(execute: Any, sql: str, *args: Any) -> Any:
        if not sql.startswith("SELECT") and "django_session" in sql:
            raise OperationalError("database or disk is full")
        return execute(sql, *args)

    client = client_as(editor)
    client.raise_request_exception = False
    with database.execute_wrapper(full):
        response = client.post(reverse("switch-team"), {"team": team.pk})
    assert response.status_code == 503
    assert response["Retry-After"]
