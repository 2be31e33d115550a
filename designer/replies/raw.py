"""A delivery's body as a page shows it."""

from dataclasses import dataclass

from designer.message.formats.snippets import as_json

from . import reading

MOST_SHOWN = 20_000


@dataclass(frozen=True)
class Shown:
    """A text fit for a page, and whether it is only the beginning of the body."""

    text: str
    is_cut: bool


def shown(body: bytes) -> Shown:
    """JSON indented, anything else as it came, with marks where it is no text."""
    try:
        text = as_json(reading.decode(body))
    except (reading.UnreadableError, RecursionError):
        text = body.decode("utf-8", "replace").replace("\0", "\ufffd")
    return Shown(text[:MOST_SHOWN], len(text) > MOST_SHOWN)
