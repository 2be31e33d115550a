"""Moments as the pages write them."""

from datetime import UTC, datetime

import pytest
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


def test_words_of_the_page_have_the_moment_behind_them() -> None:
    html = moment(AT, words="<an hour> ago", css="small")
    assert 'title="1 Mar 2026, 23:05:09 UTC">&lt;an hour&gt; ago</time>' in html
    assert '<time class="small" ' in html
