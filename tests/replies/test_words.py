"""How the pages write numbers and times."""

from datetime import timedelta

import pytest

from designer.replies.templatetags.replies import phone, share, took


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("+919876543210", "+91 98765 43210"),
        ("+14155551234", "+1 415-555-1234"),
        ("somebody", "somebody"),
        ("12345", "12345"),
        ("", "Unknown number"),
    ],
)
def test_numbers_are_written_as_people_write_them(number: str, written: str) -> None:
    assert phone(number) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0 s"),
        (0.6, "1 s"),
        (59, "59 s"),
        (60, "1 min"),
        (200, "3 min 20 s"),
        (1500, "25 min"),
        (7500, "2 h 5 min"),
        (50_000, "13 h"),
        (100_000, "1 d 3 h"),
        (2_000_000, "23 d"),
    ],
)
def test_durations_are_short(seconds: float, written: str) -> None:
    assert took(timedelta(seconds=seconds)) == written


def test_no_duration_is_a_dash() -> None:
    assert took(None) == "–"


@pytest.mark.parametrize(
    ("part", "whole", "per_cent"),
    [
        (1, 3, "33 %"),
        (2, 3, "67 %"),
        (1, 40, "3 %"),
        (3, 40, "8 %"),
        (0, 0, "0 %"),
        (0, 9, "0 %"),
        (9, 9, "100 %"),
        (1, 100, "1 %"),
        (99, 100, "99 %"),
    ],
)
def test_shares_are_in_per_cent(part: int, whole: int, per_cent: str) -> None:
    assert share(part, whole) == per_cent


def test_a_share_that_is_not_none_and_not_all_does_not_look_like_it() -> None:
    assert share(1, 200) == "<1 %"
    assert share(199, 200) == ">99 %"
