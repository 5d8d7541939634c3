"""An item to be made or changed, complete: what the digest covers, the card shows and Xero is sent."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Literal

from pydantic import JsonValue, model_validator

from tools import words
from tools.base import Payload, Stakes, WriteKind
from tools.errors import Language
from tools.views import Card, Fact
from tools.xero.item_list import item_title, price_words
from tools.xero.master_data import Item, Pricing, SentItem
from tools.xero.payment_plan import Change, Part, PlannedOrganisation

_LABELS: dict[str, tuple[str, str]] = {
    "name": ("Name", "Name"),
    "is_sold": ("Sold", "Wird verkauft"),
    "description": ("Sales description", "Verkaufsbeschreibung"),
    "sales_price": ("Sales price", "Verkaufspreis"),
    "sales_account": ("Sales account", "Erlöskonto"),
    "is_purchased": ("Bought", "Wird eingekauft"),
    "purchase_description": ("Purchase description", "Einkaufsbeschreibung"),
    "purchase_price": ("Purchase price", "Einkaufspreis"),
    "purchase_account": ("Purchase account", "Aufwandskonto"),
    "sales_tax": ("Sales tax", "Steuer im Verkauf"),
    "purchase_tax": ("Purchase tax", "Steuer im Einkauf"),
}
"""The fields in the order of the card."""
_SALES = ("sales_price", "sales_account", "sales_tax")
_PURCHASES = ("purchase_price", "purchase_account", "purchase_tax")


class PlannedItem(Part):
    """An item's fields; prices as decimal text, empty where there is none."""

    code: str
    name: str
    description: str
    purchase_description: str
    is_sold: bool
    is_purchased: bool
    sales_price: str
    sales_account: str
    sales_tax: str
    purchase_price: str
    purchase_account: str
    purchase_tax: str

    @classmethod
    def of(cls, item: Item) -> PlannedItem:
        """The item as Xero has it."""

        def price(pricing: Pricing) -> str:
            return "" if pricing.unit_price is None else f"{pricing.unit_price.normalize():f}"

        return cls(
            code=item.code,
            name=item.name,
            description=item.description,
            purchase_description=item.purchase_description,
            is_sold=item.is_sold,
            is_purchased=item.is_purchased,
            sales_price=price(item.sales),
            sales_account=item.sales.account_code,
            sales_tax=item.sales.tax_type,
            purchase_price=price(item.purchases),
            purchase_account=item.purchases.account_code,
            purchase_tax=item.purchases.tax_type,
        )

    def field(self, name: str) -> str | bool:
        """One of them by its name."""
        value: str | bool = getattr(self, name)
        return value


class ItemPlan(Part):
    """Everything that will be sent, and what there was when it was decided to."""

    version: Literal[1] = 1
    organisation: PlannedOrganisation
    currency: str
    """The base currency, in which prices are meant."""
    id: str
    """Xero's id; empty for a new item."""
    old: PlannedItem | None = None
    new: PlannedItem
    account_names: dict[str, str]
    """The names of the accounts that it is booked to from then on, by their codes."""

    @model_validator(mode="after")
    def _is_a_change(self) -> ItemPlan:
        if (self.old is None) is bool(self.id):
            raise ValueError("a change has the item as it was, and a new item has none")
        if self.old is not None and (self.old == self.new or self.old.code != self.new.code):
            raise ValueError("nothing changes, or the code does")
        return self

    @classmethod
    def read(cls, payload: Payload) -> ItemPlan:
        """The plan from stored bytes; raises pydantic's ValidationError for anything that is not exactly a plan."""
        return cls.model_validate_json(json.dumps(payload))

    def payload(self) -> Payload:
        """The plan as JSON of strings, integers and booleans."""
        dumped: dict[str, JsonValue] = self.model_dump(mode="json", exclude_none=True)
        return dumped

    def stakes(self) -> Stakes:
        """What the policy has to know of it: no amount is owed to anybody by it."""
        return Stakes(
            kind=WriteKind.ITEM_CHANGE,
            money=None,
            payee_id="",
            payee_name="",
            bank="",
            reference=self.new.code,
            day=None,
        )

    def subject(self) -> str:
        """What is written to."""
        return f"item:{self.id}" if self.id else f"new item:{self.new.code.casefold()}"

    def changed(self) -> list[str]:
        """The fields that are different afterwards; of a new item those that are filled."""
        if self.old is None:
            return [name for name in _LABELS if self.new.field(name)]
        return [name for name in _LABELS if self.new.field(name) != self.old.field(name)]

    def sent(self) -> SentItem:
        """What goes to Xero. Price, account and tax of one side always go together."""
        new, changed = self.new, set(self.changed())
        sales = _pricing(new.sales_price, new.sales_account, new.sales_tax)
        purchases = _pricing(new.purchase_price, new.purchase_account, new.purchase_tax)
        return SentItem(
            id=self.id,
            code=new.code,
            name=new.name,
            description=new.description,
            purchase_description=new.purchase_description,
            is_sold=new.is_sold,
            is_purchased=new.is_purchased,
            sales=sales if changed & set(_SALES) else None,
            purchases=purchases if changed & set(_PURCHASES) else None,
        )

    def holds(self, item: Item) -> bool:
        """Whether the item is as it should be afterwards, in what was sent to be different."""
        now = PlannedItem.of(item)
        return now.code == self.new.code and all(now.field(name) == self.new.field(name) for name in self.changed())

    def differences(self, item: Item) -> list[Change]:
        """What is not as it was when the card was made."""
        now = PlannedItem.of(item)
        if self.old is None or now == self.old:
            return []
        names = [name for name in _LABELS if now.field(name) != self.old.field(name)]
        found = []
        for name in names:
            en, de = self.shown(name, now, "en"), self.shown(name, now, "de")
            found.append((f"{_LABELS[name][0]} is now {en}", f"{_LABELS[name][1]} ist jetzt {de}"))
        return found or [("the code is another one", "der Code ist ein anderer")]

    def title(self) -> str:
        """The item as people call it."""
        return item_title(self.new.code, (self.old or self.new).name)

    def shown(self, name: str, item: PlannedItem, language: Language) -> str:
        """One field in words."""
        value = item.field(name)
        if isinstance(value, bool):
            return words.say(language, *(("yes", "ja") if value else ("no", "nein")))
        if not value:
            return words.say(language, "empty", "leer")
        if name.endswith("_price"):
            return price_words(Decimal(value), self.currency, language)
        if name.endswith("_account"):
            return words.visible(f"{value} {self.account_names.get(value, '')}".strip())
        return words.visible(value)


def _pricing(price: str, account: str, tax: str) -> Pricing:
    return Pricing(unit_price=Decimal(price) if price else None, account_code=account, tax_type=tax)


def item_line(plan: ItemPlan, language: Language) -> str:
    """The plan in one line."""
    title = plan.title()
    if plan.old is None:
        return words.say(language, f"Add the item {title}", f"Artikel {title} anlegen")
    fields = words.listed([words.say(language, *_LABELS[name]) for name in plan.changed()], language)
    return words.say(language, f"Change the item {title} ({fields})", f"Artikel {title} ändern ({fields})")


def item_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = ItemPlan.read(payload)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    facts = [
        Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name)),
        Fact(label=label("Code", "Code"), value=words.visible(plan.new.code)),
    ]
    for name in plan.changed():
        after = plan.shown(name, plan.new, language)
        value = after if plan.old is None else f"{plan.shown(name, plan.old, language)} → {after}"
        facts.append(Fact(label=label(*_LABELS[name]), value=value, emphasis=plan.old is not None))
    code = words.visible(plan.new.code)
    new = plan.old is None
    return Card(
        deed=label(f"Add {code}", f"{code} anlegen") if new else label(f"Change {code}", f"{code} ändern"),
        headline=label("Add an item", "Einen Artikel anlegen")
        if new
        else label("Change an item", "Einen Artikel ändern"),
        amount="",
        payee=plan.title(),
        payee_label=label("Item", "Artikel"),
        facts=tuple(facts),
        note=label(
            "Invoices and bills that are there already stay as they are.",
            "Rechnungen und Eingangsrechnungen, die es schon gibt, bleiben, wie sie sind.",
        ),
    )


def item_done(plan: ItemPlan, language: Language) -> str:
    """The outcome in a sentence."""
    title, organisation = plan.title(), words.visible(plan.organisation.name)
    if plan.old is None:
        return words.say(
            language, f"Added: the item {title} ({organisation}).", f"Angelegt: der Artikel {title} ({organisation})."
        )
    changes = [
        f"{words.say(language, *_LABELS[name])} {plan.shown(name, plan.old, language)} → "
        f"{plan.shown(name, plan.new, language)}"
        for name in plan.changed()
    ]
    return words.say(
        language,
        f"Changed: the item {title}: {words.listed(changes, 'en')} ({organisation}).",
        f"Geändert: der Artikel {title}: {words.listed(changes, 'de')} ({organisation}).",
    )
