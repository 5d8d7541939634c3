"""The company's bank accounts at Solaris as tools see them: balances and bookings, reading only."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from tools import words
from tools.errors import ToolFailed
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


class BankElsewhere:
    """Where an organisation has no account at the bank: whatever is asked is refused, and says why."""

    def __init__(self, organisation: str, *, known: bool) -> None:
        self._organisation, self._known = organisation, known

    async def accounts(self) -> list[BankAccount]:
        """Raises ToolFailed."""
        raise self._refused()

    async def bookings(self, account_id: str, *, since: date | None, until: date | None) -> list[Booking]:
        """Raises ToolFailed."""
        raise self._refused()

    def _refused(self) -> ToolFailed:
        name = words.visible(self._organisation)
        if self._known:
            return ToolFailed(
                {
                    "en": f"The Solaris accounts belong to another organisation, not to {name}. Nothing was read.",
                    "de": f"Die Solaris-Konten gehören zu einer anderen Organisation, nicht zu {name}. Es wurde nichts "
                    "gelesen.",
                }
            )
        return ToolFailed(
            {
                "en": "It is not set to which organisation the Solaris accounts belong, so they are not shown for "
                f"{name}. Whoever runs this names it in BANK_ORGANISATION.",
                "de": "Es ist nicht festgelegt, zu welcher Organisation die Solaris-Konten gehören; für "
                f"{name} werden sie nicht gezeigt. Wer dies betreibt, trägt sie in BANK_ORGANISATION ein.",
            }
        )
