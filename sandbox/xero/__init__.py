"""Stands in for Xero: login, connections and the accounting API over a double-entry ledger of the demo company.

The app that exists: client id `sandbox-xero`, secret `sandbox-xero-secret`; it may use the authorisation code (with
or without PKCE, redirecting to https or http://localhost) and client_credentials (a custom connection). Answers
are always JSON (the real one sends XML unless asked for JSON).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.control import Control
from sandbox.xero.api import ROOT, Api
from sandbox.xero.books import Another, Books
from sandbox.xero.gate import Concurrency, Gate, Limits
from sandbox.xero.identity import Identity
from sandbox.xero.journal import Journal
from sandbox.xero.login import Login
from sandbox.xero.payroll import PAYROLL_ROOT, PayrollApi
from sandbox.xero.reckoning import reckon
from sandbox.xero.refusals import Invalid, Refusal, TooMany, Unauthorised, echo
from sandbox.xero.webhooks import Webhooks

if TYPE_CHECKING:
    from sandbox.ports import Ports

METHODS = ["GET", "POST", "PUT", "DELETE"]


OTHERS = (
    Another("Ost Handel GmbH", "!05tH4", "ost", 1000),
    Another("Lindenhof Studio Ltd", "!Gb7sT", "uk", 2000, "GB"),
    Another("Lindenhof Aotearoa Ltd", "!Nz4aT", "nz", 3000, "NZ"),
)
"""The further organisations that there can be."""


def build(control: Control, *, ports: Ports, scale: int = 1, limits: bool = True, organisations: int = 1) -> Starlette:
    """The stand-in as an application; `limits` False lifts the vendor's rate limits (headers are still sent).

    With more than one organisation the others can be connected by consent only: a custom connection is of one.
    """
    others = [Books(control, scale, another) for another in OTHERS[: organisations - 1]]
    return application(control, Books(control, scale), limits=limits, others=others)


def application(control: Control, books: Books, *, limits: bool, others: Sequence[Books] = ()) -> Starlette:
    """The same over books that are there already."""
    journal = Journal(books)
    identity = Identity(books)
    gate = Gate(books, identity, Limits(on=limits))
    webhooks = Webhooks(books)
    api = Api(books, journal, gate, webhooks.announce)
    theirs = {
        other.company.organisation.tenant_id: (
            other,
            Journal(other),
            Gate(other, identity, Limits(on=limits), first=False),
        )
        for other in others
    }
    apis = {tenant: Api(*their) for tenant, their in theirs.items()}
    payroll = PayrollApi(books, journal, gate)
    payrolls = {tenant: PayrollApi(*their) for tenant, their in theirs.items()}

    async def serve_payroll(request: Request) -> Response:
        return await payrolls.get(request.headers.get("xero-tenant-id", "").lower(), payroll).serve(request)

    async def serve(request: Request) -> Response:
        return await apis.get(request.headers.get("xero-tenant-id", "").lower(), api).serve(request)

    control.reckoning = lambda: reckon(books, journal)
    control.respond("unauthorized", lambda fault: Unauthorised().answer())
    control.respond("rate_limit", lambda fault: TooMany("minute", 2).answer())
    control.respond("refuse", lambda fault: Invalid(echo({}, fault.text())).answer())
    control.means.keeps_answers = True
    control.means.expire = identity.expire
    control.means.freeze = lambda: _as_of_now(books, gate)

    async def refused(request: Request, refusal: Exception) -> Response:
        if not isinstance(refusal, Refusal):
            raise refusal
        return refusal.answer()

    return Starlette(
        routes=[
            *control.routes(),
            *webhooks.routes(),
            *Login(books, identity, others).routes(),
            Route(ROOT + "{path:path}", serve, methods=METHODS),
            Route(PAYROLL_ROOT + "{path:path}", serve_payroll, methods=METHODS),
        ],
        middleware=[Middleware(Concurrency, on=limits), *control.middleware()],
        exception_handlers={Refusal: refused},
    )


def _as_of_now(books: Books, gate: Gate) -> Starlette:
    """The accounting API as it answers at this moment, also later on; tokens and limits are those of the live one."""
    frozen = books.frozen()
    api = Api(frozen, Journal(frozen), gate)
    return Starlette(routes=[Route(ROOT + "{path:path}", api.serve, methods=["GET"])])
