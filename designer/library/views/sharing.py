"""Sharing a template's preview with people who have no account, by a link."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from designer.teams.access import TeamRequest, owned, team_page
from designer.teams.asked import wants_part
from designer.teams.parts import FORM_METHODS, dialog

from ..models import MessageTemplate, PreviewLink


@team_page()
@require_http_methods(FORM_METHODS)
def share(request: TeamRequest, pk: int) -> HttpResponse:
    """The link to a template's preview; a POST makes it, or ends it when its `op` is "end"."""
    row = owned(request, MessageTemplate.objects.all(), pk=pk)
    if request.method == "POST":
        if request.POST.get("op") == "end":
            PreviewLink.objects.filter(template=row).delete()
        else:
            PreviewLink.objects.get_or_create(template=row, defaults={"made_by": request.user})
        if not wants_part(request):
            return redirect("share-template", row.pk)
    link = PreviewLink.objects.select_related("made_by").filter(template=row).first()
    context = {
        "template": row,
        "link": link,
        "address": settings.SITE_URL + link.path if link else "",
    }
    return dialog(request, "library/_share_form.html", f"Share {row}", context)


@never_cache
@require_safe
def shared_preview(request: HttpRequest, secret: str) -> HttpResponse:
    """The draft as it stands, to be tried by anybody who has the link. 410: it was ended."""
    known = PreviewLink.objects.select_related("template__team").filter(secret=secret)
    if link := known.first():
        template = link.template
        context = {"template": template, "team": template.team, "content": template.content}
        response = render(request, "library/shared.html", context)
    else:
        response = render(request, "library/shared_ended.html", status=410)
    # No search engine may find what was meant for those who were sent it.
    response["X-Robots-Tag"] = "noindex"
    return response
