"""Fakes for making and moving on invoices and bills, over the same `World` as the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from tests.support.books import NOW, World, fake_writing, uid
from tools.base import WriteAccess
from tools.errors import OutcomeUnknown, ProviderRefused
from tools.money import Money
from tools.xero.books import Document, DocumentKind, DocumentStatus, Line
from tools.xero.credit_notes import Allocation, CreditNote
from tools.xero.drafts import BECOMES, COMES_FROM, Deed, DraftChange, NewDocument, NewLine, line_amount, total_of


@dataclass
class FakeDocumentWriter:
    """Xero, writing documents, over a World: keeps its rules and remembers each key. `answers` as for payments, and
    "other" for an answer that does not fit."""

    world: World
    answers: list[str] = field(default_factory=list)
    changes: list[DraftChange] = field(default_factory=list)
    effects: list[NewDocument | tuple[str, Deed]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    _by_key: dict[str, Document] = field(default_factory=dict)
    set_off: list[tuple[str, Allocation]] = field(default_factory=list)
    _set_off: dict[str, Allocation] = field(default_factory=dict)

    async def create_document(self, new: NewDocument, *, key: str) -> Document:
        answer = self._next(key)
        made = self._by_key.get(key) or self._made(new)
        self._by_key[key] = made
        return self._answered(answer, made)

    async def change_draft(self, change: DraftChange, *, key: str) -> Document:
        answer = self._next(key)
        before = await self.document_now(change.document_id)
        if key not in self._by_key:
            values = {
                "issued": change.issued,
                "due": change.due,
                "reference": change.reference,
                "number": change.number,
            }
            fields: dict[str, object] = {name: value for name, value in values.items() if value is not None}
            if change.lines:
                net, tax = total_of(change.lines, before.line_amounts or "exclusive", before.currency)
                fields |= {
                    "total": (net + tax).amount,
                    "lines": tuple(_line(one, before.currency) for one in change.lines),
                }
            made = before.model_copy(update={**fields, "updated_at": NOW + timedelta(minutes=1)})
            self.world.documents[self.world.documents.index(before)] = made
            self.changes.append(change)
            self._by_key[key] = made
        return self._answered(answer, self._by_key[key])

    async def change_status(self, document_id: str, deed: Deed, *, key: str, is_credit: bool = False) -> Document:
        answer = self._next(key)
        before = await self.document_now(document_id)
        if key not in self._by_key:
            if before.status not in COMES_FROM[deed]:
                raise ProviderRefused("Xero", said="Invoice not of valid status for modification", status=400)
            made = before.model_copy(update={"status": BECOMES[deed], "updated_at": NOW})
            self.world.documents[self.world.documents.index(before)] = made
            self.effects.append((document_id, deed))
            self._by_key[key] = made
        return self._answered(answer, self._by_key[key])

    async def document_now(self, document_id: str, *, is_credit: bool = False) -> Document:
        return next(one for one in self.world.documents if one.id == document_id)

    async def allocate(self, credit_note_id: str, document_id: str, money: Money, on: date, *, key: str) -> Allocation:
        answer = self._next(key)
        if key not in self._set_off:
            note, document = await self.credit_note_now(credit_note_id), await self.document_now(document_id)
            if money.amount > min(note.remaining, document.amount_due):
                raise ProviderRefused("Xero", said="The amount allocated exceeds the remaining credit", status=400)
            made = Allocation(document_id=document_id, amount=money.amount, on=on)
            self._replace(note, document, made)
            self.set_off.append((credit_note_id, made))
            self._set_off[key] = made
        if answer == "lost_after":
            raise OutcomeUnknown("Xero", reason="the connection was lost")
        found = self._set_off[key]
        return found.model_copy(update={"amount": Decimal("0.01")}) if answer == "other" else found

    def _replace(self, note: CreditNote, document: Document, made: Allocation) -> None:
        left, remaining = document.amount_due - made.amount, note.remaining - made.amount
        paid = {"status": DocumentStatus.PAID} if not left else {}
        self.world.documents[self.world.documents.index(document)] = document.model_copy(
            update={"amount_due": left, "amount_credited": document.amount_credited + made.amount, "updated_at": NOW}
            | paid
        )
        self.world.credit_notes[self.world.credit_notes.index(note)] = note.model_copy(
            update={"remaining": remaining, "allocations": (*note.allocations, made), "updated_at": NOW}
        )

    async def credit_note_now(self, credit_note_id: str) -> CreditNote:
        return next(one for one in self.world.credit_notes if one.id == credit_note_id)

    async def documents_of(
        self, contact_id: str, kind: DocumentKind, *, number: str, reference: str, is_credit: bool = False
    ) -> list[Document]:
        return [
            one
            for one in self.world.documents
            if (one.contact_id, one.kind, one.is_credit) == (contact_id, kind, is_credit)
            and ((number and one.number == number) or (reference and one.reference == reference))
        ]

    def _next(self, key: str) -> str:
        self.keys.append(key)
        answer = self.answers.pop(0) if self.answers else "ok"
        if answer == "refuse":
            raise ProviderRefused("Xero", said="A validation exception occurred", status=400)
        if answer == "lost_before":
            raise OutcomeUnknown("Xero", reason="the connection was lost")
        return answer

    def _answered(self, answer: str, made: Document) -> Document:
        if answer == "lost_after":
            raise OutcomeUnknown("Xero", reason="the connection was lost")
        return made.model_copy(update={"total": Decimal("0.01")}) if answer == "other" else made

    def _made(self, new: NewDocument) -> Document:
        net, tax = total_of(new.lines, new.amounts, new.currency)
        total = (net + tax).amount
        who = next(one for one in self.world.contacts if one.id == new.contact_id)
        count = len(self.world.documents)
        made = Document(
            id=uid(f"made{count}"),
            kind=new.kind,
            number=new.number or f"INV-9{count:03d}",
            reference=new.reference,
            status=new.status,
            contact_id=new.contact_id,
            contact_name=who.name,
            issued=new.issued,
            due=new.due,
            currency=new.currency,
            total=total,
            amount_due=total if new.status is DocumentStatus.AUTHORISED else Decimal(0),
            amount_paid=Decimal(0),
            updated_at=NOW,
            is_credit=new.is_credit,
            lines=tuple(_line(line, new.currency) for line in new.lines),
        )
        self.world.documents.append(made)
        self.effects.append(new)
        return made


def _line(line: NewLine, currency: str) -> Line:
    return Line(
        description=line.description,
        quantity=line.quantity,
        unit_amount=line.unit_amount,
        amount=line_amount(line, currency).amount,
        tax_amount=line.tax_amount,
        account_code=line.account_code,
        tax_type=line.tax_type,
    )


def make_document_access(world: World, *answers: str) -> tuple[WriteAccess, FakeDocumentWriter]:
    """What the executor holds, and the fake behind the writing of documents."""
    writer = FakeDocumentWriter(world, list(answers))
    return fake_writing(world, documents=writer), writer
