"""The only place that builds: from settings to a house that answers, with what runs beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from assistant import providers
from assistant.audit import AuditTag, AuditTrail
from assistant.audit.checkpoints import CheckpointRefused, Checkpoints, checkpoint_folder, checkpoint_key
from assistant.books_room import BooksRoom
from assistant.chat.house import Errands, House, lend
from assistant.clock import Clock, new_uuid, utc_now
from assistant.confirmation import Confirmations
from assistant.connect import XeroConnecting
from assistant.connections import TokenSource
from assistant.disconnect import Disconnecting
from assistant.execution import Executor, Patience
from assistant.execution_records import ExecutionRecords
from assistant.feed import Feed, Listener
from assistant.keys import TOKENS, Cipher, TokenCipher, kept_key, new_token_key
from assistant.ledger.reconcile import Reconciler, quietly
from assistant.login.current import current
from assistant.login.sealing import Sealer
from assistant.login.sessions import Sessions
from assistant.model import OpenAIModel
from assistant.model_consent import ModelConsents, host_of
from assistant.organisations import Organisations
from assistant.papers import PaperDesk
from assistant.payees import Payees
from assistant.places import Places
from assistant.policy.in_words import in_words
from assistant.policy.rules import load_policy
from assistant.proposals import Proposal, Proposals, State
from assistant.rulings import Rulings
from assistant.sent_desk import SentDesk
from assistant.sent_files import SentFileRoom
from assistant.settings import Settings
from assistant.settling import Settling
from assistant.stores import migrate
from assistant.stores import organisations as organisation_store
from assistant.stores.database import Database
from assistant.strict_sign_ins import StrictSignIns
from assistant.vault import VaultCipher, VaultPlace
from assistant.web import Check, Front
from assistant.write_path import Surroundings, write_path
from assistant.xero_webhooks import XeroWebhooks
from tools.base import Organisation
from tools.catalogue import families, toolset
from tools.errors import ToolFailed
from tools.xero.login import connections

log = structlog.get_logger()

_DAY = 24 * 3600.0
"""Seconds."""
_TEN_MINUTES = 600.0
_NIGHT = range(2, 5)
"""Hours on the organisation's wall clock."""
_ONCE_A_NIGHT = timedelta(hours=20)
CHAT = Path(__file__).parent / "chat" / "app.py"


@dataclass(frozen=True, slots=True)
class Keys:
    """The house's own secrets: from the settings, or made once and kept."""

    session: str
    cipher: Cipher


def keys_of(settings: Settings) -> Keys:
    """The keys; made at first use in ASSISTANT_HOME where the settings name none."""
    home = settings.assistant_home
    session = settings.secret_key.get_secret_value() or kept_key(home, "session")
    return Keys(session, token_cipher(settings))


def token_cipher(settings: Settings) -> Cipher:
    """What seals provider tokens at rest: Vault where it is set up, else keys of our own."""
    if not settings.vault_addr:
        return TokenCipher(lambda: token_keys(settings))
    return VaultCipher(
        VaultPlace(
            settings.vault_addr,
            settings.vault_transit_key,
            settings.vault_token.get_secret_value,
            mount=settings.vault_transit_mount,
            namespace=settings.vault_namespace,
        )
    )


def token_keys(settings: Settings) -> str:
    """The keys of provider tokens as they are now, newest first."""
    return settings.token_keys.get_secret_value() or kept_key(settings.assistant_home, TOKENS, new_token_key)


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[Front]:
    """Everything built and the tables up to date; the web application is made from what this gives."""
    settings.assistant_home.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    try:
        await migrate.upgrade(database)
        keys = keys_of(settings)
        tokens = providers.xero_tokens(settings, database, keys.cipher, utc_now)
        files = SentFileRoom(database, keys.cipher, utc_now, hours=settings.sent_file_hours)
        async with BooksRoom(settings, database, tokens, utc_now, held=files.held) as books:
            yield _furnish(settings, database, keys, tokens, books, files)
    finally:
        await database.close()


@asynccontextmanager
async def open_settling(settings: Settings) -> AsyncIterator[tuple[Settling, list[Organisation]]]:
    """What the command line needs to settle an unclear outcome, and the organisations here; no chat need run."""
    settings.assistant_home.mkdir(parents=True, exist_ok=True)
    database, clock = Database(settings.database), utc_now
    try:
        await migrate.upgrade(database)
        async with database.reading() as reading:
            known = [row.organisation() for row in await organisation_store.every(reading)]
        keys = keys_of(settings)
        tokens = providers.xero_tokens(settings, database, keys.cipher, clock)
        audit, feed = AuditTrail(database, clock=clock), Feed()
        # No card is shown or confirmed here, so that how long one counts as shown is of no account.
        confirmations = Confirmations(Sealer(keys.session, clock).key("confirmation"), minutes=0, clock=clock)
        records = ExecutionRecords(database, audit, feed, clock, confirmations)
        async with BooksRoom(settings, database, tokens, clock) as books:
            write_access, patience = books.write_access, Patience.of_lease(settings.lease_seconds)
            yield Settling(database, toolset(), write_access, feed, clock, audit, records, _nobody, patience), known
    finally:
        await database.close()


@asynccontextmanager
async def open_books(settings: Settings) -> AsyncIterator[tuple[Reconciler, list[Organisation]]]:
    """What the command line needs to compare the copy with Xero, and the organisations here; no chat need run."""
    settings.assistant_home.mkdir(parents=True, exist_ok=True)
    database, clock = Database(settings.database), utc_now
    try:
        await migrate.upgrade(database)
        tokens = providers.xero_tokens(settings, database, keys_of(settings).cipher, clock)
        async with BooksRoom(settings, database, tokens, clock) as books:
            yield books.reconciler, await books.organisations.every()
    finally:
        await database.close()


@asynccontextmanager
async def open_disconnecting(settings: Settings) -> AsyncIterator[tuple[Disconnecting, list[Organisation]]]:
    """What the command line needs to end a connection, and the organisations connected here; no chat need run."""
    settings.assistant_home.mkdir(parents=True, exist_ok=True)
    database, clock = Database(settings.database), utc_now
    try:
        await migrate.upgrade(database)
        keys = keys_of(settings)
        tokens = providers.xero_tokens(settings, database, keys.cipher, clock)
        async with BooksRoom(settings, database, tokens, clock) as books:
            known = await books.organisations.every()
            audit = AuditTrail(database, clock=clock)
            yield _disconnecting(settings, database, keys, tokens, books.organisations, audit), known
    finally:
        await database.close()


def _disconnecting(
    settings: Settings,
    database: Database,
    keys: Keys,
    tokens: TokenSource,
    organisations: Organisations,
    audit: AuditTrail,
) -> Disconnecting:
    return Disconnecting(
        app=providers.xero_app(settings),
        tokens=tokens,
        organisations=organisations,
        database=database,
        cipher=keys.cipher,
        audit=audit,
        clock=utc_now,
    )


async def _nobody(_person_id: str) -> None:
    """The command line acts for the house and for no person."""


def _furnish(
    settings: Settings, database: Database, keys: Keys, tokens: TokenSource, books: BooksRoom, files: SentFileRoom
) -> Front:
    clock: Clock = utc_now
    organisations = books.organisations
    audit = AuditTrail(database, clock=clock)
    checkpoints = Checkpoints(
        audit,
        checkpoint_key(settings.assistant_home, settings.audit_key),
        settings.audit_folder or checkpoint_folder(settings.assistant_home),
        clock=clock,
    )
    sessions = Sessions(
        database,
        clock,
        Sealer(keys.session, clock),
        role_groups=providers.role_groups(settings),
        hours=settings.session_hours,
        organisation_ids=organisations.ids_of,
        audit=audit,
    )
    tools, policy = toolset(), load_policy(settings.policy_file)
    strict = StrictSignIns(database, clock, minutes=settings.step_up_minutes)
    way = write_path(
        database,
        audit,
        Surroundings(
            clock=clock,
            policy=policy,
            toolset=tools,
            person_of_session=sessions.session_alive,
            person_now=sessions.person_now,
            payees=Payees(database, clock),
            step_up_for=strict.made_for,
            access_for=books.access_by_id,
            write_access_for=books.write_access,
            confirmation_key=Sealer(keys.session, clock).key("confirmation"),
            card_minutes=settings.card_minutes,
        ),
        patience=Patience.of_lease(settings.lease_seconds),
    )
    way.feed.subscribe(_reading_again(books, way.rulings))
    way.feed.subscribe(_used_files(files))
    model = providers.language_model(settings)
    errands = Errands()
    disconnecting = _disconnecting(settings, database, keys, tokens, organisations, audit)
    lend(
        House(
            places=Places(database, organisations.every, clock),
            toolset=tools,
            families=families(),
            model=model,
            access_for=books.access,
            proposals=way.proposals,
            decisions=way.decisions,
            executor=way.executor,
            audit=audit,
            feed=way.feed,
            confirmations=way.confirmations,
            switch=way.switch,
            consents=ModelConsents(database, audit, _model_host(settings), clock=clock),
            settling=way.executor.settling,
            compared=books.reconciler.latest,
            leave=disconnecting.end if settings.xero_grant == "authorization_code" else None,
            has_left=organisations.has_left,
            stepped_up=strict.is_made_for,
            current=current,
            sandboxed=settings.sandboxed("xero") and settings.sandboxed("solaris"),
            files=files,
            turn_steps=settings.turn_steps,
            clock=clock,
            new_id=new_uuid,
            errands=errands,
        )
    )

    async def organisation_name() -> str | None:
        return next((organisation.name for organisation in await organisations.every()), None)

    @asynccontextmanager
    async def beside() -> AsyncIterator[None]:
        await audit.note(
            tag=AuditTag.POLICY_LOADED,
            organisation_id="",
            subject="policy",
            facts={"policy_version": policy.digest, "rules": list(in_words(policy))},
        )
        running = [
            asyncio.create_task(_sweeping(way.executor, way.proposals, settings.sweep_seconds), name="sweeper"),
            asyncio.create_task(_removing(files), name="sent files"),
            asyncio.create_task(_warming(model, books), name="warming"),
            asyncio.create_task(_signing(checkpoints, settings.audit_every_minutes), name="checkpoints"),
            asyncio.create_task(_keeping_alive(tokens, organisations), name="keeping alive"),
        ]
        if settings.compare_by_night:
            running.append(asyncio.create_task(_comparing(books, clock), name="comparing"))
        try:
            yield
        finally:
            await errands.finish()
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await way.feed.drain()
            await _quietly("checkpoint", checkpoints.make)
            await model.close()

    async def xero_answers() -> None:
        # The list of connections counts against no organisation's limit.
        await connections(providers.xero_app(settings), await tokens.token())

    checks: dict[str, Check] = {
        "xero": xero_answers,
        "solaris": books.bank.accounts,
        "model": lambda: providers.try_model(settings),
    }
    connecting = XeroConnecting(
        app=providers.xero_app(settings),
        scopes=settings.xero_scopes,
        url=settings.url,
        enabled=settings.xero_grant == "authorization_code",
        database=database,
        cipher=keys.cipher,
        audit=audit,
        clock=clock,
        connected=organisations.learn,
    )

    async def told(tenant_id: str, contacts: bool) -> None:
        organisation_id = await organisations.of_tenant(tenant_id)
        if organisation_id is not None:
            books.written(organisation_id)
            await books.ledger.mark(organisation_id, contacts=contacts)

    webhooks = XeroWebhooks(key=providers.xero_webhook_key(settings), changed=told)
    return Front(
        more=(connecting.router(), webhooks.router(), PaperDesk(books.papers_of).router(), SentDesk(files).router()),
        settings=settings,
        database=database,
        clock=clock,
        audit=audit,
        step_up_level=settings.step_up_acr,
        secret=keys.session,
        chat=CHAT,
        sessions=sessions,
        organisation_name=organisation_name,
        checks=checks,
        beside=beside,
    )


def _model_host(settings: Settings) -> str:
    """Where the model is, if what it is told leaves this machine and is about real books; "" if not."""
    invented = settings.sandboxed("xero") and settings.sandboxed("solaris")
    return "" if invented or settings.sandboxed("model") else host_of(settings.openai_base_url)


def _reading_again(books: BooksRoom, rulings: Rulings) -> Listener:
    """What has just been paid must not be answered as open from the copy, and a new account number counts at once."""

    async def changed(proposal: Proposal) -> None:
        if proposal.state is not State.SUCCEEDED:
            return
        books.written(proposal.organisation_id)
        receipt = proposal.receipt.facts if proposal.receipt else {}
        if document_id := receipt.get("document_id"):
            await books.ledger.touch(proposal.organisation_id, str(document_id))
        elif contact_id := receipt.get("contact_id"):
            await books.ledger.touch_contact(proposal.organisation_id, str(contact_id))

    return changed


def _used_files(files: SentFileRoom) -> Listener:
    """A file that was attached stays a little longer only."""

    async def changed(proposal: Proposal) -> None:
        receipt = proposal.receipt.facts if proposal.state is State.SUCCEEDED and proposal.receipt else {}
        if file_id := receipt.get("sent_file_id"):
            await files.used(str(file_id))

    return changed


async def _removing(files: SentFileRoom) -> None:
    """Remove files whose time is over, again and again."""
    while True:
        await _quietly("sent files", files.sweep)
        await asyncio.sleep(_TEN_MINUTES)


async def _sweeping(executor: Executor, proposals: Proposals, seconds: float) -> None:
    """Look after what was left unfinished: at the start, and then again and again."""
    while True:
        await _quietly("sweep", executor.sweep)
        await _quietly("expiry", proposals.expire_due)
        await asyncio.sleep(seconds)


async def _keeping_alive(tokens: TokenSource, organisations: Organisations) -> None:
    """Look once a day whether Xero would forget us, and which organisations it still opens to us."""
    while True:
        await _quietly("keep alive", tokens.keep_alive)
        await _quietly("organisations", organisations.learn)
        await asyncio.sleep(_DAY)


async def _comparing(books: BooksRoom, clock: Clock) -> None:
    """Compare the copy of each organisation with Xero once in its night."""
    while True:
        await _quietly("comparing", lambda: compare_by_night(books, clock()))
        await asyncio.sleep(_TEN_MINUTES)


async def compare_by_night(books: BooksRoom, now: datetime) -> None:
    """Begin where it is night now and nobody has done it in this one."""
    for organisation in await books.organisations.every():
        if now.astimezone(ZoneInfo(organisation.timezone)).hour in _NIGHT:
            await quietly(books.reconciler, organisation.id, unless_since=now - _ONCE_A_NIGHT)


async def _signing(checkpoints: Checkpoints, minutes: float) -> None:
    """Sign what the trail holds, outside the database, again and again; the last one is made at the end."""
    while True:
        await asyncio.sleep(minutes * 60)
        await _quietly("checkpoint", checkpoints.make)


async def _warming(model: OpenAIModel, books: BooksRoom) -> None:
    """What the first question would otherwise wait for: the model's library and the first copy of the ledger."""
    await _quietly("model", model.warm)
    await _quietly("ledger", books.warm)


async def _quietly(what: str, work: Callable[[], Awaitable[object]]) -> None:
    """The outermost handler of what runs by itself: a fault is logged and the next round goes on."""
    try:
        await work()
    except CheckpointRefused:
        return  # said in the log as an error already; nothing was signed
    except ToolFailed as problem:
        # A provider that is down now is asked again by whoever needs it.
        log.warning("later", what=what, problem=str(problem))
    except Exception:  # outermost
        log.exception("background work failed", what=what)
