"""Eighteen months of invoices to customers and bills from suppliers, before anybody has paid."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sandbox.company.chart import NO_TAX, REDUCED_IN, REDUCED_OUT, STANDARD_IN, STANDARD_OUT
from sandbox.company.making import Making, end_of_month, working_day
from sandbox.company.people import BUYERS, SELLERS, Seller
from sandbox.company.shape import Contact, Document, DocumentKind, DocumentStatus, Line

# Orders come in spring and before the year ends; August and the days after Christmas are quiet.
_SEASON = (0.8, 0.9, 1.15, 1.1, 1.0, 1.0, 0.85, 0.6, 1.15, 1.2, 1.3, 0.95)
_SALES_A_MONTH = 13.2
_WORK = (
    ("Brand design", "200", 600, 3700, STANDARD_OUT, "DESIGN-H", "Branding"),
    ("Website and app design", "201", 900, 5200, STANDARD_OUT, "DEV-H", "Digital"),
    ("Monthly care", "202", 850, 2300, STANDARD_OUT, "RETAINER-S", "Digital"),
    ("Brochure, printed and delivered", "203", 200, 1300, REDUCED_OUT, "PRINT-BOOK", "Print"),
    ("Workshop", "204", 950, 1900, STANDARD_OUT, "WORKSHOP-D", "Branding"),
)
SWITCH_DAYS = 140
"""So many days ago the studio changed from RE-2026-001 to INV-0001 as its invoice numbers."""


def _sales_lines(making: Making, rng: random.Random, name: str, buyer: Contact) -> list[Line]:
    lines = []
    for place in range(rng.choice((1, 1, 2, 2, 3))):
        text, account, low, high, tax_type, item, team = rng.choice(_WORK)
        if buyer.tax_free:
            account, tax_type = "205", NO_TAX
        quantity = Decimal(rng.choice((1, 1, 2, 4, 5)))
        net = Decimal(rng.randrange(low * 100, high * 100, 250)) / 100
        line = making.line(f"{name}/{place}", text, net, account, tax_type, quantity=quantity, item=item, team=team)
        lines.append(line)
    return lines


def _sales_days(making: Making, rng: random.Random) -> list[date]:
    days, carry = [], 0.0
    for month in making.months():
        carry += _SALES_A_MONTH * _SEASON[month.month - 1] * making.scale
        last = end_of_month(month)
        for _ in range(int(carry)):
            days.append(working_day(month + timedelta(days=rng.randrange(last.day))))
        carry -= int(carry)
    return sorted(day for day in days if day <= making.today)


def _status(rng: random.Random, age_days: int) -> DocumentStatus:
    """New documents may still be drafts; a few old ones were voided or thrown away."""
    chance = rng.random()
    if age_days <= 16:
        if chance < 0.25:
            return DocumentStatus.DRAFT
        if chance < 0.4:
            return DocumentStatus.SUBMITTED
    elif chance < 0.05:
        return DocumentStatus.VOIDED
    elif chance < 0.06:
        return DocumentStatus.DELETED
    return DocumentStatus.AUTHORISED


def invoices(making: Making, taken: set[str]) -> list[Document]:
    """Invoices to customers in order of date; numbers in `taken` belong to documents placed by hand."""
    rng = making.rng("sales")
    weights = [buyer.weight for buyer in BUYERS]
    made: list[Document] = []
    serial: dict[str, int] = {}
    for place, day in enumerate(_sales_days(making, rng)):
        buyer = making.contacts[rng.choices(BUYERS, weights)[0].key]
        new_style = day > making.today - timedelta(days=SWITCH_DAYS)
        prefix = "INV-" if new_style else f"RE-{day.year}-"
        number = ""
        while not number or number in taken:
            serial[prefix] = serial.get(prefix, 0) + 1
            number = f"{prefix}{serial[prefix]:0{4 if new_style else 3}d}"
        name = f"invoice/{place}"
        made.append(
            making.document(
                name,
                DocumentKind.INVOICE,
                buyer,
                _sales_lines(making, rng, name, buyer),
                number=number,
                on=day,
                due=day + timedelta(days=buyer.payment_days),
                status=_status(rng, (making.today - day).days),
                reference=rng.choice(("", f"PO {rng.randrange(4000, 9999)}", "Frühjahrskampagne", "Relaunch")),
            )
        )
    return made


def _bill(making: Making, rng: random.Random, seller: Seller, serial: int, day: date) -> Document:
    contact = making.contacts[seller.key]
    net = Decimal(seller.low)
    if not seller.fixed:
        net = Decimal(rng.randrange(seller.low * 100, seller.high * 100, 5)) / 100
    tax_type = NO_TAX if contact.tax_free else REDUCED_IN if seller.reduced else STANDARD_IN
    name = f"bill/{seller.key}/{serial}"
    lines = [making.line(f"{name}/0", f"{seller.text} {day:%m/%Y}", net, seller.account, tax_type)]
    if seller.key == "depot":
        lines.append(making.line(f"{name}/1", "Fachzeitschriften", net / 4, "485", REDUCED_IN))
    number = seller.number.format(n=serial + 10, year=day.year, yy=day.year % 100, month=day.month)
    return making.document(
        name,
        DocumentKind.BILL,
        contact,
        lines,
        number=number,
        on=day,
        due=day + timedelta(days=contact.payment_days),
        status=DocumentStatus.AUTHORISED if seller.fixed else _status(rng, (making.today - day).days),
        reference=rng.choice(("", "", f"Auftrag {rng.randrange(100, 999)}")),
    )


def bills(making: Making) -> list[Document]:
    """Bills from suppliers in order of date: standing ones every month, others now and then."""
    rng = making.rng("bills")
    made: list[Document] = []
    for seller in SELLERS:
        carry, serial = rng.random() if seller.per_month < 1 else 0.0, 0
        for month in making.months():
            carry += seller.per_month * making.scale
            for _ in range(int(carry)):
                days = rng.randrange(0, 3) if seller.fixed else rng.randrange(end_of_month(month).day)
                day = working_day(month + timedelta(days=days))
                if day <= making.today:
                    made.append(_bill(making, rng, seller, serial, day))
                    serial += 1
            carry -= int(carry)
    return sorted(made, key=lambda bill: (bill.date, bill.document_id))


def with_status(document: Document, status: DocumentStatus) -> Document:
    """The same document, further along."""
    return replace(document, status=status)
