"""One contact's open documents as the aged reports list them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sandbox.xero.books import ZERO, Books
from sandbox.xero.cash import Booking
from sandbox.xero.records import Doc
from sandbox.xero.report_rows import header, money, row, section, summary
from sandbox.xero.wire import Json, iso_day


def _left_on(books: Books, document: Doc, day: date) -> tuple[Decimal, Decimal, Decimal]:
    """Paid, credited and left as it stood on that day."""
    paid = sum((p.amount for p in books.payments_of(document.document_id) if p.date <= day), ZERO)
    credited = sum((a.amount for a in books.allocations_of(document.document_id) if a.date <= day), ZERO)
    return paid, credited, document.total - paid - credited


def _overpayments(books: Books, contact_id: str, *, sales: bool) -> list[Booking]:
    """What was paid beyond what was owed: it stands on the same account as the documents."""
    found = (b for b in books.bookings.values() if b.is_overpayment and b.status == "AUTHORISED")
    return sorted(
        (b for b in found if b.contact_id == contact_id and b.received == sales), key=lambda b: (b.date, b.booking_id)
    )


def aged_rows(books: Books, contact_id: str, *, sales: bool, day: date, since: date, until: date) -> list[Json]:
    """Rows of documents that were not settled on `day` and are dated from `since` to `until`."""
    rows, totals = [], [ZERO] * 4
    documents = [
        doc
        for doc in books.documents.values()
        if doc.contact_id == contact_id and doc.is_sales == sales and doc.is_booked and since <= doc.date <= until
    ]
    for document in sorted(documents, key=lambda doc: (doc.date, doc.document_id)):
        paid, credited, left = _left_on(books, document, day)
        if not left or document.date > day:
            continue
        sign = -1 if document.is_credit else 1
        figures = [sign * document.total, sign * paid, sign * credited, sign * left]
        totals = [total + figure for total, figure in zip(totals, figures, strict=True)]
        late = (day - document.due_date).days if document.due_date and not document.is_credit else 0
        rows.append(
            row(
                iso_day(document.date),
                document.number,
                iso_day(document.due_date) if document.due_date else "",
                f"{late} days overdue" if late > 0 else "",
                *map(money, figures),
                attribute=("invoiceID", document.document_id),
            )
        )
    for booking in _overpayments(books, contact_id, sales=sales):
        gone = sum((a.amount for a in books.allocations_of(booking.advance_id) if a.date <= day), ZERO)
        if booking.total == gone or booking.date > day or not since <= booking.date <= until:
            continue
        figures = [-booking.total, ZERO, -gone, gone - booking.total]
        totals = [total + figure for total, figure in zip(totals, figures, strict=True)]
        texts = (iso_day(booking.date), booking.reference or "Overpayment", "", "", *map(money, figures))
        rows.append(row(*texts, attribute=("overpaymentID", booking.advance_id)))
    head = header("Date", "Number", "Due Date", "", "Total", "Paid", "Credited", "Due")
    return [head, section("", [*rows, summary("Total", "", "", "", *map(money, totals))])]
