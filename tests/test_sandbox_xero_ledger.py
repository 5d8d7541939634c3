"""The double-entry ledger under the Xero stand-in: whatever is written, the reports tie."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.xero_stand_in import Connected, connected


@pytest.fixture
def xero() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


def rows(report: dict[str, Any]) -> dict[str, list[str]]:
    """A report's lines by their first cell."""
    found = {}
    for row in report["Reports"][0]["Rows"]:
        for line in (row, *row.get("Rows", [])):
            texts = [cell["Value"] for cell in line.get("Cells", [])]
            if texts:
                found[texts[0]] = texts[1:]
    return found


def figure(report: dict[str, list[str]], name: str, column: int = 0) -> Decimal:
    return Decimal(report[name][column])


def check_ties(xero: Connected) -> dict[str, Any]:
    """Trial balance, balance sheet, bank summary and the open documents agree with each other."""
    state = xero.provider.state()
    assert state["trial_balance"]["sum"] == "0.00"
    sheet = rows(xero.get("Reports/BalanceSheet", periods="11"))
    for column in range(12):
        assert figure(sheet, "Net Assets", column) == figure(sheet, "Total Equity", column)
        net = figure(sheet, "Total Assets", column) - figure(sheet, "Total Liabilities", column)
        assert net == figure(sheet, "Net Assets", column)
    trial = rows(xero.get("Reports/TrialBalance"))["Total"]
    assert trial[0] == trial[1] and trial[2] == trial[3]
    banks = rows(xero.get("Reports/BankSummary", fromDate="2026-01-01"))
    for bank in state["banks"].values():
        assert banks[bank["name"]][3] == bank["base_balance"] == sheet[bank["name"]][0]
    profit = rows(xero.get("Reports/ProfitAndLoss", fromDate="2026-01-01"))
    assert profit["Net Profit"] == [sheet["Current Year Earnings"][0]]
    for side, kinds in (("receivables", ("ACCREC", "ACCRECCREDIT")), ("payables", ("ACCPAY", "ACCPAYCREDIT"))):
        owed = [
            (Decimal(d["amount_due"]) if d["currency"] == "EUR" else Decimal(0)) * (-1 if "CREDIT" in d["type"] else 1)
            for d in state["documents"]
            if d["status"] == "AUTHORISED" and d["type"] in kinds
        ]
        ahead = "RECEIVE-OVERPAYMENT" if side == "receivables" else "SPEND-OVERPAYMENT"
        left = [Decimal(a["remaining"]) for a in state["advances"] if (a["type"], a["currency"]) == (ahead, "EUR")]
        open_base = sum(owed, Decimal(0)) - sum(left, Decimal(0))
        assert open_base == Decimal(state[side]["open"]["EUR"])
        pounds = Decimal(state[side]["open"].get("GBP", "0"))
        # Pounds are carried at each document's own rate, which lies between 0.80 and 0.92 for a euro.
        carried = Decimal(state[side]["ledger"]) - open_base
        assert pounds / Decimal("0.92") <= carried <= pounds / Decimal("0.80")
    return state


def test_the_company_ties_as_it_begins(xero: Connected) -> None:
    check_ties(xero)


def test_it_still_ties_after_every_kind_of_write(xero: Connected) -> None:
    before = check_ties(xero)
    assert xero.pay("BILL-202", 480.5).status_code == 200
    assert xero.pay("NWT-2231", 1000, account="092").status_code == 200
    assert xero.pay("NWT-2231", 500, account="090").status_code == 200
    assert xero.pay("INV-0053", 1600, account="092").status_code == 200
    taken_back = xero.pay("INV-0051", 1999).json()["Payments"][0]["PaymentID"]
    assert xero.send("POST", f"Payments/{taken_back}", {"Status": "DELETED"}).status_code == 200
    void = xero.document("INV-0050")["InvoiceID"]
    assert xero.send("POST", f"Invoices/{void}", {"Status": "VOIDED"}).status_code == 200
    for amounts in ("Exclusive", "Inclusive", "NoTax"):
        body = {
            "Type": "ACCPAY",
            "Contact": {"Name": "Acme Ltd"},
            "InvoiceNumber": f"NEW-{amounts}",
            "Status": "AUTHORISED",
            "DueDate": "2026-12-01",
            "LineAmountTypes": amounts,
            "LineItems": [
                {"Description": "a", "Quantity": 3, "UnitAmount": 33.33, "AccountCode": "453", "TaxType": "INPUT"},
                {"Description": "b", "Quantity": 1, "UnitAmount": 0.07, "AccountCode": "485", "TaxType": "TAX002"},
            ],
        }
        assert xero.send("PUT", "Invoices", {"Invoices": [body]}).status_code == 200
    after = check_ties(xero)
    moved = Decimal(after["banks"]["090"]["balance"]) - Decimal(before["banks"]["090"]["balance"])
    rate = Decimal(str(xero.document("NWT-2231")["CurrencyRate"]))
    assert moved == Decimal("-480.50") - (500 / rate).quantize(Decimal("0.01"))
    pounds = Decimal(after["banks"]["092"]["balance"]) - Decimal(before["banks"]["092"]["balance"])
    assert pounds == Decimal("600.00")


def test_a_payment_moves_the_balance_sheet_by_its_amount(xero: Connected) -> None:
    before = rows(xero.get("Reports/BalanceSheet"))
    assert xero.pay("BILL-201", 1250).status_code == 200
    after = rows(xero.get("Reports/BalanceSheet"))
    for name in ("Solaris Geschäftskonto", "Accounts payable"):
        assert figure(before, name) - figure(after, name) == 1250
    assert after["Net Assets"] == before["Net Assets"]


def test_a_report_on_an_earlier_day_does_not_know_later_payments(xero: Connected) -> None:
    before = rows(xero.get("Reports/BalanceSheet", date="2026-11-20"))
    assert xero.pay("BILL-201", 1250, on="2026-11-21").status_code == 200
    assert rows(xero.get("Reports/BalanceSheet", date="2026-11-20")) == before
    assert rows(xero.get("Reports/BalanceSheet", date="2026-11-21")) != before


def test_what_the_sandbox_cannot_report_it_refuses(xero: Connected) -> None:
    refused = xero.http.get("/api.xro/2.0/Reports/BalanceSheet", params={"paymentsOnly": "True"})
    assert refused.status_code == 400
    assert "paymentsOnly is not available" in refused.json()["Message"]
    for query in ({"date": "soon"}, {"periods": "99"}, {"timeframe": "WEEK"}):
        assert xero.http.get("/api.xro/2.0/Reports/BalanceSheet", params=query).status_code == 400


def test_the_books_are_found_again_after_a_restart(tmp_path: Path) -> None:
    with connected(state=tmp_path) as xero:
        assert xero.pay("BILL-202", 480.5, key="kept").status_code == 200
        body = {"Contacts": [{"Name": "Vega Print"}]}
        assert xero.send("PUT", "Contacts", body).status_code == 200
        before = xero.provider.state()
        effects = xero.provider.effects()
        header = xero.http.headers["Authorization"]
    with connected(state=tmp_path) as xero:
        assert xero.provider.state() == before
        assert xero.provider.effects() == effects
        assert xero.document("BILL-202")["Status"] == "PAID"
        xero.http.headers["Authorization"] = header
        assert xero.get("Contacts", where='Name=="Vega Print"')["Contacts"]
        assert xero.pay("BILL-202", 480.5, key="kept").status_code == 200, "the kept answer survives a restart"
        assert len(xero.provider.effects()) == len(effects)
        check_ties(xero)


def test_a_write_cut_off_by_a_kill_is_as_if_it_never_was(tmp_path: Path) -> None:
    with connected(state=tmp_path) as xero:
        assert xero.pay("BILL-202", 480.5).status_code == 200
    books = tmp_path / "xero" / "books.jsonl"
    whole = books.read_bytes()
    *kept, last = whole.splitlines(keepends=True)
    books.write_bytes(b"".join(kept) + last[: len(last) // 2])
    with connected(state=tmp_path) as xero:
        assert xero.document("BILL-202")["Status"] == "AUTHORISED"
        check_ties(xero)
        assert xero.pay("BILL-201", 1250).status_code == 200
    with connected(state=tmp_path) as xero:
        assert xero.document("BILL-201")["Status"] == "PAID", "what was written after the cut is whole"
