"""The audit trail: everything is in it, and whatever is done to it afterwards shows."""

from __future__ import annotations

import asyncio
import json
import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from assistant.audit import AuditTag, AuditTrail, Finding
from assistant.audit.chain import event_hash
from assistant.audit.check import examine
from assistant.stores import audit as store
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
    assert not report.ok and report.first_bad == 8 and report.finding is Finding.REPLAYED
    assert report.what == "Event 8 was replayed: the row is event 3, copied again."


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
    written = "".join([line async for line in trail.export()])
    assert re.search(r'"to DE89…3000\\?"', written), "that is the whole of what is kept of it"
    for name in ("access_token", "Client-Secret", "password", "Authorization"):
        with pytest.raises(ValueError, match="must not be recorded"):
            await trail.note(**note, facts={"inner": [{name: "x"}]})  # type: ignore[arg-type]
    assert (await trail.verify()).events == 1


# whatever a row holds, the check says so and does not fall over


ODD = {
    "facts": ["", "null", "[]", "{", "{not json}", "NaN", '{"a":1e309}', '{"a": 1}', '{"a":"\\ud800"}', "[" * 5_000],
    "hash": ["", "f", "F" * 64, "g" * 64, "f" * 63, "f" * 66, " " * 64, "٣" * 64],
    "previous": ["", "f", "f" * 63, "zz", "None", "é" * 32],
    "at": ["", "yesterday", "9" * 300],
    "tag": ["", "no:such_tag"],
}


@pytest.mark.parametrize("column", ODD)
async def test_odd_values_are_called_edited(trail: AuditTrail, column: str) -> None:
    await fill(trail)
    for value in [*ODD[column], "x" * 100_000]:
        async with trail._database.work() as work:
            change = text(f"UPDATE audit_event SET {column} = :new WHERE seq = 4")
            await (await work.connection()).execute(change, {"new": value})
            report = (await examine(work)).report
            assert (report.first_bad, report.finding) == (4, Finding.EDITED), value
            await work.rollback()
        assert (await trail.verify()).ok


SQLITE_ONLY = ["CAST(x'ff' AS TEXT)", "x'ff'", "x''", "CAST(tag AS BLOB)", "zeroblob(9)"]


@pytest.mark.parametrize("column", ["tag", "facts", "previous", "hash", "at"])
@pytest.mark.parametrize("value", SQLITE_ONLY)
async def test_what_sqlite_alone_lets_be_stored_is_called_edited(sqlite: Database, column: str, value: str) -> None:
    trail = AuditTrail(sqlite, clock=HandClock())
    await fill(trail)
    await run_sql(sqlite, f"UPDATE audit_event SET {column} = {value} WHERE seq = 4")
    report = await trail.verify()
    assert (report.first_bad, report.finding) == (4, Finding.EDITED)
    assert len([line async for line in trail.export()]) == 7, "an export shows it all the same"


async def test_only_the_check_itself_reads_text_that_is_none(sqlite: Database) -> None:
    trail = AuditTrail(sqlite, clock=HandClock())
    await fill(trail)
    await run_sql(sqlite, "UPDATE audit_event SET tag = CAST(x'ff' AS TEXT) WHERE seq = 4")
    assert not (await trail.verify()).ok
    with pytest.raises(DBAPIError):
        await run_sql(sqlite, "SELECT tag FROM audit_event WHERE seq = 4")


async def test_a_gap_in_the_numbers_shows_even_where_every_hash_was_made_to_fit(trail: AuditTrail) -> None:
    await fill(trail)
    (row,) = await trail.of("proposal-6")
    row.seq = 9
    await run_sql(trail._database, f"UPDATE audit_event SET seq = 9, hash = '{event_hash(row)}' WHERE seq = 7")
    await run_sql(trail._database, f"UPDATE audit_head SET hash = '{event_hash(row)}'")
    report = await trail.verify()
    assert not report.ok and report.first_bad == 7


@pytest.mark.parametrize("seq", ["'many'", "1.5", "x'00'", "-9", "0", "9223372036854775807"])
async def test_a_head_that_is_no_number_of_an_event_is_found(sqlite: Database, seq: str) -> None:
    trail = AuditTrail(sqlite, clock=HandClock())
    await fill(trail)
    await run_sql(sqlite, f"UPDATE audit_head SET seq = {seq}")
    report = await trail.verify()
    assert not report.ok and report.first_bad in (7, 8) and report.finding in (Finding.HEAD, Finding.CUT_OFF)


WITHOUT_KEYS = {
    "sqlite": "CREATE TABLE loose AS SELECT * FROM audit_event; DROP TABLE audit_event; "
    "ALTER TABLE loose RENAME TO audit_event",
    "postgresql": "ALTER TABLE audit_event DROP CONSTRAINT audit_event_pkey; "
    "ALTER TABLE audit_event DROP CONSTRAINT ck_audit_event_seq; "
    "ALTER TABLE audit_event ALTER COLUMN seq DROP NOT NULL",
}


@pytest.mark.parametrize(
    ("deed", "first", "finding"),
    [
        ("INSERT INTO audit_event SELECT * FROM audit_event WHERE seq = 3", 3, Finding.REPLAYED),
        ("INSERT INTO audit_event SELECT * FROM audit_event WHERE seq = 7", 7, Finding.REPLAYED),
        ("UPDATE audit_event SET seq = -2 WHERE seq = 5", -2, Finding.ADDED),
        ("UPDATE audit_event SET seq = 0 WHERE seq = 1", 0, Finding.ADDED),
        ("UPDATE audit_event SET seq = 3 WHERE seq = 5", 3, Finding.REPLAYED),
        ("UPDATE audit_event SET seq = NULL WHERE seq = 7", None, Finding.ADDED),
    ],
)
async def test_numbers_that_only_a_table_without_its_keys_can_hold(
    trail: AuditTrail, deed: str, first: int | None, finding: Finding
) -> None:
    await fill(trail)
    for statement in WITHOUT_KEYS[trail._database.engine.dialect.name].split("; "):
        await run_sql(trail._database, statement)
    assert (await trail.verify()).ok
    await run_sql(trail._database, deed)
    report = await trail.verify()
    assert not report.ok
    if first is None:
        assert report.first_bad in (1, 7), "where nothing comes first or last"
    else:
        assert report.first_bad == first
        # which of two rows with one number comes first is the database's own choice
        assert report.finding in (finding, Finding.EDITED, Finding.REORDERED)


async def test_a_second_head_is_found(trail: AuditTrail) -> None:
    await fill(trail)
    head = await trail.head()
    if trail._database.is_sqlite:
        await run_sql(trail._database, "CREATE TABLE loose AS SELECT * FROM audit_head")
        await run_sql(trail._database, "DROP TABLE audit_head")
        await run_sql(trail._database, "ALTER TABLE loose RENAME TO audit_head")
    else:
        await run_sql(trail._database, "ALTER TABLE audit_head DROP CONSTRAINT ck_audit_head_single")
    await run_sql(trail._database, f"INSERT INTO audit_head (id, seq, hash) VALUES (2, 7, '{head.hash}')")
    report = await trail.verify()
    assert not report.ok and report.finding is Finding.HEAD


async def test_a_check_while_others_record_sees_one_moment(trail: AuditTrail) -> None:
    await fill(trail, 3)
    other = AuditTrail(Database(trail._database.url), clock=HandClock())
    async with trail._database.reading() as work:
        await store.hold_still(work)
        assert await store.heads(work) == [(3, (await trail.head()).hash)]
        await fill(other, 2)
        report = (await examine(work)).report
    assert report.ok and report.events == 3
    assert (await trail.verify()).events == 5
    await other._database.close()


async def test_an_event_changed_with_its_hash_is_named_when_the_next_one_still_points_to_the_old(
    trail: AuditTrail,
) -> None:
    await fill(trail)
    (row,) = await trail.of("proposal-3")
    row.facts = '{"place":9}'
    forged = event_hash(row)
    await run_sql(trail._database, f"UPDATE audit_event SET facts = '{row.facts}', hash = '{forged}' WHERE seq = 4")
    report = await trail.verify()
    assert (report.first_bad, report.finding) == (4, Finding.REWRITTEN)


async def test_a_removed_event_is_told_from_a_moved_one_and_a_copied_one(trail: AuditTrail) -> None:
    await fill(trail)
    for deed, finding in (
        ("DELETE FROM audit_event WHERE seq = 4", Finding.REMOVED),
        ("UPDATE audit_event SET seq = 40 WHERE seq = 4", Finding.REORDERED),
        ("UPDATE audit_event SET facts = '{}' WHERE seq = 4", Finding.EDITED),
    ):
        async with trail._database.work() as work:
            await (await work.connection()).execute(text(deed))
            report = (await examine(work)).report
            assert (report.first_bad, report.finding) == (4, finding)
            await work.rollback()


# what auditors are given


async def test_an_export_can_be_limited_to_an_organisation_and_to_a_time(trail: AuditTrail) -> None:
    await fill(trail, 2)
    await trail.note(tag=AuditTag.LOGIN_STARTED, organisation_id="", subject="p", facts={})
    assert len([event async for event in trail.stored(organisation_id=DEMO.id)]) == 2
    assert len([event async for event in trail.stored(organisation_id="")]) == 1
    noon = "2026-11-22T12:00:00.000000+00:00"
    assert len([event async for event in trail.stored(since=noon)]) == 3
    assert len([event async for event in trail.stored(until=noon)]) == 0


async def test_a_proposal_is_found_by_its_number(trail: AuditTrail) -> None:
    for number, subject in ((7, "seven"), (77, "seventy-seven"), (8, "eight")):
        facts = {"number": number, "body": {"number": 70, "text": '"number":7'}}
        await trail.note(tag=AuditTag.PROPOSAL_CREATED, organisation_id=DEMO.id, subject=subject, facts=facts)
    await trail.note(tag=AuditTag.DECISION_CONFIRMED, organisation_id=DEMO.id, subject="seven", facts={})
    assert [row.subject for row in await trail.of_number(DEMO.id, 7)] == ["seven", "seven"]
    assert await trail.of_number(DEMO.id, 70) == [] and await trail.of_number("another", 7) == []
