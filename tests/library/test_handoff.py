"""The draft as JSON and as code, and JSON that is edited."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from designer.library import panes
from designer.library.arriving import merged
from designer.library.content import Content
from designer.library.models import MessageTemplate
from designer.message.formats import coext, meta, read, twilio
from designer.message.formats.snippets import as_json
from designer.message.schema import Button, ButtonMessage, Header, ListMessage, Message
from designer.sandbox.accounts import open_account
from designer.sandbox.models import Message as Arrived
from designer.teams.models import Team, User
from tests.factories import BUTTONS, make_message, make_template
from tests.message import strategies
from tests.message.examples import a_row, button_message, list_message

from .posting import HTMX, fields

SignIn = Callable[[User], Client]


@pytest.fixture
def template(team: Team) -> MessageTemplate:
    message = list_message(a_row(), body="Hi {{name}}", footer="Since {{year}}")
    return make_template(team, message, samples={"name": "Asha"})


def outcome(client: Client, row: MessageTemplate, pane: str = "preview") -> str:
    address = reverse("template-outcome", args=[row.pk])
    return client.get(address, {"pane": pane, "tab": "tab-a"}, headers=HTMX).content.decode()


def shown_code(html: str) -> str:
    found = re.search(r'<pre [^>]*id="code"[^>]*>(.*?)</pre>', html, re.DOTALL)
    assert found
    return unescape(found[1])


def shown_json(html: str) -> str:
    found = re.search(r'<textarea [^>]*id="json"[^>]*>\n(.*?)</textarea>', html, re.DOTALL)
    assert found
    return unescape(found[1])


def post_json(client: Client, row: MessageTemplate, text: str, **changes: Any) -> Any:
    data = {"json": text, "pane": "json", "tab": "tab-a", "revision": row.revision, **changes}
    return client.post(reverse("template-json", args=[row.pk]), data, headers=HTMX)


def edited(row: MessageTemplate, **changes: Any) -> str:
    return json.dumps(coext.dump(row.message, to=panes.SAMPLE_TO) | changes)


# --- Panes --------------------------------------------------------------------------------------


def test_answer_to_a_keystroke_holds_the_open_pane_alone(
    client: Client, template: MessageTemplate
) -> None:
    address = reverse("template", args=[template.pk])
    for pane, mark in (("preview", 'class="bubble'), ("json", 'id="json"'), ("curl", 'id="code"')):
        data = fields(template, pane=pane, body="Typed")
        html = client.post(address, data, headers=HTMX).content.decode()
        assert f'data-pane="{pane}"' in html
        assert "Typed" in html
        for other in ('class="bubble', 'id="json"', 'id="code"'):
            assert (other in html) == (other == mark)
        template.refresh_from_db()


def test_answer_to_an_operation_keeps_the_pane_open(
    client: Client, template: MessageTemplate
) -> None:
    data = fields(template, pane="python", op="add-row.0")
    html = client.post(reverse("template", args=[template.pk]), data, headers=HTMX).content.decode()
    assert "import httpx" in shown_code(html)
    assert 'name="pane" value="python"' in html


@pytest.mark.parametrize("pane", ["preview", "json", *panes.LANGUAGES])
def test_every_pane_has_a_page_without_scripts(
    client: Client, template: MessageTemplate, pane: str
) -> None:
    page = client.get(reverse("template", args=[template.pk]), {"pane": pane}).content.decode()
    assert f'id="outcome" data-pane="{pane}"' in page
    address = reverse("template-outcome", args=[template.pk])
    assert client.get(address, {"pane": pane}).status_code == 302


def test_unknown_pane_is_the_preview(client: Client, template: MessageTemplate) -> None:
    assert 'data-pane="preview"' in outcome(client, template, "__class__")


def test_viewer_sees_every_pane_but_edits_none(
    viewer: User, client_as: SignIn, template: MessageTemplate
) -> None:
    client = client_as(viewer)
    for pane in ("json", *panes.LANGUAGES):
        html = outcome(client, template, pane)
        assert "hx-post" not in html
    assert " readonly" in outcome(client, template, "json")
    assert post_json(client, template, edited(template, body="No")).status_code == 403


def test_another_teams_template_has_no_panes(
    client: Client, other_team: Team, template: MessageTemplate
) -> None:
    theirs = make_template(other_team)
    for name in ("template-outcome", "template-json-file"):
        assert client.get(reverse(name, args=[theirs.pk])).status_code == 404
    assert post_json(client, theirs, edited(theirs)).status_code == 404


# --- Code ---------------------------------------------------------------------------------------


def test_json_pane_shows_variables_as_typed(client: Client, template: MessageTemplate) -> None:
    text = shown_json(outcome(client, template, "json"))
    assert json.loads(text) == coext.dump(template.message, to=panes.SAMPLE_TO)
    assert "{{name}}" in text


def test_code_fills_variables_with_their_samples(client: Client, template: MessageTemplate) -> None:
    html = outcome(client, template, "body")
    sent = json.loads(shown_code(html))
    assert sent["body"] == "Hi Asha"
    assert sent["footer"] == "Since {{year}}"
    assert "{{year}} has none yet" in html


def test_meta_and_twilio_have_their_own_shapes(client: Client, template: MessageTemplate) -> None:
    message = template.content.filled()
    as_meta = json.loads(shown_code(outcome(client, template, "meta")))
    assert as_meta == meta.dump(message, to=panes.SAMPLE_TO)
    html = outcome(client, template, "twilio")
    export = twilio.dump(message, name=template.name)
    assert json.loads(shown_code(html)) == export.payload
    assert export.dropped
    for dropped in export.dropped:
        assert dropped in unescape(html)


def test_snippets_point_at_an_example_where_there_is_no_sandbox(
    settings: Settings, template: MessageTemplate
) -> None:
    settings.SITE_URL = "https://tapwright.example"
    assert "'https://tapwright.example/sandbox/api/v1/" in code("curl", template)
    settings.SANDBOX = False
    assert "'https://your-domain.com/api/v1/external/messages" in code("curl", template)


def code(language: str, row: MessageTemplate) -> str:
    return panes.code(language, row.content, name=row.name).text


@given(message=strategies.drafts)
def test_any_draft_can_be_handed_over(message: Message) -> None:
    content = Content(message)
    panes.json_text(content).encode()
    for language in panes.LANGUAGES:
        panes.code(language, content, name="A name").text.encode()


def test_json_can_be_kept_as_a_file(client: Client, template: MessageTemplate) -> None:
    answer = client.get(reverse("template-json-file", args=[template.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="support-menu.json"'
    assert read(answer.content.decode()) == template.message


HOSTILE = 'It\'s 100% "quoted" `$(id)` $HOME \\n\n!! 👍 ${x} <!-- </script> कृपया'


@pytest.mark.parametrize(
    ("language", "command"),
    [
        ("curl", ["sh", "-c"]),
        ("python", [sys.executable, "-c"]),
        ("javascript", ["node", "-e"]),
    ],
)
@pytest.mark.parametrize("kind", ["list", "button"])
def test_snippet_sends_the_message_as_it_stands(
    live_server: LiveServer,
    settings: Settings,
    team: Team,
    language: str,
    command: list[str],
    kind: str,
) -> None:
    program = "curl" if language == "curl" else command[0]
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not here")
    settings.SITE_URL = live_server.url
    account = open_account(f"team:{team.pk}", "Shop", "http://127.0.0.1:9/hook")
    message: Message = (
        list_message(a_row(title='Quote\'s "row"'), body=HOSTILE)
        if kind == "list"
        else button_message(Button(id="it's", title='"Yes"'), body=HOSTILE)
    )
    row = make_template(team, message)
    done = subprocess.run(
        [*command, code(language, row)],
        env={"COEXT_API_KEY": account.key, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert '"success": true' in done.stdout
    arrived = Arrived.objects.get()
    assert arrived.payload == coext.dump(message, to=panes.SAMPLE_TO)


# --- Editing the JSON ---------------------------------------------------------------------------


def test_edited_json_becomes_the_draft(client: Client, template: MessageTemplate) -> None:
    html = post_json(client, template, edited(template, body="Hello {{name}}")).content.decode()
    template.refresh_from_db()
    assert template.message.body == "Hello {{name}}"
    assert template.content.samples == {"name": "Asha"}
    # The form comes again, for the page to take it over.
    assert "Hello {{name}}</textarea>" in html
    assert 'id="verdict"' in html


def test_undo_takes_an_edited_json_back(client: Client, template: MessageTemplate) -> None:
    before = template.message
    post_json(client, template, edited(template, body="Changed", footer=""))
    template.refresh_from_db()
    client.post(reverse("template", args=[template.pk]), fields(template, op="undo"), headers=HTMX)
    template.refresh_from_db()
    assert template.message == before


def test_broken_json_changes_nothing_and_says_where(
    client: Client, template: MessageTemplate
) -> None:
    answer = post_json(client, template, '{\n  "body": "x"\n  "button": "y"}')
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "line 3, column 3" in html
    assert 'data-line="3" data-column="3"' in html
    assert 'id="editor"' not in html
    template.refresh_from_db()
    assert template.revision == 1


def test_broken_json_is_kept_without_scripts(client: Client, template: MessageTemplate) -> None:
    data = {"json": '{"body": </textarea>', "pane": "json", "revision": template.revision}
    answer = client.post(reverse("template-json", args=[template.pk]), data)
    assert shown_json(answer.content.decode()) == '{"body": </textarea>'


def test_edited_json_without_scripts_comes_back_to_its_pane(
    client: Client, template: MessageTemplate
) -> None:
    data = {"json": edited(template, body="New"), "pane": "json", "revision": template.revision}
    answer = client.post(reverse("template-json", args=[template.pk]), data)
    assert answer["Location"].endswith("?pane=json")
    template.refresh_from_db()
    assert template.message.body == "New"


def test_another_dialect_and_another_kind_apply_too(
    client: Client, template: MessageTemplate
) -> None:
    payload = meta.dump(make_message(BUTTONS), to="+14155551234")
    html = post_json(client, template, json.dumps(payload)).content.decode()
    assert "Read as Meta Cloud API." in html
    template.refresh_from_db()
    assert template.kind == "button"
    assert template.message == make_message(BUTTONS)


def test_samples_that_come_with_the_json_fill_gaps_only(
    client: Client, template: MessageTemplate
) -> None:
    payload = twilio.dump(list_message(a_row(), body="{{name}}, {{day}}"), name="x").payload
    payload["variables"] = {"name": "Somebody", "day": "Monday"}
    post_json(client, template, json.dumps(payload))
    template.refresh_from_db()
    assert template.content.samples == {"name": "Asha", "day": "Monday"}


def test_json_of_the_other_kind_says_so_and_loses_nothing(
    client: Client, template: MessageTemplate
) -> None:
    was = template.message
    payload = coext.dump(button_message(Button(id="dish_pizza", title="Pizza")), to="+14155551234")
    html = post_json(client, template, json.dumps(payload)).content.decode()
    assert "This is now a reply-button message. Undo brings the list back." in html
    template.refresh_from_db()
    assert template.kind == "button"
    # Switching brings back what buttons can't show, as after a switch.
    switched = template.content.switched().message
    assert isinstance(switched, ListMessage)
    assert isinstance(was, ListMessage)
    assert switched.sections == was.sections
    assert switched.button == was.button
    client.post(reverse("template", args=[template.pk]), fields(template, op="undo"), headers=HTMX)
    template.refresh_from_db()
    assert template.message == was
    payload = coext.dump(was, to="+14155551234")
    html = post_json(client, template, json.dumps(payload)).content.decode()
    assert "This is now" not in html


def test_a_line_break_in_a_single_line_becomes_a_space_and_is_told(
    client: Client, template: MessageTemplate
) -> None:
    text = edited(template, footer="See\nyou", body="Two\nlines")
    html = post_json(client, template, text).content.decode()
    assert "Line breaks became spaces in Footer." in html
    template.refresh_from_db()
    assert (template.message.footer, template.message.body) == ("See you", "Two\nlines")


def test_notes_are_told_without_scripts_too(client: Client, template: MessageTemplate) -> None:
    data = {"json": edited(template, typing=True), "revision": template.revision}
    answer = client.post(reverse("template-json", args=[template.pk]), data, follow=True)
    assert "Applied without typing: a template doesn’t hold this." in answer.content.decode()


def test_place_is_told_only_where_it_is_one_of_the_text(
    client: Client, template: MessageTemplate
) -> None:
    html = post_json(client, template, "curl -d '{' https://x.org").content.decode()
    assert "in the curl command breaks at line 1" in html
    assert "data-line" not in html


def test_says_what_a_template_does_not_hold(client: Client, template: MessageTemplate) -> None:
    html = post_json(client, template, edited(template, typing=True)).content.decode()
    assert "Applied without typing" in html


def test_more_than_one_message_is_refused(client: Client, template: MessageTemplate) -> None:
    html = post_json(client, template, f"[{edited(template)}, {edited(template)}]").content.decode()
    assert "There are 2 messages here; a template holds one." in html


def test_over_long_texts_stay(client: Client, template: MessageTemplate) -> None:
    post_json(client, template, edited(template, button="Much too long for a button"))
    template.refresh_from_db()
    assert template.errors == 1


def test_colleagues_save_in_between_shows_both(
    client: Client, template: MessageTemplate, admin: User
) -> None:
    mine = edited(template, body="Mine", footer="")
    theirs = Content(list_message(body="Theirs"))
    template.save_draft(theirs, name="Theirs", person=admin, revision=1, tab="tab-b")
    answer = post_json(client, template, mine, revision=1)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Ada Admin changed this template meanwhile" in html
    # What the dialog's form posts makes the message that the JSON held.
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html)
    data = {name: unescape(value) for name, value in inputs if name != "csrfmiddlewaretoken"}
    address = reverse("settle-conflict", args=[template.pk])
    client.post(address, data | {"choice": "mine"})
    template.refresh_from_db()
    assert template.message == coext.load(json.loads(mine))


def test_ids_keep_following_their_titles_until_the_json_changes_them() -> None:
    old = list_message(
        a_row("pizza", id="pizza", fresh=True), a_row("pasta", id="pasta", fresh=True)
    )
    payload = coext.dump(old, to=panes.SAMPLE_TO)
    assert merged(old, coext.load(payload)) == old
    payload["sections"][0]["rows"][1]["id"] = "noodles"
    new = merged(old, coext.load(payload))
    assert isinstance(new, ListMessage)
    assert [row.fresh for row in new.sections[0].rows] == [True, False]


def test_header_keeps_what_it_holds_for_its_other_types() -> None:
    header = Header(
        type="image", link="https://example.com/a.png", text="A title", filename="a.pdf"
    )
    old = button_message(header=header)
    payload = coext.dump(old, to=panes.SAMPLE_TO)
    payload["header"]["image"]["link"] = "https://example.com/b.png"
    new = merged(old, coext.load(payload))
    assert isinstance(new, ButtonMessage)
    assert new.header == header.model_copy(update={"link": "https://example.com/b.png"})


@given(message=strategies.drafts)
def test_json_that_nobody_edited_changes_nothing(message: Message) -> None:
    payload = json.loads(as_json(coext.dump(message, to=panes.SAMPLE_TO)))
    again = merged(message, coext.load(payload))
    assert coext.dump(again, to="") == coext.dump(message, to="")
