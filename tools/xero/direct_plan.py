"""Money spent or received without a document, to be recorded: complete and language-neutral, what the digest covers."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from pydantic import JsonValue, model_validator

from tools.base import Payload, Stakes, WriteKind
from tools.money import Money
from tools.xero.cash import NewTransaction
from tools.xero.draft_plan import PlannedLine
from tools.xero.drafts import LineAmounts, NewLine, line_amount, total_of
from tools.xero.payment_plan import Notice, Part, PlannedAccount, PlannedOrganisation, PlannedPayee


class DirectNotice(Part):
    """A document, payment or transaction of the same contact and amount; `code` has its words on the card."""

    code: Literal["open_document", "paid_recently", "like_another"]
    number: str = ""
    """Of the invoice or bill; empty for another transaction."""
    date: str = ""


class DirectPlan(Part):
    """Who, how much, through which bank account and to which ledger accounts."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    way: Literal["spent", "received"]
    payee: PlannedPayee
    """Who got it or whom it came from, as read live when the card was made."""
    party_detail: str
    """City or e-mail address, where another contact has the same name; else empty."""
    account: PlannedAccount
    currency: str
    amounts: LineAmounts
    amounts_said: bool
    lines: tuple[PlannedLine, ...]
    total_minor: int
    date: str
    date_chosen: Literal["said", "today"]
    account_from: Literal["said", "usual"]
    like: str
    """The day of the contact's last transaction, from which the ledger account was taken; else empty."""
    note: str
    """The person's own part of the reference; may be empty."""
    reference: str
    """As Xero gets it: the note and our mark."""
    payee_notices: tuple[Notice, ...] = ()
    direct_notices: tuple[DirectNotice, ...] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> DirectPlan:
        for line in self.lines:
            if line_amount(line.new(self.currency), self.currency).minor != line.amount_minor:
                raise ValueError("a line's amount is not quantity times unit amount")
        net, tax = total_of(self._new_lines(), self.amounts, self.currency)
        if not self.lines or (net + tax).minor != self.total_minor:
            raise ValueError("the total is not that of the lines")
        return self

    @classmethod
    def read(cls, payload: Payload) -> DirectPlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        lists = {name: payload.get(name, []) for name in ("lines", "payee_notices", "direct_notices")}
        return cls.model_validate(
            {**payload, **{name: tuple(found) if isinstance(found, list) else found for name, found in lists.items()}}
        )

    def payload(self) -> Payload:
        """The plan as JSON of strings, integers and booleans."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json")
        return dumped

    @property
    def received(self) -> bool:
        """Whether the money came in."""
        return self.way == "received"

    @property
    def total(self) -> Money:
        """What left or came to the bank account, tax included."""
        return Money.from_minor(self.total_minor, self.currency)

    @property
    def tax(self) -> Money:
        """The tax in it."""
        return total_of(self._new_lines(), self.amounts, self.currency)[1]

    @property
    def on(self) -> datetime.date:
        """When."""
        return datetime.date.fromisoformat(self.date)

    def _new_lines(self) -> tuple[NewLine, ...]:
        return tuple(line.new(self.currency) for line in self.lines)

    def booked(self) -> dict[str, Decimal]:
        """How much is booked to which ledger account, as the lines say it."""
        found: dict[str, Decimal] = {}
        for line in self.lines:
            amount = Money.from_minor(line.amount_minor, self.currency).amount
            found[line.account_code] = found.get(line.account_code, Decimal(0)) + amount
        return found

    def new(self) -> NewTransaction:
        """What Xero is sent."""
        return NewTransaction(
            received=self.received,
            contact_id=self.payee.contact_id,
            account_id=self.account.id,
            on=self.on,
            currency=self.currency,
            amounts=self.amounts,
            lines=self._new_lines(),
            reference=self.reference,
        )

    def stakes(self) -> Stakes:
        """What the policy has to know of it. It pays no document, so payee and amount alone tell a likely duplicate."""
        return Stakes(
            kind=WriteKind.MONEY_RECEIVED if self.received else WriteKind.MONEY_SPENT,
            money=self.total,
            payee_id=self.payee.contact_id,
            payee_name=self.payee.name,
            bank=self.payee.bank_fingerprint,
            reference="",
            day=self.on,
        )

    def subject(self) -> str:
        """What is written to: the same amount to the same contact is recorded one at a time."""
        return f"{self.way}:{self.payee.contact_id}:{self.account.id}:{self.currency}:{self.total_minor}"

    def arguments(self, edited: Mapping[str, str]) -> dict[str, object]:
        """The arguments that propose it again; contact and accounts by id and code, so that an edit never ends
        elsewhere."""
        return {
            "contact_name": self.payee.contact_id,
            "lines": [line.said() for line in self.lines],
            "bank_account": edited.get("account", self.account.id),
            "currency": self.currency,
            "date": edited.get("date", self.date),
            "reference": edited.get("reference", self.note),
            "tax": self.amounts if self.amounts_said else "",
        }
