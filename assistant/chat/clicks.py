"""Clicks on a card: everything that arrives is the browser's own JSON and is trusted with nothing.

A click names a proposal, the digest that was shown, and a verdict or edited fields. Who clicks, in which organisation,
and what would be paid are read from our own tables at that moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from assistant.arguments import BadArguments, check_arguments
from assistant.cards import EDITABLE, edited_arguments
from assistant.chat.house import House
from assistant.decisions import Verdict
from assistant.principal import Principal
from assistant.proposals import Proposal
from assistant.refusals import Refusal, RefusalReason
from tools.base import Organisation, WriteTool
from tools.errors import Language, ToolError, ToolRetry

Answer = dict[str, Any]
_ProposalId = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F-]{36}$")]
_Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_Short = Annotated[str, StringConstraints(max_length=200)]


class DecideClick(BaseModel):
    """Confirm or Cancel."""

    model_config = ConfigDict(extra="forbid", strict=True)

    proposal_id: _ProposalId
    digest: _Digest
    verdict: Literal["confirm", "cancel"]


class EditClick(BaseModel):
    """The fields that were changed; none of them means: prepare the same again."""

    model_config = ConfigDict(extra="forbid", strict=True)

    proposal_id: _ProposalId
    digest: _Digest
    fields: dict[Literal["amount", "date", "account", "reference"], _Short] = Field(default_factory=dict)


class LookClick(BaseModel):
    """Nothing is asked for but the present state."""

    model_config = ConfigDict(extra="forbid", strict=True)

    proposal_id: _ProposalId
    digest: _Digest


class ShownCards(Protocol):
    """The cards on the pages (assistant.chat.open_cards.OpenCards), as far as a click needs them."""

    async def refresh(self, proposal_id: str) -> None:
        """Show once more what is stored."""
        ...


@dataclass(frozen=True, slots=True)
class Clicking:
    """Who clicked, where."""

    principal: Principal
    session_id: str
    organisation: Organisation
    thread_id: str
    language: Language


class Clicks:
    """Carries clicks out."""

    def __init__(self, house: House, cards: ShownCards) -> None:
        self._house, self._cards = house, cards

    async def decide(self, payload: object, clicking: Clicking) -> Answer:
        """Confirm or cancel. `{"refused": words}` when it was refused; the card itself shows what became of it."""
        try:
            click = DecideClick.model_validate(payload)
        except ValidationError:
            return refused(Refusal(RefusalReason.UNKNOWN_PROPOSAL), clicking.language)
        verdict = Verdict(click.verdict)
        try:
            proposal = await self._house.decisions.decide(
                proposal_id=click.proposal_id,
                digest=click.digest,
                verdict=verdict,
                principal=clicking.principal,
                session_id=clicking.session_id,
                organisation_id=clicking.organisation.id,
            )
        except Refusal as refusal:
            await self._refresh(click.proposal_id)
            return refused(refusal, clicking.language)
        if verdict is Verdict.CONFIRM:
            # The person may close the page now: the house owns what follows.
            self._house.errands.start(self._house.executor.execute(proposal.id), name=f"execute {proposal.label}")
        return {"ok": True}

    async def look(self, payload: object) -> Answer:
        """A page that slept or lost its line wants to know how a card stands; whoever shows it is shown it anew."""
        try:
            click = LookClick.model_validate(payload)
        except ValidationError:
            return {"ok": False}
        await self._refresh(click.proposal_id)
        return {"ok": True}

    async def edit(self, payload: object, clicking: Clicking) -> Proposal | Answer:
        """Propose the same again with other values; the new proposal, or `{"refused": words}`."""
        try:
            click = EditClick.model_validate(payload)
            old = await self._house.proposals.get(click.proposal_id)
        except ValidationError:
            return refused(Refusal(RefusalReason.UNKNOWN_PROPOSAL), clicking.language)
        except Refusal as refusal:
            return refused(refusal, clicking.language)
        if old is None or old.organisation_id != clicking.organisation.id:
            return refused(Refusal(RefusalReason.UNKNOWN_PROPOSAL), clicking.language)
        if old.digest != click.digest:
            await self._refresh(old.id)
            return refused(Refusal(RefusalReason.DIGEST_MISMATCH, label=old.label), clicking.language)
        try:
            return await self._again(
                old, {name: click.fields[name] for name in EDITABLE if name in click.fields}, clicking
            )
        except ToolError as error:
            return {"refused": _with_choices(error, clicking.language)}
        except BadArguments as error:
            return {"refused": str(error)}
        except Refusal as refusal:
            await self._refresh(old.id)
            return refused(refusal, clicking.language)

    async def _again(self, old: Proposal, fields: dict[str, str], clicking: Clicking) -> Proposal:
        tool = self._house.toolset.get(old.tool)
        if not isinstance(tool, WriteTool):
            raise Refusal(RefusalReason.UNKNOWN_PROPOSAL)
        arguments = check_arguments(edited_arguments(old.payload, fields), tool.signature.arguments)
        access = await self._house.access_for(clicking.organisation, clicking.language)
        draft = await tool.propose(access, **arguments)
        return await self._house.proposals.propose(
            principal=clicking.principal,
            organisation=clicking.organisation,
            conversation_id=clicking.thread_id,
            tool=tool,
            draft=draft,
            replaces=old.id,
        )

    async def _refresh(self, proposal_id: str) -> None:
        try:
            await self._cards.refresh(proposal_id)
        except Refusal:
            return  # the row was altered: the person is told by the refusal that brought us here


def refused(refusal: Refusal, language: Language) -> Answer:
    """What the card shows beside its buttons."""
    return {"refused": refusal.text(language), "reason": refusal.reason.value}


def _with_choices(error: ToolError, language: Language) -> str:
    words = error.text(language)
    if isinstance(error, ToolRetry) and error.choices:
        words += " " + "; ".join(choice.label for choice in error.choices[:6])
    return words
