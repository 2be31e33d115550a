"""References, by which the API's other side tells sends apart: each send of a team has its own."""

import base64
import re
import secrets
from collections.abc import Collection, Iterator
from itertools import count, islice

from designer.message.limits import LIMITS

from .models import SendQuerySet

# Of one that was made up. A person's own, an order's number say, begins otherwise.
PREFIX = "tw-"
LONGEST = LIMITS["list"]["reference"].most
ENDING = re.compile(r"-\d{1,4}\Z")
LOOKED_UP_AT_ONCE = 100


def made_up() -> str:
    """A reference that no other send has: tw- and sixteen letters and digits."""
    return PREFIX + base64.b32encode(secrets.token_bytes(10)).decode().lower()


def free(
    sends: SendQuerySet, asked: str, among: int = 1, besides: Collection[str] = ()
) -> list[str]:
    """The references of `among` sends: none that one of the team's `sends` has, nor of `besides`.

    Where none was asked for, each is made up. One that was made up before is the first one's, if it
    is free. A person's own has a number behind it where there are several, or a send has it
    already: order-5, order-5-2, order-5-3. Keep `quota.lock` until they are used, else somebody
    else may get the same.
    """
    if asked and not asked.startswith(PREFIX):
        return list(islice(_untaken(sends, _own(sends, asked, among), besides), among))
    offered = _untaken(sends, iter([asked]), besides) if asked else iter(())
    return [next(offered, "") or made_up() for _ in range(among)]


def _own(sends: SendQuerySet, asked: str, among: int) -> Iterator[str]:
    """What a person's own becomes, best first."""
    if among == 1:
        yield asked
    # One that is a number further already counts on.
    stem = ENDING.sub("", asked)
    if among > 1 or not sends.filter(reference=stem).exists():
        stem = asked
    for number in count(start=1 if among > 1 else 2):
        ending = f"-{number}"
        yield stem[: LONGEST - len(ending)] + ending


def _untaken(sends: SendQuerySet, asked: Iterator[str], besides: Collection[str]) -> Iterator[str]:
    while some := list(islice(asked, LOOKED_UP_AT_ONCE)):
        found = sends.filter(reference__in=some)
        taken = {*found.values_list("reference", flat=True), *besides}
        yield from (one for one in some if one not in taken)
