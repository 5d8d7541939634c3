"""Items: what is sold or bought by a code, with its usual price and coding.

Not tracked as inventory: tracked items need stock keeping, which these books do not do, so they are refused.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from sandbox.xero.batch import one_sent, write_all
from sandbox.xero.books import Books
from sandbox.xero.call import Call, Noun, selected
from sandbox.xero.history import noted
from sandbox.xero.lines import tax_message
from sandbox.xero.papers import too_long
from sandbox.xero.records import Pricing, Ware
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.wire import Json, Raw, nested, read_decimal, text_of

NOT_TRACKED = "Tracked inventory is not available in this sandbox: items are untracked"
_LONGEST = {"Code": 30, "Name": 50, "Description": 4000, "PurchaseDescription": 4000}
_CENT, _FOUR = Decimal("0.01"), Decimal("0.0001")


class _Prepared(NamedTuple):
    item: Ware
    before: Ware | None


class Items:
    """Serves /Items."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._tax_types = {rate.tax_type for rate in books.company.tax_rates}
        self._noun = Noun(
            "Item",
            "Items",
            {
                "ItemID": lambda i: i.item_id,
                "Code": lambda i: i.code,
                "Name": lambda i: i.name,
                "Description": lambda i: i.description,
                "PurchaseDescription": lambda i: i.purchase_description,
                "IsSold": lambda i: i.is_sold,
                "IsPurchased": lambda i: i.is_purchased,
                "IsTrackedAsInventory": lambda i: False,
                "SalesDetails.UnitPrice": lambda i: i.sales.unit_price,
                "SalesDetails.AccountCode": lambda i: i.sales.account_code,
                "PurchaseDetails.UnitPrice": lambda i: i.purchases.unit_price,
                "PurchaseDetails.AccountCode": lambda i: i.purchases.account_code,
                "UpdatedDateUTC": lambda i: i.updated_at,
            },
            id_field="Code",
        )

    def find(self, call: Call) -> Json:
        """Every item."""
        return {"Items": [_shown(item) for item in selected(call, self._noun, list(self._books.items.values()))]}

    def get(self, call: Call, wanted: str) -> Json:
        """One item, by id or code."""
        return {"Items": [_shown(self._item(wanted))]}

    def _item(self, wanted: str) -> Ware:
        item = self._books.items.get(wanted.lower()) or self._coded(wanted)
        if item is None:
            raise NotFound
        return item

    def _coded(self, code: str) -> Ware | None:
        return next((item for item in self._books.items.values() if item.code.casefold() == code.casefold()), None)

    def create(self, call: Call) -> Json:
        """PUT: makes new items."""
        return self._write_all(call, upsert=False)

    def upsert(self, call: Call) -> Json:
        """POST: makes new items, or changes those named by id or code."""
        return self._write_all(call, upsert=True)

    def update(self, call: Call, wanted: str) -> Json:
        """POST to one item: changes it."""
        before = self._item(wanted)
        sent = one_sent(call, "Items")
        return {"Items": [self._keep(call, sent, self._read(call, sent, before))]}

    def _write_all(self, call: Call, *, upsert: bool) -> Json:
        return write_all(
            call,
            "Items",
            lambda body: self._prepared(call, body, upsert=upsert),
            lambda body, prepared: self._keep(call, body, prepared),
            lambda prepared: (prepared.item.code.casefold(), _taken(prepared.item.code)),
            flag="HasValidationErrors",
        )

    def _prepared(self, call: Call, body: Json, *, upsert: bool) -> _Prepared:
        """The item as it would be. Raises Invalid."""
        wanted, before = text_of(body, "ItemID").lower(), None
        if wanted:
            before = self._books.items.get(wanted)
            if before is None or not upsert:
                raise Invalid(echo(body, "Item could not be found" if upsert else "ItemID must not be sent"))
        elif upsert:
            before = self._coded(text_of(body, "Code"))
        return self._read(call, body, before)

    def _read(self, call: Call, body: Json, before: Ware | None) -> _Prepared:
        """The item with what the body says. Raises Invalid with every message that applies."""
        now = self._books.control.now()
        start = before or Ware(self._books.new_id(), "", "", "", "", True, True, Pricing(), Pricing(), now)
        tracked = body.get("IsTrackedAsInventory") is True or text_of(body, "InventoryAssetAccountCode")
        messages = [NOT_TRACKED] if tracked or text_of(nested(body, "PurchaseDetails"), "COGSAccountCode") else []
        try:
            item = replace(
                start,
                code=text_of(body, "Code").strip() if "Code" in body else start.code,
                name=text_of(body, "Name") if "Name" in body else start.name,
                description=text_of(body, "Description") if "Description" in body else start.description,
                purchase_description=text_of(body, "PurchaseDescription")
                if "PurchaseDescription" in body
                else start.purchase_description,
                is_sold=_flag(body, "IsSold", start.is_sold),
                is_purchased=_flag(body, "IsPurchased", start.is_purchased),
                sales=self._pricing(call, nested(body, "SalesDetails"), start.sales, messages),
                purchases=self._pricing(call, nested(body, "PurchaseDetails"), start.purchases, messages),
                updated_at=now,
            )
        except ValueError as error:
            raise Invalid(echo(body, str(error))) from error
        messages += too_long(body, _LONGEST)
        if not item.code:
            messages.append("Price List Item Code must be specified")
        other = self._coded(item.code)
        if item.code and other is not None and other.item_id != item.item_id:
            messages.append(_taken(item.code))
        if messages:
            raise Invalid(echo(body, *messages))
        # As the vendor does: what is no longer sold or bought loses its text and its prices.
        if not item.is_sold:
            item = replace(item, description="", sales=Pricing())
        if not item.is_purchased:
            item = replace(item, purchase_description="", purchases=Pricing())
        return _Prepared(item, before)

    def _pricing(self, call: Call, sent: Json, before: Pricing, messages: list[str]) -> Pricing:
        """Price, account and tax type; adds what is wrong with them. Raises ValueError."""
        price = read_decimal(sent.get("UnitPrice")) if "UnitPrice" in sent else before.unit_price
        if price is not None:
            price = price.quantize(_FOUR if call.query.get("unitdp") == "4" else _CENT, ROUND_HALF_UP)
        code = text_of(sent, "AccountCode") if "AccountCode" in sent else before.account_code
        tax_type = text_of(sent, "TaxType") if "TaxType" in sent else before.tax_type
        account = self._books.accounts.get(code)
        if code and (account is None or account.type == "BANK"):
            messages.append(f"Account code '{code}' is not a valid code for this item.")
        if tax_type and tax_type not in self._tax_types:
            messages.append(tax_message(tax_type))
        return Pricing(price, code, tax_type)

    def _keep(self, call: Call, sent: Json, prepared: _Prepared) -> Json | Raw:
        item, changes = prepared.item, "Created" if prepared.before is None else "Edited"
        self._books.apply(item, noted(call, item.item_id, changes, f"{item.code} {item.name}".strip()))
        call.took_effect("create_item" if prepared.before is None else "update_item", sent, item.item_id)
        return _shown(item)


def _taken(code: str) -> str:
    return f"Price List Item with Code '{code}' already exists"


def _flag(body: Json, name: str, usual: bool) -> bool:
    value = body.get(name)
    return value if isinstance(value, bool) else usual


def _shown(item: Ware) -> Json:
    body: Json = {"ItemID": item.item_id, "Code": item.code, "Name": item.name, "Description": item.description}
    if item.purchase_description:
        body["PurchaseDescription"] = item.purchase_description
    return body | {
        "IsSold": item.is_sold,
        "IsPurchased": item.is_purchased,
        "IsTrackedAsInventory": False,
        "PurchaseDetails": _details(item.purchases),
        "SalesDetails": _details(item.sales),
        "UpdatedDateUTC": item.updated_at,
    }


def _details(pricing: Pricing) -> Json:
    fields = {"UnitPrice": pricing.unit_price, "AccountCode": pricing.account_code, "TaxType": pricing.tax_type}
    return {name: value for name, value in fields.items() if value is not None and value != ""}
