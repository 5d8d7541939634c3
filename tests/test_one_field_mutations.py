"""The figure: every mutation of one field of a confirmed payment is refused, and so is every mutated click."""

from __future__ import annotations

import sys

import pytest
from sqlalchemy import text

from assistant.canonical import digest
from assistant.principal import Grant, Role
from assistant.refusals import Refusal, RefusalReason
from assistant.stores.database import Database
from tests.support.database import run_sql
from tests.support.mutations import Stage, mutate_everything
from tests.support.paying import ANNA, DEMO, OTHER, Core, draft, person
from tests.support.refusing import reason
from tests.support.values import one_field_changed

pytestmark = pytest.mark.anyio


async def test_nothing_is_sent_that_differs_from_what_was_confirmed(database: Database) -> None:
    counts = await mutate_everything(database, share=11)
    assert counts.missed == []
    assert counts.refused.total() == counts.tried.total() > 500
    assert counts.sent_as_it_was == 1, "nothing can be sent on this stage, so it shows nothing"
    # body and digest together are held by the database alone; the body alone by the digest alone
    both = "confirmed, then body and digest changed"
    assert counts.by_database[both] == counts.tried[both] > 0
    assert counts.by_database["confirmed, then the body changed"] == 0
    sys.stdout.write("\n".join([*counts.lines(), ""]))


@pytest.mark.parametrize(("column", "value"), [("organisation_id", OTHER.id), ("tool", "another_tool")])
async def test_a_row_that_names_another_tool_or_organisation_than_its_bytes_is_altered(
    database: Database, column: str, value: str
) -> None:
    """Also when whoever confirmed may do the same over there."""
    core = Core(database)
    core.sessions[f"session-{ANNA.name}"] = person("anna", Grant(Role.APPROVER))
    made = await core.confirmed()
    await run_sql(database, f"UPDATE proposal SET {column} = '{value}' WHERE id = '{made.id}'")
    with pytest.raises(Refusal) as caught:
        await core.executor.execute(made.id)
    assert caught.value.reason is RefusalReason.DIGEST_MISMATCH
    assert (await core.tags(made.id))[-1] == "proposal:found_altered" and core.till.sends == []


UNREADABLE = {
    "no payload": ("body", '{"organisation_id":"org-demo","tool":"pay_bill","version":1}'),
    "a payload of text": ("body", '{"organisation_id":"org-demo","payload":"","tool":"pay_bill","version":1}'),
    "one name more": ("body", '{"more":1,"organisation_id":"org-demo","payload":{},"tool":"pay_bill","version":1}'),
    "half a character": (
        "body",
        '{"organisation_id":"org-demo","payload":{"a":"\\ud800"},"tool":"pay_bill","version":1}',
    ),
    "very deep": ("body", "[" * 100_000),
    "a number without end": ("body", "9" * 5000),
    "a ruling that is none": ("ruling", "nonsense"),
    "a ruling of another shape": ("ruling", "[]"),
    "a need that there is not": ("ruling", '{"needs": ["luck"]}'),
    "an earlier one without a day": ("ruling", '{"earlier": [{"label": "P-1"}]}'),
    "words that are none": ("problem", "{"),
    "a receipt that is none": ("receipt", "{}"),
    "no time": ("created_at", "yesterday"),
}


@pytest.mark.parametrize("what", UNREADABLE)
async def test_a_row_that_cannot_be_read_is_stopped_and_hides_no_other(database: Database, what: str) -> None:
    core, (column, value) = Core(database), UNREADABLE[what]
    good, bad = await core.propose(), await core.propose(what=draft(bill="bill-205"))
    values = {column: value, **({"digest": digest(value.encode())} if column == "body" else {})}
    changes = ", ".join(f"{name} = :{name}" for name in values)
    async with database.engine.begin() as connection:
        await connection.execute(text(f"UPDATE proposal SET {changes} WHERE id = :id"), {**values, "id": bad.id})
    assert [each.id for each in await core.proposals.waiting(organisation_id=DEMO.id)] == [good.id]
    assert (await core.tags(bad.id))[-1] == "proposal:found_altered"
    assert await run_sql(database, f"SELECT state FROM proposal WHERE id = '{bad.id}'") == [("blocked",)]
    assert await reason(core, bad) in (RefusalReason.DIGEST_MISMATCH, RefusalReason.CHANGED)


async def test_every_leaf_of_the_plan_is_changed(sqlite: Database) -> None:
    stage = await Stage.made(sqlite)
    changed = [name.split(":")[0] for name, _ in stage.mutants()]
    for leaf in ("amount.minor", "amount.currency", "account.id", "document.id", "payee.bank_fingerprint", "reference"):
        assert changed.count(f"payload.{leaf}") >= 5, leaf
    assert {"tool", "organisation_id", "version", "payload.notices", "payload.date"} <= set(changed)
    bodies = [body for _, body in stage.mutants()]
    assert stage.row["body"] not in bodies


def test_a_change_of_one_field_changes_just_that() -> None:
    value = {"a": 7, "b": ["x", "y"], "c": {"d": True, "e": "Ab"}}
    found = dict(one_field_changed(value))
    assert found["a: 8"] == {**value, "a": 8}
    assert found["b: turned round"] == {**value, "b": ["y", "x"]}
    assert found["b.1: in a list"] == {**value, "b": ["x", ["y"]]}
    assert found["c.d: flipped"] == {**value, "c": {"d": False, "e": "Ab"}}
    assert found["c.e: swapped at 0"] == {**value, "c": {"d": True, "e": "bA"}}
    assert found["c: without d"] == {**value, "c": {"e": "Ab"}}
    assert value == {"a": 7, "b": ["x", "y"], "c": {"d": True, "e": "Ab"}}
