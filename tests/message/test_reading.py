import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.message import schema
from designer.message.formats import DIALECTS, FormatError, coext, meta, read, read_all, twilio
from designer.message.schema import ListMessage, Message, to_dict

from .examples import REQUESTS, a_row, button_message, list_message
from .strategies import messages, nasty

TO = "+919876543210"


@given(messages, st.booleans())
def test_reads_what_the_lossless_dialects_dumped(message: Message, ascii_only: bool) -> None:
    for dialect, payload in (
        ("coext", coext.dump(message, to=TO)),
        ("meta", meta.dump(message, to=TO)),
        ("tapwright", to_dict(message)),
    ):
        text = json.dumps(payload, ensure_ascii=ascii_only, indent=1)
        [reading] = read_all(text)
        assert read(text) == reading.message == message
        assert (reading.dialect, reading.lost) == (dialect, [])
        assert reading.to == (None if dialect == "tapwright" else TO)
        assert dialect in DIALECTS


@pytest.mark.parametrize("name", REQUESTS)
def test_reads_the_contracts_examples(name: str) -> None:
    [reading] = read_all(json.dumps(REQUESTS[name]))
    assert (reading.dialect, reading.lost) == ("coext", [])
    assert reading.reference == REQUESTS[name].get("reference")
    assert reading.message == coext.load(REQUESTS[name])


def test_reads_twilio_content_with_its_name() -> None:
    [reading] = read_all(json.dumps(twilio.dump(button_message(), name="Visit").payload))
    assert (reading.dialect, reading.name, reading.message) == ("twilio", "Visit", button_message())


def test_reads_an_array_of_mixed_dialects() -> None:
    text = json.dumps(
        [coext.dump(list_message(), to=TO), meta.dump(button_message(), to=TO)], indent=2
    )
    assert [reading.message for reading in read_all(text)] == [list_message(), button_message()]
    with pytest.raises(FormatError, match="There are 2 messages here; one is needed"):
        read(text)


def test_keeps_what_is_over_the_limits() -> None:
    long = list_message(*[a_row(title="x" * 500)] * 50, body="x" * 5000)
    assert read(json.dumps(coext.dump(long, to=TO))) == long


def test_names_what_it_could_not_keep() -> None:
    payload = coext.dump(list_message(), to=TO)
    payload["priority"] = 9.5
    payload["sections"][0]["rows"][1]["image"] = {"deep": [1, 2]}
    text = json.dumps(payload).replace("9.5", "9" * 5000)
    assert read_all(text)[0].lost == ["priority", "sections.0.rows.1.image"]
    own = to_dict(list_message()) | {"colour": "red"}
    assert read_all(json.dumps(own))[0].lost == ["colour"]


# --- curl commands

BODY = {"to": TO, "body": "It's “$5” \\ now\n", "buttons": [{"id": "a", "title": "A"}]}
JSON = json.dumps(BODY, indent=2, ensure_ascii=False)
SINGLE = "'" + JSON.replace("'", "'\\''") + "'"
DOUBLE = '"' + JSON.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"'
ANSI = "$'" + JSON.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


@pytest.mark.parametrize(
    "command",
    [
        f"curl -d {SINGLE} https://x.org",
        f"curl https://x.org -d {DOUBLE}",
        f"curl --data-raw {ANSI} https://x.org",
        f"curl --data={SINGLE} https://x.org",
        f"curl -sSd{SINGLE} https://x.org",
        f"curl --json {SINGLE} https://x.org | jq .",
        f"curl --data-binary {SINGLE} https://x.org > out.txt 2>&1",
        f'curl -X POST "https://x.org/messages/interactive/button" \\\n'
        f"  -H \"X-API-Key: $KEY\" \\\n  -H 'Content-Type: application/json' \\\n  -d {SINGLE}\n",
        f"curl -X POST https://x.org \\\r\n  -d {SINGLE}\r\n",
        f"\n  $ curl -H '-d' -d {SINGLE} https://x.org\necho done",
        f"# Send a message\n\n# with buttons\ncurl -d {SINGLE} https://x.org # done",
    ],
)
def test_reads_a_curl_command(command: str) -> None:
    assert coext.dump(read(command), to=TO) == BODY


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("curl https://x.org", "has no body"),
        ("curl -d '{} https://x.org", "a ' that is never closed"),
        ('curl -d "{}', 'a " that is never closed'),
        ("curl -d @body.json https://x.org", "from a file"),
        ("curl --json @- https://x.org <<EOF\n{}\nEOF", "no list or button message"),
        ("curl --data-urlencode 'a=b' https://x.org", "posts a form"),
        ("curl -d '{}' -d '{}' https://x.org", "more than one body"),
        ("curl -d", "There is nothing here"),
        ("curl -d '{\"a\": }' https://x.org", "in the curl command breaks at line 1, column 7"),
        ("curl -d $'\\UFFFFFFFF'", "in the curl command is none: it begins with “\ufffd”"),
    ],
)
def test_says_why_it_cannot_read_a_curl_command(command: str, words: str) -> None:
    with pytest.raises(FormatError, match="^.*" + words.replace("(", "\\(")):
        read(command)


# --- hostile input


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There is nothing here. Paste JSON or a curl command."),
        (" \n", "There is nothing here. Paste JSON or a curl command."),
        ("\ufeff", "There is nothing here. Paste JSON or a curl command."),
        (
            '{"body": "a"\n  "to": "b"}',
            "The JSON breaks at line 2, column 3: a comma is missing before this",
        ),
        ("hello", "This is neither JSON nor a curl command nor code with a message in it."),
        ('{"body": "\n"}', "The JSON breaks at line 1, column 11: a text ends with its line here"),
        ("NaN", "NaN is not JSON."),
        ("5", "A message must be an object with named fields."),
        ('"text"', "A message must be an object with named fields."),
        ("[]", "The array is empty: there is no message in it."),
        ("[[]]", "Message 1: A message must be an object with named fields."),
        ("{}", "This is no list or button message"),
        (
            '{"event": "message.received", "data": {}}',
            "This is a webhook (message.received): it tells what happened",
        ),
        ('{"kind": "flow"}', 'kind must be "list" or "button".'),
        ('{"kind": {}}', 'kind must be "list" or "button".'),
        ('{"sections": 5}', "sections must be a list."),
        ('{"buttons": [5]}', "buttons.0 must be an object with named fields."),
        ('{"buttons": [{"id": 5}]}', "buttons.0.id must be text."),
        ('{"buttons": [{"id": ' + "9" * 100_000 + "}]}", "buttons.0.id must be text."),
        ('{"buttons": [], "body": 1e999999}', "body must be text."),
        ("[" * 400_000, "The JSON is nested too deeply to be a message."),
        ('{"a":' * 150_000, "The JSON is nested too deeply to be a message."),
        ('{"buttons": [], "body": "\\ud800"}', "Body has a broken character at position 1"),
        (
            '{"sections": [{"rows": [{}, {"title": "A\\ud83d"}]}]}',
            "Section 1 row 2 title has a broken character at position 2",
        ),
        ('{"buttons": [{"id": "\\ude00"}]}', "Button 1 ID has a broken character at position 1"),
        ('{"to": "\\udfff", "buttons": []}', "The recipient has a broken character"),
        (
            '{"types": {"twilio/quick-reply": {"body": "{{1}}"}}, "variables": {"1": "\\ud800"}}',
            "The sample of 1 has a broken character",
        ),
        ('{"buttons": [], "\\udfff": 1}', "This could not"),
        ("\ud800", "The text has a broken character at position 1"),
        ("x" * 1_000_001, "This is more than 1 MB, too much to read at once."),
        ("é" * 500_001, "This is more than 1 MB, too much to read at once."),
        (
            "[" + ",".join(["{}"] * 1001) + "]",
            "There are 1001 messages here; at most 1000 are read",
        ),
        (
            json.dumps({"sections": [{"rows": [{}] * 500}, {"rows": [{}] * 499}]}),
            "That would be 1,001 sections and rows; one message can have 1,000 here.",
        ),
        (
            json.dumps({"buttons": [{}] * 1001}),
            "That would be 1,001 buttons; one message can have 1,000 here.",
        ),
    ],
)
def test_refuses_hostile_input_in_plain_words(text: str, words: str) -> None:
    if words == "This could not":  # an unknown name is only named, in a form that encodes
        assert read_all(text)[0].lost == ["?"]
        return
    with pytest.raises(FormatError) as error:
        read(text)
    assert str(error.value).startswith(words)
    str(error.value).encode()


def test_says_which_message_of_an_array_is_broken() -> None:
    good = coext.dump(button_message(), to=TO)
    with pytest.raises(FormatError, match=r"^Message 2: buttons must be a list\.$"):
        read_all(json.dumps([good, {**good, "buttons": {}}]))


keys = st.sampled_from(
    [
        *(
            "kind",
            "type",
            "types",
            "interactive",
            "action",
            "sections",
            "buttons",
            "rows",
            "header",
        ),
        *("body", "text", "image", "reply", "to", "twilio/list-picker", "items", "x", "\ud800"),
    ]
)
plain_data = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["list", "button", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=15,
)


@given(plain_data)
def test_any_json_is_a_message_or_a_format_error(data: Any) -> None:
    try:
        readings = read_all(json.dumps(data))
    except FormatError as error:
        str(error).encode()
    else:
        for reading in readings:
            assert schema.parse(to_dict(reading.message)) == reading.message
            "".join(reading.lost).encode()


@given(nasty | st.builds("curl {} {}".format, st.sampled_from(["-d", "--json", "$'"]), nasty))
def test_any_text_is_a_message_or_a_format_error(text: str) -> None:
    try:
        read_all(text)
    except FormatError as error:
        str(error).encode()


@given(messages, st.data())
def test_broken_json_is_a_format_error(message: Message, data: st.DataObject) -> None:
    text = json.dumps(coext.dump(message, to=TO))
    at = data.draw(st.integers(0, len(text) - 1))
    piece = data.draw(st.sampled_from(["", '"', "{", "]", "\\", "\0"]))
    with contextlib.suppress(FormatError):
        read_all(text[:at] + piece + text[at:])


def test_reads_a_thousand_messages() -> None:
    text = json.dumps([coext.dump(button_message(), to=TO)] * 1000)
    assert len(read_all(text)) == 1000


@pytest.mark.parametrize(
    "text",
    [
        *("curl -d '" + "'\\''" * 200_000, 'curl "' + '\\"' * 400_000, "curl " + "$'" * 400_000),
        *("curl " + "\\\n" * 400_000, "curl " + "a'b'" * 200_000 + " -d {", "# \n" * 300_000),
        *("$" * 900_000, " " * 900_000 + "x", '{"' + '\\"' * 400_000),
    ],
)
def test_a_megabyte_takes_no_long_time(text: str) -> None:
    start = time.perf_counter()
    with pytest.raises(FormatError):
        read_all(text)
    assert time.perf_counter() - start < 5


def test_reads_a_list_with_empty_sections() -> None:
    assert read('{"sections": []}') == ListMessage()
