"""Changes to a draft invoice or bill, complete: what it says now, what it will say, and what Xero is sent."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import JsonValue, model_validator

from tools.base import Payload, Stakes, WriteKind
from tools.money import Money
from tools.xero.books import Document, DocumentKind
from tools.xero.draft_plan import PlannedLine
from tools.xero.drafts import DraftChange, LineAmounts, line_amount
from tools.xero.payment_plan import Part, PlannedDocument, PlannedOrganisation


class DraftValues(Part):
    """What can be changed besides the lines; days as YYYY-MM-DD, empty where there is none."""

    date: str
    due: str
    reference: str
    number: str


class EditPlan(Part):
    """Everything that will be sent, and everything that was known when it was decided to."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    document: PlannedDocument
    was: Literal["DRAFT", "SUBMITTED"]
    amounts: LineAmounts
    before: DraftValues
    after: DraftValues
    lines_before: tuple[PlannedLine, ...]
    lines: tuple[PlannedLine, ...]
    """All lines afterwards; the same as before where none is changed, and then not sent."""
    total_minor: int
    """What it comes to afterwards."""

    @model_validator(mode="after")
    def _adds_up(self) -> EditPlan:
        for line in self.lines:
            if line_amount(line.new(self.document.currency), self.document.currency).minor != line.amount_minor:
                raise ValueError("a line's amount is not quantity times unit amount")
        tax = 0 if self.amounts == "inclusive" else sum(line.tax_minor for line in self.lines)
        if sum(line.amount_minor for line in self.lines) + tax != self.total_minor:
            raise ValueError("the total is not that of the lines")
        if (self.before, self.lines_before) == (self.after, self.lines):
            raise ValueError("nothing is changed")
        return self

    @classmethod
    def read(cls, payload: Payload) -> EditPlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        lists = {name: payload.get(name, []) for name in ("lines", "lines_before")}
        return cls.model_validate(
            {**payload, **{name: tuple(found) if isinstance(found, list) else found for name, found in lists.items()}}
        )

    def payload(self) -> Payload:
        """The plan as JSON of strings and integers."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json")
        return dumped

    @property
    def kind(self) -> DocumentKind:
        """Invoice or bill."""
        return DocumentKind(self.document.kind)

    @property
    def total(self) -> Money:
        """What it comes to afterwards."""
        return Money.from_minor(self.total_minor, self.document.currency)

    @property
    def lines_change(self) -> bool:
        """Whether the lines are sent."""
        return self.lines != self.lines_before

    def change(self) -> DraftChange:
        """What is sent: only what is different."""
        before, after, currency = self.before, self.after, self.document.currency
        return DraftChange(
            document_id=self.document.id,
            issued=datetime.date.fromisoformat(after.date) if after.date != before.date else None,
            due=datetime.date.fromisoformat(after.due) if after.due and after.due != before.due else None,
            reference=after.reference if after.reference != before.reference else None,
            number=after.number if after.number != before.number else None,
            lines=tuple(line.new(currency) for line in self.lines) if self.lines_change else (),
        )

    def is_done(self, now: Document) -> bool:
        """Whether the document, read live, says what this plan wants it to say."""
        return values_of(now) == self.after and Money(now.total, now.currency).minor == self.total_minor

    def stakes(self) -> Stakes:
        """What the policy has to know of it: a draft does not count in the books."""
        return Stakes(
            kind=WriteKind.DOCUMENT_DRAFT,
            money=self.total,
            payee_id=self.document.contact_id,
            payee_name=self.document.contact_name,
            bank="",
            reference=self.after.number or self.document.number,
            day=datetime.date.fromisoformat(self.after.date) if self.after.date else None,
        )


def values_of(document: Document) -> DraftValues:
    """What the document says now."""
    return DraftValues(
        date=document.issued.isoformat() if document.issued else "",
        due=document.due.isoformat() if document.due else "",
        reference=document.reference,
        number=document.number,
    )
