"""Money without a document, confirmed: checked again, recorded once, found again if the answer was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal

from tools import words
from tools.base import Access, Payload, Receipt, WriteAccess
from tools.errors import Language, OutcomeUnknown
from tools.trouble import Trouble
from tools.xero.cash import BankTransaction
from tools.xero.direct_card import bank_title, payee_title
from tools.xero.direct_notices import notices_of
from tools.xero.direct_plan import DirectPlan
from tools.xero.draft_plan import PlannedCustomer
from tools.xero.links import bank_transaction_link
from tools.xero.payment_account import account_title, locked_until
from tools.xero.payment_payee import contact_now, payee_changes
from tools.xero.payment_plan import Change
from tools.xero.posting_changes import posting_changes

_ANOTHER = Trouble("answered with another transaction than was sent", "hat mit einer anderen Buchung geantwortet")


async def direct_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads payee, accounts, taxes, locks and what is like it again: None while the card still tells the truth."""
    plan = DirectPlan.read(payload)
    contact = await contact_now(access, plan.payee.contact_id)
    found = payee_changes(plan.payee, contact, paid=not plan.received)
    if not found:
        party = PlannedCustomer(id=plan.payee.contact_id, name=plan.payee.name, detail=plan.party_detail)
        details, postings, banks, alike = await asyncio.gather(
            access.live.organisation(),
            posting_changes(access, party, payee_title(plan), plan.lines, plan.amounts),
            _bank_changes(access, plan),
            _alike_changes(access, plan),
        )
        found = [*postings, *banks, *alike]
        locked = locked_until(details)
        if locked and plan.on <= locked:
            found.append(
                (
                    f"the books are now locked up to {words.day(locked, 'en')}",
                    f"die Bücher sind jetzt bis {words.day(locked, 'de')} gesperrt",
                )
            )
    if not found:
        return None
    changes = list(dict.fromkeys(found))
    return {
        "en": f"Nothing was recorded. Since the card was made: {words.listed([en for en, _ in changes], 'en')}.",
        "de": f"Es wurde nichts erfasst. Seit die Karte entstand: {words.listed([de for _, de in changes], 'de')}.",
    }


async def _bank_changes(access: Access, plan: DirectPlan) -> list[Change]:
    account = next((one for one in await access.books.accounts() if one.id == plan.account.id), None)
    title = bank_title(plan)
    if account is None or account.status != "ACTIVE" or account.type != "BANK":
        return [(f"{title} is no active bank account any more", f"{title} ist kein aktives Bankkonto mehr")]
    found: list[Change] = []
    if (account.code, account.name) != (plan.account.code, plan.account.name):
        now = account_title(account)
        found.append((f"{title} is now called {now}", f"{title} heißt jetzt {now}"))
    kept = account.currency or access.organisation.base_currency
    if kept != plan.account.currency:
        found.append((f"{title} is now kept in {kept}", f"{title} wird jetzt in {kept} geführt"))
    return found


async def _alike_changes(access: Access, plan: DirectPlan) -> list[Change]:
    """A document, payment or transaction like it that was not there when the card was made."""
    await access.books.renew()
    new = [notice for notice in await notices_of(access, plan) if notice not in plan.direct_notices]
    if not new:
        return []
    number = words.visible(new[0].number)
    if new[0].code == "open_document":
        return [(f"{number} over the same amount is open now", f"{number} über denselben Betrag ist jetzt offen")]
    return [
        (
            "the same amount with this contact came into the books",
            "derselbe Betrag mit diesem Kontakt kam in die Bücher",
        )
    ]


async def execute_direct(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends it once with that key; what Xero answers must be what was sent, else the outcome is unknown."""
    plan = DirectPlan.read(payload)
    made = await writing.cash.create_transaction(plan.new(), key=key)
    if _not_ours(plan, made):
        raise OutcomeUnknown("Xero", trouble=_ANOTHER)
    return _receipt(plan, made)


async def look_up_direct(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Finds what an earlier attempt recorded by our mark; deleted since, it was recorded all the same."""
    plan = DirectPlan.read(payload)
    there = await writing.cash.transactions_of_day(plan.on, plan.account.id)
    marked = [one for one in there if one.reference == plan.reference]
    found = [one for one in marked if not _not_ours(plan, one.model_copy(update={"status": "AUTHORISED"}))]
    return _receipt(plan, found[0]) if found else None


async def recognise_direct(
    writing: WriteAccess, payload: Payload, transaction_id: str
) -> Receipt | Mapping[Language, str]:
    """The transaction that a person names as the effect: its receipt, or in words what differs."""
    plan = DirectPlan.read(payload)
    named = await writing.cash.transaction_now(transaction_id)
    if found := _not_ours(plan, named):
        return {
            "en": f"The bank transaction {named.id} in Xero is not this one: "
            f"{words.listed([en for en, _ in found], 'en')}.",
            "de": f"Die Bankbuchung {named.id} in Xero ist nicht diese: {words.listed([de for _, de in found], 'de')}.",
        }
    return _receipt(plan, named)


def _not_ours(plan: DirectPlan, named: BankTransaction) -> list[Change]:
    """What keeps a bank transaction in Xero from being the one that was confirmed."""
    found: list[Change] = []
    if named.status != "AUTHORISED":
        found.append(("it was deleted there", "sie wurde dort gelöscht"))
    if named.kind != ("RECEIVE" if plan.received else "SPEND"):
        found.append(("it is of another kind", "sie ist von anderer Art"))
    if named.contact_id.casefold() != plan.payee.contact_id.casefold():
        found.append(("it is of another contact", "sie ist von einem anderen Kontakt"))
    if named.account_id.casefold() != plan.account.id.casefold():
        found.append(("it is on another bank account", "sie ist auf einem anderen Bankkonto"))
    if (named.total, named.currency) != (plan.total.amount, plan.currency):
        found.append(("it is of another amount", "sie lautet über einen anderen Betrag"))
    if named.lines and _booked(named) != plan.booked():
        found.append(("it is booked to other accounts", "sie ist auf andere Konten gebucht"))
    if named.on != plan.on:
        found.append((f"it is of {words.day(named.on, 'en')}", f"sie ist vom {words.day(named.on, 'de')}"))
    if named.reference != plan.reference:
        found.append(("its reference is another", "ihr Verwendungszweck ist ein anderer"))
    return found


def _booked(named: BankTransaction) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in named.lines:
        found[line.account_code] = found.get(line.account_code, Decimal(0)) + (line.amount or Decimal(0))
    return found


def _receipt(plan: DirectPlan, made: BankTransaction) -> Receipt:
    return Receipt(
        provider="Xero",
        reference=made.id,
        link=bank_transaction_link(plan.organisation.short_code, made.id),
        facts={
            "bank_transaction_id": made.id,
            "direction": "in" if plan.received else "out",
            "contact_name": plan.payee.name,
            "bank_account": bank_title(plan),
            "amount": words.plain(plan.total.amount, plan.currency),
            "currency": plan.currency,
            "date": plan.date,
            "reference": plan.reference,
        },
        summary={language: _summary(plan, made, language) for language in words.LANGUAGES},
    )


def _summary(plan: DirectPlan, made: BankTransaction, language: Language) -> str:
    amount, name, bank = words.money(plan.total, language), payee_title(plan), bank_title(plan)
    when = words.day(plan.on, language)
    if plan.received:
        told = words.say(
            language,
            f"Received: {amount} from {name} on {bank} on {when}, recorded in Xero.",
            f"Eingenommen: {amount} von {name} auf {bank} am {when}, in Xero erfasst.",
        )
    else:
        told = words.say(
            language,
            f"Spent: {amount} to {name} from {bank} on {when}, recorded in Xero.",
            f"Ausgegeben: {amount} an {name} von {bank} am {when}, in Xero erfasst.",
        )
    if made.status == "AUTHORISED":
        return told
    return told + words.say(language, " Meanwhile it was deleted in Xero.", " Inzwischen wurde es in Xero gelöscht.")
