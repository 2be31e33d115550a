"""Phone numbers as people type and paste them."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, TypeVar

import phonenumbers
from django.db.models import QuerySet
from phonenumbers import ValidationResult

E164 = re.compile(r"\+[1-9][0-9]{1,14}")
# The longest that is kept of any sender's, which may be no number in E.164.
LONGEST = 40
# An index finds whole numbers; for a part of one each row is looked at, so there is an end to it.
SEARCHED = 5_000
# White space, dashes, and the invisible marks that come along when a contact is copied.
_IGNORED = {"Zs", "Pd", "Cf", "Cc"}

DOUBT = "No phone company gives out this number. You can send to it, but check its digits."
_IMPOSSIBLE = {
    ValidationResult.TOO_SHORT: "Too short for a number with",
    ValidationResult.TOO_LONG: "Too long for a number with",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "The area code is missing after",
}
_IMPOSSIBLE_ANYHOW = "There can’t be such a number with"


Rows = TypeVar("Rows", bound=QuerySet[Any])


class NumberError(ValueError):
    """Not a number that anything can be sent to; the text says why, for whoever typed it."""


@dataclass(frozen=True)
class Number:
    """A number in E.164, and a doubt about it in words ("" if there is none)."""

    e164: str
    doubt: str = ""


@dataclass(frozen=True)
class Search:
    """A number, or a part of one, that is looked for; "" is in all rows."""

    text: str

    @classmethod
    def read(cls, asked: str) -> "Search":
        """What an address asks for."""
        return cls(asked.replace("\0", "").strip())

    @property
    def whole(self) -> str:
        """The number in E.164; "" for what is only a part of one."""
        try:
            return read(self.text).e164
        except NumberError:
            return ""

    @property
    def part(self) -> str:
        """A part of a number, as it is looked for in whole ones.

        Of what is longer than any of them only the beginning, which is in none either: SQLite
        refuses to look for very long texts.
        """
        return re.sub(r"[\s().-]", "", self.text)[: LONGEST + 1]

    @property
    def is_partial(self) -> bool:
        return bool(self.text and not self.whole)

    def narrow(self, rows: Rows, field: str, *, newest: tuple[str, ...], searched: int) -> Rows:
        """The rows whose `field` is the number, or holds the part of one.

        A part is looked for in the first `searched` rows in the order `newest`, whose first field
        is where they end.
        """
        if whole := self.whole:
            return rows.filter(**{field: whole})
        if not self.text:
            return rows
        by = newest[0].removeprefix("-")
        ends = rows.order_by(*newest).values_list(by, flat=True)
        rows = rows.filter(**{f"{field}__contains": self.part})
        for end in ends[searched : searched + 1]:
            rows = rows.filter(**{f"{by}__gt": end})
        return rows


def read(text: str) -> Number:
    """Read a number with its country code. Raises NumberError for what is not possible.

    A possible number that no phone company gives out is only doubted: Meta's own test numbers are
    such. Source: E.164, at most 15 digits, the first not 0; without the + WhatsApp would put the
    business's own country code before it.
    """
    plain = "".join(
        char
        for char in unicodedata.normalize("NFKC", text)
        if unicodedata.category(char) not in _IGNORED and char not in "()./"
    )
    if not plain:
        raise NumberError("Enter the phone number to send to.")
    if not plain.startswith("+"):
        raise NumberError("Begin with + and the country code, like +91 98765 43210.")
    if not re.fullmatch(r"\+[0-9]+", plain):
        raise NumberError("A phone number has only digits after the +.")
    if not E164.fullmatch(plain):
        why = "it has more than 15 digits"
        if plain[1] == "0":
            why = "no country code begins with 0"
        elif len(plain) < 3:
            why = "only one digit is there"
        raise NumberError(f"This can’t be a phone number: {why}.")
    return _judge(plain)


def _judge(plain: str) -> Number:
    try:
        parsed = phonenumbers.parse(plain)
    except phonenumbers.NumberParseException as problem:
        raise NumberError("No country has this code. Check the digits after the +.") from problem
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason != ValidationResult.IS_POSSIBLE:
        raise NumberError(f"{_IMPOSSIBLE.get(reason, _IMPOSSIBLE_ANYHOW)} +{parsed.country_code}.")
    # Without the 0 that people write after the country code where there must be none.
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return Number(e164, "" if phonenumbers.is_valid_number(parsed) else DOUBT)
