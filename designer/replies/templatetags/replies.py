"""How the pages write numbers and times."""

from datetime import timedelta

import phonenumbers
from django import template

register = template.Library()


@register.filter
def phone(number: object) -> str:
    """A number in E.164 as people write it: +91 98765 43210; anything else as it is."""
    text = str(number)
    try:
        parsed = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return text or "Unknown number"
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@register.filter
def took(duration: timedelta | None) -> str:
    """A duration as one says it: 40 s, 3 min 20 s, 25 min, 2 h 5 min; a dash for none."""
    if duration is None:
        return "–"
    seconds = round(duration.total_seconds())
    units = ((86_400, 3_600, "d", "h"), (3_600, 60, "h", "min"), (60, 1, "min", "s"))
    for size, smaller_size, unit, smaller_unit in units:
        if seconds >= size:
            count, smaller = seconds // size, seconds % size // smaller_size
            rest = f" {smaller} {smaller_unit}" if smaller and count < 10 else ""
            return f"{count} {unit}{rest}"
    return f"{seconds} s"


@register.filter
def share(part: int, whole: int) -> str:
    """A part in per cent of the whole; only none of it is 0 %, and only all of it 100 %."""
    if part and whole > 100 * part:
        return "<1 %"
    if part < whole and 100 * (whole - part) < whole:
        return ">99 %"
    # Half a per cent goes up.
    return f"{(200 * part + whole) // (2 * whole) if whole else 0} %"


@register.filter
def of(names: dict[str, str], number: str) -> str:
    """The name of a number, "" if it has none."""
    return names.get(number, "")
