"""A credit note or advance to be set off against an invoice or bill: complete, what the digest covers."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import JsonValue

from tools.base import Payload, Stakes, WriteKind
from tools.money import Money
from tools.xero.payment_plan import Part, PlannedDocument, PlannedOrganisation

Form = Literal["credit_note", "prepayment", "overpayment"]
"""What is set off."""


class PlannedCredit(Part):
    """What is set off as it was read live when the card was made; minor units of its currency."""

    form: Form = "credit_note"
    id: str
    number: str
    """Of a credit note; empty for an advance, which has none."""
    on: str = ""
    """The day of an advance; empty for a credit note."""
    kind: Literal["invoice", "bill"]
    left_minor: int
    like_ours: int
    """How many set-offs of this amount on this document it had already."""


class AllocationPlan(Part):
    """Everything that will be sent, and everything that was known when it was decided to."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    document: PlannedDocument
    credit: PlannedCredit
    minor: int
    on: str
    """The day of the set-off."""

    @classmethod
    def read(cls, payload: Payload) -> AllocationPlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        return cls.model_validate(payload)

    def payload(self) -> Payload:
        """The plan as JSON of strings and integers."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json")
        return dumped

    @property
    def money(self) -> Money:
        """How much is set off."""
        return Money.from_minor(self.minor, self.document.currency)

    @property
    def left_on_document(self) -> Money:
        """What is left to pay on the document afterwards."""
        return Money.from_minor(self.document.due_minor - self.minor, self.document.currency)

    @property
    def left_of_credit(self) -> Money:
        """What is left of the credit afterwards."""
        return Money.from_minor(self.credit.left_minor - self.minor, self.document.currency)

    def stakes(self) -> Stakes:
        """What the policy has to know of it: like an approval, it changes what is owed, and no money moves."""
        return Stakes(
            kind=WriteKind.SET_OFF,
            money=self.money,
            payee_id=self.document.contact_id,
            payee_name=self.document.contact_name,
            bank="",
            reference=self.document.number,
            day=date.fromisoformat(self.on),
        )
