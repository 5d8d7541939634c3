"""An organisation whose connection to Xero has ended is known as one.

Revision 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade() -> None:
    op.add_column("organisation", sa.Column("left_at", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("organisation", "left_at")
