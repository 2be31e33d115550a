import pytest

from designer.message.limits import LIMITS, length, limit_for, utf16_length


@pytest.mark.parametrize(
    ("kind", "path", "most", "required"),
    [
        ("list", "header", 60, False),
        ("list", "body", 1024, True),
        ("list", "footer", 60, False),
        ("list", "button", 20, True),
        ("list", "sections", 10, True),
        ("list", "sections.3.title", 24, False),
        ("list", "sections.0.rows", 10, True),
        ("list", "sections.0.rows.11.id", 200, True),
        ("list", "sections.0.rows.1.title", 24, True),
        ("list", "sections.9.rows.9.description", 72, False),
        ("list", "reference", 100, False),
        ("button", "header.text", 60, True),
        ("button", "body", 1024, True),
        ("button", "footer", 60, False),
        ("button", "buttons", 3, True),
        ("button", "buttons.2.id", 256, True),
        ("button", "buttons.2.title", 20, True),
        ("button", "reference", 100, False),
    ],
)
def test_knows_the_contracts_numbers(kind: str, path: str, most: int, required: bool) -> None:
    limit = limit_for(path, kind)
    assert limit is not None
    assert (limit.most, limit.required) == (most, required)
    assert "Coext" in limit.source


@pytest.mark.parametrize(
    "path", ["header.link", "header.filename", "header.type", "", "sections.0"]
)
def test_knows_no_limit_where_the_contract_has_none(path: str) -> None:
    assert limit_for(path, "button") is None
    assert limit_for(path, "list") is None


def test_every_limit_is_covered_above() -> None:
    assert sum(len(table) for table in LIMITS.values()) == 18


@pytest.mark.parametrize(
    ("text", "code_points", "utf16"),
    [
        ("", 0, 0),
        ("abc", 3, 3),
        ("a\r\nb", 3, 3),
        ("👍", 1, 2),
        ("🇮🇳", 2, 4),
        ("👨‍👩‍👧‍👦", 7, 11),
        ("🛍️ Order on WhatsApp", 20, 21),
        ("\ud800", 1, 1),
    ],
)
def test_counts_code_points_and_utf16_units(text: str, code_points: int, utf16: int) -> None:
    assert (length(text), utf16_length(text)) == (code_points, utf16)
