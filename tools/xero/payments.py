"""Recording a payment on an invoice or a bill: proposed here, confirmed by a person, executed elsewhere."""

from __future__ import annotations

import asyncio
from datetime import date as Date
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from tools.base import Access, Draft, write_tool
from tools.errors import ToolRetry
from tools.free_text import payment_text
from tools.inputs import ContactName, Day, Text, read_currency
from tools.money import Money
from tools.xero.books import Contact, Document, DocumentKind, OrganisationDetails, PaymentQuery
from tools.xero.matching import apart, told_apart
from tools.xero.payment_account import NOTHING_RECORDED, account_for, day_of_payment
from tools.xero.payment_card import payment_card, payment_line
from tools.xero.payment_document import amount_to_record, check_payable, document_to_settle
from tools.xero.payment_payee import check_payee, contact_now, payee_notices, planned_payee, similar_contacts
from tools.xero.payment_plan import (
    Notice,
    PaymentPlan,
    PlannedAccount,
    PlannedAmount,
    PlannedDocument,
    PlannedOrganisation,
)
from tools.xero.payment_run import execute_payment, look_up_payment, payment_changed, recognise_payment

_RECENT = timedelta(days=10)


async def record_payment(
    access: Access,
    document_number: Annotated[
        Text, Field(description="Number of the invoice or bill, as typed (or a choice's id)")
    ] = "",
    contact_name: ContactName = "",
    amount: Annotated[
        Text, Field(description="Only what the person said, e.g. 980.00; empty means all that is left to pay")
    ] = "",
    currency: Annotated[Text, Field(description="Only if the person said one, e.g. EUR")] = "",
    date: Annotated[Day, Field(description="Day of the payment, YYYY-MM-DD; empty means today")] = "",
    account: Annotated[Text, Field(description="Bank account that paid or received, if said: name or code")] = "",
    reference: Annotated[Text, Field(description="Text for the payment, if the person gave one")] = "",
    direction: Annotated[
        Literal["in", "out", ""],
        BeforeValidator(lambda value: value or ""),
        Field(description="out: we paid a bill; in: a customer paid our invoice; empty: follows from the document"),
    ] = "",
) -> Draft:
    """Propose to record a payment against a bill (we paid) or an invoice (we were paid) in Xero.

    Nothing is written: a person confirms on a card. Pass what the person said and nothing else: never invent or
    compute an amount, a payee or a number. With a number or a contact the rest may stay empty. If the answer asks
    which one, ask the person. Recording moves no money at the bank.
    """
    try:
        return await _proposal(
            access,
            document_number=document_number,
            contact_name=contact_name,
            amount=amount,
            currency=currency,
            day=date,
            account=account,
            reference=reference,
            direction=direction,
        )
    except ToolRetry as asked:
        raise asked.saying(NOTHING_RECORDED) from None


async def _proposal(
    access: Access,
    *,
    document_number: str,
    contact_name: str,
    amount: str,
    currency: str,
    day: str,
    account: str,
    reference: str,
    direction: str,
) -> Draft:
    wanted = read_currency(currency)
    known = await document_to_settle(
        access, document_number, contact_name, amount=amount, currency=wanted, direction=direction
    )
    document, payee, details = await _payable_now(access, known)
    money, said = amount_to_record(document, amount, wanted, language=access.language)
    paid_on, day_said = day_of_payment(access, day, details)
    ledger_account, chosen = await account_for(access, document, account)
    mark = access.new_marker()
    note = payment_text(reference, mark)
    contacts = await access.books.contacts()
    similar = similar_contacts(payee, contacts) if document.kind is DocumentKind.BILL else []
    plan = PaymentPlan(
        organisation=PlannedOrganisation(
            id=access.organisation.id, name=access.organisation.name, short_code=access.organisation.short_code
        ),
        document=_planned(document),
        payee=planned_payee(payee, paid=document.kind is DocumentKind.BILL),
        party=document.contact_name,
        party_detail=told_apart(contacts, payee.id, payee.name) or (apart(payee, similar) if similar else ""),
        amount=PlannedAmount(minor=money.minor, currency=money.currency),
        amount_chosen="said" if said else "all_left",
        account=PlannedAccount(
            id=ledger_account.id,
            code=ledger_account.code,
            name=ledger_account.name,
            currency=ledger_account.currency or access.organisation.base_currency,
            chosen=chosen,
        ),
        date=paid_on.isoformat(),
        date_chosen="said" if day_said else "today",
        note=note,
        reference=f"{note} {mark}".strip(),
        left_after_minor=(document.due_money() - money).minor,
        notices=(
            *await payee_notices(document, payee, similar),
            *await _notices(access, document, money, paid_on),
        ),
    )
    return Draft(payload=plan.payload(), summary=payment_line(plan, access.language))


async def _payable_now(access: Access, known: Document) -> tuple[Document, Contact, OrganisationDetails]:
    """Document, payee and organisation live from Xero; raises ToolFailed unless that can be paid to this payee."""
    document, paid, details, contact = await asyncio.gather(
        access.live.document(known.id),
        access.live.payments_of(known.id),
        access.live.organisation(),
        contact_now(access, known.contact_id),
    )
    check_payable(document, paid)
    if document.contact_id != known.contact_id:  # the copy is older than that change
        contact = await contact_now(access, document.contact_id)
    return document, check_payee(document, contact), details


def _planned(document: Document) -> PlannedDocument:
    return PlannedDocument(
        id=document.id,
        number=document.number,
        kind="invoice" if document.kind is DocumentKind.INVOICE else "bill",
        contact_id=document.contact_id,
        contact_name=document.contact_name,
        currency=document.currency,
        total_minor=Money(document.total, document.currency).minor,
        due_minor=document.due_money().minor,
        issued=document.issued.isoformat() if document.issued else "",
        due=document.due.isoformat() if document.due else "",
        updated_at=document.updated_at.isoformat(),
    )


async def _notices(access: Access, document: Document, money: Money, day: Date) -> tuple[Notice, ...]:
    """What the person should look at: the same amount to the same contact lately; a day before the bill's own."""
    found: list[Notice] = []
    recent = await access.books.payments(
        PaymentQuery(contact_ids=(document.contact_id,), paid_from=access.today - _RECENT)
    )
    for payment in recent:
        if Money(payment.amount, payment.currency) == money and payment.document_kind is document.kind:
            found.append(
                Notice(code="same_amount_recently", date=payment.paid_on.isoformat(), number=payment.document_number)
            )
            break
    if document.issued and day < document.issued:
        found.append(Notice(code="before_its_date", date=document.issued.isoformat(), number=document.number))
    return tuple(found)


RECORD_PAYMENT = write_tool(
    "xero",
    propose=record_payment,
    changed=payment_changed,
    execute=execute_payment,
    look_up=look_up_payment,
    card=payment_card,
    subject=lambda payload: PaymentPlan.read(payload).document.id,
    stakes=lambda payload: PaymentPlan.read(payload).stakes(),
    recognise=recognise_payment,
    again=lambda payload, fields: PaymentPlan.read(payload).arguments(fields),
)
