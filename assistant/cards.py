"""What a confirmation card shows: made from the stored proposal by code, for the person who looks at it.

Nothing a model has said is on a card. The same proposal has a different face for somebody who may confirm it and for
somebody who may not; what the page sends back is checked again in any case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from assistant import same_document
from assistant.card_needs import NO_NEEDS, may_confirm, needs_props, waits_for_another
from assistant.card_words import card_word, words_on_the_page
from assistant.principal import Principal, Role
from assistant.proposal_words import altered
from assistant.proposals import Proposal, State
from assistant.sentences import sentence
from tools import words
from tools.base import Payload, WriteKind, WriteTool
from tools.errors import Language
from tools.money import Money
from tools.payee import masked
from tools.views import Card, Fact

Props = dict[str, Any]
_LONG_NUMBER = re.compile(r"(?=(?:[A-Z ]*\d){6})[A-Z0-9]{2,4}(?: ?[A-Z0-9]{1,4}){1,8}")
"""An account number as cards group it."""
_PROVIDERS = {"xero": "Xero", "solaris": "Solaris", "gocardless": "GoCardless"}


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks at a card, when, in which language and by which wall clock."""

    viewer: Principal
    language: Language
    now: datetime
    timezone: str
    thread_id: str = ""
    confirmation: str = ""
    """The code that a confirmation of this card by this person in this session has to bring."""
    stepped_up: bool = False
    """Whether they signed in with a second factor for exactly this, a short time ago."""

    def when(self, moment: datetime) -> str:
        """ "22 Nov 2026, 14:02" """
        local = moment.astimezone(ZoneInfo(self.timezone))
        return f"{words.day(local.date(), self.language)}, {local:%H:%M}"


def provider_name(provider: str) -> str:
    """The provider as people write it."""
    return _PROVIDERS.get(provider, provider.capitalize() or "?")


def face_of(proposal: Proposal, viewer: Principal) -> str:
    """Which face the card has: one for each state, and two for a waiting one."""
    match proposal.state:
        case State.AWAITING:
            return "mine" if may_confirm(proposal, viewer) else "other"
        case State.CONFIRMED:
            return "checking"
        case State.EXECUTING:
            return "executing"
        case State.SUCCEEDED:
            return "done"
        case State.FAILED:
            return "failed"
        case State.UNKNOWN:
            return "unclear"
        case State.EXPIRED:
            return "expired"
        case State.REJECTED:
            return "cancelled"
        case State.SUPERSEDED:
            return "replaced"
        case State.BLOCKED:
            return "blocked"
        case _:
            assert_never(proposal.state)


def card_props(proposal: Proposal, tool: WriteTool, looking: Looking, *, fresh: bool = False) -> Props:
    """Everything the card element shows. `fresh`: just made in front of this person (the keyboard goes to Cancel)."""
    language, viewer = looking.language, looking.viewer
    card = tool.card(_said_once(proposal), language)
    face = face_of(proposal, viewer)
    if face in ("mine", "other") and proposal.expires_at <= looking.now:
        face = "expired"
    provider = provider_name(tool.provider)
    approver = viewer.may(Role.APPROVER, proposal.organisation_id)
    own = viewer.id == proposal.proposer_id
    may_prepare = viewer.may(Role.PREPARER, proposal.organisation_id) and (own or approver)
    waiting = face in ("mine", "other")
    another = approver and waiting and waits_for_another(proposal, viewer)
    edit, by_rules = _edit(proposal.payload, language), refused_by_rules(proposal)
    conditions = needs_props(
        proposal,
        viewer,
        language,
        thread_id=looking.thread_id,
        confirmation=looking.confirmation,
        stepped_up=looking.stepped_up,
    )
    return {
        "proposal_id": proposal.id,
        "digest": proposal.digest,
        "number": proposal.label,
        "language": language,
        "face": face,
        "fresh": fresh,
        "status": card_word(
            "another" if another else "by_rules" if by_rules else face, language, proposal.kind, provider=provider
        ),
        "by_rules": by_rules,
        **_card(card, same_document.warnings(proposal, tool, language, looking.when) if waiting else ()),
        "word": outcome_words(proposal, provider, language, face=face),
        "receipt": _receipt(proposal, provider, looking),
        "link": _link(proposal, provider, language),
        "asked_by": card_word(
            "asked_by", language, name=words.visible(proposal.proposer_name), when=looking.when(proposal.created_at)
        ),
        "decided_by": _decided_by(proposal, looking),
        "valid_until": card_word("valid_until", language, when=looking.when(proposal.expires_at)),
        "created_at": proposal.created_at.isoformat(),
        "expires_at": proposal.expires_at.isoformat(),
        "now": looking.now.isoformat(),
        "can": {
            "confirm": waiting and may_confirm(proposal, viewer),
            "cancel": waiting and (own or approver),
            "edit": waiting and may_prepare and bool(edit["fields"]) and tool.again is not None,
            "again": face in ("expired", "failed", "blocked")
            and may_prepare
            and not proposal.superseded_by
            and tool.again is not None,
        },
        **(conditions if waiting else {**conditions, **NO_NEEDS}),
        "edit": edit,
        "words": words_on_the_page(language, proposal.kind),
    }


_KEPT_WHEN_EMPTIED = ("proposal_id", "digest", "number", "language", "created_at", "expires_at", "now", "words")


def emptied(props: Props, word: str) -> Props:
    """A card as it was kept, without anything that it said: whoever looks at it may not see it any more."""
    kept = {key: value if key in _KEPT_WHEN_EMPTIED else type(value)() for key, value in props.items() if value}
    can = dict.fromkeys(("confirm", "cancel", "edit", "again"), False)
    return {
        **props,
        **kept,
        "face": "blocked",
        "word": word,
        "fresh": False,
        "can": can,
        "edit": {"fields": [], "values": {}},
    }


def shown(proposal: Proposal, tool: WriteTool, language: Language) -> dict[str, object]:
    """What a card says about the deed itself, as the audit trail keeps it of a confirmation.

    Where the person had to type a number whole, it is on the card whole, and its ends are enough for the trail.
    """
    card = tool.card(proposal.payload, language)

    def kept(text: str) -> str:
        return _LONG_NUMBER.sub(lambda found: masked(found[0]), text) if tool.typed else text

    return {
        "headline": card.headline,
        "amount": kept(card.amount),
        "payee": card.payee,
        "facts": [[fact.label, kept(fact.value)] for fact in card.facts],
        "warnings": [kept(warning) for warning in card.warnings],
    }


def _card(card: Card, more_warnings: tuple[str, ...]) -> Props:
    return {
        "deed": card.deed,
        "headline": card.headline,
        "amount": card.amount,
        "payee": card.payee,
        "payee_label": card.payee_label,
        "facts": [fact.model_dump() for fact in card.facts if not _repeats(fact, card.amount)],
        "warnings": [*card.warnings, *more_warnings],
        "note": card.note,
    }


def _said_once(proposal: Proposal) -> Payload:
    """What the card is made from, without the tool's own notice of a payment that the rules name with more words."""
    notices, named = proposal.payload.get("notices"), {each.number for each in proposal.earlier}
    if not named or not isinstance(notices, list):
        return proposal.payload
    kept = [
        notice
        for notice in notices
        if not isinstance(notice, dict)
        or (notice.get("code"), notice.get("number") in named) != ("same_amount_recently", True)
    ]
    return {**proposal.payload, "notices": kept}


def _repeats(fact: Fact, amount: str) -> bool:
    """Whether a fact only says the headline's amount again; a card must fit on a phone with its buttons."""
    return not fact.emphasis and (fact.value == amount or fact.value.startswith(f"{amount} ("))


def refused_by_rules(proposal: Proposal) -> bool:
    """Whether the rules allowed no card at all: nobody has decided on it, and nobody altered it."""
    stopped = proposal.state is State.BLOCKED and proposal.decided_at is None
    return stopped and bool(proposal.rules) and proposal.problem != altered()


def outcome_words(proposal: Proposal, provider: str, language: Language, *, face: str) -> str:
    """What became of it, in words: the outcome line of the conversation and the word on the card."""
    problem = (proposal.problem or {}).get(language) or (proposal.problem or {}).get("en", "")
    match face:
        case "mine" | "other":
            return ""
        case "done":
            summary = proposal.receipt.summary if proposal.receipt else {}
            return summary.get(language) or summary.get("en", "") or proposal.summary
        case "unclear":
            said = problem or card_word("said_unclear", language, provider=provider)
            return f"{said} {card_word('not_again', language, proposal.kind)}"
        case _:
            name = "said_failed" if face == "blocked" else f"said_{face}"
            return problem or card_word(name, language, proposal.kind, provider=provider)


_ABOUT = {
    WriteKind.PAYEE_CHANGE: "about_bank_details",
    WriteKind.CONTACT_CHANGE: "about_contact",
    WriteKind.DOCUMENT_NOTE: "about_note",
    WriteKind.ITEM_CHANGE: "about_item",
    WriteKind.FILE_ADDED: "about_file",
    WriteKind.TIMESHEET: "about_timesheet",
}


def about(proposal: Proposal, tool: WriteTool, language: Language) -> str:
    """What a proposal is about, before a line on what became of it: "€ 980.00, Acme Ltd"; no account number."""
    card = tool.card(proposal.payload, language)
    name = _ABOUT.get(proposal.kind, "about_payment")
    return sentence(name, language, amount=card.amount, payee=card.payee)


def _receipt(proposal: Proposal, provider: str, looking: Looking) -> list[Props]:
    if proposal.receipt is None:
        return []
    name = provider_name(proposal.receipt.provider or provider)
    label = card_word("receipt", looking.language, proposal.kind, provider=name)
    return [{"label": label, "value": proposal.receipt.reference, "emphasis": False}]


def _link(proposal: Proposal, provider: str, language: Language) -> Props | None:
    address = (proposal.receipt.link if proposal.receipt else "") or proposal.link
    if not address.startswith("https://"):
        return None
    return {"label": card_word("open_document", language, provider=provider), "url": address}


def _decided_by(proposal: Proposal, looking: Looking) -> str:
    if not proposal.decided_by_name or proposal.decided_at is None:
        return ""
    name = "cancelled_by" if proposal.state is State.REJECTED else "confirmed_by"
    return card_word(
        name,
        looking.language,
        name=words.visible(proposal.decided_by_name),
        when=looking.when(proposal.decided_at),
    )


# editing

EDITABLE = ("amount", "date", "account", "reference")
"""What Edit offers; whom and what is paid cannot be edited: that is another payment."""


def edit_values(payload: Payload) -> dict[str, str]:
    """What the fields of an edit hold at first, from the stored proposal."""
    amount, account = payload.get("amount"), payload.get("account")
    values: dict[str, str] = {}
    if isinstance(amount, dict):
        money = Money.from_minor(int(str(amount["minor"])), str(amount["currency"]))
        values["amount"] = words.plain(money.amount, money.currency)
    if "date" in payload:
        values["date"] = str(payload["date"])
    if isinstance(account, dict):
        values["account"] = str(account.get("name", ""))
    if "note" in payload:
        values["reference"] = str(payload["note"])
    return values


def _edit(payload: Payload, language: Language) -> Props:
    values = edit_values(payload)
    amount = payload.get("amount")
    currency = str(amount.get("currency", "")) if isinstance(amount, dict) else ""
    kinds = {"amount": "amount", "date": "date"}
    return {
        "values": values,
        "fields": [
            {
                "name": name,
                "label": card_word(name, language, currency=currency)
                if name == "amount"
                else card_word(name, language),
                "kind": kinds.get(name, "text"),
                "wide": name in ("account", "reference"),
            }
            for name in EDITABLE
            if name in values
        ],
    }
