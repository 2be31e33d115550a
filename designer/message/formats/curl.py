"""curl commands: the body that each would post."""

import re
from collections.abc import Iterator

from designer.message.formats import shell, windows
from designer.message.formats.errors import FormatError
from designer.message.formats.shell import Command

_CURL = re.compile(r"(?<![\w.-])curl(?:\.exe)?\s", re.I)
# What a terminal shows before a command, and before the lines that go on with it.
_PROMPT = re.compile(
    r"^[ \t]*(?:[$%>❯][ \t]+|[\w.-]+@[^\s$#%]+[$#%][ \t]+|(?:PS )?[A-Za-z]:\\[^>\n]*>[ \t]*)",
    re.M,
)
# What may stand before the program.
_BEFORE = {*("sudo", "time", "env", "exec", "command", "nohup", "timeout", "if", "then", "do")}
_BEFORE |= {*("else", "while", "!", "{", "(", "&", "call")}
_DECLARES = {"export", "declare", "local", "readonly", "set", "setx"}
_ASSIGNED = re.compile(r"(?:\$?(?:env:)?)([A-Za-z_]\w*)=(.*)", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:env:)?\{?(\w+)\}?|%(\w+)%")
_FROM_COMMAND = "The curl command reads its body from another command. Paste the body itself."

# Options of curl whose next word is theirs, as far as commands that post JSON use them.
_WITH_VALUE = {
    *("-H", "-X", "-u", "-o", "-A", "-e", "-b", "-c", "-m", "-x", "-w", "-T", "-K", "-E"),
    *("--header", "--request", "--user", "--output", "--user-agent", "--referer", "--cookie"),
    *("--cookie-jar", "--max-time", "--connect-timeout", "--proxy", "--write-out"),
    *("--retry", "--url", "--cacert", "--cert", "--key", "--resolve", "--oauth2-bearer"),
}
_FORM = re.compile(r"-F.*|--form(?:-string)?(?:=.*)?|--data-urlencode(?:=.*)?", re.DOTALL)
_DATA = re.compile(r"(?P<long>--data(?:-raw|-binary|-ascii)?|--json)(?:=(?P<value>.*))?", re.DOTALL)
_SHORT = re.compile(r"-[sSkLfvigGN#0]*d(?P<value>.*)", re.DOTALL)


def mentioned(text: str) -> bool:
    """Whether a text may hold a curl command."""
    return _CURL.search(text) is not None


def bodies(text: str) -> list[str] | None:
    """The body of each curl command in a script that posts one; None if there is no curl in it.

    The script may be for a POSIX shell, for cmd.exe or for PowerShell, with prompts, comments and
    other commands. Raises FormatError if no command has a body, one has more than one, or one is
    not in the text.
    """
    escape = windows.escape_of(text)
    text = _PROMPT.sub("", text)
    commands = windows.commands(text, escape) if escape else shell.commands(text)
    variables: dict[str, str] = {}
    found, is_there, before = [], False, Command()
    for command in commands:
        variables |= _assigned(command.words)
        arguments = _arguments(command.words)
        if arguments is not None:
            if command.open_quote:
                raise FormatError(f"The command has a {command.open_quote} that is never closed.")
            is_there = True
            if command.stdin is None and before.is_piped:
                command.stdin = _written(before)
            found += _body(arguments, command.stdin, variables)
        before = command
    if is_there and not found:
        raise FormatError("The curl command has no body: there is no -d or --data in it.")
    return found if is_there else None


def _assigned(words: list[str]) -> dict[str, str]:
    """The variables that a command sets: NAME=value, or PowerShell's $name = value."""
    if len(words) == 3 and words[1] == "=":
        words = ["=".join((words[0], words[2]))]
    if words and words[0].lower() in _DECLARES:
        words = words[1:]
    found = [_ASSIGNED.fullmatch(word) for word in words]
    return {each[1]: each[2] for each in found if each} if all(found) else {}


def _arguments(words: list[str]) -> list[str] | None:
    """What follows `curl` in a command's words; None if it is another command."""
    for number, word in enumerate(words):
        if re.split(r"[/\\]", word)[-1].lower().removeprefix("(") in ("curl", "curl.exe"):
            return words[number + 1 :]
        if word.lower() not in _BEFORE and not re.match(r"-|[0-9]+\Z|[A-Za-z_]\w*=", word):
            return None
    return None


def _written(command: Command) -> str | None:
    """What a command writes to the next, as far as that is in the text."""
    name, *arguments = command.words or [""]
    if name == "cat":
        return command.stdin
    return arguments[-1] if name in ("echo", "printf") and arguments else None


def _body(arguments: list[str], stdin: str | None, variables: dict[str, str]) -> list[str]:
    """The body that a command would post, if any."""
    data = []
    for value, reads_files in _data_arguments(arguments):
        if value == "@-" and reads_files and stdin is not None:
            data.append(stdin)
        elif value.startswith("@") and reads_files:
            raise FormatError(
                _FROM_COMMAND
                if value == "@-"
                else f"The curl command reads its body from a file ({value[1:60]}). "
                "Paste what is in the file."
            )
        elif value.startswith("$("):
            raise FormatError(_FROM_COMMAND)
        elif variable := _VARIABLE.fullmatch(value):
            name = variable[1] or variable[2]
            if name not in variables:
                raise FormatError(
                    f"The curl command takes its body from a variable ({value[:60]}). "
                    "Paste what the variable holds."
                )
            data.append(variables[name])
        else:
            data.append(value)
    if len(data) > 1:
        raise FormatError("The curl command has more than one body; one is needed.")
    return data


def _data_arguments(arguments: list[str]) -> Iterator[tuple[str, bool]]:
    """Each body among the arguments, and whether an @ in it would name a file."""
    rest = iter(arguments)
    for argument in rest:
        long, short = _DATA.fullmatch(argument), _SHORT.fullmatch(argument)
        if argument in _WITH_VALUE:
            next(rest, None)
        elif form := _FORM.fullmatch(argument):
            option = re.match(r"--[a-z-]+|-F", form[0])
            raise FormatError(
                f"The curl command posts a form, not JSON ({option[0] if option else form[0]})."
            )
        elif found := long or short:
            value = found["value"] or next(rest, "")
            yield value, not (long and long["long"] == "--data-raw")
