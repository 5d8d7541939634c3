"""More kinds of write: drafts and approvals of documents, contacts, payments that are taken back.

Revision 0006, after 0005.
"""

from __future__ import annotations

from assistant.migrations.kinds import change_kinds

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None

_BEFORE = ("payment_out", "payment_in", "payee_change")
_AFTER = (
    "payment_out",
    "payment_in",
    "payment_removal",
    "payee_change",
    "contact_change",
    "document_draft",
    "document_approval",
)


def upgrade() -> None:
    change_kinds(_BEFORE, _AFTER)


def downgrade() -> None:
    """What is of a newer kind would not be understood by older code: there must be none any more."""
    change_kinds(_AFTER, _BEFORE)
