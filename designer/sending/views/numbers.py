"""The numbers that a team sends its tests to."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from designer.teams.access import TeamRequest, owned, team_page
from designer.teams.models import Role
from designer.teams.parts import FORM_METHODS, dialog

from ..forms import NewNumberForm, NumberForm
from ..models import TestNumber

SHOWN = 200


@team_page(read=Role.EDITOR)
@require_http_methods(FORM_METHODS)
def test_numbers(request: TeamRequest) -> HttpResponse:
    """Those with a name, and those that were only sent to, used last first; POST adds one."""
    form = NewNumberForm(request.POST if request.method == "POST" else None, team=request.team)
    if request.method == "POST" and form.is_valid():
        messages.success(request, f"“{form.save().name}” is saved.")
        return redirect("test-numbers")
    rows = list(TestNumber.objects.filter(team=request.team).named_first()[:SHOWN])
    saved = [row for row in rows if row.name]
    context = {"saved": saved, "used": rows[len(saved) :], "form": form, "shown": SHOWN}
    context["is_cut"] = len(rows) == SHOWN
    return render(request, "sending/numbers.html", context)


@team_page(read=Role.EDITOR)
@require_http_methods(FORM_METHODS)
def test_number(request: TeamRequest, pk: int) -> HttpResponse:
    """Rename one."""
    row = owned(request, TestNumber.objects.all(), pk=pk)
    form = NumberForm(request.POST if request.method == "POST" else None, instance=row)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, f"“{row}” is saved.")
        return redirect("test-numbers")
    context = {"number": row, "form": form}
    return dialog(request, "sending/_number_form.html", f"Rename {row}", context)


@team_page(read=Role.EDITOR)
@require_http_methods(FORM_METHODS)
def remove_number(request: TeamRequest, pk: int) -> HttpResponse:
    """Ask, then remove; what was sent to it stays in the log."""
    row = owned(request, TestNumber.objects.all(), pk=pk)
    if request.method == "POST":
        row.delete()
        messages.success(request, f"“{row}” is removed.")
        return redirect("test-numbers")
    return dialog(request, "sending/_remove_number_form.html", f"Remove {row}", {"number": row})
