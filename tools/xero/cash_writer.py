"""Xero, writing transfers between own accounts: each is sent once, and looked up when the answer was lost."""

from __future__ import annotations

from datetime import date

from tools.errors import OutcomeUnknown
from tools.trouble import UNREADABLE
from tools.xero import decoding
from tools.xero.cash import BankTransfer, NewTransfer
from tools.xero.cash_reader import transfer, transfer_now, transfers_now
from tools.xero.client import XeroCalls
from tools.xero.wire_cash import put_transfer
from tools.xero.writer import check_key, sent


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

    async def transfers_of_day(self, on: date) -> list[BankTransfer]:
        """GET /BankTransfers of that day, deleted ones too."""
        return await transfers_now(self._calls, on, on, "write", with_deleted=True)

    async def transfer_now(self, transfer_id: str) -> BankTransfer:
        """GET /BankTransfers/{BankTransferID}."""
        return await transfer_now(self._calls, transfer_id, "write")
