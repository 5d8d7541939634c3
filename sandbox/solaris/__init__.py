"""A stand-in for the Solaris bank API: the demo company's business account with balance, bookings, reservations.

The partner's own token endpoint (`/oauth2/token`) and the API (`/v1/...`) are on one address here; the vendor has
two, so a client keeps two settings. Whatever the vendor has and this stand-in has not is answered 404.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.company import anchored
from sandbox.control import Control
from sandbox.faults import Fault
from sandbox.ports import Ports
from sandbox.solaris.accounts import Accounts, Strictness
from sandbox.solaris.bank import BUSINESS_ID, PERSON_ID, Bank
from sandbox.solaris.login import Login
from sandbox.solaris.problems import Problem, unknown_route

Endpoint = Callable[[Request], Awaitable[Response]]


def build(control: Control, *, ports: Ports, scale: int, limits: bool = True) -> Starlette:
    """The bank as a web application (`limits` changes nothing: the vendor publishes no rate limit)."""
    folder = None if control.state is None else control.state.parent  # one company for ledger and bank
    bank = Bank(anchored(folder, seed=control.seed, today=control.today(), scale=scale))
    login, strictness = Login(control), Strictness()
    accounts = Accounts(bank, ports.solaris, strictness)
    _wire_control(control, bank, strictness)

    async def strict(request: Request) -> Response:
        """`POST /_sandbox/strict?on=false` lets unknown parameters pass again."""
        strictness.on = request.query_params.get("on") != "false"
        return JSONResponse({"strict": strictness.on})

    def api(path: str, endpoint: Endpoint) -> Route:
        async def guarded(request: Request) -> Response:
            login.check(request)
            return await endpoint(request)

        return Route(path, guarded, methods=["GET"])

    account = "/v1/accounts/{account_id}"
    routes = [
        *control.routes(),
        Route("/_sandbox/strict", strict, methods=["POST"]),
        Route("/oauth2/token", login.token, methods=["POST"]),
        api("/v1/accounts", accounts.all),
        api(account, accounts.one),
        api(f"{account}/balance", accounts.balance),
        api(f"{account}/bookings", accounts.bookings),
        api(f"{account}/reservations", accounts.reservations),
        api("/v1/persons/{person_id}/accounts", accounts.of_person),
        api("/v1/businesses/{business_id}/accounts", accounts.of_business),
    ]
    handlers: dict[Any, Any] = {Problem: _refused, HTTPException: _refused}
    return Starlette(routes=routes, middleware=control.middleware(), exception_handlers=handlers)


def _wire_control(control: Control, bank: Bank, strictness: Strictness) -> None:
    """What the control surface tells, and the faults in the vendor's own shape."""

    def reckoning() -> dict[str, Any]:
        return {
            "account_id": bank.account_id,
            "iban": bank.account.iban,
            "business_id": BUSINESS_ID,
            "person_id": PERSON_ID,
            "currency": "EUR",
            "bookings": len(bank.bookings),
            "balance_cents": bank.balance(),
            "available_cents": bank.available(),
            "held_cents": bank.held(),
            "ignored_parameters": strictness.ignored,
        }

    control.reckoning = reckoning
    shapes = {
        "unauthorized": Problem(401, "invalid_token", "The access token is invalid or has expired."),
        "rate_limit": Problem(429, "too_many_requests", "Too many requests."),
        "error_500": Problem(500, "internal_server_error", "An unexpected error occurred."),
        "unavailable": Problem(503, "service_unavailable", "The service is temporarily unavailable."),
    }
    for kind, problem in shapes.items():
        control.respond(kind, _responder(problem))


def _responder(problem: Problem) -> Callable[[Fault], Response]:
    return lambda fault: problem.response()


async def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, Problem):
        return error.response()
    if isinstance(error, HTTPException) and error.status_code in (404, 405):
        return unknown_route(request.url.path).response()
    if isinstance(error, HTTPException):
        return Problem(error.status_code, "invalid_request", error.detail).response()
    raise error
