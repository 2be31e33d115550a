"""Reading a message from what people paste: JSON in any dialect, or a curl command around it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from designer.message.formats import coext, meta, shell, twilio
from designer.message.formats.errors import FormatError
from designer.message.formats.loading import Loaded, Loader, Reader, to_message
from designer.message.schema import Message, texts

MOST_BYTES = 1_000_000
"""The longest text that is read, in bytes of UTF-8."""

MOST_MESSAGES = 1_000
"""How many messages one text may hold."""

_SURROGATE = re.compile(r"[\ud800-\udfff]")
# A curl command, perhaps with a prompt and with comments before it.
_CURL = re.compile(r"(?:\s*#[^\n]*\n)*\s*(?:\$\s+)?(?=curl\s)")

DIALECTS = {
    "coext": "Coext API",
    "meta": "Meta Cloud API",
    "twilio": "Twilio Content",
    "tapwright": "Tapwright",
}
"""The dialects that are read, and their names for people."""


@dataclass(frozen=True)
class Reading:
    """One message that was read, and what stood beside it."""

    message: Message
    dialect: str
    """A key of DIALECTS."""
    lost: list[str]
    """Paths of what a message can't hold."""
    to: str | None = None
    reference: str | None = None
    name: str | None = None


def read(text: str) -> Message:
    """The one message in `text`, without what a message can't hold, such as the recipient.

    `read_all` says what that was. Raises FormatError as it does, and for more than one message.
    """
    readings = read_all(text)
    if len(readings) > 1:
        raise FormatError(f"There are {len(readings)} messages here; one is needed.")
    return readings[0].message


def read_all(text: str) -> list[Reading]:
    """The messages in `text`: one or an array of them, in JSON or as the body of a curl command.

    At most 1 MB and 1,000 messages. Texts over their limits are kept. Raises FormatError, whose
    text says what is wrong and where.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise FormatError("This is more than 1 MB, too much to read at once.")
    _refuse_surrogates(text, "The text")
    text = text.removeprefix("\ufeff")
    in_curl = _CURL.match(text)
    if in_curl:
        data = _parse_json(shell.curl_data(text[in_curl.end() :]), "The JSON in the curl command")
    else:
        data = _parse_json(text, "The JSON")
    if not isinstance(data, list):
        return [_read_one(data)]
    if not data:
        raise FormatError("The array is empty: there is no message in it.")
    if len(data) > MOST_MESSAGES:
        raise FormatError(f"There are {len(data)} messages here; at most {MOST_MESSAGES} are read.")
    readings = []
    for number, item in enumerate(data, 1):
        try:
            readings.append(_read_one(item))
        except FormatError as error:
            raise FormatError(f"Message {number}: {error}") from None
    return readings


def _parse_json(text: str, what: str) -> object:
    if not text.strip():
        raise FormatError("There is nothing here. Paste JSON or a curl command.")
    try:
        # No field of a message is a number, so how exact one is doesn't matter, but Python refuses
        # to read a very long one as an integer.
        return json.loads(text, parse_int=float, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        reason = error.msg[0].lower() + error.msg[1:]
        raise FormatError(
            f"{what} breaks at line {error.lineno}, column {error.colno}: {reason}."
        ) from None
    except RecursionError:
        raise FormatError(f"{what} is nested too deeply to be a message.") from None


def _refuse_constant(name: str) -> NoReturn:
    raise FormatError(f"{name} is not JSON.")


def _read_one(payload: object) -> Reading:
    if not isinstance(payload, Mapping):
        raise FormatError("A message must be an object with named fields.")
    dialect, load = _dialect(payload)
    loaded = load(payload)
    for held in (*texts(loaded.message), *loaded.lost, loaded.to, loaded.reference, loaded.name):
        _refuse_surrogates(held or "", "A text")
    return Reading(loaded.message, dialect, loaded.lost, loaded.to, loaded.reference, loaded.name)


def _dialect(payload: Mapping[str, Any]) -> tuple[str, Loader]:
    """Which dialect a payload is in, by the field that only that one has."""
    if "kind" in payload:
        return "tapwright", _load_own
    if "interactive" in payload or "action" in payload:
        return "meta", meta.load_loosely
    if "types" in payload:
        return "twilio", twilio.load_loosely
    if "sections" in payload or "buttons" in payload:
        return "coext", coext.load_loosely
    raise FormatError(
        "This is no list or button message: it has neither sections nor buttons, "
        "nor what Meta's or Twilio's messages have."
    )


def _load_own(payload: Mapping[str, Any]) -> Loaded:
    """The shape in which a draft is stored."""
    reader = Reader()
    known = {"kind", "header", "body", "footer"}
    if payload["kind"] == "list":
        raw = reader.keep(payload, known | {"button", "sections"})
        raw["sections"] = reader.keep_each(raw.get("sections"), {"title", "rows"}, "sections")
        for s, section in enumerate(raw["sections"]):
            section["rows"] = reader.keep_each(
                section.get("rows"),
                {"id", "title", "description", "fresh"},
                f"sections.{s}.rows",
            )
    else:
        raw = reader.keep(payload, known | {"buttons"})
        raw["buttons"] = reader.keep_each(raw.get("buttons"), {"id", "title", "fresh"}, "buttons")
    return Loaded(to_message(raw), reader.lost)


def _refuse_surrogates(text: str, what: str) -> None:
    if found := _SURROGATE.search(text):
        raise FormatError(
            f"{what} has a broken character at position {found.start() + 1}: "
            "half of a surrogate pair, which no text can hold."
        )
