"""Payloads out and in: the Coext API's, Meta's, Twilio's; and snippets that send them."""

from designer.message.formats.errors import FormatError
from designer.message.formats.reading import DIALECTS, Reading, read, read_all

__all__ = ["DIALECTS", "FormatError", "Reading", "read", "read_all"]
