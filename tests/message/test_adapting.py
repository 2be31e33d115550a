"""What is nearly a message of a dialect, what lies in a wrapper, and what is something else."""

import json
from typing import Any

import pytest

from designer.message.formats import FormatError, coext, meta, read, read_all
from designer.message.formats.reading import Reading
from designer.message.schema import ButtonMessage, Header, ListMessage, to_dict
from tests.factories import example

from .examples import button_message, list_message

TO = "+919876543210"
MESSAGE = button_message(header=Header(type="text", text="Visit"), footer="Bye")
AS_META = meta.dump(MESSAGE, to=TO)["interactive"]
AS_COEXT = coext.dump(MESSAGE, to=TO)
LIST = list_message(header="Menu", footer="Bye")


def one(payload: object) -> Reading:
    [reading] = read_all(json.dumps(payload))
    return reading


@pytest.mark.parametrize(
    ("payload", "note"),
    [
        ({**AS_COEXT, "header": "Visit"}, "The header was a text alone: it has the type text."),
        ({**AS_COEXT, "body": AS_META["body"]}, "The body was an object: its text was taken."),
        (
            {**AS_COEXT, "footer": AS_META["footer"]},
            "The footer was an object: its text was taken.",
        ),
        (
            {**AS_COEXT, "buttons": AS_META["action"]["buttons"]},
            "The buttons had the shape of the Meta Cloud API’s.",
        ),
        ({**AS_META, "header": "Visit"}, "The header was a text alone: it has the type text."),
        ({**AS_META, "body": AS_COEXT["body"]}, "The body was a text alone, not an object."),
        (
            {**AS_META, "action": {"buttons": AS_COEXT["buttons"]}},
            "The buttons had the shape of the Coext API’s.",
        ),
    ],
)
def test_understands_the_other_dialects_shape_and_says_so(payload: Any, note: str) -> None:
    reading = one(payload)
    assert (reading.message, reading.lost, reading.notes) == (MESSAGE, [], [note])


def test_understands_a_lists_header_in_either_shape() -> None:
    payload = coext.dump(LIST, to=TO) | {"header": {"type": "text", "text": "Menu"}}
    assert one(payload).message == LIST
    interactive = meta.dump(LIST, to=TO)["interactive"] | {"header": "Menu"}
    assert one(interactive).message == LIST
    picture = {**payload, "header": {"type": "image", "image": {"link": "https://x.org/a.png"}}}
    assert one(picture).lost == ["header.image", "header.type"]


def test_makes_ids_for_buttons_that_are_titles_alone() -> None:
    reading = one(
        {"body": "Well?", "buttons": ["Yes", "No", {"id": "no", "title": "Never"}, "Yes"]}
    )
    assert isinstance(reading.message, ButtonMessage)
    assert [(b.id, b.title, b.fresh) for b in reading.message.buttons] == [
        ("yes", "Yes", True),
        ("no_2", "No", True),
        ("no", "Never", False),
        ("yes_2", "Yes", True),
    ]
    assert reading.notes == ["The buttons were titles alone: their ids were made from these."]


def test_makes_ids_for_rows_that_are_titles_alone() -> None:
    reading = one({"sections": [{"rows": ["A", "B"]}, {"rows": ["A", "👍"]}]})
    assert isinstance(reading.message, ListMessage)
    ids = [row.id for section in reading.message.sections for row in section.rows]
    assert ids == ["a", "b", "a_2", "row_1"]


def test_nothing_is_dropped_without_a_word() -> None:
    buttons = [
        {"type": "reply", "reply": {"id": "a", "title": "A", "icon": "x"}, "hint": 1},
        {"type": "url", "reply": {"id": "b", "title": "B"}},
    ]
    at = "interactive.action.buttons"
    assert one({"interactive": {**AS_META, "action": {"buttons": buttons}}}).lost == [
        f"{at}.0.hint",
        f"{at}.0.reply.icon",
        f"{at}.1.type",
    ]
    actions = [{"id": "a", "title": "A", "type": "URL"}]
    content = {"types": {"twilio/quick-reply": {"body": "x", "actions": actions}}}
    assert one(content).lost == ["types.twilio/quick-reply.actions.0.type"]


@pytest.mark.parametrize(
    ("to", "taken", "lost"),
    [
        (TO, TO, []),
        (919876543210, "919876543210", []),
        (919876543210.5, None, ["to"]),
        (10**30, None, ["to"]),
        ([TO], None, ["to"]),
        (True, None, ["to"]),
        (None, None, []),
    ],
)
def test_a_recipient_that_is_no_text_is_no_reason_to_refuse_the_message(
    to: object, taken: str | None, lost: list[str]
) -> None:
    for payload in ({**AS_COEXT, "to": to}, {"to": to, "interactive": AS_META}):
        reading = one(payload)
        assert (reading.message, reading.to, reading.lost) == (MESSAGE, taken, lost)
        assert not reading.notes
    reading = one({**AS_COEXT, "reference": 42})
    assert (reading.reference, reading.lost) == ("42", [])


def test_what_the_api_itself_would_refuse_is_refused_where_it_counts() -> None:
    with pytest.raises(FormatError, match="header must be an object"):
        coext.load({**AS_COEXT, "header": "Visit"})
    with pytest.raises(FormatError, match=r"buttons\.0 must be an object"):
        coext.load({**AS_COEXT, "buttons": ["Yes"]})
    with pytest.raises(FormatError, match=r"can't hold buttons\.0\.type, buttons\.0\.reply"):
        coext.load({**AS_COEXT, "buttons": AS_META["action"]["buttons"]})
    with pytest.raises(FormatError, match=r"interactive\.body must be an object"):
        meta.load({"interactive": {**AS_META, "body": "x"}})


# --- Wrappers


@pytest.mark.parametrize(
    ("payload", "notes"),
    [
        ({"data": AS_COEXT}, ["It stood in “data”."]),
        ({"messages": [AS_COEXT]}, ["It stood in “messages”."]),
        ({"message": to_dict(MESSAGE)}, ["It stood in “message”."]),
        ({"body": json.dumps(AS_COEXT)}, ["It stood in “body”."]),
        (
            {"request": {"body": {"payload": {"interactive": AS_META}}}},
            ["It stood in “request”.", "It stood in “body”.", "It stood in “payload”."],
        ),
        (json.dumps(AS_COEXT), []),
    ],
)
def test_reads_a_message_in_a_wrapper_and_says_so(payload: object, notes: list[str]) -> None:
    reading = one(payload)
    assert (reading.message, reading.notes) == (MESSAGE, notes)


def test_names_what_stood_beside_the_message_in_a_wrapper() -> None:
    payload = {"version": 2, "messages": [AS_COEXT, AS_COEXT], "exported": "today"}
    first, second = read_all(json.dumps(payload))
    assert first.lost == ["version", "exported"]
    assert second.lost == []


def test_says_which_message_in_a_wrapper_is_broken() -> None:
    with pytest.raises(FormatError, match=r"^Message 2: This is no list or button message"):
        read_all(json.dumps({"messages": [AS_COEXT, {"a": 1}]}))


def test_looks_into_no_wrapper_without_end() -> None:
    payload: object = AS_COEXT
    for _ in range(4):
        payload = {"data": payload}
    with pytest.raises(FormatError, match="This is no list or button message"):
        read(json.dumps(payload))


# --- Something else


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (example("webhook-button-reply"), "This is a webhook (message.received)"),
        (example("webhook-list-reply"), "This is a webhook (message.received)"),
        ({"object": "whatsapp_business_account", "entry": []}, "This is a webhook of Meta’s"),
        (
            {"messaging_product": "whatsapp", "contacts": [], "messages": [{"id": "wamid.x"}]},
            "This is what the API answered",
        ),
        (example("response-success"), "This is an answer of the API, not a message to send."),
        (
            example("response-error"),
            "This is an answer of the API: “buttons must have at most 3 items”, not a message",
        ),
        (
            {"error": {"message": "Bad token", "code": 190}},
            "This is an answer of the API: “Bad token”",
        ),
        (
            {"to": TO, "type": "template", "template": {"name": "hello_world"}},
            "This is a WhatsApp template message, which Meta approves beforehand.",
        ),
        (
            {"name": "hello", "language": "en", "components": []},
            "This is a WhatsApp template message",
        ),
        (
            {"to": TO, "type": "text", "text": {"body": "Hi"}},
            "This is a WhatsApp message of type text.",
        ),
        (
            {"type": "interactive", "interactive": {"type": "cta_url"}},
            "This is an interactive message of type cta_url.",
        ),
        (
            {"type": "interactive", "interactive": {"type": "button_reply"}},
            "This is a customer’s reply, not a message to send.",
        ),
        (
            {"types": {"twilio/text": {"body": "Hi"}}},
            "types must hold twilio/list-picker or twilio/quick-reply, not twilio/text.",
        ),
    ],
)
def test_names_what_is_no_message_of_ours(payload: object, words: str) -> None:
    with pytest.raises(FormatError) as error:
        read(json.dumps(payload))
    assert str(error.value).startswith(words)
