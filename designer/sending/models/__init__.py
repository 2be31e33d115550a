"""Out: connections to the API, what was sent through them, and each attempt at it."""

from .connections import (
    CONNECTION_SECRETS,
    HOOK_OVERLAP,
    SIGNATURE_HEADER,
    Connection,
    ConnectionQuerySet,
    hook_hash,
    hook_renewed,
)
from .numbers import TestNumber, TestNumberQuerySet
from .sends import (
    CLEAR,
    DOUBTED,
    PERHAPS,
    RESTORED,
    SAID_BY_A_PERSON,
    UNDER_WAY,
    Attempt,
    Batch,
    Send,
    SendQuerySet,
    State,
)

__all__ = [
    "CLEAR",
    "CONNECTION_SECRETS",
    "DOUBTED",
    "HOOK_OVERLAP",
    "PERHAPS",
    "RESTORED",
    "SAID_BY_A_PERSON",
    "SIGNATURE_HEADER",
    "UNDER_WAY",
    "Attempt",
    "Batch",
    "Connection",
    "ConnectionQuerySet",
    "Send",
    "SendQuerySet",
    "State",
    "TestNumber",
    "TestNumberQuerySet",
    "hook_hash",
    "hook_renewed",
]
