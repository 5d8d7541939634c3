"""Whom money may go to: how an account number is recognised, compared and shown without giving it away."""

from __future__ import annotations

import hashlib
import re

_SEPARATORS = re.compile(r"[\s\u00a0.\-/]")


def compact(account_number: str) -> str:
    """The account number (an IBAN, ISO 13616, or a national one) without what people put between its groups."""
    return _SEPARATORS.sub("", account_number).upper()


def fingerprint(account_number: str) -> str:
    """SHA-256 of the compact account number, so that a change shows without the number being kept; empty for none."""
    number = compact(account_number)
    return hashlib.sha256(number.encode()).hexdigest() if number else ""


def masked(account_number: str) -> str:
    """What may be shown and kept of a number, e.g. "DE89…3000": its ends, of a short one its last four; "" for none.

    A masked number stays as it is.
    """
    number = compact(account_number)
    if not number or "…" in number:
        return number
    return f"{number[:4]}…{number[-4:]}" if len(number) >= 12 else f"…{number[-4:]}" if len(number) >= 6 else "…"
