"""Which Chromium drives the pages of the tests, the benchmarks and the guide's pictures."""

import shutil

# The first that there is. The shell is Chromium without the window around a page: it opens one in
# a third of the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def find() -> str | None:
    """Its path; None for Playwright's own."""
    return next(filter(None, map(shutil.which, NAMES)), None)
