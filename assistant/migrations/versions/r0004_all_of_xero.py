"""All of Xero: every process of the house counts its calls in one place and renews a connection once.

Revision 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade() -> None:
    op.create_table(
        "call_gate",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("used", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )

    op.execute("ALTER TABLE connection ADD COLUMN renewing_until VARCHAR DEFAULT '' NOT NULL")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("ALTER TABLE connection ALTER COLUMN renewing_until DROP DEFAULT")


def downgrade() -> None:
    op.drop_column("connection", "renewing_until")
    op.drop_table("call_gate")
