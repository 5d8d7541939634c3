"""What the rules of a run are, and who its people are; what they promise is written down apart, for the judge."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cache

from assistant.policy.rules import PACKAGED, Policy, read_policy
from assistant.principal import Grant, Principal, Role
from assistant.stores.database import Work
from tests.support.books import World
from tests.support.paying import ALEX, ANNA, DEMO, PAUL, KnownPayee, person
from tools.payee import fingerprint

ADA = person("ada", Grant(Role.ADMIN, DEMO.id))
PEOPLE = {f"session-{each.name}": each for each in (PAUL, ANNA, ALEX, ADA)}


@dataclass(frozen=True, slots=True)
class Promised:
    """What may leave in one day at most, in euros."""

    person: Decimal
    """By the confirmations of one person."""
    organisation: Decimal
    alone: Decimal
    """Proposed and confirmed by the same person."""
    weakly: Decimal
    """Confirmed by one person without a second factor."""


PROMISED = Promised(Decimal("1050.00"), Decimal("1150.00"), Decimal("150.00"), Decimal("250.00"))
"""A bill is over 1,000 and a part of it over 100: one whole bill and one part fit into a day, for two people."""


class People:
    """Who may do what now, and since when the payee has other bank details; the same for every process of a run."""

    def __init__(self) -> None:
        self.withdrawn: set[str] = set()
        """People, by our ids, who have no role any more."""
        self.payee_changed: datetime | None = None

    async def by_id(self, person_id: str) -> Principal | None:
        """With the roles of this moment."""
        found = next((person for person in PEOPLE.values() if person.id == person_id), None)
        return replace(found, grants=()) if found and found.id in self.withdrawn else found

    async def of_session(self, session_id: str) -> Principal | None:
        """The same by a login session."""
        person = PEOPLE.get(session_id)
        return await self.by_id(person.id) if person else None


class KnownPayees:
    """Stands where the registry of payees stands: every contact of the copy is known for long."""

    def __init__(self, world: World, people: People) -> None:
        self._world, self._people = world, people

    async def standing(self, _work: Work, _organisation_id: str, contact_id: str) -> KnownPayee | None:
        known = next((contact for contact in self._world.contacts if contact.id == contact_id), None)
        if known is None:
            return None
        changed = self._people.payee_changed
        return KnownPayee(bank=fingerprint(known.iban), changed_at=changed, what_changed=("bank",) if changed else ())


@cache
def roomy() -> Policy:
    """The product's own rules with amounts that no weather reaches."""
    return read_policy(re.sub(r'"[\d.]+"', '"90000000.00"', PACKAGED.read_text(encoding="utf-8")))


@cache
def tight() -> Policy:
    """The product's own rules with amounts that two bills reach (`PROMISED` says them again, for the judge)."""
    text = PACKAGED.read_text(encoding="utf-8")
    for table, name, amount in (
        ("in_24_hours", "person", PROMISED.person),
        ("in_24_hours", "organisation", PROMISED.organisation),
        ("second_person", "above", PROMISED.alone),
        ("step_up", "above", PROMISED.weakly),
    ):
        of_table = re.compile(rf'(\[payment_out\.{table}\][^\[]*?\n{name} = {{ EUR = )"[\d.]+"')
        text, changed = of_table.subn(rf'\g<1>"{amount}"', text)
        assert changed == 1, (table, name)
    return read_policy(text)
