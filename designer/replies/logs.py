"""Keeps webhook secrets out of the logs: whatever logs an address logs it without them."""

import logging
import re

# All that follows "/hooks/", for an address that is a little wrong may hold it anywhere; and what
# looks like a secret of ours in any other.
_AFTER_HOOKS = re.compile(r"(/hooks/+)[^\s\"'?]*[^\s\"'?/]", re.IGNORECASE)
_SECRET = re.compile(r"(?<![\w-])[\w-]{32}(?![\w-])")
# Django's own, its development server's, and the web server's access log.
LOGGERS = ("django.request", "django.server", "django.security.csrf", "granian.access")


class HideSecrets(logging.Filter):
    """Changes `/hooks/<secret>/` to `/hooks/***/` in a record's text and arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = hide(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(hide(value) for value in record.args)
        elif isinstance(record.args, dict):
            record.args = {key: hide(value) for key, value in record.args.items()}
        return True


def hide(value: object) -> object:
    """The text without webhook secrets; anything but a text as it is."""
    if not isinstance(value, str):
        return value
    return _SECRET.sub("***", _AFTER_HOOKS.sub(r"\1***", value))


def install() -> None:
    """Put the filter on every logger that may name an address."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(HideSecrets())
