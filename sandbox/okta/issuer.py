"""The issuer itself: its address, its clock, and the tokens it makes (claims as Okta's: facts/providers.md, 3)."""

import hashlib
import secrets
from typing import Any

from sandbox.control import Control
from sandbox.okta.asked import CLIENT_ID, SCOPES, TWO_FACTORS, UNMEETABLE
from sandbox.okta.grants import Grant, Grants
from sandbox.okta.keys import KeyRing, b64
from sandbox.okta.people import Person, person_by_subject

ACCESS_LIFE = 3600  # seconds, Okta's default for both tokens
AUDIENCE = "api://default"


class Issuer:
    """One authorization server ("default"), as the applications see it."""

    def __init__(self, control: Control, base: str) -> None:
        self.control = control
        self.url = f"{base}/oauth2/default"
        self.keys = KeyRing()
        self.grants = Grants(self.keys, control.state)

    def now(self) -> int:
        """Unix seconds by the real clock plus what was advanced, since others check the tokens by theirs."""
        return int(self.control.wall().timestamp())

    def metadata(self) -> dict[str, Any]:
        """The discovery document (OpenID Connect Discovery 1.0)."""
        v1 = f"{self.url}/v1"
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{v1}/authorize",
            "token_endpoint": f"{v1}/token",
            "userinfo_endpoint": f"{v1}/userinfo",
            "jwks_uri": f"{v1}/keys",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": list(SCOPES),
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "claims_supported": [
                *("iss", "ver", "sub", "aud", "iat", "exp", "jti", "auth_time", "amr", "acr", "idp", "nonce"),
                *("at_hash", "name", "given_name", "family_name", "email", "email_verified"),
                *("preferred_username", "zoneinfo", "locale", "groups"),
            ],
            "code_challenge_methods_supported": ["S256"],
            "introspection_endpoint": f"{v1}/introspect",
            "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "revocation_endpoint": f"{v1}/revoke",
            "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "end_session_endpoint": f"{v1}/logout",
            "request_parameter_supported": False,
            "acr_values_supported": ["urn:okta:loa:1fa:any", "urn:okta:loa:1fa:pwd", *TWO_FACTORS, *UNMEETABLE],
        }

    def tokens(self, grant: Grant, nonce: str | None, refresh: str | None) -> dict[str, Any]:
        """The token endpoint's answer for this grant."""
        person = person_by_subject(grant.subject)
        if person is None:
            raise KeyError(grant.subject)
        access = self.keys.active().sign(self._access_claims(grant, person))
        answer: dict[str, Any] = {
            "token_type": "Bearer",
            "expires_in": ACCESS_LIFE,
            "access_token": access,
            "scope": " ".join(grant.scopes),
            "id_token": self.keys.active().sign(self._id_claims(grant, person, nonce, access)),
        }
        if refresh is not None:
            answer["refresh_token"] = refresh
        self.grants.save()  # the signing key may just have been made
        return answer

    def _access_claims(self, grant: Grant, person: Person) -> dict[str, Any]:
        now = self.now()
        return {
            "ver": 1,
            "jti": f"AT.{grant.family}.{secrets.token_urlsafe(16)}",
            "iss": self.url,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + ACCESS_LIFE,
            "cid": grant.client_id,
            "uid": grant.subject,
            "scp": list(grant.scopes),
            "auth_time": grant.auth_time,
            "sub": person.email,
        }

    def _id_claims(self, grant: Grant, person: Person, nonce: str | None, access: str) -> dict[str, Any]:
        now = self.now()
        claims: dict[str, Any] = {
            "sub": grant.subject,
            "ver": 1,
            "iss": self.url,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + ACCESS_LIFE,
            "jti": f"ID.{secrets.token_urlsafe(24)}",
            "amr": list(grant.amr),
            "acr": grant.acr,
            "idp": "00osandboxdirectory1",
            "auth_time": grant.auth_time,
            "at_hash": b64(hashlib.sha256(access.encode()).digest()[:16]),
        }
        if nonce is not None:
            claims["nonce"] = nonce
        thin = ("name", "email", "preferred_username", "groups")
        claims |= {name: value for name, value in _profile(grant, person).items() if name in thin}
        return claims

    def userinfo(self, claims: dict[str, Any]) -> dict[str, Any] | None:
        """What the directory says of the person of an access token's claims."""
        person = person_by_subject(str(claims.get("uid")))
        if person is None:
            return None
        scopes = tuple(claims.get("scp", ()))
        grant = Grant(person.subject, CLIENT_ID, scopes, 0, "", (), "")
        return {"sub": person.subject, **_profile(grant, person)}

    def access(self, token: str) -> dict[str, Any] | None:
        """The claims of an access token that holds now; None for any other text."""
        claims = self.keys.read(token)
        if claims is None or claims.get("aud") != AUDIENCE or claims.get("iss") != self.url:
            return None
        number = str(claims.get("jti", ""))
        family = number.split(".")[1] if number.startswith("AT.") else ""
        if self.grants.revoked & {number, family} or claims["exp"] <= self.now():
            return None
        return claims


def _profile(grant: Grant, person: Person) -> dict[str, Any]:
    """The claims that the granted scopes open."""
    claims: dict[str, Any] = {}
    if "profile" in grant.scopes:
        claims |= {
            "name": person.name,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "preferred_username": person.email,
            "locale": "en_US",
            "zoneinfo": "Europe/Berlin",
        }
    if "email" in grant.scopes:
        claims |= {"email": person.email, "email_verified": True}
    if "groups" in grant.scopes:
        claims["groups"] = list(person.groups)
    return claims
