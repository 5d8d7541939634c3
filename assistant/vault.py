"""Provider tokens sealed by HashiCorp Vault's Transit engine: the keys never leave it.

HTTP API v1, "Transit secrets engine": encrypt, decrypt, and reading a key's versions. The key must be of an AEAD type
(aes256-gcm96, Vault's default), since the owner is bound as associated data. Rotating is Vault's own
(`vault write -f transit/keys/NAME/rotate`); `assistant rotate-keys` then seals every token anew.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from assistant.keys import CipherError

_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class VaultPlace:
    """Where the key is, and what opens the way to it."""

    address: str
    key: str
    token: Callable[[], str]
    """The Vault token as it is now: an agent may renew the file that it is read from."""
    mount: str = "transit"
    namespace: str = ""


class VaultCipher:
    """Seals with a key of Vault; one connection pool for the life of the process."""

    def __init__(self, place: VaultPlace) -> None:
        self._place = place
        self._http = httpx.AsyncClient(base_url=place.address.rstrip("/"), timeout=_SECONDS, trust_env=False)

    async def seal(self, owner: str, text: str) -> str:
        """The text as it may lie in the database ("vault:v1:…"), bound to `owner`. Raises CipherError."""
        body = {"plaintext": _b64(text), "associated_data": _b64(owner)}
        found = (await self._ask("POST", "encrypt", body)).get("ciphertext")
        if not isinstance(found, str) or not found.startswith("vault:v"):
            raise CipherError("Vault answered without a ciphertext. Nothing was stored.")
        return found

    async def open(self, owner: str, sealed: str) -> str:
        """The text again. Raises CipherError when Vault is out of reach, or the key or the owner do not fit."""
        if not sealed.startswith("vault:v"):
            raise CipherError("The stored tokens were not sealed by Vault. Connect Xero again.")
        found = (await self._ask("POST", "decrypt", {"ciphertext": sealed, "associated_data": _b64(owner)})).get(
            "plaintext"
        )
        if not isinstance(found, str):
            raise CipherError("Vault answered without a plaintext. Nothing was read.")
        return base64.b64decode(found).decode()

    async def is_newest(self, owner: str, sealed: str) -> bool:
        """Whether it was sealed under the key's latest version."""
        latest = (await self._ask("GET", "keys")).get("latest_version")
        return sealed.startswith(f"vault:v{latest}:")

    async def _ask(self, method: str, what: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        place = self._place
        path = f"/v1/{quote(place.mount)}/{what}/{quote(place.key, safe='')}"
        headers = {"X-Vault-Token": place.token()} | ({"X-Vault-Namespace": place.namespace} if place.namespace else {})
        try:
            answer = await self._http.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as problem:
            raise CipherError(f"Vault cannot be reached ({type(problem).__name__}). Nothing was changed.") from problem
        if answer.status_code == 400:
            raise CipherError(
                "The stored tokens cannot be read with the key in Vault, or belong to another connection."
            )
        if answer.status_code != 200:
            raise CipherError(f"Vault refused with status {answer.status_code}. Its token or policy needs a look.")
        try:
            data = answer.json()["data"]
        except (ValueError, LookupError, TypeError) as problem:
            raise CipherError("Vault's answer cannot be read. Nothing was changed.") from problem
        return data if isinstance(data, dict) else {}


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
