"""Clicks on a card: everything that arrives is the browser's own JSON and is trusted with nothing.

A click names a proposal, the digest that was shown, and a verdict or edited fields. Who clicks, in which organisation,
and what would be paid are read from our own tables at that moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from assistant.arguments import BadArguments, check_arguments
from assistant.audit import AuditTag
from assistant.card_needs import may_see
from assistant.cards import EDITABLE
from assistant.chat.house import House
from assistant.chat.ill_formed import LONGEST_FIELD, named_proposal, told, what_is_wrong
from assistant.decisions import LONGEST_REASON, Verdict, Wish
from assistant.principal import Principal, Role
from assistant.proposal_words import needs_role
from assistant.proposals import Proposal
from assistant.refusals import Refusal, RefusalReason
from assistant.sentences import sentence
from tools.base import Organisation, WriteTool
from tools.errors import Language, ToolError, ToolRetry

Answer = dict[str, Any]
_ProposalId = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F-]{36}$")]
_Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_Short = Annotated[str, StringConstraints(max_length=LONGEST_FIELD)]


class DecideClick(BaseModel):
    """Confirm or Cancel."""

    model_config = ConfigDict(extra="forbid", strict=True)

    proposal_id: _ProposalId
    digest: _Digest
    verdict: Literal["confirm", "cancel"]
    confirmation: Annotated[str, StringConstraints(max_length=100)] = ""
    """The code that the card carried."""
    reason: Annotated[str, StringConstraints(max_length=LONGEST_REASON)] = ""
    """Why it is not a duplicate."""


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
        except ValidationError as error:
            return await self._ill_formed(AuditTag.DECISION_REFUSED, payload, error, clicking)
        verdict = Verdict(click.verdict)
        try:
            wish = Wish(
                proposal_id=click.proposal_id,
                digest=click.digest,
                verdict=verdict,
                session_id=clicking.session_id,
                organisation_id=clicking.organisation.id,
                confirmation=click.confirmation,
                reason=click.reason,
                language=clicking.language,
            )
            proposal = await self._house.decisions.decide(wish, clicking.principal)
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
        except ValidationError as error:
            return await self._ill_formed(AuditTag.PROPOSAL_REFUSED, payload, error, clicking)
        try:
            old = await self._house.proposals.get(click.proposal_id)
            self._may_be_edited(old, click, clicking)
        except Refusal as refusal:
            await self._refresh(click.proposal_id)
            await self._record(AuditTag.PROPOSAL_REFUSED, click.proposal_id, refusal.reason.value, clicking)
            return refused(refusal, clicking.language)
        assert old is not None  # else it may not be edited
        fields: dict[str, str] = {name: click.fields[name] for name in EDITABLE if name in click.fields}
        try:
            return await self._again(old, fields, clicking)
        except ToolError as error:
            return {"refused": _with_choices(error, clicking.language)}
        except BadArguments as error:
            return {"refused": str(error)}
        except Refusal as refusal:  # the proposals have recorded it
            await self._refresh(old.id)
            answer = refused(refusal, clicking.language)
            if refusal.reason is RefusalReason.NOT_ALLOWED:
                answer["refused"] = sentence("may_not_edit", clicking.language, person=clicking.principal.name)
            return answer

    def _may_be_edited(self, old: Proposal | None, click: EditClick, clicking: Clicking) -> None:
        """Raises Refusal when the click is not about a card of this organisation as it was shown."""
        tool = self._house.toolset.get(old.tool) if old is not None else None
        if old is None or not isinstance(tool, WriteTool) or tool.again is None:
            raise Refusal(RefusalReason.UNKNOWN_PROPOSAL)
        if old.organisation_id != clicking.organisation.id:
            raise Refusal(RefusalReason.OTHER_ORGANISATION)
        if old.digest != click.digest:
            raise Refusal(RefusalReason.DIGEST_MISMATCH, label=old.label)
        if not may_see(old, clicking.principal):
            raise Refusal(
                RefusalReason.NOT_ALLOWED, label=old.label, detail=needs_role(Role.PAYROLL, clicking.organisation.name)
            )

    async def _ill_formed(self, tag: AuditTag, payload: object, error: ValidationError, clicking: Clicking) -> Answer:
        """Say what none of our cards would have sent, and record that somebody sent it."""
        what, field = what_is_wrong(error)
        await self._record(tag, named_proposal(payload), f"ill_formed:{field or what}", clicking)
        return {"refused": told(what, field, payload, clicking.language), "reason": "ill_formed"}

    async def unknown(self, payload: object, clicking: Clicking) -> Answer:
        """A click on a button that no page of ours has."""
        await self._record(AuditTag.DECISION_REFUSED, named_proposal(payload), "no_such_click", clicking)
        return {"refused": told("no_such_click", "", payload, clicking.language), "reason": "no_such_click"}

    async def _record(self, tag: AuditTag, proposal_id: str, reason: str, clicking: Clicking) -> None:
        await self._house.audit.note(
            tag=tag,
            organisation_id=clicking.organisation.id,
            subject=proposal_id,
            facts={"reason": reason, "conversation_id": clicking.thread_id},
            principal=clicking.principal,
            session_id=clicking.session_id,
        )

    async def _again(self, old: Proposal, fields: dict[str, str], clicking: Clicking) -> Proposal:
        tool = self._house.toolset.get(old.tool)
        assert isinstance(tool, WriteTool) and tool.again is not None  # else it may not be edited
        arguments = check_arguments(dict(tool.again(old.payload, fields)), tool.signature.arguments)
        access = await self._house.access_for(clicking.organisation, clicking.language)
        draft = await tool.propose(access, **arguments)
        return await self._house.proposals.propose(
            principal=clicking.principal,
            organisation=clicking.organisation,
            conversation_id=clicking.thread_id,
            tool=tool,
            draft=draft,
            replaces=old.id,
            session_id=clicking.session_id,
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
