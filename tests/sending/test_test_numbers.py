"""The page of the team's test numbers."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from designer.sending.models import TestNumber
from designer.teams.models import Team, User

HTMX = {"HX-Request": "true"}


@pytest.fixture
def berlin(team: Team) -> TestNumber:
    return TestNumber.objects.create(team=team, number="+4930123456", name="Berlin")


def test_an_empty_list_says_how_to_begin(edith: Client, other_team: Team) -> None:
    TestNumber.objects.create(team=other_team, number="+390669821234", name="Rome")
    page = edith.get("/numbers/").text
    assert "No test number yet" in page
    assert "Rome" not in page


def test_adds_a_number_as_it_is_typed(edith: Client, team: Team) -> None:
    form = {"name": "Asha’s phone", "number": "+91 98765-43210"}
    page = edith.post("/numbers/", form, follow=True).text
    assert "“Asha’s phone” is saved." in page
    [saved] = TestNumber.objects.filter(team=team)
    assert (str(saved.number), saved.name) == ("+919876543210", "Asha’s phone")


@pytest.mark.parametrize(
    ("name", "number", "words"),
    [
        ("Asha", "98765", "Begin with +"),
        ("Asha", "", "This field is required"),
        ("", "+919876543210", "This field is required"),
        ("Asha", "+4930123456", "This number is there already, as “Berlin”."),
        ("x" * 81, "+919876543210", "at most 80 characters"),
    ],
)
def test_refuses_and_says_why(
    edith: Client, berlin: TestNumber, name: str, number: str, words: str
) -> None:
    response = edith.post("/numbers/", {"name": name, "number": number})
    assert words in response.text
    assert f'value="{number}"' in response.text or not number
    assert TestNumber.objects.count() == 1


def test_a_number_that_was_only_sent_to_gets_its_name(edith: Client, team: Team) -> None:
    TestNumber.objects.create(team=team, number="+4930123456")
    edith.post("/numbers/", {"name": "Berlin", "number": "+4930123456"})
    assert TestNumber.objects.get().name == "Berlin"


def test_numbers_that_were_only_sent_to_stand_apart(
    edith: Client, team: Team, berlin: TestNumber
) -> None:
    TestNumber.objects.create(team=team, number="+4930999999")
    page = edith.get("/numbers/").text
    before, lately = page.split("Used lately")
    assert str(berlin.number) in before
    assert "+4930999999" in lately
    assert str(berlin.number) not in lately


@pytest.mark.parametrize("what", ["", "remove/"])
def test_opens_as_a_dialog_in_a_page_and_as_a_page_of_its_own(
    edith: Client, berlin: TestNumber, what: str
) -> None:
    url = f"/numbers/{berlin.pk}/{what}"
    assert edith.get(url, headers=HTMX).text.startswith("<dialog")
    assert "<html" in edith.get(url).text


def test_renames_one(edith: Client, berlin: TestNumber) -> None:
    page = edith.post(f"/numbers/{berlin.pk}/", {"name": "Office"}, follow=True).text
    assert "Office" in page
    berlin.refresh_from_db()
    assert (berlin.name, str(berlin.number)) == ("Office", "+4930123456")


def test_asks_before_it_removes_one(edith: Client, berlin: TestNumber) -> None:
    assert "Remove “Berlin +4930123456”?" in edith.get(f"/numbers/{berlin.pk}/remove/").text
    assert TestNumber.objects.exists()
    edith.post(f"/numbers/{berlin.pk}/remove/")
    assert not TestNumber.objects.exists()


@pytest.mark.parametrize("page", ["/sends/", "/connections/"])
def test_is_reached_by_those_who_may_send(
    edith: Client, viewer: User, client_as: Callable[[User], Client], page: str
) -> None:
    link = 'href="/numbers/"'
    assert link in edith.get(page).text
    assert link not in client_as(viewer).get(page).text


def test_asks_the_database_as_often_for_many_as_for_one(
    edith: Client, team: Team, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        TestNumber.objects.create(team=team, number=f"+49301234{number:02}", name="x")
    with django_assert_num_queries(5):
        edith.get("/numbers/")
