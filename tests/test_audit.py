"""The audit trail: everything is in it, and whatever is done to it afterwards shows."""

from __future__ import annotations

import asyncio
import json

import pytest

from assistant.audit import AuditTag, AuditTrail
from assistant.audit_chain import event_hash
from assistant.stores.database import Database
from tests.support.database import run_sql
from tests.support.paying import ANNA, DEMO, HandClock

pytestmark = pytest.mark.anyio


@pytest.fixture
def trail(database: Database) -> AuditTrail:
    return AuditTrail(database, clock=HandClock())


async def fill(trail: AuditTrail, events: int = 7) -> None:
    for place in range(events):
        await trail.note(
            tag=AuditTag.DECISION_REFUSED,
            organisation_id=DEMO.id,
            subject=f"proposal-{place}",
            facts={"place": place, "reason": "expired"},
            principal=ANNA,
            session_id="session",
        )


async def test_an_empty_and_a_full_trail_verify(trail: AuditTrail) -> None:
    assert (await trail.verify()).ok
    await fill(trail)
    report = await trail.verify()
    assert report.ok and report.events == 7 and report.head == await trail.head()


async def test_who_what_and_when_are_exported_as_json_lines(trail: AuditTrail) -> None:
    await fill(trail, 2)
    first, second = [json.loads(line) async for line in trail.export()]
    assert first["tag"] == "decision:refused" and first["actor_id"] == ANNA.id and first["roles"] == "approver"
    assert first["at"] == "2026-11-22T12:00:00.000000+00:00" and first["facts"] == {"place": 0, "reason": "expired"}
    assert second["previous"] == first["hash"] and first["seq"] == 1
    (row,) = await trail.of("proposal-1")
    assert row.seq == 2


COLUMNS = ["at", "tag", "actor_id", "actor_name", "roles", "session_id", "organisation_id", "subject", "facts"]


@pytest.mark.parametrize("column", [*COLUMNS, "previous", "hash"])
@pytest.mark.parametrize("seq", [1, 4, 7])
async def test_every_edit_shows_at_the_event_that_was_edited(trail: AuditTrail, column: str, seq: int) -> None:
    await fill(trail)
    new = "f" * 64 if column in ("previous", "hash") else '{"place":9}' if column == "facts" else "x"
    await run_sql(trail._database, f"UPDATE audit_event SET {column} = '{new}' WHERE seq = {seq}")
    report = await trail.verify()
    assert not report.ok and report.first_bad == seq


async def test_one_changed_letter_in_the_facts_shows(trail: AuditTrail) -> None:
    await fill(trail)
    await run_sql(trail._database, "UPDATE audit_event SET facts = replace(facts, '3', '4') WHERE seq = 4")
    report = await trail.verify()
    assert not report.ok and report.first_bad == 4 and "edited" in report.what


@pytest.mark.parametrize("seq", [1, 4])
async def test_a_deleted_event_shows(trail: AuditTrail, seq: int) -> None:
    await fill(trail)
    await run_sql(trail._database, f"DELETE FROM audit_event WHERE seq = {seq}")
    report = await trail.verify()
    assert not report.ok and report.first_bad == seq and "removed" in report.what


async def test_an_edit_with_its_hash_made_to_fit_shows_at_the_next_event(trail: AuditTrail) -> None:
    await fill(trail)
    (row,) = await trail.of("proposal-3")
    row.facts = '{"place":9}'
    forged = event_hash(row)
    await run_sql(
        trail._database, f"UPDATE audit_event SET facts = '{row.facts}', hash = '{forged}' WHERE seq = {row.seq}"
    )
    await run_sql(trail._database, f"UPDATE audit_event SET previous = '{forged}' WHERE seq = {row.seq + 1}")
    report = await trail.verify()
    assert not report.ok and report.first_bad == row.seq + 1


async def test_a_deleted_event_whose_gap_was_closed_shows(trail: AuditTrail) -> None:
    await fill(trail)
    await run_sql(trail._database, "DELETE FROM audit_event WHERE seq = 4")
    for seq in (5, 6, 7):
        await run_sql(trail._database, f"UPDATE audit_event SET seq = {seq - 1} WHERE seq = {seq}")
    report = await trail.verify()
    assert not report.ok and report.first_bad == 4


async def test_two_swapped_events_show(trail: AuditTrail) -> None:
    await fill(trail)
    for old, new in ((3, 99), (4, 3), (99, 4)):
        await run_sql(trail._database, f"UPDATE audit_event SET seq = {new} WHERE seq = {old}")
    report = await trail.verify()
    assert not report.ok and report.first_bad == 3 and "event 4 stands in its place" in report.what


async def test_a_replayed_event_shows(trail: AuditTrail) -> None:
    await fill(trail)
    await run_sql(
        trail._database,
        f"INSERT INTO audit_event (seq, {', '.join(COLUMNS)}, previous, hash) "
        f"SELECT 8, {', '.join(COLUMNS)}, previous, hash FROM audit_event WHERE seq = 3",
    )
    report = await trail.verify()
    assert not report.ok and report.first_bad == 8


async def test_a_cut_off_end_shows_against_the_head(trail: AuditTrail) -> None:
    await fill(trail)
    await run_sql(trail._database, "DELETE FROM audit_event WHERE seq > 5")
    report = await trail.verify()
    assert not report.ok and report.first_bad == 6 and "cut off" in report.what


async def test_a_cut_off_end_with_the_head_set_back_shows_against_a_noted_head(trail: AuditTrail) -> None:
    await fill(trail)
    noted = await trail.head()
    await run_sql(trail._database, "DELETE FROM audit_event WHERE seq > 5")
    await run_sql(
        trail._database,
        "UPDATE audit_head SET seq = 5, hash = (SELECT hash FROM audit_event WHERE seq = 5)",
    )
    assert (await trail.verify()).ok, "inside the database alone this cannot be seen"
    report = await trail.verify(known=noted)
    assert not report.ok and report.first_bad == 6


async def test_a_wholly_rewritten_end_shows_against_a_noted_head(trail: AuditTrail) -> None:
    await fill(trail)
    noted = await trail.head()
    await run_sql(trail._database, "DELETE FROM audit_event WHERE seq > 5")
    await run_sql(
        trail._database,
        "UPDATE audit_head SET seq = 5, hash = (SELECT hash FROM audit_event WHERE seq = 5)",
    )
    await fill(trail, 3)
    assert (await trail.verify()).ok
    report = await trail.verify(known=noted)
    assert not report.ok and report.first_bad == 7 and "rewritten" in report.what


async def test_later_events_leave_a_noted_head_valid(trail: AuditTrail) -> None:
    await fill(trail)
    noted = await trail.head()
    await fill(trail)
    assert (await trail.verify(known=noted)).ok


async def test_appends_in_parallel_make_one_chain(trail: AuditTrail) -> None:
    other = AuditTrail(Database(trail._database.url))
    await asyncio.gather(*(fill(each, 5) for each in (trail, other, trail, other)))
    report = await trail.verify()
    assert report.ok and report.events == 20
    await other._database.close()


async def test_an_event_is_kept_exactly_when_the_rest_is(trail: AuditTrail) -> None:
    await fill(trail, 1)
    with pytest.raises(RuntimeError):
        async with trail._database.work() as work:
            await trail.record(
                work, tag=AuditTag.PROPOSAL_CREATED, organisation_id=DEMO.id, subject="p", facts={"a": 1}
            )
            raise RuntimeError
    await fill(trail, 1)
    report = await trail.verify()
    assert report.ok and report.events == 2


async def test_bank_account_numbers_are_masked_and_secrets_refused(trail: AuditTrail) -> None:
    note = {"tag": AuditTag.PROPOSAL_CREATED, "organisation_id": DEMO.id, "subject": "p"}
    await trail.note(**note, facts={"body": {"payee": "to DE89 3704 0044 0532 0130 00"}})  # type: ignore[arg-type]
    text = "".join([line async for line in trail.export()])
    assert "DE89…3000" in text and "0532" not in text
    for name in ("access_token", "Client-Secret", "password", "Authorization"):
        with pytest.raises(ValueError, match="must not be recorded"):
            await trail.note(**note, facts={"inner": [{name: "x"}]})  # type: ignore[arg-type]
    assert (await trail.verify()).events == 1
