import pytest

from designer.sending.models import Connection
from designer.teams.models import Team

from ..factories import make_connection


@pytest.fixture
def connection(team: Team) -> Connection:
    """What the replies come in through."""
    return make_connection(team)
