"""Every number of the contract in one table, each with its source.

The checks and the counters in the page read them here.
"""

from dataclasses import dataclass
from functools import lru_cache

from designer.message.schema import ListMessage, Message, unify_newlines

_LIST = "Coext External API, POST /messages/interactive/list"
_BUTTON = "Coext External API, POST /messages/interactive/button"
_WHATSAPP_ROWS = (
    "WhatsApp: 10 rows over all sections; error 131009 "
    "“Total row count exceed max allowed count: 10”"
)


@dataclass(frozen=True)
class Limit:
    """How many of `unit` a field takes: `least` to `most`, both included; `least` 1 = required."""

    most: int
    least: int
    unit: str
    source: str

    @property
    def required(self) -> bool:
        """Whether the field must not be empty."""
        return self.least > 0


def _text(most: int, source: str, *, required: bool = False) -> Limit:
    return Limit(most, 1 if required else 0, "characters", source)


# For each kind, a field's path with * for any number -> its limit.
LIMITS: dict[str, dict[str, Limit]] = {
    "list": {
        "header": _text(60, _LIST),
        "body": _text(1024, _LIST, required=True),
        "footer": _text(60, _LIST),
        "button": _text(20, _LIST, required=True),
        "sections": Limit(10, 1, "sections", _LIST),
        "sections.*.title": _text(24, _LIST),
        "sections.*.rows": Limit(10, 1, "rows", _LIST),
        "sections.*.rows.*.id": _text(200, _LIST, required=True),
        "sections.*.rows.*.title": _text(24, _LIST, required=True),
        "sections.*.rows.*.description": _text(72, _LIST),
        "reference": _text(100, _LIST),
    },
    "button": {
        "header.text": _text(60, _BUTTON, required=True),
        "body": _text(1024, _BUTTON, required=True),
        "footer": _text(60, _BUTTON),
        "buttons": Limit(3, 1, "buttons", _BUTTON),
        "buttons.*.id": _text(256, _BUTTON, required=True),
        "buttons.*.title": _text(20, _BUTTON, required=True),
        # The contract gives no number here; the list's is the one that holds for both.
        "reference": _text(100, _LIST),
    },
}

# What WhatsApp itself takes, where the contract takes more: 10 sections of 10 rows.
WHATSAPP_ROWS = Limit(10, 1, "rows", _WHATSAPP_ROWS)


MOST_PARTS = 1_000
"""How many sections and rows, or buttons, a draft may have: far above any limit, and no more than
one page can show and one form can send."""


def over_full(message: Message) -> str:
    """Why a draft can't have so many parts, in words; "" if it can."""
    if isinstance(message, ListMessage):
        count = len(message.sections) + sum(len(section.rows) for section in message.sections)
        parts = "sections and rows"
    else:
        count, parts = len(message.buttons), "buttons"
    if count <= MOST_PARTS:
        return ""
    return f"That would be {count:,} {parts}; one message can have {MOST_PARTS:,} here."


@lru_cache(maxsize=1024)
def limit_for(field_path: str, kind: str) -> Limit | None:
    """The limit of a field like `sections.0.rows.1.title`; None for one without a limit.

    `kind` is "list" or "button"; raises KeyError for another.
    """
    pattern = ".".join("*" if part.isdecimal() else part for part in field_path.split("."))
    return LIMITS[kind].get(pattern)


def length(text: str) -> int:
    """The number of characters: code points, a CRLF counted as one."""
    return len(unify_newlines(text))


def utf16_length(text: str) -> int:
    """The same in UTF-16 units, as JavaScript's `.length` and some gateways count."""
    text = unify_newlines(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 if not text.isascii() else len(text)
