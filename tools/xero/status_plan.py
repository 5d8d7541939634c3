"""A document to be submitted, approved, voided or deleted, complete: what the digest covers and the card shows."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

from tools.base import Payload, Stakes, WriteKind
from tools.money import Money
from tools.xero.books import DocumentKind
from tools.xero.drafts import Deed
from tools.xero.payment_plan import Part, PlannedDocument, PlannedOrganisation


class StatusNotice(Part):
    """Something that the confirming person should look at."""

    code: Literal["like_another", "account_in_text", "hidden_characters", "no_lines_seen"]
    number: str = ""
    date: str = ""


class SeenLine(Part):
    """A line as it stands on the document, for whoever approves it: text and amount in minor units."""

    description: str
    amount_minor: int
    account_code: str


class StatusPlan(Part):
    """Everything that will be sent, and everything that was known when it was decided to."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    document: PlannedDocument
    was: Literal["DRAFT", "SUBMITTED", "AUTHORISED"]
    to: Literal["submit", "approve", "void", "delete"]
    lines: tuple[SeenLine, ...]
    more_lines: int
    """How many lines the card does not list."""
    notices: tuple[StatusNotice, ...] = ()

    @classmethod
    def read(cls, payload: Payload) -> StatusPlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        lists = {name: payload.get(name, []) for name in ("lines", "notices")}
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
    def deed(self) -> Deed:
        """What is done to it."""
        return Deed(self.to)

    @property
    def total(self) -> Money:
        """What the document comes to."""
        return Money.from_minor(self.document.total_minor, self.document.currency)

    def arguments(self) -> dict[str, object]:
        """The arguments with which the same is proposed again."""
        return {"document_number": self.document.id, "to": self.to}

    def stakes(self) -> Stakes:
        """What the policy has to know of it: approving and voiding change what the ledger says."""
        counts = self.deed in (Deed.APPROVE, Deed.VOID)
        return Stakes(
            kind=WriteKind.DOCUMENT_APPROVAL if counts else WriteKind.DOCUMENT_DRAFT,
            money=self.total,
            payee_id=self.document.contact_id,
            payee_name=self.document.contact_name,
            bank="",
            reference=self.document.number,
            day=None,
        )
