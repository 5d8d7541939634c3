"""The table that counts the calls at Xero for every process of the house: one row an organisation, one for the app."""

from __future__ import annotations

import json

from sqlalchemy import text
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from assistant.stores.moments import from_text, to_text
from tools.xero.allowance import Allowance


class CallGateRow(SQLModel, table=True):
    """What has been used of what Xero allows at one organisation."""

    __tablename__ = "call_gate"

    tenant_id: str = Field(primary_key=True)
    """What Xero calls the organisation; "" for the app over all organisations."""
    used: str
    """The allowance as JSON: it is read and written as a whole, at each call, and nobody searches in it."""


async def read(work: AsyncSession, tenant_id: str) -> Allowance:
    """What has been used; nothing where there is no row yet."""
    found = await (await work.connection()).execute(_READ, {"tenant_id": tenant_id})
    return _from_json(found.scalar_one_or_none())


async def held(work: AsyncSession, tenant_id: str) -> Allowance:
    """The same, and nobody else reads it to change it until this unit of work ends."""
    connection = await work.connection()
    locked = _READ if connection.dialect.name == "sqlite" else _LOCK
    found = (await connection.execute(locked, {"tenant_id": tenant_id})).scalar_one_or_none()
    if found is None:
        await connection.execute(_BEGIN, {"tenant_id": tenant_id})
        found = (await connection.execute(locked, {"tenant_id": tenant_id})).scalar_one()
    return _from_json(found)


async def keep(work: AsyncSession, tenant_id: str, allowance: Allowance) -> None:
    """What is used now, of a row that is held."""
    await (await work.connection()).execute(_KEEP, {"tenant_id": tenant_id, "used": _to_json(allowance)})


_READ = text("SELECT used FROM call_gate WHERE tenant_id = :tenant_id")
_LOCK = text("SELECT used FROM call_gate WHERE tenant_id = :tenant_id FOR UPDATE")
_BEGIN = text("INSERT INTO call_gate (tenant_id, used) VALUES (:tenant_id, '{}') ON CONFLICT (tenant_id) DO NOTHING")
_KEEP = text("UPDATE call_gate SET used = :used WHERE tenant_id = :tenant_id")


def _to_json(allowance: Allowance) -> str:
    return json.dumps(
        {
            "calls": [to_text(call) for call in allowance.calls],
            "places": {name: to_text(end) for name, end in allowance.places.items()},
            "left_today": allowance.left_today,
            "said_at": to_text(allowance.said_at) if allowance.said_at else None,
            "closed_until": to_text(allowance.closed_until) if allowance.closed_until else None,
            "closed_by": allowance.closed_by,
        }
    )


def _from_json(written: str | None) -> Allowance:
    found = json.loads(written or "{}")
    return Allowance(
        calls=tuple(from_text(moment) for moment in found.get("calls", ())),
        places={name: from_text(end) for name, end in found.get("places", {}).items()},
        left_today=found.get("left_today"),
        said_at=from_text(found["said_at"]) if found.get("said_at") else None,
        closed_until=from_text(found["closed_until"]) if found.get("closed_until") else None,
        closed_by=found.get("closed_by", ""),
    )
