"""A payment to be recorded, complete and language-neutral: what the digest covers, the card shows and Xero is sent."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from tools.base import Payload, Stakes, WriteKind
from tools.money import Money
from tools.xero.books import DocumentKind

Change = tuple[str, str]
"""What is different since a plan was made, in English and in German."""


class Part(BaseModel):
    """A part of the plan: strings, integers and further parts only, nothing unknown, nothing left out."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class PlannedOrganisation(Part):
    """In whose books it is recorded."""

    id: str
    name: str
    short_code: str


class PlannedDocument(Part):
    """The invoice or bill as it was read live when the card was made; amounts in minor units of `currency`."""

    id: str
    number: str
    kind: Literal["invoice", "bill"]
    contact_id: str
    contact_name: str
    currency: str
    total_minor: int
    due_minor: int
    issued: str
    due: str
    """YYYY-MM-DD, empty where Xero has none."""
    updated_at: str
    form: Literal["", "credit"] = ""
    """A credit note of that kind; what is due is then the credit left."""

    @property
    def is_credit(self) -> bool:
        """Whether it is a credit note."""
        return self.form == "credit"


class PlannedPayee(Part):
    """The contact as it was read live when the card was made: the only one that may be paid by it."""

    contact_id: str
    name: str
    bank_masked: str
    """The ends of the account number on file ("DE44…1234"); empty where there is none, and for money that comes in."""
    bank_fingerprint: str
    """`tools.payee.fingerprint` of it; empty likewise."""
    status: str
    """Xero's ContactStatus, e.g. ACTIVE; empty in a plan of version 1, which did not read the contact."""


class PlannedAmount(Part):
    """An amount in minor units."""

    minor: int
    currency: str


class PlannedAccount(Part):
    """The ledger account that the money came to or left."""

    id: str
    code: str
    name: str
    currency: str
    chosen: Literal["said", "only", "usual"]
    """Named by the person; the only one of that currency; the one most used in the last twelve months."""


class Notice(Part):
    """Something that the confirming person should look at; `code` has its words on the card."""

    code: Literal[
        "same_amount_recently",
        "before_its_date",
        "other_account_named",
        "hidden_characters",
        "mixed_scripts",
        "name_like_another",
    ]
    date: str = ""
    number: str = ""
    name: str = ""
    """The name, number or word that deceives, or the other contact's name, as it is in Xero."""
    detail: str = ""
    """What tells the other contact from this one: its city, e-mail address or the start of its id."""
    found: str = ""
    """The account number named, masked; or the characters meant, e.g. "U+202E"."""


class PaymentPlan(Part):
    """Everything that will be sent, and everything that was known when it was decided to."""

    version: Literal[2] = 2
    organisation: PlannedOrganisation
    document: PlannedDocument
    payee: PlannedPayee
    party: str
    """Who was paid or who paid: the contact of the document, from Xero."""
    party_detail: str = ""
    """City or e-mail address, where another contact has the same name; else empty."""
    amount: PlannedAmount
    amount_chosen: Literal["said", "all_left"]
    account: PlannedAccount
    date: str
    date_chosen: Literal["said", "today"]
    note: str
    """The person's own part of the reference; may be empty."""
    reference: str
    """The reference as Xero gets it: the note and our mark."""
    left_after_minor: int
    notices: tuple[Notice, ...] = ()

    @classmethod
    def read(cls, payload: Payload) -> PaymentPlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan.

        One of version 1 is read too, so that its card is shown and its outcome looked up; its payee is unchecked, for
        which nothing is sent on it (`payment_changed`).
        """
        notices = payload.get("notices", [])
        read = {**payload, "notices": tuple(notices) if isinstance(notices, list) else notices}
        document = payload.get("document")
        if payload.get("version") == 1 and "payee" not in payload and isinstance(document, dict):
            unchecked = {"bank_masked": "", "bank_fingerprint": "", "status": ""}
            about = {"contact_id": document.get("contact_id"), "name": document.get("contact_name")}
            read |= {"version": 2, "payee": {**about, **unchecked}}
        return cls.model_validate(read)

    def payload(self) -> Payload:
        """The plan as JSON of strings and integers."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json")
        return dumped

    @property
    def kind(self) -> DocumentKind:
        """Invoice or bill."""
        return DocumentKind(self.document.kind)

    @property
    def money(self) -> Money:
        """What is recorded as paid."""
        return Money.from_minor(self.amount.minor, self.amount.currency)

    @property
    def due_money(self) -> Money:
        """What was left to pay before."""
        return Money.from_minor(self.document.due_minor, self.document.currency)

    @property
    def left_after(self) -> Money:
        """What will be left to pay."""
        return Money.from_minor(self.left_after_minor, self.document.currency)

    @property
    def paid_on(self) -> datetime.date:
        """The day of the payment."""
        return datetime.date.fromisoformat(self.date)

    def arguments(self, fields: Mapping[str, str]) -> dict[str, str]:
        """The arguments with which the same payment is proposed again, with edited fields in their place."""
        return {
            "document_number": self.document.id,
            "amount": fields.get("amount", str(self.money.amount)),
            "date": fields.get("date", self.date),
            "reference": fields.get("reference", self.note),
            "account": fields.get("account", self.account.id),
        }

    def stakes(self) -> Stakes:
        """What the policy has to know of it."""
        return Stakes(
            kind=WriteKind.PAYMENT_OUT if self.kind is DocumentKind.BILL else WriteKind.PAYMENT_IN,
            money=self.money,
            payee_id=self.payee.contact_id,
            payee_name=self.payee.name,
            bank=self.payee.bank_fingerprint,
            reference=self.document.number,
            day=self.paid_on,
        )
