"""Reads the forms that ask before something is sent again."""

import re


def asked_in(dialog: str) -> dict[str, str]:
    """What the form sends along, by its names."""
    return dict(re.findall(r'name="(token|seen)" value="([^"]*)"', dialog))
