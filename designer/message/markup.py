"""WhatsApp's text as HTML that is safe to put in a page.

What formats and what stays literal follows WhatsApp's own FAQ and the rules of the mautrix
bridge. An inline mark opens at the line's start or after white space, punctuation or another
mark, closes where no letter or digit follows, has no white space just inside, and stands alone:
two of the same are literal. Inline marks end with their line; ``` may span lines, and nothing
inside it is formatted.

The text is escaped first and the tags are added after. Each step looks at a character a bounded
number of times, so the time is linear in the text's length.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from designer.message.schema import unify_newlines

# No page can carry these: surrogates do not encode, control characters do not show.
_UNSHOWABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_FENCE = "```"
# In text that is escaped already, as everything below.
_LINE = re.compile(r"(?:(?P<bullet>[*-])|(?P<number>[0-9]{1,9})\.|(?P<quote>&gt;)) (?=.*\S)")
# A link ends at white space, < > or a quote, and not with punctuation or a mark.
_LINK = (
    r"(?<![^\W_])(?:https?://|www\.)[^\s&`]+(?:&(?!lt;|gt;|quot;|#x27;)[^\s&`]*)*"
    r"(?<![.,;:!?)\]}*_~])"
)
_TOKEN = re.compile(rf"[*_~]+|`+|(?P<link>{_LINK})", re.IGNORECASE)
_TAGS = {"*": "strong", "_": "em", "~": "s"}
# Between two words three kinds of mark may close and three open; a longer run is no mark.
_LONGEST_RUN = 6


def to_html(text: str) -> str:
    """A body as WhatsApp shows it, in strong, em, s, code, pre, ul, ol, li, blockquote, span, br.

    Bare addresses are in `<span class="wa-link">`. Lone surrogates and control characters come out
    as U+FFFD, so the result always encodes.
    """
    return "".join(_blocks(_fenced(_escape(text))))


def plain_to_html(text: str, *, links: bool = False) -> str:
    """A header, footer, title or description: marks literal, line breaks as `<br>`.

    `links` shows addresses as links, as WhatsApp does in a footer.
    """
    safe = _escape(text)
    if links:
        safe = _TOKEN.sub(lambda found: _link(found[0]) if found["link"] else found[0], safe)
    return safe.replace("\n", "<br>")


def has_marks(text: str) -> bool:
    """Whether a body with this text would have something bold, italic, struck or in mono."""
    if not any(mark in text for mark in "*_~`"):
        return False
    shown = to_html(text)
    return any(f"<{tag}>" in shown for tag in ("strong", "em", "s", "code"))


def _escape(text: str) -> str:
    return html.escape(_UNSHOWABLE.sub("\ufffd", unify_newlines(text)))


def _link(address: str) -> str:
    return f'<span class="wa-link">{address}</span>'


def _fenced(text: str) -> list[tuple[bool, str]]:
    """The text cut at its ``` marks into (is code, part)."""
    parts: list[tuple[bool, str]] = []
    literal: list[str] = []
    between = text.split(_FENCE)
    at = 0
    while at < len(between):
        literal.append(between[at])
        has_end = at + 2 < len(between)
        if has_end and between[at + 1].strip():
            parts += [(False, _FENCE.join(literal)), (True, between[at + 1])]
            literal = []
            at += 2
        else:
            at += 1
    parts.append((False, _FENCE.join(literal)))
    return parts


def _blocks(parts: list[tuple[bool, str]]) -> Iterator[str]:
    """Each part as HTML. A block ends its line by itself, so it takes a newline beside it."""
    for at, (is_code, part) in enumerate(parts):
        if is_code:
            yield f"<pre><code>{part.strip(chr(10))}</code></pre>"
            continue
        is_last = at == len(parts) - 1
        if at > 0:
            part = part.removeprefix("\n")
        if not is_last:
            part = part.removesuffix("\n")
        if part:
            yield from _lines(part.split("\n"), is_last=is_last)


def _lines(lines: list[str], *, is_last: bool) -> Iterator[str]:
    groups = [(kind, list(group)) for kind, group in groupby(lines, key=_line_kind)]
    for at, (kind, group) in enumerate(groups):
        if kind == "bullet":
            yield f"<ul>{''.join(f'<li>{_inline(line[2:])}</li>' for line in group)}</ul>"
        elif kind == "number":
            yield _numbered(group)
        elif kind == "quote":
            quoted = (_inline(line.removeprefix("&gt; ")) for line in group)
            yield f"<blockquote>{'<br>'.join(quoted)}</blockquote>"
        else:
            yield "<br>".join(_inline(line) for line in group)
            # A browser drops the last break before a block: an empty line there needs its own.
            if not group[-1].strip() and not (is_last and at == len(groups) - 1):
                yield "<br>"


def _line_kind(line: str) -> str:
    found = _LINE.match(line)
    if not found or not found.lastgroup:
        return ""
    # `* My Name*` is a bold that went wrong, not a bullet.
    if line[0] == "*" and line.endswith("*") and line.count("*") % 2 == 0:
        return ""
    return found.lastgroup


def _numbered(lines: list[str]) -> str:
    """An ordered list that shows the numbers as typed."""
    items = []
    first = expected = int(lines[0].partition(".")[0])
    for line in lines:
        typed, _, text = line.partition(". ")
        value = "" if int(typed) == expected else f' value="{int(typed)}"'
        items.append(f"<li{value}>{_inline(text)}</li>")
        expected = int(typed) + 1
    start = "" if first == 1 else f' start="{first}"'
    return f"<ol{start}>{''.join(items)}</ol>"


def _inline(line: str) -> str:
    """One line with its inline marks as tags. A mark in `out` stays literal until it is closed."""
    line = f" {line} "  # so that every mark has a character on either side
    out: list[str] = []
    opened: dict[str, int] = {}  # each mark that is open -> where in `out` it stands
    done = 1
    for token in _TOKEN.finditer(line, 1, len(line) - 1):
        start, end = token.span()
        if start < done:
            continue  # inside a code
        out.append(line[done:start])
        done = end
        run = token[0]
        if run[0] == "`":
            if close := _code_end(line, start, end):
                out.append(f"<code>{line[end:close]}</code>")
                done = close + 1
            else:
                out.append(run)
        elif run[0] not in _TAGS:
            out.append(_link(run))
        elif end - start > _LONGEST_RUN:
            out.append(run)
        else:
            for at in range(start, end):
                _mark(line[at - 1], line[at], line[at + 1], out, opened)
    out.append(line[done:-1])
    return "".join(out)


def _mark(before: str, mark: str, after: str, out: list[str], opened: dict[str, int]) -> None:
    """Add a mark to `out`, as a tag if it closes what is open."""
    out.append(mark)
    if mark in (before, after):
        return
    if mark in opened:
        if not before.isspace() and not _is_word(after):
            place = opened[mark]
            out[place], out[-1] = f"<{_TAGS[mark]}>", f"</{_TAGS[mark]}>"
            # Marks open one inside the other: those that this one closes over stay literal.
            while opened.popitem()[0] != mark:
                pass
    elif not after.isspace() and not _is_word(before):
        opened[mark] = len(out) - 1


def _code_end(line: str, start: int, end: int) -> int:
    """Where the code closes whose backtick stands at `start`; 0 if it doesn't open or close."""
    close = line.find("`", end)
    if close <= end or end - start > 1 or line[close + 1] == "`":
        return 0
    if line[end].isspace() or line[close - 1].isspace():
        return 0
    return 0 if _is_word(line[start - 1]) or _is_word(line[close + 1]) else close


@lru_cache(maxsize=1024)
def _is_word(character: str) -> bool:
    """A letter or digit, or what combines with one, as Devanagari's vowels do."""
    if character.isalnum():
        return True
    is_variation = character == "\ufe0f"  # combines with an emoji
    return not is_variation and unicodedata.category(character)[0] == "M"
