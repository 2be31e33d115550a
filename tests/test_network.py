"""The guard itself: it must refuse what would leave this machine, and tell of it."""

import socket

import httpx
import pytest

from .network import Escaped, guard


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    return guard(monkeypatch)


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_refuses_other_machines(address: str, attempts: list[str]) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as out:
        with pytest.raises(Escaped):
            out.connect((address, 80))
        with pytest.raises(Escaped):
            out.connect_ex((address, 80))
    assert len(attempts) == 2


def test_tells_of_a_look_up_that_the_caller_took_for_trouble(attempts: list[str]) -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get("http://example.com/", trust_env=False)
    assert attempts == ["example.com"]


def test_lets_this_machine_through(attempts: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        for name in ("127.0.0.1", "localhost"):
            socket.create_connection((name, server.getsockname()[1])).close()
    assert attempts == []


def test_a_name_that_nobody_has_is_only_not_found(attempts: list[str]) -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("nowhere.invalid", 80)
    assert attempts == []
