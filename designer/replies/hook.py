"""The webhook: what the API delivers is stored first and read later."""

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from designer.sending.models import Connection

from . import reading, signature
from .models import Delivery, DeliveryState

# Meta's own bound on a webhook's body.
MOST_BYTES = 3 * 1024 * 1024
CHUNK = 64 * 1024


@csrf_exempt
def hook(request: HttpRequest, secret: str) -> HttpResponse:
    """Take one delivery: 200 means that it is on disk.

    The secret in the address is all that is asked for, and a signature where one is set; a retired
    connection still receives. 400: no JSON object (kept all the same); 401: not signed as it must
    be (not kept); 404: no such address; 413: over 3 MB; 503: it can't be checked or stored now, so
    send it again. The secret is no part of any answer or log.
    """
    if request.method != "POST":
        return _answer(405, "Only POST.", {"Allow": "POST"})
    try:
        return _receive(request, secret.rstrip("/"))
    except DatabaseError:
        return _answer(503, "Not stored. Send it again in a moment.", {"Retry-After": "5"})


def _receive(request: HttpRequest, secret: str) -> HttpResponse:
    connection = Connection.objects.by_hook(secret)
    if connection is None:
        return _answer(404, "There is no such address.")
    try:
        body = read_body(request, MOST_BYTES)
    except OSError:
        return _answer(400, "The connection was lost before the body was complete.")
    if len(body) > MOST_BYTES:
        return _answer(413, "Over 3 MB.")
    if connection.asks_for_signature and (refusal := _check(request, connection, body)):
        return refusal
    delivery = Delivery.objects.create(
        team_id=connection.team_id, connection_id=connection.pk, body=body
    )
    try:
        reading.decode(body)
    except reading.UnreadableError as problem:
        broken = {"state": DeliveryState.BROKEN, "note": str(problem)}
        Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.NEW).update(**broken)
        return _answer(400, str(problem))
    return _answer(200, "Stored.")


def _check(request: HttpRequest, connection: Connection, body: bytes) -> HttpResponse | None:
    """The answer to a body that is not signed with the connection's key; None if it is."""
    if (key := connection.signature_key) is None:
        # The server's own secret has changed. The sender can't help that, so nothing gets lost.
        return _answer(503, "Can’t be checked now. Send it again later.", {"Retry-After": "60"})
    if signature.is_right(request.headers.get(connection.signature_header, ""), body, key):
        return None
    connection.refuse()
    return _answer(401, "The signature is missing or wrong.", {"WWW-Authenticate": "Signature"})


def read_body(request: HttpRequest, most: int) -> bytes:
    """The raw body, or its first `most` + 1 bytes if it is longer. Raises OSError if it breaks off.

    Django's own `body` takes a request without a length for empty. Where the server marks the end
    of the body by itself, chunked ones come through, and a wrong length does no harm.
    """
    source = request
    if request.META.get("wsgi.input_terminated"):
        source = request.META["wsgi.input"]
    body = b""
    while len(body) <= most and (chunk := source.read(min(CHUNK, most + 1 - len(body)))):
        body += chunk
    return body


def _answer(status: int, words: str, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain", headers=headers)
