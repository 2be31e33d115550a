"""What every test has: no way out of this machine, and the usual people."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from hypothesis import settings as hypothesis_settings

from designer.library.models import MessageTemplate
from designer.teams.models import Role, Team, User

from .factories import make_member, make_team, make_template
from .network import guard
from .wakes import emptied

# The same inputs in every run of CI; other runs look further. Time is not what these tests test.
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis_settings.register_profile("here", deadline=None)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that tries to leave this machine, also if the product copes with the refusal."""
    attempts = guard(monkeypatch)
    yield
    assert not attempts, f"The test tried to reach {', '.join(attempts)}."


@pytest.fixture(autouse=True)
def empty_queue() -> Iterator[None]:
    """Let no test find what another has left in the queue."""
    with emptied():
        yield


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def other_team(db: None) -> Team:
    return make_team("Another team")


@pytest.fixture
def viewer(team: Team) -> User:
    return make_member(team, Role.VIEWER, name="Vera Viewer")


@pytest.fixture
def editor(team: Team) -> User:
    return make_member(team, Role.EDITOR, name="Edith Editor")


@pytest.fixture
def admin(team: Team) -> User:
    return make_member(team, Role.ADMIN, name="Ada Admin")


@pytest.fixture
def template(team: Team) -> MessageTemplate:
    """A list as the contract's example has it."""
    return make_template(team)


@pytest.fixture
def client_as() -> Callable[[User], Client]:
    """Makes a client in which a person is signed in."""

    def sign_in(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return sign_in
