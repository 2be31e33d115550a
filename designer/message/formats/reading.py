"""Reading messages from what people paste: JSON in any dialect, or what they send it with.

That is a curl command, for whichever shell, or a program in JavaScript or Python.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from designer.message.formats import coext, foreign, meta, twilio
from designer.message.formats.errors import FormatError
from designer.message.formats.loading import Loaded, Loader, Reader, to_message
from designer.message.formats.sources import parse_all
from designer.message.formats.unwrapping import Item, unwrap
from designer.message.labels import label_for
from designer.message.limits import over_full
from designer.message.schema import Message, fields, readable
from designer.message.variables import names

MOST_BYTES = 1_000_000
"""The longest text that is read, in bytes of UTF-8."""

MOST_MESSAGES = 1_000
"""How many messages one text may hold."""

_SURROGATE = re.compile(r"[\ud800-\udfff]")

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
    samples: dict[str, str] = field(default_factory=dict)
    """Values that stand for the message's variables, by their names."""
    notes: list[str] = field(default_factory=list)
    """In sentences, what was taken for something else than it said, or left out around it."""


def read(text: str) -> Message:
    """The one message in `text`, without what a message can't hold, such as the recipient.

    `read_all` says what that was. Raises FormatError as it does, and for more than one message.
    """
    readings = read_all(text)
    if len(readings) > 1:
        raise FormatError(f"There are {len(readings)} messages here; one is needed.")
    return readings[0].message


def read_all(text: str) -> list[Reading]:
    """The messages in `text`: one or several, in JSON, in curl commands or in a program.

    At most 1 MB, 1,000 messages and 1,000 rows a message. Texts over their limits are kept. What
    is to be noted of the text as a whole is among the first one's notes. Raises FormatError, whose
    text says what is wrong and where.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise FormatError("This is more than 1 MB, too much to read at once.")
    _refuse_surrogates(text, "The text")
    parsed = parse_all(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    values = [value for each in parsed for value in each.values]
    items = [item for value in values for item in unwrap(value)]
    if not items:
        raise FormatError("The array is empty: there is no message in it.")
    if len(items) > MOST_MESSAGES:
        raise FormatError(
            f"There are {len(items)} messages here; at most {MOST_MESSAGES} are read."
        )
    readings = []
    for number, item in enumerate(items, 1):
        try:
            readings.append(_read_one(item))
        except FormatError as error:
            if len(items) == 1 and not isinstance(values[0], list):
                raise
            raise FormatError(f"Message {number}: {error}") from None
    notes = [note for each in parsed for note in each.notes]
    first, *others = readings
    return [replace(first, notes=notes + first.notes), *others]


def _read_one(item: Item) -> Reading:
    payload = item.payload
    if not isinstance(payload, Mapping):
        raise FormatError("A message must be an object with named fields.")
    dialect, load = _dialect(payload)
    loaded = load(payload, Reader())
    if words := over_full(loaded.message):
        raise FormatError(words)
    known = set(names(loaded.message))
    samples = {name: value for name, value in loaded.samples.items() if name in known}
    unused = [f"variables.{readable(name)}" for name in loaded.samples if name not in known]
    for path, text in fields(loaded.message):
        _refuse_surrogates(text, label_for(path))
    for name, text in samples.items():
        _refuse_surrogates(text, f"The sample of {name}")
    beside = {"recipient": loaded.to, "reference": loaded.reference, "name": loaded.name}
    for what, held in beside.items():
        _refuse_surrogates(held or "", f"The {what}")
    return Reading(
        loaded.message,
        dialect,
        [*item.lost, *loaded.lost, *unused],
        loaded.to,
        loaded.reference,
        loaded.name,
        samples,
        [*item.notes, *loaded.notes],
    )


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
        foreign.name(payload)
        or "This is no list or button message: it has neither sections nor buttons, "
        "nor what Meta's or Twilio's messages have."
    )


def _load_own(payload: Mapping[str, Any], reader: Reader) -> Loaded:
    """The shape in which a draft is stored."""
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
    return Loaded(to_message(raw), reader.lost, reader.notes)


def _refuse_surrogates(text: str, what: str) -> None:
    if found := _SURROGATE.search(text):
        raise FormatError(
            f"{what} has a broken character at position {found.start() + 1}: "
            "half of a surrogate pair, which no text can hold."
        )
