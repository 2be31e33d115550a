"""What the editor answers while somebody types, adds, moves, publishes."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from designer.library.content import Content
from designer.library.editor import MOST_VARIABLES
from designer.library.models import MessageTemplate
from designer.message.limits import MOST_PARTS
from designer.message.schema import (
    Button,
    ButtonMessage,
    Header,
    ListMessage,
    Message,
    Row,
    Section,
)
from designer.teams.models import Team, User
from tests.factories import BUTTONS, make_member, make_message, make_template
from tests.message.examples import list_message, row_titles

from .posting import HTMX, fields

SignIn = Callable[[User], Client]


def post(client: Client, template: MessageTemplate, htmx: bool = True, **changes: Any) -> Any:
    return client.post(
        reverse("template", args=[template.pk]),
        fields(template, **changes),
        headers=HTMX if htmx else {},
    )


def stored(template: MessageTemplate) -> MessageTemplate:
    return MessageTemplate.objects.get(pk=template.pk)


def message_of(template: MessageTemplate) -> Any:
    return stored(template).message


def text(response: Any) -> str:
    body: bytes = response.content
    return body.decode()


# --- typing


def test_typing_answers_with_the_outcome_alone(client: Client, template: MessageTemplate) -> None:
    answer = text(post(client, template, body="Hello *you*"))
    assert re.match(r'\s*<div [^>]*id="outcome"', answer)
    assert answer.count("id=") == len(re.findall(r'id="(?!id_)', answer)), "no input is touched"
    assert "<strong>you</strong>" in answer
    assert 'name="revision" value="2"' in answer
    assert message_of(template).body == "Hello *you*"


def test_typing_a_variable_brings_its_inputs(client: Client, template: MessageTemplate) -> None:
    answer = text(post(client, template, body="Hello {{name}}"))
    assert 'hx-swap-oob="true"' in answer
    assert 'name="samples.name"' in answer
    changes: dict[str, Any] = {"body": "Hello {{name}}!", "samples.name": "Ann", "revision": "2"}
    answer = text(post(client, template, **changes))
    assert "hx-swap-oob" not in answer
    assert "Hello Ann!" in answer


def test_typing_tells_the_page_what_only_the_server_knows(
    client: Client, template: MessageTemplate
) -> None:
    answer = text(
        post(client, template, body="Hello {{name}}", sections__0__rows__0__title="x" * 25)
    )
    assert '"body": [14, "14"]' in answer
    assert "Section 1 row 1 title</b> is 25 characters" in answer
    assert '"can_undo": true' in answer


def test_without_javascript_the_same_form_is_saved(
    client: Client, template: MessageTemplate
) -> None:
    response = post(client, template, htmx=False, op="save", body="Typed")
    assert response["Location"] == reverse("template", args=[template.pk])
    assert message_of(template).body == "Typed"
    # Enter in a field presses no button in some browsers.
    post(client, stored(template), htmx=False, body="Entered")
    assert message_of(template).body == "Entered"


def test_shows_what_is_typed_as_text(client: Client, template: MessageTemplate) -> None:
    nasty = "</textarea><script>alert(1)</script>\"'>{{7*7}}{% now %}"
    changes: dict[str, Any] = dict.fromkeys(("name", "body", "header", "footer", "button"), nasty)
    changes |= {f"sections.0.rows.0.{field}": nasty for field in ("title", "description", "id")}
    answers = [text(post(client, template, **changes))]
    template = stored(template)
    page = reverse("template", args=[template.pk])
    answers += [
        text(client.get(page)),
        text(post(client, template, op="add-section")),
        text(client.get(reverse("templates"))),
        text(client.get(reverse("delete-template", args=[template.pk]))),
        text(post(client, template, tab="other", revision="1", body="x")),
    ]
    for answer in answers:
        assert "<script>alert" not in answer
        assert "</textarea><" not in answer
        assert "alert(1)" in answer


def test_keeps_a_text_that_begins_with_a_line_break(
    client: Client, template: MessageTemplate
) -> None:
    post(client, template, body="\r\n\r\nLater")
    page = text(client.get(reverse("template", args=[template.pk])))
    assert re.search(r"<textarea[^>]*>\n\n\nLater</textarea>", page)


def test_link_of_a_media_header_is_not_called_optional(client: Client, team: Team) -> None:
    header = Header(type="document", link="https://example.com/menu.pdf")
    template = make_template(team, ButtonMessage(header=header, body="Menu"))
    page = text(client.get(reverse("template", args=[template.pk])))
    labels = dict(
        re.findall(r'<label for="id_(header[^"]*)">[^<]*</label>( <small>optional)?', page)
    )
    assert [name for name, optional in labels.items() if not optional] == [
        "header.text",
        "header.link",
    ]


# --- operations


def test_an_operation_answers_with_the_form_and_the_focus(
    client: Client, template: MessageTemplate
) -> None:
    answer = text(post(client, template, op="add-row.0", body="Typed too"))
    assert re.match(r'\s*<div [^>]*id="workbench"', answer)
    assert re.findall(r'id="([^"]+)"[^>]* autofocus', answer) == ["id_sections.0.rows.2.title"]
    assert row_titles(message_of(template))[0] == ["Track My Order", "Return/Exchange", ""]
    assert message_of(template).body == "Typed too"


@pytest.mark.parametrize("kind", ["list", "button"])
def test_redo_reaches_again_what_was_written_into_a_new_template(kind: str, client: Client) -> None:
    client.post(reverse("new-template"), {"kind": kind})
    template = MessageTemplate.objects.get()
    post(client, template, body="Hello")
    for op in ("undo", "undo", "redo"):
        post(client, MessageTemplate.objects.get(), op=op)
    assert MessageTemplate.objects.get().message.body == "Hello"


def test_an_operation_and_the_typing_before_it_are_two_steps(
    client: Client, template: MessageTemplate
) -> None:
    post(client, template, op="add-section", body="Typed")
    post(client, stored(template), op="undo")
    assert message_of(template).body == "Typed"
    assert len(message_of(template).sections) == 2
    post(client, stored(template), op="undo")
    assert message_of(template).body == "How can we help you today?"
    post(client, stored(template), op="redo")
    post(client, stored(template), op="redo")
    assert len(message_of(template).sections) == 3


def test_without_javascript_an_operation_leads_back_to_the_page(
    client: Client, template: MessageTemplate
) -> None:
    page = reverse("template", args=[template.pk])
    response = post(client, template, htmx=False, op="add-row.1")
    assert response["Location"] == f"{page}#id_sections.1.rows.1.title"
    assert len(message_of(template).sections[1].rows) == 2
    assert post(client, stored(template), htmx=False, op="undo")["Location"] == page
    assert len(message_of(template).sections[1].rows) == 1


@pytest.mark.parametrize(
    ("op", "rows"),
    [
        ("move-row-down.0.0", [["b", "a"], ["c"]]),
        ("move-row-down.0.1", [["a"], ["b", "c"]]),
        ("move-row-up.1.0", [["a", "b", "c"], []]),
        ("move-row-up.0.0", [["a", "b"], ["c"]]),
        ("move-section-down.0", [["c"], ["a", "b"]]),
        ("duplicate-row.0.0", [["a", "a", "b"], ["c"]]),
        ("duplicate-section.1", [["a", "b"], ["c"], ["c"]]),
        ("remove-row.0.1", [["a"], ["c"]]),
        ("remove-section.0", [["c"]]),
        ("add-section", [["a", "b"], ["c"], [""]]),
    ],
)
def test_edits_rows_and_sections(
    op: str, rows: list[list[str]], client: Client, team: Team
) -> None:
    one, two = (Row(id="a", title="a"), Row(id="b", title="b")), (Row(id="c", title="c"),)
    template = make_template(team, list_message(sections=(Section(rows=one), Section(rows=two))))
    answer = post(client, template, op=op)
    assert row_titles(message_of(template)) == rows
    ids = [r.id for section in message_of(template).sections for r in section.rows]
    assert len(set(ids)) == len(ids)
    assert text(answer).count(" autofocus") == 1


@pytest.mark.parametrize(
    ("op", "titles"),
    [
        ("add-button", ["✅ Confirm", "❌ Cancel", ""]),
        ("move-button-down.0", ["❌ Cancel", "✅ Confirm"]),
        ("duplicate-button.1", ["✅ Confirm", "❌ Cancel", "❌ Cancel"]),
        ("remove-button.0", ["❌ Cancel"]),
    ],
)
def test_edits_buttons(op: str, titles: list[str], client: Client, team: Team) -> None:
    template = make_template(team, make_message(BUTTONS))
    answer = post(client, template, op=op)
    assert [button.title for button in message_of(template).buttons] == titles
    assert text(answer).count(" autofocus") == 1


@pytest.mark.parametrize(
    "message",
    [
        ListMessage(sections=(Section(rows=(Row(id="a", title="a"),)),)),
        ButtonMessage(buttons=(Button(id="a", title="a"),)),
    ],
    ids=["list", "buttons"],
)
def test_the_focus_stays_in_the_form_when_the_last_one_is_gone(
    message: Message, client: Client, team: Team
) -> None:
    template = make_template(team, message)
    if isinstance(message, ListMessage):
        answer = text(post(client, template, op="remove-row.0.0"))
        assert 'id="id_sections.0.title"' in answer.partition(" autofocus")[0].rpartition("<")[2]
        template = stored(template)
    answer = text(post(client, template, op=f"remove-{_group(message)[:-1]}.0"))
    tag = answer.partition(" autofocus")[0].rpartition("<")[2]
    assert f'id="id_{_group(message)}" tabindex="-1"' in tag


def _group(message: Message) -> str:
    return "sections" if isinstance(message, ListMessage) else "buttons"


def test_brings_back_what_never_reached_the_server(
    client: Client, template: MessageTemplate
) -> None:
    post(client, template, body="Saved")
    answer = post(client, stored(template), op="restore", body="Typed on the train")
    assert re.match(r'\s*<div [^>]*id="workbench"', text(answer))
    assert message_of(template).body == "Typed on the train"
    post(client, stored(template), op="undo")
    assert message_of(template).body == "Saved"


@pytest.mark.parametrize(
    ("kept_revision", "kept_tab", "status"), [("1", "tab-z", 409), ("2", "tab-z", 200)]
)
def test_brings_back_nothing_past_a_colleagues_save(
    client: Client,
    template: MessageTemplate,
    team: Team,
    kept_revision: str,
    kept_tab: str,
    status: int,
) -> None:
    template.save_draft(
        Content(list_message(body="Theirs")), name="x", person=make_member(team), revision=1
    )
    kept = {"kept_revision": kept_revision, "kept_tab": kept_tab}
    data = fields(stored(template), op="restore", body="Typed on the train") | kept
    answer = client.post(reverse("template", args=[template.pk]), data, headers=HTMX)
    assert answer.status_code == status
    assert ("Theirs" in text(answer)) == (status == 409)
    assert message_of(template).body == ("Theirs" if status == 409 else "Typed on the train")


@pytest.mark.parametrize(
    "changes",
    [
        {"op": "explode"},
        {"op": "add-row.99"},
        {"op": "add-row." + "9" * 5000},
        {"op": "add-button"},
        {"op": "remove-row.0.0.0"},
        {"op": "\0"},
        {"op": "paste", "paste_path": "nowhere", "paste_text": "a\nb"},
        {"sections.0.colour": "red"},
        {"sections" + ".0" * 5000: "deep"},
        {"sections." + "9" * 5000 + ".title": "far"},
        {"sections.0.rows.0.title.x": "x", "sections.0.rows.0.title": "x"},
        {"body.x": "x", "body": "y"},
    ],
    ids=lambda changes: str(changes)[:40],
)
@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "plain"])
def test_refuses_a_malformed_form_and_changes_nothing(
    changes: dict[str, str], htmx: bool, client: Client, template: MessageTemplate
) -> None:
    # Dicts keep their order, so that a contradiction comes first.
    data = {**changes, **{k: v for k, v in fields(template).items() if k not in changes}}
    response = client.post(
        reverse("template", args=[template.pk]),
        urlencode(data),
        content_type="application/x-www-form-urlencoded",
        headers=HTMX if htmx else {},
    )
    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/plain")
    assert response.content
    assert stored(template).revision == 1


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"revision": "9" * 5000},
        {"revision": "²"},
        {"tab": "\0" * 50},
        {"name": "\0"},
        {"samples.": "x", "samples.a.b": "y", "longest.\0": "z"},
        {"kind": "poll"},
        {"body": "x" * 100_000},
        {"body": "\0\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace")},
        {"header.type": "image"},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_answers_an_odd_form_without_failing(
    changes: dict[str, str], client: Client, template: MessageTemplate
) -> None:
    address = reverse("template", args=[template.pk])
    for data in (changes, {**fields(template), **changes}):
        assert client.post(address, data, headers=HTMX).status_code in (200, 400, 409)
        assert client.get(address).status_code == 200


def test_refuses_more_fields_than_any_form_has(client: Client, template: MessageTemplate) -> None:
    many = {f"sections.0.rows.{n}.title": "x" for n in range(5001)}
    response = client.post(reverse("template", args=[template.pk]), many, headers=HTMX)
    assert response.status_code == 400


# --- two people


def test_a_save_on_an_old_draft_shows_both(
    client: Client, client_as: SignIn, team: Team, template: MessageTemplate
) -> None:
    colleague = make_member(team, name="Carl Colleague")
    mine = fields(template, tab="mine", body="My words", samples__name="Ann", name="My name")
    post(client_as(colleague), template, tab="theirs", body="Their words")
    address = reverse("template", args=[template.pk])
    for headers, first in ((HTMX, "<dialog"), ({}, "<!doctype html>")):
        response = client.post(address, mine, headers=headers)
        assert response.status_code == 409
        assert text(response).lower().lstrip().startswith(first)
        for words in ("Carl Colleague", "My words", "Their words", "My name"):
            assert words in text(response)
    assert message_of(template).body == "Their words"


def settle(client: Client, page: str, template: MessageTemplate, choice: str) -> Any:
    """Choose as a browser does: post every hidden field of the page."""
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    data = {unescape(name): unescape(value) for name, value in hidden} | {"choice": choice}
    address = reverse("settle-conflict", args=[template.pk])
    return client.post(address, data)


@pytest.fixture
def conflict(
    client: Client, client_as: SignIn, team: Team, template: MessageTemplate
) -> Callable[..., str]:
    """A colleague saves in between; the page that shows both."""

    def conflict(**theirs: Any) -> str:
        mine = fields(template, tab="mine", body="My <words> & “signs”", name="My name")
        colleague = client_as(make_member(team))
        post(colleague, stored(template), tab="theirs", **(theirs or {"body": "Their words"}))
        return text(client.post(reverse("template", args=[template.pk]), mine))

    return conflict


def test_mine_replaces_theirs_which_is_one_undo_away(
    client: Client, template: MessageTemplate, conflict: Callable[..., str]
) -> None:
    settle(client, conflict(), template, "mine")
    assert stored(template).name == "My name"
    assert message_of(template).body == "My <words> & “signs”"
    post(client, stored(template), op="undo")
    assert message_of(template).body == "Their words"


def test_theirs_stays(
    client: Client, template: MessageTemplate, conflict: Callable[..., str]
) -> None:
    settle(client, conflict(), template, "theirs")
    assert message_of(template).body == "Their words"


def test_both_stay(
    client: Client, template: MessageTemplate, team: Team, conflict: Callable[..., str]
) -> None:
    response = settle(client, conflict(), template, "copy")
    copy = team.templates.exclude(pk=template.pk).get()
    assert response["Location"] == reverse("template", args=[copy.pk])
    assert copy.name == "My name (my copy)"
    assert copy.message.body == "My <words> & “signs”"
    assert message_of(template).body == "Their words"


def test_both_changes_go_into_one_where_they_touch_different_things(
    client: Client, template: MessageTemplate, conflict: Callable[..., str]
) -> None:
    page = conflict(footer="Their footer")
    assert "the changes touch different things" in page
    settle(client, page, template, "both")
    row = stored(template)
    assert (row.name, row.message.body) == ("My name", "My <words> & “signs”")
    assert row.message.footer == "Their footer"
    post(client, row, op="undo")
    assert message_of(template).footer == "Their footer"
    assert message_of(template).body == template.message.body


def test_both_changes_are_put_together_with_what_came_since(
    client: Client, template: MessageTemplate, conflict: Callable[..., str]
) -> None:
    page = conflict(footer="Their footer")
    post(client, stored(template), tab="theirs", header="Their header")
    again = settle(client, page, template, "both")
    assert again.status_code == 409
    settle(client, text(again), template, "both")
    message = message_of(template)
    assert (message.header, message.footer) == ("Their header", "Their footer")
    assert message.body == "My <words> & “signs”"


def test_nobody_is_asked_to_put_together_what_does_not_fit(
    client: Client, template: MessageTemplate, conflict: Callable[..., str]
) -> None:
    page = conflict()
    assert 'value="both"' not in page
    assert settle(client, page, template, "both").status_code == 409
    assert message_of(template).body == "Their words"


def test_both_fit_into_one_after_publishing_and_after_undo(
    client: Client, template: MessageTemplate, conflict: Callable[..., str]
) -> None:
    post(client, stored(template), op="publish")
    template.refresh_from_db()
    assert 'value="both"' in conflict(footer="Their footer")
    post(client, stored(template), op="undo")
    template.refresh_from_db()
    assert 'value="both"' in conflict(footer="Another footer")


def test_who_changed_nothing_is_shown_how_it_is_and_has_nothing_to_choose(
    client: Client, client_as: SignIn, team: Team, template: MessageTemplate
) -> None:
    mine = fields(template, tab="mine")
    colleague = make_member(team, name="Carl Colleague")
    post(client_as(colleague), template, tab="theirs", body="Their words")
    for op in ("publish", "add-section", "undo"):
        answer = client.post(
            reverse("template", args=[template.pk]), mine | {"op": op}, headers=HTMX
        )
        assert answer.status_code == 200
        assert "Not done: Carl Colleague changed this template meanwhile." in text(answer)
        assert "Their words" in text(answer)
    assert stored(template).published is None
    assert len(message_of(template).sections) == 2


def test_copies_of_two_conflicts_have_two_names(
    client: Client, template: MessageTemplate, team: Team, conflict: Callable[..., str]
) -> None:
    for _ in range(2):
        settle(client, conflict(), template, "copy")
    names = team.templates.exclude(pk=template.pk).order_by("pk").values_list("name", flat=True)
    assert list(names) == ["My name (my copy)", "My name (my copy) 2"]


def test_what_is_kept_of_a_deleted_template_has_a_name_of_its_own(
    client: Client, template: MessageTemplate, team: Team
) -> None:
    make_template(team, name="My name")
    mine = fields(template, name="My name", kind="list")
    template.delete()
    client.post(reverse("rescue-template"), mine)
    assert team.templates.filter(name="My name 2").exists()


def test_mine_is_asked_about_again_when_theirs_went_on(
    client: Client, template: MessageTemplate, conflict: Callable[..., str]
) -> None:
    page = conflict()
    post(client, stored(template), tab="theirs", body="Their newest")
    again = settle(client, page, template, "mine")
    assert again.status_code == 409
    assert "Their newest" in text(again)
    settle(client, text(again), template, "mine")
    assert message_of(template).body == "My <words> & “signs”"


def test_nothing_is_lost_when_a_colleague_switched_the_kind(
    client: Client, template: MessageTemplate, team: Team, client_as: SignIn
) -> None:
    mine = fields(template, tab="mine", kind="list", body="My words")
    client_as(make_member(team)).post(
        reverse("switch-kind", args=[template.pk]), {"revision": template.revision}
    )
    assert stored(template).kind == "button"
    response = client.post(reverse("template", args=[template.pk]), mine)
    assert response.status_code == 409
    settle(client, text(response), template, "copy")
    copy = team.templates.exclude(pk=template.pk).get()
    assert row_titles(message_of(copy)) == row_titles(template.message)  # type: ignore[arg-type]
    settle(client, text(response), template, "mine")
    assert stored(template).kind == "list"
    assert message_of(template).body == "My words"


def test_the_largest_draft_that_comes_to_be_can_be_saved(
    team: Team, editor: User, client_as: SignIn
) -> None:
    names = [f"v{number}" for number in range(9_000)]
    message = ListMessage(
        body="{{" + "}}{{".join(names) + "}}",
        sections=(Section(rows=(Row(title="A", description="B", id="c"),) * (MOST_PARTS - 1)),),
    )
    template, client = make_template(team, message), client_as(editor)
    page = client.get(reverse("template", args=[template.pk]))
    assert f"And {len(names) - MOST_VARIABLES:,} more" in text(page)
    inputs = {
        f"{part}.{name}": name for part in ("samples", "longest") for name in names[:MOST_VARIABLES]
    }
    form = {**fields(template, kind="list", footer="Saved"), **inputs}
    answer = client.post(reverse("template", args=[template.pk]), form, headers=HTMX)
    assert answer.status_code == 200
    assert stored(template).message.footer == "Saved"


def test_undo_goes_back_to_what_stood_between_two_saves(client: Client, team: Team) -> None:
    template = make_template(team)
    began = template.message.body
    passed = [
        ["body", "Hello", False],
        ["body", "Good day", True],
        ["body", "*Good day*", True],
    ]
    post(client, template, body="*Good day*{{name}}", passed=json.dumps(passed))
    for body in ("*Good day*", "Good day", "Hello", began):
        post(client, stored(template), op="undo")
        assert stored(template).message.body == body


def test_undo_takes_a_mark_alone_though_it_was_asked_for_at_once(
    client: Client, team: Team
) -> None:
    template = make_template(team)
    passed = json.dumps([["body", "Hello", True]])
    post(client, template, op="undo", body="*Hello*", passed=passed)
    assert stored(template).message.body == "Hello"


def test_each_text_between_two_saves_stands_in_its_own_field(client: Client, team: Team) -> None:
    template = make_template(team)
    passed = json.dumps([["body", "Hello", True], ["footer", "Bye", True]])
    post(client, template, body="*Hello*", footer="_Bye_", passed=passed)
    for texts in (("*Hello*", "Bye"), ("Hello", "Bye")):
        post(client, stored(template), op="undo")
        message = stored(template).message
        assert (message.body, message.footer) == texts


@pytest.mark.parametrize(
    "passed",
    [
        "{",
        "5",
        "[5]",
        '["ab"]',
        '[["body"]]',
        "[" * 100_000,
        '[["sections.b.c.d.e.f.g.h.i", "", 1]]',
    ],
)
def test_what_stood_between_is_refused_where_it_cannot_be_read(
    passed: str, client: Client, template: MessageTemplate
) -> None:
    before = template.draft
    assert post(client, template, body="New", passed=passed).status_code == 400
    assert stored(template).draft == before


def test_between_two_saves_any_text_may_have_stood(
    client: Client, template: MessageTemplate
) -> None:
    passed = json.dumps([["samples.\ud800", "\ud800\0", True], ["tab", "other", False]] * 100)
    assert post(client, template, body="New", passed=passed).status_code == 200
    assert stored(template).message.body == "New"


@pytest.mark.parametrize("op", ["add-section", "undo", "publish", "send-test", "restore"])
def test_no_operation_goes_past_a_colleagues_save(
    op: str, client: Client, client_as: SignIn, team: Team, template: MessageTemplate
) -> None:
    post(client_as(make_member(team)), template, tab="theirs", body="Theirs")
    response = post(client, template, tab="mine", op=op, body="Mine")
    assert response.status_code == 409
    assert message_of(template).body == "Theirs"
    assert stored(template).published is None


def test_a_deleted_template_is_not_there(client: Client, template: MessageTemplate) -> None:
    data = fields(template)
    address = reverse("template", args=[template.pk])
    template.delete()
    assert client.post(address, data, headers=HTMX).status_code == 404


# --- publishing


def test_publishes_the_draft_as_it_stands_in_the_page(
    client: Client, template: MessageTemplate
) -> None:
    answer = text(post(client, template, op="publish", body="Published words"))
    assert "Version 1 is published." in answer
    version = stored(template).published
    assert version is not None
    assert version.content.message.body == "Published words"
    assert 'v1<span class="published__more"> published' in answer
    assert "> v2</span>" in answer


def test_says_whether_the_draft_is_what_is_published(
    client: Client, template: MessageTemplate
) -> None:
    def is_changed(answer: str) -> bool:
        return '"is_changed": true' in answer

    assert not is_changed(text(post(client, template, body="Never published")))
    assert not is_changed(text(post(client, stored(template), op="publish", body="One")))
    assert is_changed(text(post(client, stored(template), body="Two")))
    page = text(client.get(reverse("template", args=[template.pk])))
    assert "<span data-changed-since>, changed" in page
    assert reverse("version", args=[template.pk, 1]) in page
    # Typed back to what it was, it is the version again.
    assert not is_changed(text(post(client, stored(template), body="One")))
    page = text(client.get(reverse("template", args=[template.pk])))
    assert "<span data-changed-since hidden>, changed" in page


@pytest.mark.parametrize("htmx", [True, False])
def test_publishing_what_is_published_says_that_nothing_changed(
    htmx: bool, client: Client, template: MessageTemplate
) -> None:
    post(client, template, op="publish")
    answer = post(client, stored(template), op="publish", htmx=htmx)
    page = text(answer if htmx else client.get(answer["Location"]))
    assert re.search(
        r'<p class="notice"[^>]*>(<span>)?Nothing has changed since version 1.</', page
    )
    assert "is published." not in page
    assert stored(template).versions.count() == 1


def test_does_not_publish_what_has_errors(client: Client, template: MessageTemplate) -> None:
    answer = text(post(client, template, op="publish", body=""))
    assert "<span>Not published: 1 problem to mend first." in answer
    assert 'href="#id_body" data-leads-to-field' in answer
    assert stored(template).published is None
    assert message_of(template).body == ""
    refused = post(client, stored(template), htmx=False, op="publish", button="")
    page = text(client.get(refused["Location"]))
    assert "Not published: 2 problems to mend first." in page


def test_sending_a_test_saves_first(client: Client, template: MessageTemplate) -> None:
    response = post(client, template, htmx=False, op="send-test", body="Just typed")
    assert response["Location"] == reverse("send-test", args=[template.pk])
    assert message_of(template).body == "Just typed"


# --- how much it asks of the database

HUNDRED_ROWS = list_message(
    sections=tuple(
        Section(
            title=f"S{s}",
            rows=tuple(Row(id=f"r{s}_{r}", title=f"Row {s} {r}") for r in range(10)),
        )
        for s in range(10)
    )
)


@pytest.mark.parametrize("message", [None, HUNDRED_ROWS], ids=["3 rows", "100 rows"])
def test_a_keystroke_asks_little_of_the_database(
    message: Message | None,
    client: Client,
    team: Team,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    template = make_template(team, message)
    post(client, template, body="0")
    # Session, person, membership, the row; savepoint, the row for update, its update, the step, its
    # update or a new one; the newest version, the ends of the history.
    now = stored(template)
    with django_assert_num_queries(12):
        post(client, now, body="01")


def test_editor_of_a_hundred_rows_shows_each(client: Client, team: Team) -> None:
    template = make_template(team, HUNDRED_ROWS)
    page = text(client.get(reverse("template", args=[template.pk])))
    assert len(re.findall(r'name="sections\.\d\.rows\.\d\.title"', page)) == 100
    answer = text(post(client, template, op="add-row.9"))
    assert 'name="sections.9.rows.10.title"' in answer


def test_media_headers_keep_what_belongs_to_other_types(client: Client, team: Team) -> None:
    header = Header(type="document", link="https://example.com/a.pdf", filename="a.pdf")
    template = make_template(team, ButtonMessage(header=header, body="x"))
    for kind in ("image", "", "text", "document"):
        changes: dict[str, Any] = {
            "header.type": kind,
            "header.link": "https://example.com/a.pdf",
            "header.filename": "a.pdf",
        }
        post(client, stored(template), **changes)
    assert message_of(template).header == header
