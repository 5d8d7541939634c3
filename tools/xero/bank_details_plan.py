"""A change of a contact's bank account, complete: what the digest covers, the card shows and Xero is sent."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue, model_validator

from tools.base import Payload, Stakes, WriteKind
from tools.payee import fingerprint
from tools.xero.payment_plan import Part, PlannedOrganisation


class PlannedContact(Part):
    """Whose bank account it is, as read live when the card was made."""

    id: str
    name: str
    detail: str
    """City or e-mail address, where another contact has the same name; else empty."""
    role: Literal["supplier", "customer", "both", "contact"]
    email: str
    city: str
    country: str
    """ISO 3166 code; empty where Xero has none that can be read."""
    updated_at: str


class PlannedNumber(Part):
    """An account number, whole, since whoever confirms has to compare it."""

    number: str
    """Empty where none is on file."""
    fingerprint: str
    country: str
    bank: str

    @model_validator(mode="after")
    def _is_of_this_number(self) -> PlannedNumber:
        if self.fingerprint != fingerprint(self.number):
            raise ValueError("the fingerprint is of another number")
        return self


class BankNotice(Part):
    """Something that the confirming person should look at; `code` has its words on the card."""

    code: Literal["other_country", "not_at_home", "shared", "own_account", "unchecked"]
    names: str = ""
    """Of the others that have the number, with commas."""


class BankDetailsPlan(Part):
    """Everything that will be sent, and everything that was known when it was decided to."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    contact: PlannedContact
    old: PlannedNumber
    new: PlannedNumber
    reason: str
    """The person's own words; may be empty."""
    notices: tuple[BankNotice, ...] = ()

    @classmethod
    def read(cls, payload: Payload) -> BankDetailsPlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        notices = payload.get("notices", [])
        return cls.model_validate({**payload, "notices": tuple(notices) if isinstance(notices, list) else notices})

    def payload(self) -> Payload:
        """The plan as JSON of strings and integers."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json")
        return dumped

    def subject(self) -> str:
        """What is written to; the prefix keeps it apart from the ids of documents."""
        return f"contact:{self.contact.id}"

    def arguments(self) -> dict[str, str]:
        """The arguments with which the same change is proposed again."""
        return {"contact_name": self.contact.id, "account_number": self.new.number, "reason": self.reason}

    def stakes(self) -> Stakes:
        """What the policy has to know of it: no amount, and the number that money will go to from then on."""
        return Stakes(
            kind=WriteKind.PAYEE_CHANGE,
            money=None,
            payee_id=self.contact.id,
            payee_name=self.contact.name,
            bank=self.new.fingerprint,
            reference="",
            day=None,
        )
