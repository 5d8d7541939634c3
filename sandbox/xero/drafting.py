"""Reads an invoice, bill or credit note that a client sends into a document whose lines, tax and totals tie."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from sandbox.xero.books import ZERO, Books
from sandbox.xero.lines import NEGATIVE_TOTAL, Lines, line_amounts_of, sums_of
from sandbox.xero.locks import lock_messages
from sandbox.xero.parties import currency_messages, currency_of, next_number, party_of, rate_of
from sandbox.xero.records import Contact, Doc, DocumentKind, DocumentStatus
from sandbox.xero.refusals import Invalid, echo
from sandbox.xero.wire import Json, read_date, text_of

_STARTS = (DocumentStatus.DRAFT, DocumentStatus.SUBMITTED, DocumentStatus.AUTHORISED)


@dataclass(frozen=True, slots=True)
class Form:
    """How one of the two families of documents is called in JSON and in messages."""

    name: str
    words: str
    sales: DocumentKind
    purchase: DocumentKind
    prefix: str
    number_needed: str
    """The message when a supplier's document is to be booked without its number."""
    not_found: str

    @property
    def credit(self) -> bool:
        """Whether these are credit notes: due at once, so without a due date."""
        return self.sales is DocumentKind.SALES_CREDIT


INVOICE = Form(
    "Invoice",
    "Invoice",
    DocumentKind.INVOICE,
    DocumentKind.BILL,
    "INV-",
    "Invoice # is required for bills that are submitted or approved",
    "Invoice could not be found",
)
CREDIT_NOTE = Form(
    "CreditNote",
    "Credit Note",
    DocumentKind.SALES_CREDIT,
    DocumentKind.PURCHASE_CREDIT,
    "CN-",
    "Credit Note # is required for suppliers' credit notes that are submitted or approved",
    "An existing Credit Note with the specified CreditNoteID could not be found",
)


class Draft(NamedTuple):
    """A document that may be written, and the contact to be added with it when its name is new."""

    document: Doc
    contact: Contact | None


class _Dates(NamedTuple):
    on: date
    due: date | None
    expected: date | None
    planned: date | None


class Drafting:
    """Turns what was sent into documents; every refusal carries the vendor's message."""

    def __init__(self, books: Books, form: Form) -> None:
        self._books = books
        self._form = form
        self._lines = Lines(books)

    def next_number(self) -> str:
        """The number after the highest one of ours in use."""
        return next_number(self._form.prefix, (doc.number for doc in self._books.documents.values()))

    def new(self, body: Json) -> Draft:
        """A new document. Raises Invalid."""
        form, kind = self._form, text_of(body, "Type").upper()
        if kind not in (form.sales, form.purchase):
            raise Invalid(echo(body, f"{form.words} Type must be {form.sales} or {form.purchase}"))
        status_text = text_of(body, "Status").upper() or "DRAFT"
        if status_text not in _STARTS:
            raise Invalid(echo(body, f"Invalid status for a new {form.words.lower()}"))
        party = party_of(self._books, body, customer=kind == form.sales)
        currency = currency_of(body)
        try:
            rate = rate_of(self._books, body, currency)
        except ValueError as error:
            raise Invalid(echo(body, str(error))) from error
        document = Doc(
            document_id=self._books.new_id(),
            kind=DocumentKind(kind),
            number=text_of(body, f"{form.name}Number")[:255],
            contact_id=party.contact.contact_id if party.contact else "",
            date=self._books.control.today(),
            due_date=None,
            status=DocumentStatus(status_text),
            currency=currency,
            rate=rate,
            reference=text_of(body, "Reference")[:255],
            line_amounts=line_amounts_of(body, "Exclusive"),
            lines=(),
            subtotal=ZERO,
            tax=ZERO,
            total=ZERO,
            sent=body.get("SentToContact") is True,
            url=text_of(body, "Url"),
            expected_on=None,
            planned_on=None,
            fully_paid_on=None,
            updated_at=self._books.control.now(),
        )
        return Draft(self._complete(document, body, party.messages), party.added)

    def changed(self, before: Doc, body: Json, status: DocumentStatus) -> Draft:
        """A document with what the body says; what it leaves out stays, but lines come all anew. Raises Invalid."""
        contact, added, messages = before.contact_id, None, list[str]()
        if "Contact" in body:
            party = party_of(self._books, body, customer=before.is_sales)
            contact, added, messages = (
                party.contact.contact_id if party.contact else contact,
                party.added,
                party.messages,
            )
        document = replace(
            before,
            status=status,
            number=text_of(body, f"{self._form.name}Number")[:255] or before.number,
            reference=text_of(body, "Reference")[:255] if "Reference" in body else before.reference,
            contact_id=contact,
            line_amounts=line_amounts_of(body, before.line_amounts),
            sent=body["SentToContact"] is True if "SentToContact" in body else before.sent,
            url=text_of(body, "Url") or before.url,
        )
        return Draft(self._complete(document, body, messages), added)

    def _complete(self, document: Doc, body: Json, messages: list[str]) -> Doc:
        """Adds dates and lines and tries every rule. Raises Invalid with all messages."""
        messages = list(messages)
        draft = document.status is DocumentStatus.DRAFT
        try:
            dates = _dates(body, document)
            lines = self._lines.read(body, document.lines, document.line_amounts, messages, coded=not draft)
        except ValueError as error:
            raise Invalid(echo(body, str(error))) from error
        messages += currency_messages(self._books, document.currency)
        messages += self._number_messages(document)
        if not draft:
            if not lines:
                messages.append("One or more line items must be specified")
            if dates.due is None and not self._form.credit:
                messages.append("Due Date cannot be empty")
            if document.kind is self._form.purchase and not document.number:
                messages.append(self._form.number_needed)
        messages += lock_messages(self._books, dates.on)
        sums = sums_of(lines, document.line_amounts)
        if sums.total < 0:
            messages.append(NEGATIVE_TOTAL)
        if messages:
            raise Invalid(echo(body, *messages))
        return replace(
            document,
            date=dates.on,
            due_date=dates.due,
            expected_on=dates.expected,
            planned_on=dates.planned,
            lines=lines,
            **sums._asdict(),
        )

    def _number_messages(self, document: Doc) -> list[str]:
        if document.kind is not self._form.sales or not document.number:
            return []
        taken = [
            other
            for other in self._books.numbered(document.number)
            if other.kind is self._form.sales
            and other.document_id != document.document_id
            and other.status is not DocumentStatus.DELETED
        ]
        return [not_unique(self._form)] if taken else []


def not_unique(form: Form) -> str:
    """The message for a number of ours that another document has."""
    return f"{form.words} # must be unique."


def _dates(body: Json, document: Doc) -> _Dates:
    return _Dates(
        read_date(body.get("Date")) or document.date,
        read_date(body.get("DueDate")) or document.due_date,
        read_date(body.get("ExpectedPaymentDate")) or document.expected_on,
        read_date(body.get("PlannedPaymentDate")) or document.planned_on,
    )
