"""Keys that the house makes for itself once and keeps in its own folder, readable by nobody else."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


def kept_key(home: Path, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(48)) -> str:
    """The key of that name in `home`, made at first use with mode 0600.

    Two processes that start together agree: the file is created exclusively and the loser reads the winner's.
    """
    path = home / f"{name}.key"
    home.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(make())
    return path.read_text(encoding="ascii").strip()


class CipherError(Exception):
    """A stored secret cannot be read with the present keys, or belongs to another row."""


class TokenCipher:
    """Encrypts provider tokens at rest (Fernet: AES-128-CBC with HMAC-SHA256), newest key first.

    Fernet has no associated data, so the owner's name is sealed inside and checked on reading: a token copied
    from one connection's row to another's does not open.
    """

    def __init__(self, keys: str) -> None:
        self._fernet = MultiFernet([Fernet(key.strip()) for key in keys.split(",") if key.strip()])

    def seal(self, owner: str, text: str) -> str:
        """The text as it may lie in the database, bound to `owner`."""
        return self._fernet.encrypt(f"{owner}\n{text}".encode()).decode("ascii")

    def open(self, owner: str, sealed: str) -> str:
        """The text again. Raises CipherError when the keys or the owner do not fit."""
        try:
            name, _, text = self._fernet.decrypt(sealed.encode("ascii")).decode().partition("\n")
        except InvalidToken:
            raise CipherError("The stored tokens cannot be read with the present TOKEN_KEYS.") from None
        if name != owner:
            raise CipherError("The stored tokens belong to another connection.")
        return text


def new_token_key() -> str:
    """A new Fernet key."""
    return Fernet.generate_key().decode("ascii")
