"""The endpoints that applications call themselves: token, userinfo, introspect, revoke (RFC 6749, 7009, 7636, 7662)."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import unquote_plus

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.okta.asked import CLIENT_ID, is_client
from sandbox.okta.grants import REFRESH_GRACE, REFRESH_IDLE, Code, Grant, Refresh
from sandbox.okta.issuer import AUDIENCE, Issuer
from sandbox.okta.keys import b64
from sandbox.okta.people import person_by_subject

_NO_STORE = {"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"}


class TokenRefused(Exception):
    """The answer is an OAuth error; nothing was issued."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.response = JSONResponse(
            {"error": error, "error_description": description}, status_code=status, headers=_NO_STORE
        )


class Tokens:
    """The back-channel half of the issuer."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    async def token(self, request: Request) -> Response:
        """Exchange a code, or a refresh token, for tokens."""
        form = await request.form()
        try:
            _client(request, form)
            match _text(form, "grant_type"):
                case "authorization_code":
                    answer = self._by_code(form)
                case "refresh_token":
                    answer = self._by_refresh(form)
                case _:
                    described = "The authorization grant type is not supported by the authorization server."
                    raise TokenRefused("unsupported_grant_type", described)
        except TokenRefused as refused:
            return refused.response
        return JSONResponse(answer, headers=_NO_STORE)

    def _by_code(self, form: FormData) -> dict[str, Any]:
        grants = self._issuer.grants
        code = grants.codes.get(_text(form, "code"))
        if code is None or code.expires_at <= self._issuer.now():
            raise TokenRefused("invalid_grant", "The authorization code is invalid or has expired.")
        if code.used:
            grants.revoke_family(code.grant.family)
            raise TokenRefused("invalid_grant", "The authorization code is invalid or has expired.")
        _check_exchange(code, form)
        code.used = True
        refresh = None
        if "offline_access" in code.grant.scopes:
            refresh = grants.add_refresh(code.grant, self._issuer.now())
        self._record("tokens_issued", "/oauth2/default/v1/token", code.grant)
        return self._issuer.tokens(code.grant, code.nonce, refresh)

    def _by_refresh(self, form: FormData) -> dict[str, Any]:
        grants, now = self._issuer.grants, self._issuer.now()
        kept = grants.refreshes.get(_text(form, "refresh_token"))
        if kept is None or now - kept.used_at > REFRESH_IDLE:
            raise TokenRefused("invalid_grant", "The refresh token is invalid or expired.")
        if kept.replaced_at is not None and now - kept.replaced_at > REFRESH_GRACE:
            grants.revoke_family(kept.grant.family)  # somebody uses an old one: take all of them back
            raise TokenRefused("invalid_grant", "The refresh token is invalid or expired.")
        wanted = _text(form, "scope").split()
        if not set(wanted) <= set(kept.grant.scopes):
            raise TokenRefused("invalid_scope", "The requested scope exceeds the scope that was granted.")
        if kept.replaced_at is None:
            kept.replaced_at = now
        new = grants.add_refresh(kept.grant, now)
        self._record("tokens_refreshed", "/oauth2/default/v1/token", kept.grant)
        return self._issuer.tokens(kept.grant, None, new)

    async def userinfo(self, request: Request) -> Response:
        """What the directory says of the bearer."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        claims = self._issuer.access(token) if scheme.lower() == "bearer" else None
        found = None if claims is None else self._issuer.userinfo(claims)
        if found is None:
            problem = 'Bearer error="invalid_token", error_description="The access token is invalid"'
            return Response(status_code=401, headers={"WWW-Authenticate": problem, **_NO_STORE})
        return JSONResponse(found, headers=_NO_STORE)

    async def introspect(self, request: Request) -> Response:
        """Whether a token holds, and what it stands for."""
        form = await request.form()
        try:
            _client(request, form)
        except TokenRefused as refused:
            return refused.response
        token = _text(form, "token")
        claims = self._issuer.access(token)
        if claims is not None:
            about = {name: claims[name] for name in ("iss", "aud", "iat", "exp", "jti", "sub", "uid")}
            about |= {"scope": " ".join(claims["scp"]), "client_id": claims["cid"], "username": claims["sub"]}
            return JSONResponse({"active": True, "token_type": "Bearer", **about}, headers=_NO_STORE)
        kept = self._live_refresh(token)
        if kept is not None:
            person = person_by_subject(kept.grant.subject)
            about = {"scope": " ".join(kept.grant.scopes), "client_id": CLIENT_ID, "uid": kept.grant.subject}
            about |= {"username": "" if person is None else person.email, "iss": self._issuer.url}
            return JSONResponse({"active": True, "aud": AUDIENCE, **about}, headers=_NO_STORE)
        return JSONResponse({"active": False}, headers=_NO_STORE)

    def _live_refresh(self, token: str) -> Refresh | None:
        kept, now = self._issuer.grants.refreshes.get(token), self._issuer.now()
        if kept is None or now - kept.used_at > REFRESH_IDLE:
            return None
        gone = kept.replaced_at is not None and now - kept.replaced_at > REFRESH_GRACE
        return None if gone else kept

    async def revoke(self, request: Request) -> Response:
        """Take a token back; a refresh token takes the access tokens of its sign-in with it. Always 200."""
        form = await request.form()
        try:
            _client(request, form)
        except TokenRefused as refused:
            return refused.response
        token = _text(form, "token")
        kept, claims = self._issuer.grants.refreshes.get(token), self._issuer.access(token)
        if kept is not None:
            self._issuer.grants.revoke_family(kept.grant.family)
            self._record("tokens_revoked", request.url.path, kept.grant)
        elif claims is not None:
            self._issuer.grants.revoke_access(str(claims["jti"]))
            self._issuer.control.record(
                operation="tokens_revoked",
                method="POST",
                path=request.url.path,
                idempotency_key=None,
                body={"kind": "access_token"},
                result_id=str(claims["uid"]),
            )
        return Response(status_code=200, headers=_NO_STORE)

    def _record(self, operation: str, path: str, grant: Grant) -> None:
        body = {"client_id": grant.client_id, "scopes": list(grant.scopes), "acr": grant.acr}
        self._issuer.control.record(
            operation=operation,
            method="POST",
            path=path,
            idempotency_key=None,
            body=body,
            result_id=grant.subject,
        )


def _check_exchange(code: Code, form: FormData) -> None:
    """The exchange must name the same address, and know the secret behind the PKCE challenge (RFC 7636)."""
    if _text(form, "redirect_uri") != code.redirect_uri:
        described = "The 'redirect_uri' does not match the redirection URI used in the authorization request."
        raise TokenRefused("invalid_grant", described)
    made = b64(hashlib.sha256(_text(form, "code_verifier").encode()).digest())
    if not secrets.compare_digest(made, code.challenge):
        raise TokenRefused("invalid_grant", "PKCE verification failed.")


def _client(request: Request, form: FormData) -> None:
    """The application proves itself by header or by form. Raises TokenRefused, 401, as Okta does."""
    scheme, _, packed = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            pair = base64.b64decode(packed, validate=True).decode()
        except ValueError:
            pair = ""
        name, _, secret = pair.partition(":")
        name, secret = unquote_plus(name), unquote_plus(secret)
    else:
        name, secret = _text(form, "client_id"), _text(form, "client_secret")
    if not is_client(name, secret):
        described = "The client secret supplied for a confidential client is invalid."
        raise TokenRefused("invalid_client", described, 401)


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
