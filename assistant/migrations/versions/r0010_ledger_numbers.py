"""The ledger copy finds documents by their numbers, however they are spelt, and in order, without reading all of them.

Revision 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tools.xero.names import bare_digits, joined_key

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None

_TABLE = "ledger_document"
_CHUNK = 5_000


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("number_key", sa.String(), nullable=False, server_default=""))
    op.add_column(_TABLE, sa.Column("number_digits", sa.String(), nullable=False, server_default=""))
    _fill(op.get_bind())
    op.drop_index("ix_ledger_document_number", _TABLE)
    op.create_index("ix_ledger_document_key", _TABLE, ["organisation_id", "number_key"])
    op.create_index("ix_ledger_document_digits", _TABLE, ["organisation_id", "number_digits"])
    op.create_index("ix_ledger_document_due", _TABLE, ["organisation_id", "kind", "due"])
    op.drop_index("ix_ledger_document_contact", _TABLE)
    op.create_index("ix_ledger_document_contact", _TABLE, ["organisation_id", "kind", "contact_id"])
    summed = ["organisation_id", "kind", "status", "currency", "contact_id", "due", "amount_due", "total"]
    op.create_index("ix_ledger_document_sums", _TABLE, summed)
    op.create_index("ix_ledger_document_reference", _TABLE, ["organisation_id", "reference", "id"])
    op.create_index("ix_ledger_document_total", _TABLE, ["organisation_id", "total"])
    op.create_index("ix_ledger_document_left", _TABLE, ["organisation_id", "amount_due"])
    op.create_index("ix_ledger_payment_reference", "ledger_payment", ["organisation_id", "reference", "id"])


def _fill(connection: sa.Connection) -> None:
    names = ("organisation_id", "id", "number", "number_key", "number_digits")
    table = sa.table(_TABLE, *(sa.column(name) for name in names))
    found = connection.execute(sa.select(table.c.organisation_id, table.c.id, table.c.number)).all()
    mine = (table.c.organisation_id == sa.bindparam("org"), table.c.id == sa.bindparam("one"))
    change = sa.update(table).where(*mine).values(number_key=sa.bindparam("key"), number_digits=sa.bindparam("digits"))
    for start in range(0, len(found), _CHUNK):
        rows = found[start : start + _CHUNK]
        connection.execute(
            change,
            [
                {"key": joined_key(number), "digits": bare_digits(number), "org": organisation, "one": id_}
                for organisation, id_, number in rows
            ],
        )


def downgrade() -> None:
    op.drop_index("ix_ledger_payment_reference", "ledger_payment")
    for name in ("key", "digits", "due", "sums", "reference", "total", "left"):
        op.drop_index(f"ix_ledger_document_{name}", _TABLE)
    op.drop_index("ix_ledger_document_contact", _TABLE)
    op.create_index("ix_ledger_document_contact", _TABLE, ["organisation_id", "contact_id"])
    op.create_index("ix_ledger_document_number", _TABLE, ["organisation_id", "kind", "number"])
    op.drop_column(_TABLE, "number_digits")
    op.drop_column(_TABLE, "number_key")
