"""Items and contact groups at the Xero stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.xero_stand_in import API, Connected, connected, messages


@pytest.fixture
def xero() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


def item(xero: Connected, wanted: str) -> dict[str, Any]:
    found: dict[str, Any] = xero.get(f"Items/{wanted}")["Items"][0]
    return found


def group(xero: Connected, name: str) -> dict[str, Any]:
    listed = xero.get("ContactGroups", where=f'Name=="{name}"')["ContactGroups"][0]
    found: dict[str, Any] = xero.get(f"ContactGroups/{listed['ContactGroupID']}")["ContactGroups"][0]
    return found


def test_items_are_listed_selected_and_ordered(xero: Connected) -> None:
    codes = [row["Code"] for row in xero.get("Items")["Items"]]
    assert sorted(codes) == ["DESIGN-H", "DEV-H", "PRINT-BOOK", "RETAINER-L", "RETAINER-S", "WORKSHOP-D"]
    dear = xero.get("Items", where="SalesDetails.UnitPrice>1000", order="Code DESC")["Items"]
    assert [row["Code"] for row in dear] == ["WORKSHOP-D", "RETAINER-S", "RETAINER-L"]
    assert item(xero, "DESIGN-H") == item(xero, item(xero, "DESIGN-H")["ItemID"])
    assert xero.http.get(f"{API}/Items/NONE").status_code == 404
    changed = xero.send("POST", "Items/DEV-H", {"Name": "Development"}).json()["Items"][0]
    assert changed["SalesDetails"] == {"UnitPrice": 112, "AccountCode": "201", "TaxType": "OUTPUT"}
    since = {"If-Modified-Since": "2026-11-22T00:00:00"}
    newer = xero.http.get(f"{API}/Items", headers=since).json()["Items"]
    assert [row["Code"] for row in newer] == ["DEV-H"]
    history = xero.get(f"Items/{changed['ItemID']}/History")["HistoryRecords"]
    assert [record["Changes"] for record in history] == ["Edited", "Created"]


def test_an_item_is_made_changed_by_code_and_stripped_of_what_it_is_not(xero: Connected) -> None:
    wish = {
        "Code": "LOGO",
        "Name": "Logo",
        "Description": "Logo, three drafts",
        "PurchaseDescription": "Logo, bought in",
        "SalesDetails": {"UnitPrice": 1200.555, "AccountCode": "200"},
        "PurchaseDetails": {"UnitPrice": 400, "AccountCode": "310", "TaxType": "INPUT"},
    }
    made = xero.send("PUT", "Items", {"Items": [wish]}, unitdp="4").json()["Items"][0]
    assert (made["SalesDetails"]["UnitPrice"], made["IsSold"], made["IsPurchased"]) == (1200.555, True, True)
    changed = xero.send("POST", "Items", {"Code": "logo", "SalesDetails": {"UnitPrice": 1200.555}}).json()["Items"][0]
    assert (changed["ItemID"], changed["SalesDetails"]["UnitPrice"]) == (made["ItemID"], 1200.56)
    bought = xero.send("POST", f"Items/{made['ItemID']}", {"Code": "LOGO", "IsSold": False}).json()["Items"][0]
    assert (bought["SalesDetails"], bought["Description"], bought["IsSold"]) == ({}, "", False)
    assert bought["PurchaseDetails"]["UnitPrice"] == 400
    assert [effect["operation"] for effect in xero.provider.effects()] == ["create_item", "update_item", "update_item"]


@pytest.mark.parametrize(
    ("method", "path", "body", "wanted"),
    [
        ("PUT", "Items", {"Code": "design-h"}, "Price List Item with Code 'design-h' already exists"),
        ("POST", "Items/DEV-H", {"Code": "DESIGN-H"}, "Price List Item with Code 'DESIGN-H' already exists"),
        ("PUT", "Items", {"Name": "Logo"}, "Price List Item Code must be specified"),
        ("PUT", "Items", {"Code": "x" * 31}, "The Code must not be longer than 30 characters"),
        ("PUT", "Items", {"Code": "X", "Name": "x" * 51}, "The Name must not be longer than 50 characters"),
        (
            "PUT",
            "Items",
            {"Code": "X", "InventoryAssetAccountCode": "630"},
            "Tracked inventory is not available in this sandbox: items are untracked",
        ),
        (
            "PUT",
            "Items",
            {"Code": "X", "PurchaseDetails": {"COGSAccountCode": "310"}},
            "Tracked inventory is not available in this sandbox: items are untracked",
        ),
        (
            "PUT",
            "Items",
            {"Code": "X", "SalesDetails": {"AccountCode": "999"}},
            "Account code '999' is not a valid code for this item.",
        ),
        (
            "PUT",
            "Items",
            {"Code": "X", "SalesDetails": {"TaxType": "GST"}},
            "The TaxType code 'GST' does not exist or cannot be used for this type of transaction.",
        ),
        ("PUT", "Items", {"Code": "X", "SalesDetails": {"UnitPrice": "dear"}}, "'dear' is not a number"),
    ],
)
def test_a_wrong_item_is_refused(xero: Connected, method: str, path: str, body: dict[str, Any], wanted: str) -> None:
    before = xero.get("Items")["Items"]
    response = xero.send(method, path, {"Items": [body]})
    assert response.status_code == 400
    assert wanted in messages(response)
    assert (xero.get("Items")["Items"], xero.provider.effects()) == (before, [])


def test_groups_hold_contacts_and_contacts_name_their_groups(xero: Connected) -> None:
    assert [row["Name"] for row in xero.get("ContactGroups", order="Name")["ContactGroups"]] == [
        "Freelancers",
        "Printers",
        "Retainer customers",
    ]
    printers = group(xero, "Printers")
    names = {contact["Name"] for contact in printers["Contacts"]}
    assert {"Bergmann Druck", "Bergmann Druckerei GmbH"} < names
    contact = xero.get(f"Contacts/{printers['Contacts'][0]['ContactID']}")["Contacts"][0]
    assert [row["Name"] for row in contact["ContactGroups"]] == ["Printers"]


def test_a_group_is_made_filled_emptied_and_deleted(xero: Connected) -> None:
    made = xero.send("PUT", "ContactGroups", {"ContactGroups": [{"Name": "VIPs"}]}, "g-1").json()["ContactGroups"][0]
    path = f"ContactGroups/{made['ContactGroupID']}"
    ids = [xero.document(number)["Contact"]["ContactID"] for number in ("INV-0042", "INV-0043")]
    both = {"Contacts": [{"ContactID": one} for one in (*ids, ids[0])]}
    assert xero.send("PUT", f"{path}/Contacts", both).status_code == 200
    assert [contact["ContactID"] for contact in group(xero, "VIPs")["Contacts"]] == ids
    assert xero.http.delete(f"{API}/{path}/Contacts/{ids[0]}").status_code == 204
    assert xero.http.delete(f"{API}/{path}/Contacts/{ids[0]}").status_code == 404
    assert [contact["ContactID"] for contact in group(xero, "VIPs")["Contacts"]] == ids[1:]
    assert xero.http.delete(f"{API}/{path}/Contacts").status_code == 204
    assert group(xero, "VIPs")["Contacts"] == []
    renamed = xero.send("POST", path, {"ContactGroups": [{"Name": "Best"}]}).json()["ContactGroups"][0]
    assert renamed["Name"] == "Best"
    assert xero.send("POST", path, {"Status": "DELETED"}).status_code == 200
    assert xero.http.get(f"{API}/{path}").status_code == 404
    assert len(xero.get("ContactGroups")["ContactGroups"]) == 3
    assert [effect["operation"] for effect in xero.provider.effects()] == [
        "create_contact_group",
        "add_to_contact_group",
        "remove_from_contact_group",
        "clear_contact_group",
        "update_contact_group",
        "delete_contact_group",
    ]


def test_wrong_groups_and_wrong_members_are_refused(xero: Connected) -> None:
    unique = "The contact group name must be unique across all active contact groups."
    assert messages(xero.send("PUT", "ContactGroups", {"Name": "printers"})) == [unique]
    assert messages(xero.send("PUT", "ContactGroups", {"Name": " "})) == ["The contact group name must be specified"]
    path = f"ContactGroups/{group(xero, 'Printers')['ContactGroupID']}"
    assert messages(xero.send("POST", path, {"Name": "Freelancers"})) == [unique]
    assert messages(xero.send("POST", path, {"Status": "ASLEEP"})) == [
        "Status 'ASLEEP' is not valid for a contact group"
    ]
    good = xero.document("INV-0042")["Contact"]["ContactID"]
    wrong = {"Contacts": [{"ContactID": good}, {"ContactID": "0"}]}
    assert messages(xero.send("PUT", f"{path}/Contacts", wrong)) == ["The contact with ContactID 0 could not be found"]
    assert good not in str(group(xero, "Printers"))
    assert xero.provider.effects() == []
    many = {"ContactGroups": [{"Name": f"Group {number}"} for number in range(98)]}
    assert xero.send("PUT", "ContactGroups", many).status_code == 400
    assert len(xero.get("ContactGroups")["ContactGroups"]) == 3, "all of them or none"
    many["ContactGroups"].pop()
    assert xero.send("PUT", "ContactGroups", many).status_code == 200
    assert messages(xero.send("PUT", "ContactGroups", {"Name": "One more"})) == [
        "You’ve reached the limit of 100 contact groups."
    ]


def test_items_and_groups_are_found_again_after_a_restart(tmp_path: Path) -> None:
    with connected(state=tmp_path) as xero:
        made = xero.send("PUT", "Items", {"Code": "LOGO", "PurchaseDetails": {"UnitPrice": 0.5}}, "i-1").json()
        assert xero.send("PUT", "Items", {"Code": "LOGO", "PurchaseDetails": {"UnitPrice": 0.5}}, "i-1").json() == made
        path = f"ContactGroups/{group(xero, 'Printers')['ContactGroupID']}"
        assert xero.http.delete(f"{API}/{path}/Contacts").status_code == 204
        items, groups = xero.get("Items")["Items"], xero.get(path)["ContactGroups"]
        assert groups[0]["Contacts"] == []
    with connected(state=tmp_path) as xero:
        assert (xero.get("Items")["Items"], xero.get(path)["ContactGroups"]) == (items, groups)
