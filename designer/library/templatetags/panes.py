"""What the templates beside the editor ask for."""

from django import template
from django.http import HttpRequest
from django.template import Context

from designer.library import conflicts, panes
from designer.library.content import Content
from designer.library.models import MessageTemplate

register = template.Library()


@register.simple_tag(takes_context=True)
def open_pane(context: Context) -> str:
    """The name of the pane that the page has open."""
    request: HttpRequest = context["request"]
    return panes.asked_for(request)


@register.simple_tag
def tabs(pane: str) -> list[panes.Tab]:
    return panes.tabs(pane)


@register.simple_tag
def languages(pane: str) -> list[panes.Tab]:
    return panes.languages(pane)


@register.simple_tag
def draft_json(content: Content) -> str:
    """The request body as the JSON pane shows it."""
    return panes.json_text(content)


@register.simple_tag
def code(pane: str, row: MessageTemplate, content: Content) -> panes.Code:
    """The draft as the code that is open."""
    return panes.code(pane, content, name=row.name)


@register.simple_tag
def differences(mine: Content, theirs: Content) -> list[conflicts.Difference]:
    """What differs between two drafts."""
    return conflicts.differences(mine.message, theirs.message)
