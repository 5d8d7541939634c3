"""A small company in memory: fakes of the ledger copy, of live Xero, of the writing side and of the bank.

All four share one `World`, so that a payment written by the fake is seen by the next read, as at Xero.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.support.cash import FakeCash, FakeCashWriter
from tests.support.masters import FakeMasters, FakeMasterWriter, MasterWorld
from tests.support.papers import FakePapers, FakePaperWriter
from tests.support.reports import FakeReports, report
from tests.support.trade import FakeTrade, FakeTradeWriter
from tools.base import Access, Organisation, WriteAccess
from tools.errors import NO_SUCH_RECORD, OutcomeUnknown, ProviderRefused, ProviderUnavailable, ToolFailed
from tools.money import Money
from tools.solaris.bank import BankAccount, Booking
from tools.xero.books import (
    Contact,
    Document,
    DocumentKind,
    DocumentQuery,
    DocumentStatus,
    LedgerAccount,
    Line,
    OrganisationDetails,
    Payment,
    PaymentQuery,
    PaymentSum,
)
from tools.xero.credit_notes import Allocation, CreditNote
from tools.xero.drafts import Deed, DraftChange, NewDocument, PostingAccount, TaxRate
from tools.xero.payment_list import sums_of_payments
from tools.xero.setup_shapes import Currency, HistoryRecord, TrackingCategory, XeroUser
from tools.xero.tally import ContactSum, Tally, contact_sums
from tools.xero.writing import NewBankDetails, NewContact, NewPayment

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 13, 2, tzinfo=UTC)
"""14:02 in Berlin."""
ORGANISATION = Organisation(id="org-1", name="Demo GmbH", base_currency="EUR", short_code="!demo1")
_EARLIER = NOW - timedelta(days=30)
_ids = itertools.count(1)


def uid(name: str) -> str:
    """A stable id in the shape of Xero's."""
    return f"00000000-0000-4000-8000-{abs(hash_of(name)):012d}"


def hash_of(name: str) -> int:
    """A number that follows from the name in every run."""
    return zlib.crc32(name.encode())


def contact(name: str, **more: Any) -> Contact:
    """A supplier, unless said otherwise."""
    return Contact(**{"id": uid(name), "name": name, "is_supplier": True, "updated_at": _EARLIER, **more})


def bill(number: str, who: Contact, total: str, **more: Any) -> Document:
    """An approved bill with all of it left, due in a week."""
    return _document(DocumentKind.BILL, number, who, total, more)


def invoice(number: str, who: Contact, total: str, **more: Any) -> Document:
    """An approved invoice with all of it left, due in a week."""
    return _document(DocumentKind.INVOICE, number, who, total, more)


def _document(kind: DocumentKind, number: str, who: Contact, total: str, more: dict[str, Any]) -> Document:
    status = more.get("status", DocumentStatus.AUTHORISED)
    left = Decimal(0) if status in (DocumentStatus.PAID, DocumentStatus.VOIDED) else Decimal(total)
    left = Decimal(more.pop("left", left))
    return Document(
        **{
            "id": uid(f"{kind}{number}{who.id[-4:]}"),
            "kind": kind,
            "number": number,
            "status": status,
            "contact_id": who.id,
            "contact_name": who.name,
            "issued": TODAY - timedelta(days=20),
            "due": TODAY + timedelta(days=7),
            "currency": "EUR",
            "total": Decimal(total),
            "amount_due": left,
            "amount_paid": Decimal(total) - left if status is not DocumentStatus.VOIDED else Decimal(0),
            "updated_at": _EARLIER,
            "lines": (
                Line(description="Work", quantity=Decimal(1), unit_amount=Decimal(total), amount=Decimal(total)),
            ),
            **more,
        }
    )


def payment(document: Document, amount: str, paid_on: date, account: LedgerAccount, **more: Any) -> Payment:
    """A payment that stands, on that document."""
    incoming = document.kind is DocumentKind.INVOICE
    return Payment(
        **{
            "id": f"pay-{next(_ids):04d}",
            "document_id": document.id,
            "document_number": document.number,
            "document_kind": document.kind,
            "contact_id": document.contact_id,
            "contact_name": document.contact_name,
            "paid_on": paid_on,
            "amount": Decimal(amount),
            "currency": document.currency,
            "account_id": account.id,
            "account_code": account.code,
            "status": "AUTHORISED",
            "type": "ACCRECPAYMENT" if incoming else "ACCPAYPAYMENT",
            "updated_at": _EARLIER,
            **more,
        }
    )


def account(code: str, name: str, **more: Any) -> LedgerAccount:
    """A bank account in euros, unless said otherwise."""
    return LedgerAccount(
        **{
            "id": uid(f"acc{code}"),
            "code": code,
            "name": name,
            "type": "BANK",
            "currency": "EUR",
            "updated_at": _EARLIER,
            **more,
        }
    )


MAIN = account("090", "Solaris Geschäftskonto", bank_account_number="DE02120300000000202051")
SAVINGS = account("091", "Tagesgeld")
POUNDS = account("092", "Sterling Account", currency="GBP")
RENT = account("469", "Miete", type="EXPENSE", currency="")
LOAN = account("880", "Gesellschafterdarlehen", type="EQUITY", currency="", enable_payments=True)

ACME = contact("Acme Ltd", city="Dublin", email="billing@acme.example", iban="IE29AIBK93115212345678")
MUELLER = contact("Müller GmbH", is_customer=True)
DUPONT = contact("Dupont SA", is_customer=True, is_supplier=False)
NORTHWIND = contact("Northwind Traders", is_customer=True)
SCHNEIDER = contact("Schneider Logistik")
WEBER_BERLIN = contact("Studio Weber", id=uid("weber-b"), city="Berlin", email="rechnung@weber-b.example")
WEBER_DORTMUND = contact("Studio Weber", id=uid("weber-d"), city="Dortmund", email="rechnung@weber-d.example")


@dataclass
class World:
    """What the fakes know; a test changes it as time would."""

    contacts: list[Contact] = field(
        default_factory=lambda: [ACME, MUELLER, DUPONT, NORTHWIND, SCHNEIDER, WEBER_BERLIN, WEBER_DORTMUND]
    )
    accounts: list[LedgerAccount] = field(default_factory=lambda: [MAIN, SAVINGS, POUNDS, RENT, LOAN])
    documents: list[Document] = field(default_factory=list)
    arriving: list[Document] = field(default_factory=list)
    """Entered at Xero, not yet in the copy."""
    payments: list[Payment] = field(default_factory=list)
    credit_notes: list[CreditNote] = field(default_factory=list)
    details: OrganisationDetails = field(
        default_factory=lambda: OrganisationDetails(
            name="Demo GmbH",
            legal_name="Demo Gesellschaft mbH",
            base_currency="EUR",
            country="DE",
            short_code="!demo1",
            tax_number="DE123456789",
            period_lock_date=date(2026, 7, 31),
            timezone="Europe/Berlin",
        )
    )
    posting_accounts: list[PostingAccount] = field(
        default_factory=lambda: [
            PostingAccount(code="200", name="Sales", type="REVENUE", tax_type="OUTPUT"),
            PostingAccount(code="260", name="Other Revenue", type="REVENUE", tax_type="OUTPUT"),
            PostingAccount(code="453", name="Office Expenses", type="EXPENSE", tax_type="INPUT"),
            PostingAccount(code="469", name="Rent", type="EXPENSE", tax_type="NONE"),
        ]
    )
    history: dict[str, list[HistoryRecord]] = field(default_factory=dict)
    tax_rates: list[TaxRate] = field(
        default_factory=lambda: [
            TaxRate(tax_type="OUTPUT", name="VAT 19 % on sales", percent=Decimal(19)),
            TaxRate(tax_type="INPUT", name="VAT 19 % on costs", percent=Decimal(19)),
            TaxRate(tax_type="NONE", name="Tax Exempt", percent=Decimal(0)),
        ]
    )
    as_of: datetime = NOW
    stale_because: Mapping[str, str] | None = None
    bank_accounts: list[BankAccount] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)

    def document(self, number: str) -> Document:
        """The only document of that number."""
        (found,) = [doc for doc in self.documents if doc.number == number]
        return found

    def change(self, number: str, /, **fields: Any) -> None:
        """Changes a document as somebody else would in Xero."""
        old = self.document(number)
        self.documents[self.documents.index(old)] = old.model_copy(update=fields)


def usual_world() -> World:
    """Two open bills of Acme, one of Schneider, invoices of Dupont and Müller, drafts, paid and voided ones."""
    paid = bill("BILL-150", ACME, "500.00", status=DocumentStatus.PAID, due=date(2026, 10, 20))
    world = World(
        documents=[
            bill("BILL-201", ACME, "1250.00", due=date(2026, 11, 3)),
            bill("BILL-204", ACME, "980.00", due=date(2026, 12, 3)),
            bill("BILL-202", SCHNEIDER, "480.50"),
            bill("BILL-300", ACME, "75.00", status=DocumentStatus.DRAFT),
            bill("BILL-301", MUELLER, "60.00", status=DocumentStatus.SUBMITTED),
            bill("BILL-302", ACME, "61.00", status=DocumentStatus.VOIDED),
            bill("NWT-0007", NORTHWIND, "310.20", currency="GBP"),
            bill("2026-001", WEBER_BERLIN, "100.00"),
            bill("2026-001", MUELLER, "200.00"),
            paid,
            invoice("INV-0042", DUPONT, "3200.00", due=date(2026, 9, 19)),
            invoice("INV-0045", DUPONT, "750.00", left="250.00", due=date(2026, 11, 30)),
            invoice("INV-0051", MUELLER, "1999.00", due=date(2026, 11, 12)),
            invoice("INV-0052", NORTHWIND, "640.00", currency="GBP", due=date(2026, 11, 2)),
            invoice("INV-0053", MUELLER, "119.00", status=DocumentStatus.DRAFT),
        ]
    )
    world.payments = [
        payment(paid, "500.00", date(2026, 10, 19), MAIN, reference="BILL-150 FA-OLDMARK1"),
        payment(world.document("INV-0045"), "500.00", date(2026, 11, 1), MAIN),
    ]
    world.bank_accounts = [
        BankAccount(
            id="a1cacc",
            name="Geschäftskonto",
            iban="DE02120300000000202051",
            currency="EUR",
            status="ACTIVE",
            locking_status="NO_BLOCK",
            booked=Money(Decimal("84500.00"), "EUR"),
            available=Money(Decimal("84210.33"), "EUR"),
        )
    ]
    world.bookings = [
        _booking("b1", date(2026, 11, 20), "-2650.00", "Hofgarten Immobilien KG", "Miete November"),
        _booking("b2", date(2026, 11, 18), "750.00", "Dupont SA", "INV-0045"),
        _booking("b3", date(2026, 10, 2), "-49.90", "Acme Ltd", "Hosting"),
    ]
    return world


def _booking(id: str, day: date, amount: str, counterparty: str, description: str) -> Booking:
    return Booking(
        id=id,
        booked_on=day,
        valuta_on=day,
        type="SEPA_CREDIT_TRANSFER",
        amount=Money(Decimal(amount), "EUR"),
        counterparty=counterparty,
        counterparty_iban="DE89370400440532013000",
        description=description,
    )


class FakeBooks:
    """The ledger copy over a World."""

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def stale_because(self) -> Mapping[str, str] | None:
        """What the world says of Xero's being out of reach."""
        return self.world.stale_because

    async def renew(self) -> None:
        """What was entered at Xero since comes into the copy."""
        self.world.documents += self.world.arriving
        self.world.arriving = []

    async def as_of(self) -> datetime:
        return self.world.as_of

    async def documents(self, query: DocumentQuery, *, today: date) -> list[Document]:
        found = [doc.model_copy(update={"lines": ()}) for doc in self._fitting(query, today)]
        if query.order == "newest":
            found.sort(key=lambda doc: (doc.issued or date.min, doc.number), reverse=True)
        else:
            found.sort(key=lambda doc: (doc.due or date.max, doc.number, doc.id))
        return found[: query.most] if query.most else found

    def _fitting(self, query: DocumentQuery, today: date) -> list[Document]:
        return [doc for doc in self.world.documents if _document_fits(doc, query, today)]

    async def tally(self, query: DocumentQuery, *, today: date) -> Tally:
        return Tally.of(self._fitting(query, today), today)

    async def contact_sums(self, query: DocumentQuery, *, today: date) -> list[ContactSum]:
        return contact_sums(self._fitting(query, today), today)

    async def numbered(self, typed: str, *, contact_id: str = "") -> list[Document]:
        """All of them: which are meant is the caller's to say."""
        return [doc for doc in self.world.documents if not contact_id or doc.contact_id == contact_id]

    async def numbered_alike(self, typed: str, *, contact_id: str = "") -> list[Document]:
        return await self.numbered(typed, contact_id=contact_id)

    async def payments(self, query: PaymentQuery) -> list[Payment]:
        found = [one for one in self.world.payments if _payment_fits(one, query)]
        found.sort(key=lambda one: one.paid_on, reverse=True)
        return found[: query.most] if query.most else found

    async def payment_sums(self, query: PaymentQuery) -> list[PaymentSum]:
        return sums_of_payments([one for one in self.world.payments if _payment_fits(one, query)])

    async def credit_notes(self, kind: DocumentKind) -> list[CreditNote]:
        found = [one for one in self.world.credit_notes if one.kind is kind]
        return sorted(found, key=lambda one: (one.issued or date.min, one.number), reverse=True)

    async def contacts(self) -> list[Contact]:
        return sorted(self.world.contacts, key=lambda one: one.name)

    async def accounts(self) -> list[LedgerAccount]:
        return sorted(self.world.accounts, key=lambda one: one.code)


def _document_fits(doc: Document, query: DocumentQuery, today: date) -> bool:
    opened = doc.status is DocumentStatus.AUTHORISED and doc.amount_due > 0
    in_state = {
        "all": True,
        "open": opened,
        "overdue": doc.days_overdue(today) > 0,
        "paid": doc.status is DocumentStatus.PAID,
        "draft": doc.status is DocumentStatus.DRAFT,
        "submitted": doc.status is DocumentStatus.SUBMITTED,
        "voided": doc.status is DocumentStatus.VOIDED,
    }[query.state]
    amount = doc.amount_due or doc.total
    return (
        doc.kind is query.kind
        and in_state
        and (not query.contact_ids or doc.contact_id in query.contact_ids)
        and (not query.ids or doc.id in query.ids)
        and (not query.number or doc.number == query.number)
        and (not query.currency or doc.currency == query.currency)
        and _within(doc.issued, query.issued_from, query.issued_to)
        and _within(doc.due, query.due_from, query.due_to)
        and (query.min_amount is None or amount >= query.min_amount)
        and (query.max_amount is None or amount <= query.max_amount)
        and (query.amount is None or query.amount in (doc.total, doc.amount_due))
        and query.reference_part.casefold() in doc.reference.casefold()
    )


def _within(day: date | None, start: date | None, end: date | None) -> bool:
    if start is None and end is None:
        return True
    return day is not None and (start is None or day >= start) and (end is None or day <= end)


def _payment_fits(one: Payment, query: PaymentQuery) -> bool:
    way = "in" if one.document_kind is DocumentKind.INVOICE else "out"
    return (
        (not query.direction or way == query.direction)
        and (not query.contact_ids or one.contact_id in query.contact_ids)
        and (not query.document_id or one.document_id == query.document_id)
        and (not query.payment_id or one.id == query.payment_id)
        and (not query.reference or one.reference == query.reference)
        and _within(one.paid_on, query.paid_from, query.paid_to)
        and (query.include_deleted or one.status == "AUTHORISED")
        and (not query.only_deleted or one.status == "DELETED")
        and query.reference_part.casefold() in one.reference.casefold()
    )


class FakeLive:
    """Xero, reading, over a World; `calls` says what it was asked."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.calls: list[str] = []

    async def document(self, document_id: str) -> Document:
        self.calls.append("document")
        for doc in self.world.documents:
            if doc.id == document_id:
                return doc
        raise ToolFailed("Xero has no such document.")

    async def payments_of(self, document_id: str) -> list[Payment]:
        self.calls.append("payments_of")
        return [one for one in self.world.payments if one.document_id == document_id and one.status == "AUTHORISED"]

    async def contact(self, contact_id: str) -> Contact:
        self.calls.append("contact")
        for one in self.world.contacts:
            if one.id == contact_id:
                return one
        raise ProviderRefused("Xero", said=NO_SUCH_RECORD, status=404)

    async def organisation(self) -> OrganisationDetails:
        self.calls.append("organisation")
        return self.world.details

    async def posting_accounts(self) -> list[PostingAccount]:
        self.calls.append("posting_accounts")
        return self.world.posting_accounts

    async def tax_rates(self) -> list[TaxRate]:
        self.calls.append("tax_rates")
        return self.world.tax_rates

    async def credit_document(self, credit_note_id: str) -> Document:
        note = await self.credit_note(credit_note_id)
        shared = {name: getattr(note, name) for name in ("id", "kind", "number", "reference", "status", "issued")}
        return Document(
            **shared,
            contact_id=note.contact_id,
            contact_name=note.contact_name,
            due=None,
            currency=note.currency,
            total=note.total,
            amount_due=note.remaining,
            amount_paid=Decimal(0),
            updated_at=note.updated_at,
            is_credit=True,
        )

    async def credit_note(self, credit_note_id: str) -> CreditNote:
        self.calls.append("credit_note")
        for note in self.world.credit_notes:
            if note.id == credit_note_id:
                return note
        raise ProviderRefused("Xero", said=NO_SUCH_RECORD, status=404)

    async def tracking_categories(self) -> list[TrackingCategory]:
        return [TrackingCategory(id=uid("team"), name="Team", options=("Design", "Web"))]

    async def currencies(self) -> list[Currency]:
        return [Currency(code="GBP", name="British Pound"), Currency(code="EUR", name="Euro")]

    async def users(self) -> list[XeroUser]:
        return [
            XeroUser(name="Zoe Zander", email="zoe@demo.example", role="READONLY"),
            XeroUser(name="Anna Albrecht", email="anna@demo.example", role="STANDARD", is_subscriber=True),
        ]

    async def history_of(self, document_id: str) -> list[HistoryRecord]:
        made = HistoryRecord(at=_EARLIER, changes="Created", user="System Generated", details="")
        return self.world.history.get(document_id, [made])


class FakeBank:
    """Solaris, reading, over a World."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def accounts(self) -> list[BankAccount]:
        return self.world.bank_accounts

    async def bookings(self, account_id: str, *, since: date | None, until: date | None) -> list[Booking]:
        found = [one for one in self.world.bookings if _within(one.booked_on, since, until)]
        return sorted(found, key=lambda one: one.booked_on, reverse=True)


@dataclass
class FakePaymentWriter:
    """Xero, writing, over a World: keeps its rules and remembers each key, as Xero does for some minutes.

    `answers` is taken from the front, one for each call: "ok", "refuse", "lost_before" (nothing happened, nobody
    knows) and "lost_after" (it happened, nobody knows). When it is used up, all is well.
    """

    world: World
    answers: list[str] = field(default_factory=list)
    effects: list[NewPayment] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    says_left: bool = True
    """Whether the answer to a write carries what is left on the document, as Xero's does."""
    reads_fail: bool = False
    keys: list[str] = field(default_factory=list)
    _by_key: dict[str, Payment] = field(default_factory=dict)

    async def create_payment(self, payment: NewPayment, *, key: str) -> Payment:
        self.keys.append(key)
        answer = self.answers.pop(0) if self.answers else "ok"
        if answer == "refuse":
            raise ProviderRefused(
                "Xero", said="Payment amount exceeds the amount outstanding on this document", status=400
            )
        if answer == "lost_before":
            raise OutcomeUnknown("Xero", reason="the connection was lost")
        made = self._by_key.get(key) or self._take_effect(payment)
        self._by_key[key] = made
        if answer == "lost_after":
            raise OutcomeUnknown("Xero", reason="the connection was lost")
        return made

    def _take_effect(self, new: NewPayment) -> Payment:
        (doc,) = [doc for doc in self.world.documents if doc.id == new.document_id]
        if doc.status is not DocumentStatus.AUTHORISED or new.money.amount > doc.amount_due:
            raise ProviderRefused("Xero", said="Payments can only be made against Authorised documents", status=400)
        (paid_from,) = [one for one in self.world.accounts if one.id == new.account_id]
        made = payment(doc, str(new.money.amount), new.paid_on, paid_from, reference=new.reference, updated_at=NOW)
        left = doc.amount_due - new.money.amount
        answered = made.model_copy(update={"left_on_document": left if self.says_left else None})
        changed = doc.model_copy(
            update={
                "amount_due": left,
                "amount_paid": doc.amount_paid + new.money.amount,
                "status": DocumentStatus.AUTHORISED if left else DocumentStatus.PAID,
                "updated_at": NOW,
            }
        )
        self.world.documents[self.world.documents.index(doc)] = changed
        self.world.payments.append(made)
        self.effects.append(new)
        return answered

    async def remove_payment(self, payment_id: str, *, key: str) -> Payment:
        self.keys.append(key)
        answer = self.answers.pop(0) if self.answers else "ok"
        if answer == "refuse":
            raise ProviderRefused("Xero", said="Payment not of valid status for modification", status=400)
        if answer == "lost_before":
            raise OutcomeUnknown("Xero", reason="the connection was lost")
        before = await self.payment_now(payment_id)
        gone = before.model_copy(update={"status": "DELETED", "updated_at": NOW})
        self.world.payments[self.world.payments.index(before)] = gone
        self.removed.append(payment_id)
        if answer == "lost_after":
            raise OutcomeUnknown("Xero", reason="the connection was lost")
        return before if answer == "other" else gone

    async def left_to_pay(self, document_id: str) -> Money:
        if self.reads_fail:
            raise ProviderUnavailable("Xero", reason="HTTP 503")
        (doc,) = [doc for doc in self.world.documents if doc.id == document_id]
        return doc.due_money()

    async def find_payments(self, *, document_id: str, reference: str) -> list[Payment]:
        return [one for one in self.world.payments if one.document_id == document_id and one.reference == reference]

    async def payment_now(self, payment_id: str) -> Payment:
        for one in self.world.payments:
            if one.id == payment_id:
                return one
        raise ProviderRefused("Xero", said=NO_SUCH_RECORD, status=404)


@dataclass
class FakeContactWriter:
    """Xero, writing contacts, over a World; `answers` as for payments, and "other" for an answer that does not fit."""

    world: World
    answers: list[str] = field(default_factory=list)
    effects: list[NewBankDetails] = field(default_factory=list)
    added: list[NewContact] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def change_bank_details(self, change: NewBankDetails, *, key: str) -> Contact:
        self.keys.append(key)
        answer = self.answers.pop(0) if self.answers else "ok"
        if answer == "refuse":
            raise ProviderRefused("Xero", said="A validation exception occurred", status=400)
        if answer == "lost_before":
            raise OutcomeUnknown("Xero", reason="the connection was lost")
        before = await self.contact_now(change.contact_id)
        made = before.model_copy(update={"iban": change.account_number, "updated_at": NOW})
        self.world.contacts[self.world.contacts.index(before)] = made
        self.effects.append(change)
        if answer == "lost_after":
            raise OutcomeUnknown("Xero", reason="the connection was lost")
        return before if answer == "other" else made

    async def create_contact(self, new: NewContact, *, key: str) -> Contact:
        self.keys.append(key)
        answer = self.answers.pop(0) if self.answers else "ok"
        if answer == "refuse":
            raise ProviderRefused("Xero", said="The contact name must be unique", status=400)
        if answer == "lost_before":
            raise OutcomeUnknown("Xero", reason="the connection was lost")
        made = contact(new.name, email=new.email, is_supplier=False, updated_at=NOW)
        self.world.contacts.append(made)
        self.added.append(new)
        if answer == "lost_after":
            raise OutcomeUnknown("Xero", reason="the connection was lost")
        return made.model_copy(update={"name": "Other"}) if answer == "other" else made

    async def contact_named(self, name: str) -> Contact | None:
        return next((one for one in self.world.contacts if one.name == name), None)

    async def contact_now(self, contact_id: str) -> Contact:
        return next(one for one in self.world.contacts if one.id == contact_id)


class NoDocuments:
    """The writing of documents where a test writes none: every call is a mistake of the test."""

    async def create_document(self, new: NewDocument, *, key: str) -> Document:
        raise AssertionError(f"nobody makes documents here: {new}")

    async def change_draft(self, change: DraftChange, *, key: str) -> Document:
        raise AssertionError(f"nobody changes drafts here: {change}")

    async def change_status(self, document_id: str, deed: Deed, *, key: str, is_credit: bool = False) -> Document:
        raise AssertionError(f"nobody changes documents here: {document_id}")

    async def document_now(self, document_id: str, *, is_credit: bool = False) -> Document:
        raise AssertionError(f"nobody reads for writing here: {document_id}")

    async def allocate(self, credit_note_id: str, document_id: str, money: Money, on: date, *, key: str) -> Allocation:
        raise AssertionError(f"nobody sets credit off here: {credit_note_id}")

    async def credit_note_now(self, credit_note_id: str) -> CreditNote:
        raise AssertionError(f"nobody reads for writing here: {credit_note_id}")

    async def documents_of(
        self, contact_id: str, kind: DocumentKind, *, number: str, reference: str, is_credit: bool = False
    ) -> list[Document]:
        raise AssertionError(f"nobody looks documents up here: {contact_id}")


def markers(texts: Sequence[str] = ("FA-TESTMARK",)) -> Callable[[], str]:
    """A minter of our marks that gives these in turn, the last for ever."""
    left = list(texts)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def make_access(world: World | None = None, *, language: str = "en", **more: Any) -> Access:
    """What a tool is lent, over a World (the usual one if none is given)."""
    world = world or usual_world()
    return Access(
        **{
            "organisation": ORGANISATION,
            "now": NOW,
            "today": TODAY,
            "language": language,
            "books": FakeBooks(world),
            "live": FakeLive(world),
            "reports": FakeReports(report("Report", ("Nov",), ("", "Total", ("5.00",)))),
            "papers": FakePapers(),
            "cash": FakeCash(),
            "journals": FakeCash(),
            "trade": FakeTrade(),
            "masters": FakeMasters(MasterWorld(contacts=lambda: world.contacts)),
            "bank": FakeBank(world),
            "new_marker": markers(),
            **more,
        }
    )


def fake_writing(world: World, **sides: Any) -> WriteAccess:
    """What the executor holds, with these sides in place of the usual fakes."""
    return WriteAccess(
        **{
            "payments": FakePaymentWriter(world),
            "contacts": FakeContactWriter(world),
            "documents": NoDocuments(),
            "papers": FakePaperWriter(),
            "cash": FakeCashWriter(),
            "trade": FakeTradeWriter(),
            "masters": FakeMasterWriter(MasterWorld(contacts=lambda: world.contacts)),
            **sides,
        }
    )


def make_write_access(world: World, answers: Sequence[str] = ()) -> tuple[WriteAccess, FakePaymentWriter]:
    """What the executor holds, and the fake behind it."""
    writer = FakePaymentWriter(world, list(answers))
    return fake_writing(world, payments=writer), writer


def make_contact_access(world: World, answers: Sequence[str] = ()) -> tuple[WriteAccess, FakeContactWriter]:
    """The same, with the fake behind the writing of contacts."""
    writer = FakeContactWriter(world, list(answers))
    return fake_writing(world, contacts=writer), writer
