"""Provider tokens sealed by Vault's Transit engine: bound to their owner, sealed anew after a rotation, and never lost
when Vault is away at the wrong moment."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant.connections import XERO, AuthorisedConnection, open_tokens, seal_tokens
from assistant.keys import CipherError, TokenCipher, new_token_key
from assistant.rotate_command import DONE, NOT_DONE, rotate
from assistant.settings import Settings
from assistant.stores import migrate
from assistant.stores.connections import ConnectionRow
from assistant.stores.database import Database
from assistant.stores.moments import to_text
from assistant.vault import VaultCipher, VaultPlace
from assistant.wiring import token_cipher
from tests.support.vault import TOKEN, Transit, run_vault
from tools.errors import ToolFailed
from tools.xero.login import TokenSet, XeroApp

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
TOKENS = TokenSet(access_token="access-1", refresh_token="refresh-1", scope="x", expires_at=NOW + timedelta(minutes=30))


@pytest.fixture
def vault() -> Iterator[Transit]:
    with run_vault() as transit:
        yield transit


def cipher(vault: Transit, token: str = TOKEN) -> VaultCipher:
    return VaultCipher(VaultPlace(vault.url, "finance-assistant", lambda: token))


async def test_a_sealed_token_opens_only_for_its_owner(vault: Transit) -> None:
    sealed = await cipher(vault).seal("xero:org-1", "refresh-token")
    assert sealed.startswith("vault:v1:") and "refresh-token" not in sealed
    assert await cipher(vault).open("xero:org-1", sealed) == "refresh-token"
    with pytest.raises(CipherError, match="another connection"):
        await cipher(vault).open("xero:org-2", sealed)


async def test_what_is_not_vaults_is_said(vault: Transit) -> None:
    fernet = await TokenCipher(new_token_key()).seal("o", "t")
    with pytest.raises(CipherError, match="not sealed by Vault"):
        await cipher(vault).open("o", fernet)
    with pytest.raises(CipherError, match="status 403"):
        await cipher(vault, token="another").seal("o", "t")
    vault.sealed = True
    with pytest.raises(CipherError, match="status 503"):
        await cipher(vault).seal("o", "t")
    with pytest.raises(CipherError, match="cannot be reached"):
        await VaultCipher(VaultPlace("http://127.0.0.1:1", "k", lambda: "t")).seal("o", "t")


async def test_after_a_rotation_old_versions_open_and_are_not_the_newest(vault: Transit) -> None:
    sealed = await cipher(vault).seal("o", "t")
    assert await cipher(vault).is_newest("o", sealed)
    vault.rotate()
    assert await cipher(vault).open("o", sealed) == "t" and not await cipher(vault).is_newest("o", sealed)
    assert (await cipher(vault).seal("o", "t")).startswith("vault:v2:")


def settings_of(vault: Transit, home: Path) -> Settings:
    return Settings(_env_file=None, assistant_home=home, vault_addr=vault.url, vault_token=SecretStr(TOKEN))


async def migrated(url: str) -> None:
    database = Database(url)
    await migrate.upgrade(database)
    await database.close()


async def stored(url: str, sealed: str) -> None:
    database = Database(url)
    async with database.work() as work:
        work.add(
            ConnectionRow(
                id=XERO,
                provider=XERO,
                sealed=sealed,
                connected_by="p",
                connected_at=to_text(NOW),
                updated_at=to_text(NOW),
            )
        )
    await database.close()


async def test_the_command_seals_everything_anew_with_the_latest_version(vault: Transit, tmp_path: Path) -> None:
    settings = settings_of(vault, tmp_path)
    await migrated(settings.database)
    await stored(settings.database, await seal_tokens(token_cipher(settings), TOKENS))
    vault.rotate()
    code, said = await rotate(settings, retire=False)
    assert (code, "latest version" in said) == (DONE, True)
    database = Database(settings.database)
    async with database.reading() as work:
        row = await work.get(ConnectionRow, XERO)
    await database.close()
    assert row is not None and row.sealed.startswith("vault:v2:")
    assert await open_tokens(token_cipher(settings), row.sealed) == TOKENS
    assert (await rotate(settings, retire=True))[0] == NOT_DONE


async def test_vault_is_asked_once_for_what_it_opened_and_no_set_is_spent_while_it_is_away(
    vault: Transit, tmp_path: Path
) -> None:
    settings = settings_of(vault, tmp_path)
    await migrated(settings.database)
    await stored(settings.database, await seal_tokens(token_cipher(settings), TOKENS))
    database, now = Database(settings.database), NOW
    nobody = XeroApp("id", "secret", identity_url="http://127.0.0.1:1", login_url="http://127.0.0.1:1",
                     api_url="http://127.0.0.1:1")  # fmt: skip
    source = AuthorisedConnection(nobody, database, token_cipher(settings), lambda: now)
    before = len(vault.asked)
    for _ in range(3):
        assert await source.token() == "access-1"
    assert len(vault.asked) == before + 1
    vault.sealed, now = True, NOW + timedelta(hours=1)
    with pytest.raises(ToolFailed) as away:  # nothing was asked of Xero, whose address would not even answer
        await source.token()
    assert "cannot be opened" in away.value.text("en") and "503" in away.value.text("en")
    await database.close()
