"""Money spent, received or moved between own accounts in the shapes of Xero's SDK, as in `wire`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from tools.money import Money
from tools.xero.cash import AdvanceKind, NewTransaction, NewTransfer
from tools.xero.wire import LINE_AMOUNTS, currency_code, line_items

if TYPE_CHECKING:
    from xero_python.accounting import AccountingApi  # type: ignore[import-untyped]


def put_transaction(api: AccountingApi, tenant: str, new: NewTransaction, key: str) -> Any:
    """PUT /BankTransactions with one and its idempotency key; each line's tax is sent as it was reckoned."""
    from xero_python.accounting import Account, BankTransaction, BankTransactions, Contact, LineAmountTypes

    one = BankTransaction(
        type="RECEIVE" if new.received else "SPEND",
        contact=Contact(contact_id=new.contact_id),
        bank_account=Account(account_id=new.account_id),
        date=new.on,
        reference=new.reference,
        currency_code=currency_code(new.currency),
        line_amount_types=LineAmountTypes(LINE_AMOUNTS[new.amounts]),
        line_items=line_items(new.lines),
        status="AUTHORISED",
    )
    return api.create_bank_transactions(
        tenant, BankTransactions(bank_transactions=[one]), unitdp=4, idempotency_key=key, _preload_content=False
    )


def put_advance_allocation(
    api: AccountingApi,
    tenant: str,
    kind: AdvanceKind,
    advance_id: str,
    document_id: str,
    money: Money,
    on: date,
    key: str,
) -> Any:
    """PUT /Prepayments/{id}/Allocations or /Overpayments/{id}/Allocations with one set-off and its key."""
    from xero_python.accounting import Allocation, Allocations, Invoice

    one = Allocation(invoice=Invoice(invoice_id=document_id), amount=money.amount, date=on)
    create = api.create_prepayment_allocations if kind == "prepayment" else api.create_overpayment_allocations
    return create(tenant, advance_id, Allocations(allocations=[one]), idempotency_key=key, _preload_content=False)


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
