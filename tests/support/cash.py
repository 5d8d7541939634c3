"""Fake of the ledger's bank transactions and transfers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from tools.errors import OutcomeUnknown
from tools.money import Money
from tools.trouble import BROKE_OFF
from tools.xero.books import Line
from tools.xero.cash import (
    Advance,
    AdvanceKind,
    BankTransaction,
    BankTransfer,
    BatchPayment,
    NewTransaction,
    NewTransfer,
    TransactionQuery,
)
from tools.xero.credit_notes import Allocation
from tools.xero.drafts import line_amount, total_of
from tools.xero.journals import JournalLine, ManualJournal


def transaction(number: int, total: str, *, received: bool = False, **more: Any) -> BankTransaction:
    """Money spent (or received) on the main account."""
    usual = {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "received": received,
        "kind": "RECEIVE" if received else "SPEND",
        "status": "AUTHORISED",
        "on": date(2026, 11, 10),
        "account_id": "00000000-0000-4000-8000-0000000000ba",
        "account_name": "Main account",
        "contact_id": "",
        "contact_name": "Bäckerei Nord",
        "reference": "",
        "currency": "EUR",
        "total": Decimal(total),
        "tax": Decimal(0),
        "reconciled": True,
        "lines": (Line(description="Rolls"),),
    }
    return BankTransaction(**{**usual, **more})


def transfer(number: int, amount: str, **more: Any) -> BankTransfer:
    """Money moved from the main account to the savings."""
    usual = {
        "id": f"00000000-0000-4000-9000-{number:012d}",
        "on": date(2026, 11, 10),
        "from_id": "00000000-0000-4000-8000-0000000000ba",
        "from_name": "Main account",
        "to_id": "00000000-0000-4000-8000-0000000000bb",
        "to_name": "Savings",
        "amount": Decimal(amount),
        "reference": "",
    }
    return BankTransfer(**{**usual, **more})


def advance(number: int, total: str, left: str, **more: Any) -> Advance:
    """What a customer paid ahead."""
    usual = {
        "id": f"00000000-0000-4000-a000-{number:012d}",
        "kind": "prepayment",
        "received": True,
        "status": "AUTHORISED" if Decimal(left) else "PAID",
        "on": date(2026, 11, 10),
        "contact_id": "",
        "contact_name": "Dupont SA",
        "reference": "",
        "currency": "EUR",
        "total": Decimal(total),
        "left": Decimal(left),
    }
    return Advance(**{**usual, **more})


def batch(number: int, total: str, **more: Any) -> BatchPayment:
    """Two bills paid at once from the main account."""
    usual = {
        "id": f"00000000-0000-4000-b000-{number:012d}",
        "received": False,
        "status": "AUTHORISED",
        "on": date(2026, 11, 10),
        "account_id": "00000000-0000-4000-8000-0000000000ba",
        "account_name": "Main account",
        "reference": "",
        "total": Decimal(total),
        "numbers": ("BILL-201", "BILL-202"),
        "count": 2,
    }
    return BatchPayment(**{**usual, **more})


def by_hand(number: int, amount: str, **more: Any) -> ManualJournal:
    """A posting from one account to another."""
    sides = (
        JournalLine(description="", account_code="469", amount=Decimal(amount), tax=Decimal(0)),
        JournalLine(description="", account_code="090", amount=-Decimal(amount), tax=Decimal(0)),
    )
    usual = {
        "id": f"00000000-0000-4000-c000-{number:012d}",
        "narration": "Accrued rent",
        "status": "POSTED",
        "on": date(2026, 11, 10),
        "lines": sides,
    }
    return ManualJournal(**{**usual, **more})


@dataclass
class FakeCash:
    """Gives what a test wrote and remembers what was asked."""

    of_bank: list[BankTransaction] = field(default_factory=lambda: [transaction(1, "12.50")])
    moved: list[BankTransfer] = field(default_factory=lambda: [transfer(1, "500.00")])
    ahead: list[Advance] = field(default_factory=lambda: [advance(1, "100.00", "30.00")])
    together: list[BatchPayment] = field(default_factory=lambda: [batch(1, "80.00")])
    posted: list[ManualJournal] = field(default_factory=lambda: [by_hand(1, "9.00")])
    asked: list[TransactionQuery] = field(default_factory=list)

    async def transactions(self, query: TransactionQuery) -> Sequence[BankTransaction]:
        self.asked.append(query)
        return [
            one
            for one in self.of_bank
            if query.first <= one.on <= query.last
            and query.received in (None, one.received)
            and query.contact_id in ("", one.contact_id)
            and one.status == "AUTHORISED"
        ]

    async def transfers(self, first: date, last: date) -> Sequence[BankTransfer]:
        return [one for one in self.moved if first <= one.on <= last]

    async def advances(self) -> Sequence[Advance]:
        return self.ahead

    async def advance_now(self, kind: AdvanceKind, advance_id: str) -> Advance:
        return next(one for one in self.ahead if (one.kind, one.id) == (kind, advance_id))

    async def batches(self, first: date, last: date) -> Sequence[BatchPayment]:
        return [one for one in self.together if first <= one.on <= last]

    async def manual_journals(self, first: date, last: date) -> Sequence[ManualJournal]:
        return [one for one in self.posted if first <= one.on <= last]


@dataclass
class FakeCashWriter:
    """Records in a FakeCash; `answers` as in FakeMasterWriter, one a call."""

    cash: FakeCash = field(default_factory=FakeCash)
    answers: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def create_transfer(self, new: NewTransfer, *, key: str) -> BankTransfer:
        self.keys.append(key)
        answer = self.answers.pop(0) if self.answers else "ok"
        made = transfer(
            len(self.cash.moved) + 1,
            str(new.money.amount),
            on=new.on,
            from_id=new.from_id,
            to_id=new.to_id,
            reference=new.reference,
        )
        if answer != "nothing":
            self.cash.moved.append(made)
        if answer in ("nothing", "lost"):
            raise OutcomeUnknown("Xero", trouble=BROKE_OFF)
        return made.model_copy(update={"amount": made.amount + 1}) if answer == "other" else made

    async def create_transaction(self, new: NewTransaction, *, key: str) -> BankTransaction:
        self.keys.append(key)
        answer = self.answers.pop(0) if self.answers else "ok"
        net, tax = total_of(new.lines, new.amounts, new.currency)
        made = transaction(
            len(self.cash.of_bank) + 1,
            str((net + tax).amount),
            received=new.received,
            on=new.on,
            account_id=new.account_id,
            contact_id=new.contact_id,
            reference=new.reference,
            currency=new.currency,
            tax=tax.amount,
            lines=tuple(
                Line(
                    description=line.description,
                    account_code=line.account_code,
                    amount=line_amount(line, new.currency).amount,
                )
                for line in new.lines
            ),
        )
        if answer != "nothing":
            self.cash.of_bank.append(made)
        if answer in ("nothing", "lost"):
            raise OutcomeUnknown("Xero", trouble=BROKE_OFF)
        return made.model_copy(update={"total": made.total + 1}) if answer == "other" else made

    async def transactions_of_day(self, on: date, account_id: str) -> Sequence[BankTransaction]:
        return [one for one in self.cash.of_bank if (one.on, one.account_id) == (on, account_id)]

    async def transaction_now(self, transaction_id: str) -> BankTransaction:
        return next(one for one in self.cash.of_bank if one.id == transaction_id)

    async def allocate_advance(
        self, kind: AdvanceKind, advance_id: str, document_id: str, money: Money, on: date, *, key: str
    ) -> Allocation:
        self.keys.append(key)
        answer = self.answers.pop(0) if self.answers else "ok"
        made = Allocation(document_id=document_id, amount=money.amount, on=on)
        if answer != "nothing":
            old = await self.cash.advance_now(kind, advance_id)
            new = {"allocations": (*old.allocations, made), "left": old.left - money.amount}
            self.cash.ahead[self.cash.ahead.index(old)] = old.model_copy(update=new)
        if answer in ("nothing", "lost"):
            raise OutcomeUnknown("Xero", trouble=BROKE_OFF)
        return made.model_copy(update={"amount": made.amount + 1}) if answer == "other" else made

    async def advance_now(self, kind: AdvanceKind, advance_id: str) -> Advance:
        return await self.cash.advance_now(kind, advance_id)

    async def transfers_of_day(self, on: date) -> Sequence[BankTransfer]:
        return [one for one in self.cash.moved if one.on == on]

    async def transfer_now(self, transfer_id: str) -> BankTransfer:
        return next(one for one in self.cash.moved if one.id == transfer_id)
