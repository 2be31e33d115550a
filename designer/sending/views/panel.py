"""The send panel: a dialog in the editor, and a page of its own."""

from typing import Any

from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from designer.library.models import MessageTemplate
from designer.teams.access import TeamRequest, owned, team_page
from designer.teams.asked import wants_part
from designer.teams.models import Role
from designer.teams.parts import FORM_METHODS, page_or_part

from .. import outbox
from ..panel import Panel
from ..quota import OverQuotaError

PAGE = "sending/send_test.html"


@team_page(read=Role.EDITOR)
@require_http_methods(FORM_METHODS)
def send_test(request: TeamRequest, pk: int) -> HttpResponse:
    """Open the panel, or (POST) send; a POST of `do=look` only draws the panel again."""
    template = owned(request, MessageTemplate.objects.all(), pk=pk)
    if request.method != "POST":
        panel = Panel.opened(template, request.user, request.GET.dict())
        panel.form.focus("to")
        return page_or_part(request, PAGE, "sending/_dialog.html", {"panel": panel})
    panel = Panel.posted(template, request.POST)
    if request.POST.get("do") == "look":
        return _show(request, panel, looked=True)
    if not panel.may_send:
        panel.form.focus_first_error()
        return _show(request, panel, refused=True)
    try:
        return _send(request, panel)
    except OverQuotaError as problem:
        return _show(request, panel, refused=True, over_quota=str(problem))
    except IntegrityError:  # its connection or template was deleted at this moment
        template = owned(request, MessageTemplate.objects.all(), pk=pk)
        return _show(request, Panel.posted(template, request.POST), refused=True)


def _send(request: TeamRequest, panel: Panel) -> HttpResponse:
    """Queue it, and lead to where one sees what becomes of it. Raises OverQuotaError."""
    who: dict[str, Any] = {
        "team": request.team,
        "person": request.user,
        "token": panel.form.cleaned_data["token"],
    }
    if len(panel.recipients) > 1:
        batch = outbox.queue_several(panel.letter, panel.recipients, **who)
        url = batch.get_absolute_url()
        return HttpResponseClientRedirect(url) if wants_part(request) else redirect(url)
    send = outbox.queue(panel.letter, **who)
    if wants_part(request):
        return render(request, "sending/_sent.html", {"send": send})
    return redirect(send)


@team_page()
@require_POST
def look(request: TeamRequest, pk: int) -> HttpResponse:
    """What would be sent, as one types: problems, the drawn message, the JSON."""
    template = owned(request, MessageTemplate.objects.all(), pk=pk)
    panel = Panel.posted(template, request.POST)
    return render(request, "sending/_look.html", {"panel": panel})


def _show(request: TeamRequest, panel: Panel, **why: bool | str) -> HttpResponse:
    """The panel again, as it was filled in; `why` is `looked` or `refused` (and `over_quota`)."""
    return page_or_part(request, PAGE, "sending/_panel.html", {"panel": panel, **why})
