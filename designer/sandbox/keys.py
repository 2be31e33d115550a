"""The sandbox's keys: what to put into a program that is to send here."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from . import api
from .access import may_see_addresses, phone_page
from .forms import KeyForm, NewKeyForm
from .models import RATE_LIMIT, Account


@phone_page
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest, owner: str) -> HttpResponse:
    """The owner's keys; POST adds one."""
    form = new_form(request, owner, request.POST or None)
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
    form = key_form(request, account, request.POST)
    if form.is_valid():
        form.save()
        messages.success(request, f"Saved “{account}”.")
        return redirect("phone-keys")
    return show(request, owner, new_form(request, owner), changed=form)


def new_form(request: HttpRequest, owner: str, data: QueryDict | None = None) -> NewKeyForm:
    account, may_see = Account(owner=owner), may_see_addresses(request)
    return NewKeyForm(data, instance=account, prefix="new", with_address=may_see)


def key_form(request: HttpRequest, account: Account, data: QueryDict | None = None) -> KeyForm:
    may_see = may_see_addresses(request)
    return KeyForm(data, instance=account, prefix=f"key-{account.pk}", with_address=may_see)


def show(
    request: HttpRequest, owner: str, new: NewKeyForm, changed: KeyForm | None = None
) -> HttpResponse:
    """The page; `changed` is the form that was not right, in the place of its key's fresh one."""
    forms = {account.pk: key_form(request, account) for account in Account.objects.of(owner)}
    if changed is not None:
        forms[changed.instance.pk] = changed
    context = {
        "forms": list(forms.values()),
        "new": new,
        "base_url": request.build_absolute_uri(api.ROOT),
        "rate_limit": RATE_LIMIT,
    }
    return render(request, "sandbox/keys.html", context)
