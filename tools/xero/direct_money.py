"""Recording money spent or received without a bill or invoice: proposed here, confirmed by a person, executed once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from tools import words
from tools.base import Access, Draft, write_tool
from tools.errors import ToolFailed, ToolRetry
from tools.free_text import payment_text
from tools.inputs import Amount, ContactName, Day, Text, read_currency
from tools.xero.books import Contact, DocumentKind, LedgerAccount
from tools.xero.cash import BankTransaction, TransactionQuery
from tools.xero.direct_card import direct_card, direct_line
from tools.xero.direct_notices import notices_of
from tools.xero.direct_plan import DirectPlan
from tools.xero.direct_run import direct_changed, execute_direct, look_up_direct, recognise_direct
from tools.xero.documents import contact_of
from tools.xero.draft_documents import Lines, Tax, said_lines
from tools.xero.draft_lines import Chart, LineInput, check_sendable, planned_lines
from tools.xero.drafts import LineAmounts
from tools.xero.matching import apart, told_apart
from tools.xero.payment_account import NOTHING_RECORDED, bank_for, day_of_payment
from tools.xero.payment_payee import like_notices, name_notices, planned_payee, similar_contacts
from tools.xero.payment_plan import PlannedAccount, PlannedOrganisation

_USUAL_WITHIN = timedelta(days=365)
BankSaid = Annotated[Text, Field(description="Bank account, only if said: code or name")]
For = Annotated[Text, Field(description="What it was for, in the person's words")]
AmountSaid = Annotated[Amount, Field(description="Only what the person said, tax included, e.g. 23.80")]
ReferenceSaid = Annotated[Text, Field(description="Only if said")]


@dataclass(frozen=True, slots=True)
class _Said:
    """What the person said of it."""

    way: Literal["spent", "received"]
    contact_name: str
    lines: Sequence[LineInput]
    bank_account: str
    currency: str
    date: str
    reference: str
    tax: str

    @property
    def kind(self) -> DocumentKind:
        """The document that such money would settle, if there were one."""
        return DocumentKind.INVOICE if self.way == "received" else DocumentKind.BILL


async def record_money_spent(
    access: Access,
    contact_name: ContactName = "",
    amount: AmountSaid = "",
    description: For = "",
    account: Annotated[Text, Field(description="Expense account, only if said: code or name")] = "",
    bank_account: BankSaid = "",
    lines: Lines = [],  # noqa: B006  (a schema's default, never changed)
    currency: Annotated[Text, Field(description="Only if said")] = "",
    date: Annotated[Day, Field(description="Day it was paid; empty means today")] = "",
    reference: ReferenceSaid = "",
    tax: Tax = "",
) -> Draft:
    """Propose to record in Xero money that was spent without a bill (fees, card payments, taxis).

    If there is a bill use record_payment. Nothing is written: a person confirms on a card. No money moves at the bank.
    Never invent an account or tax; if the answer asks for something, ask the person.
    """
    said = said_lines(lines, amount, description, account)
    return await _proposed(access, _Said("spent", contact_name, said, bank_account, currency, date, reference, tax))


async def record_money_received(
    access: Access,
    contact_name: ContactName = "",
    amount: AmountSaid = "",
    description: For = "",
    account: Annotated[Text, Field(description="Revenue account, only if said: code or name")] = "",
    bank_account: BankSaid = "",
    lines: Lines = [],  # noqa: B006  (a schema's default, never changed)
    currency: Annotated[Text, Field(description="Only if said")] = "",
    date: Annotated[Day, Field(description="Day it came; empty means today")] = "",
    reference: ReferenceSaid = "",
    tax: Tax = "",
) -> Draft:
    """Propose to record in Xero money that came in without an invoice (interest, refunds, cash sales).

    If there is an invoice use record_payment. Nothing is written: a person confirms on a card. Never invent an account
    or tax; if the answer asks for something, ask the person.
    """
    said = said_lines(lines, amount, description, account)
    return await _proposed(access, _Said("received", contact_name, said, bank_account, currency, date, reference, tax))


async def _proposed(access: Access, said: _Said) -> Draft:
    try:
        plan = await _plan(access, said)
    except ToolRetry as asked:
        raise asked.saying(NOTHING_RECORDED) from None
    return Draft(payload=plan.payload(), summary=direct_line(plan, access.language))


async def _plan(access: Access, said: _Said) -> DirectPlan:
    contact = await _contact(access, said)
    bank, chosen, currency = await _bank(access, said)
    details, accounts, taxes, last = await asyncio.gather(
        access.live.organisation(),
        access.live.posting_accounts(),
        access.live.tax_rates(),
        _last(access, contact, said),
    )
    amounts: LineAmounts = said.tax or "inclusive"  # type: ignore[assignment]  # the literal without ""
    usual = last.lines[0].account_code if last and last.lines else ""
    lines = planned_lines(
        access,
        said.lines,
        Chart(accounts, taxes),
        kind=said.kind,
        currency=currency,
        amounts=amounts,
        usual_account=usual,
        account_needed=True,
    )
    check_sendable(lines, currency)
    on, day_said = day_of_payment(access, said.date, details)
    mark = access.new_marker()
    note = payment_text(said.reference, mark)
    contacts = await access.books.contacts()
    similar = similar_contacts(contact, contacts) if said.way == "spent" else []
    plan = DirectPlan(
        organisation=PlannedOrganisation(
            id=access.organisation.id, name=access.organisation.name, short_code=access.organisation.short_code
        ),
        way=said.way,
        payee=planned_payee(contact, paid=said.way == "spent"),
        party_detail=told_apart(contacts, contact.id, contact.name) or (apart(contact, similar) if similar else ""),
        account=PlannedAccount(id=bank.id, code=bank.code, name=bank.name, currency=currency, chosen=chosen),
        currency=currency,
        amounts=amounts,
        amounts_said=bool(said.tax),
        lines=lines,
        total_minor=sum(line.amount_minor + (line.tax_minor if amounts == "exclusive" else 0) for line in lines),
        date=on.isoformat(),
        date_chosen="said" if day_said else "today",
        account_from="said" if any(line.account.strip() for line in said.lines) else "usual",
        like=last.on.isoformat() if last else "",
        note=note,
        reference=f"{note} {mark}".strip(),
        payee_notices=(*name_notices(contact), *like_notices(contact, similar)),
    )
    return plan.model_copy(update={"direct_notices": tuple(await notices_of(access, plan))})


async def _contact(access: Access, said: _Said) -> Contact:
    known = await contact_of(access, said.contact_name, said.kind)
    if known is None:
        raise ToolRetry(
            {"en": "From whom did it come?", "de": "Von wem kam das Geld?"}
            if said.way == "received"
            else {"en": "To whom was it paid?", "de": "An wen wurde gezahlt?"}
        )
    contact = await access.live.contact(known.id)
    if contact.status not in ("ACTIVE", ""):
        name = words.visible(contact.name)
        raise ToolFailed(
            {
                "en": f"{name} is archived in Xero. Nothing was recorded. Restore the contact in Xero first.",
                "de": f"{name} ist in Xero archiviert. Es wurde nichts erfasst. Den Kontakt zuerst in Xero "
                "wiederherstellen.",
            }
        )
    return contact


async def _bank(access: Access, said: _Said) -> tuple[LedgerAccount, Literal["said", "only", "usual"], str]:
    """The bank account and its currency, which the transaction has. Raises ToolRetry."""
    base = access.organisation.base_currency
    wanted = read_currency(said.currency)
    bank, chosen = await bank_for(access, wanted or base, said.bank_account, "in" if said.way == "received" else "out")
    kept = bank.currency or base
    if wanted and wanted != kept:
        raise ToolRetry(
            {
                "en": f"{words.visible(bank.name)} is kept in {kept}. How much was it in {kept}, or which account?",
                "de": f"{words.visible(bank.name)} wird in {kept} geführt. Wie viel war es in {kept}, oder welches "
                "Konto?",
            }
        )
    return bank, chosen, kept


async def _last(access: Access, contact: Contact, said: _Said) -> BankTransaction | None:
    """The contact's newest transaction of that way in the last twelve months, where its ledger account is not said."""
    if all(line.account.strip() for line in said.lines):
        return None
    found = await access.cash.transactions(
        TransactionQuery(
            first=access.today - _USUAL_WITHIN,
            last=access.today,
            received=said.way == "received",
            contact_id=contact.id,
        )
    )
    plain = [one for one in found if one.lines and one.kind in ("SPEND", "RECEIVE")]
    return max(plain, key=lambda one: one.on, default=None)


RECORD_SPENT = write_tool(
    "xero",
    propose=record_money_spent,
    changed=direct_changed,
    execute=execute_direct,
    look_up=look_up_direct,
    card=direct_card,
    subject=lambda payload: DirectPlan.read(payload).subject(),
    stakes=lambda payload: DirectPlan.read(payload).stakes(),
    recognise=recognise_direct,
    again=lambda payload, fields: DirectPlan.read(payload).arguments(fields),
)
RECORD_RECEIVED = write_tool(
    "xero",
    propose=record_money_received,
    changed=direct_changed,
    execute=execute_direct,
    look_up=look_up_direct,
    card=direct_card,
    subject=lambda payload: DirectPlan.read(payload).subject(),
    stakes=lambda payload: DirectPlan.read(payload).stakes(),
    recognise=recognise_direct,
    again=lambda payload, fields: DirectPlan.read(payload).arguments(fields),
)
