"""Credit notes: listing them, and setting them off against invoices and bills."""

from __future__ import annotations

from sandbox.xero.books import Books
from sandbox.xero.call import Call, listing
from sandbox.xero.documents import document_fields
from sandbox.xero.finding import find_document
from sandbox.xero.locks import lock_messages
from sandbox.xero.records import Doc, DocumentStatus, Removed
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.render import Render
from sandbox.xero.setting_off import Credit, allocated, restate
from sandbox.xero.wire import Json


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
        made = allocated(
            call,
            Credit(
                credit_id=note.document_id,
                words="credit note",
                contact_id=note.contact_id,
                is_sales=note.is_sales,
                currency=note.currency,
                is_open=note.status is DocumentStatus.AUTHORISED,
                left=self._books.standing(note).due,
            ),
        )
        restate(call, {note.document_id, *(one.document_id for one in made)}, "Credit note allocated")
        return {"Allocations": [self._render.allocation(allocation) for allocation in made]}

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
        restate(call, {note.document_id, allocation.document_id}, "Credit note allocation removed")
        return {"AllocationID": allocation.allocation_id, "Date": allocation.date, "IsDeleted": True}
