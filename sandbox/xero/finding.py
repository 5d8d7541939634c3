"""Finding a document by what a client names it by."""

from __future__ import annotations

from sandbox.xero.books import Books
from sandbox.xero.records import Doc


def find_document(books: Books, wanted: str, *, credit: bool) -> Doc | None:
    """The document with this id or, failing that, this number (of several with one number, the newest sale first)."""
    document = books.documents.get(wanted.lower())
    if document is not None:
        return document if document.is_credit == credit else None
    named = [doc for doc in books.numbered(wanted) if doc.is_credit == credit]
    return max(named, key=lambda doc: (doc.is_sales, doc.date), default=None)
