"""Prepayments and overpayments: money that was there before, or beyond, what it pays, and setting it off.

They are made by bank transactions; see `posting` for how they move the ledger.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Literal

from sandbox.xero.books import ZERO, Books
from sandbox.xero.call import Call, Noun, listing
from sandbox.xero.cash import Booking
from sandbox.xero.history import noted
from sandbox.xero.locks import lock_messages
from sandbox.xero.records import Removed
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.render import Render, dates_shown, moment_text
from sandbox.xero.setting_off import Credit, allocated, restate
from sandbox.xero.wire import Json


def remaining(books: Books, booking: Booking) -> Decimal:
    """What of an advance was not set off yet; nothing of one that was deleted."""
    if booking.status == "DELETED":
        return ZERO
    return booking.total - sum((item.amount for item in books.allocations_of(booking.advance_id)), ZERO)


def status_of(books: Books, booking: Booking) -> str:
    """Xero's status of an advance: it follows from its bank transaction and from what is left of it."""
    if booking.status == "DELETED":
        return "VOIDED"
    return "AUTHORISED" if remaining(books, booking) else "PAID"


class Advances:
    """Serves /Prepayments or /Overpayments."""

    def __init__(self, books: Books, render: Render, name: Literal["Prepayment", "Overpayment"]) -> None:
        self._books = books
        self._render = render
        self._name = name
        self._ending = f"-{name.upper()}"
        self._noun = Noun(
            name,
            f"{name}s",
            {
                f"{name}ID": lambda b: b.advance_id,
                "Type": lambda b: b.type,
                "Status": lambda b: status_of(books, b),
                "Date": lambda b: b.date,
                "Reference": lambda b: b.reference,
                "CurrencyCode": lambda b: b.currency,
                "Total": lambda b: b.total,
                "RemainingCredit": lambda b: remaining(books, b),
                "UpdatedDateUTC": lambda b: b.updated_at,
                "Contact.ContactID": lambda b: b.contact_id,
                "Contact.Name": lambda b: books.contacts[b.contact_id].name,
            },
            id_field=f"{name}ID",
        )

    def find(self, call: Call) -> Json:
        """All of them, received and spent, by when they changed."""
        rows = [row for row in self._books.bookings.values() if row.type.endswith(self._ending)]
        references = call.listed("References")
        if references:
            rows = [row for row in rows if row.reference.lower() in references]
        return listing(call, self._noun, rows, self._shown)

    def get(self, call: Call, wanted: str) -> Json:
        """One of them."""
        return {f"{self._name}s": [self._shown(self._advance(wanted))]}

    def _advance(self, wanted: str) -> Booking:
        booking = self._books.advance(wanted.lower())
        if booking is None or not booking.type.endswith(self._ending):
            raise NotFound
        return booking

    def allocate(self, call: Call, wanted: str) -> Json:
        """PUT .../Allocations: sets it off against documents of the same contact."""
        booking = self._advance(wanted)
        made = allocated(
            call,
            Credit(
                credit_id=booking.advance_id,
                words=self._name.lower(),
                contact_id=booking.contact_id,
                is_sales=booking.received,
                currency=booking.currency,
                is_open=status_of(self._books, booking) == "AUTHORISED",
                left=remaining(self._books, booking),
            ),
        )
        restate(call, {one.document_id for one in made}, f"{self._name} allocated")
        self._note(call, booking, "Allocated")
        return {"Allocations": [self._render.allocation(allocation) for allocation in made]}

    def remove(self, call: Call, wanted: str, allocation_id: str) -> Json:
        """DELETE .../Allocations/{id}: takes the set-off back."""
        booking = self._advance(wanted)
        allocation = self._books.allocations.get(allocation_id.lower())
        if allocation is None or allocation.credit_note_id != booking.advance_id:
            raise NotFound
        body = {"AllocationID": allocation.allocation_id}
        locked = lock_messages(self._books, allocation.date)
        if locked:
            raise Invalid(echo(body, *locked))
        shown = self._render.allocation(allocation)
        self._books.apply(Removed(allocation.allocation_id, self._books.control.now()))
        call.took_effect("delete_allocation", body, allocation.allocation_id)
        restate(call, {allocation.document_id}, f"{self._name} allocation removed")
        self._note(call, booking, "Allocation removed")
        return shown | {"IsDeleted": True}

    def _note(self, call: Call, booking: Booking, deed: str) -> None:
        left = remaining(self._books, booking)
        text = f"There is {left:.2f} left of this {self._name.lower()}."
        now = self._books.control.now()
        self._books.apply(replace(booking, updated_at=now), noted(call, booking.advance_id, deed, text))

    def _shown(self, booking: Booking) -> Json:
        return {
            f"{self._name}ID": booking.advance_id,
            "ID": booking.advance_id,
            "Type": booking.type,
            "Reference": booking.reference,
            "CurrencyRate": booking.rate,
            "RemainingCredit": remaining(self._books, booking),
            "Allocations": [self._render.allocation(a) for a in self._books.allocations_of(booking.advance_id)],
            "Payments": [],
            "HasAttachments": False,
            "Contact": self._render.contact_inside(booking.contact_id),
            **dates_shown(Date=booking.date),
            "Status": status_of(self._books, booking),
            "LineAmountTypes": booking.line_amounts,
            "LineItems": [self._render.line(line) for line in booking.lines],
            "SubTotal": booking.subtotal,
            "TotalTax": booking.tax,
            "Total": booking.total,
            "UpdatedDateUTC": booking.updated_at,
            "UpdatedDateUTCString": moment_text(booking.updated_at),
            "CurrencyCode": booking.currency,
        }
