"""Keys that the house makes for itself once and keeps in its own folder, readable by nobody else."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

TOKENS = "tokens"
"""The name of the kept keys that seal provider tokens."""


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


class Cipher(Protocol):
    """Seals provider tokens at rest, each bound to its owner: copied to another row it does not open."""

    async def seal(self, owner: str, text: str) -> str:
        """The text as it may lie in the database, under the newest key. Raises CipherError."""
        ...

    async def open(self, owner: str, sealed: str) -> str:
        """The text again. Raises CipherError when the keys or the owner do not fit, or the keys are out of reach."""
        ...

    async def is_newest(self, owner: str, sealed: str) -> bool:
        """Whether the newest key alone opens it."""
        ...


class TokenCipher:
    """Encrypts provider tokens at rest with keys of our own (Fernet: AES-128-CBC with HMAC-SHA256), newest key first.

    Fernet has no associated data, so the owner's name is sealed inside and checked on reading: a token copied
    from one connection's row to another's does not open.
    """

    def __init__(self, keys: str | Callable[[], str]) -> None:
        """`keys`, a comma between them; or where to read them now, so that a rotation reaches every process."""
        self._keys = keys if callable(keys) else lambda: keys

    async def seal(self, owner: str, text: str) -> str:
        """The text as it may lie in the database, bound to `owner`, under the newest key."""
        return self._fernets()[0].encrypt(f"{owner}\n{text}".encode()).decode("ascii")

    async def open(self, owner: str, sealed: str) -> str:
        """The text again. Raises CipherError when the keys or the owner do not fit."""
        return _owned(owner, MultiFernet(self._fernets()), sealed)

    async def is_newest(self, owner: str, sealed: str) -> bool:
        """Whether the newest key alone opens it."""
        try:
            _owned(owner, self._fernets()[0], sealed)
        except CipherError:
            return False
        return True

    def _fernets(self) -> list[Fernet]:
        return [Fernet(key.strip()) for key in self._keys().split(",") if key.strip()]


def _owned(owner: str, fernet: Fernet | MultiFernet, sealed: str) -> str:
    try:
        name, _, text = fernet.decrypt(sealed.encode("ascii")).decode().partition("\n")
    except InvalidToken:
        raise CipherError("The stored tokens cannot be read with the present TOKEN_KEYS.") from None
    if name != owner:
        raise CipherError("The stored tokens belong to another connection.")
    return text


def replace_kept_key(home: Path, name: str, text: str) -> None:
    """Put other keys in the place of the kept ones, whole or not at all, with mode 0600."""
    fresh = home / f"{name}.key.next"
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(home / f"{name}.key")


def new_token_key() -> str:
    """A new Fernet key."""
    return Fernet.generate_key().decode("ascii")
