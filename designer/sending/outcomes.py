"""What an answer, or its absence, means: for the send, and in words for a marketer.

Pure: no rows, no clock, no chance of its own. The rule behind every line is whether the message may
have reached the customer. If it can't have, it may be tried again; if it may have, only a person
decides; if the API says no, it is no.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from designer.message.storable import storable

from .client import Answer, ClientError, Lost
from .dates import iso_date
from .models import PERHAPS, State

MAX_ATTEMPTS = 10
MAX_AGE = timedelta(hours=1)
# The first wait; each further one is twice as long.
FIRST_WAIT = 2.0
SHORTEST_WAIT = 1.0
LONGEST_WAIT = 15 * 60.0
LONGEST_SPREAD = 30.0

# WhatsApp's own codes, which the API folds into MESSAGE_SEND_FAILED. Source: Meta's error list.
RESTRICTED = "The WhatsApp account is restricted. An admin can see why in Meta’s Business Manager."
TOO_FAST = "Sending too fast: it will be tried again."
WHATSAPP_HAS_A_PROBLEM = "WhatsApp has a problem. Send it again later."
WHATSAPP_CODES = {
    "131047": "More than 24 hours since they last wrote. Ask them to message you first.",
    "131026": "Can’t be delivered: not on WhatsApp, terms not accepted, or an old app.",
    "131009": "A field was refused",
    "131053": "The header file couldn’t be used: check its type and size.",
    "131056": "Too many messages to this person: wait a few seconds, then send again.",
    "130429": TOO_FAST,
    "80007": TOO_FAST,
    "131048": "This number is restricted after spam reports.",
    "131021": "Sender and recipient are the same number.",
    "131031": RESTRICTED,
    "368": RESTRICTED,
    "131042": "There is a payment problem with the WhatsApp account.",
    "131000": WHATSAPP_HAS_A_PROBLEM,
    "131016": WHATSAPP_HAS_A_PROBLEM,
    "190": "The connection to WhatsApp has expired: tell whoever manages it.",
}
# A number that the text calls a code, one that it begins with, or any of six digits: that may be an
# order's, so it is enough for words but not to send again.
_WHATSAPP_CODE = re.compile(
    r"""
    (?: (?:^|[(\[])\# | (?:\b|_|error)code\b\W{0,3} | \berror\b\W{0,3} ) (\d{3,6}) (?!\d)
    | ^ (\d{3,6}) (?= \s* (?: [:–—-] | $ ))
    | (?<!\d) (1[23]\d{4}) (?!\d)
    """,
    re.IGNORECASE | re.VERBOSE,
)

TROUBLE = {
    "refused": "The API can’t be reached: its server refused the connection.",
    "dns": "The API can’t be reached: there is no server of that name, or no network.",
    "connect-timeout": "The API can’t be reached: its server didn’t pick up in time.",
    "unreachable": "The API can’t be reached: there is no way to its server.",
    "late": "It took too long to reach the API, so the message was held back.",
    "tls": "The API’s server couldn’t prove who it is (its certificate), so nothing was sent.",
    "no-tls": (
        "The API’s server doesn’t speak HTTPS as it should, so nothing was sent. Ask an admin to "
        "check the connection’s base URL."
    ),
    "address": "The connection’s base URL doesn’t lead to a server. Ask an admin to correct it.",
    "key": "The connection’s API key can’t be used. Ask an admin to enter it again.",
    "retired": "The connection was removed before the message went out.",
    "stale": "It waited for more than a day, so it was not sent.",
    "timeout": f"No answer came in time. {PERHAPS}",
    "disconnected": f"The connection broke before the answer came. {PERHAPS}",
    "lease": f"The sending was interrupted half-way. {PERHAPS}",
}
# These can't get better by themselves.
HOPELESS = frozenset({"tls", "no-tls", "address", "key", "retired", "stale"})

REFUSED = {
    "INVALID_API_KEY": "The connection’s API key is not accepted. Ask an admin to enter it again.",
    "PERMISSION_DENIED": (
        "The connection’s API key may not send messages: it lacks the permission “send_text”."
    ),
}
REFUSED_BY_STATUS = {401: REFUSED["INVALID_API_KEY"], 403: REFUSED["PERMISSION_DENIED"]}


@dataclass(frozen=True)
class Rate:
    """What an answer told of the rate limit, so far as it can be kept to.

    `remaining` requests may still go out in the next `resets_in` seconds, of `limit` (None if the
    answer doesn't say); after that all of them again.
    """

    limit: int | None
    remaining: int
    resets_in: float


@dataclass(frozen=True)
class Outcome:
    """What one attempt makes of its send.

    `code` is the API's or WhatsApp's, or our own word for trouble on the way; "" where the HTTP
    status says it all. `retry_in` is how many seconds to wait before the next attempt, set exactly
    when `state` is waiting. `rate_limit` holds what the API told: limit, remaining, reset_at;
    `rate` is what that means.
    """

    state: State
    code: str
    words: str
    message_id: str = ""
    request_id: str = ""
    rate_limit: dict[str, Any] | None = None
    retry_in: float | None = None
    rate: Rate | None = None


@dataclass(frozen=True)
class _Envelope:
    """What could be read of an answer; everything in it is fit for any database."""

    success: bool | None = None
    code: str = ""
    message: str = ""
    message_id: str = ""
    request_id: str = ""
    rate_limit: dict[str, Any] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        return self.success is False and bool(self.code)


def of_answer(answer: Answer, *, attempt: int, now: datetime, jitter: float) -> Outcome:
    """What an answer means for attempt number `attempt` (from 1).

    `now` stands in for the answer's Date where it has none; `jitter`, from 0 to 1, spreads waits.
    """
    envelope = _read(answer.text)
    outcome = _judge(answer, envelope)
    told = _told_to_wait(answer.headers, envelope, now)
    if outcome.state is State.WAITING:
        wait = _wait(attempt, told if answer.status == 429 else 0.0, jitter)
        outcome = replace(outcome, retry_in=wait)
    return replace(
        outcome,
        request_id=envelope.request_id,
        rate_limit=envelope.rate_limit or None,
        rate=_rate(answer.status, envelope, told),
    )


def of_trouble(trouble: ClientError, *, attempt: int, jitter: float) -> Outcome:
    """What it means that no answer came."""
    words = TROUBLE[trouble.kind]
    if isinstance(trouble, Lost):
        return Outcome(State.UNKNOWN, trouble.kind, words)
    if trouble.kind in HOPELESS:
        return Outcome(State.FAILED, trouble.kind, words)
    return Outcome(State.WAITING, trouble.kind, words, retry_in=_wait(attempt, 0.0, jitter))


def error_code(answer: Answer) -> str:
    """The code of the API's error envelope; "" if the answer isn't one."""
    envelope = _read(answer.text)
    return envelope.code if envelope.is_error else ""


def capped(outcome: Outcome, *, attempt: int, age: timedelta) -> Outcome:
    """The same, or a failure if it would wait once too often, or beyond the age of `MAX_AGE`."""
    if outcome.retry_in is None:
        return outcome
    if attempt < MAX_ATTEMPTS and age + timedelta(seconds=outcome.retry_in) <= MAX_AGE:
        return outcome
    tries = "once" if attempt == 1 else f"{attempt} times"
    words = f"Given up after it was tried {tries}. {_without_promise(outcome.words)}"
    return replace(outcome, state=State.FAILED, words=words, retry_in=None)


def too_late(outcome: Outcome) -> Outcome:
    """The same, or a failure if it would wait, for a send that was given up meanwhile."""
    if outcome.retry_in is None:
        return outcome
    words = f"{_without_promise(outcome.words)} It was not sent."
    return replace(outcome, state=State.FAILED, words=words, retry_in=None)


def _without_promise(words: str) -> str:
    return words.replace(": it will be tried again", "")


def _judge(answer: Answer, envelope: _Envelope) -> Outcome:
    """State, code and words; the wait of a waiting one comes after."""
    status = answer.status
    if status == 429:
        words = "Too many requests for this connection: it will be tried again."
        return Outcome(State.WAITING, envelope.code or "RATE_LIMIT_EXCEEDED", words)
    if status in (408, 502, 504):
        return _unknown("", f"The API’s server gave no answer of its own ({status}).")
    if envelope.is_error:
        return _refused(status, envelope)
    if 200 <= status < 300:
        if envelope.success and envelope.message_id:
            words = "The API accepted it for delivery."
            return Outcome(State.SENT, "", words, message_id=envelope.message_id)
        return _unknown("unreadable", f"The API answered {status}, but not in words we can read.")
    if status >= 500:
        return _unknown("", f"The server had a problem, not said which ({status}).")
    return Outcome(State.FAILED, "", _refused_without_words(answer))


def _unknown(code: str, what: str) -> Outcome:
    return Outcome(State.UNKNOWN, code, f"{what} {PERHAPS}")


def _refused(status: int, envelope: _Envelope) -> Outcome:
    """The API said no, in its own envelope."""
    code, message = envelope.code, envelope.message
    if words := REFUSED.get(code) or REFUSED_BY_STATUS.get(status):
        return Outcome(State.FAILED, code, words)
    if status < 500 and code != "MESSAGE_SEND_FAILED":
        return Outcome(State.FAILED, code, _quote("The API refused the message", message))
    if (found := _whatsapp_code(message)) is None:
        return Outcome(State.FAILED, code, _quote("The API couldn’t send it to WhatsApp", message))
    code, details = found
    words = WHATSAPP_CODES[code]
    if code == "131009":
        words = _quote(words, details)
    return Outcome(State.WAITING if words == TOO_FAST else State.FAILED, code, words)


def _quote(start: str, said: str) -> str:
    said = said.rstrip(". ")
    return f"{start}: {said}." if said else f"{start}."


def _refused_without_words(answer: Answer) -> str:
    """4xx and redirects whose answer isn't the API's: mostly a wrong address."""
    status = answer.status
    if status in REFUSED_BY_STATUS:
        return REFUSED_BY_STATUS[status]
    if 300 <= status < 400:
        return f"The base URL only points elsewhere ({status}). Ask an admin to correct it."
    if status == 404:
        return "There is no API at the base URL (404). Ask an admin to check it."
    return f"The server refused the request and didn’t say why ({status})."


def _whatsapp_code(message: str) -> tuple[str, str] | None:
    """The first of WhatsApp's codes in a message that we have words for, and what follows it."""
    for found in _WHATSAPP_CODE.finditer(message):
        code = found[1] or found[2] or found[3]
        words = WHATSAPP_CODES.get(code)
        if words and not (words == TOO_FAST and found[3]):
            return code, message[found.end() :].strip(" :;,.)]}-–—\n")
    return None


def _wait(attempt: int, told: float, jitter: float) -> float:
    """Seconds to the next attempt: doubling, never before the time told, spread a little later."""
    # After some doublings the longest wait holds anyway, and a float would overflow.
    least: float = max(FIRST_WAIT * 2 ** min(attempt - 1, 20), told, SHORTEST_WAIT)
    return min(least + jitter * min(least / 2, LONGEST_SPREAD), LONGEST_WAIT)


def _told_to_wait(headers: Mapping[str, str], envelope: _Envelope, now: datetime) -> float:
    """Seconds that an answer asks to wait, or until its window ends; 0 if it doesn't say.

    Times are measured against the answer's own Date, so our clock and theirs need not agree.
    """
    there = _http_date(headers.get("date", "")) or now
    waits = [0.0]
    reset_at = envelope.rate_limit.get("reset_at")
    if isinstance(reset_at, str) and (reset := iso_date(reset_at)):
        waits.append((reset - there).total_seconds())
    retry_after = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", retry_after):
        waits.append(float(retry_after))
    elif until := _http_date(retry_after):
        waits.append((until - there).total_seconds())
    return max(waits)


def _rate(status: int, envelope: _Envelope, told: float) -> Rate | None:
    """What the answer told of the limit; a 429 leaves nothing, if only for a moment."""
    limit, remaining = (_count(envelope.rate_limit.get(name)) for name in ("limit", "remaining"))
    if status == 429:
        remaining, told = 0, told or SHORTEST_WAIT
    if remaining is None or told <= 0:
        return None
    return Rate(limit, remaining, min(max(told, SHORTEST_WAIT), LONGEST_WAIT))


def _count(value: object) -> int | None:
    """A number of requests, fit for any database; None if it is something else."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return min(value, 2**31 - 1)
    return None


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return date if date.tzinfo else None


def _read(text: str) -> _Envelope:
    """Whatever of the API's envelope is in the text; an empty one if it is something else."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return _Envelope()
    if not isinstance(raw, dict):
        return _Envelope()
    error, data, meta = (_part(raw, name) for name in ("error", "data", "meta"))
    limit = _part(meta, "rate_limit") or _part(error, "rate_limit")
    kept = {
        name: _scalar(limit[name]) for name in ("limit", "remaining", "reset_at") if name in limit
    }
    success = raw.get("success")
    return _Envelope(
        success=success if isinstance(success, bool) else None,
        code=_text(error.get("code"), 60),
        message=_text(error.get("message"), 500),
        message_id=_text(data.get("message_id"), 200),
        request_id=_text(meta.get("request_id"), 200),
        rate_limit=kept,
    )


def _part(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = raw.get(name)
    return part if isinstance(part, dict) else {}


def _scalar(value: object) -> str | int | None:
    if isinstance(value, int):
        return value if abs(value) < 2**53 else None
    return _text(value, 60) or None


def _text(value: object, most: int) -> str:
    """A text from outside, fit for any database, not endless. A number as its digits."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        value = str(value)
    if not isinstance(value, str):
        return ""
    return storable(value[:most]).strip()
