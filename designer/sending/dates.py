"""Moments, as the API writes them and as a day counts."""

from datetime import UTC, datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime


def iso_date(text: str) -> datetime | None:
    """A moment as the API writes it, with its offset, in UTC; None for anything else."""
    try:
        date = parse_datetime(text)
        return date.astimezone(UTC) if date and date.tzinfo else None
    except (ValueError, OverflowError):  # in UTC it may be before the year 1
        return None


def midnight() -> datetime:
    """When today began, in the server's time zone."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
