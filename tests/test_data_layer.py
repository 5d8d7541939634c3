"""Conversations are kept in order and in full, on both databases, and what could not be kept is not passed over."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import re
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from assistant.chat import quickstart
from assistant.chat.journal import Journal, NotStored
from assistant.clock import utc_now
from assistant.stores.conversation_changes import DropElement, DropStep, SaveElement, SaveStep
from assistant.stores.conversations import elements_of, steps_of
from assistant.stores.database import Database
from tests.support import chainlit_here
from tests.support.database import run_sql
from tests.support.sandbox import RunningProvider, run_sandbox
from tests.support.web import Chat, answers, serve_echo, sign_in

pytest_plugins = ["tests.support.database"]
pytestmark = pytest.mark.anyio


def step(words: str, kind: str = "assistant_message", **more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "type": kind, "output": words, "name": "x", "createdAt": None, **more}


@pytest.fixture
async def journal(database: Database) -> AsyncIterator[Journal]:
    opened = Journal(database, utc_now)
    yield opened
    await opened.close()


async def stored(database: Database, conversation_id: str) -> list[dict[str, Any]]:
    async with database.reading() as reading:
        return await steps_of(reading, conversation_id)


# the journal


async def test_everything_is_kept_in_the_order_in_which_it_was_put(database: Database, journal: Journal) -> None:
    for number in range(50):
        journal.put("c1", SaveStep(step(str(number))), owner_id="anna")
    await journal.kept("c1")
    assert [s["output"] for s in await stored(database, "c1")] == [str(n) for n in range(50)]


async def test_many_changes_are_one_commit(database: Database, journal: Journal) -> None:
    """Counted at the driver: the more chats there are, the more share one wait for the disk."""
    commits: list[int] = []
    event.listen(database.engine.sync_engine, "commit", lambda _connection: commits.append(1))
    for number in range(40):
        journal.put(f"c{number}", SaveStep(step("hello")), owner_id="anna")
    await journal.kept("c39")
    assert len(commits) == 1
    assert len(await stored(database, "c7")) == 1


async def test_a_step_that_changes_keeps_its_place_and_its_time(database: Database, journal: Journal) -> None:
    first, second = step("one"), step("two")
    for change in (first, second, {**first, "output": "one, changed"}):
        journal.put("c1", SaveStep(change), owner_id="anna")
    await journal.kept("c1")
    journal.put("c1", SaveStep({**first, "output": "one, changed again"}), owner_id="anna")
    await journal.kept("c1")
    assert [s["output"] for s in await stored(database, "c1")] == ["one, changed again", "two"]


async def test_what_a_step_carries_comes_back_whole(database: Database, journal: Journal) -> None:
    rich = step(
        "Zürich ₤ 😀 \x00 \ud83d",
        metadata={"call": {"amount": "980.00", "deep": [1, {"x": None}]}, "result": "y" * 20_000, "nul": "a\x00b"},
        tags=["a", "b"],
        modes={"speed": "fast"},
        generation=None,
        isError=False,
        parentId=str(uuid4()),
        input='{"asked": "x"}',
    )
    journal.put("c1", SaveStep(rich), owner_id="anna")
    await journal.kept("c1")
    (back,) = await stored(database, "c1")
    assert back["output"] == "Zürich ₤ 😀  ?"
    assert back["metadata"]["call"] == rich["metadata"]["call"] and back["metadata"]["nul"] == "a\x00b"
    assert {k: back[k] for k in ("tags", "modes", "generation", "isError", "parentId", "input")} == {
        k: rich[k] for k in ("tags", "modes", "generation", "isError", "parentId", "input")
    }


async def test_elements_come_back_with_their_props_and_change(database: Database, journal: Journal) -> None:
    element = {"id": str(uuid4()), "type": "custom", "name": "Card", "props": {"state": "waiting", "n": [1, 2]}}
    journal.put("c1", SaveElement(element), owner_id="anna")
    journal.put("c1", SaveElement({**element, "id": "e2"}), owner_id="anna")
    await journal.kept("c1")
    journal.put("c1", SaveElement({**element, "props": {"state": "done"}}), owner_id="anna")
    journal.put("c1", DropElement("e2"), owner_id="anna")
    await journal.kept("c1")
    async with database.reading() as reading:
        back = await elements_of(reading, "c1")
    assert [e["props"] for e in back] == [{"state": "done"}]


async def test_what_is_taken_back_in_the_same_batch_is_gone(database: Database, journal: Journal) -> None:
    gone, stays = step("gone"), step("stays")
    for change in (SaveStep(gone), SaveStep(stays), DropStep(gone["id"])):
        journal.put("c1", change, owner_id="anna")
    await journal.kept("c1")
    assert [s["output"] for s in await stored(database, "c1")] == ["stays"]


async def test_nobody_writes_into_another_persons_conversation(database: Database, journal: Journal) -> None:
    journal.put("c1", SaveStep(step("mine")), owner_id="anna")
    await journal.kept("c1")
    journal.put("c1", SaveStep(step("yours")), owner_id="paul")
    with pytest.raises(NotStored):
        await journal.kept("c1")
    assert [s["output"] for s in await stored(database, "c1")] == ["mine"]


async def test_code_may_add_to_a_conversation_that_is_there_but_not_to_one_that_is_not(
    database: Database, journal: Journal
) -> None:
    journal.put("c1", SaveStep(step("mine")), owner_id="anna")
    journal.put("c1", SaveStep(step("outcome")))
    await journal.kept("c1")
    assert [s["output"] for s in await stored(database, "c1")] == ["mine", "outcome"]
    journal.put("c2", SaveStep(step("outcome")))
    with pytest.raises(NotStored):
        await journal.kept("c2")


async def test_no_step_is_overwritten_from_another_conversation_or_by_another_kind(
    database: Database, journal: Journal
) -> None:
    said, answered = step("said", "user_message"), step("answered")
    journal.put("c1", SaveStep(said), owner_id="anna")
    journal.put("c1", SaveStep(answered), owner_id="anna")
    await journal.kept("c1")
    forged = [
        ("c2", {**answered, "output": "forged"}, "paul"),
        ("c1", {**answered, "type": "user_message", "output": "forged"}, "anna"),
        ("c1", {**said, "output": "never said"}, "anna"),
    ]
    for conversation_id, change, owner in forged:
        journal.put(conversation_id, SaveStep(change), owner_id=owner)
        await journal.kept(conversation_id)
    assert [s["output"] for s in await stored(database, "c1")] == ["said", "answered"]


async def test_one_conversation_that_cannot_be_stored_does_not_spoil_the_others(
    database: Database, journal: Journal
) -> None:
    journal.put("c1", SaveStep(step("mine")), owner_id="anna")
    await journal.kept("c1")
    journal.put("c2", SaveStep(step("fine")), owner_id="anna")
    journal.put("c1", SaveStep(step("intruder")), owner_id="paul")
    journal.put("c3", SaveStep(step("fine too")), owner_id="anna")
    await journal.kept("c2")
    await journal.kept("c3")
    with pytest.raises(NotStored):
        await journal.kept("c1")
    assert [s["output"] for s in await stored(database, "c2")] == ["fine"]
    await journal.kept("c1")  # said once


async def test_a_database_that_fails_is_told_and_the_journal_goes_on(database: Database, journal: Journal) -> None:
    journal.put("c1", SaveStep(step("before")), owner_id="anna")
    await journal.kept("c1")
    await run_sql(database, "ALTER TABLE conversation_step RENAME TO away")
    journal.put("c1", SaveStep(step("lost")), owner_id="anna")
    with pytest.raises(NotStored, match="could not be stored"):
        await journal.kept("c1")
    await run_sql(database, "ALTER TABLE away RENAME TO conversation_step")
    journal.put("c1", SaveStep(step("after")), owner_id="anna")
    await journal.kept("c1")
    assert [s["output"] for s in await stored(database, "c1")] == ["before", "after"]


async def test_what_nobody_waits_for_is_written_soon_and_at_the_end(database: Database) -> None:
    journal = Journal(database, utc_now)
    journal.put("c1", SaveStep(step("soon")), owner_id="anna")
    await asyncio.sleep(0.5)
    assert len(await stored(database, "c1")) == 1
    journal.put("c1", SaveStep(step("at the end")), owner_id="anna")
    await journal.close()
    assert len(await stored(database, "c1")) == 2


async def test_a_deleted_conversation_does_not_come_back(database: Database, journal: Journal) -> None:
    layer = await layer_with(database, {"c1": "hello"})
    await layer.delete_thread("c1")
    chainlit_here.speak_as("anna", "c1")
    await layer.create_step({**step("late"), "threadId": "c1"})
    await layer.update_thread("c1", metadata={"x": 1})
    assert await layer.get_thread("c1") is None
    for table in ("conversation_step", "conversation_element", "conversation_feedback"):
        assert await run_sql(database, f"SELECT * FROM {table}") == []


# what Chainlit asks for


async def layer_with(database: Database, conversations: dict[str, str], owner: str = "anna") -> Any:
    chainlit_here.ready()
    from assistant.chat.data_layer import Conversations

    layer = Conversations(database, utc_now)
    for conversation_id, words in conversations.items():
        chainlit_here.speak_as(owner, conversation_id)
        said: Any = step(words, "user_message", threadId=conversation_id)
        await layer.create_step(said)
        await layer.update_thread(conversation_id, name=words, user_id=owner)
        await layer.journal.kept(conversation_id)
    return layer


async def listing(layer: Any, *, first: int = 10, cursor: str | None = None, **wanted: Any) -> Any:
    from chainlit.types import Pagination, ThreadFilter

    return await layer.list_threads(
        Pagination(first=first, cursor=cursor), ThreadFilter.model_validate({"userId": "anna", **wanted})
    )


async def test_conversations_are_listed_page_by_page_the_last_used_first(database: Database) -> None:
    layer = await layer_with(database, {f"c{n}": f"question {n}" for n in range(5)})
    await layer_with(database, {"p1": "question of paul"}, owner="paul")
    seen, cursor = [], None
    while True:
        page = await listing(layer, first=2, cursor=cursor)
        seen += [thread["id"] for thread in page.data]
        cursor = page.pageInfo.endCursor
        if not page.pageInfo.hasNextPage:
            break
    assert seen == ["c4", "c3", "c2", "c1", "c0"]
    assert all(thread["steps"] == [] for thread in page.data), "a list carries no messages"
    with pytest.raises(ValueError, match="whose"):
        await listing(layer, userId=None)


async def test_conversations_are_found_by_what_was_said(database: Database) -> None:
    layer = await layer_with(database, {"c1": "Rechnung 100% bezahlt", "c2": "Rechnung offen", "c3": "under_score"})
    chainlit_here.speak_as("anna", "c2")
    await layer.create_step({**step("The bill of Globex is due"), "threadId": "c2"})
    await layer.create_step({**step("Initech", "tool"), "threadId": "c2"})
    await layer.journal.kept("c2")

    async def found(search: str) -> list[str]:
        return sorted(thread["id"] for thread in (await listing(layer, search=search)).data)

    assert await found("rechnung") == ["c1", "c2"] and await found("GLOBEX") == ["c2"]
    assert await found("100%") == ["c1"] and await found("%") == ["c1"] and await found("r_s") == ["c3"]
    assert await found("initech") == [], "what was asked of a provider is no part of what was said"
    assert await found("nothing like it") == [] and await found("  ") == ["c1", "c2", "c3"]


async def test_a_conversation_begun_by_a_click_is_not_named_after_the_action(database: Database) -> None:
    layer = await layer_with(database, {})
    from chainlit.config import config

    config.code.action_callbacks["decide"] = lambda _action: None
    chainlit_here.speak_as("anna", "c1")
    await layer.update_thread("c1", name="decide", user_id="anna")
    assert (await layer.get_thread("c1"))["name"] is None
    await layer.update_thread("c1", name="  What is\n overdue? " + "x" * 500, user_id="anna")
    name = (await layer.get_thread("c1"))["name"]
    assert name.startswith("What is overdue? xxx") and len(name) == 120


async def test_what_chainlit_keeps_of_a_chat_holds_nothing_that_opens_doors(database: Database) -> None:
    layer = await layer_with(database, {"c1": "hello"})
    await layer.update_thread("c1", metadata={"chat_settings": {"a": 1}, "env": {"KEY": "s"}, "user": 1, "id": "x"})
    assert (await layer.get_thread("c1"))["metadata"] == {"chat_settings": {"a": 1}}
    await layer.update_thread("c1", name="renamed")
    assert (await layer.get_thread("c1"))["metadata"] == {"chat_settings": {"a": 1}}, "a new name leaves the rest"


# the whole, over HTTP


@pytest.fixture(scope="module")
def okta() -> Iterator[RunningProvider]:
    with run_sandbox("okta") as running:
        yield running


async def test_a_conversation_is_there_after_reload_restart_and_kill(
    okta: RunningProvider, tmp_path: Path, database_url: str
) -> None:
    issuer = f"{okta.url}/oauth2/default"
    with serve_echo(tmp_path, issuer, database=database_url) as served:
        anna = sign_in(served.url, "Anna Albrecht")
        chat = await Chat(anna).open()
        await chat.ask("card one")
        for number in range(5):
            await chat.ask(f"fast {number}")
        await chat.ask("card two")
        served.stop(signal.SIGKILL)  # at the very moment at which the last answer was seen
        port = int(served.url.rpartition(":")[2])
    thread_id = chat.first[0]["thread_id"]
    with serve_echo(tmp_path, issuer, database=database_url, port=port) as served:
        again = await Chat(anna, thread_id=thread_id).open()
        (thread,) = again.threads
        said = [s["output"] for s in thread["steps"] if s["type"].endswith("_message")]
        assert said[:3] == ["Hello Anna Albrecht", "card one", "Here is a card"]
        assert said[3:] == [f"fast {n}" for n in range(5) for _ in range(2)] + ["card two", "Here is a card"]
        assert [e["props"] for e in thread["elements"]] == [{"amount": "980.00", "lines": [1, 2]}] * 2
        assert answers(await again.ask("fast and on"))[-1] == "fast and on"
        await again.close()
        listed = anna.post("/project/threads", json={"pagination": {"first": 20}, "filter": {}}).json()["data"]
        assert [(t["id"], t["name"]) for t in listed] == [(thread_id, "card one")]
        assert anna.put("/project/thread", json={"threadId": thread_id, "name": "Cards"}).status_code == 200
        assert anna.get(f"/project/thread/{thread_id}").json()["name"] == "Cards"
        assert anna.request("DELETE", "/project/thread", json={"threadId": thread_id}).status_code == 200
        assert anna.get(f"/project/thread/{thread_id}").status_code == 404


async def test_a_chat_in_which_nothing_was_said_leaves_no_trace(okta: RunningProvider, tmp_path: Path) -> None:
    with serve_echo(tmp_path, f"{okta.url}/oauth2/default") as served:
        anna = sign_in(served.url, "Anna Albrecht")
        chat = await Chat(anna).open()
        assert answers(chat.messages) == ["Hello Anna Albrecht"]
        await chat.close()
        listed = anna.post("/project/threads", json={"pagination": {"first": 20}, "filter": {}}).json()["data"]
        assert listed == []


async def test_nothing_is_shown_before_it_is_kept(okta: RunningProvider, tmp_path: Path) -> None:
    """While somebody else holds the database, the answer waits; the step that led to it may be seen already."""
    with serve_echo(tmp_path, f"{okta.url}/oauth2/default") as served:
        chat = await Chat(sign_in(served.url, "Anna Albrecht")).open()
        await chat.ask("fast one")
        before = len(chat.messages)
        with contextlib.closing(sqlite3.connect(tmp_path / "assistant.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            asked = asyncio.create_task(chat.ask("fast two"))
            await asyncio.sleep(0.7)
            assert answers(chat.messages[before:]) == [] and not asked.done()
            other.execute("ROLLBACK")
        assert answers(await asked) == ["fast two"]
        await chat.close()


async def test_a_message_that_could_not_be_stored_is_an_error_that_the_person_sees(
    okta: RunningProvider, tmp_path: Path
) -> None:
    with serve_echo(tmp_path, f"{okta.url}/oauth2/default") as served:
        anna = sign_in(served.url, "Anna Albrecht")
        chat = await Chat(anna).open()
        await chat.ask("fast one")
        behind = Database(served.database)
        await run_sql(behind, "ALTER TABLE conversation_step RENAME TO away")
        said = await chat.ask("fast two")
        errors = [m["output"] for m in said if m.get("isError")]
        assert len(errors) == 1 and "could not be stored" in errors[0] and "Payments are not affected" in errors[0]
        await run_sql(behind, "ALTER TABLE away RENAME TO conversation_step")
        await behind.close()
        assert not [m for m in await chat.ask("fast three") if m.get("isError")]
        await chat.close()


# the quick start


def test_chainlits_sleeps_are_gone_and_its_modules_use_the_clock_for_nothing_else() -> None:
    chainlit_here.ready()
    for name in ("chainlit.message", "chainlit.step"):
        module = sys.modules[name]
        assert not isinstance(module.time, ModuleType), name
        source = Path(module.__file__ or "").read_text(encoding="utf-8")
        assert set(re.findall(r"(?<![\w.])time\.(\w+)\(", source)) == {"sleep"}, name


def test_chainlits_unused_packages_are_not_loaded_and_not_left_as_shells() -> None:
    chainlit_here.ready()
    assert not [n for n in sys.modules if n.startswith(("traceloop", "opentelemetry.instrumentation"))]
    assert importlib.import_module("mcp").ClientSession.__module__.startswith("mcp."), "who asks gets the real one"


def test_the_products_files_are_laid_out_and_kept_up_to_date(tmp_path: Path) -> None:
    project, root = tmp_path / "project", tmp_path / "home" / "chainlit"
    (project / "public").mkdir(parents=True)
    (project / ".chainlit").mkdir()
    (project / "public" / "a.css").write_text("one")
    (project / "public" / "old.js").write_text("old")
    (project / ".chainlit" / "config.toml").write_text("x = 1")
    (root / ".files" / "chat").mkdir(parents=True)
    quickstart.lay_out(project, root)
    assert (root / "public" / "a.css").read_text() == "one" and (root / ".chainlit" / "config.toml").is_file()
    assert not (root / ".files").exists(), "files of chats of an earlier start"
    (root / ".chainlit" / "translations").mkdir()
    (root / ".chainlit" / "translations" / "fr.json").write_text("{}")
    (project / "public" / "a.css").write_text("two")
    (project / "public" / "old.js").unlink()
    quickstart.lay_out(project, root)
    assert (root / "public" / "a.css").read_text() == "two" and not (root / "public" / "old.js").exists()
    assert (root / ".chainlit" / "translations" / "fr.json").exists(), "what Chainlit wrote stays"


def test_chainlit_must_not_be_imported_before_its_place_is_prepared(tmp_path: Path) -> None:
    chainlit_here.ready()
    with pytest.raises(RuntimeError, match="before its place"):
        quickstart.prepare(tmp_path, token_key="k", cookie="c", configure=lambda: None)
