"""What belongs to an invoice or bill beside its figures: its PDF, its online address, e-mail."""

from __future__ import annotations

import re
from dataclasses import replace

from starlette.responses import Response

from sandbox.pdf import Words, pdf
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.finding import find_document
from sandbox.xero.history import noted
from sandbox.xero.records import Doc, DocumentKind, DocumentStatus
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.wire import Json

_OPEN = (DocumentStatus.SUBMITTED, DocumentStatus.AUTHORISED, DocumentStatus.PAID)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LINES_ON_A_PAGE = 40


class Files:
    """Serves what is under /Invoices/{id}: pdf, OnlineInvoice, Email."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def _document(self, wanted: str) -> Doc:
        document = find_document(self._books, wanted, credit=False)
        if document is None:
            raise NotFound
        return document

    def pdf(self, call: Call, wanted: str) -> Response:
        """The document as it would be printed; Xero makes one of sales invoices and of bills."""
        return Response(printed(self._books, self._document(wanted)), media_type="application/pdf")

    def online(self, call: Call, wanted: str) -> Json:
        """Where a customer looks at an invoice; approved sales invoices have one."""
        document = self._document(wanted)
        if not document.is_sales or not document.is_booked:
            raise NotFound
        return {"OnlineInvoices": [{"OnlineInvoiceUrl": f"https://in.xero.com/{document.document_id[:24]}"}]}

    def email(self, call: Call, wanted: str) -> Response:
        """POST .../Email: sends the invoice to its contact and answers 204."""
        document = self._document(wanted)
        contact = self._books.contacts[document.contact_id]
        messages = []
        if not document.is_sales:
            messages.append("Only sales invoices can be emailed")
        if document.status not in _OPEN:
            messages.append("Invoice must be of status SUBMITTED, AUTHORISED or PAID to be emailed")
        if not _ADDRESS.fullmatch(contact.email):
            messages.append("The contact does not have a valid email address")
        if messages:
            raise Invalid(echo({"InvoiceID": document.document_id}, *messages))
        now = self._books.control.now()
        text = f"This invoice has been sent to {contact.email}"
        self._books.apply(
            replace(document, sent=True, updated_at=now), noted(call, document.document_id, "Invoice sent", text)
        )
        call.took_effect("email_invoice", {"To": contact.email}, document.document_id)
        return Response(status_code=204)


def printed(books: Books, document: Doc) -> bytes:
    """The document on paper: who to whom, what for, how much, until when."""
    contact, us = books.contacts[document.contact_id], books.company.organisation
    sender, receiver = (us.legal_name, contact.name) if document.is_sales else (contact.name, us.legal_name)
    title = "INVOICE" if document.kind is DocumentKind.INVOICE else "BILL"
    if document.status in (DocumentStatus.DRAFT, DocumentStatus.SUBMITTED):
        title = f"DRAFT {title}"
    head = [
        Words(50, 60, title, 20, bold=True),
        Words(50, 90, sender, bold=True),
        Words(50, 120, f"To: {receiver}"),
        Words(50, 136, f"{contact.street}, {contact.postal_code} {contact.city}" if document.is_sales else us.street),
        Words(380, 90, f"Number: {document.number or '-'}"),
        Words(380, 106, f"Date: {document.date:%d %b %Y}"),
        Words(380, 122, f"Due: {document.due_date:%d %b %Y}" if document.due_date else "Due: -"),
        Words(380, 138, f"Reference: {document.reference}" if document.reference else ""),
    ]
    pages: list[list[Words]] = []
    for start in range(0, max(1, len(document.lines)), _LINES_ON_A_PAGE):
        page = [*head] if not pages else []
        y = 190 if not pages else 60
        for x, label in ((50, "Description"), (330, "Quantity"), (400, "Unit price"), (480, "Amount")):
            page.append(Words(x, y, label, bold=True))
        for line in document.lines[start : start + _LINES_ON_A_PAGE]:
            y += 15
            amounts = ((330, line.quantity), (400, line.unit_amount), (480, line.line_amount))
            page.append(Words(50, y, line.description[:50]))
            page += [Words(x, y, f"{value:,.2f}") for x, value in amounts]
        pages.append(page)
    y += 30
    standing = books.standing(document)
    for label, amount in (("Subtotal", document.subtotal), ("Tax", document.tax), ("Total", document.total)):
        pages[-1] += [
            Words(400, y, label, bold=label == "Total"),
            Words(480, y, f"{document.currency} {amount:,.2f}", bold=label == "Total"),
        ]
        y += 15
    pages[-1] += [Words(400, y, "Left to pay"), Words(480, y, f"{document.currency} {standing.due:,.2f}")]
    return pdf(pages)
