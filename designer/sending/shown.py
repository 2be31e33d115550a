"""What came from outside, as a page shows it: no more than its beginning, however long it is."""

import json
from dataclasses import dataclass
from typing import Self

from designer.message.formats.snippets import paste_safe

MOST_SHOWN = 20_000
_INDENTED = json.JSONEncoder(indent=2, ensure_ascii=False)


@dataclass(frozen=True)
class Shown:
    """A text fit for a page, of at most MOST_SHOWN characters, and whether it is cut."""

    text: str
    is_cut: bool

    @classmethod
    def of_text(cls, text: str) -> Self:
        """The text itself, with marks where it is none."""
        whole = text[: MOST_SHOWN + 1].replace("\0", "\ufffd")
        fit = whole.encode("utf-8", "backslashreplace").decode()
        return cls(fit[:MOST_SHOWN], len(whole) > MOST_SHOWN)

    @classmethod
    def of_json(cls, value: object) -> Self:
        """The value as indented JSON. Raises RecursionError."""
        # Piece by piece: what is nested deep, indented, is a thousand times as long as it came.
        text = ""
        for piece in _INDENTED.iterencode(value):
            text += piece
            if len(text) > MOST_SHOWN:
                break
        return cls.of_text(paste_safe(text))
