"""The team's page: its name, its people and their roles, and the links that invite more."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from .access import SESSION_TEAM, TeamRequest, owned, team_page
from .forms import InvitationForm, RoleForm, TeamForm
from .models import Invitation, LastAdminError, Membership, Role, Team
from .parts import FORM_METHODS, dialog

# Where the session keeps a new link until the page has shown it: only then is it known.
SESSION_LINK = "new_invitation"
ONLY_ADMIN = "A team needs an admin: make somebody else one first."


@team_page(write=Role.ADMIN)
@require_http_methods(FORM_METHODS)
def team(request: TeamRequest) -> HttpResponse:
    """Who is in the team; POST renames it."""
    form = TeamForm(request.POST if request.method == "POST" else None, instance=request.team)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("team")
    request.team.refresh_from_db()
    return _page(request, form, InvitationForm())


@team_page(write=Role.ADMIN)
@require_POST
def invite(request: TeamRequest) -> HttpResponse:
    """Make a link by which one person joins; the page shows it once."""
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, TeamForm(instance=request.team), form)
    role, note = Role(form.cleaned_data["role"]), form.cleaned_data["note"]
    secret = Invitation.issue(request.team, role, person=request.user, note=note)
    request.session[SESSION_LINK] = settings.SITE_URL + Invitation.path(secret)
    return redirect("team")


def _page(request: TeamRequest, form: TeamForm, invitation: InvitationForm) -> HttpResponse:
    members = request.team.memberships.select_related("user").order_by("user__name", "user__email")
    context = {
        "form": form,
        "invitation": invitation,
        "members": members,
        "roles": Role.choices,
    }
    if request.membership.may(Role.ADMIN):
        context["link"] = request.session.pop(SESSION_LINK, "")
        context["invitations"] = Invitation.fresh().filter(team=request.team)
    return render(request, "teams/team.html", context)


@team_page(write=Role.ADMIN)
@require_POST
def withdraw(request: TeamRequest, pk: int) -> HttpResponse:
    """End an invitation that nobody has used."""
    owned(request, Invitation.fresh(), pk=pk).delete()
    messages.success(request, "The invitation is withdrawn.")
    return redirect("team")


@team_page(write=Role.ADMIN)
@require_POST
def change_role(request: TeamRequest, pk: int) -> HttpResponse:
    """Give a member another role."""
    member = owned(request, Membership.objects.select_related("user"), pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Http404("There is no such role.")
    try:
        member.give(Role(form.cleaned_data["role"]))
    except LastAdminError:
        messages.error(request, ONLY_ADMIN)
    else:
        messages.success(request, f"{member.user} is {Role(member.role).label.lower()} now.")
    return redirect("team")


@team_page(read=Role.ADMIN, write=Role.ADMIN)
@require_http_methods(FORM_METHODS)
def remove_member(request: TeamRequest, pk: int) -> HttpResponse:
    """Ask, then take a person out of the team."""
    member = owned(request, Membership.objects.select_related("user"), pk=pk)
    return _end(request, member, f"{member.user} is not in {request.team} any more.")


@team_page(write=Role.VIEWER)
@require_http_methods(FORM_METHODS)
def leave(request: TeamRequest) -> HttpResponse:
    """Ask, then leave the team."""
    return _end(request, request.membership, f"You have left {request.team}.")


def _end(request: TeamRequest, member: Membership, done: str) -> HttpResponse:
    is_me = member.user_id == request.user.pk
    if request.method != "POST":
        context = {"member": member, "is_me": is_me}
        return dialog(request, "teams/_remove_member_form.html", str(member.user), context)
    try:
        member.end()
    except LastAdminError:
        messages.error(request, ONLY_ADMIN)
        return redirect("team")
    messages.success(request, done)
    return redirect("templates" if is_me else "team")


@team_page(read=Role.ADMIN, write=Role.ADMIN)
@require_http_methods(FORM_METHODS)
def new_team(request: TeamRequest) -> HttpResponse:
    """Make a team of one's own, with the starters in it, and work there."""
    form = TeamForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        team = Team.found(form.cleaned_data["name"], request.user)
        work_in(request, team)
        messages.success(request, f"This is {team}. Invite people on its page.")
        return redirect("templates")
    return render(request, "teams/new_team.html", {"form": form})


def work_in(request: HttpRequest, team: Team) -> None:
    """Make a team the one that a person's pages are about."""
    request.session[SESSION_TEAM] = team.pk
