"""Addresses of documents, contacts and items in Xero's own pages, so that a row or a receipt opens the original.

Form: Xero's deep links by the organisation's short code (developer documentation, "Deep link into Xero").
"""

from __future__ import annotations

from functools import cache
from urllib.parse import quote

from tools.xero.books import DocumentKind

_PAGES = {DocumentKind.INVOICE: "/AccountsReceivable/", DocumentKind.BILL: "/AccountsPayable/"}


def document_link(short_code: str, kind: DocumentKind, document_id: str, *, is_credit: bool = False) -> str:
    """The page of an invoice, bill or credit note in Xero; empty without a short code (the sandbox has no pages)."""
    if not short_code:
        return ""
    return _page(short_code, kind, is_credit) + document_id


def bank_transaction_link(short_code: str, transaction_id: str) -> str:
    """The page of a bank transaction in Xero; empty without a short code."""
    return _address(short_code, f"/Bank/ViewTransaction.aspx?bankTransactionID={transaction_id}") if short_code else ""


def trade_link(short_code: str, form: str, paper_id: str) -> str:
    """The page of a quote or purchase order in Xero; empty without a short code."""
    page = "/Quotes/View/" if form == "quote" else "/Accounts/Payable/PurchaseOrders/View/"
    return _address(short_code, f"{page}{paper_id}") if short_code else ""


def contact_link(short_code: str, contact_id: str) -> str:
    """The page of a contact in Xero; empty without a short code."""
    return _address(short_code, f"/Contacts/View/{contact_id}") if short_code else ""


def item_link(short_code: str, item_id: str) -> str:
    """The page of an item in Xero; empty without a short code."""
    return _address(short_code, f"/Accounts/Inventory/{item_id}") if short_code else ""


@cache
def _page(short_code: str, kind: DocumentKind, is_credit: bool) -> str:
    return _address(
        short_code, _PAGES[kind] + ("ViewCreditNote.aspx?creditNoteID=" if is_credit else "View.aspx?InvoiceID=")
    )


def _address(short_code: str, page: str) -> str:
    return (
        f"https://go.xero.com/organisationlogin/default.aspx?shortcode={quote(short_code, safe='!')}&redirecturl={page}"
    )
