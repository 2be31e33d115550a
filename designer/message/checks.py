"""What is wrong with a message, as data: errors, warnings, advice.

An error breaks the API's contract, a warning is what WhatsApp itself refuses or shows badly, an
advice is what the API's guide or experience suggests. A problem's rule is a stable id, by which a
team may put advice away:

error    required, too-long, too-few, too-many, duplicate-id, control-character, lone-surrogate,
         bad-link
warning  blank, total-rows, section-title-needed, outer-spaces, duplicate-title (buttons),
         utf16-length, maybe-too-long, http-link, not-a-variable
advice   few-choices, vague-id, short-body, many-emoji, button-emoji, vague-call,
         duplicate-title (rows), literal-marks, line-break, link-extension, filename-extension,
         no-sample
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from designer.message.emoji import count_emoji
from designer.message.ids import slug
from designer.message.labels import label_for
from designer.message.limits import LIMITS, WHATSAPP_ROWS, length, limit_for, utf16_length
from designer.message.markup import has_marks
from designer.message.schema import ListMessage, Message, fields
from designer.message.variables import VARIABLE, fill_text, names_in

Level = Literal["error", "warning", "advice"]
LEVELS: tuple[Level, ...] = ("error", "warning", "advice")

# The parts of fields' paths, as they stand on the page from top to bottom.
_READING_ORDER = (
    *("header", "text", "link", "filename", "body", "footer", "button", "buttons", "sections"),
    *("title", "rows", "description", "id", "reference"),
)

_VISIBLE = re.compile(r"[^\s\u200b-\u200f\u2060\ufeff]")
_UNSENDABLE = re.compile(r"(?P<control>[\x00-\x09\x0b-\x1f\x7f-\x9f])|[\ud800-\udfff]")
# Closed, closed by one brace, or not at all. Unclosed braces with no word after them are just that.
_LOOKS_LIKE_VARIABLE = re.compile(r"\{\{(?:[^{}\n]{0,60}\}\}|(?=\s?\w)[^{}\n]{1,60}\}|\w{1,60})")
_VAGUE_ID = re.compile(
    r"(?:row|option|opt|button|btn|item|choice|answer|reply|id)?[_ -]?[0-9]*|.", re.IGNORECASE
)
_VAGUE_CALLS = {
    *("click", "click here", "click me", "tap", "tap here", "tap me", "press", "press here"),
    *("here", "button", "list", "open", "open list", "go", "ok", "submit"),
}
# Below this many characters a body hardly says what the choice is about.
_SHORT_BODY = 10
_MOST_EMOJI_IN_BODY = 5
_MOST_EMOJI_ELSEWHERE = 2
# A text this long has other problems than its marks.
_FAR_OVER_LIMITS = 1000

# What WhatsApp takes as a header's file. Source: its Media page.
EXTENSIONS = {
    "image": (".jpg", ".jpeg", ".png"),
    "video": (".mp4", ".3gp"),
    "document": (".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".txt"),
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, in words that begin with the label of the field."""

    field: str
    """The field's path, as `sections.0.rows.1.title`, or a group's, as `sections` or `buttons`, or
    a sample's, as `samples.name`."""
    level: Level
    rule: str
    text: str
    label: str

    @property
    def is_open(self) -> bool:
        """Whether something is only still to be filled in, and nothing is wrong yet."""
        return self.rule == "required"

    @property
    def look(self) -> str:
        """How a page shows it: "open", or else its level."""
        return "open" if self.is_open else self.level

    @property
    def detail(self) -> str:
        """The text without its label, for a page that shows the label apart."""
        return self.text.removeprefix(self.label).lstrip()


@dataclass(frozen=True)
class _Field:
    """A text of the message, as typed and as its samples fill it."""

    path: str
    typed: str
    text: str
    values: Mapping[str, str]

    @cached_property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    @cached_property
    def is_blank(self) -> bool:
        return not _VISIBLE.search(self.text)

    @property
    def filled_in(self) -> str:
        """Which values made the text what it is, as part of a sentence; "" if none did."""
        return _filled_in(self.typed, self.values)

    def problem(self, level: Level, rule: str, detail: str) -> Problem:
        return _problem(self.path, level, rule, detail)


def check(
    message: Message,
    samples: Mapping[str, str] | None = None,
    longest: Mapping[str, str] | None = None,
) -> list[Problem]:
    """Everything that is wrong, in reading order, nothing twice.

    `samples` fills the variables first, as `variables.fill` does; None: there are none to be had,
    and that one is missing is no problem. `longest` holds the longest value
    that a variable may take, where that is known: what goes over a limit only then is a warning.
    """
    values = samples or {}
    found = [
        _Field(path, typed, fill_text(typed, values), values) for path, typed in fields(message)
    ]
    problems = [*_counts(message), *_duplicates(found), *_header_file(message, found)]
    for field in found:
        problems += _text_problems(field, message.kind, longest or {})
        problems += _advice_on_text(field)
    problems += _advice_on_choices(message, found)
    if samples is not None:
        problems += _missing_samples(found, samples)
    return sorted(problems, key=_reading_order)


def check_reference(text: str) -> list[Problem]:
    """What is wrong with a send's reference, the caller's own tracking id. Optional, so "" is fine.

    Source: the contract, at most 100 characters.
    """
    return list(_text_problems(_Field("reference", text, text, {}), "list", {}))


def _reading_order(problem: Problem) -> tuple[list[int], int]:
    if problem.field.startswith("samples."):
        return [len(_READING_ORDER)], LEVELS.index(problem.level)
    path = [
        int(part) if part.isdecimal() else _READING_ORDER.index(part)
        for part in problem.field.split(".")
    ]
    return path, LEVELS.index(problem.level)


def _problem(path: str, level: Level, rule: str, detail: str) -> Problem:
    label = label_for(path)
    return Problem(path, level, rule, f"{label} {detail}", label)


def _quote(text: str) -> str:
    """A text as a sentence may show it: short, on one line, encodable."""
    text = _UNSENDABLE.sub("\ufffd", text[:61]).replace("\n", " ")
    return f"“{text}”" if len(text) <= 60 else f"“{text[:59]}…”"


def _filled_in(typed: str, values: Mapping[str, str]) -> str:
    """The values as part of a sentence, three of them at most; "" if the text has none."""
    names = [name for name in names_in(typed) if name in values]
    if not names:
        return ""
    shown = [f"{{{{{name}}}}} filled in as {_quote(values[name])}" for name in names[:3]]
    if len(names) > 3:
        shown.append(f"{len(names) - 3} more")
    return f" with {' and '.join(shown)}"


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count} characters"


# --- each text by itself


def _text_problems(field: _Field, kind: str, longest: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with one text, whatever the others are."""
    limit = limit_for(field.path, kind)
    if field.is_blank:
        if limit and limit.required:
            what = "holds nothing that shows" if field.text else "is empty"
            yield field.problem("error", "required", f"{what}{field.filled_in}. Fill it in.")
        elif field.text and field.name != "link":
            detail = f"holds only spaces{field.filled_in}. Write something or empty it."
            yield field.problem("warning", "blank", detail)
    if not field.typed:
        return
    yield from _unsendable(field)
    if limit:
        yield from _length_problems(field, limit.most, longest)
    if field.name == "id" and not field.is_blank and field.text != field.text.strip(" "):
        detail = "begins or ends with a space, which WhatsApp refuses. Take the space away."
        yield field.problem("warning", "outer-spaces", detail)
    yield from _broken_variables(field)


def _unsendable(field: _Field) -> Iterator[Problem]:
    """The first control character and the first lone surrogate."""
    told = set()
    for found in _UNSENDABLE.finditer(field.text):
        rule = "control-character" if found["control"] else "lone-surrogate"
        if rule in told:
            continue
        told.add(rule)
        place = f"at character {found.start() + 1}{field.filled_in}"
        if rule == "lone-surrogate":
            detail = f"has a broken character {place}, half an emoji perhaps. Type it again."
        elif found[0] == "\t":
            detail = f"has a tab {place}. Put a space there."
        else:
            detail = (
                f"has an invisible control character (U+{ord(found[0]):04X}) {place}. Delete it."
            )
        yield field.problem("error", rule, detail)
        if len(told) == 2:
            return


def _length_problems(field: _Field, most: int, longest: Mapping[str, str]) -> Iterator[Problem]:
    count = length(field.text)
    if count > most:
        shorter = " or use shorter values" if field.filled_in else ""
        detail = (
            f"is {_characters(count)}{field.filled_in}; the limit is {most}. "
            f"Take away {count - most}{shorter}."
        )
        yield field.problem("error", "too-long", detail)
        return
    if (units := utf16_length(field.text)) > most:
        detail = (
            f"is {_characters(count)}, but some gateways count emoji double and get {units}; "
            f"the limit is {most}. Take away {units - most} to be safe."
        )
        yield field.problem("warning", "utf16-length", detail)
    values = {**field.values, **longest}
    if longest and (count := length(fill_text(field.typed, values))) > most:
        detail = (
            f"can grow to {_characters(count)}{_filled_in(field.typed, values)}; "
            f"the limit is {most}. Leave room for {count - most} more."
        )
        yield field.problem("warning", "maybe-too-long", detail)


def _broken_variables(field: _Field) -> Iterator[Problem]:
    if "{{" not in field.typed:
        return
    looks = dict.fromkeys(_LOOKS_LIKE_VARIABLE.findall(field.typed))
    broken = [each for each in looks if not VARIABLE.fullmatch(each)]
    if not broken:
        return
    shown = " and ".join(_quote(each) for each in broken[:2])
    more = f" and {len(broken) - 2} more" if broken[2:] else ""
    rule = "a variable's name has only letters A to Z, digits and underscores"
    if not broken[0].endswith("}}"):
        rule = "a variable ends with two braces"
    name = broken[0].strip("{}")
    meant = name if VARIABLE.fullmatch(f"{{{{{name}}}}}") else slug(name) or "name"
    detail = f"would show {shown}{more} as it stands: {rule}. Write {{{{{meant}}}}}."
    yield field.problem("warning", "not-a-variable", detail)


def _advice_on_text(field: _Field) -> Iterator[Problem]:
    if not field.text:
        return
    if field.name not in ("body", "link") and "\n" in field.text:
        detail = (
            "has a line break, which WhatsApp shows for certain only in the body. Use one line."
        )
        yield field.problem("advice", "line-break", detail)
    if field.name in ("id", "link", "filename"):
        return
    if field.name != "body" and has_marks(field.text[:_FAR_OVER_LIMITS]):
        detail = (
            "shows its formatting marks as typed: WhatsApp formats only the body. Leave them out."
        )
        yield field.problem("advice", "literal-marks", detail)
    most = _MOST_EMOJI_IN_BODY if field.name == "body" else _MOST_EMOJI_ELSEWHERE
    if (count := count_emoji(field.text)) > most:
        yield field.problem("advice", "many-emoji", f"has {count} emoji. Up to {most} read better.")
    if field.name == "body" and 0 < (count := length(field.text.strip())) < _SHORT_BODY:
        detail = f"is only {_characters(count)}. Say what the choice is about before the choices."
        yield field.problem("advice", "short-body", detail)
    if field.path == "button" and field.text.casefold().strip(" .!>→") in _VAGUE_CALLS:
        detail = (
            f"says {_quote(field.text)}. Say what opens, as “View catalog” or “Select time” do."
        )
        yield field.problem("advice", "vague-call", detail)


# --- sections, rows and buttons


def _counts(message: Message) -> Iterator[Problem]:
    """Too few or too many sections, rows or buttons."""
    if not isinstance(message, ListMessage):
        yield from _count("buttons", len(message.buttons), message.kind)
        return
    yield from _count("sections", len(message.sections), message.kind)
    counts = [len(section.rows) for section in message.sections]
    for s, count in enumerate(counts):
        yield from _count(f"sections.{s}.rows", count, message.kind)
    # It is not said a second time of rows that a section has to lose anyway.
    most = limit_for("sections.0.rows", message.kind)
    kept = sum(min(count, most.most) if most else count for count in counts)
    if kept > WHATSAPP_ROWS.most:
        total = sum(counts)
        detail = (
            f"have {total} rows in all; WhatsApp rejects a list with more than "
            f"{WHATSAPP_ROWS.most}. Take away {total - WHATSAPP_ROWS.most}."
        )
        yield _problem("sections", "warning", "total-rows", detail)
    if len(message.sections) > 1:
        for s, section in enumerate(message.sections):
            if not section.title:
                detail = "is empty. With more than one section, WhatsApp needs a title on each."
                yield _problem(f"sections.{s}.title", "warning", "section-title-needed", detail)


def _count(path: str, count: int, kind: str) -> Iterator[Problem]:
    limit = limit_for(path, kind)
    if not limit:
        return
    if count < limit.least:
        yield _problem(path, "error", "too-few", f"are missing. Add at least {limit.least}.")
    elif count > limit.most:
        way_out = ", or make it a list" if path == "buttons" else ""
        detail = f"are {count}; the limit is {limit.most}. Take away {count - limit.most}{way_out}."
        yield _problem(path, "error", "too-many", detail)


def _duplicates(found: list[_Field]) -> Iterator[Problem]:
    """Ids and titles that were there before, each with the place of the first."""
    first: dict[tuple[str, str], _Field] = {}
    for field in found:
        is_button = field.path.startswith("buttons.")
        is_choice = is_button or ".rows." in field.path
        if not is_choice or field.name not in ("id", "title") or field.is_blank:
            continue
        before = first.setdefault((field.name, field.text), field)
        if before is field:
            continue
        detail = f"is the same as {label_for(before.path)}: {_quote(field.text)}{field.filled_in}. "
        if field.name == "id":
            detail += "A reply could not tell them apart: change one."
            yield field.problem("error", "duplicate-id", detail)
        elif is_button:
            detail += "WhatsApp refuses two buttons with one title: change one."
            yield field.problem("warning", "duplicate-title", detail)
        else:
            yield field.problem("advice", "duplicate-title", detail + "Customers may mix them up.")


def _advice_on_choices(message: Message, found: list[_Field]) -> Iterator[Problem]:
    yield from _vague_ids(found)
    if isinstance(message, ListMessage):
        yield from _few_choices(message)
        return
    with_emoji = [f for f in found if f.path.endswith(".title") and count_emoji(f.text)]
    if with_emoji:
        others = f" and {len(with_emoji) - 1} more have" if with_emoji[1:] else " has"
        subject = f"{others} emoji; some gateways refuse them on buttons."
        detail = subject.lstrip() + " Leave them out if a send fails."
        yield with_emoji[0].problem("advice", "button-emoji", detail)


def _few_choices(message: ListMessage) -> Iterator[Problem]:
    """Source: the API's guide, buttons for 1 to 3 simple choices that are visible at once."""
    rows = [row for section in message.sections for row in section.rows]
    buttons = LIMITS["button"]
    most, longest = buttons["buttons"].most, buttons["buttons.*.title"].most
    if len(message.sections) != 1 or not 0 < len(rows) <= most:
        return
    if all(0 < length(row.title) <= longest and not row.description for row in rows):
        choices = "one simple choice" if len(rows) == 1 else f"only {len(rows)} simple choices"
        detail = f"hold {choices}. Reply buttons show up to {most} without a list to open."
        yield _problem("sections", "advice", "few-choices", detail)


def _vague_ids(found: list[_Field]) -> Iterator[Problem]:
    """Ids that say nothing, where the title would give one that does."""
    titles = {f.path.removesuffix(".title"): f.text for f in found if f.name == "title"}
    for field in found:
        if field.name != "id" or field.is_blank or not _VAGUE_ID.fullmatch(field.text):
            continue
        better = slug(titles[field.path.removesuffix(".id")][:60])
        if better and not _VAGUE_ID.fullmatch(better):
            detail = f"{_quote(field.text)} won't tell you what was chosen. Try {_quote(better)}."
            yield field.problem("advice", "vague-id", detail)


def _missing_samples(found: list[_Field], samples: Mapping[str, str]) -> Iterator[Problem]:
    """The first variable that the preview can't fill in, and how many more there are."""
    names = dict.fromkeys(name for field in found for name in names_in(field.typed))
    missing = [name for name in names if name not in samples]
    if not missing:
        return
    detail = "has no sample yet: the preview shows it as it is."
    if missing[1:]:
        detail = (
            f"and {len(missing) - 1} more have no sample yet: the preview shows them as they are."
        )
    yield _problem(f"samples.{missing[0]}", "advice", "no-sample", detail)


# --- the header's file


def _header_file(message: Message, found: list[_Field]) -> Iterator[Problem]:
    """What is wrong with a media header's link and a document's file name."""
    if isinstance(message, ListMessage) or not message.header or message.header.type == "text":
        return
    by_name = {field.path: field for field in found}
    link = by_name["header.link"]
    if link.is_blank:
        detail = f"is empty. Give the https address of the {message.header.noun}."
        yield link.problem("error", "required", detail)
    elif not VARIABLE.search(link.text) and not _UNSENDABLE.search(link.text):
        yield from _link_problems(link, message.header.type)
    name = by_name.get("header.filename")
    if name and not name.is_blank and (detail := _wrong_ending(name.text, link.text)):
        yield name.problem("advice", "filename-extension", detail)


def _wrong_ending(name: str, link: str) -> str:
    """What is wrong with the end of a document's file name; "" if nothing is."""
    ending = PurePosixPath(name).suffix.lower()
    address = _address(link)
    real = PurePosixPath(address.path).suffix.lower() if address else ""
    if not ending:
        return "has no extension, such as .pdf, by which WhatsApp picks the icon. Add it."
    if real in EXTENSIONS["document"] and ending != real:
        return f"ends in {ending}, but the link leads to a {real} file. Let both end alike."
    if ending not in EXTENSIONS["document"] and not VARIABLE.search(name):
        *most, last = EXTENSIONS["document"]
        return f"doesn't end in {', '.join(most)} or {last}, by which WhatsApp picks the icon."
    return ""


def _link_problems(link: _Field, kind: str) -> Iterator[Problem]:
    address = _address(link.text)
    if not address:
        if re.search(r"\s", link.text):
            detail = f"has a space or line break in it{link.filled_in}. Take it out."
        else:
            detail = (
                f"is no web address{link.filled_in}. Give one like https://example.com/file"
                f"{EXTENSIONS[kind][0]}."
            )
        yield link.problem("error", "bad-link", detail)
        return
    if address.scheme == "http":
        detail = "begins with http:. WhatsApp fetches files over https: use an https address."
        yield link.problem("warning", "http-link", detail)
    if not address.path.lower().endswith(EXTENSIONS[kind]):
        *most, last = EXTENSIONS[kind]
        detail = f"doesn't end in {', '.join(most)} or {last}. Check that it is such a file."
        yield link.problem("advice", "link-extension", detail)


def _address(link: str) -> SplitResult | None:
    """The parts of an http or https address; None for anything else."""
    if re.search(r"\s", link):
        return None
    try:
        address = urlsplit(link)
        has_host = bool(address.hostname) and (address.port is None or address.port > 0)
    except ValueError:
        return None
    return address if has_host and address.scheme in ("http", "https") else None
