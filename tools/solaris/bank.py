"""The company's bank accounts at Solaris as tools see them: balances and bookings, reading only."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from tools.money import Money


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class BankAccount(Shape):
    """One account at Solaris; `available` is booked less open reservations."""

    id: str
    name: str
    iban: str
    currency: str
    status: str
    locking_status: str
    booked: Money
    available: Money


class Booking(Shape):
    """One line of the bank account; money out is negative."""

    id: str
    booked_on: date
    valuta_on: date
    type: str
    amount: Money
    counterparty: str
    counterparty_iban: str = ""
    description: str = ""
    end_to_end_id: str = ""


class Bank(Protocol):
    """Solaris, reading; asked live, every page fetched."""

    async def accounts(self) -> list[BankAccount]:
        """The company's accounts with balances. Raises ToolFailed kinds."""
        ...

    async def bookings(self, account_id: str, *, since: date | None, until: date | None) -> list[Booking]:
        """Every booking in the range (both days included), newest first."""
        ...
