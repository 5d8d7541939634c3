"""How money without a document, manual journals and advances are posted: each as postings that add up to zero."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from sandbox.company.shape import Line
from sandbox.xero.books import ZERO, Books
from sandbox.xero.cash import Booking, Manual, Transfer
from sandbox.xero.records import LineAmounts

RECEIVABLES, PAYABLES, VAT, ROUNDING, GAINS = "610", "800", "820", "860", "499"
CENT = Decimal("0.01")


class Posting(NamedTuple):
    """One side of an entry: base currency, debit positive; `native` in the bank account's own (0 elsewhere)."""

    on: date
    code: str
    amount: Decimal
    native: Decimal
    kind: str = ""
    """What it stems from, in the vendor's words for the sources of journals."""
    source_id: str = ""
    option: str = ""
    """Of the tracking category, where a line names one."""


class Share(NamedTuple):
    """One account's part of an advance."""

    code: str
    amount: Decimal
    option: str = ""


def base_value(amount: Decimal, rate: Decimal) -> Decimal:
    """What an amount of a foreign currency is worth in the base currency."""
    return amount if rate == 1 else (amount / rate).quantize(CENT, ROUND_HALF_UP)


def net_of(line: Line, line_amounts: LineAmounts) -> Decimal:
    """The line without its tax."""
    return line.line_amount - line.tax_amount if line_amounts == "Inclusive" else line.line_amount


def _shares(booking: Booking) -> list[Share]:
    """The accounts that a bank transaction is about, each with its part in the base currency."""
    shares = []
    for line in booking.lines:
        net = base_value(net_of(line, booking.line_amounts), booking.rate)
        shares.append(Share(line.account_code, net, line.tracking_option))
        if tax := base_value(line.tax_amount, booking.rate):
            shares.append(Share(VAT, tax))
    return shares


def booking_postings(books: Books, booking: Booking) -> Iterator[Posting]:
    """A bank transaction, and what was set off of it if it is an advance."""
    if booking.status == "DELETED":
        return
    sign, shares = 1 if booking.received else -1, _shares(booking)
    kind = _kind(booking)
    for code, amount, option in shares:
        yield Posting(booking.date, code, -sign * amount, ZERO, kind, booking.booking_id, option)
    whole = sum((share.amount for share in shares), ZERO)
    yield Posting(booking.date, booking.account_code, sign * whole, sign * booking.total, kind, booking.booking_id)
    if booking.advance_id:
        yield from _set_off(books, booking, shares, whole)


def _set_off(books: Books, booking: Booking, shares: list[Share], whole: Decimal) -> Iterator[Posting]:
    """Every part set off leaves the advance's own accounts for the control account.

    Each is the difference of what had left before and after it, so that all of them together are the whole; the cents
    of rounding fall to the first account.
    """
    sign, control, kind = 1 if booking.received else -1, control_of(booking), _kind(booking)
    settled, left = ZERO, [ZERO] * len(shares)
    for allocation in books.allocations_of(booking.advance_id):
        settled += allocation.amount
        rest = [_part(share.amount, settled, booking.total) for share in shares[1:]]
        gone = [_part(whole, settled, booking.total) - sum(rest, ZERO), *rest]
        pieces = [now - before for now, before in zip(gone, left, strict=True)]
        left = gone
        for share, piece in zip(shares, pieces, strict=True):
            yield Posting(allocation.date, share.code, sign * piece, ZERO, kind, allocation.allocation_id, share.option)
        value = sum(pieces, ZERO)
        yield Posting(allocation.date, control, -sign * value, ZERO, kind, allocation.allocation_id)


def control_of(booking: Booking) -> str:
    """The account of what customers owe, or of what suppliers are owed."""
    return RECEIVABLES if booking.received else PAYABLES


def _part(amount: Decimal, settled: Decimal, total: Decimal) -> Decimal:
    return amount if settled == total else (amount * settled / total).quantize(CENT, ROUND_HALF_UP)


def advance_value(books: Books, booking: Booking, allocation_id: str) -> Decimal:
    """What this part of an advance was worth in the base currency when the money moved."""
    whole, settled = sum((share.amount for share in _shares(booking)), ZERO), ZERO
    for allocation in books.allocations_of(booking.advance_id):
        before = _part(whole, settled, booking.total)
        settled += allocation.amount
        if allocation.allocation_id == allocation_id:
            return _part(whole, settled, booking.total) - before
    return ZERO


def _kind(booking: Booking) -> str:
    if booking.advance_id:
        return ("AR" if booking.received else "AP") + booking.type.partition("-")[2]
    return "CASHREC" if booking.received else "CASHPAID"


def transfer_postings(books: Books, transfer: Transfer) -> Iterator[Posting]:
    """Out of one bank account and into the other, both at one value."""
    if transfer.status == "DELETED":
        return
    foreign = books.banks[transfer.from_code].currency != books.company.organisation.base_currency
    value = base_value(transfer.amount, transfer.rate) if foreign else transfer.amount
    source = ("TRANSFER", transfer.transfer_id)
    yield Posting(transfer.date, transfer.from_code, -value, -transfer.amount, *source)
    yield Posting(transfer.date, transfer.to_code, value, transfer.to_amount, *source)


def manual_postings(manual: Manual) -> Iterator[Posting]:
    """A manual journal that is posted, with the tax of its lines."""
    if manual.status != "POSTED":
        return
    source = ("MANJOURNAL", manual.manual_id)
    for line in manual.lines:
        net = line.amount - line.tax_amount if manual.line_amounts == "Inclusive" else line.amount
        yield Posting(manual.date, line.account_code, net, net, *source, line.tracking_option)
        if line.tax_amount:
            yield Posting(manual.date, VAT, line.tax_amount, ZERO, *source)
