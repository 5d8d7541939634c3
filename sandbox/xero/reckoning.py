"""The stand-in's own account of where the books are, for testers: it does not go through the API."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from sandbox.xero.advances import remaining, status_of
from sandbox.xero.books import ZERO, Books
from sandbox.xero.journal import PAYABLES, RECEIVABLES, Journal
from sandbox.xero.records import Doc, DocumentStatus


def _open(books: Books, *, sales: bool) -> list[Doc]:
    return [
        doc
        for doc in books.documents.values()
        if doc.is_sales == sales and doc.status is DocumentStatus.AUTHORISED and books.standing(doc).due
    ]


def _by_currency(books: Books, documents: list[Doc], *, sales: bool) -> dict[str, str]:
    """What is still to be paid, less what was paid beyond what was owed (that stands on the same account)."""
    sums: dict[str, Decimal] = {}
    for booking in books.bookings.values():
        if booking.is_overpayment and booking.received == sales and (left := remaining(books, booking)):
            sums[booking.currency] = sums.get(booking.currency, ZERO) - left
    for doc in documents:
        due = books.standing(doc).due * (-1 if doc.is_credit else 1)
        sums[doc.currency] = sums.get(doc.currency, ZERO) + due
    return {currency: f"{amount:.2f}" for currency, amount in sorted(sums.items())}


def reckon(books: Books, journal: Journal) -> dict[str, Any]:
    """Trial balance, what is owed both ways, documents by status and what is due, banks, payments; amounts as text."""
    today = books.control.today()
    later = max([today, *(payment.date for payment in books.payments.values())])
    balances = journal.balances(later)
    return {
        "organisation": {
            "name": books.company.organisation.name,
            "tenant_id": books.company.organisation.tenant_id,
            "period_lock_date": books.company.organisation.period_lock_date.isoformat(),
        },
        "today": today.isoformat(),
        "trial_balance": {
            "accounts": {code: f"{amount:.2f}" for code, amount in sorted(balances.items()) if amount},
            "sum": f"{sum(balances.values(), ZERO):.2f}",
        },
        "receivables": {
            "ledger": f"{balances.get(RECEIVABLES, ZERO):.2f}",
            "open": _by_currency(books, _open(books, sales=True), sales=True),
        },
        "payables": {
            "ledger": f"{-balances.get(PAYABLES, ZERO):.2f}",
            "open": _by_currency(books, _open(books, sales=False), sales=False),
        },
        "banks": {
            code: {
                "name": bank.name,
                "currency": bank.currency,
                "balance": f"{journal.bank_native(code, later):.2f}",
                "base_balance": f"{balances.get(code, ZERO):.2f}",
            }
            for code, bank in books.banks.items()
        },
        "document_counts": {
            f"{kind} {status}": count
            for (kind, status), count in sorted(
                Counter((doc.kind.value, doc.status.value) for doc in books.documents.values()).items()
            )
        },
        "quotes": {quote.number: f"{quote.status} {quote.total:.2f}" for quote in books.quotes.values()},
        "purchase_orders": {order.number: f"{order.status} {order.total:.2f}" for order in books.orders.values()},
        "advances": [
            {
                "id": booking.advance_id,
                "type": booking.type,
                "contact": books.contacts[booking.contact_id].name,
                "status": status_of(books, booking),
                "currency": booking.currency,
                "total": f"{booking.total:.2f}",
                "remaining": f"{remaining(books, booking):.2f}",
            }
            for booking in map(books.bookings.__getitem__, books.advances.values())
        ],
        "documents": [_document(books, doc) for doc in books.documents.values()],
        "payments": [
            {
                "payment_id": payment.payment_id,
                "document_id": payment.document_id,
                "document_number": books.documents[payment.document_id].number,
                "account": payment.account_code,
                "date": payment.date.isoformat(),
                "amount": f"{payment.amount:.2f}",
                "currency": books.documents[payment.document_id].currency,
                "reference": payment.reference,
                "status": payment.status,
                "idempotency_key": payment.idempotency_key or None,
            }
            for payment in books.payments.values()
        ],
    }


def _document(books: Books, doc: Doc) -> dict[str, Any]:
    standing = books.standing(doc)
    due = standing.due if doc.is_booked or doc.status in (DocumentStatus.DRAFT, DocumentStatus.SUBMITTED) else ZERO
    return {
        "id": doc.document_id,
        "type": doc.kind.value,
        "number": doc.number,
        "contact": books.contacts[doc.contact_id].name,
        "status": doc.status.value,
        "date": doc.date.isoformat(),
        "due_date": doc.due_date.isoformat() if doc.due_date else None,
        "currency": doc.currency,
        "total": f"{doc.total:.2f}",
        "amount_paid": f"{standing.paid:.2f}",
        "amount_credited": f"{standing.credited:.2f}",
        "amount_due": f"{due:.2f}",
    }
