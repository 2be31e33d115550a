from typing import Any

import pytest
from hypothesis import given

from designer.message.formats import FormatError, coext, meta
from designer.message.schema import Message

from .examples import REQUESTS
from .strategies import messages

TO = "+919876543210"


@given(messages)
def test_loads_what_it_dumped(message: Message) -> None:
    payload = meta.dump(message, to=TO)
    assert meta.load(payload) == message
    assert meta.load(payload["interactive"]) == message


def test_dumps_a_list_as_meta_takes_it() -> None:
    message = coext.load(REQUESTS["list-product-catalog"])
    assert meta.dump(message, to=TO) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": TO,
        "type": "interactive",
        "interactive": {
            "type": "list",
            "header": {"type": "text", "text": "🛍️ Our Products"},
            "body": {"text": "Browse our popular products and select one to learn more!"},
            "footer": {"text": "Tap View Catalog to see options"},
            "action": {
                "button": "View Catalog",
                "sections": REQUESTS["list-product-catalog"]["sections"],
            },
        },
    }


def test_dumps_buttons_as_meta_takes_them() -> None:
    request = REQUESTS["button-restock-image"]
    assert meta.dump(coext.load(request), to=TO)["interactive"] == {
        "type": "button",
        "header": request["header"],
        "body": {"text": request["body"]},
        "action": {
            "buttons": [{"type": "reply", "reply": button} for button in request["buttons"]]
        },
    }


def payload(**interactive: Any) -> dict[str, Any]:
    dumped = meta.dump(coext.load(REQUESTS["list-support-menu"]), to=TO)
    dumped["interactive"].update(interactive)
    return dumped


OTHER_KIND = (
    "This is an interactive message of type flow. Only those of type list and button can be read."
)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"interactive": []}, "interactive must be an object with named fields."),
        (payload(type="flow"), OTHER_KIND),
        (payload(type=5), "interactive.type must be list or button."),
        (payload(type="list_reply"), "This is a customer’s reply, not a message to send."),
        (payload(body="Hi"), "interactive.body must be an object with named fields."),
        (payload(body={"text": 5}), "body must be text."),
        (payload(action=5), "interactive.action must be an object with named fields."),
        (payload(action={"sections": 5}), "interactive.action.sections must be a list."),
        (payload(colour="red"), "A message can't hold interactive.colour."),
        (
            payload(header={"type": "image", "image": {"link": "x"}}),
            "A message can't hold interactive.header.image, interactive.header.type.",
        ),
        ({**payload(), "context": {}}, "A message can't hold context."),
        ({"interactive": payload()["interactive"], "to": 5}, "to must be text."),
    ],
)
def test_refuses_what_it_cannot_hold(raw: dict[str, Any], words: str) -> None:
    with pytest.raises(FormatError) as error:
        meta.load(raw)
    assert str(error.value) == words
