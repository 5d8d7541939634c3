"""The history of a record of any kind: what was done to it, when, by whom, and notes that people add."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.records import Contact, Doc, Note
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.render import moment_text
from sandbox.xero.wire import Json, elements, text_of

LONGEST_NOTE = 2500


def noted(call: Call, subject_id: str, changes: str, details: str) -> Note:
    """A line of history for something that this call did."""
    books = call.books
    return Note(books.new_id(), subject_id, changes, details, call.user, books.control.now())


class _Subject(NamedTuple):
    """Whose history it is, and what its making reads like."""

    subject_id: str
    made: str
    begun: datetime


class History:
    """Serves /Invoices/{id}/History, and the same of every other record that has one."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def _document(self, document_id: str) -> Doc:
        document = self._books.documents.get(document_id.lower())
        if document is None:
            raise NotFound
        return document

    def _contact(self, contact_id: str) -> Contact:
        contact = self._books.contacts.get(contact_id.lower())
        if contact is None:
            raise NotFound
        return contact

    def find(self, call: Call, document_id: str) -> Json:
        """Newest first; the making of the document is the last line."""
        document = self._document(document_id)
        text = f"{document.number} to {self._books.contacts[document.contact_id].name} for {document.total:.2f}."
        return self._lines(document.document_id, text, self._morning(document.date))

    def find_of_contact(self, call: Call, contact_id: str) -> Json:
        """The same of a contact."""
        contact = self._contact(contact_id)
        return self._lines(contact.contact_id, "", self._books.company.organisation.created_at)

    def _morning(self, day: date) -> datetime:
        return datetime.combine(day, self._books.company.organisation.created_at.timetz())

    def _subject(self, noun: str, wanted: str) -> _Subject:
        """The record of that kind with this id. Raises NotFound."""
        books, key = self._books, wanted.lower()
        found: _Subject | None = None
        match noun.lower():
            case "quotes" if quote := books.quotes.get(key):
                text = f"{quote.number} to {books.contacts[quote.contact_id].name} for {quote.total:.2f}."
                found = _Subject(quote.quote_id, text, self._morning(quote.date))
            case "purchaseorders" if order := books.orders.get(key):
                text = f"{order.number} to {books.contacts[order.contact_id].name} for {order.total:.2f}."
                found = _Subject(order.order_id, text, self._morning(order.date))
            case "items" if item := books.items.get(key):
                found = _Subject(item.item_id, item.code, books.company.organisation.created_at)
            case "repeatinginvoices" if template := books.repeating.get(key):
                found = _Subject(template.repeating_id, "", self._morning(template.schedule.start_date))
            case _:
                found = self._cash_subject(noun.lower(), key)
        if found is None:
            raise NotFound
        return found

    def _cash_subject(self, noun: str, key: str) -> _Subject | None:
        books = self._books
        match noun:
            case "banktransactions" if booking := books.bookings.get(key):
                text = f"{booking.type} {booking.total:.2f} {booking.currency}"
                return _Subject(booking.booking_id, text, self._morning(booking.date))
            case "prepayments" | "overpayments" if advance := books.advance(key):
                return _Subject(advance.advance_id, "", self._morning(advance.date))
            case "banktransfers" if transfer := books.transfers.get(key):
                text = f"{transfer.amount:.2f} from {transfer.from_code} to {transfer.to_code}"
                return _Subject(transfer.transfer_id, text, self._morning(transfer.date))
            case "manualjournals" if manual := books.manuals.get(key):
                return _Subject(manual.manual_id, manual.narration, self._morning(manual.date))
            case "batchpayments" if batch := books.batches.get(key):
                return _Subject(batch.batch_id, "", self._morning(batch.date))
        return None

    def find_of(self, call: Call, noun: str, wanted: str) -> Json:
        """The same of a record of any other kind."""
        return self._lines(*self._subject(noun, wanted))

    def add_to(self, call: Call, noun: str, wanted: str) -> Json:
        """Notes of people on one of these."""
        return self._add(call, self._subject(noun, wanted).subject_id)

    def _lines(self, subject_id: str, made: str, begun: datetime) -> Json:
        lines = [note for note in self._books.notes if note.document_id == subject_id]
        records = [_record(note.changes, note.user, note.details, note.at) for note in reversed(lines)]
        if not any(note.changes == "Created" for note in lines):
            records.append(_record("Created", "System Generated", made, begun))
        return {"HistoryRecords": records}

    def add(self, call: Call, document_id: str) -> Json:
        """Adds notes of people (Xero never lets them be changed or removed)."""
        return self._add(call, self._document(document_id).document_id)

    def add_to_contact(self, call: Call, contact_id: str) -> Json:
        """The same of a contact."""
        return self._add(call, self._contact(contact_id).contact_id)

    def _add(self, call: Call, subject_id: str) -> Json:
        sent = elements(call.json(), "HistoryRecords")
        texts = [text_of(body, "Details") for body in sent]
        if not texts or not all(texts):
            raise Invalid(echo(sent[0] if sent else {}, "Details must be specified for history record"))
        if any(len(text) > LONGEST_NOTE for text in texts):
            raise Invalid(echo(sent[0], f"Details must not be longer than {LONGEST_NOTE} characters"))
        notes = [noted(call, subject_id, "Note", text) for text in texts]
        self._books.apply(*notes)
        for body in sent:
            call.took_effect("create_history_record", body, subject_id)
        return {"HistoryRecords": [_record(n.changes, n.user, n.details, n.at) for n in notes]}


def _record(changes: str, user: str, details: str, at: datetime) -> Json:
    return {
        "Changes": changes,
        "DateUTCString": moment_text(at),
        "DateUTC": at,
        "User": user,
        "Details": details,
    }
