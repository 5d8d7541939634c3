"""Our own mark in a provider's books: by it a payment that may or may not have happened is found again."""

from __future__ import annotations

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as a digit."""

MARKER_BYTES = 5


def marker(random: bytes) -> str:
    """The mark from five random bytes, e.g. `FA-7K3M9QXZ` (40 bits: unique within one document's payments)."""
    if len(random) != MARKER_BYTES:
        raise ValueError(f"a marker is made of {MARKER_BYTES} random bytes, not {len(random)}")
    value = int.from_bytes(random, "big")
    letters = [_ALPHABET[(value >> shift) & 31] for shift in range(35, -1, -5)]
    return "FA-" + "".join(letters)
