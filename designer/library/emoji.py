"""Emoji by name, for the editor's picker.

The names come from the `emoji` package, which follows Unicode's releases; those that chats use,
such as `+1`, are among them. What people call a few of them besides is here.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import emoji

MOST = 60
# Emoji's version of September 2023. What came later many phones can't show yet.
NEWEST = 15.1
# What a picker opens with: the ones that such messages use most.
USUAL = """
👍 👎 ✅ ❌ 🎉 🛍️ 🛒 📦 🚚 💳 🧾 📅 ⏰ 📍 📞 💬
❓ ℹ️ ⭐ ❤️ 😀 🙂 😐 😞 🙏 👋 🔥 🎁 💡 🏷️ 🆕 👉
""".split()  # noqa: SIM905 - one can see more at once
# What people use most beside them: these are found before the rest, in this order.
COMMON = """
😂 🤣 😊 😄 😁 😍 🥰 😘 😎 😉 😢 😭 😮 😡 🤔 😅 🥳 👏 🙌 💪 🤝 👌 ✔️ ☑️ ⚠️ 💯 ✨ 🎂 🎊 🌟 💰 💸
🏠 🚀 ☕ 🍕 ✈️ 🚗 📱 📧 🔗 🔔 🔒 🔑 ⏳ ➡️ ⬇️ 💙 💚 💛 🧡 💜 🖤 🤍
""".split()  # noqa: SIM905
# Words that no name has, and what people look for with them.
CALLED = {
    "address": "📍 🏠",
    "bill": "🧾",
    "birthday": "🎂 🎁 🎉",
    "book": "📅",
    "buy": "🛒 🛍️",
    "bye": "👋",
    "congratulations": "🎉 🥳 👏",
    "cool": "😎",
    "deal": "🤝 🏷️",
    "delivery": "🚚 📦 🛵",
    "discount": "🏷️ 💸",
    "done": "✅ ✔️ ☑️",
    "drink": "🥤 🍹 ☕",
    "favourite": "⭐ ❤️",
    "flight": "✈️",
    "food": "🍽️ 🍕 🍔 🍛",
    "free": "🆓 🎁",
    "happy": "😀 😊 😄 😁 🙂",
    "hello": "👋",
    "help": "❓ 🆘",
    "hi": "👋",
    "hurry": "⏰ ⏳ 🏃",
    "idea": "💡",
    "info": "ℹ️",
    "invoice": "🧾",
    "location": "📍",
    "lol": "😂 🤣",
    "love": "❤️ 😍 🥰",
    "no": "❌ 👎",
    "offer": "🏷️ 🎁",
    "order": "📦 🛒 🧾",
    "pay": "💳 💰",
    "please": "🙏",
    "sad": "😢 😞 😭",
    "sale": "🏷️ 🛍️ 💸",
    "shipping": "🚚 📦 🚢",
    "shop": "🛍️ 🛒 🏪",
    "support": "💬 🤝 📞",
    "thanks": "🙏",
    "wait": "⏳",
    "wow": "😮 🤩",
    "yes": "✅ 👍",
}


@dataclass(frozen=True)
class Emoji:
    character: str
    name: str
    names: frozenset[str]
    """All that it is called, `name` among them, as people type it: see `_typed`."""
    words: frozenset[str]
    text: str
    """The names, a line each."""

    def rank(self, words: list[str]) -> int:
        """How well it answers to all of the words, 0 best: by a whole name, by whole words, by how
        words begin, by what is inside of them; -1 if it does not.
        """
        if " ".join(words) in self.names:
            return 0
        if not all(word in self.text for word in words):
            return -1
        return max(self._rank(word) for word in words)

    def _rank(self, word: str) -> int:
        if word in self.words:
            return 1
        return 2 if any(each.startswith(word) for each in self.words) else 3


def _typed(name: str) -> str:
    """A name as somebody would type it: small letters without accents, with spaces between."""
    plain = unicodedata.normalize("NFKD", name.lower().replace("’", "'"))
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    return re.sub(r"[\s_:“”()]+", " ", letters).strip()


@cache
def _all() -> list[Emoji]:
    """Every emoji that phones show, but for skin tones: common ones first, then short names."""
    qualified = emoji.STATUS["fully_qualified"]
    called: dict[str, set[str]] = {}
    for word, characters in CALLED.items():
        for character in characters.split():
            called.setdefault(character, set()).add(word)
    found = []
    for character, data in emoji.EMOJI_DATA.items():
        if data["status"] != qualified or data["E"] > NEWEST or "skin_tone" in data["en"]:
            continue
        name = data["en"].strip(":").replace("_", " ").lower()
        names = {_typed(each) for each in (name, *data.get("alias", ()))}
        names |= called.get(character, set())
        words = frozenset(word for each in names for word in each.split())
        found.append(Emoji(character, name, frozenset(names), words, "\n".join(names)))
    order = {character: at for at, character in enumerate((*USUAL, *COMMON))}
    last = len(order)
    return sorted(found, key=lambda e: (order.get(e.character, last), len(e.name), e.name))


def search(words: str) -> list[Emoji]:
    """The emoji that answer to every word, the best first; the usual ones for no word."""
    wanted = _typed(words).split()
    if not wanted:
        return _all()[: len(USUAL)]
    ranked = [(each.rank(wanted), each) for each in _all()]
    best = sorted((pair for pair in ranked if pair[0] >= 0), key=lambda pair: pair[0])
    return [each for _, each in best[:MOST]]
