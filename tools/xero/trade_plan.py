"""A quote or purchase order to be made, complete: what the digest covers, the card shows and Xero is sent."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import JsonValue, model_validator

from tools.base import Payload, Stakes, WriteKind
from tools.money import Money
from tools.xero.draft_plan import PlannedCustomer, PlannedLine
from tools.xero.drafts import LineAmounts, line_amount
from tools.xero.payment_plan import Part, PlannedOrganisation
from tools.xero.trade import Form, NewPaper


class TradePlan(Part):
    """Everything that will be sent, and everything that was known when it was decided to."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    form: Form
    contact: PlannedCustomer
    status: Literal["DRAFT", "SUBMITTED", "AUTHORISED"]
    """A quote is always made as a draft."""
    currency: str
    amounts: LineAmounts
    amounts_said: bool
    lines: tuple[PlannedLine, ...]
    total_minor: int
    date: str
    until: str
    """Until when a quote holds, when an order shall be delivered; empty where nobody said."""
    title: str
    terms: str = ""
    note: str
    reference: str
    """The note and our mark, as Xero gets it."""

    @model_validator(mode="after")
    def _adds_up(self) -> TradePlan:
        for line in self.lines:
            if line_amount(line.new(self.currency), self.currency).minor != line.amount_minor:
                raise ValueError("a line's amount is not quantity times unit amount")
        tax = 0 if self.amounts == "inclusive" else sum(line.tax_minor for line in self.lines)
        if not self.lines or sum(line.amount_minor for line in self.lines) + tax != self.total_minor:
            raise ValueError("the total is not that of the lines")
        if self.form == "quote" and self.status != "DRAFT":
            raise ValueError("a quote begins as a draft")
        return self

    @classmethod
    def read(cls, payload: Payload) -> TradePlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        lines = payload.get("lines", [])
        return cls.model_validate({**payload, "lines": tuple(lines) if isinstance(lines, list) else lines})

    def payload(self) -> Payload:
        """The plan as JSON of strings, integers and booleans."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json")
        return dumped

    @property
    def total(self) -> Money:
        """What it comes to with tax."""
        return Money.from_minor(self.total_minor, self.currency)

    def new(self) -> NewPaper:
        """The paper as it is sent."""
        return NewPaper(
            form=self.form,
            contact_id=self.contact.id,
            reference=self.reference,
            title=self.title,
            terms=self.terms,
            on=datetime.date.fromisoformat(self.date),
            until=datetime.date.fromisoformat(self.until) if self.until else None,
            currency=self.currency,
            amounts=self.amounts,
            status=self.status,
            lines=tuple(line.new(self.currency) for line in self.lines),
        )

    def stakes(self) -> Stakes:
        """What the policy has to know of it: nothing counts in the books by it."""
        return Stakes(
            kind=WriteKind.DOCUMENT_DRAFT,
            money=self.total,
            payee_id=self.contact.id,
            payee_name=self.contact.name,
            bank="",
            reference=self.reference,
            day=datetime.date.fromisoformat(self.date),
        )
