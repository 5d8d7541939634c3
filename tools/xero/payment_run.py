"""A confirmed payment: checked again against Xero, sent once, found again if the answer was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal

from tools import words
from tools.base import Access, Payload, Receipt, WriteAccess
from tools.errors import Language, OutcomeUnknown, ToolError
from tools.money import Money
from tools.trouble import Trouble
from tools.xero.books import Document, DocumentStatus, LedgerAccount, NewPayment, OrganisationDetails, Payment
from tools.xero.document_words import status_word
from tools.xero.links import document_link
from tools.xero.payment_account import locked_until
from tools.xero.payment_card import outcome
from tools.xero.payment_payee import contact_now, payee_changes
from tools.xero.payment_plan import Change, PaymentPlan

_LOOK_SECONDS = 10
"""For the reading after the write: much less than the executor's patience with the write itself."""
_ANOTHER_PAYMENT = Trouble("answered with another payment than was sent", "hat mit einer anderen Zahlung geantwortet")


async def payment_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads document, payee, account and lock dates again: None while the card still tells the truth, else what
    changed."""
    plan = PaymentPlan.read(payload)
    document, contact, details, accounts = await asyncio.gather(
        access.live.document(plan.document.id),
        contact_now(access, plan.payee.contact_id),
        access.live.organisation(),
        access.books.accounts(),
    )
    found = [*_of_document(access, plan, document), *payee_changes(plan, contact)]
    changes = list(dict.fromkeys([*found, *_of_account(plan, accounts), *_of_lock(plan, details)]))
    if not changes:
        return None
    number = words.visible(plan.document.number)
    return {
        "en": f"Nothing was recorded. {number} changed since the card was made: "
        f"{words.listed([en for en, _ in changes], 'en')}.",
        "de": f"Es wurde nichts erfasst. {number} hat sich geändert, seit die Karte entstand: "
        f"{words.listed([de for _, de in changes], 'de')}.",
    }


def _of_document(access: Access, plan: PaymentPlan, document: Document) -> list[Change]:
    found: list[Change] = []
    if document.currency != plan.document.currency:
        return [(f"it is now in {document.currency}", f"sie lautet jetzt auf {document.currency}")]
    if document.status is not DocumentStatus.AUTHORISED:
        en, de = status_word(document, access.today, "en"), status_word(document, access.today, "de")
        found.append((f"it is now {en}", f"der Status ist jetzt: {de}"))
    elif document.due_money() != plan.due_money:
        now, was = document.due_money(), plan.due_money
        found.append(
            (
                f"it is now {words.money(now, 'en')} that is left to pay (it was {words.money(was, 'en')})",
                f"offen sind jetzt {words.money(now, 'de')} (es waren {words.money(was, 'de')})",
            )
        )
    if (document.contact_id, document.contact_name) != (plan.document.contact_id, plan.document.contact_name):
        name = words.visible(document.contact_name)
        found.append((f"the contact is now {name}", f"der Kontakt ist jetzt {name}"))
    if document.number != plan.document.number:
        number = words.visible(document.number)
        found.append((f"its number is now {number}", f"die Nummer ist jetzt {number}"))
    return found


def _of_account(plan: PaymentPlan, accounts: list[LedgerAccount]) -> list[Change]:
    title = words.visible(f"{plan.account.code} {plan.account.name}".strip())
    account = next((account for account in accounts if account.id == plan.account.id), None)
    if account is None or not account.can_pay:
        return [(f"the account {title} takes no payments any more", f"das Konto {title} nimmt keine Zahlungen mehr an")]
    if (account.code, account.name) != (plan.account.code, plan.account.name):
        now = words.visible(f"{account.code} {account.name}".strip())
        return [(f"the account {title} is now called {now}", f"das Konto {title} heißt jetzt {now}")]
    return []


def _of_lock(plan: PaymentPlan, details: OrganisationDetails) -> list[Change]:
    locked = locked_until(details)
    if locked is None or plan.paid_on > locked:
        return []
    return [
        (
            f"the books are now locked up to {words.day(locked, 'en')}",
            f"die Bücher sind jetzt bis {words.day(locked, 'de')} gesperrt",
        )
    ]


async def execute_payment(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends the payment once with that key; what Xero answers must be what was sent, else the outcome is unknown."""
    plan = PaymentPlan.read(payload)
    made = await writing.payments.create_payment(
        NewPayment(
            document_id=plan.document.id,
            account_id=plan.account.id,
            paid_on=plan.paid_on,
            money=plan.money,
            reference=plan.reference,
        ),
        key=key,
    )
    if made.document_id != plan.document.id or made.amount != plan.money.amount or made.status != "AUTHORISED":
        raise OutcomeUnknown("Xero", trouble=_ANOTHER_PAYMENT)
    return _receipt(plan, made, await _left_after(writing, plan, made))


async def look_up_payment(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Finds the payment of an earlier attempt by our mark in its reference; None when Xero has none."""
    plan = PaymentPlan.read(payload)
    found = await writing.payments.find_payments(document_id=plan.document.id, reference=plan.reference)
    return _receipt(plan, found[0], await _left_after(writing, plan, found[0])) if found else None


async def _left_after(writing: WriteAccess, plan: PaymentPlan, made: Payment) -> Money | None:
    """What Xero says is left to pay now; never what the card expected, since others may have paid meanwhile.

    The payment is recorded whatever comes of this: when Xero does not say it in a few seconds, the person is told
    nothing about it.
    """
    if made.left_on_document is not None:
        return Money(made.left_on_document, plan.document.currency)
    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            left = await writing.payments.left_to_pay(plan.document.id)
    except (ToolError, TimeoutError):
        return None
    return left if left.currency == plan.document.currency else None


def _receipt(plan: PaymentPlan, made: Payment, left: Money | None) -> Receipt:
    told = {"left_after": words.plain(left.amount, left.currency)} if left is not None else {}
    return Receipt(
        provider="Xero",
        reference=made.id,
        link=document_link(plan.organisation.short_code, plan.kind, plan.document.id),
        facts={
            "payment_id": made.id,
            "document_id": plan.document.id,
            "document_number": plan.document.number,
            "amount": words.plain(Decimal(made.amount), plan.amount.currency),
            "currency": plan.amount.currency,
            "paid_on": made.paid_on.isoformat(),
            "account_id": plan.account.id,
            "reference": plan.reference,
            **told,
        },
        summary={language: outcome(plan, language, left=left) for language in words.LANGUAGES},
    )
