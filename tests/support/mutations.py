"""Changes one field of a payment at a time, in every way that an intruder or a broken page could, and counts what is
refused. The payment is a real one: what `record_payment` plans, in the tables, around a fake of Xero that counts.

A mutation counts as refused when nothing was sent and nothing was decided by it, or when the database did not take it.
The last step confirms and sends the payment as it was, once, so that a stage on which nothing can be sent shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from assistant.canonical import NotCanonical, canonical, digest, read
from assistant.confirmation import Seat
from assistant.decisions import Wish
from assistant.proposal import Proposal
from assistant.refusals import Refusal
from assistant.stores.database import Database
from assistant.stores.proposals import State, Verdict
from tests.support.books import ACME, NOW, World, make_access, make_write_access, usual_world
from tests.support.paying import ALEX, ANNA, PAUL, Core, HandClock, KnownPayee
from tests.support.values import one_field_changed, rewritten, text_changed
from tools.base import Access, WriteAccess
from tools.payee import fingerprint
from tools.xero.payments import RECORD_PAYMENT

SEAT = Seat(ANNA.id, f"session-{ANNA.name}")


@dataclass
class Counts:
    """What was tried and refused, by the way in which it was done."""

    tried: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    by_database: Counter[str] = field(default_factory=Counter)
    """Of the refused ones: those that the database did not take."""
    missed: list[str] = field(default_factory=list)
    """Mutations by which something was sent or decided."""
    sent_as_it_was: int = 0
    """Of the payment as it was confirmed, at the end: 1, or the stage itself sends nothing."""

    def line(self) -> str:
        """The figure."""
        return f"mutations {self.tried.total()} refused {self.refused.total()}"

    def lines(self) -> list[str]:
        """For printing: one line a way, and the figure."""
        ways = [
            f"  {way:<44} {self.refused[way]}/{self.tried[way]} refused, {self.by_database[way]} by the database"
            for way in self.tried
        ]
        return [*ways, self.line()]

    def count(self, way: str, name: str, *, refused: bool, by_database: bool = False) -> None:
        """One more."""
        self.tried[way] += 1
        self.refused[way] += refused
        self.by_database[way] += by_database
        if not refused:
            self.missed.append(f"{way}: {name}")


class RealPayment(Core):
    """The core around the product's own tool, the usual company and a Xero that counts what it is sent."""

    def __init__(self, database: Database, world: World) -> None:
        super().__init__(database, clock=HandClock(NOW), tool=RECORD_PAYMENT)
        self.world = world
        self.writing, self.xero = make_write_access(world)
        self.payees.known[ACME.id] = KnownPayee(bank=fingerprint(ACME.iban), known_since=NOW - timedelta(days=90))

    async def _access(self, _organisation_id: str) -> Access:
        return make_access(self.world)

    async def _write_access(self, _organisation_id: str) -> WriteAccess:
        return self.writing

    async def planned(self, number: str, **said: Any) -> Proposal:
        """A proposal as the tool plans it."""
        draft = await RECORD_PAYMENT.propose(
            make_access(self.world), **RECORD_PAYMENT.signature.arguments(document_number=number, **said).model_dump()
        )
        return await self.propose(PAUL, draft, conversation_id=number)


async def mutate_everything(database: Database, *, share: int = 1) -> Counts:
    """Do every mutation to a payment in that (empty) database.

    `share`: of the mutated bodies only one in so many, other ones for each way of bringing them in.
    """
    counts, stage = Counts(), await Stage.made(database)
    await stage.click_mutations(counts)
    mutants = list(stage.mutants())
    for first, before in enumerate((stage.shown_then_changed, stage.shown_then_both_changed, stage.clicked_anew)):
        for name, body in mutants[first * 2 % share :: share]:
            await before(counts, name, body)
    await stage.columns_before(counts)
    await stage.confirm()
    for first, after in enumerate((stage.confirmed_then_changed, stage.then_both_changed, stage.all_three_changed)):
        for name, body in mutants[(first * 2 + 1) % share :: share]:
            await after(counts, name, body)
    await stage.columns_after(counts)
    await stage.sent_as_it_was(counts)
    return counts


class Stage:
    """One payment that waits or is confirmed, and what is done to it; it is put back after each deed."""

    def __init__(self, core: RealPayment, card: Proposal, other: Proposal, row: Mapping[str, object]) -> None:
        self.core, self.card, self.other, self.row = core, card, other, row
        self.code = core.confirmations.mint(card, SEAT)

    @classmethod
    async def made(cls, database: Database) -> Stage:
        """The payment, and another card that waits beside it."""
        core = RealPayment(database, usual_world())
        core.world.documents = [doc.model_copy() for doc in core.world.documents]
        card = await core.planned("BILL-204", amount="500.00", reference="Freight 7", date="2026-10-01")
        other = await core.planned("BILL-201")
        if {card.state, other.state} != {State.AWAITING}:
            raise AssertionError(f"{card.problem} {other.problem}")
        return cls(core, card, other, await _row(database, card.id))

    def mutants(self) -> Iterator[tuple[str, str]]:
        """Name and text of every body that differs from the confirmed one in one thing."""
        body = str(self.row["body"])
        for name, changed in one_field_changed(read(body)):
            try:
                written = canonical(changed).decode()
            except NotCanonical:
                continue
            if written != body:
                yield name, written
        yield from rewritten(body)

    async def confirm(self) -> None:
        """The click on the card as it is shown."""
        await self.core.decide(self.card, confirmation=self.code)
        self.row = await _row(self.core.database, self.card.id)

    # before the confirmation: the click is the one that the page made when it showed the card

    async def shown_then_changed(self, counts: Counts, name: str, body: str) -> None:
        await self._changed_then_clicked(counts, "shown, then the body changed", name, {"body": body})

    async def shown_then_both_changed(self, counts: Counts, name: str, body: str) -> None:
        both: dict[str, object] = {"body": body, "digest": digest(body.encode())}
        await self._changed_then_clicked(counts, "shown, then body and digest changed", name, both)

    async def clicked_anew(self, counts: Counts, name: str, body: str) -> None:
        """The page sends the new digest, with the code of the card that was shown."""
        new = digest(body.encode())
        both: dict[str, object] = {"body": body, "digest": new}
        await self._changed_then_clicked(counts, "the same, and the click names the new digest", name, both, digest=new)

    async def columns_before(self, counts: Counts) -> None:
        """What stands beside the body: whose it is, how it is called, with what it is done, under which rules."""
        for column, value in self._columns():
            way = "shown, then another column changed"
            await self._changed_then_clicked(counts, way, f"{column}={value!r}", {column: value})

    def _columns(self) -> list[tuple[str, object]]:
        return [
            ("tool", "change_bank_details"), ("tool", "nonsense"), ("tool", ""), ("organisation_id", "org-other"),
            ("organisation_id", ""), ("digest", self.other.digest), ("digest", "0" * 64),
        ] + ([("number", 77), ("policy_version", "0" * 64)] if self.row["state"] == State.AWAITING else [])  # fmt: skip

    async def _changed_then_clicked(
        self, counts: Counts, way: str, name: str, values: Mapping[str, object], **click: object
    ) -> None:
        if not await self._change([("proposal", values)]):
            counts.count(way, name, refused=True, by_database=True)
            return
        refused = await self._is_refused(**click)
        await self.core.executor.sweep()
        counts.count(way, name, refused=refused and self._nothing_sent())
        await self._put_back()

    # after it

    async def confirmed_then_changed(self, counts: Counts, name: str, body: str) -> None:
        await self._changed_then_sent(counts, "confirmed, then the body changed", name, [("proposal", {"body": body})])

    async def then_both_changed(self, counts: Counts, name: str, body: str) -> None:
        both: dict[str, object] = {"body": body, "digest": digest(body.encode())}
        await self._changed_then_sent(counts, "confirmed, then body and digest changed", name, [("proposal", both)])

    async def all_three_changed(self, counts: Counts, name: str, body: str) -> None:
        """In one transaction, the decision's digest too."""
        new: dict[str, object] = {"digest": digest(body.encode())}
        deeds: list[tuple[str, Mapping[str, object]]] = [("decision", new), ("proposal", {"body": body, **new})]
        way = "the same, and the decision's digest too"
        await self._changed_then_sent(counts, way, name, deeds if len(name) % 2 else deeds[::-1])

    async def columns_after(self, counts: Counts) -> None:
        for column, value in self._columns():
            deed: tuple[str, Mapping[str, object]] = ("proposal", {column: value})
            await self._changed_then_sent(
                counts, "confirmed, then another column changed", f"{column}={value!r}", [deed]
            )

    async def _changed_then_sent(
        self, counts: Counts, way: str, name: str, deeds: Sequence[tuple[str, Mapping[str, object]]]
    ) -> None:
        if not await self._change(deeds):
            counts.count(way, name, refused=True, by_database=True)
            return
        try:
            ended = await self.core.executor.execute(self.card.id)
            stopped = ended.state is State.BLOCKED
        except Refusal:
            stopped = True
        await self.core.executor.sweep()
        counts.count(way, name, refused=stopped and self._nothing_sent())
        await self._put_back()

    async def sent_as_it_was(self, counts: Counts) -> None:
        """Nothing else stood in the way of any of them."""
        await self.core.executor.execute(self.card.id)
        counts.sent_as_it_was = len(self.core.xero.effects)

    # clicks

    async def click_mutations(self, counts: Counts) -> None:
        """Every field of the click. The language and the reason say nothing about what is confirmed."""
        other = self.core.confirmations.mint(self.other, SEAT)
        alex = self.core.confirmations.mint(self.card, Seat(ALEX.id, f"session-{ALEX.name}"))
        fields: dict[str, list[Any]] = {
            "proposal_id": [self.other.id, self.card.id.upper(), self.card.id[:-1], "", "nonsense"],
            "digest": [*text_changed(self.card.digest), self.other.digest, self.card.digest.upper(), ""],
            "session_id": [f"session-{ALEX.name}", f"session-{PAUL.name}", "", "nonsense", SEAT.session_id.upper()],
            "organisation_id": ["org-other", "", self.card.organisation_id.upper()],
            "confirmation": [*text_changed(self.code), other, alex, "", self.code.upper(), self.code[::-1]],
            "principal": [ALEX, PAUL, replace(ANNA, id="id-nobody")],
        }
        for name, values in fields.items():
            for value in values:
                refused = await self._is_refused(**{name: value})
                counts.count(f"a click with another {name}", repr(value), refused=refused and self._nothing_sent())

    async def _is_refused(self, **click: Any) -> bool:
        principal = click.pop("principal", ANNA)
        made: dict[str, Any] = {
            "proposal_id": self.card.id,
            "digest": self.card.digest,
            "verdict": Verdict.CONFIRM,
            "session_id": SEAT.session_id,
            "organisation_id": self.card.organisation_id,
            "confirmation": self.code,
            **click,
        }
        try:
            await self.core.decisions.decide(Wish(**made), principal)
        except Refusal:
            return await self._decided() == 0
        return False

    # the tables behind the product's back

    async def _decided(self) -> int:
        async with self.core.database.engine.begin() as connection:
            return int((await connection.execute(text("SELECT count(*) FROM decision"))).scalar_one())

    def _nothing_sent(self) -> bool:
        return not self.core.xero.keys

    async def _change(self, deeds: Sequence[tuple[str, Mapping[str, object]]]) -> bool:
        """Whether the database takes it."""
        try:
            async with self.core.database.engine.begin() as connection:
                for table, values in deeds:
                    key = "id" if table == "proposal" else "proposal_id"
                    changes = ", ".join(f"{name} = :{name}" for name in values)
                    await connection.execute(
                        text(f"UPDATE {table} SET {changes} WHERE {key} = :this"), {**values, "this": self.card.id}
                    )
        except DBAPIError:
            return False
        return True

    async def _put_back(self) -> None:
        names = [name for name in self.row if name != "id"]
        if not await self._change([("proposal", {name: self.row[name] for name in names})]):
            raise AssertionError("the proposal cannot be put back as it was")


async def _row(database: Database, proposal_id: str) -> Mapping[str, object]:
    async with database.engine.begin() as connection:
        found = await connection.execute(text("SELECT * FROM proposal WHERE id = :id"), {"id": proposal_id})
        return dict(found.mappings().one())
