"""Signing in and out, one's own account, and changing team."""

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from .asked import number
from .forms import AccountForm, PasswordForm
from .members import work_in
from .models import LoginLink, User


@require_GET
def enter(request: HttpRequest, secret: str) -> HttpResponse:
    """The printed link: signs its person in, once. Not who only asks whether it is there (HEAD)."""
    user = LoginLink.redeem(secret)
    if user is None:
        return render(request, "teams/link_spent.html", status=410)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("templates")


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Name and e-mail, and a password for coming back without a link."""
    user = request.user
    assert isinstance(user, User)
    about = AccountForm(instance=user)
    password = PasswordForm(user)
    if request.method == "POST" and request.POST.get("do") == "password":
        password = PasswordForm(user, request.POST)
        if password.is_valid():
            password.save()
            update_session_auth_hash(request, user)
            messages.success(request, "Password set. From now on it signs you in with your e-mail.")
            return redirect("account")
    elif request.method == "POST":
        about = AccountForm(request.POST, instance=User.objects.get(pk=user.pk))
        if about.is_valid():
            about.save()
            messages.success(request, "Saved.")
            return redirect("account")
    return render(request, "teams/account.html", {"about": about, "password": password})


@login_required
@require_POST
def switch_team(request: HttpRequest) -> HttpResponse:
    """Work in another of one's teams."""
    assert isinstance(request.user, User)
    wanted = number(request.POST.get("team", ""))
    membership = request.user.memberships.filter(team=wanted).select_related("team").first()
    if membership is None:
        raise Http404
    work_in(request, membership.team)
    return redirect("templates")
