"""The rules: what a proposal puts at stake, who has to confirm it, step-ups, payees and the stop switch.

Revision 0002, after 0001. What was decided before there were rules stays as it was: it needed nobody else, and its
confirmation carries neither code nor seal, so that what was confirmed and not yet sent has to be asked for anew. SQLite cannot add a constraint to a table that others refer to, so there it comes with
the column.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None

_KINDS = "kind IN ('payment_out', 'payment_in', 'payee_change')"
_BY_TWO = "kind <> 'payee_change' OR second_person"
_SECOND_PERSON = "NOT second_person OR NOT state IN ('confirmed', 'executing', 'succeeded', 'unknown') OR decided_by_id <> proposer_id"
_NEW = ("kind", "amount_minor", "currency", "payee_id", "reference", "policy_version", "second_person", "ruling")


def upgrade() -> None:
    _extend_proposals()
    _fill_proposals()
    op.create_index("ix_proposal_alike", "proposal", ["organisation_id", "payee_id", "created_at"])
    op.create_index("ix_proposal_as_decided", "proposal", ["id", "proposer_id", "second_person", "digest"], unique=True)
    _rebuild_decisions()
    op.create_table(
        "write_stop",
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id"),
    )
    op.create_table(
        "payee",
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("bank", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("known_since", sa.String(), nullable=False),
        sa.Column("changed_at", sa.String(), nullable=False),
        sa.Column("what_changed", sa.String(), nullable=False),
        sa.Column("previous_fingerprint", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "contact_id"),
    )
    op.create_table(
        "payee_registry",
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("whole_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id"),
    )
    op.create_table(
        "step_up",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("proposal_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("acr", sa.String(), nullable=False),
        sa.Column("auth_time", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name="ck_step_up_digest"),
        sa.CheckConstraint("person_id <> '' AND session_id <> ''", name="ck_step_up_who"),
        sa.CheckConstraint(
            "acr <> '' AND acr NOT LIKE '%1fa%' AND acr NOT LIKE '%ifpossible%'", name="ck_step_up_strict"
        ),
        sa.CheckConstraint("auth_time <> '' AND at <> ''", name="ck_step_up_when"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_step_up_proposal", "step_up", ["proposal_id", "session_id"])


def downgrade() -> None:
    op.drop_table("step_up")
    op.drop_table("payee_registry")
    op.drop_table("payee")
    op.drop_table("write_stop")
    _simplify_decisions()
    op.drop_index("ix_proposal_as_decided", table_name="proposal")
    op.drop_index("ix_proposal_alike", table_name="proposal")
    if not _is_sqlite():
        for name in ("second_person", "payee_change_by_two", "amount", "kind"):
            op.drop_constraint(f"ck_proposal_{name}", "proposal", type_="check")
    for name in ("second_person", *(name for name in _NEW if name != "second_person")):
        op.drop_column("proposal", name)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _extend_proposals() -> None:
    columns = {
        "kind": ("VARCHAR", "'payment_out'", f"CONSTRAINT ck_proposal_kind CHECK ({_KINDS})"),
        "amount_minor": ("BIGINT", "0", "CONSTRAINT ck_proposal_amount CHECK (amount_minor >= 0)"),
        "currency": ("VARCHAR", "''", ""),
        "payee_id": ("VARCHAR", "''", ""),
        "reference": ("VARCHAR", "''", ""),
        "policy_version": ("VARCHAR", "''", ""),
        "second_person": (
            "BOOLEAN",
            "false",
            f"CONSTRAINT ck_proposal_payee_change_by_two CHECK ({_BY_TWO}) "
            f"CONSTRAINT ck_proposal_second_person CHECK ({_SECOND_PERSON})",
        ),
        "ruling": ("VARCHAR", "'{}'", ""),
    }
    for name, (kind, default, checks) in columns.items():
        op.execute(f"ALTER TABLE proposal ADD COLUMN {name} {kind} DEFAULT {default} NOT NULL {checks}")
        if not _is_sqlite():
            op.execute(f"ALTER TABLE proposal ALTER COLUMN {name} DROP DEFAULT")


def _fill_proposals() -> None:
    """What older proposals put at stake is in their canonical bytes, where it can be read."""
    connection = op.get_bind()
    change = sa.text(
        "UPDATE proposal SET kind = :kind, amount_minor = :amount_minor, currency = :currency, payee_id = :payee_id, "
        "reference = :reference WHERE id = :id"
    )
    for proposal_id, body in connection.execute(sa.text("SELECT id, body FROM proposal")).all():
        payload = _payload(body)
        document, amount = payload.get("document"), payload.get("amount")
        if not isinstance(document, dict) or not isinstance(amount, dict):
            continue
        number = unicodedata.normalize("NFKC", str(document.get("number", ""))).casefold()
        connection.execute(
            change,
            {
                "id": proposal_id,
                "kind": "payment_in" if document.get("kind") == "invoice" else "payment_out",
                "amount_minor": max(int(amount.get("minor", 0)), 0),
                "currency": str(amount.get("currency", "")),
                "payee_id": str(document.get("contact_id", "")),
                "reference": re.sub(r"[\W_]", "", re.sub(r"(?<![0-9])0+(?=[0-9])", "", number)),
            },
        )


def _payload(body: str) -> dict[str, Any]:
    try:
        payload = json.loads(body)["payload"]
    except (ValueError, KeyError, TypeError):
        return {}
    return payload if isinstance(payload, dict) else {}


def _rebuild_decisions() -> None:
    op.rename_table("decision", "decision_before")
    op.create_table(
        "decision",
        sa.Column("proposal_id", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("proposer_id", sa.String(), nullable=False),
        sa.Column("second_person", sa.Boolean(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("policy_version", sa.String(), nullable=False),
        sa.Column("confirmation", sa.String(), nullable=True),
        sa.Column("step_up_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.CheckConstraint("verdict IN ('confirm', 'cancel')", name="ck_decision_verdict"),
        sa.CheckConstraint(
            "verdict <> 'confirm' OR NOT second_person OR person_id <> proposer_id", name="ck_decision_second_person"
        ),
        sa.CheckConstraint("verdict <> 'confirm' OR confirmation IS NOT NULL", name="ck_decision_confirmation"),
        sa.ForeignKeyConstraint(
            ["proposal_id", "proposer_id", "second_person", "digest"],
            ["proposal.id", "proposal.proposer_id", "proposal.second_person", "proposal.digest"],
            name="fk_decision_as_proposed",
        ),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_decision"),
        sa.UniqueConstraint("confirmation"),
        sa.UniqueConstraint("step_up_id"),
    )
    op.execute(
        "INSERT INTO decision (proposal_id, verdict, digest, person_id, proposer_id, second_person, session_id, "
        "organisation_id, policy_version, confirmation, step_up_id, reason, at, seal) "
        "SELECT old.proposal_id, old.verdict, old.digest, old.person_id, made.proposer_id, made.second_person, "
        "old.session_id, old.organisation_id, '', "
        "CASE WHEN old.verdict = 'confirm' THEN 'before the rules: ' || old.proposal_id END, NULL, '', old.at, '' "
        "FROM decision_before old JOIN proposal made ON made.id = old.proposal_id AND made.digest = old.digest"
    )
    op.drop_table("decision_before")
    op.create_index("ix_decision_person", "decision", ["person_id", "at"])
    op.create_index("ix_decision_organisation", "decision", ["organisation_id", "at"])


def _simplify_decisions() -> None:
    op.rename_table("decision", "decision_after")
    op.create_table(
        "decision",
        sa.Column("proposal_id", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.CheckConstraint("verdict IN ('confirm', 'cancel')", name="ck_decision_verdict"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"]),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_decision_before"),
    )
    op.execute(
        "INSERT INTO decision SELECT proposal_id, verdict, digest, person_id, session_id, organisation_id, at "
        "FROM decision_after"
    )
    op.drop_table("decision_after")
