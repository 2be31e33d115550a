"""PowerShell's own commands as people paste them: their body in every way it can be quoted."""

import json
import time

import pytest

from designer.message.formats import FormatError, coext, read, read_all

URL = "https://x.org/messages/interactive/button"
BODY = {
    "to": "+919876543210",
    "body": "It's “5” \\ *now* `code` $5 👍🏽\nnext",
    "buttons": [{"id": "a", "title": 'Say "yes"'}],
}
MESSAGE = coext.load(BODY)
LINE = json.dumps(BODY, ensure_ascii=False)
LINES = json.dumps(BODY, ensure_ascii=False, indent=2)
ESCAPED = LINE.replace("`", "``").replace("$", "`$")
SINGLE = "'" + LINES.replace("'", "''") + "'"
DOUBLE = '"' + ESCAPED.replace('"', '`"') + '"'
DOUBLED = '"' + ESCAPED.replace('"', '""') + '"'
HERE = f"@'\n{LINES}\n'@"
FILLED_HERE = f'@"\n{ESCAPED}\n"@'
HEADERS = "-Headers @{ 'X-API-Key' = \"pk\"; Accept='*/*' } -ContentType 'application/json'"


@pytest.mark.parametrize("body", [SINGLE, DOUBLE, DOUBLED, HERE, FILLED_HERE])
@pytest.mark.parametrize(
    "script",
    [
        f"Invoke-RestMethod -Uri {URL} -Method Post {HEADERS} -Body BODY",
        f'$response = Invoke-WebRequest -Body BODY -Uri "{URL}" -Method POST',
        f"Here's how it's sent:\nirm {URL} `\n  -Method Post `\n  -body:BODY | ConvertTo-Json",
        f"$body = BODY\n# Don't wait\nINVOKE-RESTMETHOD {URL} -Body $Body -Method Post",
        f"PS C:\\> [string]$json=BODY; $h = @{{\n 'a'='b'\n}}\niwr {URL} -Headers $h -Body $json",
        f"<# It's\nnew #> $x.Add('a', 'b')\nirm {URL}/old\nirm {URL} -Body BODY",
    ],
)
def test_reads_what_powershell_would_post(script: str, body: str) -> None:
    for text in (script, script.replace("\n", "\r\n")):
        assert read(text.replace("BODY", body)) == MESSAGE


def test_each_of_several_posts_is_a_message() -> None:
    other = "'" + json.dumps({"body": "Other", "buttons": [{"id": "b", "title": "B"}]}) + "'"
    script = f"irm {URL} -Body {SINGLE}\nirm {URL} -Body {other}"
    assert [reading.message.body for reading in read_all(script)] == [BODY["body"], "Other"]


def test_a_body_that_is_made_of_a_written_one_is_found() -> None:
    made = "([System.Text.Encoding]::UTF8.GetBytes($text))"
    assert read(f"$text = {HERE}\nirm {URL} -Body {made}") == MESSAGE


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("irm https://x.org -Method Get", "has no body: there is no -Body in it"),
        ("irm https://x.org -Body $body", "makes its body of something else"),
        ("$b = @{ to = 5 } | ConvertTo-Json\nirm x -Body $b", "makes its body of something else"),
        ("irm x -Body (Get-Content a.json)", "makes its body of something else"),
        ("""irm x -Body '{"body": """, "has a ' that is never closed"),
        ("""irm x -Body '{"body": }'""", "The JSON in the PowerShell command breaks at line 1"),
    ],
)
def test_says_why_it_cannot_read_a_post(script: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        read(script)


@pytest.mark.parametrize(
    "text",
    [
        *("''" * 400_000, "@'\n" * 300_000, '@"\n' * 300_000, '`"' * 400_000, "<#" * 400_000),
        *("-Body " * 150_000, "irm -Body $a " * 70_000, "$a='b' " * 120_000, "$" * 900_000),
    ],
)
def test_a_megabyte_of_script_takes_no_long_time(text: str) -> None:
    # The processor's time: others may be at work here.
    start = time.process_time()
    with pytest.raises(FormatError):
        read_all("irm " + text)
    assert time.process_time() - start < 5
