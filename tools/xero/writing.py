"""Xero, writing payments and contacts: what is sent, and the sides that take it, which the executor alone holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from tools.money import Money
from tools.xero.books import Contact, Payment


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A payment as it is sent to Xero (PUT /Payments): complete, nothing left to a default."""

    document_id: str
    account_id: str
    paid_on: date
    money: Money
    reference: str


class PaymentWriter(Protocol):
    """Xero, writing payments: held by the executor only."""

    async def create_payment(self, payment: NewPayment, *, key: str) -> Payment:
        """Send it once with `key` as Idempotency-Key.

        Raises ProviderRefused, ConnectionLost or ProviderBusy when certainly nothing was written, and
        OutcomeUnknown for a time-out, a lost connection, a 5xx or an answer that cannot be read.
        """
        ...

    async def remove_payment(self, payment_id: str, *, key: str) -> Payment:
        """Delete it, once; the payment as Xero answers it. Raises like `create_payment`."""
        ...

    async def left_to_pay(self, document_id: str) -> Money:
        """What is left to pay on the document now, read live. Raises ToolFailed kinds."""
        ...

    async def find_payments(self, *, document_id: str, reference: str) -> list[Payment]:
        """The document's payments with exactly that reference, read live."""
        ...

    async def payment_now(self, payment_id: str) -> Payment:
        """One payment by Xero's id, deleted or not, read live. Raises ToolFailed kinds."""
        ...


@dataclass(frozen=True, slots=True)
class NewBankDetails:
    """The account number that a contact gets (POST /Contacts/{ContactID}); nothing else of the contact is touched."""

    contact_id: str
    account_number: str


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact that is added (PUT /Contacts): its name and, if said, an e-mail address."""

    name: str
    email: str


class ContactWriter(Protocol):
    """Xero, writing contacts: held by the executor only."""

    async def change_bank_details(self, change: NewBankDetails, *, key: str) -> Contact:
        """Send it once with `key` as Idempotency-Key; the contact as Xero answers it.

        Raises like `PaymentWriter.create_payment`.
        """
        ...

    async def contact_now(self, contact_id: str) -> Contact:
        """The contact with the account number on file now, read live. Raises ToolFailed kinds."""
        ...

    async def create_contact(self, new: NewContact, *, key: str) -> Contact:
        """Add it, once; the contact as Xero answers it. Raises like `PaymentWriter.create_payment`."""
        ...

    async def contact_named(self, name: str) -> Contact | None:
        """The contact of exactly that name, archived ones too, read live; None when there is none."""
        ...
