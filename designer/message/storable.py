"""Texts as any database takes them."""

import re

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str, instead: str = "\ufffd") -> str:
    """The text with `instead` for each character that a text column may refuse: NUL and lone
    surrogates."""
    return _UNSTORABLE.sub(instead, text)
