"""What the webhooks delivered, as it came, and reading it again."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Length
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from designer.sending.models import CONNECTION_SECRETS
from designer.teams.access import TeamRequest, owned, team_page
from designer.teams.asked import number

from .. import intake, live, pruning, raw
from ..models import REPLAYABLE, Delivery, DeliveryQuerySet, DeliveryState, Reply

PAGE = 50


@team_page()
@require_safe
def deliveries(request: TeamRequest) -> HttpResponse:
    """Deliveries, newest first; `?state=` narrows them, `?before=` goes on."""
    state, before = request.GET.get("state", ""), number(request.GET.get("before", ""))
    state = state if state in DeliveryState.values else ""
    found = _listed().filter(team=request.team)
    if state:
        found = found.filter(state=state)
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    query = f"state={state}" if state else ""
    context: dict[str, Any] = {
        "deliveries": rows[:PAGE],
        "older": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "state": state,
        "may_replay_all": state in REPLAYABLE,
        "begun": bool(before),
        "here": reverse("deliveries"),
    }
    region = live.draw(request, "deliveries", context, query=query, polls=not before)
    if live.wants_region(request):
        return live.answer(request, region)
    context |= {
        "region": region,
        "states": DeliveryState.choices,
        "keep_days": settings.KEEP_DELIVERIES_DAYS,
        "broken_days": pruning.broken_days(),
    }
    return live.page(request, "replies/deliveries.html", context)


@team_page()
@require_safe
def delivery(request: TeamRequest, pk: int) -> HttpResponse:
    """One delivery: its state, its body, and the replies that it told of first."""
    row = owned(request, Delivery.objects.select_related("connection"), pk=pk)
    body = bytes(row.body)
    context = {
        "delivery": row,
        "raw": raw.shown(body),
        "size": len(body),
        "replies": list(row.replies.order_by("pk")[:PAGE]),
    }
    return render(request, "replies/delivery.html", context)


@team_page()
@require_safe
def delivery_body(request: TeamRequest, pk: int) -> HttpResponse:
    """The body, byte for byte, as a download; 410 if it was deleted for its age."""
    row = owned(request, Delivery.objects.all(), pk=pk)
    if row.is_pruned:
        return HttpResponse("Deleted.\n", status=410, content_type="text/plain")
    headers = {"Content-Disposition": f'attachment; filename="delivery-{row.pk}.json"'}
    return HttpResponse(bytes(row.body), content_type="application/octet-stream", headers=headers)


@team_page()
@require_POST
def replay(request: TeamRequest) -> HttpResponse:
    """Read again: a POST of `delivery` one of them, at once; of `state` all of that state, in the
    background.
    """
    if pk := number(request.POST.get("delivery", "")):
        row = owned(request, Delivery.objects.only("pk"), pk=pk)
        _tell(request, intake.replay(row.pk))
        return redirect(row)
    state = request.POST.get("state", "")
    again = Delivery.objects.replayable().filter(team=request.team, state=state)
    count = again.update(state=DeliveryState.NEW, note="")
    messages.success(request, f"To be read again: {count}. What comes of it shows up here.")
    return redirect("deliveries")


def _tell(request: TeamRequest, state: DeliveryState) -> None:
    if state == DeliveryState.READ:
        messages.success(request, "Read. The replies in it are counted now.")
    elif state == DeliveryState.BROKEN:
        messages.error(request, "It still can’t be read.")
    elif state == DeliveryState.NEW:
        messages.success(request, "It is about to be read. What comes of it shows up here.")
    else:
        messages.success(request, "Read again. There is no reply in it.")


def _listed() -> DeliveryQuerySet:
    """Deliveries without their bodies, but with their size and how many replies each brought."""
    brought = Reply.objects.filter(delivery=OuterRef("pk")).order_by().values("delivery")
    rows = Delivery.objects.select_related("connection").defer("body", *CONNECTION_SECRETS)
    return rows.annotate(
        size=Length("body"), brought=Subquery(brought.annotate(n=Count("pk")).values("n"))
    )
