"""Messages in programs, as our own Code pane and other people write them."""

import pytest
from hypothesis import given

from designer.message.formats import FormatError, coext, meta, read, read_all, snippets, twilio
from designer.message.schema import ButtonMessage, Message

from .examples import button_message, list_message
from .strategies import messages

TO = "+919876543210"


@given(messages)
def test_reads_back_every_program_that_we_hand_out(message: Message) -> None:
    payload = coext.dump(message, to=TO)
    for make in (snippets.curl, snippets.python, snippets.javascript):
        text = make(payload, base_url="https://x.org/it's", path=coext.path(message))
        [reading] = read_all(text)
        assert (reading.message, reading.to) == (message, TO)
        assert (reading.lost, reading.notes) == ([], [])
    assert read(snippets.as_json(payload)) == message
    assert read(snippets.as_json(meta.dump(message, to=TO))) == message


def test_reads_back_twilio_content_that_we_hand_out() -> None:
    export = twilio.dump(button_message(), name="Visit")
    assert read(snippets.as_json(export.payload)) == button_message()


MESSAGE = button_message(body='Don\'t say "no"')
FIELDS = """to: '+919876543210', // who
  body: 'Don\\'t say "no"',
  buttons: [
    { id: 'say_yes', title: `Yes` },
    { id: "say_no", title: "\\u004eo", },
  ]"""
PYTHON = FIELDS.replace("`Yes`", "'''Yes'''").replace("//", "#")
for name in ("to", "body", "buttons", "id", "title"):
    PYTHON = PYTHON.replace(f"{name}:", f"'{name}':")


@pytest.mark.parametrize(
    "program",
    [
        "await fetch('https://x.org', {method: 'POST', headers: {'X-API-Key': key},\n"
        f"  body: JSON.stringify({{\n  {FIELDS}\n}})}});",
        f"// Don't\nconst message = {{ {FIELDS} }};\nfetch(url, {{body: JSON.stringify(message)}})",
        f"axios.post(url, {{ {FIELDS} }}, {{ headers: {{ a: 1 }} }}).then((r) => r.data)",
        "fetch(url, {body: '"
        '{"body": "Don\\\'t say \\\\"no\\\\"", "buttons": [{"id": "say_yes", "title": "Yes"},'
        ' {"id": "say_no", "title": "No"}]}\'})',
        f"import requests\n\nrequests.post(url, json={{{PYTHON}}}, headers={{'a': f'{{key}}'}})",
        f"payload = {{{PYTHON}}}\nhttpx.post(url, content=json.dumps(payload))",
        f"```js\nsend({{ {FIELDS} }})\n```",
    ],
)
def test_reads_a_message_out_of_a_program(program: str) -> None:
    [reading] = read_all(program)
    assert (reading.message, reading.dialect, reading.lost) == (MESSAGE, "coext", [])


@pytest.mark.parametrize("quote", ["'", '"'])
def test_reads_the_here_string_that_powershell_sends(quote: str) -> None:
    body = snippets.as_json(coext.dump(MESSAGE, to=TO))
    program = (
        f"$body = @{quote}\r\n{body}\r\n{quote}@\r\n"
        "Invoke-RestMethod -Uri https://x.org -Headers @{'X-API-Key' = $key} -Body $body"
    )
    assert read(program) == MESSAGE
    with pytest.raises(FormatError, match="The JSON in the here-string breaks at line 2"):
        read(f"$body = @{quote}\n{{\n]\n{quote}@")


def test_reads_a_message_out_of_a_letter() -> None:
    text = f"Hello Ada,\n\nthis is it:\n{snippets.as_json(coext.dump(MESSAGE, to=TO))}\n\nBye, Bob"
    assert read(text) == MESSAGE


def test_what_javascript_fills_into_a_text_becomes_a_variable() -> None:
    body = r"`Hi ${name}, \${5} ${order.total.toFixed(2)} ${1}\n`"
    program = f"send({{body: {body}, buttons: [{{id: `b_${{i}}`}}]}})"
    [reading] = read_all(program)
    assert isinstance(reading.message, ButtonMessage)
    assert reading.message.body == "Hi {{name}}, ${5} {{total}} {{value}}\n"
    assert reading.message.buttons[0].id == "b_{{i}}"
    assert "{{name}} stands for a value that the code has from elsewhere." in reading.notes


def test_a_name_of_the_program_becomes_a_variable() -> None:
    program = (
        "send({to: user.phone, body: greeting, buttons: [{id: 'a', title: 'A'}, {id: 'b', title}]})"
    ).replace(", title}", ", title: last}")
    [reading] = read_all(program)
    assert reading.to == "{{phone}}"
    assert reading.message.body == "{{greeting}}"
    assert reading.notes[:2] == [
        "{{phone}} stands for a value that the code has from elsewhere.",
        "{{greeting}} stands for a value that the code has from elsewhere.",
    ]


def test_reads_each_message_of_a_program() -> None:
    program = "".join(
        snippets.python(coext.dump(m, to=TO), base_url="https://x.org", path="/")
        for m in (list_message(), button_message())
    )
    assert [r.message for r in read_all(program)] == [list_message(), button_message()]


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("send({body: t('hi'), buttons: [{id: 'a', title: 'A'}]})", "not all written out: “t”"),
        ("send({body: 'a' + b, buttons: []})", "not all written out: “+”"),
        ("p = {'body': f'Hi {name}', 'buttons': []}", "not all written out: “f”"),
        ("p = {'body': 'a' 'b', 'buttons': []}", "The message in the code can’t be read"),
        ("send({type: 'template', template: {name: 'x'}})", "This is a WhatsApp template message"),
        ("f({a: 1});" * 5001, "There is too much in this code. Paste the message alone."),
        (f"x{snippets.as_json(coext.dump(MESSAGE, to=TO))}", "This is neither JSON nor a curl"),
        ("console.log({a: 1})", "This is neither JSON nor a curl command nor code with a message"),
        ("function f() { return 1 }", "This is neither JSON nor a curl command nor code"),
    ],
)
def test_says_why_it_cannot_read_a_program(program: str, words: str) -> None:
    with pytest.raises(FormatError, match="^.*" + words.replace("(", "\\(").replace("+", "\\+")):
        read(program)
