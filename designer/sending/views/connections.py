"""Connections to the API: admins look after them, the others see which there are."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from designer.teams.access import TeamRequest, owned, team_page
from designer.teams.asked import wants_part
from designer.teams.models import Role
from designer.teams.parts import FORM_METHODS, dialog

from ..forms import ConnectionForm
from ..models import HOOK_OVERLAP, Connection
from ..probe import Finding, probe


@team_page()
@require_safe
def connections(request: TeamRequest) -> HttpResponse:
    """The team's connections; keys and webhook addresses are for admins."""
    return _list(request)


@team_page(read=Role.ADMIN, write=Role.ADMIN)
@require_http_methods(FORM_METHODS)
def new_connection(request: TeamRequest) -> HttpResponse:
    """Add a connection; `do=test` tries out what is typed and adds nothing."""
    return _form(request, Connection(team=request.team))


@team_page(read=Role.ADMIN, write=Role.ADMIN)
@require_http_methods(FORM_METHODS)
def connection(request: TeamRequest, pk: int) -> HttpResponse:
    """Change a connection; `do=test` tries out what is typed and changes nothing."""
    return _form(request, owned(request, Connection.objects.offered(), pk=pk))


@team_page(write=Role.ADMIN)
@require_POST
def test_connection(request: TeamRequest, pk: int) -> HttpResponse:
    """Try a connection out as it is; the finding stands beside it."""
    row = owned(request, Connection.objects.offered(), pk=pk)
    finding = _try(row)
    if wants_part(request):
        return render(request, "sending/_finding.html", {"finding": finding})
    return _list(request, tested=row, finding=finding)


@team_page(read=Role.ADMIN, write=Role.ADMIN)
@require_http_methods(FORM_METHODS)
def remove_connection(request: TeamRequest, pk: int) -> HttpResponse:
    """Ask, then remove; what was sent through it stays in the log."""
    row = owned(request, Connection.objects.offered(), pk=pk)
    if request.method == "POST":
        row.remove()
        messages.success(request, f"“{row.name}” is removed.")
        return redirect("connections")
    content, title = "sending/_remove_connection_form.html", f"Remove {row}"
    return dialog(request, content, title, {"connection": row})


@team_page(write=Role.ADMIN)
@require_POST
def new_address(request: TeamRequest, pk: int) -> HttpResponse:
    """Make a new webhook address; the old one goes on working for a while."""
    row = owned(request, Connection.objects.offered(), pk=pk)
    if row.renew_hook():
        messages.success(request, "There is a new address.")
    else:
        messages.warning(request, "There is a new address already, and the old one still works.")
    return redirect("connection", row.pk)


@team_page(read=Role.ADMIN, write=Role.ADMIN)
@require_http_methods(FORM_METHODS)
def end_address(request: TeamRequest, pk: int) -> HttpResponse:
    """Ask, then let the old webhook address work no longer."""
    row = owned(request, Connection.objects.offered(), pk=pk)
    if not row.old_hook_works:
        return redirect("connection", row.pk)
    if request.method == "POST":
        row.end_old_hook()
        messages.success(request, "The old address works no longer.")
        return redirect("connection", row.pk)
    content, title = "sending/_end_address_form.html", f"End the old address · {row}"
    return dialog(request, content, title, {"connection": row})


@team_page(read=Role.ADMIN)
@require_safe
def removed(request: TeamRequest) -> HttpResponse:
    """The connections that were removed; those to which replies still come can be ended."""
    rows = Connection.objects.filter(team=request.team).retired().without_secrets()
    return render(request, "sending/removed.html", {"connections": rows})


@team_page(read=Role.ADMIN, write=Role.ADMIN)
@require_http_methods(FORM_METHODS)
def end_replies(request: TeamRequest, pk: int) -> HttpResponse:
    """Ask, then let a removed connection take no more replies."""
    row = owned(request, Connection.objects.retired().without_secrets(), pk=pk)
    if request.method == "POST":
        row.end_hooks()
        messages.success(request, f"“{row.name}” takes no more replies.")
        return redirect("removed-connections")
    content, title = "sending/_end_replies_form.html", f"End replies · {row}"
    return dialog(request, content, title, {"connection": row})


def _list(
    request: TeamRequest, tested: Connection | None = None, finding: Finding | None = None
) -> HttpResponse:
    rows = Connection.objects.filter(team=request.team).offered()
    if not request.membership.may(Role.ADMIN):
        rows = rows.without_secrets()
    context = {
        "connections": rows,
        "tested": tested,
        "finding": finding,
        "site": settings.SITE_URL,
        "has_removed": Connection.objects.filter(team=request.team).retired().exists(),
    }
    return render(request, "sending/connections.html", context)


def _form(request: TeamRequest, row: Connection) -> HttpResponse:
    stored_key = row.usable_key
    form = ConnectionForm(request.POST if request.method == "POST" else None, instance=row)
    context = {
        "form": form,
        "connection": row,
        "site": settings.SITE_URL,
        "overlap_days": HOOK_OVERLAP.days,
    }
    if request.method != "POST":
        return render(request, "sending/connection.html", context)
    testing = request.POST.get("do") == "test"
    if form.is_valid() and not testing:
        form.save()
        messages.success(request, f"“{row.name}” is saved.")
        return redirect("connections")
    if testing:
        context["finding"] = _try_form(form, stored_key)
        if wants_part(request):
            return render(request, "sending/_finding.html", context)
    return render(request, "sending/connection.html", context)


def _try(row: Connection) -> Finding:
    if (key := row.usable_key) is None:
        return Finding(False, "The key can’t be read any more. Enter it again.")
    return probe(row.base_url, key)


def _try_form(form: ConnectionForm, stored_key: str | None) -> Finding:
    """Try what is typed, the stored key standing in for a blank one."""
    wrong = [str(form.errors[name][0]) for name in ("base_url", "key") if name in form.errors]
    if wrong:
        return Finding(False, wrong[0])
    data = form.cleaned_data
    return probe(data["base_url"], data["key"] or stored_key or "")
