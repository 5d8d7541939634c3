"""Xero's JSON read exactly and tolerantly: new things do not break it, wrong money does."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.xero import decoding
from tools.xero.books import DocumentKind, DocumentStatus
from tools.xero.decoding import Unreadable

INVOICE: dict[str, Any] = {
    "Type": "ACCPAY", "InvoiceID": "i1", "InvoiceNumber": "BILL-1", "Status": "AUTHORISED",
    "Contact": {"ContactID": "c1", "Name": "Acme Ltd"}, "Date": "/Date(1795305600000+0000)/", "DueDate": None,
    "CurrencyCode": "EUR", "Total": 980.10, "AmountDue": 480.10, "AmountPaid": 500,
    "UpdatedDateUTC": "/Date(1795305600123+0000)/", "SomethingNew": {"a": 1},
}  # fmt: skip
PAYMENT: dict[str, Any] = {
    "PaymentID": "p1", "Date": "2026-11-22T00:00:00", "Amount": 500.0, "Status": "AUTHORISED",
    "PaymentType": "ACCPAYPAYMENT", "UpdatedDateUTC": "/Date(1795305600000+0000)/",
    "Invoice": {"InvoiceID": "i1", "InvoiceNumber": "BILL-1", "Type": "ACCPAY", "CurrencyCode": "EUR"},
}  # fmt: skip


def read(name: str, shape: Any, *records: dict[str, Any]) -> list[Any]:
    """The records through the wire format and back."""
    return decoding.elements(decoding.body_of(json.dumps({name: records}).encode()), name, shape)


def test_amounts_arrive_as_they_were_written() -> None:
    body = decoding.body_of(b'{"Invoices":[{"Total": 980.10, "Huge": 12345678901234.5678}]}')
    assert body["Invoices"][0] == {"Total": Decimal("980.10"), "Huge": Decimal("12345678901234.5678")}


def test_an_invoice_with_new_fields_and_a_missing_credit() -> None:
    (found,) = read("Invoices", decoding.document, INVOICE)
    assert (found.kind, found.issued, found.due) == (DocumentKind.BILL, date(2026, 11, 22), None)
    assert found.updated_at == datetime(2026, 11, 22, 0, 0, 0, 123000, tzinfo=UTC)
    (credited,) = read("Invoices", decoding.document, {**INVOICE, "AmountDue": 400})
    assert credited.amount_credited == Decimal("80.10")


def test_the_texts_that_others_wrote_are_read_with_the_document() -> None:
    files = [{"AttachmentID": "a1", "FileName": "new account.pdf", "Url": "https://api.xero.example/x"}, {}]
    (found,) = read("Invoices", decoding.document, {**INVOICE, "Url": "https://acme.example/1", "Attachments": files})
    assert (found.url, found.attachments) == ("https://acme.example/1", ("new account.pdf", ""))
    assert read("Invoices", decoding.document, INVOICE)[0].attachments == ()


def test_what_is_new_is_shown_or_left_out_never_miscounted() -> None:
    (found,) = read(
        "Invoices", decoding.document, {**INVOICE, "Status": "ARCHIVED_SOMEHOW"}, {**INVOICE, "Type": "ACCNEW"}
    )
    assert found.status is DocumentStatus.OTHER
    assert read("Payments", decoding.payment, {**PAYMENT, "Status": "HALF"}) == []


@pytest.mark.parametrize(("due", "left"), [(480.1, Decimal("480.1")), (0, Decimal(0)), ("12.50", Decimal("12.50"))])
def test_the_answer_to_a_write_says_what_is_left(due: object, left: Decimal) -> None:
    answered = {**PAYMENT, "Invoice": {**PAYMENT["Invoice"], "AmountDue": due}}
    assert read("Payments", decoding.made_payment, answered)[0].left_on_document == left
    assert read("Payments", decoding.payment, answered)[0].left_on_document is None


@pytest.mark.parametrize("due", [None, "", "abc", {}, True, "NaN"])
def test_a_payment_is_certain_even_if_what_is_left_cannot_be_read(due: object) -> None:
    answered = {**PAYMENT, "Invoice": {**PAYMENT["Invoice"], "AmountDue": due}}
    (made,) = read("Payments", decoding.made_payment, answered)
    assert (made.id, made.left_on_document) == (PAYMENT["PaymentID"], None)


def test_a_payment_of_a_credit_note_keeps_its_document_and_has_no_kind() -> None:
    note = {"CreditNoteID": "n1", "CreditNoteNumber": "CN-1", "CurrencyCode": "EUR", "Contact": {"Name": "Acme Ltd"}}
    (found,) = read(
        "Payments", decoding.payment, {k: v for k, v in PAYMENT.items() if k != "Invoice"} | {"CreditNote": note}
    )
    assert (found.document_id, found.document_number, found.document_kind) == ("n1", "CN-1", None)


@pytest.mark.parametrize(
    "broken",
    [
        {"Total": "NaN"}, {"Total": True}, {"Total": {}}, {"AmountDue": "abc"}, {"InvoiceID": None}, {"Status": 7},
        {"UpdatedDateUTC": "yesterday"}, {"UpdatedDateUTC": "/Date(9999999999999999)/"}, {"LineItems": [None]},
        {"CurrencyCode": None}, {"Date": 5},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(broken: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read("Invoices", decoding.document, {**INVOICE, **broken})


@pytest.mark.parametrize(
    "raw", [b"", b"<html>", b"[]", b"null", b'{"Other": []}', b'{"Invoices": {}}', b'{"Invoices": [5]}', b"\xff"]
)
def test_what_is_not_xero_s_format_is_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        decoding.elements(decoding.body_of(raw), "Invoices", decoding.document)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_unreadable(raw: bytes) -> None:
    with suppress(Unreadable):
        decoding.elements(decoding.body_of(raw), "Payments", decoding.payment)
    assert isinstance(decoding.refusal(raw), str)
    assert isinstance(decoding.detail(raw), str)


def test_a_refusal_tells_every_message_once() -> None:
    errors = [{"Message": "Too much"}, {"Message": "Too late."}, {"Message": "Too much"}]
    raw = json.dumps(
        {"Message": "A validation exception occurred", "Elements": [{"ValidationErrors": errors}]}
    ).encode()
    assert decoding.refusal(raw) == "Too much. Too late."
    assert (
        decoding.refusal(b'{"Message": "Key is used with a different request"}')
        == "Key is used with a different request."
    )
    assert decoding.refusal(b"<html>") == ""
