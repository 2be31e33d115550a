"""The editor: one page, and what its form posts while somebody types, adds, moves and publishes."""

from collections.abc import Iterable
from dataclasses import replace

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reselect, reswap, retarget

from designer.message import edits, schema
from designer.teams.access import TeamRequest, owned, team_page
from designer.teams.asked import number
from designer.teams.models import Role
from designer.teams.parts import FORM_METHODS, dialog

from .. import conflicts, editor, emoji, forms, listing
from ..content import Content
from ..models import MessageTemplate, Presence, StaleDraft


@team_page()
@require_http_methods(FORM_METHODS)
def template(request: TeamRequest, pk: int) -> HttpResponse:
    """The editor of one template; a POST saves the form and does what its `op` says.

    Typing (no `op`) answers with `#outcome` alone, an operation with the renumbered form, and
    without JavaScript either answers with the whole page. 409: a colleague saved in between.
    """
    row = owned(request, MessageTemplate.objects.select_related("updated_by"), pk=pk)
    if request.method != "POST":
        return _page(request, row, row.content)
    try:
        posted = forms.read(request.POST, row.content)
    except schema.ShapeError as problem:
        return _refusal(str(problem))
    try:
        return _handle(request, row, posted)
    except StaleDraft:
        return _stale(request, pk, posted)


@team_page()
@require_POST
def rescue(request: TeamRequest) -> HttpResponse:
    """A new template of the form of one that somebody deleted meanwhile."""
    kind = request.POST.get("kind", "")
    if kind not in forms.ROOTS:
        return _refusal("There is no such kind.")
    try:
        posted = forms.read(request.POST, Content(forms.blank(kind)))
    except schema.ShapeError as problem:
        return _refusal(str(problem))
    name = listing.free_name(request.team, posted.name)
    made = MessageTemplate.create(request.team, request.user, name, posted.content)
    messages.success(request, "Kept as a new template.")
    return redirect("template", made.pk)


def _refusal(words: str) -> HttpResponse:
    """400: the form is none that this editor makes, or asks for what can't be done."""
    return HttpResponse(words, status=400, content_type="text/plain; charset=utf-8")


def _handle(request: TeamRequest, row: MessageTemplate, posted: forms.Posted) -> HttpResponse:
    if posted.op in ("undo", "redo"):
        _save(request, row, posted)
        by = -1 if posted.op == "undo" else 1
        row.undo(person=request.user, revision=row.revision, tab=posted.tab, by=by)
        return _form(request, row, posted.tab)
    if posted.op == "publish":
        return _publish(request, row, posted)
    if posted.op == "send-test":
        _save(request, row, posted)
        return redirect("send-test", row.pk)
    if posted.op == "restore":
        # What one saved since oneself was in sight; a colleague's work is shown beside it.
        is_known = row.is_known_to(*forms.base(request.POST, "kept_"))
        if row.updated_by != request.user and not is_known:
            raise StaleDraft
        _save(request, row, posted, apart=True)
        return _form(request, row, posted.tab)
    if posted.op in ("", "save"):
        before = row.content
        _save(request, row, posted)
        if not request.htmx:
            return redirect("template", row.pk)
        return _outcome(request, row, before, posted)
    try:
        content, focus = _edited(request, posted)
    except (ValueError, IndexError) as problem:
        return _refusal(str(problem))
    # Two steps in the history: what was typed, then what the button did.
    _save(request, row, posted)
    done = replace(posted, content=content, revision=row.revision, passed=())
    _save(request, row, done, apart=True)
    return _form(request, row, posted.tab, focus=focus)


def _edited(request: TeamRequest, posted: forms.Posted) -> tuple[Content, str]:
    """The content after the posted `op`, and the path of the field to focus.

    Raises ValueError or IndexError for an operation that can't be done, in words.
    """
    content, (name, _, rest) = posted.content, posted.op.partition(".")
    if name == "paste":
        path, text = request.POST.get("paste_path", ""), request.POST.get("paste_text", "")
        return replace(content, message=edits.paste_rows(content.message, path, text)), path
    if name == "dismiss":
        return content.dismiss(rest), ""
    if name == "advise":
        return replace(content, dismissed=()), ""
    message, focus = edits.apply(content.message, posted.op)
    return replace(content, message=message), focus


def _save(
    request: TeamRequest, row: MessageTemplate, posted: forms.Posted, *, apart: bool = False
) -> None:
    """Make what was posted the draft, by way of what it was in between."""
    revision = posted.revision
    for state in (*posted.passed, posted):
        row.save_draft(
            state.content,
            name=state.name,
            person=request.user,
            revision=revision,
            tab=posted.tab,
            apart=apart or state.is_apart,
        )
        revision = row.revision


def _publish(request: TeamRequest, row: MessageTemplate, posted: forms.Posted) -> HttpResponse:
    _save(request, row, posted)
    if row.errors:
        refusal = editor.EditorForm(row.content).refusal
        return _form(request, row, posted.tab, refusal=refusal)
    newest = row.published
    version = row.publish(request.user)
    if version == newest:
        note = f"Nothing has changed since version {version.number}."
        return _form(request, row, posted.tab, note=note)
    return _form(request, row, posted.tab, success=f"Version {version.number} is published.")


def _outcome(
    request: TeamRequest, row: MessageTemplate, before: Content, posted: forms.Posted
) -> HttpResponse:
    context = editor.context(row, posted.content, tab=posted.tab)
    # The inputs of the variables change only with the set of variables.
    context["variables_changed"] = before.variables != posted.content.variables
    return render(request, "library/_outcome.html", context)


def _form(
    request: TeamRequest,
    row: MessageTemplate,
    tab: str,
    *,
    focus: str = "",
    refusal: str = "",
    success: str = "",
    note: str = "",
) -> HttpResponse:
    """The whole form again, with the focus where the hand expects it."""
    if not request.htmx:
        if refusal:
            messages.error(request, refusal)
        if success:
            messages.success(request, success)
        if note:
            messages.info(request, note)
        page = reverse("template", args=[row.pk])
        return redirect(f"{page}#id_{focus}" if focus else page)
    context = editor.context(row, row.content, tab=tab)
    context |= {"focus": focus, "refusal": refusal, "success": success, "note": note}
    return render(request, "library/_form.html", context)


def _page(request: TeamRequest, row: MessageTemplate, content: Content) -> HttpResponse:
    context = editor.context(row, content) | {"usual_emoji": emoji.search("")}
    if not content.message.body:
        context["focus"] = "body"
    return render(request, "library/editor.html", context)


def _stale(request: TeamRequest, pk: int, posted: forms.Posted) -> HttpResponse:
    """A colleague saved in between: show how it is now to whoever changed nothing, else both."""
    row = owned(request, MessageTemplate.objects.select_related("updated_by"), pk=pk)
    base = row.draft_at(posted.revision)
    if base and posted.op not in ("", "save", "restore"):
        mine = forms.read(request.POST, base.content)
        if (mine.name, mine.content) == (base.name, base.content):
            who = "You" if row.updated_by == request.user else row.updated_by or "Somebody"
            refusal = f"Not done: {who} changed this template meanwhile. This is how it is now."
            return _form(request, row, posted.tab, refusal=refusal)
    return conflict(request, pk, posted, _posted(request))


def conflict(
    request: TeamRequest, pk: int, posted: forms.Posted, kept: Iterable[tuple[str, str]]
) -> HttpResponse:
    """Show both drafts and let the person choose; the form carries theirs along, as `kept`."""
    row = owned(request, MessageTemplate.objects.select_related("updated_by"), pk=pk)
    based_on, _ = forms.base(request.POST, "kept_" if posted.op == "restore" else "")
    based_on = number(request.POST.get("based_on", "")) or based_on
    inputs = QueryDict(mutable=True)
    inputs.update(dict(kept))
    context = {"template": row, "theirs": row.content, "mine": posted, "kept": inputs.items()}
    if _both(row, based_on, inputs):
        context["based_on"] = based_on
    page = "library/_conflict.html" if request.htmx else "library/conflict.html"
    response = render(request, page, context, status=409)
    return reselect(reswap(retarget(response, "#dialog"), "innerHTML"), "dialog")


def _both(row: MessageTemplate, based_on: int, inputs: QueryDict) -> forms.Posted | None:
    """The draft with both changes to what it was at a revision, the stored one and that of the
    inputs; None if they touch the same, or nobody knows any more what it was."""
    if (base := row.draft_at(based_on)) is None:
        return None
    mine = forms.read(inputs, base.content)
    content = conflicts.merged(base.content, mine.content, row.content)
    name = conflicts.merged_text(base.name, mine.name, row.name)
    return replace(mine, content=content, name=name) if content and name else None


# What the forms of the editor and of a conflict carry beside the draft.
_BESIDE_THE_DRAFT = {
    "csrfmiddlewaretoken",
    "revision",
    "tab",
    "op",
    "passed",
    "kept_revision",
    "kept_tab",
    "based_on",
    "choice",
}


def _posted(request: TeamRequest) -> list[tuple[str, str]]:
    """The editor's inputs as they were posted."""
    return [
        (name, str(value)) for name, value in request.POST.items() if name not in _BESIDE_THE_DRAFT
    ]


@team_page()
@require_http_methods(FORM_METHODS)
def switch_kind(request: TeamRequest, pk: int) -> HttpResponse:
    """Say what the other kind can't show, then make the draft one of that kind."""
    row = owned(request, MessageTemplate.objects.all(), pk=pk)
    if request.method == "POST":
        revision, tab = forms.base(request.POST)
        try:
            # What they were told gets lost is said of the draft that they saw.
            if not row.is_known_to(revision, tab):
                raise StaleDraft
            content = row.content.switched()
            row.save_draft(content, name=row.name, person=request.user, revision=row.revision)
        except StaleDraft:
            messages.error(
                request, "Not switched: the draft was changed meanwhile. This is how it is now."
            )
        else:
            messages.success(request, "Switched. Switching back brings back what is not shown now.")
        return redirect("template", row.pk)
    _, tab = forms.base(request.GET)
    context = {"template": row, "losses": row.content.losses(), "tab": tab}
    return dialog(request, "library/_switch_form.html", f"Switch {row}", context)


@team_page(write=Role.VIEWER)
@require_POST
def present(request: TeamRequest, pk: int) -> HttpResponse:
    """A sign of life of an open page; answers with who else has the template open, and with the
    newest revision, if another page saved that."""
    row = owned(request, MessageTemplate.objects.select_related("updated_by"), pk=pk)
    _, tab = forms.base(request.POST)
    try:
        others = Presence.touch(row, request.user, tab)
    except IntegrityError:
        raise Http404 from None  # somebody deletes it at this moment
    context: dict[str, object] = {"template": row, "others": others}
    if row.saved_from != tab:
        who = "you" if row.updated_by == request.user else row.updated_by
        context |= {"newest": row.revision, "by": who or "somebody"}
    return render(request, "library/_presence.html", context)


@team_page()
@require_safe
def find_emoji(request: TeamRequest) -> HttpResponse:
    """Emoji whose name holds every word of `?emoji=`, for the picker."""
    words = request.GET.get("emoji", "")
    return render(request, "library/_emoji.html", {"found": emoji.search(words), "words": words})


@team_page()
@require_http_methods(["POST"])
def settle_conflict(request: TeamRequest, pk: int) -> HttpResponse:
    """After a conflict: "both" makes one draft of them, "mine" replaces theirs, "copy" keeps them
    apart, "theirs" drops mine."""
    row = owned(request, MessageTemplate.objects.all(), pk=pk)
    try:
        posted = forms.read(request.POST, row.content)
    except schema.ShapeError as problem:
        return _refusal(str(problem))
    choice = request.POST.get("choice")
    if choice in ("both", "mine"):
        based_on = number(request.POST.get("based_on", "")) or 0
        chosen = posted if choice == "mine" else _both(row, based_on, request.POST)
        try:
            if chosen is None:
                raise StaleDraft
            _save(request, row, chosen, apart=True)
        except StaleDraft:
            return conflict(request, pk, posted, _posted(request))
        kept = "Your draft was kept" if choice == "mine" else "Both changes are in the draft now"
        messages.success(request, f"{kept}. The other one is one undo away.")
        if choice == "both":
            # The page's script forgets what it kept of mine: the draft says more than that.
            return redirect(reverse("template", args=[row.pk]) + "#both")
    elif choice == "copy":
        name = listing.copy_name(request.team, posted.name, " (my copy)")
        copy = MessageTemplate.create(request.team, request.user, name, posted.content)
        messages.success(request, "Both were kept. This copy is yours.")
        return redirect("template", copy.pk)
    return redirect("template", row.pk)
