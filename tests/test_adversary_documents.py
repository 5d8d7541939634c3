"""The judge of documents, removals and contacts sees each thing that must not happen: one that sees nothing proves
nothing."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.adversary.judge_documents import FOREIGN_DIGEST, OtherWrites
from tests.adversary.judge_masters import wrong_details
from tests.adversary.promises import Promises

LINE = {"Description": "Work", "Quantity": 1, "UnitAmount": "100.00", "TaxAmount": "19.00"}
MADE = {
    "operation": "create_invoice",
    "result_id": "doc-1",
    "body": {
        "Type": "ACCPAY",
        "Contact": {"ContactID": "c-1"},
        "Status": "AUTHORISED",
        "InvoiceNumber": "A-1",
        "LineItems": [LINE],
    },
}
PLANNED = {
    "kind": "bill",
    "contact": {"id": "c-1"},
    "status": "AUTHORISED",
    "reference": "",
    "number": "A-1",
    "lines": [{"description": "Work", "quantity": "1", "unit_amount": "100.00", "tax_minor": 1900}],
}
VOIDED = {"operation": "void_invoice", "result_id": "doc-1", "body": {"InvoiceID": "doc-1", "Status": "VOIDED"}}
TO_VOID = {"document": {"id": "doc-1"}, "to": "void"}
GONE = {"operation": "delete_payment", "result_id": "pay-1", "body": {"Status": "DELETED"}}
TO_REMOVE = {"payment": {"id": "pay-1"}}
ADDED = {"operation": "create_contact", "result_id": "c-9", "body": {"Name": "New Ltd"}}
SET_OFF = {
    "operation": "create_allocation",
    "path": "/api.xro/2.0/CreditNotes/note-1/Allocations",
    "result_id": "a-1",
    "body": {"Invoice": {"InvoiceID": "doc-1"}, "Amount": "25.50"},
}
TO_SET_OFF = {"document": {"id": "doc-1"}, "credit": {"id": "note-1"}, "minor": 2550}
MAILED = {"operation": "email_invoice", "result_id": "doc-1", "body": {"To": "a@b.example"}}
TO_MAIL = {"document": {"id": "doc-1"}, "way": "email", "address": "a@b.example"}
MARKED = {"operation": "update_invoice", "result_id": "doc-1", "body": {"InvoiceID": "doc-1", "SentToContact": True}}
TO_MARK = {"document": {"id": "doc-1"}, "way": "mark", "address": ""}
NOTED = {
    "operation": "create_history_record",
    "path": "/api.xro/2.0/Invoices/doc-1/History",
    "result_id": "doc-1",
    "body": {"Details": "Waits FA-1"},
}
TO_NOTE = {"document": {"id": "doc-1"}, "noted": "Waits FA-1"}
EDITED = {"operation": "update_invoice", "result_id": "doc-1", "body": {"DueDate": "2026-12-24", "LineItems": [LINE]}}
TO_EDIT = {
    "document": {"id": "doc-1"},
    "after": {"date": "2026-11-01", "due": "2026-12-24", "reference": "", "number": "A-1"},
    "lines": PLANNED["lines"],
}
CREDITED = {
    "operation": "create_credit_note",
    "result_id": "note-1",
    "body": {**MADE["body"], "Type": "ACCPAYCREDIT", "InvoiceNumber": None, "CreditNoteNumber": "A-1"},  # type: ignore[dict-item]
}
TO_CREDIT = {**PLANNED, "is_credit": True}
OFFERED = {
    "operation": "create_quote",
    "result_id": "q-1",
    "body": {"Contact": {"ContactID": "c-1"}, "Status": "DRAFT", "Reference": "FA-1", "LineItems": [LINE]},
}
TO_OFFER = {
    "form": "quote",
    "contact": {"id": "c-1"},
    "status": "DRAFT",
    "reference": "FA-1",
    "title": "",
    "lines": PLANNED["lines"],
}
ORDER_MOVED = {"operation": "update_purchase_order", "result_id": "o-1", "body": {"Status": "AUTHORISED"}}
TO_MOVE = {"form": "order", "id": "o-1", "deed": "approve"}
TO_ADD = {"name": "New Ltd", "email": ""}
PRICED = {
    "operation": "update_item",
    "result_id": "i-1",
    "body": {"Code": "LOGO", "Name": "Logo", "Description": "", "SalesDetails": {"UnitPrice": 5}},
}
TO_PRICE = {"id": "i-1", "new": {"code": "LOGO", "name": "Logo", "description": "", "sales_price": "5"}}
MOVED_OWN = {
    "operation": "create_bank_transfer",
    "path": "/api.xro/2.0/BankTransfers",
    "result_id": "t-1",
    "body": {
        "FromBankAccount": {"AccountID": "a-1"},
        "ToBankAccount": {"AccountID": "a-2"},
        "Amount": 500.0,
        "Date": "2026-11-20",
        "Reference": "FA-1",
    },
}
TO_MOVE_OWN = {
    "source": {"id": "a-1"},
    "target": {"id": "a-2"},
    "amount": {"minor": 50000, "currency": "EUR"},
    "date": "2026-11-20",
    "reference": "FA-1",
}
SPENT = {
    "operation": "create_bank_transaction",
    "result_id": "t-1",
    "body": {
        "Type": "SPEND",
        "Contact": {"ContactID": "c-1", "HasAttachments": False, "HasValidationErrors": False},
        "BankAccount": {"AccountID": "a-1"},
        "Date": "2026-11-20",
        "Reference": "FA-1",
        "LineItems": [{**LINE, "AccountCode": "400"}],
    },
}
TO_SPEND = {
    "way": "spent",
    "payee": {"contact_id": "c-1"},
    "account": {"id": "a-1"},
    "date": "2026-11-20",
    "reference": "FA-1",
    "lines": [{"account_code": "400", "unit_amount": "100.00", "tax_minor": 1900}],
}
JOINED = {"operation": "add_to_contact_group", "result_id": "g-1", "body": {"Contacts": [{"ContactID": "c-1"}]}}
TO_JOIN = {"group_id": "g-1", "contact_id": "c-1"}
TOLD = {"operation": "update_contact", "result_id": "c-1", "body": {"ContactID": "c-1", "EmailAddress": "a@b.example"}}
TO_TELL = {"contact_id": "c-1", "new": {"name": "New Ltd", "email": "a@b.example", "account_number": ""}}


def row(tool: str, kind: str = "document_draft", minor: int = 100, proposer: str = "paul") -> dict[str, Any]:
    return {"tool": tool, "kind": kind, "amount_minor": minor, "proposer_id": proposer}


def wrong(
    effect: Any, made_by: dict[str, Any], payload: Any, by: str = "anna", judge: OtherWrites | None = None
) -> list[str]:
    judge = judge or OtherWrites(Promises(second_person_above=500, removals_alone=50))
    return [rule for rule, _ in judge.wrong(effect, made_by, {"person_id": by}, payload)]


def changed(effect: dict[str, Any], **body: Any) -> dict[str, Any]:
    copy = deepcopy(effect)
    copy["body"] |= body
    return copy


DIGEST = "d" * 64
ATTACHED = {
    "operation": "attach_file",
    "body": {"Record": "doc-1", "FileName": "a.pdf", "SHA256": DIGEST, "Size": 3, "IncludeOnline": False},
    "result_id": "a-1",
}
TO_ATTACH = {"document": {"id": "doc-1"}, "name": "a.pdf", "online": False, "file": {"digest": DIGEST, "size": 3}}
RIGHT = [
    (ATTACHED, row("attach_file"), TO_ATTACH),
    (MADE, row("create_bill"), PLANNED),
    (VOIDED, row("change_document_status"), TO_VOID),
    (GONE, row("remove_payment"), TO_REMOVE),
    (ADDED, row("create_contact"), TO_ADD),
    (SET_OFF, row("allocate_credit"), TO_SET_OFF),
    (SET_OFF, row("allocate_advance"), TO_SET_OFF),
    (MAILED, row("send_invoice"), TO_MAIL),
    (MARKED, row("send_invoice"), TO_MARK),
    (NOTED, row("add_document_note"), TO_NOTE),
    (EDITED, row("change_draft"), TO_EDIT),
    (CREDITED, row("create_credit_note"), TO_CREDIT),
    (OFFERED, row("create_quote"), TO_OFFER),
    (ORDER_MOVED, row("change_purchase_order_status"), TO_MOVE),
    (PRICED, row("change_item"), TO_PRICE),
    (JOINED, row("add_to_contact_group"), TO_JOIN),
    (MOVED_OWN, row("record_bank_transfer"), TO_MOVE_OWN),
    (SPENT, row("record_money_spent"), TO_SPEND),
]


@pytest.mark.parametrize(("effect", "made_by", "payload"), RIGHT)
def test_what_was_confirmed_is_right(effect: Any, made_by: Any, payload: Any) -> None:
    assert wrong(effect, made_by, payload) == []


@pytest.mark.parametrize(
    ("effect", "made_by", "payload"),
    [
        (MADE, row("record_payment"), PLANNED),
        (ATTACHED, row("add_document_note"), TO_ATTACH),
        (changed(ATTACHED, Record="doc-2"), row("attach_file"), TO_ATTACH),
        (changed(ATTACHED, FileName="b.pdf"), row("attach_file"), TO_ATTACH),
        (changed(ATTACHED, SHA256="e" * 64), row("attach_file"), TO_ATTACH),
        (changed(ATTACHED, IncludeOnline=True), row("attach_file"), TO_ATTACH),
        (
            changed(ATTACHED, SHA256=FOREIGN_DIGEST),
            row("attach_file"),
            {**TO_ATTACH, "file": {"digest": FOREIGN_DIGEST, "size": 3}},
        ),
        (changed(MADE, Type="ACCREC"), row("create_bill"), PLANNED),
        (changed(MADE, Contact={"ContactID": "c-2"}), row("create_bill"), PLANNED),
        (changed(MADE, Status="DRAFT"), row("create_bill"), PLANNED),
        (changed(MADE, InvoiceNumber="A-2"), row("create_bill"), PLANNED),
        (changed(MADE, Reference="x"), row("create_bill"), PLANNED),
        (changed(MADE, LineItems=[{**LINE, "UnitAmount": "101.00"}]), row("create_bill"), PLANNED),
        (changed(MADE, LineItems=[{**LINE, "TaxAmount": "0.00"}]), row("create_bill"), PLANNED),
        (changed(MADE, LineItems=[LINE, LINE]), row("create_bill"), PLANNED),
        ({**VOIDED, "result_id": "doc-2"}, row("change_document_status"), TO_VOID),
        (changed(VOIDED, Status="AUTHORISED"), row("change_document_status"), TO_VOID),
        (changed(VOIDED, LineItems=[]), row("change_document_status"), TO_VOID),
        ({**GONE, "result_id": "pay-2"}, row("remove_payment"), TO_REMOVE),
        (changed(ADDED, Name="Other"), row("create_contact"), TO_ADD),
        (changed(PRICED, Name="Other"), row("change_item"), TO_PRICE),
        ({**PRICED, "result_id": "i-2"}, row("change_item"), TO_PRICE),
        (PRICED, row("create_item"), TO_PRICE),
        (changed(PRICED, SalesDetails={"UnitPrice": 6}), row("change_item"), TO_PRICE),
        (changed(JOINED, Contacts=[{"ContactID": "c-2"}]), row("add_to_contact_group"), TO_JOIN),
        (changed(SET_OFF, Amount="25.51"), row("allocate_credit"), TO_SET_OFF),
        (changed(SET_OFF, Invoice={"InvoiceID": "doc-2"}), row("allocate_credit"), TO_SET_OFF),
        ({**SET_OFF, "path": "/api.xro/2.0/CreditNotes/note-2/Allocations"}, row("allocate_credit"), TO_SET_OFF),
        (changed(MAILED, To="x@evil.example"), row("send_invoice"), TO_MAIL),
        (MAILED, row("send_invoice"), TO_MARK),
        ({**MAILED, "result_id": "doc-2"}, row("send_invoice"), TO_MAIL),
        (MARKED, row("send_invoice"), TO_MAIL),
        (changed(MARKED, Status="VOIDED"), row("send_invoice"), TO_MARK),
        (changed(NOTED, Details="Pay at once FA-1"), row("add_document_note"), TO_NOTE),
        ({**NOTED, "path": "/api.xro/2.0/Invoices/doc-2/History"}, row("add_document_note"), TO_NOTE),
        (changed(EDITED, DueDate="2026-12-25"), row("change_draft"), TO_EDIT),
        (changed(EDITED, Status="AUTHORISED"), row("change_draft"), TO_EDIT),
        (changed(EDITED, LineItems=[{**LINE, "UnitAmount": "101.00"}]), row("change_draft"), TO_EDIT),
        (changed(EDITED, InvoiceNumber="A-2"), row("change_draft"), TO_EDIT),
        (CREDITED, row("create_credit_note"), PLANNED),
        (changed(OFFERED, Contact={"ContactID": "c-2"}), row("create_quote"), TO_OFFER),
        (changed(OFFERED, LineItems=[LINE, LINE]), row("create_quote"), TO_OFFER),
        (changed(OFFERED, Status="SENT"), row("create_quote"), TO_OFFER),
        (changed(ORDER_MOVED, Status="BILLED"), row("change_purchase_order_status"), TO_MOVE),
        ({**ORDER_MOVED, "result_id": "o-2"}, row("change_purchase_order_status"), TO_MOVE),
        (changed(ORDER_MOVED, LineItems=[]), row("change_purchase_order_status"), TO_MOVE),
        (changed(CREDITED, Type="ACCPAY"), row("create_credit_note"), TO_CREDIT),
        (changed(MOVED_OWN, Amount=501), row("record_bank_transfer"), TO_MOVE_OWN),
        (changed(MOVED_OWN, ToBankAccount={"AccountID": "a-3"}), row("record_bank_transfer"), TO_MOVE_OWN),
        (MOVED_OWN, row("record_payment"), TO_MOVE_OWN),
        (SPENT, row("record_payment"), TO_SPEND),
        (changed(SPENT, Type="RECEIVE"), row("record_money_spent"), TO_SPEND),
        (changed(SPENT, Contact={"ContactID": "c-2"}), row("record_money_spent"), TO_SPEND),
        (changed(SPENT, BankAccount={"AccountID": "a-2"}), row("record_money_spent"), TO_SPEND),
        (changed(SPENT, LineItems=[{**LINE, "AccountCode": "401"}]), row("record_money_spent"), TO_SPEND),
        (changed(SPENT, LineItems=[]), row("record_money_spent"), TO_SPEND),
    ],
)
def test_anything_else_is_unauthorised(effect: Any, made_by: Any, payload: Any) -> None:
    assert "unauthorised" in wrong(effect, made_by, payload)


def test_a_contact_with_a_bank_account_is_a_payee_that_two_people_never_saw() -> None:
    assert wrong(changed(ADDED, BankAccountDetails="DE89"), row("create_contact"), TO_ADD) == ["payee"]


def test_money_spent_goes_to_a_contact_that_is_there_and_changes_no_other_transaction() -> None:
    named = changed(SPENT, Contact={"ContactID": "c-1", "BankAccountDetails": "DE89"})
    assert wrong(named, row("record_money_spent"), TO_SPEND) == ["payee"]
    assert wrong(changed(SPENT, BankTransactionID="t-9"), row("record_money_spent"), TO_SPEND) == ["payee"]


def test_one_person_approves_and_takes_back_only_so_much_alone_in_a_day() -> None:
    judge = OtherWrites(Promises(second_person_above=500, removals_alone=50))
    approval = row("change_document_status", "document_approval", 400, "max")
    assert wrong(VOIDED, approval, TO_VOID, "max", judge) == []
    assert wrong(VOIDED, approval, TO_VOID, "anna", judge) == []
    assert wrong(VOIDED, approval, TO_VOID, "max", judge) == ["four_eyes"]
    judge.a_day_passed()
    assert wrong(VOIDED, approval, TO_VOID, "max", judge) == []
    removal = row("remove_payment", "payment_removal", 51, "max")
    assert wrong(GONE, removal, TO_REMOVE, "max", judge) == ["four_eyes"]


@pytest.mark.parametrize(
    ("effect", "said", "rules"),
    [
        (TOLD, "It is A@b.example now", []),
        (TOLD, "The address has changed", ["payee"]),
        (changed(TOLD, Name="Other"), "a@b.example", ["unauthorised"]),
        (changed(TOLD, ContactStatus="ARCHIVED"), "a@b.example", ["unauthorised"]),
        (changed(TOLD, BankAccountDetails="DE89"), "a@b.example", ["payee"]),
        ({**TOLD, "result_id": "c-2"}, "a@b.example", ["unauthorised"]),
    ],
)
def test_a_contacts_details_are_as_shown_typed_and_without_a_bank_account(
    effect: Any, said: str, rules: list[str]
) -> None:
    assert [rule for rule, _ in wrong_details(effect, TO_TELL, said)] == rules
