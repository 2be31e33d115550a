"""The send panel: a dialog in the editor, and a page of its own."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from designer.library.models import MessageTemplate
from designer.teams.access import TeamRequest, owned, team_page
from designer.teams.models import Role

from .. import outbox
from ..panel import Panel
from .parts import page_or_part, wants_part

PAGE = "sending/send_test.html"


@team_page(read=Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def send_test(request: TeamRequest, pk: int) -> HttpResponse:
    """Open the panel, or (POST) send; a POST of `do=look` only draws the panel again."""
    template = owned(request, MessageTemplate.objects.all(), pk=pk)
    if request.method != "POST":
        panel = Panel.opened(template, request.user, request.GET.dict())
        return page_or_part(request, PAGE, "sending/_dialog.html", {"panel": panel})
    panel = Panel.posted(template, request.POST)
    if request.POST.get("do") == "look":
        return _show(request, panel)
    if not panel.may_send:
        panel.form.focus_first_error()
        return _show(request, panel, refused=True)
    token = panel.form.cleaned_data["token"]
    send = outbox.queue(panel.letter, team=request.team, person=request.user, token=token)
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


def _show(request: TeamRequest, panel: Panel, *, refused: bool = False) -> HttpResponse:
    context = {"panel": panel, "refused": refused}
    return page_or_part(request, PAGE, "sending/_panel.html", context)
