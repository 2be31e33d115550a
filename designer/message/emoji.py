"""Emoji in a text, counted as a person sees them."""

import re

_PICTURE = (
    "[\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f004-\U0001f1e5\U0001f200-\U0001faff]"
)
_DRESS = "[\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"  # a flag
    "|[0-9#*]\ufe0f?\u20e3"  # a keycap
    f"|{_PICTURE}{_DRESS}*(?:\u200d{_PICTURE}{_DRESS}*)*"  # a picture, or several joined to one
)


def count_emoji(text: str) -> int:
    """How many emoji the text shows: a flag or a family is one."""
    return 0 if text.isascii() else sum(1 for _ in _EMOJI.finditer(text))
