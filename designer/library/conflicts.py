"""Two drafts of one template: what differs, and whether both changes fit into one."""

import json
from dataclasses import dataclass
from typing import Any, Final

from designer.message import schema
from designer.message.labels import label_for
from designer.message.schema import Message

from .content import Content

# What is made of parts that two people may change each by itself. A row or a button is not: who
# renames it while another moves it means another one.
_OF_PARTS = frozenset({"message", "sections", "rows", "buttons", "samples", "longest"})
_GONE: Final = object()


class _OverlapError(Exception):
    """Both changed the same."""


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


def merged(base: Content, mine: Content, theirs: Content) -> Content | None:
    """A draft with the changes that either made to `base`; None where both changed the same field,
    row or button, or one the order or the number of rows of which the other changed one."""
    documents = [json.loads(draft.as_json) for draft in (base, mine, theirs)]
    try:
        return Content.from_json(json.dumps(_merged(*documents, of_parts=True)))
    except _OverlapError:
        return None


def merged_text(base: str, mine: str, theirs: str) -> str | None:
    """The same for one text, a template's name."""
    try:
        return str(_merged(base, mine, theirs))
    except _OverlapError:
        return None


def _merged(base: Any, mine: Any, theirs: Any, *, of_parts: bool = False) -> Any:
    if mine == theirs or theirs == base:
        return mine
    if mine == base:
        return theirs
    all_three = (base, mine, theirs)
    if of_parts and all(isinstance(each, dict) for each in all_three):
        parts = {
            name: _merged(
                *(each.get(name, _GONE) for each in all_three), of_parts=name in _OF_PARTS
            )
            for name in theirs | mine
        }
        return {name: part for name, part in parts.items() if part is not _GONE}
    are_lists = all(isinstance(each, list) for each in all_three)
    if of_parts and are_lists and len(base) == len(mine) == len(theirs):
        return [
            _merged(*items, of_parts=all("rows" in item for item in items))
            for items in zip(base, mine, theirs, strict=True)
        ]
    raise _OverlapError
