from typing import Any

import pytest
from hypothesis import given

from designer.message.formats import FormatError, coext, twilio
from designer.message.formats.loading import Reader
from designer.message.schema import Header, Message, Section

from .examples import REQUESTS, a_row, button_message, list_message, with_media
from .strategies import messages


@given(messages)
def test_loads_what_it_dumped_without_what_it_said_it_drops(message: Message) -> None:
    export = twilio.dump(message, name="Menu")
    loaded = twilio.load_loosely(export.payload, Reader())
    assert (loaded.lost, loaded.name) == ([], "Menu")
    # What comes back is all there is, so a second export drops nothing.
    again = twilio.dump(loaded.message, name="Menu")
    assert again.payload == export.payload
    assert again.dropped == []
    assert export.dropped or loaded.message == message or message.kind == "list"


def test_dumps_a_list() -> None:
    rows = (a_row("pizza"), a_row("pasta", description=""))
    export = twilio.dump(list_message(sections=(Section(rows=rows),)), name="Menu")
    assert export.dropped == []
    assert export.payload == {
        "friendly_name": "Menu",
        "language": "en",
        "types": {
            "twilio/list-picker": {
                "body": "What would you like to eat?",
                "button": "View menu",
                "items": [
                    {"id": "dish_pizza", "item": "Pizza", "description": "From the oven"},
                    {"id": "dish_pasta", "item": "Pasta"},
                ],
            }
        },
    }


def test_dumps_buttons() -> None:
    export = twilio.dump(button_message(), name="Visit")
    assert export.payload["types"] == {
        "twilio/quick-reply": {
            "body": "Shall we come tomorrow?",
            "actions": [{"id": "say_yes", "title": "Yes"}, {"id": "say_no", "title": "No"}],
        }
    }


def test_says_what_it_drops() -> None:
    catalogue = coext.load(REQUESTS["list-product-catalog"])
    assert twilio.dump(catalogue, name="x").dropped == [
        "The header “🛍️ Our Products”.",
        "The footer “Tap View Catalog to see options”.",
        "The section titles “Electronics”, “Accessories”.",
        "The grouping into 2 sections.",
    ]
    image = with_media("image", "https://x.org/a.png")
    assert twilio.dump(image, name="x").dropped == ["The header's picture https://x.org/a.png."]
    text = button_message(header=Header(type="text", text="Hi"), footer="Bye")
    assert twilio.dump(text, name="x").dropped == ["The header “Hi”.", "The footer “Bye”."]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"types": 5}, "types must be an object with named fields."),
        ({"types": {}}, "types must hold twilio/list-picker or twilio/quick-reply."),
        ({"variables": {"1": "x"}}, "A message can't hold variables."),
        ({"language": "de"}, "A message can't hold language."),
        ({"friendly_name": 5}, "friendly_name must be text."),
        (
            {"types": {"twilio/quick-reply": {"actions": 5}}},
            "types.twilio/quick-reply.actions must be a list.",
        ),
        (
            {"types": {"twilio/quick-reply": {}, "twilio/text": {}}},
            "A message can't hold types.twilio/text.",
        ),
    ],
)
def test_refuses_what_it_cannot_hold(change: dict[str, Any], words: str) -> None:
    payload = twilio.dump(button_message(), name="Visit").payload
    with pytest.raises(FormatError) as error:
        twilio.load({**payload, **change})
    assert str(error.value) == words
