"""The sandbox's keys: what to put into a program that is to send here."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from . import api
from .access import phone_page
from .forms import KeyForm, NewKeyForm
from .models import RATE_LIMIT, Account


@phone_page
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest, owner: str) -> HttpResponse:
    """The owner's keys; POST adds one."""
    form = NewKeyForm(request.POST or None, instance=Account(owner=owner), prefix="new")
    if request.method == "POST" and form.is_valid():
        account = form.save()
        messages.success(request, f"“{account}” has its key.")
        return redirect("phone-keys")
    return show(request, owner, form)


@phone_page
@require_POST
def key(request: HttpRequest, owner: str, pk: int) -> HttpResponse:
    """Change a key's webhook address or its permission."""
    account = get_object_or_404(Account.objects.of(owner), pk=pk)
    form = KeyForm(request.POST, instance=account, prefix=f"key-{pk}")
    if form.is_valid():
        form.save()
        messages.success(request, f"Saved “{account}”.")
        return redirect("phone-keys")
    return show(
        request, owner, NewKeyForm(instance=Account(owner=owner), prefix="new"), changed=form
    )


def show(
    request: HttpRequest, owner: str, new: NewKeyForm, changed: KeyForm | None = None
) -> HttpResponse:
    """The page; `changed` is the form that was not right, in the place of its key's fresh one."""
    forms = {
        account.pk: KeyForm(instance=account, prefix=f"key-{account.pk}")
        for account in Account.objects.of(owner)
    }
    if changed is not None:
        forms[changed.instance.pk] = changed
    context = {
        "forms": list(forms.values()),
        "new": new,
        "base_url": request.build_absolute_uri(api.ROOT),
        "rate_limit": RATE_LIMIT,
    }
    return render(request, "sandbox/keys.html", context)
