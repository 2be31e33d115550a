"""Commands of a POSIX shell, as far as an API's documents go: words, quoting, here-documents."""

import re
from dataclasses import dataclass, field

# One piece of a word, or what parts words. A quote that never closes comes out as "open".
_PIECE = re.compile(
    r"""
      (?P<joined>\\[ \t]*\r?\n)
    | (?P<space>[ \t]+)
    | <<<(?P<string>)
    | [0-9]*<<(?P<dash>-?)[ \t]*(?P<here>'[^'\n]*'|"[^"\n]*"|\\?[\w.-]+)
    | (?P<file>(?:(?<![^\s])[0-9]+)?(?:>>|[<>])(?:&[0-9-])?)
    | (?P<end>\n|;|\|\|?|&&?)
    | (?P<comment>(?<![^\s])\#[^\n]*)
    | '(?P<single>[^']*)'
    | "?\$\([ \t\n]*cat[ \t]+<<-?[ \t]*(?P<cat>'[^'\n]*'|"[^"\n]*"|\\?[\w.-]+)[ \t]*\n
    | "(?P<double>(?:[^"\\]|\\.)*)"
    | \$'(?P<ansi>(?:[^'\\]|\\.)*)'
    | (?P<open>['"])
    | \\(?P<escaped>.)
    | (?P<plain>[^\s'"\\;|&<>$]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_OPTION = re.compile(r"[ \t]*--?[a-zA-Z]")
_CAT_END = re.compile(r"\s*\)\"?")
# A number of two or three digits is a byte of UTF-8, of which a character may have several.
_ANSI_BYTE = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3}))")
_ANSI = re.compile(
    r"""
      (?P<bytes>(?:\\x[0-9a-fA-F]{1,2}|\\[0-7]{1,3})+)
    | \\u(?P<u>[0-9a-fA-F]{1,4})
    | \\U(?P<U>[0-9a-fA-F]{1,8})
    | \\(?P<letter>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ANSI_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_ANSI_LETTERS |= {"e": "\x1b", "E": "\x1b"}


@dataclass
class Command:
    """One command: its words with their quoting undone, variables left as they stand."""

    words: list[str] = field(default_factory=list)
    stdin: str | None = None
    """What it reads, from a here-document or a here-string; None if that isn't in the text."""
    is_piped: bool = False
    """Whether the next command reads what this one writes."""
    open_quote: str = ""
    """A quote that never closes; what follows it is in no command."""


def commands(text: str) -> list[Command]:
    """The commands in a shell's script, up to a quote that never closes."""
    return _Reader(text).commands


class _Reader:
    """Goes once over a script."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.command = Command()
        self.commands = [self.command]
        self.word: list[str] | None = None
        self.goes_to = ""  # what the word is for: a "file" that is written or read, a "string"
        # Here-documents whose text begins on the next line, and up to what each goes.
        self.documents: list[tuple[Command, str]] = []
        while found := _PIECE.match(text, self.at):
            self.at = found.end()
            self._take(found, found.lastgroup or "")
        self._end_word()

    def _take(self, found: re.Match[str], kind: str) -> None:
        if kind in ("single", "double", "ansi", "escaped", "plain", "cat"):
            if self.word is None:
                self.word = []
            self.word.append(
                self._cat(found[kind]) if kind == "cat" else _content(kind, found[kind])
            )
            return
        if kind != "joined":
            self._end_word()
        if kind == "here":
            self.documents.append((self.command, found["here"]))
        elif kind in ("file", "string") and "&" not in found[0]:
            self.goes_to = kind
        elif kind == "open":
            self.command.open_quote, self.at = found[0], len(self.text)
        elif kind == "end":
            if found[0] == "\n":
                # No command begins like an option: it lost its backslash on the way here.
                if not self.documents and self.command.words and _OPTION.match(self.text, self.at):
                    return
                for command, mark in self.documents:
                    command.stdin = self._document(mark)
                self.documents = []
            if self.command.words:
                self.command.is_piped = found[0] == "|"
                self.command = Command()
                self.commands.append(self.command)

    def _end_word(self) -> None:
        if self.word is None:
            return
        word = "".join(self.word)
        if self.goes_to == "string":
            self.command.stdin = word
        elif self.goes_to != "file":
            self.command.words.append(word)
        self.word, self.goes_to = None, ""

    def _document(self, mark: str) -> str:
        """The lines from here up to the one that says `mark`, or to the end."""
        end, lines = mark.strip("'\"\\"), []
        while self.at < len(self.text):
            stop = self.text.find("\n", self.at)
            stop = len(self.text) if stop < 0 else stop
            line, self.at = self.text[self.at : stop], stop + 1
            if line.strip() == end:
                break
            lines.append(line + "\n")
        text = "".join(lines)
        return (
            text if mark != end else re.sub(r"\\([$`\\])|\\\n", lambda found: found[1] or "", text)
        )

    def _cat(self, mark: str) -> str:
        """The text of "$(cat <<EOF …)"."""
        text = self._document(mark)
        if closed := _CAT_END.match(self.text, self.at):
            self.at = closed.end()
        return text


def _content(kind: str, text: str) -> str:
    if kind == "double":
        return re.sub(r'\\([$`"\\])|\\\r?\n', lambda found: found[1] or "", text)
    if kind == "ansi":
        return _whole_characters(_ANSI.sub(_ansi, text))
    return text


def _ansi(found: re.Match[str]) -> str:
    """A run of bytes, or one other escape, of $'…'."""
    if run := found["bytes"]:
        codes = (int(hexa or octal, 16 if hexa else 8) for hexa, octal in _ANSI_BYTE.findall(run))
        return bytes(code & 0xFF for code in codes).decode(errors="replace")
    if digits := found["u"] or found["U"]:
        code = int(digits, 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    letter = found["letter"]
    return _ANSI_LETTERS.get(letter, letter if letter in "\\'\"?" else found[0])


def _whole_characters(text: str) -> str:
    """The text with characters that came in two halves, as Windows counts them, made whole."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
