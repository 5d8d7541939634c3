"""The HTTP side of the collector: who may call, in which form, how often, and each call as one step."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.control import Control
from sandbox.gocardless.book import Book, Record
from sandbox.gocardless.lists import find, show_list, show_one
from sandbox.gocardless.payments import Payments
from sandbox.gocardless.problems import Problem, invalid, misused, repeated
from sandbox.gocardless.simulators import Simulators
from sandbox.gocardless.webhooks import Webhooks

TOKEN = "sandbox-gocardless-token"  # noqa: S105 the sandbox's published demo token
VERSION = "2015-07-06"
_LIMIT = 1000  # calls a minute


class Gate:
    """Checks that stand before every endpoint."""

    def __init__(self, control: Control, limits: bool) -> None:
        self._control = control
        self._limits = limits
        self._minute = datetime.min.replace(tzinfo=UTC)
        self._calls = 0

    def enter(self, request: Request) -> dict[str, str]:
        """Let a call in; the limit headers of its answer. Raises Problem."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token != TOKEN:
            raise misused(401, "access_token_not_found", "The access token you've used is not a valid token")
        version = request.headers.get("gocardless-version")
        if version is None:
            raise misused(400, "missing_version_header", "Version header GoCardless-Version is missing")
        if version != VERSION:
            raise misused(400, "version_not_found", f"Version {version} does not exist; use {VERSION}")
        return self._count()

    def _count(self) -> dict[str, str]:
        now = self._control.wall()
        minute = now.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute, self._calls = minute, 0
        self._calls += 1
        if self._limits and self._calls > _LIMIT:
            raise too_many()
        reset = minute + timedelta(minutes=1)
        return {
            "RateLimit-Limit": str(_LIMIT),
            "RateLimit-Remaining": str(max(0, _LIMIT - self._calls)),
            "RateLimit-Reset": reset.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        }


def too_many() -> Problem:
    """The limit of calls was reached."""
    return misused(429, "rate_limit_exceeded", "Rate limit exceeded")


class Api:
    """The endpoints; every write is recorded and saved in the step in which it happens."""

    def __init__(self, book: Book, gate: Gate, webhooks: Webhooks) -> None:
        self._book = book
        self._gate = gate
        self._webhooks = webhooks
        self._payments = Payments(book)
        self._simulators = Simulators(book)

    def listing(self, resource: str) -> Callable[[Request], Any]:
        """`GET /{resource}`"""

        async def endpoint(request: Request) -> Response:
            headers = self._gate.enter(request)
            answer = show_list(self._book, resource, request)
            answer.headers.update(headers)
            return answer

        return endpoint

    def single(self, resource: str) -> Callable[[Request], Any]:
        """`GET /{resource}/{id}`"""

        async def endpoint(request: Request) -> Response:
            headers = self._gate.enter(request)
            answer = show_one(self._book, resource, request.path_params["number"])
            answer.headers.update(headers)
            return answer

        return endpoint

    async def create_payment(self, request: Request) -> Response:
        """`POST /payments`: at most one payment for each idempotency key."""
        headers = self._gate.enter(request)
        asked = await _envelope(request, "payments")
        key = request.headers.get("idempotency-key")
        if key is not None and f"/payments {key}" in self._book.keys:
            raise repeated(self._book.keys[f"/payments {key}"])
        payment = self._payments.create(asked)
        if key is not None:
            self._book.keys[f"/payments {key}"] = payment["id"]
        return self._done(request, "create_payment", asked, "payments", payment, headers, 201)

    async def update_payment(self, request: Request) -> Response:
        """`PUT /payments/{id}`"""
        headers = self._gate.enter(request)
        asked = await _envelope(request, "payments")
        payment = self._payments.update(request.path_params["number"], asked)
        return self._done(request, "update_payment", asked, "payments", payment, headers)

    async def cancel_payment(self, request: Request) -> Response:
        """`POST /payments/{id}/actions/cancel`"""
        headers = self._gate.enter(request)
        payment = self._payments.cancel(request.path_params["number"])
        return self._done(request, "cancel_payment", {}, "payments", payment, headers)

    async def retry_payment(self, request: Request) -> Response:
        """`POST /payments/{id}/actions/retry`"""
        headers = self._gate.enter(request)
        payment = self._payments.retry(request.path_params["number"])
        return self._done(request, "retry_payment", {}, "payments", payment, headers)

    async def cancel_mandate(self, request: Request) -> Response:
        """`POST /mandates/{id}/actions/cancel`: its payments that have not gone to the banks are cancelled too."""
        headers = self._gate.enter(request)
        mandate = find(self._book, "mandates", request.path_params["number"])
        if mandate["status"] in ("cancelled", "failed", "expired"):
            words = f"The mandate cannot be cancelled: it is {mandate['status']}"
            raise Problem(422, "invalid_state", words, [{"reason": "cancellation_failed", "message": words}])
        mandate["status"], mandate["next_possible_charge_date"] = "cancelled", None
        self._book.event("mandates", mandate, "cancelled", "mandate_cancelled", "api")
        for payment in list(self._book.records["payments"].values()):
            pending = payment["status"] in ("pending_submission", "pending_customer_approval")
            if pending and payment["links"]["mandate"] == mandate["id"]:
                payment["status"] = "cancelled"
                self._book.event("payments", payment, "cancelled", "mandate_cancelled", "gocardless")
        return self._done(request, "cancel_mandate", {}, "mandates", mandate, headers)

    async def simulate(self, request: Request) -> Response:
        """`POST /scenario_simulators/{name}/actions/run {"data": {"links": {"resource": id}}}`"""
        headers = self._gate.enter(request)
        asked = await _envelope(request, "data")
        links = asked.get("links")
        if not isinstance(links, dict) or not isinstance(links.get("resource"), str):
            raise invalid("data", {"links/resource": "must be the id of a payment or mandate"})
        name: str = request.path_params["name"]
        record = self._simulators.run(name, links["resource"])
        shown = {"id": name}
        return self._done(request, f"simulate_{name}", asked, "scenario_simulators", shown, headers, of=record)

    def _done(
        self,
        request: Request,
        operation: str,
        asked: Record,
        resource: str,
        shown: Record,
        headers: dict[str, str],
        status: int = 200,
        *,
        of: Record | None = None,
    ) -> Response:
        self._book.control.record(
            operation=operation,
            method=request.method,
            path=request.url.path,
            idempotency_key=request.headers.get("idempotency-key"),
            body=asked,
            result_id=str((of or shown)["id"]),
        )
        self._book.save()
        self._webhooks.announce()
        return JSONResponse({resource: shown}, status_code=status, headers=headers)


async def _envelope(request: Request, name: str) -> Record:
    """The object under its resource's name in the body. Raises Problem 400."""
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise misused(400, "malformed_request", "The request body is not valid JSON") from error
    inner = body.get(name) if isinstance(body, dict) else None
    if not isinstance(inner, dict):
        raise misused(400, "missing_envelope", f"The request body must have the key {name}")
    return inner
