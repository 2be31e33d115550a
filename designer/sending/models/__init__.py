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
from .numbers import TestNumber
from .sends import PERHAPS, RESTORED, Attempt, Batch, Send, SendQuerySet, State

__all__ = [
    "CONNECTION_SECRETS",
    "HOOK_OVERLAP",
    "PERHAPS",
    "RESTORED",
    "SIGNATURE_HEADER",
    "Attempt",
    "Batch",
    "Connection",
    "ConnectionQuerySet",
    "Send",
    "SendQuerySet",
    "State",
    "TestNumber",
    "hook_hash",
    "hook_renewed",
]
