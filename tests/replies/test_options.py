"""Which option an id means."""

import time

import pytest

from designer.replies.options import Place, find, in_order, of_payload
from tests.factories import example, make_message


@pytest.mark.parametrize(
    ("own", "sent", "fits"),
    [
        ("yes", "yes", True),
        ("yes", "yes_1", False),
        ("order_{{n}}", "order_12", True),
        ("order_{{n}}", "order_", True),
        ("order_{{n}}", "orde", False),
        ("order_{{n}}_x", "order_12_x", True),
        ("order_{{n}}_x", "order_x", False),
        ("{{a}}", "anything", True),
        ("{{a}}-{{b}}", "1-2", True),
        ("{{a}}-{{b}}", "12", False),
        ("a{{x}}b{{y}}b", "a-b-b", True),
        ("a{{x}}b{{y}}b", "a-b", False),
        ("aa{{x}}aa", "aaa", False),
        ("a.{{x}}", "ab1", False),
    ],
)
def test_variables_stand_for_any_text(own: str, sent: str, fits: bool) -> None:
    assert Place(own).fits(sent) is fits


@pytest.mark.parametrize(
    ("own", "sent", "position", "found"),
    [
        (["a", "b"], "b", None, 1),
        (["a", "b"], "c", 0, None),
        (["{{x}}", "b"], "b", 0, 1),
        (["{{x}}", "{{y}}"], "monday", 1, 1),
        (["{{x}}", "{{y}}"], "monday", None, 0),
        (["{{x}}", "order_{{n}}"], "order_5", None, 1),
        (["{{x}}", "order_{{n}}"], "order_5", 0, 0),
        (["order_{{n}}"], "cancel_5", 0, None),
        ([], "a", 0, None),
    ],
)
def test_finds_the_option_that_is_meant(
    own: list[str], sent: str, position: int | None, found: int | None
) -> None:
    assert find([Place(option_id) for option_id in own], sent, position) == found


def test_takes_no_longer_for_many_variables() -> None:
    place = Place("a".join(["{{x}}"] * 60) + "b")
    # The processor's time: others may be at work here.
    began = time.process_time()
    assert not place.fits("a" * 300)
    assert time.process_time() - began < 1  # some ms; trying each way would take for ever


def test_options_come_in_reading_order() -> None:
    assert of_payload(example("button-order-confirmation")) == [
        ("confirm_order_12345", "✅ Confirm"),
        ("cancel_order_12345", "❌ Cancel"),
    ]
    assert in_order(make_message("list-support-menu")) == [
        ("Orders", "track_order", "Track My Order"),
        ("Orders", "return_order", "Return/Exchange"),
        ("Support", "talk_agent", "Talk to Agent"),
    ]
    assert [option_id for option_id, _ in of_payload(example("list-support-menu"))] == [
        "track_order",
        "return_order",
        "talk_agent",
    ]
    assert of_payload({}) == []
