"""The way of a write, put together once: proposals, decisions and execution around one database.

The house builds it here, and so does every machine that attacks it: what is attacked is what runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.audit import AuditTrail
from assistant.cards import shown
from assistant.clock import Clock
from assistant.confirmation import Confirmations
from assistant.decisions import Decisions, PrincipalOfSession, StepUpFor
from assistant.execution import AccessFor, Checkpoint, Executor, Patience, no_checkpoint
from assistant.feed import Feed
from assistant.policy.rules import Policy
from assistant.proposals import Proposal, Proposals
from assistant.rulings import PayeeRegistry, Rulings
from assistant.settling import PrincipalOf, WriteAccessFor
from assistant.stop_switch import StopSwitch
from assistant.stores.database import Database
from tools.base import Toolset, WriteTool
from tools.errors import Language


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the way of a write asks: the rules, people, payees, providers, strict sign-ins, the time."""

    clock: Clock
    policy: Policy
    toolset: Toolset
    person_of_session: PrincipalOfSession
    person_now: PrincipalOf
    payees: PayeeRegistry
    step_up_for: StepUpFor
    access_for: AccessFor
    write_access_for: WriteAccessFor
    confirmation_key: str
    """With which confirmations are minted and decisions sealed; every process of one house has the same."""
    card_minutes: float = 30


@dataclass(frozen=True, slots=True)
class WritePath:
    """Its parts. Only `executor` can write to a provider."""

    feed: Feed
    rulings: Rulings
    confirmations: Confirmations
    switch: StopSwitch
    proposals: Proposals
    decisions: Decisions
    executor: Executor


def write_path(
    database: Database,
    audit: AuditTrail,
    around: Surroundings,
    *,
    patience: Patience | None = None,
    checkpoint: Checkpoint = no_checkpoint,
) -> WritePath:
    """One process's way over that database. `checkpoint`: where a test lets the process die."""
    clock, policy = around.clock, around.policy
    feed = Feed()
    rulings = Rulings(policy, around.toolset, around.payees, clock)
    confirmations = Confirmations(around.confirmation_key, minutes=policy.cards.confirm_minutes, clock=clock)
    return WritePath(
        feed=feed,
        rulings=rulings,
        confirmations=confirmations,
        switch=StopSwitch(database, audit, clock=clock),
        proposals=Proposals(database, audit, feed, rulings, card_minutes=around.card_minutes, clock=clock),
        decisions=Decisions(
            database,
            audit,
            feed,
            around.person_of_session,
            rulings,
            confirmations,
            step_up_for=around.step_up_for,
            shown_as=_ShownAs(around.toolset),
            clock=clock,
        ),
        executor=Executor(
            database,
            around.toolset,
            around.access_for,
            around.write_access_for,
            feed,
            clock,
            audit,
            rulings,
            confirmations,
            around.person_now,
            patience=patience,
            checkpoint=checkpoint,
        ),
    )


class _ShownAs:
    """What a card says about the deed, for the trail of its confirmation."""

    def __init__(self, toolset: Toolset) -> None:
        self._toolset = toolset

    def __call__(self, proposal: Proposal, language: Language) -> Mapping[str, object]:
        tool = self._toolset.get(proposal.tool)
        return shown(proposal, tool, language) if isinstance(tool, WriteTool) else {}
