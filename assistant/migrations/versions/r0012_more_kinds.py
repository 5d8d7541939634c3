"""More kinds of write: invoices that are sent, notes, own transfers, items.

Revision 0012, after 0011.
"""

from __future__ import annotations

from assistant.migrations.kinds import change_kinds

revision: str = "0012"
down_revision: str | None = "0011"
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
)
_AFTER = (*_BEFORE, "document_sent", "document_note", "own_transfer", "item_change")


def upgrade() -> None:
    change_kinds(_BEFORE, _AFTER)


def downgrade() -> None:
    """What is of a newer kind would not be understood by older code: there must be none any more."""
    change_kinds(_AFTER, _BEFORE)
