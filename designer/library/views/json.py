"""Handing a draft over: its panes beside the editor, and its JSON, which can be edited."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from designer.message import schema
from designer.message.formats import FormatError, Reading, read_all
from designer.message.schema import ButtonMessage, Message
from designer.teams.access import TeamRequest, owned, team_page

from .. import editor, forms, panes
from ..arriving import put
from ..models import MessageTemplate, StaleDraft
from .editor import conflict


@dataclass(frozen=True)
class Refusal:
    """Why an edited JSON was not applied, and where in it, if that is known; both count from 1."""

    text: str
    line: int | None = None
    column: int | None = None

    @classmethod
    def of(cls, error: FormatError) -> "Refusal":
        return cls(str(error), error.line, error.column)


@team_page()
@require_safe
def outcome(request: TeamRequest, pk: int) -> HttpResponse:
    """What stands beside the editor, with the pane that is asked for (`?pane=`) open."""
    row = owned(request, MessageTemplate.objects.all(), pk=pk)
    if not request.htmx:
        return redirect(_page_of(row, panes.asked_for(request)))
    revision, tab = forms.base(request.GET)
    if revision and not row.is_known_to(revision, tab):
        # The form beside it stays as it is: its next save must not go past the one it hasn't seen.
        row.revision = revision
    return render(request, "library/_outcome.html", editor.context(row, row.content, tab=tab))


@team_page()
@require_safe
def json_file(request: TeamRequest, pk: int) -> HttpResponse:
    """The request body of the draft, to keep as a file."""
    row = owned(request, MessageTemplate.objects.all(), pk=pk)
    name = slugify(row.name) or f"template-{row.pk}"
    return HttpResponse(
        panes.json_text(row.content) + "\n",
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.json"'},
    )


@team_page()
@require_POST
def edit_json(request: TeamRequest, pk: int) -> HttpResponse:
    """Put the message of an edited JSON (POST `json`) in the draft's place, if it is one.

    Samples and name stay, and of a message of another kind what the new one can't show is kept, as
    when it is switched. What can't be read changes nothing, and the answer says why and where.
    409: a colleague saved in between.
    """
    row = owned(request, MessageTemplate.objects.select_related("updated_by"), pk=pk)
    text, (revision, tab) = request.POST.get("json", ""), forms.base(request.POST)
    try:
        reading = _one(read_all(text))
    except FormatError as error:
        return _refused(request, row, tab, text, Refusal.of(error))
    content, notes = put(row.content, reading)
    posted = forms.Posted(name=row.name, content=content, revision=revision, tab=tab, op="")
    try:
        row.save_draft(content, name=row.name, person=request.user, revision=revision, tab=tab)
    except StaleDraft:
        message = content.message
        kept = [("name", row.name), ("kind", message.kind), *_as_fields(message)]
        return conflict(request, pk, posted, kept)
    if not request.htmx:
        for note in notes:
            messages.warning(request, note)
        return redirect(_page_of(row, panes.JSON))
    context = editor.context(row, row.content, tab=tab) | {"json_notes": notes}
    exact = panes.json_text(row.content)
    # What was left out of it, a key that is being typed say, stays there to be mended.
    if exact != text.replace("\r\n", "\n") and not reading.lost:
        context["json_exact"] = exact
    return render(request, "library/_form.html", context)


def _one(readings: list[Reading]) -> Reading:
    if len(readings) > 1:
        raise FormatError(f"There are {len(readings)} messages here; a template holds one.")
    return readings[0]


def _refused(
    request: TeamRequest, row: MessageTemplate, tab: str, text: str, refusal: Refusal
) -> HttpResponse:
    context = editor.context(row, row.content, tab=tab)
    context |= {"json_problem": refusal, "json_text": text, "pane": panes.JSON}
    page = "library/_verdict.html" if request.htmx else "library/editor.html"
    return render(request, page, context)


def _as_fields(message: Message) -> Iterator[tuple[str, str]]:
    """A message as the editor's form would post it."""
    if isinstance(message, ButtonMessage) and message.header:
        yield "header.type", message.header.type
    yield from schema.fields(message)


def _page_of(row: MessageTemplate, pane: str) -> str:
    return reverse("template", args=[row.pk]) + ("" if pane == panes.PREVIEW else f"?pane={pane}")
