"""The bank's own books for the demo company: one business account, its bookings and its open reservations.

Amounts are whole cents. The sum of all bookings is the balance; what open reservations hold back is not available.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sandbox.company.shape import BankAccount, BankLine, Company

BUSINESS_ID = hashlib.sha256(b"lindenhof business").hexdigest()[:32] + "cbiz"
PERSON_ID = hashlib.sha256(b"lindenhof director").hexdigest()[:32] + "cper"
PARTNER_ID = hashlib.sha256(b"lindenhof partner").hexdigest()[:32] + "part"


@dataclass(frozen=True, slots=True)
class Booking:
    """One movement on the account; cents are negative for money out."""

    number: str
    booked_on: date
    valuta: date
    recorded_at: datetime
    kind: str
    cents: int
    description: str
    counterparty: tuple[str, str, str]
    """Name, IBAN, BIC."""
    end_to_end_id: str
    transaction_id: str | None


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money held back for a movement that is still to come; cents are what is held."""

    number: str
    kind: str
    status: str
    cents: int
    description: str
    created_at: datetime
    expires_on: date
    resolved_at: datetime | None


class Bank:
    """What the bank knows of the demo company's one account."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.account = _solaris_account(company)
        self.account_id = _number("account", self.account.iban, "cacc")
        self.bookings = _bookings(company, self.account)
        self.reservations = _reservations(company.seed, company.today)

    def balance(self) -> int:
        """Booked, in cents."""
        return sum(booking.cents for booking in self.bookings)

    def held(self) -> int:
        """Held back by open reservations, in cents."""
        return sum(one.cents for one in self.reservations if one.status == "OPEN")

    def available(self) -> int:
        """Free to spend, in cents."""
        return self.balance() - self.held()


def _solaris_account(company: Company) -> BankAccount:
    return next(account for account in company.bank_accounts if account.provider == "solaris")


def _number(kind: str, name: str, ending: str) -> str:
    return hashlib.sha256(f"{kind}/{name}".encode()).hexdigest()[:32] + ending


def cents(amount: Decimal) -> int:
    """Whole cents. Raises ValueError for a fraction of one, which a bank never has."""
    scaled = amount * 100
    if scaled != int(scaled):
        raise ValueError(f"{amount} is not a whole number of cents")
    return int(scaled)


def _bookings(company: Company, account: BankAccount) -> tuple[Booking, ...]:
    """The opening deposit, so that the bookings add up to the balance, then every line of the statement."""
    opening = Booking(
        number=_number("booking", f"opening/{account.iban}", "boo"),
        booked_on=account.opened_on,
        valuta=account.opened_on,
        recorded_at=_recorded(account.opened_on, 0),
        kind="SEPA_CREDIT_TRANSFER",
        cents=cents(account.opening_balance),
        description="Übertrag vom bisherigen Geschäftskonto",
        counterparty=(company.organisation.legal_name, "", ""),
        end_to_end_id="NOTPROVIDED",
        transaction_id=None,
    )
    lines = company.lines_of(account.code)
    return (opening, *(_booking(line, place) for place, line in enumerate(lines, 1)))


def _booking(line: BankLine, place: int) -> Booking:
    ours = line.amount < 0 and line.booking_type == "SEPA_CREDIT_TRANSFER"
    return Booking(
        number=_number("booking", line.bank_line_id, "boo"),
        booked_on=line.booked_on,
        valuta=line.valuta,
        recorded_at=_recorded(line.booked_on, place),
        kind=line.booking_type,
        cents=cents(line.amount),
        description=line.description,
        counterparty=(line.counterparty_name, line.counterparty_iban, line.counterparty_bic),
        end_to_end_id=line.end_to_end_id,
        transaction_id=_number("transaction", line.bank_line_id, "ctrx") if ours else None,
    )


def _recorded(day: date, place: int) -> datetime:
    """A moment in the bank's night run, later for a later line."""
    return datetime.combine(day, time(3), UTC) + timedelta(seconds=place % 3600)


def _reservations(seed: int, today: date) -> tuple[Reservation, ...]:
    """Three that are open (two cards, one transfer on its way) and two that were resolved."""
    rows = (
        ("CardAuthorization", "OPEN", 6_490, "Bahnwerk Fernverkehr, Berlin", 1),
        ("CardAuthorization", "OPEN", 21_800, "Hotel Seeblick, Lindau", 2),
        ("SepaCreditTransfer", "OPEN", 35_000, "Sammelauftrag Reisekosten", 0),
        ("CardAuthorization", "RESOLVED", 4_215, "Papier & Tusche, Berlin", 12),
        ("CardAuthorization", "RESOLVED", 1_890, "Café Morgenrot, Berlin", 20),
    )
    found = []
    for place, (kind, status, amount, description, age) in enumerate(rows):
        created = datetime.combine(today - timedelta(days=age), time(7, 10 + place), UTC)
        resolved = None if status == "OPEN" else created + timedelta(days=3)
        number = _number("reservation", f"{seed}/{place}", "res")
        expires = created.date() + timedelta(days=14)
        found.append(Reservation(number, kind, status, amount, description, created, expires, resolved))
    return tuple(found)
