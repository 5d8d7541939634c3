"""The company of a run at the sandbox's Xero: its bills, its faults, its clock, and what was really paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx

from tests.weather.clock import MovedClock
from tools.xero.login import XeroApp

API = "/api.xro/2.0"
TOTAL = Decimal("1000.00")
"""What every bill is over."""
_APP = ("sandbox-xero", "sandbox-xero-secret")


@dataclass(frozen=True, slots=True)
class Bill:
    """One unpaid bill."""

    id: str
    number: str


class Company:
    """Steers and watches one sandbox from outside, as a tester; the product never sees this."""

    def __init__(self, url: str, *, tenant: str = "") -> None:
        self.url = url
        self.app = XeroApp(*_APP, identity_url=url, login_url=url, api_url=url)
        self._http = httpx.Client(base_url=url, timeout=30, verify=False, trust_env=False)
        self.clock = MovedClock(self._advance, advanced=self._get("/_sandbox/clock")["advanced_seconds"])
        self.tenant = tenant
        if not tenant:
            self._sign_in()
        self._bills: list[Bill] = []
        self._made = 0

    def close(self) -> None:
        """Ends the tester's own connection."""
        self._http.close()

    def _sign_in(self) -> None:
        answer = self._http.post("/connect/token", data={"grant_type": "client_credentials"}, auth=_APP)
        self._http.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
        self.tenant = self._get("/connections")[0]["tenantId"]
        self._http.headers["xero-tenant-id"] = self.tenant

    def _get(self, path: str, **parameters: str | int) -> Any:
        answer = self._http.get(path, params=parameters)
        if answer.status_code == 401:  # half an hour of moved time is soon over
            self._sign_in()
            answer = self._http.get(path, params=parameters)
        return answer.raise_for_status().json()

    def _put(self, path: str, body: Any) -> Any:
        answer = self._http.put(f"{API}/{path}", json=body)
        if answer.status_code == 401:
            self._sign_in()
            answer = self._http.put(f"{API}/{path}", json=body)
        return answer.raise_for_status().json()

    def _advance(self, seconds: float) -> None:
        self._http.post("/_sandbox/clock", json={"advance_seconds": seconds}).raise_for_status()

    def catch_up(self) -> None:
        """Show the time that the provider shows, after another process has moved it."""
        self.clock.show(self._get("/_sandbox/clock")["advanced_seconds"])

    def enter_bills(self, count: int) -> None:
        """So many fresh bills of one supplier, in one request."""
        self._bills += self._entered(count, "AUTHORISED")

    def enter_bill(self, status: str) -> Bill:
        """One more, in that state."""
        return self._entered(1, status)[0]

    def enter_invoice(self) -> Bill:
        """A fresh approved sales invoice."""
        today = self.clock().date()
        self._made += 1
        sent = {
            "Type": "ACCREC",
            "Contact": {"Name": "Acme Ltd"},
            "InvoiceNumber": f"WI-{self._made:06d}",
            "Date": today.isoformat(),
            "DueDate": (today + timedelta(days=30)).isoformat(),
            "LineAmountTypes": "NoTax",
            "LineItems": [{"Description": "Hosting", "Quantity": 1, "UnitAmount": str(TOTAL), "AccountCode": "200"}],
            "Status": "AUTHORISED",
        }
        (one,) = self._put("Invoices", {"Invoices": [sent]})["Invoices"]
        return Bill(one["InvoiceID"], one["InvoiceNumber"])

    def enter_quote(self) -> Bill:
        """A fresh draft of a quote with a title and terms, which a careless update would clear."""
        line = {"Description": "Offer", "Quantity": 1, "UnitAmount": str(TOTAL), "AccountCode": "200"}
        sent = {
            "Contact": {"Name": "Acme Ltd"},
            "Date": self.clock().date().isoformat(),
            "LineAmountTypes": "NOTAX",
            "LineItems": [line],
            "Title": "Offer",
            "Terms": "30 days",
        }
        (one,) = self._put("Quotes", {"Quotes": [sent]})["Quotes"]
        return Bill(one["QuoteID"], one["QuoteNumber"])

    def enter_credit(self, status: str) -> Bill:
        """A fresh credit note of the supplier, for as much as two bills."""
        self._made += 1
        line = {"Description": "Returned", "Quantity": 2, "UnitAmount": str(TOTAL), "AccountCode": "400"}
        sent = {
            "Type": "ACCPAYCREDIT",
            "Contact": {"Name": "Acme Ltd"},
            "CreditNoteNumber": f"WC-{self._made:06d}",
            "Date": self.clock().date().isoformat(),
            "LineAmountTypes": "NoTax",
            "LineItems": [line],
            "Status": status,
        }
        (one,) = self._put("CreditNotes", {"CreditNotes": [sent]})["CreditNotes"]
        return Bill(one["CreditNoteID"], one["CreditNoteNumber"])

    def enter_advance(self) -> str:
        """Money that the supplier got ahead, for as much as two bills; the id of the prepayment."""
        line = {"Description": "Ahead", "Quantity": 2, "UnitAmount": str(TOTAL), "AccountCode": "400"}
        sent = {
            "Type": "SPEND-PREPAYMENT",
            "Contact": {"Name": "Acme Ltd"},
            "BankAccount": {"Code": "090"},
            "Date": self.clock().date().isoformat(),
            "LineAmountTypes": "NoTax",
            "LineItems": [line],
        }
        (one,) = self._put("BankTransactions", {"BankTransactions": [sent]})["BankTransactions"]
        return str(one["PrepaymentID"])

    def _entered(self, count: int, status: str) -> list[Bill]:
        today = self.clock().date()
        line = {"Description": "Hosting", "Quantity": 1, "UnitAmount": str(TOTAL), "AccountCode": "400"}
        sent = [
            {
                "Type": "ACCPAY",
                "Contact": {"Name": "Acme Ltd"},
                "InvoiceNumber": f"W-{self._made + place:06d}",
                "Date": today.isoformat(),
                "DueDate": (today + timedelta(days=30)).isoformat(),
                "CurrencyCode": "EUR",
                "LineAmountTypes": "NoTax",
                "LineItems": [line],
                "Status": status,
            }
            for place in range(count)
        ]
        self._made += count
        made = self._put("Invoices", {"Invoices": sent})["Invoices"]
        return [Bill(one["InvoiceID"], one["InvoiceNumber"]) for one in made]

    def next_bill(self) -> Bill:
        """A bill that no run has touched."""
        if not self._bills:
            self.enter_bills(50)
        return self._bills.pop(0)

    def pay_outside(self, bill: Bill, amount: Decimal) -> None:
        """Somebody else pays a part of it, in Xero itself; under a key of nobody."""
        payment = {
            "Invoice": {"InvoiceID": bill.id},
            "Account": {"Code": "090"},
            "Date": self.clock().date().isoformat(),
            "Amount": str(amount),
            "Reference": "by hand",
        }
        self._put("Payments", {"Payments": [payment]})

    def paid_on(self, bill: Bill) -> Decimal:
        """What Xero says was paid of it. Call it in fair weather."""
        (found,) = self._get(f"{API}/Invoices/{bill.id}")["Invoices"]
        return Decimal(str(found["AmountPaid"]))

    def order(self, fault: dict[str, Any]) -> None:
        """One more fault to come."""
        self._http.post("/_sandbox/faults", json=fault).raise_for_status()

    def clear(self, *, keep: str = "") -> None:
        """No more faults; what is under way arrives, and what lags goes on lagging if it is kept."""
        self._http.delete("/_sandbox/faults", params={"keep": keep}).raise_for_status()

    def effects(self, after: int = 0) -> list[dict[str, Any]]:
        """What took effect after that number, oldest first."""
        found: list[dict[str, Any]] = self._get("/_sandbox/effects", after=after)
        return found

    def payments(self, after: int = 0) -> list[dict[str, Any]]:
        """The payments among them."""
        return [effect for effect in self.effects(after) if effect["operation"] == "create_payment"]
