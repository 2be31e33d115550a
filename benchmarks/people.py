"""What people do, as their browsers would post it: sign in, make a template, publish, send."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from .product import Site
from .server import fields, token

PATIENCE = 60  # seconds


@contextmanager
def signed_in(site: Site) -> Iterator[httpx.Client]:
    """The first person, in a session of its own; what the client posts carries the CSRF token."""
    with httpx.Client(base_url=site.url, timeout=PATIENCE, trust_env=False) as client:
        entered = client.get(site.manage("login_link").strip())
        assert entered.has_redirect_location, f"The link did not sign in: {entered.status_code}"
        client.headers["X-CSRFToken"] = token(client, "/templates/new/")
        yield client


def new_list(client: httpx.Client) -> str:
    """Make a list of ten rows and publish it; returns its path."""
    made = client.post("/templates/new/", data={"kind": "list"})
    path = made.headers["Location"]
    publish(client, path, {**list_fields("Take your pick"), "revision": "1", "tab": "first"})
    return path


def list_fields(body: str) -> dict[str, str]:
    """The form of a list without errors; its options are product_0_0 to product_0_9."""
    return {**fields(1, 10, body), "kind": "list"}


def publish(client: httpx.Client, path: str, form: dict[str, str]) -> httpx.Response:
    """Post the editor's form with its button "Publish". Raises AssertionError if it is refused."""
    answer = client.post(path, data={**form, "op": "publish"}, headers={"HX-Request": "true"})
    assert "is published" in answer.text, f"Not published: {answer.status_code} {answer.text[:300]}"
    return answer


def send(client: httpx.Client, path: str, *, to: str, connection: int, reference: str = "") -> None:
    """Post the send panel. Raises AssertionError if nothing was queued."""
    form = send_form(to=to, connection=connection, reference=reference)
    answer = client.post(f"{path}send/", data=form)
    queued = re.search(r"^/sends/\d+/$", answer.headers.get("Location", ""))
    assert queued, f"Not queued: {answer.status_code} {answer.text[:300]}"


def send_form(*, to: str, connection: int, reference: str = "") -> dict[str, str]:
    """A send panel, filled in for the first version; each is a panel of its own."""
    form = {"source": "v1", "to": to, "connection": str(connection), "reference": reference}
    return {**form, "token": str(uuid.uuid4())}
