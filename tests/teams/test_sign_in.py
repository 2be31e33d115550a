"""Getting in: the printed link, the password, and out again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from designer.teams.models import LINK_LIFETIME, LoginLink, Team, User
from tests.factories import make_member

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def person(team: Team) -> User:
    user = make_member(team, email="Ann.Lee@Example.COM", name="Ann Lee")
    user.set_password("a long enough secret")
    user.save()
    return user


def who(client: Client) -> str:
    """Who is signed in, by the top bar of the page."""
    response = client.get(reverse("account"))
    user = response.wsgi_request.user
    return user.email if isinstance(user, User) else ""


def sign_in(email: str, password: str = "a long enough secret", **more: str) -> Client:
    client = Client()
    client.post(reverse("sign-in"), {"username": email, "password": password, **more})
    return client


# --- the link


def test_link_signs_its_person_in_once(person: User) -> None:
    address = reverse("enter", args=[LoginLink.issue(person)])
    first, second = Client(), Client()
    assert first.get(address)["Location"] == reverse("templates")
    assert who(first) == "ann.lee@example.com"
    answer = second.get(address)
    assert answer.status_code == 410
    assert "once, within the hour" in answer.content.decode()
    assert not who(second)


def test_looking_whether_a_link_is_there_spends_it_not(person: User) -> None:
    address = reverse("enter", args=[LoginLink.issue(person)])
    assert Client().head(address).status_code == 405
    assert Client().get(address).status_code == 302


def test_link_ends_after_an_hour(person: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        late, early = LoginLink.issue(person), ""
        clock.shift(LINK_LIFETIME)
        assert LoginLink.redeem(late) is None
        early = LoginLink.issue(person)
        clock.shift(LINK_LIFETIME - timedelta(seconds=1))
        assert LoginLink.redeem(early) == person


def test_a_new_link_ends_the_older_ones_of_its_person_only(person: User, editor: User) -> None:
    older, others, newer = LoginLink.issue(person), LoginLink.issue(editor), LoginLink.issue(person)
    assert LoginLink.redeem(older) is None
    assert LoginLink.redeem(newer) == person
    assert LoginLink.redeem(others) == editor


@pytest.mark.django_db(transaction=True)
def test_of_two_who_open_a_link_at_once_one_gets_in(team: Team) -> None:
    secret = LoginLink.issue(make_member(team))

    def redeem(_: int) -> bool:
        try:
            return LoginLink.redeem(secret) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(redeem, range(8))) == 1


def test_link_of_a_person_who_was_switched_off_signs_nobody_in(person: User) -> None:
    secret = LoginLink.issue(person)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert LoginLink.redeem(secret) is None


def test_the_links_secret_is_not_kept(person: User) -> None:
    secret = LoginLink.issue(person)
    assert secret not in str(LoginLink.objects.values().get())


@pytest.mark.parametrize("secret", ["nothing", "x" * 2000, "é\0", "'; --"], ids=len)
def test_made_up_link_is_spent(db: None, secret: str) -> None:
    assert Client().get(reverse("enter", args=[secret])).status_code == 410


def test_link_changes_the_session_of_whoever_opens_it(person: User, editor: User) -> None:
    client = Client()
    client.get(reverse("enter", args=[LoginLink.issue(editor)]))
    before = client.session.session_key
    client.get(reverse("enter", args=[LoginLink.issue(person)]))
    assert who(client) == person.email
    assert client.session.session_key != before


# --- e-mail and password


@pytest.mark.parametrize(
    "email", ["ann.lee@example.com", "ANN.LEE@EXAMPLE.COM", "  Ann.Lee@Example.com "]
)
def test_signs_in_by_e_mail_in_any_case(person: User, email: str) -> None:
    assert who(sign_in(email)) == person.email


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ann.lee@example.com", "wrong"),
        ("ann.lee@example.com", ""),
        ("bob@example.com", "a long enough secret"),
        ("ann.lee@example.com\0", "a long enough secret"),
        ("", ""),
    ],
)
@pytest.mark.usefixtures("person")
def test_refuses_whoever_does_not_know_both(email: str, password: str) -> None:
    assert not who(sign_in(email, password))


@pytest.mark.usefixtures("person")
def test_says_the_same_whichever_of_both_was_wrong() -> None:
    def said(email: str) -> str:
        data = {"username": email, "password": "wrong"}
        page = Client().post(reverse("sign-in"), data).content.decode()
        return page[page.rindex('role="alert"') :].partition("</p>")[0]

    assert said("ann.lee@example.com") == said("bob@example.com")
    assert "don&#x27;t match" in said("bob@example.com")


@pytest.mark.parametrize("email", ["ann.lee@example.com", "nobody@example.com"])
def test_after_ten_wrong_tries_no_password_is_looked_at_for_a_while(
    person: User, email: str
) -> None:
    def said(password: str) -> str:
        data = {"username": email.upper(), "password": password}
        return Client().post(reverse("sign-in"), data).content.decode()

    with time_machine.travel(NOON, tick=False) as clock:
        assert all("don&#x27;t match" in said("wrong") for _ in range(10))
        assert "Too many wrong tries" in said("a long enough secret")
        # Others go on, and a link lets in who has one.
        assert not who(sign_in("bob@example.com"))
        client = Client()
        client.get(reverse("enter", args=[LoginLink.issue(person)]))
        assert who(client) == person.email
        clock.shift(timedelta(minutes=15))
        assert "don&#x27;t match" in said("wrong")
        assert who(sign_in(person.email)) == person.email


def test_a_right_password_forgets_the_wrong_ones(person: User) -> None:
    for _ in range(3):
        for _ in range(9):
            sign_in(person.email, "wrong")
        assert who(sign_in(person.email)) == person.email


def test_goes_on_to_the_page_that_was_asked_for(person: User) -> None:
    client = Client()
    data = {"username": person.email, "password": "a long enough secret"}
    wanted = reverse("account")
    asked = client.get(wanted)["Location"]
    assert client.post(asked, {**data, "next": wanted})["Location"] == wanted


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_goes_on_nowhere_else(person: User, elsewhere: str) -> None:
    data = {"username": person.email, "password": "a long enough secret", "next": elsewhere}
    assert Client().post(reverse("sign-in"), data)["Location"] == reverse("templates")


def test_signs_out(person: User) -> None:
    client = sign_in(person.email)
    assert client.get(reverse("sign-out")).status_code == 405
    client.post(reverse("sign-out"))
    assert not who(client)


def test_two_people_can_not_have_one_e_mail_address(person: User) -> None:
    with pytest.raises(IntegrityError):
        User.objects.create_user("ANN.lee@example.com ")


# --- one's account

Account = Callable[..., str]


@pytest.fixture
def save(person: User, client_as: Callable[[User], Client]) -> Account:
    client = client_as(person)

    def save(**data: str) -> str:
        return client.post(reverse("account"), data, follow=True).content.decode()

    return save


def test_changes_name_and_e_mail(save: Account, person: User) -> None:
    assert "Saved." in save(name="Annie", email="NEW@Example.com")
    person.refresh_from_db()
    assert (person.name, person.email, str(person)) == ("Annie", "new@example.com", "Annie")


def test_refuses_an_address_that_is_taken_or_none(
    save: Account, editor: User, person: User
) -> None:
    assert "already exists" in save(name="Ann", email=editor.email.upper())
    assert "valid email" in save(name="Ann", email="nothing")
    person.refresh_from_db()
    assert person.email == "ann.lee@example.com"


def test_a_password_set_signs_in_and_keeps_this_session(save: Account, person: User) -> None:
    new = {"new_password1": "correct horse battery", "new_password2": "correct horse battery"}
    assert "Password set." in save(do="password", **new)
    assert "Saved." in save(name="Ann", email=person.email)
    assert who(sign_in(person.email, "correct horse battery"))
    assert not who(sign_in(person.email))


@pytest.mark.parametrize("password", ["short", "12345678901", "password123", "ann.lee@example.com"])
def test_refuses_a_password_that_is_easily_guessed(
    save: Account, person: User, password: str
) -> None:
    assert "field__error" in save(do="password", new_password1=password, new_password2=password)
    assert who(sign_in(person.email))


@pytest.mark.parametrize(
    ("name", "email", "initials"),
    [
        ("Ann Lee", "x@example.com", "AL"),
        ("ann", "x@example.com", "A"),
        ("", "ann.lee@example.com", "AL"),
        ("Ada Byron King", "x@example.com", "AB"),
        ("  ", "", "?"),
    ],
)
def test_initials_stand_for_a_person(name: str, email: str, initials: str) -> None:
    assert User(name=name, email=email).initials == initials
