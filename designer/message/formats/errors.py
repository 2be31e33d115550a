"""What the formats raise."""


class FormatError(ValueError):
    """A payload that can't be read as a message. Its text says in plain words why, and where."""
