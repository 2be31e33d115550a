"""Switching a message's kind, and back, without loss.

A button message has no descriptions, sections or list button; a list has no media header. So the
message as it was is set aside: whoever switches keeps `Switched.set_aside` with the draft and
gives it to the next switch, which takes from there what the message at hand cannot hold.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from designer.message import schema
from designer.message.limits import LIMITS, length
from designer.message.schema import (
    Button,
    ButtonMessage,
    Header,
    ListMessage,
    Message,
    Row,
    Section,
)

FIRST_LIST_BUTTON = "Choose an option"
"""The text on the list button of a message that never had one."""


@dataclass(frozen=True)
class Switched:
    """A message of the other kind, and what to keep for the way back."""

    message: Message
    set_aside: dict[str, Any]


def switch_kind(message: Message, set_aside: Mapping[str, Any] | None = None) -> Switched:
    """The message as one of the other kind. Nothing is cut: every row becomes a button.

    `set_aside` is what the last switch gave, if there was one. Switching there and back gives the
    message that it was. Raises ShapeError for a `set_aside` that no switch gave.
    """
    was = schema.parse(set_aside) if set_aside else None
    switched: Message
    if isinstance(message, ListMessage):
        switched = _to_buttons(message, was if isinstance(was, ButtonMessage) else None)
    else:
        switched = _to_list(message, was if isinstance(was, ListMessage) else None)
    return Switched(switched, schema.to_dict(message))


def losses(message: Message, set_aside: Mapping[str, Any] | None = None) -> list[str]:
    """What a message of the other kind can't show of this one, each in words, to say beforehand.

    `set_aside` is what the last switch gave, if there was one. Raises ShapeError for one that no
    switch gave.
    """
    if isinstance(message, ButtonMessage):
        return list(_lost_in_a_list(message))
    was = schema.parse(set_aside) if set_aside else None
    return list(_lost_in_buttons(message, was.header if isinstance(was, ButtonMessage) else None))


def _lost_in_a_list(message: ButtonMessage) -> Iterator[str]:
    if message.header and message.header.type != "text":
        yield f"The header's {message.header.noun}: a list's header is text."
    most = LIMITS["list"]["sections.*.rows.*.id"].most
    if long := sum(length(button.id) > most for button in message.buttons):
        count = len(message.buttons)
        yield f"The ids of {long} of {count} buttons: a row's id has at most {most} characters."


def _lost_in_buttons(message: ListMessage, header: Header | None) -> Iterator[str]:
    if message.header and header and header.type != "text":
        yield f"The header “{message.header}”: the {header.noun} that was there takes its place."
    if titles := [f"“{section.title}”" for section in message.sections if section.title]:
        yield f"The section titles {', '.join(titles)}."
    elif len(message.sections) > 1:
        yield f"The grouping into {len(message.sections)} sections."
    rows = [row for section in message.sections for row in section.rows]
    if described := sum(1 for row in rows if row.description):
        yield f"The description of {described} of {len(rows)} rows."
    if message.button:
        yield f"The list button “{message.button}”."
    most = LIMITS["button"]["buttons.*.title"].most
    if long := [f"“{row.title}”" for row in rows if length(row.title) > most]:
        yield f"{', '.join(long)}: a button has at most {most} characters."
    if len(rows) > (most := LIMITS["button"]["buttons"].most):
        yield f"More than {most} choices: all {len(rows)} rows become buttons, to choose from."


def _to_buttons(message: ListMessage, was: ButtonMessage | None) -> ButtonMessage:
    return ButtonMessage(
        header=_button_header(message.header, was.header if was else None),
        body=message.body,
        footer=message.footer,
        buttons=tuple(
            Button(id=row.id, title=row.title, fresh=row.fresh)
            for section in message.sections
            for row in section.rows
        ),
    )


def _button_header(text: str, was: Header | None) -> Header | None:
    """The header that was, with the text that is."""
    if was and (was.type != "text" or was.text == text):
        return was.model_copy(update={"text": text})
    return Header(type="text", text=text) if text else None


def _to_list(message: ButtonMessage, was: ListMessage | None) -> ListMessage:
    return ListMessage(
        header=message.header.text if message.header else "",
        body=message.body,
        footer=message.footer,
        button=was.button if was else FIRST_LIST_BUTTON,
        sections=_sections(message.buttons, was.sections if was else (Section(),)),
    )


def _sections(buttons: tuple[Button, ...], was: tuple[Section, ...]) -> tuple[Section, ...]:
    """The sections that were, with the buttons that are.

    A button goes to the section where its row was, a new one to that of the button before it.
    """
    places = _places(buttons, was)
    rows: dict[int, list[Row]] = defaultdict(list)
    section = 0
    for button, place in zip(buttons, places, strict=True):
        description = ""
        if place:
            section, description = place[0], was[place[0]].rows[place[1]].description
        row = Row(id=button.id, title=button.title, description=description, fresh=button.fresh)
        rows[section].append(row)
    if buttons and not was:
        was = (Section(),)
    filled = tuple(
        Section(title=section.title, rows=tuple(rows[s]))
        for s, section in enumerate(was)
        if rows[s] or not section.rows
    )
    if not filled and was:
        return (Section(title=was[0].title),)
    return filled


def _places(buttons: tuple[Button, ...], was: tuple[Section, ...]) -> list[tuple[int, int] | None]:
    """For each button the section and row where it was; None for a new one.

    That is the row with its id, else with its title. One that has another id and another title by
    now is still known by its place, as long as there are as many buttons as there were rows.
    """
    rows = {(s, r): row for s, section in enumerate(was) for r, row in enumerate(section.rows)}
    free = dict(rows)
    places: list[tuple[int, int] | None] = [None] * len(buttons)
    for name in ("id", "title"):
        by_text: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for place, row in reversed(free.items()):
            by_text[getattr(row, name)].append(place)
        for b, button in enumerate(buttons):
            text = getattr(button, name)
            if places[b] is None and by_text[text]:
                place = places[b] = by_text[text].pop()
                del free[place]
    if len(buttons) == len(rows):
        for b, place in enumerate(rows):
            if places[b] is None and place in free:
                places[b] = place
    return places
