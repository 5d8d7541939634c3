"""The table that counts the calls at Xero for every process of the house: one row an organisation, one for the app."""

from __future__ import annotations

import json

from sqlalchemy import text
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from assistant.stores.moments import from_text, to_text
from tools.xero.allowance import Allowance


class CallGateRow(SQLModel, table=True):
    """What has been used of what Xero allows at one organisation."""

    __tablename__ = "call_gate"

    tenant_id: str = Field(primary_key=True)
    """What Xero calls the organisation; "" for the app over all organisations."""
    calls: str = ""
    """Moments of the last minute's calls, oldest first, a blank between them."""
    places: str = "{}"
    """Who is calling now, and until when at most, as a JSON object."""
    left_today: int | None = None
    said_at: str = ""
    closed_until: str = ""
    closed_by: str = ""


async def get(work: AsyncSession, tenant_id: str) -> CallGateRow:
    """The row as it is now; an unused one when there is none."""
    return await work.get(CallGateRow, tenant_id, populate_existing=True) or CallGateRow(tenant_id=tenant_id)


async def held(work: AsyncSession, tenant_id: str) -> CallGateRow:
    """The row, which nobody else reads to change it until this unit of work ends."""
    begin = text(
        "INSERT INTO call_gate (tenant_id, calls, places, said_at, closed_until, closed_by) "
        "VALUES (:tenant_id, '', '{}', '', '', '') ON CONFLICT (tenant_id) DO NOTHING"
    )
    await (await work.connection()).execute(begin, {"tenant_id": tenant_id})
    wanted = select(CallGateRow).where(col(CallGateRow.tenant_id) == tenant_id).with_for_update()
    return (await work.exec(wanted.execution_options(populate_existing=True))).one()


def allowance_of(row: CallGateRow) -> Allowance:
    """The row as a value."""
    return Allowance(
        calls=tuple(from_text(moment) for moment in row.calls.split()),
        places={name: from_text(end) for name, end in json.loads(row.places).items()},
        left_today=row.left_today,
        said_at=from_text(row.said_at) if row.said_at else None,
        closed_until=from_text(row.closed_until) if row.closed_until else None,
        closed_by=row.closed_by,
    )


def keep(row: CallGateRow, allowance: Allowance) -> None:
    """The value in the row."""
    row.calls = " ".join(to_text(call) for call in allowance.calls)
    row.places = json.dumps({name: to_text(end) for name, end in allowance.places.items()})
    row.left_today = allowance.left_today
    row.said_at = to_text(allowance.said_at) if allowance.said_at else ""
    row.closed_until = to_text(allowance.closed_until) if allowance.closed_until else ""
    row.closed_by = allowance.closed_by
