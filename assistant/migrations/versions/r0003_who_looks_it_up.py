"""Who looks it up: while the outcome of a send is being looked up, that is said apart from when it is looked up next.

Revision 0003, after 0002. A lease alone says both, so that nobody could tell a proposal that waits from one that
somebody is at; only one that waits can be settled by a person. What is being looked up when this runs is looked up to
its end.
"""

from __future__ import annotations

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE proposal ADD COLUMN looking_until VARCHAR DEFAULT '' NOT NULL")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("ALTER TABLE proposal ALTER COLUMN looking_until DROP DEFAULT")


def downgrade() -> None:
    op.drop_column("proposal", "looking_until")
