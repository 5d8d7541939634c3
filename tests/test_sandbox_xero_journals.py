"""Journals at the Xero stand-in: every posting by number, in step with the trial balance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.xero_spec import check, needs_specs, spec
from tests.support.xero_stand_in import API, APP, REDIRECT, Connected, authorize, connected
from tests.test_sandbox_xero_cash_ties import DEEDS, Clerk

SCOPE = (
    "accounting.journals.read accounting.invoices accounting.payments accounting.banktransactions "
    "accounting.manualjournals accounting.contacts"
)


@contextmanager
def following(state: Path | None = None) -> Iterator[Connected]:
    """An app that a person let follow the journals (a custom connection may not)."""
    with connected(state=state) as xero:
        code = authorize(xero.http, scope=SCOPE)["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        token = xero.http.post("/connect/token", data=form, auth=APP).raise_for_status().json()["access_token"]
        xero.http.headers["Authorization"] = f"Bearer {token}"
        xero.http.headers["xero-tenant-id"] = xero.http.get("/connections").json()[0]["tenantId"]
        yield xero


@pytest.fixture
def xero() -> Iterator[Connected]:
    with following() as connection:
        yield connection


def journals(xero: Connected, offset: int = 0) -> list[dict[str, Any]]:
    """All journals after that number, a hundred at a time."""
    found: list[dict[str, Any]] = []
    while page := xero.get("Journals", offset=str(offset))["Journals"]:
        assert len(page) <= 100
        found += page
        offset = page[-1]["JournalNumber"]
    return found


def sums(found: list[dict[str, Any]]) -> dict[str, str]:
    """What the lines of journals come to by account, as the reckoning writes it."""
    accounts: dict[str, Decimal] = {}
    for journal in found:
        amounts = [(line["AccountCode"], Decimal(str(line["NetAmount"]))) for line in journal["JournalLines"]]
        assert sum(amount for _, amount in amounts) == 0, journal
        for code, amount in amounts:
            accounts[code] = accounts.get(code, Decimal(0)) + amount
    return {code: f"{amount:.2f}" for code, amount in sorted(accounts.items()) if amount}


def test_the_companys_journals_come_to_its_trial_balance(xero: Connected) -> None:
    found = journals(xero)
    assert [journal["JournalNumber"] for journal in found] == list(range(1, len(found) + 1))
    assert len({journal["JournalID"] for journal in found}) == len(found)
    assert sums(found) == xero.provider.state()["trial_balance"]["accounts"]
    kinds = {journal.get("SourceType") for journal in found}
    assert kinds >= {None, "ACCREC", "ACCPAY", "ACCRECPAYMENT", "CASHPAID", "TRANSFER", "MANJOURNAL"}


def test_a_bill_is_posted_as_it_stands(xero: Connected) -> None:
    bill = xero.document("BILL-202")["InvoiceID"]
    posted = next(one for one in journals(xero) if one.get("SourceID") == bill)
    assert posted["SourceType"] == "ACCPAY"
    amounts = {line["AccountCode"]: line["NetAmount"] for line in posted["JournalLines"]}
    assert amounts["800"] == -480.5
    assert xero.get(f"Journals/{posted['JournalID']}")["Journals"] == [posted]
    assert xero.get(f"Journals/{posted['JournalNumber']}")["Journals"] == [posted]
    assert xero.http.get(f"{API}/Journals/99999999").status_code == 404


def test_what_was_posted_stays_and_what_is_taken_back_is_reversed(xero: Connected) -> None:
    before = journals(xero)
    payment = xero.pay("BILL-202", 480.5).json()["Payments"][0]["PaymentID"]
    made = journals(xero, len(before))
    assert [(one["SourceType"], one["SourceID"]) for one in made] == [("ACCPAYPAYMENT", payment)]
    assert xero.send("POST", f"Payments/{payment}", {"Status": "DELETED"}).status_code == 200
    after = journals(xero)
    assert after[: len(before) + 1] == [*before, *made]
    assert [one["SourceID"] for one in after[len(before) + 1 :]] == [payment]
    assert sums(after[len(before) :]) == {}
    invoice = xero.document("INV-0050")["InvoiceID"]
    assert xero.send("POST", f"Invoices/{invoice}", {"Status": "VOIDED"}).status_code == 200
    assert [one["SourceID"] for one in journals(xero, len(after))] == [invoice]
    assert sums(journals(xero)) == xero.provider.state()["trial_balance"]["accounts"]


def test_only_what_was_posted_since_is_listed(xero: Connected) -> None:
    moment = xero.provider.advance(60)
    assert xero.pay("BILL-202", 1).status_code == 200
    found = xero.http.get(f"{API}/Journals", headers={"If-Modified-Since": moment}).json()["Journals"]
    assert [one["SourceType"] for one in found] == ["ACCPAYPAYMENT"]


def test_journals_are_for_those_who_were_let_see_them() -> None:
    with connected() as xero:
        assert xero.http.get(f"{API}/Journals").status_code == 401
    with following() as xero:
        for query in ({"offset": "x"}, {"paymentsOnly": "true"}):
            assert xero.http.get(f"{API}/Journals", params=query).status_code == 400


def test_they_tie_after_much_was_written_and_keep_their_numbers_over_a_restart(tmp_path: Path) -> None:
    with following(tmp_path) as xero:
        clerk = Clerk(xero)
        for pick in range(6):
            for deed in DEEDS:
                deed(clerk, Decimal("7.77"), pick)
            if pick == 3:
                half = journals(xero)
        assert clerk.written > 15
        found = journals(xero)
        assert found[: len(half)] == half
        assert sums(found) == xero.provider.state()["trial_balance"]["accounts"]
    with following(tmp_path) as xero:
        assert journals(xero) == found, "though nobody had asked until now"


@needs_specs
def test_journals_have_the_vendors_shape(xero: Connected) -> None:
    accounting = spec("xero_accounting.yaml")
    listed = xero.http.get(f"{API}/Journals", params={"offset": "5"})
    check(accounting, listed, path=f"{API}/Journals")
    path = f"{API}/Journals/{listed.json()['Journals'][0]['JournalID']}"
    check(accounting, xero.http.get(path), path=path)
