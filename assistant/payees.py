"""The payee registry: since when a payee is known and what of it changed, by which a cooling-off time is reckoned.

Whoever takes over a supplier's mailbox or a Xero login changes the bank account first and asks for the payment next.
So every change of a payee that the ledger copy notices, ours or anybody's, is written down here with its moment, in
the unit of work that changes the copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from assistant.clock import Clock
from assistant.stores import payees as store
from assistant.stores.database import Database, Work
from assistant.stores.moments import from_text, to_text
from assistant.stores.payees import PayeeRow
from tools.payee import fingerprint

_ACTIVE = ("ACTIVE", "")
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class PayeeStanding:
    """What the registry knows of a payee, as of the last time that the ledger copy met it."""

    contact_id: str
    name: str
    bank: str
    """`tools.payee.fingerprint` of the account number on file; empty where there is none. A payee whose live number
    has another one changed a moment ago, and the registry has not met that change yet."""
    active: bool
    """Neither archived nor gone."""
    known_since: datetime
    changed_at: datetime | None
    """When the last change was noticed; None while there was none."""
    what_changed: tuple[str, ...]
    """Which parts the last change touched: name, bank, status (un-archived)."""

    def settled_at(self, cooling_off: timedelta) -> datetime:
        """When the payee is neither new nor newly changed any more, if nothing else changes until then."""
        return max(self.known_since, self.changed_at or self.known_since) + cooling_off


class Payees:
    """Keeps and tells how long payees are known."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._whole: set[str] = set()

    async def standing(self, work: Work, organisation_id: str, contact_id: str) -> PayeeStanding | None:
        """What is known of the contact; None for one that the ledger copy never met."""
        row = await store.get(work, organisation_id, contact_id)
        if row is None:
            return None
        return PayeeStanding(
            contact_id=row.contact_id,
            name=row.name,
            bank=row.bank,
            active=row.status in _ACTIVE,
            known_since=from_text(row.known_since),
            changed_at=from_text(row.changed_at) if row.changed_at else None,
            what_changed=tuple(row.what_changed.split(",")) if row.what_changed else (),
        )

    async def observe(self, work: Work, organisation_id: str, ids: Sequence[str]) -> None:
        """Take note of these contacts as the ledger copy has them now, in the unit of work that has changed it."""
        registry = await store.locked_registry(work, organisation_id)
        for start in range(0, len(ids), _AT_ONCE):
            chunk = ids[start : start + _AT_ONCE]
            contacts = await store.copied(work, organisation_id, chunk)
            await self._note(work, organisation_id, contacts, first=not registry.whole_at)

    async def met_whole(self, work: Work, organisation_id: str) -> None:
        """Every contact was met: whoever turns up from now on is new."""
        registry = await store.locked_registry(work, organisation_id)
        if not registry.whole_at:
            registry.whole_at = to_text(self._clock())
            work.add(registry)

    async def begin(self, organisation_id: str) -> None:
        """Fill the registry from a copy that was made whole before there was a registry; else nothing happens."""
        if organisation_id in self._whole:
            return
        async with self._database.reading() as work:
            whole = await store.whole_at(work, organisation_id)
        if not whole:
            async with self._database.work() as work:
                await store.locked_registry(work, organisation_id)
                contacts = await store.copied(work, organisation_id)
                await self._note(work, organisation_id, contacts, first=True)
                await self.met_whole(work, organisation_id)
        self._whole.add(organisation_id)

    async def lose(self, work: Work, organisation_id: str) -> None:
        """Take note of who is not in the copy any more, after it was loaded whole."""
        await store.locked_registry(work, organisation_id)
        await store.mark_gone(work, organisation_id)

    async def _note(self, work: Work, organisation_id: str, contacts: Sequence[Any], *, first: bool) -> None:
        now = self._clock()
        before: dict[str, PayeeRow] = {}
        ids = [contact.id for contact in contacts]
        for start in range(0, len(ids), _AT_ONCE):
            before |= await store.known(work, organisation_id, ids[start : start + _AT_ONCE])
        rows = []
        for contact in contacts:
            row = before.get(contact.id)
            if row is None:
                rows.append(_met(organisation_id, contact, now, first=first))
            else:
                rows.append(_seen_again(row, contact, now))
        await store.put(work, rows)


def _met(organisation_id: str, contact: Any, now: datetime, *, first: bool) -> dict[str, object]:
    """A contact seen for the first time. What was in the books before us is as old as its last change at Xero,
    which is the latest moment at which its bank account can have been changed."""
    since = min(from_text(contact.updated_at), now) if first else now
    return {
        "organisation_id": organisation_id,
        "contact_id": contact.id,
        "name": contact.name,
        "bank": fingerprint(contact.iban),
        "status": contact.status,
        "known_since": to_text(since),
        "changed_at": "",
        "what_changed": "",
        "previous_fingerprint": "",
    }


def _seen_again(row: PayeeRow, contact: Any, now: datetime) -> dict[str, object]:
    bank = fingerprint(contact.iban)
    changes = [
        what
        for what, changed in (
            ("name", _bare(contact.name) != _bare(row.name)),
            ("bank", bank != row.bank),
            ("status", contact.status in _ACTIVE and row.status not in _ACTIVE),
        )
        if changed
    ]
    return {
        "organisation_id": row.organisation_id,
        "contact_id": row.contact_id,
        "name": contact.name,
        "bank": bank,
        "status": contact.status,
        "known_since": row.known_since,
        "changed_at": to_text(now) if changes else row.changed_at,
        "what_changed": ",".join(changes) if changes else row.what_changed,
        "previous_fingerprint": row.bank if "bank" in changes else row.previous_fingerprint,
    }


def _bare(name: str) -> str:
    """The name without what makes no other payee of it: case and blanks."""
    return " ".join(name.split()).casefold()
