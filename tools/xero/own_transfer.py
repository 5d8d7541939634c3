"""Recording a transfer between two own bank accounts: proposed here, confirmed by a person, executed once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date as Date
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from tools import words
from tools.base import Access, Draft, Payload, Receipt, WriteAccess, write_tool
from tools.errors import Language, OutcomeUnknown, ToolFailed, ToolRetry
from tools.free_text import payment_text
from tools.inputs import Day, Text, read_amount, read_currency
from tools.money import Money
from tools.trouble import Trouble
from tools.xero.cash import BankTransfer
from tools.xero.payment_account import (
    NOTHING_RECORDED,
    account_title,
    accounts_called,
    bank_account_called,
    choices_of,
    day_of_payment,
    locked_until,
)
from tools.xero.payment_plan import Change, PlannedAmount, PlannedOrganisation
from tools.xero.transfer_plan import PlannedBank, TransferPlan, transfer_card, transfer_line

_RECENT = timedelta(days=10)
_ANOTHER = Trouble("answered with another transfer than was sent", "hat mit einer anderen Umbuchung geantwortet")


async def record_bank_transfer(
    access: Access,
    from_account: Annotated[Text, Field(description="Own bank account that the money left: code or name")] = "",
    to_account: Annotated[Text, Field(description="Own bank account that it came to: code or name")] = "",
    amount: Annotated[Text, Field(description="Only what the person said, e.g. 980.00")] = "",
    currency: Annotated[Text, Field(description="Only if the person said one, e.g. EUR")] = "",
    date: Annotated[Day, Field(description="Day of the transfer, YYYY-MM-DD; empty means today")] = "",
    reference: Annotated[Text, Field(description="Text for the transfer, if the person gave one")] = "",
) -> Draft:
    """Propose to record in Xero that money moved between two of the organisation's own bank accounts.

    Nothing is written: a person confirms on a card. Recording moves no money at the bank. If the answer asks which
    account, ask the person.
    """
    try:
        return await _proposal(access, from_account, to_account, amount, currency, date, reference)
    except ToolRetry as asked:
        raise asked.saying(NOTHING_RECORDED) from None


async def _proposal(
    access: Access, from_account: str, to_account: str, amount: str, currency: str, day: str, reference: str
) -> Draft:
    base = access.organisation.base_currency
    banks = [one for one in await access.books.accounts() if one.type == "BANK" and one.status == "ACTIVE"]
    source = bank_account_called(banks, from_account, base, ("From which account?", "Von welchem Konto?"))
    others = [one for one in banks if one.id != source.id]
    if any(one.id == source.id for one in accounts_called(banks, to_account)) and not accounts_called(
        others, to_account
    ):
        raise ToolRetry(
            {
                "en": f"Both would be {account_title(source)}. To which other account did the money go?",
                "de": f"Beides wäre {account_title(source)}. Auf welches andere Konto ging das Geld?",
            },
            choices=choices_of(others, base),
        )
    target = bank_account_called(others, to_account, base, ("To which account?", "Auf welches Konto?"))
    kept, other = source.currency or base, target.currency or base
    if kept != other:
        raise ToolFailed(
            {
                "en": f"{account_title(source)} is kept in {kept}, {account_title(target)} in {other}: that needs a "
                "rate, which is not set here. Nothing was recorded. Record this one in Xero itself.",
                "de": f"{account_title(source)} wird in {kept} geführt, {account_title(target)} in {other}: das "
                "braucht einen Kurs, der hier nicht gesetzt wird. Es wurde nichts erfasst. Bitte in Xero selbst "
                "erfassen.",
            }
        )
    money = _money(access, amount, read_currency(currency), kept)
    on, said = day_of_payment(access, day, await access.live.organisation())
    mark = access.new_marker()
    note = payment_text(reference, mark)
    organisation = access.organisation
    plan = TransferPlan(
        organisation=PlannedOrganisation(
            id=organisation.id, name=organisation.name, short_code=organisation.short_code
        ),
        source=PlannedBank(id=source.id, code=source.code, name=source.name),
        target=PlannedBank(id=target.id, code=target.code, name=target.name),
        amount=PlannedAmount(minor=money.minor, currency=money.currency),
        date=on.isoformat(),
        date_chosen="said" if said else "today",
        note=note,
        reference=f"{note} {mark}".strip(),
        alike=await _alike(access, source.id, target.id, money, on),
    )
    return Draft(payload=plan.payload(), summary=transfer_line(plan, access.language))


def _money(access: Access, amount: str, wanted: str, kept: str) -> Money:
    """The amount in the accounts' currency. Raises ToolRetry."""
    money = read_amount(amount, language=access.language, currency=wanted or kept)
    if money is None:
        raise ToolRetry({"en": "How much was transferred?", "de": "Wie viel wurde umgebucht?"})
    if money.currency != kept or (wanted and wanted != money.currency):
        raise ToolRetry(
            {
                "en": f"Both accounts are kept in {kept}. How much was it in {kept}?",
                "de": f"Beide Konten werden in {kept} geführt. Wie viel war es in {kept}?",
            }
        )
    return money


async def _alike(access: Access, from_id: str, to_id: str, money: Money, on: Date) -> str:
    """The day of the latest transfer of the same amount between the two in the days around, or empty."""
    recent = await access.cash.transfers(on - _RECENT, on + _RECENT)
    days = [one.on for one in recent if (one.from_id, one.to_id, one.amount) == (from_id, to_id, money.amount)]
    return max(days).isoformat() if days else ""


async def transfer_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads accounts, lock dates and likely duplicates again: None while the card still tells the truth."""
    plan = TransferPlan.read(payload)
    accounts = {one.id: one for one in await access.books.accounts()}
    found: list[Change] = []
    for planned in (plan.source, plan.target):
        account = accounts.get(planned.id)
        title = planned.title
        if account is None or account.status != "ACTIVE" or account.type != "BANK":
            found.append((f"{title} is no active bank account any more", f"{title} ist kein aktives Bankkonto mehr"))
        elif (account.code, account.name) != (planned.code, planned.name):
            now = account_title(account)
            found.append((f"{title} is now called {now}", f"{title} heißt jetzt {now}"))
        elif (account.currency or access.organisation.base_currency) != plan.amount.currency:
            kept = account.currency or access.organisation.base_currency
            found.append((f"{title} is now kept in {kept}", f"{title} wird jetzt in {kept} geführt"))
    locked = locked_until(await access.live.organisation())
    if locked and plan.on <= locked:
        found.append(
            (
                f"the books are now locked up to {words.day(locked, 'en')}",
                f"die Bücher sind jetzt bis {words.day(locked, 'de')} gesperrt",
            )
        )
    alike = await _alike(access, plan.source.id, plan.target.id, plan.money, plan.on)
    if alike != plan.alike and alike:
        found.append(
            (
                "a transfer of that amount between the two accounts came into the books",
                "eine Umbuchung dieses Betrags zwischen den beiden Konten kam in die Bücher",
            )
        )
    if not found:
        return None
    return {
        "en": f"Nothing was recorded. Since the card was made: {words.listed([en for en, _ in found], 'en')}.",
        "de": f"Es wurde nichts erfasst. Seit die Karte entstand: {words.listed([de for _, de in found], 'de')}.",
    }


async def execute_transfer(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends it once with that key; what Xero answers must be what was sent, else the outcome is unknown."""
    plan = TransferPlan.read(payload)
    made = await writing.cash.create_transfer(plan.new(), key=key)
    if _not_ours(plan, made):
        raise OutcomeUnknown("Xero", trouble=_ANOTHER)
    return _receipt(plan, made)


async def look_up_transfer(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Finds the transfer of an earlier attempt by our mark; deleted since, it was made all the same."""
    plan = TransferPlan.read(payload)
    there = await writing.cash.transfers_of_day(plan.on)
    alive = [one.model_copy(update={"deleted": False}) for one in there if one.reference == plan.reference]
    found = [one for one in alive if not _not_ours(plan, one)]
    return _receipt(plan, found[0]) if found else None


async def recognise_transfer(
    writing: WriteAccess, payload: Payload, transfer_id: str
) -> Receipt | Mapping[Language, str]:
    """The transfer that a person names as the effect: its receipt, or in words what differs."""
    plan = TransferPlan.read(payload)
    named = await writing.cash.transfer_now(transfer_id)
    if found := _not_ours(plan, named):
        return {
            "en": f"The transfer {named.id} in Xero is not this one: {words.listed([en for en, _ in found], 'en')}.",
            "de": f"Die Umbuchung {named.id} in Xero ist nicht diese: {words.listed([de for _, de in found], 'de')}.",
        }
    return _receipt(plan, named)


def _not_ours(plan: TransferPlan, named: BankTransfer) -> list[Change]:
    """What keeps a transfer in Xero from being the one that was confirmed."""
    found: list[Change] = []
    if named.deleted:
        found.append(("it was deleted there", "sie wurde dort gelöscht"))
    if (named.from_id.casefold(), named.to_id.casefold()) != (
        plan.source.id.casefold(),
        plan.target.id.casefold(),
    ):
        found.append(("it is between other accounts", "sie ist zwischen anderen Konten"))
    if named.amount != plan.money.amount:
        found.append(("it is of another amount", "sie lautet über einen anderen Betrag"))
    if named.on != plan.on:
        found.append((f"it is of {words.day(named.on, 'en')}", f"sie ist vom {words.day(named.on, 'de')}"))
    if named.reference != plan.reference:
        found.append(("its reference is another", "ihr Verwendungszweck ist ein anderer"))
    return found


def _receipt(plan: TransferPlan, made: BankTransfer) -> Receipt:
    day_en, day_de = words.day(plan.on, "en"), words.day(plan.on, "de")
    return Receipt(
        provider="Xero",
        reference=made.id,
        facts={
            "transfer_id": made.id,
            "from": plan.source.title,
            "to": plan.target.title,
            "amount": words.plain(plan.money.amount, plan.money.currency),
            "currency": plan.money.currency,
            "date": plan.date,
        },
        summary={
            "en": f"Transferred: {words.money(plan.money, 'en')} from {plan.source.title} to {plan.target.title} "
            f"on {day_en}, recorded in Xero.",
            "de": f"Umgebucht: {words.money(plan.money, 'de')} von {plan.source.title} auf {plan.target.title} "
            f"am {day_de}, in Xero erfasst.",
        },
    )


RECORD_TRANSFER = write_tool(
    "xero",
    propose=record_bank_transfer,
    changed=transfer_changed,
    execute=execute_transfer,
    look_up=look_up_transfer,
    card=transfer_card,
    subject=lambda payload: f"transfer:{TransferPlan.read(payload).source.id}:{TransferPlan.read(payload).target.id}",
    stakes=lambda payload: TransferPlan.read(payload).stakes(),
    recognise=recognise_transfer,
    again=lambda payload, fields: TransferPlan.read(payload).arguments(fields),
)
