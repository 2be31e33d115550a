"""Puts a message on its way: a row with its snapshot, and a wake for a worker."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from designer.library.models import MessageTemplate, Version
from designer.message.formats import coext
from designer.message.schema import Message
from designer.teams.models import Team, User

from . import quota, references
from .delivery import wake
from .models import Batch, Connection, Send, TestNumber

# So many numbers one message may go to at once.
MOST_AT_ONCE = 50


@dataclass(frozen=True)
class Letter:
    """What is to be sent: the message as filled, to whom, through what, and where it comes from.

    `to` is in E.164; `version` is None for a draft; `reference` is what was asked for, or "".
    """

    template: MessageTemplate
    version: Version | None
    message: Message
    connection: Connection
    to: str
    reference: str


def queue(letter: Letter, *, team: Team, person: User, token: uuid.UUID) -> Send:
    """Queue a letter and remember its number. Raises OverQuotaError.

    `token` is the panel's: the same letter from the same panel is the same send, however often it
    is posted; a changed one, from a panel that was gone back to, is another. Its reference is the
    one that was asked for, or the next that no other send has.
    """
    token = uuid.uuid5(token, f"{letter.connection.pk} {_fields(letter)['body']}")
    with transaction.atomic():
        quota.lock(team)
        if found := Send.objects.filter(team=team, token=token).first():
            return found
        [reference] = references.free(Send.objects.filter(team=team), letter.reference)
        fields = _fields(replace(letter, reference=reference))
        return _queue(team, person, token, **fields)


def queue_several(
    letter: Letter, numbers: Sequence[str], *, team: Team, person: User, token: uuid.UUID
) -> Batch:
    """Queue a letter to each of the numbers (E.164) instead of its own. Raises OverQuotaError.

    All of them or none. Each has a reference of its own; as with one, the same from the same panel
    is the same batch.
    """
    # In an order of their own: the list they were ticked in is sorted by their last use.
    said = _fields(replace(letter, to=" ".join(sorted(numbers))))["body"]
    token = uuid.uuid5(token, f"{letter.connection.pk} {said}")
    with transaction.atomic():
        quota.lock(team)
        if found := Batch.objects.filter(team=team, token=token).first():
            return found
        own = references.free(Send.objects.filter(team=team), letter.reference, among=len(numbers))
        letters = [
            replace(letter, to=to, reference=reference)
            for to, reference in zip(numbers, own, strict=True)
        ]
        quota.check(team, person, len(letters))
        rows = [(uuid.uuid5(token, one.to), _fields(one)) for one in letters]
        batch = _queue_batch(team, person, token, letter.template.name, rows)
        _remember(team, numbers)
    return batch


def _queue_batch(
    team: Team,
    person: User,
    token: uuid.UUID,
    template_name: str,
    rows: Sequence[tuple[uuid.UUID, dict[str, Any]]],
) -> Batch:
    """Queue sends together, each given by its token and its fields."""
    batch = Batch.objects.create(
        team=team, template_name=template_name, created_by=person, count=len(rows), token=token
    )
    sends = Send.objects.bulk_create(
        Send(team=team, batch=batch, created_by=person, token=own, **fields) for own, fields in rows
    )
    _wake_after_commit(sends)
    return batch


class SentAgainError(Exception):
    """It is not any more as the person who wants to send again has seen it."""


@transaction.atomic
def again(send: Send, *, person: User, token: uuid.UUID, seen: str) -> Send:
    """Queue what a send held once more, with a reference of its own.

    The same token again gives the first repeat. Raises SentAgainError if its `standing` is not the
    one that the person has `seen`, and OverQuotaError.
    """
    quota.lock(send.team)
    if found := Send.objects.filter(team=send.team, token=token).first():
        return found
    send.refresh_from_db(fields=["state"])
    if send.standing != seen:
        raise SentAgainError
    [reference] = references.free(Send.objects.filter(team=send.team), send.reference)
    return _queue(send.team, person, token, **_repeated(send, reference))


def failed_again(batch: Batch, *, person: User, token: uuid.UUID, seen: str) -> Batch:
    """Queue those of a batch that failed once more, as a batch of their own.

    The same token again gives the first such batch. Raises SentAgainError if there are none, or
    their `standing` is not the one that the person has `seen`, and OverQuotaError.
    """
    team = batch.team
    with transaction.atomic():
        quota.lock(team)
        if found := Batch.objects.filter(team=team, token=token).first():
            return found
        failed = list(batch.failed())
        if not failed or batch.standing(failed) != seen:
            raise SentAgainError
        quota.check(team, person, len(failed))
        repeats, given = [], set[str]()
        for send in failed:
            [reference] = references.free(
                Send.objects.filter(team=team), send.reference, besides=given
            )
            given.add(reference)
            repeats.append((uuid.uuid5(token, str(send.pk)), _repeated(send, reference)))
        return _queue_batch(team, person, token, batch.template_name, repeats)


def encode(payload: Mapping[str, Any]) -> str:
    """The bytes that go out, as text: JSON in ASCII, keys in the contract's order."""
    return json.dumps(payload, separators=(",", ":"))


def _fields(letter: Letter) -> dict[str, Any]:
    """A send's fields that the letter decides: its snapshot, and where it comes from."""
    payload = coext.dump(letter.message, to=letter.to, reference=letter.reference or None)
    version = letter.version
    return {
        "connection": letter.connection,
        "template": letter.template,
        "version": version,
        "template_name": letter.template.name,
        "version_number": version.number if version else None,
        "to": letter.to,
        "reference": letter.reference,
        "path": coext.path(letter.message),
        "body": encode(payload),
    }


def _repeated(send: Send, reference: str) -> dict[str, Any]:
    """The fields of a send that repeats another."""
    return {
        "connection_id": send.connection_id,
        "template_id": send.template_id,
        "version_id": send.version_id,
        "template_name": send.template_name,
        "version_number": send.version_number,
        "repeat_of": send,
        "to": send.to,
        "reference": reference,
        "path": send.path,
        "body": encode(send.payload | {"reference": reference}),
    }


def _queue(team: Team, person: User, token: uuid.UUID, **fields: Any) -> Send:
    """Queue one send; the team is locked."""
    quota.check(team, person, 1)
    send = Send.objects.create(team=team, token=token, created_by=person, **fields)
    _remember(team, [fields["to"]])
    _wake_after_commit([send])
    return send


def _wake_after_commit(sends: Sequence[Send]) -> None:
    """Wake a worker for each, once it can find the row.

    What gets lost between the two is found by the sweep, so a queue that is away is logged and
    doesn't fail the page; nor is it asked again for the others, which would take as long each time.
    """

    def wake_all() -> None:
        for send in sends:
            wake(send)

    transaction.on_commit(wake_all, robust=True)


def _remember(team: Team, numbers: Sequence[str]) -> None:
    """Offer the numbers again next time, before those that were used longer ago."""
    TestNumber.objects.bulk_create(
        [TestNumber(team=team, number=number) for number in numbers],
        update_conflicts=True,
        unique_fields=["team", "number"],
        update_fields=["used_at"],
    )
