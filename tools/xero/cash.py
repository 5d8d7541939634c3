"""Money in the books that settles no invoice or bill: spent and received directly, or moved between own accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from tools.money import Money
from tools.xero.books import Line, Shape
from tools.xero.credit_notes import Allocation
from tools.xero.drafts import LineAmounts, NewLine

AdvanceKind = Literal["prepayment", "overpayment"]


class BankTransaction(Shape):
    """Money spent or received directly (Xero's BankTransaction), in the currency of its account."""

    id: str
    received: bool
    kind: str
    """Xero's Type, e.g. SPEND, RECEIVE, SPEND-OVERPAYMENT."""
    status: str
    """AUTHORISED or DELETED."""
    on: date
    account_id: str
    account_name: str
    contact_id: str
    contact_name: str
    reference: str
    currency: str
    total: Decimal
    tax: Decimal
    reconciled: bool
    lines: tuple[Line, ...] = ()


class BankTransfer(Shape):
    """Money moved between two of our own accounts; the amount is in the currency of the account it left."""

    id: str
    on: date
    from_id: str
    from_name: str
    to_id: str
    to_name: str
    amount: Decimal
    reference: str
    deleted: bool = False


class Advance(Shape):
    """Money that came or went before, or beyond, what it pays (Xero's Prepayment and Overpayment)."""

    id: str
    kind: AdvanceKind
    received: bool
    status: str
    """AUTHORISED while something is left of it, then PAID; VOIDED when its bank transaction was deleted."""
    on: date
    contact_id: str
    contact_name: str
    reference: str
    currency: str
    total: Decimal
    left: Decimal
    """What was not yet set off against invoices or bills."""
    allocations: tuple[Allocation, ...] = ()


class BatchPayment(Shape):
    """Several invoices or bills paid as one total, in the currency of the account (Xero's BatchPayment)."""

    id: str
    received: bool
    status: str
    """AUTHORISED or DELETED."""
    on: date
    account_id: str
    account_name: str
    reference: str
    total: Decimal
    numbers: tuple[str, ...]
    """The numbers of what it pays, as far as Xero says them."""
    count: int


@dataclass(frozen=True, slots=True)
class TransactionQuery:
    """Which bank transactions; every condition that is given must hold, both days included."""

    first: date
    last: date
    received: bool | None = None
    account_id: str = ""
    contact_id: str = ""


class CashBooks(Protocol):
    """Xero, reading what went through the bank accounts of the ledger; each call counts against Xero's limits."""

    async def transactions(self, query: TransactionQuery) -> Sequence[BankTransaction]:
        """Every one that matches and is not deleted, latest first."""
        ...

    async def transfers(self, first: date, last: date) -> Sequence[BankTransfer]:
        """Every transfer between two days, both included, latest first."""
        ...

    async def advances(self) -> Sequence[Advance]:
        """Every prepayment and overpayment that was not voided, latest first."""
        ...

    async def advance_now(self, kind: AdvanceKind, advance_id: str) -> Advance:
        """One prepayment or overpayment with its set-offs."""
        ...

    async def batches(self, first: date, last: date) -> Sequence[BatchPayment]:
        """Every batch payment between two days that is not deleted, both included, latest first."""
        ...


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """A transfer to be recorded: both accounts are kept in the money's currency."""

    from_id: str
    to_id: str
    on: date
    money: Money
    reference: str


@dataclass(frozen=True, slots=True)
class NewTransaction:
    """Money spent or received directly, to be recorded in the currency of its bank account."""

    received: bool
    contact_id: str
    account_id: str
    on: date
    currency: str
    amounts: LineAmounts
    lines: tuple[NewLine, ...]
    reference: str


class CashWriter(Protocol):
    """Xero, writing what moved between bank accounts; only the executor holds one.

    Raises ToolFailed when nothing was written for certain, OutcomeUnknown when that cannot be known.
    """

    async def create_transfer(self, new: NewTransfer, *, key: str) -> BankTransfer:
        """Records it once under that idempotency key."""
        ...

    async def create_transaction(self, new: NewTransaction, *, key: str) -> BankTransaction:
        """Records it once under that idempotency key."""
        ...

    async def transactions_of_day(self, on: date, account_id: str) -> Sequence[BankTransaction]:
        """Every bank transaction of that day on that account, deleted ones too, read live."""
        ...

    async def transaction_now(self, transaction_id: str) -> BankTransaction:
        """One bank transaction, read live."""
        ...

    async def allocate_advance(
        self, kind: AdvanceKind, advance_id: str, document_id: str, money: Money, on: date, *, key: str
    ) -> Allocation:
        """Set so much of it off against a document, once; the set-off as Xero answers it."""
        ...

    async def advance_now(self, kind: AdvanceKind, advance_id: str) -> Advance:
        """One prepayment or overpayment with its set-offs, read live."""
        ...

    async def transfers_of_day(self, on: date) -> Sequence[BankTransfer]:
        """Every transfer of that day, deleted ones too, read live."""
        ...

    async def transfer_now(self, transfer_id: str) -> BankTransfer:
        """One transfer, read live."""
        ...
