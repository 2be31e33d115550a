"""What addresses and forms ask for, read with care."""


def number(text: str) -> int | None:
    """A whole number that any database takes for a row's id; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
