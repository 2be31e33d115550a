"""What the send panel shows: what is about to be sent, and what keeps it from being sent."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from django.http import QueryDict
from django.urls import reverse

from designer.library.content import Content
from designer.library.models import MessageTemplate, Version
from designer.message import checks, variables
from designer.message.formats import coext
from designer.message.formats.snippets import as_json
from designer.message.schema import Message
from designer.teams.asked import number
from designer.teams.models import User

from . import references
from .forms import SendForm
from .models import Connection, ConnectionQuerySet, Send, TestNumber, TestNumberQuerySet
from .outbox import Letter

DRAFT = "draft"
OFFERED_NUMBERS = 100
# To try the sandbox with: from the numbers that Australia's ACMA keeps for films. Nobody has it.
READY_NUMBER = "+61491570156"


@dataclass(frozen=True)
class Source:
    """A state of the template that can be sent: the draft, or a version."""

    template: MessageTemplate
    version: Version | None

    @property
    def value(self) -> str:
        return f"v{self.version.number}" if self.version else DRAFT

    @property
    def label(self) -> str:
        return f"Version {self.version.number}, published" if self.version else "Draft"

    @cached_property
    def content(self) -> Content:
        return self.version.content if self.version else self.template.content


@dataclass(frozen=True)
class Panel:
    """One open panel. Nothing in it changes anything; `letter` is what the outbox takes."""

    source: Source
    sources: list[Source]
    form: SendForm
    # The draft's revision that the person has seen; None when the panel is only just opened.
    seen_revision: int | None = None

    @classmethod
    def opened(cls, template: MessageTemplate, person: User, asked: Mapping[str, str]) -> Self:
        """A new panel; `asked` may name a source, a number and a connection to begin with."""
        source, sources = _choose(template, asked.get("source", ""))
        offered = _offered(template)
        # Where this person sent last: mostly the own phone, through the usual connection.
        last = Send.objects.filter(team=template.team_id, created_by=person).last()
        wanted = [asked.get("connection", ""), str(last.connection_id) if last else ""]
        connection = _first_choice(offered, wanted)
        initial = {
            "to": asked.get("to") or (str(last.to) if last else _ready(template, connection)),
            "connection": connection,
            "reference": references.made_up(),
            "token": uuid.uuid4(),
        }
        return cls(source, sources, _form(source, offered, initial=initial))

    @classmethod
    def posted(cls, template: MessageTemplate, data: QueryDict) -> Self:
        """The panel as it was filled in."""
        source, sources = _choose(template, data.get("source", ""))
        seen = number(data.get("revision", "")) or 0
        return cls(source, sources, _form(source, _offered(template), data), seen)

    @property
    def template(self) -> MessageTemplate:
        return self.source.template

    @property
    def here(self) -> str:
        return reverse("send-test", args=[self.template.pk])

    @property
    def look_here(self) -> str:
        return reverse("send-look", args=[self.template.pk])

    @property
    def path(self) -> str:
        """The path of the request under the connection's base URL."""
        return coext.path(self.source.content.message)

    @cached_property
    def has_connections(self) -> bool:
        return bool(self.form.connections)

    @cached_property
    def message(self) -> Message:
        """The message as the values in the form make it."""
        return variables.fill(self.source.content.message, self.form.values)

    @cached_property
    def problems(self) -> list[checks.Problem]:
        """Errors, which keep it from being sent, and warnings; of the message as filled."""
        found = checks.check(self.source.content.message, self.form.values)
        return [problem for problem in found if problem.level != "advice"]

    @property
    def errors(self) -> list[checks.Problem]:
        return [problem for problem in self.problems if problem.level == "error"]

    @property
    def warnings(self) -> list[checks.Problem]:
        return [problem for problem in self.problems if problem.level == "warning"]

    @property
    def json(self) -> str:
        """The request body as far as the form is filled in."""
        to = self.recipients[0] if self.recipients else self.form.typed
        return as_json(coext.dump(self.message, to=to, reference=self.reference))

    @cached_property
    def reference(self) -> str:
        """What the first one goes out with; the outbox looks again."""
        asked, count = self.form.asked_reference, max(1, len(self.recipients))
        sends = Send.objects.filter(team=self.template.team_id)
        free = references.free(sends, asked, among=count)[0]
        is_made_anew = free.startswith(references.PREFIX) and free != asked
        return f"{references.PREFIX}…" if is_made_anew else free

    @property
    def is_reference_taken(self) -> bool:
        """Whether another send has the person's own reference already."""
        asked = self.form.asked_reference
        is_own = asked and not asked.startswith(references.PREFIX)
        return bool(is_own) and len(self.recipients) < 2 and self.reference != asked

    @property
    def doubt(self) -> str:
        """What is odd about a phone number that can be sent to all the same."""
        return self.form.number.doubt if self.form.number else ""

    @property
    def has_moved_on(self) -> bool:
        """Whether somebody changed the draft since the person looked at it, and published it maybe,
        so that it is a version by now."""
        looked_at_draft = not self.source.version or self.form.data.get("source") == DRAFT
        if self.seen_revision is None or not looked_at_draft:
            return False
        return self.seen_revision != self.template.revision

    @property
    def may_send(self) -> bool:
        return self.form.is_valid() and not self.errors and not self.has_moved_on

    @cached_property
    def recipients(self) -> list[str]:
        """The numbers that it goes to, so far as they can be read."""
        return self.form.recipients

    @cached_property
    def saved_numbers(self) -> list[TestNumber]:
        """Those with a name first, among each other those that were used last."""
        return list(_saved(self.template).named_first()[:OFFERED_NUMBERS])

    @property
    def ticks(self) -> list[tuple[str, list[tuple[TestNumber, bool]]]]:
        """The numbers that can be ticked, and whether each is, under a heading: those that somebody
        saved, and those that were only sent to."""
        ticked = self.form.ticked
        all_of_them = [(saved, str(saved.pk) in ticked) for saved in self.saved_numbers]
        named = [one for one in all_of_them if one[0].name]
        return [("Test numbers", named), ("Used lately", all_of_them[len(named) :])]

    @property
    def letter(self) -> Letter:
        """What to queue, of a panel that may be sent."""
        data: dict[str, Any] = self.form.cleaned_data
        return Letter(
            template=self.template,
            version=self.source.version,
            message=self.message,
            connection=data["connection"],
            to=self.recipients[0],
            reference=data["reference"],
        )


def _choose(template: MessageTemplate, asked: str) -> tuple[Source, list[Source]]:
    """The source that is asked for, else the draft; and all that can be chosen from.

    A draft that says the same as the newest version is that version.
    """
    newest = template.published
    draft, version = Source(template, None), Source(template, newest)
    if newest is None:
        sources = [draft]
    elif newest.content == template.content.settled():
        sources = [version]
    else:
        sources = [draft, version]
    older = template.versions.filter(number=asked[1:]) if _is_version(asked) else None
    if older is not None and asked not in [source.value for source in sources]:
        sources += [Source(template, found) for found in older]
    return next((source for source in sources if source.value == asked), sources[0]), sources


def _is_version(asked: str) -> bool:
    return asked[:1] == "v" and asked[1:].isascii() and asked[1:].isdigit() and len(asked) < 8


def _form(
    source: Source,
    offered: ConnectionQuerySet,
    data: QueryDict | None = None,
    initial: dict[str, Any] | None = None,
) -> SendForm:
    content = source.content
    samples = {name: content.samples.get(name, "") for name in content.variables}
    return SendForm(
        data,
        initial=initial,
        connections=offered,
        saved=_saved(source.template),
        variables=samples,
    )


def _saved(template: MessageTemplate) -> TestNumberQuerySet:
    return TestNumber.objects.filter(team=template.team_id)


def _offered(template: MessageTemplate) -> ConnectionQuerySet:
    return Connection.objects.filter(team=template.team_id).offered().without_secrets()


def _ready(template: MessageTemplate, connection: Connection | None) -> str:
    """A number to begin with, for whoever has none yet and needs no real one."""
    needs_one = connection and connection.is_sandbox and not _saved(template).exists()
    return READY_NUMBER if needs_one else ""


def _first_choice(offered: ConnectionQuerySet, wanted: list[str]) -> Connection | None:
    """The first that is wanted by its id, else the sandbox, else any."""
    rank = {pk: position for position, pk in enumerate(wanted)}
    return min(
        offered,
        key=lambda one: (rank.get(str(one.pk), len(wanted)), not one.is_sandbox),
        default=None,
    )
