"""Transfers between own accounts in the shapes of Xero's SDK, as in `wire`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.xero.cash import NewTransfer

if TYPE_CHECKING:
    from xero_python.accounting import AccountingApi  # type: ignore[import-untyped]


def put_transfer(api: AccountingApi, tenant: str, new: NewTransfer, key: str) -> Any:
    """PUT /BankTransfers with one transfer and its idempotency key."""
    from xero_python.accounting import Account, BankTransfer, BankTransfers

    one = BankTransfer(
        from_bank_account=Account(account_id=new.from_id),
        to_bank_account=Account(account_id=new.to_id),
        amount=new.money.amount,
        date=new.on,
        reference=new.reference,
    )
    return api.create_bank_transfer(
        tenant, BankTransfers(bank_transfers=[one]), idempotency_key=key, _preload_content=False
    )
