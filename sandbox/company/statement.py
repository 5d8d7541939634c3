"""The bank's side: every booking on every account, with what the ledger knows about it and a little it does not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from sandbox.company.chart import SAVINGS
from sandbox.company.making import Making, total_of
from sandbox.company.shape import (
    Allocation,
    BankAccount,
    BankLine,
    BankTransaction,
    BankTransfer,
    Contact,
    Document,
    DocumentKind,
    DocumentStatus,
    LineSource,
    Payment,
)

_UNPOSTED = 4


class Statement:
    """Writes bank lines in the words of a German bank."""

    def __init__(self, making: Making, accounts: Sequence[BankAccount]) -> None:
        self._making = making
        self._accounts = {account.code: account for account in accounts}
        self._contacts = {contact.contact_id: contact for contact in making.contacts.values()}
        self.lines: list[BankLine] = []

    def _write(
        self,
        code: str,
        on: date,
        amount: Decimal,
        booking_type: str,
        party: tuple[str, str, str],
        text: str,
        source: LineSource,
        source_id: str,
        reference: str = "",
    ) -> None:
        name = f"bankline/{source}/{source_id or text}/{code}"
        currency = self._accounts[code].currency
        self.lines.append(
            BankLine(
                self._making.new_id(name), code, on, on, amount, currency, booking_type,
                *party, text[:140], reference or "NOTPROVIDED", source, source_id,
            )
        )  # fmt: skip

    def payments(self, payments: Sequence[Payment], documents: Sequence[Document]) -> None:
        """Customers' money in, our transfers out."""
        by_id = {document.document_id: document for document in documents}
        for payment in payments:
            document = by_id[payment.document_id]
            contact = self._contacts[document.contact_id]
            money_in = document.kind is DocumentKind.INVOICE
            text = document.number if money_in else f"{document.number} {self._customer_number(contact)}"
            self._write(
                payment.account_code,
                payment.date,
                payment.bank_amount if money_in else -payment.bank_amount,
                "SEPA_CREDIT_TRANSFER",
                _party(contact),
                text,
                LineSource.PAYMENT,
                payment.payment_id,
                document.number,
            )

    def _customer_number(self, contact: Contact) -> str:
        return f"Kd-Nr {contact.account_number}"

    def transactions(self, transactions: Sequence[BankTransaction]) -> None:
        """Wages, authorities, cards, fees, interest."""
        for booking in transactions:
            contact = self._contacts.get(booking.contact_id)
            text = booking.reference
            if contact is not None:
                party, booking_type = _party(contact), "SEPA_DIRECT_DEBIT"
            elif text.startswith("Gehälter"):
                party, booking_type = ("Sammelüberweisung Gehälter", "", ""), "SEPA_CREDIT_TRANSFER"
            elif text.startswith(("Kontoführung", "Account fee")):
                party, booking_type = ("", "", ""), "FEE"
            elif booking.received:
                party, booking_type = ("", "", ""), "INTEREST"
            else:
                party, booking_type = (text.split(",")[0], "", ""), "CARD_TRANSACTION"
            amount = booking.total if booking.received else -booking.total
            self._write(
                booking.account_code,
                booking.date,
                amount,
                booking_type,
                party,
                text,
                LineSource.BANK_TRANSACTION,
                booking.bank_transaction_id,
            )

    def transfers(self, transfers: Sequence[BankTransfer]) -> None:
        """Both ends of a move between our own accounts."""
        for transfer in transfers:
            source, target = self._accounts[transfer.from_code], self._accounts[transfer.to_code]
            own = self._making
            for account, other, amount in (
                (source, target, -transfer.amount),
                (target, source, transfer.to_amount),
            ):
                self._write(
                    account.code,
                    transfer.date,
                    amount,
                    "INTERNAL_TRANSFER" if SAVINGS in (source.code, target.code) else "SEPA_CREDIT_TRANSFER",
                    ("Lindenhof Studio GmbH", other.iban, other.bic),
                    transfer.reference,
                    LineSource.TRANSFER,
                    transfer.bank_transfer_id,
                    own.new_id(f"e2e/{transfer.bank_transfer_id}")[:18],
                )

    def unposted(self, documents: Sequence[Document], settled: dict[str, Decimal]) -> None:
        """Customers' money of the last days that nobody has recorded in the ledger yet."""
        open_invoices = [
            d
            for d in documents
            if d.kind is DocumentKind.INVOICE
            and d.status is DocumentStatus.AUTHORISED
            and d.currency == "EUR"
            and not d.number.startswith("INV-004")
            and not d.number.startswith("INV-005")
            and not settled.get(d.document_id)
        ]
        for back, document in enumerate(sorted(open_invoices, key=lambda d: d.due_date)[:_UNPOSTED]):
            contact = self._contacts[document.contact_id]
            on = self._making.today - timedelta(days=back % 3)
            on -= timedelta(days=max(0, on.weekday() - 4))
            self._write(
                "090",
                on,
                document.total,
                "SEPA_CREDIT_TRANSFER",
                _party(contact),
                f"Rechnung {document.number}",
                LineSource.UNPOSTED,
                "",
                document.number,
            )


def _party(contact: Contact) -> tuple[str, str, str]:
    return contact.name, contact.iban, contact.bic


def settled_amounts(payments: Sequence[Payment], allocations: Sequence[Allocation]) -> dict[str, Decimal]:
    """How much of each document has been settled so far, in its own currency."""
    amounts: dict[str, list[Decimal]] = {}
    for payment in payments:
        amounts.setdefault(payment.document_id, []).append(payment.amount)
    for allocation in allocations:
        amounts.setdefault(allocation.document_id, []).append(allocation.amount)
    return {document_id: total_of(parts) for document_id, parts in amounts.items()}
