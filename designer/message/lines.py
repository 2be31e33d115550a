"""Line breaks: the body may have them, every other text is one line wherever it is typed."""

from pydantic import BaseModel

from designer.message.schema import ListMessage, Message, Section, fields, options, update_options


def join_lines(message: Message) -> tuple[Message, list[str]]:
    """The message with every text but the body on one line, and the paths of those that were not.

    A line break becomes a space, with the white space around it; at an end it goes. An input of
    one line would drop it without a space, and join two words.
    """
    broken = [path for path, text in fields(message) if path != "body" and "\n" in text]
    if not broken:
        return message, []
    changes = {path: _changes(option) for path, option in options(message).items()}
    message = update_options(message, {path: change for path, change in changes.items() if change})
    update = _changes(message)
    update.pop("body", None)
    if isinstance(message, ListMessage):
        update["sections"] = tuple(_section(section) for section in message.sections)
    elif message.header:
        update["header"] = message.header.model_copy(update=_changes(message.header))
    return message.model_copy(update=update), broken


def _section(section: Section) -> Section:
    return section.model_copy(update=_changes(section))


def _changes(part: BaseModel) -> dict[str, object]:
    """A part's own texts that have a line break, on one line each."""
    return {
        name: " ".join(filter(None, (line.strip() for line in text.split("\n"))))
        for name, text in part
        if isinstance(text, str) and "\n" in text
    }
