"""Chromium against a running server, with a worker beside it.

A page fails its test when it breaks the Content-Security-Policy, logs an error, raises one, or when
a request to the product fails. A test that expects such a thing says so with `allowed`.
"""

import base64
import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, Page, Request, Response, Route, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from designer.library.models import MessageTemplate
from designer.sending.models import Connection
from designer.setup import sandbox, worker
from designer.teams.models import Team, User

from .chromium import find
from .harness import Screen, open_editor

TIMEOUT_MS = 10_000
ARGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
# A pattern, not a function: then the requests to the product need not be shown to Python.
ELSEWHERE = re.compile(r"^https?://(?!localhost[:/]|127\.0\.0\.1[:/])")
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests: the one on the PATH, else Playwright's own."""
    # Playwright's loop runs in this thread, which makes Django take all tests for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    args = [*ARGS, "--no-sandbox"] if os.geteuid() == 0 else ARGS
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=args)
        yield browser
        browser.close()


class Requests:
    """Counts the requests that are under way at the running server."""

    def __init__(self) -> None:
        self.count, self.changed = 0, threading.Condition()

    def began(self, **kwargs: object) -> None:
        self.add(1)

    def ended(self, **kwargs: object) -> None:
        self.add(-1)

    def add(self, number: int) -> None:
        with self.changed:
            self.count += number
            self.changed.notify_all()

    def wait(self) -> None:
        """Until none is, or for as long as a test waits for anything."""
        with self.changed:
            self.changed.wait_for(lambda: self.count <= 0, TIMEOUT_MS / 1000)


@pytest.fixture
def app(live_server: LiveServer, settings: Settings) -> Iterator[str]:
    """The address of a running server, which is the product's SITE_URL too."""
    settings.SITE_URL = live_server.url
    requests = Requests()
    request_started.connect(requests.began)
    request_finished.connect(requests.ended)
    yield live_server.url
    # One that a page left behind would get into a deadlock with the emptying of the tables.
    requests.wait()
    request_started.disconnect(requests.began)
    request_finished.disconnect(requests.ended)


@pytest.fixture
def running_worker(app: str) -> Iterator[None]:
    """The background worker, for as long as the test lasts."""
    stop = threading.Event()
    threads = worker.start(2, stop)
    yield
    stop.set()
    for thread in threads:
        thread.join()


@pytest.fixture
def sandbox_connection(app: str, team: Team, running_worker: None) -> Connection:
    """The team's connection to the sandbox of the running server."""
    return sandbox.connect(team)


@pytest.fixture
def screen(request: pytest.FixtureRequest) -> Screen:
    """The screen that `page` has: a wide, light one unless the test is marked otherwise."""
    return getattr(request, "param", Screen())


@pytest.fixture
def allowed() -> list[str]:
    """Regular expressions, to be added by a test, for problems that its pages may have."""
    return []


@pytest.fixture
def new_page(
    chromium: Browser, app: str, screen: Screen, allowed: list[str]
) -> Iterator[Callable[[], Page]]:
    """Opens pages as separate people would: each with its own cookies."""
    problems: list[str] = []
    contexts = []

    def on_response(response: Response) -> None:
        if response.status >= 400 and response.url.startswith(app):
            problems.append(f"{response.status} for {response.request.method} {response.url}")

    def on_failure(request: Request) -> None:
        # Leaving a page cuts off what it was waiting for.
        if request.url.startswith(app) and request.failure != "net::ERR_ABORTED":
            problems.append(f"{request.failure} for {request.method} {request.url}")

    def open_page() -> Page:
        context = chromium.new_context(
            base_url=app,
            viewport={"width": screen.width, "height": screen.height},
            color_scheme=screen.scheme,
            java_script_enabled=screen.javascript,
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        context.route(ELSEWHERE, answer_for_elsewhere)
        page = context.new_page()
        # A breach of the Content-Security-Policy is logged as an error.
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(f"uncaught: {error}"))
        page.on("response", on_response)
        page.on("requestfailed", on_failure)
        return page

    yield open_page
    for context in contexts:
        context.cookies()  # An answer from the browser, before which all that happened is told.
    unexpected = [p for p in problems if not any(re.search(pattern, p) for pattern in allowed)]
    # Closing cuts off what is under way; that is no problem any more.
    for context in contexts:
        context.close()
    assert not unexpected, "The page had problems:\n" + "\n".join(unexpected)


@pytest.fixture
def page(new_page: Callable[[], Page]) -> Page:
    return new_page()


def answer_for_elsewhere(route: Route) -> None:
    """A pixel for every picture that a message shows; nothing leaves this machine."""
    if route.request.resource_type == "image":
        route.fulfill(body=PIXEL, content_type="image/gif")
    else:
        route.fulfill(status=200, body="")


@pytest.fixture
def untold(page: Page) -> None:
    """Keeps the page from being told, as it is every ten seconds, what a colleague saved."""
    page.route("**/present/", lambda route: route.fulfill(status=204))


@pytest.fixture
def opened(page: Page, editor: User, template: MessageTemplate) -> Page:
    """The editor of `template`, as an editor of its team sees it."""
    return open_editor(page, editor, template)
