"""How one record of the demo company is made: ids, working days, rounding, lines that tie."""

from __future__ import annotations

import random
import uuid
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sandbox.company.chart import PERCENT
from sandbox.company.shape import Contact, Document, DocumentKind, DocumentStatus, Line

CENT = Decimal("0.01")
ONE = Decimal(1)
_NAMESPACE = uuid.UUID("6f1c1d8e-0c7b-5d34-9c54-0d1a5b1f7a10")


def cents(amount: Decimal) -> Decimal:
    """Rounded to the cent, halves away from zero, as on an invoice."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def tax_on(net: Decimal, tax_type: str) -> Decimal:
    """The tax on one line, rounded on its own."""
    return cents(net * PERCENT[tax_type] / 100)


def first_of_month(day: date, months_back: int) -> date:
    """The first day of the month so many months before."""
    index = day.year * 12 + day.month - 1 - months_back
    return date(index // 12, index % 12 + 1, 1)


def end_of_month(day: date) -> date:
    """The last day of that month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend (banks do not book at weekends)."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


@dataclass(slots=True)
class Making:
    """What every part of the generator needs: the seed, the days, the people, and how to make ids and records."""

    seed: int
    today: date
    scale: int
    contacts: dict[str, Contact] = field(default_factory=dict)

    @property
    def books_begin(self) -> date:
        """The first day of the eighteen months on the books."""
        return first_of_month(self.today, 17)

    def months(self) -> list[date]:
        """The first day of each month on the books, the current one last."""
        return [first_of_month(self.today, back) for back in range(17, -1, -1)]

    def new_id(self, name: str) -> str:
        """The same name always gets the same id within one seed."""
        return str(uuid.uuid5(_NAMESPACE, f"{self.seed}/{name}"))

    def rng(self, topic: str) -> random.Random:
        """Chance of its own for each topic, so that a change in one leaves the others alone."""
        return random.Random(f"{self.seed}/{self.scale}/{topic}")

    def moment(self, day: date, rng: random.Random) -> datetime:
        """A moment in that day's office hours; on the last day early, so that it is never in the future."""
        if day >= self.today:
            return datetime.combine(self.today, time(0, 0, rng.randrange(1, 59)), UTC)
        return datetime.combine(day, time(rng.randrange(7, 17), rng.randrange(60), rng.randrange(60)), UTC)

    def rate(self, currency: str, day: date) -> Decimal:
        """Units of the currency for one euro: a slow wave around 0.86 for pounds."""
        if currency == "EUR":
            return ONE
        wave = (day.year * 12 + day.month) * 7 % 23 - 11
        return Decimal("0.8600") + Decimal(wave) / 1000

    def line(
        self,
        name: str,
        text: str,
        net: Decimal,
        account: str,
        tax_type: str,
        *,
        quantity: Decimal = ONE,
        item: str = "",
        team: str = "",
    ) -> Line:
        """One line; `net` is what the line comes to, the unit price follows from the quantity."""
        unit = cents(net / quantity)
        amount = cents(unit * quantity)
        tax = tax_on(amount, tax_type)
        return Line(self.new_id(name), text, quantity, unit, account, tax_type, tax, amount, item, team)

    def document(
        self,
        name: str,
        kind: DocumentKind,
        contact: Contact,
        lines: Sequence[Line],
        *,
        number: str,
        on: date,
        due: date,
        status: DocumentStatus = DocumentStatus.AUTHORISED,
        reference: str = "",
    ) -> Document:
        """A document whose totals are the sums of its lines."""
        subtotal = total_of(line.line_amount for line in lines)
        tax = total_of(line.tax_amount for line in lines)
        rng = self.rng(f"moment/{name}")
        sales = kind in (DocumentKind.INVOICE, DocumentKind.SALES_CREDIT)
        return Document(
            document_id=self.new_id(name),
            kind=kind,
            number=number,
            contact_id=contact.contact_id,
            date=on,
            due_date=due,
            status=status,
            currency=contact.currency,
            rate=self.rate(contact.currency, on),
            reference=reference,
            lines=tuple(lines),
            subtotal=subtotal,
            tax=tax,
            total=subtotal + tax,
            sent=sales and status in (DocumentStatus.AUTHORISED, DocumentStatus.PAID),
            updated_at=self.moment(on, rng),
        )


def total_of(amounts: Iterable[Decimal]) -> Decimal:
    """The sum, as money even when there is nothing to add."""
    return sum(amounts, Decimal("0.00"))
