"""Makes the whole demo company from a seed, and keeps it the same over restarts."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sandbox.company import bank, chart, people, placed, settle, trade
from sandbox.company.iban import SOLARIS_BIC, invent, solaris_iban
from sandbox.company.making import Making, end_of_month, first_of_month
from sandbox.company.shape import BankAccount, Colleague, Company, Organisation
from sandbox.company.statement import Statement, settled_amounts

NAME = "Lindenhof Studio GmbH"


def generate(seed: int = 1, today: date | None = None, scale: int = 1) -> Company:
    """The demo company as it stands at the start of `today`; the same arguments give the same company.

    `scale` multiplies documents, payments and bank lines (not contacts and accounts); it must be at least 1.
    """
    if scale < 1:
        raise ValueError(f"scale must be at least 1, not {scale}")
    day = today or datetime.now(UTC).date()
    making = Making(seed, day, scale)
    begun = datetime(making.books_begin.year, making.books_begin.month, 1, 8, 30, tzinfo=UTC)
    making.contacts = people.contacts(seed, making.new_id, begun)
    traded = trade.invoices(making, placed.numbers()) + trade.bills(making)
    traded += placed.invoices(making) + placed.bills(making)
    settled = settle.settle(making, traded, placed.shares(making))
    transactions = bank.transactions(making, settled.documents)
    transfers = bank.transfers(making)
    accounts = _bank_accounts(making)
    statement = Statement(making, accounts)
    statement.payments(settled.payments, settled.documents)
    statement.transactions(transactions)
    statement.transfers(transfers)
    statement.unposted(settled.documents, settled_amounts(settled.payments, settled.allocations))
    return Company(
        seed=seed,
        today=day,
        scale=scale,
        books_begin=making.books_begin,
        organisation=_organisation(making, begun),
        accounts=chart.accounts(making.new_id),
        tax_rates=chart.TAX_RATES,
        bank_accounts=accounts,
        contacts=tuple(making.contacts.values()),
        items=chart.items(making.new_id),
        tracking=chart.tracking(making.new_id),
        colleagues=_colleagues(making),
        opening=chart.opening(),
        documents=tuple(sorted(settled.documents, key=lambda d: (d.date, d.document_id))),
        payments=tuple(settled.payments),
        allocations=tuple(settled.allocations),
        bank_transactions=tuple(transactions),
        bank_transfers=tuple(transfers),
        manual_journals=tuple(bank.journals(making)),
        bank_lines=tuple(sorted(statement.lines, key=lambda line: (line.booked_on, line.bank_line_id))),
    )


def anchored(state: Path | None, *, seed: int = 1, today: date | None = None, scale: int = 1) -> Company:
    """The company that this state folder was begun with, so that tomorrow's start finds the same books.

    Without a folder it is `generate`. The first start writes `company.json` (seed, day, scale); later starts
    obey that file, whatever they are asked for: the books in the folder belong to that company.
    """
    if state is None:
        return generate(seed, today, scale)
    anchor = state / "company.json"
    if anchor.exists():
        known = json.loads(anchor.read_text(encoding="utf-8"))
        return generate(known["seed"], date.fromisoformat(known["today"]), known["scale"])
    day = today or datetime.now(UTC).date()
    state.mkdir(parents=True, exist_ok=True)
    fresh = anchor.with_suffix(".new")
    fresh.write_text(json.dumps({"seed": seed, "today": day.isoformat(), "scale": scale}), encoding="utf-8")
    fresh.replace(anchor)
    return generate(seed, day, scale)


def _organisation(making: Making, begun: datetime) -> Organisation:
    rng = making.rng("organisation")
    return Organisation(
        organisation_id=making.new_id("organisation"),
        tenant_id=making.new_id("tenant"),
        name=NAME,
        legal_name=NAME,
        short_code="!L1nd3",
        base_currency="EUR",
        country_code="DE",
        tax_number=f"DE{rng.randrange(10**8, 10**9)}",
        registration_number=f"HRB {rng.randrange(100000, 250000)}",
        street="Lindenhof 7",
        postal_code="10115",
        city="Berlin",
        period_lock_date=end_of_month(first_of_month(making.today, 4)),
        end_of_year_lock_date=date(making.today.year - 1, 12, 31),
        created_at=begun - timedelta(days=3),
    )


def _bank_accounts(making: Making) -> tuple[BankAccount, ...]:
    rng = random.Random(f"{making.seed}/bank accounts")
    opened = making.books_begin - timedelta(days=1)
    opening = {row.account_code: row.amount for row in chart.opening()}
    savings_iban, savings_bic = invent(rng, "DE")
    pounds_iban, pounds_bic = invent(rng, "GB")
    return (
        BankAccount(
            chart.SOLARIS, "Solaris Geschäftskonto", solaris_iban(rng), SOLARIS_BIC, "EUR", "solaris",
            opened, opening[chart.SOLARIS],
        ),
        BankAccount(
            chart.SAVINGS, "Nordlicht Tagesgeld", savings_iban, savings_bic, "EUR", "Nordlicht Bank",
            opened, opening[chart.SAVINGS],
        ),
        BankAccount(
            chart.POUNDS, "Harbour GBP Account", pounds_iban, pounds_bic, "GBP", "Harbour Bank",
            opened, Decimal("8000.00"),
        ),
    )  # fmt: skip


def _colleagues(making: Making) -> tuple[Colleague, ...]:
    rows = (
        ("Anna", "Albrecht", "FINANCIALADVISER"),
        ("Paul", "Peters", "STANDARD"),
        ("Vera", "Vogel", "READONLY"),
        ("Max", "Maurer", "STANDARD"),
        ("Ada", "Adler", "FINANCIALADVISER"),
    )
    return tuple(
        Colleague(making.new_id(f"colleague/{last}"), first, last, f"{first}.{last}@lindenhof.example".lower(), role)
        for first, last, role in rows
    )
