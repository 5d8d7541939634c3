"""Xero's login and tokens: consent, authorisation code with PKCE, rotating refresh tokens, custom connections.

Apps that exist here: `sandbox-xero` with secret `sandbox-xero-secret`. It may use the authorisation code (with or
without PKCE) and, as a custom connection of the one organisation, client_credentials. Access tokens live
30 minutes, refresh tokens 60 days; a refresh token that was used works for 30 minutes more.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sandbox.xero.books import Books
from sandbox.xero.records import Grant, Link, Record, Token
from sandbox.xero.scopes import GRANULAR
from sandbox.xero.wire import Json

CLIENTS = {"sandbox-xero": "sandbox-xero-secret"}
ACCESS_LIFE, REFRESH_LIFE = timedelta(minutes=30), timedelta(days=60)
CODE_LIFE, ID_TOKEN_LIFE, GRACE = timedelta(minutes=5), timedelta(minutes=5), timedelta(minutes=30)
CUSTOM_CONNECTION_SCOPES = tuple(
    sorted(GRANULAR - {"openid", "profile", "email", "offline_access", "accounting.journals.read"})
)
_PERSON = {
    "sub": "xero-sandbox-user",
    "email": "anna.albrecht@lindenhof.example",
    "given_name": "Anna",
    "family_name": "Albrecht",
}


class OAuthRefusal(Exception):
    """A token or authorize request that is refused, in OAuth's own words."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.description = description


class Wish(NamedTuple):
    """What an app asks a person to consent to."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    challenge: str
    nonce: str


class Identity:
    """Who may use the organisation's books, and until when."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._signing_key = secrets.token_bytes(32)

    @property
    def _now(self) -> datetime:
        return self._books.control.now()

    def consent(self, wish: Wish, tenant_id: str = "") -> str:
        """The person agreed for that organisation: a connection, and a code to be used once within five minutes."""
        code, event_id = secrets.token_urlsafe(32), self._books.new_id()
        grant = Grant(
            _hash(code), wish.client_id, wish.redirect_uri, wish.scopes, wish.challenge, wish.nonce,
            event_id, self._now + CODE_LIFE, used=False,
        )  # fmt: skip
        self._books.apply(grant, *self._linked(wish.client_id, event_id, tenant_id))
        return code

    def _linked(self, client_id: str, event_id: str, tenant_id: str = "") -> list[Record]:
        known = [link for link in self.links(client_id) if link.event_id and link.tenant_id == tenant_id]
        if known and event_id:
            return [replace(known[0], event_id=event_id, updated_at=self._now)]
        return [Link(self._books.new_id(), client_id, event_id, self._now, self._now, ended=False, tenant_id=tenant_id)]

    def links(self, client_id: str) -> list[Link]:
        """The app's connections that still stand."""
        return [link for link in self._books.links.values() if link.client_id == client_id and not link.ended]

    def token(self, client_id: str | None, secret: str | None, form: dict[str, str]) -> Json:
        """Answers the token endpoint. Raises OAuthRefusal; nothing is issued then."""
        grant_type = form.get("grant_type", "")
        client_id = client_id or form.get("client_id")
        if client_id not in CLIENTS:
            raise OAuthRefusal("invalid_client")
        proven = secret is not None and hmac.compare_digest(CLIENTS[client_id].encode(), secret.encode())
        if secret is not None and not proven:
            raise OAuthRefusal("invalid_client")
        match grant_type:
            case "authorization_code":
                return self._from_code(client_id, form, proven=proven)
            case "refresh_token":
                return self._from_refresh(client_id, form.get("refresh_token", ""))
            case "client_credentials":
                if not proven:
                    raise OAuthRefusal("invalid_client")
                return self._from_credentials(client_id, form.get("scope", ""))
            case _:
                raise OAuthRefusal("unsupported_grant_type")

    def _from_code(self, client_id: str, form: dict[str, str], *, proven: bool) -> Json:
        grant = self._books.grants.get(_hash(form.get("code", "")))
        if grant is None or grant.client_id != client_id:
            raise OAuthRefusal("invalid_grant")
        if grant.used or grant.expires_at < self._now or grant.redirect_uri != form.get("redirect_uri"):
            raise OAuthRefusal("invalid_grant")
        verifier = form.get("code_verifier", "")
        if grant.challenge:
            if not 43 <= len(verifier) <= 128 or _challenge(verifier) != grant.challenge:
                raise OAuthRefusal("invalid_grant")
        elif not proven:
            raise OAuthRefusal("invalid_client")
        return self._issue(client_id, grant.scopes, grant.event_id, grant.nonce, replace(grant, used=True))

    def _from_refresh(self, client_id: str, refresh_token: str) -> Json:
        token = self._books.tokens.get(_hash(refresh_token))
        if token is None or token.use != "refresh" or token.client_id != client_id or token.revoked:
            raise OAuthRefusal("invalid_grant")
        if token.expires_at < self._now or (token.rotated_at is not None and token.rotated_at + GRACE < self._now):
            raise OAuthRefusal("invalid_grant")
        rotated = token if token.rotated_at else replace(token, rotated_at=self._now)
        return self._issue(client_id, token.scopes, token.event_id, "", rotated)

    def _from_credentials(self, client_id: str, scope: str) -> Json:
        wanted = tuple(scope.split()) or CUSTOM_CONNECTION_SCOPES
        if not set(wanted) <= set(CUSTOM_CONNECTION_SCOPES):
            raise OAuthRefusal("invalid_scope")
        links: list[Record] = []
        if not any(not link.event_id for link in self.links(client_id)):
            links = self._linked(client_id, "")
        return self._issue(client_id, wanted, "", "", *links)

    def _issue(self, client_id: str, scopes: tuple[str, ...], event_id: str, nonce: str, *records: Record) -> Json:
        now = self._now
        access = self._jwt(client_id, scopes, event_id)
        made = list(records)
        made.append(Token(_hash(access), "access", client_id, scopes, event_id, now + ACCESS_LIFE, None, False))
        answer: Json = {
            "access_token": access,
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "token_type": "Bearer",
            "scope": " ".join(scopes),
        }
        if "offline_access" in scopes:
            refresh = secrets.token_urlsafe(32)
            made.append(Token(_hash(refresh), "refresh", client_id, scopes, event_id, now + REFRESH_LIFE, None, False))
            answer["refresh_token"] = refresh
        if "openid" in scopes and event_id:
            answer["id_token"] = self._id_token(client_id, scopes, nonce)
        self._books.apply(*made)
        return answer

    def revoke(self, client_id: str | None, secret: str | None, token: str) -> None:
        """Ends a refresh token and with it the app's consent and connections. Raises OAuthRefusal."""
        if client_id not in CLIENTS or secret is None or not hmac.compare_digest(CLIENTS[client_id], secret):
            raise OAuthRefusal("invalid_client")
        known = self._books.tokens.get(_hash(token))
        if known is None or known.client_id != client_id:
            return
        tokens = [known]
        links: list[Record] = []
        if known.use == "refresh":
            tokens = [t for t in self._books.tokens.values() if t.client_id == client_id and t.event_id]
            links = [replace(link, ended=True) for link in self.links(client_id) if link.event_id]
        self._books.apply(*(replace(token, revoked=True) for token in tokens), *links)

    def end(self, link: Link) -> None:
        """Disconnects the app from the organisation."""
        self._books.apply(replace(link, ended=True, updated_at=self._now))

    def bearer(self, authorization: str) -> Token | None:
        """The valid or expired access token in an Authorization header; None when it is neither."""
        scheme, _, value = authorization.partition(" ")
        token = self._books.tokens.get(_hash(value.strip())) if scheme.lower() == "bearer" else None
        if token is None or token.use != "access" or token.revoked:
            return None
        return token

    def expire(self, authorization: str) -> None:
        """Let the access token of an Authorization header run out at this moment."""
        token = self.bearer(authorization)
        if token is not None:
            self._books.apply(replace(token, expires_at=self._now - timedelta(seconds=1)))

    def _jwt(self, client_id: str, scopes: tuple[str, ...], event_id: str) -> str:
        now = int(self._now.timestamp())
        claims = {
            "nbf": now,
            "exp": now + int(ACCESS_LIFE.total_seconds()),
            "iss": "https://identity.xero.com",
            "aud": "https://identity.xero.com/resources",
            "client_id": client_id,
            "jti": secrets.token_hex(16),
            "authentication_event_id": event_id,
            "scope": list(scopes),
        }
        return self._signed(claims)

    def _id_token(self, client_id: str, scopes: tuple[str, ...], nonce: str) -> str:
        now = int(self._now.timestamp())
        claims: Json = {"iss": "https://identity.xero.com", "aud": client_id, "iat": now, "nbf": now}
        claims |= {"exp": now + int(ID_TOKEN_LIFE.total_seconds()), "sub": _PERSON["sub"]}
        if nonce:
            claims["nonce"] = nonce
        if "profile" in scopes:
            claims |= {name: _PERSON[name] for name in ("given_name", "family_name")}
        if "email" in scopes:
            claims["email"] = _PERSON["email"]
        return self._signed(claims)

    def _signed(self, claims: Json) -> str:
        head = _b64(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
        text = f"{head}.{_b64(json.dumps(claims).encode())}"
        return f"{text}.{_b64(hmac.new(self._signing_key, text.encode(), hashlib.sha256).digest())}"


def client_of(authorization: str, form: dict[str, str]) -> tuple[str | None, str | None]:
    """The client id and secret of a token request, from a Basic header or the form."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except ValueError:
            return None, None
        return client_id, secret
    return form.get("client_id"), form.get("client_secret")


def read_wish(query: dict[str, str]) -> Wish:
    """An authorize request. Raises OAuthRefusal."""
    wish = Wish(
        query.get("client_id", ""),
        query.get("redirect_uri", ""),
        tuple(query.get("scope", "").split()),
        query.get("state", ""),
        query.get("code_challenge", ""),
        query.get("nonce", ""),
    )
    if query.get("response_type") != "code":
        raise OAuthRefusal("unsupported_response_type")
    if not wish.scopes or not set(wish.scopes) <= GRANULAR:
        raise OAuthRefusal("invalid_scope", "an app of this kind may ask for granular scopes only")
    if wish.challenge and query.get("code_challenge_method") != "S256":
        raise OAuthRefusal("invalid_request", "code_challenge_method must be S256")
    return wish


def may_redirect_to(client_id: str, redirect_uri: str) -> bool:
    """Whether the app exists and the address is one that Xero would let an app register."""
    return client_id in CLIENTS and redirect_uri.startswith(("https://", "http://localhost:", "http://localhost/"))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _challenge(verifier: str) -> str:
    return _b64(hashlib.sha256(verifier.encode()).digest())


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
