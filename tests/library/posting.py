"""Posting the editor's form as its page would."""

from typing import Any

from django.http import QueryDict

from designer.library.content import Content
from designer.library.models import MessageTemplate
from designer.message import schema
from designer.message.schema import ButtonMessage

HTMX = {"HX-Request": "true"}


def fields(template: MessageTemplate, **changes: Any) -> dict[str, Any]:
    """What the page of a template posts, with changes; `__` in a name stands for its dots."""
    changed = {name.replace("__", "."): value for name, value in changes.items()}
    return {
        "name": template.name,
        "revision": str(template.revision),
        "tab": "tab-a",
        **form_of(template.content),
        **changed,
    }


def form_of(content: Content) -> dict[str, str]:
    """The inputs of a draft, by their names."""
    message = content.message
    data = dict(schema.fields(message))
    if isinstance(message, ButtonMessage):
        header = dict(message.header) if message.header else {}
        data |= {f"header.{name}": header.get(name, "") for name in ("text", "link", "filename")}
        data["header.type"] = header.get("type", "")
    data |= {f"samples.{name}": value for name, value in content.samples.items()}
    return data


def query(data: dict[str, str]) -> QueryDict:
    posted = QueryDict(mutable=True)
    posted.update(data)
    return posted
