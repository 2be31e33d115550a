"""How quick the editor is to the hand: from the key to the painted preview.

Compared in the same Chromium with a bare page that echoes the text with one line of JavaScript.
"""

import statistics
import sys
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium

from .claims import Claims, verdict
from .product import product

RATIO, MOST_MS = 4.0, 60.0
KEYS = 150
PAUSE_MS = 90  # a quick typist

# From the key event's own time to the frame in which its letter stands in the preview.
MEASURE = """(selector) => {
    window.times = [];
    let pressed = 0;
    addEventListener("keydown", (event) => (pressed = event.timeStamp), true);
    const seen = () => {
        if (!pressed) return;
        const start = pressed;
        pressed = 0;
        requestAnimationFrame(() => setTimeout(() => window.times.push(performance.now() - start)));
    };
    new MutationObserver(() => {
        const shown = document.querySelector(selector);
        if (shown && shown.textContent.trim() !== window.shownBefore) {
            window.shownBefore = shown.textContent.trim();
            seen();
        }
    }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""
# Where one types, where it shows, and what stands there before.
FIELDS = {
    "the body": ("#id_body", "#outcome .bubble__body", "Hi"),
    "the body with bold and a variable": ("#id_body", "#outcome .bubble__body", "*Hi* {{name}}"),
    "a row's title": (
        "[id='id_sections.0.rows.5.title']",
        "#outcome .sheet__row:nth-of-type(6) .sheet__row-title",
        "Row",
    ),
}
BARE = """<textarea oninput="out.textContent = this.value"></textarea><p id="out"></p>"""


@dataclass(frozen=True)
class Times:
    """Milliseconds."""

    median: float
    p95: float

    @classmethod
    def of(cls, times: list[float]) -> "Times":
        return cls(statistics.median(times), statistics.quantiles(times, n=20)[-1])


def type_and_measure(page: Page, field: str, shown: str) -> Times:
    """Type into `field` and time each letter until it is painted in `shown`."""
    page.evaluate(MEASURE, shown)
    page.locator(field).press("End")
    for number in range(KEYS):
        page.keyboard.press("abcdefghij"[number % 10])
        page.wait_for_timeout(PAUSE_MS)
    times: list[float] = page.evaluate("window.times")
    assert len(times) >= KEYS * 0.9, f"only {len(times)} of {KEYS} keys were seen painted"
    return Times.of(times[10:])


def open_editor(browser: Browser, link: str, url: str) -> Page:
    page = browser.new_page()
    page.goto(link)
    page.goto(f"{url}/templates/new/")
    page.get_by_role("button", name="New list").click()
    page.wait_for_url("**/templates/*/")
    for _ in range(9):
        rows = page.locator("[data-row]").count()
        page.get_by_role("button", name="Add row to section 1").click()
        page.locator("[data-row]").nth(rows).wait_for()
    return page


def main() -> list[str]:
    """Measure both pages in one run; returns what did not hold."""
    claims = Claims("From the key to the painted preview, a list of 10 rows")
    with product() as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        editor = open_editor(browser, running.link, running.url)
        ours = {}
        for name, (field, shown, begins) in FIELDS.items():
            saved = editor.locator("#saved[data-state='saved']")
            saved.wait_for()
            editor.reload()
            editor.locator(field).fill(begins)
            saved.wait_for()
            ours[name] = type_and_measure(editor, field, shown)
        bare_page = browser.new_page()
        bare_page.set_content(BARE)
        bare = type_and_measure(bare_page, "textarea", "#out")
        browser.close()
    claims.figure(f"bare echo page  median {bare.median:5.1f} ms   p95 {bare.p95:5.1f} ms")
    for name, times in ours.items():
        ratio = times.median / bare.median
        claims.figure(f"{name}: median {times.median:.1f} ms")
        claims.hold(times.p95 < MOST_MS, f"{name}: p95 {times.p95:.1f} ms (under {MOST_MS:.0f})")
        claims.hold(
            ratio <= RATIO, f"{name}: ratio of the medians {ratio:.2f} (at most {RATIO:.0f})"
        )
    return claims.broken


if __name__ == "__main__":
    sys.exit(verdict(main()))
