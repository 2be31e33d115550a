"""The library's list: what the address asks for, and the templates that answer it, in order."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower

from designer.teams.models import Team

from .content import MAX_NAME
from .models import MessageTemplate, TemplateQuerySet, Version

KINDS = {"list": "Lists", "button": "Buttons"}
STATES = {
    "published": "Published",
    "changed": "Changed since published",
    "draft": "Not published yet",
    "errors": "With errors",
}
SORTS = {"changed": "Last changed", "name": "Name"}
USUAL_SORT = "changed"

_VERSIONS = Version.objects.filter(template=OuterRef("pk"))
_PUBLISHED = Exists(_VERSIONS)
_AS_PUBLISHED = Exists(
    _VERSIONS.filter(number=OuterRef("newest_version"), document=OuterRef("draft"))
)


@dataclass(frozen=True)
class Filter:
    """What the address asks for; what it doesn't make sense of is left out."""

    q: str = ""
    kind: str = ""
    state: str = ""
    sort: str = USUAL_SORT

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Self:
        kind, state, sort = (asked.get(name, "") for name in ("kind", "state", "sort"))
        return cls(
            q=asked.get("q", "").strip(),
            kind=kind if kind in KINDS else "",
            state=state if state in STATES else "",
            sort=sort if sort in SORTS else USUAL_SORT,
        )

    @property
    def narrows(self) -> bool:
        """Whether it leaves something out, besides what is searched for."""
        return bool(self.kind or self.state)

    @property
    def query(self) -> str:
        """What differs from the usual, for an address; "" if nothing does."""
        usual = asdict(Filter())
        return urlencode(
            {name: value for name, value in asdict(self).items() if value != usual[name]}
        )

    @property
    def unfiltered(self) -> str:
        """The query of the same search without the filters."""
        return Filter(q=self.q, sort=self.sort).query

    def rows(self, team: Team) -> TemplateQuerySet:
        """The templates, each with `newest_version` and `is_as_published`, whether its draft still
        is that version."""
        rows = MessageTemplate.objects.filter(team=team).search(self.q).with_newest_version()
        rows = self._narrowed(rows.annotate(is_as_published=_AS_PUBLISHED))
        if self.sort == "name":
            return rows.order_by(Lower("name"), "pk")
        return rows.order_by("-updated_at", "-pk")

    def _narrowed(self, rows: TemplateQuerySet) -> TemplateQuerySet:
        if self.kind:
            rows = rows.filter(kind=self.kind)
        match self.state:
            case "published":
                return rows.filter(_PUBLISHED)
            case "changed":
                return rows.filter(_PUBLISHED, ~_AS_PUBLISHED)
            case "draft":
                return rows.filter(~_PUBLISHED)
            case "errors":
                return rows.filter(errors__gt=0)
        return rows


def free_name(team: Team, name: str) -> str:
    """The name, or with the first number after it that no template of the team has: a filter that
    lists templates by name must not list the same one many times.

    It is at most MAX_NAME characters long; what is cut off is of the name.
    """
    taken = set(team.templates.values_list("name", flat=True))
    number, free = 1, name[:MAX_NAME]
    while free in taken:
        number += 1
        free = f"{name[: MAX_NAME - len(str(number)) - 1]} {number}"
    return free


def copy_name(team: Team, name: str, mark: str = " (copy)") -> str:
    """A free name for a copy of the template of that name, which is shortened to hold the mark."""
    return free_name(team, name[: MAX_NAME - len(mark)] + mark)
