"""One proposal as code and cards see it, made from its row only when the row is what was digested."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from assistant import canonical
from assistant.policy.verdict import Earlier, Need, Verdict
from assistant.stores.moments import from_text
from assistant.stores.proposals import ProposalRow, State
from tools.base import Payload, Receipt, WriteKind
from tools.errors import Language


@dataclass(frozen=True, slots=True)
class Proposal:
    """A write as it was proposed, and what has become of it; times are aware, UTC."""

    id: str
    number: int
    organisation_id: str
    organisation_name: str
    tool: str
    kind: WriteKind
    """What it does to money; which words fit it."""
    payload: Payload
    digest: str
    """SHA-256 over the canonical bytes; what Confirm is bound to."""
    summary: str
    state: State
    proposer_id: str
    proposer_name: str
    conversation_id: str
    created_at: datetime
    expires_at: datetime
    decided_by_id: str | None
    decided_by_name: str | None
    decided_at: datetime | None
    replaces: str | None
    superseded_by: str | None
    receipt: Receipt | None
    problem: dict[Language, str] | None
    """Why it failed, was blocked, cancelled or replaced, or what is being waited for, in words."""
    link: str
    attempts: int
    policy_version: str
    """Digest of the rules by which it was judged last."""
    second_person: bool
    """Somebody else than the proposer has to confirm it."""
    needs: frozenset[Need] = frozenset()
    """What its confirmation needs beyond the role, as far as it is known before somebody confirms."""
    rules: Mapping[Language, list[str]] = field(default_factory=dict)
    """Every line of what the rules said last."""
    earlier: tuple[Earlier, ...] = ()
    """Payments that this one may repeat."""
    others: tuple[Proposal, ...] = ()
    """While it waits: the other ones on the same document that wait or are being carried out, oldest first."""

    @property
    def label(self) -> str:
        """How people call it: "P-7"."""
        return f"P-{self.number}"


class Altered(Exception):
    """A stored proposal is not what was digested: somebody changed the row."""

    def __init__(self, row: ProposalRow) -> None:
        self.row = row
        super().__init__(f"proposal {row.id} does not match its digest")


_DIGESTED = {"version", "organisation_id", "tool", "payload"}
"""The names in a body, no more and no less (assistant.canonical.facts)."""


def from_row(row: ProposalRow) -> Proposal:
    """The proposal from its row, checked against its digest. Raises Altered, also for a row that cannot be read: we
    never wrote it so, and the others shall be shown all the same."""
    try:
        body = canonical.read(row.body)
        about = (body.get("version"), body.get("organisation_id"), body.get("tool"))
        whole = set(body) == _DIGESTED and isinstance(body["payload"], dict)
        if not whole or about != (canonical.VERSION, row.organisation_id, row.tool):
            raise Altered(row)
        if canonical.digest(row.body.encode()) != row.digest:
            raise Altered(row)
        return _read(row, body["payload"])
    except (ValueError, TypeError, AttributeError) as error:
        raise Altered(row) from error


def _read(row: ProposalRow, payload: Payload) -> Proposal:
    ruling = json.loads(row.ruling)
    return Proposal(
        id=row.id,
        number=row.number,
        organisation_id=row.organisation_id,
        organisation_name=row.organisation_name,
        tool=row.tool,
        kind=WriteKind(row.kind),
        payload=payload,
        digest=row.digest,
        summary=row.summary,
        state=State(row.state),
        proposer_id=row.proposer_id,
        proposer_name=row.proposer_name,
        conversation_id=row.conversation_id,
        created_at=from_text(row.created_at),
        expires_at=from_text(row.expires_at),
        decided_by_id=row.decided_by_id or None,
        decided_by_name=row.decided_by_name or None,
        decided_at=from_text(row.decided_at) if row.decided_at else None,
        replaces=row.replaces or None,
        superseded_by=row.superseded_by or None,
        receipt=Receipt.model_validate_json(row.receipt) if row.receipt else None,
        problem=json.loads(row.problem) if row.problem else None,
        link=row.link,
        attempts=row.attempts,
        policy_version=row.policy_version,
        second_person=row.second_person,
        needs=frozenset(Need(need) for need in ruling.get("needs", ())),
        rules=ruling.get("rules", {}),
        earlier=tuple(Earlier.model_validate(each) for each in ruling.get("earlier", ())),
    )


def ruling_to_text(verdict: Verdict) -> str:
    """What the rules said, as a row keeps it for the card."""
    return json.dumps(
        {
            "needs": sorted(verdict.needs),
            "rules": verdict.explained(),
            "earlier": [each.model_dump(mode="json") for each in verdict.earlier],
        },
        ensure_ascii=False,
    )


def words_to_text(words: dict[Language, str]) -> str:
    """Words for people as a row keeps them."""
    return json.dumps(words, ensure_ascii=False)


def with_others(proposal: Proposal, rows: Sequence[ProposalRow]) -> Proposal:
    """The proposal with what else is open on its document; a row that was altered is left out, it has its own end."""
    others: list[Proposal] = []
    for row in rows:
        with suppress(Altered):
            others.append(from_row(row))
    return replace(proposal, others=tuple(others))
