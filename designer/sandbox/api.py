"""The API itself: the two sending requests, and an answer in its envelope for everything else.

A request is judged in this order: method, key, permission, rate, body, and then the number it goes
to, which may be one of those that fail on purpose.
"""

import hashlib
import json
import math
import secrets
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.request import UnreadablePostError
from django.http.response import StreamingHttpResponse
from django.utils import timezone
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt

from . import contract
from .magic import HOLD_TIME, OUTCOMES, Act
from .models import RATE_LIMIT, Account, Hold, Message, Sender, Window, whole_ms
from .webhooks import iso

ROOT = "/sandbox/api/v1/external"
# Some times the longest message that the contract allows with every character escaped.
MAX_BODY = 2_000_000
# How many answers may be late at the same time.
HANGING = threading.BoundedSemaphore(4)
# A held message that is not tried again for so long is held anew.
HOLD_FORGOTTEN = timedelta(minutes=10)


class UnreadableBody(Exception):
    """A request body that is no JSON; the text says why."""


@csrf_exempt
def send(request: HttpRequest, kind: contract.Kind) -> HttpResponseBase:
    """POST /messages/interactive/<kind>: take a message in, or say why not."""
    answer = judge(request, kind)
    # A refusal, even a 500, is what was asked for and no trouble of this server's: don't log it.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def judge(request: HttpRequest, kind: contract.Kind) -> HttpResponseBase:
    """The answer to a request, after everything that may be wrong with it."""
    if request.method != "POST":
        return failure(405, "METHOD_NOT_ALLOWED", "use POST", headers={"Allow": "POST"})
    account = Account.objects.with_key(request.headers.get("X-API-Key", ""))
    if account is None:
        return failure(401, "INVALID_API_KEY", "API key not found or invalid")
    if not account.can_send:
        return failure(403, "PERMISSION_DENIED", "API key lacks the send_text permission")
    window = account.count_request()
    if not window.granted:
        return too_many(window.reset_at)
    try:
        body = read(request)
    except UnreadableBody as problem:
        return failure(400, "VALIDATION_ERROR", str(problem))
    if wrong := contract.problem(kind, body):
        return failure(400, "VALIDATION_ERROR", wrong)
    return act(account, kind, body, window)


@csrf_exempt
def not_found(request: HttpRequest) -> HttpResponseBase:
    """Any other address below the API's."""
    return failure(404, "NOT_FOUND", "no such endpoint")


def act(
    account: Account, kind: contract.Kind, body: dict[str, Any], window: Window
) -> HttpResponseBase:
    """Do with a message what the number it goes to asks for; most ask for nothing special."""
    outcome = OUTCOMES.get(body["to"])
    if outcome is None:
        return success(arrive(account, kind, body), window)
    if outcome.act is Act.ERROR:
        return failure(outcome.status, outcome.code, outcome.message)
    if outcome.act is Act.GATEWAY:
        return HttpResponse("<h1>502 Bad Gateway</h1>\n<hr>nginx\n", status=502)
    if outcome.act is Act.HOLD and (until := held_until(account, kind, body)):
        return too_many(until)

    if outcome.act is Act.HANG:
        return hang(account, kind, body, window)
    answer = success(arrive(account, kind, body), window)
    if outcome.act is Act.BREAK_OFF:
        return broken_off(answer)
    elif outcome.act is Act.BROKEN:
        answer.content = answer.content[: len(answer.content) // 2]
    elif outcome.act is Act.EMPTY:
        answer.content = b""
    return answer


def hang(
    account: Account, kind: contract.Kind, body: dict[str, Any], window: Window
) -> HttpResponseBase:
    """Answer too late. One that waits holds a thread of the server's, so only a few may."""
    if not HANGING.acquire(blocking=False):
        return too_many(timezone.now() + HOLD_TIME)
    try:
        answer = success(arrive(account, kind, body), window)
        time.sleep(settings.SANDBOX_HANG_SECONDS)
    finally:
        HANGING.release()
    return answer


def arrive(account: Account, kind: contract.Kind, body: dict[str, Any]) -> Message:
    """Put a message on its customer's phone."""
    return Message.objects.create(
        account=account, customer=body["to"], sender=Sender.BUSINESS, kind=kind, payload=body
    )


def held_until(account: Account, kind: contract.Kind, body: dict[str, Any]) -> datetime | None:
    """Until when this very message is refused; None when it may pass now."""
    digest = hashlib.sha256(json.dumps([kind, body], sort_keys=True).encode()).hexdigest()
    now = timezone.now()
    with transaction.atomic():
        Hold.objects.filter(until__lt=now - HOLD_FORGOTTEN).delete()
        hold, _ = Hold.objects.get_or_create(
            account=account, digest=digest, defaults={"until": whole_ms(now + HOLD_TIME)}
        )
        if now < hold.until:
            return hold.until
        hold.delete()
    return None


def read(request: HttpRequest) -> Any:
    """The request's body, decoded. Raises UnreadableBody for whatever is not JSON in UTF-8."""
    if request.content_type != "application/json":
        raise UnreadableBody("Content-Type must be application/json")
    try:
        if len(request.body) > MAX_BODY:
            raise RequestDataTooBig
        return json.loads(request.body.decode(), parse_constant=refuse_constant)
    except RequestDataTooBig:
        raise UnreadableBody(f"request body must have at most {MAX_BODY} bytes") from None
    except (UnreadablePostError, ValueError, RecursionError):
        raise UnreadableBody("request body must be valid JSON in UTF-8") from None


def refuse_constant(name: str) -> NoReturn:
    """NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(name)


def success(message: Message, window: Window) -> HttpResponse:
    """The answer to a message that was taken in."""
    return JsonResponse(
        {
            "success": True,
            "data": {"message_id": str(message.uuid), "status": "sent"},
            "meta": {
                "request_id": new_request_id(),
                "rate_limit": rate_limit(window.remaining, window.reset_at),
            },
        }
    )


def failure(
    status: int, code: str, message: str, headers: dict[str, str] | None = None, **meta: Any
) -> HttpResponse:
    """An answer in the error envelope; `meta` goes beside the request's id."""
    return JsonResponse(
        {
            "success": False,
            "error": {"code": code, "message": message},
            "meta": {"request_id": new_request_id(), **meta},
        },
        status=status,
        headers=headers,
    )


def too_many(reset_at: datetime) -> HttpResponse:
    """429, with the time to wait for in the envelope and in HTTP's own header."""
    now = timezone.now()
    return failure(
        429,
        "RATE_LIMIT_EXCEEDED",
        "too many requests",
        # The date lets a client wait the right time though its clock is off.
        headers={
            "Retry-After": str(math.ceil((reset_at - now).total_seconds())),
            "Date": http_date(now.timestamp()),
        },
        rate_limit=rate_limit(0, reset_at),
    )


def rate_limit(remaining: int, reset_at: datetime) -> dict[str, Any]:
    return {"limit": RATE_LIMIT, "remaining": remaining, "reset_at": iso(reset_at)}


def broken_off(answer: HttpResponse) -> StreamingHttpResponse:
    """The answer's first half, under the length of the whole; then the connection ends."""

    def half() -> Iterator[bytes]:
        yield answer.content[: len(answer.content) // 2]
        raise ConnectionAbortedError("The connection breaks off on purpose.")

    return StreamingHttpResponse(
        half(),
        content_type="application/json",
        headers={"Content-Length": str(len(answer.content))},
    )


def new_request_id() -> str:
    return f"req_{secrets.token_hex(6)}"
