"""Where JSON stands in what people paste: alone, in commands that post it, or in a program."""

import re
from bisect import bisect_left
from collections.abc import Mapping

from designer.message.formats import curl, foreign, literals, powershell
from designer.message.formats.errors import FormatError
from designer.message.formats.parsing import Parsed, parse, parse_literal
from designer.message.formats.unwrapping import holds_message
from designer.message.schema import readable

MOST_LITERALS = 5_000
"""In how many pieces of data of one program a message is looked for."""

_HERE = re.compile(r"@(?P<quote>['\"])[ \t]*\n")
_FENCE = re.compile(r"^[ \t]*```[^`\n]*$", re.M)


def parse_all(text: str) -> list[Parsed]:
    """The values in a text, in the order of the places where they stand. Raises FormatError."""
    parsed, blocks = [], _blocks(text)
    for number, block in enumerate(blocks, 1):
        try:
            parsed += _parse(block)
        except FormatError as error:
            if len(blocks) == 1:
                raise
            raise FormatError(f"Part {number}: {error}") from None
    return parsed


def as_parts(text: str) -> str:
    """A text as one or more parts between lines of ```, of which none is left open.

    Such texts one after the other are read as each would be alone.
    """
    fences = len(_FENCE.findall(text))
    if not fences:
        return f"```\n{text}\n```\n"
    return f"{text}\n```\n" if fences % 2 else f"{text}\n"


def _blocks(text: str) -> list[str]:
    """What stands between the ``` of a document; all of the text if there are none."""
    fences = list(_FENCE.finditer(text))
    if not fences:
        return [text]
    if len(fences) <= 2:
        start, end = fences[0].end(), fences[1].start() if len(fences) == 2 else len(text)
        # Its lines keep their numbers.
        return ["\n" * text.count("\n", 0, start) + text[start:end]]
    ends = [*(fence.start() for fence in fences[1::2]), len(text)]
    blocks = [text[fence.end() : end] for fence, end in zip(fences[::2], ends, strict=False)]
    return [block for block in blocks if "{" in block] or [text]


def _parse(text: str) -> list[Parsed]:
    if literals.first(text) in ("", "{", "[", '"'):
        return [parse(text)]
    if curl.mentioned(text) and (bodies := curl.bodies(text)) is not None:
        return [parse(body, "The JSON in the curl command") for body in bodies]
    posted = powershell.posted(text) if powershell.mentioned(text) else None
    if posted and not posted.refusal:
        return [parse(body, "The JSON in the PowerShell command") for body in posted.bodies]
    if here := [each for each in _here_strings(text) if "{" in each]:
        return [parse(each, "The JSON in the here-string") for each in here]
    if "{" in text and (found := _parse_program(text)):
        return found
    if posted:
        raise FormatError(posted.refusal)
    return [parse(text)]


def _here_strings(text: str) -> list[str]:
    """What PowerShell's @'…'@ and @"…"@ hold, each mark on a line of its own."""
    found, at = [], 0
    while opened := _HERE.search(text, at):
        end = text.find(f"\n{opened['quote']}@", opened.end() - 1)
        if end < 0:
            break
        found.append(text[opened.end() : end])
        at = end + 3
    return found


def _parse_program(text: str) -> list[Parsed]:
    """The messages in a program; none if there is nothing in it that looks like one.

    Raises FormatError for one that can't be read since it is not all data, and for what is no
    message but can be named.
    """
    found = literals.find(text)
    if len(found.literals) > MOST_LITERALS:
        raise FormatError("There is too much in this code. Paste the message alone.")
    messages: dict[int, Parsed] = {}  # by where each starts
    refused: FormatError | None = None
    for literal in found.literals:
        try:
            parsed = parse_literal(literal)
        except FormatError as error:
            refused = refused or error
            continue
        if any(holds_message(value) for value in parsed.values):
            messages[literal.start] = parsed
        elif name := _foreign(parsed):
            refused = refused or FormatError(name)
    starts = list(messages)
    for start, end, spoilt_by in found.spoilt:
        at = bisect_left(starts, start)
        if at == len(starts) or starts[at] >= end:
            raise FormatError(
                "The message in this code is not all written out: "
                f"“{readable(spoilt_by)}” stands for a part of it. Paste it as JSON."
            )
    if refused and not messages:
        raise refused
    return list(messages.values())


def _foreign(parsed: Parsed) -> str | None:
    names = (foreign.name(value) for value in parsed.values if isinstance(value, Mapping))
    return next(filter(None, names), None)
