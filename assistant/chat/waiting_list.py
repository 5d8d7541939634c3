"""Many waiting cards at a glance: one line each, the cards on demand; by code, without the model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from assistant.chat.welcome import what_they_are
from assistant.proposals import Proposal
from tools import words
from tools.base import Organisation, Toolset, WriteKind, WriteTool
from tools.errors import Language
from tools.payee import masked
from tools.views import Column, ColumnKind, Table

_CARD = re.compile(
    r"(?:show|open|zeig|zeige|öffne)(?: me| mir)?(?: the| die)?(?: card| karte)? p-?(?P<number>\d{1,9})\W*"
)
_MORE = re.compile(r"(?:(?:show|zeig|zeige)(?: me| mir)? )?(?:more|mehr|weitere|the next|die nächsten)(?: zeigen)?\W*")


def asked_card(text: str) -> int | None:
    """The number of the card that is asked for ("Show card P-12")."""
    found = _CARD.fullmatch(_plain(text))
    return int(found["number"]) if found else None


def asks_for_more(text: str) -> bool:
    """Whether somebody wants to see the next cards."""
    return len(text) < 60 and _MORE.fullmatch(_plain(text)) is not None


def _plain(text: str) -> str:
    return " ".join(text[:80].lower().split())


def waiting_table(
    waiting: Sequence[Proposal], organisation: Organisation, toolset: Toolset, now: datetime, language: Language
) -> Table:
    """Whose, what for, how much, who asked and until when; a click on a line asks for its card.

    The words over it are those of what waits: payments, changes of bank details, or both.
    """
    changes = [proposal.kind is WriteKind.PAYEE_CHANGE for proposal in waiting]
    only_payments = all(proposal.kind.is_payment for proposal in waiting)
    what = what_they_are(waiting, language)

    def say(en: str, de: str) -> str:
        return words.say(language, en, de)

    document = say("New account", "Neues Konto") if all(changes) else say("Document", "Beleg")
    both = say("Document or new account", "Beleg oder neues Konto")
    amount = Column(key="amount", label=say("Amount", "Betrag"), kind=ColumnKind.MONEY)
    return Table(
        title=say(f"Waiting {what}", f"Wartende {what}"),
        columns=(
            Column(key="payee", label=say("Payee", "Empfänger") if only_payments else say("Contact", "Kontakt")),
            Column(key="document", label=both if any(changes) and not all(changes) else document),
            *(() if all(changes) else (amount,)),
            Column(key="who", label=say("Prepared by", "Vorbereitet von")),
            Column(key="since", label=say("Prepared on", "Vorbereitet am"), kind=ColumnKind.DATE),
            Column(key="until", label=say("Valid until", "Gültig bis")),
        ),
        rows=tuple(_row(proposal, organisation, toolset, language) for proposal in waiting),
        organisation=organisation.name,
        as_of=now,
        source="",
        language=language,
    )


def _row(proposal: Proposal, organisation: Organisation, toolset: Toolset, language: Language) -> dict[str, object]:
    tool = toolset.get(proposal.tool)
    stakes = tool.stakes(proposal.payload) if isinstance(tool, WriteTool) else None
    new = proposal.payload.get("new") if proposal.kind is WriteKind.PAYEE_CHANGE else None
    number = stakes.reference if stakes else ""
    zone = ZoneInfo(organisation.timezone)
    return {
        "payee": tool.card(proposal.payload, language).payee if isinstance(tool, WriteTool) else proposal.summary,
        "document": masked(str(new.get("number", ""))) if isinstance(new, dict) else words.visible(number),
        "amount": {"minor": stakes.money.minor, "currency": stakes.money.currency} if stakes and stakes.money else None,
        "who": words.visible(proposal.proposer_name),
        "since": proposal.created_at.astimezone(zone).date().isoformat(),
        "until": f"{proposal.expires_at.astimezone(zone):%H:%M}",
        "_ask": words.say(language, f"Show card {proposal.label}", f"Zeige Karte {proposal.label}"),
    }
