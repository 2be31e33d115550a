"""The library: finding, making, copying and deleting templates."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import push_url

from designer.teams.access import TeamRequest, owned, team_page
from designer.teams.asked import address_with, wants_part
from designer.teams.parts import FORM_METHODS, dialog, page_or_part

from .. import forms, listing, starters
from ..content import Content
from ..models import MessageTemplate, StaleDraft

PAGE = 24


@team_page()
@require_safe
def templates(request: TeamRequest) -> HttpResponse:
    """The team's templates as cards; the address searches, filters and sorts them."""
    asked = listing.Filter.read(request.GET)
    rows = asked.rows(request.team).select_related("updated_by")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "filter": asked,
        "kinds": listing.KINDS,
        "states": listing.STATES,
        "sorts": listing.SORTS,
    }
    response = page_or_part(request, "library/templates.html", "library/_cards.html", context)
    if wants_part(request):
        # The form has every field, the address what is set.
        return push_url(response, address_with(request, asked.query))
    return response


@team_page()
@require_http_methods(FORM_METHODS)
def new_template(request: TeamRequest) -> HttpResponse:
    """The ways to begin; a POST of `kind` or `starter` makes the template and opens it."""
    if request.method != "POST":
        return render(request, "library/new.html", {"starters": starters.STARTERS})
    if key := request.POST.get("starter"):
        starter = starters.find(key)
        if starter is None:
            raise Http404(f"There is no starter {key!r}.")
        name, content = starter.name, starter.content
    else:
        kind = request.POST.get("kind")
        if kind not in forms.ROOTS:
            raise Http404(f"There is no kind {kind!r}.")
        name = "New list" if kind == "list" else "New buttons"
        content = Content(forms.blank(kind))
    name = listing.free_name(request.team, name)
    made = MessageTemplate.create(request.team, request.user, name, content)
    return redirect("template", made.pk)


@team_page()
@require_POST
def duplicate_template(request: TeamRequest, pk: int) -> HttpResponse:
    """A copy of the draft, opened."""
    row = owned(request, MessageTemplate.objects.all(), pk=pk)
    name = listing.copy_name(request.team, row.name)
    copy = MessageTemplate.create(request.team, request.user, name, row.content)
    messages.success(request, f"This is a copy of “{row.name}”.")
    return redirect("template", copy.pk)


@team_page()
@require_http_methods(FORM_METHODS)
def delete_template(request: TeamRequest, pk: int) -> HttpResponse:
    """Ask, then delete. What was sent from it stays in the log."""
    row = owned(request, MessageTemplate.objects.all(), pk=pk)
    if request.method == "POST":
        row.delete()
        messages.success(request, f"“{row.name}” was deleted.")
        return redirect("templates")
    return dialog(request, "library/_delete_form.html", f"Delete {row}", {"template": row})


@team_page()
@require_safe
def versions(request: TeamRequest, pk: int) -> HttpResponse:
    """The published versions of a template, newest first."""
    row = owned(request, MessageTemplate.objects.all(), pk=pk)
    published = row.versions.select_related("published_by").order_by("-number")
    page = Paginator(published, 12).get_page(request.GET.get("page"))
    return render(request, "library/versions.html", {"template": row, "page": page})


@team_page()
@require_safe
def version(request: TeamRequest, pk: int, number: int) -> HttpResponse:
    """One published version, to be tried, and what differs from the one before and the draft."""
    row = owned(request, MessageTemplate.objects.all(), pk=pk)
    two = row.versions.select_related("published_by").filter(number__in=[number, number - 1])
    by_number = {each.number: each for each in two}
    if number not in by_number:
        raise Http404
    context = {
        "template": row,
        "version": by_number[number],
        "content": by_number[number].content,
        "before": by_number.get(number - 1),
        "before_name": f"Version {number - 1}",
        "is_draft": by_number[number].holds(row.content),
    }
    return render(request, "library/version.html", context)


@team_page()
@require_POST
def restore_version(request: TeamRequest, pk: int, number: int) -> HttpResponse:
    """Make a published version the draft again; the present draft is one undo away."""
    row = owned(request, MessageTemplate.objects.all(), pk=pk)
    version = row.versions.filter(number=number).first()
    if version is None:
        raise Http404
    try:
        row.save_draft(
            version.content, name=row.name, person=request.user, revision=row.revision, apart=True
        )
    except StaleDraft:
        messages.error(request, "Somebody was changing the draft at that moment. Try again.")
    else:
        messages.success(request, f"The draft is version {number} again. Undo brings yours back.")
    return redirect("template", row.pk)
