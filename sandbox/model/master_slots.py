# ruff: noqa: E501  (word tables: one line a pattern)
"""The arguments of wishes about items, contact groups and details of contacts: only what stands in the sentence."""

import re

from sandbox.model.reading import Reading
from sandbox.model.values import Slots

_ITEM = re.compile(
    r"(?:items?|products?|artikels?|articolo|articoli|prodotto|produits?)\s+(?:called |code |mit dem code |namens )?[\"“„«]?(?P<what>[\w./-]*[\w])[\"”“»]?",
    re.IGNORECASE,
)
_NO_CODE = frozenset(
    [
        "to",
        "for",
        "at",
        "with",
        "and",
        "the",
        "of",
        "in",
        "from",
        "by",
        "on",
        "so",
        "auf",
        "in",
        "zu",
        "für",
        "fur",
        "mit",
        "an",
        "und",
        "nach",
        "von",
        "is",
        "are",
        "ist",
        "sind",
        "a",
        "con",
        "per",
        "di",
        "da",
        "pour",
        "de",
        "avec",
        "au",
        "à",
        "all",
        "alle",
    ]
)
_SOUGHT = re.compile(
    r"(?:items|products|price list|artikeln?|preisliste|articoli|listino|produits)\s+(?:(?:for|nach|per|matching|zu|pour|called|with)\s+)[\"“„«]?(?P<what>[^\"”»?.!]+?)[\"”»?.!\s]*$",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"(?:groups?|(?:kontakt)?gruppen?|gruppo|groupe)\s+(?:called |namens )?[\"“„«]?(?P<what>[^\"”»?.!,]+?)[\"”»]?(?:\s+(?:auf|hinzu|ein|please|bitte))?\s*[?.!]*$",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?P<what>\+?\d[\d ()/.-]{4,24}\d)\s*[.!]?\s*$")
_RENAMED = re.compile(
    r"(?:rename|call|benenne|rinomina|renomme[zr]?)\s+.+?\s+(?:to|in|as|into|en)\s+[\"“„«]?(?P<what>[^\"”»]+?)[\"”»]?(?:\s+um)?\s*[.!]*$",
    re.IGNORECASE,
)
_ITEM_NAME = re.compile(
    r"(?:\bnamed|\bcalled|\bname|\bnamens|\bbezeichnung|\bnome|\bnom)\s*:?\s+[\"“„«]?(?P<what>[^\"”»,;.]{2,60}?)[\"”»]?(?=\s*[,;.]|\s+(?:at|for|zu|für|price|preis|prezzo|prix|a|à)\s|\s*$)",
    re.IGNORECASE,
)
_FIELD = r"(?:of|for|von|für|di|de|du)\s+.+?\s+(?:to|auf|in|zu|a|en|à)\s+[\"“„«]?(?P<what>[^\"”»]+?)[\"”»]?\s*[.!]*$"
_CITY = re.compile(rf"(?:the city|den ort|die stadt|la città|la ville)\s+{_FIELD}", re.IGNORECASE)
_STREET = re.compile(rf"(?:the street|die straße|die strasse|la via|la rue)\s+{_FIELD}", re.IGNORECASE)
_OURS = re.compile(
    rf"(?:the (?:customer|supplier) number|die (?:kunden|lieferanten)nummer|il numero cliente|le numéro client)\s+{_FIELD}",
    re.IGNORECASE,
)

_BETWEEN = re.compile(
    r"\b(?:from|von|vom|dal|du)\s+(?:the |our |dem |unserem |il |le )?(?P<source>[^,.;]{2,60}?)\s+(?:to|into|auf|aufs|al|au|vers)\s+(?:the |our |das |unser |il |le )?(?P<target>[^,.;]{2,60}?)(?=\s+(?:on|today|yesterday|heute|gestern|am|um|for|für|reference|with|erfassen|buchen|bitte|please|um)\b|\s*[,.;!]|\s*$)",
    re.IGNORECASE,
)

MASTERS = frozenset(
    [
        "list_items",
        "list_contact_groups",
        "list_repeating_invoices",
        "create_item",
        "change_item",
        "change_contact",
        "add_to_contact_group",
        "record_bank_transfer",
    ]
)
"""The intents that such words are read for."""


def master_slots(wanted: set[str], reading: Reading) -> Slots:
    """What a clause says of an item, a group or a contact's details."""
    found: Slots = {}
    if (match := _ITEM.search(reading.text)) and match["what"].casefold() not in _NO_CODE:
        found |= {"item": match["what"], "code": match["what"]}
    for slot, pattern in (
        ("item_query", _SOUGHT),
        ("group", _GROUP),
        ("new_name", _RENAMED),
        ("item_name", _ITEM_NAME),
        ("city", _CITY),
        ("street", _STREET),
        ("our_number", _OURS),
    ):
        if match := pattern.search(reading.text):
            found[slot] = match["what"].strip()
    if not reading.email and "phone" in reading.seen and (match := _PHONE.search(reading.text)):
        found["phone"] = match["what"].strip()
    if match := _BETWEEN.search(reading.text):
        found |= {"from_account": match["source"].strip(), "to_account": match["target"].strip()}
    priced = [amount for amount in reading.amounts if amount.value is not None]
    if len(priced) == 1 and priced[0].value is not None:
        found["price"] = priced[0].value
    if "bill" in reading.seen:
        found["kind"] = "bill"
    elif "invoice" in reading.seen:
        found["kind"] = "invoice"
    return {slot: value for slot, value in found.items() if slot in wanted}
