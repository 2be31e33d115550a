"""The guard that keeps every test on this machine; `conftest` puts it up."""

import ipaddress
import socket
from typing import Any

import pytest


class Escaped(OSError):
    """A test tried to reach another machine."""


def guard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Refuse connections to other machines and look-ups of their names, from now on.

    Returns the list that each refused target is added to, for the product may well take the
    refusal for a network that is down. Names under .invalid can't be found anywhere, so a test may
    ask for them.
    """
    attempts: list[str] = []
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    look_up = socket.getaddrinfo

    def refuse(target: object) -> None:
        attempts.append(str(target))
        raise Escaped(f"tests may not reach {target}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not is_here(address[0]):
            refuse(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        if self.family != socket.AF_UNIX and not is_here(address[0]):
            refuse(address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and name.rstrip(".").endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if name and not is_here(name):
            refuse(name)
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)
    return attempts


def is_here(host: str) -> bool:
    """Whether a name or address is this machine's own."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"
