"""PowerShell's own commands that post, Invoke-RestMethod and Invoke-WebRequest: their bodies."""

import re
from dataclasses import dataclass

from designer.message.formats.errors import FormatError

_COMMAND = re.compile(r"(?:invoke-restmethod|invoke-webrequest|irm|iwr)", re.I)
_MENTIONED = re.compile(rf"(?<![\w-]){_COMMAND.pattern}(?![\w-])", re.I)
# What never closes runs to the end of the text: then nothing is looked at twice.
_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r]+|`[ \t]*\n|<\#(?:[^#]|\#(?!>))*+(?:\#>)?|\#[^\n]*)
    | @'[ \t]*\n(?P<here>(?:[^\n]|\n(?!'@))*+)(?P<here_end>\n'@)?
    | @"[ \t]*\n(?P<filled_here>(?:[^\n]|\n(?!"@))*+)(?P<filled_here_end>\n"@)?
    | '(?P<single>(?:[^']|'')*+)(?P<single_end>')?
    | "(?P<double>(?:[^"`]|`.|"")*+)(?P<double_end>")?
    | \$(?:\w+:)?\{?(?P<variable>\w+)\}?(?![\w.\[(])
    | -(?P<parameter>[A-Za-z]+):?
    | (?P<word>[\w$][^\s"`(){}\[\];|,=]*)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_TEXTS = ("here", "filled_here", "single", "double")
_ESCAPE = re.compile(r'`(.)|""', re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


@dataclass
class Posted:
    """What the commands of a script post."""

    bodies: list[str]
    refusal: str = "The PowerShell command has no body: there is no -Body in it."
    """In words, why a body is not among them; "" if all are."""


def mentioned(text: str) -> bool:
    """Whether a text may hold such a command."""
    return _MENTIONED.search(text) is not None


def posted(text: str) -> Posted:
    """The body of each command in a script, as far as it is written out there, in its order.

    Raises FormatError for one that never closes.
    """
    found = Posted([])
    variables: dict[str, str] = {}
    is_command = False
    before: list[tuple[str, str]] = [("", "")] * 2  # the two tokens right before, by their kinds
    for token in _TOKEN.finditer(text):
        kind = (token.lastgroup or "").removesuffix("_end")
        if kind == "space":
            continue
        content = _content(kind, token[kind])
        is_text, is_body = kind in _TEXTS, is_command and before[1] == ("parameter", "body")
        if is_text and token.lastgroup == kind:
            opened = token[0][: 2 if "here" in kind else 1]
            words = f"The command has a {opened} that is never closed."
            if is_body:
                raise FormatError(words)
            return Posted(found.bodies, words)
        if kind == "word" and _COMMAND.fullmatch(content):
            is_command = True
        elif is_body:
            body = content if is_text else variables.get(content) if kind == "variable" else None
            if body is None:
                return Posted(
                    found.bodies,
                    "The PowerShell command makes its body of something else. "
                    "Paste the JSON that it sends.",
                )
            found.bodies.append(body)
            found.refusal, is_command = "", False
        elif before[0][0] == "variable" and before[1] == ("mark", "="):
            variables.pop(before[0][1], None)
            if is_text:
                variables[before[0][1]] = content
        before = [before[1], (kind, content)]
    return found


def _content(kind: str, text: str) -> str:
    """What a token says: a text without its quoting, a name in small letters."""
    if kind == "single":
        return text.replace("''", "'")
    if kind in ("double", "filled_here"):
        quote = '"' if kind == "double" else '""'
        return _ESCAPE.sub(lambda found: _LETTERS.get(found[1], found[1] or quote), text)
    return text.lower() if kind in ("variable", "parameter") else text
