"""Items, contact groups, repeating invoices and the details of contacts: what is entered once and used again and again.

Bank details are no part of it: reading them masked is the address book's, changing them is a write of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from tools.xero.books import DocumentKind, Shape


class Pricing(Shape):
    """What an item usually costs and how it is then coded; empty where nothing is said."""

    unit_price: Decimal | None = None
    account_code: str = ""
    tax_type: str = ""


class Item(Shape):
    """Something that is sold or bought by a code; prices are meant in the base currency."""

    id: str
    code: str
    name: str = ""
    description: str = ""
    purchase_description: str = ""
    is_sold: bool = True
    is_purchased: bool = True
    tracked: bool = False
    """Xero keeps its stock; its accounts and costs are then Xero's own affair."""
    sales: Pricing = Pricing()
    purchases: Pricing = Pricing()


class Member(Shape):
    """A contact in a group."""

    id: str
    name: str


class ContactGroup(Shape):
    """Contacts under one name."""

    id: str
    name: str
    members: tuple[Member, ...] = ()
    """Empty where a list call left them out."""


class RepeatingInvoice(Shape):
    """The template of an invoice or bill that comes again and again."""

    id: str
    kind: DocumentKind
    status: str
    """Xero's own word: DRAFT makes drafts, AUTHORISED makes approved documents."""
    contact_id: str
    contact_name: str
    reference: str = ""
    currency: str
    total: Decimal
    unit: str
    """WEEKLY or MONTHLY."""
    period: int
    """Every so many weeks or months."""
    next_date: date | None = None
    end_date: date | None = None


class Phone(Shape):
    """A number of a contact; `kind` is Xero's word, e.g. DEFAULT or MOBILE."""

    kind: str
    country: str = ""
    area: str = ""
    number: str = ""


class Place(Shape):
    """An address of a contact: POBOX is the one that invoices carry, STREET the one that goods go to."""

    kind: str
    attention: str = ""
    line1: str = ""
    line2: str = ""
    line3: str = ""
    line4: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written there."""
        return not any(value for name, value in self if name != "kind")


class Terms(Shape):
    """When documents with a contact are due, as Xero says it."""

    day: int
    kind: str


class ContactDetails(Shape):
    """A contact as its page in Xero has it, bank details left out."""

    id: str
    name: str
    status: str = "ACTIVE"
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    account_number: str = ""
    """Ours for them, e.g. a customer number; no bank account."""
    tax_number: str = ""
    phones: tuple[Phone, ...] = ()
    places: tuple[Place, ...] = ()
    sales_terms: Terms | None = None
    bill_terms: Terms | None = None
    groups: tuple[str, ...] = ()
    updated_at: datetime


class MasterBooks(Protocol):
    """Xero, reading such records live; each call counts against Xero's limits."""

    async def items(self) -> list[Item]:
        """Every item, by code."""
        ...

    async def item(self, item_id: str) -> Item:
        """One item as it is now. Raises ToolFailed when there is none."""
        ...

    async def contact_groups(self) -> list[ContactGroup]:
        """Every group that is in use, by name, without its contacts."""
        ...

    async def contact_group(self, group_id: str) -> ContactGroup:
        """One group with its contacts. Raises ToolFailed when there is none."""
        ...

    async def repeating_invoices(self) -> list[RepeatingInvoice]:
        """Every template that is in use, the next one due first."""
        ...

    async def contact_details(self, contact_id: str) -> ContactDetails:
        """One contact with its details. Raises ToolFailed when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class SentItem:
    """An item as it is sent to Xero, complete; `id` is empty for a new one."""

    id: str
    code: str
    name: str
    description: str
    purchase_description: str
    is_sold: bool
    is_purchased: bool
    sales: Pricing | None
    """None: nothing is said of it, and what Xero has stays."""
    purchases: Pricing | None


@dataclass(frozen=True, slots=True)
class SentContact:
    """What a contact gets; None: nothing is sent, and what Xero has stays. Phones and addresses are sent whole, so
    that it makes no difference whether Xero puts them beside the others or in their place."""

    id: str
    name: str | None = None
    email: str | None = None
    account_number: str | None = None
    phones: tuple[Phone, ...] | None = None
    places: tuple[Place, ...] | None = None


class MasterWriter(Protocol):
    """Xero, writing such records: held by the executor only. Every write raises like `PaymentWriter.create_payment`."""

    async def create_item(self, item: SentItem, *, key: str) -> Item:
        """Add it, once, with `key` as Idempotency-Key; the item as Xero answers it."""
        ...

    async def change_item(self, item: SentItem, *, key: str) -> Item:
        """Change it, once; the item as Xero answers it."""
        ...

    async def change_contact(self, contact: SentContact, *, key: str) -> ContactDetails:
        """Change what is given, once; the contact as Xero answers it."""
        ...

    async def archive_contact(self, contact_id: str, *, key: str) -> ContactDetails:
        """Archive it, once; the contact as Xero answers it."""
        ...

    async def add_to_group(self, group_id: str, contact_id: str, *, key: str) -> list[str]:
        """Take the contact into the group, once; the ids of contacts that Xero answers with."""
        ...

    async def item_coded(self, code: str) -> Item | None:
        """The item of exactly that code, read live; None when there is none."""
        ...

    async def item_now(self, item_id: str) -> Item:
        """One item, read live. Raises ToolFailed kinds."""
        ...

    async def details_now(self, contact_id: str) -> ContactDetails:
        """One contact, read live. Raises ToolFailed kinds."""
        ...

    async def group_now(self, group_id: str) -> ContactGroup:
        """One group with its contacts, read live. Raises ToolFailed kinds."""
        ...
