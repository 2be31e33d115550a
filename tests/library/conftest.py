from collections.abc import Callable

import pytest
from django.test import Client

from designer.teams.models import User


@pytest.fixture
def client(editor: User, client_as: Callable[[User], Client]) -> Client:
    """The browser of somebody who may edit."""
    return client_as(editor)
