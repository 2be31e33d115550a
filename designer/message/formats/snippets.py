"""Snippets that send a payload as they stand: curl, Python, JavaScript.

Each takes the payload, the API's base URL and the path under it (`coext.path`), and reads the API
key from the environment variable COEXT_API_KEY, so that no key stands in what people share.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

KEY_VARIABLE = "COEXT_API_KEY"

_UNSAFE = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def curl(payload: Mapping[str, Any], *, base_url: str, path: str) -> str:
    """A curl command for any POSIX shell."""
    return (
        f"curl -sS -X POST {_shell_quote(_url(base_url, path))} \\\n"
        f'  -H "X-API-Key: ${KEY_VARIABLE}" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        f"  --data-raw {_shell_quote(as_json(payload))}\n"
    )


def python(payload: Mapping[str, Any], *, base_url: str, path: str) -> str:
    """A Python script with httpx."""
    # A payload has only objects, lists and texts, for which JSON is also Python.
    return (
        "import os\n\n"
        "import httpx\n\n"
        f"payload = {as_json(payload)}\n\n"
        "response = httpx.post(\n"
        f"    {as_json(_url(base_url, path))},\n"
        f'    headers={{"X-API-Key": os.environ["{KEY_VARIABLE}"]}},\n'
        "    json=payload,\n"
        "    timeout=30,\n"
        ")\n"
        "print(response.status_code, response.text)\n"
    )


def javascript(payload: Mapping[str, Any], *, base_url: str, path: str) -> str:
    """A JavaScript program for Node 18 or newer, as a module, a script or `node -e`."""
    return (
        f"const payload = {as_json(payload)};\n\n"
        "(async () => {\n"
        f"  const response = await fetch({as_json(_url(base_url, path))}, {{\n"
        '    method: "POST",\n'
        "    headers: {\n"
        f'      "X-API-Key": process.env.{KEY_VARIABLE},\n'
        '      "Content-Type": "application/json",\n'
        "    },\n"
        "    body: JSON.stringify(payload),\n"
        "  });\n"
        "  console.log(response.status, await response.text());\n"
        "})();\n"
    )


def _url(base_url: str, path: str) -> str:
    return base_url.rstrip("/") + path


def as_json(value: object) -> str:
    """The value as indented JSON that reads as typed and is safe to paste anywhere."""
    return paste_safe(json.dumps(value, ensure_ascii=False, indent=2))


def paste_safe(text: str) -> str:
    """JSON with escapes for what a terminal, an editor or a strict encoder would not take."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _shell_quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
