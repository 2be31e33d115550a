"""What a body says, without a database."""

import contextlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.replies import reading
from designer.replies.reading import Event, Message, Other, Tap, Text

from . import bodies

AT = datetime(2025, 12, 23, 14, 35, tzinfo=UTC)
CONTRACT: dict[str, Any] = {
    "event": "message.received",
    "sender": "+919876543210",
    "sent_at": AT,
    "context_id": "",
}
META: dict[str, Any] = {**CONTRACT, "event": "messages"}
NATIVE = {"from": "919876543210", "id": "wamid.1", "timestamp": str(int(AT.timestamp()))}


def only(payload: object) -> Message:
    """The one message in a body."""
    (found,) = reading.read(payload)
    assert isinstance(found, Message)
    return found


def test_reads_the_contracts_button_reply() -> None:
    tap = Tap("button", "confirm_order_12345", "Confirm")
    expected = Message(message_id="wamid.xyz123", content=tap, **CONTRACT)
    assert only(bodies.webhook("button")) == expected


def test_reads_the_contracts_list_reply() -> None:
    tap = Tap("list", "prod_laptop_001", "Laptop Pro 15")
    expected = Message(message_id="wamid.abc456", content=tap, **CONTRACT)
    assert only(bodies.webhook("list")) == expected


@pytest.mark.parametrize(("name", "kind"), [("button_reply", "button"), ("list_reply", "list")])
def test_reads_whatsapps_own_shapes_in_both_wrappers(name: str, kind: Any) -> None:
    content = bodies.interactive(name, "yes", "Yes")
    context: dict[str, Any] = {"context": {"from": "14155551234", "id": "wamid.sent"}}
    tap = Tap(kind, "yes", "Yes")
    wrapped = bodies.coext(content, at=AT, message_id="wamid.1", **context)
    inside = bodies.coext({**content, **context}, at=AT, message_id="wamid.1")
    native = bodies.meta({**NATIVE, **content, **context})
    expected: dict[str, Any] = {"message_id": "wamid.1", "content": tap, "context_id": "wamid.sent"}
    assert only(wrapped) == only(inside) == Message(**{**CONTRACT, **expected})
    assert only(native) == Message(**{**META, **expected})


def test_what_is_null_beside_a_message_hides_nothing_that_it_says_itself() -> None:
    message = {**bodies.interactive("list_reply", "yes"), "context": {"id": "wamid.sent"}}
    assert only(bodies.coext(message, context=None)).context_id == "wamid.sent"


def test_reads_a_native_message_where_the_wrapper_holds_it_bare() -> None:
    data = {**NATIVE, **bodies.interactive("button_reply", "yes")}
    assert only({"event": "message.received", "data": data}).content == Tap("button", "yes", "")
    assert only({"messages": [data]}).sender == "+919876543210"


def test_reads_every_message_of_an_envelope_in_order() -> None:
    texts = [{**NATIVE, "id": f"{n}", "type": "text", "text": {"body": f"t{n}"}} for n in (1, 2)]
    payload = bodies.meta(*texts)
    payload["entry"].append(bodies.meta({**NATIVE, "type": "image", "image": {}})["entry"][0])
    found = reading.read(payload)
    assert [item.content for item in found if isinstance(item, Message)] == [
        Text("t1"),
        Text("t2"),
        Other("image", ""),
    ]


@pytest.mark.parametrize(
    ("message", "content"),
    [
        ({"type": "text", "text": {"body": "hi"}}, Text("hi")),
        ({"type": "text", "text": "hi"}, Text("hi")),
        ({"text": {"body": "hi"}}, Text("hi")),
        ({"type": "text"}, Text("")),
        ({"button": {"payload": "a"}}, Tap("button", "a", "")),
        ({"type": "button", "button": {"text": "A"}}, Tap("button", "", "A")),
        ({"type": "button", "button": {"payload": 5, "text": None}}, Tap("button", "5", "")),
        ({"type": "button", "button": {}}, Other("button", "")),
        ({"type": "button", "button": "yes"}, Other("button", "")),
        ({"interactive": {"list_reply": {"id": "a"}}}, Tap("list", "a", "")),
        ({"interactive": {"button_reply": {"title": "A"}}}, Tap("button", "", "A")),
        ({"type": "interactive", "interactive": {"type": "nfm_reply"}}, Other("interactive", "")),
        ({"type": "interactive", "interactive": {"list_reply": []}}, Other("interactive", "")),
        ({"type": "image", "image": {"id": "1", "caption": "look"}}, Other("image", "look")),
        ({"type": "something new"}, Other("something new", "")),
    ],
)  # fmt: skip
def test_reads_content_with_fields_missing_or_of_a_wrong_type(
    message: dict[str, Any], content: object
) -> None:
    assert only(bodies.coext(message)).content == content


def test_reads_a_reply_of_which_only_the_option_is_there() -> None:
    payload = {"data": {"message": {"button": {"payload": "a"}}}}
    assert only(payload) == Message(
        event="message.received",
        message_id="",
        sender="",
        sent_at=None,
        context_id="",
        content=Tap("button", "a", ""),
    )


@pytest.mark.parametrize(
    ("payload", "names"),
    [
        ({}, ["message.received"]),
        ({"event": "message.status", "data": {"status": "read"}}, ["message.status"]),
        ({"event": "message.sent", "data": {"message": {"type": "text"}}}, ["message.sent"]),
        ({"event": "message.received", "data": {"message": {}}}, ["message.received"]),
        ({"event": "message.received", "data": "text"}, ["message.received"]),
        ({"event": 5, "data": [], "timestamp": {}}, ["5"]),
        ({"entry": [{"changes": [{"value": {"statuses": [{}]}}]}]}, ["statuses"]),
        ({"entry": [{"changes": [{"field": "account_update"}]}]}, ["account_update"]),
        ({"entry": [{"changes": [{}, 5, None]}, 5]}, ["unknown"]),
        ({"entry": [], "messages": []}, []),
        ({"messages": [{}, 5]}, ["messages"]),
        ([], []),
        ("text", []),
        (None, []),
    ],
)  # fmt: skip
def test_takes_the_rest_for_events(payload: object, names: list[str]) -> None:
    assert reading.read(payload) == [Event(name) for name in names]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+919876543210", "+919876543210"),
        ("919876543210", "+919876543210"),
        ("00919876543210", "+919876543210"),
        ("+91 98765-43210", "+919876543210"),
        ("whatsapp:+919876543210", "+919876543210"),
        ("+1 (415) 555.1234", "+14155551234"),
        ("12345", "12345"),
        ("0123456789", "0123456789"),
        ("1234567890123456", "1234567890123456"),
        ("WhatsApp", "WhatsApp"),
        ("٩١٩٨٧٦٥٤٣٢١٠", "٩١٩٨٧٦٥٤٣٢١٠"),
        ("x" * 50, "x" * 40),
        ("", ""),
    ],
)
def test_writes_numbers_as_e164_where_they_are_numbers(number: str, expected: str) -> None:
    assert reading.e164(number) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2025-12-23T14:35:00.000Z", AT),
        ("2025-12-23T20:05:00+05:30", AT),
        ("2025-12-23T14:35:00", AT),
        ("1766500500", AT),
        (1766500500, AT),
        (1766500500.0, AT),
        (1766500500000, AT),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("", None),
        (float("inf"), None),
        (1e300, None),
        ("9" * 400, None),
        (-5, None),
        (True, None),
        (None, None),
        ({}, None),
    ],
)
def test_reads_times_of_every_make(value: object, expected: datetime | None) -> None:
    assert reading.moment(value) == expected


def test_keeps_texts_that_every_database_can_store() -> None:
    payload = reading.decode(rb'{"data":{"message":{"text":"a\u0000b\ud800c\ud83d\ude00"}}}')
    assert only(payload).content == Text("a\ufffdb\ufffdc\U0001f600")
    long = only(bodies.coext({"text": "x" * 20_000}))
    assert long.content == Text("x" * reading.MOST_TEXT)
    assert len(only(bodies.button("i" * 500, message_id="m" * 500)).message_id) == reading.MOST_ID


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "Not JSON: Expecting value at line 1, column 1."),
        (b"hello", "Not JSON: Expecting value at line 1, column 1."),
        (b'{"a": 1,}', "Not JSON"),
        (b"\xff\xfe", "Not UTF-8 text: byte 1 is no part of it."),
        ('{"a": "ü"}'.encode("latin-1"), "Not UTF-8 text: byte 8 is no part of it."),
        ("{}".encode("utf-16"), "Not UTF-8"),
        (b"\0", "Not JSON"),
        (b"[]", "JSON, but not an object."),
        (b"null", "JSON, but not an object."),
        (b'{"a": NaN}', "Not JSON: NaN is no number."),
        (b"[" * 100_000, "JSON that is nested too deeply."),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "JSON that is nested too deeply."),
    ],
)
def test_says_why_a_body_cannot_be_read(body: bytes, words: str) -> None:
    with pytest.raises(reading.UnreadableError) as problem:
        reading.decode(body)
    assert str(problem.value).startswith(words)


def test_reads_numbers_of_any_length() -> None:
    assert reading.decode(b'{"a":' + b"9" * 2_000_000 + b"}") == {"a": float("inf")}
    assert reading.decode(b'{"a":12345678901234567890}') == {"a": 12345678901234567890}


def test_reads_utf8_with_a_byte_order_mark() -> None:
    assert reading.decode(b"\xef\xbb\xbf{}") == {}


KEYS = st.sampled_from(
    [
        *("event", "timestamp", "data", "entry", "changes", "value", "field", "messages"),
        *("message", "message_id", "from", "type", "button", "interactive", "text"),
        *("button_reply", "list_reply", "id", "title", "payload", "context", "body", "caption"),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=25,
)


@given(JSON)
def test_reads_any_json_without_failing(payload: object) -> None:
    for item in reading.read(payload):
        if isinstance(item, Message):
            assert item.sender.encode().decode() == item.sender
            assert len(item.message_id) <= reading.MOST_ID
            assert item.sent_at is None or item.sent_at.tzinfo is UTC


@given(st.binary())
def test_decodes_any_bytes_or_says_why_not(body: bytes) -> None:
    with contextlib.suppress(reading.UnreadableError):
        assert isinstance(reading.decode(body), dict)
