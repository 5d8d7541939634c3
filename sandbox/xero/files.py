"""What belongs to an invoice or bill beside its figures: its PDF, its online address, e-mail, attached files."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

from starlette.responses import Response

from sandbox.pdf import Words, pdf
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.finding import find_document
from sandbox.xero.history import noted
from sandbox.xero.records import Attached, Doc, DocumentKind, DocumentStatus
from sandbox.xero.refusals import BadRequest, Invalid, NotFound, echo
from sandbox.xero.wire import Json

_OPEN = (DocumentStatus.SUBMITTED, DocumentStatus.AUTHORISED, DocumentStatus.PAID)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
MOST_FILES = 10
LARGEST_FILE = 10 * 1024 * 1024
"""Xero takes up to 10 files of 10 MB each on a document (developer.xero.com, "Attachments")."""
_LINES_ON_A_PAGE = 40


class Files:
    """Serves what is under /Invoices/{id}: pdf, OnlineInvoice, Email, Attachments."""

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

    def attachments(self, call: Call, wanted: str) -> Json:
        """The files on it."""
        document = self._document(wanted)
        files = self._books.attached_to(document.document_id)
        return {"Attachments": [_attachment(one, len(self._content(one))) for one in files]}

    def _content(self, one: Attached) -> bytes:
        return bytes.fromhex(one.content) or printed(self._books, self._books.documents[one.document_id])

    def attachment(self, call: Call, wanted: str, file: str) -> Response:
        """One file, by its id or name."""
        document, name = self._document(wanted), unquote(file)
        for one in self._books.attached_to(document.document_id):
            if file.lower() == one.attachment_id or name == one.file_name:
                return Response(self._content(one), media_type=one.media_type)
        raise NotFound

    def attach(self, call: Call, wanted: str, file: str) -> Json:
        """PUT or POST .../Attachments/{FileName}: the body is the file; one of the same name is replaced."""
        document, name = self._document(wanted), unquote(file)
        if not call.body:
            raise BadRequest("The attachment has no content")
        if len(call.body) > LARGEST_FILE:
            raise BadRequest("The attachment is larger than 10 MB")
        files = self._books.attached_to(document.document_id)
        before = next((one for one in files if one.file_name == name), None)
        if before is None and len(files) >= MOST_FILES:
            raise BadRequest(f"A document can have {MOST_FILES} attachments at most")
        media_type = call.headers.get("content-type", "application/octet-stream").split(";")[0]
        made = Attached(
            attachment_id=before.attachment_id if before else self._books.new_id(),
            document_id=document.document_id,
            file_name=name,
            media_type=media_type,
            size=len(call.body),
            content=call.body.hex(),
        )
        now = self._books.control.now()
        self._books.apply(
            made,
            replace(document, updated_at=now),
            noted(call, document.document_id, "Attached a file", f"Attached the file {name} through the Xero API"),
        )
        call.took_effect("attach_file", {"FileName": name, "Size": len(call.body)}, made.attachment_id)
        return {"Attachments": [_attachment(made, made.size)]}


def _attachment(one: Attached, size: int) -> Json:
    return {
        "AttachmentID": one.attachment_id,
        "FileName": one.file_name,
        "Url": f"https://api.xero.com/api.xro/2.0/Invoices/{one.document_id}/Attachments/{one.file_name}",
        "MimeType": one.media_type,
        "ContentLength": size,
        "IncludeOnline": False,
    }


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
