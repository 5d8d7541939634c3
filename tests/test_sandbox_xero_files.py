"""The stand-in's papers: PDF, online address, e-mail and attached files of invoices and bills."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_core import OpenAPI

from sandbox.xero.attachments import LARGEST_FILE, NOUNS
from tests.support.xero_spec import check, needs_specs, spec
from tests.support.xero_stand_in import API, Connected, connected


@pytest.fixture(scope="module")
def xero() -> Iterator[Connected]:
    with connected() as connection:
        yield connection


@pytest.fixture(scope="module")
def accounting() -> OpenAPI:
    return spec("xero_accounting.yaml")


def bill_with_paper(xero: Connected) -> dict[str, Any]:
    bills = xero.get("Invoices", where='Type=="ACCPAY"', page="1", pageSize="500")["Invoices"]
    return next(bill for bill in bills if bill["HasAttachments"])


def effects(xero: Connected, operation: str) -> list[dict[str, Any]]:
    return [effect for effect in xero.provider.effects() if effect["operation"] == operation]


def test_an_invoice_is_printed_with_its_figures(xero: Connected) -> None:
    invoice = xero.document("INV-0042")
    answer = xero.http.get(f"{API}/Invoices/{invoice['InvoiceID']}", headers={"Accept": "application/pdf"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-1.4") and answer.content.endswith(b"%%EOF\n")
    assert b"INV-0042" in answer.content and f"{invoice['Total']:,.2f}".encode() in answer.content


def test_an_approved_invoice_has_an_online_address_and_a_bill_has_none(xero: Connected) -> None:
    invoice, bill = xero.document("INV-0042"), xero.document("BILL-201")
    found = xero.get(f"Invoices/{invoice['InvoiceID']}/OnlineInvoice")["OnlineInvoices"]
    assert found[0]["OnlineInvoiceUrl"].startswith("https://in.xero.com/")
    assert xero.http.get(f"{API}/Invoices/{bill['InvoiceID']}/OnlineInvoice").status_code == 404


def test_an_invoice_goes_out_by_e_mail_and_is_marked(xero: Connected) -> None:
    line = {"Description": "Layout", "UnitAmount": 100, "AccountCode": "200"}
    new = {
        "Type": "ACCREC",
        "Status": "AUTHORISED",
        "Contact": {"ContactID": xero.document("INV-0042")["Contact"]["ContactID"]},
        "DueDate": "2026-12-22",
        "LineItems": [line],
    }
    invoice = xero.send("PUT", "Invoices", new).json()["Invoices"][0]
    assert invoice["SentToContact"] is False
    path = f"Invoices/{invoice['InvoiceID']}/Email"
    for _ in range(2):  # the answer to the second is the one kept under the key
        answer = xero.send("POST", path, {}, key="mail-1")
        assert (answer.status_code, answer.content) == (204, b"")
    assert [effect["result_id"] for effect in effects(xero, "email_invoice")] == [invoice["InvoiceID"]]
    assert xero.document(invoice["InvoiceNumber"])["SentToContact"] is True
    history = xero.get(f"Invoices/{invoice['InvoiceID']}/History")["HistoryRecords"]
    assert history[0]["Changes"] == "Invoice sent" and "@" in history[0]["Details"]


def test_what_cannot_be_sent_is_refused(xero: Connected) -> None:
    bill = xero.document("BILL-201")
    answer = xero.send("POST", f"Invoices/{bill['InvoiceID']}/Email", {})
    assert answer.status_code == 400 and "Only sales invoices" in answer.text
    draft = xero.get("Invoices", where='Type=="ACCREC"', Statuses="DRAFT", page="1")["Invoices"][0]
    answer = xero.send("POST", f"Invoices/{draft['InvoiceID']}/Email", {})
    assert answer.status_code == 400 and "status" in answer.text
    assert xero.send("POST", "Invoices/00000000-0000-4000-8000-000000000000/Email", {}).status_code == 404


def test_a_suppliers_paper_is_there_and_opens(xero: Connected) -> None:
    bill = bill_with_paper(xero)
    (file,) = xero.get(f"Invoices/{bill['InvoiceID']}/Attachments")["Attachments"]
    assert (file["MimeType"], file["ContentLength"] > 500) == ("application/pdf", True)
    for name in (file["AttachmentID"], file["FileName"]):
        content = xero.http.get(f"{API}/Invoices/{bill['InvoiceID']}/Attachments/{name}").content
        assert len(content) == file["ContentLength"] and bill["InvoiceNumber"].encode() in content
    alone = xero.get(f"Invoices/{bill['InvoiceID']}")["Invoices"][0]
    assert [one["FileName"] for one in alone["Attachments"]] == [file["FileName"]]


def test_a_file_is_added_and_one_of_the_same_name_replaces_it(xero: Connected) -> None:
    document = xero.document("INV-0042")
    where = f"{API}/Invoices/{document['InvoiceID']}/Attachments/plan%20A.txt"
    for content in (b"first", b"second"):
        answer = xero.http.put(where, content=content, headers={"Content-Type": "text/plain"})
        assert answer.status_code == 200, answer.text
    (file,) = xero.get(f"Invoices/{document['InvoiceID']}/Attachments")["Attachments"]
    assert (file["FileName"], file["ContentLength"]) == ("plan A.txt", 6)
    assert xero.http.get(where).content == b"second"
    assert xero.document("INV-0042")["HasAttachments"] is True
    assert xero.http.put(where, content=b"").status_code == 400
    for number in range(9):
        xero.http.put(where.replace("plan%20A", f"f{number}"), content=b"x").raise_for_status()
    assert xero.http.put(where.replace("plan%20A", "one-too-many"), content=b"x").status_code == 400


def test_files_are_found_again_after_a_restart(tmp_path: Path) -> None:
    with connected(state=tmp_path) as xero:
        where = f"{API}/Invoices/{xero.document('INV-0042')['InvoiceID']}/Attachments/kept.txt"
        xero.http.put(where, content=b"\x00\xff kept").raise_for_status()
    with connected(state=tmp_path) as xero:
        assert xero.http.get(where).content == b"\x00\xff kept"


def record_of(xero: Connected, noun: str) -> str:
    """The id of a record of that kind."""
    singular = {"ManualJournals": "ManualJournalID"}.get(noun, f"{noun[:-1]}ID")
    found = xero.get(noun, page="1", pageSize="5")[noun]
    return str(found[0][singular])


@pytest.mark.parametrize("noun", NOUNS)
def test_records_of_every_kind_take_files(xero: Connected, noun: str) -> None:
    record = record_of(xero, noun)
    where = f"{API}/{noun}/{record}/Attachments"
    before = len(xero.http.get(where).json()["Attachments"])
    answer = xero.http.put(f"{where}/delivery%20note.pdf", content=b"%PDF-1.4 x", headers={"Idempotency-Key": noun})
    assert answer.status_code == 200, answer.text
    (made,) = answer.json()["Attachments"]
    assert (made["FileName"], made["MimeType"], made["ContentLength"]) == ("delivery note.pdf", "application/pdf", 10)
    assert xero.http.get(f"{where}/{made['AttachmentID']}").content == b"%PDF-1.4 x"
    assert len(xero.http.get(where).json()["Attachments"]) == before + 1
    assert xero.get(f"{noun}/{record}")[noun][0].get("HasAttachments", True) is True
    again = xero.http.put(f"{where}/delivery%20note.pdf", content=b"%PDF-1.4 x", headers={"Idempotency-Key": noun})
    assert again.content == answer.content


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("virus.exe", b"x", "isn't a supported file type"),
        ("noending", b"x", "isn't a supported file type"),
        ("a%3Cb.pdf", b"x", "not allowed"),
        ("trailing.pdf%20", b"x", "not"),
        ("empty.pdf", b"", "empty"),
    ],
)
def test_what_xero_does_not_take_is_refused_in_its_words(
    xero: Connected, name: str, content: bytes, words: str
) -> None:
    document = xero.document("INV-0041")
    where = f"{API}/Invoices/{document['InvoiceID']}/Attachments"
    answer = xero.http.put(f"{where}/{name}", content=content, headers={"Content-Type": "application/pdf"})
    assert (answer.status_code, answer.json()["Type"]) == (400, "ValidationException")
    (element,) = answer.json()["Elements"]
    assert any(words in error["Message"] for error in element["ValidationErrors"])
    assert xero.http.get(where).json()["Attachments"] == []


def test_more_than_ten_megabytes_are_too_many(xero: Connected) -> None:
    where = f"{API}/Invoices/{xero.document('INV-0041')['InvoiceID']}/Attachments"
    assert xero.http.put(f"{where}/big.pdf", content=bytes(LARGEST_FILE + 1)).status_code == 413
    assert xero.http.put(f"{where}/big.pdf", content=bytes(LARGEST_FILE)).status_code == 200


def test_only_a_sales_invoice_shows_a_file_to_the_customer(xero: Connected) -> None:
    for noun, online in (("Invoices", True), ("Quotes", False)):
        where = f"{API}/{noun}/{record_of(xero, noun)}/Attachments/shown.pdf"
        (made,) = xero.http.put(where, content=b"x", params={"IncludeOnline": "true"}).json()["Attachments"]
        assert made["IncludeOnline"] is online


@needs_specs
@pytest.mark.parametrize("noun", NOUNS)
def test_attaching_has_the_vendors_shape(accounting: OpenAPI, xero: Connected, noun: str) -> None:
    path = f"{API}/{noun}/{record_of(xero, noun)}/Attachments"
    for method, name in (("PUT", "spec.pdf"), ("POST", "spec.pdf"), ("PUT", "spec.exe")):
        response = xero.http.request(method, f"{path}/{name}", content=b"spec")
        assert response.status_code == (400 if name == "spec.exe" else 200), response.text
        check(accounting, response, path=f"{path}/{name}")
    check(accounting, xero.http.get(path), path=path)


@needs_specs
def test_they_have_the_vendors_shape(accounting: OpenAPI, xero: Connected) -> None:
    invoice, bill = xero.document("INV-0042"), bill_with_paper(xero)
    (file,) = xero.get(f"Invoices/{bill['InvoiceID']}/Attachments")["Attachments"]
    for path in (
        f"Invoices/{invoice['InvoiceID']}/OnlineInvoice",
        f"Invoices/{invoice['InvoiceID']}/pdf",
        f"Invoices/{bill['InvoiceID']}/Attachments",
        f"Invoices/{bill['InvoiceID']}",
    ):
        response = xero.http.get(f"{API}/{path}")
        assert response.status_code == 200
        check(accounting, response, path=f"{API}/{path}")
    assert file["AttachmentID"]
