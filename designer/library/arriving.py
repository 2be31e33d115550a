"""What comes into a draft from elsewhere, and what to tell of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from designer.message.formats import Reading
from designer.message.labels import label_for
from designer.message.lines import join_lines
from designer.message.schema import Message

MOST_TOLD = 12  # of a list of fields; of more, how many


@dataclass(frozen=True)
class Arrived:
    """A message as a draft takes it: in sentences what is not as it stood, and in words what no
    message can hold; "" if there is nothing of that.
    """

    message: Message
    notes: list[str]
    lost: str


def arrive(reading: Reading) -> Arrived:
    """The message that was read, with each text on one line whose input has one line."""
    message, broken = join_lines(reading.message)
    notes = reading.notes
    if broken:
        notes = [*notes, f"Line breaks became spaces in {in_words(map(label_for, broken))}."]
    return Arrived(message, notes, in_words(reading.lost))


def in_words(items: Iterable[str]) -> str:
    """A list of names; of a long one the first, and how many more."""
    names = list(items)
    if len(names) > MOST_TOLD:
        names = [*names[:MOST_TOLD], f"and {len(names) - MOST_TOLD} more"]
    return ", ".join(names)
