"""How documents were settled: credit notes set off, customers paying in their own habits, bills paid by us."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from sandbox.company.chart import POUNDS, SOLARIS
from sandbox.company.making import Making, cents, total_of, working_day
from sandbox.company.people import BUYERS
from sandbox.company.shape import Allocation, Document, DocumentKind, DocumentStatus, Payment

_SALES_CREDITS, _PURCHASE_CREDITS = 14, 6
_HABITS = {buyer.key: buyer for buyer in BUYERS}


@dataclass(slots=True)
class Settled:
    """Documents with their final status, and what settled them."""

    documents: list[Document] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)


def _is_credit(document: Document) -> bool:
    return document.kind in (DocumentKind.SALES_CREDIT, DocumentKind.PURCHASE_CREDIT)


def _credit_note(making: Making, original: Document, number: str, share: Decimal, on: date) -> Document:
    """A credit note over a share of each of the original's lines."""
    kind = DocumentKind.SALES_CREDIT if original.kind is DocumentKind.INVOICE else DocumentKind.PURCHASE_CREDIT
    contact = next(c for c in making.contacts.values() if c.contact_id == original.contact_id)
    name = f"credit/{number}/{original.document_id}"
    lines = [
        making.line(
            f"{name}/{place}",
            f"Credit: {line.description}",
            cents(line.line_amount * share),
            line.account_code,
            line.tax_type,
        )
        for place, line in enumerate(original.lines)
    ]
    reference = f"for {original.number}"
    note = making.document(name, kind, contact, lines, number=number, on=on, due=on, reference=reference)
    return replace(note, rate=original.rate)


def credit_notes(making: Making, documents: list[Document]) -> tuple[list[Document], list[Allocation]]:
    """Twenty credit notes for each unit of scale: most set off in part or in full, some still open."""
    rng = making.rng("credits")
    notes: list[Document] = []
    allocations: list[Allocation] = []
    for kind, count, prefix in (
        (DocumentKind.INVOICE, _SALES_CREDITS, "CN-"),
        (DocumentKind.BILL, _PURCHASE_CREDITS, "GS-"),
    ):
        wanted = [d for d in documents if d.kind is kind and d.status is DocumentStatus.AUTHORISED]
        wanted = [d for d in wanted if timedelta(20) < making.today - d.date and d.total < 6000]
        chosen = sorted(rng.sample(wanted, min(len(wanted), count * making.scale)), key=lambda d: d.date)
        for place, original in enumerate(chosen):
            share = (Decimal("0.15"), Decimal("0.25"), Decimal(1), Decimal("0.40"))[place % 4]
            on = min(working_day(original.date + timedelta(days=rng.randrange(3, 12))), making.today)
            note = _credit_note(making, original, f"{prefix}{place + 1:04d}", share, on)
            if place % 5 != 4 and 0 < note.total <= original.total:
                allocation_id = making.new_id(f"allocation/{note.document_id}")
                allocations.append(Allocation(allocation_id, note.document_id, original.document_id, on, note.total))
                note = replace(note, status=DocumentStatus.PAID)
            notes.append(note)
    return notes, allocations


def _payment(making: Making, document: Document, part: int, amount: Decimal, on: date) -> Payment:
    name = f"payment/{document.document_id}/{part}"
    account = SOLARIS if document.currency == "EUR" else POUNDS
    rng = making.rng(name)
    updated_at = max(making.moment(on, rng), document.updated_at)
    return Payment(
        payment_id=making.new_id(name),
        document_id=document.document_id,
        account_code=account,
        date=on,
        amount=amount,
        bank_amount=amount,
        rate=making.rate(document.currency, on),
        reference=document.number if document.kind is DocumentKind.BILL else f"Eingang {document.number}",
        reconciled=on < making.today - timedelta(days=5),
        updated_at=updated_at,
    )


def _pay_days(making: Making, rng: random.Random, document: Document, key: str) -> list[date]:
    """When the money moved: one day, or two for a customer who pays in parts; may lie in the future."""
    if document.kind is DocumentKind.BILL:
        if rng.random() < 0.06:
            return [working_day(document.due_date + timedelta(days=rng.randrange(15, 90)))]
        return [working_day(max(document.date, document.due_date - timedelta(days=rng.randrange(4))))]
    habit = _HABITS[key]
    late = round(rng.gauss(habit.late, habit.spread))
    first = working_day(max(document.date, document.due_date + timedelta(days=late)))
    return [first, working_day(first + timedelta(days=21))] if rng.random() < habit.parts else [first]


def _amounts(due: Decimal, parts: int) -> list[Decimal]:
    if parts == 1:
        return [due]
    first = cents(due / 2)
    return [first, due - first]


def settle(making: Making, documents: list[Document], shares: dict[str, Decimal]) -> Settled:
    """Pays what was paid by today; `shares` fixes it for the documents placed by hand."""
    rng = making.rng("settle")
    keys = {contact.contact_id: key for key, contact in making.contacts.items()}
    free = [d for d in documents if d.document_id not in shares]
    notes, allocations = credit_notes(making, free)
    settled = Settled(allocations=allocations)
    credited = {a.document_id: a.amount for a in allocations}
    for document in documents:
        if document.status is not DocumentStatus.AUTHORISED:
            settled.documents.append(document)
            continue
        due = document.total - credited.get(document.document_id, Decimal(0))
        payments: list[Payment] = []
        if document.document_id in shares:
            amount = cents(due * shares[document.document_id])
            on = working_day(max(document.date, min(making.today, document.due_date) - timedelta(days=6)))
            if amount and on <= making.today:
                payments.append(_payment(making, document, 0, amount, on))
        elif due:
            days = _pay_days(making, rng, document, keys[document.contact_id])
            for part, (on, amount) in enumerate(zip(days, _amounts(due, len(days)), strict=True)):
                if on <= making.today:
                    payments.append(_payment(making, document, part, amount, on))
        settled.payments.extend(payments)
        settled.documents.append(_finished(document, payments, due))
    settled.documents.extend(notes)
    settled.payments.sort(key=lambda payment: (payment.date, payment.payment_id))
    return settled


def _finished(document: Document, payments: list[Payment], due: Decimal) -> Document:
    left = due - total_of(payment.amount for payment in payments)
    updated_at = max([document.updated_at, *(payment.updated_at for payment in payments)])
    status = DocumentStatus.AUTHORISED if left else DocumentStatus.PAID
    return replace(document, status=status, updated_at=updated_at)
