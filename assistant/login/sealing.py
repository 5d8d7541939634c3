"""What a browser keeps for us: sealed, bound to its purpose, and good for a while only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from assistant.clock import Clock


class Sealer:
    """Encrypts and signs small notes (Fernet) with keys derived from the house's one secret, one key a purpose."""

    def __init__(self, secret: str, clock: Clock) -> None:
        if len(secret) < 32:
            raise ValueError("SECRET_KEY must have at least 32 characters")
        self._secret = secret.encode()
        self._clock = clock

    def key(self, purpose: str) -> str:
        """A key for that purpose only, as text."""
        digest = hmac.new(self._secret, f"finance-assistant/{purpose}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode()

    def seal(self, purpose: str, note: dict[str, Any]) -> str:
        """The note as the browser may keep it."""
        now = int(self._clock().timestamp())
        return self._fernet(purpose).encrypt_at_time(json.dumps(note).encode(), now).decode()

    def open(self, purpose: str, sealed: str, life: timedelta) -> dict[str, Any] | None:
        """The note again; None when it is forged, for another purpose, or older than `life`."""
        now = int(self._clock().timestamp())
        try:
            text = self._fernet(purpose).decrypt_at_time(sealed.encode(), int(life.total_seconds()), now)
        except (InvalidToken, UnicodeError):
            return None
        note: dict[str, Any] = json.loads(text)
        return note

    def _fernet(self, purpose: str) -> Fernet:
        return Fernet(self.key(purpose))
