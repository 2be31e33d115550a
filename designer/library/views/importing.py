"""Importing: what is pasted or uploaded is shown first, then made."""

import hashlib

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from designer.message.formats import FormatError, read_all
from designer.message.formats.reading import MOST_BYTES, MOST_MESSAGES
from designer.teams.access import TeamRequest, team_page
from designer.teams.asked import number
from designer.teams.models import Role
from designer.teams.parts import FORM_METHODS

from .. import importing
from ..models import MessageTemplate

DRAWN = 24  # messages that are shown as cards before they are made; more are listed


@team_page(read=Role.EDITOR)
@require_http_methods(FORM_METHODS)
def import_templates(request: TeamRequest) -> HttpResponse:
    """Read what is pasted (POST `text`) or uploaded (`file`) and show it; `op=make` makes it.

    Only what was shown is made: a text that was changed since is shown again instead. Of several
    messages those are made that are ticked (`take`, the place of each).
    """
    context: dict[str, object] = {
        "most_messages": MOST_MESSAGES,
        "most_bytes": MOST_BYTES,
        "most_files": settings.DATA_UPLOAD_MAX_NUMBER_FILES,
    }
    if request.method != "POST":
        return render(request, "library/import.html", context)
    text = request.POST.get("text", "").replace("\r\n", "\n")
    try:
        text = importing.with_files(text, request.FILES.getlist("file"))
        readings = read_all(text)
    except FormatError as error:
        return render(request, "library/import.html", context | {"text": text, "problem": error})
    found = [importing.found(at, reading) for at, reading in enumerate(readings)]
    taken = set(range(len(found)))
    if request.POST.get("op") == "make" and request.POST.get("shown") == _mark(text):
        if len(found) > 1:
            ticked = {number(place) for place in request.POST.getlist("take")}
            taken = {at for at in taken if at in ticked}
        if taken:
            return _make(request, [found[at] for at in sorted(taken)])
    context |= {
        "text": text,
        "shown": _mark(text),
        "cards": found[:DRAWN],
        "more": found[DRAWN:],
        "count": len(found),
        "taken": taken,
        "dialects": importing.dialects(readings),
    }
    return render(request, "library/import.html", context)


def _mark(text: str) -> str:
    """Tells a text from another."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _make(request: TeamRequest, found: list[importing.Found]) -> HttpResponse:
    with transaction.atomic():
        # The library shows the newest on top: there they stand in their own order.
        for each in reversed(found):
            made = MessageTemplate.create(request.team, request.user, each.name, each.content)
    if len(found) == 1:
        messages.success(request, "The template is made.")
        return redirect("template", made.pk)
    messages.success(request, f"{len(found)} templates are made.")
    return redirect("templates")
