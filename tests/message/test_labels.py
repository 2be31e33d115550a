import pytest

from designer.message.labels import label_for


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("header", "Header"),
        ("header.text", "Header"),
        ("header.type", "Header type"),
        ("header.link", "Header link"),
        ("button", "List button"),
        ("sections.0.title", "Section 1 title"),
        ("sections.0.rows.0.title", "Section 1 row 1 title"),
        ("sections.1.rows.9.description", "Section 2 row 10 description"),
        ("sections.0.rows.0.id", "Section 1 row 1 ID"),
        ("sections.0.rows", "Section 1 rows"),
        ("sections.0", "Section 1"),
        ("sections.0.rows.3", "Section 1 row 4"),
        ("buttons.0.title", "Button 1 title"),
        ("buttons.2.id", "Button 3 ID"),
        ("samples.name", "{{name}}"),
        ("something.else", "something.else"),
    ],
)
def test_calls_a_field_as_the_page_does(path: str, label: str) -> None:
    assert label_for(path) == label
