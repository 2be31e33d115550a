"""Signatures of webhook bodies: HMAC-SHA256 in hex, as in Meta's X-Hub-Signature-256."""

import hmac

PREFIX = "sha256="


def sign(body: bytes, secret: str) -> str:
    """The header's value for a raw body: "sha256=" and 64 hex digits."""
    return PREFIX + hmac.digest(secret.encode(), body, "sha256").hex()


def is_right(given: str, body: bytes, secret: str) -> bool:
    """Whether a header's value signs the body, with or without its prefix.

    How long it takes does not tell which digit is wrong.
    """
    digits = given.strip().lower().removeprefix(PREFIX)
    expected = sign(body, secret).removeprefix(PREFIX)
    return hmac.compare_digest(digits.encode("utf-8", "replace"), expected.encode())
