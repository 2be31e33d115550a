"""The API's contract for a request body, checked as strictly as it is written.

The tables at the end read like the contract's own. A check is a function from a value and the path
it stands at to the problems it has, each one sentence in the API's style: "buttons must have at
most 3 items".
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

Kind = Literal["list", "button"]
Check = Callable[[object, str], Iterator[str]]

E164 = re.compile(r"\+[1-9][0-9]{1,14}")
WEB_LINK = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)
# What no phone shows and some databases can't store: control characters but tab and line ends, and
# halves of surrogate pairs.
UNSHOWABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def problem(kind: Kind, body: object) -> str | None:
    """The first thing, in the table's order, that keeps a decoded request body from being sent.

    None when the body is as the contract wants it: then it is a dict of no other fields than the
    kind's, safe to store, and its `to` is an E.164 number.
    """
    return next(MESSAGES[kind](body, ""), None)


def number(value: object, path: str) -> Iterator[str]:
    """A phone number in E.164: a plus, then at most 15 digits, the first not 0."""
    if not isinstance(value, str) or not E164.fullmatch(value):
        yield f"{path} must be an E.164 phone number, e.g. +919876543210"


def text(limit: int | None = None) -> Check:
    """A string of at most `limit` code points, a CRLF counting as one."""

    def check(value: object, path: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"{path} must be a string"
        elif UNSHOWABLE.search(value):
            yield f"{path} must not have control characters or broken Unicode"
        elif limit is not None and len(value.replace("\r\n", "\n")) > limit:
            yield f"{path} must have at most {limit} characters"

    return check


def link(value: object, path: str) -> Iterator[str]:
    """The web address of a header's file."""
    if not isinstance(value, str):
        yield f"{path} must be a string"
    elif not WEB_LINK.fullmatch(value) or UNSHOWABLE.search(value):
        yield f"{path} must be a web link, e.g. https://example.com/photo.jpg"


def items(check_item: Check, least: int, most: int) -> Check:
    """An array of `least` to `most` items."""

    def check(value: object, path: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{path} must be an array"
        elif len(value) < least:
            yield f"{path} must have at least {least} item"
        elif len(value) > most:
            yield f"{path} must have at most {most} items"
        else:
            for position, item in enumerate(value):
                yield from check_item(item, f"{path}[{position}]")

    return check


def record(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """An object of these fields and no other.

    A required text is not blank; an optional field that is not set is left out.
    """

    def check(value: object, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path or 'request body'} must be an object"
            return
        within = f"{path}." if path else ""
        for name, check_field in required.items():
            field = value.get(name, "")
            if name not in value:
                yield f"{within}{name} is required"
            elif isinstance(field, str) and not field.strip():
                yield f"{within}{name} must not be empty"
            else:
                yield from check_field(field, within + name)
        for name, check_field in optional.items():
            if name in value and value[name] in (None, ""):
                yield f"{within}{name} must be left out when not set, not sent as null or empty"
            elif name in value:
                yield from check_field(value[name], within + name)
        for name in value:
            if name not in required and name not in optional:
                yield f"{path or 'request body'} has an unknown field, {name[:60]!r}"

    return check


def one_of(shapes: Mapping[str, Check]) -> Check:
    """An object whose `type` names its one other field."""

    def check(value: object, path: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(value, dict):
            yield f"{path} must be an object"
        elif not isinstance(kind, str) or kind not in shapes:
            yield f"{path}.type must be one of: {', '.join(shapes)}"
        else:
            yield from record({"type": text(), kind: shapes[kind]}, {})(value, path)

    return check


def unique_ids(
    check_message: Check, options: Callable[[Any], Iterator[tuple[str, dict[str, Any]]]]
) -> Check:
    """A message in which no two options have the same id; `options` gives each with its path."""

    def check(value: object, path: str) -> Iterator[str]:
        fine = True
        for found in check_message(value, path):
            fine = False
            yield found
        seen: set[str] = set()
        for where, option in options(value) if fine else ():
            if option["id"] in seen:
                yield f"{where}.id must be unique, and {option['id'][:60]!r} is there twice"
            seen.add(option["id"])

    return check


def buttons(message: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The reply buttons of a button message, each with its path."""
    for position, button in enumerate(message["buttons"]):
        yield f"buttons[{position}]", button


def rows(message: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of all sections of a list message, each with its path."""
    for outer, section in enumerate(message["sections"]):
        for inner, row in enumerate(section["rows"]):
            yield f"sections[{outer}].rows[{inner}]", row


ROW = record(
    required={"id": text(200), "title": text(24)},
    optional={"description": text(72)},
)
SECTION = record(
    required={"rows": items(ROW, 1, 10)},
    optional={"title": text(24)},
)
LIST = record(
    required={
        "to": number,
        "body": text(1024),
        "button": text(20),
        "sections": items(SECTION, 1, 10),
    },
    optional={"header": text(60), "footer": text(60), "reference": text(100)},
)

FILE = record(required={"link": link}, optional={})
HEADER = one_of(
    {
        "text": text(60),
        "image": FILE,
        "video": FILE,
        "document": record(required={"link": link}, optional={"filename": text()}),
    }
)
BUTTON = record(
    required={"id": text(256), "title": text(20)},
    optional={},
)
BUTTONS = record(
    required={"to": number, "body": text(1024), "buttons": items(BUTTON, 1, 3)},
    # A button message's reference has no limit of its own in the contract.
    optional={"header": HEADER, "footer": text(60), "reference": text()},
)

MESSAGES: Mapping[Kind, Check] = {
    "list": unique_ids(LIST, rows),
    "button": unique_ids(BUTTONS, buttons),
}
# What the customer can choose in a message, in reading order.
OPTIONS: Mapping[str, Callable[[Any], Iterator[tuple[str, dict[str, Any]]]]] = {
    "list": rows,
    "button": buttons,
}
