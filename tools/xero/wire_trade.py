"""What is written to Xero of quotes and purchase orders, in the shapes of its own SDK. Nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.xero.decoding import Wire, day, text
from tools.xero.trade import NewPaper
from tools.xero.wire import currency_code, line_items

if TYPE_CHECKING:
    from xero_python.accounting import AccountingApi  # type: ignore[import-untyped]

_QUOTE_AMOUNTS = {"exclusive": "EXCLUSIVE", "inclusive": "INCLUSIVE", "none": "NOTAX"}
_ORDER_AMOUNTS = {"exclusive": "Exclusive", "inclusive": "Inclusive", "none": "NoTax"}


def put_paper(api: AccountingApi, tenant: str, new: NewPaper, key: str) -> Any:
    """PUT /Quotes or /PurchaseOrders with one of them and its idempotency key."""
    from xero_python.accounting import (
        Contact,
        LineAmountTypes,
        PurchaseOrder,
        PurchaseOrders,
        Quote,
        QuoteLineAmountTypes,
        Quotes,
        QuoteStatusCodes,
    )

    contact, lines, currency = Contact(contact_id=new.contact_id), line_items(new.lines), currency_code(new.currency)
    if new.form == "quote":
        quote = Quote(
            contact=contact,
            line_items=lines,
            date=new.on,
            expiry_date=new.until,
            title=new.title or None,
            terms=new.terms or None,
            reference=new.reference,
            currency_code=currency,
            line_amount_types=QuoteLineAmountTypes(_QUOTE_AMOUNTS[new.amounts]),
            status=QuoteStatusCodes(new.status),
        )
        return api.create_quotes(tenant, Quotes(quotes=[quote]), idempotency_key=key, _preload_content=False)
    order = PurchaseOrder(
        contact=contact,
        line_items=lines,
        date=new.on,
        delivery_date=new.until,
        reference=new.reference,
        currency_code=currency,
        line_amount_types=LineAmountTypes(_ORDER_AMOUNTS[new.amounts]),
        status=new.status,
    )
    return api.create_purchase_orders(
        tenant, PurchaseOrders(purchase_orders=[order]), idempotency_key=key, _preload_content=False
    )


def post_quote_status(api: AccountingApi, tenant: str, quote_id: str, now: Wire, status: str, key: str) -> Any:
    """POST /Quotes/{QuoteID} with the new status and everything that Xero would clear if it were left out."""
    from xero_python.accounting import Contact, Quote, QuoteLineAmountTypes, Quotes, QuoteStatusCodes

    amounts = text(now.get("LineAmountTypes"))
    one = Quote(
        quote_id=quote_id,
        quote_number=text(now.get("QuoteNumber")) or None,
        branding_theme_id=text(now.get("BrandingThemeID")) or None,
        currency_code=currency_code(text(now.get("CurrencyCode"))),
        line_amount_types=QuoteLineAmountTypes(amounts.upper()) if amounts else None,
        contact=Contact(contact_id=text((now.get("Contact") or {}).get("ContactID"))),
        date=day(now.get("Date")),
        expiry_date=day(now.get("ExpiryDate")),
        title=text(now.get("Title")) or None,
        summary=text(now.get("Summary")) or None,
        terms=text(now.get("Terms")) or None,
        reference=text(now.get("Reference")) or None,
        status=QuoteStatusCodes(status),
    )
    return api.update_quote(tenant, quote_id, Quotes(quotes=[one]), idempotency_key=key, _preload_content=False)


def post_order_status(api: AccountingApi, tenant: str, order_id: str, status: str, key: str) -> Any:
    """POST /PurchaseOrders/{PurchaseOrderID} with the new status only: what is not sent stays as it is."""
    from xero_python.accounting import PurchaseOrder, PurchaseOrders

    one = PurchaseOrder(purchase_order_id=order_id, status=status)
    return api.update_purchase_order(
        tenant, order_id, PurchaseOrders(purchase_orders=[one]), idempotency_key=key, _preload_content=False
    )
