"""The phone's pages: what they show, what a tap does, and whose they are."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from designer.sandbox.models import Account, Kind, Message, Sender, Webhook
from designer.teams.models import Team, User
from tests.factories import EXAMPLES, example

from .factories import CUSTOMER, make_account, make_message, make_reply

CHAT = f"/phone/{CUSTOMER}/"
HTMX = {"HX-Request": "true"}
EXAMPLE_NAMES = sorted(path.stem for path in EXAMPLES.glob("[bl]*-*.json"))


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_phone_says_what_to_do(phone: Client) -> None:
    page = text(phone, "/phone/")
    assert "Nothing has arrived yet" in page
    assert "No chats yet" in page


def test_lists_one_chat_a_number_newest_first(phone: Client, account: Account) -> None:
    for customer in (CUSTOMER, "+447700900123", CUSTOMER):
        make_message(account, customer=customer)
    page = text(phone, "/phone/")
    assert re.findall(r'class="chats__who">([^<]+)', page) == ["+91 98765 43210", "+44 7700 900123"]
    assert re.findall(r'class="chats__unread">(\d+)', page) == ["2", "1"]


def test_an_opened_chat_is_read(phone: Client, account: Account) -> None:
    make_message(account)
    make_message(account, customer="+447700900123")
    text(phone, CHAT)
    assert re.findall(r'class="chats__unread">(\d+)', text(phone, "/phone/")) == ["1"]


def test_a_chat_in_the_list_shows_its_last_words_without_marks(
    phone: Client, account: Account
) -> None:
    make_message(
        account, payload=example("list-support-menu") | {"body": "*Hello* from _us_ a_b_c"}
    )
    assert "Hello from us a_b_c" in text(phone, "/phone/")


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_shows_what_arrived(phone: Client, account: Account, name: str) -> None:
    payload = example(name)
    make_message(account, name)
    page = text(phone, CHAT)
    options = payload.get("buttons") or [row for s in payload["sections"] for row in s["rows"]]
    for option in options:
        assert f'name="choice" value="{option["id"]}"' in page


def test_shows_formatting_and_never_markup(phone: Client, account: Account) -> None:
    body = "*bold* <script>alert(1)</script>"
    make_message(account, payload=example("button-order-confirmation") | {"body": body})
    make_reply(account, text=body)
    page = text(phone, CHAT)
    assert ">bold</" in page
    assert "<script>alert" not in page


def test_shows_the_day_once(phone: Client, account: Account) -> None:
    now = datetime(2026, 1, 5, 12, tzinfo=UTC)
    for days in (2, 2, 1, 0):
        make_reply(account, created_at=now - timedelta(days=days))
    with time_machine.travel(now, tick=False):
        page = text(phone, CHAT)
    assert re.findall(r'<p class="day">([^<]+)', page) == ["3 January 2026", "Yesterday", "Today"]


def test_shows_the_newest_and_leads_to_the_earlier(phone: Client, account: Account) -> None:
    pks = [make_reply(account, text=f"said {n}").pk for n in range(70)]
    page = text(phone, CHAT)
    assert "said 69<" in page
    assert "said 9<" not in page
    assert f"?before={pks[10]}" in page
    earlier = text(phone, f"{CHAT}?before={pks[10]}")
    assert "said 9<" in earlier
    assert "said 10<" not in earlier
    assert "Newest messages" in earlier
    assert 'id="news"' not in earlier


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "१", "1" * 6000])
def test_takes_no_harm_from_a_strange_before(phone: Client, account: Account, before: str) -> None:
    make_reply(account)
    assert phone.get(CHAT, {"before": before}).status_code in (200, 404)


def test_asks_for_as_few_rows_however_many_chats(
    phone: Client, account: Account, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(30):
        make_message(account, customer=f"+4477009001{n:02}")
        make_reply(account, reply_to=make_message(account))
    with django_assert_max_num_queries(14):
        text(phone, CHAT)


# News


def test_news_are_what_came_after(phone: Client, account: Account) -> None:
    first = make_reply(account, text="first")
    assert phone.get(f"{CHAT}after/{first.pk}/").status_code == 204
    second = make_reply(account, text="second")
    news = text(phone, f"{CHAT}after/{first.pk}/")
    assert "second" in news
    assert "first" not in news
    assert f"{CHAT}after/{second.pk}/" in news
    assert 'class="day"' not in news


def test_news_are_read_as_they_come(phone: Client, account: Account) -> None:
    first = make_reply(account)
    make_message(account)
    text(phone, f"{CHAT}after/{first.pk}/")
    assert "chats__unread" not in text(phone, "/phone/")


def test_the_chats_answer_204_until_something_changes(phone: Client, account: Account) -> None:
    make_message(account, customer="+447700900123")

    def ask(page: str) -> str:
        found = re.search(r'hx-get="(/phone/chats/[^"]+)"', page)
        assert found
        return found[1].replace("&amp;", "&")

    again = ask(text(phone, "/phone/"))
    assert phone.get(again).status_code == 204
    make_message(account)
    page = text(phone, again)
    assert "+91 98765 43210" in page
    assert phone.get(ask(page)).status_code == 204
    text(phone, CHAT)
    assert "chats__unread" in text(phone, ask(page))


# Tapping and writing


def test_tapping_a_button_answers_the_message(phone: Client, account: Account) -> None:
    message = make_message(account)
    answer = phone.post(f"{CHAT}{message.pk}/tap/", {"choice": "cancel_order_12345"})
    assert (answer.status_code, answer["Location"]) == (302, CHAT)
    reply = Message.objects.get(sender=Sender.CUSTOMER)
    assert (reply.kind, reply.option_id, reply.text) == (
        Kind.BUTTON,
        "cancel_order_12345",
        "❌ Cancel",
    )
    assert (reply.reply_to, reply.account, reply.webhook) == (message, account, Webhook.WAITING)
    page = text(phone, CHAT)
    assert f'class="bubble__quote" href="#message-{message.pk}"' in page


def test_choosing_a_row_answers_the_list(phone: Client, account: Account) -> None:
    message = make_message(account, "list-product-catalog")
    phone.post(f"{CHAT}{message.pk}/tap/", {"choice": "prod_headphones_001"}, headers=HTMX)
    reply = Message.objects.get(sender=Sender.CUSTOMER)
    assert (reply.kind, reply.text) == (Kind.LIST, "Wireless Headphones")


def test_a_message_may_be_answered_again(phone: Client, account: Account) -> None:
    message = make_message(account)
    for _ in range(2):
        phone.post(f"{CHAT}{message.pk}/tap/", {"choice": "cancel_order_12345"})
    assert message.replies.count() == 2


def test_with_htmx_the_page_is_told_of_news(phone: Client, account: Account) -> None:
    message = make_message(account)
    for path, data in (
        (f"{CHAT}{message.pk}/tap/", {"choice": "cancel_order_12345"}),
        (f"{CHAT}say/", {"text": "Hello"}),
    ):
        answer = phone.post(path, data, headers=HTMX)
        assert (answer.status_code, answer["HX-Trigger"]) == (204, "phone-news")


@pytest.mark.parametrize("choice", ["", "no_such_option", "\x00"])
def test_only_what_is_offered_can_be_chosen(phone: Client, account: Account, choice: str) -> None:
    message = make_message(account)
    assert phone.post(f"{CHAT}{message.pk}/tap/", {"choice": choice}).status_code == 404
    assert phone.post(f"/phone/+447700900123/{message.pk}/tap/").status_code == 404


def test_writing_sends_a_text_to_who_wrote_last(
    phone: Client, team: Team, account: Account
) -> None:
    make_message(account)
    other = make_account(team, name="Other")
    make_message(other)
    phone.post(f"{CHAT}say/", {"text": "Is it <blue>?"})
    reply = Message.objects.get(sender=Sender.CUSTOMER)
    assert (reply.kind, reply.text, reply.account) == (Kind.TEXT, "Is it <blue>?", other)
    assert "Is it &lt;blue&gt;?" in text(phone, CHAT)


@pytest.mark.parametrize("said", ["", "   ", "x" * 4097, "a\x00b"])
def test_what_cannot_be_said_is_not(phone: Client, account: Account, said: str) -> None:
    make_message(account)
    phone.post(f"{CHAT}say/", {"text": said})
    assert not Message.objects.filter(sender=Sender.CUSTOMER).exists()


def test_a_customer_may_write_first(phone: Client, account: Account) -> None:
    assert re.search(r'value="\+447700900\d{3}"', text(phone, "/phone/new/"))
    answer = phone.post(
        "/phone/new/", {"number": "+44 (7700) 900-123", "account": account.pk, "text": "Hi!"}
    )
    assert answer["Location"] == "/phone/+447700900123/"
    message = Message.objects.get()
    assert (message.sender, message.text, message.account) == (Sender.CUSTOMER, "Hi!", account)


@pytest.mark.parametrize("number", ["", "07700900123", "+0123", "+44 7700 9001234567", "phone"])
def test_a_chat_needs_a_whole_number(phone: Client, account: Account, number: str) -> None:
    data = {"number": number, "account": account.pk, "text": "Hi!"}
    answer = phone.post("/phone/new/", data)
    assert answer.status_code == 200
    assert b"field__error" in answer.content
    assert not Message.objects.exists()


def test_a_customer_may_only_write_to_the_owners_keys(
    phone: Client, account: Account, other_team: Team
) -> None:
    theirs = make_account(other_team)
    phone.post("/phone/new/", {"number": CUSTOMER, "account": theirs.pk, "text": "Hi!"})
    assert not Message.objects.exists()


def test_a_first_chat_needs_a_key(phone: Client) -> None:
    assert "Add a key" in text(phone, "/phone/new/")


# The webhook's state


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"webhook": Webhook.DELIVERED, "webhook_problem": ""}, "✓✓ Webhook delivered"),
        ({"webhook": Webhook.WAITING}, "Sending the webhook…"),
        (
            {
                "webhook": Webhook.WAITING,
                "webhook_problem": "it answered 500",
                "next_attempt_at": datetime(2026, 1, 5, 12, 0, 4, tzinfo=UTC),
            },
            "Webhook: it answered 500. Trying again at 12:00:04 UTC.",
        ),
        (
            {
                "webhook": Webhook.FAILED,
                "webhook_problem": "no connection could be made",
                "webhook_attempts": 6,
            },
            "Webhook failed after 6 tries: no connection could be made.",
        ),
        ({"webhook": Webhook.NONE}, "No webhook: Shop had no address then."),
    ],
)
def test_says_how_far_the_webhook_has_come(
    phone: Client, account: Account, fields: dict[str, object], words: str
) -> None:
    message = make_reply(account, **fields)
    state = text(phone, f"{CHAT}{message.pk}/webhook/")
    # A time stands in an element of its own, for the reader's zone.
    assert words in strip_tags(state)
    assert words in strip_tags(text(phone, CHAT))
    assert ("every 1500ms" in state) == (fields["webhook"] == Webhook.WAITING)


def test_a_reply_from_before_there_was_an_address_can_be_sent(
    phone: Client, account: Account
) -> None:
    message = make_reply(account, webhook=Webhook.NONE)
    assert "Send it now" in text(phone, CHAT)
    Account.objects.update(webhook_url="")
    assert "Send it now" not in text(phone, CHAT)
    phone.post(f"{CHAT}{message.pk}/webhook/again/")
    message.refresh_from_db()
    assert message.webhook == Webhook.NONE


@pytest.mark.parametrize(("headers", "status"), [({}, 302), (HTMX, 200)])
def test_a_failed_webhook_can_be_sent_again(
    phone: Client, account: Account, headers: dict[str, str], status: int
) -> None:
    message = make_reply(account, webhook=Webhook.FAILED, webhook_problem="it answered 500")
    assert "Send again now" in text(phone, CHAT)
    answer = phone.post(f"{CHAT}{message.pk}/webhook/again/", headers=headers)
    assert answer.status_code == status
    message.refresh_from_db()
    assert message.webhook == Webhook.WAITING


# Whose it is

READS = ["/phone/", "/phone/chats/", "/phone/new/", "/phone/keys/"]
READS_OF_A_CHAT = [CHAT, f"{CHAT}after/0/", f"{CHAT}{{reply}}/webhook/"]
WRITES_OF_A_CHAT = [f"{CHAT}say/", f"{CHAT}{{message}}/tap/", f"{CHAT}{{reply}}/webhook/again/"]
WRITES = ["/phone/new/", "/phone/keys/", "/phone/keys/{account}/", *WRITES_OF_A_CHAT]


@pytest.fixture
def ids(account: Account) -> dict[str, int]:
    return {
        "account": account.pk,
        "message": make_message(account).pk,
        "reply": make_reply(account, webhook=Webhook.FAILED).pk,
    }


def test_signed_out_leads_to_signing_in(ids: dict[str, int]) -> None:
    for path in READS + READS_OF_A_CHAT:
        assert Client().get(path.format(**ids)).status_code == 302
    for path in WRITES:
        assert Client().post(path.format(**ids)).status_code == 302
    assert Message.objects.count() == 2


def test_another_teams_chat_does_not_exist(
    ids: dict[str, int], phone: Client, account: Account, other_team: Team
) -> None:
    make_account(other_team)
    Account.objects.filter(pk=account.pk).update(owner="team:0")
    for path in READS_OF_A_CHAT:
        assert phone.get(path.format(**ids)).status_code in (404, 204)
    for path in [*WRITES_OF_A_CHAT, "/phone/keys/{account}/"]:
        assert phone.post(path.format(**ids), {"text": "Hi", "choice": "x"}).status_code == 404
    assert "No chats yet" in text(phone, "/phone/")
    assert account.key not in text(phone, "/phone/keys/")


def test_a_viewer_may_look_but_not_write(
    ids: dict[str, int], client_as: Callable[[User], Client], viewer: User
) -> None:
    client = client_as(viewer)
    for path in READS + READS_OF_A_CHAT:
        assert client.get(path.format(**ids)).status_code == 200
    for path in WRITES:
        assert client.post(path.format(**ids)).status_code == 403
    assert Message.objects.count() == 2
    assert 'name="text"' not in text(client, CHAT)


def test_who_has_no_team_sees_no_phone(
    ids: dict[str, int], client_as: Callable[[User], Client]
) -> None:
    loner = User.objects.create_user("loner@example.com")
    assert client_as(loner).get("/phone/").status_code == 403


def test_a_chat_that_nothing_has_reached_says_so(phone: Client) -> None:
    page = phone.get("/phone/+447700900999/")
    assert page.status_code == 404
    assert "Nothing has reached +447700900999" in page.content.decode()


@pytest.mark.parametrize("number", ["919876543210", "+0919", "+91x", "+" + "9" * 16])
def test_what_is_no_number_is_not_found(phone: Client, number: str) -> None:
    assert phone.get(f"/phone/{number}/").status_code == 404
