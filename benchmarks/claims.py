"""What a benchmark claims: printed line by line, with what of it did not hold."""


class Claims:
    """Figures and claims of one proof; `broken` holds, in words, those that did not hold."""

    def __init__(self, title: str) -> None:
        self.broken: list[str] = []
        self._title = title
        print(f"{title}:", flush=True)

    def figure(self, words: str) -> None:
        print(f"  {words}", flush=True)

    def hold(self, holds: bool, words: str) -> None:
        """Say whether something holds, figures included: "0 lost (0 allowed)"."""
        print(f"  {'holds' if holds else 'DOES NOT HOLD'}: {words}", flush=True)
        if not holds:
            self.broken.append(f"{self._title}: {words}")


def verdict(broken: list[str]) -> str | None:
    """For `sys.exit`: None when everything holds, else what does not, which exits with 1."""
    return "\nThis does not hold:\n" + "\n".join(broken) if broken else None
