"""A stand-in for GoCardless: the demo company's customers and mandates, payments by direct debit, events, webhooks.

The access token is `sandbox-gocardless-token`. What banks and payers do is played by the vendor's own scenario
simulators; nothing happens to a payment by the mere passing of time. Nothing was collected at the start.
"""

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.company import anchored
from sandbox.control import Control
from sandbox.faults import Fault
from sandbox.gocardless.api import Api, Gate, too_many
from sandbox.gocardless.book import Book
from sandbox.gocardless.problems import Problem, misused
from sandbox.gocardless.seeding import seed
from sandbox.gocardless.webhooks import Webhooks
from sandbox.ports import Ports

_READABLE = ("customers", "customer_bank_accounts", "mandates", "payments", "payouts", "events")


def build(control: Control, *, ports: Ports, scale: int, limits: bool = True) -> Starlette:
    """The collector as a web application."""
    book = Book(control)
    if not book.found:
        folder = None if control.state is None else control.state.parent  # one company for all providers
        seed(book, anchored(folder, seed=control.seed, today=control.today(), scale=scale))
        book.save()
    webhooks = Webhooks(book)
    api = Api(book, Gate(control, limits), webhooks)
    _wire_control(control, book)
    routes = [
        *control.routes(),
        Route("/_sandbox/webhooks", webhooks.configure, methods=["POST"]),
        Route("/_sandbox/webhooks", webhooks.deliveries, methods=["GET"]),
        *(Route(f"/{resource}", api.listing(resource), methods=["GET"]) for resource in _READABLE),
        *(Route(f"/{resource}/{{number}}", api.single(resource), methods=["GET"]) for resource in _READABLE),
        Route("/payments", api.create_payment, methods=["POST"]),
        Route("/payments/{number}", api.update_payment, methods=["PUT"]),
        Route("/payments/{number}/actions/cancel", api.cancel_payment, methods=["POST"]),
        Route("/payments/{number}/actions/retry", api.retry_payment, methods=["POST"]),
        Route("/mandates/{number}/actions/cancel", api.cancel_mandate, methods=["POST"]),
        Route("/scenario_simulators/{name}/actions/run", api.simulate, methods=["POST"]),
    ]
    handlers: dict[Any, Any] = {Problem: _refused, HTTPException: _refused}
    return Starlette(routes=routes, middleware=control.middleware(), exception_handlers=handlers)


def _wire_control(control: Control, book: Book) -> None:
    """What the control surface tells, and the faults in the vendor's own shape."""
    control.reckoning = book.reckoning
    failed = {"reason": "internal_server_error", "message": "Something went wrong"}
    shapes = {
        "unauthorized": misused(401, "access_token_revoked", "The access token has been revoked"),
        "rate_limit": too_many(),
        "error_500": Problem(500, "gocardless", "Internal server error", [failed]),
        "unavailable": Problem(503, "gocardless", "Service unavailable", [failed]),
    }
    for kind, problem in shapes.items():
        control.respond(kind, _responder(problem))


def _responder(problem: Problem) -> Callable[[Fault], Response]:
    return lambda fault: problem.response()


async def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, Problem):
        return error.response()
    if isinstance(error, HTTPException):
        words = f"The path {request.url.path} is not served"
        return misused(404 if error.status_code == 405 else error.status_code, "path_not_found", words).response()
    raise error
