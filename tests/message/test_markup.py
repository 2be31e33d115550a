import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given

from designer.message.markup import has_marks, plain_to_html, to_html

from .strategies import marks, nasty

B, EB = "<strong>", "</strong>"
TAGS = {"strong", "em", "s", "code", "pre", "ul", "ol", "li", "blockquote", "span", "br"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("My name is *Rafael*", f"My name is {B}Rafael{EB}"),
        ("My name is*Rafael*", "My name is*Rafael*"),
        ("* My Name*", "* My Name*"),
        ("*My name *", "*My name *"),
        ("_ My Name_", "_ My Name_"),
        ("snake_case_name", "snake_case_name"),
        ("a/Sarah_Jessica_Parker", "a/Sarah_Jessica_Parker"),
        ("2*3*4", "2*3*4"),
        ("*b*!", f"{B}b{EB}!"),
        ("_i_", "<em>i</em>"),
        ("~s~", "<s>s</s>"),
        ("*_x_*", f"{B}<em>x</em>{EB}"),
        ("_*x*_", f"<em>{B}x{EB}</em>"),
        ("~_*x*_~", f"<s><em>{B}x{EB}</em></s>"),
        ("**x**", "**x**"),
        ("*a* *b*", f"{B}a{EB} {B}b{EB}"),
        ("*a\nb*", "*a<br>b*"),
        ("`*x*`", "<code>*x*</code>"),
        ("*`x`*", f"{B}<code>x</code>{EB}"),
        ("```a\nb```", "<pre><code>a\nb</code></pre>"),
        ("```*a*```", "<pre><code>*a*</code></pre>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("* a", "<ul><li>a</li></ul>"),
        ("* *a*", f"<ul><li>{B}a{EB}</li></ul>"),
        ("3. x", '<ol start="3"><li>x</li></ol>'),
        ("1. x\n2. y", "<ol><li>x</li><li>y</li></ol>"),
        ("1. x\n7. y\n8. z", '<ol><li>x</li><li value="7">y</li><li>z</li></ol>'),
        ("> q", "<blockquote>q</blockquote>"),
        ("> q\n> *r*", f"<blockquote>q<br>{B}r{EB}</blockquote>"),
        (">q", "&gt;q"),
        ("*", "*"),
        ("**", "**"),
        ("*a", "*a"),
        ("a `b", "a `b"),
        ("```a", "```a"),
        ("``````", "``````"),
        ("- ", "- "),
        ("1.x", "1.x"),
        ("(*a*), “_b_”", f"({B}a{EB}), “<em>b</em>”"),
        ("*a _b* c_", f"{B}a _b{EB} c_"),
        ("👍*a*👍", f"👍{B}a{EB}👍"),
        ("❤️*a*", f"❤️{B}a{EB}"),
        ("नमस्ते*a*", "नमस्ते*a*"),
        ("*नमस्ते*", f"{B}नमस्ते{EB}"),
        ("a`b`", "a`b`"),
        ("` b`", "` b`"),
        ("``b``", "``b``"),
    ],
)
def test_formats_as_whatsapp_does(text: str, shown: str) -> None:
    assert to_html(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("a\nb\n\nc", "a<br>b<br><br>c"),
        ("a\r\nb\rc", "a<br>b<br>c"),
        ("a\n- b\nc", "a<ul><li>b</li></ul>c"),
        # A blank line beside a block stays one: a browser drops the last break before a block.
        ("a\n\n- b\n\nc", "a<br><br><ul><li>b</li></ul><br>c"),
        ("a\n```b```\nc", "a<pre><code>b</code></pre>c"),
        ("a ```\nb\n``` c", "a <pre><code>b</code></pre> c"),
        ("- a\n1. b\n> c", "<ul><li>a</li></ul><ol><li>b</li></ol><blockquote>c</blockquote>"),
    ],
)
def test_keeps_lines(text: str, shown: str) -> None:
    assert to_html(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>&\"'", "&lt;b&gt;&amp;&quot;&#x27;"),
        ("*<i>*", f"{B}&lt;i&gt;{EB}"),
        ("`<i>`", "<code>&lt;i&gt;</code>"),
        ("&lt;", "&amp;lt;"),
        ("a\0b\ud800c\x7f\x9b\t", "a\ufffdb\ufffdc\ufffd\ufffd\ufffd"),
    ],
)
def test_escapes_whatever_goes_in(text: str, shown: str) -> None:
    assert to_html(text) == shown
    if not has_marks(text):
        assert plain_to_html(text) == shown


def link(address: str) -> str:
    return f'<span class="wa-link">{address}</span>'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see https://x.org/a_b_c.", f"see {link('https://x.org/a_b_c')}."),
        ("https://x.org/_a_/*b*c", link("https://x.org/_a_/*b*c")),
        ("*https://x.org/*", f"{B}{link('https://x.org/')}{EB}"),
        ("_www.x.org_", f"<em>{link('www.x.org')}</em>"),
        ("HTTP://X.org?a=1&b=2", link("HTTP://X.org?a=1&amp;b=2")),
        ("<https://x.org>", f"&lt;{link('https://x.org')}&gt;"),
        ('"https://x.org"', f"&quot;{link('https://x.org')}&quot;"),
        ("xhttps://x.org", "xhttps://x.org"),
        ("https://", "https://"),
        ("www.", "www."),
        ("`https://x.org`", "<code>https://x.org</code>"),
    ],
)
def test_shows_addresses_as_links(text: str, shown: str) -> None:
    assert to_html(text) == shown


def test_plain_text_keeps_marks_and_shows_links_when_asked() -> None:
    text = "*a* _b_\n- c https://x.org"
    assert plain_to_html(text) == "*a* _b_<br>- c https://x.org"
    assert plain_to_html(text, links=True) == f"*a* _b_<br>- c {link('https://x.org')}"


@pytest.mark.parametrize("text", ["*a*", "x _b_", "~c~", "`d`", "```e```"])
def test_sees_marks_that_would_format(text: str) -> None:
    assert has_marks(text)


@pytest.mark.parametrize("text", ["", "a", "2*3*4", "snake_case_name", "- a", "1. b", "**c**"])
def test_sees_no_marks_where_none_formats(text: str) -> None:
    assert not has_marks(text)


class Strict(HTMLParser):
    """Collects the text, and fails on any tag that isn't ours or isn't closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        allowed = {"span": [("class", "wa-link")]}.get(tag, [])
        assert attrs == allowed or (tag in ("ol", "li") and attrs[0][0] in ("start", "value"))
        assert tag in TAGS
        if tag == "br":
            self.text += "\n"
        else:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@given(nasty | marks)
def test_any_text_gives_balanced_safe_html(text: str) -> None:
    for shown in (to_html(text), plain_to_html(text), plain_to_html(text, links=True)):
        shown.encode()
        parser = Strict()
        parser.feed(shown)
        parser.close()
        assert parser.open == []
        assert "\0" not in shown


def skeleton(text: str) -> str:
    """The text without anything that formatting may take away."""
    return re.sub(r"[^ab&<]", "", text)


@given(marks)
def test_formatting_loses_no_letters(text: str) -> None:
    parser = Strict()
    parser.feed(to_html(text))
    parser.close()
    assert skeleton(parser.text) == skeleton(text)


@given(nasty)
def test_plain_text_is_the_text(text: str) -> None:
    parser = Strict()
    parser.feed(plain_to_html(text))
    parser.close()
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    assert parser.text == re.sub(r"[\0-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", "\ufffd", unified)


def fastest(*texts: str) -> list[float]:
    """The least seconds that each text takes to_html, of many calls in turn: others work here."""
    best = [float("inf")] * len(texts)
    for _ in range(100):
        for at, text in enumerate(texts):
            start = time.perf_counter()
            to_html(text)
            best[at] = min(best[at], time.perf_counter() - start)
    return best


@pytest.mark.parametrize("pattern", ["*_~", "*", "* _ ~ ", "*_~a", "`", "```a", "_a*"])
def test_a_line_of_marks_takes_no_longer_than_ten_plain_ones(pattern: str) -> None:
    marks, plain = fastest((pattern * 1024)[:1024], "plain text with words " * 47)
    assert marks < 10 * plain  # about 6, and 0.2 for a run of nothing else


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            "*_~",
            "*a",
            "a*",
            "`a",
            "a`",
            "```",
            "```a",
            "``` ",
            "- \n",
            "1. a\n",
            "> a\n",
            "* a*\n",
        ),
        *("www.", "www.*", "https://", "http://!", "&", "<", "**a ", "* ", "_ _", "\n", "\ud800"),
    ],
)
def test_a_hundred_kilobytes_take_no_long_time(pattern: str) -> None:
    text = (pattern * 100_000)[:100_000]
    start = time.perf_counter()
    to_html(text)
    plain_to_html(text, links=True)
    has_marks(text)
    assert time.perf_counter() - start < 2  # about 0.1 s; quadratic would be minutes
