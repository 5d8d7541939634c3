"""Manual journals at the Xero stand-in: posting by hand, with tax, and taking it back."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.xero_stand_in import API, Connected, connected, messages
from tests.test_sandbox_xero_bank import balances, moved

NOT_CHANGEABLE = ["Manual journal not of valid status for modification"]
UNKNOWN = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def xero() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


def line(code: str, amount: Any, **more: Any) -> dict[str, Any]:
    return {"AccountCode": code, "LineAmount": amount, **more}


def journal(**changes: Any) -> dict[str, Any]:
    whole = {
        "Narration": "Accrual of rent",
        "Date": "2026-11-20",
        "JournalLines": [line("469", 100, Description="Rent"), line("620", -100)],
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def put(xero: Connected, **changes: Any) -> httpx.Response:
    return xero.send("PUT", "ManualJournals", {"ManualJournals": [journal(**changes)]})


def made(xero: Connected, **changes: Any) -> dict[str, Any]:
    response = put(xero, **changes)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["ManualJournals"][0]
    return found


def test_the_companys_own_journals_are_there(xero: Connected) -> None:
    rows = xero.get("ManualJournals", page="1", pageSize="5", order="Date DESC")
    assert rows["pagination"]["itemCount"] > 5 == len(rows["ManualJournals"])
    for row in rows["ManualJournals"]:
        assert row["Status"] == "POSTED"
        assert sum(Decimal(str(one["LineAmount"])) for one in row["JournalLines"]) == 0
    salaries = xero.get("ManualJournals", where='Narration=="Salaries 10/2026"')["ManualJournals"]
    assert [row["JournalLines"] for row in salaries] == [[]], "lines come with a page, or alone"
    whole = xero.get(f"ManualJournals/{salaries[0]['ManualJournalID']}")["ManualJournals"][0]
    assert [row["AccountCode"] for row in whole["JournalLines"]] == ["477", "478", "825", "826", "803"]
    assert xero.http.get(f"{API}/ManualJournals/{UNKNOWN}").status_code == 404


def test_a_draft_moves_nothing_until_it_is_posted(xero: Connected) -> None:
    before = balances(xero)
    draft = made(xero)
    assert (draft["Status"], draft["LineAmountTypes"], draft["ShowOnCashBasisReports"]) == ("DRAFT", "NoTax", True)
    assert moved(xero, before) == {}
    path = f"ManualJournals/{draft['ManualJournalID']}"
    posted = xero.send("POST", path, {"Status": "POSTED"}).json()["ManualJournals"][0]
    assert (posted["Status"], posted["JournalLines"]) == ("POSTED", draft["JournalLines"])
    assert moved(xero, before) == {"469": Decimal(100), "620": Decimal(-100)}
    lines = [line("469", 60), line("620", -60)]
    assert xero.send("POST", path, {"JournalLines": lines, "Narration": "Less"}).status_code == 200
    assert moved(xero, before) == {"469": Decimal(60), "620": Decimal(-60)}
    assert messages(xero.send("POST", path, {"Status": "DELETED"})) == NOT_CHANGEABLE
    named = {"ManualJournalID": draft["ManualJournalID"], "Status": "VOIDED"}
    void = xero.send("POST", "ManualJournals", {"ManualJournals": [named]})
    assert void.json()["ManualJournals"][0]["Status"] == "VOIDED"
    assert moved(xero, before) == {}
    assert messages(xero.send("POST", path, {"Status": "POSTED"})) == NOT_CHANGEABLE
    history = [record["Changes"] for record in xero.get(f"{path}/History")["HistoryRecords"]]
    assert history == ["Voided", "Edited", "Posted", "Created"]
    assert [effect["operation"] for effect in xero.provider.effects()] == [
        "create_manual_journal", "update_manual_journal", "update_manual_journal", "void_manual_journal",
    ]  # fmt: skip


def test_a_draft_is_deleted_not_voided(xero: Connected) -> None:
    path = f"ManualJournals/{made(xero)['ManualJournalID']}"
    assert messages(xero.send("POST", path, {"Status": "VOIDED"})) == NOT_CHANGEABLE
    assert xero.send("POST", path, {"Status": "DELETED"}).json()["ManualJournals"][0]["Status"] == "DELETED"
    assert messages(xero.send("POST", path, {"Status": "DRAFT"})) == NOT_CHANGEABLE


@pytest.mark.parametrize(
    ("amounts", "credit", "wanted"),
    [
        ("Exclusive", -119, {"453": 100, "820": 19, "620": -119}),
        ("Inclusive", -100, {"453": "84.03", "820": "15.97", "620": -100}),
        ("NoTax", -100, {"453": 100, "620": -100}),
    ],
)
def test_the_tax_of_lines_goes_to_its_account(
    xero: Connected, amounts: str, credit: Any, wanted: dict[str, Any]
) -> None:
    before = balances(xero)
    lines = [line("453", 100, TaxType="INPUT"), line("620", credit)]
    answer = made(xero, Status="POSTED", LineAmountTypes=amounts, JournalLines=lines)
    assert moved(xero, before) == {code: Decimal(amount) for code, amount in wanted.items()}
    assert Decimal(str(answer["JournalLines"][0]["TaxAmount"])) == Decimal(wanted.get("820", 0))


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"Narration": None}, "A Narration must be specified"),
        ({"JournalLines": None}, "A manual journal must have at least two lines"),
        (
            {"JournalLines": [line("469", 100), line("620", -10)]},
            "The total debits (100.00) must equal total credits (-10.00)",
        ),
        (
            {"JournalLines": [line("453", 100, TaxType="INPUT"), line("620", -100)], "LineAmountTypes": "Exclusive"},
            "The total debits (119.00) must equal total credits (-100.00)",
        ),
        (
            {"JournalLines": [line("476", 100), line("620", -100)]},
            "Account code '476' has been removed as it does not match a recognised account.",
        ),
        ({"JournalLines": [line("090", 1), line("620", -1)]}, "Account code '090' cannot be used in a manual journal"),
        ({"JournalLines": [line("610", 1), line("620", -1)]}, "Account code '610' cannot be used in a manual journal"),
        ({"JournalLines": [line("", 1), line("620", -1)]}, "Account code must be specified"),
        (
            {"JournalLines": [line("469", 1, TaxType="X"), line("620", -1)]},
            "The TaxType code 'X' does not exist or cannot be used for this type of transaction.",
        ),
        (
            {"JournalLines": [line("469", 0.005), line("620", -0.005)]},
            "The LineAmount must not have more than 2 decimal places",
        ),
        ({"JournalLines": "none"}, "JournalLines must be a list"),
        ({"Status": "VOIDED"}, "Invalid status for a new manual journal"),
        ({"ManualJournalID": UNKNOWN}, "ManualJournalID must not be sent"),
    ],
)
def test_a_wrong_journal_is_refused_and_nothing_is_made(xero: Connected, changes: dict[str, Any], wanted: str) -> None:
    before = xero.provider.state(), len(xero.get("ManualJournals")["ManualJournals"])
    response = put(xero, **changes)
    assert response.status_code == 400
    assert wanted in messages(response)
    assert (xero.provider.state(), len(xero.get("ManualJournals")["ManualJournals"])) == before
    assert xero.provider.effects() == []


def test_a_closed_period_stays_closed(xero: Connected) -> None:
    locked = messages(put(xero, Date="2026-06-30"))
    assert locked and locked[0].startswith("The document date cannot be before the period lock date")
    path = f"ManualJournals/{made(xero)['ManualJournalID']}"
    assert messages(xero.send("POST", path, {"Date": "2026-06-30"})) == locked
    old = xero.get("ManualJournals", where='Narration=="Salaries 06/2026"')["ManualJournals"][0]
    for body in ({"Status": "VOIDED"}, {"Date": "2026-11-20"}):
        assert messages(xero.send("POST", f"ManualJournals/{old['ManualJournalID']}", body)) == locked


def test_several_are_made_together_or_not_at_all_and_once_under_one_key(xero: Connected) -> None:
    wrong = {"ManualJournals": [journal(), journal(Narration=None)]}
    count = len(xero.get("ManualJournals")["ManualJournals"])
    assert xero.send("PUT", "ManualJournals", wrong).status_code == 400
    assert len(xero.get("ManualJournals")["ManualJournals"]) == count
    answer = xero.send("PUT", "ManualJournals", wrong, summarizeErrors="false").json()["ManualJournals"]
    assert [row["StatusAttributeString"] for row in answer] == ["OK", "ERROR"]
    twice = [xero.send("PUT", "ManualJournals", {"ManualJournals": [journal()]}, key="m-1").json() for _ in range(2)]
    assert twice[0]["ManualJournals"] == twice[1]["ManualJournals"]
    assert [effect["idempotency_key"] for effect in xero.provider.effects()] == [None, "m-1"]
    unknown = xero.send("POST", "ManualJournals", {"ManualJournals": [{"ManualJournalID": UNKNOWN}]})
    assert messages(unknown) == ["Manual journal could not be found"]


def test_only_what_changed_since_is_listed(xero: Connected) -> None:
    moment = xero.provider.advance(60)
    answer = made(xero)
    found = xero.http.get(f"{API}/ManualJournals", headers={"If-Modified-Since": moment}).json()["ManualJournals"]
    assert [row["ManualJournalID"] for row in found] == [answer["ManualJournalID"]]


def test_they_are_found_again_after_a_restart(tmp_path: Path) -> None:
    with connected(state=tmp_path) as xero:
        answer = made(xero, Status="POSTED", LineAmountTypes="NoTax")
        before = xero.provider.state()
    with connected(state=tmp_path) as xero:
        assert xero.provider.state() == before
        assert xero.get(f"ManualJournals/{answer['ManualJournalID']}")["ManualJournals"] == [answer]


def test_the_scope_of_manual_journals_opens_them() -> None:
    with connected(scope="accounting.manualjournals.read") as xero:
        assert xero.get("ManualJournals")["ManualJournals"]
        assert put(xero).status_code == 401
