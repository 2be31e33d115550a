"""Emoji by name, for the editor's picker.

The names come from the `emoji` package, which follows Unicode's releases.
"""

from dataclasses import dataclass
from functools import cache

import emoji

MOST = 60
# What a picker opens with: the ones that such messages use most.
USUAL = """
👍 👎 ✅ ❌ 🎉 🛍️ 🛒 📦 🚚 💳 🧾 📅 ⏰ 📍 📞 💬
❓ ℹ️ ⭐ ❤️ 😀 🙂 😐 😞 🙏 👋 🔥 🎁 💡 🏷️ 🆕 👉
""".split()  # noqa: SIM905 - one can see more at once


@dataclass(frozen=True)
class Emoji:
    character: str
    name: str


@cache
def _all() -> list[Emoji]:
    """Every fully qualified emoji in Unicode's own order of code points, skin tones left out."""
    qualified = emoji.STATUS["fully_qualified"]
    found = [
        Emoji(character, data["en"].strip(":").replace("_", " ").lower())
        for character, data in emoji.EMOJI_DATA.items()
        if data["status"] <= qualified and "skin_tone" not in data["en"]
    ]
    return sorted(found, key=lambda each: (len(each.name), each.name))


def search(words: str) -> list[Emoji]:
    """The emoji whose name holds every word, shortest names first; the usual ones for no word."""
    wanted = words.lower().split()
    if not wanted:
        names = {each.character: each for each in _all()}
        return [names[character] for character in USUAL if character in names]
    found = (each for each in _all() if all(word in each.name for word in wanted))
    return [each for each, _ in zip(found, range(MOST), strict=False)]
