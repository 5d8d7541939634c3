"""What the demo company is made of: the facts that every stand-in (ledger, bank) shows in its own vendor's shape.

Amounts are Decimal with two decimals in the record's own currency; `rate` is how many units of the foreign currency
one unit of the base currency buys (1 for base currency), so base = amount / rate. Dates are calendar dates, moments
are aware UTC. Ids are UUID strings that follow from the seed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class DocumentKind(StrEnum):
    """Who owes whom, in the ledger vendor's own words."""

    INVOICE = "ACCREC"
    BILL = "ACCPAY"
    SALES_CREDIT = "ACCRECCREDIT"
    PURCHASE_CREDIT = "ACCPAYCREDIT"


class DocumentStatus(StrEnum):
    """How far a document has come; PAID is reached by settling it in full, never set by hand."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    AUTHORISED = "AUTHORISED"
    PAID = "PAID"
    VOIDED = "VOIDED"
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class Organisation:
    """The company whose books these are."""

    organisation_id: str
    tenant_id: str
    name: str
    legal_name: str
    short_code: str
    base_currency: str
    country_code: str
    tax_number: str
    registration_number: str
    street: str
    postal_code: str
    city: str
    period_lock_date: dt.date
    """Nothing dated on or before this day may be written any more."""
    end_of_year_lock_date: dt.date
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """One line of the chart of accounts."""

    account_id: str
    code: str
    name: str
    type: str
    """BANK, CURRENT, FIXED, CURRLIAB, TERMLIAB, EQUITY, REVENUE, OTHERINCOME, DIRECTCOSTS, EXPENSE, DEPRECIATN"""
    account_class: str
    """ASSET, LIABILITY, EQUITY, REVENUE, EXPENSE"""
    tax_type: str
    description: str
    system_account: str = ""
    """DEBTORS, CREDITORS, GST, ... for accounts that the ledger posts to by itself; else empty"""
    payments_enabled: bool = False
    status: str = "ACTIVE"


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A rate of value added tax as used on lines (percent, e.g. 19)."""

    tax_type: str
    name: str
    percent: Decimal
    report_tax_type: str


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A real account at a bank, mirrored in the ledger by the account with the same code."""

    code: str
    name: str
    iban: str
    bic: str
    currency: str
    provider: str
    """"solaris" for the account that the Solaris stand-in serves, else the invented bank's name"""
    opened_on: dt.date
    opening_balance: Decimal
    """In the account's currency, at the start of the books (day before the first line)."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A customer, a supplier or both."""

    contact_id: str
    name: str
    email: str
    first_name: str
    last_name: str
    street: str
    postal_code: str
    city: str
    country_code: str
    phone: str
    currency: str
    iban: str
    """The account this party really banks with: seen on bank lines."""
    bic: str
    bank_details: str
    """What our ledger knows of it: the same IBAN for suppliers, empty where nobody entered it."""
    account_number: str
    tax_number: str
    is_customer: bool
    is_supplier: bool
    payment_days: int
    tax_free: bool
    """Lines carry 0 % (abroad, reverse charge)."""
    status: str
    updated_at: dt.datetime
    postal: tuple[str, str, str, str] = ("", "", "", "")
    """The address that invoices carry: its line, postal code, city and country."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document: line_amount is net of tax, tax_amount rounded to the cent on its own."""

    line_id: str
    description: str
    quantity: Decimal
    unit_amount: Decimal
    account_code: str
    tax_type: str
    tax_amount: Decimal
    line_amount: Decimal
    item_code: str = ""
    tracking_option: str = ""
    discount_rate: Decimal = Decimal(0)
    """Percent off quantity times unit amount; line_amount is what is left."""


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice, a bill or a credit note; subtotal, tax and total tie with the lines to the cent."""

    document_id: str
    kind: DocumentKind
    number: str
    contact_id: str
    date: dt.date
    due_date: dt.date
    status: DocumentStatus
    currency: str
    rate: Decimal
    reference: str
    lines: tuple[Line, ...]
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    sent: bool
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that settled (part of) a document: amount in the document's currency, bank_amount in the bank account's."""

    payment_id: str
    document_id: str
    account_code: str
    date: dt.date
    amount: Decimal
    bank_amount: Decimal
    rate: Decimal
    reference: str
    reconciled: bool
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Allocation:
    """A credit note set off against an invoice or bill of the same contact."""

    allocation_id: str
    credit_note_id: str
    document_id: str
    date: dt.date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class BankTransaction:
    """Money in or out of a bank account that belongs to no invoice or bill (fees, wages, tax office)."""

    bank_transaction_id: str
    received: bool
    contact_id: str
    account_code: str
    date: dt.date
    reference: str
    lines: tuple[Line, ...]
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    currency: str
    rate: Decimal
    reconciled: bool
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class BankTransfer:
    """Money moved between two of our own bank accounts (amount in the from-account's currency)."""

    bank_transfer_id: str
    from_code: str
    to_code: str
    date: dt.date
    amount: Decimal
    to_amount: Decimal
    rate: Decimal
    reference: str
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One side of a manual journal: positive is debit, negative is credit, base currency."""

    account_code: str
    amount: Decimal
    description: str


@dataclass(frozen=True, slots=True)
class ManualJournal:
    """A posting by hand, e.g. the month's salaries; its lines add up to zero."""

    manual_journal_id: str
    date: dt.date
    narration: str
    lines: tuple[JournalLine, ...]
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class OpeningBalance:
    """Where an account stood when these books begin: positive is debit, base currency; all add up to zero."""

    account_code: str
    amount: Decimal


class LineSource(StrEnum):
    """What in the ledger a bank line belongs to; UNPOSTED: the bank has it, the ledger does not yet."""

    PAYMENT = "payment"
    BANK_TRANSACTION = "bank_transaction"
    TRANSFER = "transfer"
    UNPOSTED = "unposted"


@dataclass(frozen=True, slots=True)
class BankLine:
    """One booking on a bank statement: amount is signed (money out is negative), in the account's currency."""

    bank_line_id: str
    account_code: str
    booked_on: dt.date
    valuta: dt.date
    amount: Decimal
    currency: str
    booking_type: str
    """SEPA_CREDIT_TRANSFER, SEPA_DIRECT_DEBIT, CARD_TRANSACTION, FEE, INTEREST, INTERNAL_TRANSFER"""
    counterparty_name: str
    counterparty_iban: str
    counterparty_bic: str
    description: str
    end_to_end_id: str
    source: LineSource
    source_id: str
    """Id of the payment, bank transaction or transfer; empty when unposted."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something the company sells by a code and a usual price."""

    item_id: str
    code: str
    name: str
    description: str
    unit_price: Decimal
    account_code: str
    tax_type: str


@dataclass(frozen=True, slots=True)
class TrackingCategory:
    """A way to split the books, e.g. by team: options are (id, name)."""

    category_id: str
    name: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody with a login to the ledger."""

    user_id: str
    first_name: str
    last_name: str
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class Company:
    """The whole demo company at the moment `today`; everything in it follows from (seed, today, scale)."""

    seed: int
    today: dt.date
    scale: int
    books_begin: dt.date
    organisation: Organisation
    accounts: tuple[LedgerAccount, ...]
    tax_rates: tuple[TaxRate, ...]
    bank_accounts: tuple[BankAccount, ...]
    contacts: tuple[Contact, ...]
    items: tuple[Item, ...]
    tracking: tuple[TrackingCategory, ...]
    colleagues: tuple[Colleague, ...]
    opening: tuple[OpeningBalance, ...]
    documents: tuple[Document, ...]
    payments: tuple[Payment, ...]
    allocations: tuple[Allocation, ...]
    bank_transactions: tuple[BankTransaction, ...]
    bank_transfers: tuple[BankTransfer, ...]
    manual_journals: tuple[ManualJournal, ...]
    bank_lines: tuple[BankLine, ...]
    """Every booking of every bank account, oldest first."""

    def bank_account(self, code: str) -> BankAccount:
        """The bank account with this ledger code (KeyError when there is none)."""
        for account in self.bank_accounts:
            if account.code == code:
                return account
        raise KeyError(code)

    def lines_of(self, code: str) -> tuple[BankLine, ...]:
        """The statement of one bank account, oldest first."""
        return tuple(line for line in self.bank_lines if line.account_code == code)

    def balance_of(self, code: str) -> Decimal:
        """What the bank says is on the account now: opening balance and every line."""
        opening = self.bank_account(code).opening_balance
        return sum((line.amount for line in self.lines_of(code)), opening)
