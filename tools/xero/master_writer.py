"""Xero, writing items, contacts and group members: each is sent once, and looked up when the answer was lost."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from tools.errors import OutcomeUnknown, ToolFailed
from tools.trouble import UNREADABLE
from tools.xero import decoding, master_shapes
from tools.xero.client import XeroCalls
from tools.xero.decoding import Wire
from tools.xero.master_data import ContactDetails, ContactGroup, Item, SentContact, SentItem
from tools.xero.master_reader import details_now, group_now, item_now, items_now
from tools.xero.reader import known_id
from tools.xero.wire_masters import post_archived, post_contact, post_item, put_item, put_member
from tools.xero.writer import check_key, sent

T = TypeVar("T")


class XeroMasterWriter:
    """Xero, writing master data; only the executor holds one."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls
        self._tenant = calls.tenant_id

    async def create_item(self, item: SentItem, *, key: str) -> Item:
        """PUT /Items with one item."""
        _check(item, key)
        body = await sent(self._calls, lambda api: put_item(api, self._tenant, item, key))
        return _only(body, "Items", master_shapes.item)

    async def change_item(self, item: SentItem, *, key: str) -> Item:
        """POST /Items/{ItemID}."""
        _check(item, key)
        known_id(item.id)
        body = await sent(self._calls, lambda api: post_item(api, self._tenant, item, key))
        return _only(body, "Items", master_shapes.item)

    async def change_contact(self, contact: SentContact, *, key: str) -> ContactDetails:
        """POST /Contacts/{ContactID} with what changes."""
        check_key(key)
        known_id(contact.id)
        body = await sent(self._calls, lambda api: post_contact(api, self._tenant, contact, key))
        return _only(body, "Contacts", master_shapes.contact_details)

    async def archive_contact(self, contact_id: str, *, key: str) -> ContactDetails:
        """POST /Contacts/{ContactID} with the status ARCHIVED."""
        check_key(key)
        known = known_id(contact_id)
        body = await sent(self._calls, lambda api: post_archived(api, self._tenant, known, key))
        return _only(body, "Contacts", master_shapes.contact_details)

    async def add_to_group(self, group_id: str, contact_id: str, *, key: str) -> list[str]:
        """PUT /ContactGroups/{ContactGroupID}/Contacts with one contact."""
        check_key(key)
        group, contact = known_id(group_id), known_id(contact_id)
        body = await sent(self._calls, lambda api: put_member(api, self._tenant, group, contact, key))
        try:
            return decoding.elements(decoding.body_of(body), "Contacts", lambda record: str(record["ContactID"]))
        except ValueError as problem:
            raise OutcomeUnknown("Xero", trouble=UNREADABLE) from problem

    async def item_coded(self, code: str) -> Item | None:
        """The item of exactly that code, read live."""
        return next((one for one in await items_now(self._calls, "write") if one.code == code), None)

    async def item_now(self, item_id: str) -> Item:
        """One item, read live. Raises ToolFailed kinds."""
        return await item_now(self._calls, item_id, "write")

    async def details_now(self, contact_id: str) -> ContactDetails:
        """One contact, read live. Raises ToolFailed kinds."""
        return await details_now(self._calls, contact_id, "write")

    async def group_now(self, group_id: str) -> ContactGroup:
        """One group with its contacts, read live. Raises ToolFailed kinds."""
        return await group_now(self._calls, group_id, "write")


def _check(item: SentItem, key: str) -> None:
    """Refuses a key that Xero would not take and a price that would not arrive as it is: the SDK sends floats."""
    check_key(key)
    for pricing in (item.sales, item.purchases):
        price = pricing.unit_price if pricing else None
        if price is not None and (Decimal(repr(float(price))) != price or price < 0):
            raise ToolFailed(
                {
                    "en": f"The price {price} cannot be sent to Xero exactly. Nothing was written.",
                    "de": f"Der Preis {price} lässt sich nicht genau an Xero senden. Es wurde nichts geschrieben.",
                }
            )


def _only(body: bytes, name: str, shape: Callable[[Wire], T | None]) -> T:
    """The record that Xero says it is now. Raises OutcomeUnknown when that cannot be read for certain."""
    try:
        (made,) = decoding.elements(decoding.body_of(body), name, shape)
    except ValueError as problem:
        raise OutcomeUnknown("Xero", trouble=UNREADABLE) from problem
    return made
