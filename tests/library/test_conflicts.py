"""What two drafts that came apart are said to differ in."""

from designer.library.conflicts import Difference, differences
from tests.factories import BUTTONS, make_message
from tests.message.examples import a_row, list_message


def test_tells_each_field_that_differs_in_the_order_of_the_message() -> None:
    mine = list_message(a_row(title="Pizza"), body="Hi", footer="Bye")
    theirs = list_message(a_row(title="Pasta"), a_row(id="soup", title="Soup"), body="Hi")
    assert differences(mine, theirs)[:2] == [
        Difference("Footer", "Bye", theirs.footer),
        Difference("Section 1 row 1 title", "Pizza", "Pasta"),
    ]
    assert Difference("Section 1 row 2 title", "", "Soup") in differences(mine, theirs)


def test_tells_of_two_kinds_only_that() -> None:
    found = differences(make_message(), make_message(BUTTONS))
    assert found == [Difference("Kind", "a list message", "a button message")]


def test_same_drafts_differ_in_nothing() -> None:
    assert differences(make_message(), make_message()) == []
