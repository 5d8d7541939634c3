"""How documents and payments look in Xero's JSON."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sandbox.xero.books import Books
from sandbox.xero.records import Allocation, Doc, DocumentKind, Line, Pay
from sandbox.xero.wire import Json, Raw, encode, iso_day

PAYMENT_TYPES = {
    DocumentKind.INVOICE: "ACCRECPAYMENT",
    DocumentKind.BILL: "ACCPAYPAYMENT",
    DocumentKind.SALES_CREDIT: "ARCREDITPAYMENT",
    DocumentKind.PURCHASE_CREDIT: "APCREDITPAYMENT",
}
SINGLE, FULL, LISTED, SHORT = "single", "full", "listed", "short"
"""One asked for alone, with the files on it; with lines; as in a list without paging (no lines); as with summaryOnly
(no lines, payments, contact details)."""


def moment_text(moment: datetime) -> str:
    """The readable twin of UpdatedDateUTC."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


def dates_shown(**days: date | None) -> Json:
    """Each day that is known, in Xero's form and its readable twin."""
    body: Json = {}
    for name, day in days.items():
        if day is not None:
            body[f"{name}String"] = iso_day(day)
            body[name] = day
    return body


class Render:
    """Renders records; what has not changed since is not rendered again."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._made: dict[tuple[str, str], tuple[int, Raw]] = {}

    def document(self, document: Doc, form: str = FULL) -> Raw:
        """An invoice, bill or credit note; the JSON text is kept until the document changes."""
        key = (document.document_id, form)
        # Both only ever grow, so their sum changes when either does.
        version = self._books.changed[document.document_id] + self._books.changed[document.contact_id]
        known = self._made.get(key)
        if known is None or known[0] != version:
            body = self._credit_note(document) if document.is_credit else self._invoice(document, form)
            known = self._made[key] = (version, Raw(encode(body)))
        return known[1]

    def _invoice(self, document: Doc, form: str) -> Json:
        standing = self._books.standing(document)
        short = form == SHORT
        body: Json = {
            "Type": document.kind.value,
            "InvoiceID": document.document_id,
            "InvoiceNumber": document.number,
            "Reference": document.reference,
        }
        if document.url:
            body["Url"] = document.url
        if not short:
            payments = self._books.payments_of(document.document_id)
            body["Payments"] = [self._payment_inside(payment) for payment in payments]
            body |= {"CreditNotes": [], "Prepayments": [], "Overpayments": []}
            for allocation in self._books.allocations_of(document.document_id):
                noun, shown = self._credit_inside(allocation)
                body[noun].append(shown)
        body |= {
            "AmountDue": standing.due if document.is_booked else _if_open(document, standing.due),
            "AmountPaid": standing.paid,
            "AmountCredited": standing.credited,
            "CurrencyRate": document.rate,
            "SentToContact": document.sent,
            "IsDiscounted": any(line.discount_rate for line in document.lines),
            "HasAttachments": bool(self._books.attached_to(document.document_id)),
            "HasErrors": False,
            "InvoiceAddresses": [],
            "Contact": self.contact_inside(document.contact_id),
        }
        body |= dates_shown(Date=document.date, DueDate=document.due_date)
        body["Status"] = document.status.value
        body["LineAmountTypes"] = document.line_amounts
        body["LineItems"] = [self.line(line) for line in document.lines] if form in (FULL, SINGLE) else []
        body |= {
            "SubTotal": document.subtotal,
            "TotalTax": document.tax,
            "Total": document.total,
            "UpdatedDateUTC": document.updated_at,
            "CurrencyCode": document.currency,
        }
        if form == SINGLE:
            files = self._books.attached_to(document.document_id)
            body["Attachments"] = [
                {"AttachmentID": one.attachment_id, "FileName": one.file_name, "MimeType": one.media_type}
                for one in files
            ]
        extra = {
            "ExpectedPaymentDate": document.expected_on,
            "PlannedPaymentDate": document.planned_on,
            "FullyPaidOnDate": document.fully_paid_on,
        }
        return body | {name: day for name, day in extra.items() if day is not None}

    def _credit_note(self, document: Doc) -> Json:
        standing = self._books.standing(document)
        body: Json = {
            "CreditNoteID": document.document_id,
            "CreditNoteNumber": document.number,
            "Type": document.kind.value,
            "Reference": document.reference,
            "Payments": [self._payment_inside(p) for p in self._books.payments_of(document.document_id)],
            "Allocations": [self.allocation(a) for a in self._books.allocations_of(document.document_id)],
            "RemainingCredit": standing.due,
            "CurrencyRate": document.rate,
            "SentToContact": document.sent,
            "HasAttachments": bool(self._books.attached_to(document.document_id)),
            "HasErrors": False,
            "InvoiceAddresses": [],
            "Contact": self.contact_inside(document.contact_id),
        }
        body |= dates_shown(Date=document.date, DueDate=document.due_date)
        body |= {
            "Status": document.status.value,
            "LineAmountTypes": document.line_amounts,
            "LineItems": [self.line(line) for line in document.lines],
            "SubTotal": document.subtotal,
            "TotalTax": document.tax,
            "Total": document.total,
            "UpdatedDateUTC": document.updated_at,
            "CurrencyCode": document.currency,
        }
        return body | ({"FullyPaidOnDate": document.fully_paid_on} if document.fully_paid_on else {})

    def allocation(self, item: Allocation) -> Json:
        """Part of a credit note set off against a document."""
        document = self._books.documents[item.document_id]
        return {
            "AllocationID": item.allocation_id,
            "Amount": item.amount,
            "Date": item.date,
            "IsDeleted": False,
            "Invoice": {
                "InvoiceID": document.document_id,
                "InvoiceNumber": document.number,
                "Payments": [],
                "CreditNotes": [],
                "Prepayments": [],
                "Overpayments": [],
                "HasErrors": False,
                "IsDiscounted": False,
                "LineItems": [],
            },
        }

    def _credit_inside(self, item: Allocation) -> tuple[str, Json]:
        """Credit that was set off against a document, and in which of its lists that is shown."""
        advance = self._books.advance(item.credit_note_id)
        if advance is not None:
            noun = "Prepayment" if advance.is_prepayment else "Overpayment"
            return f"{noun}s", {
                f"{noun}ID": advance.advance_id,
                "ID": advance.advance_id,
                "AppliedAmount": item.amount,
                "Date": item.date,
                "Total": advance.total,
                "LineItems": [],
            }
        note = self._books.documents[item.credit_note_id]
        return "CreditNotes", {
            "CreditNoteID": note.document_id,
            "CreditNoteNumber": note.number,
            "ID": note.document_id,
            "AppliedAmount": item.amount,
            "Date": item.date,
            "Total": note.total,
            "HasErrors": False,
            "LineItems": [],
        }

    def _payment_inside(self, payment: Pay) -> Json:
        return {
            "PaymentID": payment.payment_id,
            "Date": payment.date,
            "Amount": payment.amount,
            "Reference": payment.reference,
            "CurrencyRate": payment.rate,
            "HasAccount": False,
            "HasValidationErrors": False,
        }

    def payment(self, payment: Pay, *, whole: bool) -> Json:
        """A payment; `whole` (a single one) shows the document in full, a list only names it."""
        document = self._books.documents[payment.document_id]
        account = self._books.accounts[payment.account_code]
        shown: Raw | Json = self.document(document)
        if not whole or document.is_credit:
            shown = {
                "Type": document.kind.value,
                "InvoiceID": document.document_id,
                "InvoiceNumber": document.number,
                "Payments": [],
                "CreditNotes": [],
                "Prepayments": [],
                "Overpayments": [],
                "HasErrors": False,
                "IsDiscounted": False,
                "Contact": self.contact_inside(document.contact_id),
                "LineItems": [],
                "CurrencyCode": document.currency,
            }
        body: Json = {
            "PaymentID": payment.payment_id,
            "Date": payment.date,
            "BankAmount": payment.bank_amount,
            "Amount": payment.amount,
            "Reference": payment.reference,
            "CurrencyRate": payment.rate,
            "PaymentType": PAYMENT_TYPES[document.kind],
            "Status": payment.status,
            "UpdatedDateUTC": payment.updated_at,
            "HasAccount": True,
            "IsReconciled": payment.reconciled,
            "Account": {"AccountID": account.account_id, "Code": account.code, "Name": account.name},
            "Invoice": shown,
            "HasValidationErrors": False,
        }
        if payment.batch_id:
            body["BatchPaymentID"] = payment.batch_id
        return body

    def line(self, line: Line) -> Json:
        """One line of a document or bank transaction."""
        body: Json = {
            "LineItemID": line.line_id,
            "Description": line.description,
            "Quantity": line.quantity,
            "UnitAmount": line.unit_amount,
            "LineAmount": line.line_amount,
            "TaxType": line.tax_type,
            "TaxAmount": line.tax_amount,
            "AccountCode": line.account_code,
            "Tracking": [],
        }
        account = self._books.accounts.get(line.account_code)
        if account is not None:
            body["AccountID"] = account.account_id
        if line.discount_rate:
            body["DiscountRate"] = line.discount_rate
        if line.item_code:
            body["ItemCode"] = line.item_code
        category = self._books.company.tracking[0]
        for option_id, name in category.options:
            if name == line.tracking_option:
                option = {"TrackingCategoryID": category.category_id, "TrackingOptionID": option_id}
                body["Tracking"] = [{"Name": category.name, "Option": name, **option}]
        return body

    def contact_inside(self, contact_id: str) -> Raw:
        """A contact as documents name it."""
        key, version = (contact_id, "inside"), self._books.changed[contact_id]
        known = self._made.get(key)
        if known is None or known[0] != version:
            known = self._made[key] = (version, Raw(encode(self._contact_inside(contact_id))))
        return known[1]

    def _contact_inside(self, contact_id: str) -> Json:
        contact = self._books.contacts.get(contact_id)
        return {
            "ContactID": contact_id,
            "Name": contact.name if contact else "",
            "Addresses": [],
            "Phones": [],
            "ContactGroups": [],
            "ContactPersons": [],
            "HasValidationErrors": False,
        }


def _if_open(document: Doc, due: Decimal) -> Decimal:
    """A draft owes its total; a voided or deleted document owes nothing."""
    return due if document.status in ("DRAFT", "SUBMITTED") else Decimal("0.00")
