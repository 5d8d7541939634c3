"""Adding an item and changing one: proposed here, confirmed by a person, executed once."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from tools import words
from tools.base import Access, Draft, Payload, Receipt, WriteAccess, write_tool
from tools.errors import Choice, Language, OutcomeUnknown, ToolFailed, ToolRetry
from tools.free_text import LONGEST_LINE, master_text
from tools.inputs import Amount, Text, read_amount
from tools.trouble import Trouble
from tools.xero.drafts import PostingAccount
from tools.xero.item_list import item_meant, item_title
from tools.xero.item_plan import ItemPlan, PlannedItem, item_card, item_done, item_line
from tools.xero.links import item_link
from tools.xero.master_data import Item
from tools.xero.names import folded
from tools.xero.payment_plan import PlannedOrganisation

_ANOTHER = Trouble("answered with another item than was sent", "hat mit einem anderen Artikel geantwortet")
_LONGEST_CODE, _LONGEST_NAME = 30, 50
"""What Xero takes (OpenAPI 16.1.0, Item)."""
Side = Literal["sales", "purchase", ""]
ItemSide = Annotated[
    Side,
    BeforeValidator(lambda value: value or ""),
    Field(description="Which side description, price and account are of; empty means sales"),
]
Description = Annotated[str, Field(max_length=LONGEST_LINE, description="Only if said")]
Price = Annotated[Amount, Field(description="Price of one, as said, e.g. 95.00")]
Account = Annotated[Text, Field(description="Code or name of the account, only if said")]


async def create_item(
    access: Access,
    code: Annotated[Text, Field(description="Code of the new item, as typed")] = "",
    name: Annotated[Text, Field(description="Only if said")] = "",
    description: Description = "",
    price: Price = "",
    account: Account = "",
    side: ItemSide = "",
) -> Draft:
    """Propose to add an item (product or service) to the price list.

    Nothing is written: a person confirms on a card. Only with what the person said.
    """
    plan = await _asked(_new(access, code, name, description, price, account, side or "sales"), "added", "angelegt")
    return Draft(payload=plan.payload(), summary=item_line(plan, access.language))


async def change_item(
    access: Access,
    item: Annotated[Text, Field(description="Code or name of the item, as typed")] = "",
    name: Annotated[Text, Field(description="New name, only if said")] = "",
    description: Description = "",
    price: Price = "",
    account: Account = "",
    side: ItemSide = "",
) -> Draft:
    """Propose to change an item's name, description, price or account. Only what the person said; the rest stays.

    Nothing is written: a person confirms on a card that shows old and new.
    """
    plan = await _asked(_change(access, item, name, description, price, account, side), "changed", "geändert")
    return Draft(payload=plan.payload(), summary=item_line(plan, access.language))


async def _asked(planning: Awaitable[ItemPlan], en: str, de: str) -> ItemPlan:
    """The plan; a question says that nothing was done."""
    try:
        return await planning
    except ToolRetry as asked:
        nothing = {"en": f"Nothing was {en}.", "de": f"Es wurde nichts {de}."}
        if "Nothing was" in asked.text("en"):
            raise
        raise ToolRetry(
            {language: f"{asked.text(language)} {nothing[language]}" for language in words.LANGUAGES},
            choices=asked.choices,
        ) from None


async def _new(
    access: Access, code: str, name: str, description: str, price: str, account: str, side: Side
) -> ItemPlan:
    known = master_text(code, ("The code", "Der Code"), _LONGEST_CODE)
    if not known:
        raise ToolRetry({"en": "Which code should the item have?", "de": "Welchen Code soll der Artikel haben?"})
    for other in await access.masters.items():
        if folded(other.code) == folded(known):
            shown = item_title(other.code, other.name)
            raise ToolFailed(
                {
                    "en": f"There is an item with that code: {shown}. Nothing was added.",
                    "de": f"Es gibt schon einen Artikel mit diesem Code: {shown}. Es wurde nichts angelegt.",
                }
            )
    empty = PlannedItem.of(Item(id="", code=known, is_sold=side == "sales", is_purchased=side == "purchase"))
    said, accounts = await _said(access, name, description, price, account, side)
    return _plan(access, "", None, empty.model_copy(update=said), accounts)


async def _change(
    access: Access, typed: str, name: str, description: str, price: str, account: str, side: Side
) -> ItemPlan:
    if not typed.strip():
        raise ToolRetry({"en": "Which item?", "de": "Welcher Artikel?"})
    known = await item_meant(access, typed)
    item = await access.masters.item(known.id)
    side = side or ("purchase" if item.is_purchased and not item.is_sold else "sales")
    said, accounts = await _said(access, name, description, price, account, side)
    if not said:
        raise ToolRetry({"en": "What should be changed, and to what?", "de": "Was soll geändert werden, und in was?"})
    if item.tracked and side == "purchase" and said.keys() - {"name"}:
        raise ToolFailed(
            {
                "en": "Xero keeps the stock of this item; what it costs is changed in Xero. Nothing was changed.",
                "de": "Xero führt den Bestand dieses Artikels; sein Einkauf wird in Xero selbst geändert. "
                "Es wurde nichts geändert.",
            }
        )
    if said.keys() - {"name"}:
        said |= {"is_sold": True} if side == "sales" else {"is_purchased": True}
    old = PlannedItem.of(item)
    new = old.model_copy(update=said)
    if new == old:
        shown = item_title(item.code, item.name)
        raise ToolFailed(
            {
                "en": f"{shown} is like that already. Nothing was changed.",
                "de": f"{shown} ist schon so. Es wurde nichts geändert.",
            }
        )
    return _plan(access, item.id, old, new, accounts)


def _plan(
    access: Access, item_id: str, old: PlannedItem | None, new: PlannedItem, accounts: Mapping[str, str]
) -> ItemPlan:
    organisation = access.organisation
    return ItemPlan(
        organisation=PlannedOrganisation(
            id=organisation.id, name=organisation.name, short_code=organisation.short_code
        ),
        currency=organisation.base_currency,
        id=item_id,
        old=old,
        new=new,
        account_names=dict(accounts),
    )


async def _said(
    access: Access, name: str, description: str, price: str, account: str, side: Side
) -> tuple[dict[str, Any], dict[str, str]]:
    """The fields that were said, and the name of the account among them."""
    sales = side == "sales"
    found: dict[str, Any] = {}
    if text := master_text(name, ("The name", "Der Name"), _LONGEST_NAME):
        found["name"] = text
    if text := master_text(description, ("The description", "Die Beschreibung"), LONGEST_LINE):
        found["description" if sales else "purchase_description"] = text
    money = read_amount(price, language=access.language, currency=access.organisation.base_currency)
    if money is not None:
        if money.currency != access.organisation.base_currency:
            base = access.organisation.base_currency
            raise ToolRetry(
                {
                    "en": f"Prices of items are in {base} in Xero. What is the price in {base}?",
                    "de": f"Preise von Artikeln sind in Xero in {base}. Wie hoch ist der Preis in {base}?",
                }
            )
        found["sales_price" if sales else "purchase_price"] = f"{money.amount.normalize():f}"
    if not account.strip():
        return found, {}
    booked = await _account(access, account)
    found["sales_account" if sales else "purchase_account"] = booked.code
    return found, {booked.code: booked.name}


async def _account(access: Access, typed: str) -> PostingAccount:
    accounts = await access.live.posting_accounts()
    text = words.without_invisible(typed)
    wanted = folded(text)
    found = [one for one in accounts if one.code.casefold() == text.casefold()]
    found = found or [one for one in accounts if wanted in (folded(one.name), folded(f"{one.code} {one.name}"))]
    found = found or [one for one in accounts if wanted and wanted in folded(one.name)]
    if len(found) == 1:
        return found[0]
    shown = words.visible(text[:60])
    if not found:
        raise ToolRetry(
            {
                "en": f"There is no account “{shown}” to book to.",
                "de": f"Es gibt kein Konto „{shown}“, auf das gebucht werden kann.",
            }
        )
    raise ToolRetry(
        {
            "en": f"“{shown}” could be {len(found)} accounts. Which one is meant?",
            "de": f"„{shown}“ kann für {len(found)} Konten stehen. Welches ist gemeint?",
        },
        choices=tuple(
            Choice(label=words.visible(f"{one.code} {one.name}"), number=one.code, id=one.code) for one in found[:8]
        ),
    )


async def item_changed(access: Access, payload: Payload) -> Mapping[Language, str] | None:
    """Reads the items again: None while the code is free, or the item is as it was."""
    plan = ItemPlan.read(payload)
    if plan.old is None:
        taken = any(folded(one.code) == folded(plan.new.code) for one in await access.masters.items())
        if not taken:
            return None
        code = words.visible(plan.new.code)
        return {
            "en": f"Nothing was added: there is an item {code} by now.",
            "de": f"Es wurde nichts angelegt: Inzwischen gibt es einen Artikel {code}.",
        }
    changes = plan.differences(await access.masters.item(plan.id))
    if not changes:
        return None
    return {
        "en": f"Nothing was changed. Since the card was made: {words.listed([en for en, _ in changes], 'en')}.",
        "de": f"Es wurde nichts geändert. Seit die Karte entstand: {words.listed([de for _, de in changes], 'de')}.",
    }


async def write_item_once(writing: WriteAccess, payload: Payload, key: str) -> Receipt:
    """Sends it once with that key; what Xero answers must be what was sent."""
    plan = ItemPlan.read(payload)
    if plan.old is None:
        made = await writing.masters.create_item(plan.sent(), key=key)
    else:
        made = await writing.masters.change_item(plan.sent(), key=key)
    if not plan.holds(made) or (plan.id and made.id.casefold() != plan.id.casefold()):
        raise OutcomeUnknown("Xero", trouble=_ANOTHER)
    return _receipt(plan, made)


async def look_up_item(writing: WriteAccess, payload: Payload, key: str) -> Receipt | None:
    """Whether the item is now as it was sent: Xero takes each code once, and the same value twice is the same."""
    plan = ItemPlan.read(payload)
    if plan.old is None:
        found = await writing.masters.item_coded(plan.new.code)
    else:
        found = await writing.masters.item_now(plan.id)
    return _receipt(plan, found) if found is not None and plan.holds(found) else None


def _receipt(plan: ItemPlan, made: Item) -> Receipt:
    return Receipt(
        provider="Xero",
        reference=made.id,
        link=item_link(plan.organisation.short_code, made.id),
        facts={"item_id": made.id, "item_code": plan.new.code, "changed": list(plan.changed())},
        summary={language: item_done(plan, language) for language in words.LANGUAGES},
    )


def _again(payload: Payload, _fields: Mapping[str, str]) -> dict[str, object]:
    plan = ItemPlan.read(payload)
    changed, new = set(plan.changed()), plan.new
    purchase = bool(changed & {"purchase_price", "purchase_account", "purchase_description", "is_purchased"})
    said = {
        "name": new.name if "name" in changed else "",
        "description": (new.purchase_description if purchase else new.description),
        "price": new.purchase_price if purchase else new.sales_price,
        "account": new.purchase_account if purchase else new.sales_account,
    }
    own = {
        "description": "purchase_description" if purchase else "description",
        "price": "purchase_price" if purchase else "sales_price",
        "account": "purchase_account" if purchase else "sales_account",
        "name": "name",
    }
    kept = {key: value for key, value in said.items() if own[key] in changed}
    named = {"code": new.code} if plan.old is None else {"item": plan.id}
    return {**named, **kept, "side": "purchase" if purchase else "sales"}


CREATE_ITEM = write_tool(
    "xero",
    propose=create_item,
    changed=item_changed,
    execute=write_item_once,
    look_up=look_up_item,
    card=item_card,
    subject=lambda payload: ItemPlan.read(payload).subject(),
    stakes=lambda payload: ItemPlan.read(payload).stakes(),
    again=_again,
)
CHANGE_ITEM = write_tool(
    "xero",
    propose=change_item,
    changed=item_changed,
    execute=write_item_once,
    look_up=look_up_item,
    card=item_card,
    subject=lambda payload: ItemPlan.read(payload).subject(),
    stakes=lambda payload: ItemPlan.read(payload).stakes(),
    again=_again,
)
