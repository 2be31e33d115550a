"""Edits of a message: each takes a message and returns a new one.

Places count from 0; one that the message does not have raises IndexError. Nothing here keeps to the
limits: whoever adds an eleventh row sees it, and `checks` says so. A new row or button is `fresh`:
its id follows its title until somebody edits the id by hand.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from designer.message.ids import follow_titles, free_ids, new_id
from designer.message.kinds import losses, switch_kind
from designer.message.limits import over_full
from designer.message.paste import paste_rows
from designer.message.schema import (
    Button,
    ButtonMessage,
    ListMessage,
    Message,
    Row,
    Section,
    ids,
)

__all__ = [
    "UnknownEdit",
    "add_button",
    "add_row",
    "add_section",
    "apply",
    "duplicate_button",
    "duplicate_row",
    "duplicate_section",
    "follow_titles",
    "losses",
    "move_button",
    "move_row",
    "move_section",
    "paste_rows",
    "remove_button",
    "remove_row",
    "remove_section",
    "switch_kind",
]

Item = TypeVar("Item")

# A number in an operation's name.
_PLACE = re.compile(r"\.([0-9]{1,6})(?![0-9])")


class UnknownEdit(ValueError):
    """An operation that does not exist, or not on this message."""


# --- sections


def add_section(message: ListMessage) -> ListMessage:
    """One more section at the end, with one empty row."""
    section = Section(rows=(_new_row(message),))
    return _with_sections(message, (*message.sections, section))


def remove_section(message: ListMessage, section: int) -> ListMessage:
    """Without a section and its rows."""
    return _with_sections(message, _without(message.sections, section))


def move_section(message: ListMessage, section: int, to: int) -> ListMessage:
    """A section moved so that it is then at place `to`."""
    return _with_sections(message, _moved(message.sections, section, to))


def duplicate_section(message: ListMessage, section: int) -> ListMessage:
    """A copy of a section after it; its rows get free, fresh ids."""
    original = _item(message.sections, section)
    made = free_ids([row.title for row in original.rows], ids(message), word="row")
    rows = tuple(
        row.model_copy(update={"id": id_, "fresh": True})
        for row, id_ in zip(original.rows, made, strict=True)
    )
    copied = original.model_copy(update={"rows": rows})
    return _with_sections(message, _inserted(message.sections, section + 1, copied))


# --- rows


def add_row(message: ListMessage, section: int) -> ListMessage:
    """One more row at the end of a section, empty."""
    rows = _item(message.sections, section).rows
    return _with_rows(message, section, (*rows, _new_row(message)))


def remove_row(message: ListMessage, section: int, row: int) -> ListMessage:
    """Without a row."""
    rows = _item(message.sections, section).rows
    return _with_rows(message, section, _without(rows, row))


def move_row(
    message: ListMessage, section: int, row: int, to_section: int, to_row: int
) -> ListMessage:
    """A row moved so that it is then at place `to_row` of section `to_section`."""
    rows = _item(message.sections, section).rows
    if section == to_section:
        return _with_rows(message, section, _moved(rows, row, to_row))
    moved = _item(rows, row)
    target = _inserted(_item(message.sections, to_section).rows, to_row, moved)
    return _with_rows(_with_rows(message, section, _without(rows, row)), to_section, target)


def duplicate_row(message: ListMessage, section: int, row: int) -> ListMessage:
    """A copy of a row after it, with a free, fresh id."""
    rows = _item(message.sections, section).rows
    original = _item(rows, row)
    copy = original.model_copy(update={"id": new_id(message, original.title), "fresh": True})
    return _with_rows(message, section, _inserted(rows, row + 1, copy))


# --- buttons


def add_button(message: ButtonMessage) -> ButtonMessage:
    """One more button at the end, empty."""
    button = Button(id=new_id(message), fresh=True)
    return _with_buttons(message, (*message.buttons, button))


def remove_button(message: ButtonMessage, button: int) -> ButtonMessage:
    """Without a button."""
    return _with_buttons(message, _without(message.buttons, button))


def move_button(message: ButtonMessage, button: int, to: int) -> ButtonMessage:
    """A button moved so that it is then at place `to`."""
    return _with_buttons(message, _moved(message.buttons, button, to))


def duplicate_button(message: ButtonMessage, button: int) -> ButtonMessage:
    """A copy of a button after it, with a free, fresh id."""
    original = _item(message.buttons, button)
    copy = original.model_copy(update={"id": new_id(message, original.title), "fresh": True})
    return _with_buttons(message, _inserted(message.buttons, button + 1, copy))


# --- by name, as the page's buttons post them


def apply(message: Message, op: str) -> tuple[Message, str]:
    """The message after a named operation, and the path of the field that should get the focus.

    `op` is one of the names below with places for #, as `add-row.0` or `move-row.0.1.to.1.0`. The
    path is that of a title; of `sections` or `buttons` when none is left. Raises UnknownEdit, and
    ValueError in words for one that makes more parts than a draft may have.
    """
    name = _PLACE.sub(".#", op.replace("#", "?"))
    places = [int(place) for place in _PLACE.findall(op)]
    try:
        if isinstance(message, ListMessage):
            edited, focus = _LIST_EDITS[name](message, *places)
        else:
            edited, focus = _BUTTON_EDITS[name](message, *places)
    except KeyError:
        raise UnknownEdit(f"There is no {op[:60]!a} for a {message.kind} message.") from None
    except IndexError:
        raise UnknownEdit(f"{op[:60]!a} is about a place that isn't there any more.") from None
    if (words := over_full(edited)) and not over_full(message):
        raise ValueError(words)
    return edited, focus


def _move_row_up(message: ListMessage, section: int, row: int) -> tuple[Message, str]:
    """Up by one; from the first place to the end of the section above."""
    _item(_item(message.sections, section).rows, row)
    if row > 0:
        to = (section, row - 1)
    elif section > 0:
        to = (section - 1, len(message.sections[section - 1].rows))
    else:
        to = (section, row)
    return move_row(message, section, row, *to), _row(*to)


def _move_row_down(message: ListMessage, section: int, row: int) -> tuple[Message, str]:
    """Down by one; from the last place to the start of the section below."""
    rows = _item(message.sections, section).rows
    _item(rows, row)
    if row < len(rows) - 1:
        to = (section, row + 1)
    elif section < len(message.sections) - 1:
        to = (section + 1, 0)
    else:
        to = (section, row)
    return move_row(message, section, row, *to), _row(*to)


def _move_section_to(message: ListMessage, section: int, to: int) -> tuple[Message, str]:
    return move_section(message, section, to), _section(to)


def _move_button_to(message: ButtonMessage, button: int, to: int) -> tuple[Message, str]:
    return move_button(message, button, to), _button(to)


def _remove_row(message: ListMessage, section: int, row: int) -> tuple[Message, str]:
    removed = remove_row(message, section, row)
    left = len(removed.sections[section].rows)
    return removed, _row(section, min(row, left - 1)) if left else _section(section)


def _remove_section(message: ListMessage, section: int) -> tuple[Message, str]:
    removed = remove_section(message, section)
    left = len(removed.sections)
    return removed, _section(min(section, left - 1)) if left else "sections"


def _remove_button(message: ButtonMessage, button: int) -> tuple[Message, str]:
    removed = remove_button(message, button)
    left = len(removed.buttons)
    return removed, _button(min(button, left - 1)) if left else "buttons"


def _row(section: int, row: int) -> str:
    return f"sections.{section}.rows.{row}.title"


def _section(section: int) -> str:
    return f"sections.{section}.title"


def _button(button: int) -> str:
    return f"buttons.{button}.title"


_Edit = Callable[..., tuple[Message, str]]

_LIST_EDITS: dict[str, _Edit] = {
    "add-section": lambda m: (add_section(m), _section(len(m.sections))),
    "remove-section.#": _remove_section,
    "move-section-up.#": lambda m, s: _move_section_to(m, s, max(s - 1, 0)),
    "move-section-down.#": lambda m, s: _move_section_to(m, s, min(s + 1, len(m.sections) - 1)),
    "move-section.#.to.#": _move_section_to,
    "duplicate-section.#": lambda m, s: (duplicate_section(m, s), _section(s + 1)),
    "add-row.#": lambda m, s: (add_row(m, s), _row(s, len(m.sections[s].rows))),
    "remove-row.#.#": _remove_row,
    "move-row-up.#.#": _move_row_up,
    "move-row-down.#.#": _move_row_down,
    "move-row.#.#.to.#.#": lambda m, s, r, ts, tr: (move_row(m, s, r, ts, tr), _row(ts, tr)),
    "duplicate-row.#.#": lambda m, s, r: (duplicate_row(m, s, r), _row(s, r + 1)),
}

_BUTTON_EDITS: dict[str, _Edit] = {
    "add-button": lambda m: (add_button(m), _button(len(m.buttons))),
    "remove-button.#": _remove_button,
    "move-button-up.#": lambda m, b: _move_button_to(m, b, max(b - 1, 0)),
    "move-button-down.#": lambda m, b: _move_button_to(m, b, min(b + 1, len(m.buttons) - 1)),
    "move-button.#.to.#": _move_button_to,
    "duplicate-button.#": lambda m, b: (duplicate_button(m, b), _button(b + 1)),
}


# --- tuples, and messages with another part


def _item(items: tuple[Item, ...], at: int) -> Item:
    if not 0 <= at < len(items):
        raise IndexError(f"There is no place {at} among {len(items)}.")
    return items[at]


def _inserted(items: tuple[Item, ...], at: int, item: Item) -> tuple[Item, ...]:
    if not 0 <= at <= len(items):
        raise IndexError(f"There is no place {at} among {len(items)}.")
    return (*items[:at], item, *items[at:])


def _without(items: tuple[Item, ...], at: int) -> tuple[Item, ...]:
    _item(items, at)
    return (*items[:at], *items[at + 1 :])


def _moved(items: tuple[Item, ...], at: int, to: int) -> tuple[Item, ...]:
    return _inserted(_without(items, at), to, _item(items, at))


def _with_sections(message: ListMessage, sections: tuple[Section, ...]) -> ListMessage:
    return message.model_copy(update={"sections": sections})


def _with_rows(message: ListMessage, section: int, rows: tuple[Row, ...]) -> ListMessage:
    changed = message.sections[section].model_copy(update={"rows": rows})
    sections = (*message.sections[:section], changed, *message.sections[section + 1 :])
    return _with_sections(message, sections)


def _with_buttons(message: ButtonMessage, buttons: tuple[Button, ...]) -> ButtonMessage:
    return message.model_copy(update={"buttons": buttons})


def _new_row(message: ListMessage) -> Row:
    return Row(id=new_id(message), fresh=True)
