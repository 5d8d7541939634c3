"""What is copied from Xero: documents, payments, contacts and ledger accounts, each with its way into a row."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.ledger.shapes import account_row, contact_row, credit_note_row, document_row, payment_row
from assistant.stores.ledger import (
    LedgerAccountRow,
    LedgerContactRow,
    LedgerCreditNoteRow,
    LedgerDocumentRow,
    LedgerPaymentRow,
    LedgerTable,
)
from tools.xero.books import BulkBooks, Page


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record: where it is read, where it is kept, and how often it is asked for."""

    name: str
    table: LedgerTable
    read: Callable[[BulkBooks, datetime | None], AsyncIterator[Page]]
    row: Callable[[Any, str, str], Mapping[str, object]]
    seldom: bool
    """Changes seldom: asked for every few minutes only, or when something unknown turns up."""
    amount: str = ""
    """The column that is summed up to prove that the copy equals Xero; empty where there is none."""
    day: str = ""
    """The column whose month it is summed by."""


CONTACTS = Kind(
    "contacts", LedgerContactRow, lambda bulk, since: bulk.contacts(modified_since=since), contact_row, seldom=True
)
ACCOUNTS = Kind(
    "accounts", LedgerAccountRow, lambda bulk, since: bulk.accounts(modified_since=since), account_row, seldom=True
)
DOCUMENTS = Kind(
    "documents",
    LedgerDocumentRow,
    lambda bulk, since: bulk.documents(modified_since=since),
    document_row,
    seldom=False,
    amount="total",
    day="issued",
)
PAYMENTS = Kind(
    "payments",
    LedgerPaymentRow,
    lambda bulk, since: bulk.payments(modified_since=since),
    payment_row,
    seldom=False,
    amount="amount",
    day="paid_on",
)

CREDIT_NOTES = Kind(
    "credit_notes",
    LedgerCreditNoteRow,
    lambda bulk, since: bulk.credit_notes(modified_since=since),
    credit_note_row,
    seldom=False,
    amount="total",
    day="issued",
)

KINDS = (ACCOUNTS, CONTACTS, PAYMENTS, DOCUMENTS)
"""In the order in which they are loaded. Payments before documents: a payment made in between shows in the
document's amounts, so that the copy never says more is left than there is."""

ON_DEMAND = (CREDIT_NOTES,)
"""Copied when a question first needs them and brought up to date by such questions only: they cost others no calls."""
