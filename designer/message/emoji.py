"""Emoji in a text, counted as a person sees them."""

import re

# Shown as a picture by themselves (Unicode's Emoji_Presentation), and old symbols that are shown so
# only when a variation selector or a skin tone follows: not every star or ™ is an emoji.
_PICTURE = (
    "(?:[\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693"
    "\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd"
    "\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c"
    "\u2b50\u2b55\U0001f004-\U0001f1e5\U0001f200-\U0001faff]"
    "|[\u00a9-\u3299][\ufe0f\U0001f3fb-\U0001f3ff])"
)
_DRESS = "[\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"  # a flag
    "|[0-9#*]\ufe0f?\u20e3"  # a keycap
    f"|{_PICTURE}{_DRESS}*(?:\u200d{_PICTURE}{_DRESS}*)*"  # a picture, or several joined to one
)


def count_emoji(text: str) -> int:
    """How many emoji the text shows: a flag or a family is one."""
    return 0 if text.isascii() else sum(1 for _ in _EMOJI.finditer(text))
