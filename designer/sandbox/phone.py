"""The phone: what customers got, and what they tap and write back.

The chat and the list of chats ask for news by themselves. News of a chat are the messages after the
last one that is shown: they are added below it, and nothing that is there is drawn again, so an
open list or a half-written text stays as it is.
"""

import re
from datetime import date
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import contract, magic
from .access import phone_page
from .forms import LONGEST_TEXT, StartForm, TextForm
from .models import Account, Kind, Message, Sender
from .webhooks import announce

# So many messages at once; the ones before are a link away.
SHOWN = 60


@phone_page
@require_safe
def home(request: HttpRequest, owner: str) -> HttpResponse:
    """The list of chats."""
    return render(request, "sandbox/home.html", frame(owner))


@phone_page
@require_safe
def chats(request: HttpRequest, owner: str) -> HttpResponse:
    """The list of chats again, or 204 while it is as the page has it."""
    context = frame(owner, request.GET.get("open", ""))
    if request.GET.get("state") == context["state"]:
        return HttpResponse(status=204)
    return render(request, "sandbox/_chats.html", context)


@phone_page
@require_safe
def chat(request: HttpRequest, owner: str, customer: str) -> HttpResponse:
    """A customer's chat: its newest messages, or the ones before `?before=`."""
    messages = Message.objects.of(owner).filter(customer=customer)
    before = request.GET.get("before", "")
    past = re.fullmatch("[0-9]{1,18}", before) is not None
    some = messages.filter(pk__lt=before) if past else messages
    page = list(some.with_quotes().order_by("-pk")[: SHOWN + 1])
    if not page:
        return render(request, "sandbox/no_chat.html", {"customer": customer}, status=404)
    messages.unread().update(seen=True)
    shown = page[SHOWN - 1 :: -1]
    mark_days(shown, None)
    context = frame(owner, customer) | {
        "shown": shown,
        "more": len(page) > SHOWN,
        "past": past,
        "live": None if past else shown[-1].pk,
        "longest_text": LONGEST_TEXT,
    }
    return render(request, "sandbox/chat.html", context)


@phone_page
@require_safe
def news(request: HttpRequest, owner: str, customer: str, after: int) -> HttpResponse:
    """The chat's messages after one of them, or 204 when there are none."""
    messages = Message.objects.of(owner).filter(customer=customer)
    shown = list(messages.filter(pk__gt=after).with_quotes().order_by("pk")[:SHOWN])
    if not shown:
        return HttpResponse(status=204)
    messages.unread().filter(pk__lte=shown[-1].pk).update(seen=True)
    mark_days(shown, messages.filter(pk=after).first())
    context = {"shown": shown, "live": shown[-1].pk, "customer": customer}
    return render(request, "sandbox/_messages.html", context)


@phone_page
@require_POST
def say(request: HttpRequest, owner: str, customer: str) -> HttpResponse:
    """The customer writes something."""
    newest = Message.objects.of(owner).filter(customer=customer).order_by("-pk").first()
    if newest is None:
        raise Http404
    form = TextForm(request.POST)
    if form.is_valid():
        write(newest.account, customer, form.cleaned_data["text"])
    return done(request, customer)


@phone_page
@require_POST
def tap(request: HttpRequest, owner: str, customer: str, pk: int) -> HttpResponse:
    """The customer chooses one of a message's options: POST `choice`, the option's id."""
    message = get_object_or_404(
        Message.objects.of(owner).select_related("account"),
        customer=customer,
        pk=pk,
        sender=Sender.BUSINESS,
    )
    for _, option in contract.OPTIONS[message.kind](message.payload):
        if option["id"] == request.POST.get("choice"):
            break
    else:
        raise Http404
    with transaction.atomic():
        announce(
            Message(
                account=message.account,
                customer=customer,
                sender=Sender.CUSTOMER,
                kind=message.kind,
                text=option["title"],
                option_id=option["id"],
                reply_to=message,
            )
        )
    return done(request, customer)


@phone_page
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, owner: str) -> HttpResponse:
    """A chat that begins with the customer's words."""
    form = StartForm(owner, request.POST or None)
    if form.is_valid():
        written = form.cleaned_data
        write(written["account"], written["number"], written["text"])
        return redirect("phone-chat", written["number"])
    return render(request, "sandbox/start.html", frame(owner) | {"form": form})


@phone_page
@require_safe
def webhook(request: HttpRequest, owner: str, customer: str, pk: int) -> HttpResponse:
    """How far the webhook of a customer's message has come."""
    message = the_customers(owner, customer, pk)
    return render(request, "sandbox/_webhook.html", {"message": message})


@phone_page
@require_POST
def webhook_again(request: HttpRequest, owner: str, customer: str, pk: int) -> HttpResponse:
    """Post the webhook of a customer's message once more."""
    message = the_customers(owner, customer, pk)
    with transaction.atomic():
        announce(message)
    if "HX-Request" in request.headers:
        return render(request, "sandbox/_webhook.html", {"message": message})
    return redirect("phone-chat", customer)


def frame(owner: str, customer: str = "") -> dict[str, Any]:
    """What every phone page shows around a chat: the chats, and a mark of the state they are in."""
    chats = Message.objects.of(owner).chats()
    newest = chats[0].pk if chats else 0
    unread = sum(chat.unread_count for chat in chats if chat.customer != customer)
    return {
        "chats": chats,
        "state": f"{newest}-{unread}",
        "customer": customer,
        "number_groups": magic.GROUPS,
    }


def mark_days(messages: list[Message], previous: Message | None) -> None:
    """Note on each message whether a new day begins with it."""
    for message in messages:
        message.begins_day = previous is None or day(message) != day(previous)
        previous = message


def day(message: Message) -> date:
    return timezone.localdate(message.created_at)


def the_customers(owner: str, customer: str, pk: int) -> Message:
    """A message that the customer sent, or 404."""
    return get_object_or_404(
        Message.objects.of(owner).select_related("account"),
        customer=customer,
        pk=pk,
        sender=Sender.CUSTOMER,
    )


def write(account: Account, customer: str, text: str) -> None:
    """Send a text as the customer."""
    message = Message(
        account=account, customer=customer, sender=Sender.CUSTOMER, kind=Kind.TEXT, text=text
    )
    with transaction.atomic():
        announce(message)


def done(request: HttpRequest, customer: str) -> HttpResponse:
    """After the customer did something: the page asks for its news, or is loaded anew."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Trigger": "phone-news"})
    return redirect("phone-chat", customer)
