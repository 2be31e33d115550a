"""Moments as the pages write them."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pytest_django import Settings

from designer.teams.templatetags.times import moment

AT = datetime(2026, 3, 1, 23, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ("second", "1 Mar 2026, 23:05:09 UTC"),
        ("minute", "1 Mar 2026, 23:05 UTC"),
        ("time", "23:05:09 UTC"),
        ("clock", "23:05 UTC"),
    ],
)
def test_says_which_time_it_is_in(shape: str, text: str) -> None:
    html = moment(AT, shape)
    assert f">{text}</time>" in html
    assert 'datetime="2026-03-01T23:05:09+00:00"' in html
    assert f'data-moment="{shape}"' in html


def test_is_in_the_servers_time_zone(settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Kolkata"
    assert ">2 Mar 2026, 04:35 IST<" in moment(AT, "minute")


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-90), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=29), "29 days ago"),
        (timedelta(days=30), "1 Mar 2026"),
    ],
)
def test_says_how_long_ago(passed: timedelta, words: str) -> None:
    with time_machine.travel(AT + passed, tick=False):
        html = moment(AT, "ago", css="small")
    assert f'data-moment="ago" title="1 Mar 2026, 23:05:09 UTC">{words}</time>' in html
    assert '<time class="small" ' in html
