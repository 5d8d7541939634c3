"""The account endpoints: accounts, balance, bookings, reservations (facts/providers.md, 1.2)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.solaris import shown
from sandbox.solaris.bank import BUSINESS_ID, PERSON_ID, Bank, Booking, Reservation
from sandbox.solaris.lists import Page, Query, ordered, within
from sandbox.solaris.problems import invalid, missing

NEW_RESERVATIONS = "2022-07-18"
_KINDS = (
    *("CardAuthorization", "SepaCreditTransfer", "ClearingTransaction", "IntraCustomerTransfer"),
    *("SepaCreditBatch", "Seizure", "SecuritiesPurchase", "PendingTrade", "SEPAInstantCreditTransfer"),
)
_BOOKING_KEYS: dict[str, Callable[[Booking], Any]] = {
    "booking_date": lambda booking: (booking.booked_on, booking.recorded_at, booking.number),
    "valuta_date": lambda booking: (booking.valuta, booking.recorded_at, booking.number),
    "recorded_at": lambda booking: (booking.recorded_at, booking.number),
    "id": lambda booking: booking.number,
}
_RESERVATION_KEYS: dict[str, Callable[[Reservation], Any]] = {
    "created_at": lambda reservation: (reservation.created_at, reservation.number),
}


class Strictness:
    """The vendor ignores unknown parameters, so a typing error in a client stays unseen; this makes it seen.

    What was ignored is listed in `GET /_sandbox/state`; after `POST /_sandbox/strict` it is refused instead.
    """

    def __init__(self) -> None:
        self.on = False
        self.ignored: list[str] = []

    def note(self, request: Request, query: Query) -> None:
        """Called when all known parameters were read. Raises Problem when strict."""
        for name in query.ignored():
            self.ignored.append(f"{request.method} {request.url.path} {name}")
            if self.on:
                raise invalid(name, "is not a parameter of this endpoint")


@dataclass(frozen=True)
class _Wanted:
    """The filters of a bookings request, read once."""

    number: str | None
    kind: str | None
    transaction: str | None
    virtual_iban: str | None
    words: str | None
    booked: tuple[date | None, date | None]
    valuta: tuple[date | None, date | None]
    recorded: tuple[date | None, date | None]

    @classmethod
    def read(cls, query: Query) -> "_Wanted":
        return cls(
            query.text("filter[id]"),
            query.text("filter[booking_type]"),
            query.text("filter[transaction_id]"),
            query.text("filter[receiver_iban_virtual]"),
            query.text("filter[description]"),
            query.days("filter[booking_date]"),
            query.days("filter[valuta_date]"),
            query.days("filter[recorded_at]"),
        )

    def fits(self, booking: Booking) -> bool:
        """Whether a booking passes every filter; no booking came by a virtual IBAN."""
        return (
            self.number in (None, booking.number)
            and self.kind in (None, booking.kind)
            and self.transaction in (None, booking.transaction_id)
            and self.virtual_iban is None
            and (self.words is None or self.words in booking.description)
            and within(booking.booked_on, self.booked)
            and within(booking.valuta, self.valuta)
            and within(booking.recorded_at.date(), self.recorded)
        )


class Accounts:
    """The account endpoints of the one account there is."""

    def __init__(self, bank: Bank, base: str, strictness: Strictness) -> None:
        self._bank = bank
        self._base = base
        self._strictness = strictness

    def _check_account(self, request: Request) -> None:
        number = request.path_params["account_id"]
        if number != self._bank.account_id:
            raise missing("Solaris::Account", number)

    def _account_list(self, request: Request, *, held: bool) -> Response:
        query = Query(request)
        page = Page(query, most=200)
        iban = query.text("filter[iban]")
        self._strictness.note(request, query)
        rows = [self._bank] if held and iban in (None, self._bank.account.iban) else []
        return page.response(request, self._base, rows, shown.account_entry)

    async def all(self, request: Request) -> Response:
        """`GET /v1/accounts`"""
        return self._account_list(request, held=True)

    async def of_business(self, request: Request) -> Response:
        """`GET /v1/businesses/{business_id}/accounts`"""
        number = request.path_params["business_id"]
        if number != BUSINESS_ID:
            raise missing("Solaris::Business", number)
        return self._account_list(request, held=True)

    async def of_person(self, request: Request) -> Response:
        """`GET /v1/persons/{person_id}/accounts`: the director holds no account of their own."""
        number = request.path_params["person_id"]
        if number != PERSON_ID:
            raise missing("Solaris::Person", number)
        return self._account_list(request, held=False)

    async def one(self, request: Request) -> Response:
        """`GET /v1/accounts/{account_id}`"""
        self._check_account(request)
        return JSONResponse(shown.account(self._bank))

    async def balance(self, request: Request) -> Response:
        """`GET /v1/accounts/{account_id}/balance`"""
        self._check_account(request)
        return JSONResponse(shown.balance(self._bank))

    async def bookings(self, request: Request) -> Response:
        """`GET /v1/accounts/{account_id}/bookings`"""
        self._check_account(request)
        query = Query(request)
        page = Page(query)
        wanted = _Wanted.read(query)
        chosen = [booking for booking in self._bank.bookings if wanted.fits(booking)]
        rows = ordered(chosen, query, _BOOKING_KEYS, "-booking_date")
        self._strictness.note(request, query)
        return page.response(request, self._base, rows, lambda booking: shown.booking(self._bank, booking))

    async def reservations(self, request: Request) -> Response:
        """`GET /v1/accounts/{account_id}/reservations`; the header `api-version` chooses the form."""
        self._check_account(request)
        new_form = request.headers.get("api-version", "") >= NEW_RESERVATIONS
        query = Query(request)
        page = Page(query)
        number, status = query.text("filter[id]"), query.among("filter[status]", ("OPEN", "RESOLVED"))
        kind = query.among("filter[type]", _KINDS) if new_form else query.text("filter[reservation_type]")
        chosen = [
            one
            for one in self._bank.reservations
            if number in (None, one.number)
            and status in (None, one.status)
            and kind in (None, one.kind if new_form else shown.old_kind(one.kind))
        ]
        rows = ordered(chosen, query, _RESERVATION_KEYS, "-created_at")
        self._strictness.note(request, query)
        return page.response(request, self._base, rows, lambda one: shown.reservation(one, new_form=new_form))
