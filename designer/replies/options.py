"""The options of a message, and which of them an id means that a customer tapped. Pure."""

from collections.abc import Mapping
from typing import Any

from designer.message.schema import ListMessage, Message
from designer.message.variables import VARIABLE


def of_payload(payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Id and title of each option of a request body of the API, in reading order."""
    found = [row for section in payload.get("sections", ()) for row in section["rows"]]
    found = found or payload.get("buttons", ())
    return [(option["id"], option.get("title", "")) for option in found]


def in_order(message: Message) -> list[tuple[str, str, str]]:
    """Section title, id and title of each option, in reading order."""
    if isinstance(message, ListMessage):
        return [(part.title, row.id, row.title) for part in message.sections for row in part.rows]
    return [("", button.id, button.title) for button in message.buttons]


class Place:
    """An option's id as the template has it, its variables standing for any text."""

    def __init__(self, option_id: str) -> None:
        self.id = option_id
        # The texts between the variables: VARIABLE's group makes every other part a name.
        self.start, *self.rest = VARIABLE.split(option_id)[::2]

    @property
    def has_variables(self) -> bool:
        return bool(self.rest)

    def is_like(self, other: "Place") -> bool:
        """Whether both say the same, whatever their variables are called."""
        return (self.start, self.rest) == (other.start, other.rest)

    def fits(self, sent_id: str) -> bool:
        """Whether some values for the variables make it the id that was sent; in linear time."""
        if not self.rest:
            return sent_id == self.id
        *between, end = self.rest
        at, until = len(self.start), len(sent_id) - len(end)
        if at > until or not (sent_id.startswith(self.start) and sent_id.endswith(end)):
            return False
        for text in between:
            found = sent_id.find(text, at, until)
            if found < 0:
                return False
            at = found + len(text)
        return True


def find(
    places: list[Place], option_id: str, position: int | None, sent_as: Place | None = None
) -> int | None:
    """Which option a tap means: the one of just that id, else one that a variable makes it.

    `sent_as` is the tapped option as its own version of the template has it, if that is known: a
    variable stands for any text, but only for the same option's. Of several that fit it is the one
    that stands where the tapped one stood, else the one that says most of the id itself.
    """
    fitting = [index for index, place in enumerate(places) if place.fits(option_id)]
    exact = [index for index in fitting if not places[index].has_variables]
    if exact:
        return exact[0]
    if sent_as:
        fitting = [index for index in fitting if places[index].is_like(sent_as)]
    if not fitting:
        return None
    if position in fitting:
        return position
    return max(fitting, key=lambda index: len(VARIABLE.sub("", places[index].id)))
