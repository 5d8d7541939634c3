"""Bank transactions: money spent and received that settles no document, and the making of advances."""

from __future__ import annotations

from dataclasses import replace

from sandbox.xero.bank_drafting import BankDraft, BankDrafting
from sandbox.xero.batch import one_sent, write_all
from sandbox.xero.books import Books
from sandbox.xero.call import Call, Noun, listing
from sandbox.xero.cash import Booking
from sandbox.xero.history import noted
from sandbox.xero.locks import lock_messages
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.render import Render, dates_shown
from sandbox.xero.wire import Json, Raw, text_of

NOT_CHANGEABLE = "Bank transaction not of valid status for modification"
RECONCILED = (
    "This bank transaction is reconciled: its account, date and amounts cannot be changed, nor can it be deleted"
)
SET_OFF = "This bank transaction cannot be edited as part of it is allocated"
_Prepared = tuple[BankDraft, Booking | None]


class BankTransactions:
    """Serves /BankTransactions."""

    def __init__(self, books: Books, render: Render) -> None:
        self._books = books
        self._render = render
        self._drafting = BankDrafting(books)
        self._noun = Noun(
            "BankTransaction",
            "BankTransactions",
            {
                "BankTransactionID": lambda b: b.booking_id,
                "Type": lambda b: b.type,
                "Status": lambda b: b.status,
                "Date": lambda b: b.date,
                "Reference": lambda b: b.reference,
                "Total": lambda b: b.total,
                "IsReconciled": lambda b: b.reconciled,
                "CurrencyCode": lambda b: b.currency,
                "UpdatedDateUTC": lambda b: b.updated_at,
                "BankAccount.Code": lambda b: b.account_code,
                "BankAccount.AccountID": lambda b: books.accounts[b.account_code].account_id,
                "Contact.ContactID": lambda b: b.contact_id,
                "Contact.Name": lambda b: books.contacts[b.contact_id].name if b.contact_id else "",
            },
            id_field="BankTransactionID",
        )

    def find(self, call: Call) -> Json:
        """Money in and out, deleted ones included."""
        return listing(call, self._noun, list(self._books.bookings.values()), self._shown)

    def get(self, call: Call, wanted: str) -> Json:
        """One of them."""
        return {"BankTransactions": [self._shown(self._booking(wanted))]}

    def _booking(self, wanted: str) -> Booking:
        booking = self._books.bookings.get(wanted.lower())
        if booking is None:
            raise NotFound
        return booking

    def create(self, call: Call) -> Json:
        """PUT: makes new bank transactions."""
        return self._write_all(call, upsert=False)

    def upsert(self, call: Call) -> Json:
        """POST: makes new bank transactions, or changes those named by id."""
        return self._write_all(call, upsert=True)

    def update(self, call: Call, wanted: str) -> Json:
        """POST to one bank transaction: changes it, or deletes it."""
        before = self._booking(wanted)
        sent = one_sent(call, "BankTransactions")
        return {"BankTransactions": [self._keep(call, sent, (self._changed(before, sent), before))]}

    def _write_all(self, call: Call, *, upsert: bool) -> Json:
        return write_all(
            call,
            "BankTransactions",
            lambda body: self._prepared(body, upsert=upsert),
            lambda body, prepared: self._keep(call, body, prepared),
            lambda prepared: (
                prepared[1].booking_id if prepared[1] else "",
                "The bank transaction is named twice in this request",
            ),
        )

    def _prepared(self, body: Json, *, upsert: bool) -> _Prepared:
        """The bank transaction as it would be, and as it was. Raises Invalid."""
        wanted = text_of(body, "BankTransactionID").lower()
        if not wanted:
            return self._drafting.new(body), None
        before = self._books.bookings.get(wanted)
        if not upsert:
            raise Invalid(echo(body, "BankTransactionID must not be sent"))
        if before is None:
            raise Invalid(echo(body, "Bank transaction could not be found"))
        return self._changed(before, body), before

    def _changed(self, before: Booking, body: Json) -> BankDraft:
        """The bank transaction with what the body changes. Raises Invalid."""
        echoed = {"BankTransactionID": before.booking_id, **body}
        status = text_of(body, "Status").upper() or before.status
        kind = text_of(body, "Type").upper() or before.type
        if before.status == "DELETED" or status not in ("AUTHORISED", "DELETED"):
            raise Invalid(echo(echoed, NOT_CHANGEABLE))
        if kind != before.type:
            raise Invalid(echo(echoed, "The Type of a bank transaction cannot be changed"))
        if before.advance_id and self._books.allocations_of(before.advance_id):
            raise Invalid(echo(echoed, SET_OFF))
        if status == "DELETED":
            messages = [RECONCILED] if before.reconciled else lock_messages(self._books, before.date)
            if messages:
                raise Invalid(echo(echoed, *messages))
            return BankDraft(replace(before, status="DELETED"), None)
        draft = self._drafting.changed(before, echoed)
        if before.reconciled and _moved(before) != _moved(draft.booking):
            raise Invalid(echo(echoed, RECONCILED))
        return draft

    def _keep(self, call: Call, sent: Json, prepared: _Prepared) -> Json | Raw:
        draft, before = prepared
        made = replace(draft.booking, updated_at=self._books.control.now())
        if draft.contact is not None:
            self._books.apply(draft.contact)
            call.took_effect("create_contact", {"Name": draft.contact.name}, draft.contact.contact_id)
        verb, deed = ("create", "Created") if before is None else ("update", "Edited")
        if made.status == "DELETED":
            verb, deed = "delete", "Deleted"
        text = f"{made.type} {made.total:.2f} {made.currency} {self._name(made)}".strip()
        lines = [noted(call, subject, deed, text) for subject in (made.booking_id, made.advance_id) if subject]
        self._books.apply(made, *lines)
        call.took_effect(f"{verb}_bank_transaction", sent, made.booking_id)
        return self._shown(made)

    def _name(self, booking: Booking) -> str:
        contact = self._books.contacts.get(booking.contact_id)
        return f"with {contact.name}" if contact else ""

    def _shown(self, booking: Booking) -> Json:
        account = self._books.accounts[booking.account_code]
        body: Json = {
            "BankTransactionID": booking.booking_id,
            "BankAccount": {"AccountID": account.account_id, "Code": account.code, "Name": account.name},
            "Type": booking.type,
            "Reference": booking.reference,
            "IsReconciled": booking.reconciled,
            "HasAttachments": bool(self._books.attached_to(booking.booking_id)),
        }
        if booking.contact_id:
            body["Contact"] = self._render.contact_inside(booking.contact_id)
        body |= dates_shown(Date=booking.date)
        body |= {
            "Status": booking.status,
            "LineAmountTypes": booking.line_amounts,
            "LineItems": [self._render.line(line) for line in booking.lines],
            "SubTotal": booking.subtotal,
            "TotalTax": booking.tax,
            "Total": booking.total,
            "UpdatedDateUTC": booking.updated_at,
            "CurrencyCode": booking.currency,
            "CurrencyRate": booking.rate,
        }
        if booking.url:
            body["Url"] = booking.url
        if booking.advance_id:
            body["PrepaymentID" if booking.is_prepayment else "OverpaymentID"] = booking.advance_id
        return body


def _moved(booking: Booking) -> tuple[object, ...]:
    """What the bank knows of it."""
    return booking.account_code, booking.date, booking.total, booking.reconciled
