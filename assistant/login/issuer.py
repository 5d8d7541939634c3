"""Talks to one OpenID Connect issuer: what it publishes about itself, its keys, and its token endpoint.

Sources: OpenID Connect Discovery 1.0, RFC 7517 (keys), RFC 6749 §2.3.1 (client authentication).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ValidationError

from assistant.clock import Clock
from assistant.login.problems import SignInProblem, Trouble, refusal
from tools.tls import trust

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_LARGEST_ANSWER = 512_000
_METADATA_KEPT = timedelta(hours=1)
_KEYS_KEPT = timedelta(minutes=5)
_KEYS_KEPT_AT_MOST = timedelta(hours=24)
_REFETCH_NO_SOONER = timedelta(seconds=2)
"""Between two fetches for keys we do not know: a flood of forged key ids must not become a flood of calls."""


class Metadata(BaseModel):
    """What the issuer publishes about itself (OpenID Connect Discovery 1.0, §3), as far as it is used here."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]


@dataclass(frozen=True, slots=True)
class Registration:
    """This application as the issuer knows it; without a secret it is a public client that proves itself by PKCE."""

    issuer: str
    client_id: str
    client_secret: str = ""
    called: str = "Okta"
    """The issuer's name in sentences."""


class Issuer:
    """One issuer over HTTP, with its metadata and keys kept for as long as it allows."""

    def __init__(self, registration: Registration, clock: Clock, *, seconds: float = 10.0) -> None:
        self.registration = registration
        self._clock = clock
        self._seconds = seconds
        self._metadata: tuple[datetime, Metadata] | None = None
        self._keys: tuple[datetime, datetime, KeySet] | None = None
        _require_safe(registration.issuer, registration.called)

    async def metadata(self, *, fresh: bool = False) -> Metadata:
        """What it publishes about itself. Raises SignInProblem when it cannot be had or names another issuer."""
        now = self._clock()
        if not fresh and self._metadata and now - self._metadata[0] < _METADATA_KEPT:
            return self._metadata[1]
        registration = self.registration
        url = f"{registration.issuer.rstrip('/')}/.well-known/openid-configuration"
        answer, _ = await self._json("GET", url)
        try:
            found = Metadata.model_validate(answer)
        except ValidationError as error:
            raise self._nonsense(f"discovery: {error.error_count()} fields are missing or wrong") from None
        if found.issuer.rstrip("/") != registration.issuer.rstrip("/"):
            raise self._nonsense(f"discovery names the issuer {found.issuer!r}")
        for endpoint in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
            _require_safe(endpoint, registration.called)
        self._metadata = (now, found)
        return found

    async def keys(self, key_id: str) -> KeySet:
        """The issuer's keys, fetched again when `key_id` is not among those kept (keys rotate without notice)."""
        now = self._clock()
        if self._keys:
            fetched, until, kept = self._keys
            known = any(key.kid == key_id for key in kept.keys)
            if now < until and (known or now - fetched < _REFETCH_NO_SOONER):
                return kept
        answer, headers = await self._json("GET", (await self.metadata()).jwks_uri)
        try:
            signing = [k for k in answer["keys"] if k.get("kty") == "RSA" and k.get("use", "sig") == "sig"]
            found = KeySet.import_key_set({"keys": signing})
        except (JoseError, AttributeError, KeyError, TypeError, ValueError):
            raise self._nonsense("its key set cannot be read") from None
        self._keys = (now, now + _may_be_kept(headers.get("cache-control", "")), found)
        return found

    async def redeem(self, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        """The tokens for a code (RFC 6749 §4.1.3, RFC 7636 §4.5). Raises SignInProblem."""
        registration = self.registration
        metadata = await self.metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        auth: httpx.BasicAuth | None = None
        if not registration.client_secret:
            form["client_id"] = registration.client_id
        elif "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            # RFC 6749 §2.3.1: both parts are form-encoded before they are joined.
            auth = httpx.BasicAuth(quote(registration.client_id, safe=""), quote(registration.client_secret, safe=""))
        else:
            form |= {"client_id": registration.client_id, "client_secret": registration.client_secret}
        answer, _ = await self._json("POST", metadata.token_endpoint, form=form, auth=auth)
        return answer

    async def userinfo(self, access_token: str) -> dict[str, Any]:
        """What the issuer says about the person beyond the ID token; empty when it has no such endpoint."""
        endpoint = (await self.metadata()).userinfo_endpoint
        if not endpoint:
            return {}
        _require_safe(endpoint, self.registration.called)
        answer, _ = await self._json("GET", endpoint, headers={"Authorization": f"Bearer {access_token}"})
        return answer

    async def _json(
        self,
        method: str,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        auth: httpx.BasicAuth | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[dict[str, Any], httpx.Headers]:
        """One call, bounded in time and size, never redirected."""
        wanted = {"Accept": "application/json", **(headers or {})}
        try:
            async with (
                httpx.AsyncClient(timeout=self._seconds, follow_redirects=False, verify=trust(url)) as client,
                client.stream(method, url, data=form, auth=auth, headers=wanted) as response,
            ):
                body = b""
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > _LARGEST_ANSWER:
                        raise self._nonsense(f"{url} answered more than {_LARGEST_ANSWER} bytes")
        except httpx.TimeoutException:
            raise self._problem(Trouble.TOO_SLOW, f"{method} {url}: nothing within {self._seconds} s") from None
        except httpx.HTTPError as error:
            raise self._problem(Trouble.OUT_OF_REACH, f"{method} {url}: {error}") from None
        return self._read(method, url, response, body), response.headers

    def _read(self, method: str, url: str, response: httpx.Response, body: bytes) -> dict[str, Any]:
        try:
            answer = httpx.Response(200, content=body).json()
        except ValueError:
            answer = None
        if response.status_code == 200 and isinstance(answer, dict):
            return answer
        if isinstance(answer, dict) and isinstance(answer.get("error"), str):
            raise refusal(self.registration.called, answer["error"], str(answer.get("error_description") or ""))
        raise self._nonsense(f"{method} {url} answered {response.status_code}")

    def _nonsense(self, detail: str) -> SignInProblem:
        return self._problem(Trouble.NONSENSE, detail)

    def _problem(self, trouble: Trouble, detail: str) -> SignInProblem:
        return SignInProblem(trouble, self.registration.called, detail=detail)


def _may_be_kept(cache_control: str) -> timedelta:
    if re.search(r"\bno-(store|cache)\b", cache_control):
        return timedelta(0)
    found = re.search(r"\bmax-age=(\d{1,9})\b", cache_control)
    return min(timedelta(seconds=int(found[1])), _KEYS_KEPT_AT_MOST) if found else _KEYS_KEPT


def _require_safe(url: str, called: str) -> None:
    """Plain HTTP only to this very machine (the sandbox); everything else must be HTTPS."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return
    raise SignInProblem(Trouble.UNSAFE_ADDRESS, called, detail=f"refused address {url!r}")
