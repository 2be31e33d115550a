"""Many rows at once, pasted from a spreadsheet or as lines of text."""

import re
from collections.abc import Sequence
from typing import TypeVar

from designer.message.ids import follow_titles
from designer.message.limits import over_full
from designer.message.schema import (
    Button,
    ButtonMessage,
    ListMessage,
    Message,
    Row,
    unify_newlines,
)

MOST_LINES = 500
"""How many lines one paste may have: far above any limit, and what a page can still show."""

# A cell and what ends it. Spreadsheets put one in quotes that holds a tab, a newline or a quote;
# other quotes are the text's own.
_CELL = re.compile(r'(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<plain>[^\t\n]*))(?P<end>[\t\n]|\Z)')
_PATH = re.compile(
    r"(?:sections\.(?P<section>[0-9]{1,6})\.rows\.(?P<row>[0-9]{1,6})"
    r"|buttons\.(?P<button>[0-9]{1,6}))(?:\.[a-z]+)?"
)

Option = TypeVar("Option", Row, Button)


def read_cells(text: str) -> list[list[str]]:
    """The lines of a pasted range, each as its cells; blank lines left out.

    Cells are apart by tabs. One with a line break inside comes out on one line, since titles,
    descriptions and ids are. White space around a cell goes.
    """
    lines: list[list[str]] = [[]]
    for found in _CELL.finditer(unify_newlines(text)):
        plain, quoted = found["plain"], found["quoted"]
        cell = plain if quoted is None else quoted.replace('""', '"')
        lines[-1].append(" ".join(part.strip() for part in cell.split("\n")).strip())
        if found["end"] == "\n":
            lines.append([])
        elif not found["end"]:
            break  # else the empty text at the end would be one more cell
    return [line for line in lines if any(line)]


def paste_rows(message: Message, path: str, text: str) -> Message:
    """The message with a pasted text in the row or button at `path`, as `sections.0.rows.1.title`.

    The first line fills that row, each other becomes a row after it. The cells of a line are title,
    description, id for a row, and title, id for a button, where a third cell is taken as the id.
    What is over a limit is kept. Raises IndexError for a path that the message does not have and
    ValueError, in words, for one of another make, for more than 500 lines, and for more rows than a
    draft may have.
    """
    lines = read_cells(text)
    if len(lines) > MOST_LINES:
        raise ValueError(
            f"These are {len(lines)} lines; at most {MOST_LINES} can be pasted at once."
        )
    place = _PATH.fullmatch(path)
    if not place or (place["button"] is None) == isinstance(message, ButtonMessage):
        raise ValueError(f"There is nothing at {path} that rows can be pasted into.")
    if not lines:
        return message
    if isinstance(message, ListMessage):
        pasted = _into_list(message, int(place["section"]), int(place["row"]), lines)
    else:
        pasted = _into_buttons(message, int(place["button"]), lines)
    if words := over_full(pasted):
        raise ValueError(words)
    return follow_titles(None, pasted)


def _into_list(message: ListMessage, s: int, r: int, lines: list[list[str]]) -> Message:
    section = message.sections[s]
    first, *others = lines
    rows = [_with_cells(section.rows[r], first, ("title", "description", "id"))]
    rows += [
        _with_cells(Row(fresh=True), cells, ("title", "description", "id")) for cells in others
    ]
    section = section.model_copy(
        update={"rows": (*section.rows[:r], *rows, *section.rows[r + 1 :])}
    )
    sections = (*message.sections[:s], section, *message.sections[s + 1 :])
    return message.model_copy(update={"sections": sections})


def _into_buttons(message: ButtonMessage, b: int, lines: list[list[str]]) -> Message:
    # Three cells are a list's: title, description, id.
    lines = [[cells[0], cells[2]] if len(cells) > 2 else cells for cells in lines]
    first, *others = lines
    buttons = [_with_cells(message.buttons[b], first, ("title", "id"))]
    buttons += [_with_cells(Button(fresh=True), cells, ("title", "id")) for cells in others]
    return message.model_copy(
        update={"buttons": (*message.buttons[:b], *buttons, *message.buttons[b + 1 :])}
    )


def _with_cells(option: Option, cells: Sequence[str], names: Sequence[str]) -> Option:
    """A row or button with the cells that the line has. An empty id leaves the id as it is."""
    update: dict[str, object] = dict(zip(names, cells, strict=False))
    if update.get("id"):
        update["fresh"] = False
    else:
        update.pop("id", None)
    return option.model_copy(update=update)
