"""What: the team's message templates, their published versions, the steps back that undo can take,
who has one open, and the links that show one to others."""

import secrets
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from designer.message import schema
from designer.message.schema import ListMessage, Message
from designer.teams.models import Team, User

from . import typed
from .content import MAX_NAME, Content, fold

MOST_SEARCHED = 200  # characters that a search looks at


class StaleDraft(Exception):
    """The draft was saved by someone else since the writer loaded it."""


class TemplateQuerySet(models.QuerySet["MessageTemplate"]):
    def search(self, words: str) -> Self:
        """Templates whose name or text holds every word, whatever the case or script."""
        found = self
        # Databases bound how long a pattern and how deep a condition may be.
        for word in fold(words[:MOST_SEARCHED]).split():
            found = found.filter(search_text__contains=word)
        return found

    def with_newest_version(self) -> Self:
        """Adds `newest_version`, the number published last, or None."""
        versions = Version.objects.filter(template=models.OuterRef("pk")).order_by("-number")
        return self.annotate(newest_version=models.Subquery(versions.values("number")[:1]))


class MessageTemplate(models.Model):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="templates")
    name = models.CharField(max_length=MAX_NAME)
    kind = models.CharField(max_length=6, choices=[("list", "List"), ("button", "Buttons")])
    # The document as ASCII JSON text, not a JSON column: what people paste (NUL, lone surrogates)
    # must be saved on every database, and nothing queries inside. `Content` writes and reads it;
    # who else does is said beside its SCHEMA.
    draft = models.TextField()
    # Counts the saves; a save names the one it began from, so nobody overwrites unseen work.
    revision = models.PositiveIntegerField(default=1)
    # The open page that saved last, so that a page whose answer got lost may save again.
    saved_from = models.CharField(max_length=32, blank=True, editable=False)
    # Where in `steps` the draft stands.
    step = models.PositiveIntegerField(default=0, editable=False)
    search_text = models.TextField(editable=False)
    # How many errors the draft had when it was saved, so that the library need not check them all.
    errors = models.PositiveSmallIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects: ClassVar[TemplateQuerySet] = TemplateQuerySet.as_manager()  # type: ignore[assignment]

    # The draft that was parsed last, and what it says.
    _parsed: tuple[str, Content] = ("", Content(ListMessage()))

    class Meta:
        indexes = [models.Index(fields=["team", "-updated_at"])]

    def __str__(self) -> str:
        return self.name

    @property
    def content(self) -> Content:
        """The draft: its message and what belongs to it."""
        # A save looks at it several times; a long list takes milliseconds to parse.
        draft, content = self._parsed
        if draft != self.draft:
            content = Content.from_json(self.draft)
            self._parsed = (self.draft, content)
        return content

    @content.setter
    def content(self, content: Content) -> None:
        self.draft = content.as_json
        self._parsed = (self.draft, content)
        self.kind = content.message.kind
        self.search_text = content.search_text(self.name)
        self.errors = content.error_count()

    @property
    def message(self) -> Message:
        return self.content.message

    @property
    def published(self) -> "Version | None":
        """The newest published version, if there is one."""
        return self.versions.order_by("-number").first()

    @property
    def history(self) -> tuple[int, int]:
        """The numbers of the first and the last state that undo and redo can reach."""
        ends = self.steps.aggregate(first=models.Min("number"), last=models.Max("number"))
        return ends["first"] or 0, ends["last"] or 0

    @classmethod
    def create(cls, team: Team, person: User | None, name: str, content: Content) -> Self:
        template = cls(team=team, name=name, created_by=person, updated_by=person)
        template.content = content
        with transaction.atomic():
            template.save()
            Step.objects.create(
                template=template,
                number=0,
                name=name,
                document=template.draft,
                revision=template.revision,
            )
        return template

    def save_draft(
        self,
        content: Content,
        *,
        name: str,
        person: User,
        revision: int,
        tab: str = "",
        apart: bool = False,
    ) -> None:
        """Replace the draft if it still is at `revision`, or was last saved from the same `tab`
        (an open page whose answer got lost is not in conflict with itself).

        Raises `StaleDraft` otherwise. A save that changes nothing leaves all as it is. Typing in
        one field adds up to one step in the history; one that is `apart` is a step of its own.
        """
        with transaction.atomic():
            self._lock(revision, tab)
            if (self.name, self.draft) == (name, content.as_json):
                return
            renamed = self.name != name
            edit = "" if apart else typed.changed_field(self.content, content, renamed=renamed)
            self._store(content, name, person, tab)
            Step.record(self, edit=edit)

    def undo(self, *, person: User, revision: int, tab: str = "", by: int = -1) -> bool:
        """Go `by` steps back (-1) or forward (+1) in the draft's history, if there are any."""
        with transaction.atomic():
            self._lock(revision, tab)
            step = self.steps.filter(number=self.step + by).first()
            if step is None:
                return False
            self.step = step.number
            content = step.content
            if version := self.published:
                # What was published meanwhile is what a bot expects.
                content = content.settled(schema.ids(version.content.message))
            self._store(content, step.name, person, tab)
            self._step_is_now()
        return True

    def _step_is_now(self) -> None:
        """Note in the history that the step gone to, or just published, is the newest revision."""
        step = self.steps.filter(number=self.step)
        step.update(document=self.draft, revision=self.revision)

    def draft_at(self, revision: int) -> "Step | None":
        """What the draft was at a revision, if the history still tells."""
        return self.steps.filter(revision=revision).first()

    def _lock(self, revision: int, tab: str) -> None:
        """Load the row for writing, if the writer knows its newest state."""
        stored = MessageTemplate.objects.select_for_update().get(pk=self.pk)
        if not stored.is_known_to(revision, tab):
            raise StaleDraft
        for name in ("name", "draft", "kind", "errors", "revision", "step"):
            setattr(self, name, getattr(stored, name))

    def is_known_to(self, revision: int, tab: str) -> bool:
        """Whether a page that loaded `revision`, or made the last save itself, has seen this."""
        return self.revision == revision or bool(tab and self.saved_from == tab)

    def _store(self, content: Content, name: str, person: User, tab: str) -> None:
        self.name, self.content = name, content
        self.updated_by, self.updated_at = person, timezone.now()
        self.saved_from = tab
        self.revision += 1
        self.save()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete it with all that hangs on it, also what an open page adds at that moment."""
        with transaction.atomic():
            MessageTemplate.objects.select_for_update().filter(pk=self.pk).first()
            return super().delete(*args, **kwargs)

    def publish(self, person: User) -> "Version":
        """Freeze the draft as the next version; the ids in it no longer follow their titles.

        A draft that is the newest version already is not frozen a second time. Raises `StaleDraft`
        if it is no longer the draft that this object holds.
        """
        with transaction.atomic():
            # Whoever publishes at the same time waits here, so that the numbers stay in a row.
            stored = MessageTemplate.objects.select_for_update().get(pk=self.pk)
            if stored.revision != self.revision:
                raise StaleDraft
            content = stored.content.settled()
            version, document = stored.published, content.as_json
            if version is None or not version.holds(content):
                number = version.number + 1 if version else 1
                version = Version.objects.create(
                    template=stored, number=number, document=document, published_by=person
                )
            if stored.draft != document:
                stored._store(content, stored.name, person, stored.saved_from)
                stored._step_is_now()
        self.refresh_from_db()
        return version


def new_secret() -> str:
    return secrets.token_urlsafe(24)


class PreviewLink(models.Model):
    """The address at which anybody may look at a template's draft, until the team ends it.

    Its secret is kept as it is, for it is shown again; whoever can read it here reads the draft
    beside it.
    """

    template = models.OneToOneField(
        MessageTemplate, on_delete=models.CASCADE, primary_key=True, related_name="preview_link"
    )
    secret = models.CharField(max_length=32, unique=True, default=new_secret)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"preview link of {self.template_id}"

    @property
    def path(self) -> str:
        return reverse("shared-preview", args=[self.secret])


class Step(models.Model):
    """A state of the draft that can be gone back to."""

    KEPT: ClassVar[int] = 100
    # Typing in one field counts as one step until it pauses for this long.
    PAUSE: ClassVar[timedelta] = timedelta(seconds=1.5)
    # Typing without a pause is not one step for ever either: one undo would take it all back.
    LONGEST: ClassVar[timedelta] = timedelta(seconds=3)
    LONGEST_EDIT: ClassVar[int] = 60

    template = models.ForeignKey(MessageTemplate, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=MAX_NAME)
    document = models.TextField()
    # The draft's revision when it was last this state; None of a step from before that was noted.
    revision = models.PositiveIntegerField(null=True)
    # The input whose typing made it, as far as it fits; "" for a change of another sort.
    edit = models.CharField(max_length=LONGEST_EDIT, blank=True)
    began_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="one_step_a_number")
        ]

    def __str__(self) -> str:
        return f"step {self.number} of {self.template_id}"

    @property
    def content(self) -> Content:
        return Content.from_json(self.document)

    @classmethod
    def record(cls, template: MessageTemplate, *, edit: str) -> None:
        """Add the template's draft to its history; what was undone before can't be redone now."""
        steps, now = cls.objects.filter(template=template), timezone.now()
        near = {step.number: step for step in steps.filter(number__gte=template.step - 1)}
        if max(near, default=0) > template.step:
            steps.filter(number__gt=template.step).delete()
        base, last = near.get(template.step - 1), near.get(template.step)
        state = {
            "name": template.name,
            "document": template.draft,
            "revision": template.revision,
            "saved_at": now,
        }
        if edit and base and last and last._is_gone_on_with(template, edit, base):
            steps.filter(pk=last.pk).update(**state)
            return
        template.step += 1
        edit = edit[: cls.LONGEST_EDIT]
        cls.objects.create(template=template, number=template.step, edit=edit, **state)
        MessageTemplate.objects.filter(pk=template.pk).update(step=template.step)
        steps.filter(number__lt=template.step - cls.KEPT).delete()

    def _is_gone_on_with(self, template: MessageTemplate, edit: str, base: "Step") -> bool:
        """Whether the draft goes on with what was typed in this step, which began at `base`."""
        now = timezone.now()
        if self.edit != edit[: self.LONGEST_EDIT] or self.saved_at <= now - self.PAUSE:
            return False
        return self.began_at > now - self.LONGEST and typed.goes_on(
            typed.text_at(base.document, base.name, edit),
            typed.text_at(self.document, self.name, edit),
            typed.text_at(template.draft, template.name, edit),
        )


class Presence(models.Model):
    """A page that has a template open, and when it last said so."""

    # Pages say so every 10 seconds; one that missed two is taken for closed.
    ALIVE: ClassVar[timedelta] = timedelta(seconds=25)

    template = models.ForeignKey(MessageTemplate, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    tab = models.CharField(max_length=32)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "user", "tab"], name="one_presence_a_tab")
        ]

    def __str__(self) -> str:
        return f"{self.user} has {self.template} open"

    @classmethod
    def touch(cls, template: MessageTemplate, user: User, tab: str) -> list[User]:
        """Note that a page is open; return the other people who have the template open."""
        now = timezone.now()
        cls.objects.update_or_create(
            template=template, user=user, tab=tab, defaults={"seen_at": now}
        )
        pages = cls.objects.filter(template=template)
        pages.filter(seen_at__lte=now - cls.ALIVE).delete()
        others = User.objects.filter(pk__in=pages.exclude(user=user).values("user"))
        return list(others.order_by("name", "email"))


class Version(models.Model):
    template = models.ForeignKey(MessageTemplate, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.TextField()
    published_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="one_version_a_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="versions_count_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"

    @property
    def content(self) -> Content:
        return Content.from_json(self.document)

    def holds(self, content: Content) -> bool:
        """Whether it is what publishing that content would freeze."""
        return self.document == content.settled().as_json
