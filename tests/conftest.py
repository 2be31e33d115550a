"""What every test has: no way out of this machine, and the usual people."""

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from hypothesis import settings as hypothesis_settings

from designer.teams.models import Role, Team, User

from .factories import make_member, make_team

# The same inputs in every run of CI; other runs look further. Time is not what these tests test.
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis_settings.register_profile("here", deadline=None)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "here")


class Escaped(OSError):
    """A test tried to reach another machine."""


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that looks up a name or connects to anything but this machine.

    The attempt fails at once, and the test with it even if the product takes it for a network that
    is down. Names under .invalid can't be found anywhere, so a test may ask for them.
    """
    attempts: list[str] = []
    connect, connect_ex, look_up = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def refuse(target: object) -> None:
        attempts.append(str(target))
        raise Escaped(f"tests may not reach {target}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not is_loopback(address[0]):
            refuse(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        if self.family != socket.AF_UNIX and not is_loopback(address[0]):
            refuse(address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and name.rstrip(".").endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if name and not is_loopback(name):
            refuse(name)
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield
    assert not attempts, f"The test tried to reach {', '.join(attempts)}."


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


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
def client_as() -> Callable[[User], Client]:
    """Makes a client in which a person is signed in."""

    def sign_in(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return sign_in
