"""Keys kept by the house, and provider tokens sealed at rest."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from assistant.keys import CipherError, TokenCipher, kept_key, new_token_key, replace_kept_key

pytestmark = pytest.mark.anyio


def test_a_key_is_made_once_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    first = kept_key(tmp_path / "home", "session")
    assert kept_key(tmp_path / "home", "session") == first
    assert len(first) >= 64
    mode = (tmp_path / "home" / "session.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


async def test_a_sealed_token_opens_only_for_its_owner() -> None:
    cipher = TokenCipher(new_token_key())
    sealed = await cipher.seal("xero:org-1", "refresh-token")
    assert "refresh-token" not in sealed
    assert await cipher.open("xero:org-1", sealed) == "refresh-token"
    with pytest.raises(CipherError, match="another connection"):
        await cipher.open("xero:org-2", sealed)


async def test_an_old_key_still_reads_until_it_is_dropped() -> None:
    old, new = new_token_key(), new_token_key()
    sealed = await TokenCipher(old).seal("o", "t")
    assert await TokenCipher(f"{new},{old}").open("o", sealed) == "t"
    with pytest.raises(CipherError, match="TOKEN_KEYS"):
        await TokenCipher(new).open("o", sealed)


async def test_new_keys_count_at_once_where_they_are_read_anew(tmp_path: Path) -> None:
    kept_key(tmp_path, "tokens", new_token_key)
    running = TokenCipher(lambda: kept_key(tmp_path, "tokens"))
    before = await running.seal("o", "t")
    replace_kept_key(tmp_path, "tokens", f"{new_token_key()},{kept_key(tmp_path, 'tokens')}")
    assert stat.S_IMODE((tmp_path / "tokens.key").stat().st_mode) == 0o600
    assert await running.open("o", before) == "t" and not await running.is_newest("o", before)
    assert await running.is_newest("o", await running.seal("o", "t"))
