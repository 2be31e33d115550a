"""What the format bar does to a text, as a table, and that it agrees with what the preview draws.

In a state, `|` is the caret, or `[` and `]` stand around the selection. It runs in a page of its
own that holds nothing but the script.
"""

import html
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from designer.message.markup import to_html

SCRIPT = Path(__file__).parents[2] / "static" / "js" / "marks.js"
BOLD, ITALIC, STRIKE, MONO = "*", "_", "~", "`"
TAGS = {"strong": BOLD, "em": ITALIC, "s": STRIKE, "code": MONO}

State = dict[str, Any]


@pytest.fixture(scope="module")
def script(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    page.add_script_tag(path=SCRIPT)
    yield page
    page.close()


def units(text: str) -> int:
    """The length in UTF-16 units, as a field in a browser counts."""
    return len(text.encode("utf-16-le")) // 2


def read(drawn: str) -> State:
    start, _, rest = drawn.partition("[") if "[" in drawn else drawn.partition("|")
    inside, _, end = rest.rpartition("]") if "[" in drawn else ("", "", rest)
    return {"text": start + inside + end, "start": units(start), "end": units(start + inside)}


def draw(state: State) -> str:
    text = state["text"].encode("utf-16-le")
    start, end = state["start"] * 2, state["end"] * 2
    parts = [part.decode("utf-16-le") for part in (text[:start], text[start:end], text[end:])]
    return "|".join(parts[::2]) if start == end else "{}[{}]{}".format(*parts)


def toggle(page: Page, drawn: str, *signs: str) -> str:
    state = read(drawn)
    for sign in signs:
        call = "toggle" if len(sign) == 1 else "toggleLines"
        state = page.evaluate(f"([state, sign]) => marks.{call}(state, sign)", [state, sign])
    return draw(state)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- one|", "- one\n- |"),
        ("* one|", "* one\n* |"),
        ("> one|\ntwo", "> one\n> |\ntwo"),
        ("9. one|", "9. one\n10. |"),
        ("- on|e", "- on\n- |e"),
        # a line of nothing but the sign ends the list
        ("- one\n- |", "- one\n|"),
        ("1. one\n2. |\nafter", "1. one\n|\nafter"),
        # a line break like any other
        ("one|", None),
        ("|- one", None),
        ("-| one", None),
        ("- [one]", None),
        ("*one|*", None),
        ("```\n- one|\n```", None),
    ],
)
def test_enter_goes_on_with_a_list(script: Page, before: str, after: str | None) -> None:
    found = script.evaluate("(state) => marks.nextLine(state)", read(before))
    assert (draw(found) if found else None) == after


@pytest.mark.parametrize(
    ("before", "sign", "after"),
    [
        # a selection and back
        ("[Hello] there", BOLD, "*[Hello]* there"),
        ("*[Hello]* there", BOLD, "[Hello] there"),
        ("[*Hello*] there", BOLD, "[Hello] there"),
        ("[ Hello ]there", BOLD, "[ *Hello* ]there"),
        # in any order of nesting
        ("_*[world]*_", BOLD, "_[world]_"),
        ("*_[world]_*", BOLD, "_[world]_"),
        ("[*_world_*]", ITALIC, "[*world*]"),
        ("~_*[world]*_~", ITALIC, "~*[world]*~"),
        ("*`[x]`*", BOLD, "`[x]`"),
        ("*`[x]`*", MONO, "*[x]*"),
        # line by line
        ("[a\n\nb\nc]", BOLD, "*[a*\n\n*b*\n*c]*"),
        ("[*a*\n\n*b*\n*c*]", BOLD, "[a\n\nb\nc]"),
        ("[*a*\nb]", BOLD, "[*a*\n*b]*"),
        ("[- one\n2. two\n> three]", ITALIC, "[- _one_\n2. _two_\n> _three]_"),
        # the caret alone takes the word
        ("*wo|rld*", BOLD, "wo|rld"),
        ("wo|rld", BOLD, "*wo|rld*"),
        ("hello wo|rld!", BOLD, "hello *wo|rld*!"),
        ("hello|", BOLD, "*hello|*"),
        ("|hello", BOLD, "*|hello*"),
        ("|- hello", BOLD, "- *|hello*"),
        ("do|n't", BOLD, "*do|n't*"),
        ("snake_ca|se", ITALIC, "_snake_ca|se_"),
        ("Hi {{first_na|me}}", BOLD, "Hi *{{first_na|me}}*"),
        ("see https://exa|mple.com/a_b.", ITALIC, "see _https://exa|mple.com/a_b_."),
        ("*big ba|d wolf*", BOLD, "*big* ba|d *wolf*"),
        # nothing to take: a pair to type in, which goes again
        ("|", BOLD, "*|*"),
        ("*|*", BOLD, "|"),
        ("Hi |, you", MONO, "Hi `|`, you"),
        ("*_|_*", BOLD, "_|_"),
        ("*|*", ITALIC, "*_|_*"),
        ("*big |  wolf*", BOLD, "*big* |  *wolf*"),
        # at the end of a pair one types on outside, or inside again
        ("*foo|*", BOLD, "*foo*|"),
        ("*foo*|", BOLD, "*foo|*"),
        ("|*foo*", BOLD, "*|foo*"),
        ("*_foo|_* bar", BOLD, "*_foo_*| bar"),
        ("*_foo|_* bar", ITALIC, "*_foo_|* bar"),
        # what has the mark already
        ("[hello *world* foo]", BOLD, "*[hello world foo]*"),
        ("[*a* b] c", BOLD, "[*a b]* c"),
        ("*a[b c*] d", BOLD, "a[b c] d"),
        ("*foo*[!]", BOLD, "*foo[!]*"),
        ("[hello *world foo]", BOLD, "*[hello *world foo]*"),
        ("[5* hotel]", BOLD, "*[5 hotel]*"),
        ("*big [bad] wolf*", BOLD, "*big* [bad] *wolf*"),
        ("*[hello]!* you", BOLD, "[hello]! you"),
        # whole words, so that WhatsApp shows it
        ("[foo]bar", BOLD, "*[foo]bar*"),
        ("fo[o b]ar baz", BOLD, "*fo[o b]ar* baz"),
        ("foo[!]bar", BOLD, "*foo[!]bar*"),
        ("{{name}}[!] you", BOLD, "*{{name}}[!]* you"),
        ("foo{{na[me}}]", BOLD, "*foo{{na[me}}]*"),
        ("naï[ve] é", BOLD, "*naï[ve]* é"),
        ("नम[स्]ते दोस्त", BOLD, "*नम[स्]ते* दोस्त"),
        ("مر[حب]ا بك", BOLD, "*مر[حب]ا* بك"),
        ("𝐀[𝐁]𝐂 d", ITALIC, "_𝐀[𝐁]𝐂_ d"),
        ("👋[Hi]👨‍👩‍👧", BOLD, "👋*[Hi]*👨‍👩‍👧"),
        ("[🎉]", STRIKE, "~[🎉]~"),
        # no pair crosses another
        ("_hello [world_ foo]", BOLD, "_hello *[world*_ *foo]*"),
        ("[a _b] c_ d", BOLD, "*[a* _*b]* c_ d"),
        ("*a _b [c]_ d*", BOLD, "*a* _*b* [c]_ *d*"),
        ("[_foo_ bar]", BOLD, "*[_foo_ bar]*"),
        # nothing in code is formatted
        ("see `a [b] c`", BOLD, "see *`a [b] c`*"),
        ("[*foo* bar]", MONO, "[*`foo`* `bar]`"),
        ("```a [b]```", BOLD, "```a [b]```"),
        ("```a [b]``` c", MONO, "a [b] c"),
        ("[```a``` b]", BOLD, "[```a``` *b]*"),
        ("*x:`[a] b` c*", BOLD, "x:`[a] b` *c*"),
        # lists and quotes
        ("[one\n\ntwo]", "bullet", "- [one\n\n- two]"),
        ("[- one\n\n* two]", "bullet", "[one\n\ntwo]"),
        ("[- one\n- two]", "quote", "[> one\n> two]"),
        ("[> one\ntwo]", "number", "[1. one\n2. two]"),
        ("[one\n\ntwo\n]three", "number", "1. [one\n\n2. two\n]three"),
        ("[1. one\n\n2. two]", "number", "[one\n\ntwo]"),
        ("1. one\ntw|o", "number", "1. one\n2. tw|o"),
        ("on|e\ntwo", "quote", "> on|e\ntwo"),
        ("> on|e\ntwo", "quote", "on|e\ntwo"),
        ("one\n|", "bullet", "one\n- |"),
        ("- |", "bullet", "|"),
        ("-| one", "number", "1.| one"),
        ("12. o|ne", "quote", "> o|ne"),
        ("* My| Name*", "bullet", "- * My| Name*"),
        ("```one\ntw|o```", "bullet", "```one\ntw|o```"),
    ],
)
def test_what_a_press_does(script: Page, before: str, sign: str, after: str) -> None:
    assert toggle(script, before, sign) == after


@pytest.mark.parametrize(
    "order", [(BOLD, ITALIC, BOLD, ITALIC), (STRIKE, BOLD, MONO, BOLD, STRIKE, MONO)]
)
def test_marks_come_off_in_any_order(script: Page, order: tuple[str, ...]) -> None:
    assert toggle(script, "hello [world]", *order) == "hello [world]"


Shown = list[tuple[str, frozenset[str]]]
PIECES = [*"*_~`ab!", " ", " ", "é", "𝐀", "स्", "👍", "**", "www.x", "{{a}}", "1"]


def lines(count: int, seed: int) -> list[str]:
    """Lines that try the rules. None begins as a list does."""
    chance = random.Random(seed)
    return ["x " + "".join(chance.choices(PIECES, k=chance.randint(1, 14))) for _ in range(count)]


def previewed(text: str) -> Shown:
    """Each character of a text that the preview shows, with the marks that it has there."""
    shown: Shown = []
    on: list[str] = []
    for tag, ends, name, character in re.findall(r"(<(/?)(\w+)[^>]*>)|(&\w+;|.)", to_html(text)):
        if not tag:
            shown.append((html.unescape(character), frozenset(on)))
        elif name in TAGS:
            on = on[:-1] if ends else [*on, TAGS[name]]
    return shown


def paired(text: str, pairs: list[dict[str, Any]]) -> Shown:
    """The same by what the script reads."""
    units = text.encode("utf-16-le")
    before = [len(units[: pair["open"] * 2].decode("utf-16-le")) for pair in pairs]
    after = [len(units[: pair["close"] * 2].decode("utf-16-le")) for pair in pairs]
    spans = list(zip([pair["mark"] for pair in pairs], before, after, strict=True))
    return [
        (character, frozenset(mark for mark, start, end in spans if start < at < end))
        for at, character in enumerate(text)
        if at not in {*before, *after}
    ]


def test_reads_marks_as_the_preview_draws_them(script: Page) -> None:
    texts = lines(2500, seed=1)
    read = script.evaluate("(texts) => texts.map((text) => marks.pairs(text))", texts)
    for text, pairs in zip(texts, read, strict=True):
        assert paired(text, pairs) == previewed(text), text


def test_a_press_shows_in_the_preview_or_leaves_the_text_alone(script: Page) -> None:
    chance = random.Random(2)
    presses: list[tuple[State, str]] = []
    for text in lines(2500, seed=3):
        start, end = sorted(chance.sample(range(2, len(text) + 1), k=2))
        state = read(f"{text[:start]}[{text[start:end]}]{text[end:]}")
        presses.append((state, chance.choice("*_~`")))
    press = """(presses) => presses.map(([state, mark]) => {
        const done = marks.toggle(state, mark);
        return [marks.isOn(state, mark), done, marks.isOn(done, mark)];
    })"""
    results = script.evaluate(press, presses)
    for (state, mark), (was_on, done, is_on) in zip(presses, results, strict=True):
        before, after = previewed(state["text"]), previewed(done["text"])
        if done["text"] == state["text"] and is_on == was_on:
            assert any(character in "*_~`" for character, _ in before), draw(state)
            continue
        assert is_on != was_on, (draw(state), draw(done))
        # When a mark goes, what it kept apart or literal may become formatted.
        if not was_on:
            assert others(before, mark) == others(after, mark), (draw(state), draw(done))


def test_what_is_typed_after_a_press_at_the_caret_shows_the_mark(script: Page) -> None:
    chance = random.Random(4)
    presses: list[tuple[State, str]] = []
    for text in lines(2500, seed=5):
        at = chance.randint(2, len(text))
        presses.append((read(f"{text[:at]}|{text[at:]}"), chance.choice("*_~`")))
    press = """(presses) => presses.map(([state, mark]) => {
        const done = marks.toggle(state, mark);
        const { text, start } = done;
        const typed = `${text.slice(0, start)}z${text.slice(start)}`;
        return [marks.isOn(state, mark), done, marks.isOn(done, mark), typed];
    })"""
    results = script.evaluate(press, presses)
    for (state, mark), (was_on, done, is_on, typed) in zip(presses, results, strict=True):
        before = previewed(state["text"])
        if done["text"] == state["text"] and is_on == was_on:
            # A link takes whatever is typed at its end.
            literal = any(character in "*_~`" for character, _ in before)
            assert literal or "www." in state["text"], draw(state)
            continue
        [on] = [on for character, on in previewed(typed) if character == "z"]
        assert (mark in on) == is_on, (draw(state), draw(done))
        # Of several empty pairs in each other, one goes at a time.
        assert is_on != was_on or 2 * mark in state["text"], (draw(state), draw(done))


def others(shown: Shown, mark: str) -> Shown:
    return [(character, on - {mark}) for character, on in shown if character != mark]
