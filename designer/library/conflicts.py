"""What differs between two drafts of one template, for whoever has to choose."""

from dataclasses import dataclass

from designer.message import schema
from designer.message.labels import label_for
from designer.message.schema import Message


@dataclass(frozen=True)
class Difference:
    """A field by its label, with its text in either draft; "" where a draft doesn't have it."""

    label: str
    mine: str
    theirs: str


def differences(mine: Message, theirs: Message) -> list[Difference]:
    """Every field whose text differs, in the order of the message."""
    if mine.kind != theirs.kind:
        return [Difference("Kind", mine.noun, theirs.noun)]
    ours, others = dict(schema.fields(mine)), dict(schema.fields(theirs))
    return [
        Difference(label_for(path), ours.get(path, ""), others.get(path, ""))
        for path in ours | others
        if ours.get(path, "") != others.get(path, "")
    ]
