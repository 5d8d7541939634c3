"""The vendor's own Python SDK, pointed at the stand-in, reads and pays as it would at Xero."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from xero_python.accounting import (  # type: ignore[import-untyped]
    Account,
    AccountingApi,
    Allocation,
    Allocations,
    BankTransaction,
    BankTransactions,
    BankTransfer,
    BankTransfers,
    BatchPayment,
    BatchPayments,
    Contact,
    Contacts,
    HistoryRecord,
    HistoryRecords,
    Invoice,
    Invoices,
    LineItem,
    ManualJournal,
    ManualJournalLine,
    ManualJournals,
    Payment,
    PaymentDelete,
    Payments,
    Quote,
    Quotes,
)
from xero_python.api_client import ApiClient  # type: ignore[import-untyped]
from xero_python.api_client.configuration import Configuration  # type: ignore[import-untyped]
from xero_python.api_client.oauth2 import OAuth2Token  # type: ignore[import-untyped]
from xero_python.exceptions import AccountingBadRequestException  # type: ignore[import-untyped]
from xero_python.identity import IdentityApi  # type: ignore[import-untyped]

from tests.support.xero_stand_in import APP, Connected, connected

TODAY = date(2026, 11, 22)


class Sdk:
    """The SDK with the stand-in's address and token, without its hidden retries."""

    def __init__(self, connection: Connected) -> None:
        self.connection = connection
        token = {
            "access_token": connection.http.headers["Authorization"].removeprefix("Bearer "),
            "expires_in": 1800,
            "expires_at": 4_000_000_000,
            "token_type": "Bearer",
            "scope": ["accounting.invoices"],
        }
        configuration = object.__new__(Configuration)
        Configuration.__init__(configuration, oauth2_token=OAuth2Token(client_id=APP[0], client_secret=APP[1]))
        self.client = ApiClient(configuration)
        self.client.oauth2_token_getter(lambda: token)
        self.client.oauth2_token_saver(lambda fresh: None)
        self.client.rest_client.pool_manager.connection_pool_kw["retries"] = False
        self.api = AccountingApi(self.client, base_url=f"{connection.provider.url}/api.xro/2.0")
        self.tenant = connection.tenant

    def invoice(self, number: str) -> Any:
        found = self.api.get_invoices(self.tenant, invoice_numbers=[number], page=1)
        return found.invoices[0]

    def payment(self, number: str, amount: str, on: date = TODAY) -> Payment:
        return Payment(
            invoice=Invoice(invoice_id=self.invoice(number).invoice_id),
            account=Account(code="090"),
            date=on,
            amount=Decimal(amount),
            reference=f"for {number}",
        )


@pytest.fixture(scope="module")
def sdk() -> Iterator[Sdk]:
    with connected() as connection:
        yield Sdk(connection)


def test_it_finds_its_organisation(sdk: Sdk) -> None:
    identity = IdentityApi(sdk.client, base_url=sdk.connection.provider.url)
    assert [link.tenant_name for link in identity.get_connections()] == ["Lindenhof Studio GmbH"]
    organisation = sdk.api.get_organisations(sdk.tenant).organisations[0]
    assert organisation.base_currency.value == "EUR"
    assert organisation.period_lock_date == date(2026, 7, 31)


def test_it_reads_accounts_contacts_and_settings(sdk: Sdk) -> None:
    banks = sdk.api.get_accounts(sdk.tenant, where='Type=="BANK"').accounts
    assert [account.code for account in banks] == ["090", "091", "092"]
    contacts = sdk.api.get_contacts(sdk.tenant, page=1, page_size=1000).contacts
    assert len([contact for contact in contacts if contact.name == "Studio Weber"]) == 2
    assert sdk.api.get_tax_rates(sdk.tenant).tax_rates[0].effective_rate == Decimal(19)
    assert len(sdk.api.get_users(sdk.tenant).users) == 5
    assert len(sdk.api.get_items(sdk.tenant).items) == 6
    assert len(sdk.api.get_currencies(sdk.tenant).currencies) == 2
    assert sdk.api.get_tracking_categories(sdk.tenant).tracking_categories[0].name == "Team"


def test_it_pages_through_every_invoice_once(sdk: Sdk) -> None:
    seen: list[str] = []
    page = 1
    while found := sdk.api.get_invoices(sdk.tenant, page=page, page_size=100).invoices:
        seen += [invoice.invoice_id for invoice in found]
        page += 1
    whole = sdk.api.get_invoices(sdk.tenant, page=1, page_size=1000)
    assert len(seen) == len(set(seen)) == whole.pagination.item_count > 400
    assert page - 1 == -(-len(seen) // 100)


def test_it_writes_what_has_no_document(sdk: Sdk) -> None:
    bank, savings = Account(code="090"), Account(code="091")
    line = LineItem(description="Ahead", quantity=Decimal(1), unit_amount=Decimal(100))
    contact = Contact(contact_id=sdk.invoice("INV-0050").contact.contact_id)
    booking = BankTransaction(type="RECEIVE-OVERPAYMENT", contact=contact, bank_account=bank, line_items=[line])
    made = sdk.api.create_bank_transactions(sdk.tenant, BankTransactions(bank_transactions=[booking]))
    ahead = sdk.api.get_overpayment(sdk.tenant, made.bank_transactions[0].overpayment_id).overpayments[0]
    part = Allocation(amount=Decimal(30), date=TODAY, invoice=Invoice(invoice_id=sdk.invoice("INV-0050").invoice_id))
    sdk.api.create_overpayment_allocations(sdk.tenant, ahead.overpayment_id, Allocations(allocations=[part]))
    assert sdk.api.get_overpayments(sdk.tenant).overpayments[0].remaining_credit == 70
    transfer = BankTransfer(from_bank_account=bank, to_bank_account=savings, amount=Decimal(5), date=TODAY)
    moved = sdk.api.create_bank_transfer(sdk.tenant, BankTransfers(bank_transfers=[transfer])).bank_transfers[0]
    assert sdk.api.get_bank_transfer(sdk.tenant, moved.bank_transfer_id).bank_transfers[0].amount == 5
    lines = [
        ManualJournalLine(line_amount=Decimal(amount), account_code=code) for code, amount in (("469", 9), ("620", -9))
    ]
    journal = ManualJournal(narration="by hand", date=TODAY, journal_lines=lines, status="POSTED")
    posted = sdk.api.create_manual_journals(sdk.tenant, ManualJournals(manual_journals=[journal])).manual_journals[0]
    assert sdk.api.get_manual_journal(sdk.tenant, posted.manual_journal_id).manual_journals[0].status == "POSTED"
    pays = [Payment(invoice=Invoice(invoice_id=sdk.invoice("BILL-202").invoice_id), amount=Decimal(80), date=TODAY)]
    batch = BatchPayments(batch_payments=[BatchPayment(account=bank, date=TODAY, payments=pays)])
    paid = sdk.api.create_batch_payment(sdk.tenant, batch).batch_payments[0]
    assert (paid.type, paid.total_amount, sdk.invoice("BILL-202").amount_paid) == ("PAYBATCH", 80, 80)


def test_it_reads_bank_bookings_transfers_and_reports(sdk: Sdk) -> None:
    assert sdk.api.get_bank_transactions(sdk.tenant, page=1).bank_transactions[0].total > 0
    assert sdk.api.get_bank_transfers(sdk.tenant).bank_transfers[0].amount > 0
    reports = [
        sdk.api.get_report_balance_sheet(sdk.tenant, date=TODAY, periods=2),
        sdk.api.get_report_profit_and_loss(sdk.tenant, from_date=date(2026, 1, 1), to_date=TODAY),
        sdk.api.get_report_trial_balance(sdk.tenant, date=TODAY),
        sdk.api.get_report_bank_summary(sdk.tenant, from_date=date(2026, 1, 1), to_date=TODAY),
        sdk.api.get_report_executive_summary(sdk.tenant, date=TODAY),
    ]
    assert all(report.reports[0].rows for report in reports)
    contact = sdk.invoice("INV-0042").contact.contact_id
    aged = sdk.api.get_report_aged_receivables_by_contact(sdk.tenant, contact, date=TODAY)
    assert aged.reports[0].rows


def test_put_of_many_payments_settles_each(sdk: Sdk) -> None:
    payments = Payments(payments=[sdk.payment("BILL-204", "314.16"), sdk.payment("BILL-205", "50.00")])
    made = sdk.api.create_payments(sdk.tenant, payments, idempotency_key="many-1").payments
    assert [payment.payment_type for payment in made] == ["ACCPAYPAYMENT", "ACCPAYPAYMENT"]
    paid, part = sdk.invoice("BILL-204"), sdk.invoice("BILL-205")
    assert (paid.status, paid.amount_due, paid.fully_paid_on_date) == ("PAID", 0, TODAY)
    assert (part.status, part.amount_paid) == ("AUTHORISED", Decimal("50.00"))


def test_post_of_one_payment_and_taking_it_back(sdk: Sdk) -> None:
    before = sdk.invoice("INV-0045")
    made = sdk.api.create_payment(sdk.tenant, sdk.payment("INV-0045", "750.00"), idempotency_key="one-1")
    payment = made.payments[0]
    assert sdk.invoice("INV-0045").status == "PAID"
    read = sdk.api.get_payment(sdk.tenant, payment.payment_id).payments[0]
    assert (read.amount, read.reference, read.status) == (Decimal("750.00"), "for INV-0045", "AUTHORISED")
    sdk.api.delete_payment(sdk.tenant, payment.payment_id, PaymentDelete(status="DELETED"))
    after = sdk.invoice("INV-0045")
    assert (after.status, after.amount_due, after.fully_paid_on_date) == ("AUTHORISED", before.amount_due, None)
    assert after.updated_date_utc > before.updated_date_utc


def test_an_overpayment_is_refused_in_the_vendors_words(sdk: Sdk) -> None:
    with pytest.raises(AccountingBadRequestException) as refused:
        sdk.api.create_payments(sdk.tenant, Payments(payments=[sdk.payment("BILL-206", "9999.00")]))
    assert refused.value.reason == "Payment amount exceeds the amount outstanding on this document"
    assert sdk.invoice("BILL-206").amount_paid == 0


def test_without_summarised_errors_each_payment_has_its_own_outcome(sdk: Sdk) -> None:
    wanted = Payments(payments=[sdk.payment("INV-0044", "10.00"), sdk.payment("INV-0044", "9999.00")])
    made = sdk.api.create_payments(sdk.tenant, wanted, summarize_errors=False).payments
    assert [payment.status_attribute_string for payment in made] == ["OK", "ERROR"]
    assert made[1].validation_errors[0].message == "Payment amount exceeds the amount outstanding on this document"
    assert sdk.invoice("INV-0044").amount_paid == Decimal("10.00")


def test_an_invoice_goes_from_draft_to_voided(sdk: Sdk) -> None:
    line = LineItem(description="Logo", quantity=3, unit_amount=Decimal("33.33"), account_code="200")
    wanted = Invoice(
        type="ACCREC",
        contact=Contact(contact_id=sdk.invoice("INV-0042").contact.contact_id),
        date=TODAY,
        due_date=date(2026, 12, 6),
        line_items=[line],
        status="DRAFT",
    )
    draft = sdk.api.create_invoices(sdk.tenant, Invoices(invoices=[wanted])).invoices[0]
    assert (draft.sub_total, draft.total_tax, draft.total) == (Decimal("99.99"), Decimal("19.00"), Decimal("118.99"))
    assert draft.invoice_number.startswith("INV-")
    for status in ("AUTHORISED", "VOIDED"):
        change = Invoices(invoices=[Invoice(status=status)])
        assert sdk.api.update_invoice(sdk.tenant, draft.invoice_id, change).invoices[0].status == status
    notes = sdk.api.get_invoice_history(sdk.tenant, draft.invoice_id).history_records
    assert [note.changes for note in notes] == ["Voided", "Approved", "Created"]


def test_it_adds_a_note_a_contact_and_an_allocation(sdk: Sdk) -> None:
    invoice = sdk.invoice("INV-0042")
    note = HistoryRecords(history_records=[HistoryRecord(details="Promised for Friday")])
    sdk.api.create_invoice_history(sdk.tenant, invoice.invoice_id, note)
    records = sdk.api.get_invoice_history(sdk.tenant, invoice.invoice_id).history_records
    assert records[0].details == "Promised for Friday"
    made = sdk.api.create_contacts(sdk.tenant, Contacts(contacts=[Contact(name="Fährhaus Nord")])).contacts[0]
    assert sdk.api.get_contact(sdk.tenant, made.contact_id).contacts[0].name == "Fährhaus Nord"
    where = 'Status=="AUTHORISED" AND Type=="ACCRECCREDIT"'
    credit = sdk.api.get_credit_notes(sdk.tenant, where=where).credit_notes[0]
    where = f'Contact.ContactID==guid("{credit.contact.contact_id}") AND Type=="ACCREC" AND Status=="AUTHORISED"'
    target = sdk.api.get_invoices(sdk.tenant, where=where).invoices[0]
    amount = Decimal("1.00")
    wanted = Allocation(invoice=Invoice(invoice_id=target.invoice_id), amount=amount, date=TODAY)
    sdk.api.create_credit_note_allocation(sdk.tenant, credit.credit_note_id, Allocations(allocations=[wanted]))
    assert sdk.invoice(target.invoice_number).amount_credited - target.amount_credited == amount


def test_the_sdk_reads_and_writes_quotes_orders_and_items(sdk: Sdk) -> None:
    quotes = sdk.api.get_quotes(sdk.tenant, status="SENT", order="Date ASC").quotes
    assert [quote.quote_number for quote in quotes] == ["QU-0006", "QU-0009", "QU-0010"]
    line = LineItem(description="Design", quantity=2, unit_amount=98, account_code="200")
    wish = Quote(contact=Contact(name="Hooli"), date=TODAY, line_items=[line])
    made = sdk.api.create_quotes(sdk.tenant, Quotes([wish]), idempotency_key="sdk-q").quotes[0]
    assert (made.quote_number, made.status.value, made.total) == ("QU-0013", "DRAFT", Decimal("233.24"))
    order = sdk.api.get_purchase_order_by_number(sdk.tenant, "PO-0007").purchase_orders[0]
    assert (order.status, order.currency_code.value) == ("SUBMITTED", "GBP")
    assert sdk.api.get_item(sdk.tenant, "DESIGN-H").items[0].sales_details.unit_price == 98
    group = sdk.api.get_contact_groups(sdk.tenant, order="Name").contact_groups[0]
    assert len(sdk.api.get_contact_group(sdk.tenant, group.contact_group_id).contact_groups[0].contacts) == 6
    assert len(sdk.api.get_repeating_invoices(sdk.tenant).repeating_invoices) == 6
