"""A confirmed payment: checked again against Xero, sent once, found again if the answer was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from tools import words
from tools.base import Access, Payload, Receipt, WriteAccess
from tools.errors import Language, OutcomeUnknown, ToolError
from tools.money import Money
from tools.trouble import Trouble
from tools.xero.books import Document, DocumentKind, DocumentStatus, LedgerAccount, OrganisationDetails, Payment
from tools.xero.document_words import status_word
from tools.xero.links import document_link
from tools.xero.payment_account import locked_until
from tools.xero.payment_card import outcome
from tools.xero.payment_payee import contact_now, payee_changes
from tools.xero.payment_plan import Change, PaymentPlan, PlannedAccount
from tools.xero.writing import NewPayment

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
    found = [
        *_of_document(access, plan, document),
        *payee_changes(plan.payee, contact, paid=plan.kind is DocumentKind.BILL),
    ]
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


async def recognise_payment(
    writing: WriteAccess, payload: Payload, payment_id: str
) -> Receipt | Mapping[Language, str]:
    """The payment that a person names: its receipt when it is this one on this document, else what differs.

    Day, account and reference may be others: somebody may have entered it by hand after our answer was lost.
    """
    plan = PaymentPlan.read(payload)
    named = await writing.payments.payment_now(payment_id)
    if found := _not_ours(plan, named):
        return {
            "en": f"The payment {named.id} in Xero is not this one: {words.listed([en for en, _ in found], 'en')}.",
            "de": f"Die Zahlung {named.id} in Xero ist nicht diese: {words.listed([de for _, de in found], 'de')}.",
        }
    recorded = plan.model_copy(
        update={"date": named.paid_on.isoformat(), "reference": named.reference, "account": _account_of(plan, named)}
    )
    return _receipt(recorded, named, await _left_after(writing, plan, named))


def _not_ours(plan: PaymentPlan, named: Payment) -> list[Change]:
    """What keeps a payment in Xero from being the one that was confirmed."""
    found: list[Change] = []
    if named.status != "AUTHORISED":
        found.append(("it was deleted there", "sie wurde dort gelöscht"))
    if named.document_id.casefold() != plan.document.id.casefold():
        other, ours = words.visible(named.document_number), words.visible(plan.document.number)
        found.append((f"it is on {other or 'another document'}, not on {ours}",
                      f"sie gehört zu {other or 'einem anderen Beleg'}, nicht zu {ours}"))  # fmt: skip
    if (named.currency, named.amount) != (plan.amount.currency, plan.money.amount):
        theirs = Money(named.amount, named.currency or plan.amount.currency)
        (its_en, en), (its_de, de) = [
            (words.money(theirs, lang), words.money(plan.money, lang)) for lang in ("en", "de")
        ]
        found.append((f"it is of {its_en}, not of {en}", f"sie lautet über {its_de}, nicht über {de}"))
    if named.updated_at <= datetime.fromisoformat(plan.document.updated_at):
        # Both by Xero's clock: recording a payment changes its document too, and the card was read after that.
        found.append(("it was there before the card was made", "sie war schon da, bevor die Karte entstand"))
    return found


def _account_of(plan: PaymentPlan, named: Payment) -> PlannedAccount:
    """The account that it went through; of another one than was confirmed only the code is known here."""
    if not named.account_id or named.account_id == plan.account.id:
        return plan.account
    return plan.account.model_copy(update={"id": named.account_id, "code": named.account_code, "name": ""})


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
