"""Puts a message on its way: a row with its snapshot, and a wake for a worker."""

import base64
import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from designer.library.models import MessageTemplate, Version
from designer.message.formats import coext
from designer.message.schema import Message
from designer.teams.models import Team, User

from .delivery import wake
from .models import Connection, Send, TestNumber

REFERENCE_PREFIX = "tw-"


@dataclass(frozen=True)
class Letter:
    """What is to be sent: the message as filled, to whom, through what, and where it comes from.

    `to` is in E.164; `version` is None for a draft; `reference` may be "".
    """

    template: MessageTemplate
    version: Version | None
    message: Message
    connection: Connection
    to: str
    reference: str


def new_reference() -> str:
    """A short reference that no other send has: tw- and eight letters and digits."""
    return REFERENCE_PREFIX + base64.b32encode(secrets.token_bytes(5)).decode().lower()


def queue(letter: Letter, *, team: Team, person: User, token: uuid.UUID) -> Send:
    """Queue a letter and remember its number; the same token again gives the first send."""
    payload = coext.dump(letter.message, to=letter.to, reference=letter.reference or None)
    version = letter.version
    return _queue(
        team,
        token,
        connection=letter.connection,
        template=letter.template,
        version=version,
        template_name=letter.template.name,
        version_number=version.number if version else None,
        created_by=person,
        to=letter.to,
        reference=letter.reference,
        path=coext.path(letter.message),
        body=encode(payload),
    )


def again(send: Send, *, person: User, token: uuid.UUID) -> Send:
    """Queue what a send held once more; a reference that was made up for it is made anew."""
    reference, body = send.reference, send.body
    if reference.startswith(REFERENCE_PREFIX):
        reference = new_reference()
        body = encode(send.payload | {"reference": reference})
    return _queue(
        send.team,
        token,
        connection=send.connection,
        template=send.template,
        version=send.version,
        template_name=send.template_name,
        version_number=send.version_number,
        created_by=person,
        repeat_of=send,
        to=send.to,
        reference=reference,
        path=send.path,
        body=body,
    )


def encode(payload: Mapping[str, Any]) -> str:
    """The bytes that go out, as text: JSON in ASCII, keys in the contract's order."""
    return json.dumps(payload, separators=(",", ":"))


def _queue(team: Team, token: uuid.UUID, **fields: Any) -> Send:
    with transaction.atomic():
        send, is_new = Send.objects.get_or_create(team=team, token=token, defaults=fields)
        if is_new:
            TestNumber.objects.update_or_create(
                team=team, number=send.to, defaults={"used_at": timezone.now()}
            )
            # After the commit, so that a worker finds the row; what gets lost between the two is
            # found by the sweep, so a queue that is away doesn't fail the page.
            transaction.on_commit(partial(wake, send), robust=True)
    return send
