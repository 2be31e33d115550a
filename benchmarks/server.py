"""What a keystroke costs the server: its own part against the two calls it is made of, and how
quickly it answers a long list under load.
"""

import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from .claims import Claims, verdict
from .product import Running, product

RATIO, MOST_MS, MOST_KB = 1.5, 50.0, 120.0
ROUNDS = 300
RATE = 20  # requests a second
SECONDS = 20


def fields(sections: int, rows: int, body: str) -> dict[str, str]:
    """The form of a list as the editor posts it."""
    data = {"name": "Bench", "body": body, "button": "See all", "footer": "", "header": "Hello"}
    for s in range(sections):
        data[f"sections.{s}.title"] = f"Section {s}"
        for r in range(rows):
            path = f"sections.{s}.rows.{r}"
            data |= {
                f"{path}.title": f"Product {s}.{r}",
                f"{path}.description": "In stock",
                f"{path}.id": f"product_{s}_{r}",
            }
    return data


def median_ms(call: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def own_part() -> list[str]:
    """Check and render as the editor does for a keystroke, against the two calls alone."""
    claims = Claims("The server's part of a keystroke, check and render, 10 rows")
    os.environ |= {"SECRET_KEY": "only-for-benchmarks", "HTTPS": "0", "DEBUG": "0"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from django.template.loader import get_template

    from designer.library import forms
    from designer.library.content import Content
    from designer.library.editor import EditorForm
    from designer.message import checks, schema

    raw = forms.nest(fields(2, 5, "Browse our *popular* products").items())
    raw.pop("name")
    message = schema.parse({"kind": "list", **raw})
    phone, problems = get_template("preview/_phone.html"), get_template("library/_verdict.html")

    def render(content: Content, form: EditorForm) -> None:
        context = {"content": content, "form": form, "state": {}, "pane": "preview"}
        phone.render(context)
        problems.render(context)

    def ours() -> None:
        content = Content(message)
        content.error_count()
        render(content, EditorForm(content))

    ready = Content(message)
    ready_form = EditorForm(ready)

    def alone() -> None:
        checks.check(message)
        render(ready, ready_form)

    ours()
    alone()
    one, two = median_ms(ours), median_ms(alone)
    claims.figure(f"the two calls alone {two:.2f} ms, the editor {one:.2f} ms")
    claims.hold(one / two <= RATIO, f"ratio {one / two:.2f} (at most {RATIO})")
    return claims.broken


def long_list(running: Running) -> list[str]:
    """Type into a list of 100 rows, 20 times a second, for 20 seconds."""
    claims = Claims(f"Keystrokes in a list of 100 rows, {RATE} a second")
    with httpx.Client(base_url=running.url, follow_redirects=True, timeout=10) as client:
        client.get(running.link)
        made = client.post(
            "/templates/new/",
            data={"kind": "list", "csrfmiddlewaretoken": token(client, "/templates/new/")},
        )
        path = made.url.path
        headers = {"HX-Request": "true", "X-CSRFToken": token(client, path)}

        def type_at(moment: float, number: int) -> float:
            time.sleep(max(0.0, moment - time.perf_counter()))
            data = fields(10, 10, "x" * (number % 900 + 1))
            start = time.perf_counter()
            answer = client.post(path, data={**data, "tab": "bench"}, headers=headers)
            answer.raise_for_status()
            return (time.perf_counter() - start) * 1000

        # The first save names the revision that it is based on; from then on the tab counts.
        first = {**fields(10, 10, "x"), "tab": "bench", "revision": "1"}
        client.post(path, data=first, headers=headers).raise_for_status()
        begin = time.perf_counter() + 0.5
        with ThreadPoolExecutor(8) as pool:
            moments = [begin + number / RATE for number in range(RATE * SECONDS)]
            times = sorted(pool.map(type_at, moments, range(len(moments))))
    p99 = times[int(len(times) * 0.99)]
    claims.figure(f"median {statistics.median(times):.1f} ms")
    claims.hold(p99 < MOST_MS, f"p99 {p99:.1f} ms (under {MOST_MS:.0f})")
    return claims.broken


def token(client: httpx.Client, path: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(path).text)
    assert found
    return found[1]


def weight(running: Running) -> list[str]:
    """All bytes of a page with the editor, as they come over the wire."""
    claims = Claims("A page with the editor")
    total = 0
    with httpx.Client(base_url=running.url, follow_redirects=True) as client:
        client.headers["Accept-Encoding"] = "br, gzip"
        client.get(running.link)
        listed = client.get("/templates/").text
        page = re.search(r'href="(/templates/\d+/)"', listed)
        assert page
        html = client.get(page[1])
        paths = {page[1], *re.findall(r'(?:href|src)="(/static/[^"#]+)', html.text)}
        for path in paths:
            with client.stream("GET", path) as answer:
                total += sum(len(chunk) for chunk in answer.iter_raw())
    kilobytes = total / 1000
    words = f"{len(paths)} requests, {kilobytes:.1f} kB (under {MOST_KB:.0f})"
    claims.hold(kilobytes < MOST_KB, words)
    return claims.broken


def main() -> list[str]:
    """Returns what did not hold."""
    broken = own_part()
    with product() as running:
        broken += weight(running)
    with product() as running:
        broken += long_list(running)
    return broken


if __name__ == "__main__":
    sys.exit(verdict(main()))
