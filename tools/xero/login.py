"""How an app is let in to Xero: OAuth 2.0 tokens and the organisations that they open.

Source: developer.xero.com, OAuth 2.0: the authorisation code flow (with PKCE), custom connections (client
credentials), refresh with rotation, revocation, GET /connections. Access tokens live 30 minutes, refresh tokens 60
days unused, and each refresh gives a new one.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

import httpx
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from tools.errors import (
    ConnectionLost,
    ProviderBusy,
    ProviderRefused,
    ProviderUnavailable,
    Refused,
    bad_credentials,
)
from tools.tls import trust
from tools.trouble import UNREADABLE, error_status, exception_trouble

IDENTITY_URL = "https://identity.xero.com"
LOGIN_URL = "https://login.xero.com"
API_URL = "https://api.xero.com"
_READ_SECONDS = 20
_TIMEOUT = httpx.Timeout(_READ_SECONDS, connect=5)


@dataclass(frozen=True, slots=True)
class XeroApp:
    """The app as it is registered at Xero, and the hosts it speaks to; the secret is empty for a PKCE app."""

    client_id: str
    client_secret: str
    identity_url: str = IDENTITY_URL
    login_url: str = LOGIN_URL
    api_url: str = API_URL

    def __repr__(self) -> str:
        return f"XeroApp({self.client_id})"


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    access_token: str
    expires_in: int
    refresh_token: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class TokenSet:
    """What opens the connected organisations, until `expires_at` (aware); never logged."""

    access_token: str
    expires_at: datetime
    refresh_token: str = ""
    scope: str = ""


class XeroConnection(BaseModel):
    """One organisation that the person let the app in to."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    tenantId: str
    tenantType: str = "ORGANISATION"
    tenantName: str = ""


_REFUSED = Refused("the sign-in was refused.", "die Anmeldung wurde abgelehnt.")


def authorize_url(app: XeroApp, *, redirect_uri: str, scopes: str, state: str, verifier: str) -> str:
    """Where the person is sent to let the app in; `offline_access` is added, or there is no refresh token."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(dict.fromkeys(["openid", *scopes.split(), "offline_access"])),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{app.login_url}/identity/connect/authorize?{urlencode(query)}"


async def client_credentials(app: XeroApp, *, scopes: str, now: datetime) -> TokenSet:
    """A token of a custom connection (one organisation, no person)."""
    return await _token(app, {"grant_type": "client_credentials", "scope": scopes}, now)


async def exchange(app: XeroApp, *, code: str, redirect_uri: str, verifier: str, now: datetime) -> TokenSet:
    """The first token set of an authorisation; the code works once, for five minutes."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    return await _token(app, form, now)


async def refresh(app: XeroApp, *, refresh_token: str, now: datetime) -> TokenSet:
    """The next token set; store it before it is used, since the old refresh token is spent.

    Raises ConnectionLost when Xero no longer knows the refresh token (revoked, or 60 days unused).
    """
    return await _token(app, {"grant_type": "refresh_token", "refresh_token": refresh_token}, now)


async def revoke(app: XeroApp, *, refresh_token: str) -> None:
    """End the authorisation at Xero, for every organisation of it."""
    await _post(app, f"{app.identity_url}/connect/revocation", {"token": refresh_token})


async def connections(app: XeroApp, access_token: str) -> list[XeroConnection]:
    """The organisations that the token opens, newest connection first as Xero lists them."""
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT, verify=trust(app.api_url)) as http:
            answer = await http.get(f"{app.api_url}/connections", headers={"Authorization": f"Bearer {access_token}"})
    except httpx.HTTPError as problem:
        raise ProviderUnavailable("Xero", trouble=exception_trouble(problem, seconds=_READ_SECONDS)) from problem
    if answer.status_code in (401, 403):
        raise ConnectionLost("Xero")
    if answer.status_code != 200:
        raise ProviderUnavailable("Xero", trouble=error_status(answer.status_code))
    try:
        found = TypeAdapter(list[XeroConnection]).validate_json(answer.content)
    except ValidationError as problem:
        raise ProviderUnavailable("Xero", trouble=UNREADABLE) from _kind_only(problem)
    return [connection for connection in found if connection.tenantType == "ORGANISATION"]


async def disconnect(app: XeroApp, access_token: str, connection_id: str) -> None:
    """End the access to one organisation (DELETE /connections/{id}); one that is gone already has ended too."""
    headers = {"Authorization": f"Bearer {access_token}"}
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT, verify=trust(app.api_url)) as http:
            answer = await http.delete(f"{app.api_url}/connections/{connection_id}", headers=headers)
    except httpx.HTTPError as problem:
        raise ProviderUnavailable("Xero", trouble=exception_trouble(problem, seconds=_READ_SECONDS)) from problem
    if answer.status_code in (401, 403):
        raise ConnectionLost("Xero")
    if answer.status_code not in (200, 204, 404):
        raise ProviderUnavailable("Xero", trouble=error_status(answer.status_code))


async def _token(app: XeroApp, form: dict[str, str], now: datetime) -> TokenSet:
    answer = await _post(app, f"{app.identity_url}/connect/token", form)
    try:
        found = _Answer.model_validate_json(answer.content)
    except ValidationError as problem:
        raise ProviderUnavailable("Xero", trouble=UNREADABLE) from _kind_only(problem)
    return TokenSet(
        access_token=found.access_token,
        expires_at=now + timedelta(seconds=found.expires_in),
        refresh_token=found.refresh_token,
        scope=found.scope,
    )


async def _post(app: XeroApp, url: str, form: dict[str, str]) -> httpx.Response:
    basic = httpx.BasicAuth(app.client_id, app.client_secret) if app.client_secret else None
    if basic is None:
        form = {**form, "client_id": app.client_id}
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT, verify=trust(url)) as http:
            answer = await http.post(url, data=form, auth=basic or httpx.USE_CLIENT_DEFAULT)
    except httpx.HTTPError as problem:
        raise ProviderUnavailable("Xero", trouble=exception_trouble(problem, seconds=_READ_SECONDS)) from problem
    if answer.status_code == 429:
        wait = answer.headers.get("Retry-After", "60")
        seconds = int(wait) if wait.isdigit() else 60
        raise ProviderBusy("Xero", until=datetime.now().astimezone() + timedelta(seconds=seconds), limit="login")
    if answer.status_code in (400, 401):
        error = _error_of(answer)
        if error == "invalid_grant" or (answer.status_code == 401 and not error):
            raise ConnectionLost("Xero")
        if error in ("invalid_client", "unauthorized_client"):
            raise ProviderRefused("Xero", said=bad_credentials(error), status=answer.status_code)
        raise ProviderRefused("Xero", said=f"{error}." if error else _REFUSED, status=answer.status_code)
    if answer.status_code >= 300:
        raise ProviderUnavailable("Xero", trouble=error_status(answer.status_code))
    return answer


def _kind_only(problem: ValidationError) -> ValueError:
    """What the log may know of an answer that holds tokens: which fields are wrong, not what they hold."""
    return ValueError("; ".join(f"{item['loc']}: {item['type']}" for item in problem.errors(include_input=False)))


def _error_of(answer: httpx.Response) -> str:
    """OAuth's error code (RFC 6749, 5.2); nothing else of the body is repeated."""
    try:
        body = answer.json()
    except ValueError:
        return ""
    error = body.get("error") if isinstance(body, dict) else None
    return error[:60] if isinstance(error, str) else ""
