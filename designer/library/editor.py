"""What the editor's page shows: each input with its value, its counter and its problems."""

import collections
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil
from typing import Any

from designer.message import limits, schema, variables
from designer.message.checks import LEVELS, Problem
from designer.message.labels import label_for
from designer.message.schema import ButtonMessage, Header, ListMessage

from .content import MAX_NAME, Content
from .models import MessageTemplate

# Of a draft with more variables these have inputs; no message that can be sent has so many.
MOST_VARIABLES = 500
NEAR = 0.9  # a counter turns amber from here on


@dataclass(frozen=True)
class Counter:
    """How many characters of how many; `level` is "", "near" or "over".

    `up_to` is the count with the longest values of the text's variables, where that is more.
    """

    count: int
    most: int
    up_to: int = 0

    @property
    def words(self) -> str:
        return f"{self.count}, up to {self.up_to}" if self.up_to else str(self.count)

    @property
    def near(self) -> int:
        """From how many characters on it is nearly full."""
        return ceil(NEAR * self.most)

    @property
    def level(self) -> str:
        if self.count > self.most:
            return "over"
        return "near" if self.count >= self.near else ""


@dataclass(frozen=True)
class Input:
    """One text input: `path` is its name and, after `id_`, its id."""

    path: str
    label: str
    value: str
    counter: Counter | None
    required: bool
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_bad(self) -> bool:
        """Whether something in it is wrong; one that is still to be filled in is not."""
        return any(problem.look == "error" for problem in self.problems)


@dataclass(frozen=True)
class OptionInputs:
    """A row or a reply button; `index` is what its operations are named with: "0.1", or "2"."""

    path: str
    title: Input
    description: Input | None
    id: Input

    @property
    def index(self) -> str:
        return ".".join(part for part in self.path.split(".") if part.isdecimal())

    @property
    def number(self) -> str:
        return str(int(self.path.rpartition(".")[2]) + 1)


@dataclass(frozen=True)
class SectionInputs:
    index: str
    title: Input
    rows: list[OptionInputs]
    problems: list[Problem]

    @property
    def number(self) -> str:
        return str(int(self.index) + 1)


class EditorForm:
    """The whole form of a draft, for the template to walk through."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.message = content.message
        self.problems = content.problems()
        self._by_field: dict[str, list[Problem]] = collections.defaultdict(list)
        for problem in self.problems:
            self._by_field[problem.field].append(problem)

    @cached_property
    def by_gravity(self) -> list[Problem]:
        """Errors first, then warnings, then advice; among each other as on the page."""
        return sorted(self.problems, key=lambda problem: LEVELS.index(problem.level))

    @property
    def most_options(self) -> int:
        """How many rows a section, or buttons the message, may have."""
        parts = "sections.*.rows" if isinstance(self.message, ListMessage) else "buttons"
        return limits.LIMITS[self.message.kind][parts].most

    @cached_property
    def tally(self) -> str:
        """How many of each there are: "2 errors, 1 warning, 3 to fill in"; "" for advice alone."""
        counts = collections.Counter(problem.look for problem in self.problems)
        parts = [
            f"{counts[level]} {level}{'s' if counts[level] > 1 else ''}"
            for level in LEVELS[:2]
            if counts[level]
        ]
        if counts["open"]:
            parts.append(f"{counts['open']} to fill in")
        return ", ".join(parts)

    @property
    def errors(self) -> list[Problem]:
        """What keeps it from being published, in reading order."""
        return [problem for problem in self.problems if problem.level == "error"]

    @property
    def refusal(self) -> str:
        """Why it can't be published, in words."""
        count = "1 problem" if len(self.errors) == 1 else f"{len(self.errors)} problems"
        return f"Not published: {count} to mend first."

    def input(self, path: str, value: str) -> Input:
        limit = limits.limit_for(path, self.message.kind)
        return Input(
            path=path,
            label=label_for(path),
            value=value,
            counter=self._counter(value, limit.most) if limit else None,
            # A media header's link has no limit, but no header does without it.
            required=limit.required if limit else path == "header.link",
            problems=self._by_field.get(path, []),
        )

    def _counter(self, value: str, most: int) -> Counter:
        samples, longest = self.content.samples, self.content.longest
        count = limits.length(variables.fill_text(value, samples))
        up_to = limits.length(variables.fill_text(value, samples | longest)) if longest else 0
        return Counter(count, most, up_to if up_to > count else 0)

    @property
    def header(self) -> Input:
        """A list's header."""
        assert isinstance(self.message, ListMessage)
        return self.input("header", self.message.header)

    @property
    def header_type(self) -> str:
        header = self._header
        return header.type if header else ""

    @property
    def header_text(self) -> Input:
        return self._header_input("text")

    @property
    def header_link(self) -> Input:
        return self._header_input("link")

    @property
    def header_filename(self) -> Input:
        return self._header_input("filename")

    @property
    def _header(self) -> Header | None:
        return self.message.header if isinstance(self.message, ButtonMessage) else None

    def _header_input(self, name: str) -> Input:
        kept = self.content.set_aside.get("header", {})
        value = getattr(self._header, name) if self._header else kept.get(name, "")
        return self.input(f"header.{name}", value)

    @property
    def body(self) -> Input:
        return self.input("body", self.message.body)

    @property
    def footer(self) -> Input:
        return self.input("footer", self.message.footer)

    @property
    def button(self) -> Input:
        assert isinstance(self.message, ListMessage)
        return self.input("button", self.message.button)

    @property
    def sections(self) -> list[SectionInputs]:
        assert isinstance(self.message, ListMessage)
        return [
            SectionInputs(
                index=str(s),
                title=self.input(f"sections.{s}.title", section.title),
                rows=[
                    self._option(f"sections.{s}.rows.{r}", row)
                    for r, row in enumerate(section.rows)
                ],
                problems=self._by_field.get(f"sections.{s}.rows", []),
            )
            for s, section in enumerate(self.message.sections)
        ]

    @property
    def buttons(self) -> list[OptionInputs]:
        assert isinstance(self.message, ButtonMessage)
        return [
            self._option(f"buttons.{b}", button) for b, button in enumerate(self.message.buttons)
        ]

    @property
    def group_problems(self) -> list[Problem]:
        """What is wrong with the sections, or the buttons, as a whole: how many there are."""
        return self._by_field.get("sections", []) + self._by_field.get("buttons", [])

    def _option(self, path: str, option: schema.Row | schema.Button) -> OptionInputs:
        description = None
        if isinstance(option, schema.Row):
            description = self.input(f"{path}.description", option.description)
        return OptionInputs(
            path=path,
            title=self.input(f"{path}.title", option.title),
            description=description,
            id=self.input(f"{path}.id", option.id),
        )

    @property
    def variables(self) -> list[dict[str, str]]:
        return [
            {
                "name": name,
                "sample": self.content.samples.get(name, ""),
                "longest": self.content.longest.get(name, ""),
            }
            for name in self.content.variables[:MOST_VARIABLES]
        ]

    @property
    def more_variables(self) -> int:
        """How many have no input of their own."""
        return max(len(self.content.variables) - MOST_VARIABLES, 0)

    @property
    def counts(self) -> dict[str, tuple[int, str]]:
        """The counters that only the server knows, since a variable is filled in: how many
        characters, and the same in words."""
        counts = {}
        for path, value in schema.fields(self.message):
            if "{{" in value and (counter := self.input(path, value).counter):
                counts[path] = (counter.count, counter.words)
        return counts

    @property
    def followed_ids(self) -> dict[str, str]:
        """The ids that follow their titles: the page shows them in inputs that nobody typed in."""
        options = schema.options(self.message)
        return {f"{path}.id": option.id for path, option in options.items() if option.fresh}


def context(template: MessageTemplate, content: Content, *, tab: str = "") -> dict[str, Any]:
    """What the editor's templates need, whole page and fragment alike."""
    newest = template.published
    oldest, latest = template.history
    form = EditorForm(content)
    next_version = newest.number + 1 if newest else 1
    # What the page's script takes over after a keystroke, into places that no answer swaps.
    state = {
        "counts": form.counts,
        "ids": form.followed_ids,
        "can_undo": template.step > oldest,
        "can_redo": template.step < latest,
        "next_version": next_version,
        "is_changed": newest is not None and not newest.holds(content),
        "refusal": form.refusal if form.errors else "",
        "first_error": form.errors[0].field if form.errors else "",
    }
    return {
        "template": template,
        "content": content,
        "form": form,
        "tab": tab or secrets.token_hex(8),
        "published": newest,
        "state": state,
        "most_name": MAX_NAME,
    }
