"""What is written to Xero, in the shapes of its own SDK: one function a write, each called in a thread of the client.

With the client the only module that imports xero_python. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from tools.errors import ToolFailed
from tools.money import Money
from tools.xero.books import DocumentKind
from tools.xero.drafts import BECOMES, Deed, DraftChange, NewDocument, NewLine
from tools.xero.papers import Holder, NewAttachment
from tools.xero.writing import NewBankDetails, NewContact, NewPayment

if TYPE_CHECKING:
    from xero_python.accounting import AccountingApi  # type: ignore[import-untyped]


def put_payment(api: AccountingApi, tenant: str, new: NewPayment, key: str) -> Any:
    """PUT /Payments with one payment and its idempotency key."""
    from xero_python.accounting import Account, Invoice, Payments
    from xero_python.accounting import Payment as WirePayment

    one = WirePayment(
        invoice=Invoice(invoice_id=new.document_id),
        account=Account(account_id=new.account_id),
        date=new.paid_on,
        amount=new.money.amount,
        reference=new.reference,
    )
    return api.create_payments(tenant, Payments(payments=[one]), idempotency_key=key, _preload_content=False)


def post_removal(api: AccountingApi, tenant: str, payment_id: str, key: str) -> Any:
    """POST /Payments/{PaymentID} with the status DELETED, which is how Xero takes a payment back."""
    from xero_python.accounting import PaymentDelete

    return api.delete_payment(
        tenant, payment_id, PaymentDelete(status="DELETED"), idempotency_key=key, _preload_content=False
    )


def put_contact(api: AccountingApi, tenant: str, new: NewContact, key: str) -> Any:
    """PUT /Contacts with one contact and its idempotency key."""
    from xero_python.accounting import Contact, Contacts

    one = Contact(name=new.name, email_address=new.email or None)
    return api.create_contacts(tenant, Contacts(contacts=[one]), idempotency_key=key, _preload_content=False)


def post_bank_details(api: AccountingApi, tenant: str, new: NewBankDetails, key: str) -> Any:
    """POST /Contacts/{ContactID} with the id and the account number only: what is not sent stays as it is.

    Xero's own example of `updateContact` sends the id and the one field that changes (OpenAPI 16.1.0).
    """
    from xero_python.accounting import Contact, Contacts

    one = Contact(contact_id=new.contact_id, bank_account_details=new.account_number)
    return api.update_contact(
        tenant, new.contact_id, Contacts(contacts=[one]), idempotency_key=key, _preload_content=False
    )


def currency_code(code: str) -> Any:
    """The SDK's word for a currency. Raises ToolFailed for one that it does not know: nothing is sent then."""
    from xero_python.accounting import CurrencyCode

    try:
        return CurrencyCode(code)
    except ValueError:
        raise ToolFailed(
            {
                "en": f"Xero's programming interface does not know the currency {code}. Nothing was written.",
                "de": f"Die Schnittstelle von Xero kennt die Währung {code} nicht. Es wurde nichts geschrieben.",
            }
        ) from None


LINE_AMOUNTS = {"exclusive": "Exclusive", "inclusive": "Inclusive", "none": "NoTax"}


def put_document(api: AccountingApi, tenant: str, new: NewDocument, key: str) -> Any:
    """PUT /Invoices with one invoice or bill and its idempotency key; each line's tax is sent as it was reckoned."""
    from xero_python.accounting import Contact, Invoice, Invoices, LineAmountTypes

    one = Invoice(
        type="ACCREC" if new.kind is DocumentKind.INVOICE else "ACCPAY",
        contact=Contact(contact_id=new.contact_id),
        invoice_number=new.number or None,
        reference=new.reference or None,
        date=new.issued,
        due_date=new.due,
        currency_code=currency_code(new.currency),
        line_amount_types=LineAmountTypes(LINE_AMOUNTS[new.amounts]),
        status=new.status.value,
        line_items=line_items(new.lines),
    )
    return api.create_invoices(tenant, Invoices(invoices=[one]), unitdp=4, idempotency_key=key, _preload_content=False)


def put_credit_note(api: AccountingApi, tenant: str, new: NewDocument, key: str) -> Any:
    """PUT /CreditNotes with one credit note and its idempotency key; it has no due date."""
    from xero_python.accounting import Contact, CreditNote, CreditNotes, LineAmountTypes

    one = CreditNote(
        type="ACCRECCREDIT" if new.kind is DocumentKind.INVOICE else "ACCPAYCREDIT",
        contact=Contact(contact_id=new.contact_id),
        credit_note_number=new.number or None,
        reference=new.reference or None,
        date=new.issued,
        currency_code=currency_code(new.currency),
        line_amount_types=LineAmountTypes(LINE_AMOUNTS[new.amounts]),
        status=new.status.value,
        line_items=line_items(new.lines),
    )
    return api.create_credit_notes(
        tenant, CreditNotes(credit_notes=[one]), unitdp=4, idempotency_key=key, _preload_content=False
    )


def line_items(lines: Sequence[NewLine]) -> list[Any]:
    """Lines in the SDK's shape; each line's tax is sent as it was reckoned."""
    from xero_python.accounting import LineItem

    return [
        LineItem(
            description=line.description,
            quantity=line.quantity,
            unit_amount=line.unit_amount,
            account_code=line.account_code or None,
            tax_type=line.tax_type or None,
            tax_amount=line.tax_amount,
        )
        for line in lines
    ]


def post_change(api: AccountingApi, tenant: str, change: DraftChange, key: str) -> Any:
    """POST /Invoices/{InvoiceID} with what is different only: what is not sent stays as it is, but lines come all."""
    from xero_python.accounting import Invoice, Invoices

    one = Invoice(
        invoice_id=change.document_id,
        invoice_number=change.number,
        reference=change.reference,
        date=change.issued,
        due_date=change.due,
        line_items=line_items(change.lines) or None,
    )
    return api.update_invoice(
        tenant, change.document_id, Invoices(invoices=[one]), unitdp=4, idempotency_key=key, _preload_content=False
    )


def post_credit_status(api: AccountingApi, tenant: str, credit_note_id: str, deed: Deed, key: str) -> Any:
    """POST /CreditNotes/{CreditNoteID} with the id and the new status only."""
    from xero_python.accounting import CreditNote, CreditNotes

    one = CreditNote(credit_note_id=credit_note_id, status=BECOMES[deed].value)
    return api.update_credit_note(
        tenant, credit_note_id, CreditNotes(credit_notes=[one]), idempotency_key=key, _preload_content=False
    )


def put_allocation(
    api: AccountingApi, tenant: str, credit_note_id: str, document_id: str, money: Money, on: date, key: str
) -> Any:
    """PUT /CreditNotes/{CreditNoteID}/Allocations with one set-off and its idempotency key."""
    from xero_python.accounting import Allocation, Allocations, Invoice

    one = Allocation(invoice=Invoice(invoice_id=document_id), amount=money.amount, date=on)
    return api.create_credit_note_allocation(
        tenant, credit_note_id, Allocations(allocations=[one]), idempotency_key=key, _preload_content=False
    )


def post_status(api: AccountingApi, tenant: str, document_id: str, deed: Deed, key: str) -> Any:
    """POST /Invoices/{InvoiceID} with the id and the new status only: what is not sent stays as it is."""
    from xero_python.accounting import Invoice, Invoices

    one = Invoice(invoice_id=document_id, status=BECOMES[deed].value)
    return api.update_invoice(
        tenant, document_id, Invoices(invoices=[one]), idempotency_key=key, _preload_content=False
    )


def post_email(api: AccountingApi, tenant: str, document_id: str, key: str) -> Any:
    """POST /Invoices/{InvoiceID}/Email, without a body."""
    from xero_python.accounting import RequestEmpty

    return api.email_invoice(tenant, document_id, RequestEmpty(), idempotency_key=key, _preload_content=False)


def post_sent(api: AccountingApi, tenant: str, document_id: str, key: str) -> Any:
    """POST /Invoices/{InvoiceID} with the id and SentToContact only: what is not sent stays as it is."""
    from xero_python.accounting import Invoice, Invoices

    one = Invoice(invoice_id=document_id, sent_to_contact=True)
    return api.update_invoice(
        tenant, document_id, Invoices(invoices=[one]), idempotency_key=key, _preload_content=False
    )


_NOUNS: dict[Holder, str] = {
    "invoice": "Invoices",
    "bill": "Invoices",
    "credit_note": "CreditNotes",
    "quote": "Quotes",
    "purchase_order": "PurchaseOrders",
}


def put_file(api: AccountingApi, tenant: str, new: NewAttachment, content: bytes, key: str) -> Any:
    """PUT /{noun}/{id}/Attachments/{FileName} with the bytes as the body.

    The SDK's own functions say application/octet-stream of every file; Xero wants the file's type in Content-Type
    (developer.xero.com, "Attachments"), so its client is called beneath them.
    """
    headers = {
        "xero-tenant-id": tenant,
        "Idempotency-Key": key,
        "Accept": "application/json",
        "Content-Type": new.media_type,
    }
    return api.api_client.call_api(
        api.get_resource_url(f"/{_NOUNS[new.holder]}/{{ID}}/Attachments/{{FileName}}"),
        "PUT",
        {"ID": new.document_id, "FileName": new.name},
        [("IncludeOnline", "true")] if new.online else [],
        headers,
        body=content,
        post_params=[],
        files={},
        response_type="Attachments",
        response_model_finder=api.get_model_finder(),
        auth_settings=["OAuth2"],
        _return_http_data_only=True,
        _preload_content=False,
        collection_formats={},
    )


def put_note(api: AccountingApi, tenant: str, document_id: str, text: str, key: str) -> Any:
    """PUT /Invoices/{InvoiceID}/History with one note."""
    from xero_python.accounting import HistoryRecord, HistoryRecords

    records = HistoryRecords(history_records=[HistoryRecord(details=text)])
    return api.create_invoice_history(tenant, document_id, records, idempotency_key=key, _preload_content=False)
