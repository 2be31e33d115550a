"""How the phone writes things."""

import re

import phonenumbers
from django import template

register = template.Library()

MARKED = re.compile(r"(?<!\w)([*_~]|`{1,3})(\S|\S[^\n]*?\S)\1(?!\w)")


@register.filter
def spaced(number: str) -> str:
    """An E.164 number as people write it: "+91 98765 43210"."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@register.filter
def unmarked(text: str) -> str:
    """A body without its formatting marks, for a line that has no room for formatting."""
    return MARKED.sub(r"\2", text)
