"""Fakes of the master data of a small company: items, groups, templates, details; one world shared by both sides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from zlib import crc32

from tools.errors import NO_SUCH_RECORD, OutcomeUnknown, ProviderRefused
from tools.trouble import BROKE_OFF
from tools.xero.books import Contact, DocumentKind
from tools.xero.master_data import (
    ContactDetails,
    ContactGroup,
    Item,
    Member,
    Phone,
    Place,
    Pricing,
    RepeatingInvoice,
    SentContact,
    SentItem,
    Terms,
)

_AT = datetime(2026, 11, 22, 13, 2, tzinfo=UTC)
T = TypeVar("T")


def _id(name: str) -> str:
    return f"00000000-0000-4000-9000-{crc32(name.encode()):012d}"


def item(code: str, name: str, price: str = "", **more: Any) -> Item:
    """An item that is sold, booked to 200."""
    sales = Pricing(unit_price=Decimal(price) if price else None, account_code="200" if price else "")
    return Item(**{"id": _id(code), "code": code, "name": name, "sales": sales, "is_purchased": False, **more})


def template(contact_id: str, name: str, total: str, **more: Any) -> RepeatingInvoice:
    """An invoice that comes every month and is approved by itself."""
    return RepeatingInvoice(
        **{
            "id": _id(f"repeat {name} {total}"),
            "kind": DocumentKind.INVOICE,
            "status": "AUTHORISED",
            "contact_id": contact_id,
            "contact_name": name,
            "currency": "EUR",
            "total": Decimal(total),
            "unit": "MONTHLY",
            "period": 1,
            "next_date": date(2026, 12, 1),
            **more,
        }
    )


@dataclass
class MasterWorld:
    """What there is; a test changes it as somebody would in Xero."""

    items: list[Item] = field(
        default_factory=lambda: [
            item("DESIGN-H", "Design, hour", "95.00", description="Design work"),
            item("PAPER", "Paper", is_sold=False, is_purchased=True, purchases=Pricing(unit_price=Decimal("4.5"))),
        ]
    )
    groups: list[ContactGroup] = field(
        default_factory=lambda: [
            ContactGroup(id=_id("Printers"), name="Printers"),
            ContactGroup(id=_id("VIP"), name="VIP"),
        ]
    )
    repeating: list[RepeatingInvoice] = field(
        default_factory=lambda: [template(_id("somebody else"), "Hofgarten Immobilien KG", "2650.00")]
    )
    details: dict[str, ContactDetails] = field(default_factory=dict)
    """By contact; others have what `of` makes of the address book."""
    contacts: Callable[[], Sequence[Contact]] = tuple

    def of(self, contact_id: str) -> ContactDetails:
        """A contact's details, its groups as they are now."""
        groups = tuple(
            sorted(group.name for group in self.groups if any(one.id == contact_id for one in group.members))
        )
        if contact_id in self.details:
            return self.details[contact_id].model_copy(update={"groups": groups})
        for contact in self.contacts():
            if contact.id == contact_id:
                return ContactDetails(
                    id=contact.id,
                    name=contact.name,
                    email=contact.email,
                    phones=(Phone(kind="DEFAULT", number="+49 30 1234"), Phone(kind="FAX")),
                    places=(Place(kind="POBOX"), Place(kind="STREET", line1="Weg 1", city=contact.city)),
                    bill_terms=Terms(day=14, kind="DAYSAFTERBILLDATE"),
                    groups=groups,
                    updated_at=_AT,
                )
        raise ProviderRefused("Xero", said=NO_SUCH_RECORD, status=404)

    def item(self, item_id: str) -> Item:
        """One item by its id."""
        found = next((one for one in self.items if one.id == item_id), None)
        if found is None:
            raise ProviderRefused("Xero", said=NO_SUCH_RECORD, status=404)
        return found

    def group(self, group_id: str) -> ContactGroup:
        """One group by its id."""
        found = next((one for one in self.groups if one.id == group_id), None)
        if found is None:
            raise ProviderRefused("Xero", said=NO_SUCH_RECORD, status=404)
        return found

    def change_item(self, code: str, **fields: Any) -> None:
        """Changes an item as somebody else would."""
        self.items = [one.model_copy(update=fields) if one.code == code else one for one in self.items]

    def replace_item(self, changed: Item) -> None:
        """Puts an item in the place of the one with its id."""
        self.items = [changed if one.id == changed.id else one for one in self.items]

    def change_contact(self, contact_id: str, **fields: Any) -> None:
        """Changes a contact as somebody else would."""
        self.details[contact_id] = self.of(contact_id).model_copy(update=fields)

    def join(self, name: str, *members: Contact) -> None:
        """Puts contacts into a group."""
        added = tuple(Member(id=one.id, name=one.name) for one in members)
        self.groups = [
            one.model_copy(update={"members": (*one.members, *added)}) if one.name == name else one
            for one in self.groups
        ]


class FakeMasters:
    """The reading side."""

    def __init__(self, world: MasterWorld | None = None) -> None:
        self.world = world or MasterWorld()

    async def items(self) -> list[Item]:
        return self.world.items

    async def item(self, item_id: str) -> Item:
        return self.world.item(item_id)

    async def contact_groups(self) -> list[ContactGroup]:
        return [one.model_copy(update={"members": ()}) for one in self.world.groups]

    async def contact_group(self, group_id: str) -> ContactGroup:
        return self.world.group(group_id)

    async def repeating_invoices(self) -> list[RepeatingInvoice]:
        return self.world.repeating

    async def contact_details(self, contact_id: str) -> ContactDetails:
        return self.world.of(contact_id)


class FakeMasterWriter:
    """The writing side; `answers` says what comes of the next writes: "ok", "lost" (done, no answer), "nothing" (not
    done, no answer) or "other" (done, and answered with something else)."""

    def __init__(self, world: MasterWorld | None = None, answers: Sequence[str] = ()) -> None:
        self.world, self.answers = world or MasterWorld(), list(answers)
        self.keys: list[str] = []
        self.sent: list[object] = []

    async def create_item(self, item: SentItem, *, key: str) -> Item:
        made = Item(**self._fields(item), id=_id(item.code))
        return self._write(key, item, lambda: self.world.items.append(made), made, self.world.items[0])

    async def change_item(self, item: SentItem, *, key: str) -> Item:
        before = self.world.item(item.id)
        made = before.model_copy(update=self._fields(item))
        done = lambda: self.world.replace_item(made)  # noqa: E731
        return self._write(key, item, done, made, before)

    @staticmethod
    def _fields(item: SentItem) -> dict[str, Any]:
        fields = {
            "code": item.code,
            "name": item.name,
            "description": item.description,
            "purchase_description": item.purchase_description,
            "is_sold": item.is_sold,
            "is_purchased": item.is_purchased,
            "sales": item.sales,
            "purchases": item.purchases,
        }
        return {name: value for name, value in fields.items() if value is not None}

    async def change_contact(self, contact: SentContact, *, key: str) -> ContactDetails:
        before = self.world.of(contact.id)
        said = {
            "name": contact.name,
            "email": contact.email,
            "account_number": contact.account_number,
            "phones": contact.phones,
            "places": contact.places,
        }
        fields = {name: value for name, value in said.items() if value is not None}
        made = before.model_copy(update=fields)
        return self._write(key, contact, lambda: self.world.change_contact(contact.id, **fields), made, before)

    async def archive_contact(self, contact_id: str, *, key: str) -> ContactDetails:
        before = self.world.of(contact_id)
        made = before.model_copy(update={"status": "ARCHIVED"})
        done = lambda: self.world.change_contact(contact_id, status="ARCHIVED")  # noqa: E731
        return self._write(key, contact_id, done, made, before)

    async def add_to_group(self, group_id: str, contact_id: str, *, key: str) -> list[str]:
        group, who = self.world.group(group_id), self.world.of(contact_id)

        def done() -> None:
            joined = (*group.members, Member(id=who.id, name=who.name))
            place = self.world.groups.index(group)
            self.world.groups[place] = group.model_copy(update={"members": joined})

        return self._write(key, (group_id, contact_id), done, [contact_id], [])

    async def item_coded(self, code: str) -> Item | None:
        return next((one for one in self.world.items if one.code == code), None)

    async def item_now(self, item_id: str) -> Item:
        return self.world.item(item_id)

    async def details_now(self, contact_id: str) -> ContactDetails:
        return self.world.of(contact_id)

    async def group_now(self, group_id: str) -> ContactGroup:
        return self.world.group(group_id)

    def _write(self, key: str, sent: object, done: Callable[[], object], made: T, other: T) -> T:
        self.keys.append(key)
        answer = self.answers.pop(0) if self.answers else "ok"
        if answer != "nothing":
            self.sent.append(sent)
            done()
        if answer in ("nothing", "lost"):
            raise OutcomeUnknown("Xero", trouble=BROKE_OFF)
        return other if answer == "other" else made
