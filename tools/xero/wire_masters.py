"""Items, contacts and group members in the shapes of Xero's SDK: one function a write, as in `wire`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.xero.master_data import Phone, Place, Pricing, SentContact, SentItem

if TYPE_CHECKING:
    from xero_python.accounting import AccountingApi  # type: ignore[import-untyped]


def put_item(api: AccountingApi, tenant: str, item: SentItem, key: str) -> Any:
    """PUT /Items with one item and its idempotency key."""
    from xero_python.accounting import Items

    return api.create_items(tenant, Items(items=[_item(item)]), unitdp=4, idempotency_key=key, _preload_content=False)


def post_item(api: AccountingApi, tenant: str, item: SentItem, key: str) -> Any:
    """POST /Items/{ItemID}."""
    from xero_python.accounting import Items

    return api.update_item(
        tenant, item.id, Items(items=[_item(item)]), unitdp=4, idempotency_key=key, _preload_content=False
    )


def _item(item: SentItem) -> Any:
    from xero_python.accounting import Item

    return Item(
        item_id=item.id or None,
        code=item.code,
        name=item.name,
        description=item.description,
        purchase_description=item.purchase_description,
        is_sold=item.is_sold,
        is_purchased=item.is_purchased,
        sales_details=_pricing(item.sales),
        purchase_details=_pricing(item.purchases),
    )


def _pricing(pricing: Pricing | None) -> Any:
    from xero_python.accounting import Purchase

    if pricing is None:
        return None
    return Purchase(
        unit_price=pricing.unit_price,
        account_code=pricing.account_code or None,
        tax_type=pricing.tax_type or None,
    )


def post_contact(api: AccountingApi, tenant: str, contact: SentContact, key: str) -> Any:
    """POST /Contacts/{ContactID} with the id and what changes: what is not sent stays as it is."""
    from xero_python.accounting import Contact, Contacts

    one = Contact(
        contact_id=contact.id,
        name=contact.name,
        email_address=contact.email,
        account_number=contact.account_number,
        phones=None if contact.phones is None else [_phone(phone) for phone in contact.phones],
        addresses=None if contact.places is None else [_place(place) for place in contact.places],
    )
    return api.update_contact(tenant, contact.id, Contacts(contacts=[one]), idempotency_key=key, _preload_content=False)


def _phone(phone: Phone) -> Any:
    from xero_python.accounting import Phone as WirePhone

    return WirePhone(
        phone_type=phone.kind,
        phone_country_code=phone.country,
        phone_area_code=phone.area,
        phone_number=phone.number,
    )


def _place(place: Place) -> Any:
    from xero_python.accounting import Address

    return Address(
        address_type=place.kind,
        attention_to=place.attention,
        address_line1=place.line1,
        address_line2=place.line2,
        address_line3=place.line3,
        address_line4=place.line4,
        city=place.city,
        region=place.region,
        postal_code=place.postal_code,
        country=place.country,
    )


def post_archived(api: AccountingApi, tenant: str, contact_id: str, key: str) -> Any:
    """POST /Contacts/{ContactID} with the id and the status ARCHIVED only."""
    from xero_python.accounting import Contact, Contacts

    one = Contact(contact_id=contact_id, contact_status="ARCHIVED")
    return api.update_contact(tenant, contact_id, Contacts(contacts=[one]), idempotency_key=key, _preload_content=False)


def put_member(api: AccountingApi, tenant: str, group_id: str, contact_id: str, key: str) -> Any:
    """PUT /ContactGroups/{ContactGroupID}/Contacts with one contact."""
    from xero_python.accounting import Contact, Contacts

    members = Contacts(contacts=[Contact(contact_id=contact_id)])
    return api.create_contact_group_contacts(tenant, group_id, members, idempotency_key=key, _preload_content=False)
