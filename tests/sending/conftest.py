from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from designer.library.models import MessageTemplate
from designer.sending.models import Connection, Send
from designer.teams.models import Team, User

from ..factories import make_connection, make_send
from .api import Api


@pytest.fixture
def api() -> Iterator[Api]:
    server = Api()
    yield server
    server.stop()


@pytest.fixture
def connection(team: Team, api: Api) -> Connection:
    """A connection to the API on loopback."""
    return make_connection(team, base_url=api.url)


@pytest.fixture
def queued(template: MessageTemplate, connection: Connection) -> Send:
    """A send that waits for a worker."""
    return make_send(template, connection)


@pytest.fixture
def fresh() -> Callable[[Send], Send]:
    """Reads a send again."""
    return lambda send: Send.objects.get(pk=send.pk)


@pytest.fixture
def edith(editor: User, client_as: Callable[[User], Client]) -> Client:
    """The browser of somebody who may send."""
    return client_as(editor)


@pytest.fixture
def vera(viewer: User, client_as: Callable[[User], Client]) -> Client:
    """The browser of somebody who may only look."""
    return client_as(viewer)


@pytest.fixture
def ada(admin: User, client_as: Callable[[User], Client]) -> Client:
    """The browser of an admin."""
    return client_as(admin)
