"""Opens the core over a world: its database, its sessions, and the way of a write as the house itself has it."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from assistant.audit import AuditTrail
from assistant.books_room import BooksRoom
from assistant.chat.clicks import Clicks
from assistant.chat.house import Errands, House
from assistant.connections import CustomConnection
from assistant.keys import TokenCipher, new_token_key
from assistant.login.sealing import Sealer
from assistant.login.sessions import Sessions
from assistant.model import OpenAIModel
from assistant.model_consent import ModelConsents, host_of
from assistant.payees import Payees
from assistant.places import Places
from assistant.policy.rules import load_policy
from assistant.principal import Principal
from assistant.providers import role_groups, xero_app
from assistant.repeating import Patience
from assistant.sent_files import Coming, SentFileRoom
from assistant.settings import Settings
from assistant.stores.database import Database
from assistant.strict_sign_ins import StrictSignIns
from assistant.write_path import Surroundings, write_path
from tests.adversary.core import GROUPS, Core, NoOtherPages
from tests.adversary.judge_documents import FOREIGN_FILE
from tests.adversary.scene import FOREIGN_TALK
from tests.adversary.world import World, port_of
from tests.support.database import make_tables
from tools.catalogue import families, toolset


@asynccontextmanager
async def open_core(world: World, model_url: str, *, database_url: str = "") -> AsyncIterator[Core]:
    """The core over that world, with a new database (SQLite in memory-backed storage unless a URL is given)."""
    with tempfile.TemporaryDirectory(prefix="adversary-", dir=_in_memory()) as folder:
        home = Path(folder)
        url = database_url or f"sqlite:///{home / 'core.db'}"
        if not database_url:
            await make_tables(url)
        settings = Settings(
            _env_file=None,
            assistant_home=home,
            sandbox_port=port_of(world),
            database_url=url,
            secret_key="adversary " * 4,
            xero_calls_a_minute=0,
            ledger_fresh_seconds=3_600,
            session_hours=24 * 365,
            openai_base_url=model_url,
            openai_api_key="hostile",
            model_timeout_seconds=20,
        )
        database = Database(url)
        try:
            async with _furnished(settings, database, world) as core:
                yield core
        finally:
            await database.close()


def _in_memory() -> Path | None:
    """Storage in memory where there is some: the soak writes a million small transactions."""
    shared = Path("/dev/shm")
    return shared if shared.is_dir() else None


@asynccontextmanager
async def _furnished(settings: Settings, database: Database, world: World) -> AsyncIterator[Core]:
    clock = world.clock
    tokens = CustomConnection(xero_app(settings), settings.xero_scopes, clock)
    cipher = TokenCipher(new_token_key())
    files = SentFileRoom(database, cipher, clock, hours=0.1)
    async with BooksRoom(settings, database, tokens, clock, held=files.held) as books:
        tools, audit = toolset(), AuditTrail(database, clock=clock)
        sessions = Sessions(
            database,
            clock,
            Sealer(settings.secret_key.get_secret_value(), clock),
            role_groups=role_groups(settings),
            hours=settings.session_hours,
            organisation_ids=books.organisations.ids_of,
            audit=audit,
        )
        strict = StrictSignIns(database, clock, minutes=settings.step_up_minutes)
        way = write_path(
            database,
            audit,
            Surroundings(
                clock=clock,
                policy=load_policy(),
                toolset=tools,
                person_of_session=sessions.session_alive,
                person_now=sessions.person_now,
                payees=Payees(database, clock),
                step_up_for=strict.made_for,
                access_for=books.access_by_id,
                write_access_for=books.write_access,
                confirmation_key="adversary " * 4,
                card_minutes=settings.card_minutes,
            ),
            patience=Patience.of_lease(settings.lease_seconds),
        )
        model = OpenAIModel(
            api_key="hostile",
            base_url=settings.openai_base_url,
            model="hostile-1",
            timeout=settings.model_timeout_seconds,
        )

        async def nobody() -> tuple[Principal, str]:
            raise LookupError("the core harness names the person itself")

        house = House(
            families=families(),
            places=Places(database, books.organisations.every, clock),
            toolset=tools,
            model=model,
            access_for=books.access,
            proposals=way.proposals,
            decisions=way.decisions,
            executor=way.executor,
            audit=audit,
            feed=way.feed,
            confirmations=way.confirmations,
            switch=way.switch,
            consents=ModelConsents(database, audit, host_of(settings.openai_base_url), clock=clock),
            settling=way.executor.settling,
            stepped_up=strict.is_made_for,
            current=nobody,
            sandboxed=True,
            files=files,
            turn_steps=settings.turn_steps,
            clock=clock,
            errands=Errands(),
        )
        (organisation,) = await books.organisations.every()
        elsewhere = {"conversation_id": FOREIGN_TALK, "person_id": "id-somebody-else"}
        for_long = SentFileRoom(database, cipher, clock, hours=24 * 3650)
        await for_long.take_in([Coming("contract.pdf", FOREIGN_FILE)], **elsewhere)
        await files.bind(**elsewhere, organisation_id=organisation.id)
        core = Core(
            database=database,
            house=house,
            organisation=organisation,
            sessions=sessions,
            proposals=way.proposals,
            executor=way.executor,
            audit=audit,
            books=books,
            clicks=Clicks(house, NoOtherPages()),
            feed=way.feed,
            steps=settings.turn_steps,
        )
        await model.warm()
        for name in GROUPS:
            await core.admit(name)
        try:
            yield core
        finally:
            await house.errands.finish()
            await way.feed.drain()
            await model.close()
