"""Keeps webhook secrets out of the logs: whatever logs an address logs it without them."""

import logging
import re

_SECRET = re.compile(r"(/hooks/)[^/\s\"'?]+")
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
    return _SECRET.sub(r"\1***", value) if isinstance(value, str) else value


def install() -> None:
    """Put the filter on every logger that may name an address."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(HideSecrets())
