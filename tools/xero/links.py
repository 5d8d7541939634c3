"""Addresses of documents in Xero's own pages, so that a row or a receipt opens the original.

Form: Xero's deep links by the organisation's short code (developer documentation, "Deep link into Xero").
"""

from __future__ import annotations

from functools import cache
from urllib.parse import quote

from tools.xero.books import DocumentKind

_PAGES = {DocumentKind.INVOICE: "/AccountsReceivable/View.aspx", DocumentKind.BILL: "/AccountsPayable/View.aspx"}


def document_link(short_code: str, kind: DocumentKind, document_id: str) -> str:
    """The page of an invoice or bill in Xero; empty without a short code (the sandbox has no pages to open)."""
    if not short_code:
        return ""
    return _page(short_code, kind) + document_id


@cache
def _page(short_code: str, kind: DocumentKind) -> str:
    code = quote(short_code, safe="!")
    return f"https://go.xero.com/organisationlogin/default.aspx?shortcode={code}&redirecturl={_PAGES[kind]}?InvoiceID="
