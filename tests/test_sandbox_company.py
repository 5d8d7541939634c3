"""The demo company: big enough, awkward enough, and every figure in it ties."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.company import anchored, generate
from sandbox.company.iban import is_valid
from sandbox.company.placed import TRAP_REFERENCE
from sandbox.company.shape import Company, Document, DocumentKind, DocumentStatus, LineSource

TODAY = date(2026, 11, 22)
CENT = Decimal("0.01")
NAMED = (
    "Müller GmbH",
    "Acme Ltd",
    "Bianchi Srl",
    "Dupont SA",
    "Globex Corporation",
    "Initech",
    "Schneider Logistik",
    "Rossi & Figli",
    "Café Lumière",
    "Northwind Traders",
    "Hooli",
    "Office Depot",
)


@pytest.fixture(scope="module")
def company() -> Company:
    return generate(1, TODAY)


def named(company: Company, number: str) -> list[Document]:
    return [document for document in company.documents if document.number == number]


def settled(company: Company) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for payment in company.payments:
        sums[payment.document_id] = sums.get(payment.document_id, Decimal(0)) + payment.amount
    for item in company.allocations:
        for document_id in (item.document_id, item.credit_note_id):
            sums[document_id] = sums.get(document_id, Decimal(0)) + item.amount
    return sums


def test_it_has_the_size_that_was_asked_for(company: Company) -> None:
    invoices = [d for d in company.documents if d.kind in (DocumentKind.INVOICE, DocumentKind.BILL)]
    assert 48 <= len(company.contacts) <= 55
    assert 58 <= len(company.accounts) <= 65
    assert 460 <= len(invoices) <= 540
    assert 330 <= len(company.payments) <= 420
    assert len(company.documents) - len(invoices) == 20
    assert 480 <= len(company.lines_of("090")) <= 620
    assert [bank.currency for bank in company.bank_accounts] == ["EUR", "EUR", "GBP"]
    assert (TODAY - company.books_begin).days > 500


def test_the_same_seed_gives_the_same_company_and_another_gives_another(company: Company) -> None:
    assert generate(1, TODAY) == company
    assert generate(2, TODAY).documents != company.documents


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 10_000), st.dates(date(2024, 1, 1), date(2031, 12, 31)), st.integers(1, 2))
def test_every_document_ties_to_the_cent_on_any_day(seed: int, today: date, scale: int) -> None:
    company = generate(seed, today, scale)
    percent = {rate.tax_type: rate.percent for rate in company.tax_rates}
    paid = settled(company)
    for document in company.documents:
        assert document.subtotal == sum(line.line_amount for line in document.lines)
        assert document.tax == sum(line.tax_amount for line in document.lines)
        assert document.total == document.subtotal + document.tax > 0
        for line in document.lines:
            assert line.line_amount == (line.quantity * line.unit_amount).quantize(CENT)
            assert abs(line.tax_amount - line.line_amount * percent[line.tax_type] / 100) <= CENT / 2
        left = document.total - paid.get(document.document_id, Decimal(0))
        assert left >= 0
        assert (left == 0) == (document.status is DocumentStatus.PAID)
        assert document.date <= today and document.updated_at.date() <= today
    ids = [d.document_id for d in company.documents] + [p.payment_id for p in company.payments]
    assert len(ids) == len(set(ids))


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 10_000), st.dates(date(2024, 1, 1), date(2031, 12, 31)))
def test_numbers_of_sales_invoices_are_unique(seed: int, today: date) -> None:
    sales = Counter(d.number for d in generate(seed, today).documents if d.kind is DocumentKind.INVOICE)
    assert max(sales.values()) == 1


def test_bank_lines_are_the_ledgers_movements_and_a_few_it_does_not_know(company: Company) -> None:
    sources = Counter(line.source for line in company.bank_lines)
    assert sources[LineSource.PAYMENT] == len(company.payments)
    assert sources[LineSource.BANK_TRANSACTION] == len(company.bank_transactions)
    assert sources[LineSource.TRANSFER] == 2 * len(company.bank_transfers)
    assert 1 <= sources[LineSource.UNPOSTED] <= 5
    payments = {payment.payment_id: payment for payment in company.payments}
    for line in company.bank_lines:
        if line.source is LineSource.PAYMENT:
            payment = payments[line.source_id]
            assert (abs(line.amount), line.account_code) == (payment.bank_amount, payment.account_code)
            assert line.booked_on == payment.date
    assert len({line.bank_line_id for line in company.bank_lines}) == len(company.bank_lines)


def test_no_account_was_ever_overdrawn(company: Company) -> None:
    for bank in company.bank_accounts:
        balance = bank.opening_balance
        for line in company.lines_of(bank.code):
            balance += line.amount
            assert balance > 0, (bank.code, line.booked_on)
        assert balance == company.balance_of(bank.code)


def test_journals_and_opening_balances_add_up_to_zero(company: Company) -> None:
    assert sum(row.amount for row in company.opening) == 0
    for journal in company.manual_journals:
        assert sum(line.amount for line in journal.lines) == 0
    assert any(journal.narration.startswith("Salaries") for journal in company.manual_journals)


def test_the_people_are_there(company: Company) -> None:
    names = Counter(contact.name for contact in company.contacts)
    assert all(names[name] == 1 for name in NAMED)
    assert names["Studio Weber"] == 2
    assert names["Bergmann Druck"] == names["Bergmann Druckerei GmbH"] == 1
    assert names["O'Brien & Sons Ltd"] == 1


def test_suppliers_bank_details_have_right_check_digits_and_two_are_missing(company: Company) -> None:
    suppliers = [contact for contact in company.contacts if contact.is_supplier]
    assert len([contact for contact in suppliers if not contact.bank_details]) == 2
    assert all(is_valid(contact.iban) for contact in company.contacts)
    assert all(is_valid(bank.iban) for bank in company.bank_accounts)
    assert not is_valid("DE89370400440532013001")
    assert len({contact.iban for contact in company.contacts}) == len(company.contacts)


def test_the_awkward_cases_are_there(company: Company) -> None:
    due = {number: named(company, number)[0].due_date for number in ("BILL-204", "BILL-205", "BILL-206")}
    assert [(day - TODAY).days for day in due.values()] == [0, 1, 7]
    assert {d.status.value for d in company.documents} == {
        "DRAFT",
        "SUBMITTED",
        "AUTHORISED",
        "PAID",
        "VOIDED",
        "DELETED",
    }
    assert [document.total for document in named(company, "INV-0051")] == [Decimal("1999.00")]
    assert [document.total for document in named(company, "BILL-202")] == [Decimal("480.50")]
    assert len({document.contact_id for document in named(company, "R-4711")}) == 2
    assert named(company, "NWT-2231")[0].currency == "GBP"
    assert named(company, "2026-118")[0].total > 10_000
    assert any(document.reference == TRAP_REFERENCE for document in company.documents)
    part = named(company, "INV-0047")[0]
    assert 0 < settled(company)[part.document_id] < part.total
    late = {(TODAY - d.due_date).days for d in company.documents if d.status is DocumentStatus.AUTHORISED}
    assert {1, 7, 15, 30, 60, 90, 120} <= late
    locked = company.organisation.period_lock_date
    assert timedelta(90) < TODAY - locked < timedelta(150)


def test_scale_multiplies_documents_and_leaves_the_people_alone(company: Company) -> None:
    big = generate(1, TODAY, 4)
    assert 3.5 < len(big.documents) / len(company.documents) < 4.5
    assert 3.5 < len(big.payments) / len(company.payments) < 4.5
    assert len(big.contacts) == len(company.contacts)
    with pytest.raises(ValueError, match="at least 1"):
        generate(1, TODAY, 0)


def test_a_state_folder_keeps_its_company_on_another_day(tmp_path: Path, company: Company) -> None:
    assert anchored(tmp_path, seed=1, today=TODAY) == company
    assert anchored(tmp_path, seed=9, today=TODAY + timedelta(days=30), scale=3) == company
    assert anchored(None, seed=1, today=TODAY) == company
