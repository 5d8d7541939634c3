"""`assistant rotate-keys` as it is typed: token sets are sealed anew, and the older keys taken out after that."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.clock import utc_now
from assistant.connections import XERO, open_tokens, seal_tokens
from assistant.keys import CipherError, TokenCipher, kept_key, new_token_key
from assistant.sent_files import Coming, SentFileRoom
from assistant.stores import migrate
from assistant.stores.connections import ConnectionRow, reseal
from assistant.stores.database import Database
from tests.support.assistant import clean_environment
from tests.support.database import run_sql
from tools.xero.login import TokenSet

TOKENS = TokenSet(
    access_token="access", expires_at=datetime(2026, 11, 26, tzinfo=UTC), refresh_token="refresh", scope="s"
)


def typed(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """`assistant rotate-keys WORDS`"""
    return subprocess.run(
        [sys.executable, "-m", "assistant", "rotate-keys", *words],
        env={**clean_environment(home), **more},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def address(home: Path) -> str:
    return f"sqlite:///{home / 'state' / 'assistant.db'}"


def connect(home: Path, keys: str) -> None:
    """A connection whose tokens lie sealed under the first of these keys."""

    async def go() -> None:
        database = Database(address(home))
        await migrate.upgrade(database)
        async with database.work() as work:
            sealed = await seal_tokens(TokenCipher(keys), TOKENS)
            work.add(
                ConnectionRow(
                    id=XERO, provider=XERO, sealed=sealed, connected_by="p", connected_at="now", updated_at="now"
                )
            )
        await database.close()

    (home / "state").mkdir(exist_ok=True)
    asyncio.run(go())


def stored(home: Path) -> tuple[str, list[str]]:
    """The sealed tokens, and what the trail says of keys."""

    async def go() -> tuple[str, list[str]]:
        database = Database(address(home))
        rows = await run_sql(database, "SELECT sealed FROM connection")
        trail = await run_sql(database, "SELECT facts FROM audit_event WHERE tag = 'sealing_keys:changed' ORDER BY seq")
        await database.close()
        return str(rows[0][0]), [str(row[0]) for row in trail]

    return asyncio.run(go())


def opened(keys: str, sealed: str) -> TokenSet:
    """What is in it."""
    return asyncio.run(open_tokens(TokenCipher(keys), sealed))


def test_the_houses_own_keys_are_rotated_and_then_the_older_one_is_taken_out(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    old = kept_key(tmp_path / "state", "tokens", new_token_key)
    connect(tmp_path, old)
    early = typed(tmp_path, "--retire")
    assert early.returncode == 0 and "0 older keys taken out" in early.stdout
    done = typed(tmp_path)
    assert done.returncode == 0 and "1 stored token set is sealed with it" in done.stdout, done.stderr
    keys = kept_key(tmp_path / "state", "tokens")
    assert keys.endswith(f",{old}") and old not in done.stdout + done.stderr
    sealed, _ = stored(tmp_path)
    assert opened(keys.split(",")[0], sealed) == TOKENS
    with pytest.raises(CipherError):
        opened(old, sealed)
    retired = typed(tmp_path, "--retire")
    assert retired.returncode == 0 and "1 older key taken out" in retired.stdout
    assert kept_key(tmp_path / "state", "tokens") == keys.split(",")[0]
    assert [fact for fact in stored(tmp_path)[1] if "rotated" in fact] and len(stored(tmp_path)[1]) == 3


def test_an_older_key_that_is_still_needed_is_not_taken_out(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    old = kept_key(tmp_path / "state", "tokens", new_token_key)
    connect(tmp_path, old)
    typed(tmp_path)
    both = kept_key(tmp_path / "state", "tokens")

    async def seal_with_the_old_one() -> None:
        database = Database(address(tmp_path))
        async with database.work() as work:
            row = await work.get(ConnectionRow, XERO)
            sealed = await seal_tokens(TokenCipher(old), TOKENS)
            assert row is not None and await reseal(work, row, sealed)
        await database.close()

    asyncio.run(seal_with_the_old_one())
    refused = typed(tmp_path, "--retire")
    assert refused.returncode == 1 and "still needed" in refused.stderr
    assert kept_key(tmp_path / "state", "tokens") == both


def test_keys_of_the_settings_are_the_operators(tmp_path: Path) -> None:
    new, old = new_token_key(), new_token_key()
    connect(tmp_path, old)
    done = typed(tmp_path, TOKEN_KEYS=f"{new},{old}")
    assert done.returncode == 0 and "first key of TOKEN_KEYS" in done.stdout
    assert opened(new, stored(tmp_path)[0]) == TOKENS
    assert typed(tmp_path, "--retire", TOKEN_KEYS=f"{new},{old}").returncode == 1
    assert not (tmp_path / "state" / "tokens.key").exists()


def test_tokens_that_no_key_opens_are_left_as_they_are(tmp_path: Path) -> None:
    connect(tmp_path, new_token_key())
    before = stored(tmp_path)
    refused = typed(tmp_path, TOKEN_KEYS=new_token_key())
    assert refused.returncode == 1 and "Nothing was sealed anew" in refused.stderr
    assert stored(tmp_path) == before


def test_a_file_that_was_sent_into_a_chat_is_opened_by_the_new_key_too(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    old = kept_key(tmp_path / "state", "tokens", new_token_key)
    connect(tmp_path, old)
    content = b"%PDF-1.4 kept over a rotation"

    def room(database: Database, keys: str) -> SentFileRoom:
        return SentFileRoom(database, TokenCipher(keys), utc_now, hours=24)

    async def sent(keys: str) -> str:
        database = Database(address(tmp_path))
        taken = await room(database, keys).take_in([Coming("a.pdf", content)], conversation_id="c", person_id="p")
        await database.close()
        return taken.files[0].id

    async def content_by(keys: str, file_id: str) -> bytes | None:
        database = Database(address(tmp_path))
        found = await room(database, keys).opened(file_id, person_id="p")
        await database.close()
        return found and found[1]

    first = asyncio.run(sent(old))
    assert typed(tmp_path).returncode == 0
    newest = kept_key(tmp_path / "state", "tokens").split(",")[0]
    assert asyncio.run(content_by(newest, first)) == content and asyncio.run(content_by(old, first)) is None
    asyncio.run(sent(old))
    refused = typed(tmp_path, "--retire")
    assert refused.returncode == 1 and "still needed" in refused.stderr, "a file needs the older key"
