"""Xero, reading items, contact groups, repeating invoices and the details of contacts. Xero gives each in one piece."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from tools.xero import decoding, master_shapes
from tools.xero.allowance import Urgency
from tools.xero.client import Call, XeroCalls, read
from tools.xero.decoding import Wire
from tools.xero.master_data import ContactDetails, ContactGroup, Item, RepeatingInvoice
from tools.xero.reader import decoded, known_id, read_one

T = TypeVar("T")


class XeroMasters:
    """The master data of one organisation."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls
        self._tenant = calls.tenant_id

    async def items(self) -> list[Item]:
        """GET /Items, prices with all their decimals."""
        return sorted(await items_now(self._calls, "read"), key=lambda one: one.code.casefold())

    async def item(self, item_id: str) -> Item:
        """GET /Items/{ItemID}."""
        return await item_now(self._calls, item_id, "read")

    async def contact_groups(self) -> list[ContactGroup]:
        """GET /ContactGroups."""
        found = await several(
            self._calls,
            lambda api: api.get_contact_groups(self._tenant, _preload_content=False),
            "ContactGroups",
            master_shapes.contact_group,
            "read",
        )
        return sorted(found, key=lambda one: one.name.casefold())

    async def contact_group(self, group_id: str) -> ContactGroup:
        """GET /ContactGroups/{ContactGroupID}."""
        return await group_now(self._calls, group_id, "read")

    async def repeating_invoices(self) -> list[RepeatingInvoice]:
        """GET /RepeatingInvoices."""
        found = await several(
            self._calls,
            lambda api: api.get_repeating_invoices(self._tenant, _preload_content=False),
            "RepeatingInvoices",
            master_shapes.repeating_invoice,
            "read",
        )
        return sorted(found, key=lambda one: (one.next_date or date.max, one.contact_name, one.id))

    async def contact_details(self, contact_id: str) -> ContactDetails:
        """GET /Contacts/{ContactID}."""
        return await details_now(self._calls, contact_id, "read")


async def several(
    calls: XeroCalls, call: Call, name: str, shape: Callable[[Wire], T | None], urgency: Urgency
) -> list[T]:
    """The records of an answer. Raises ToolFailed kinds."""
    body = await read(calls, call, urgency)
    return decoded(lambda: decoding.elements(decoding.body_of(body), name, shape))


async def items_now(calls: XeroCalls, urgency: Urgency) -> list[Item]:
    """Every item. Raises ToolFailed kinds."""
    return await several(
        calls,
        lambda api: api.get_items(calls.tenant_id, unitdp=4, _preload_content=False),
        "Items",
        master_shapes.item,
        urgency,
    )


async def item_now(calls: XeroCalls, item_id: str, urgency: Urgency) -> Item:
    """One item as it is now. Raises ToolFailed kinds."""
    known = known_id(item_id)
    return await read_one(
        calls,
        lambda api: api.get_item(calls.tenant_id, known, unitdp=4, _preload_content=False),
        "Items",
        master_shapes.item,
        urgency,
    )


async def details_now(calls: XeroCalls, contact_id: str, urgency: Urgency) -> ContactDetails:
    """One contact as it is now. Raises ToolFailed kinds."""
    known = known_id(contact_id)
    return await read_one(
        calls,
        lambda api: api.get_contact(calls.tenant_id, known, _preload_content=False),
        "Contacts",
        master_shapes.contact_details,
        urgency,
    )


async def group_now(calls: XeroCalls, group_id: str, urgency: Urgency) -> ContactGroup:
    """One group with its contacts as it is now. Raises ToolFailed kinds."""
    known = known_id(group_id)
    return await read_one(
        calls,
        lambda api: api.get_contact_group(calls.tenant_id, known, _preload_content=False),
        "ContactGroups",
        master_shapes.contact_group,
        urgency,
    )
