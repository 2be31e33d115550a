"""What a keystroke costs the server: its own part against the two calls it is made of, and how
quickly it answers a long list under load.
"""

import os
import re
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from .product import Running, product

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


def own_part() -> None:
    """Check and render as the editor does for a keystroke, against the two calls alone."""
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
    phone, verdict = get_template("preview/_phone.html"), get_template("library/_verdict.html")

    def render(content: Content, form: EditorForm) -> None:
        context = {"content": content, "form": form, "state": {}, "pane": "preview"}
        phone.render(context)
        verdict.render(context)

    def ours() -> None:
        content = Content(message)
        content.error_count()
        render(content, EditorForm(content))

    ready = Content(message)
    ready_form = EditorForm(ready)

    def alone() -> None:
        checks.check(message)
        render(ready, ready_form)

    ours(), alone()
    one, two = median_ms(ours), median_ms(alone)
    print("The server's part of a keystroke, check and render, 10 rows:")
    print(f"  the two calls alone {two:.2f} ms, the editor {one:.2f} ms")
    print(f"  ratio {one / two:.2f} (at most 1.5)")


def long_list(running: Running) -> None:
    """Type into a list of 100 rows, 20 times a second, for 20 seconds."""
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
    print(f"Keystrokes in a list of 100 rows, {RATE} a second:")
    print(f"  median {statistics.median(times):.1f} ms, p99 {p99:.1f} ms (under 50)")


def token(client: httpx.Client, path: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(path).text)
    assert found
    return found[1]


def weight(running: Running) -> None:
    """All bytes of a page with the editor, as they come over the wire."""
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
    print(f"A page with the editor: {len(paths)} requests, {total / 1000:.1f} kB (under 120)")


def main() -> None:
    own_part()
    with product() as running:
        weight(running)
    with product() as running:
        long_list(running)


if __name__ == "__main__":
    main()
