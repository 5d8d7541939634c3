"""The first minute: the greeting on the empty chat, the six starters, and what waits for whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.card_needs import may_confirm, may_see
from assistant.chat.admin import COMMANDS as ADMIN_COMMANDS
from assistant.principal import Principal, Role
from assistant.proposals import Proposal
from assistant.sentences import sentence
from tools import words
from tools.base import Organisation, WriteKind
from tools.errors import Language

WAITING = {"en": "Waiting for me", "de": "Wartet auf mich"}
"""The command and the starter; handled by code, without the model."""
MOST_CARDS = 10
"""Up to so many are shown as cards at once; more are listed, with the oldest of them as cards."""
FIRST_CARDS, NEXT_CARDS = 3, 5
_ASKS_WHAT_WAITS = re.compile(
    r"/?(waiting|wartet|(what('s| is)? )?(is |are )?waiting (for|on) me|what waits for me|"
    r"(was )?wartet auf mich|was wartet( hier)? auf mich|offene (karten|freigaben)|(open|pending) (cards|approvals))"
    r"\s*[.?!]*"
)


def asks_what_waits(text: str, command: str | None) -> bool:
    """Whether this message is the command, the starter, or those words."""
    if command is not None and command in WAITING.values():
        return True
    return len(text) < 60 and _ASKS_WHAT_WAITS.fullmatch(" ".join(text.lower().split())) is not None


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits in an organisation, from one person's side; oldest first."""

    organisation: Organisation
    for_me: tuple[Proposal, ...]
    """Those this person may decide on."""
    mine: tuple[Proposal, ...]
    """Those this person prepared and somebody else must decide on."""
    may_decide: bool

    @classmethod
    def of(cls, waiting: list[Proposal], principal: Principal, organisation: Organisation) -> Waits:
        """Sort what waits by who has to act."""
        may = principal.may(Role.APPROVER, organisation.id)
        for_me = tuple(p for p in waiting if may_confirm(p, principal))
        mine = tuple(p for p in waiting if p.proposer_id == principal.id and p not in for_me and may_see(p, principal))
        return cls(organisation, for_me, mine, may)

    @property
    def everything(self) -> list[Proposal]:
        """All that waits from this person's side, oldest first."""
        return [*self.for_me, *self.mine]

    @property
    def many(self) -> bool:
        """Whether a list is needed."""
        return len(self.everything) > MOST_CARDS

    def shown(self) -> list[Proposal]:
        """The cards to show at first."""
        return self.everything[: FIRST_CARDS if self.many else MOST_CARDS]

    def said(self, language: Language) -> str:
        """The words above the cards."""
        name = words.visible(self.organisation.name)
        waiting = self.for_me or self.mine
        said = {"count": str(len(waiting)), "noun": what_they_are(waiting, language, one=len(waiting) == 1)}
        if self.for_me:
            text = sentence("waiting_one" if len(waiting) == 1 else "waiting_some", language, organisation=name, **said)
        elif self.mine:
            text = sentence("mine_one" if len(waiting) == 1 else "mine_some", language, **said)
        else:
            return sentence("waiting_none" if self.may_decide else "waiting_none_viewer", language, organisation=name)
        if self.many:
            text += "\n\n" + sentence("waiting_more", language, shown=str(FIRST_CARDS))
        return text


def what_they_are(waiting: Sequence[Proposal], language: Language, *, one: bool = False) -> str:
    """What waits, as a noun: payments, changes of bank details, or cards where both wait."""
    kinds = {proposal.kind for proposal in waiting}
    if all(kind.is_payment for kind in kinds):
        english, german = ("payment", "payments"), ("Zahlung", "Zahlungen")
    elif kinds == {WriteKind.PAYEE_CHANGE}:
        english = ("change of bank details", "changes of bank details")
        german = ("Änderung einer Bankverbindung", "Änderungen von Bankverbindungen")
    else:
        english, german = ("card", "cards"), ("Karte", "Karten")
    return words.say(language, english[not one], german[not one])


_ROLES: dict[bool, dict[Role, str]] = {
    False: {role: role.value.capitalize() for role in Role},
    True: {
        Role.VIEWER: "Einsicht",
        Role.PREPARER: "Vorbereitung",
        Role.APPROVER: "Freigabe",
        Role.ADMIN: "Verwaltung",
        Role.PAYROLL: "Lohn und Gehalt",
    },
}
"""What a person may do, by whether it is said in German."""


ADMINS_MAY = {
    False: "As admin you can write “stop writes: why” and “allow writes”, and “audit P-7” for the life of a proposal.",
    True: "Als Admin können Sie „Schreiben anhalten: warum“ und „Schreiben erlauben“ schreiben, und „Verlauf von P-7“ "
    "für alles, was mit einem Vorschlag geschah.",
}
"""What an admin's own words are (assistant.chat.admin), by whether it is said in German."""


def greeting(
    principal: Principal,
    waits: Waits | None,
    now: datetime,
    language: Language,
    *,
    offered: Sequence[Organisation] = (),
) -> dict[str, Any]:
    """What the page shows above the composer of an empty chat; `offered`: organisations that there are to choose."""
    german = language == "de"
    first = words.visible(principal.name.split()[0]) if principal.name.split() else ""
    hello = _hello(now.hour, german)
    if waits is None and offered:
        return {
            "greeting": f"{hello}, {first}" if first else hello,
            "place": " · ".join(words.visible(each.name) for each in offered),
            "waiting": sentence("which_organisation", language),
            "waiting_count": 0,
        }
    if waits is None:
        return {
            "greeting": f"{hello}, {first}",
            "place": sentence("no_organisation", language, person=words.visible(principal.name)),
            "waiting": "",
            "waiting_count": 0,
        }
    roles = ", ".join(_ROLES[german][role] for role in principal.roles_in(waits.organisation.id))
    return {
        "greeting": f"{hello}, {first}" if first else hello,
        "place": f"{roles} · {words.visible(waits.organisation.name)}",
        "waiting": _waiting_line(waits, german),
        "waiting_count": len(waits.for_me) + len(waits.mine),
        **({"hint": ADMINS_MAY[german]} if principal.may(Role.ADMIN, waits.organisation.id) else {}),
    }


def _hello(hour: int, german: bool) -> str:
    if 4 <= hour < 11:
        return "Guten Morgen" if german else "Good morning"
    if 11 <= hour < 18:
        return "Guten Tag" if german else "Good afternoon"
    return "Guten Abend" if german else "Good evening"


def _waiting_line(waits: Waits, german: bool) -> str:
    waiting, count = waits.for_me or waits.mine, len(waits.for_me or waits.mine)
    if not waiting:
        return "Nichts wartet auf Sie" if german else "Nothing waits for you"
    noun, nouns = (what_they_are(waiting, "de" if german else "en", one=one) for one in (True, False))
    if waits.for_me:
        if german:
            return (
                f"{count} {nouns} warten auf Ihre Entscheidung"
                if count > 1
                else f"1 {noun} wartet auf Ihre Entscheidung"
            )
        return f"{count} {nouns} wait for your decision" if count > 1 else f"1 {noun} waits for your decision"
    if german:
        return f"{count} Ihrer {nouns} warten auf Freigabe" if count > 1 else f"1 Ihrer {nouns} wartet auf Freigabe"
    return f"{count} of your {nouns} wait for approval" if count > 1 else f"1 of your {nouns} waits for approval"


@dataclass(frozen=True, slots=True)
class Start:
    """One starter: what it is called, what it asks, its picture."""

    label: str
    message: str
    icon: str


def starters(language: Language, *, may_prepare: bool) -> list[Start]:
    """Six questions that work, the first of them what waits."""
    if language == "de":
        last = ("Rechnung bezahlen", "Ich möchte eine Eingangsrechnung bezahlen", "payments")
        if not may_prepare:
            last = ("Zahlungen diesen Monat", "Zeig die Zahlungen dieses Monats", "payments")
        rows = [
            (WAITING["de"], WAITING["de"], "waiting"),
            ("Überfällige Rechnungen", "Welche Rechnungen sind überfällig?", "overdue"),
            ("Offene Lieferanten\u00adrechnungen", "Welche Eingangsrechnungen sind offen?", "bills"),
            ("Kontostand", "Wie ist unser Kontostand?", "bank"),
            ("Wer schuldet uns was?", "Was schulden uns Kunden insgesamt?", "contacts"),
            last,
        ]
    else:
        last = ("Pay a bill", "I want to pay a bill", "payments")
        if not may_prepare:
            last = ("Payments this month", "Show the payments of this month", "payments")
        rows = [
            (WAITING["en"], WAITING["en"], "waiting"),
            ("Overdue invoices", "Which invoices are overdue?", "overdue"),
            ("Open bills", "Which bills are open?", "bills"),
            ("Bank balance", "What is our bank balance?", "bank"),
            ("What customers owe us", "How much do customers owe us in total?", "contacts"),
            last,
        ]
    return [Start(label, message, f"/public/icons/{icon}.svg") for label, message, icon in rows]


def commands(language: Language, *, admin: bool = False) -> list[dict[str, Any]]:
    """The commands of the composer (typed as /), as Chainlit's page takes them; an admin has two more."""
    german = language == "de"
    waiting = "Karten, die auf Ihre Entscheidung warten" if german else "Cards that wait for your decision"
    rows = [(WAITING["de" if german else "en"], waiting, "inbox")]
    if admin:
        stop, allow = ADMIN_COMMANDS["de" if german else "en"]
        rows.append(
            (stop, "Für alle, sofort; schreiben Sie dazu, warum" if german else "For all, now; say why", "octagon")
        )
        rows.append((allow, "Für alle, sofort" if german else "For all, now", "circle-play"))
    return [
        {"id": name, "description": said, "icon": icon, "button": False, "persistent": False, "selected": False}
        for name, said, icon in rows
    ]
