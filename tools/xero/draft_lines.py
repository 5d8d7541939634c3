"""The lines of a new invoice or bill: what was said, completed with account and tax, reckoned as Xero reckons them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tools import words
from tools.base import Access
from tools.errors import Choice, ToolFailed, ToolRetry
from tools.free_text import line_text
from tools.inputs import Amount, Text, read_amount
from tools.money import Money, decimals_of
from tools.xero.books import Document, DocumentKind, Line
from tools.xero.draft_plan import PlannedLine
from tools.xero.drafts import LineAmounts, NewLine, PostingAccount, TaxRate, line_amount
from tools.xero.names import folded

_MOST_LINES = 50
_FOUR = Decimal("0.0001")
_INCOME = ("REVENUE", "SALES", "OTHERINCOME")
_COSTS = ("EXPENSE", "DIRECTCOSTS", "OVERHEADS", "FIXED", "CURRENT", "INVENTORY", "PREPAYMENT", "DEPRECIATN")
_NO_TAX = TaxRate(tax_type="NONE", name="", percent=Decimal(0))


class LineInput(BaseModel):
    """One line as it was said."""

    model_config = ConfigDict(extra="forbid")

    description: Annotated[Text, Field(description="What it is for, in the person's words")]
    amount: Annotated[Amount, Field(description="Price of one, as said, e.g. 250.00")]
    quantity: Annotated[Text, Field(description="How many; empty means 1")] = ""
    account: Annotated[Text, Field(description="Code or name of its account, only if said")] = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Where lines can be booked and what taxes there are, as Xero has them now."""

    accounts: Sequence[PostingAccount]
    taxes: Sequence[TaxRate]

    def tax(self, tax_type: str) -> TaxRate:
        """The tax of that type; none where Xero does not know it any more."""
        return next((tax for tax in self.taxes if tax.tax_type == tax_type), _NO_TAX)

    def of_code(self, code: str) -> PostingAccount | None:
        """The account of exactly that code."""
        return next((account for account in self.accounts if code and account.code == code), None)


def planned_lines(
    access: Access,
    said: Sequence[LineInput],
    chart: Chart,
    *,
    kind: DocumentKind,
    currency: str,
    amounts: LineAmounts,
    usual_account: str,
    account_needed: bool,
) -> tuple[PlannedLine, ...]:
    """Every line complete. Raises ToolRetry for what is missing, ambiguous or unreadable; nothing is guessed."""
    if not 0 < len(said) <= _MOST_LINES:
        raise ToolRetry(
            {
                "en": f"A document has 1 to {_MOST_LINES} lines here. What should stand on it, and for how much?",
                "de": f"Ein Beleg hat hier 1 bis {_MOST_LINES} Positionen. Was soll darauf stehen, zu welchem Betrag?",
            }
        )
    return tuple(
        _planned(access, line, chart, kind, currency, amounts, usual_account, account_needed=account_needed)
        for line in said
    )


def copied_lines(document: Document, chart: Chart, amounts: LineAmounts) -> tuple[PlannedLine, ...]:
    """The lines of a document as they stand, reckoned anew at today's rates. Raises ToolFailed for what cannot be
    taken over: a line with a discount, an account or tax that is not there any more."""
    if not document.lines:
        raise _not_copied("it has no lines", "sie hat keine Positionen")
    return tuple(_copied(line, document.currency, chart, amounts) for line in document.lines)


def _copied(line: Line, currency: str, chart: Chart, amounts: LineAmounts) -> PlannedLine:
    shown = words.visible(line.description[:60])
    quantity, unit = line.quantity or Decimal(1), line.unit_amount or Decimal(0)
    amount = line_amount(NewLine("", quantity, unit, "", "", Decimal(0)), currency)
    if line.amount is not None and line.amount != amount.amount:
        raise _not_copied(f"“{shown}” has a discount", f"„{shown}“ hat einen Rabatt")
    account = chart.of_code(line.account_code)
    if line.account_code and account is None:
        code = words.visible(line.account_code)
        raise _not_copied(f"there is no account {code} any more", f"das Konto {code} gibt es nicht mehr")
    tax = chart.tax(line.tax_type) if amounts != "none" else _NO_TAX
    if line.tax_type not in ("", "NONE") and tax.tax_type != line.tax_type and amounts != "none":
        code = words.visible(line.tax_type)
        raise _not_copied(f"there is no tax {code} any more", f"die Steuer {code} gibt es nicht mehr")
    return PlannedLine(
        description=line.description,
        quantity=f"{quantity.normalize():f}",
        unit_amount=f"{unit:f}",
        account_code=account.code if account else "",
        account_name=account.name if account else "",
        tax_type=tax.tax_type,
        tax_name=tax.name,
        tax_percent=str(tax.percent),
        tax_minor=_tax(amount, tax.percent, amounts).minor,
        amount_minor=amount.minor,
    )


def _not_copied(en: str, de: str) -> ToolFailed:
    return ToolFailed(
        {
            "en": f"It cannot be copied from here: {en}. Nothing was made. It can be copied in Xero.",
            "de": f"Von hier aus lässt sie sich nicht kopieren: {de}. Es wurde nichts angelegt. In Xero geht es.",
        }
    )


def _planned(
    access: Access,
    said: LineInput,
    chart: Chart,
    kind: DocumentKind,
    currency: str,
    amounts: LineAmounts,
    usual_account: str,
    *,
    account_needed: bool,
) -> PlannedLine:
    text = line_text(said.description)
    if not text:
        raise ToolRetry(
            {"en": "What is it for? The line needs a text.", "de": "Wofür? Die Position braucht einen Text."}
        )
    unit, quantity = _unit(access, said.amount, currency), _quantity(access, said.quantity)
    account = _account(access, said.account, chart, kind, usual_account, needed=account_needed)
    tax = chart.tax(account.tax_type) if account and amounts != "none" else _NO_TAX
    amount = line_amount(NewLine(text, quantity, unit, "", "", Decimal(0)), currency)
    return PlannedLine(
        description=text,
        quantity=f"{quantity.normalize():f}",
        unit_amount=f"{unit:f}",
        account_code=account.code if account else "",
        account_name=account.name if account else "",
        tax_type=tax.tax_type,
        tax_name=tax.name,
        tax_percent=str(tax.percent),
        tax_minor=_tax(amount, tax.percent, amounts).minor,
        amount_minor=amount.minor,
    )


def _tax(amount: Money, percent: Decimal, amounts: LineAmounts) -> Money:
    """The line's tax, rounded by itself; in an amount that includes it, what is left beside the net amount."""
    match amounts:
        case "none":
            return Money(Decimal(0), amount.currency)
        case "exclusive":
            return Money.rounded(amount.amount * percent / 100, amount.currency)
        case "inclusive":
            return amount - Money.rounded(amount.amount * 100 / (100 + percent), amount.currency)


def _unit(access: Access, written: str, currency: str) -> Decimal:
    money = read_amount(written, language=access.language, currency=currency)
    if money is None:
        raise ToolRetry({"en": "For how much? The amount is missing.", "de": "Über wie viel? Der Betrag fehlt."})
    if money.currency != currency:
        raise ToolRetry(
            {
                "en": f"The lines are in {currency} and one is in {money.currency}. Which currency is meant?",
                "de": f"Die Positionen lauten auf {currency}, eine auf {money.currency}. Welche Währung ist gemeint?",
            }
        )
    return money.amount


def _quantity(access: Access, written: str) -> Decimal:
    text = written.strip()
    if not text:
        return Decimal(1)
    if words.spoken(access.language) == "de" and "." not in text:
        text = text.replace(",", ".")
    try:
        number = Decimal(text)
    except ArithmeticError:
        number = Decimal(0)
    if not (number.is_finite() and 0 < number < 1_000_000 and number == number.quantize(_FOUR, ROUND_HALF_UP)):
        shown = words.visible(written[:20])
        raise ToolRetry(
            {
                "en": f"“{shown}” is no quantity: a number above zero with at most four decimals. How many are meant?",
                "de": f"„{shown}“ ist keine Menge: eine Zahl über null mit höchstens vier Nachkommastellen. Wie viele?",
            }
        )
    return number


def _account(
    access: Access, written: str, chart: Chart, kind: DocumentKind, usual: str, *, needed: bool
) -> PostingAccount | None:
    """The account said, else that of the contact's last document, else none yet where a draft may stay without."""
    if not written.strip():
        known = chart.of_code(usual)
        if known is not None or not needed:
            return known
        raise ToolRetry(
            {
                "en": "To which account is it booked? A document that is submitted or approved needs one.",
                "de": "Auf welches Konto wird gebucht? Ein Beleg zur Freigabe braucht eines.",
            },
            choices=_choices(_of_kind(chart, kind)),
        )
    found = _called(chart.accounts, written)
    if len(found) == 1:
        return found[0]
    shown = words.visible(words.without_invisible(written)[:60])
    if found:
        raise ToolRetry(
            {
                "en": f"“{shown}” could be {len(found)} accounts. Which one is meant?",
                "de": f"„{shown}“ kann für {len(found)} Konten stehen. Welches ist gemeint?",
            },
            choices=_choices(found),
        )
    raise ToolRetry(
        {
            "en": f"There is no account “{shown}” that a line can be booked to. Which one is meant?",
            "de": f"Es gibt kein Konto „{shown}“, auf das gebucht werden kann. Welches ist gemeint?",
        },
        choices=_choices(_of_kind(chart, kind)),
    )


def _called(accounts: Sequence[PostingAccount], written: str) -> list[PostingAccount]:
    text, wanted = words.without_invisible(written).casefold(), folded(written)
    for found in (
        [account for account in accounts if account.code.casefold() == text],
        [account for account in accounts if wanted and folded(account.name) == wanted],
        [account for account in accounts if wanted and folded(f"{account.code} {account.name}") == wanted],
        [account for account in accounts if len(wanted) >= 3 and wanted in folded(account.name)],
    ):
        if found:
            return found
    return []


def _of_kind(chart: Chart, kind: DocumentKind) -> list[PostingAccount]:
    types = _INCOME if kind is DocumentKind.INVOICE else _COSTS
    return [account for account in chart.accounts if account.type in types]


def _choices(accounts: Sequence[PostingAccount]) -> tuple[Choice, ...]:
    return tuple(
        Choice(words.visible(f"{account.code} {account.name}"), number=account.code, id=account.code)
        for account in accounts[:20]
    )


def check_sendable(lines: Sequence[PlannedLine], currency: str) -> None:
    """Refuses figures that would not arrive as they are: the SDK turns them into floats. Raises ToolFailed."""
    places = Decimal(1).scaleb(-decimals_of(currency))
    for line in lines:
        for figure in (line.quantity, line.unit_amount, str(Decimal(line.tax_minor) * places)):
            if Decimal(repr(float(figure))) != Decimal(figure):
                raise ToolFailed(
                    {
                        "en": f"The figure {figure} cannot be sent to Xero exactly. Nothing was made.",
                        "de": f"Die Zahl {figure} lässt sich nicht genau an Xero senden. Es wurde nichts angelegt.",
                    }
                )
