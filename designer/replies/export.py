"""Replies as CSV, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator

from .models import Reply

HEADINGS = (
    "Replied at (UTC)",
    "Number",
    "What they did",
    "Option ID",
    "Title or text",
    "Version",
    "Reference",
    "Message sent at (UTC)",
    "Match",
    "Deliveries",
)
# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def rows(replies: Iterable[Reply]) -> Iterator[str]:
    """The lines of the file, one by one: headings, then a reply each. Begins with a byte order
    mark, without which Excel takes UTF-8 for something else.
    """
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(HEADINGS)
    for reply in replies:
        yield writer.writerow([safe(cell) for cell in _cells(reply)])


def _cells(reply: Reply) -> list[str]:
    about = reply.send or reply.wrote_after
    version = f"v{about.version_number}" if about and about.version_number else "draft"
    return [
        f"{reply.replied_at:%Y-%m-%d %H:%M:%S}",
        reply.from_number,
        reply.get_kind_display(),
        reply.option_id,
        reply.words,
        version if about else "",
        about.reference if about else "",
        f"{about.created_at:%Y-%m-%d %H:%M:%S}" if about else "",
        reply.get_matched_display() if reply.matched else "",
        str(reply.delivered_count),
    ]


def safe(cell: str) -> str:
    """The cell with an apostrophe before it if a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
