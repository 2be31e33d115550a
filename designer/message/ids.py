"""Ids of rows and buttons, made from their titles: lower snake case, ASCII, free in the message."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from itertools import count

from designer.message import schema
from designer.message.limits import LIMITS
from designer.message.schema import Button, Message, Row, options, update_options

# Letters that Unicode does not take apart into a base letter and an accent, and what a word
# keeps no gap for.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
    | dict.fromkeys("'’ʼ`´", "")
)
_MOST = min(LIMITS["list"]["sections.*.rows.*.id"].most, LIMITS["button"]["buttons.*.id"].most)


def slug(title: str) -> str:
    """The title as an id: "Return/Exchange" gives "return_exchange", "Größe" "grosse".

    Emoji and letters outside the Latin alphabet are left out, so the result may be "". At most 200
    characters, the shortest limit of an id.
    """
    plain = unicodedata.normalize("NFKD", title[:_MOST].lower().translate(_LETTERS))
    ascii_only = plain.encode("ascii", "ignore").decode().lower()
    return "_".join(re.findall(r"[a-z0-9]+", ascii_only))[:_MOST].rstrip("_")


def free_id(title: str, taken: Collection[str], *, word: str = "option") -> str:
    """An id that says what the title says and is not among `taken`; at most 200 characters.

    A second "size" becomes "size_2"; a title that leaves nothing becomes `word` with a number.
    """
    return next(candidate for candidate in _candidates(title, word) if candidate not in taken)


def free_ids(titles: Iterable[str], taken: Collection[str], *, word: str = "option") -> list[str]:
    """`free_id` for each of many titles, which takes a time in proportion to their number."""
    used = set(taken)
    ids = []
    candidates: dict[str, Iterator[str]] = {}
    for title in titles:
        # Those that were taken once stay so: the next title of the same makes goes on from there.
        own = candidates.setdefault(slug(title), _candidates(title, word))
        ids.append(next(candidate for candidate in own if candidate not in used))
        used.add(ids[-1])
    return ids


def _candidates(title: str, word: str) -> Iterator[str]:
    base = slug(title)
    if base:
        yield base
    for number in count(2 if base else 1):
        yield _numbered(base or word, number)


def _numbered(base: str, number: int) -> str:
    return f"{base[: _MOST - len(str(number)) - 1].rstrip('_')}_{number}"


def follow_titles(before: Message | None, after: Message) -> Message:
    """`after` with each fresh id made from its title, where that isn't what it is already.

    `before` is the message as it was stored, `after` the same as the form posted it. Whoever posted
    another id than was stored at the same place has edited it: it is kept, and no longer fresh. An
    emptied id is made again. A form may leave the `fresh` marks out.
    """
    stored = options(before) if before else {}
    posted = options(after)
    fresh = {path: o for path, o in posted.items() if _is_fresh(o, stored.get(path))}
    taken = {option.id for path, option in posted.items() if path not in fresh}
    ids: dict[str, str] = {}
    # Ids that fit their titles stay: those without a number first, since they explain the others.
    for fits in (_is_slug, _is_numbered_slug):
        for path, option in fresh.items():
            if path not in ids and option.id not in taken and fits(option, taken):
                ids[path] = option.id
                taken.add(option.id)
    for path, option in fresh.items():
        if path not in ids:
            ids[path] = free_id(option.title, taken, word=_word(option))
            taken.add(ids[path])
    changes: dict[str, dict[str, object]] = {
        path: {"fresh": False} for path, o in posted.items() if o.fresh and path not in fresh
    }
    for path, option in fresh.items():
        if not option.fresh or option.id != ids[path]:
            changes[path] = {"id": ids[path], "fresh": True}
    return update_options(after, changes)


def _is_fresh(option: Row | Button, stored: Row | Button | None) -> bool:
    if stored is None:
        return option.fresh
    return (option.fresh or stored.fresh) and option.id in ("", stored.id)


def _is_slug(option: Row | Button, taken: Collection[str]) -> bool:
    return option.id != "" and option.id == slug(option.title)


def _is_numbered_slug(option: Row | Button, taken: Collection[str]) -> bool:
    """Whether the id is its title's with a number, and the one without it is not to be had."""
    base = slug(option.title)
    number = option.id.rpartition("_")[2]
    if not re.fullmatch(r"[1-9][0-9]{0,5}", number) or (base and base not in taken):
        return False
    return option.id == _numbered(base or _word(option), int(number))


def _word(option: Row | Button) -> str:
    return "row" if isinstance(option, Row) else "option"


def new_id(message: Message, title: str = "") -> str:
    """A free id for one more row or button of the message."""
    taken = schema.ids(message)
    return free_id(title, taken, word="row" if message.kind == "list" else "option")
