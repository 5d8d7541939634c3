"""An OpenID Connect issuer that does whatever a test wants of it: it signs anything, with any key, and may fail."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

CLIENT = "assistant-under-test"


class ForgingIssuer:
    """Right in everything until a test sets one of its attributes."""

    def __init__(self) -> None:
        self.url = ""
        self.keys = [_key("k1")]
        self.published: list[RSAKey] | None = None
        self.key_calls = 0
        self.cache_control = "max-age=3600"
        self.metadata: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.drop: tuple[str, ...] = ()
        self.sign_with: RSAKey | OctKey | None = None
        self.raw_token: str | None = None
        self.token_answer: tuple[int, Any] | None = None
        self.userinfo: dict[str, Any] = {}
        self.slow = 0.0
        self.redeemed: list[dict[str, str]] = []
        self.authorization: str | None = None

    def good_claims(self, nonce: str) -> dict[str, Any]:
        """The ID token as it should be, with the test's changes."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "anna",
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": nonce,
            "name": "Anna Albrecht",
            "email": "anna@example.test",
            "groups": ["finance-approvers"],
            "acr": "urn:okta:loa:1fa:any",
            **self.claims,
        }
        return {name: value for name, value in claims.items() if name not in self.drop}

    def app(self, nonce_of: Any) -> Starlette:
        """Its addresses."""

        async def metadata(_request: Request) -> Response:
            await asyncio.sleep(self.slow)
            return JSONResponse(
                {
                    "issuer": self.url,
                    "authorization_endpoint": f"{self.url}/authorize",
                    "token_endpoint": f"{self.url}/token",
                    "jwks_uri": f"{self.url}/keys",
                    "userinfo_endpoint": f"{self.url}/userinfo",
                    "end_session_endpoint": f"{self.url}/logout",
                    **self.metadata,
                }
            )

        async def keys(_request: Request) -> Response:
            self.key_calls += 1
            shown = [key.as_dict(private=False) for key in self.published or self.keys]
            return JSONResponse({"keys": shown}, headers={"cache-control": self.cache_control})

        async def token(request: Request) -> Response:
            self.redeemed.append({k: v[0] for k, v in parse_qs((await request.body()).decode()).items()})
            self.authorization = request.headers.get("authorization")
            if self.token_answer:
                status, answer = self.token_answer
                return JSONResponse(answer, status) if not isinstance(answer, str) else PlainTextResponse(answer)
            return JSONResponse({"access_token": "at-1", "token_type": "Bearer", "id_token": self.id_token(nonce_of())})

        async def userinfo(_request: Request) -> Response:
            return JSONResponse(self.userinfo)

        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", metadata),
                Route("/keys", keys),
                Route("/token", token, methods=["POST"]),
                Route("/userinfo", userinfo),
            ]
        )

    def id_token(self, nonce: str) -> str:
        """Signed as the test wants it."""
        if self.raw_token:
            return self.raw_token
        key = self.sign_with or self.keys[-1]
        header = {"alg": "RS256", "kid": key.kid, **self.header}
        return jwt.encode(header, self.good_claims(nonce), key, algorithms=[header["alg"]])


def _key(key_id: str) -> RSAKey:
    return RSAKey.generate_key(2048, parameters={"kid": key_id, "use": "sig", "alg": "RS256"}, private=True)


def another_key(key_id: str) -> RSAKey:
    """A key that the issuer does not publish unless it is added."""
    return _key(key_id)


class Nonce:
    """Remembers the nonce of the sign-in under way, as a real issuer does at its authorization page."""

    value = ""

    def __call__(self) -> str:
        return self.value

    def note(self, address: str) -> None:
        """The browser came by with this address."""
        self.value = parse_qs(urlsplit(address).query)["nonce"][0]


@contextmanager
def run_issuer() -> Iterator[tuple[ForgingIssuer, Nonce]]:
    """The issuer on a free port of this machine, in a thread."""
    issuer, nonce = ForgingIssuer(), Nonce()
    server = uvicorn.Server(uvicorn.Config(issuer.app(nonce), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    issuer.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield issuer, nonce
    finally:
        server.should_exit = True
        thread.join(5)
