"""Whatever is written of bank, batches, advances and manual journals, in whatever order: the reports tie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.xero_stand_in import API, Connected, connected
from tests.test_sandbox_xero_ledger import check_ties

INVOICES, BILLS = ("INV-0050", "INV-0051"), ("BILL-201", "BILL-202")


class Clerk:
    """Writes one thing after the other; remembers what can be taken back."""

    def __init__(self, xero: Connected) -> None:
        self.xero = xero
        self.made: list[tuple[str, str]] = []
        self.written = 0

    def put(self, noun: str, body: dict[str, Any]) -> dict[str, Any] | None:
        response = self.xero.send("PUT", noun, {noun: [body]})
        assert response.status_code in (200, 400), response.text
        if response.status_code == 400:
            return None
        made: dict[str, Any] = response.json()[noun][0]
        self.made.append((noun, made[f"{noun[:-1]}ID"]))
        self.written += 1
        return made

    def bank_transaction(self, amount: Decimal, pick: int) -> None:
        kind, account = ("SPEND", "RECEIVE")[pick % 2], ("090", "092")[pick // 2 % 2]
        amounts = ("Exclusive", "Inclusive", "NoTax")[pick % 3]
        lines = [
            {"Description": "a", "LineAmount": str(amount), "AccountCode": "453", "TaxType": "INPUT"},
            {"Description": "b", "LineAmount": "0.07", "AccountCode": "485", "TaxType": "TAX002"},
        ]
        self.put("BankTransactions", self._with(kind, account, "INV-0050", lines) | {"LineAmountTypes": amounts})

    def _with(self, kind: str, account: str, number: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
        contact = {"ContactID": self.xero.document(number)["Contact"]["ContactID"]}
        return {"Type": kind, "Contact": contact, "BankAccount": {"Code": account}, "LineItems": lines}

    def transfer(self, amount: Decimal, pick: int) -> None:
        ends = [("090", "091"), ("092", "090"), ("091", "092"), ("090", "092")][pick % 4]
        body = {"FromBankAccount": {"Code": ends[0]}, "ToBankAccount": {"Code": ends[1]}, "Amount": str(amount)}
        self.put("BankTransfers", body)

    def manual_journal(self, amount: Decimal, pick: int) -> None:
        amounts = ("Exclusive", "Inclusive", "NoTax")[pick % 3]
        tax = (amount * 19 / 100).quantize(Decimal("0.01"), "ROUND_HALF_UP") if amounts == "Exclusive" else 0
        lines = [
            {"AccountCode": "453", "LineAmount": str(amount), "TaxType": "INPUT"},
            {"AccountCode": "620", "LineAmount": str(-amount - tax)},
        ]
        body = {"Narration": "by hand", "LineAmountTypes": amounts, "JournalLines": lines}
        self.put("ManualJournals", body | {"Status": ("POSTED", "DRAFT")[pick // 3 % 2]})

    def batch(self, amount: Decimal, pick: int) -> None:
        payments = [
            {"Invoice": {"InvoiceNumber": number}, "Amount": str(amount)} for number in (INVOICES, BILLS)[pick % 2]
        ]
        self.put("BatchPayments", {"Account": {"Code": ("090", "091")[pick % 2]}, "Payments": payments})

    def advance(self, amount: Decimal, pick: int) -> None:
        way, number = (("RECEIVE", INVOICES), ("SPEND", BILLS))[pick % 2]
        line: dict[str, Any] = {"Description": "ahead", "LineAmount": str(amount)}
        kind = ("OVERPAYMENT", "PREPAYMENT")[pick // 2 % 2]
        if kind == "PREPAYMENT":
            line |= {"AccountCode": "453", "TaxType": "INPUT"}
        made = self.put("BankTransactions", self._with(f"{way}-{kind}", "090", number[pick % 2], [line]))
        if made is not None:
            noun = f"{kind.capitalize()}s"
            for part in (amount / 3, amount / 7):
                body = {"Invoice": {"InvoiceNumber": number[pick % 2]}, "Amount": str(part.quantize(Decimal("0.01")))}
                path = f"{noun}/{made[f'{noun[:-1]}ID']}/Allocations"
                response = self.xero.send("PUT", path, {"Allocations": [body]})
                if response.status_code == 200:
                    self.made.append((path, response.json()["Allocations"][0]["AllocationID"]))

    def take_back(self, amount: Decimal, pick: int) -> None:
        if not self.made:
            return
        noun, made = self.made.pop(pick % len(self.made))
        answer: httpx.Response
        if noun.endswith("Allocations"):
            answer = self.xero.http.delete(f"{API}/{noun}/{made}")
        else:
            posted = noun == "ManualJournals" and self.xero.get(f"{noun}/{made}")[noun][0]["Status"] == "POSTED"
            answer = self.xero.send("POST", f"{noun}/{made}", {"Status": "VOIDED" if posted else "DELETED"})
        assert answer.status_code in (200, 400), answer.text


@pytest.fixture(scope="module")
def clerk() -> Iterator[Clerk]:
    with connected() as xero:
        yield Clerk(xero)


DEEDS: tuple[Callable[[Clerk, Decimal, int], None], ...] = (
    Clerk.bank_transaction,
    Clerk.transfer,
    Clerk.manual_journal,
    Clerk.batch,
    Clerk.advance,
    Clerk.take_back,
)
steps = st.tuples(
    st.sampled_from(DEEDS),
    st.decimals(min_value="0.01", max_value="60", places=2),
    st.integers(min_value=0, max_value=23),
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(steps, min_size=3, max_size=9))
def test_the_reports_tie_after_any_writes(clerk: Clerk, plan: list[tuple[Any, Decimal, int]]) -> None:
    for deed, amount, pick in plan:
        deed(clerk, amount, pick)
    check_ties(clerk.xero)


def test_much_of_it_was_written(clerk: Clerk) -> None:
    for deed in DEEDS[:-1]:
        before = clerk.written
        for pick in range(4):
            deed(clerk, Decimal("1.99"), pick)
        assert clerk.written > before, deed.__name__
    check_ties(clerk.xero)
    while clerk.made:
        clerk.take_back(Decimal(0), len(clerk.made) - 1)
    check_ties(clerk.xero)
