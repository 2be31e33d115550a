"""What each answer, and each trouble on the way, means."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.sending import outcomes
from designer.sending.client import Answer, ClientError, Lost, NotSent
from designer.sending.models import State
from designer.sending.outcomes import MAX_AGE, MAX_ATTEMPTS, Outcome

from .api import SUCCESS, error

NOW = datetime(2025, 12, 23, 14, 29, 0, tzinfo=UTC)


def judge(
    status: int,
    body: object = "",
    headers: dict[str, str] | None = None,
    *,
    attempt: int = 1,
    jitter: float = 0.0,
) -> Outcome:
    text = body if isinstance(body, str) else json.dumps(body)
    answer = Answer(status, headers or {}, text)
    return outcomes.of_answer(answer, attempt=attempt, now=NOW, jitter=jitter)


def test_success_is_sent_with_all_that_the_api_told() -> None:
    outcome = judge(200, SUCCESS)
    assert outcome.state is State.SENT
    assert outcome.message_id == "550e8400-e29b-41d4-a716-446655440000"
    assert outcome.request_id == "req_abc123def456"
    assert outcome.rate_limit == {
        "limit": 60,
        "remaining": 58,
        "reset_at": "2025-12-23T14:30:00.000Z",
    }


@pytest.mark.parametrize(
    ("status", "code", "message", "words"),
    [
        (
            400,
            "VALIDATION_ERROR",
            "buttons must have at most 3 items",
            "The API refused the message: buttons must have at most 3 items.",
        ),
        (400, "VALIDATION_ERROR", "", "The API refused the message."),
        (401, "INVALID_API_KEY", "API key not found", "API key is not accepted"),
        (401, "UNAUTHORIZED", "no", "API key is not accepted"),
        (403, "PERMISSION_DENIED", "no", "lacks the permission “send_text”"),
        (404, "NOT_FOUND", "no such endpoint", "refused the message: no such endpoint."),
        (500, "MESSAGE_SEND_FAILED", "", "couldn’t send it to WhatsApp."),
        (500, "MESSAGE_SEND_FAILED", "It broke.", "couldn’t send it to WhatsApp: It broke."),
        (500, "SOMETHING_NEW", "who knows", "couldn’t send it to WhatsApp: who knows."),
        (200, "VALIDATION_ERROR", "to is required", "refused the message: to is required."),
    ],
)
def test_the_apis_own_no_is_a_failure(status: int, code: str, message: str, words: str) -> None:
    outcome = judge(status, error(code, message))
    assert outcome.state is State.FAILED
    assert outcome.code == code
    assert words in outcome.words
    assert outcome.request_id == "req_xyz789"


WHATSAPP_WORDS = {
    "131047": "More than 24 hours since they last wrote. Ask them to message you first.",
    "131026": "Can’t be delivered: not on WhatsApp, terms not accepted, or an old app.",
    "131009": "A field was refused: Parameter value is not valid.",
    "131053": "The header file couldn’t be used: check its type and size.",
    "131056": "Too many messages to this person: wait a few seconds, then send again.",
    "131048": "This number is restricted after spam reports.",
    "131021": "Sender and recipient are the same number.",
    "131031": outcomes.RESTRICTED,
    "368": outcomes.RESTRICTED,
    "131042": "There is a payment problem with the WhatsApp account.",
    "131000": outcomes.WHATSAPP_HAS_A_PROBLEM,
    "131016": outcomes.WHATSAPP_HAS_A_PROBLEM,
    "190": "The connection to WhatsApp has expired: tell whoever manages it.",
}
WAYS_TO_WRITE_A_CODE = [
    "(#{}) Parameter value is not valid",
    "WhatsApp error {}: Parameter value is not valid",
    "WhatsApp API error (code: {}) - Parameter value is not valid",
    "[Error {}] Parameter value is not valid",
    "{}: Parameter value is not valid",
    "error_code={} Parameter value is not valid",
    "errorCode: {}, Parameter value is not valid",
    '{{"code": {}}} Parameter value is not valid',
]


@pytest.mark.parametrize("written", WAYS_TO_WRITE_A_CODE)
@pytest.mark.parametrize(("code", "words"), WHATSAPP_WORDS.items())
def test_whatsapps_own_code_is_told_in_words(code: str, words: str, written: str) -> None:
    outcome = judge(500, error("MESSAGE_SEND_FAILED", written.format(code)))
    assert (outcome.state, outcome.code, outcome.words) == (State.FAILED, code, words)


@pytest.mark.parametrize("written", WAYS_TO_WRITE_A_CODE)
@pytest.mark.parametrize("code", ["130429", "80007"])
def test_sending_too_fast_is_tried_again(code: str, written: str) -> None:
    outcome = judge(500, error("MESSAGE_SEND_FAILED", written.format(code)))
    assert outcome.state is State.WAITING
    assert outcome.words == "Sending too fast: it will be tried again."
    assert outcome.retry_in == 2.0


def test_every_code_of_the_table_is_tested() -> None:
    assert {*WHATSAPP_WORDS, "130429", "80007"} == outcomes.WHATSAPP_CODES.keys()


def test_refused_field_without_details_is_told_without_a_colon() -> None:
    assert judge(500, error("MESSAGE_SEND_FAILED", "131009")).words == "A field was refused."


@pytest.mark.parametrize(
    "message",
    [
        "body has 190 characters",
        "190 characters are too many",
        "1310470",
        "+15550131047",
        "error 131999: unheard of",
        "x368",
        "Order #190 could not be delivered",
    ],
)
def test_a_number_that_is_no_known_code_is_not_taken_for_one(message: str) -> None:
    assert judge(500, error("MESSAGE_SEND_FAILED", message)).code == "MESSAGE_SEND_FAILED"


@pytest.mark.parametrize("number", ["130429", "#130429"])
def test_a_number_that_is_not_called_a_code_is_not_tried_again(number: str) -> None:
    message = f"Order {number} could not be delivered"
    outcome = judge(500, error("MESSAGE_SEND_FAILED", message))
    assert (outcome.state, outcome.code) == (State.FAILED, "MESSAGE_SEND_FAILED")
    assert message in outcome.words


HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, HTML),
        (502, error("MESSAGE_SEND_FAILED", "131047")),
        (504, ""),
        (408, ""),
        (500, HTML),
        (500, '{"success": false'),
        (503, "null"),
        (599, "[]"),
        (200, ""),
        (200, HTML),
        (200, '{"success": true, "data": {"message_'),
        (200, "null"),
        (200, "[" * 100_000),
        (200, "9" * 5000),
        (200, {"success": True}),
        (200, {"success": True, "data": {"message_id": ""}}),
        (200, {"success": True, "data": {"message_id": None}}),
        (200, {"success": "yes", "data": {"message_id": "a"}}),
        (200, {"data": {"message_id": "a"}}),
        (204, ""),
        (202, {"status": "accepted"}),
    ],
)
def test_what_may_have_arrived_is_unknown_and_not_tried_again(status: int, body: object) -> None:
    outcome = judge(status, body)
    assert outcome.state is State.UNKNOWN
    assert outcome.retry_in is None
    assert outcome.words.endswith("may or may not have arrived.")


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (400, HTML, "refused the request and didn’t say why (400)"),
        (401, HTML, "API key is not accepted"),
        (403, HTML, "send_text"),
        (404, HTML, "no API at the base URL (404)"),
        (405, "", "(405)"),
        (413, "", "(413)"),
        (301, "", "points elsewhere (301)"),
        (308, "", "points elsewhere (308)"),
    ],
)
def test_a_no_from_something_else_than_the_api_is_a_failure(
    status: int, body: str, words: str
) -> None:
    outcome = judge(status, body)
    assert outcome.state is State.FAILED
    assert words in outcome.words


RESET_AT = "2025-12-23T14:30:00.000Z"
LIMITED = error(
    "RATE_LIMIT_EXCEEDED", rate_limit={"limit": 60, "remaining": 0, "reset_at": RESET_AT}
)


@pytest.mark.parametrize("skew", [timedelta(), timedelta(hours=24), timedelta(hours=-24)])
def test_429_waits_until_reset_at_by_the_servers_own_clock(skew: timedelta) -> None:
    reset_at = (NOW + skew + timedelta(seconds=60)).isoformat()
    body = error("RATE_LIMIT_EXCEEDED", rate_limit={"reset_at": reset_at})
    outcome = judge(429, body, {"date": format_datetime(NOW + skew, usegmt=True)})
    assert outcome.state is State.WAITING
    assert outcome.retry_in == 60.0


def test_429_without_a_date_is_measured_by_our_clock() -> None:
    assert judge(429, LIMITED).retry_in == 60.0


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "Tue, 23 Dec 2025 14:29:30 GMT"}, 30.0),
        (
            {
                "retry-after": "Tue, 23 Dec 2025 14:29:30 GMT",
                "date": "Tue, 23 Dec 2025 14:29:20 GMT",
            },
            10.0,
        ),
        ({}, 2.0),
        ({"retry-after": "soon"}, 2.0),
        ({"retry-after": "-5"}, 2.0),
        ({"retry-after": "0"}, 2.0),
        ({"retry-after": "86400"}, 900.0),
        ({"date": "yesterday"}, 2.0),
    ],
)
def test_429_honours_retry_after(headers: dict[str, str], wait: float) -> None:
    assert judge(429, HTML, headers).retry_in == wait


@pytest.mark.parametrize(
    "rate_limit",
    [
        {"reset_at": "2025-12-23T14:00:00Z"},
        {"reset_at": "never"},
        {"reset_at": "2025-13-99T99:99:99Z"},
        {"reset_at": "2025-12-23T14:30:00"},
        {"reset_at": 1766500200},
        {"reset_at": None},
        {},
        "full",
    ],
)
def test_429_with_a_useless_reset_at_backs_off(rate_limit: object) -> None:
    outcome = judge(429, error("RATE_LIMIT_EXCEEDED", rate_limit=rate_limit), attempt=3)
    assert outcome.retry_in == 8.0


def test_429_takes_the_later_of_reset_at_and_retry_after() -> None:
    assert judge(429, LIMITED, {"retry-after": "90"}).retry_in == 90.0


@pytest.mark.parametrize(
    ("attempt", "wait"), [(1, 2), (2, 4), (3, 8), (9, 512), (10, 900), (32767, 900)]
)
def test_waits_double_up_to_a_quarter_of_an_hour(attempt: int, wait: int) -> None:
    outcome = outcomes.of_trouble(NotSent("refused"), attempt=attempt, jitter=0.0)
    assert outcome.retry_in == wait


@given(attempt=st.integers(1, 20), jitter=st.floats(0, 1), told=st.integers(0, 10_000).map(str))
def test_waits_are_never_before_the_time_told_and_stay_within_bounds(
    attempt: int, jitter: float, told: str
) -> None:
    outcome = judge(429, "", {"retry-after": told}, attempt=attempt, jitter=jitter)
    assert outcome.retry_in is not None
    assert 1 <= outcome.retry_in <= 900
    assert outcome.retry_in >= min(int(told), 900)


def test_jitter_spreads_the_waits() -> None:
    waits = {
        outcomes.of_trouble(NotSent("refused"), attempt=3, jitter=jitter / 10).retry_in
        for jitter in range(10)
    }
    assert len(waits) == 10


@pytest.mark.parametrize("kind", ["refused", "dns", "connect-timeout", "unreachable", "late"])
def test_what_never_went_out_is_tried_again(kind: str) -> None:
    outcome = outcomes.of_trouble(NotSent(kind), attempt=1, jitter=0.0)
    assert (outcome.state, outcome.code, outcome.retry_in) == (State.WAITING, kind, 2.0)


@pytest.mark.parametrize("kind", ["tls", "no-tls", "address", "key", "retired", "stale"])
def test_what_cannot_get_better_by_itself_is_a_failure(kind: str) -> None:
    outcome = outcomes.of_trouble(NotSent(kind), attempt=1, jitter=0.0)
    assert (outcome.state, outcome.retry_in) == (State.FAILED, None)


@pytest.mark.parametrize("kind", ["timeout", "disconnected"])
def test_a_lost_answer_is_unknown(kind: str) -> None:
    outcome = outcomes.of_trouble(Lost(kind), attempt=1, jitter=0.0)
    assert (outcome.state, outcome.retry_in) == (State.UNKNOWN, None)


def waiting(retry_in: float = 2.0) -> Outcome:
    return Outcome(State.WAITING, "refused", "It was refused.", retry_in=retry_in)


def test_gives_up_after_the_last_attempt() -> None:
    before = outcomes.capped(waiting(), attempt=MAX_ATTEMPTS - 1, age=timedelta())
    assert before == waiting()
    outcome = outcomes.capped(waiting(), attempt=MAX_ATTEMPTS, age=timedelta())
    assert (outcome.state, outcome.retry_in) == (State.FAILED, None)
    assert outcome.words == "Given up after it was tried 10 times. It was refused."


def test_gives_up_rather_than_wait_beyond_the_age() -> None:
    assert outcomes.capped(waiting(60), attempt=2, age=MAX_AGE - timedelta(seconds=60)) == waiting(
        60
    )
    outcome = outcomes.capped(waiting(61), attempt=1, age=MAX_AGE - timedelta(seconds=60))
    assert outcome.state is State.FAILED
    assert outcome.words == "Given up after it was tried once. It was refused."


def test_giving_up_does_not_promise_another_attempt() -> None:
    limited = judge(429, LIMITED)
    assert "tried again" in limited.words
    assert "tried again" not in outcomes.capped(limited, attempt=99, age=timedelta()).words


def test_a_final_outcome_is_not_capped() -> None:
    sent = judge(200, SUCCESS)
    assert outcomes.capped(sent, attempt=99, age=timedelta(days=9)) == sent


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts),
)
ENVELOPES = st.fixed_dictionaries(
    {},
    optional={
        "success": JSON,
        "data": JSON | st.fixed_dictionaries({"message_id": JSON}),
        "error": JSON | st.fixed_dictionaries({"code": JSON, "message": JSON}),
        "meta": JSON | st.fixed_dictionaries({"request_id": JSON, "rate_limit": JSON}),
    },
)


@given(
    status=st.integers(200, 599),
    body=ENVELOPES.map(json.dumps) | st.text(),
    date=st.text() | st.just("Tue, 23 Dec 2025 14:29:20 GMT"),
)
def test_any_answer_has_a_clear_outcome_that_any_database_can_store(
    status: int, body: str, date: str
) -> None:
    outcome = judge(status, body, {"date": date, "retry-after": date})
    assert outcome.words
    assert (outcome.retry_in is not None) == (outcome.state is State.WAITING)
    stored = json.dumps(outcome.rate_limit) + "".join(
        [outcome.code, outcome.words, outcome.message_id, outcome.request_id]
    )
    assert "\0" not in stored
    stored.encode()
    assert len(outcome.code) <= 60
    assert len(outcome.message_id) <= 200
    assert len(outcome.request_id) <= 200


def test_error_code_is_only_read_from_the_apis_envelope() -> None:
    assert outcomes.error_code(Answer(400, {}, json.dumps(error("VALIDATION_ERROR")))) == (
        "VALIDATION_ERROR"
    )
    assert outcomes.error_code(Answer(400, {}, HTML)) == ""
    assert outcomes.error_code(Answer(200, {}, json.dumps(SUCCESS))) == ""


def test_every_trouble_has_words() -> None:
    kinds: list[ClientError] = [NotSent(kind) for kind in outcomes.HOPELESS]
    assert all(outcomes.of_trouble(kind, attempt=1, jitter=0).words for kind in kinds)
