"""Credit notes: listing them, and setting them off against invoices and bills."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from sandbox.xero.books import Books
from sandbox.xero.call import Call, listing
from sandbox.xero.documents import document_fields
from sandbox.xero.finding import find_document
from sandbox.xero.history import noted
from sandbox.xero.locks import lock_messages
from sandbox.xero.records import Allocation, Doc, DocumentStatus, Record, Removed
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.render import Render
from sandbox.xero.wire import Json, elements, nested, read_date, read_decimal, text_of


class CreditNotes:
    """Serves /CreditNotes."""

    def __init__(self, books: Books, render: Render) -> None:
        self._books = books
        self._render = render
        self._noun = document_fields(books, "CreditNote")

    def find(self, call: Call) -> Json:
        """Credit notes to customers and from suppliers."""
        rows = [doc for doc in self._books.documents.values() if doc.is_credit]
        return listing(call, self._noun, rows, self._render.document)

    def get(self, call: Call, wanted: str) -> Json:
        """One credit note, by id or number."""
        return {"CreditNotes": [self._render.document(self._note(wanted))]}

    def _note(self, wanted: str) -> Doc:
        note = find_document(self._books, wanted, credit=True)
        if note is None:
            raise NotFound
        return note

    def allocate(self, call: Call, wanted: str) -> Json:
        """PUT .../Allocations: sets credit off against documents of the same contact."""
        note = self._note(wanted)
        sent = elements(call.json(), "Allocations")
        if not sent:
            raise Invalid(echo({}, "No allocations were sent"))
        made, left = [], self._books.standing(note).due
        taken: dict[str, Decimal] = {}
        for body in sent:
            allocation = self._checked(note, body, left, taken)
            taken[allocation.document_id] = taken.get(allocation.document_id, Decimal(0)) + allocation.amount
            left -= allocation.amount
            made.append(allocation)
        for body, allocation in zip(sent, made, strict=True):
            self._books.apply(allocation)
            call.took_effect("create_allocation", body, allocation.allocation_id)
        self._restate(call, {note.document_id, *taken}, "Credit note allocated")
        return {"Allocations": [self._render.allocation(allocation) for allocation in made]}

    def _checked(self, note: Doc, body: Json, left: Decimal, taken: dict[str, Decimal]) -> Allocation:
        invoice = nested(body, "Invoice")
        named = text_of(invoice, "InvoiceID") or text_of(invoice, "InvoiceNumber")
        document = find_document(self._books, named, credit=False) if named else None
        try:
            amount = read_decimal(body.get("Amount")) or Decimal(0)
            on = read_date(body.get("Date")) or self._books.control.today()
        except ValueError as error:
            raise Invalid(echo(body, str(error))) from error
        if document is None:
            raise Invalid(echo(body, "Invoice could not be found"))
        messages = []
        if note.status is not DocumentStatus.AUTHORISED or document.status is not DocumentStatus.AUTHORISED:
            messages.append("Credit can only be allocated between Authorised documents")
        if (note.contact_id, note.is_sales, note.currency) != (
            document.contact_id,
            document.is_sales,
            document.currency,
        ):
            messages.append("The credit note and the invoice must be of the same contact, kind and currency")
        due = self._books.standing(document).due - taken.get(document.document_id, Decimal(0))
        if amount <= 0 or amount != amount.quantize(Decimal("0.01")):
            messages.append("The amount to allocate must be greater than zero, with 2 decimal places at most")
        if amount > left:
            messages.append("The amount allocated exceeds the remaining credit of this credit note")
        if amount > due:
            messages.append("The amount allocated exceeds the amount outstanding on the invoice")
        messages += lock_messages(self._books, on)
        if messages:
            raise Invalid(echo(body, *messages))
        return Allocation(self._books.new_id(), note.document_id, document.document_id, on, amount)

    def remove(self, call: Call, wanted: str, allocation_id: str) -> Json:
        """DELETE .../Allocations/{id}: takes the set-off back."""
        note = self._note(wanted)
        allocation = self._books.allocations.get(allocation_id.lower())
        if allocation is None or allocation.credit_note_id != note.document_id:
            raise NotFound
        body = {"AllocationID": allocation.allocation_id}
        locked = lock_messages(self._books, allocation.date)
        if locked:
            raise Invalid(echo(body, *locked))
        self._books.apply(Removed(allocation.allocation_id, self._books.control.now()))
        call.took_effect("delete_allocation", body, allocation.allocation_id)
        self._restate(call, {note.document_id, allocation.document_id}, "Credit note allocation removed")
        return {"AllocationID": allocation.allocation_id, "Date": allocation.date, "IsDeleted": True}

    def _restate(self, call: Call, document_ids: set[str], deed: str) -> None:
        """Each document is PAID when nothing is left of it, and open again when something is."""
        now = self._books.control.now()
        for document_id in sorted(document_ids):
            document = self._books.documents[document_id]
            due = self._books.standing(document).due
            status = DocumentStatus.AUTHORISED if due else DocumentStatus.PAID
            days = [item.date for item in self._books.allocations_of(document_id)]
            days += [payment.date for payment in self._books.payments_of(document_id)]
            paid_on = None if due else max(days, default=document.date)
            records: list[Record] = [replace(document, status=status, fully_paid_on=paid_on, updated_at=now)]
            records.append(noted(call, document_id, deed, f"There is {due:.2f} left on this document."))
            self._books.apply(*records)
