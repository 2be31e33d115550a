"""What a webhook's body says: pure, from bytes to what a customer tapped or wrote.

Understood are the two reply shapes of the Coext External API, the two that WhatsApp itself uses
(`button_reply`, `list_reply`) inside the same wrapper, and Meta's whole envelope
(`entry[].changes[].value.messages[]`), each with any optional field missing or of a wrong type.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NoReturn

from designer.message.storable import storable
from designer.sending.numbers import LONGEST

RECEIVED = "message.received"

# The longest of each that is kept; WhatsApp's own are shorter. The raw delivery has the whole.
MOST_ID = 300
MOST_TITLE = 1_000
MOST_TEXT = 10_000

_OPTIONS: dict[str, Literal["button", "list"]] = {"button_reply": "button", "list_reply": "list"}

# E.164 allows fewer digits. But where the plus is missing it is put before them here, and a short
# code such as 12345 must not become somebody's number.
CUSTOMERS_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
# Before WhatsApp there was nothing to answer: an earlier time is a mistake.
_EARLIEST = datetime(2009, 1, 1, tzinfo=UTC)
_MILLISECONDS_FROM = 100_000_000_000  # as seconds this would be the year 5138


class UnreadableError(ValueError):
    """A body that is not a JSON object in UTF-8. Its text says in plain words what it is."""


@dataclass(frozen=True)
class Tap:
    """A reply button, or a row of a list. At least one of id and title is there."""

    kind: Literal["button", "list"]
    option_id: str
    title: str


@dataclass(frozen=True)
class Text:
    """What a customer typed."""

    text: str


@dataclass(frozen=True)
class Other:
    """Content of another make, such as "image"; `text` is its caption, if it has one."""

    what: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message from a customer; "" or None stands for what the body left out.

    `sender` is E.164 where it could be made so, `sent_at` in UTC by the clock of whoever told us,
    `context_id` the id of the message that this one answers.
    """

    event: str
    message_id: str
    sender: str
    sent_at: datetime | None
    context_id: str
    content: Tap | Text | Other


@dataclass(frozen=True)
class Event:
    """Not a message from a customer, but a delivery report or the like."""

    name: str


def decode(body: bytes) -> dict[str, object]:
    """A body as data. Raises UnreadableError, whatever the bytes are; never anything else."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise UnreadableError(
            f"Not UTF-8 text: byte {problem.start + 1} is no part of it."
        ) from None
    try:
        payload = json.loads(text, parse_int=_integer, parse_constant=_refuse)
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno}, column {problem.colno}"
        raise UnreadableError(f"Not JSON: {problem.msg} at {where}.") from None
    except RecursionError:
        raise UnreadableError("JSON that is nested too deeply.") from None
    if not isinstance(payload, dict):
        raise UnreadableError("JSON, but not an object.")
    return payload


def _integer(digits: str) -> int | float:
    """Python refuses integers of many digits; none of ours has more than twenty."""
    return int(digits) if len(digits) <= 20 else float(digits)


def _refuse(constant: str) -> NoReturn:
    raise UnreadableError(f"Not JSON: {constant} is no number.")


def read(payload: object) -> list[Message | Event]:
    """The messages and events in a decoded body, in its order; [] if it is not an object."""
    return list(_read(payload)) if isinstance(payload, dict) else []


def _read(payload: Mapping[str, object]) -> Iterator[Message | Event]:
    if isinstance(payload.get("entry"), list):
        for entry in _objects(payload["entry"]):
            for change in _objects(entry.get("changes")):
                yield from _meta(_object(change.get("value")), _text(change.get("field")))
    elif isinstance(payload.get("messages"), list):
        yield from _meta(payload, "messages")
    else:
        yield _coext(payload)


def _coext(payload: Mapping[str, object]) -> Message | Event:
    event = _text(payload.get("event")) or RECEIVED
    data = _object(payload.get("data")) or payload
    message = _object(data.get("message")) or data
    if event != RECEIVED:
        return Event(event)
    about = {**message, **{name: value for name, value in data.items() if value is not None}}
    return _message(event, about, message, payload.get("timestamp"))


def _meta(value: Mapping[str, object], field: str) -> Iterator[Message | Event]:
    messages = _objects(value.get("messages"))
    for message in messages:
        yield _message(field or "messages", message, message)
    if not messages:
        yield Event("statuses" if "statuses" in value else field or "unknown")


def _message(
    event: str,
    about: Mapping[str, object],
    message: Mapping[str, object],
    sent_at: object = None,
) -> Message | Event:
    """The message whose content is in `message` and whose ids, sender and time are in `about`."""
    content = _content(message)
    if content is None:
        return Event(event)
    return Message(
        event=event,
        message_id=_text(about.get("message_id")) or _text(about.get("id")),
        sender=e164(_text(about.get("from"))),
        sent_at=moment(sent_at) or moment(about.get("timestamp")),
        context_id=_text(_object(about.get("context")).get("id")),
        content=content,
    )


def _content(message: Mapping[str, object]) -> Tap | Text | Other | None:
    """The content by the type that it says, else by what it holds; None: there is none."""
    held = (kind for kind in ("interactive", "button", "text") if kind in message)
    kind = _text(message.get("type")) or next(held, "")
    value = message.get(kind)
    inner = _object(value)
    if kind == "text":
        return Text(_text(inner.get("body") if inner else value, MOST_TEXT))
    if tap := _tap(kind, inner):
        return tap
    return Other(kind[:40], _text(inner.get("caption"), MOST_TEXT)) if kind else None


def _tap(kind: str, inner: Mapping[str, object]) -> Tap | None:
    tap = Tap("button", "", "")
    if kind == "button":
        tap = Tap("button", _text(inner.get("payload")), _text(inner.get("text"), MOST_TITLE))
    elif kind == "interactive":
        for name, means in _OPTIONS.items():
            if option := _object(inner.get(name)):
                tap = Tap(means, _text(option.get("id")), _text(option.get("title"), MOST_TITLE))
    return tap if tap.option_id or tap.title else None


def e164(number: str) -> str:
    """The number with its plus and nothing but digits, where it is one; else as it came.

    Meta leaves the plus out: 919876543210 is +919876543210. Twilio says whatsapp:+919876543210.
    """
    digits = re.sub(r"[\s().-]", "", number.removeprefix("whatsapp:"))
    digits = "+" + digits.removeprefix("+").removeprefix("00")
    return digits if CUSTOMERS_NUMBER.fullmatch(digits) else number[:LONGEST]


def moment(value: object) -> datetime | None:
    """A time in UTC from ISO 8601, or from seconds or milliseconds since 1970; else None."""
    try:
        if isinstance(value, str) and not value.isdecimal():
            found = datetime.fromisoformat(value)
            found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            number = float(value)
            seconds = number / 1000 if number >= _MILLISECONDS_FROM else number
            found = datetime.fromtimestamp(seconds, UTC)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return found if found >= _EARLIEST else None


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: object, most: int = MOST_ID) -> str:
    """A text that any database stores; a whole number as its digits, anything else as ""."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return ""
    return storable(value[:most])
