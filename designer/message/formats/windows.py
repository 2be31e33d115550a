"""Commands of Windows' two shells, cmd.exe and PowerShell, as far as an API's documents go.

The two differ in the character that escapes and continues a line: ^ and `. The program they start
then undoes the quoting itself, so that \\" and "" stand for a quote within quotes.
"""

import re

from designer.message.formats.shell import Command

CMD, POWERSHELL = "^", "`"

_POSIX_LINE = re.compile(r"\\[ \t]*\n")
_CMD = re.compile(
    r"""\^[ \t]*\n|(?<![^\s=])\^"|"\s*[{\[]\s*(?:\{\s*)?""|^[A-Za-z]:\\[^>\n]*>""", re.M
)
_POWERSHELL = re.compile(r"`[ \t]*\n|\bcurl\.exe\b|@['\"][ \t]*\n|^PS [A-Za-z]:\\", re.M)
_PIECES = {
    escape: re.compile(
        rf"""
          (?P<joined>{re.escape(escape)}[ \t]*\n[ \t]*)
        | (?P<slashes>\\*)(?P<escape>{re.escape(escape)}?)(?P<quote>")
        | @(?P<here>['"])[ \t]*\n
        | (?P<single>')
        | (?P<space>[ \t]+)
        | (?P<end>[\n;|&])
        | {re.escape(escape)}(?P<escaped>.)
        | (?P<plain>[^\s"';|&\\@{re.escape(escape)}]+|\\+|.)
        """,
        re.VERBOSE | re.DOTALL,
    )
    for escape in (CMD, POWERSHELL)
}
_SINGLE = re.compile(r"((?:[^']|'')*+)'")
_COMMENT = re.compile(r"^[ \t]*(?:#|::|rem\b)[^\n]*", re.M | re.I)
# JSON in single quotes whose own quotes are escaped, as older PowerShells need it.
_ESCAPED_JSON = re.compile(r"\s*[\[{]\s*(?:\{\s*)?\\\"")


def escape_of(text: str) -> str | None:
    """CMD or POWERSHELL, if a script shows signs of being for one; None for a POSIX shell."""
    if _POSIX_LINE.search(text):
        return None
    if _CMD.search(text):
        return CMD
    return POWERSHELL if _POWERSHELL.search(text) else None


def commands(text: str, escape: str) -> list[Command]:
    """The commands in a script for the shell with that escape, up to a quote that never closes."""
    text = _COMMENT.sub("", text)
    if escape == CMD and text[: text.find('"')].endswith("^"):
        # All of it is escaped, its outer quotes too, as browsers copy it.
        text = re.sub(r"\^(\n?)(.?)", r"\2", text, flags=re.DOTALL)
    return _Reader(text, escape).commands


class _Reader:
    """Goes once over a script."""

    def __init__(self, text: str, escape: str) -> None:
        self.text, self.at, self.escape = text, 0, escape
        self.command = Command()
        self.commands = [self.command]
        self.word: list[str] | None = None
        self.is_quoted = False
        while found := _PIECES[escape].match(text, self.at):
            self.at = found.end()
            self._take(found, found.lastgroup or "")
        if self.is_quoted:
            self.command.open_quote = '"'
        self._end_word()

    def _take(self, found: re.Match[str], kind: str) -> None:
        if kind == "quote":
            self._quote(len(found["slashes"]), is_escaped=bool(found["escape"]))
        elif kind == "here" and not self.is_quoted:
            self._until(f"\n{found['here']}@")
        elif kind == "single" and not self.is_quoted and self.word is None:
            self._single()
        elif kind == "escaped" and not self.is_quoted:
            self._add(
                "\n" if (self.escape, found["escaped"]) == (POWERSHELL, "n") else found["escaped"]
            )
        elif kind in ("space", "end") and not self.is_quoted:
            self._end_word()
            if kind == "end" and self.command.words:
                self.command.is_piped = found[0] == "|"
                self.command = Command()
                self.commands.append(self.command)
        elif kind != "joined":
            self._add(found[0])

    def _quote(self, slashes: int, *, is_escaped: bool) -> None:
        """A quote after so many backslashes: two of them are one, and one escapes the quote."""
        self._add("\\" * (slashes // 2))
        if slashes % 2 or (is_escaped and self.is_quoted):
            self._add('"')
        elif self.is_quoted and self.text.startswith('"', self.at):
            self._add('"')
            self.at += 1
        else:
            self.is_quoted = not self.is_quoted

    def _single(self) -> None:
        """What stands in single quotes, '' in it being one. Without a second it never closes, and
        what follows is not read."""
        found = _SINGLE.match(self.text, self.at)
        if not found:
            self.command.open_quote, self.at = "'", len(self.text)
            return
        text = found[1].replace("''", "'")
        self._add(text.replace('\\"', '"') if _ESCAPED_JSON.match(text) else text)
        self.at = found.end()

    def _until(self, end: str) -> None:
        """A here-string of PowerShell's."""
        stop = self.text.find(end, self.at)
        if stop < 0:
            self.command.open_quote, self.at = f"@{end[1]}", len(self.text)
            return
        self._add(self.text[self.at : stop])
        self.at = stop + len(end)

    def _add(self, text: str) -> None:
        if self.word is None:
            self.word = []
        self.word.append(text)

    def _end_word(self) -> None:
        if self.word is not None:
            self.command.words.append("".join(self.word))
        self.word = None
