"""Curl commands as people paste them: for every shell, with what stands around them."""

import json
import re
import time
from collections.abc import Callable

import pytest

from designer.message.formats import FormatError, coext, read, read_all

TO = "+919876543210"
URL = "https://x.org/messages/interactive/button"
BODY = {
    "to": TO,
    "body": "It's “5” \\ *now* 👍🏽\nnext",
    "buttons": [{"id": "a", "title": 'Say "yes"'}],
}
LINE = json.dumps(BODY, ensure_ascii=False)
LINES = json.dumps(BODY, ensure_ascii=False, indent=2)
SINGLE = "'" + LINES.replace("'", "'\\''") + "'"


def backslashed(text: str) -> str:
    """As an argument on Windows: each quote escaped, and the backslashes before it."""
    return re.sub(r'(\\*)"', r'\1\1\\"', text)


def careted(text: str) -> str:
    """As browsers copy a command for cmd.exe."""
    return "".join("^" + c if c in '"\\{}[]&|<>%!^' else c for c in f'"{backslashed(text)}"')


def octal(text: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in text.encode())


def hexadecimal(text: str) -> str:
    return "".join(f"\\x{byte:02X}" for byte in text.encode())


def halves(text: str) -> str:
    return json.dumps(text)[1:-1]


def escaped(text: str, escape: Callable[[str], str]) -> str:
    """As $'…', the way `printf %q` of bash and browsers quote what is not plain ASCII."""
    plain = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return "$'" + re.sub(r"[^\x20-\x7e]+", lambda found: escape(found[0]), plain) + "'"


SIMPLE = {"to": TO, "body": "Shall we, at 5?", "buttons": [{"id": "yes", "title": "Yes"}]}
S = json.dumps(SIMPLE)
S_LINES = json.dumps(SIMPLE, indent=2)


@pytest.mark.parametrize(
    "command",
    [
        f"/usr/bin/curl -d {SINGLE} {URL}",
        f"time curl -d {SINGLE} {URL}",
        f"sudo -E curl -d {SINGLE} {URL}",
        f"KEY=pk curl -d {SINGLE} {URL}",
        f'export KEY=pk_live\n\ncurl {URL} -H "X-API-Key: $KEY" -d {SINGLE}',
        f'#!/bin/sh\nset -eu\necho "It\'s on"; curl {URL} -d {SINGLE} && echo done',
        f"$ export KEY=pk\n$ curl {URL} \\\n>   -H 'X: y' \\\n>   -d {SINGLE}\n",
        f"me@host:~/app$ curl {URL} -d {SINGLE}",
        f"```bash\nexport KEY=x\ncurl {URL} -d {SINGLE}\n```",
        f"Send it so:\n\n```\n$ curl {URL} -d {SINGLE}\n```\n\nThat's all.",
        f"curl {URL} -d @- <<'EOF'\n{LINES}\nEOF\necho done",
        f"curl {URL} \\\n  --data-binary @- <<-EOF | jq .\n\t{LINE}\n\tEOF\n".replace(
            "\\ *", "\\\\ *"
        )
        .replace("\\n", "\\\\n")
        .replace('\\"', '\\\\"'),
        f"cat <<'END' | curl {URL} -d @-\n{LINES}\nEND\n",
        f"curl {URL} -d @- <<< {SINGLE}",
        f"echo {SINGLE} | curl {URL} --json @-",
        f'curl {URL} -d "$(cat <<\'EOF\'\n{LINES}\nEOF\n)" -H "X: y"',
        f'BODY={SINGLE}\ncurl {URL} -d "$BODY"',
        f'export BODY={SINGLE}; curl {URL} -d "${{BODY}}"',
        f"curl {URL} > out.txt 2>&1 -d {SINGLE}",
        f"if ! curl -fsS {URL} -d {SINGLE}; then echo failed; fi",
        f"curl {URL} -d {escaped(LINES, octal)}",
        f"curl {URL} -d {escaped(LINES, hexadecimal)}",
        f"curl {URL} -d {escaped(LINES, halves)}",
        # A document that was formatted, or copied, loses what a shell minds.
        f"curl {URL} \\ \n  -H 'X: y' \\\t\n  -d {SINGLE}",
        f"curl -X POST {URL}\n  -H 'X: y'\r\n  -d {SINGLE}\n",
    ],
)
def test_reads_what_a_posix_shell_would_post(command: str) -> None:
    assert coext.dump(read(command), to=TO) == BODY


@pytest.mark.parametrize(
    "command",
    [
        # cmd.exe
        f'curl -X POST "{URL}" ^\n  -H "X-API-Key: %KEY%" ^\r\n  -d "{backslashed(S)}"',
        f'curl {URL} ^\n -d "{backslashed(S_LINES)}"',
        f'curl {URL} -d "{S.replace(chr(34), chr(34) * 2)}"',
        f'curl {URL} ^\n --data-raw "{S.replace(chr(34), "^" + chr(34))}"',
        f"curl ^{chr(34)}{URL}^{chr(34)} ^\n  -H ^{chr(34)}accept: */*^{chr(34)} ^\n"
        f"  --data-raw {careted(S)}",
        f'C:\\Users\\me> curl.exe {URL} -d "{backslashed(S)}"',
        f'@echo off\nREM Don\'t "wait\nset KEY=pk\ncurl {URL} ^\n  -d "{backslashed(S)}"',
        f"curl {URL} ^\n  -d '{S}'",
        # PowerShell
        f"curl.exe -X POST {URL} `\n  -H 'X-API-Key: pk' `\n  -d '{S}'",
        f"PS C:\\Users\\me> curl.exe {URL} -d '{backslashed(S)}'",
        f'curl.exe {URL} -d "{S.replace(chr(34), "`" + chr(34))}"',
        f'curl.exe {URL} -d "{S.replace(chr(34), chr(34) * 2)}"',
        f"$body = @'\n{S_LINES}\n'@\ncurl.exe {URL} -d $body",
        f"$env:KEY = 'pk'\n# Don't wait\ncurl.exe {URL} -d @'\n{S_LINES}\n'@",
        # Git's shell on Windows
        f'curl.exe {URL} \\\n -d "{backslashed(S)}"',
    ],
)
def test_reads_what_windows_would_post(command: str) -> None:
    assert coext.dump(read(command), to=TO) == SIMPLE


def test_windows_quoting_keeps_quotes_apostrophes_and_backslashes() -> None:
    body = {**SIMPLE, "body": 'It\'s "so", at C:\\'}
    text = json.dumps(body)
    cmd = f'curl {URL} ^\n -d "{backslashed(text)}"'
    powershell = f"curl.exe {URL} `\n -d '{text.replace(chr(39), chr(39) * 2)}'"
    for command in (cmd, powershell, f"curl ^{chr(34)}{URL}^{chr(34)} -d {careted(text)}"):
        assert coext.dump(read(command), to=TO) == body


def test_each_of_several_commands_is_a_message() -> None:
    script = f"curl {URL} -d '{S}'\n\ncurl https://x.org/status\ncurl {URL} -d '{S}' | jq .\n"
    assert len(read_all(script)) == 2


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (f"curl {URL} -d @body.json", r"from a file \(body.json\). Paste what is in the file."),
        (f"curl {URL} -d @-", "from another command. Paste the body itself"),
        (f"jq -n . | curl {URL} -d @-", "from another command. Paste the body itself"),
        (f'curl {URL} -d "$(make-body)"', "from another command. Paste the body itself"),
        (f'curl {URL} -d "$BODY"', r"from a variable \(\$BODY\). Paste what the variable holds."),
        (f"curl.exe {URL} -d $body", r"from a variable \(\$body\)"),
        (f"curl {URL} ^\n -d %BODY%", r"from a variable \(%BODY%\)"),
        (f"curl {URL} -F 'a=b'", r"posts a form, not JSON \(-F\)"),
        (f'curl {URL} ^\n -H "a: b"', "there is no -d or --data in it"),
        (f'curl {URL} ^\n -d "{{', 'a " that is never closed'),
        (f"curl.exe {URL} -d '{{", "a ' that is never closed"),
        (f"curl.exe {URL} -d @'\n{{", "a @' that is never closed"),
        (f"curl {URL} -d 'to=1'", "The JSON in the curl command is none: it begins with “to=1”"),
    ],
)
def test_says_where_the_body_is_instead(command: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        read(command)


def test_a_document_that_begins_like_an_option_is_none() -> None:
    with pytest.raises(FormatError, match="it begins with “-d 1”"):
        read(f"curl {URL} -d @- <<EOF\n-d 1\nEOF\n")


def test_a_character_that_bytes_or_halves_do_not_make_is_told() -> None:
    body = json.dumps({**SIMPLE, "body": "BODY"})
    assert read(f"curl {URL} -d $'{body}'".replace("BODY", r"\xf0\x9f")).body == "\ufffd"
    with pytest.raises(FormatError, match="half of a surrogate pair"):
        read(f"curl {URL} -d $'{body}'".replace("BODY", r"\ud83d"))


@pytest.mark.parametrize(
    "text",
    [
        *("curl ^\n" + '"' * 900_000, "curl ^\n" + '^"' * 400_000, "curl ^\n" + "\\" * 900_000),
        *("curl `\n" + "''" * 400_000, "curl.exe " + "@'\n" * 300_000, "curl ^\n" * 120_000),
        *("curl <<a\n" * 90_000, "curl " + "<<a " * 200_000, 'curl "$(cat <<a\n' * 50_000),
        *("a@" + "a" * 900_000 + " curl x", "curl " + "$(" * 400_000, "# \n" * 200_000 + "curl x"),
        *("curl -d 'a';" * 80_000, "```\n{\n" * 150_000, "```\n" * 200_000),
        *("curl a\n-b" * 100_000, "curl " + "\\" + " " * 900_000, "curl $'" + r"\x41" * 200_000),
    ],
)
def test_a_megabyte_of_commands_takes_no_long_time(text: str) -> None:
    # The processor's time: others may be at work here.
    start = time.process_time()
    with pytest.raises(FormatError):
        read_all(text)
    assert time.process_time() - start < 5
