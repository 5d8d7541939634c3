"""A database that is in use goes forward to the rules and back with everything that is in it, on both databases."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from assistant.audit import AuditTrail
from assistant.proposal import from_row
from assistant.refusals import RefusalReason
from assistant.stores import migrate
from assistant.stores import proposals as store
from assistant.stores.database import Database
from assistant.stores.proposals import State
from tests.support.database import run_sql
from tests.support.first_tables import DECIDED, OLD_TABLES, Filled, fill, rows_of
from tests.support.paying import ANNA, DEMO, PAUL, Core, draft
from tests.support.refusing import reason
from tests.test_migrations import differences, empty

pytestmark = pytest.mark.anyio
__all__ = ["empty"]


@pytest.fixture
async def old(empty: Database) -> AsyncIterator[tuple[Database, Filled]]:
    """A database at revision 0001 with a proposal of every state in it."""
    await migrate.upgrade(empty, "0001")
    yield empty, await fill(empty)


async def everything(database: Database, filled: Filled) -> dict[str, list[dict[str, object]]]:
    """All rows of the tables of 0001, in the columns that 0001 has."""
    columns = {"proposal": list(filled.proposals[0]), "decision": list(filled.decisions[0])}
    return {table: await rows_of(database, table, columns.get(table, ())) for table in OLD_TABLES}


async def test_everything_is_there_after_the_way_forward(old: tuple[Database, Filled]) -> None:
    database, filled = old
    before = await everything(database, filled)
    await migrate.upgrade(database)
    assert await everything(database, filled) == before
    assert {table: len(rows) for table, rows in before.items()} == {
        "proposal": 13, "decision": 6, "execution_attempt": 4, "execution_hold": 4, "proposal_number": 1,
        "audit_event": 13,
    }  # fmt: skip
    assert await differences(database) == []
    assert (await AuditTrail(database).verify()).ok


async def test_every_proposal_can_be_read_and_says_what_it_puts_at_stake(old: tuple[Database, Filled]) -> None:
    database, filled = old
    await migrate.upgrade(database)
    async with database.reading() as work:
        rows = [await store.get(work, str(row["id"])) for row in filled.proposals]
    read = [from_row(row) for row in rows if row is not None]
    assert [proposal.state for proposal in read[: len(State)]] == list(State)
    for row, proposal in zip(rows, read, strict=True):
        assert row is not None and (row.policy_version, row.second_person, row.ruling) == ("", False, "{}")
        assert proposal.rules == {} and proposal.needs == frozenset()
    first, invoice, nothing, nonsense = rows[0], rows[-3], rows[-2], rows[-1]
    assert first and invoice and nothing and nonsense
    assert (first.kind, first.amount_minor, first.currency, first.payee_id) == (
        "payment_out", 98000, "EUR", "contact-acme",
    )  # fmt: skip
    assert (invoice.kind, invoice.reference) == ("payment_in", "inv99")
    for unreadable in (nothing, nonsense):
        assert (unreadable.kind, unreadable.amount_minor, unreadable.payee_id) == ("payment_out", 0, "")


async def test_every_decision_stands_and_only_confirmations_count_as_such(old: tuple[Database, Filled]) -> None:
    database, filled = old
    await migrate.upgrade(database)
    decisions = {str(row["proposal_id"]): row for row in await rows_of(database, "decision")}
    assert set(decisions) == {row["id"] for row in filled.proposals if row["state"] in DECIDED}
    for row in filled.proposals:
        if (decision := decisions.get(str(row["id"]))) is not None:
            assert decision["proposer_id"] == row["proposer_id"]
            assert (decision["confirmation"] is None) is (decision["verdict"] == "cancel")
    assert len({row["confirmation"] for row in decisions.values()}) == len(decisions)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE proposal SET kind = 'gift'",
        "UPDATE proposal SET amount_minor = -1",
        "UPDATE proposal SET kind = 'payee_change'",
        "UPDATE proposal SET digest = '" + "0" * 64 + "'",
        "UPDATE proposal SET second_person = true, decided_by_id = proposer_id WHERE state = 'awaiting_confirmation'; "
        "UPDATE proposal SET state = 'confirmed' WHERE second_person",
        "UPDATE decision SET confirmation = NULL WHERE verdict = 'confirm'",
        "UPDATE decision SET confirmation = 'the same' WHERE verdict = 'confirm'",
        "UPDATE decision SET proposer_id = 'somebody-else'",
        "UPDATE decision SET second_person = true",
        "DELETE FROM proposal WHERE state = 'confirmed'",
        "INSERT INTO step_up VALUES ('s', 'no proposal', '" + "0" * 64 + "', 'p', 's', 'mfa', 'now', 'now')",
    ],
)
async def test_the_constraints_hold_in_tables_that_were_brought_along(
    old: tuple[Database, Filled], statement: str
) -> None:
    database, _ = old
    await migrate.upgrade(database)
    *first, last = statement.split("; ")
    for each in first:
        await run_sql(database, each)
    with pytest.raises(IntegrityError):
        await run_sql(database, last)


async def test_back_and_forward_again_loses_nothing(old: tuple[Database, Filled]) -> None:
    database, filled = old
    before = await everything(database, filled)
    await migrate.upgrade(database)
    after = {table: await rows_of(database, table) for table in OLD_TABLES}
    await migrate.downgrade(database, "0001")
    assert await migrate.current(database) == "0001"
    assert {table: await rows_of(database, table) for table in OLD_TABLES} == before
    with pytest.raises(IntegrityError):
        await run_sql(database, "UPDATE decision SET proposal_id = 'nothing'")
    await migrate.upgrade(database)
    assert {table: await rows_of(database, table) for table in OLD_TABLES} == after
    assert await differences(database) == []
    assert (await AuditTrail(database).verify()).ok


async def test_what_waited_is_judged_by_the_rules_before_it_is_confirmed(old: tuple[Database, Filled]) -> None:
    database, filled = old
    await migrate.upgrade(database)
    core = Core(database)
    card = await core.proposals.get(str(filled.of(State.AWAITING)["id"]))
    assert card is not None and card.state is State.AWAITING
    assert await reason(core, card) is RefusalReason.POLICY_CHANGED
    anew = await core.proposals.get(card.id)
    assert anew is not None and anew.policy_version == core.policy.digest
    assert (await core.decide(anew)).state is State.CONFIRMED


async def test_what_was_confirmed_before_is_settled_under_the_rules(old: tuple[Database, Filled]) -> None:
    """Not sent if it never was, since its decision has no seal; looked up if it may have been. Numbers go on."""
    database, filled = old
    await migrate.upgrade(database)
    core = Core(database)
    confirmed, unknown = filled.of(State.CONFIRMED), filled.of(State.UNKNOWN)
    core.till.take(str(unknown["id"]), 1)
    core.till.due = 98000
    core.clock.advance(seconds=59)
    await core.executor.sweep()
    states = {str(row["id"]): row["state"] for row in await rows_of(database, "proposal", ["id", "state"])}
    assert states[str(confirmed["id"])] == "blocked" and states[str(unknown["id"])] == "succeeded"
    assert core.till.sends == []
    assert (await core.propose(PAUL, draft(bill="a new one"))).number == len(filled.proposals) + 1


async def test_what_was_decided_under_the_rules_survives_the_way_back_and_forward(empty: Database) -> None:
    await migrate.upgrade(empty)
    core = Core(empty)
    done = await core.confirmed()
    await core.executor.execute(done.id)
    await core.switch.stop(DEMO, None, "")
    tables = ("execution_attempt", "execution_hold", "audit_event")
    before = {table: await rows_of(empty, table) for table in tables}
    await migrate.downgrade(empty, "0001")
    assert {table: await rows_of(empty, table) for table in tables} == before
    await migrate.upgrade(empty)
    assert {table: await rows_of(empty, table) for table in tables} == before
    found = await core.proposals.get(done.id)
    assert found is not None and (found.state, found.decided_by_id) == (State.SUCCEEDED, ANNA.id)
    assert (await core.audit.verify()).ok
    facts = [json.loads(str(row["facts"])) for row in before["audit_event"]]
    assert any(each.get("policy_version") == core.policy.digest for each in facts)  # the trail still knows the rules


def test_the_migrations_come_with_the_product() -> None:
    folder = Path(migrate.__file__).parent.parent / "migrations" / "versions"
    assert {path.name.split("_")[0] for path in folder.glob("r*.py")} >= {"r0001", "r0002"}
