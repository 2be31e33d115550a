"""Queuing: the snapshot, the saved number, the wake; and once for one panel."""

import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection as database
from django.db import connections
from pytest_django import DjangoCaptureOnCommitCallbacks

from designer.library.models import MessageTemplate
from designer.message.formats import coext
from designer.sending import delivery, outbox, references
from designer.sending.models import Batch, Connection, Send, State, TestNumber
from designer.sending.outbox import Letter, SentAgainError
from designer.teams.models import Team, User

from ..factories import CUSTOMER, EXAMPLES, example, make_connection, make_send, make_template
from ..wakes import woken
from .api import Api

AT_ONCE = 8
Fresh = Callable[[Send], Send]
REQUESTS = sorted(
    path.stem for path in EXAMPLES.glob("*.json") if path.stem.startswith(("list-", "button-"))
)


def letter(template: MessageTemplate, connection: Connection, **changes: Any) -> Letter:
    fields = {
        "template": template,
        "version": None,
        "message": template.content.filled(),
        "connection": connection,
        "to": CUSTOMER,
        "reference": "ref-1",
        **changes,
    }
    return Letter(**fields)


def queue(letter: Letter, person: User, token: uuid.UUID | None = None) -> Send:
    return outbox.queue(
        letter, team=letter.template.team, person=person, token=token or uuid.uuid4()
    )


def test_queues_the_exact_payload_with_where_it_comes_from(
    template: MessageTemplate, connection: Connection, editor: User
) -> None:
    send = queue(letter(template, connection), editor)
    assert send.state == State.QUEUED
    assert send.payload == coext.dump(template.message, to=CUSTOMER, reference="ref-1")
    assert send.path == "/messages/interactive/list"
    assert (send.template, send.template_name) == (template, "Support menu")
    assert (send.version, send.version_number) == (None, None)
    assert (send.created_by, send.reference, str(send.to)) == (editor, "ref-1", CUSTOMER)
    assert send.body.isascii()


def test_a_version_is_remembered_by_its_number(
    template: MessageTemplate, connection: Connection, editor: User
) -> None:
    version = template.publish(editor)
    send = queue(letter(template, connection, version=version), editor)
    assert (send.version, send.version_number) == (version, 1)
    template.delete()
    send.refresh_from_db()
    assert (send.template, send.version, send.version_number) == (None, None, 1)
    assert send.template_name == "Support menu"


def test_later_edits_change_nothing_that_was_queued(
    template: MessageTemplate, connection: Connection, editor: User, fresh: Fresh
) -> None:
    send = queue(letter(template, connection), editor)
    before = send.body
    template.delete()
    assert fresh(send).body == before


def test_the_same_letter_from_the_same_panel_is_one_send(
    template: MessageTemplate,
    connection: Connection,
    editor: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    token = uuid.uuid4()
    with django_capture_on_commit_callbacks(execute=True):
        first = queue(letter(template, connection), editor, token)
        second = queue(letter(template, connection), editor, token)
    assert second == first
    assert Send.objects.count() == 1
    assert woken() == [first.pk]


def test_a_changed_letter_from_the_same_panel_is_another_send(
    template: MessageTemplate, connection: Connection, editor: User
) -> None:
    token = uuid.uuid4()
    letters = [
        letter(template, connection),
        letter(template, connection, to="+4930123456"),
        letter(template, connection, reference="other"),
        letter(template, make_connection(template.team)),
    ]
    assert len({queue(one, editor, token).pk for one in letters}) == 4


def test_a_token_of_another_team_means_nothing(
    template: MessageTemplate, connection: Connection, editor: User, other_team: Team
) -> None:
    token = uuid.uuid4()
    first = queue(letter(template, connection), editor, token)
    second = queue(letter(make_template(other_team), connection), editor, token)
    assert first != second


def test_the_number_is_saved_for_next_time_once(
    template: MessageTemplate, connection: Connection, editor: User
) -> None:
    for _ in range(2):
        queue(letter(template, connection), editor)
    [saved] = TestNumber.objects.filter(team=template.team)
    assert str(saved.number) == CUSTOMER


def test_a_worker_is_woken_after_the_commit(
    template: MessageTemplate,
    connection: Connection,
    editor: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        send = queue(letter(template, connection), editor)
        assert woken() == []
    assert woken() == [send.pk]


@pytest.mark.parametrize("reference", ["tw-abcdefghijklmnop", "order-5", ""])
def test_each_send_has_a_reference_of_its_own(
    template: MessageTemplate, connection: Connection, editor: User, reference: str
) -> None:
    panel = uuid.uuid4()
    for to in (CUSTOMER, CUSTOMER, "+14155550100"):
        queue(letter(template, connection, reference=reference, to=to), editor, panel)
    queue(letter(template, connection, reference=reference), editor)
    assert Send.objects.count() == 3, "the same from the same panel is the same"
    assert len(set(Send.objects.values_list("reference", flat=True))) == 3
    if reference:
        assert Send.objects.earliest("pk").reference == reference
    for send in Send.objects.all():
        assert send.reference
        assert send.payload["reference"] == send.reference


def test_a_reference_of_ones_own_that_is_taken_is_numbered(
    template: MessageTemplate, connection: Connection, editor: User
) -> None:
    asked = ["order-5", "order-5", "order-5-2", "order-7-2", "order-7-2", "x" * 100, "x" * 100]
    given = [queue(letter(template, connection, reference=one), editor).reference for one in asked]
    assert given[:3] == ["order-5", "order-5-2", "order-5-3"]
    assert given[3:5] == ["order-7-2", "order-7-2-2"], "of what is no order that was sent"
    assert given[5:] == ["x" * 100, "x" * 98 + "-2"]


def test_another_teams_reference_is_free(
    template: MessageTemplate, connection: Connection, editor: User, other_team: Team
) -> None:
    make_send(make_template(other_team), make_connection(other_team), reference="order-5")
    assert queue(letter(template, connection, reference="order-5"), editor).reference == "order-5"


def test_a_reference_is_found_free_however_many_are_taken(
    template: MessageTemplate, connection: Connection
) -> None:
    for name in ("order-5", *(f"order-5-{number}" for number in range(2, 251))):
        make_send(template, connection, reference=name)
    sends = Send.objects.filter(team=template.team)
    assert references.free(sends, "order-5") == ["order-5-251"]
    assert references.free(sends, "order-5", among=2) == ["order-5-1", "order-5-251"]


def test_made_up_references_are_short_and_unique() -> None:
    made_up = {references.made_up() for _ in range(1000)}
    assert len(made_up) == 1000
    assert all(len(reference) == 19 for reference in made_up)


@pytest.mark.parametrize("reference", ["tw-abcdefgh", "order-5", ""])
def test_what_is_sent_again_is_the_same_with_a_reference_of_its_own(
    template: MessageTemplate, connection: Connection, editor: User, reference: str
) -> None:
    send = queue(letter(template, connection, reference=reference), editor)
    repeat = outbox.again(send, person=editor, token=uuid.uuid4(), seen=send.standing)
    assert repeat != send
    assert repeat.repeat_of == send
    assert repeat.reference != send.reference
    assert repeat.reference.startswith("order-5-2" if reference == "order-5" else "tw-")
    assert repeat.payload == send.payload | {"reference": repeat.reference}


def test_what_was_sent_before_each_had_a_reference_of_its_own_is_sent_again_with_one(
    template: MessageTemplate, connection: Connection, editor: User
) -> None:
    batch = Batch.objects.create(team=template.team, count=3, token=uuid.uuid4())
    for reference in ("order-5", "order-5", ""):
        make_send(template, connection, state=State.FAILED, batch=batch, reference=reference)
    seen = batch.standing(batch.failed())
    repeats = outbox.failed_again(batch, person=editor, token=uuid.uuid4(), seen=seen)
    sent = sorted(repeats.sends.values_list("reference", flat=True))
    assert sent[:2] == ["order-5-2", "order-5-3"]
    assert sent[2].startswith("tw-")


@pytest.mark.django_db(transaction=True)
def test_of_several_who_ask_for_the_same_reference_at_once_each_has_one_of_its_own(
    template: MessageTemplate, connection: Connection, editor: User
) -> None:
    one = letter(template, connection, reference="order-5")
    assert at_once(lambda: queue(one, editor)) == []
    assert len(set(Send.objects.values_list("reference", flat=True))) == AT_ONCE


@pytest.mark.django_db(transaction=True)
def test_of_several_who_send_the_same_again_at_once_one_does(
    template: MessageTemplate, connection: Connection, editor: User
) -> None:
    send = make_send(template, connection, state=State.FAILED)
    seen = send.standing
    refused = at_once(lambda: outbox.again(send, person=editor, token=uuid.uuid4(), seen=seen))
    assert [type(problem) for problem in refused] == [SentAgainError] * (AT_ONCE - 1)
    assert send.repeats.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_several_who_send_those_that_failed_again_at_once_one_does(
    template: MessageTemplate, connection: Connection, editor: User
) -> None:
    batch = Batch.objects.create(team=template.team, count=1, token=uuid.uuid4())
    send = make_send(template, connection, state=State.FAILED, batch=batch)
    seen = batch.standing([send])
    refused = at_once(
        lambda: outbox.failed_again(batch, person=editor, token=uuid.uuid4(), seen=seen)
    )
    assert [type(problem) for problem in refused] == [SentAgainError] * (AT_ONCE - 1)
    assert send.repeats.count() == 1


def at_once(call: Callable[[], object]) -> list[Exception]:
    """Call it in AT_ONCE threads at the same instant; the exceptions that they met."""
    problems: list[Exception] = []
    start = threading.Barrier(AT_ONCE)

    def work() -> None:
        try:
            database.ensure_connection()
            start.wait()
            call()
        except Exception as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return problems


@pytest.mark.parametrize("name", REQUESTS)
def test_examples_of_the_contract_arrive_unchanged(
    name: str, team: Team, connection: Connection, editor: User, api: Api
) -> None:
    body = example(name)
    template = make_template(team, coext.load(body), name=name)
    reference = body.get("reference", "")
    letter_ = letter(template, connection, to=body["to"], reference=reference)
    delivery.deliver.call(queue(letter_, editor).pk)
    [request] = api.received
    sent = json.loads(request.body)
    if not reference:
        assert sent.pop("reference").startswith("tw-")
    # As text, so that the order of the keys counts too.
    assert json.dumps(sent) == json.dumps(body)
    assert request.path.endswith(f"/messages/interactive/{name.partition('-')[0]}")


def test_there_are_seven_examples() -> None:
    assert len(REQUESTS) == 7
