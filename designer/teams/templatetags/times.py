"""Moments in time, as the pages write them."""

from datetime import datetime, timedelta

from django import template
from django.utils import dateformat, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

# Django's formats; static/js/app.js has the same for the reader's own time, and goes on counting
# what is so long ago.
SHAPES = {
    "second": "j M Y, H:i:s",
    "minute": "j M Y, H:i",
    "time": "H:i:s",
    "clock": "H:i",
}
DAY = "j M Y"
UNITS = [
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
]
LONG_AGO = timedelta(days=30)


@register.simple_tag
def moment(when: datetime, shape: str = "second", *, css: str = "") -> SafeString:
    """A moment in one of SHAPES, or as how long it is "ago".

    It is written in the server's time, which it names; a script writes the reader's over it.
    """
    local = timezone.localtime(when)
    exact = dateformat.format(local, f"{SHAPES['second']} T")
    return format_html(
        '<time{} datetime="{}" data-moment="{}" title="{}">{}</time>',
        format_html(' class="{}"', css) if css else "",
        local.isoformat(),
        shape,
        exact,
        ago(local) if shape == "ago" else dateformat.format(local, f"{SHAPES[shape]} T"),
    )


def ago(when: datetime) -> str:
    """How long ago it is, "3 minutes ago" say, as a whole number of its largest unit; the day if
    that was long ago."""
    passed = timezone.now() - when
    if passed >= LONG_AGO:
        return dateformat.format(when, DAY)
    for name, unit in UNITS:
        if (count := passed // unit) > 0:
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "just now"
