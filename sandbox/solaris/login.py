"""The bank's partner login: client credentials for a bearer token of one hour, nothing else opens the API.

The demo partner is `sandbox-solaris` with the secret `sandbox-solaris-secret`.
"""

import base64
import secrets
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.control import Control
from sandbox.solaris.problems import Problem

CLIENT_ID = "sandbox-solaris"
CLIENT_SECRET = "sandbox-solaris-secret"  # noqa: S105 the sandbox's published demo secret
TOKEN_LIFE = timedelta(hours=1)


class Login:
    """Gives tokens and checks them."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._tokens: dict[str, datetime] = {}

    async def token(self, request: Request) -> Response:
        """`POST /oauth2/token`, with Basic authentication and a form."""
        form = await request.form()
        if not _is_partner(request.headers.get("authorization", "")):
            return _refused("invalid_client", "Client authentication failed.", 401)
        if form.get("grant_type") != "client_credentials":
            return _refused("unsupported_grant_type", "The grant type must be client_credentials.", 400)
        if form.get("scope", "partners") != "partners":
            return _refused("invalid_scope", "The scope must be partners.", 400)
        now = self._control.wall()
        self._tokens = {token: end for token, end in self._tokens.items() if end > now}
        token = secrets.token_urlsafe(32)
        self._tokens[token] = now + TOKEN_LIFE
        answer = {"access_token": token, "token_type": "Bearer", "scope": "partners"}
        seconds = int(TOKEN_LIFE.total_seconds())
        return JSONResponse({**answer, "expires_in": seconds}, headers={"Cache-Control": "no-store"})

    def check(self, request: Request) -> None:
        """Let the bearer of a token in. Raises Problem 401; a token in the address is never taken."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Problem(401, "token_required", "An access token is required.")
        end = self._tokens.get(token)
        if end is None or end <= self._control.wall():
            raise Problem(401, "invalid_token", "The access token is invalid or has expired.")


def _is_partner(header: str) -> bool:
    scheme, _, packed = header.partition(" ")
    try:
        pair = base64.b64decode(packed, validate=True)
    except ValueError:
        return False
    wanted = f"{CLIENT_ID}:{CLIENT_SECRET}".encode()
    return scheme.lower() == "basic" and secrets.compare_digest(pair, wanted)


def _refused(error: str, described: str, status: int) -> Response:
    return JSONResponse({"error": error, "error_description": described}, status_code=status)
