"""Invoices and bills: finding, listing, making and changing them under the vendor's rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sandbox.xero.books import Books
from sandbox.xero.call import Call, Noun, listing
from sandbox.xero.drafting import Draft, Drafting
from sandbox.xero.history import noted
from sandbox.xero.locks import lock_messages
from sandbox.xero.records import Doc, DocumentKind, DocumentStatus
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.render import FULL, LISTED, SHORT, SINGLE, Render
from sandbox.xero.wire import Json, Raw, elements, text_of

NOT_CHANGEABLE = "Invoice not of valid status for modification"
HAS_PAYMENTS = "This document cannot be edited as it has a payment or credit note allocated to it."
_NEXT: dict[DocumentStatus, tuple[DocumentStatus, ...]] = {
    DocumentStatus.DRAFT: (
        DocumentStatus.DRAFT,
        DocumentStatus.SUBMITTED,
        DocumentStatus.AUTHORISED,
        DocumentStatus.DELETED,
    ),
    DocumentStatus.SUBMITTED: (
        DocumentStatus.DRAFT,
        DocumentStatus.SUBMITTED,
        DocumentStatus.AUTHORISED,
        DocumentStatus.DELETED,
    ),
    DocumentStatus.AUTHORISED: (DocumentStatus.AUTHORISED, DocumentStatus.VOIDED),
    DocumentStatus.PAID: (),
    DocumentStatus.VOIDED: (),
    DocumentStatus.DELETED: (),
}


def find_document(books: Books, wanted: str, *, credit: bool) -> Doc | None:
    """The document with this id or, failing that, this number (of several with one number, the newest sale first)."""
    document = books.documents.get(wanted.lower())
    if document is not None:
        return document if document.is_credit == credit else None
    named = [doc for doc in books.numbered(wanted) if doc.is_credit == credit]
    return max(named, key=lambda doc: (doc.is_sales, doc.date), default=None)


def document_fields(books: Books, name: str) -> Noun:
    """The fields that `where` and `order` know of invoices and of credit notes."""
    return Noun(
        name,
        f"{name}s",
        {
            f"{name}ID": lambda d: d.document_id,
            f"{name}Number": lambda d: d.number,
            "Type": lambda d: d.kind.value,
            "Status": lambda d: d.status.value,
            "Date": lambda d: d.date,
            "DueDate": lambda d: d.due_date,
            "Reference": lambda d: d.reference,
            "CurrencyCode": lambda d: d.currency,
            "SubTotal": lambda d: d.subtotal,
            "TotalTax": lambda d: d.tax,
            "Total": lambda d: d.total,
            "AmountDue": lambda d: books.standing(d).due if d.status not in _DEAD else Decimal(0),
            "AmountPaid": lambda d: books.standing(d).paid,
            "AmountCredited": lambda d: books.standing(d).credited,
            "RemainingCredit": lambda d: books.standing(d).due,
            "SentToContact": lambda d: d.sent,
            "FullyPaidOnDate": lambda d: d.fully_paid_on,
            "ExpectedPaymentDate": lambda d: d.expected_on,
            "PlannedPaymentDate": lambda d: d.planned_on,
            "UpdatedDateUTC": lambda d: d.updated_at,
            "Contact.ContactID": lambda d: d.contact_id,
            "Contact.Name": lambda d: books.contacts[d.contact_id].name,
            "Contact.AccountNumber": lambda d: books.contacts[d.contact_id].account_number,
        },
        id_field=f"{name}ID",
    )


_DEAD = (DocumentStatus.VOIDED, DocumentStatus.DELETED)


class Invoices:
    """Serves /Invoices: sales invoices (ACCREC) and bills (ACCPAY)."""

    def __init__(self, books: Books, render: Render, drafting: Drafting) -> None:
        self._books = books
        self._render = render
        self._drafting = drafting
        self._noun = document_fields(books, "Invoice")

    def find(self, call: Call) -> Json:
        """Invoices and bills; lines come only when a page was asked for."""
        rows: Iterable[Doc] = (doc for doc in self._books.documents.values() if not doc.is_credit)
        statuses, ids = call.listed("Statuses"), call.listed("IDs")
        contacts, numbers = call.listed("ContactIDs"), call.listed("InvoiceNumbers")
        if ids:
            rows = (doc for doc in rows if doc.document_id in ids)
        if numbers:
            rows = (doc for doc in rows if doc.number.lower() in numbers)
        if contacts:
            rows = (doc for doc in rows if doc.contact_id in contacts)
        if statuses:
            rows = (doc for doc in rows if doc.status.value.lower() in statuses)
        elif not ids and not numbers:
            rows = (doc for doc in rows if doc.status is not DocumentStatus.DELETED)
        if call.query.get("searchTerm"):
            rows = self._found(rows, call.query["searchTerm"].casefold())
        short = call.flag("summaryOnly", False)
        form = SHORT if short else FULL if {"page", "pageSize"} & set(call.query) else LISTED
        return listing(call, self._noun, list(rows), lambda doc: self._render.document(doc, form))

    def _found(self, rows: Iterable[Doc], term: str) -> Iterable[Doc]:
        for doc in rows:
            contact = self._books.contacts[doc.contact_id].name
            if any(term in text.casefold() for text in (doc.number, doc.reference, contact)):
                yield doc

    def get(self, call: Call, wanted: str) -> Json:
        """One invoice or bill, by id or number, with its lines and payments."""
        document = find_document(self._books, wanted, credit=False)
        if document is None:
            raise NotFound
        return {"Invoices": [self._render.document(document, SINGLE)]}

    def create(self, call: Call) -> Json:
        """PUT: makes new invoices."""
        return self._write_all(call, upsert=False)

    def upsert(self, call: Call) -> Json:
        """POST: makes new invoices, or changes those named by id or (sales) number."""
        return self._write_all(call, upsert=True)

    def update(self, call: Call, wanted: str) -> Json:
        """POST to one invoice: changes it."""
        document = find_document(self._books, wanted, credit=False)
        if document is None:
            raise NotFound
        sent = elements(call.json(), "Invoices")
        if not sent:
            raise Invalid(echo({}, "No invoice was sent"))
        return {"Invoices": [self._keep(call, sent[0], self._changed(document, sent[0]), document)]}

    def _write_all(self, call: Call, *, upsert: bool) -> Json:
        sent = elements(call.json(), "Invoices")
        if not sent:
            raise Invalid(echo({}, "No invoices were sent"))
        if call.flag("summarizeErrors", True):
            failed, taken = [], set[str]()
            for body in sent:
                try:
                    (made, _), before = self._prepared(body, upsert=upsert)
                    if before is None and made.is_sales and made.number in taken:
                        raise Invalid(echo(body, "Invoice # must be unique."))
                    taken.add(made.number if text_of(body, "InvoiceNumber") else "")
                except Invalid as refusal:
                    failed += refusal.elements
            if failed:
                raise Invalid(*failed)
            return {"Invoices": [self._keep(call, body, *self._prepared(body, upsert=upsert)) for body in sent]}
        answers: list[Json | Raw] = []
        for body in sent:
            try:
                answers.append(self._keep(call, body, *self._prepared(body, upsert=upsert), marked=True))
            except Invalid as refusal:
                answers.append({**refusal.elements[0], "StatusAttributeString": "ERROR", "HasErrors": True})
        return {"Invoices": answers}

    def _prepared(self, body: Json, *, upsert: bool) -> tuple[Draft, Doc | None]:
        """The document as it would be, and as it was. Raises Invalid."""
        wanted, before = text_of(body, "InvoiceID"), None
        if wanted:
            before = find_document(self._books, wanted, credit=False)
            if before is None or not upsert:
                raise Invalid(echo(body, "Invoice could not be found" if upsert else "InvoiceID must not be sent"))
        elif upsert and text_of(body, "Type").upper() == "ACCREC" and text_of(body, "InvoiceNumber"):
            named = find_document(self._books, text_of(body, "InvoiceNumber"), credit=False)
            before = named if named is not None and named.is_sales else None
        if before is not None:
            return self._changed(before, body), before
        return self._drafting.new(body), None

    def _changed(self, before: Doc, body: Json) -> Draft:
        """The document with what the body changes. Raises Invalid."""
        echoed = {"InvoiceID": before.document_id, **body}
        status = _status(body, before.status)
        if status is None or status not in _NEXT[before.status]:
            raise Invalid(echo(echoed, NOT_CHANGEABLE))
        standing = self._books.standing(before)
        settled = bool(standing.paid or standing.credited)
        if status is DocumentStatus.VOIDED and settled:
            raise Invalid(echo(echoed, HAS_PAYMENTS))
        if before.is_booked and settled and "LineItems" in body:
            raise Invalid(echo(echoed, HAS_PAYMENTS))
        if status in _DEAD:
            self._unlocked(echoed, before.date)
            return Draft(replace(before, status=status), None)
        return self._drafting.changed(before, body, status)

    def _unlocked(self, echoed: Json, on: date) -> None:
        messages = lock_messages(self._books, on)
        if messages:
            raise Invalid(echo(echoed, *messages))

    def _keep(self, call: Call, sent: Json, draft: Draft, before: Doc | None, *, marked: bool = False) -> Raw:
        made = draft.document
        if before is None and not made.number and made.kind is DocumentKind.INVOICE:
            made = replace(made, number=self._drafting.next_number())
        made = replace(made, updated_at=self._books.control.now())
        if made.total == 0 and made.status is DocumentStatus.AUTHORISED:
            made = replace(made, status=DocumentStatus.PAID, fully_paid_on=made.date)
        if draft.contact is not None:
            self._books.apply(draft.contact)
            call.took_effect("create_contact", {"Name": draft.contact.name}, draft.contact.contact_id)
        changes = "Created" if before is None else _deed(before, made)
        name = self._books.contacts[made.contact_id].name
        text = f"{made.number} to {name} for {made.total:.2f}." if before is None else f"{made.number} {changes}"
        self._books.apply(made, noted(call, made.document_id, changes, text))
        call.took_effect(_operation(before, made), sent, made.document_id)
        if not marked:
            return self._render.document(made)
        return Raw(self._render.document(made).text[:-1] + ',"StatusAttributeString":"OK"}')


def _status(body: Json, usual: DocumentStatus) -> DocumentStatus | None:
    text = text_of(body, "Status").upper()
    if not text:
        return usual
    return DocumentStatus(text) if text in DocumentStatus.__members__ else None


def _deed(before: Doc, made: Doc) -> str:
    if before.status is made.status:
        return "Edited"
    return {"AUTHORISED": "Approved", "VOIDED": "Voided", "DELETED": "Deleted"}.get(made.status.value, "Edited")


def _operation(before: Doc | None, made: Doc) -> str:
    if before is None:
        return "create_invoice"
    if made.status in _DEAD:
        return "void_invoice" if made.status is DocumentStatus.VOIDED else "delete_invoice"
    return "update_invoice"
