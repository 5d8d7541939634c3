"""A stand-in for a company's Okta: one OpenID Connect issuer ("default") with demo people of every role.

The application is `sandbox-okta` with the secret `sandbox-okta-secret`; any http address of this machine is its own.
"""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.control import Control
from sandbox.faults import Fault
from sandbox.okta.issuer import Issuer
from sandbox.okta.people import person_by_subject
from sandbox.okta.signin import SignIn
from sandbox.okta.tokens import Tokens
from sandbox.ports import Ports

_STEM = "/oauth2/default"
_KEYS_AGE = 3600  # seconds a client may keep the keys; an unknown key id must make it fetch them at once


def build(control: Control, *, ports: Ports, scale: int, limits: bool = True) -> Starlette:
    """The issuer as a web application (`scale` and `limits` change nothing here)."""
    issuer = Issuer(control, ports.okta)
    signin, tokens = SignIn(issuer), Tokens(issuer)
    _wire_control(control, issuer)

    async def metadata(request: Request) -> Response:
        return JSONResponse(issuer.metadata(), headers={"Cache-Control": "max-age=86400"})

    async def keys(request: Request) -> Response:
        published = {"keys": issuer.keys.published()}
        return JSONResponse(published, headers={"Cache-Control": f"max-age={_KEYS_AGE}, must-revalidate"})

    async def rotate(request: Request) -> Response:
        """`?keep_old=false` withdraws the old keys at once, as after a leak."""
        new = issuer.keys.rotate(keep_old=request.query_params.get("keep_old") != "false")
        issuer.grants.save()
        return JSONResponse({"kid": new.kid, "published": [key["kid"] for key in issuer.keys.published()]})

    routes = [
        *control.routes(),
        Route("/_sandbox/rotate-keys", rotate, methods=["POST"]),
        Route(f"{_STEM}/.well-known/openid-configuration", metadata, methods=["GET"]),
        Route(f"{_STEM}/.well-known/oauth-authorization-server", metadata, methods=["GET"]),
        Route(f"{_STEM}/v1/authorize", signin.authorize, methods=["GET", "POST"]),
        Route(f"{_STEM}/signin/{{key}}", signin.show, methods=["GET"]),
        Route(f"{_STEM}/signin/{{key}}", signin.submit, methods=["POST"]),
        Route(f"{_STEM}/v1/token", tokens.token, methods=["POST"]),
        Route(f"{_STEM}/v1/keys", keys, methods=["GET"]),
        Route(f"{_STEM}/v1/userinfo", tokens.userinfo, methods=["GET", "POST"]),
        Route(f"{_STEM}/v1/introspect", tokens.introspect, methods=["POST"]),
        Route(f"{_STEM}/v1/revoke", tokens.revoke, methods=["POST"]),
        Route(f"{_STEM}/v1/logout", signin.logout, methods=["GET", "POST"]),
    ]
    return Starlette(routes=routes, middleware=control.middleware(), exception_handlers={HTTPException: _refused})


def _wire_control(control: Control, issuer: Issuer) -> None:
    """What the control surface tells, and the faults in Okta's own shapes."""

    def reckoning() -> dict[str, object]:
        names = {number: person_by_subject(one.subject) for number, one in issuer.grants.sessions.items()}
        return {
            "issuer": issuer.url,
            "sessions": sorted(person.login for person in names.values() if person is not None),
            "refresh_tokens": sum(one.replaced_at is None for one in issuer.grants.refreshes.values()),
            "keys": [key["kid"] for key in issuer.keys.published()],
        }

    control.reckoning = reckoning
    control.respond("unauthorized", lambda fault: _problem(401, "E0000011", "Invalid token provided"))
    control.respond("unavailable", lambda fault: _problem(503, "E0000010", "Service is in read only mode"))
    control.respond("error_500", lambda fault: _problem(500, "E0000009", "Internal Server Error"))
    control.respond("rate_limit", _rate_limited)


def _rate_limited(fault: Fault) -> Response:
    words = "API call exceeded rate limit due to too many requests."
    response = _problem(429, "E0000047", words)
    response.headers["X-Rate-Limit-Limit"] = "600"
    response.headers["X-Rate-Limit-Remaining"] = "0"
    return response


def _problem(status: int, code: str, summary: str) -> Response:
    body = {"errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": "oaesandbox"}
    return JSONResponse({**body, "errorCauses": []}, status_code=status)


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 404:
        return _problem(404, "E0000007", f"Not found: Resource not found: {request.url.path} (Path)")
    if error.status_code == 405:
        return _problem(405, "E0000022", "The endpoint does not support the provided HTTP method")
    return _problem(error.status_code, "E0000001", f"Api validation failed: {error.detail}")
