"""A delivery's body as a page shows it."""

from designer.sending.shown import Shown

from . import reading


def shown(body: bytes) -> Shown:
    """JSON indented, anything else as it came, with marks where it is no text."""
    try:
        return Shown.of_json(reading.decode(body))
    except (reading.UnreadableError, RecursionError):
        return Shown.of_text(body.decode("utf-8", "replace"))
