"""What became of a template's messages: the page, its summary, and the replies as a file."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from designer.library.models import MessageTemplate
from designer.teams.access import TeamRequest, owned, team_page

from .. import export, live
from ..results import DRAFT, PERIODS, Scope, results, summary


@team_page()
@require_safe
def template_results(request: TeamRequest, pk: int) -> HttpResponse:
    """The numbers of a template; `?days=`, `?version=` and `?connection=` narrow them. They renew
    themselves.
    """
    template = owned(request, MessageTemplate.objects.all(), pk=pk)
    scope = Scope.read(template, request.GET)
    context = {"template": template, "scope": scope, "results": results(scope)}
    region = live.draw(request, "results", context, query=scope.query)
    if live.wants_region(request):
        return live.answer(request, region)
    numbers = template.versions.order_by("-number").values_list("number", flat=True)
    context |= {
        "region": region,
        "periods": [("", "All time"), *PERIODS.items()],
        "connections": [(str(one.pk), one.name) for one in scope.connections()],
        "versions": [*((str(number), f"v{number}") for number in numbers), (DRAFT, "Drafts")],
    }
    return live.page(request, "replies/results.html", context)


@team_page()
@require_safe
def template_results_summary(request: TeamRequest, pk: int) -> HttpResponse:
    """A line for other pages: how many were sent and answered, with a link to the whole."""
    template = owned(request, MessageTemplate.objects.only("pk", "team"), pk=pk)
    sent, answered = summary(Scope(template))
    context = {"template": template, "sent": sent, "answered": answered}
    return render(request, "replies/_summary.html", context)


@team_page()
@require_safe
def template_results_csv(request: TeamRequest, pk: int) -> StreamingHttpResponse:
    """The replies behind the numbers as CSV, newest first, narrowed in the same way."""
    template = owned(request, MessageTemplate.objects.all(), pk=pk)
    scope = Scope.read(template, request.GET)
    name = f"{slugify(template.name) or 'template'}-replies.csv"
    rows = export.rows(scope.all_replies().iterator(chunk_size=1000))
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8", headers=headers)
