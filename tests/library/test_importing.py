"""Importing messages that stand elsewhere."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from designer.library.models import MessageTemplate
from designer.message.formats import coext, meta, snippets, twilio
from designer.teams.models import Team, User
from tests.factories import BUTTONS, LIST, example, make_message
from tests.message.examples import a_row, list_message, with_media

from .posting import HTMX, fields

SignIn = Callable[[User], Client]
ADDRESS = "/templates/import/"


def read_in(client: Client, text: str, **data: Any) -> str:
    answer = client.post(ADDRESS, {"text": text, "op": "read", **data})
    assert answer.status_code == 200
    return answer.content.decode()


def make(client: Client, text: str, take: list[int] | None = None) -> Any:
    """Make what was read: all, or the messages at those places."""
    html = read_in(client, text)
    shown = re.search(r'name="shown" value="(\w+)"', html)
    assert shown
    ticked = re.findall(r'name="take" value="(\d+)" checked', html) if take is None else take
    return client.post(ADDRESS, {"text": text, "op": "make", "shown": shown[1], "take": ticked})


def problem_in(html: str) -> str:
    found = re.search(r'role="alert"( hidden)?><span>(.*?)</span>', html, re.DOTALL)
    assert found
    return "" if found[1] else unescape(found[2])


def text_in(html: str) -> str:
    found = re.search(r"<textarea [^>]*>\n(.*?)</textarea>", html, re.DOTALL)
    assert found
    return unescape(found[1])


MESSAGE = make_message(LIST)
DIALECTS = {
    "Coext API": json.dumps(example(LIST)),
    "Meta Cloud API": json.dumps(meta.dump(MESSAGE, to="+919876543210")),
    "Twilio Content": json.dumps(twilio.dump(MESSAGE, name="Menu").payload),
    "Tapwright": json.dumps({"kind": "list", "body": "Hi", "button": "Open", "sections": []}),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_says_which_dialect_it_took_it_for(client: Client, dialect: str) -> None:
    html = read_in(client, DIALECTS[dialect])
    assert f"1 message, read as {dialect}" in html
    assert "Make 1 template" in html


def test_curl_command_makes_a_template(client: Client, team: Team) -> None:
    url = "https://your-domain.com/api/v1/external"
    command = snippets.curl(example(BUTTONS), base_url=url, path="/messages/interactive/button")
    answer = make(client, command)
    made = MessageTemplate.objects.get(team=team)
    assert answer["Location"] == reverse("template", args=[made.pk])
    assert made.message == make_message(BUTTONS)


def test_nothing_is_made_before_it_was_shown(client: Client) -> None:
    text = json.dumps(example(LIST))
    assert "Make 1 template" in read_in(client, text, op="make")
    assert "Make 1 template" in read_in(client, text, op="make", shown="0" * 64)
    assert not MessageTemplate.objects.exists()


def test_array_makes_its_templates_in_its_order(client: Client, team: Team) -> None:
    bodies = [f"Message {i}" for i in range(30)]
    text = json.dumps([example(BUTTONS) | {"body": body, "header": None} for body in bodies])
    html = read_in(client, text)
    assert "30 messages" in html
    assert html.count('class="bubble ') == 24
    assert "And 6 more" in html
    assert make(client, text)["Location"] == reverse("templates")
    newest_first = MessageTemplate.objects.filter(team=team).order_by("-updated_at", "-pk")
    assert [row.name for row in newest_first] == bodies


def test_shows_what_was_understood_of_a_list(client: Client) -> None:
    one = {"title": "Sizes", "rows": [{"id": "s", "title": "Small"}, {"id": "l", "title": "Large"}]}
    html = read_in(client, json.dumps(example(LIST) | {"sections": [one]}))
    assert "1 section, 2 rows" in html
    assert re.findall(r"<li dir=\"auto\">(\w+)</li>", html) == ["Small", "Large"]


def test_of_several_messages_only_those_are_made_that_are_ticked(
    client: Client, team: Team
) -> None:
    text = json.dumps([example(BUTTONS) | {"body": f"Message {i}"} for i in range(30)])
    assert make(client, text, take=[2, 29, 99])["Location"] == reverse("templates")
    made = MessageTemplate.objects.filter(team=team).order_by("-pk")
    assert [row.message.body for row in made] == ["Message 2", "Message 29"]
    html = make(client, text, take=[]).content.decode()
    assert "tick at least one message" in html
    assert not re.search(r'name="take"[^>]* checked', html)
    assert made.count() == 2


def test_a_single_message_has_nothing_to_tick(client: Client) -> None:
    assert 'name="take"' not in read_in(client, json.dumps(example(LIST)))


def test_keeps_what_is_over_the_limits(client: Client, team: Team) -> None:
    payload = example(LIST) | {"button": "Far too long for a list button", "footer": "x" * 500}
    assert "2 problems" in read_in(client, json.dumps(payload))
    make(client, json.dumps(payload))
    made = MessageTemplate.objects.get(team=team)
    assert made.message == coext.load(payload)
    assert made.errors == 2


def test_names_what_it_could_not_keep(client: Client) -> None:
    payload = example(LIST) | {"reference": "order-7", "ttl": 60}
    payload["sections"][0]["rows"][0]["price"] = 5
    html = unescape(read_in(client, json.dumps(payload)))
    assert "Can’t be kept: " in html
    assert "ttl" in html
    assert "sections.0.rows.0.price" in html
    assert f"Left out: the recipient {payload['to']}, the reference “order-7”" in html


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (json.dumps(twilio.dump(MESSAGE, name="Spring\n menu").payload), "Spring menu"),
        (json.dumps(coext.dump(list_message(header="Menu"), to="+1")), "Menu"),
        (json.dumps(coext.dump(list_message(body="\n*Hi*\nthere"), to="+1")), "*Hi*"),
        (
            json.dumps(coext.dump(with_media("image", "https://example.com/a.png"), to="+1")),
            "Shall we come tomorrow?",
        ),
        (json.dumps(coext.dump(list_message(body="a\0b" + "c" * 90), to="+1")), f"a b{'c' * 56}…"),
        ('{"buttons": []}', "Untitled"),
    ],
)
def test_template_gets_a_name(client: Client, team: Team, text: str, name: str) -> None:
    make(client, text)
    assert MessageTemplate.objects.get(team=team).name == name


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "There is nothing here."),
        ('{\n "to": "+1"\n "body": 1}', "line 3, column 2"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "The array is empty"),
        ('{"body": "x"}', "no list or button message"),
        ('{"buttons": 7}', "buttons must be a list."),
        ('{"buttons": [], "body": ' + "9" * 6000 + "}", "body must be text."),
        ('{"buttons": [], "body": NaN}', "NaN is not JSON."),
        ('{"buttons": [], "body": "\\ud83d"}', "broken character"),
        ('[{"buttons": []}, {"sections": [5]}]', "Message 2: "),
        ("curl https://example.com", "no body"),
        ("curl -d '{", "never closed"),
        (json.dumps([{"buttons": []}] * 1001), "at most 1000"),
        ('{"buttons": [], "body": "' + "x" * 1_000_000 + '"}', "more than 1 MB"),
    ],
)
def test_says_what_is_wrong_and_keeps_the_text(client: Client, text: str, problem: str) -> None:
    html = read_in(client, text)
    assert problem in problem_in(html)
    assert text_in(html) == text
    assert "Make " not in html


def test_file_is_read(client: Client, team: Team) -> None:
    payload = "\ufeff" + json.dumps(example(LIST), indent=1).replace("\n", "\r\n")
    html = read_in(client, "", file=SimpleUploadedFile("menu.json", payload.encode()))
    # It lies in the box from then on, so that the next step needs no file.
    assert json.loads(text_in(html)) == example(LIST)
    make(client, text_in(html))
    assert MessageTemplate.objects.get(team=team).message == MESSAGE


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xff\xfe\x00", "The file x.json is no text in UTF-8"),
        (b" " * 1_000_001, "more than 1 MB"),
        (b"", "There is nothing here."),
    ],
)
def test_unreadable_file_is_refused(client: Client, content: bytes, problem: str) -> None:
    html = read_in(client, "", file=SimpleUploadedFile("x.json", content))
    assert problem in problem_in(html)


def test_several_files_are_read_each_on_its_own(client: Client, team: Team) -> None:
    url = "https://your-domain.com/api/v1/external"
    command = snippets.curl(example(BUTTONS), base_url=url, path="/messages/interactive/button")
    texts = [
        json.dumps(example(LIST)),
        command,
        f"A document:\n```\n{json.dumps(example(LIST))}\n```",
        f"Cut off:\n```json\n{json.dumps(example(LIST))}",
        json.dumps(example(BUTTONS)),
    ]
    files = [SimpleUploadedFile(f"{i}.txt", text.encode()) for i, text in enumerate(texts)]
    html = read_in(client, "", file=files)
    assert "Make 5 templates" in html
    make(client, text_in(html))
    made = MessageTemplate.objects.filter(team=team).order_by("-updated_at", "-pk")
    buttons = make_message(BUTTONS)
    assert [row.message for row in made] == [MESSAGE, buttons, MESSAGE, MESSAGE, buttons]


def test_says_which_of_several_files_is_broken(client: Client) -> None:
    files = [
        SimpleUploadedFile("good.json", json.dumps(example(LIST)).encode()),
        SimpleUploadedFile("bad.json", b'{"a": }'),
    ]
    problem = problem_in(read_in(client, "", file=files))
    assert problem.startswith("The file bad.json: The JSON breaks at line 1, column 7")
    big = [SimpleUploadedFile(f"{i}.json", b" " * 600_000) for i in range(2)]
    assert "These files are more than 1 MB" in problem_in(read_in(client, "", file=big))


def test_a_line_break_in_a_single_line_becomes_a_space_and_is_told(
    client: Client, team: Team
) -> None:
    payload = example(LIST) | {"header": "Line1\nLine2", "footer": "a\nb", "body": "Two\nlines"}
    assert "Line breaks became spaces in Header, Footer." in read_in(client, json.dumps(payload))
    make(client, json.dumps(payload))
    made = MessageTemplate.objects.get(team=team)
    before = made.message
    assert (before.header, before.footer, before.body) == ("Line1 Line2", "a b", "Two\nlines")
    # A browser's form gives back what it was shown.
    client.post(reverse("template", args=[made.pk]), fields(made), headers=HTMX)
    made.refresh_from_db()
    assert made.message == before


def test_tells_what_was_adapted(client: Client, team: Team) -> None:
    payload = {"body": "Shall we?", "header": "Visit", "buttons": ["Yes", "No"]}
    html = unescape(read_in(client, f"// A draft\n{json.dumps(payload)}"))
    assert "Read without its comments." in html
    assert "The header was a text alone: it has the type text." in html
    assert "The buttons were titles alone: their ids were made from these." in html
    make(client, json.dumps(payload))
    assert MessageTemplate.objects.get(team=team).errors == 0


def test_twilios_variables_become_samples(client: Client, team: Team) -> None:
    payload = twilio.dump(list_message(a_row(), body="Hi {{1}}, {{2}}"), name="Menu").payload
    payload["variables"] = {"1": "Asha\nRao", "2": 5, "3": "unused"}
    html = unescape(read_in(client, json.dumps(payload)))
    assert "Can’t be kept: variables.2, variables.3" in html
    assert "Hi Asha Rao, {{2}}" in html
    make(client, json.dumps(payload))
    assert MessageTemplate.objects.get(team=team).content.samples == {"1": "Asha Rao"}


def test_of_much_that_cannot_be_kept_only_some_is_told(client: Client) -> None:
    payload = example(LIST) | {f"field_{i}": i for i in range(5000)}
    html = unescape(read_in(client, json.dumps(payload)))
    assert "field_11, and 4988 more" in html
    assert "field_12" not in html.partition("</textarea>")[2]


def test_file_does_not_push_out_what_was_pasted(client: Client) -> None:
    html = read_in(client, "pasted", file=SimpleUploadedFile("x.json", b"{}"))
    assert "not both" in problem_in(html)
    assert text_in(html) == "pasted"


def test_thousand_messages_are_made(client: Client, team: Team) -> None:
    text = json.dumps([example(BUTTONS) | {"header": None}] * 1000)
    html = read_in(client, text)
    assert "Make 1000 templates" in html
    make(client, text)
    assert MessageTemplate.objects.filter(team=team).count() == 1000


def test_viewer_may_not_import(viewer: User, client_as: SignIn) -> None:
    client = client_as(viewer)
    assert client.get(ADDRESS).status_code == 403
    assert client.post(ADDRESS, {"text": DIALECTS["Coext API"]}).status_code == 403
    assert ADDRESS not in client.get(reverse("templates")).content.decode()


def test_import_is_a_step_from_the_library(client: Client) -> None:
    for page in ("templates", "new-template"):
        assert f'href="{ADDRESS}"' in client.get(reverse(page)).content.decode()


# Whatever is pasted: words of the formats in any arrangement, and any other JSON.
keys = st.sampled_from(
    [
        *("kind", "to", "header", "body", "footer", "button", "buttons", "sections", "rows", "id"),
        *("title", "type", "types", "text", "interactive", "action", "reply", "image", "link"),
        *("twilio/list-picker", "twilio/quick-reply", "items", "item", "actions", "friendly_name"),
    ]
)
scalars = st.sampled_from(["list", "button", "text", "image", "", "x", None, True, 3, 1e999, "\0"])
documents = st.recursive(
    scalars | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=14,
)


@given(document=documents)
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_json_is_shown_or_refused(client: Client, document: object) -> None:
    text = json.dumps(document)
    html = read_in(client, text)
    assert bool(problem_in(html)) != ("Make 1 template" in html or "Make " in html)
