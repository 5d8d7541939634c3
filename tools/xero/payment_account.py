"""Through which account a payment went, and on which day it may be recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

from tools import words
from tools.base import Access
from tools.errors import Choice, Language, ToolFailed, ToolRetry
from tools.inputs import read_day
from tools.xero.books import Document, DocumentKind, LedgerAccount, OrganisationDetails, PaymentQuery
from tools.xero.names import folded

_USUAL_WITHIN = timedelta(days=365)

Chosen = Literal["said", "only", "usual"]
NOTHING_RECORDED: Mapping[Language, str] = {"en": "Nothing was recorded", "de": "Es wurde nichts erfasst"}


def account_title(account: LedgerAccount) -> str:
    """An account as people say it: "090 Solaris Geschäftskonto"."""
    return words.visible(f"{account.code} {account.name}".strip())


def choices_of(accounts: Sequence[LedgerAccount], base: str) -> tuple[Choice, ...]:
    """The accounts to choose from, each with its currency."""
    return tuple(
        Choice(f"{account_title(account)} ({account.currency or base})", number=account.code, id=account.id)
        for account in accounts[:20]
    )


async def account_for(access: Access, document: Document, written: str) -> tuple[LedgerAccount, Chosen]:
    """The account, and how it was chosen; raises ToolRetry when it has to be said."""
    everything = await access.books.accounts()
    base = access.organisation.base_currency
    fitting = [acc for acc in everything if acc.can_pay and (acc.currency or base) == document.currency]
    if written.strip():
        return _named(everything, fitting, written, document, base), "said"
    banks = [account for account in fitting if account.type == "BANK"]
    if len(banks) == 1:
        return banks[0], "only"
    if not banks:
        name = words.visible(access.organisation.name)
        raise ToolFailed(
            {
                "en": f"{name} has no bank account in {document.currency} in Xero, and a payment from another currency "
                "needs a rate. Nothing was recorded. Record this one in Xero itself.",
                "de": f"{name} hat in Xero kein Bankkonto in {document.currency}; aus einer anderen Währung braucht es "
                "einen Kurs. Es wurde nichts erfasst. Bitte in Xero selbst erfassen.",
            }
        )
    usual = await _usual(access, banks, "in" if document.kind is DocumentKind.INVOICE else "out")
    if usual is not None:
        return usual, "usual"
    raise ToolRetry(
        {
            "en": f"Through which of the {len(banks)} accounts in {document.currency} was it paid? "
            "Nothing was recorded yet.",
            "de": f"Über welches der {len(banks)} Konten in {document.currency} wurde gezahlt? "
            "Es wurde noch nichts erfasst.",
        },
        choices=choices_of(banks, base),
    )


async def _usual(access: Access, banks: Sequence[LedgerAccount], way: Literal["in", "out"]) -> LedgerAccount | None:
    """The account through which most such payments went in the last twelve months; None when two are level."""
    recent = PaymentQuery(direction=way, paid_from=access.today - _USUAL_WITHIN)
    used: Counter[str] = Counter()
    for one in await access.books.payment_sums(recent):
        used[one.account_id] += one.count
    ranked = sorted(banks, key=lambda account: -used[account.id])
    if used[ranked[0].id] > used[ranked[1].id]:
        return ranked[0]
    return None


async def bank_for(
    access: Access, currency: str, written: str, way: Literal["in", "out"]
) -> tuple[LedgerAccount, Chosen]:
    """The bank account through which money went that settles no document; raises ToolRetry when it has to be said."""
    base = access.organisation.base_currency
    banks = [one for one in await access.books.accounts() if one.type == "BANK" and one.status == "ACTIVE"]
    question = (
        ("To which bank account did it come?", "Auf welches Bankkonto kam es?")
        if way == "in"
        else ("From which bank account was it paid?", "Von welchem Bankkonto wurde gezahlt?")
    )
    if written.strip():
        return bank_account_called(banks, written, base, question), "said"
    fitting = [one for one in banks if (one.currency or base) == currency]
    if len(fitting) == 1:
        return fitting[0], "only"
    if fitting and (usual := await _usual(access, fitting, way)) is not None:
        return usual, "usual"
    return bank_account_called(fitting or banks, "", base, question), "said"


def bank_account_called(
    banks: Sequence[LedgerAccount], written: str, base: str, question: tuple[str, str]
) -> LedgerAccount:
    """The one bank account that is meant. Raises ToolRetry with those that there are, ending with the question."""
    found = accounts_called(banks, written) if written.strip() else []
    if len(found) == 1:
        return found[0]
    shown = words.visible(words.without_invisible(written)[:60])
    en, de = question
    if shown and found:
        en = f"“{shown}” could be {len(found)} bank accounts. {en}"
        de = f"„{shown}“ kann für {len(found)} Bankkonten stehen. {de}"
    elif shown:
        en = f"There is no bank account “{shown}” in the ledger. {en}"
        de = f"Es gibt kein Bankkonto „{shown}“ in der Buchhaltung. {de}"
    raise ToolRetry({"en": en, "de": de}, choices=choices_of(found or banks, base))


def _named(
    everything: Sequence[LedgerAccount],
    fitting: Sequence[LedgerAccount],
    written: str,
    document: Document,
    base: str,
) -> LedgerAccount:
    found = accounts_called(fitting, written)
    if len(found) == 1:
        return found[0]
    shown = words.visible(words.without_invisible(written)[:60])
    if found:
        raise ToolRetry(
            {
                "en": f"“{shown}” could be {len(found)} accounts. Which one is meant? Nothing was recorded yet.",
                "de": f"„{shown}“ kann für {len(found)} Konten stehen. Welches ist gemeint? "
                "Es wurde noch nichts erfasst.",
            },
            choices=choices_of(found, base),
        )
    banks = [account for account in fitting if account.type == "BANK"]
    raise _cannot_pay(accounts_called(everything, written), shown, document, base, choices_of(banks, base))


def _cannot_pay(
    meant: Sequence[LedgerAccount], shown: str, document: Document, base: str, choices: tuple[Choice, ...]
) -> ToolRetry:
    """Why the account named cannot pay this document: another currency, not a paying account, or none of that name."""
    if len(meant) != 1:
        return ToolRetry(
            {
                "en": f"There is no account “{shown}” that can pay. Nothing was recorded. Which one is meant?",
                "de": f"Es gibt kein Konto „{shown}“, über das gezahlt werden kann. Es wurde nichts erfasst. "
                "Welches ist gemeint?",
            },
            choices=choices,
        )
    title, currency = account_title(meant[0]), meant[0].currency or base
    if meant[0].can_pay:
        return ToolRetry(
            {
                "en": f"{title} is kept in {currency}, the document in {document.currency}: that needs a rate, which "
                "is not set here. Nothing was recorded. Which account else?",
                "de": f"{title} wird in {currency} geführt, der Beleg in {document.currency}: das braucht einen Kurs, "
                "der hier nicht gesetzt wird. Es wurde nichts erfasst. Welches andere Konto?",
            },
            choices=choices,
        )
    return ToolRetry(
        {
            "en": f"{title} cannot pay: Xero takes bank accounts and accounts with payments enabled. "
            "Nothing was recorded. Which account else?",
            "de": f"Über {title} kann nicht gezahlt werden: Xero nimmt Bankkonten und Konten mit erlaubten Zahlungen. "
            "Es wurde nichts erfasst. Welches andere Konto?",
        },
        choices=choices,
    )


def accounts_called(accounts: Sequence[LedgerAccount], written: str) -> list[LedgerAccount]:
    """The accounts meant by an id, a code, a name or part of one, or the last digits of the bank account number."""
    text = words.without_invisible(written)
    low, wanted = text.casefold(), folded(text)
    digits = "".join(char for char in text if char.isdigit())
    for found in (
        [account for account in accounts if account.id.casefold() == low],
        [account for account in accounts if account.code and account.code.casefold() == low],
        [account for account in accounts if wanted and folded(account.name) == wanted],
        [account for account in accounts if wanted and folded(f"{account.code} {account.name}") in wanted],
        [account for account in accounts if len(wanted) >= 3 and wanted in folded(account.name)],
        [account for account in accounts if len(digits) >= 4 and account.bank_account_number.endswith(digits)],
    ):
        if found:
            return found
    return []


def locked_until(details: OrganisationDetails) -> date | None:
    """The day up to which nothing may be recorded: the later of Xero's two lock dates."""
    return max((day for day in (details.period_lock_date, details.end_of_year_lock_date) if day), default=None)


def day_of_payment(access: Access, written: str, details: OrganisationDetails) -> tuple[date, bool]:
    """The day and whether the person said it; today when nothing was said.

    A day to come is refused although Xero would take it: the record says that money has moved, and a date that is
    mistyped into the future would hide the payment from this month's books.
    """
    said = read_day(written, today=access.today)
    day = said or access.today
    if day > access.today:
        raise ToolRetry(
            {
                "en": f"{words.day(day, 'en')} is still to come, and a payment is recorded when it has been made. "
                "Nothing was recorded. On which day was it paid?",
                "de": f"Der {words.day(day, 'de')} liegt in der Zukunft; erfasst wird eine Zahlung, die geschehen ist. "
                "Es wurde nichts erfasst. An welchem Tag wurde gezahlt?",
            }
        )
    locked = locked_until(details)
    if locked and day <= locked:
        raise ToolRetry(
            {
                "en": f"The books are locked up to {words.day(locked, 'en')}, so {words.day(day, 'en')} cannot be "
                "recorded. Nothing was recorded. Which later day, or should the lock date be moved in Xero?",
                "de": f"Die Bücher sind bis {words.day(locked, 'de')} gesperrt, der {words.day(day, 'de')} geht nicht. "
                "Es wurde nichts erfasst. Welcher spätere Tag, oder soll die Sperre in Xero verlegt werden?",
            }
        )
    return day, said is not None
