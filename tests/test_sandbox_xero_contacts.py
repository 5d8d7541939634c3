"""The stand-in's contacts when somebody changes a bank account: kept once, told in the history, found by date."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.support.sandbox import run_sandbox
from tests.support.xero_stand_in import API, TODAY, Connected, connected, messages

NEW = "DE02120300000000202051"


@pytest.fixture
def xero() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


def acme(xero: Connected) -> dict[str, Any]:
    found: dict[str, Any] = xero.get("Contacts", where='Name=="Acme Ltd"')["Contacts"][0]
    return found


def change(xero: Connected, contact_id: str, number: str = NEW, key: str = "") -> httpx.Response:
    body = {"Contacts": [{"ContactID": contact_id, "BankAccountDetails": number}]}
    return xero.send("POST", f"Contacts/{contact_id}", body, key)


def test_only_the_number_changes_and_the_answer_has_it(xero: Connected) -> None:
    before = acme(xero)
    answer = change(xero, before["ContactID"])
    assert answer.status_code == 200
    after = xero.get(f"Contacts/{before['ContactID']}")["Contacts"][0]
    assert answer.json()["Contacts"][0]["BankAccountDetails"] == after["BankAccountDetails"] == NEW
    assert after["BatchPayments"]["BankAccountNumber"] == NEW
    touched = {"BankAccountDetails", "BatchPayments", "UpdatedDateUTC"}
    assert {key for key in before if before[key] != after.get(key)} == touched
    (effect,) = xero.provider.effects()
    assert (effect["operation"], effect["result_id"]) == ("update_contact", before["ContactID"])
    assert effect["body"] == {"ContactID": before["ContactID"], "BankAccountDetails": NEW}


def test_a_repeat_under_the_same_key_changes_it_once(xero: Connected) -> None:
    contact = acme(xero)["ContactID"]
    first, second = change(xero, contact, key="once"), change(xero, contact, key="once")
    assert first.content == second.content
    (effect,) = xero.provider.effects()
    assert effect["idempotency_key"] == "once"
    other = change(xero, contact, "GB29NWBK60161331926819", key="once")
    assert other.status_code == 400 and "used with a different request" in other.json()["Message"]
    assert acme(xero)["BankAccountDetails"] == NEW
    xero.provider.advance(361)
    assert change(xero, contact, key="once").status_code == 200
    assert len(xero.provider.effects()) == 2, "after six minutes the key is forgotten"


def test_the_history_tells_that_it_changed_and_not_to_what(xero: Connected) -> None:
    contact = acme(xero)["ContactID"]
    change(xero, contact)
    lines = xero.get(f"Contacts/{contact}/History")["HistoryRecords"]
    assert [(line["Changes"], line["Details"]) for line in lines] == [
        ("Edited", "Changed: BankAccountDetails"),
        ("Created", ""),
    ]
    note = xero.send("PUT", f"Contacts/{contact}/History", {"HistoryRecords": [{"Details": "called them back"}]})
    assert note.status_code == 200
    assert xero.get(f"Contacts/{contact}/History")["HistoryRecords"][0]["Details"] == "called them back"
    assert xero.http.get(f"{API}/Contacts/00000000-0000-0000-0000-000000000000/History").status_code == 404


def test_a_contact_made_here_begins_its_history(xero: Connected) -> None:
    made = xero.send("PUT", "Contacts", {"Name": "Vega Print"}).json()["Contacts"][0]["ContactID"]
    lines = xero.get(f"Contacts/{made}/History")["HistoryRecords"]
    assert [(line["Changes"], line["Details"]) for line in lines] == [("Created", "Vega Print")]


def test_a_change_is_found_by_its_date_and_nothing_else_is(xero: Connected) -> None:
    contact = acme(xero)["ContactID"]
    now = datetime.fromisoformat(xero.provider.advance(600))
    change(xero, contact)
    headers = {"If-Modified-Since": (now - timedelta(minutes=1)).replace(microsecond=0).isoformat()}
    found = xero.http.get(f"{API}/Contacts", headers=headers, params={"page": "1", "includeArchived": "true"}).json()
    assert [one["ContactID"] for one in found["Contacts"]] == [contact]


def test_what_cannot_be_changed_is_refused_and_leaves_no_line(xero: Connected) -> None:
    contact = acme(xero)["ContactID"]
    assert messages(xero.send("POST", f"Contacts/{contact}", {"Name": ""})) == ["The contact name must be specified"]
    assert change(xero, "00000000-0000-0000-0000-000000000000").status_code == 404
    assert len(xero.get(f"Contacts/{contact}/History")["HistoryRecords"]) == 1
    assert xero.provider.effects() == []


def test_a_token_that_may_only_read_changes_nothing() -> None:
    with connected(scope="accounting.contacts.read") as xero:
        contact = acme(xero)
        refused = change(xero, contact["ContactID"])
        assert (refused.status_code, refused.json()["Detail"]) == (401, "AuthorizationUnsuccessful")
        assert acme(xero) == contact
        assert xero.provider.effects() == []


def test_an_answer_lost_after_the_change_is_a_change(xero: Connected) -> None:
    contact = acme(xero)["ContactID"]
    xero.provider.fault(f"POST {API}/Contacts", "drop_after")
    with pytest.raises(httpx.TransportError):
        change(xero, contact, key="lost")
    assert acme(xero)["BankAccountDetails"] == NEW
    assert change(xero, contact, key="lost").status_code == 200
    assert len(xero.provider.effects()) == 1


def test_a_change_and_its_history_last_over_a_restart(tmp_path: Any) -> None:
    with run_sandbox("xero", today=TODAY, limits=False, state=tmp_path) as provider:
        xero = Connected(provider)
        contact = acme(xero)["ContactID"]
        change(xero, contact, key="once")
    with run_sandbox("xero", today=TODAY, limits=False, state=tmp_path) as provider:
        xero = Connected(provider)
        assert acme(xero)["BankAccountDetails"] == NEW
        assert xero.get(f"Contacts/{contact}/History")["HistoryRecords"][0]["Changes"] == "Edited"
        change(xero, contact, key="once")
        assert len(provider.effects()) == 1, "its key is kept too"


def test_phones_and_addresses_are_kept_and_what_cannot_be_is_refused() -> None:
    with connected() as xero:
        made = xero.send("PUT", "Contacts", {"Contacts": [{"Name": "Quiet GmbH"}]}).json()["Contacts"][0]
        path = f"Contacts/{made['ContactID']}"
        phones = [{"PhoneType": "DEFAULT", "PhoneCountryCode": "+49", "PhoneNumber": "30 1"}, {"PhoneType": "FAX"}]
        postal = {"AddressType": "POBOX", "AddressLine1": "Weg 1", "City": "Bonn", "Country": "DE"}
        street = {"AddressType": "STREET", "AddressLine1": "Hof 2", "PostalCode": "53111"}
        changed = xero.send("POST", path, {"Contacts": [{"Phones": phones, "Addresses": [postal, street]}]})
        now = changed.json()["Contacts"][0]
        assert now["Phones"][0]["PhoneNumber"] == "+49 30 1"
        kept = {one["AddressType"]: one for one in now["Addresses"]}
        assert kept["POBOX"] == {**postal, "PostalCode": ""} and kept["STREET"]["PostalCode"] == "53111"
        for wrong, message in (
            ({"Phones": [{"PhoneType": "MOBILE", "PhoneNumber": "1"}]}, "Only the DEFAULT phone number"),
            ({"Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "1" * 51}]}, "longer than 50"),
            ({"Addresses": [{**postal, "Country": "Österreich"}]}, "letters A to Z"),
            ({"Addresses": [{**postal, "AddressLine2": "x"}]}, "AddressLine2 is not kept"),
            ({"Addresses": [{**postal, "City": "x" * 256}]}, "longer than 255"),
            ({"Addresses": [{**postal, "AddressType": "MOON"}]}, "'MOON' is not valid"),
        ):
            refused = xero.send("POST", path, {"Contacts": [wrong]})
            assert refused.status_code == 400 and any(message in said for said in messages(refused)), message
