"""The demo company's quotes, orders, groups and repeating invoices: believable, tying, and no part of its books."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.company import generate
from sandbox.company.papers import Order, OrderStatus, Quote, QuoteStatus, Repeating
from sandbox.company.paperwork import paperwork

TODAY = date(2026, 11, 22)
CENT = Decimal("0.01")


def test_there_are_as_many_as_a_studio_has() -> None:
    papers = paperwork(generate(1, TODAY))
    assert [len(kind) for kind in (papers.quotes, papers.orders, papers.groups, papers.repeating)] == [12, 10, 3, 6]
    assert {quote.status for quote in papers.quotes} == set(QuoteStatus) - {QuoteStatus.DELETED}
    assert {order.status for order in papers.orders} == set(OrderStatus) - {OrderStatus.DELETED}


def test_the_same_company_has_the_same_and_another_has_others() -> None:
    company = generate(1, TODAY)
    assert paperwork(company) == paperwork(generate(1, TODAY)) != paperwork(generate(2, TODAY))
    assert company == generate(1, TODAY), "making them changes nothing in the company"


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 10_000), st.dates(date(2024, 1, 1), date(2031, 12, 31)))
def test_they_tie_to_the_cent_on_any_day(seed: int, today: date) -> None:
    company = generate(seed, today)
    papers = paperwork(company)
    percent = {rate.tax_type: rate.percent for rate in company.tax_rates}
    accounts = {account.code for account in company.accounts}
    contacts = {contact.contact_id: contact for contact in company.contacts}
    every: list[Quote | Order | Repeating] = [*papers.quotes, *papers.orders, *papers.repeating]
    for paper in every:
        assert paper.subtotal == sum(line.line_amount for line in paper.lines)
        assert paper.tax == sum(line.tax_amount for line in paper.lines)
        assert paper.total == paper.subtotal + paper.tax > 0
        assert paper.currency == contacts[paper.contact_id].currency
        assert paper.updated_at.date() <= today
        for line in paper.lines:
            assert line.account_code in accounts
            assert line.line_amount == (line.quantity * line.unit_amount).quantize(CENT)
            assert abs(line.tax_amount - line.line_amount * percent[line.tax_type] / 100) <= CENT / 2
    for quote in papers.quotes:
        assert quote.date <= today and quote.expiry_date is not None and quote.expiry_date > quote.date
    for order in papers.orders:
        assert order.date <= today and order.delivery_date is not None and order.delivery_date > order.date
    for template in papers.repeating:
        next_date = template.schedule.next_date
        assert next_date is not None and today < next_date <= today + timedelta(days=366)
    assert all(set(group.contact_ids) <= set(contacts) for group in papers.groups)
    ids = [quote.quote_id for quote in papers.quotes] + [order.order_id for order in papers.orders]
    ids += [document.document_id for document in company.documents]
    assert len(ids) == len(set(ids))
