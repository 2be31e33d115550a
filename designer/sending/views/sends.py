"""The log of what was sent, and the page of one send."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import push_url, reswap, retarget

from designer.library.models import MessageTemplate
from designer.teams.access import TeamRequest, owned, team_page
from designer.teams.asked import address_with, wants_part
from designer.teams.parts import FORM_METHODS, dialog, page_or_part

from .. import numbers, outbox
from ..client import request_headers
from ..log import Filter, Progress
from ..models import CONNECTION_SECRETS, Batch, Send, SendQuerySet, State
from ..quota import OverQuotaError

TOO_LATE = "Something else happened meanwhile; here is how it stands."


@team_page()
@require_safe
def sends(request: TeamRequest) -> HttpResponse:
    """The log, newest first; the address may ask for a state, a template, a number, a batch."""
    chosen = Filter.read(request.GET)
    page = chosen.page(request.team)
    if request.GET.get("seen") == page.fingerprint:
        return HttpResponse(status=204)
    context = {"page": page, "filter": chosen, "states": State, "searched": numbers.SEARCHED}
    if not wants_part(request):
        templates = MessageTemplate.objects.filter(team=request.team)
        context["templates"] = templates.only("name").order_by("name")
    response = page_or_part(request, "sending/sends.html", "sending/_sends.html", context)
    if wants_part(request) and "seen" not in request.GET:
        # The form has every field, the address what is set.
        return push_url(response, address_with(request, chosen.query))
    return response


@team_page()
@require_safe
def send(request: TeamRequest, pk: int) -> HttpResponse:
    """One send: how it stands, what it said, and each attempt at it."""
    row = owned(request, _with_all(), pk=pk)
    return render(request, "sending/send.html", _context(row))


@team_page()
@require_safe
def live(request: TeamRequest, pk: int) -> HttpResponse:
    """The part of that page that changes."""
    row = owned(request, _with_all(), pk=pk)
    if unchanged := _unchanged(request, row):
        return unchanged
    return render(request, "sending/_live.html", _context(row) | {"announce": True})


@team_page()
@require_safe
def status(request: TeamRequest, pk: int) -> HttpResponse:
    """How a send stands, in short, for the panel."""
    row = owned(request, Send.objects.all(), pk=pk)
    if unchanged := _unchanged(request, row):
        return unchanged
    return render(request, "sending/_status.html", {"send": row})


def _unchanged(request: TeamRequest, row: Send) -> HttpResponse | None:
    """What to answer while a send is as `?seen=` says: nothing new, or only the countdown.

    So that nobody's button is replaced under the finger.
    """
    if request.GET.get("seen") != row.fingerprint:
        return None
    if row.state != State.WAITING:
        return HttpResponse(status=204)
    response = render(request, "sending/_wait.html", {"send": row})
    return reswap(retarget(response, f"#wait-{row.pk}"), "innerHTML")


@team_page()
@require_POST
def settle(request: TeamRequest, pk: int) -> HttpResponse:
    """A person says what became of an unknown send: `arrived` is yes or no, or takes back what one
    said: unsure."""
    row = owned(request, Send.objects.all(), pk=pk)
    arrived = request.POST.get("arrived")
    if arrived == "unsure":
        done = row.take_back()
    elif arrived in ("yes", "no"):
        done = row.settle(arrived=arrived == "yes", person=request.user)
    else:
        return HttpResponse(status=400)
    if not done:
        messages.warning(request, TOO_LATE)
    return redirect(row)


@team_page()
@require_POST
def cancel(request: TeamRequest, pk: int) -> HttpResponse:
    """Take back what is still queued, or waits to be tried again."""
    row = owned(request, Send.objects.all(), pk=pk)
    if not row.cancel(request.user):
        messages.warning(request, "It was too late to cancel it; here is how it stands.")
    return redirect(row)


@team_page()
@require_http_methods(FORM_METHODS)
def again(request: TeamRequest, pk: int) -> HttpResponse:
    """Ask, then send the same once more, as a send of its own.

    Who asks is shown how it stands, and what was sent again already; if that is not what they have
    seen (POST `seen`), it asks anew.
    """
    row = owned(request, _with_all(), pk=pk)
    if not row.may_repeat:
        messages.warning(request, "This can’t be sent again as it is.")
        return redirect(row)
    if request.method != "POST":
        return _ask_again(request, row)
    return _repeat(request, row, partial(outbox.again, row), partial(_ask_again, request, row))


def _ask_again(request: TeamRequest, row: Send, *, meanwhile: bool = False) -> HttpResponse:
    repeats = row.repeats.select_related("created_by").order_by("pk")
    context = {"send": row, "token": uuid.uuid4(), "repeats": repeats, "meanwhile": meanwhile}
    return dialog(request, "sending/_again_form.html", "Send again", context)


@team_page()
@require_safe
def together(request: TeamRequest, pk: int) -> HttpResponse:
    """What was sent to several at once: how far it is, and each send."""
    batch = owned(request, Batch.objects.select_related("created_by"), pk=pk)
    progress = Progress.of(batch)
    if request.GET.get("seen") == progress.fingerprint:
        return HttpResponse(status=204)
    failed = batch.failed().count() if progress.is_over else 0
    context = {"batch": batch, "progress": progress, "failed": failed}
    return page_or_part(request, "sending/together.html", "sending/_together.html", context)


@team_page()
@require_POST
def cancel_rest(request: TeamRequest, pk: int) -> HttpResponse:
    """Take back what of several has not gone out yet."""
    batch = owned(request, Batch.objects.all(), pk=pk)
    if not batch.cancel_rest(request.user):
        messages.warning(request, "It was too late to cancel any; here is how they stand.")
    return redirect(batch)


@team_page()
@require_http_methods(FORM_METHODS)
def failed_again(request: TeamRequest, pk: int) -> HttpResponse:
    """Ask, then send those of several that failed once more, together.

    If they are not those that the person was shown (POST `seen`), it asks anew.
    """
    batch = owned(request, Batch.objects.select_related("team"), pk=pk)
    if request.method != "POST":
        return _ask_failed_again(request, batch)
    order, ask = partial(outbox.failed_again, batch), partial(_ask_failed_again, request, batch)
    return _repeat(request, batch, order, ask)


def _ask_failed_again(
    request: TeamRequest, batch: Batch, *, meanwhile: bool = False
) -> HttpResponse:
    failed = list(batch.failed())
    if not failed:
        messages.warning(request, "None is left that failed and was not sent again.")
        return redirect(batch)
    context = {"batch": batch, "failed": failed, "token": uuid.uuid4(), "meanwhile": meanwhile}
    context["seen"] = batch.standing(failed)
    return dialog(request, "sending/_failed_again_form.html", "Send again", context)


def _repeat(
    request: TeamRequest,
    about: Send | Batch,
    order: Callable[..., Send | Batch],
    ask: Callable[..., HttpResponse],
) -> HttpResponse:
    """Do what the form orders and lead there; ask anew if it is not any more as was `seen`.

    The form's token makes the same form that is posted twice one order. 400: it is none.
    """
    try:
        token = uuid.UUID(request.POST.get("token", ""))
    except ValueError:
        return HttpResponse(status=400)
    seen = request.POST.get("seen", "")
    try:
        return redirect(order(person=request.user, token=token, seen=seen))
    except outbox.SentAgainError:
        return ask(meanwhile=True)
    except OverQuotaError as problem:
        messages.warning(request, f"Not sent. {problem}")
        return redirect(about)


def _with_all() -> SendQuerySet:
    related = ("connection", "template", "version", "created_by", "repeat_of")
    sends = Send.objects.select_related(*related).prefetch_related("repeats")
    return sends.defer(*CONNECTION_SECRETS)


def _context(row: Send) -> dict[str, Any]:
    attempts = list(row.attempts.all())
    return {
        "send": row,
        "attempts": attempts,
        "last": attempts[-1] if attempts else None,
        "request_headers": request_headers(),
    }
