"""Xero, writing what went through bank accounts: each is sent once, and looked up when the answer was lost."""

from __future__ import annotations

from datetime import date

from tools.errors import OutcomeUnknown
from tools.money import Money
from tools.trouble import UNREADABLE
from tools.xero import decoding
from tools.xero.cash import Advance, AdvanceKind, BankTransaction, BankTransfer, NewTransaction, NewTransfer
from tools.xero.cash_reader import (
    advance_now,
    between,
    transaction,
    transaction_now,
    transactions_now,
    transfer,
    transfer_now,
    transfers_now,
)
from tools.xero.client import XeroCalls
from tools.xero.credit_notes import Allocation
from tools.xero.reader import known_id
from tools.xero.wire_cash import put_advance_allocation, put_transaction, put_transfer
from tools.xero.writer import check_exact, check_key, sent


class XeroCashWriter:
    """What moved between the bank accounts of one organisation; only the executor holds one."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls
        self._tenant = calls.tenant_id

    async def create_transfer(self, new: NewTransfer, *, key: str) -> BankTransfer:
        """PUT /BankTransfers with one transfer."""
        check_key(key)
        body = await sent(self._calls, lambda api: put_transfer(api, self._tenant, new, key))
        try:
            (made,) = decoding.elements(decoding.body_of(body), "BankTransfers", transfer)
        except ValueError as problem:
            raise OutcomeUnknown("Xero", trouble=UNREADABLE) from problem
        return made

    async def create_transaction(self, new: NewTransaction, *, key: str) -> BankTransaction:
        """PUT /BankTransactions with one bank transaction."""
        check_key(key)
        body = await sent(self._calls, lambda api: put_transaction(api, self._tenant, new, key))
        try:
            (made,) = decoding.elements(decoding.body_of(body), "BankTransactions", transaction)
        except ValueError as problem:
            raise OutcomeUnknown("Xero", trouble=UNREADABLE) from problem
        return made

    async def transactions_of_day(self, on: date, account_id: str) -> list[BankTransaction]:
        """GET /BankTransactions of that day and account, deleted ones too."""
        where = [*between(on, on), f'BankAccount.AccountID==guid("{known_id(account_id)}")']
        return await transactions_now(self._calls, where, "write")

    async def transaction_now(self, transaction_id: str) -> BankTransaction:
        """GET /BankTransactions/{BankTransactionID}."""
        return await transaction_now(self._calls, transaction_id, "write")

    async def allocate_advance(
        self, kind: AdvanceKind, advance_id: str, document_id: str, money: Money, on: date, *, key: str
    ) -> Allocation:
        """PUT /Prepayments/{PrepaymentID}/Allocations, or the same of /Overpayments."""
        check_key(key)
        check_exact(money)
        known, document = known_id(advance_id), known_id(document_id)
        body = await sent(
            self._calls, lambda api: put_advance_allocation(api, self._tenant, kind, known, document, money, on, key)
        )
        try:
            (made,) = decoding.elements(decoding.body_of(body), "Allocations", decoding.allocation)
        except ValueError as problem:
            raise OutcomeUnknown("Xero", trouble=UNREADABLE) from problem
        return made

    async def advance_now(self, kind: AdvanceKind, advance_id: str) -> Advance:
        """GET /Prepayments/{PrepaymentID} or /Overpayments/{OverpaymentID}."""
        return await advance_now(self._calls, kind, advance_id, "write")

    async def transfers_of_day(self, on: date) -> list[BankTransfer]:
        """GET /BankTransfers of that day, deleted ones too."""
        return await transfers_now(self._calls, on, on, "write", with_deleted=True)

    async def transfer_now(self, transfer_id: str) -> BankTransfer:
        """GET /BankTransfers/{BankTransferID}."""
        return await transfer_now(self._calls, transfer_id, "write")
