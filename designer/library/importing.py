"""The templates that messages from elsewhere make: pasted or uploaded, in any dialect."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile

from designer.message import schema
from designer.message.formats import DIALECTS, FormatError, Reading, read_all
from designer.message.formats.reading import MOST_BYTES
from designer.message.formats.sources import as_parts
from designer.message.storable import storable

from . import forms
from .arriving import arrive
from .content import MAX_NAME, Content

LONGEST_NAME = 60  # of a name that is taken from a message
_LINES = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True)
class Found:
    """A template that would be made, and what of its source is otherwise than it stood.

    `at` is its place among the messages, from 0; `notes` are sentences; `lost` is in words what no
    message can hold; `left_out` is what belongs to a single send.
    """

    at: int
    name: str
    content: Content
    errors: int
    notes: list[str]
    lost: str
    left_out: list[str]


def with_files(text: str, files: "Sequence[UploadedFile[bytes]]") -> str:
    """The text, or what is in the uploaded files. Raises FormatError if there are both."""
    if not files:
        return text
    if text.strip():
        raise FormatError(
            "Paste something or choose a file, not both: empty the box to read a file."
        )
    if sum(file.size or 0 for file in files) > MOST_BYTES:
        raise FormatError(
            f"{'This file is' if len(files) == 1 else 'These files are'} more than 1 MB, "
            "too much to read at once."
        )
    if len(files) == 1:
        return _text_of(files[0])
    return "".join(map(_as_part, files))


def _as_part(file: "UploadedFile[bytes]") -> str:
    """One of several files: what stands between ``` is read on its own. Raises FormatError."""
    text = _text_of(file).strip()
    try:
        read_all(text)
    except FormatError as error:
        raise FormatError(f"{_named(file)}: {error}") from None
    return as_parts(text)


def _text_of(file: "UploadedFile[bytes]") -> str:
    try:
        content: bytes = file.read()
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise FormatError(f"{_named(file)} is no text in UTF-8.") from None


def _named(file: "UploadedFile[bytes]") -> str:
    return f"The file {storable(file.name or '', ' ')[:60]}"


def found(at: int, reading: Reading) -> Found:
    """The template that would be made of a message that was read."""
    arrived = arrive(reading)
    content = Content(arrived.message, samples=reading.samples)
    left_out = [f"the recipient {reading.to}"] if reading.to else []
    if reading.reference:
        left_out.append(f"the reference “{reading.reference}”")
    errors = content.error_count()
    return Found(at, _name(reading), content, errors, arrived.notes, arrived.lost, left_out)


def _name(reading: Reading) -> str:
    """A name from the source, or the first line of the message."""
    if name := _in_a_line(reading.name or ""):
        return name[:MAX_NAME]
    for path, text in schema.fields(reading.message):
        # A picture's address is no name.
        lines = [] if path.startswith("header.") and path != "header.text" else text.splitlines()
        for line in map(_in_a_line, lines):
            if line:
                short = line[: LONGEST_NAME - 1].rstrip() + "…"
                return line if len(line) <= LONGEST_NAME else short
    return forms.UNNAMED


def _in_a_line(text: str) -> str:
    return storable(_LINES.sub(" ", text), " ").strip()


def dialects(readings: list[Reading]) -> str:
    """Which dialects they were taken for: "Meta Cloud API", or each with how many."""
    counted = Counter(DIALECTS[reading.dialect] for reading in readings)
    if len(counted) == 1:
        return next(iter(counted))
    return ", ".join(f"{name} ({count})" for name, count in counted.most_common())
