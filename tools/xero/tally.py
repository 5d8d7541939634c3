"""How many invoices or bills there are and what they come to, without looking at each: sums that a database makes.

A ledger of half a million documents answers "what is overdue?" from a handful of groups and the first rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tools.money import Money, totals
from tools.xero.books import Document, DocumentStatus, State

BOOKED = (DocumentStatus.AUTHORISED, DocumentStatus.PAID)
"""Approved: owed, or owed once and paid. Drafts are not owed by anybody, voided ones not any more."""


@dataclass(frozen=True, slots=True)
class Group:
    """Documents of one state, one currency, late or not, with something left to pay or not; amounts summed."""

    status: DocumentStatus
    currency: str
    late: bool
    """Approved, with something left to pay, and past its due date."""
    left: bool
    """Something is left to pay, whatever the state."""
    count: int
    total: Decimal
    amount_due: Decimal
    first_due: date | None
    """The earliest due date among them; None when none of them has one."""

    @property
    def owed(self) -> Decimal:
        """What is left to pay; nothing on drafts, although Xero shows their total there."""
        return self.amount_due if self.status in BOOKED else Decimal(0)


@dataclass(frozen=True, slots=True)
class Tally:
    """The groups of one list."""

    groups: tuple[Group, ...]

    @classmethod
    def of(cls, documents: Iterable[Document], today: date) -> Tally:
        """The same from documents that are here anyway."""
        found: dict[tuple[DocumentStatus, str, bool, bool], list[Document]] = {}
        for doc in documents:
            key = (doc.status, doc.currency, doc.days_overdue(today) > 0, doc.amount_due > 0)
            found.setdefault(key, []).append(doc)
        return cls(
            tuple(
                Group(
                    *key,
                    count=len(docs),
                    total=sum((doc.total for doc in docs), Decimal(0)),
                    amount_due=sum((doc.amount_due for doc in docs), Decimal(0)),
                    first_due=min((doc.due for doc in docs if doc.due), default=None),
                )
                for key, docs in found.items()
            )
        )

    def __bool__(self) -> bool:
        return bool(self.groups)

    @property
    def count(self) -> int:
        """How many documents."""
        return sum(group.count for group in self.groups)

    @property
    def currencies(self) -> int:
        """In how many currencies."""
        return len({group.currency for group in self.groups})

    @property
    def late(self) -> Tally:
        """Those past their due date."""
        return Tally(tuple(group for group in self.groups if group.late))

    @property
    def opened(self) -> Tally:
        """The approved ones with something left to pay."""
        return Tally(tuple(group for group in self.groups if group.left and group.status is DocumentStatus.AUTHORISED))

    @property
    def first_due(self) -> date | None:
        """The earliest due date."""
        return min((group.first_due for group in self.groups if group.first_due), default=None)

    def in_state(self, *statuses: DocumentStatus) -> Tally:
        """Those with one of Xero's states."""
        return Tally(tuple(group for group in self.groups if group.status in statuses))

    def counted(self, state: State) -> Tally:
        """Those that a list's totals add up: of a list of every state the approved ones only, else all of it."""
        return self.in_state(*BOOKED) if state == "all" else self

    def sums(self, state: State) -> list[Money]:
        """The totals, each currency by itself: of what is left where the list is of open ones, else of totals."""
        if state in ("open", "overdue"):
            return totals((group.owed, group.currency) for group in self.groups)
        return totals((group.total, group.currency) for group in self.groups)


@dataclass(frozen=True, slots=True)
class ContactSum:
    """What is left to pay with one contact in one currency, by the days past its due date."""

    contact_id: str
    contact_name: str
    currency: str
    count: int
    by_age: tuple[Decimal, ...]
    """One amount for each of the ages asked for."""

    @property
    def left(self) -> Decimal:
        """All of it."""
        return sum(self.by_age, Decimal(0))


AGE_STEPS = (0, 30, 60, 90)
"""Days past the due date at which the next age begins; what is later than the last is older."""


def contact_sums(documents: Iterable[Document], day: date) -> list[ContactSum]:
    """What is left with each contact and currency from documents that are here, in no order."""
    found: dict[tuple[str, str], tuple[str, list[int], list[Decimal]]] = {}
    for doc in documents:
        _, count, sums = found.setdefault(
            (doc.contact_id, doc.currency), (doc.contact_name, [0], [Decimal(0)] * (len(AGE_STEPS) + 1))
        )
        count[0] += 1
        sums[age_of(doc.due, day)] += doc.amount_due
    return [
        ContactSum(contact_id, name, currency, count[0], tuple(sums))
        for (contact_id, currency), (name, count, sums) in found.items()
    ]


def age_of(due: date | None, day: date) -> int:
    """Which of the ages a document has on that day: 0 for not yet due, the last for older than all steps."""
    late = (day - due).days if due else 0
    return next((place for place, most in enumerate(AGE_STEPS) if late <= most), len(AGE_STEPS))


def sums_of(contacts: Sequence[ContactSum], contact_id: str) -> list[Money]:
    """What is left with that contact, by currency."""
    return totals((one.left, one.currency) for one in contacts if one.contact_id == contact_id)
