"""Invoices and bills: finding and listing them (`writing` makes and changes them)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from sandbox.xero.books import Books
from sandbox.xero.call import Call, Noun, listing
from sandbox.xero.finding import find_document
from sandbox.xero.records import Doc, DocumentStatus
from sandbox.xero.refusals import NotFound
from sandbox.xero.render import FULL, LISTED, SHORT, SINGLE, Render
from sandbox.xero.wire import Json
from sandbox.xero.writing import DEAD


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
            "AmountDue": lambda d: books.standing(d).due if d.status not in DEAD else Decimal(0),
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


class Invoices:
    """Serves /Invoices: sales invoices (ACCREC) and bills (ACCPAY)."""

    def __init__(self, books: Books, render: Render) -> None:
        self._books = books
        self._render = render
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
