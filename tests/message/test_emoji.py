import pytest

from designer.message.emoji import count_emoji


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("plain 123 # *", 0),
        ("naïve – “quoted” … नमस्ते 你好", 0),
        ("Brand™ ★ 4.5 → ✓ ©", 0),
        ("⭐ ☎️ ™️ ✌🏽", 4),
        ("👍", 1),
        ("👍🏽👍", 2),
        ("🇮🇳🇩🇪", 2),
        ("👨‍👩‍👧‍👦", 1),
        ("🛍️ Order", 1),
        ("1️⃣ and ✅", 2),
        ("❤️‍🔥", 1),
    ],
)
def test_counts_emoji_as_a_person_sees_them(text: str, count: int) -> None:
    assert count_emoji(text) == count
