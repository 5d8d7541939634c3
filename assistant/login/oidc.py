"""Signs a person in by OpenID Connect: authorization code with PKCE, state and nonce, and a verified ID token.

Sources: OpenID Connect Core 1.0 §3.1, RFC 7636 (PKCE), RFC 9207 (issuer in the answer).
A step-up (`acr_values`, `max_age`) goes the same way. `acr_values` is only a wish (unknown values are ignored), so
whoever asks has to read the `acr` that came back.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from authlib.oidc.core.util import create_half_hash  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import extract_compact

from assistant.clock import Clock
from assistant.login.issuer import Issuer, Registration
from assistant.login.problems import SignInProblem, Trouble, refusal

_LEEWAY = timedelta(seconds=30)
_OLDEST = timedelta(minutes=10)
"""An ID token older than this was not made for the sign-in that just happened."""
_PROFILE = ("name", "preferred_username", "email", "groups")
_SCOPES = "openid profile email groups"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in under way; the browser keeps it, sealed, until it comes back."""

    state: str
    nonce: str
    verifier: str
    begun: int
    """When it began, in Unix seconds: what `max_age` is counted back from."""
    max_age: int | None = None
    acr_values: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as the issuer vouches for them; (issuer, subject) is who they are."""

    issuer: str
    subject: str
    name: str
    email: str
    groups: tuple[str, ...]
    acr: str
    """How strictly they were checked, in the issuer's words; empty when it does not say."""
    auth_time: datetime | None
    """When they proved who they are; earlier than now if the issuer remembered them."""
    id_token: str


class OpenIdClient:
    """Begins and finishes sign-ins at one issuer."""

    def __init__(self, registration: Registration, clock: Clock, *, seconds: float = 10.0) -> None:
        self.issuer = Issuer(registration, clock, seconds=seconds)
        self.registration = registration
        self._clock = clock

    async def begin(
        self,
        redirect_uri: str,
        *,
        acr_values: str = "",
        max_age: int | None = None,
        prompt: str = "",
        login_hint: str = "",
        nonce: str = "",
        mark: str = "",
    ) -> tuple[str, Attempt]:
        """Where to send the browser, and what it has to bring back. Raises SignInProblem.

        `nonce` is one that the caller bound to something, unguessable as well; `mark` is put before the state, so
        that the address where browsers come back knows what for.
        """
        metadata = await self.issuer.metadata()
        attempt = Attempt(
            state=mark + secrets.token_urlsafe(32),
            nonce=nonce or secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            begun=int(self._clock().timestamp()),
            max_age=max_age,
            acr_values=acr_values,
        )
        asked = {
            "response_type": "code",
            "client_id": self.registration.client_id,
            "redirect_uri": redirect_uri,
            "scope": _SCOPES,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
            "acr_values": acr_values,
            "max_age": "" if max_age is None else str(max_age),
            "prompt": prompt,
            "login_hint": login_hint,
        }
        query = urlencode({name: value for name, value in asked.items() if value})
        separator = "&" if "?" in metadata.authorization_endpoint else "?"
        return f"{metadata.authorization_endpoint}{separator}{query}", attempt

    async def finish(self, attempt: Attempt | None, redirect_uri: str, answer: Mapping[str, str]) -> Identity:
        """The person whom the issuer's answer vouches for. Raises SignInProblem, and then nobody is signed in."""
        if attempt is None or not secrets.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            detail = "state is missing, sealed by another key, expired or different"
            raise self._problem(Trouble.NOT_THIS_BROWSER, detail)
        if error := answer.get("error"):
            raise refusal(self.registration.called, error, answer.get("error_description", ""))
        if answer.get("iss", self.registration.issuer).rstrip("/") != self.registration.issuer.rstrip("/"):
            raise self._forged(f"answer comes from the issuer {answer.get('iss')!r}")
        code = answer.get("code")
        if not code:
            raise self._forged("answer without a code")
        tokens = await self.issuer.redeem(code, attempt.verifier, redirect_uri)
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str):
            raise self._forged("token answer without an ID token")
        claims = await self._verified(id_token, access_token, attempt)
        if isinstance(access_token, str) and not all(claims.get(name) for name in ("name", "email", "groups")):
            # Okta's org server and others keep the ID token thin and say the rest at the userinfo endpoint.
            more = await self.issuer.userinfo(access_token)
            if more and more.get("sub") != claims["sub"]:  # OpenID Connect Core §5.3.2
                raise self._forged("userinfo speaks of another person")
            # How and when somebody was checked counts only as signed, in the ID token.
            claims = {**{name: more[name] for name in _PROFILE if name in more}, **claims}
        return self._identity(claims, id_token)

    async def logout_url(self, id_token: str | None, back_to: str) -> str | None:
        """Where the browser signs out at the issuer too (RP-Initiated Logout 1.0); None if it offers no such page."""
        endpoint = (await self.issuer.metadata()).end_session_endpoint
        if not endpoint:
            return None
        asked = {"post_logout_redirect_uri": back_to, "client_id": self.registration.client_id}
        if id_token:
            asked["id_token_hint"] = id_token
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def _verified(self, id_token: str, access_token: object, attempt: Attempt) -> dict[str, Any]:
        """The ID token's claims after every check of OpenID Connect Core §3.1.3.7."""
        try:
            header = extract_compact(id_token.encode()).headers()
        except (JoseError, ValueError):
            raise self._forged("ID token cannot be read") from None
        key_id = header.get("kid")
        if header.get("alg") != "RS256" or not isinstance(key_id, str):
            raise self._forged(f"ID token signed with alg={header.get('alg')!r} kid={key_id!r}")
        keys = await self.issuer.keys(key_id)
        if not any(key.kid == key_id for key in keys.keys):
            raise self._forged(f"ID token signed with a key that the issuer does not publish: {key_id!r}")
        try:
            claims = dict(jwt.decode(id_token, keys, algorithms=["RS256"]).claims)
        except (JoseError, ValueError):
            raise self._forged("ID token's signature is wrong") from None
        self._check_who(claims)
        self._check_when(claims, attempt)
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not secrets.compare_digest(nonce.encode(), attempt.nonce.encode()):
            raise self._forged("ID token carries another nonce")
        if "at_hash" in claims and (
            not isinstance(access_token, str)
            or _text(create_half_hash(access_token, "RS256")) != str(claims["at_hash"]).rstrip("=")
        ):
            raise self._forged("ID token belongs to another access token")
        return claims

    def _check_who(self, claims: Mapping[str, Any]) -> None:
        """Made by our issuer, for us, about somebody."""
        if str(claims.get("iss")).rstrip("/") != self.registration.issuer.rstrip("/"):
            raise self._forged(f"ID token of the issuer {claims.get('iss')!r}")
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        party = claims.get("azp")
        if self.registration.client_id not in audiences:
            raise self._forged(f"ID token for {audience!r}")
        if (len(audiences) > 1 and party is None) or party not in (None, self.registration.client_id):
            raise self._forged(f"ID token for {audience!r} on behalf of {party!r}")
        if not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise self._forged("ID token about nobody")

    def _check_when(self, claims: Mapping[str, Any], attempt: Attempt) -> None:
        """Made just now, still valid, and the person was asked as recently as we wanted."""
        now = self._clock()
        expires, issued = _moment(claims.get("exp")), _moment(claims.get("iat"))
        if expires is None or expires + _LEEWAY <= now:
            raise self._forged(f"ID token expired at {expires}; is this machine's clock right?")
        if issued is None or issued - _LEEWAY > now or issued + _OLDEST < now:
            raise self._forged(f"ID token issued at {issued}; is this machine's clock right?")
        if attempt.max_age is not None:
            proved = _moment(claims.get("auth_time"))
            # OpenID Connect Core §3.1.2.1 counts from the request: a person may take a while over their phone.
            since = datetime.fromtimestamp(attempt.begun - attempt.max_age, UTC)
            if proved is None or proved + _LEEWAY < since:
                raise self._problem(Trouble.TOO_LONG_AGO, f"auth_time {proved}, max_age {attempt.max_age}")
            if proved - _LEEWAY > now:
                raise self._forged(f"auth_time {proved} is in the future; is this machine's clock right?")

    def _identity(self, claims: Mapping[str, Any], id_token: str) -> Identity:
        groups = claims.get("groups")
        email = str(claims.get("email") or claims.get("preferred_username") or "")
        return Identity(
            issuer=self.registration.issuer.rstrip("/"),
            subject=claims["sub"],
            name=str(claims.get("name") or claims.get("preferred_username") or email or claims["sub"])[:200],
            email=email[:320],
            groups=tuple(g for g in groups if isinstance(g, str)) if isinstance(groups, list) else (),
            acr=str(claims.get("acr") or ""),
            auth_time=_moment(claims.get("auth_time")),
            id_token=id_token,
        )

    def _forged(self, detail: str) -> SignInProblem:
        return self._problem(Trouble.FORGED, detail)

    def _problem(self, trouble: Trouble, detail: str) -> SignInProblem:
        return SignInProblem(trouble, self.registration.called, detail=detail)


def _moment(seconds: object) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 1e11:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else cast(str, value)
