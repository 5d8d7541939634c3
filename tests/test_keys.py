"""Keys kept by the house, and provider tokens sealed at rest."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from assistant.keys import CipherError, TokenCipher, kept_key, new_token_key


def test_a_key_is_made_once_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    first = kept_key(tmp_path / "home", "session")
    assert kept_key(tmp_path / "home", "session") == first
    assert len(first) >= 64
    mode = (tmp_path / "home" / "session.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_sealed_token_opens_only_for_its_owner() -> None:
    cipher = TokenCipher(new_token_key())
    sealed = cipher.seal("xero:org-1", "refresh-token")
    assert "refresh-token" not in sealed
    assert cipher.open("xero:org-1", sealed) == "refresh-token"
    with pytest.raises(CipherError, match="another connection"):
        cipher.open("xero:org-2", sealed)


def test_an_old_key_still_reads_until_it_is_dropped() -> None:
    old, new = new_token_key(), new_token_key()
    sealed = TokenCipher(old).seal("o", "t")
    assert TokenCipher(f"{new},{old}").open("o", sealed) == "t"
    with pytest.raises(CipherError, match="TOKEN_KEYS"):
        TokenCipher(new).open("o", sealed)
