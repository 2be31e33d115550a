"""JSON that is nearly JSON, and the words for what is broken in it."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.message.formats import FormatError, read, read_all
from designer.message.formats.literals import relax
from designer.message.schema import Button, ButtonMessage

A = '{"body": "Hi // there, [all, ] of /* you */", "buttons": [{"id": "a", "title": "A"}]}'
MESSAGE = ButtonMessage(
    body="Hi // there, [all, ] of /* you */", buttons=(Button(id="a", title="A"),)
)


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        (A, []),
        (f"// The message\n{A} # end", ["Read without its comments."]),
        (f"/* a\n * b */{A}/* never closed", ["Read without its comments."]),
        (A.replace('"A"}]}', '"A",},],}'), ["Read without its trailing commas."]),
        (
            A.replace('"A"}]}', '"A"} // one\n, /* none */ ]}'),
            ["Read without its comments and trailing commas."],
        ),
        (
            A.replace('{"body"', '{"body": "Old", "body"'),
            ["“body” stands twice in the same object: the last one counts."],
        ),
        (f"{A},", []),
    ],
)
def test_reads_json_that_is_nearly_json_and_says_so(text: str, notes: list[str]) -> None:
    [reading] = read_all(text)
    assert (reading.message, reading.notes) == (MESSAGE, notes)


@pytest.mark.parametrize("between", ["\n", "\r\n", "\n\n", " ", ",\n", ""])
def test_reads_one_object_a_line(between: str) -> None:
    assert [each.message for each in read_all(between.join([A] * 3))] == [MESSAGE] * 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"body" "x"}', "line 1, column 9: a colon must stand between a name and its value"),
        ("{'body': 'x'}", "line 1, column 2: ' stands where a straight double quote (\") must"),
        ("{“body”: “x”}", 'line 1, column 2: “ stands where a straight double quote (") must'),
        ('{"body": “x”}', 'line 1, column 10: “ stands where a straight double quote (") must'),
        ('{body: "x"}', 'line 1, column 2: body needs double quotes (") around it'),
        ('{"body": Hello}', 'line 1, column 10: Hello needs double quotes (") around it'),
        ('{"body": "x}', 'line 1, column 10: this text has no " at its end'),
        ('{"body": "x\ny"}', "line 1, column 12: a text ends with its line here"),
        ('{"body": "x\ty"}', "line 1, column 12: a text can’t hold the character U+0009 as it is"),
        ('{"body": "\\x"}', "line 1, column 11: a backslash stands before what it can’t"),
        ('{"body": "x"', "line 1, column 13: it ends too early: a } or ] is missing"),
        ('{"body": ', "it ends too early"),
        ('{"body":\u00a0"x"}', "column 9: a character that JSON doesn’t know stands here (U+00A0)"),
        ('{"body": }', "line 1, column 10: a value is missing before this }"),
        ('{"body": [,]}', "a value is missing before this ,"),
        ('{"body": "say "hi" now"}', "line 1, column 16: a comma is missing before this"),
        ('{"a": 1} and more', "line 1, column 10: the JSON is over before this, but more follows"),
        # With a comment above, the place is still that of the text as it was pasted.
        (
            '// one\n{ /* two */ "body": "x",\n  "to": [1 2]}',
            "line 3, column 12: a comma is missing",
        ),
        ("Dear all, hello", "This is neither JSON nor a curl command nor code"),
        ("<html>{}</html>", "This is neither JSON nor a curl command nor code"),
    ],
)
def test_says_in_plain_words_what_is_broken(text: str, words: str) -> None:
    with pytest.raises(FormatError) as error:
        read(text)
    assert words in str(error.value)
    assert "xpecting" not in str(error.value)


def test_place_of_an_error_counts_in_the_whole_document() -> None:
    with pytest.raises(FormatError) as error:
        read('The body:\n\n```json\n{"body": "x"\n "to": 1}\n```\n')
    assert (error.value.line, error.value.column) == (5, 2)
    with pytest.raises(FormatError) as error:
        read("curl -d '{' https://x.org")
    assert "in the curl command" in str(error.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.text(st.sampled_from("a,]}\"'\\/*#\n“"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)


@given(json_values, st.booleans())
def test_relaxing_json_changes_nothing_in_it(value: object, code: bool) -> None:
    assert json.loads(relax(json.dumps(value, indent=1), code=code).text) == value


@given(json_values, st.data())
def test_comments_and_trailing_commas_go_wherever_they_stand(
    value: object, data: st.DataObject
) -> None:
    extra = st.sampled_from(["", " ", '// a, ] "b\n', '/* " , } */', "# it's\n", ","])

    def written(value: object) -> str:
        space, comma = data.draw(extra), data.draw(extra)
        space, end = space.replace(",", ""), comma if value else comma.replace(",", "")
        if isinstance(value, dict):
            inner = (f"{json.dumps(key)}{space}:{written(each)}" for key, each in value.items())
            return "{" + ",".join(inner) + end + "}"
        if isinstance(value, list):
            return "[" + ",".join(map(written, value)) + end + "]"
        return space + json.dumps(value)

    assert json.loads(relax(written(value)).text) == value


@pytest.mark.parametrize(
    "text",
    [
        *("{" + "/*" * 450_000, "{" + "/* */" * 180_000, "{" + "'" * 900_000, "{" + "`" * 900_000),
        *('{"' + "\n" * 900_000, "[" + "1," * 400_000 + "x", "{" + '"""' * 300_000),
        *("{}" * 400_000, "{},\n" * 200_000, '{"a":1,"a":1}\n' * 60_000),
        *("x = " + "{a:" * 300_000, "x = " + "{a: f({" * 120_000, "f('{')" * 150_000),
        *("x = " + "[{}," * 200_000, "f({'buttons': g()});" * 40_000, "x={a:b.c.d.e}\n" * 60_000),
        *('{"data":' * 100_000, '{"data":"{' + '\\"data\\":\\"' * 80_000, '[{"data":[' * 90_000),
        '{"buttons":["' + '","'.join(["a"] * 200_000) + "5x",
    ],
)
def test_a_megabyte_takes_no_long_time(text: str) -> None:
    # The processor's time: others may be at work here.
    start = time.process_time()
    with pytest.raises(FormatError):
        read_all(text)
    assert time.process_time() - start < 5


def test_a_megabyte_of_bare_titles_takes_no_long_time() -> None:
    text = json.dumps({"buttons": ["a"] * 190_000})
    start = time.process_time()
    with pytest.raises(FormatError, match="190,000 buttons"):
        read_all(text)
    assert time.process_time() - start < 10


def test_each_of_a_thousand_bare_titles_gets_an_id_of_its_own() -> None:
    [reading] = read_all(json.dumps({"buttons": ["a"] * 1_000}))
    assert isinstance(reading.message, ButtonMessage)
    assert len({button.id for button in reading.message.buttons}) == 1_000
