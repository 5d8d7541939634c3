"""The stand-in's books: the demo company's records, every change since, and what is left to pay."""

from __future__ import annotations

import copy
import uuid
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from sandbox.company import anchored
from sandbox.company.paperwork import paperwork
from sandbox.company.shape import BankAccount, Company, LedgerAccount
from sandbox.company.wages import Sheet, payroll_of
from sandbox.control import Control
from sandbox.xero.cash import Batch, Booking, Cash, Manual, Transfer, cash_of
from sandbox.xero.keeping import Keeping
from sandbox.xero.records import (
    Allocation,
    Attached,
    Contact,
    Doc,
    DocumentStatus,
    Grant,
    Group,
    Link,
    Note,
    Order,
    Paper,
    Pay,
    Quote,
    Record,
    Removed,
    Repeating,
    Replay,
    Token,
    Ware,
    doc_of,
    pay_of,
    ware_of,
)
from sandbox.xero.standing import Standing, of_ledger
from sandbox.xero.supplied import own_paper

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Another:
    """A further organisation behind the same login: other books, made from another seed."""

    name: str
    short_code: str
    folder: str
    further: int
    """Added to the seed."""
    country: str = "DE"


class Books:
    """Everything of the organisation, found by id; `apply` is the only way to change it."""

    def __init__(self, control: Control, scale: int, another: Another | None = None) -> None:
        state = control.state
        if another is not None and state is not None:
            state = state / another.folder
            state.mkdir(parents=True, exist_ok=True)
        folder = None if state is None else state if another else state.parent
        seed = control.seed + (another.further if another else 0)
        self.control = control
        self.company: Company = anchored(folder, seed=seed, today=control.today(), scale=scale)
        if another is not None:
            own = replace(
                self.company.organisation,
                name=another.name,
                legal_name=another.name,
                short_code=another.short_code,
                country_code=another.country,
            )
            self.company = replace(self.company, organisation=own)
        self.payroll = payroll_of(self.company.organisation, control.today(), seed)
        """None where the organisation's country has none here."""
        self.writes: list[tuple[Record, ...]] = []
        """What every write since the company began changed in the ledger, oldest first."""
        self._unwritten: list[Record] = []
        self._begin()
        self._keeping = Keeping(state)
        for records in self._keeping.read():
            self._take(records)
            self.writes.append(of_ledger(records))

    def _begin(self) -> None:
        """Makes the books those that the company began with."""
        self.documents: dict[str, Doc] = {}
        self.payments: dict[str, Pay] = {}
        self.contacts: dict[str, Contact] = {}
        self.allocations: dict[str, Allocation] = {}
        self.attached: dict[str, dict[str, Attached]] = defaultdict(dict)
        """Files by document and id."""
        self.quotes: dict[str, Quote] = {}
        self.orders: dict[str, Order] = {}
        self.items: dict[str, Ware] = {}
        self.groups: dict[str, Group] = {}
        self.repeating: dict[str, Repeating] = {}
        self.bookings: dict[str, Booking] = {}
        self.advances: dict[str, str] = {}
        """Bank transactions by the prepayment or overpayment that they made."""
        self.transfers: dict[str, Transfer] = {}
        self.manuals: dict[str, Manual] = {}
        self.batches: dict[str, Batch] = {}
        self.sheets: dict[str, Sheet] = {sheet.sheet_id: sheet for sheet in self.payroll.sheets} if self.payroll else {}
        self.notes: list[Note] = []
        self.replays: dict[str, Replay] = {}
        self.grants: dict[str, Grant] = {}
        self.tokens: dict[str, Token] = {}
        self.links: dict[str, Link] = {}
        self.accounts: dict[str, LedgerAccount] = {account.code: account for account in self.company.accounts}
        self.banks: dict[str, BankAccount] = {bank.code: bank for bank in self.company.bank_accounts}
        self.changed: dict[str, int] = defaultdict(int)
        """How often a document (with its payments and allocations) or contact was changed: for caches."""
        self._payments_of: dict[str, list[str]] = defaultdict(list)
        self._allocations_of: dict[str, list[str]] = defaultdict(list)
        self._by_number: dict[str, list[str]] = defaultdict(list)
        last_paid = {payment.document_id: payment.date for payment in self.company.payments}
        for allocation in self.company.allocations:
            last_paid.setdefault(allocation.document_id, allocation.date)
            last_paid.setdefault(allocation.credit_note_id, allocation.date)
        for document in self.company.documents:
            paid = document.status is DocumentStatus.PAID
            self._put(doc_of(document, last_paid[document.document_id] if paid else None))
        for payment in self.company.payments:
            self._put(pay_of(payment))
        for contact in self.company.contacts:
            self._put(contact)
        for allocation in self.company.allocations:
            self._put(allocation)
        for item in self.company.items:
            self._put(ware_of(item, self.company.organisation.created_at))
        for cash in cash_of(self.company):
            self._put_cash(cash)
        papers = paperwork(self.company)
        for kept in (papers.quotes, papers.orders, papers.groups):
            for paper in kept:
                self._put_paper(paper)
        self.repeating = {template.repeating_id: template for template in papers.repeating}

    def apply(self, *records: Record) -> None:
        """Makes a change; it lasts over a restart once `commit` is called, in the same step of the server."""
        self._take(records)
        self._unwritten.extend(records)

    def commit(self) -> None:
        """Puts all changes since the last commit on disk as one: after a kill either all of them are there or none."""
        if self._unwritten:
            self._keeping.write(self._unwritten)
            self.writes.append(of_ledger(self._unwritten))
            self._unwritten.clear()

    def _take(self, records: tuple[Record, ...] | list[Record]) -> None:
        for record in records:
            self._put(record)

    def _put(self, record: Record) -> None:
        match record:
            case Doc():
                self._put_document(record)
            case Pay():
                if record.payment_id not in self.payments:
                    self._payments_of[record.document_id].append(record.payment_id)
                self.payments[record.payment_id] = record
                self.changed[record.document_id] += 1
            case Allocation() | Removed():
                self._put_allocation(record)
            case Contact():
                self.contacts[record.contact_id] = record
                self.changed[record.contact_id] += 1
            case Attached():
                self.attached[record.document_id][record.attachment_id] = record
                self.changed[record.document_id] += 1
            case Note():
                self.notes.append(record)
            case Sheet():
                self.sheets[record.sheet_id] = record
            case Quote() | Order() | Ware() | Group():
                self._put_paper(record)
            case Booking() | Transfer() | Manual() | Batch():
                self._put_cash(record)
            case _:
                self._put_login(record)

    def _put_document(self, document: Doc) -> None:
        before = self.documents.get(document.document_id)
        if before is None or before.number != document.number:
            if before is not None:
                self._by_number[before.number].remove(document.document_id)
            self._by_number[document.number].append(document.document_id)
        self.documents[document.document_id] = document
        self.changed[document.document_id] += 1

    def _put_allocation(self, record: Allocation | Removed) -> None:
        allocation = record if isinstance(record, Allocation) else self.allocations.pop(record.allocation_id)
        for document_id in (allocation.document_id, allocation.credit_note_id):
            self.changed[self.advances.get(document_id, document_id)] += 1
            if isinstance(record, Removed):
                self._allocations_of[document_id].remove(record.allocation_id)
            else:
                self._allocations_of[document_id].append(record.allocation_id)
        if isinstance(record, Allocation):
            self.allocations[record.allocation_id] = record
            return
        # What other documents took of the same credit may now be worth a cent more or less.
        for other in self.allocations_of(allocation.credit_note_id):
            self.changed[other.document_id] += 1

    def _put_paper(self, record: Paper) -> None:
        match record:
            case Quote():
                self.quotes[record.quote_id] = record
            case Order():
                self.orders[record.order_id] = record
            case Ware():
                self.items[record.item_id] = record
            case Group():
                self.groups[record.group_id] = record

    def _put_cash(self, record: Cash) -> None:
        match record:
            case Booking():
                self.bookings[record.booking_id] = record
                self.changed[record.booking_id] += 1
                if record.advance_id:
                    self.advances[record.advance_id] = record.booking_id
            case Transfer():
                self.transfers[record.transfer_id] = record
                self.changed[record.transfer_id] += 1
            case Manual():
                self.manuals[record.manual_id] = record
                self.changed[record.manual_id] += 1
            case Batch():
                self.batches[record.batch_id] = record

    def _put_login(self, record: Replay | Grant | Token | Link) -> None:
        match record:
            case Replay():
                self.replays[record.key] = record
            case Grant():
                self.grants[record.code_hash] = record
            case Token():
                self.tokens[record.token_hash] = record
            case Link():
                self.links[record.link_id] = record

    def frozen(self) -> Books:
        """These books as they are now: what changes here afterwards does not show there. For reading only."""
        still = copy.copy(self)
        records = ("documents", "payments", "contacts", "allocations", "quotes", "orders", "items", "groups", "notes")
        cash = ("sheets", "bookings", "advances", "transfers", "manuals", "batches")
        for name in (*records, *cash, "changed", "writes"):
            setattr(still, name, copy.copy(getattr(self, name)))
        still.attached = defaultdict(dict, {key: dict(files) for key, files in self.attached.items()})
        for name in ("_payments_of", "_allocations_of", "_by_number"):
            setattr(still, name, {key: list(ids) for key, ids in getattr(self, name).items()})
        return still

    def beginning(self) -> Books:
        """Books of their own as they were before any write; only `apply` what was written to these."""
        first = copy.copy(self)
        first._begin()
        first._unwritten = []
        return first

    def new_id(self) -> str:
        """A fresh id for something a client made."""
        return str(uuid.uuid4())

    def payments_of(self, document_id: str) -> list[Pay]:
        """The payments that stand against a document, oldest first (deleted ones left out)."""
        found = [self.payments[payment_id] for payment_id in self._payments_of.get(document_id, ())]
        return [payment for payment in found if payment.status == "AUTHORISED"]

    def allocations_of(self, document_id: str) -> list[Allocation]:
        """Credit set off against this invoice or bill, or given away by this credit note."""
        return [self.allocations[allocation_id] for allocation_id in self._allocations_of.get(document_id, ())]

    def attached_to(self, document_id: str) -> list[Attached]:
        """The files on a record, oldest first: of some bills the supplier's own paper, and what was added."""
        document = self.documents.get(document_id)
        own = own_paper(document) if document else None
        added = self.attached.get(document_id, {})
        return [*([own] if own and own.attachment_id not in added else []), *added.values()]

    def standing(self, document: Doc) -> Standing:
        """What was paid, credited and is left; for a credit note `due` is the credit that remains."""
        paid = sum((payment.amount for payment in self.payments_of(document.document_id)), ZERO)
        credited = sum((item.amount for item in self.allocations_of(document.document_id)), ZERO)
        return Standing(paid, credited, document.total - paid - credited)

    def numbered(self, number: str) -> list[Doc]:
        """Documents with exactly this number (suppliers may share one)."""
        return [self.documents[document_id] for document_id in self._by_number.get(number, ())]

    def advance(self, advance_id: str) -> Booking | None:
        """The bank transaction that made this prepayment or overpayment."""
        return self.bookings.get(self.advances.get(advance_id, ""))

    def account_by_id(self, account_id: str) -> LedgerAccount | None:
        """The ledger account with this id."""
        wanted = account_id.lower()
        return next((account for account in self.accounts.values() if account.account_id == wanted), None)
