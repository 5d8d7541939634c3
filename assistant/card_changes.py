"""What somebody changed when a card was replaced by another: told to those whose chat showed the older one."""

from __future__ import annotations

from datetime import date

from assistant.card_words import field_name
from assistant.proposals import Proposal
from assistant.sentences import sentence
from tools import words
from tools.base import Payload
from tools.errors import Language
from tools.money import Money


def changed_by(old: Proposal, new: Proposal, language: Language) -> str:
    """ "Max Maurer changed this payment: amount € 200.00 instead of € 480.50. …" """
    before, after = _said(old.payload, language), _said(new.payload, language)
    instead = sentence("instead_of", language)
    nothing = sentence("nothing", language)
    changes = [
        f"{_field(name, language)} {after.get(name) or nothing} {instead} {before.get(name) or nothing}"
        for name in after.keys() | before.keys()
        if after.get(name, "") != before.get(name, "")
    ]
    who = words.visible(new.proposer_name)
    if not changes:
        return sentence("prepared_again", language, name=who)
    return sentence("changed_by", language, old.kind, name=who, changes="; ".join(sorted(changes)))


def _field(name: str, language: Language) -> str:
    field = field_name(name, language)
    return field if words.spoken(language) == "de" else field.lower()


def _said(payload: Payload, language: Language) -> dict[str, str]:
    """The editable parts of a payment as a person reads them."""
    said: dict[str, str] = {}
    amount, account = payload.get("amount"), payload.get("account")
    if isinstance(amount, dict):
        said["amount"] = words.money(Money.from_minor(int(str(amount["minor"])), str(amount["currency"])), language)
    if isinstance(account, dict):
        said["account"] = words.visible(f"{account.get('code', '')} {account.get('name', '')}".strip())
    if payload.get("date"):
        said["date"] = words.day(date.fromisoformat(str(payload["date"])), language)
    said["reference"] = words.visible(str(payload.get("note", "")))
    return said
