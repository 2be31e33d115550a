from collections.abc import Callable

import pytest
from django.test import Client

from designer.sandbox.models import Account
from designer.teams.models import Team, User

from .factories import make_account


@pytest.fixture
def account(team: Team) -> Account:
    return make_account(team)


@pytest.fixture
def phone(client_as: Callable[[User], Client], editor: User) -> Client:
    """A browser in which an editor of the team is signed in."""
    return client_as(editor)
