"""Phone numbers as people type and paste them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.sending import numbers
from designer.sending.numbers import Number, NumberError


@pytest.mark.parametrize(
    "typed",
    [
        "+919876543210",
        "+91 98765 43210",
        "  +91-98765-43210 ",
        "+91 (98765) 43210",
        "\u202a+91\u00a098765\u201143210\u202c",
        "＋９１９８７６５４３２１０",
    ],
)
def test_reads_a_number_however_it_is_written(typed: str) -> None:
    assert numbers.read(typed) == Number("+919876543210")


def test_drops_the_0_that_people_write_after_the_country_code() -> None:
    assert numbers.read("+44 (0)7911 123456") == Number("+447911123456")


def test_keeps_the_0_that_belongs_to_the_number() -> None:
    assert numbers.read("+39 06 6982 1234").e164 == "+390669821234"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter the phone number"),
        ("   ", "Enter the phone number"),
        ("9876543210", "Begin with + and the country code"),
        ("0049 30 123456", "Begin with + and the country code"),
        ("+1-800-FLOWERS", "only digits"),
        ("+٩١٩٨٧٦٥٤٣٢١٠", "only digits"),
        ("+", "only digits"),
        ("+0123456789", "no country code begins with 0"),
        ("+1234567890123456", "more than 15 digits"),
        ("+999 1234 5678", "No country has this code"),
        ("+91 12", "Too short for a number with +91"),
        ("+1 555 0100 4299 9", "Too long for a number with +1"),
    ],
)
def test_refuses_what_is_not_possible_and_says_why(typed: str, words: str) -> None:
    with pytest.raises(NumberError, match=words.replace("+", r"\+")):
        numbers.read(typed)


def test_only_doubts_a_possible_number_that_nobody_has() -> None:
    number = numbers.read("+1 555 078 3881")
    assert number.e164 == "+15550783881"
    assert "No phone company" in number.doubt


@given(st.text())
def test_whatever_is_typed_is_a_number_or_refused_in_words(typed: str) -> None:
    words = ""
    try:
        assert numbers.E164.fullmatch(numbers.read(typed).e164)
    except NumberError as problem:
        words = str(problem)
    assert words == "" or words.endswith(".")
