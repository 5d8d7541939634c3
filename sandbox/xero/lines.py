"""Reads the lines that a client sends, of whatever paper, so that lines, tax and totals tie."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from sandbox.company.shape import TaxRate
from sandbox.xero.books import ZERO, Books
from sandbox.xero.records import Line, LineAmounts
from sandbox.xero.wire import Json, elements, read_decimal, text_of

CENT, FOUR = Decimal("0.01"), Decimal("0.0001")
NEGATIVE_TOTAL = "The document total cannot be negative"
_NOT_FOR_LINES = ("DEBTORS", "CREDITORS", "RETAINEDEARNINGS")


class Sums(NamedTuple):
    """What lines come to."""

    subtotal: Decimal
    tax: Decimal
    total: Decimal


def sums_of(lines: Iterable[Line], line_amounts: LineAmounts) -> Sums:
    """Subtotal, tax and total of the lines; with inclusive amounts the tax is within them."""
    known = tuple(lines)
    tax = sum((line.tax_amount for line in known), ZERO)
    amounts = sum((line.line_amount for line in known), ZERO)
    total = amounts if line_amounts == "Inclusive" else amounts + tax
    return Sums(total - tax, tax, total)


def discount_of(lines: Iterable[Line]) -> Decimal:
    """How much the discounts took off all lines together."""
    off = ((line.quantity * line.unit_amount).quantize(CENT, ROUND_HALF_UP) - line.line_amount for line in lines)
    return sum(off, ZERO)


def line_amounts_of(body: Json, usual: LineAmounts) -> LineAmounts:
    """Whether line amounts hold the tax; the usual when nothing known is said."""
    match text_of(body, "LineAmountTypes").lower():
        case "inclusive":
            return "Inclusive"
        case "notax":
            return "NoTax"
        case "exclusive":
            return "Exclusive"
        case _:
            return usual


class Lines:
    """Turns what was sent into lines; every refusal carries the vendor's message."""

    def __init__(self, books: Books, only: str = "") -> None:
        self._books = books
        self._only = only
        """The code of the one account that every line is for, of papers where that is fixed."""
        self._rates: dict[str, TaxRate] = {rate.tax_type: rate for rate in books.company.tax_rates}

    def read(
        self, body: Json, before: Sequence[Line], line_amounts: LineAmounts, messages: list[str], *, coded: bool
    ) -> tuple[Line, ...]:
        """The lines sent, or those from before when none were sent. Adds to `messages`; raises ValueError.

        `coded`: every line must name its account, as on anything that the ledger will book.
        """
        if "LineItems" not in body:
            return tuple(before)
        sent = body["LineItems"]
        if not isinstance(sent, list):
            raise ValueError("LineItems must be a list")
        known = {line.line_id: line for line in before}
        return tuple(
            self._line(item, known, line_amounts, messages, coded=coded) for item in sent if isinstance(item, dict)
        )

    def _line(
        self, sent: Json, known: dict[str, Line], line_amounts: LineAmounts, messages: list[str], *, coded: bool
    ) -> Line:
        before = known.get(text_of(sent, "LineItemID").lower())
        quantity = read_decimal(sent.get("Quantity"))
        unit = read_decimal(sent.get("UnitAmount"))
        given = read_decimal(sent.get("LineAmount"))
        discount = read_decimal(sent.get("DiscountRate")) or Decimal(0)
        if not 0 <= discount <= 100:
            messages.append("The DiscountRate must be between 0 and 100")
        if read_decimal(sent.get("DiscountAmount")):
            messages.append("DiscountAmount is not available in this sandbox: send DiscountRate")
        if unit is None:
            unit = given if given is not None and quantity is None else Decimal(0)
        quantity = Decimal(1) if quantity is None else quantity
        unit = unit.quantize(FOUR, ROUND_HALF_UP) if unit != unit.quantize(CENT) else unit.quantize(CENT)
        amount = (quantity * unit * (100 - discount) / 100).quantize(CENT, ROUND_HALF_UP)
        if given is not None and given != amount:
            messages.append(f"The line total {given} does not match the expected line total {amount}")
        code = text_of(sent, "AccountCode") or self._only
        tax_type = self._coding(sent, code, messages, coded=coded)
        tracking = elements(sent.get("Tracking"), "Tracking") or [{}]
        return Line(
            line_id=before.line_id if before else self._books.new_id(),
            description=text_of(sent, "Description")[:4000],
            quantity=quantity,
            unit_amount=unit,
            account_code=code,
            tax_type=tax_type,
            tax_amount=self._tax(sent, amount, tax_type, line_amounts),
            line_amount=amount,
            item_code=text_of(sent, "ItemCode"),
            tracking_option=text_of(tracking[0], "Option"),
            discount_rate=discount,
        )

    def _coding(self, sent: Json, code: str, messages: list[str], *, coded: bool) -> str:
        """The line's tax type, once account and tax type have been tried."""
        account = self._books.accounts.get(code)
        if self._only:
            if code != self._only:
                messages.append(f"Account code '{code}' is not a valid code for this document.")
        elif account is None or account.type == "BANK" or account.system_account in _NOT_FOR_LINES:
            if code:
                messages.append(f"Account code '{code}' is not a valid code for this document.")
            elif coded:
                messages.append("Account code must be specified")
        tax_type = text_of(sent, "TaxType") or (account.tax_type if account else "NONE")
        if tax_type in self._rates:
            return tax_type
        messages.append(tax_message(tax_type))
        return "NONE"

    def _tax(self, sent: Json, amount: Decimal, tax_type: str, line_amounts: LineAmounts) -> Decimal:
        """The line's tax, rounded to the cent on its own; a tax amount that was sent is kept."""
        if line_amounts == "NoTax":
            return ZERO
        given = read_decimal(sent.get("TaxAmount"))
        if given is not None:
            return given.quantize(CENT, ROUND_HALF_UP)
        percent = self._rates[tax_type].percent
        if line_amounts == "Inclusive":
            return amount - (amount * 100 / (100 + percent)).quantize(CENT, ROUND_HALF_UP)
        return (amount * percent / 100).quantize(CENT, ROUND_HALF_UP)


def tax_message(tax_type: str) -> str:
    """The vendor's words for a tax type that it does not know."""
    return f"The TaxType code '{tax_type}' does not exist or cannot be used for this type of transaction."
