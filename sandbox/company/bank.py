"""Money that belongs to no invoice (wages, taxes, fees, cards, transfers) and the statements of every bank account."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from sandbox.company.chart import (
    NO_TAX,
    POUNDS,
    REDUCED_IN,
    SAVINGS,
    SOCIAL_SECURITY,
    SOLARIS,
    STANDARD_IN,
    VAT,
    WAGE_TAX,
    WAGES_PAYABLE,
)
from sandbox.company.making import Making, cents, end_of_month, first_of_month, total_of, working_day
from sandbox.company.shape import (
    BankTransaction,
    BankTransfer,
    Document,
    DocumentKind,
    DocumentStatus,
    JournalLine,
    Line,
    ManualJournal,
)

GROSS, WAGE_TAX_SHARE, EMPLOYEE_SHARE, EMPLOYER_SHARE = (
    Decimal(19850),
    Decimal("0.158"),
    Decimal("0.2065"),
    Decimal("0.211"),
)
_CARD = (
    ("Deutsche Schienenreisen, ticket", "493", 2400, 18900, REDUCED_IN),
    ("Gasthaus zum Anker, lunch with client", "420", 3800, 14200, STANDARD_IN),
    ("Papierladen Mitte", "453", 900, 7900, STANDARD_IN),
    ("Hotel Seeblick", "493", 8900, 24900, REDUCED_IN),
    ("Tankstelle Nord", "449", 4100, 9600, STANDARD_IN),
    ("Blumen am Park", "421", 1900, 5400, REDUCED_IN),
)


def _salaries(making: Making, month: date) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Gross, wage tax, employees' and employer's social security of one month; they rise each January."""
    rise = Decimal("1.04") if month.year > making.books_begin.year else Decimal(1)
    gross = cents(GROSS * rise * making.scale)
    shares = (WAGE_TAX_SHARE, EMPLOYEE_SHARE, EMPLOYER_SHARE)
    tax, employees, employer = (cents(gross * share) for share in shares)
    return gross, tax, employees, employer


def journals(making: Making) -> list[ManualJournal]:
    """The month's salaries and depreciation, for each month that has ended or whose payday has come."""
    made: list[tuple[date, str, tuple[JournalLine, ...]]] = []
    rng = making.rng("journals")
    for month in making.months():
        last = end_of_month(month)
        payday = month.replace(day=20)
        if payday <= making.today:
            gross, tax, employees, employer = _salaries(making, month)
            net = gross - tax - employees
            lines = (
                JournalLine("477", gross, "Gross salaries"),
                JournalLine("478", employer, "Employer's share"),
                JournalLine(WAGE_TAX, -tax, "Wage tax"),
                JournalLine(SOCIAL_SECURITY, -(employees + employer), "Social security"),
                JournalLine(WAGES_PAYABLE, -net, "Net salaries"),
            )
            made.append((payday, f"Salaries {month:%m/%Y}", lines))
        if last <= making.today:
            wear = (
                JournalLine("416", Decimal("689.17"), "Depreciation of the month"),
                JournalLine("711", Decimal("-306.67"), "Office equipment"),
                JournalLine("721", Decimal("-382.50"), "Computers"),
            )
            made.append((last, f"Depreciation {month:%m/%Y}", wear))
    return [
        ManualJournal(making.new_id(f"journal/{text}"), on, text, lines, making.moment(on, rng))
        for on, text, lines in made
    ]


def vat_of(making: Making, month: date, documents: Sequence[Document]) -> Decimal:
    """VAT owed for one month: on invoices less on bills, in euros, credit notes the other way round."""
    sign = {
        DocumentKind.INVOICE: 1,
        DocumentKind.PURCHASE_CREDIT: 1,
        DocumentKind.BILL: -1,
        DocumentKind.SALES_CREDIT: -1,
    }
    booked = (DocumentStatus.AUTHORISED, DocumentStatus.PAID)
    last = end_of_month(month)
    owed = total_of(
        sign[d.kind] * cents(d.tax / d.rate) for d in documents if month <= d.date <= last and d.status in booked
    )
    return max(owed, Decimal("0.00"))


class _Bookings:
    """Collects bank transactions of one line each."""

    def __init__(self, making: Making) -> None:
        self._making = making
        self._rng = making.rng("bank")
        self.made: list[BankTransaction] = []

    def add(
        self,
        contact: str,
        on: date,
        gross: Decimal,
        account: str,
        text: str,
        *,
        tax_type: str = NO_TAX,
        received: bool = False,
        bank: str = SOLARIS,
    ) -> None:
        """Books one movement unless its (working) day is still to come or there is nothing to move."""
        making = self._making
        on = working_day(on)
        if on > making.today or gross <= 0:
            return
        name = f"bank/{len(self.made)}/{text}"
        percent = {REDUCED_IN: Decimal(7), STANDARD_IN: Decimal(19)}.get(tax_type, Decimal(0))
        tax = gross - cents(gross * 100 / (100 + percent))
        net = gross - tax
        line = Line(making.new_id(f"{name}/0"), text, Decimal(1), net, account, tax_type, tax, net)
        currency = "GBP" if bank == POUNDS else "EUR"
        self.made.append(
            BankTransaction(
                bank_transaction_id=making.new_id(name),
                received=received,
                contact_id=making.contacts[contact].contact_id if contact else "",
                account_code=bank,
                date=on,
                reference=text,
                lines=(line,),
                subtotal=net,
                tax=tax,
                total=gross,
                currency=currency,
                rate=making.rate(currency, on),
                reconciled=on < making.today - timedelta(days=5),
                updated_at=making.moment(on, self._rng),
            )
        )


def _authorities(making: Making, bookings: _Bookings, month: date, documents: Sequence[Document]) -> None:
    gross, tax, employees, employer = _salaries(making, month)
    bookings.add("", month.replace(day=27), gross - tax - employees, WAGES_PAYABLE, f"Gehälter {month:%m/%Y}")
    social_due = end_of_month(month) - timedelta(days=2)
    bookings.add("kasse", social_due, employees + employer, SOCIAL_SECURITY, f"Beiträge {month:%m/%Y}")
    before, two_before = first_of_month(month, 1), first_of_month(month, 2)
    if before >= making.books_begin:
        owed = _salaries(making, before)[1]
        bookings.add("finanzamt", month.replace(day=10), owed, WAGE_TAX, f"Lohnsteuer {before:%m/%Y}")
    else:
        bookings.add("finanzamt", month.replace(day=10), Decimal("4380.00"), WAGE_TAX, "Lohnsteuer Vormonat")
    if two_before >= making.books_begin:
        vat = vat_of(making, two_before, documents)
        bookings.add("finanzamt", month.replace(day=11), vat, VAT, f"Umsatzsteuer {two_before:%m/%Y}")
    elif before < making.books_begin:
        bookings.add("finanzamt", month.replace(day=11), Decimal("6120.40"), VAT, "Umsatzsteuer Vorjahre")


def _card(making: Making, bookings: _Bookings, rng: random.Random, month: date) -> None:
    for _ in range(making.scale):
        text, account, low, high, tax_type = rng.choice(_CARD)
        gross = Decimal(rng.randrange(low, high)) / 100
        bookings.add("", month + timedelta(days=rng.randrange(27)), gross, account, text, tax_type=tax_type)


def transactions(making: Making, documents: Sequence[Document]) -> list[BankTransaction]:
    """Wages, taxes, fees, insurance, card payments and interest, oldest first."""
    bookings, rng = _Bookings(making), making.rng("card")
    for month in making.months():
        _authorities(making, bookings, month, documents)
        _card(making, bookings, rng, month)
        bookings.add("", end_of_month(month), Decimal("14.90"), "404", f"Kontoführung {month:%m/%Y}")
        bookings.add("", end_of_month(month), Decimal("6.00"), "404", f"Account fee {month:%m/%Y}", bank=POUNDS)
        bookings.add("telenord", month.replace(day=5), Decimal("165.41"), "489", "Telefon", tax_type=STANDARD_IN)
        bookings.add("blitzblank", month.replace(day=6), Decimal("368.90"), "408", "Büro", tax_type=STANDARD_IN)
        if month.month % 3 == 0:
            interest = Decimal(rng.randrange(9000, 14000)) / 100
            bookings.add("", end_of_month(month), interest, "270", "Zinsen", received=True, bank=SAVINGS)
            bookings.add("finanzamt", month.replace(day=12), Decimal(1850), "505", "Körperschaftsteuer")
            bookings.add("sicherheim", month.replace(day=3), Decimal("412.60"), "433", "Betriebshaftpflicht")
    return sorted(bookings.made, key=lambda booking: (booking.date, booking.bank_transaction_id))


def transfers(making: Making) -> list[BankTransfer]:
    """Every second month something is put aside; now and then pounds are sold for euros."""
    made = []
    rng = making.rng("transfers")
    for place, month in enumerate(making.months()):
        moves = []
        if place % 3 == 2:
            moves.append((SOLARIS, SAVINGS, Decimal(1500), "Rücklage", month.replace(day=16)))
        if place % 3 == 1:
            moves.append((POUNDS, SOLARIS, Decimal(5500 * making.scale), "Pounds into euros", month.replace(day=18)))
        for source, target, amount, text, day in moves:
            on = working_day(day)
            if on > making.today:
                continue
            rate = making.rate("GBP", on) if source == POUNDS else Decimal(1)
            name = f"transfer/{source}/{on}"
            made.append(
                BankTransfer(
                    making.new_id(name), source, target, on, amount, cents(amount / rate), rate, text,
                    making.moment(on, rng),
                )
            )  # fmt: skip
    return made
