"""What comes into a draft from elsewhere, and what to tell of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from designer.message import schema
from designer.message.formats import DIALECTS, Reading
from designer.message.labels import label_for
from designer.message.lines import join_lines
from designer.message.schema import ButtonMessage, Message

from .content import Content

MOST_TOLD = 12  # of a list of fields; of more, how many
# What a header keeps for its other types, by its type.
_BESIDE = {
    "text": ("link", "filename"),
    "image": ("text", "filename"),
    "video": ("text", "filename"),
    "document": ("text",),
}
_KINDS = {"list": "list", "button": "reply-button"}
_NOUNS = {"list": "list", "button": "buttons"}


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


def put(content: Content, reading: Reading) -> tuple[Content, list[str]]:
    """The content with the message of a JSON in the place of its own, and what to tell of that."""
    arrived, old = arrive(reading), content.message
    new = merged(old, arrived.message)
    content = replace(content, samples=reading.samples | content.samples)
    notes = [*arrived.notes, *_notes(reading, arrived)]
    if new.kind == old.kind:
        return replace(content, message=new), notes
    told = f"This is now a {_KINDS[new.kind]} message. Undo brings the {_NOUNS[old.kind]} back."
    set_aside = {**content.set_aside, "kind": schema.to_dict(old)}
    return replace(content, message=new, set_aside=set_aside), [told, *notes]


def merged(old: Message, new: Message) -> Message:
    """A message that came as a payload, with what no payload carries of the draft it replaces:
    that an id still follows its title, and what the header keeps for its other types.
    """
    followed = {(each.id, each.title) for each in schema.options(old).values() if each.fresh}
    still = [p for p, each in schema.options(new).items() if (each.id, each.title) in followed]
    new = schema.update_options(new, {path: {"fresh": True} for path in still})
    if not isinstance(old, ButtonMessage) or not isinstance(new, ButtonMessage):
        return new
    if not old.header or not new.header:
        return new
    kept = {name: getattr(old.header, name) for name in _BESIDE[new.header.type]}
    return new.model_copy(update={"header": new.header.model_copy(update=kept)})


def _notes(reading: Reading, arrived: Arrived) -> Iterator[str]:
    """What to tell of a JSON that was applied."""
    if reading.dialect != "coext":
        yield f"Read as {DIALECTS[reading.dialect]}."
    if arrived.lost:
        yield f"Applied without {arrived.lost}: a template doesn’t hold this."
    if reading.reference:
        yield "The reference is not kept: it belongs to one send."
