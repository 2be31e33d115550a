import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.message import schema
from designer.message.checks import Problem, check, check_reference
from designer.message.formats import coext
from designer.message.schema import Button, Header, ListMessage, Message, Row, Section

from .examples import (
    REQUESTS,
    a_row,
    button_message,
    list_message,
    with_media,
)
from .strategies import drafts


def found(problems: list[Problem]) -> list[tuple[str, str, str]]:
    return [(problem.level, problem.rule, problem.field) for problem in problems]


def only(message: Message, **more: Any) -> Problem:
    """The one problem that the message has."""
    problems = check(message, **more)
    assert len(problems) == 1, problems
    return problems[0]


def rows(count: int, start: int = 0) -> tuple[Row, ...]:
    return tuple(a_row(f"number {n}") for n in range(start, start + count))


# --- what is fine


@pytest.mark.parametrize("name", REQUESTS)
def test_finds_no_error_or_warning_in_the_contracts_examples(name: str) -> None:
    problems = check(coext.load(REQUESTS[name]))
    assert {problem.level for problem in problems} <= {"advice"}


def test_finds_nothing_in_a_good_message() -> None:
    assert check(list_message()) == []
    assert check(button_message()) == []


# --- lengths

TOO_LONG = [
    (list_message(header="x" * 61), "header", 61, 60),
    (list_message(body="x" * 1026), "body", 1026, 1024),
    (list_message(footer="x" * 61), "footer", 61, 60),
    (list_message(button="x" * 22), "button", 22, 20),
    (list_message(sections=(Section(title="x" * 25, rows=rows(4)),)), "sections.0.title", 25, 24),
    (list_message(a_row(id="x" * 201)), "sections.0.rows.0.id", 201, 200),
    (list_message(a_row(title="x" * 25)), "sections.0.rows.0.title", 25, 24),
    (list_message(a_row(description="x" * 73)), "sections.0.rows.0.description", 73, 72),
    (button_message(header=Header(type="text", text="x" * 61)), "header.text", 61, 60),
    (button_message(body="x" * 1025), "body", 1025, 1024),
    (button_message(footer="x" * 61), "footer", 61, 60),
    (button_message(Button(id="x" * 257, title="Yes")), "buttons.0.id", 257, 256),
    (button_message(Button(id="say_yes", title="x" * 21)), "buttons.0.title", 21, 20),
]


@pytest.mark.parametrize(("message", "path", "count", "most"), TOO_LONG)
def test_refuses_a_text_over_its_limit(message: Message, path: str, count: int, most: int) -> None:
    problem = only(message)
    assert (problem.level, problem.rule, problem.field) == ("error", "too-long", path)
    expected = f" is {count} characters; the limit is {most}. Take away {count - most}."
    assert problem.text == problem.label + expected


def test_accepts_each_text_at_its_limit() -> None:
    message = list_message(
        Row(id="x" * 200, title="x" * 24, description="x" * 72),
        *rows(3),
        header="x" * 60,
        body="x" * 1024,
        footer="x" * 60,
        button="x" * 20,
    )
    assert check(message) == []
    buttons = [Button(id="x" * 256, title="x" * 20)]
    header = Header(type="text", text="x" * 60)
    assert check(button_message(*buttons, header=header, body="x" * 1024)) == []


def test_counts_a_crlf_as_one_character() -> None:
    assert check(button_message(body="x\r\n" * 512)) == []


def test_warns_of_what_only_utf16_takes_over_the_limit() -> None:
    problem = only(list_message(button="🛍️ Order on WhatsApp"))
    assert (problem.level, problem.rule) == ("warning", "utf16-length")
    assert "20 characters" in problem.text
    assert "21" in problem.text


# --- what is required


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u200b", "\u00a0\u2003"])
@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda text: list_message(body=text), "body"),
        (lambda text: list_message(button=text), "button"),
        (lambda text: list_message(a_row(title=text)), "sections.0.rows.0.title"),
        (lambda text: list_message(a_row(id=text)), "sections.0.rows.0.id"),
        (lambda text: button_message(body=text), "body"),
        (lambda text: button_message(Button(id="say_yes", title=text)), "buttons.0.title"),
        (lambda text: button_message(Button(id=text, title="Yes")), "buttons.0.id"),
        (lambda text: button_message(header=Header(type="text", text=text)), "header.text"),
        (lambda text: with_media("image", text), "header.link"),
    ],
)
def test_refuses_an_empty_or_blank_required_text(text: str, make: Any, path: str) -> None:
    errors = [p for p in check(make(text)) if p.level == "error"]
    assert found(errors) == [("error", "required", path)]


@pytest.mark.parametrize("field", ["header", "footer"])
def test_warns_of_a_blank_optional_text(field: str) -> None:
    assert found(check(list_message(**{field: "  "}))) == [("warning", "blank", field)]


def test_refuses_a_list_without_sections_or_rows() -> None:
    assert found(check(list_message(sections=()))) == [("error", "too-few", "sections")]
    problem = only(list_message(sections=(Section(title="Menu"),)))
    assert (problem.rule, problem.field) == ("too-few", "sections.0.rows")
    assert problem.text == "Section 1 rows are missing. Add at least 1."


def test_refuses_a_message_without_buttons() -> None:
    assert found(check(button_message(buttons=()))) == [("error", "too-few", "buttons")]


# --- how many


def test_refuses_more_than_three_buttons() -> None:
    buttons = [Button(id=f"say_{n}", title=f"Say {n}") for n in range(5)]
    problem = only(button_message(*buttons))
    assert (problem.level, problem.rule) == ("error", "too-many")
    assert problem.text == "Buttons are 5; the limit is 3. Take away 2, or make it a list."


def test_refuses_more_than_ten_sections() -> None:
    sections = tuple(Section(title=f"Section {s}", rows=rows(1, start=s)) for s in range(11))
    assert ("error", "too-many", "sections") in found(check(list_message(sections=sections)))


def test_refuses_more_than_ten_rows_in_a_section_and_says_it_once() -> None:
    assert found(check(list_message(*rows(12)))) == [("error", "too-many", "sections.0.rows")]


def test_warns_of_more_than_ten_rows_over_all_sections() -> None:
    sections = (Section(title="A", rows=rows(6)), Section(title="B", rows=rows(6, start=6)))
    problem = only(list_message(sections=sections))
    assert (problem.level, problem.rule, problem.field) == ("warning", "total-rows", "sections")
    assert "12 rows" in problem.text
    assert problem.text.endswith("Take away 2.")


def test_counts_every_row_also_in_a_section_that_has_too_many() -> None:
    counts = [11, *[10] * 8, 9]
    sections = tuple(
        Section(title=f"Section {s}", rows=rows(count, start=100 * s))
        for s, count in enumerate(counts)
    )
    problems = check(list_message(sections=sections))
    assert found(problems) == [
        ("warning", "total-rows", "sections"),
        ("error", "too-many", "sections.0.rows"),
    ]
    assert "have 100 rows in all" in problems[0].text
    assert problems[0].text.endswith("Take away 90.")


def test_warns_of_an_untitled_section_only_beside_others() -> None:
    assert check(list_message(sections=(Section(rows=rows(4)),))) == []
    sections = (Section(title="A", rows=rows(4)), Section(rows=rows(1, start=4)))
    assert found(check(list_message(sections=sections))) == [
        ("warning", "section-title-needed", "sections.1.title")
    ]


# --- characters


@pytest.mark.parametrize(
    ("character", "rule"),
    [
        ("\0", "control-character"),
        ("\t", "control-character"),
        ("\x7f", "control-character"),
        ("\x9b", "control-character"),
        ("\ud800", "lone-surrogate"),
    ],
)
def test_refuses_characters_that_no_message_can_hold(character: str, rule: str) -> None:
    message = button_message(body=f"Shall {character}we{character} come?")
    problem = only(message)
    assert (problem.level, problem.rule) == ("error", rule)
    assert "at character 7" in problem.text


def test_accepts_newlines_in_the_body_and_advises_against_them_elsewhere() -> None:
    assert check(button_message(body="Shall we\ncome?")) == []
    assert found(check(button_message(footer="a\nb"))) == [("advice", "line-break", "footer")]


# --- ids and titles


def test_refuses_an_id_that_was_there_before() -> None:
    sections = (
        Section(title="A", rows=(a_row("x", id="same"), *rows(3))),
        Section(title="B", rows=(a_row("y", id="same"),)),
    )
    problem = only(list_message(sections=sections))
    assert (problem.level, problem.rule) == ("error", "duplicate-id")
    assert problem.field == "sections.1.rows.0.id"
    assert "Section 1 row 1 ID" in problem.text


def test_compares_ids_as_they_are_filled() -> None:
    message = button_message(Button(id="{{a}}", title="Yes"), Button(id="{{b}}", title="No"))
    assert check(message) == []
    problem = only(message, samples={"a": "same", "b": "same"})
    assert problem.rule == "duplicate-id"
    assert "{{b}} filled in as “same”" in problem.text


def test_does_not_call_empty_ids_duplicates() -> None:
    message = button_message(Button(title="Yes"), Button(title="No"))
    assert {problem.rule for problem in check(message)} == {"required"}


def test_warns_of_two_buttons_with_one_title() -> None:
    message = button_message(Button(id="say_a", title="Yes"), Button(id="say_b", title="Yes"))
    assert found(check(message)) == [("warning", "duplicate-title", "buttons.1.title")]


def test_advises_against_two_rows_with_one_title() -> None:
    message = list_message(a_row("a", title="Same"), a_row("b", title="Same"))
    assert found(check(message)) == [("advice", "duplicate-title", "sections.0.rows.1.title")]


@pytest.mark.parametrize("id_", [" say_yes", "say_yes "])
def test_warns_of_spaces_around_an_id(id_: str) -> None:
    message = button_message(Button(id=id_, title="Yes"))
    assert found(check(message)) == [("warning", "outer-spaces", "buttons.0.id")]


@pytest.mark.parametrize("id_", ["1", "row_3", "option2", "id", "x"])
def test_advises_a_descriptive_id(id_: str) -> None:
    problem = only(button_message(Button(id=id_, title="Track my order")))
    assert (problem.level, problem.rule) == ("advice", "vague-id")
    assert "“track_my_order”" in problem.text


@pytest.mark.parametrize("title", ["", "你好", "1"])
def test_advises_no_other_id_where_the_title_gives_none(title: str) -> None:
    message = button_message(Button(id="option_1", title=title))
    assert "vague-id" not in {problem.rule for problem in check(message)}


# --- variables


def test_says_when_a_value_takes_a_text_over_its_limit() -> None:
    message = list_message(a_row(title="Order of {{name}}"))
    assert check(message, {"name": "Asha"}) == []
    problem = only(message, samples={"name": "Bartholomew the Great"})
    assert problem.rule == "too-long"
    assert problem.text == (
        "Section 1 row 1 title is 30 characters with {{name}} filled in as “Bartholomew the "
        "Great”; the limit is 24. Take away 6 or use shorter values."
    )


def test_warns_of_what_only_the_longest_value_takes_over_the_limit() -> None:
    message = list_message(a_row(title="Order of {{name}}"))
    problem = only(message, samples={"name": "Asha"}, longest={"name": "x" * 22})
    assert (problem.level, problem.rule) == ("warning", "maybe-too-long")
    assert "31 characters" in problem.text
    assert "7 more" in problem.text


def test_says_a_length_once_when_sample_and_longest_are_over() -> None:
    message = list_message(a_row(title="Order of {{name}}"))
    assert only(message, samples={"name": "x" * 20}, longest={"name": "x" * 22}).rule == "too-long"


def test_checks_the_values_characters() -> None:
    problem = only(button_message(body="Hello dear {{a}}"), samples={"a": "\0"})
    assert problem.rule == "control-character"
    assert "{{a}}" in problem.text
    problem.text.encode()


@pytest.mark.parametrize(
    "typed",
    [
        *("{{ name }}", "{{first name}}", "{{é}}", "{{}}", "{{name}, bye", "{{name", "{{имя"),
        *("{{first name}", "{{ name }", "{{name\n}}", "{{{name}"),
    ],
)
def test_warns_of_what_only_looks_like_a_variable(typed: str) -> None:
    problem = only(button_message(body=f"Hello dear {typed}"))
    assert (problem.level, problem.rule) == ("warning", "not-a-variable")


def test_says_how_an_unclosed_variable_ends() -> None:
    problem = only(button_message(body="Hello {{Name}, bye {{name}}, all the best"))
    assert problem.detail == (
        "would show “{{Name}” as it stands: a variable ends with two braces. Write {{Name}}."
    )


@pytest.mark.parametrize("typed", ["{{", "a {{ b", "{{}", "{name}", "{{{name}}}", "}}"])
def test_takes_other_braces_for_what_they_are(typed: str) -> None:
    rules = [each.rule for each in check(button_message(body=f"Hello dear {typed}"))]
    assert "not-a-variable" not in rules


def test_names_more_than_one_broken_variable() -> None:
    [problem] = [
        each
        for each in check(list_message(body="{{ name }}, {{a-b}}, {{}}, {{ name }}: choose one"))
        if each.rule == "not-a-variable"
    ]
    assert "“{{ name }}” and “{{a-b}}” and 1 more" in problem.text


def test_advises_to_give_a_variable_its_sample() -> None:
    message = button_message(body="Hello {{name}}, order {{order}} is here, {{name}}")
    assert check(message) == []
    assert check(message, samples={"name": "Asha", "order": "7"}) == []
    problem = only(message, samples={"name": "Asha"})
    assert (problem.level, problem.rule) == ("advice", "no-sample")
    assert problem.field == "samples.order"
    assert problem.text == "{{order}} has no sample yet: the preview shows it as it is."
    assert only(message, samples={}).text.startswith("{{name}} and 1 more have no sample yet:")


# --- the header's file


@pytest.mark.parametrize(
    ("kind", "link"),
    [
        ("image", "https://x.org/a.jpg"),
        ("image", "https://x.org/a.PNG?size=2#top"),
        ("video", "https://x.org:8443/a.mp4"),
        ("document", "https://x.org/a%20b.pdf"),
        ("image", "{{picture}}"),
        ("image", "https://x.org/{{picture}}"),
    ],
)
def test_accepts_a_plausible_link(kind: str, link: str) -> None:
    assert check(with_media(kind, link)) == []


@pytest.mark.parametrize(
    "link",
    [
        *("x", "ftp://x.org/a.jpg", "javascript:alert(1)", "https://", "https:///a.jpg"),
        *("https://x.org/a b.jpg", "https://[::1/a.jpg", "https://x.org:99999/a.jpg"),
        *("data:image/png;base64,AA", "//x.org/a.jpg", " https://x.org/a.jpg"),
    ],
)
def test_refuses_what_is_no_web_address(link: str) -> None:
    assert found(check(with_media("image", link))) == [("error", "bad-link", "header.link")]


def test_warns_of_a_link_without_tls() -> None:
    assert found(check(with_media("image", "http://x.org/a.jpg"))) == [
        ("warning", "http-link", "header.link")
    ]


@pytest.mark.parametrize(
    ("kind", "link"),
    [("image", "https://x.org/a.gif"), ("video", "https://x.org/"), ("document", "https://x.org")],
)
def test_advises_on_an_implausible_extension(kind: str, link: str) -> None:
    assert found(check(with_media(kind, link))) == [("advice", "link-extension", "header.link")]


@pytest.mark.parametrize(
    ("link", "name", "words"),
    [
        ("https://x.org/a.pdf", "Menu.pdf", ""),
        ("https://x.org/A.PDF?v=2", "Menu.Pdf", ""),
        ("https://x.org/a.pdf", "Menu", "has no extension, such as .pdf"),
        ("https://x.org/a.pdf", "Menu.docx", "ends in .docx, but the link leads to a .pdf file"),
        ("https://x.org/a.pdf", "Menu.exe", "ends in .exe, but the link leads to a .pdf file"),
        ("https://x.org/file", "Menu.exe", "doesn't end in .pdf, .doc"),
        ("https://x.org/file", "Menu.docx", ""),
        ("https://x.org/a.pdf", "Menu of {{day}}.pdf", ""),
    ],
)
def test_advises_on_the_extension_of_a_file_name(link: str, name: str, words: str) -> None:
    all_problems = check(with_media("document", link, name))
    problems = [problem for problem in all_problems if problem.rule == "filename-extension"]
    assert [(p.level, p.field, words in p.detail) for p in problems] == (
        [("advice", "header.filename", True)] if words else []
    )


def test_ignores_what_a_header_keeps_for_another_type() -> None:
    header = Header(type="text", text="Hi", link="not a link", filename="x\0")
    assert check(button_message(header=header)) == []


# --- advice


@pytest.mark.parametrize(
    ("message", "rule", "path"),
    [
        (button_message(body="Hi"), "short-body", "body"),
        (button_message(body="Party! " + "🎉" * 6), "many-emoji", "body"),
        (button_message(footer="🎉🎉🎉"), "many-emoji", "footer"),
        (button_message(Button(id="say_yes", title="✅ Yes")), "button-emoji", "buttons.0.title"),
        (list_message(button="Click here!"), "vague-call", "button"),
        (list_message(header="*New*"), "literal-marks", "header"),
        (
            list_message(a_row(description="_new_")),
            "literal-marks",
            "sections.0.rows.0.description",
        ),
        (list_message(a_row(description="")), "few-choices", "sections"),
    ],
)
def test_advises(message: Message, rule: str, path: str) -> None:
    assert found(check(message)) == [("advice", rule, path)]


def test_says_emoji_in_button_titles_once() -> None:
    buttons = [Button(id=f"rate_{n}", title=f"😀 Rate {n}") for n in range(3)]
    assert only(button_message(*buttons)).text.startswith("Button 1 title and 2 more have emoji")


def test_keeps_lists_that_buttons_could_not_show() -> None:
    described = list_message(a_row())
    categories = list_message(
        sections=tuple(
            Section(title=f"S{s}", rows=(a_row(f"dish {s}", description=""),)) for s in range(2)
        )
    )
    many = list_message(*(row.model_copy(update={"description": ""}) for row in rows(4)))
    long = list_message(a_row(title="A title of 21 letters", description=""))
    for message in (described, categories, many, long):
        assert check(message) == []


# --- the reference


def test_checks_a_reference() -> None:
    assert check_reference("") == []
    assert check_reference("x" * 100) == []
    assert found(check_reference("x" * 101)) == [("error", "too-long", "reference")]
    assert found(check_reference("\0")) == [("error", "control-character", "reference")]


# --- all of it

values = st.dictionaries(
    st.sampled_from(["a", "ab", "name"]), st.text(st.characters(), max_size=40)
)


@given(drafts, values, values)
def test_says_nothing_twice_and_all_in_reading_order(
    message: Message, samples: dict[str, str], longest: dict[str, str]
) -> None:
    problems = check(message, samples, longest)
    places = [(problem.field, problem.rule) for problem in problems]
    assert len(places) == len(set(places))
    order = [path for path, _ in schema.fields(message)]
    ranks = [order.index(problem.field) for problem in problems if problem.field in order]
    assert ranks == sorted(ranks)


@given(drafts, values)
def test_every_problem_reads_whole_by_itself(message: Message, samples: dict[str, str]) -> None:
    for problem in check(message, samples):
        problem.text.encode()
        assert problem.text == f"{problem.label} {problem.detail}"
        assert problem.text.endswith(".")
        assert len(problem.text) < 400


@given(drafts)
def test_what_has_no_error_keeps_the_contract(message: Message) -> None:
    if any(problem.level == "error" for problem in check(message)):
        return
    payload = coext.dump(message, to="+919876543210")
    assert 1 <= len(payload["body"]) <= 1024
    if isinstance(message, ListMessage):
        ids = [row["id"] for section in payload["sections"] for row in section["rows"]]
        assert 1 <= len(payload["sections"]) <= 10
    else:
        ids = [button["id"] for button in payload["buttons"]]
        assert 1 <= len(ids) <= 3
    assert all(ids)
    assert len(ids) == len(set(ids))


def fastest(message: Message, **values: dict[str, str]) -> float:
    """Milliseconds of the fastest of several checks."""
    best = float("inf")
    for _ in range(10):
        start = time.perf_counter()
        check(message, **values)
        best = min(best, time.perf_counter() - start)
    return best * 1000


def test_checks_ten_rows_fast_enough_for_every_keystroke() -> None:
    message = list_message(*(a_row(title=f"{{{{name}}}} 👍 {n}") for n in range(10)))
    assert fastest(message, samples={"name": "x"}, longest={"name": "xy"}) < 5  # about 0.4


@pytest.mark.parametrize("text", ["x", "👍", "*_~", "{{a}}", "{{", "\0", "\n", " ", "https://"])
def test_checks_a_hundred_kilobytes_in_no_long_time(text: str) -> None:
    long = text * (100_000 // len(text))
    message = list_message(a_row(id=long, title=long), header=long, body=long)
    assert fastest(message, samples={"a": "x"}) < 2000  # about 200
