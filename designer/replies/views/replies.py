"""The list of replies, one reply, and the replies to one message."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import replace_url

from designer.library.models import MessageTemplate
from designer.sending import numbers
from designer.sending.models import CONNECTION_SECRETS, Send, TestNumber
from designer.teams.access import TeamRequest, owned, team_page
from designer.teams.asked import address_with
from designer.teams.parts import FORM_METHODS

from .. import live, matching, raw
from ..listing import MATCHES, Filter
from ..models import Kind, Matched, Reply
from ..reading import CUSTOMERS_NUMBER

NONE = "none"
MOST_ON_SEND = 50


@team_page()
@require_safe
def replies(request: TeamRequest) -> HttpResponse:
    """The list, newest first: `?kind=`, `?template=`, `?match=` and `?number=` narrow it,
    `?before=` goes on. Its first page renews itself.
    """
    chosen, before = Filter.read(request.GET), request.GET.get("before", "")
    page = chosen.page(request.team, before)
    context = {
        "page": page,
        "filter": chosen,
        "names": names(request, page.replies),
        "here": reverse("replies"),
        "searched": numbers.SEARCHED,
        "begun": bool(before),
    }
    region = live.draw(request, "replies", context, query=chosen.query, polls=not before)
    if live.wants_region(request):
        response = live.answer(request, region)
        if "seen" not in request.GET:
            replace_url(response, address_with(request, chosen.query))
        return response
    templates = MessageTemplate.objects.filter(team=request.team).order_by("name", "pk")
    context |= {
        "region": region,
        "kinds": Kind.choices,
        "matches": MATCHES.items(),
        "templates": templates.values_list("pk", "name"),
    }
    return live.page(request, "replies/replies.html", context)


@team_page()
@require_safe
def send_replies(request: TeamRequest, pk: int) -> HttpResponse:
    """What came back for one message, for its page: the first answer ends that page's own polling
    (286), for from then on the part renews itself.
    """
    send = owned(request, Send.objects.only("pk", "team"), pk=pk)
    found = Reply.objects.filter(Q(send=send) | Q(wrote_after=send), team=request.team)
    rows = list(found.order_by("-replied_at", "-pk")[:MOST_ON_SEND])
    region = live.draw(request, "send_replies", {"send": send, "replies": rows})
    begins = bool(request.htmx) and "seen" not in request.GET
    return live.answer(request, region, status=286 if begins else 200)


@team_page()
@require_http_methods(FORM_METHODS)
def reply(request: TeamRequest, pk: int) -> HttpResponse:
    """One reply with the delivery that told of it; a POST of `send` says what it answers."""
    rows = Reply.objects.select_related(
        "connection", "delivery", "send", "wrote_after", "matched_by"
    ).defer(*CONNECTION_SECRETS)
    row = owned(request, rows, pk=pk)
    sends = candidates(row)
    refused = False
    if request.method == "POST":
        choice = request.POST.get("send", "")
        refused = choice not in (NONE, *(str(send.pk) for send in sends))
        if not refused:
            _correct(request, row.pk, choice, sends)
            return redirect(row)
    context = {
        "reply": row,
        "about": row.send or row.wrote_after,
        "names": names(request, [row]),
        "sends": sends,
        "none": NONE,
        "chosen": row.send_id or (NONE if row.matched else None),
        "refused": refused,
        "raw": raw.shown(bytes(row.delivery.body)),
    }
    return render(request, "replies/reply.html", context, status=422 if refused else 200)


def candidates(reply: Reply) -> list[Send]:
    """The messages that a person can choose among; the present one is one of them."""
    found = matching.candidates(reply)
    if reply.send and reply.send not in found:
        found.append(reply.send)
    return found


@transaction.atomic
def _correct(request: TeamRequest, pk: int, choice: str, sends: list[Send]) -> None:
    # Somebody else may have corrected it since the page was asked for.
    row = Reply.objects.select_for_update().get(pk=pk)
    before = row.send
    if choice == NONE:
        matching.answers_none(row, request.user)
    else:
        send = next(send for send in sends if str(send.pk) == choice)
        matching.answers(row, send, Matched.PERSON, request.user)
    row.save(update_fields=matching.FIELDS)
    matching.let_go(before)
    messages.success(request, "Saved. The counts follow.")


def names(request: TeamRequest, rows: list[Reply]) -> dict[str, str]:
    """The names that the team gave to the numbers of these replies."""
    senders = {row.from_number for row in rows if CUSTOMERS_NUMBER.fullmatch(row.from_number)}
    known = TestNumber.objects.filter(team=request.team, number__in=senders).exclude(name="")
    return {str(number): name for number, name in known.values_list("number", "name")}
