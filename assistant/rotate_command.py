"""`assistant rotate-keys`: the keys that seal provider tokens at rest are changed, while the chat goes on.

    rotate      a new key first; every token set sealed anew with it; older keys still open what another process is just
                about to write
    --retire    the older keys are taken out, once nothing needs them any more

Where TOKEN_KEYS names the keys, the house cannot change them: it only seals anew with the first of them.
"""

from __future__ import annotations

from assistant.audit import AuditTag, AuditTrail
from assistant.keys import TOKENS, Cipher, CipherError, new_token_key, replace_kept_key
from assistant.sent_files import owner_of
from assistant.settings import Settings
from assistant.stores import migrate, sent_files
from assistant.stores.connections import ConnectionRow, every, reseal
from assistant.stores.database import Database
from assistant.wiring import token_cipher, token_keys

DONE, NOT_DONE = 0, 1
_TRIES = 20
"""A token set that is renewed while it is sealed anew is read again; nobody renews one more often than that."""


async def rotate(settings: Settings, *, retire: bool) -> tuple[int, str]:
    """Rotate, or retire the older keys; the exit code and the words."""
    settings.assistant_home.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    cipher = token_cipher(settings)
    try:
        await migrate.upgrade(database)
        if settings.vault_addr:
            return await _by_vault(database, cipher, retire=retire)
        if retire:
            return await _retire(settings, database, cipher)
        if not settings.token_keys.get_secret_value():
            kept = f"{new_token_key()},{token_keys(settings)}"
            replace_kept_key(settings.assistant_home, TOKENS, kept)
        count = await _seal_anew(database, cipher)
        await _noted(database, "rotated", count)
        if settings.token_keys.get_secret_value():
            return DONE, (
                f"{_sets(count)} sealed with the first key of TOKEN_KEYS. Once every process runs with these keys, "
                "run this again, and then take the others out."
            )
        return DONE, (
            f"There is a new key in {settings.assistant_home / (TOKENS + '.key')}, and {_sets(count)} sealed with it. "
            "The older key still opens; take it out with `assistant rotate-keys --retire`."
        )
    except CipherError as problem:
        return NOT_DONE, f"{problem} Nothing was sealed anew. Put the key that sealed them back first."
    finally:
        await database.close()


async def _by_vault(database: Database, cipher: Cipher, *, retire: bool) -> tuple[int, str]:
    """The keys are Vault's: it rotates them and takes old versions out; here everything is sealed anew."""
    if retire:
        return NOT_DONE, "The keys are in Vault: set min_decryption_version there. Nothing was changed."
    count = await _seal_anew(database, cipher)
    await _noted(database, "rotated", count)
    return DONE, f"{_sets(count)} sealed with the latest version of the key in Vault."


async def _retire(settings: Settings, database: Database, cipher: Cipher) -> tuple[int, str]:
    if settings.token_keys.get_secret_value():
        return NOT_DONE, "TOKEN_KEYS names the keys: take the older ones out of it yourself. Nothing was changed."
    async with database.reading() as work:
        rows = await every(work)
        files = await sent_files.sealed_keys(work)
    needed = [(row.id, row.sealed) for row in rows] + [(owner_of(file_id), sealed) for file_id, sealed in files]
    if not all([await cipher.is_newest(owner, sealed) for owner, sealed in needed]):
        return NOT_DONE, "An older key is still needed. Nothing was changed. Run `assistant rotate-keys` first."
    newest, *older = [key.strip() for key in token_keys(settings).split(",") if key.strip()]
    replace_kept_key(settings.assistant_home, TOKENS, newest)
    await _noted(database, "retired", len(older))
    return (
        DONE,
        f"{len(older)} older key{'' if len(older) == 1 else 's'} taken out. What they sealed cannot be read now.",
    )


async def _seal_anew(database: Database, cipher: Cipher) -> int:
    """Every stored token set under the newest key; how many there are."""
    async with database.reading() as work:
        ids = [row.id for row in await every(work)]
    for connection_id in ids:
        for _ in range(_TRIES):
            async with database.work() as work:
                row = await work.get(ConnectionRow, connection_id, populate_existing=True)
                if row is None:
                    break
                sealed = await cipher.seal(row.id, await cipher.open(row.id, row.sealed))
                if await reseal(work, row, sealed):
                    break
    async with database.reading() as work:
        files = await sent_files.sealed_keys(work)
    for file_id, before in files:
        after = await cipher.seal(owner_of(file_id), await cipher.open(owner_of(file_id), before))
        async with database.work() as work:
            await sent_files.reseal(work, file_id, before, after)  # one that was removed meanwhile needs no key
    return len(ids)


async def _noted(database: Database, what: str, count: int) -> None:
    await AuditTrail(database).note(
        tag=AuditTag.SEALING_KEYS_CHANGED,
        organisation_id="",
        subject="token keys",
        facts={"what": what, "count": count},
    )


def _sets(count: int) -> str:
    return "1 stored token set is" if count == 1 else f"{count} stored token sets are"
