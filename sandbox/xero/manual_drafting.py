"""Reads a manual journal that a client sends into one whose lines, with their tax, add up to zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from sandbox.xero.books import ZERO, Books
from sandbox.xero.cash import Manual, ManualLine, ManualStatus
from sandbox.xero.lines import CENT, line_amounts_of, tax_message
from sandbox.xero.locks import lock_messages
from sandbox.xero.records import LineAmounts
from sandbox.xero.refusals import Invalid, echo
from sandbox.xero.wire import Json, elements, read_date, read_decimal, text_of

NO_NARRATION = "A Narration must be specified"
TOO_FEW = "A manual journal must have at least two lines"
_NOT_BY_HAND = ("DEBTORS", "CREDITORS")


class ManualDrafting:
    """Turns what was sent into manual journals; a refusal carries every message that applies."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._percent = {rate.tax_type: rate.percent for rate in books.company.tax_rates}

    def new(self, body: Json) -> Manual:
        """A new manual journal. Raises Invalid."""
        status: ManualStatus
        match text_of(body, "Status").upper():
            case "" | "DRAFT":
                status = "DRAFT"
            case "POSTED":
                status = "POSTED"
            case _:
                raise Invalid(echo(body, "Invalid status for a new manual journal"))
        start = Manual(
            manual_id=self._books.new_id(),
            date=self._books.control.today(),
            narration="",
            line_amounts="NoTax",
            lines=(),
            status=status,
            url="",
            on_cash_basis=True,
            updated_at=self._books.control.now(),
        )
        return self.changed(start, body, status)

    def changed(self, before: Manual, body: Json, status: ManualStatus) -> Manual:
        """The same with what the body says; what it leaves out stays, but lines come all anew. Raises Invalid."""
        messages: list[str] = []
        try:
            manual = replace(
                before,
                status=status,
                date=read_date(body.get("Date")) or before.date,
                narration=text_of(body, "Narration").strip() if "Narration" in body else before.narration,
                line_amounts=line_amounts_of(body, before.line_amounts),
                url=text_of(body, "Url") or before.url,
                on_cash_basis=body["ShowOnCashBasisReports"] is not False
                if "ShowOnCashBasisReports" in body
                else before.on_cash_basis,
            )
            if "JournalLines" in body:
                manual = replace(manual, lines=self._lines(body, manual.line_amounts, messages))
            elif manual.line_amounts != before.line_amounts:
                messages.append("LineAmountTypes can only be changed together with JournalLines")
        except ValueError as error:
            raise Invalid(echo(body, str(error))) from error
        if not manual.narration:
            messages.append(NO_NARRATION)
        if len(manual.lines) < 2:
            messages.append(TOO_FEW)
        messages += _balance_messages(manual)
        for day in {manual.date, before.date}:
            messages += lock_messages(self._books, day)
        if messages:
            raise Invalid(echo(body, *dict.fromkeys(messages)))
        return manual

    def _lines(self, body: Json, line_amounts: LineAmounts, messages: list[str]) -> tuple[ManualLine, ...]:
        """The lines that were sent. Adds to `messages`; raises ValueError."""
        sent = body["JournalLines"]
        if not isinstance(sent, list):
            raise ValueError("JournalLines must be a list")
        return tuple(
            self._line(line, line_amounts, messages)
            for line in sent
            if isinstance(line, dict) and line.get("IsBlank") is not True
        )

    def _line(self, sent: Json, line_amounts: LineAmounts, messages: list[str]) -> ManualLine:
        amount = read_decimal(sent.get("LineAmount")) or ZERO
        if amount != amount.quantize(CENT):
            messages.append("The LineAmount must not have more than 2 decimal places")
        amount = amount.quantize(CENT, ROUND_HALF_UP)
        code = self._code(sent, messages)
        tax_type = text_of(sent, "TaxType") or "NONE"
        if tax_type not in self._percent:
            messages.append(tax_message(tax_type))
            tax_type = "NONE"
        tracking = elements(sent.get("Tracking"), "Tracking") or [{}]
        return ManualLine(
            account_code=code,
            amount=amount,
            description=text_of(sent, "Description")[:4000],
            tax_type=tax_type,
            tax_amount=self._tax(amount, tax_type, line_amounts),
            tracking_option=text_of(tracking[0], "Option"),
        )

    def _code(self, sent: Json, messages: list[str]) -> str:
        """The line's account: any but a bank account and those of what customers owe and suppliers are owed."""
        wanted = text_of(sent, "AccountID")
        account = (
            self._books.account_by_id(wanted) if wanted else self._books.accounts.get(text_of(sent, "AccountCode"))
        )
        named = text_of(sent, "AccountCode") or wanted
        if not named:
            messages.append("Account code must be specified")
        elif account is None or account.status != "ACTIVE":
            messages.append(f"Account code '{named}' has been removed as it does not match a recognised account.")
        elif account.type == "BANK" or account.system_account in _NOT_BY_HAND:
            messages.append(f"Account code '{named}' cannot be used in a manual journal")
        return account.code if account else named

    def _tax(self, amount: Decimal, tax_type: str, line_amounts: LineAmounts) -> Decimal:
        percent = self._percent[tax_type]
        if line_amounts == "Inclusive":
            return amount - (amount * 100 / (100 + percent)).quantize(CENT, ROUND_HALF_UP)
        if line_amounts == "Exclusive":
            return (amount * percent / 100).quantize(CENT, ROUND_HALF_UP)
        return ZERO


def _whole(manual: Manual) -> Iterable[Decimal]:
    added = manual.line_amounts == "Exclusive"
    return (line.amount + line.tax_amount if added else line.amount for line in manual.lines)


def _balance_messages(manual: Manual) -> list[str]:
    debits = sum((amount for amount in _whole(manual) if amount > 0), ZERO)
    credits = sum((amount for amount in _whole(manual) if amount < 0), ZERO)
    if debits == -credits:
        return []
    return [f"The total debits ({debits:.2f}) must equal total credits ({credits:.2f})"]
