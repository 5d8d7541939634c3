"""Changes which kinds of write the table of proposals takes, on both databases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def change_kinds(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Replace the CHECK of the column; refused while there are proposals of a kind that it would not take."""
    connection = op.get_bind()
    proposal = sa.table("proposal", sa.column("kind", sa.String()))
    unknown = sa.select(sa.func.count()).select_from(proposal).where(proposal.c.kind.not_in(after))
    if left := connection.execute(unknown).scalar_one():
        raise RuntimeError(f"{left} proposals are of a kind that this version does not know")
    if connection.dialect.name != "sqlite":
        op.drop_constraint("ck_proposal_kind", "proposal", type_="check")
        op.create_check_constraint("ck_proposal_kind", "proposal", _check(after))
        return
    # SQLite cannot alter a CHECK. A rebuilt table would tear the foreign keys that point at it, so the text of the
    # constraint is replaced, as sqlite.org/lang_altertable.html (section 7) describes for changes of constraints alone.
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :before, :after) WHERE type = 'table' AND name = 'proposal'"
        ),
        {"before": _check(before), "after": _check(after)},
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
    sql = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'proposal'").scalar_one()
    if _check(after) not in sql or connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() != "ok":
        raise RuntimeError("the table of proposals could not be changed")


def _check(kinds: tuple[str, ...]) -> str:
    return f"kind IN ({', '.join(repr(kind) for kind in kinds)})"
