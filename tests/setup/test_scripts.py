"""The scripts of a page are one program: they share a scope, in which a name stands once."""

import re
from collections import Counter

import pytest
from django.conf import settings

SCRIPTS = settings.BASE_DIR / "static" / "js"
TEMPLATES = settings.BASE_DIR / "templates"
DECLARED = re.compile(
    r"^(?:async )?(?:const|let|function|class)\*? +(?:([\w$]+)|[\[{]([^\]}]+))", re.M
)


def declared(script: str) -> list[str]:
    """The names that a script declares outside of any function."""
    text = (SCRIPTS / script).read_text()
    return [
        name.strip()
        for one, several in DECLARED.findall(text)
        for name in (one or several).split(",")
    ]


def pages() -> dict[str, list[str]]:
    """The scripts of each page that has some of its own, with those of every page."""
    found = {}
    for template in sorted(TEMPLATES.rglob("*.html")):
        own = re.findall(r"static 'js/([\w.]+)'", template.read_text())
        if own:
            found[str(template.relative_to(TEMPLATES))] = own
    base = found.pop("base.html")
    return {page: [*base, *own] for page, own in found.items()}


@pytest.mark.parametrize("page", pages())
def test_no_two_scripts_of_a_page_declare_the_same_name(page: str) -> None:
    names = Counter(name for script in pages()[page] for name in declared(script))
    assert len(names) > 10
    assert [name for name, count in names.items() if count > 1] == []
