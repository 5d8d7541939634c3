"""What a card warns of: other proposals on the same invoice, bill or contact that wait too or are carried out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from assistant.proposal import Proposal
from assistant.stores.proposals import State
from tools import words
from tools.base import WriteKind, WriteTool
from tools.errors import Language

_NOUNS = {
    "bill": ("this bill", "diese Eingangsrechnung"),
    "invoice": ("this invoice", "diese Rechnung"),
    "": ("this document", "diesen Beleg"),
}


def warnings(
    proposal: Proposal, tool: WriteTool, language: Language, when: Callable[[datetime], str]
) -> tuple[str, ...]:
    """One sentence for each, e.g. "P-1 for € 1,250.00 on this bill already waits (Paul Peters, 22 Nov 2026, 06:00)."

    The amount comes from that proposal's own stored payload. `when` writes a moment on the viewer's wall clock.
    """
    return tuple(_warning(proposal, other, tool, language, when) for other in proposal.others)


def _warning(
    proposal: Proposal, other: Proposal, tool: WriteTool, language: Language, when: Callable[[datetime], str]
) -> str:
    amount = tool.card(other.payload, language).amount if other.tool == tool.name else ""
    if proposal.kind is WriteKind.PAYEE_CHANGE:
        what_en = f"{other.label}, another change for this contact{f' (to {amount})' if amount else ''},"
        what_de = f"{other.label}, eine andere Änderung für diesen Kontakt{f' (auf {amount})' if amount else ''},"
    else:
        document = proposal.payload.get("document")
        noun_en, noun_de = _NOUNS.get(str(document.get("kind", "")) if isinstance(document, dict) else "", _NOUNS[""])
        what_en = f"{other.label}{f' for {amount}' if amount else ''} on {noun_en}"
        what_de = f"{other.label}{f' über {amount}' if amount else ''} auf {noun_de}"
    who = f"({words.visible(other.proposer_name)}, {when(other.created_at)})"
    if other.state is not State.AWAITING:
        return words.say(
            language,
            f"{what_en} is confirmed and being carried out {who}.",
            f"{what_de} ist bestätigt und wird gerade ausgeführt {who}.",
        )
    if other.number < proposal.number:
        return words.say(language, f"{what_en} already waits {who}.", f"{what_de} wartet schon {who}.")
    return words.say(
        language,
        f"{what_en} was asked for later and waits too {who}.",
        f"{what_de} wurde später angefordert und wartet auch {who}.",
    )
