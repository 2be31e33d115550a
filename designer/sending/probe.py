"""Tries a connection out without sending anything: an empty message, which the API must refuse."""

from dataclasses import dataclass

import httpx

from designer.message.formats import coext

from . import client, outcomes

PATH = f"{coext.ENDPOINT}/list"
# A person waits for it.
TIMEOUTS = client.Timeouts(connect=5, read=10, total=12)

SILENT = "The server picked up but didn’t answer within 10 seconds."
CLOSED = "The server picked up but closed the connection without an answer."


@dataclass(frozen=True)
class Finding:
    """Whether messages can go through, and what was found, in words."""

    ok: bool
    words: str


def probe(base_url: str, api_key: str, *, transport: httpx.BaseTransport | None = None) -> Finding:
    """Post an empty message and say what the answer tells of address, key and permission.

    The API checks the key before the message, so its complaint about the message proves the key.
    """
    try:
        answer = client.post(base_url, api_key, PATH, b"{}", timeouts=TIMEOUTS, transport=transport)
    except client.NotSent as trouble:
        return Finding(False, outcomes.TROUBLE[trouble.kind])
    except client.Lost as trouble:
        return Finding(False, SILENT if trouble.kind == "timeout" else CLOSED)
    return _judge(answer)


def _judge(answer: client.Answer) -> Finding:
    code = outcomes.error_code(answer)
    if answer.status == 400 and code == "VALIDATION_ERROR":
        return Finding(True, "It works: the API answers, and accepts the key.")
    if code and answer.status == 429:
        return Finding(True, "The API answers, but asks for a pause. Test again in a minute.")
    if code and answer.status == 401:
        return Finding(False, "The API answers, but doesn’t accept this key.")
    if code and answer.status == 403:
        return Finding(False, "The API knows this key, but it may not send: it lacks “send_text”.")
    if code:
        return Finding(False, f"The API answers, but with an unexpected {code} ({answer.status}).")
    if 300 <= answer.status < 400:
        return Finding(False, f"The address only points elsewhere ({answer.status}).")
    words = f"Something answers here ({answer.status}), but it isn’t the API. Check the base URL."
    return Finding(False, words)
