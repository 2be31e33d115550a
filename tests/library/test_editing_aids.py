"""What helps the hand while it edits: many rows at once, other kinds, advice, company, emoji."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from designer.library import emoji
from designer.library.models import MessageTemplate, Presence
from designer.message.schema import ButtonMessage, ListMessage
from designer.teams.models import Team, User
from tests.factories import BUTTONS, make_member, make_message, make_template

from .posting import HTMX, fields

SignIn = Callable[[User], Client]


def post(client: Client, template: MessageTemplate, **data: str) -> MessageTemplate:
    """Post the editor's form as its page would, and return what is stored then."""
    response = client.post(
        reverse("template", args=[template.pk]), {**fields(template), **data}, headers=HTMX
    )
    assert response.status_code == 200, response.content
    return MessageTemplate.objects.get(pk=template.pk)


def test_makes_rows_of_a_pasted_spreadsheet_range(
    client: Client, template: MessageTemplate
) -> None:
    stored = post(
        client,
        template,
        op="paste",
        paste_path="sections.0.rows.1.title",
        paste_text="Exchange\tSwap it\tswap\r\n" + "A title far too long for a row\r\nLast",
    )
    message = stored.message
    assert isinstance(message, ListMessage)
    rows = message.sections[0].rows
    assert [row.title for row in rows] == [
        "Track My Order",
        "Exchange",
        "A title far too long for a row",
        "Last",
    ]
    assert (rows[1].description, rows[1].id) == ("Swap it", "swap")
    assert stored.errors == 1, "what does not fit is kept and marked"


def test_refuses_a_paste_into_nothing(client: Client, template: MessageTemplate) -> None:
    response = client.post(
        reverse("template", args=[template.pk]),
        {
            **fields(template),
            "op": "paste",
            "paste_path": "sections.9.rows.9.title",
            "paste_text": "a\nb",
        },
    )
    assert response.status_code == 400


def test_undo_takes_a_paste_back_in_one_step(client: Client, template: MessageTemplate) -> None:
    before = template.message
    pasted = post(
        client, template, op="paste", paste_path="sections.0.rows.0.title", paste_text="a\nb\nc"
    )
    assert post(client, pasted, op="undo").message == before


def test_puts_advice_away_and_brings_it_back(client: Client, template: MessageTemplate) -> None:
    template = post(client, template, button="Click here")
    advice = [p.rule for p in template.content.problems() if p.level == "advice"]
    assert advice == ["vague-call"]
    stored = post(client, template, op=f"dismiss.{advice[0]}")
    assert advice[0] not in {p.rule for p in stored.content.problems()}
    stored = post(client, stored, op="advise")
    assert [p.rule for p in stored.content.problems() if p.level == "advice"] == advice


def test_no_error_can_be_put_away(client: Client, template: MessageTemplate) -> None:
    template = post(client, template, body="")
    assert post(client, template, op="dismiss.required").errors == 1


def switch(client: Client, template: MessageTemplate) -> None:
    """As the dialog does that says what gets lost."""
    page = reverse("switch-kind", args=[template.pk])
    told = client.get(page).context["template"]
    client.post(page, {"revision": told.revision})


def test_switches_to_buttons_and_back_without_loss(
    client: Client, template: MessageTemplate
) -> None:
    before = template.message
    page = client.get(reverse("switch-kind", args=[template.pk]))
    assert "The section titles “Orders”, “Support”." in page.content.decode()
    switch(client, template)
    template.refresh_from_db()
    assert isinstance(template.message, ButtonMessage)
    assert [button.id for button in template.message.buttons] == [
        "track_order",
        "return_order",
        "talk_agent",
    ]
    switch(client, template)
    template.refresh_from_db()
    assert template.message == before


def test_switching_keeps_a_picture_for_the_way_back(client: Client, team: Team) -> None:
    template = make_template(team, make_message("button-restock-image"))
    before = template.message
    page = client.get(reverse("switch-kind", args=[template.pk]))
    assert "image" in page.content.decode()
    for _ in range(2):
        switch(client, template)
    template.refresh_from_db()
    assert template.message == before


def test_switches_no_draft_but_the_one_whose_losses_were_told(
    client: Client, template: MessageTemplate, team: Team
) -> None:
    page, told = reverse("switch-kind", args=[template.pk]), template.revision
    theirs = replace(template.content, message=ListMessage(body="Theirs"))
    template.save_draft(theirs, name="x", person=make_member(team), revision=told, tab="b")
    answer = client.post(page, {"revision": told, "tab": "a"}, follow=True)
    assert "Not switched: the draft was changed meanwhile" in answer.content.decode()
    template.refresh_from_db()
    assert template.content == theirs
    # What this page itself typed while the dialog was opening is no change of somebody else.
    client.post(page, {"revision": told, "tab": "b"})
    template.refresh_from_db()
    assert template.kind == "button"


def test_says_who_else_has_the_template_open(
    client: Client, client_as: SignIn, team: Team, template: MessageTemplate
) -> None:
    bea = make_member(team, name="Bea Busy")
    url = reverse("present", args=[template.pk])
    assert "Bea" not in client.post(url, {"tab": "one"}).content.decode()
    client_as(bea).post(url, {"tab": "two"})
    assert "Bea Busy" in client.post(url, {"tab": "one"}).content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert "Bea" not in client.post(url, {"tab": "one"}).content.decode()
    assert Presence.objects.count() == 1, "closed pages are forgotten"


def test_a_sign_of_life_of_a_template_that_is_just_deleted_is_not_found(
    client: Client, template: MessageTemplate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(*args: object) -> None:
        raise IntegrityError("the template is gone")

    monkeypatch.setattr(Presence, "touch", too_late)
    gone = client.post(reverse("present", args=[template.pk]), {"tab": "a"})
    assert gone.status_code == 404


def test_a_viewer_is_seen_too(client_as: SignIn, viewer: User, template: MessageTemplate) -> None:
    response = client_as(viewer).post(reverse("present", args=[template.pk]), {"tab": "v"})
    assert response.status_code == 200


def test_finds_emoji_by_every_word_of_their_name() -> None:
    assert [each.character for each in emoji.search("shopping bags")] == ["🛍️"]
    assert "❤️" in [each.character for each in emoji.search("red heart")]
    assert emoji.search("no such thing") == []


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("smile", "😄"),
        ("happy", "😀"),
        ("+1", "👍"),
        (":+1:", "👍"),
        ("thumbs up", "👍"),
        ("THUMBSUP", "👍"),
        ("lol", "😂"),
        ("party", "🎉"),
        ("heart", "❤️"),
        ("check", "✅"),
        ("india", "🇮🇳"),
        ("ok", "🆗"),
        ("sale", "🛍️"),
        ("cote d’ivoire", "🇨🇮"),
        ("piñata", "🪅"),
    ],
)
def test_finds_first_what_people_mean(words: str, first: str) -> None:
    assert emoji.search(words)[0].character == first


def test_whole_words_come_before_their_beginnings_and_those_before_the_rest() -> None:
    found = [each.name for each in emoji.search("ring")]
    assert found.index("ring") < found.index("ringed planet") < found.index("syringe")


def test_what_people_call_an_emoji_is_about_one_that_there_is() -> None:
    known = {each.character for each in emoji.search("") + emoji._all()}
    called = {each for characters in emoji.CALLED.values() for each in characters.split()}
    assert called | {*emoji.USUAL, *emoji.COMMON} <= known


def test_leaves_out_what_many_phones_cannot_show() -> None:
    assert emoji.search("phoenix")[0].character == "🐦‍🔥", "of 2023"
    assert emoji.search("fingerprint") == [], "of 2024"


def test_the_picker_opens_with_the_usual_ones() -> None:
    assert [each.character for each in emoji.search(" ")] == emoji.USUAL


def test_serves_emoji_to_the_picker(client: Client) -> None:
    page = client.get(reverse("emoji"), {"emoji": "gift"}).content.decode()
    assert 'data-insert="🎁"' in page
    assert "wrapped gift" in page


def test_the_other_kind_of_header_is_kept_while_the_type_is_none(
    client: Client, team: Team
) -> None:
    template = make_template(team, make_message("button-special-offer"))
    assert isinstance(template.message, ButtonMessage)
    stored = post(
        client,
        template,
        **{"header.type": "", "header.text": "🎉 Special Offer!", "body": "Hello there"},
    )
    assert stored.content.filled().header is None
    page = client.get(reverse("template", args=[stored.pk])).content.decode()
    assert "🎉 Special Offer!" in page


def test_counts_with_samples_and_with_the_longest_values(client: Client, team: Team) -> None:
    template = make_template(
        team,
        make_message(BUTTONS).model_copy(update={"footer": "Dear {{name}}"}),
        samples={"name": "Asha"},
        longest={"name": "Maximiliane"},
    )
    page = client.get(reverse("template", args=[template.pk])).content.decode()
    assert "9, up to 16 / 60" in page
