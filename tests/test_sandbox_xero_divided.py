"""Profit and loss of the stand-in on cash basis and by tracking category: the parts add up to the whole."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.support.xero_spec import check, needs_specs, spec
from tests.support.xero_stand_in import API, Connected, connected

SCOPE = (
    "accounting.invoices accounting.payments accounting.contacts accounting.settings "
    "accounting.reports.profitandloss.read"
)


@pytest.fixture(scope="module")
def xero() -> Iterator[Connected]:
    with connected(scope=SCOPE) as connection:
        yield connection


def lines(xero: Connected, **asked: str) -> dict[str, list[Decimal]]:
    """Every row's figures by its label."""
    found: dict[str, list[Decimal]] = {}
    for part in xero.get("Reports/ProfitAndLoss", **asked)["Reports"][0]["Rows"]:
        for row in part.get("Rows", []):
            found[row["Cells"][0]["Value"]] = [Decimal(cell["Value"]) for cell in row["Cells"][1:]]
    return found


def heads(xero: Connected, **asked: str) -> list[str]:
    head: Any = xero.get("Reports/ProfitAndLoss", **asked)["Reports"][0]["Rows"][0]
    return [cell["Value"] for cell in head["Cells"]]


YEAR = {"fromDate": "2026-01-01", "toDate": "2026-12-31"}


def test_an_invoice_counts_on_cash_basis_as_far_as_it_is_paid(xero: Connected) -> None:
    def net() -> tuple[Decimal, Decimal]:
        return lines(xero, **YEAR)["Net Profit"][0], lines(xero, paymentsOnly="true", **YEAR)["Net Profit"][0]

    before = net()
    new = {
        "Type": "ACCREC",
        "Status": "AUTHORISED",
        "Contact": {"Name": "Initech"},
        "InvoiceNumber": "CASH-1",
        "DueDate": "2026-12-22",
        "LineItems": [{"Description": "Work", "UnitAmount": 300, "AccountCode": "200", "TaxType": "NONE"}],
    }
    xero.send("PUT", "Invoices", new).raise_for_status()
    made = net()
    assert made[0] - before[0] == 300 and made[1] == before[1]
    xero.pay("CASH-1", 100).raise_for_status()
    paid = net()
    assert paid[0] == made[0] and paid[1] - made[1] == 100
    xero.pay("CASH-1", 200).raise_for_status()
    assert net()[1] - before[1] == 300


def test_the_options_of_a_tracking_category_add_up_to_the_whole(xero: Connected) -> None:
    category = xero.get("TrackingCategories")["TrackingCategories"][0]
    asked = {**YEAR, "trackingCategoryID": category["TrackingCategoryID"]}
    options = [option["Name"] for option in category["Options"]]
    assert heads(xero, **asked) == ["", *options, "Unassigned", "Total"]
    whole, divided = lines(xero, **YEAR), lines(xero, **asked)
    assert set(divided) == set(whole)
    for label, figures in divided.items():
        assert sum(figures[:-1]) == figures[-1] == whole[label][0], label
    assert any(figures[0] for figures in divided.values()), "no line has the first option"


def test_what_cannot_be_reckoned_is_refused(xero: Connected) -> None:
    for more in ({"trackingCategoryID": "nobody"}, {"trackingOptionID": "x"}):
        assert xero.http.get(f"{API}/Reports/ProfitAndLoss", params={**YEAR, **more}).status_code == 400


@needs_specs
def test_they_have_the_vendors_shape(xero: Connected) -> None:
    category = xero.get("TrackingCategories")["TrackingCategories"][0]["TrackingCategoryID"]
    for more in ({"paymentsOnly": "true"}, {"trackingCategoryID": category}):
        response = xero.http.get(f"{API}/Reports/ProfitAndLoss", params={**YEAR, **more})
        assert response.status_code == 200
        check(spec("xero_accounting.yaml"), response, path=f"{API}/Reports/ProfitAndLoss")
