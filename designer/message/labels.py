"""The human names of a message's fields, as the page and the checks call them."""

_WORDS = {
    "header": "Header",
    "header.type": "Header type",
    "header.text": "Header",
    "header.link": "Header link",
    "header.filename": "Header file name",
    "body": "Body",
    "footer": "Footer",
    "button": "List button",
    "sections": "Sections",
    "buttons": "Buttons",
    "reference": "Reference",
}
_LAST = {"id": "ID"}


def label_for(field_path: str) -> str:
    """The name of a field: "Section 1 row 2 title" for `sections.0.rows.1.title`.

    Paths count from 0, names from 1. A path of another make is given back as it is.
    """
    if field_path in _WORDS:
        return _WORDS[field_path]
    match field_path.split("."):
        case ["sections", s, *rest] if s.isdecimal():
            start = f"Section {int(s) + 1}"
        case ["buttons", b, *rest] if b.isdecimal():
            start = f"Button {int(b) + 1}"
        case ["samples", name]:
            return f"{{{{{name}}}}}"
        case _:
            return field_path
    match rest:
        case ["rows", r, *last] if r.isdecimal():
            start += f" row {int(r) + 1}"
            rest = last
    return " ".join([start, *(_LAST.get(part, part) for part in rest)])
