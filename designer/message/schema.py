"""The shape of a message: what fields a draft has, however long their texts.

Limits are not here but in `limits`, and `checks` holds a message to them: an over-long title must
still parse, show and be saved.
"" stands for an optional text that is not set. All models are frozen; `edits` makes new ones.
"""

from collections.abc import Container, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    FailFast,
    PlainValidator,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError


class ShapeError(ValueError):
    """A document that is no message. Its text says in plain words what is wrong, and where."""


def unify_newlines(text: str) -> str:
    """The same text with CRLF and lone CR as LF."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PydanticCustomError("text", "must be text")
    # A subclass of str may carry more than text (Django's SafeString: "don't escape me").
    return unify_newlines(value if type(value) is str else "".join(value))


def _mark(value: object) -> object:
    return False if value is None or value == "" else value


# Not pydantic's own str: it refuses lone surrogates, which a draft may hold and `checks` reports.
Text = Annotated[str, PlainValidator(_text)]
Mark = Annotated[bool, BeforeValidator(_mark)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Row(_Part):
    """One choice of a list."""

    id: Text = ""
    title: Text = ""
    description: Text = ""
    fresh: Mark = False
    """The id still follows the title, since nobody has edited it. Only a draft knows this."""


class Section(_Part):
    """A group of rows under a title."""

    title: Text = ""
    rows: Annotated[tuple[Row, ...], FailFast()] = ()


class Button(_Part):
    """One reply button."""

    id: Text = ""
    title: Text = ""
    fresh: Mark = False
    """As in `Row`."""


HeaderType = Literal["text", "image", "video", "document"]


class Header(_Part):
    """The header of a button message.

    Flat, so that what belongs to another type stays while the type is switched in the editor.
    """

    type: HeaderType
    text: Text = ""
    link: Text = ""
    filename: Text = ""

    @property
    def noun(self) -> str:
        """Its type as people call it."""
        return "picture" if self.type == "image" else self.type

    @model_validator(mode="before")
    @classmethod
    def _flatten(cls, raw: object) -> object:
        """Take the API's nested form too: {"type": "image", "image": {"link": …}}."""
        if not isinstance(raw, Mapping):
            return raw
        kind = raw.get("type")
        if kind not in ("image", "video", "document") or kind not in raw:
            return raw
        media = raw[kind]
        if not isinstance(media, Mapping):
            raise PydanticCustomError("media", "must hold an object named {kind}", {"kind": kind})
        return {**{key: value for key, value in raw.items() if key != kind}, **media}


def _no_header(raw: object) -> object:
    """A header whose type is not chosen is no header."""
    if isinstance(raw, Mapping) and "type" in raw and raw["type"] in ("", None):
        return None
    return raw


class ListMessage(_Part):
    """A message whose button opens a list of rows to choose one from."""

    kind: Literal["list"] = "list"
    header: Text = ""
    body: Text = ""
    footer: Text = ""
    button: Text = ""
    sections: Annotated[tuple[Section, ...], FailFast()] = ()

    noun: ClassVar[str] = "a list message"


class ButtonMessage(_Part):
    """A message with reply buttons under it."""

    kind: Literal["button"] = "button"
    header: Annotated[Header | None, BeforeValidator(_no_header)] = None
    body: Text = ""
    footer: Text = ""
    buttons: Annotated[tuple[Button, ...], FailFast()] = ()

    noun: ClassVar[str] = "a button message"


Message = ListMessage | ButtonMessage


def parse(raw: Mapping[str, Any]) -> Message:
    """Make a message of plain data: form data nested by its paths, or what `to_dict` gave.

    Only the shape counts. A missing text, or None, means "". A button message's header may be
    flat or as the API nests it. Raises ShapeError, also for a key that a message does not have.
    """
    if not isinstance(raw, Mapping):
        raise ShapeError("A message must be an object with named fields.")
    kind = raw.get("kind")
    model: type[ListMessage] | type[ButtonMessage]
    if kind == "list":
        model = ListMessage
    elif kind == "button":
        model = ButtonMessage
    else:
        raise ShapeError('kind must be "list" or "button".')
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        raise ShapeError(_in_words(details[0], model.noun)) from None


_WORDS = {
    "tuple_type": "must be a list",
    "model_type": "must be an object with named fields",
    "model_attributes_type": "must be an object with named fields",
    "missing": "is missing",
    "invalid_key": "is no name of a field",
    "string_unicode": "has a field whose name is no text",
    "literal_error": "must be one of text, image, video or document",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
}


def _in_words(error: ErrorDetails, noun: str) -> str:
    path = ".".join(readable(str(part)) for part in error["loc"]) or "The message"
    if error["type"] == "extra_forbidden":
        return f"{path} is not a field of {noun}."
    return f"{path} {_WORDS.get(error['type'], error['msg'])}."


def readable(key: str) -> str:
    """A key as an error may quote it: short, and encodable whatever was in it."""
    key = key.encode("utf-8", "replace").decode()
    return key if len(key) <= 40 else key[:39] + "…"


def to_dict(message: Message) -> dict[str, Any]:
    """Plain data to store: `parse(to_dict(message)) == message`."""
    raw: dict[str, Any] = dict(message)
    if isinstance(message, ListMessage):
        raw["sections"] = [
            {"title": section.title, "rows": [dict(row) for row in section.rows]}
            for section in message.sections
        ]
    else:
        raw["header"] = dict(message.header) if message.header else None
        raw["buttons"] = [dict(button) for button in message.buttons]
    return raw


def fields(message: Message) -> Iterator[tuple[str, str]]:
    """Each text with its field's path, in reading order, as far as a payload would carry it."""
    if isinstance(message, ListMessage):
        yield "header", message.header
    elif message.header:
        if message.header.type == "text":
            yield "header.text", message.header.text
        else:
            yield "header.link", message.header.link
        if message.header.type == "document":
            yield "header.filename", message.header.filename
    yield "body", message.body
    yield "footer", message.footer
    if isinstance(message, ListMessage):
        yield "button", message.button
        for s, section in enumerate(message.sections):
            yield f"sections.{s}.title", section.title
            for r, row in enumerate(section.rows):
                path = f"sections.{s}.rows.{r}"
                yield f"{path}.title", row.title
                yield f"{path}.description", row.description
                yield f"{path}.id", row.id
    else:
        for b, button in enumerate(message.buttons):
            yield f"buttons.{b}.title", button.title
            yield f"buttons.{b}.id", button.id


def texts(message: Message) -> Iterator[str]:
    """Each text that is set, in reading order."""
    return (text for _, text in fields(message) if text)


def options(message: Message) -> dict[str, Row | Button]:
    """Each row or button by its path, in reading order."""
    if isinstance(message, ListMessage):
        return {
            f"sections.{s}.rows.{r}": row
            for s, section in enumerate(message.sections)
            for r, row in enumerate(section.rows)
        }
    return {f"buttons.{b}": button for b, button in enumerate(message.buttons)}


def update_options(message: Message, changes: Mapping[str, Mapping[str, Any]]) -> Message:
    """The message with some fields of its rows or buttons set anew, each by its path."""
    if not changes:
        return message
    if isinstance(message, ListMessage):
        sections = []
        for s, section in enumerate(message.sections):
            rows = tuple(
                row.model_copy(update=changes.get(f"sections.{s}.rows.{r}", {}))
                for r, row in enumerate(section.rows)
            )
            sections.append(section.model_copy(update={"rows": rows}))
        return message.model_copy(update={"sections": tuple(sections)})
    buttons = tuple(
        button.model_copy(update=changes.get(f"buttons.{b}", {}))
        for b, button in enumerate(message.buttons)
    )
    return message.model_copy(update={"buttons": buttons})


def ids(message: Message) -> set[str]:
    """The ids of its rows or buttons."""
    return {option.id for option in options(message).values()}


def settle(message: Message, only: Container[str] | None = None) -> Message:
    """The same message with its ids, or `only` those, fixed: none follows its title any more."""
    fresh = [
        path
        for path, option in options(message).items()
        if option.fresh and (only is None or option.id in only)
    ]
    return update_options(message, {path: {"fresh": False} for path in fresh}) if fresh else message
