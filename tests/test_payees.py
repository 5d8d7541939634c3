"""The payee registry: nobody is paid because a supplier changed a moment ago and the books had not noticed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from assistant.ledger.copy import LedgerCopy
from assistant.ledger.sync import LedgerSync
from assistant.payees import Payees, PayeeStanding
from assistant.stores.database import Database
from tests.support.books import ACME, MUELLER, SCHNEIDER, FakeLive, contact, usual_world
from tests.support.database import run_sql
from tests.support.ledger import FakeBulk
from tests.support.paying import HandClock
from tools.errors import ProviderUnavailable
from tools.payee import fingerprint

pytestmark = pytest.mark.anyio

ORG = "org-demo"
OTHER_IBAN = "DE89370400440532013000"


class Registered:
    """A ledger copy with its registry over a World; every contact was last changed long ago, each at its own moment."""

    def __init__(self, database: Database, page_size: int = 3) -> None:
        self.database, self.world, self.clock = database, usual_world(), HandClock()
        self.long_ago = self.clock() - timedelta(days=90)
        for place, one in enumerate(self.world.contacts):
            self.world.contacts[place] = one.model_copy(update={"updated_at": self.long_ago + timedelta(minutes=place)})
        self.bulk, self.live = FakeBulk(self.world, page_size), FakeLive(self.world)
        self.start()

    def start(self) -> None:
        """As a process that has just started: nothing is remembered but the database."""
        self.sync = LedgerSync(self.database, self._bulk, self._live, fresh_seconds=15, clock=self.clock)
        self.copy = LedgerCopy(self.database, self.sync, ORG)
        self.payees = Payees(self.database, self.clock)

    async def _bulk(self, _organisation_id: str) -> FakeBulk:
        return self.bulk

    async def _live(self, _organisation_id: str) -> FakeLive:
        return self.live

    async def ask(self) -> None:
        """A question, late enough that contacts are asked for again."""
        self.clock.advance(minutes=6)
        await self.copy.contacts()

    async def of(self, contact_id: str) -> PayeeStanding:
        """What the registry knows of a contact."""
        async with self.database.reading() as work:
            found = await self.payees.standing(work, ORG, contact_id)
        assert found is not None
        return found

    def change(self, contact_id: str, /, **fields: Any) -> None:
        """Changes a contact as somebody would in Xero."""
        (place,) = [place for place, one in enumerate(self.world.contacts) if one.id == contact_id]
        old = self.world.contacts[place]
        self.world.contacts[place] = old.model_copy(update={"updated_at": self.clock(), **fields})


@pytest.fixture
def registered(database: Database) -> Registered:
    return Registered(database)


async def test_what_was_in_the_books_before_us_is_as_old_as_its_last_change_at_xero(registered: Registered) -> None:
    registered.change(SCHNEIDER.id, updated_at=registered.clock() - timedelta(hours=2))
    await registered.ask()
    acme = await registered.of(ACME.id)
    assert acme == PayeeStanding(
        contact_id=ACME.id,
        name="Acme Ltd",
        bank=fingerprint(ACME.iban),
        active=True,
        known_since=registered.long_ago,
        changed_at=None,
        what_changed=(),
    )
    assert acme.settled_at(timedelta(hours=72)) == registered.long_ago + timedelta(hours=72)
    young = await registered.of(SCHNEIDER.id)
    assert young.settled_at(timedelta(hours=72)) > registered.clock()


async def test_a_contact_that_turns_up_later_is_new_however_old_it_says_it_is(registered: Registered) -> None:
    await registered.ask()
    old = contact("Neue Firma GmbH", iban=OTHER_IBAN, updated_at=registered.clock())
    registered.world.contacts.append(old)
    await registered.ask()
    assert (await registered.of(old.id)).known_since == registered.clock()
    backdated = contact("Alte Firma GmbH", iban=OTHER_IBAN, updated_at=registered.long_ago)
    registered.world.contacts.append(backdated)
    registered.clock.advance(minutes=1)
    await registered.sync.reload(ORG)
    assert (await registered.of(backdated.id)).known_since == registered.clock()


async def test_a_contact_dated_in_the_future_is_known_since_now(registered: Registered) -> None:
    registered.change(ACME.id, updated_at=registered.clock() + timedelta(days=400))
    await registered.ask()
    assert (await registered.of(ACME.id)).known_since == registered.clock()


CHANGES: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "another number": ({"iban": OTHER_IBAN}, ("bank",)),
    "no number any more": ({"iban": ""}, ("bank",)),
    "the number in groups": ({"iban": "IE29 AIBK 9311 5212 3456 78"}, ()),
    "another name": ({"name": "Acme Limited"}, ("name",)),
    "a hidden character": ({"name": "Acme\u200b Ltd"}, ("name",)),
    "another script": ({"name": "Асme Ltd"}, ("name",)),
    "only case and blanks": ({"name": " ACME  ltd "}, ()),
    "both": ({"name": "Acme Holding", "iban": OTHER_IBAN}, ("name", "bank")),
    "another city": ({"city": "Cork", "email": "pay@acme.example"}, ()),
    "archived": ({"status": "ARCHIVED"}, ()),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_by_which_money_could_go_elsewhere_is_dated(registered: Registered, change: str) -> None:
    await registered.ask()
    fields, what = CHANGES[change]
    registered.change(ACME.id, **fields)
    await registered.ask()
    acme = await registered.of(ACME.id)
    assert acme.what_changed == what
    assert acme.changed_at == (registered.clock() if what else None)
    assert acme.known_since == registered.long_ago
    assert acme.active == (change != "archived")
    assert acme.settled_at(timedelta(hours=1)) == (registered.clock() if what else registered.long_ago) + timedelta(
        hours=1
    )
    assert (await registered.of(MUELLER.id)).changed_at is None
    previous = await run_sql(
        registered.database,
        f"SELECT previous_fingerprint FROM payee WHERE contact_id = '{ACME.id}'",
    )
    assert previous == [(fingerprint(ACME.iban) if "bank" in what else "",)]
    registered.clock.advance(hours=1)
    await registered.ask()
    assert (await registered.of(ACME.id)).changed_at == acme.changed_at, "what is seen again is no change"


async def test_an_archived_payee_that_is_back_has_changed(registered: Registered) -> None:
    registered.change(ACME.id, status="ARCHIVED")
    await registered.ask()
    assert not (await registered.of(ACME.id)).active
    registered.clock.advance(days=1)
    registered.change(ACME.id, status="ACTIVE")
    await registered.ask()
    acme = await registered.of(ACME.id)
    assert (acme.active, acme.what_changed, acme.changed_at) == (True, ("status",), registered.clock())


async def test_a_number_put_back_has_changed_twice(registered: Registered) -> None:
    await registered.ask()
    registered.change(ACME.id, iban=OTHER_IBAN)
    await registered.ask()
    registered.clock.advance(days=30)
    registered.change(ACME.id, iban=ACME.iban)
    await registered.ask()
    assert (await registered.of(ACME.id)).changed_at == registered.clock()


async def test_loading_everything_again_makes_nobody_older_or_younger(registered: Registered) -> None:
    await registered.ask()
    late = contact("Neue Firma GmbH", updated_at=registered.clock())
    registered.world.contacts.append(late)
    await registered.ask()
    met = registered.clock()
    registered.change(SCHNEIDER.id, name="Schneider Spedition")
    registered.clock.advance(days=3)
    await registered.sync.reload(ORG)
    assert (await registered.of(late.id)).known_since == met
    assert (await registered.of(ACME.id)).known_since == registered.long_ago
    assert (await registered.of(SCHNEIDER.id)).changed_at == registered.clock()


async def test_a_copy_that_was_dropped_and_loaded_anew_notices_what_changed_meanwhile(registered: Registered) -> None:
    await registered.ask()
    for table in ("ledger_sync", "ledger_contact", "ledger_document", "ledger_payment", "ledger_account"):
        await run_sql(registered.database, f"DELETE FROM {table}")
    registered.clock.advance(days=5)
    registered.change(ACME.id, iban=OTHER_IBAN, updated_at=registered.long_ago)
    stranger = contact("Neue Firma GmbH", updated_at=registered.long_ago)
    registered.world.contacts.append(stranger)
    registered.start()
    await registered.ask()
    acme = await registered.of(ACME.id)
    assert (acme.known_since, acme.changed_at) == (registered.long_ago, registered.clock())
    assert (await registered.of(stranger.id)).known_since == registered.clock()
    assert (await registered.of(MUELLER.id)).changed_at is None


async def test_a_first_load_in_two_halves_is_still_the_first(registered: Registered) -> None:
    registered.bulk.trouble, registered.bulk.trouble_at = ProviderUnavailable("Xero"), 3
    with pytest.raises(ProviderUnavailable):
        await registered.ask()
    assert await run_sql(registered.database, "SELECT count(*) FROM payee") == [(3,)]
    registered.bulk.trouble = None
    registered.start()
    await registered.ask()
    for one in registered.world.contacts:
        assert (await registered.of(one.id)).known_since == one.updated_at


async def test_a_copy_made_before_there_was_a_registry_fills_it(registered: Registered) -> None:
    await registered.ask()
    await run_sql(registered.database, "DELETE FROM payee")
    await run_sql(registered.database, "DELETE FROM payee_registry")
    registered.start()
    registered.clock.advance(seconds=20)  # too early to ask for contacts again
    asked = registered.bulk.asked("contacts")
    stranger = contact("Neue Firma GmbH", updated_at=registered.clock())
    await registered.copy.contacts()
    assert registered.bulk.asked("contacts") == asked
    assert (await registered.of(ACME.id)).known_since == registered.long_ago
    registered.world.contacts.append(stranger)
    await registered.ask()
    assert (await registered.of(stranger.id)).known_since == registered.clock()


async def test_the_copy_never_shows_a_number_that_the_registry_has_not_dated(database: Database) -> None:
    registered = Registered(database, page_size=50)
    await registered.ask()
    registered.change(ACME.id, iban=OTHER_IBAN)
    await run_sql(registered.database, "DROP TABLE payee")
    with pytest.raises(DBAPIError):
        await registered.ask()
    copied = await run_sql(registered.database, f"SELECT iban FROM ledger_contact WHERE id = '{ACME.id}'")
    assert copied == [(ACME.iban,)]


async def test_an_older_answer_of_xero_changes_nothing(registered: Registered) -> None:
    await registered.ask()
    registered.change(ACME.id, iban=OTHER_IBAN)
    await registered.sync.touch_contact(ORG, ACME.id)
    changed: datetime | None = (await registered.of(ACME.id)).changed_at
    registered.clock.advance(hours=1)
    registered.change(ACME.id, iban=ACME.iban, updated_at=registered.long_ago)
    await registered.sync.touch_contact(ORG, ACME.id)
    acme = await registered.of(ACME.id)
    assert (acme.bank, acme.changed_at) == (fingerprint(OTHER_IBAN), changed)


async def test_a_contact_just_changed_is_read_again_at_once(registered: Registered) -> None:
    await registered.ask()
    registered.clock.advance(seconds=1)
    registered.change(ACME.id, iban=OTHER_IBAN)
    await registered.sync.touch_contact(ORG, ACME.id)
    acme = await registered.of(ACME.id)
    assert (acme.changed_at, acme.what_changed) == (registered.clock(), ("bank",))
    assert next(one for one in await registered.copy.contacts() if one.id == ACME.id).iban == OTHER_IBAN


async def test_when_xero_cannot_be_asked_the_next_question_reads_the_contacts(registered: Registered) -> None:
    await registered.ask()

    class Away(FakeLive):
        async def contact(self, contact_id: str) -> Any:
            raise ProviderUnavailable("Xero")

    registered.live = Away(registered.world)
    registered.clock.advance(seconds=1)
    registered.change(ACME.id, iban=OTHER_IBAN)
    await registered.sync.touch_contact(ORG, ACME.id)
    registered.bulk.trouble = ProviderUnavailable("Xero")
    await registered.copy.contacts()
    registered.bulk.trouble = None
    registered.clock.advance(seconds=16)
    await registered.copy.contacts()
    assert (await registered.of(ACME.id)).changed_at == registered.clock()
    asked = registered.bulk.asked("contacts")
    registered.clock.advance(seconds=16)
    await registered.copy.contacts()
    assert registered.bulk.asked("contacts") == asked


async def test_who_is_gone_from_xero_is_not_active_and_has_changed_when_back(registered: Registered) -> None:
    await registered.ask()
    (acme,) = [one for one in registered.world.contacts if one.id == ACME.id]
    registered.world.contacts.remove(acme)
    registered.clock.advance(minutes=1)
    await registered.sync.reload(ORG)
    assert not (await registered.of(ACME.id)).active
    registered.world.contacts.append(acme.model_copy(update={"updated_at": registered.clock()}))
    await registered.ask()
    assert (await registered.of(ACME.id)).what_changed == ("status",)


async def test_organisations_have_registries_of_their_own(registered: Registered) -> None:
    await registered.ask()
    async with registered.database.reading() as work:
        assert await registered.payees.standing(work, "org-other", ACME.id) is None
        assert await registered.payees.standing(work, ORG, "nobody") is None


async def test_no_account_number_is_kept_in_the_registry(registered: Registered) -> None:
    await registered.ask()
    registered.change(ACME.id, iban=OTHER_IBAN)
    await registered.ask()
    kept = repr(await run_sql(registered.database, "SELECT * FROM payee"))
    assert ACME.iban not in kept and OTHER_IBAN not in kept


def test_settled_is_reckoned_from_the_later_of_the_two_moments() -> None:
    known, day = HandClock()(), timedelta(days=1)
    changed = PayeeStanding("c", "C", "", True, known, known + day, ("bank",))
    assert changed.settled_at(day) == known + 2 * day
    early = PayeeStanding("c", "C", "", True, known, known - day, ("bank",))
    assert early.settled_at(day) == known + day
