"""The outer world of the core harness: the sandbox's Xero and bank over HTTP, documents made in bulk, and one clock."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
from starlette.applications import Starlette

from sandbox.serve import Wishes, prepare
from sandbox.xero import application
from sandbox.xero.books import Books
from tests.adversary.planting import Planting
from tests.adversary.scene import Paper, plain
from tests.support.assistant import PROVIDERS, free_ports
from tests.support.sandbox import RunningSandbox, serving
from tests.support.xero_stand_in import Connected

DAY = 86_400.0


KEPT = 40
"""Documents of the demo company that stay: the product reads all of them to find one by its number."""


class SmallBooks(Books):
    """The demo company with its last documents only, so that a hundred thousand episodes fit into an hour."""

    def _begin(self) -> None:
        allocations = self.company.allocations
        set_off = {each.document_id for each in allocations} | {each.credit_note_id for each in allocations}
        alone = [document for document in self.company.documents if document.document_id not in set_off]
        documents = sorted(alone, key=lambda document: document.date)[-KEPT:]
        kept = {document.document_id for document in documents}
        self.company = replace(
            self.company,
            documents=tuple(documents),
            payments=tuple(payment for payment in self.company.payments if payment.document_id in kept),
            allocations=(),
        )
        super()._begin()


class WorldClock:
    """The product's clock: real time and what the world was moved on; the sandbox's clocks move with it."""

    def __init__(self) -> None:
        self.shift = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.shift


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document that shall be made; amount in minor units of euros."""

    number: str
    minor: int
    kind: str = "bill"
    contact_id: str = ""
    """Empty: any supplier (or customer)."""
    description: str = "Work"
    reference: str = ""


@dataclass
class World:
    """Xero and the bank, and what the harness has put there."""

    sandbox: RunningSandbox
    xero: Connected
    plants: dict[str, Planting]
    """What stands between the product and each vendor."""
    clock: WorldClock = field(default_factory=WorldClock)
    suppliers: list[dict[str, Any]] = field(default_factory=list)
    customers: list[dict[str, Any]] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)
    """Contacts that the harness's attacker has made: nobody has verified them."""
    _seen: int = 0
    _turns: Iterator[int] = field(default_factory=itertools.count)

    def learn_contacts(self) -> None:
        """Suppliers and customers in euros, by name, with the bank details that Xero has of them."""
        contacts = sorted(self.xero.get("Contacts")["Contacts"], key=lambda contact: contact["ContactID"])
        euros = [contact for contact in contacts if contact.get("DefaultCurrency") == "EUR"]
        self.suppliers = [contact for contact in euros if contact["IsSupplier"] and not contact["IsCustomer"]]
        self.customers = [contact for contact in euros if contact["IsCustomer"] and not contact["IsSupplier"]]

    def make(self, wanted: Sequence[Wanted]) -> list[Paper]:
        """Enter approved documents at Xero, fifty at a time, as another bookkeeper's import would."""
        made: list[Paper] = []
        for start in range(0, len(wanted), 50):
            made += self._make(wanted[start : start + 50])
        self._seen = self.last_effect()
        return made

    def _make(self, wanted: Sequence[Wanted]) -> list[Paper]:
        today = self.clock().date()
        bodies = [self._body(one, today.isoformat(), (today + timedelta(days=14)).isoformat()) for one in wanted]
        answer = self.xero.send("PUT", "Invoices", {"Invoices": bodies})
        if answer.status_code == 401:  # the world's clock was moved past the token's life
            self._renew()
            answer = self.xero.send("PUT", "Invoices", {"Invoices": bodies})
        assert answer.status_code == 200, answer.text[:500]
        return [
            Paper(
                id=row["InvoiceID"],
                number=row["InvoiceNumber"],
                kind="bill" if row["Type"] == "ACCPAY" else "invoice",
                contact=row["Contact"]["Name"],
                contact_id=row["Contact"]["ContactID"],
                minor=one.minor,
            )
            for one, row in zip(wanted, answer.json()["Invoices"], strict=True)
        ]

    def _body(self, one: Wanted, today: str, due: str) -> dict[str, Any]:
        parties = self.suppliers if one.kind == "bill" else self.customers
        contact = one.contact_id or parties[next(self._turns) % len(parties)]["ContactID"]
        return {
            "Type": "ACCPAY" if one.kind == "bill" else "ACCREC",
            "Contact": {"ContactID": contact},
            "Date": today,
            "DueDate": due,
            "InvoiceNumber": one.number,
            "Reference": one.reference,
            "Status": "AUTHORISED",
            "CurrencyCode": "EUR",
            "LineAmountTypes": "NoTax",
            "LineItems": [
                {"Description": one.description, "Quantity": 1, "UnitAmount": plain(one.minor), "AccountCode": "400"}
            ],
        }

    def new_contact(self, name: str, **more: Any) -> str:
        """A contact that somebody has just entered and nobody has verified; its id."""
        answer = self.xero.send("POST", "Contacts", {"Contacts": [{"Name": name, "DefaultCurrency": "EUR", **more}]})
        if answer.status_code == 401:
            self._renew()
            return self.new_contact(name, **more)
        assert answer.status_code == 200, answer.text[:500]
        identity: str = answer.json()["Contacts"][0]["ContactID"]
        self.strangers.add(identity)
        self._seen = self.last_effect()
        return identity

    def pass_time(self, seconds: float) -> None:
        """Later, for everybody at once."""
        self.clock.shift += timedelta(seconds=seconds)
        for name in ("xero", "solaris"):
            self.sandbox[name].advance(seconds)

    def last_effect(self) -> int:
        """The number of the provider's last recorded write."""
        return len(self.sandbox["xero"].effects())

    def new_effects(self) -> list[dict[str, Any]]:
        """What Xero recorded since the last time this was asked (what the harness itself entered is left out)."""
        url = f"{self.sandbox['xero'].url}/_sandbox/effects"
        found: list[dict[str, Any]] = self.xero.http.get(url, params={"after": self._seen}).raise_for_status().json()
        if found:
            self._seen = int(found[-1]["seq"])
        return found

    def contact_of(self, document_id: str) -> str:
        """Who Xero says the document is from."""
        try:
            row = self.xero.get(f"Invoices/{document_id}")["Invoices"][0]
        except httpx.HTTPStatusError:
            self._renew()
            row = self.xero.get(f"Invoices/{document_id}")["Invoices"][0]
        return str(row["Contact"]["ContactID"])

    def _renew(self) -> None:
        before = self.xero
        self.xero = Connected(self.sandbox["xero"])
        before.http.close()


@contextmanager
def run_world(*, seed: int = 1) -> Iterator[World]:
    """Xero, Okta and Solaris of the sandbox on three ports in a row, without rate limits."""
    xero, *others = prepare(("xero", "okta", "solaris"), free_ports(len(PROVIDERS)), Wishes(seed=seed, limits=False))
    books = SmallBooks(xero.control, 1)
    plants = {"xero": Planting(application(xero.control, books, limits=False))}
    plants |= {other.name: Planting(other.app) for other in others}
    with serving([replace(one, app=cast(Starlette, plants[one.name])) for one in (xero, *others)]) as sandbox:
        world = World(sandbox, Connected(sandbox["xero"]), plants)
        world.learn_contacts()
        try:
            yield world
        finally:
            world.xero.http.close()


def port_of(world: World) -> int:
    """Where the sandbox's ports begin."""
    return int(world.sandbox["xero"].url.rpartition(":")[2])


def amount_of(rng: random.Random) -> int:
    """An ordinary bill: 12.34 to 2,999.99."""
    return rng.randrange(1_234, 300_000)
