"""Joining a team by an invitation's link, with an account or with a new one."""

from django.contrib import messages
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from .forms import JoinForm
from .members import work_in
from .models import Invitation, Membership, User
from .parts import FORM_METHODS


@require_http_methods(FORM_METHODS)
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """What an invitation says; POST accepts it. 410: used, withdrawn or over."""
    invitation = Invitation.find(secret)
    if invitation is None:
        return render(request, "teams/invitation_spent.html", status=410)
    if isinstance(request.user, User):
        return _with_account(request, invitation, request.user)
    form = JoinForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            person = form.save()
            joined = invitation.accept(person)
            # An account that nothing came of is none that somebody asked for.
            transaction.set_rollback(not joined)
        if not joined:
            return render(request, "teams/invitation_spent.html", status=410)
        login(request, person, backend="django.contrib.auth.backends.ModelBackend")
        return _welcome(request, invitation)
    return render(request, "teams/join.html", {"invitation": invitation, "form": form})


def _with_account(request: HttpRequest, invitation: Invitation, person: User) -> HttpResponse:
    if Membership.objects.filter(team=invitation.team, user=person).exists():
        work_in(request, invitation.team)
        messages.info(request, f"You are in {invitation.team} already. The link still works once.")
        return redirect("templates")
    if request.method != "POST":
        return render(request, "teams/join.html", {"invitation": invitation})
    if not invitation.accept(person):
        return render(request, "teams/invitation_spent.html", status=410)
    return _welcome(request, invitation)


def _welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    work_in(request, invitation.team)
    messages.success(request, f"Welcome to {invitation.team}.")
    return redirect("templates")
