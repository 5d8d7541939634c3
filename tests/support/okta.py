"""A person's browser at the sandbox's Okta, with the application behind it: walks the real pages over HTTP."""

import base64
import hashlib
import re
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet

BACK = "http://localhost:8000/auth/callback"
CLIENT = ("sandbox-okta", "sandbox-okta-secret")
SCOPE = "openid profile email groups offline_access"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Browser:
    """A person's browser and the application behind it, as far as a sign-in needs them."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url)
        self.issuer = f"{url}/oauth2/default"
        self.verifier = ""

    def authorize(self, **changed: str | None) -> httpx.Response:
        self.verifier = secrets.token_urlsafe(48)
        query: dict[str, str | None] = {
            "client_id": CLIENT[0],
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": SCOPE,
            "state": "st&te",
            "nonce": "n-1",
            "code_challenge": b64(hashlib.sha256(self.verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        query |= changed
        kept = {name: value for name, value in query.items() if value is not None}
        return self.http.get("/oauth2/default/v1/authorize", params=kept)

    def page(self, answer: httpx.Response) -> httpx.Response:
        assert answer.status_code in (302, 303), answer.text
        return self.http.get(answer.headers["location"])

    def press(self, page: httpx.Response, **fields: str) -> httpx.Response:
        action = re.search(r'<form method="post" action="([^"]+)"', page.text)
        assert action is not None, page.text
        return self.http.post(action[1], data=fields)

    def sign_in(self, person: str, **changed: str | None) -> dict[str, str]:
        page = self.page(self.authorize(**changed))
        return answered(self.press(page, person=person))

    def exchange(self, code: str, **changed: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        form |= {"code_verifier": self.verifier, **changed}
        return self.http.post("/oauth2/default/v1/token", data=form, auth=CLIENT)

    def refresh(self, token: str, **changed: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token, **changed}
        return self.http.post("/oauth2/default/v1/token", data=form, auth=CLIENT)

    def keys(self) -> KeySet:
        return KeySet.import_key_set(self.http.get("/oauth2/default/v1/keys").json())

    def claims(self, token: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(token, self.keys(), algorithms=["RS256"]).claims
        return claims


def answered(answer: httpx.Response) -> dict[str, str]:
    """What came back to the application's address."""
    assert answer.status_code == 303, answer.text
    where = answer.headers["location"]
    assert where.startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}


def shown_code(page: httpx.Response) -> str:
    found = re.search(r'id="shown-code">(\d{6})<', page.text)
    assert found is not None, page.text
    return found[1]
