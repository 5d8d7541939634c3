"""More kinds of write: money without a document, set-offs, postings by hand, files, timesheets.

Revision 0013, after 0012.
"""

from __future__ import annotations

from assistant.migrations.kinds import change_kinds

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None

_BEFORE = (
    "payment_out",
    "payment_in",
    "payment_removal",
    "payee_change",
    "contact_change",
    "document_draft",
    "document_approval",
    "document_sent",
    "document_note",
    "own_transfer",
    "item_change",
)
_AFTER = (*_BEFORE, "money_spent", "money_received", "set_off", "manual_journal", "file_added", "timesheet")


def upgrade() -> None:
    change_kinds(_BEFORE, _AFTER)


def downgrade() -> None:
    """What is of a newer kind would not be understood by older code: there must be none any more."""
    change_kinds(_AFTER, _BEFORE)
