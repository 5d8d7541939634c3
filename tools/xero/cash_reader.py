"""Xero, reading bank transactions and transfers, page by page until there are no more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tools.errors import ProviderUnavailable
from tools.trouble import TOO_LARGE
from tools.xero import decoding
from tools.xero.allowance import Urgency
from tools.xero.cash import Advance, AdvanceKind, BankTransaction, BankTransfer, BatchPayment, TransactionQuery
from tools.xero.client import XeroCalls, read
from tools.xero.decoding import Unreadable, Wire, decimal, text
from tools.xero.reader import decoded, known_id

_PAGE = 1000
_MOST_PAGES = 20
"""More than that is no answer to a question; a narrower one is asked for."""


class XeroCash:
    """What went through the bank accounts of one organisation's ledger."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls
        self._tenant = calls.tenant_id

    async def transactions(self, query: TransactionQuery) -> list[BankTransaction]:
        """GET /BankTransactions; filtered by Xero, so that only what is asked for is sent."""
        where = [*between(query.first, query.last), 'Status=="AUTHORISED"']
        if query.account_id:
            where.append(f'BankAccount.AccountID==guid("{known_id(query.account_id)}")')
        if query.contact_id:
            where.append(f'Contact.ContactID==guid("{known_id(query.contact_id)}")')
        found = await transactions_now(self._calls, where, "read")
        return [one for one in found if query.received in (None, one.received)]

    async def transfers(self, first: date, last: date) -> list[BankTransfer]:
        """GET /BankTransfers, which Xero gives in one piece."""
        return await transfers_now(self._calls, first, last, "read")

    async def advances(self) -> list[Advance]:
        """GET /Prepayments and /Overpayments."""
        ahead = await self._advances("prepayment")
        beyond = await self._advances("overpayment")
        return sorted((*ahead, *beyond), key=lambda one: one.on, reverse=True)

    async def advance_now(self, kind: AdvanceKind, advance_id: str) -> Advance:
        """GET /Prepayments/{PrepaymentID} or /Overpayments/{OverpaymentID}."""
        return await advance_now(self._calls, kind, advance_id, "read")

    async def _advances(self, kind: AdvanceKind) -> list[Advance]:
        found: list[Advance] = []
        for number in range(1, _MOST_PAGES + 1):
            some, pages = await self._advance_page(kind, number)
            found += [one for one in some if one.status in ("AUTHORISED", "PAID")]
            if number >= pages:
                return found
        raise ProviderUnavailable("Xero", trouble=TOO_LARGE)

    async def _advance_page(self, kind: AdvanceKind, number: int) -> tuple[list[Advance], int]:
        body = await read(
            self._calls,
            lambda api: (api.get_prepayments if kind == "prepayment" else api.get_overpayments)(
                self._tenant, order="Date DESC", page=number, page_size=_PAGE, _preload_content=False
            ),
            "read",
        )
        wire = decoded(lambda: decoding.body_of(body))
        name = "Prepayments" if kind == "prepayment" else "Overpayments"
        some = decoded(lambda: decoding.elements(wire, name, lambda one: advance(one, kind)))
        return some, decoded(lambda: decoding.paging(wire, len(some)))[0]

    async def batches(self, first: date, last: date) -> list[BatchPayment]:
        """GET /BatchPayments, which Xero gives in one piece."""
        where = " AND ".join([*between(first, last), 'Status=="AUTHORISED"'])
        body = await read(
            self._calls,
            lambda api: api.get_batch_payments(self._tenant, where=where, order="Date DESC", _preload_content=False),
            "read",
        )
        return decoded(lambda: decoding.elements(decoding.body_of(body), "BatchPayments", batch))


async def transactions_now(calls: XeroCalls, where: Sequence[str], urgency: Urgency) -> list[BankTransaction]:
    """Every bank transaction for which all conditions hold, latest first. Raises ToolFailed kinds."""
    found: list[BankTransaction] = []
    for number in range(1, _MOST_PAGES + 1):
        some, pages = await _transaction_page(calls, " AND ".join(where), number, urgency)
        found += some
        if number >= pages:
            return found
    raise ProviderUnavailable("Xero", trouble=TOO_LARGE)


async def _transaction_page(
    calls: XeroCalls, where: str, number: int, urgency: Urgency
) -> tuple[list[BankTransaction], int]:
    """A page and how many there are."""
    body = await read(
        calls,
        lambda api: api.get_bank_transactions(
            calls.tenant_id, where=where, order="Date DESC", page=number, page_size=_PAGE, _preload_content=False
        ),
        urgency,
    )
    wire = decoded(lambda: decoding.body_of(body))
    some = decoded(lambda: decoding.elements(wire, "BankTransactions", transaction))
    return some, decoded(lambda: decoding.paging(wire, len(some)))[0]


async def transaction_now(calls: XeroCalls, transaction_id: str, urgency: Urgency) -> BankTransaction:
    """One bank transaction, deleted or not. Raises ToolFailed kinds."""
    known = known_id(transaction_id)
    body = await read(
        calls, lambda api: api.get_bank_transaction(calls.tenant_id, known, _preload_content=False), urgency
    )
    (one,) = decoded(lambda: decoding.elements(decoding.body_of(body), "BankTransactions", transaction))
    return one


async def advance_now(calls: XeroCalls, kind: AdvanceKind, advance_id: str, urgency: Urgency) -> Advance:
    """One prepayment or overpayment, whatever became of it. Raises ToolFailed kinds."""
    known = known_id(advance_id)
    body = await read(
        calls,
        lambda api: (api.get_prepayment if kind == "prepayment" else api.get_overpayment)(
            calls.tenant_id, known, _preload_content=False
        ),
        urgency,
    )
    name = "Prepayments" if kind == "prepayment" else "Overpayments"
    (one,) = decoded(lambda: decoding.elements(decoding.body_of(body), name, lambda one: advance(one, kind)))
    return one


async def transfers_now(
    calls: XeroCalls, first: date, last: date, urgency: Urgency, *, with_deleted: bool = False
) -> list[BankTransfer]:
    """Every transfer between two days, deleted ones only if asked for, latest first. Raises ToolFailed kinds."""
    where = " AND ".join(between(first, last))
    body = await read(
        calls,
        lambda api: api.get_bank_transfers(
            calls.tenant_id, where=where, order="Date DESC", include_deleted=with_deleted, _preload_content=False
        ),
        urgency,
    )
    return [one for one in transfers_of(body) if with_deleted or not one.deleted]


async def transfer_now(calls: XeroCalls, transfer_id: str, urgency: Urgency) -> BankTransfer:
    """One transfer, deleted or not. Raises ToolFailed kinds."""
    known = known_id(transfer_id)
    body = await read(calls, lambda api: api.get_bank_transfer(calls.tenant_id, known, _preload_content=False), urgency)
    (one,) = transfers_of(body)
    return one


def transfers_of(body: bytes) -> list[BankTransfer]:
    """The transfers of an answer. Raises ToolFailed when it cannot be read."""
    return decoded(lambda: decoding.elements(decoding.body_of(body), "BankTransfers", transfer))


def between(first: date, last: date) -> list[str]:
    """Xero's filter for the days between two, both included."""
    return [f"Date>={_day(first)}", f"Date<={_day(last)}"]


def _day(day: date) -> str:
    return f"DateTime({day.year},{day.month:02},{day.day:02})"


def transaction(record: Wire) -> BankTransaction:
    """A bank transaction of an answer. Raises Unreadable."""
    account, contact = record["BankAccount"], record.get("Contact") or {}
    on = decoding.day(record.get("Date"))
    if on is None:
        raise Unreadable("a bank transaction without a day")
    kind = text(record["Type"])
    return BankTransaction(
        id=record["BankTransactionID"],
        received=kind.startswith("RECEIVE"),
        kind=kind,
        status=text(record.get("Status")) or "AUTHORISED",
        on=on,
        account_id=text(account.get("AccountID")),
        account_name=text(account.get("Name")) or text(account.get("Code")),
        contact_id=text(contact.get("ContactID")),
        contact_name=text(contact.get("Name")),
        reference=text(record.get("Reference")),
        currency=record["CurrencyCode"],
        total=decimal(record["Total"]),
        tax=decimal(record.get("TotalTax"), Decimal(0)),
        reconciled=record.get("IsReconciled") is True,
        lines=tuple(decoding.line(one) for one in record.get("LineItems") or ()),
    )


def transfer(record: Wire) -> BankTransfer:
    """A transfer of an answer. Raises Unreadable."""
    source, target = record["FromBankAccount"], record["ToBankAccount"]
    on = decoding.day(record.get("Date"))
    if on is None:
        raise Unreadable("a transfer without a day")
    return BankTransfer(
        id=record["BankTransferID"],
        on=on,
        from_id=text(source.get("AccountID")),
        from_name=text(source.get("Name")) or text(source.get("Code")),
        to_id=text(target.get("AccountID")),
        to_name=text(target.get("Name")) or text(target.get("Code")),
        amount=decimal(record["Amount"]),
        reference=text(record.get("Reference")),
        deleted=text(record.get("Status")) == "DELETED",
    )


def advance(record: Wire, kind: AdvanceKind) -> Advance:
    """A prepayment or overpayment of an answer. Raises Unreadable."""
    contact, on = record.get("Contact") or {}, decoding.day(record.get("Date"))
    if on is None:
        raise Unreadable("an advance without a day")
    return Advance(
        id=record["PrepaymentID" if kind == "prepayment" else "OverpaymentID"],
        kind=kind,
        received=text(record["Type"]).startswith("RECEIVE"),
        status=text(record["Status"]),
        on=on,
        contact_id=text(contact.get("ContactID")),
        contact_name=text(contact.get("Name")),
        reference=text(record.get("Reference")),
        currency=record["CurrencyCode"],
        total=decimal(record["Total"]),
        left=decimal(record.get("RemainingCredit"), Decimal(0)),
        allocations=tuple(decoding.allocation(one) for one in record.get("Allocations") or ()),
    )


def batch(record: Wire) -> BatchPayment:
    """A batch payment of an answer. Raises Unreadable."""
    account, payments, on = record["Account"], record.get("Payments") or [], decoding.day(record.get("Date"))
    if on is None:
        raise Unreadable("a batch payment without a day")
    numbers = (text((one.get("Invoice") or {}).get("InvoiceNumber")) for one in payments)
    return BatchPayment(
        id=record["BatchPaymentID"],
        received=text(record["Type"]) == "RECBATCH",
        status=text(record["Status"]),
        on=on,
        account_id=text(account.get("AccountID")),
        account_name=text(account.get("Name")) or text(account.get("Code")),
        reference=text(record.get("Reference")),
        total=decimal(record["TotalAmount"]),
        numbers=tuple(number for number in numbers if number),
        count=len(payments),
    )
