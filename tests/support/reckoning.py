"""What is really in the sandbox's books and what was really written to them, read from outside the product."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from tests.support.sandbox import RunningProvider

_NUMBERS = itertools.count(7001)


@dataclass(frozen=True)
class Document:
    """One invoice or bill as the sandbox itself reckons it."""

    id: str
    type: str
    number: str
    contact: str
    status: str
    issued: date
    due_date: date | None
    currency: str
    total: Decimal
    amount_paid: Decimal
    amount_due: Decimal

    @property
    def open(self) -> bool:
        """Approved, and something is left to pay."""
        return self.status == "AUTHORISED" and self.amount_due > 0


class Ledger:
    """The sandbox's Xero through its control surface, and through its API as another bookkeeper would use it."""

    def __init__(self, xero: RunningProvider) -> None:
        self.xero = xero
        self._token = ""

    def state(self) -> dict[str, Any]:
        """The whole reckoning."""
        return self.xero.state()

    def today(self) -> date:
        """The organisation's calendar day, by which people there speak; around midnight the clock's is another."""
        return datetime.now(ZoneInfo("Europe/Berlin")).date()

    def documents(self, kind: str = "") -> list[Document]:
        """Every document (of one kind: ACCREC invoices, ACCPAY bills)."""
        return [_document(row) for row in self.state()["documents"] if kind in ("", row["type"])]

    def document(self, document_id: str) -> Document:
        """One document by its id."""
        return next(document for document in self.documents() if document.id == document_id)

    def numbered(self, number: str) -> Document:
        """The one document with that number."""
        (document,) = [document for document in self.documents() if document.number == number]
        return document

    def due(self, kind: str, currency: str, *, before: date | None = None) -> tuple[Decimal, int]:
        """What is open of one kind and currency, and how many: all, or only what was due before a day."""
        rows = [
            document.amount_due
            for document in self.documents(kind)
            if document.open
            and document.currency == currency
            and (before is None or (document.due_date is not None and document.due_date < before))
        ]
        return sum(rows, Decimal(0)), len(rows)

    def payments_of(self, document_id: str) -> list[dict[str, Any]]:
        """The payments in the books for one document, deleted ones left out."""
        return [
            payment
            for payment in self.state()["payments"]
            if payment["document_id"] == document_id and payment["status"] != "DELETED"
        ]

    def paid(self, document_id: str) -> list[dict[str, Any]]:
        """The payments that were written (by whomever) for one document, as effects, oldest first."""
        return [
            effect
            for effect in self.xero.effects()
            if effect["operation"] == "create_payment" and effect["body"]["Invoice"].get("InvoiceID") == document_id
        ]

    # what another bookkeeper does in Xero meanwhile

    def new_bill(
        self,
        amount: str = "119.00",
        *,
        contact: str = "Office Depot",
        due_in: int = 5,
        currency: str = "EUR",
        status: str = "AUTHORISED",
    ) -> Document:
        """Enter and (unless said otherwise) approve a bill of its own for a test, so that no two journeys meet."""
        return self._new("ACCPAY", amount, contact, due_in, currency, status)

    def new_invoice(self, amount: str = "238.00", *, contact: str = "Initech", due_in: int = 5) -> Document:
        """Enter and approve a sales invoice."""
        return self._new("ACCREC", amount, contact, due_in, "EUR")

    def new_contact(self, name: str, account_number: str) -> None:
        """Enter a supplier with an account number, as somebody with a login to Xero can."""
        body = {"Name": name, "BankAccountDetails": account_number}
        self._call("PUT", "Contacts", body)

    def changes_of_contacts(self) -> list[dict[str, Any]]:
        """The changes of contacts that were written (by whomever), as effects, oldest first."""
        return [effect for effect in self.xero.effects() if effect["operation"] == "update_contact"]

    def pay(self, document: Document, amount: str) -> None:
        """Record a payment as somebody else would, in Xero itself."""
        body = {
            "Invoice": {"InvoiceID": document.id},
            "Account": {"Code": "090"},
            "Date": self.today().isoformat(),
            "Amount": amount,
        }
        self._call("PUT", "Payments", body)

    def credit_that_fits(self) -> tuple[str, Document]:
        """The number of a credit note with credit left, and a new document that it can be set off against."""
        notes = self._call("GET", "CreditNotes", {})["CreditNotes"]
        note = next(one for one in notes if one["Status"] == "AUTHORISED" and float(one["RemainingCredit"]) > 20)
        kind = "ACCREC" if note["Type"] == "ACCRECCREDIT" else "ACCPAY"
        made = self._new(kind, "119.00", note["Contact"]["Name"], 5, note["CurrencyCode"])
        return str(note["CreditNoteNumber"]), made

    def void(self, document: Document) -> None:
        """Void a document in Xero."""
        self._call("POST", f"Invoices/{document.id}", {"InvoiceID": document.id, "Status": "VOIDED"})

    def _new(
        self, kind: str, amount: str, contact: str, due_in: int, currency: str, status: str = "AUTHORISED"
    ) -> Document:
        today = self.today()
        number = f"{'BILL' if kind == 'ACCPAY' else 'INV'}-{next(_NUMBERS)}"
        body = {
            "Type": kind,
            "Contact": {"Name": contact},
            "InvoiceNumber": number,
            "Date": today.isoformat(),
            "DueDate": (today + timedelta(days=due_in)).isoformat(),
            "CurrencyCode": currency,
            "LineAmountTypes": "Inclusive",
            "Status": status,
            "LineItems": [
                {
                    "Description": "Paper" if kind == "ACCPAY" else "Design",
                    "Quantity": "1",
                    "UnitAmount": amount,
                    "AccountCode": "453" if kind == "ACCPAY" else "200",
                }
            ],
        }
        self._call("PUT", "Invoices", body)
        return self.numbered(number)

    def _call(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._bearer()}", "Accept": "application/json"}
        headers["xero-tenant-id"] = self.state()["organisation"]["tenant_id"]
        answer = httpx.request(method, f"{self.xero.url}/api.xro/2.0/{path}", json=body, headers=headers, timeout=20)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def _bearer(self) -> str:
        if not self._token:
            answer = httpx.post(
                f"{self.xero.url}/connect/token",
                data={
                    "grant_type": "client_credentials",
                    "scope": "accounting.invoices accounting.payments accounting.contacts",
                },
                auth=("sandbox-xero", "sandbox-xero-secret"),
            )
            self._token = str(answer.raise_for_status().json()["access_token"])
        return self._token


def _document(row: dict[str, Any]) -> Document:
    return Document(
        id=row["id"],
        type=row["type"],
        number=row["number"],
        contact=row["contact"],
        status=row["status"],
        issued=date.fromisoformat(row["date"]),
        due_date=None if row["due_date"] is None else date.fromisoformat(row["due_date"]),
        currency=row["currency"],
        total=Decimal(row["total"]),
        amount_paid=Decimal(row["amount_paid"]),
        amount_due=Decimal(row["amount_due"]),
    )


def english(amount: Decimal) -> str:
    """An amount as English text writes it: 18,420.50."""
    return f"{amount:,.2f}"


def german(amount: Decimal) -> str:
    """An amount as German text writes it: 18.420,50."""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
