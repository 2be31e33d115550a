"""Shell commands, as far as a curl command in an API's documents goes: words and their quoting."""

import re
from collections.abc import Iterator

from designer.message.formats.errors import FormatError

# One piece of a word, or what parts words. Quotes that never close come out as "open".
_PIECE = re.compile(
    r"""
      (?P<joined>\\\r?\n)
    | (?P<space>[ \t]+)
    | (?P<end>[\n;|&<>])
    | (?P<comment>(?<![^\s])\#[^\n]*)
    | '(?P<single>[^']*)'
    | "(?P<double>(?:[^"\\]|\\.)*)"
    | \$'(?P<ansi>(?:[^'\\]|\\.)*)'
    | (?P<open>['"])
    | \\(?P<escaped>.)
    | (?P<plain>[^\s'"\\;|&<>$]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ANSI = re.compile(
    r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|(.))", re.DOTALL
)
_ANSI_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_ANSI_LETTERS |= {"e": "\x1b", "E": "\x1b"}


def words(command: str) -> list[str]:
    """The words of the first command: quoting undone, variables left as they stand.

    What follows a `;`, `|`, `&`, `<`, `>` or the line's end is left out. Raises FormatError for a
    quote that is never closed.
    """
    found: list[str] = []
    word: list[str] | None = None
    for piece in _PIECE.finditer(command.strip()):
        kind = piece.lastgroup
        if kind == "open":
            raise FormatError(f"The command has a {piece[0]} that is never closed.")
        if kind in ("space", "comment", "end") and word is not None:
            found.append("".join(word))
            word = None
        if kind == "end":
            break
        if kind in ("single", "double", "ansi", "escaped", "plain"):
            word = word or []
            word.append(_content(kind, piece[kind]))
    if word is not None:
        found.append("".join(word))
    return found


def _content(kind: str, text: str) -> str:
    if kind == "double":
        return re.sub(r'\\([$`"\\])|\\\r?\n', lambda found: found[1] or "", text)
    if kind == "ansi":
        return _ANSI.sub(_ansi, text)
    return text


def _ansi(found: re.Match[str]) -> str:
    """One escape of $'…'."""
    for group, base in ((1, 16), (2, 16), (3, 16), (4, 8)):
        if digits := found[group]:
            code = int(digits, base)
            return chr(code) if code <= 0x10FFFF else "\ufffd"
    return _ANSI_LETTERS.get(found[5], found[5] if found[5] in "\\'\"?" else found[0])


def curl_data(command: str) -> str:
    """The body that a curl command would post.

    Raises FormatError if there is none, more than one, or one that is in a file.
    """
    data = list(_data_arguments(words(command)))
    if not data:
        raise FormatError("The curl command has no body: there is no -d or --data in it.")
    if len(data) > 1:
        raise FormatError("The curl command has more than one body; one is needed.")
    return data[0]


# Options of curl whose next word is theirs, as far as commands that post JSON use them.
_WITH_VALUE = {
    *("-H", "-X", "-u", "-o", "-A", "-e", "-b", "-c", "-m", "-x", "-w", "-F", "-T", "-K", "-E"),
    *("--header", "--request", "--user", "--output", "--user-agent", "--referer", "--cookie"),
    *("--cookie-jar", "--max-time", "--connect-timeout", "--proxy", "--write-out", "--form"),
    *("--retry", "--url", "--cacert", "--cert", "--key", "--resolve", "--oauth2-bearer"),
}
_DATA = re.compile(
    r"(?P<long>--data(?:-raw|-binary|-ascii|-urlencode)?|--json)(?:=(?P<value>.*))?", re.DOTALL
)
_SHORT = re.compile(r"-[sSkLfvigGN#0]*d(?P<value>.*)", re.DOTALL)


def _data_arguments(arguments: list[str]) -> Iterator[str]:
    rest = iter(arguments[1:])
    for argument in rest:
        long, short = _DATA.fullmatch(argument), _SHORT.fullmatch(argument)
        if argument in _WITH_VALUE:
            next(rest, None)
        elif found := long or short:
            option = long["long"] if long else "-d"
            value = found["value"] or next(rest, "")
            if option == "--data-urlencode":
                raise FormatError("The curl command posts a form, not JSON (--data-urlencode).")
            if value.startswith("@") and option != "--data-raw":
                raise FormatError(
                    f"The curl command reads its body from a file ({value[:60]}). "
                    "Paste what is in the file."
                )
            yield value
