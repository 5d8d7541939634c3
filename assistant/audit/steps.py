"""Which events begin a step and which end it: the trail has one row before and one after each.

The row before is committed before anything happens, so that a step that died is seen by its missing end.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.audit import AuditTag
from assistant.stores.audit import AuditRow

_OUTCOMES = frozenset(
    {
        AuditTag.EXECUTION_SUCCEEDED,
        AuditTag.EXECUTION_FAILED,
        AuditTag.EXECUTION_BLOCKED,
        AuditTag.EXECUTION_POSTPONED,
        AuditTag.EXECUTION_BECAME_UNKNOWN,
    }
)

ENDS: dict[AuditTag, frozenset[AuditTag]] = {
    AuditTag.PROPOSAL_REQUESTED: frozenset(
        {AuditTag.PROPOSAL_CREATED, AuditTag.PROPOSAL_BLOCKED, AuditTag.PROPOSAL_REFUSED}
    ),
    AuditTag.DECISION_REQUESTED: frozenset(
        {AuditTag.DECISION_CONFIRMED, AuditTag.DECISION_CANCELLED, AuditTag.DECISION_REFUSED}
    ),
    AuditTag.EXECUTION_STARTED: _OUTCOMES,
    AuditTag.EXECUTION_LOOKUP_STARTED: _OUTCOMES
    | {AuditTag.EXECUTION_LOOKED_UP, AuditTag.EXECUTION_STARTED, AuditTag.EXECUTION_SETTLED_BY_PERSON},
}
"""The event that begins a step, and those of the same subject any of which ends it."""


def without_end(rows: Sequence[AuditRow]) -> list[AuditRow]:
    """The events that begin a step of which no end was recorded, oldest first. One end ends one beginning."""
    waiting: list[AuditRow] = []
    for row in rows:
        for begun in waiting:
            if begun.subject == row.subject and row.tag in ENDS[AuditTag(begun.tag)]:
                waiting.remove(begun)
                break
        if row.tag in ENDS:
            waiting.append(row)
    return waiting
