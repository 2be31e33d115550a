"""What the formats raise."""


class FormatError(ValueError):
    """A payload that can't be read as a message. Its text says in plain words why, and where.

    `line` and `column` count from 1, in the text that was to be read; None where they say nothing.
    """

    def __init__(self, text: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(text)
        self.line = line
        self.column = column
