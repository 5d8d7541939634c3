"""Between the books' shapes and the rows of the ledger copy, both ways and exactly."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from assistant.stores.ledger import direction_of, from_units, to_units
from assistant.stores.moments import from_text, to_text
from tools.xero.books import Contact, Document, DocumentKind, DocumentStatus, LedgerAccount, Payment, PaymentSum
from tools.xero.credit_notes import Allocation, CreditNote
from tools.xero.names import bare_digits, joined_key
from tools.xero.tally import ContactSum, Group

_KINDS: dict[str, DocumentKind | None] = {"": None, **{kind.value: kind for kind in DocumentKind}}


def document_row(document: Document, organisation_id: str, synced_at: str) -> dict[str, object]:
    """The document as a row; its lines are not copied, they are read live."""
    return {
        "organisation_id": organisation_id,
        "id": document.id,
        "kind": document.kind.value,
        "number": document.number,
        "number_key": joined_key(document.number),
        "number_digits": bare_digits(document.number),
        "reference": document.reference,
        "status": document.status.value,
        "contact_id": document.contact_id,
        "contact_name": document.contact_name,
        "issued": _day_text(document.issued),
        "due": _day_text(document.due),
        "currency": document.currency,
        "total": to_units(document.total),
        "amount_due": to_units(document.amount_due),
        "amount_paid": to_units(document.amount_paid),
        "amount_credited": to_units(document.amount_credited),
        "updated_at": to_text(document.updated_at),
        "synced_at": synced_at,
    }


def document_of(row: Any) -> Document:
    """The document again. Rows are ours and were checked when they were written, so they are not checked again."""
    return Document.model_construct(
        id=row.id,
        kind=DocumentKind(row.kind),
        number=row.number,
        reference=row.reference,
        status=DocumentStatus(row.status),
        contact_id=row.contact_id,
        contact_name=row.contact_name,
        issued=_day(row.issued),
        due=_day(row.due),
        currency=row.currency,
        total=from_units(row.total),
        amount_due=from_units(row.amount_due),
        amount_paid=from_units(row.amount_paid),
        amount_credited=from_units(row.amount_credited),
        updated_at=from_text(row.updated_at),
        lines=(),
    )


def payment_row(payment: Payment, organisation_id: str, synced_at: str) -> dict[str, object]:
    """The payment as a row, with whether money came in or went out."""
    return {
        "organisation_id": organisation_id,
        "id": payment.id,
        "document_id": payment.document_id,
        "document_number": payment.document_number,
        "document_kind": payment.document_kind.value if payment.document_kind else "",
        "direction": direction_of(payment.document_kind, payment.type),
        "contact_id": payment.contact_id,
        "contact_name": payment.contact_name,
        "paid_on": payment.paid_on.isoformat(),
        "amount": to_units(payment.amount),
        "currency": payment.currency,
        "reference": payment.reference,
        "account_id": payment.account_id,
        "account_code": payment.account_code,
        "status": payment.status,
        "type": payment.type,
        "updated_at": to_text(payment.updated_at),
        "synced_at": synced_at,
    }


def payment_of(row: Any) -> Payment:
    """The payment again."""
    return Payment.model_construct(
        id=row.id,
        document_id=row.document_id,
        document_number=row.document_number,
        document_kind=_KINDS[row.document_kind],
        contact_id=row.contact_id,
        contact_name=row.contact_name,
        paid_on=date.fromisoformat(row.paid_on),
        amount=from_units(row.amount),
        currency=row.currency,
        reference=row.reference,
        account_id=row.account_id,
        account_code=row.account_code,
        status=row.status,
        type=row.type,
        updated_at=from_text(row.updated_at),
    )


def credit_note_row(note: CreditNote, organisation_id: str, synced_at: str) -> dict[str, object]:
    """The credit note as a row."""
    set_off = [[one.document_id, to_units(one.amount), one.on.isoformat()] for one in note.allocations]
    return {
        "organisation_id": organisation_id,
        "id": note.id,
        "kind": note.kind.value,
        "number": note.number,
        "reference": note.reference,
        "status": note.status.value,
        "contact_id": note.contact_id,
        "contact_name": note.contact_name,
        "issued": _day_text(note.issued),
        "currency": note.currency,
        "total": to_units(note.total),
        "remaining": to_units(note.remaining),
        "allocations": json.dumps(set_off, separators=(",", ":")),
        "updated_at": to_text(note.updated_at),
        "synced_at": synced_at,
    }


def credit_note_of(row: Any) -> CreditNote:
    """The credit note again."""
    return CreditNote(
        id=row.id,
        kind=DocumentKind(row.kind),
        number=row.number,
        reference=row.reference,
        status=DocumentStatus(row.status),
        contact_id=row.contact_id,
        contact_name=row.contact_name,
        issued=_day(row.issued),
        currency=row.currency,
        total=from_units(row.total),
        remaining=from_units(row.remaining),
        allocations=tuple(
            Allocation(document_id=document_id, amount=from_units(units), on=date.fromisoformat(on))
            for document_id, units, on in json.loads(row.allocations)
        ),
        updated_at=from_text(row.updated_at),
    )


def contact_row(contact: Contact, organisation_id: str, synced_at: str) -> dict[str, object]:
    """The contact as a row."""
    return {
        **contact.model_dump(exclude={"updated_at", "country"}),
        "organisation_id": organisation_id,
        "updated_at": to_text(contact.updated_at),
        "synced_at": synced_at,
    }


def contact_of(row: Any) -> Contact:
    """The contact again."""
    return Contact.model_validate({**row._mapping, "updated_at": from_text(row.updated_at)})


def account_row(account: LedgerAccount, organisation_id: str, synced_at: str) -> dict[str, object]:
    """The ledger account as a row."""
    return {
        **account.model_dump(exclude={"updated_at"}),
        "organisation_id": organisation_id,
        "updated_at": to_text(account.updated_at),
        "synced_at": synced_at,
    }


def account_of(row: Any) -> LedgerAccount:
    """The ledger account again."""
    return LedgerAccount.model_validate({**row._mapping, "updated_at": from_text(row.updated_at)})


def _day_text(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def groups_of(row: Any) -> list[Group]:
    """Documents summed by the database (`assistant.stores.ledger_query.tally`): late, not late, and nothing left."""
    status, currency, *sums, first_past, first_coming = row
    (all_, all_total, all_due), (left, left_total, left_due), past = (
        [int(one) for one in sums[at : at + 3]] for at in (0, 3, 6)
    )
    late, late_total, late_due = past if status == DocumentStatus.AUTHORISED.value else (0, 0, 0)
    first = [day for day in (first_past, first_coming) if day] if not late else [first_coming or ""]
    parts = (
        (True, True, late, late_total, late_due, first_past),
        (False, True, left - late, left_total - late_total, left_due - late_due, min(first, default="")),
        (False, False, all_ - left, all_total - left_total, all_due - left_due, ""),
    )
    return [
        Group(
            status=DocumentStatus(status),
            currency=currency,
            late=is_late,
            left=is_left,
            count=count,
            total=from_units(total),
            amount_due=from_units(amount_due),
            first_due=_day(first_due or ""),
        )
        for is_late, is_left, count, total, amount_due, first_due in parts
        if count
    ]


def contact_sum_of(row: Any) -> ContactSum:
    """What is left with one contact (`assistant.stores.ledger_query.contact_sums`)."""
    contact_id, name, currency, count, *ages = row
    return ContactSum(contact_id, name, currency, count, tuple(from_units(int(units)) for units in ages))


def payment_sum_of(row: Any) -> PaymentSum:
    """Payments summed by the database (`assistant.stores.ledger_query.payment_sums`)."""
    direction, status, currency, account_id, count, amount = row
    return PaymentSum(direction == "in", status == "DELETED", currency, account_id, count, from_units(int(amount)))
