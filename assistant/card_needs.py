"""What a card says about its conditions: a second person, a second factor, a payment that it may repeat, the rules."""

from __future__ import annotations

from typing import Any

from assistant.card_words import card_word
from assistant.login.step_up_words import step_up_address
from assistant.policy.need_words import earlier_line
from assistant.policy.verdict import Need
from assistant.principal import Principal, Role
from assistant.proposals import Proposal
from tools import words
from tools.errors import Language

Props = dict[str, Any]


def waits_for_another(proposal: Proposal, viewer: Principal) -> bool:
    """Whether this person proposed it and somebody else has to confirm."""
    return proposal.second_person and viewer.id == proposal.proposer_id


def may_confirm(proposal: Proposal, viewer: Principal) -> bool:
    """Whether the button is theirs, as far as a page can say; the decision asks everything again."""
    return (
        viewer.may(Role.APPROVER, proposal.organisation_id)
        and may_see(proposal, viewer)
        and not waits_for_another(proposal, viewer)
    )


def may_see(proposal: Proposal, viewer: Principal) -> bool:
    """Whether what such a card says may be shown to that person at all, whoever made it."""
    return viewer.holds(proposal.kind.right, proposal.organisation_id)


def needs_props(
    proposal: Proposal, viewer: Principal, language: Language, *, thread_id: str, confirmation: str, stepped_up: bool
) -> Props:
    """The conditions of a waiting card for the person who looks at it."""
    mine = may_confirm(proposal, viewer)
    return {
        "confirmation": confirmation if mine else "",
        "needs": sorted(proposal.needs | ({Need.SECOND_PERSON} if proposal.second_person else set())),
        "needs_words": _words(proposal, viewer, language, mine=mine),
        "step_up": _step_up(proposal, language, thread_id, done=stepped_up) if mine else None,
        "duplicates": [earlier_line(each, language) for each in proposal.earlier],
        "rules": proposal.rules.get(language) or proposal.rules.get("en") or [],
    }


NO_NEEDS: Props = {
    "confirmation": "",
    "needs": [],
    "needs_words": [],
    "step_up": None,
    "duplicates": [],
}
"""What a card that does not wait any more asks for."""


def _words(proposal: Proposal, viewer: Principal, language: Language, *, mine: bool) -> list[str]:
    """One sentence for each condition; what the step-up's own button says is not said twice."""
    said: list[str] = []
    if proposal.second_person:
        said.append(_of_two(proposal, viewer, language, mine=mine))
    if Need.STEP_UP in proposal.needs and not mine:
        said.append(card_word("need_step_up", language))
    return said


def _of_two(proposal: Proposal, viewer: Principal, language: Language, *, mine: bool) -> str:
    if mine:
        return card_word("need_you", language, name=words.visible(proposal.proposer_name))
    if viewer.id == proposal.proposer_id and viewer.may(Role.APPROVER, proposal.organisation_id):
        return card_word("need_another", language, proposal.kind)
    return card_word("need_second_person", language)


def _step_up(proposal: Proposal, language: Language, thread_id: str, *, done: bool) -> Props | None:
    if Need.STEP_UP not in proposal.needs:
        return None
    return {
        "url": step_up_address(proposal.id, proposal.digest, thread_id),
        "label": card_word("step_up", language),
        "done": done,
        "why": card_word("step_up_done" if done else "step_up_why", language),
    }
