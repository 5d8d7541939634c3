"""Items: what is sold and bought by a code, with its usual prices and accounts; and which one is meant."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import Field, JsonValue

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import Choice, Language, ToolRetry
from tools.inputs import Text
from tools.money import Money, decimals_of
from tools.views import ColumnKind
from tools.xero.document_table import cell
from tools.xero.links import item_link
from tools.xero.master_data import Item, Pricing
from tools.xero.master_table import columns, table, told, with_link
from tools.xero.names import folded

_MOST_CHOICES = 8
Query = Annotated[Text, Field(description="Part of a code, name or description; empty for all items")]


@read_tool("xero")
async def list_items(access: Access, query: Query = "") -> ToolResult:
    """List the items (products and services) of the price list: code, name, prices and accounts."""
    everything = await access.masters.items()
    found = matching(everything, query)
    language, currency = access.language, access.organisation.base_currency
    priced = [pricing.unit_price for item in found for pricing in (item.sales, item.purchases)]
    in_cents = all(price is None or _fits(price, currency) for price in priced)
    kinds = dict.fromkeys(("sales", "purchases"), ColumnKind.MONEY) if in_cents else {}
    shown = columns(
        access,
        (
            ("code", "Code", "Code"),
            ("name", "Name", "Name"),
            ("sales", "Sales price", "Verkaufspreis"),
            ("sales_account", "Sales account", "Erlöskonto"),
            ("purchases", "Purchase price", "Einkaufspreis"),
            ("purchase_account", "Purchase account", "Aufwandskonto"),
            ("description", "Description", "Beschreibung"),
        ),
        kinds,
    )

    def price(pricing: Pricing) -> object:
        if pricing.unit_price is None or not in_cents:
            return price_words(pricing.unit_price, currency, language)
        return cell(pricing.unit_price, currency)

    rows = [
        with_link(
            {
                "code": words.visible(item.code),
                "name": words.visible(item.name),
                "sales": price(item.sales),
                "sales_account": item.sales.account_code,
                "purchases": price(item.purchases),
                "purchase_account": item.purchases.account_code,
                "description": words.visible(item.description or item.purchase_description),
            },
            item_link(access.organisation.short_code, item.id),
        )
        for item in found
    ]
    tables = [table(access, ("Items", "Artikel"), shown, rows, access.now)] if found else []
    return told(access, _sentence(access, found, query), [_for_model(one) for one in found], access.now, tables)


def _fits(price: Decimal, currency: str) -> bool:
    return price == round(price, decimals_of(currency))


def price_words(price: Decimal | None, currency: str, language: Language) -> str:
    """A price with its currency and all its decimals; empty where there is none."""
    if price is None:
        return ""
    if _fits(price, currency):
        return words.money(Money(price, currency), language)
    written = f"{price.normalize():f}"
    return f"{written.replace('.', ',') if words.spoken(language) == 'de' else written} {currency}"


def matching(items: Sequence[Item], query: str) -> list[Item]:
    """The items whose code, name or description holds the text."""
    wanted = folded(words.without_invisible(query))
    if not wanted:
        return list(items)
    return [
        item
        for item in items
        if any(wanted in folded(text) for text in (item.code, item.name, item.description, item.purchase_description))
    ]


def item_title(code: str, name: str) -> str:
    """An item as people call it: "DEV-H Development"."""
    return words.visible(f"{code} {name}".strip())


def _sentence(access: Access, found: Sequence[Item], query: str) -> str:
    language, shown = access.language, words.visible(words.without_invisible(query)[:60])
    if not found and shown:
        return words.say(language, f"No item matches “{shown}”", f"Kein Artikel passt zu „{shown}“")
    if len(found) == 1:
        return _one(found[0], access)
    by = words.say(language, f" matching “{shown}”", f" zu „{shown}“") if shown else ""
    return words.say(
        language,
        f"{words.many(len(found), 'item', 'items')}{by} in the price list",
        f"{len(found)} Artikel{by} in der Preisliste",
    )


def _one(item: Item, access: Access) -> str:
    language, currency = access.language, access.organisation.base_currency
    parts = []
    for pricing, en, de in ((item.sales, "sold", "Verkauf"), (item.purchases, "bought", "Einkauf")):
        if pricing.unit_price is not None:
            price = price_words(pricing.unit_price, currency, language)
            account = words.say(language, " on account ", " auf Konto ") + pricing.account_code
            way = words.say(language, f"{en} at {price}", f"{de} zu {price}")
            parts.append(way + (account if pricing.account_code else ""))
    said = "; ".join(parts) or words.say(language, "no price", "kein Preis")
    return f"{item_title(item.code, item.name)}: {said}"


def _for_model(item: Item) -> dict[str, JsonValue]:
    def plain(price: Decimal | None) -> str:
        return "" if price is None else f"{price:f}"

    return {
        "code": words.visible(item.code),
        "name": words.visible(item.name),
        "sales_price": plain(item.sales.unit_price),
        "sales_account": item.sales.account_code,
        "purchase_price": plain(item.purchases.unit_price),
        "purchase_account": item.purchases.account_code,
    }


async def item_meant(access: Access, typed: str) -> Item:
    """The one item meant by an id, code or name; raises ToolRetry with choices when it could be several, or none."""
    everything = await access.masters.items()
    text = words.without_invisible(typed)
    wanted = folded(text)
    for fits in (
        lambda item: item.id.casefold() == text.casefold(),
        lambda item: item.code.casefold() == text.casefold(),
        lambda item: folded(item.code) == wanted,
        lambda item: folded(item.name) == wanted,
        lambda item: wanted in folded(f"{item.code} {item.name}"),
    ):
        found = [item for item in everything if wanted and fits(item)]
        if len(found) == 1:
            return found[0]
        if found:
            raise _which(found, text)
    shown = words.visible(text[:60])
    raise ToolRetry(
        {
            "en": f"There is no item called “{shown}”. What is its code?",
            "de": f"Es gibt keinen Artikel „{shown}“. Welchen Code hat er?",
        }
    )


def _which(found: Sequence[Item], text: str) -> ToolRetry:
    shown = words.visible(text[:60])
    return ToolRetry(
        {
            "en": f"“{shown}” could be {len(found)} items. Which one is meant?",
            "de": f"„{shown}“ kann für {len(found)} Artikel stehen. Welcher ist gemeint?",
        },
        choices=tuple(
            Choice(label=item_title(item.code, item.name), number=item.code, id=item.id)
            for item in found[:_MOST_CHOICES]
        ),
    )
