"""Income and costs when they are paid instead of when they are invoiced: each payment counts its part of every line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sandbox.xero.books import ZERO, Books
from sandbox.xero.journal import Journal, Posting
from sandbox.xero.posting import CENT, base_value
from sandbox.xero.records import Doc, DocumentKind


def cash_postings(books: Books, journal: Journal) -> Iterator[Posting]:
    """What counts on cash basis: bank transactions and journals as they are, documents as far as they are settled."""
    yield from journal.without_documents()
    for document in books.documents.values():
        if document.is_booked and document.total:
            yield from settled_parts(books, document)


def settled_parts(books: Books, document: Doc) -> Iterator[Posting]:
    """The document's lines, spread over the days on which it was paid or set off; the parts add up to what was
    settled of each line to the cent."""
    sign = 1 if document.kind in (DocumentKind.INVOICE, DocumentKind.PURCHASE_CREDIT) else -1
    steps: list[tuple[date, Decimal]] = [
        *((payment.date, payment.amount) for payment in books.payments_of(document.document_id)),
        *((item.date, item.amount) for item in books.allocations_of(document.document_id)),
    ]
    settled, counted = ZERO, [ZERO] * len(document.lines)
    for on, amount in sorted(steps, key=lambda step: step[0]):
        settled += amount
        for place, line in enumerate(document.lines):
            inclusive = document.line_amounts == "Inclusive"
            net = base_value(line.line_amount - line.tax_amount if inclusive else line.line_amount, document.rate)
            so_far = (net * settled / document.total).quantize(CENT, ROUND_HALF_UP)
            if part := so_far - counted[place]:
                yield Posting(on, line.account_code, -sign * part, ZERO, option=line.tracking_option)
            counted[place] = so_far
