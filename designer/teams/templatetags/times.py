"""Moments in time, as the pages write them."""

from datetime import datetime

from django import template
from django.utils import dateformat, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

# Django's formats; static/js/app.js has the same for the reader's own time.
SHAPES = {
    "second": "j M Y, H:i:s",
    "minute": "j M Y, H:i",
    "time": "H:i:s",
    "clock": "H:i",
}


@register.simple_tag
def moment(when: datetime, shape: str = "second", *, words: str = "", css: str = "") -> SafeString:
    """A moment in one of SHAPES, or in `words` of the page's own, such as "a minute ago".

    It is written in the server's time, which it names; a script writes the reader's over it.
    """
    local = timezone.localtime(when)
    exact = dateformat.format(local, f"{SHAPES['second']} T")
    return format_html(
        '<time{} datetime="{}" data-moment="{}" title="{}">{}</time>',
        format_html(' class="{}"', css) if css else "",
        local.isoformat(),
        "words" if words else shape,
        exact,
        words or dateformat.format(local, f"{SHAPES[shape]} T"),
    )
