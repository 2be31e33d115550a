"""What stands beside the editor: the phone, the draft as JSON, and code that sends it."""

from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from designer.message.formats import coext, meta, snippets, twilio

from .content import Content

PREVIEW, JSON = "preview", "json"
LANGUAGES = {
    "body": "Filled JSON",
    "curl": "curl",
    "python": "Python",
    "javascript": "JavaScript",
    "meta": "Meta",
    "twilio": "Twilio",
}
FIRST_LANGUAGE = "curl"
_TITLES = {
    "body": "For the Coext API, samples filled in",
    "curl": "For any shell",
    "python": "Python with httpx",
    "javascript": "Node 18 or newer",
    "meta": "The body for Meta’s own Cloud API",
    "twilio": "The body that makes it Twilio content",
}
_SNIPPETS = {
    "curl": snippets.curl,
    "python": snippets.python,
    "javascript": snippets.javascript,
}

# Stands for the recipient, whom one chooses when sending.
SAMPLE_TO = "+919876543210"
EXAMPLE_BASE_URL = "https://your-domain.com/api/v1/external"


@dataclass(frozen=True)
class Tab:
    """A link that opens a pane."""

    pane: str
    label: str
    is_open: bool


@dataclass(frozen=True)
class Code:
    """A text to copy, what it is in a few words, and what its format can't hold of the message."""

    label: str
    title: str
    text: str
    notes: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    needs_key: bool = False


def asked_for(request: HttpRequest) -> str:
    """The pane that the page has open, by its name: "preview", "json" or one of LANGUAGES."""
    name = request.POST.get("pane") or request.GET.get("pane", "")
    return name if name == JSON or name in LANGUAGES else PREVIEW


def tabs(pane: str) -> list[Tab]:
    """The three views."""
    return [
        Tab(PREVIEW, "Preview", pane == PREVIEW),
        Tab(JSON, "JSON", pane == JSON),
        Tab(FIRST_LANGUAGE, "Code", pane in LANGUAGES),
    ]


def languages(pane: str) -> list[Tab]:
    """The kinds of code."""
    return [Tab(name, label, name == pane) for name, label in LANGUAGES.items()]


def json_text(content: Content) -> str:
    """The request body with the variables as they are typed."""
    return snippets.as_json(coext.dump(content.message, to=SAMPLE_TO))


def base_url() -> str:
    """The API's address in snippets: this site's sandbox where there is one, else an example."""
    if not settings.SANDBOX:
        return EXAMPLE_BASE_URL
    path = reverse("sandbox-list").removesuffix(f"{coext.ENDPOINT}/list")
    return f"{settings.SITE_URL}{path}"


def code(language: str, content: Content, *, name: str) -> Code:
    """The message, filled with its samples, in one of LANGUAGES. `name` is the template's."""
    message = content.filled()
    payload, path, url = coext.dump(message, to=SAMPLE_TO), coext.path(message), base_url()
    label, notes = LANGUAGES[language], _about_variables(content)
    match language:
        case "curl" | "python" | "javascript":
            text = _SNIPPETS[language](payload, base_url=url, path=path)
            return Code(label, _TITLES[language], text, notes, needs_key=True)
        case "meta":
            text = snippets.as_json(meta.dump(message, to=SAMPLE_TO))
            return Code(label, _TITLES[language], text, notes)
        case "twilio":
            export = twilio.dump(message, name=name)
            text = snippets.as_json(export.payload)
            return Code(label, _TITLES[language], text, notes, export.dropped)
    notes.insert(0, f"POST it to {url}{path}")
    return Code(label, _TITLES[language], snippets.as_json(payload), notes)


def _about_variables(content: Content) -> list[str]:
    names = content.variables
    missing = [f"{{{{{name}}}}}" for name in names if name not in content.samples]
    if not names:
        return []
    if not missing:
        return ["Variables are filled with their samples."]
    return [f"Variables are filled with their samples; {', '.join(missing)} has none yet."]
