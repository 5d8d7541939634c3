"""Reads a bank transaction that a client sends into one whose lines, tax and totals tie."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from sandbox.company.shape import LedgerAccount
from sandbox.xero.books import ZERO, Books
from sandbox.xero.cash import Booking
from sandbox.xero.lines import NEGATIVE_TOTAL, Lines, line_amounts_of, sums_of
from sandbox.xero.locks import lock_messages
from sandbox.xero.parties import party_of, rate_of
from sandbox.xero.posting import PAYABLES, RECEIVABLES
from sandbox.xero.records import Contact
from sandbox.xero.refusals import Invalid, echo
from sandbox.xero.wire import Json, nested, read_date, text_of

TYPES = tuple(f"{way}{kind}" for way in ("SPEND", "RECEIVE") for kind in ("", "-PREPAYMENT", "-OVERPAYMENT"))
NOT_A_BANK = "The BankAccount must be an active account of type BANK"
UNTAXED = "An overpayment bears no tax: the TaxType of its lines must be NONE"


class BankDraft(NamedTuple):
    """A bank transaction that may be written, and the contact to be added with it when its name is new."""

    booking: Booking
    contact: Contact | None


@dataclass(frozen=True, slots=True)
class BankDrafting:
    """Turns what was sent into bank transactions; a refusal carries every message that applies."""

    books: Books

    def new(self, body: Json) -> BankDraft:
        """A new bank transaction. Raises Invalid."""
        kind = text_of(body, "Type").upper()
        if kind not in TYPES:
            raise Invalid(echo(body, f"The Type of a bank transaction must be one of {', '.join(TYPES)}"))
        status = text_of(body, "Status").upper()
        if status not in ("", "AUTHORISED"):
            raise Invalid(echo(body, "Invalid status for a new bank transaction"))
        booking = Booking(
            booking_id=self.books.new_id(),
            type=kind,
            contact_id="",
            account_code="",
            date=self.books.control.today(),
            reference="",
            line_amounts="Exclusive",
            lines=(),
            subtotal=ZERO,
            tax=ZERO,
            total=ZERO,
            currency="",
            rate=ZERO,
            reconciled=False,
            url="",
            status="AUTHORISED",
            updated_at=self.books.control.now(),
        )
        return self.changed(booking, body)

    def changed(self, before: Booking, body: Json) -> BankDraft:
        """The same with what the body says; what it leaves out stays, but lines come all anew. Raises Invalid."""
        messages: list[str] = []
        contact_id, added = self._contact(before, body, messages)
        booking = self._on_account(before, body, messages)
        try:
            booking = replace(
                booking,
                contact_id=contact_id,
                date=read_date(body.get("Date")) or before.date,
                reference=text_of(body, "Reference")[:255] if "Reference" in body else before.reference,
                line_amounts=line_amounts_of(body, before.line_amounts),
                reconciled=body["IsReconciled"] is True if "IsReconciled" in body else before.reconciled,
                url=text_of(body, "Url") or before.url,
                rate=rate_of(self.books, body, booking.currency)
                if "CurrencyRate" in body or booking.currency != before.currency
                else before.rate,
            )
            lines = self._lines(booking).read(body, before.lines, booking.line_amounts, messages, coded=True)
        except ValueError as error:
            raise Invalid(echo(body, str(error))) from error
        if not lines:
            messages.append("One or more line items must be specified")
        sums = sums_of(lines, booking.line_amounts)
        if sums.total < 0:
            messages.append(NEGATIVE_TOTAL)
        elif lines and not sums.total:
            messages.append("The total of a bank transaction must be greater than zero")
        if booking.is_overpayment and any(line.tax_amount or line.tax_type != "NONE" for line in lines):
            messages.append(UNTAXED)
        messages += lock_messages(self.books, booking.date)
        if before.account_code and before.date != booking.date:
            messages += lock_messages(self.books, before.date)
        if messages:
            raise Invalid(echo(body, *dict.fromkeys(messages)))
        return BankDraft(replace(booking, lines=lines, **sums._asdict()), added)

    def _lines(self, booking: Booking) -> Lines:
        """An overpayment is of what the contact owes or is owed, and nothing else."""
        control = RECEIVABLES if booking.received else PAYABLES
        return Lines(self.books, control if booking.is_overpayment else "")

    def _contact(self, before: Booking, body: Json, messages: list[str]) -> tuple[str, Contact | None]:
        """The contact's id, and the contact itself when it is to be added. Adds to `messages`."""
        if before.contact_id and "Contact" not in body:
            return before.contact_id, None
        party = party_of(self.books, body, customer=before.received)
        messages += party.messages
        if party.contact is None:
            return before.contact_id, None
        if party.contact.status != "ACTIVE":
            messages.append("The contact is archived and cannot be used")
        return party.contact.contact_id, party.added

    def _on_account(self, before: Booking, body: Json, messages: list[str]) -> Booking:
        """The bank account, whose currency the transaction has. Adds to `messages`."""
        if before.account_code and "BankAccount" not in body:
            account = self.books.accounts.get(before.account_code)
        else:
            account = bank_account(self.books, nested(body, "BankAccount"))
        if account is None:
            messages.append(NOT_A_BANK)
            return replace(before, currency=self.books.company.organisation.base_currency)
        currency = self.books.banks[account.code].currency
        asked = text_of(body, "CurrencyCode").upper()
        if asked not in ("", currency):
            messages.append(f"The currency of the transaction must be that of the bank account, {currency}")
        return replace(before, account_code=account.code, currency=currency)


def bank_account(books: Books, named: Json) -> LedgerAccount | None:
    """The bank account that is named by id or code; nothing when it is none, or not in use."""
    wanted = text_of(named, "AccountID")
    account = books.account_by_id(wanted) if wanted else books.accounts.get(text_of(named, "Code"))
    if account is None or account.code not in books.banks or account.status != "ACTIVE":
        return None
    return account
