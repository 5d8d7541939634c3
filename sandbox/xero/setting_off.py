"""Setting credit off against invoices and bills, whatever the credit is: a credit note or an advance."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from sandbox.xero.books import ZERO, Books
from sandbox.xero.call import Call
from sandbox.xero.finding import find_document
from sandbox.xero.history import noted
from sandbox.xero.lines import CENT
from sandbox.xero.locks import lock_messages
from sandbox.xero.records import Allocation, Doc, DocumentStatus, Record
from sandbox.xero.refusals import Invalid, echo
from sandbox.xero.wire import Json, elements, nested, read_date, read_decimal, text_of


class Credit(NamedTuple):
    """What may be given away: of whom, of which kind, and how much of it is left."""

    credit_id: str
    words: str
    contact_id: str
    is_sales: bool
    currency: str
    is_open: bool
    left: Decimal


def allocated(call: Call, credit: Credit) -> list[Allocation]:
    """Sets credit off as the body says, all of it or nothing. Raises Invalid."""
    books, sent = call.books, elements(call.json(), "Allocations")
    if not sent:
        raise Invalid(echo({}, "No allocations were sent"))
    made, taken = list[Allocation](), dict[str, Decimal]()
    for body in sent:
        allocation = _checked(books, credit, body, taken)
        taken[allocation.document_id] = taken.get(allocation.document_id, ZERO) + allocation.amount
        credit = credit._replace(left=credit.left - allocation.amount)
        made.append(allocation)
    for body, allocation in zip(sent, made, strict=True):
        books.apply(allocation)
        call.took_effect("create_allocation", body, allocation.allocation_id)
    return made


def _checked(books: Books, credit: Credit, body: Json, taken: dict[str, Decimal]) -> Allocation:
    """One allocation, if every rule holds. Raises Invalid."""
    invoice = nested(body, "Invoice")
    named = text_of(invoice, "InvoiceID") or text_of(invoice, "InvoiceNumber")
    document = find_document(books, named, credit=False) if named else None
    try:
        amount = read_decimal(body.get("Amount")) or Decimal(0)
        on = read_date(body.get("Date")) or books.control.today()
    except ValueError as error:
        raise Invalid(echo(body, str(error))) from error
    if document is None:
        raise Invalid(echo(body, "Invoice could not be found"))
    messages = _party_messages(credit, document)
    if amount <= 0 or amount != amount.quantize(CENT):
        messages.append("The amount to allocate must be greater than zero, with 2 decimal places at most")
    if amount > credit.left:
        messages.append(f"The amount allocated exceeds the remaining credit of this {credit.words}")
    if amount > books.standing(document).due - taken.get(document.document_id, ZERO):
        messages.append("The amount allocated exceeds the amount outstanding on the invoice")
    messages += lock_messages(books, on)
    if messages:
        raise Invalid(echo(body, *messages))
    return Allocation(books.new_id(), credit.credit_id, document.document_id, on, amount)


def _party_messages(credit: Credit, document: Doc) -> list[str]:
    messages = []
    if not credit.is_open or document.status is not DocumentStatus.AUTHORISED:
        messages.append("Credit can only be allocated between Authorised documents")
    if (credit.contact_id, credit.is_sales, credit.currency) != (
        document.contact_id,
        document.is_sales,
        document.currency,
    ):
        messages.append(f"The {credit.words} and the invoice must be of the same contact, kind and currency")
    return messages


def restate(call: Call, document_ids: set[str], deed: str) -> None:
    """Each document is PAID when nothing is left of it, and open again when something is."""
    books, now = call.books, call.books.control.now()
    for document_id in sorted(document_ids):
        document = books.documents[document_id]
        due = books.standing(document).due
        status = DocumentStatus.AUTHORISED if due else DocumentStatus.PAID
        days = [item.date for item in books.allocations_of(document_id)]
        days += [payment.date for payment in books.payments_of(document_id)]
        paid_on = None if due else max(days, default=document.date)
        records: list[Record] = [replace(document, status=status, fully_paid_on=paid_on, updated_at=now)]
        records.append(noted(call, document_id, deed, f"There is {due:.2f} left on this document."))
        books.apply(*records)
