"""Variables: `{{name}}` in any text, id, link or file name of a message.

A name is made of the letters A to Z in either case, digits and underscores, with nothing else
between the braces: the same everywhere, so that nobody wonders which spelling counts. `checks`
warns of what only looks like a variable, such as `{{ first name }}`.
"""

import re
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel

from designer.message.schema import ListMessage, Message, texts, unify_newlines

Part = TypeVar("Part", bound=BaseModel)

VARIABLE = re.compile(r"\{\{([A-Za-z0-9_]+)\}\}")


def names_in(text: str) -> list[str]:
    """The names in one text, in reading order, each once."""
    return list(dict.fromkeys(VARIABLE.findall(text))) if "{{" in text else []


def names(message: Message) -> list[str]:
    """The names in the whole message, in reading order, each once."""
    return list(dict.fromkeys(name for text in texts(message) for name in names_in(text)))


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """One text with its variables' values. What a value holds is not looked at again."""
    if "{{" not in text:
        return text
    return unify_newlines(VARIABLE.sub(lambda found: values.get(found[1], found[0]), text))


def fill(message: Message, values: Mapping[str, str]) -> Message:
    """The message with its variables' values; one without a value stays as typed.

    An empty value is a value: leave a name out to keep its variable.
    """
    if isinstance(message, ListMessage):
        sections = tuple(
            _fill_texts(section, values).model_copy(
                update={"rows": tuple(_fill_texts(row, values) for row in section.rows)}
            )
            for section in message.sections
        )
        return _fill_texts(message, values).model_copy(update={"sections": sections})
    parts = {
        "header": message.header and _fill_texts(message.header, values),
        "buttons": tuple(_fill_texts(button, values) for button in message.buttons),
    }
    return _fill_texts(message, values).model_copy(update=parts)


def _fill_texts(part: Part, values: Mapping[str, str]) -> Part:
    """A message or one of its parts, with the texts filled that are its own."""
    filled = {
        name: fill_text(text, values)
        for name, text in part
        if isinstance(text, str) and "{{" in text
    }
    return part.model_copy(update=filled) if filled else part
