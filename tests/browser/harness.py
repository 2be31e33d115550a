"""What the browser tests are written with; the fixtures are in `conftest`."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import reverse
from playwright.sync_api import Page, Route

from designer.library.models import MessageTemplate
from designer.teams.models import LoginLink, User


@dataclass(frozen=True)
class Screen:
    """What a page is looked at with; the sizes are in CSS pixels."""

    width: int = 1280
    height: int = 800
    scheme: Literal["light", "dark"] = "light"
    javascript: bool = True


WIDE = Screen()
PHONE = Screen(width=390, height=844)

# Marks for a test that asks for `screen`, or for `page`, which is opened with it.
every_screen = pytest.mark.parametrize(
    "screen",
    [WIDE, replace(WIDE, scheme="dark"), PHONE, replace(PHONE, scheme="dark")],
    ids=["wide-light", "wide-dark", "phone-light", "phone-dark"],
    indirect=True,
)
on_a_phone = pytest.mark.parametrize("screen", [PHONE], ids=["phone"], indirect=True)
without_javascript = pytest.mark.parametrize(
    "screen", [replace(WIDE, javascript=False)], ids=["no-javascript"], indirect=True
)


def sign_in(page: Page, person: User) -> None:
    """Sign a person in with a link; ends on the list of templates."""
    page.goto(reverse("enter", args=[LoginLink.issue(person)]))
    page.wait_for_url(f"**{reverse('templates')}")


def open_editor(page: Page, person: User, template: MessageTemplate) -> Page:
    """Sign a person in and open a template."""
    sign_in(page, person)
    page.goto(reverse("template", args=[template.pk]))
    return page


@contextmanager
def before_the_scripts(page: Page) -> Iterator[None]:
    """Load the page again; its scripts come when the block ends, as on a slow line."""
    held: list[Route] = []
    scripts = re.compile(r"\.js(\?.*)?$")

    def hold(route: Route) -> None:
        held.append(route)

    page.route(scripts, hold)
    page.reload(wait_until="commit")
    yield
    while held:
        held.pop().continue_()
    page.unroute(scripts)


def wait_until(page: Page, happened: Callable[[], object]) -> None:
    """Let the page go on until something has happened here, for as long as a test waits at all."""
    for _ in range(2000):
        if happened():
            return
        page.wait_for_timeout(5)
    raise AssertionError("It did not happen.")


def axe(page: Page) -> list[str]:
    """What axe finds wrong on the page as it is now: a rule, what it asks, and where, in a line."""
    # Once a page, and nothing about what is right: it takes half the time.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    run = "axe.run({resultTypes: ['violations']}).then((results) => results.violations)"
    found: list[dict[str, Any]] = page.evaluate(run)
    return [
        f"{rule['id']}: {rule['help']}: " + ", ".join(str(node["target"]) for node in rule["nodes"])
        for rule in found
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    wider: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wider


class Line:
    """The line to the server: `slow` holds what is posted until `let_go`, `down` cuts it off."""

    def __init__(self, page: Page, template: MessageTemplate) -> None:
        self.page = page
        self.address = f"**{reverse('template', args=[template.pk])}"
        self.held: list[Route] = []

    @contextmanager
    def slow(self) -> Iterator[None]:
        self._route(self.held.append)
        yield
        self.let_go()
        self.restore()

    def let_go(self) -> None:
        while self.held:
            self.held.pop(0).continue_()

    def waits(self, count: int = 1) -> None:
        """Wait until so many requests are held."""
        wait_until(self.page, lambda: len(self.held) >= count)

    def down(self) -> None:
        self._route(lambda route: route.abort())

    def fails(self, status: int) -> None:
        self._route(lambda route: route.fulfill(status=status, body="<h1>Oh</h1>"))

    def restore(self) -> None:
        self.page.unroute(self.address)

    def _route(self, answer: Callable[[Route], object]) -> None:
        def posts_only(route: Route) -> None:
            if route.request.method == "POST":
                answer(route)
            else:
                route.continue_()

        self.page.route(self.address, posts_only)
