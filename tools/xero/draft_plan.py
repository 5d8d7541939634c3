"""An invoice or bill to be made, complete: what the digest covers, the card shows and Xero is sent."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from pydantic import JsonValue, model_validator

from tools.base import Payload, Stakes, WriteKind
from tools.money import Money
from tools.xero.books import DocumentKind, DocumentStatus
from tools.xero.drafts import LineAmounts, NewDocument, NewLine, line_amount, total_of
from tools.xero.payment_plan import Part, PlannedOrganisation
from tools.xero.trade import Form

Source = Literal["said", "usual", "default", "none"]
"""Said by the person; as on the contact's last document; what Xero takes where nothing is said; left open."""


class PlannedLine(Part):
    """One line; quantity and unit amount as plain decimals, amounts in minor units of the document's currency."""

    description: str
    quantity: str
    unit_amount: str
    account_code: str
    account_name: str
    """Both empty in a draft whose account is still open."""
    tax_type: str
    tax_name: str
    tax_percent: str
    tax_minor: int
    amount_minor: int

    def new(self, currency: str) -> NewLine:
        """The line as it is sent."""
        return NewLine(
            description=self.description,
            quantity=Decimal(self.quantity),
            unit_amount=Decimal(self.unit_amount),
            account_code=self.account_code,
            tax_type=self.tax_type,
            tax_amount=Money.from_minor(self.tax_minor, currency).amount,
        )

    def said(self) -> dict[str, str]:
        """The line as it can be said again."""
        return {
            "description": self.description,
            "amount": self.unit_amount,
            "quantity": self.quantity,
            "account": self.account_code,
        }


class PlannedCustomer(Part):
    """The contact as it was read live when the card was made."""

    id: str
    name: str
    detail: str
    """City or e-mail address, where another contact has the same name; else empty."""


class PlannedSource(Part):
    """The quote or purchase order that it is made from, as it was when the card was made."""

    form: Form
    id: str
    number: str
    status: str
    updated_at: str


class DraftNotice(Part):
    """Something that the confirming person should look at."""

    code: Literal["like_another", "made_before", "number_used", "hidden_characters", "overdue_at_once"]
    number: str = ""
    date: str = ""


class DraftPlan(Part):
    """Everything that will be sent, and everything that was known when it was decided to."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    kind: Literal["invoice", "bill"]
    contact: PlannedCustomer
    number: str
    """The supplier's number of a bill; empty for an invoice, which Xero numbers."""
    status: Literal["DRAFT", "SUBMITTED", "AUTHORISED"]
    currency: str
    amounts: LineAmounts
    amounts_from: Source
    lines: tuple[PlannedLine, ...]
    total_minor: int
    date: str
    date_from: Source
    due: str
    """Empty in a draft without one."""
    due_from: Source
    account_from: Source
    like: str
    """The number of the contact's last document, from which what is "usual" was taken; else empty."""
    note: str
    reference: str
    """An invoice's reference as Xero gets it: the note and our mark; empty for a bill, which has none at Xero."""
    notices: tuple[DraftNotice, ...] = ()
    dead: tuple[str, ...] = ()
    """Ids of this supplier's voided and deleted ones of that number, as they were when the card was made."""
    source: PlannedSource | None = None
    is_credit: bool = False
    """A credit note to that customer or from that supplier instead of an invoice or bill."""

    @model_validator(mode="after")
    def _adds_up(self) -> DraftPlan:
        for line in self.lines:
            if line_amount(line.new(self.currency), self.currency).minor != line.amount_minor:
                raise ValueError("a line's amount is not quantity times unit amount")
        if not self.lines or (self.net + self.tax).minor != self.total_minor:
            raise ValueError("the total is not that of the lines")
        return self

    @classmethod
    def read(cls, payload: Payload) -> DraftPlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        lists = {name: payload.get(name, []) for name in ("lines", "notices", "dead")}
        return cls.model_validate(
            {**payload, **{name: tuple(found) if isinstance(found, list) else found for name, found in lists.items()}}
        )

    def payload(self) -> Payload:
        """The plan as JSON of strings and integers; what it is made from only where it is made from something, since
        nothing has no exact form in what is confirmed."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json", exclude_none=True)
        return dumped

    @property
    def document_kind(self) -> DocumentKind:
        """Invoice or bill."""
        return DocumentKind(self.kind)

    @property
    def net(self) -> Money:
        """What all lines come to without tax."""
        return total_of(self._new_lines(), self.amounts, self.currency)[0]

    @property
    def tax(self) -> Money:
        """The tax of all lines."""
        return total_of(self._new_lines(), self.amounts, self.currency)[1]

    @property
    def total(self) -> Money:
        """What it comes to with tax."""
        return Money.from_minor(self.total_minor, self.currency)

    def _new_lines(self) -> tuple[NewLine, ...]:
        return tuple(line.new(self.currency) for line in self.lines)

    def new(self) -> NewDocument:
        """The document as it is sent."""
        return NewDocument(
            kind=self.document_kind,
            contact_id=self.contact.id,
            number=self.number,
            reference=self.reference,
            issued=datetime.date.fromisoformat(self.date),
            due=datetime.date.fromisoformat(self.due) if self.due else None,
            currency=self.currency,
            amounts=self.amounts,
            status=DocumentStatus(self.status),
            lines=self._new_lines(),
            is_credit=self.is_credit,
        )

    def arguments(self, fields: Mapping[str, str]) -> dict[str, object]:
        """The arguments with which the same document is proposed again, with edited fields in their place."""
        then = {"DRAFT": "draft", "SUBMITTED": "submitted", "AUTHORISED": "approved"}[self.status]
        found: dict[str, object] = {
            "contact_name": self.contact.id,
            "lines": [line.said() for line in self.lines],
            "currency": self.currency,
            "date": fields.get("date", self.date),
            "due_date": self.due if self.due_from == "said" else "",
            "tax": self.amounts if self.amounts_from == "said" else "",
            "then": then,
        }
        if self.is_credit:
            del found["due_date"]
            found["kind"] = "customer" if self.kind == "invoice" else "supplier"
        if self.kind == "bill":
            return {**found, "number": self.number}
        return {**found, "reference": fields.get("reference", self.note)}

    def subject(self) -> str:
        """What is written to: for a bill its supplier's number, so that one is not entered twice at once; an invoice
        is a new one each time, and its mark tells it from every other. From one quote, one at a time."""
        if self.source is not None and self.kind == "invoice":
            return f"new {self.kind} from {self.source.form}:{self.source.id}"
        what = f"credit {self.kind}" if self.is_credit else self.kind
        return f"new {what}:{self.contact.id}:{self.number.casefold() or self.reference}"

    def stakes(self) -> Stakes:
        """What the policy has to know of it: an approved document counts in the ledger at once."""
        return Stakes(
            kind=WriteKind.DOCUMENT_APPROVAL if self.status == "AUTHORISED" else WriteKind.DOCUMENT_DRAFT,
            money=self.total,
            payee_id=self.contact.id,
            payee_name=self.contact.name,
            bank="",
            reference=self.number,
            day=datetime.date.fromisoformat(self.date),
        )
