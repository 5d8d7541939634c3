"""A wish made into a tool call: which offered tool serves it, which arguments its schema takes, what is missing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.model.amounts import plain
from sandbox.model.intents import catalogue
from sandbox.model.plan import Wish
from sandbox.model.slots import document_kind
from sandbox.model.values import Name, Slots, Value

OFFER_TOOLS = "offer_tools"
"""A tool by this name brings out others, whose names stand in its description by their groups."""
_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "note": ("text",),
    "sent_file": ("file",),
    "contact": ("contact_name", "contact", "payee", "customer", "supplier"),
    "document": (
        "document_number",
        "invoice_number",
        "bill_number",
        "quote_number",
        "order_number",
        "number",
    ),
    "number": ("number", "invoice_number", "bill_number"),
    "credit_note": ("credit_note_number",),
    "payment_id": ("payment_id", "reference"),
    "iban": ("iban", "account_number"),
    "item_query": ("query",),
    "new_name": ("name",),
    "item_name": ("name",),
    "our_number": ("account_number",),
    "due_from": ("due_from", "date_from"),
    "due_to": ("due_to", "date_to"),
}
_SLOT_OF = {argument: slot for slot, arguments in _ARGUMENTS.items() for argument in reversed(arguments)} | {
    "reference": "reference",
    "number": "document",
    "name": "name",
    "query": "query",
    "account_number": "iban",
}
_AS_TYPED = frozenset({"get_organisation", "list_bank_accounts", "list_bookings", "record_payment", "get_bill"})
"""Where one of these is offered, the tools know the ledger's contacts and look names up themselves."""
_STATUS_WORDS = {
    "open": ("open", "unpaid", "outstanding", "authorised", "AUTHORISED"),
    "overdue": ("overdue",), "paid": ("paid", "PAID"),
    "draft": ("draft",), "submitted": ("submitted", "awaiting_approval"), "voided": ("voided", "cancelled"),
    "pending": ("pending", "pending_submission", "submitted", "waiting"), "failed": ("failed", "rejected"),
    "confirmed": ("confirmed", "paid_out", "succeeded", "done"), "active": ("active",),
    "cancelled": ("cancelled", "voided"),
}  # fmt: skip
_FREE_TEXT = frozenset({"description", "reference", "reason"})


@dataclass(frozen=True)
class Offered:
    """The tools of one request by name, with their parameter schemas."""

    schemas: Mapping[str, Mapping[str, Any]]
    only: str | None = None
    """The one tool that `tool_choice` demands."""
    reads_only: bool = False
    """The request says that this person may not prepare payments."""
    more: Mapping[str, str] = field(default_factory=dict)
    """Tools that can be had by asking for their group first: the group of each."""

    @property
    def as_typed(self) -> bool:
        """Whether names are handed on as the person typed them."""
        return bool(_AS_TYPED & self.schemas.keys())

    def within_reach(self, tool: str) -> bool:
        """Whether a tool may be called, or can be had by asking for its group."""
        return self.allows(tool) or (tool in self.more and self.only is None)

    def allows(self, tool: str) -> bool:
        """Whether a tool may be called."""
        return tool in self.schemas and self.only in (None, tool)


@dataclass(frozen=True)
class Call:
    """One tool call to be made."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Missing:
    """What a wish still needs before a tool can be called: the slots, any of which would do."""

    slots: frozenset[str]


@dataclass(frozen=True)
class NotOffered:
    """No tool of the request serves the intent."""

    intent: str


def properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments a schema knows."""
    found = schema.get("properties")
    return found if isinstance(found, Mapping) else {}


def bind(wish: Wish, offered: Offered) -> Call | Missing | NotOffered:
    """The call that a wish becomes, or what is missing, or that no offered tool serves it."""
    intent = catalogue()[wish.intent]
    tools = [tool for tool in intent.tools if offered.allows(tool)]
    if not tools:
        groups = [offered.more[tool] for tool in intent.tools if tool in offered.more]
        return Call(OFFER_TOOLS, {"group": groups[0]}) if groups else NotOffered(wish.intent)
    if not offered.as_typed:
        wish = replace(wish, slots={slot: value for slot, value in wish.slots.items() if not _weak(value)})
    lacking = _lacking(wish, offered)
    if lacking:
        return Missing(lacking)
    for tool in tools:
        call = _call(tool, wish, offered)
        if isinstance(call, Call):
            return call
    first = _call(tools[0], wish, offered)
    return first if first is not None else NotOffered(wish.intent)


def _lacking(wish: Wish, offered: Offered) -> frozenset[str] | None:
    for need in catalogue()[wish.intent].need:
        if not need & wish.slots.keys() and not (_lists_candidates(wish, offered) and "contact" in wish.slots):
            return need
    return None


def _weak(value: Value) -> bool:
    """Whether a name may be none: only tools that look names up say what they make of it."""
    return isinstance(value, Name) and value.weak


def _lists_candidates(wish: Wish, offered: Offered) -> bool:
    """Whether the tool that will be called finds a contact's documents itself and asks which one is meant.

    Recording proposes only and needs no argument at all: its own question has the list that "the second one" answers.
    """
    tools = [tool for tool in catalogue()[wish.intent].tools if offered.allows(tool)]
    return tools[:1] == ["record_payment"] and not offered.schemas["record_payment"].get("required")


def _call(tool: str, wish: Wish, offered: Offered) -> Call | Missing | None:
    schema = offered.schemas[tool]
    known = properties(schema)
    required = schema.get("required")
    required = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
    slots: Slots = dict(wish.slots)
    intent = catalogue()[wish.intent]
    if intent.direction and "direction" in known:
        slots["direction"] = intent.direction
    arguments: dict[str, Any] = {name: value for name, value in intent.given.items() if name in known}
    for slot, value in slots.items():
        name = _argument(slot, known, wish)
        if name is None:
            if slot in ("document", "payment_id") and _identifies(slot, intent.need, wish.slots):
                return None  # the tool cannot say which one is meant
            continue
        if slot in _FREE_TEXT and not offered.as_typed and name not in required:
            continue
        if slot == "currency" and value == "EUR" and not offered.as_typed and name not in required:
            continue
        ready = _shape(slot, value, known[name], offered)
        if ready is None and slot == "status":
            return None  # the tool cannot filter by it, and a list of everything would mislead
        if ready is not None:
            arguments.setdefault(name, ready)
    for name in required:
        if name not in arguments:
            if name == "currency":
                return Missing(frozenset({"currency"}))
            return Missing(frozenset({_SLOT_OF.get(name, name)}))
    return Call(tool, arguments)


def _identifies(slot: str, needs: tuple[frozenset[str], ...], slots: Slots) -> bool:
    return any(slot in need for need in needs)


def _argument(slot: str, known: Mapping[str, Any], wish: Wish) -> str | None:
    names = _ARGUMENTS.get(slot, (slot,))
    if slot == "document" and document_kind(wish.slots) == "bill":
        names = ("document_number", "bill_number", "invoice_number", "number")
    if slot == "document" and wish.intent == "get_payment_status":
        names = ("document_number", "invoice_number")
    if slot == "payment_id":
        names = ("payment_id",)
    return next((name for name in names if name in known), None)


def _types(spec: Any) -> set[str]:
    if not isinstance(spec, Mapping):
        return set()
    kinds = spec.get("type")
    found = {kinds} if isinstance(kinds, str) else set(kinds) if isinstance(kinds, list) else set()
    for key in ("anyOf", "oneOf"):
        for option in spec.get(key, ()) if isinstance(spec.get(key), list) else ():
            found |= _types(option)
    return {kind for kind in found if isinstance(kind, str)}


def _choices(spec: Any) -> list[str]:
    if not isinstance(spec, Mapping):
        return []
    found = (
        [value for value in spec.get("enum", ()) if isinstance(value, str)]
        if isinstance(spec.get("enum"), list)
        else []
    )
    for key in ("anyOf", "oneOf"):
        for option in spec.get(key, ()) if isinstance(spec.get(key), list) else ():
            found += _choices(option)
    return found


def _shape(slot: str, value: Value, spec: Any, offered: Offered) -> Any:
    types, choices = _types(spec), _choices(spec)
    if isinstance(value, Name):
        if offered.as_typed:
            return value.typed
        value = str(value)
    if isinstance(value, Decimal):
        if "string" in types or not types:
            return plain(value) if "string" in types else _number(value)
        return _number(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value) if types and not types & {"integer", "number"} else value
    if choices:
        options = _STATUS_WORDS.get(value, (value,)) if slot == "status" else (value,)
        by_fold = {choice.lower(): choice for choice in choices}
        return next((by_fold[option.lower()] for option in options if option.lower() in by_fold), None)
    if slot == "document" and re.fullmatch(r"\d{4}", value) and not offered.as_typed:
        return f"INV-{value}"
    return value


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
