"""The sandbox's own check of a request body, against the contract's table."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.sandbox.contract import Kind, problem
from tests.factories import EXAMPLES, example

LIST = "list-product-catalog"
BUTTON = "button-special-offer"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*-*.json") if path.stem[:4] in ("list", "butt"))
E164 = "must be an E.164 phone number, e.g. +919876543210"
UNSET = "must be left out when not set, not sent as null or empty"
MISSING = object()


def kind_of(body: dict[str, Any]) -> Kind:
    return "list" if "sections" in body else "button"


def changed(name: str, path: str, value: object) -> dict[str, Any]:
    """An example with the value at a path like `sections.0.title`; MISSING takes the field out."""
    body = copy.deepcopy(example(name))
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place: Any = body
    for part in parents:
        place = place[part]
    if value is MISSING:
        del place[last]
    else:
        place[last] = value
    return body


@pytest.mark.parametrize("name", NAMES)
def test_takes_every_example_of_the_contract(name: str) -> None:
    body = example(name)
    assert problem(kind_of(body), body) is None


LIMITS = [
    (LIST, "header", 60),
    (LIST, "body", 1024),
    (LIST, "footer", 60),
    (LIST, "button", 20),
    (LIST, "reference", 100),
    (LIST, "sections.0.title", 24),
    (LIST, "sections.0.rows.0.id", 200),
    (LIST, "sections.0.rows.0.title", 24),
    (LIST, "sections.0.rows.0.description", 72),
    (BUTTON, "header.text", 60),
    (BUTTON, "body", 1024),
    (BUTTON, "footer", 60),
    (BUTTON, "buttons.0.id", 256),
    (BUTTON, "buttons.0.title", 20),
]


@pytest.mark.parametrize(("name", "path", "limit"), LIMITS)
@pytest.mark.parametrize("character", ["a", "🇮", "\r\n"])
def test_counts_code_points_up_to_the_limit(
    name: str, path: str, limit: int, character: str
) -> None:
    kind = kind_of(example(name))
    fits = "x" + character * (limit - 1)
    assert problem(kind, changed(name, path, fits)) is None
    wrong = problem(kind, changed(name, path, fits + "y"))
    assert wrong is not None
    assert wrong.endswith(f"must have at most {limit} characters")


def test_a_button_messages_reference_has_no_limit() -> None:
    assert problem("button", changed(BUTTON, "reference", "r" * 5000)) is None


def rows(count: int, start: int = 0) -> list[dict[str, str]]:
    return [{"id": f"row_{start + n}", "title": "Row"} for n in range(count)]


def buttons(count: int) -> list[dict[str, str]]:
    return [{"id": f"button_{n}", "title": "Button"} for n in range(count)]


def test_takes_as_many_items_as_the_contract_allows() -> None:
    sections = [{"rows": rows(10, 10 * n)} for n in range(10)]
    assert problem("list", changed(LIST, "sections", sections)) is None
    assert problem("button", changed(BUTTON, "buttons", buttons(3))) is None


REFUSED = [
    # how many
    (LIST, "sections", [], "sections must have at least 1 item"),
    (
        LIST,
        "sections",
        [{"rows": rows(1, n)} for n in range(11)],
        "sections must have at most 10 items",
    ),
    (LIST, "sections.1.rows", [], "sections[1].rows must have at least 1 item"),
    (LIST, "sections.0.rows", rows(11), "sections[0].rows must have at most 10 items"),
    (BUTTON, "buttons", [], "buttons must have at least 1 item"),
    (BUTTON, "buttons", buttons(4), "buttons must have at most 3 items"),
    # required
    (LIST, "to", MISSING, "to is required"),
    (LIST, "body", MISSING, "body is required"),
    (LIST, "button", MISSING, "button is required"),
    (LIST, "sections", MISSING, "sections is required"),
    (LIST, "sections.0.rows", MISSING, "sections[0].rows is required"),
    (LIST, "sections.1.rows.0.id", MISSING, "sections[1].rows[0].id is required"),
    (LIST, "sections.1.rows.0.title", MISSING, "sections[1].rows[0].title is required"),
    (BUTTON, "to", MISSING, "to is required"),
    (BUTTON, "body", MISSING, "body is required"),
    (BUTTON, "buttons", MISSING, "buttons is required"),
    (BUTTON, "buttons.2.id", MISSING, "buttons[2].id is required"),
    (BUTTON, "buttons.2.title", MISSING, "buttons[2].title is required"),
    (BUTTON, "body", "", "body must not be empty"),
    (BUTTON, "body", " \n", "body must not be empty"),
    (BUTTON, "buttons.0.id", "", "buttons[0].id must not be empty"),
    # optional
    (LIST, "header", None, f"header {UNSET}"),
    (LIST, "header", "", f"header {UNSET}"),
    (LIST, "footer", None, f"footer {UNSET}"),
    (LIST, "reference", "", f"reference {UNSET}"),
    (LIST, "sections.0.title", "", f"sections[0].title {UNSET}"),
    (LIST, "sections.0.rows.0.description", None, f"sections[0].rows[0].description {UNSET}"),
    (BUTTON, "header", None, f"header {UNSET}"),
    (BUTTON, "footer", "", f"footer {UNSET}"),
    # types
    (LIST, "header", {"type": "text", "text": "Hi"}, "header must be a string"),
    (LIST, "body", 5, "body must be a string"),
    (LIST, "sections", {}, "sections must be an array"),
    (LIST, "sections.0", "Section", "sections[0] must be an object"),
    (LIST, "sections.0.rows.0", None, "sections[0].rows[0] must be an object"),
    (BUTTON, "header", "Hi", "header must be an object"),
    (BUTTON, "body", True, "body must be a string"),
    (BUTTON, "buttons.1.title", ["Yes"], "buttons[1].title must be a string"),
    # no other fields
    (LIST, "kind", "list", "request body has an unknown field, 'kind'"),
    (LIST, "sections.0.id", "s", "sections[0] has an unknown field, 'id'"),
    (BUTTON, "buttons.0.description", "d", "buttons[0] has an unknown field, 'description'"),
    # ids
    (
        LIST,
        "sections.1.rows.0.id",
        "prod_phone_001",
        "sections[1].rows[0].id must be unique, and 'prod_phone_001' is there twice",
    ),
    (
        BUTTON,
        "buttons.2.id",
        "shop_now",
        "buttons[2].id must be unique, and 'shop_now' is there twice",
    ),
    # numbers
    *((BUTTON, "to", to, f"to {E164}") for to in ("919876543210", "+0919876543210", "+91 98765")),
    *((BUTTON, "to", to, f"to {E164}") for to in ("+1234567890123456", "+१२३४५६७८", "+123\n", 91)),
    # headers
    (BUTTON, "header", {}, "header.type must be one of: text, image, video, document"),
    (BUTTON, "header.type", "audio", "header.type must be one of: text, image, video, document"),
    (BUTTON, "header.type", ["text"], "header.type must be one of: text, image, video, document"),
    (BUTTON, "header.text", "", "header.text must not be empty"),
    (BUTTON, "header", {"type": "text"}, "header.text is required"),
    (BUTTON, "header", {"type": "image"}, "header.image is required"),
    (BUTTON, "header", {"type": "image", "image": {}}, "header.image.link is required"),
    (
        BUTTON,
        "header",
        {"type": "image", "image": {"link": "ftp://example.com/a.jpg"}},
        "header.image.link must be a web link, e.g. https://example.com/photo.jpg",
    ),
    (
        BUTTON,
        "header",
        {"type": "video", "video": {"link": "https://e.com/a.mp4", "filename": "a.mp4"}},
        "header.video has an unknown field, 'filename'",
    ),
    (
        BUTTON,
        "header",
        {"type": "image", "image": {"link": "https://e.com/a.jpg"}, "text": "Hi"},
        "header has an unknown field, 'text'",
    ),
    (
        BUTTON,
        "header",
        {"type": "document", "document": {"link": "https://e.com/a.pdf", "filename": ""}},
        f"header.document.filename {UNSET}",
    ),
    # what nothing can show
    *(
        (BUTTON, "body", text, "body must not have control characters or broken Unicode")
        for text in ("a\x00b", "a\x1bb", "\ud83d", "a\udc00b")
    ),
]


@pytest.mark.parametrize(("name", "path", "value", "words"), REFUSED)
def test_refuses_in_the_apis_words(name: str, path: str, value: object, words: str) -> None:
    body = changed(name, path, value)
    assert problem(kind_of(example(name)), body) == words


@pytest.mark.parametrize(
    "header",
    [
        {"type": "text", "text": "Your Header"},
        {"type": "image", "image": {"link": "https://example.com/a.png"}},
        {"type": "video", "video": {"link": "https://example.com/a.mp4"}},
        {"type": "document", "document": {"link": "https://example.com/a"}},
        {"type": "document", "document": {"link": "HTTPS://example.com/a", "filename": "a.pdf"}},
    ],
)
def test_takes_every_shape_of_header(header: dict[str, Any]) -> None:
    assert problem("button", changed(BUTTON, "header", header)) is None


@pytest.mark.parametrize("body", [None, [], "text", 5, True])
def test_refuses_what_is_no_object(body: object) -> None:
    assert problem("list", body) == "request body must be an object"


def test_a_list_is_no_button_message() -> None:
    assert problem("button", example(LIST)) == "buttons is required"
    assert problem("list", example(BUTTON)) == "button is required"


any_text = st.text(st.characters(), max_size=30)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
)
FIELDS = ["to", "header", "body", "footer", "button", "buttons", "sections", "reference", "other"]


@given(
    kind=st.sampled_from(["list", "button"]),
    body=any_json | st.dictionaries(st.sampled_from(FIELDS), any_json),
)
def test_finds_words_for_whatever_comes(kind: Kind, body: object) -> None:
    wrong = problem(kind, body)
    assert wrong
    assert len(wrong) < 300
    assert json.dumps(wrong, ensure_ascii=False).encode()


def places(value: object, path: str = "") -> list[str]:
    """The path of everything in a body."""
    found = [path] if path else []
    parts = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in parts:
        found += places(inner, f"{path}.{key}".removeprefix("."))
    return found


@given(data=st.data(), name=st.sampled_from(NAMES), value=any_json)
def test_one_strange_value_anywhere_never_crashes(
    data: st.DataObject, name: str, value: Any
) -> None:
    path = data.draw(st.sampled_from(places(example(name))))
    problem(kind_of(example(name)), changed(name, path, value))
