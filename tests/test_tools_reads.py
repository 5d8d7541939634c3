"""Read tools: the figure first, in the person's language, exact, by currency, with every row in the table."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support import books
from tests.support.books import (
    ACME,
    DUPONT,
    MAIN,
    NOW,
    World,
    bill,
    contact,
    invoice,
    make_access,
    payment,
    usual_world,
)
from tools.base import ReadTool, ToolResult
from tools.catalogue import toolset
from tools.errors import ProviderUnavailable, ToolRetry
from tools.xero.books import DocumentStatus, LedgerAccount

pytestmark = pytest.mark.anyio


def at(value: Any, *path: str | int) -> Any:
    """What lies at that place in JSON."""
    for step in path:
        value = value[step]
    return value


async def ask(name: str, world: World | None = None, *, language: str = "en", **said: Any) -> ToolResult:
    """What the tool answers when the model calls it with these arguments."""
    tool = toolset().get(name)
    assert isinstance(tool, ReadTool)
    result = await tool.run(make_access(world, language=language), **tool.signature.arguments(**said).model_dump())
    assert isinstance(result, ToolResult)
    json.dumps(result.facts)  # facts are JSON
    return result


@pytest.mark.parametrize(
    ("name", "said", "en", "de"),
    [
        (
            "list_bills",
            {"status": "open"},
            "€ 3,010.50 and £ 310.20 are open on 6 bills; € 1,250.00 of it is overdue, oldest 19 days",
            "3.010,50 € und 310,20 £ sind bei 6 Eingangsrechnungen offen; davon 1.250,00 € überfällig, "
            "am längsten seit 19 Tagen",
        ),
        (
            "list_bills",
            {"status": "overdue"},
            "€ 1,250.00 is overdue on 1 bill, oldest 19 days",
            "1.250,00 € sind bei 1 Eingangsrechnung überfällig, am längsten seit 19 Tagen",
        ),
        ("list_bills", {"status": "paid"}, "€ 500.00 in 1 paid bill", "500,00 € in 1 bezahlter Eingangsrechnung"),
        ("list_bills", {"status": "draft"}, "€ 75.00 in 1 draft bill", "75,00 € in 1 Eingangsrechnung im Entwurf"),
        ("list_bills", {"status": "voided"}, "€ 61.00 in 1 voided bill", "61,00 € in 1 stornierter Eingangsrechnung"),
        (
            "list_bills",
            {"contact_name": "schneider", "status": "open"},
            "€ 480.50 is open on 1 bill from Schneider Logistik, next due 29 Nov 2026",
            "480,50 € sind bei 1 Eingangsrechnung von Schneider Logistik offen, nächste Fälligkeit 29. Nov. 2026",
        ),
        (
            "list_invoices",
            {"contact_name": "Acme"},
            "There are no invoices to Acme Ltd",
            "Es gibt keine Rechnungen an Acme Ltd",
        ),
        (
            "list_invoices",
            {"status": "open", "min_amount": "1.2k", "currency": "EUR"},
            "€ 5,199.00 is open on 2 invoices of at least € 1,200.00, all overdue, oldest 64 days",
            "5.199,00 € sind bei 2 Rechnungen ab 1.200,00 € offen, alles überfällig, am längsten seit 64 Tagen",
        ),
        (
            "get_overdue_summary",
            {},
            "€ 5,199.00 and £ 640.00 are overdue from 3 customers on 3 invoices, oldest 64 days",
            "5.199,00 € und 640,00 £ sind überfällig, von 3 Kunden aus 3 Rechnungen, am längsten seit 64 Tagen",
        ),
        (
            "get_overdue_summary",
            {"contact_name": "Mueller"},
            "€ 1,999.00 is overdue from Müller GmbH on 1 invoice, oldest 10 days",
            "1.999,00 € sind überfällig, von Müller GmbH aus 1 Rechnung, am längsten seit 10 Tagen",
        ),
        (
            "get_overdue_summary",
            {"contact_name": "acme"},
            "Nothing is overdue from Acme Ltd",
            "Nichts ist überfällig von Acme Ltd",
        ),
        (
            "get_invoice",
            {"invoice_number": "inv 45"},
            "€ 250.00 is left to pay on INV-0045 to Dupont SA: € 500.00 of € 750.00 is settled, due 30 Nov 2026",
            "250,00 € sind auf INV-0045 an Dupont SA offen: 500,00 € von 750,00 € sind beglichen, fällig 30. Nov. 2026",
        ),
        (
            "get_invoice",
            {"invoice_number": "BILL-150"},
            "€ 500.00 for BILL-150 from Acme Ltd was paid in full on 19 Oct 2026",
            "500,00 € für BILL-150 von Acme Ltd: vollständig bezahlt am 19. Okt. 2026",
        ),
        (
            "get_payment_status",
            {"invoice_number": "BILL-150"},
            "BILL-150 from Acme Ltd is paid in full: € 500.00 on 19 Oct 2026 from 090 Solaris Geschäftskonto",
            "BILL-150 von Acme Ltd ist vollständig bezahlt: 500,00 € am 19. Okt. 2026 von 090 Solaris Geschäftskonto",
        ),
        (
            "get_payment_status",
            {"invoice_number": "bill-201"},
            "BILL-201 from Acme Ltd is not paid: € 1,250.00 is left, due 3 Nov 2026 (19 days overdue)",
            "BILL-201 von Acme Ltd ist nicht bezahlt: 1.250,00 € sind offen, fällig 3. Nov. 2026 "
            "(seit 19 Tagen überfällig)",
        ),
        (
            "get_payment_status",
            {"payment_id": "FA-OLDMARK1"},
            "€ 500.00 on 19 Oct 2026 from 090 Solaris Geschäftskonto to Acme Ltd for BILL-150",
            "500,00 € am 19. Okt. 2026 von 090 Solaris Geschäftskonto an Acme Ltd für BILL-150",
        ),
        (
            "get_payment_status",
            {"payment_id": "PM000123"},
            "No payment is recorded for PM000123",
            "Zu PM000123 ist keine Zahlung erfasst",
        ),
        (
            "list_payments",
            {"date_from": "2026-10-01", "date_to": "2026-10-31"},
            "€ 500.00 paid in 1 payment, 1 Oct 2026 to 31 Oct 2026",
            "500,00 € gezahlt in 1 Zahlung, 1. Okt. 2026 bis 31. Okt. 2026",
        ),
        ("list_payments", {"direction": "in"}, "€ 500.00 received in 1 payment", "500,00 € eingegangen in 1 Zahlung"),
        ("list_payments", {"status": "deleted"}, "No deleted payments", "Keine gelöschten Zahlungen"),
        (
            "list_contacts",
            {"query": "acme"},
            "Acme Ltd: supplier, Dublin, billing@acme.example, we owe € 2,230.00",
            "Acme Ltd: Lieferant, Dublin, billing@acme.example, wir schulden 2.230,00 €",
        ),
        ("list_contacts", {}, "7 contacts: 3 customers, 6 suppliers", "7 Kontakte: 3 Kunden, 6 Lieferanten"),
        (
            "get_organisation",
            {},
            "Demo Gesellschaft mbH keeps its books in EUR; locked up to 31 Jul 2026",
            "Demo Gesellschaft mbH führt die Bücher in EUR; gesperrt bis 31. Juli 2026",
        ),
        (
            "get_account_balance",
            {},
            "€ 84,210.33 available on Geschäftskonto DE02…2051, € 84,500.00 booked",
            "84.210,33 € verfügbar auf Geschäftskonto DE02…2051, 84.500,00 € gebucht",
        ),
        (
            "list_bookings",
            {},
            "€ 750.00 came in, € 2,650.00 went out in 2 bookings, since 23 Oct 2026",
            "750,00 € eingegangen, 2.650,00 € abgegangen in 2 Buchungen, seit 23. Okt. 2026",
        ),
        (
            "list_bookings",
            {"min_amount": "3000", "direction": "out"},
            "No outgoing bookings of at least 3,000.00, since 23 Oct 2026",
            "Keine ausgehenden Buchungen ab 3.000,00, seit 23. Okt. 2026",
        ),
        (
            "list_bank_accounts",
            {},
            "1 bank account at Solaris: € 84,210.33 available on Geschäftskonto DE02…2051, € 84,500.00 booked; "
            "3 bank accounts are kept in Xero: 090 Solaris Geschäftskonto (EUR), 091 Tagesgeld (EUR) and "
            "092 Sterling Account (GBP)",
            "1 Bankkonto bei Solaris: 84.210,33 € verfügbar auf Geschäftskonto DE02…2051, 84.500,00 € gebucht; "
            "in Xero werden 3 Bankkonten geführt: 090 Solaris Geschäftskonto (EUR), 091 Tagesgeld (EUR) und "
            "092 Sterling Account (GBP)",
        ),
        (
            "list_payments",
            {"direction": "in", "contact_name": "Müller"},
            "No payment received from Müller GmbH",
            "Keine Zahlung eingegangen von Müller GmbH",
        ),
        (
            "list_bills",
            {"status": "open", "min_amount": "300", "max_amount": "1000"},
            "€ 1,460.50 and £ 310.20 are open on 3 bills between 300.00 and 1,000.00 in any currency, "
            "next due 29 Nov 2026",
            "1.460,50 € und 310,20 £ sind bei 3 Eingangsrechnungen zwischen 300,00 und 1.000,00 in jeder Währung "
            "offen, nächste Fälligkeit 29. Nov. 2026",
        ),
        (
            "list_bills",
            {"status": "open", "min_amount": "£ 300"},
            "£ 310.20 is open on 1 bill of at least £ 300.00, next due 29 Nov 2026",
            "310,20 £ sind bei 1 Eingangsrechnung ab 300,00 £ offen, nächste Fälligkeit 29. Nov. 2026",
        ),
        (
            "list_invoices",
            {"date_from": "2026-11-01", "date_to": "2026-11-02", "due_from": "2026-11-30"},
            "€ 750.00 in 1 invoice dated 1 Nov 2026 to 2 Nov 2026 due from 30 Nov 2026; € 250.00 of it open on 1",
            "750,00 € in 1 Rechnung mit Datum 1. Nov. 2026 bis 2. Nov. 2026 mit Fälligkeit ab 30. Nov. 2026; "
            "davon 250,00 € offen bei 1",
        ),
        (
            "list_bookings",
            {"contact_name": "hofgarten", "direction": "out", "min_amount": "1.000"},
            "€ 2,650.00 went out in 1 booking of at least € 1,000.00 with hofgarten, since 23 Oct 2026",
            "2.650,00 € abgegangen in 1 Buchung ab 1.000,00 € mit hofgarten, seit 23. Okt. 2026",
        ),
    ],
)
async def test_the_answer_in_both_languages(name: str, said: dict[str, Any], en: str, de: str) -> None:
    assert (await ask(name, **said)).answer == f"{en} (Demo GmbH, as of 14:02)."
    assert (await ask(name, language="de", **said)).answer == f"{de} (Demo GmbH, Stand 14:02)."


async def test_count_and_total_of_a_list_belong_together_and_drafts_are_not_owed() -> None:
    result = await ask("list_bills")
    assert result.answer.startswith(
        "€ 3,510.50 and £ 310.20 in 7 bills; € 3,010.50 and £ 310.20 of it open on 6, 1 paid; "
        "not owed yet: € 75.00 in 1 draft and € 60.00 in 1 document awaiting approval (1 voided, not counted) ("
    )
    assert (await ask("list_bills", language="de")).answer.startswith(
        "3.510,50 € und 310,20 £ in 7 Eingangsrechnungen; davon 3.010,50 € und 310,20 £ offen bei 6, 1 bezahlt; "
        "noch nicht geschuldet: 75,00 € in 1 Entwurf und 60,00 € in 1 Beleg zur Freigabe (1 storniert, nicht gezählt) ("
    )
    approved = [doc for doc in usual_world().documents if doc.kind == "bill" and doc.status in ("AUTHORISED", "PAID")]
    assert result.facts["counted_in_totals"] == len(approved) == 7
    euros = sum((doc.total for doc in approved if doc.currency == "EUR"), Decimal(0))
    assert {"amount": f"{euros}", "currency": "EUR"} in at(result.facts, "totals")


async def test_a_list_of_drafts_only_owes_nothing() -> None:
    world = World()
    world.contacts = [ACME]
    world.documents = [bill(f"D-{n}", ACME, "10.00", status=DocumentStatus.DRAFT) for n in (1, 2)]
    assert (await ask("list_bills", world)).answer.startswith(
        "There are no approved bills; not owed yet: € 20.00 in 2 drafts ("
    )
    assert (await ask("list_bills", world, language="de")).answer.startswith(
        "Es gibt keine freigegebenen Eingangsrechnungen; noch nicht geschuldet: 20,00 € in 2 Entwürfen ("
    )


async def test_the_figure_of_a_draft_is_nowhere_under_left_to_pay() -> None:
    result = await ask("list_bills")
    (table,) = result.tables
    drafts = [row for row in table.rows if row["number"] in ("BILL-300", "BILL-301")]
    assert [at(row, "left", "minor") for row in drafts] == [0, 0]
    assert [at(row, "total", "minor") for row in drafts] == [7500, 6000]
    assert (table.total_label, [(total.minor, total.currency) for total in table.totals]) == (
        "Left to pay",
        [(301050, "EUR"), (31020, "GBP")],
    )
    by_column: dict[str, int] = {}
    for row in table.rows:
        by_column[at(row, "left", "currency")] = by_column.get(at(row, "left", "currency"), 0) + at(
            row, "left", "minor"
        )
    assert by_column == {total.currency: total.minor for total in table.totals}
    told = {row["number"]: row["amount_due"] for row in at(result.facts, "rows")}
    assert (told["BILL-300"], told["BILL-201"]) == ("0.00", "1250.00")
    draft = await ask("get_bill", bill_number="BILL-300")
    assert at(draft.facts, "document", "amount_due") == "0.00"
    owing = at((await ask("list_contacts", query="acme")).facts, "rows", 0, "we_owe")
    assert owing == "€ 2,230.00"


async def test_the_column_of_days_says_its_unit() -> None:
    labels = {
        language: {
            column.key: column.label for column in (await ask("list_bills", language=language)).tables[0].columns
        }
        for language in ("en", "de")
    }
    assert (labels["en"]["days"], labels["de"]["days"]) == ("Days overdue", "Tage überfällig")


async def test_bank_accounts_kept_in_xero_stand_apart_and_have_no_balance() -> None:
    result = await ask("list_bank_accounts")
    bank, kept = result.tables
    assert (bank.source, kept.source) == ("Solaris", "Xero")
    assert [row["code"] for row in kept.rows] == ["090", "091", "092"]
    assert not {"available", "booked", "balance"} & {key for row in kept.rows for key in row}
    assert at(result.facts, "in_xero", 2) == {"code": "092", "name": "Sterling Account", "currency": "GBP"}
    world = usual_world()
    world.accounts = [books.RENT, books.account("095", "Old account", status="ARCHIVED")]
    assert "; none is kept in Xero (" in (await ask("list_bank_accounts", world)).answer


async def test_the_bank_s_figures_are_told_even_if_the_chart_of_accounts_cannot_be_read() -> None:
    class NoBooks(books.FakeBooks):
        async def accounts(self) -> list[LedgerAccount]:
            raise ProviderUnavailable("Xero", reason="HTTP 503")

    tool = toolset().get("list_bank_accounts")
    assert isinstance(tool, ReadTool)
    result = await tool.run(make_access(books=NoBooks(usual_world())))
    assert result.answer.startswith("1 bank account at Solaris: € 84,210.33 available")
    assert "; the bank accounts kept in Xero cannot be read now (" in result.answer
    assert [table.source for table in result.tables] == ["Solaris"]


async def test_deleted_payments_in_a_list_are_named_and_not_counted() -> None:
    world = usual_world()
    paid = world.document("BILL-150")
    world.payments.append(payment(paid, "9.00", date(2026, 10, 1), MAIN, id="gone-1", status="DELETED"))
    answer = (await ask("list_payments", world, status="all", direction="out")).answer
    assert answer.startswith("€ 500.00 paid in 1 payment (1 deleted payment, not counted)")


async def test_a_limit_with_a_currency_keeps_bookings_of_others_out() -> None:
    answer = (await ask("list_bookings", min_amount="£ 100", direction="out")).answer
    assert answer.startswith("No outgoing bookings of at least £ 100.00, since 23 Oct 2026 (")


async def test_two_limits_in_two_currencies_are_asked_about() -> None:
    with pytest.raises(ToolRetry, match="more than one currency"):
        await ask("list_bills", min_amount="£ 5", currency="EUR")


async def test_days_and_yes_are_in_the_person_s_language() -> None:
    world = usual_world()
    world.details = world.details.model_copy(update={"is_demo": True, "financial_year_end": "02-29"})
    rows = {row["label"]: row["value"] for row in (await ask("get_organisation", world, language="de")).tables[0].rows}
    assert (rows["Buchungen gesperrt bis"], rows["Geschäftsjahresende"], rows["Demofirma"]) == (
        "31. Juli 2026", "29. Feb.", "ja",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("GS-0005", []),
        ("CN-0042", []),
        ("RE-0042", ["INV-0042"]),
        ("INV-0046", ["INV-0045", "INV-0042"]),
        ("BLL-201", ["BILL-201"]),
        ("INV-201", ["BILL-201"]),
        ("INV-9913", []),
    ],
)
async def test_only_numbers_that_may_have_been_meant_are_offered(typed: str, offered: list[str]) -> None:
    with pytest.raises(ToolRetry) as asked:
        await ask("get_invoice", invoice_number=typed)
    found = [choice.number for choice in asked.value.choices]
    assert found[: len(offered)] == offered
    assert bool(found) == bool(offered)


async def test_every_row_is_in_the_table_and_twenty_are_told_to_the_model() -> None:
    world = usual_world()
    world.documents = [bill(f"B-{n:03d}", ACME, "10.00") for n in range(1, 46)]
    result = await ask("list_bills", world, status="open")
    (table,) = result.tables
    assert len(table.rows) == 45
    assert [(total.minor, total.currency) for total in table.totals] == [(45000, "EUR")]
    rows = at(result.facts, "rows")
    assert len(rows) == 20
    assert [row["n"] for row in rows] == list(range(1, 21))
    assert [row["number"] for row in rows] == [row["number"] for row in table.rows[:20]]
    assert result.facts["count"] == 45


async def test_a_limit_shortens_the_rows_and_never_the_totals() -> None:
    result = await ask("list_bills", status="open", limit=2)
    assert result.facts["count"] == 6
    assert len(result.tables[0].rows) == 2
    assert "2 shown, earliest due first" in result.answer


async def test_amounts_for_the_model_are_text_and_bank_details_are_masked() -> None:
    rows = at((await ask("list_bills", status="open")).facts, "rows")
    assert all(isinstance(row["amount_due"], str) for row in rows)
    told = json.dumps(
        [(await ask(name)).facts for name in ("list_contacts", "list_bank_accounts", "list_bookings")],
        ensure_ascii=False,
    )
    for secret in ("AIBK93115212345678", "0300000000202051", "370400440532013000"):
        assert secret not in told
    assert "IE29…5678" in told


async def test_a_table_row_opens_the_document_and_says_what_to_ask() -> None:
    row = (await ask("list_bills", contact_name="schneider", language="de")).tables[0].rows[0]
    assert row["_ask"] == "Zeige Eingangsrechnung BILL-202"
    assert str(row["_link"]).endswith(f"/AccountsPayable/View.aspx?InvoiceID={bill_id('BILL-202')}")
    unlinked = books.ORGANISATION.__class__(id="o", name="Demo GmbH", base_currency="EUR")
    tool = toolset().get("list_bills")
    assert isinstance(tool, ReadTool)
    result = await tool.run(make_access(organisation=unlinked))
    assert {row["_link"] for row in result.tables[0].rows} == {""}


def bill_id(number: str) -> str:
    """The id of a bill in the usual world."""
    return usual_world().document(number).id


async def test_hidden_characters_in_names_are_shown_everywhere() -> None:
    world = World()
    spoof = contact("Pay\u202eme\u200b")
    world.contacts = [spoof]
    world.documents = [bill("B-1", spoof, "5.00", due=date(2026, 11, 1))]
    for name, said in (("list_bills", {}), ("list_contacts", {}), ("get_bill", {"bill_number": "B-1"})):
        result = await ask(name, world, **said)
        assert "\u202e" not in result.answer + json.dumps(result.facts, ensure_ascii=False)
        assert not any("\u202e" in str(cell) for table in result.tables for row in table.rows for cell in row.values())


async def test_one_document_has_its_lines_and_payments_in_tables() -> None:
    result = await ask("get_invoice", invoice_number="INV-0045")
    lines, payments = result.tables
    assert lines.title == "Lines of INV-0045"
    assert payments.rows[0]["amount"] == {"minor": 50000, "currency": "EUR"}
    assert at(result.facts, "document", "amount_due") == "250.00"


@pytest.mark.parametrize(
    ("name", "said", "words"),
    [
        ("get_invoice", {"invoice_number": "INV-9999"}, "no invoice numbered INV-9999"),
        ("get_bill", {"bill_number": ""}, "number is missing"),
        ("get_bill", {"bill_number": "2026-001"}, "2 documents are numbered"),
        ("list_bills", {"date_from": "2026-11-30", "date_to": "2026-11-01"}, "after its end"),
        ("list_bills", {"due_from": "someday"}, "not a date"),
        ("list_bills", {"min_amount": "lots"}, "not an amount"),
        ("list_bills", {"currency": "shells"}, "not a currency"),
        ("list_bills", {"contact_name": "Weber"}, "could be 2 contacts"),
        ("list_payments", {"contact_name": "Amazon"}, "no customer or supplier"),
        ("get_payment_status", {}, "Which payment?"),
    ],
)
async def test_bad_input_is_asked_about_in_both_languages(name: str, said: dict[str, Any], words: str) -> None:
    with pytest.raises(ToolRetry) as asked:
        await ask(name, **said)
    assert words in asked.value.text("en")
    assert asked.value.text("de") != asked.value.text("en")


async def test_an_unknown_number_is_answered_with_the_nearest() -> None:
    with pytest.raises(ToolRetry) as asked:
        await ask("get_invoice", invoice_number="INV-0046")
    assert "INV-0045" in [choice.number for choice in asked.value.choices]
    result = await ask("list_invoices", number="INV-0046")
    assert "There are no invoices numbered INV-0046" in result.answer
    assert "INV-0045" in [choice.number for choice in result.choices]


async def test_a_list_by_number_takes_every_spelling() -> None:
    assert [row["number"] for row in (await ask("list_invoices", number="inv 45")).tables[0].rows] == ["INV-0045"]


async def test_a_deleted_payment_does_not_count_and_says_so() -> None:
    world = usual_world()
    paid = world.document("BILL-150")
    world.payments = [payment(paid, "500.00", date(2026, 10, 1), MAIN, id="gone-1", status="DELETED")]
    assert "deleted since: it does not count" in (await ask("get_payment_status", world, payment_id="gone-1")).answer
    listed = await ask("list_payments", world, status="all")
    assert listed.facts["paid"] == []
    assert (await ask("list_payments", world)).facts["count"] == 0


async def test_a_payment_of_a_credit_note_goes_the_way_that_xero_says() -> None:
    world = usual_world()
    refund = payment(
        world.document("INV-0042"), "20.00", date(2026, 11, 2), MAIN, document_kind=None, type="ARCREDITPAYMENT"
    )
    world.payments = [refund]
    facts = (await ask("list_payments", world)).facts
    assert (facts["received"], facts["paid"]) == ([], [{"amount": "20.00", "currency": "EUR"}])


async def test_a_part_payment_over_time_is_told_with_its_payments() -> None:
    world = usual_world()
    half = world.document("INV-0045")
    world.payments += [payment(half, "1.00", date(2026, 11, n), MAIN) for n in (3, 4, 5)]
    answer = (await ask("get_payment_status", world, invoice_number="INV-0045")).answer
    assert answer.startswith("€ 250.00 is left to pay on INV-0045 to Dupont SA; paid so far:")
    assert "and 1 more" in answer


async def test_figures_of_the_copy_carry_the_copy_s_time_not_the_question_s() -> None:
    world = usual_world()
    world.as_of = NOW - timedelta(hours=3)
    result = await ask("list_bills", world)
    assert result.answer.endswith("(Demo GmbH, as of 11:02).")
    assert result.facts["as_of"] == "2026-11-22T11:02:00+01:00"
    assert result.tables[0].as_of == world.as_of


async def test_a_blocked_account_and_none_at_all_are_said() -> None:
    world = usual_world()
    world.bank_accounts = [world.bank_accounts[0].model_copy(update={"locking_status": "DEBIT_BLOCK"})]
    assert "blocked at the bank: Geschäftskonto" in (await ask("get_account_balance", world)).answer
    world.bank_accounts = []
    assert (await ask("list_bank_accounts", world)).answer.startswith("Solaris shows no bank account for us")


async def test_a_document_in_a_state_we_do_not_know_is_shown_and_never_open() -> None:
    world = World()
    world.contacts = [DUPONT]
    world.documents = [invoice("INV-1", DUPONT, "5.00", status=DocumentStatus("SOMETHING_NEW"))]
    assert (await ask("list_invoices", world, status="open")).facts["count"] == 0
    assert (await ask("list_invoices", world)).tables[0].rows[0]["status"] == {"word": "other state", "tone": "neutral"}


async def test_null_from_a_model_means_not_said() -> None:
    assert (await ask("list_bills", status=None, contact_name=None, limit=None)).facts["count"] == 10
    assert (await ask("list_payments", direction=None, status=None)).facts["count"] == 2


async def test_a_document_entered_a_moment_ago_is_found() -> None:
    world = usual_world()
    world.arriving = [bill("BILL-7001", ACME, "119.00")]
    assert "BILL-7001" in (await ask("get_bill", world, bill_number="BILL-7001")).answer
