"""Items, contact groups, repeating invoices and contacts read from Xero's JSON."""

from __future__ import annotations

from decimal import Decimal

from tools.xero.books import DocumentKind
from tools.xero.decoding import Unreadable, Wire, day, decimal, moment, text
from tools.xero.master_data import (
    ContactDetails,
    ContactGroup,
    Item,
    Member,
    Phone,
    Place,
    Pricing,
    RepeatingInvoice,
    Terms,
)

_KINDS = {"ACCREC": DocumentKind.INVOICE, "ACCPAY": DocumentKind.BILL}


def item(record: Wire) -> Item:
    """An item."""
    return Item(
        id=record["ItemID"],
        code=record["Code"],
        name=text(record.get("Name")),
        description=text(record.get("Description")),
        purchase_description=text(record.get("PurchaseDescription")),
        is_sold=record.get("IsSold") is not False,
        is_purchased=record.get("IsPurchased") is not False,
        tracked=record.get("IsTrackedAsInventory") is True,
        sales=_pricing(record.get("SalesDetails")),
        purchases=_pricing(record.get("PurchaseDetails")),
    )


def _pricing(record: object) -> Pricing:
    if not isinstance(record, dict):
        return Pricing()
    price = record.get("UnitPrice")
    return Pricing(
        unit_price=None if price in (None, "") else decimal(price),
        account_code=text(record.get("AccountCode")) or text(record.get("COGSAccountCode")),
        tax_type=text(record.get("TaxType")),
    )


def contact_group(record: Wire) -> ContactGroup | None:
    """A group that is in use, with its contacts where Xero gives them."""
    if (text(record.get("Status")) or "ACTIVE") != "ACTIVE":
        return None
    return ContactGroup(
        id=record["ContactGroupID"],
        name=text(record.get("Name")),
        members=tuple(Member(id=one["ContactID"], name=text(one.get("Name"))) for one in record.get("Contacts") or ()),
    )


def repeating_invoice(record: Wire) -> RepeatingInvoice | None:
    """A template that is in use; None for one that is deleted, and for kinds that are neither invoice nor bill."""
    kind, status = _KINDS.get(text(record.get("Type"))), text(record.get("Status"))
    if kind is None or status == "DELETED":
        return None
    schedule, contact = record.get("Schedule") or {}, record.get("Contact") or {}
    period = schedule.get("Period")
    if not isinstance(period, int) or isinstance(period, bool):
        raise Unreadable("a schedule without its period")
    return RepeatingInvoice(
        id=record["RepeatingInvoiceID"],
        kind=kind,
        status=status,
        contact_id=text(contact.get("ContactID")),
        contact_name=text(contact.get("Name")),
        reference=text(record.get("Reference")),
        currency=record["CurrencyCode"],
        total=decimal(record.get("Total"), Decimal(0)),
        unit=text(schedule.get("Unit")),
        period=period,
        next_date=day(schedule.get("NextScheduledDate")),
        end_date=day(schedule.get("EndDate")),
    )


def contact_details(record: Wire) -> ContactDetails:
    """A contact's details; the account number of its bank is not even read."""
    terms = record.get("PaymentTerms") or {}
    groups = [group for group in record.get("ContactGroups") or () if text(group.get("Status")) != "DELETED"]
    return ContactDetails(
        id=record["ContactID"],
        name=text(record.get("Name")),
        status=text(record.get("ContactStatus")) or "ACTIVE",
        email=text(record.get("EmailAddress")),
        first_name=text(record.get("FirstName")),
        last_name=text(record.get("LastName")),
        account_number=text(record.get("AccountNumber")),
        tax_number=text(record.get("TaxNumber")),
        phones=tuple(_phone(one) for one in record.get("Phones") or ()),
        places=tuple(_place(one) for one in record.get("Addresses") or ()),
        sales_terms=_terms(terms.get("Sales")),
        bill_terms=_terms(terms.get("Bills")),
        groups=tuple(sorted(text(group.get("Name")) for group in groups)),
        updated_at=moment(record["UpdatedDateUTC"]),
    )


def _phone(record: Wire) -> Phone:
    return Phone(
        kind=text(record.get("PhoneType")),
        country=text(record.get("PhoneCountryCode")),
        area=text(record.get("PhoneAreaCode")),
        number=text(record.get("PhoneNumber")),
    )


def _place(record: Wire) -> Place:
    return Place(
        kind=text(record.get("AddressType")),
        attention=text(record.get("AttentionTo")),
        line1=text(record.get("AddressLine1")),
        line2=text(record.get("AddressLine2")),
        line3=text(record.get("AddressLine3")),
        line4=text(record.get("AddressLine4")),
        city=text(record.get("City")),
        region=text(record.get("Region")),
        postal_code=text(record.get("PostalCode")),
        country=text(record.get("Country")),
    )


def _terms(record: object) -> Terms | None:
    if not isinstance(record, dict) or not isinstance(record.get("Day"), int):
        return None
    return Terms(day=record["Day"], kind=text(record.get("Type")))
