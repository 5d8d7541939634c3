"""Bad weather for the writes that are no payments: made, approved, voided, deleted, taken back, added.

The same executor, database and faults as `run`, one write for each run, drawn from one integer. What is judged is that
of payments too: at most one effect for a confirmation and exactly one when it says done, only what was confirmed, the
trail in order, nothing left unfinished, nothing given up without a reason in the weather.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from assistant.proposals import Proposal, State
from assistant.refusals import Refusal
from assistant.stores.moments import from_text
from assistant.stores.proposals import Verdict
from tests.adversary.judge_documents import CHECKS
from tests.support.paying import ALEX, ANNA, PAUL, CrashNow
from tests.support.sent import Sent
from tests.weather import STALEST
from tests.weather.company import Company
from tests.weather.draw import JUMPS, Deaths, fault
from tests.weather.house import House, died, no_point
from tests.weather.judge import ENDS, REFUSING, of_records
from tests.weather.judged import OPEN, Life, Violation, lives_of
from tests.weather.meddling import Window
from tests.weather.rules import People, roomy
from tests.weather.run import MOST_SWEEPS, PATIENCE, Outcome, Place
from tools.base import WriteTool
from tools.errors import ToolError
from tools.xero.advance_allocation import ALLOCATE_ADVANCE
from tools.xero.attach_file import ATTACH_FILE
from tools.xero.credit_allocation import ALLOCATE_CREDIT
from tools.xero.credit_draft import CREATE_CREDIT_NOTE
from tools.xero.direct_money import RECORD_RECEIVED, RECORD_SPENT
from tools.xero.document_copy import COPY_DOCUMENT
from tools.xero.document_note import ADD_NOTE
from tools.xero.draft_documents import CREATE_BILL, CREATE_INVOICE
from tools.xero.draft_edit import CHANGE_DRAFT
from tools.xero.item_changes import CREATE_ITEM
from tools.xero.new_contact import CREATE_CONTACT
from tools.xero.own_transfer import RECORD_TRANSFER
from tools.xero.payment_removal import REMOVE_PAYMENT
from tools.xero.sending import SEND_INVOICE
from tools.xero.status_change import CHANGE_STATUS
from tools.xero.trade_make import CREATE_PURCHASE_ORDER, CREATE_QUOTE
from tools.xero.trade_status import CHANGE_QUOTE_STATUS

_CONTACT = "Acme Ltd"


@dataclass(frozen=True, slots=True)
class Wish:
    """A write that somebody wants, and which request it becomes at Xero."""

    tool: WriteTool
    said: Mapping[str, Any]
    request: str
    about: str = ""
    """The id of the document that it is about, if it is about one that is there."""
    credit: str = ""
    """That of the credit note."""
    file: tuple[str, bytes] | None = None
    """Name and bytes of the file that was sent into the conversation before."""


def _invoice(company: Company, dice: random.Random) -> Wish:
    line = {
        "description": "Consulting",
        "amount": f"{dice.randint(1, 900)}.{dice.randint(0, 99):02d}",
        "account": "200",
    }
    due = (company.clock().date() + timedelta(days=14)).isoformat()
    said = {"contact_name": _CONTACT, "lines": [line] * dice.choice((1, 1, 3)), "due_date": due}
    return Wish(CREATE_INVOICE, said, "PUT /api.xro/2.0/Invoices")


def _bill(company: Company, dice: random.Random) -> Wish:
    line = {"description": "Hosting", "amount": f"{dice.randint(1, 900)}.50", "account": "400"}
    due = (company.clock().date() + timedelta(days=30)).isoformat()
    said = {"contact_name": _CONTACT, "lines": [line], "due_date": due, "number": f"S-{dice.getrandbits(40):x}"}
    return Wish(CREATE_BILL, said, "PUT /api.xro/2.0/Invoices")


def _contact(_company: Company, dice: random.Random) -> Wish:
    return Wish(CREATE_CONTACT, {"name": f"Weather {dice.getrandbits(40):x} GmbH"}, "PUT /api.xro/2.0/Contacts")


def _status(to: str, status: str) -> Callable[[Company, random.Random], Wish]:
    def wish(company: Company, _dice: random.Random) -> Wish:
        bill = company.enter_bill(status)
        return Wish(CHANGE_STATUS, {"document_number": bill.number, "to": to}, "POST /api.xro/2.0/Invoices", bill.id)

    return wish


def _removal(company: Company, _dice: random.Random) -> Wish:
    bill = company.next_bill()
    company.pay_outside(bill, Decimal("10.00"))
    return Wish(REMOVE_PAYMENT, {"document_number": bill.number}, "POST /api.xro/2.0/Payments", bill.id)


def _sent(how: str) -> Callable[[Company, random.Random], Wish]:
    def wish(company: Company, _dice: random.Random) -> Wish:
        invoice = company.enter_invoice()
        said = {"document_number": invoice.number, "how": how}
        path = f"POST /api.xro/2.0/Invoices/{invoice.id}{'/Email' if how == 'email' else ''}"
        return Wish(SEND_INVOICE, said, path, invoice.id)

    return wish


def _note(company: Company, dice: random.Random) -> Wish:
    bill = company.next_bill()
    said = {"document_number": bill.number, "text": f"Waiting for part {dice.randint(1, 9)}"}
    return Wish(ADD_NOTE, said, f"PUT /api.xro/2.0/Invoices/{bill.id}/History", bill.id)


def _copy(company: Company, _dice: random.Random) -> Wish:
    invoice = company.enter_invoice()
    return Wish(COPY_DOCUMENT, {"document_number": invoice.number}, "PUT /api.xro/2.0/Invoices", invoice.id)


def _credit(company: Company, dice: random.Random) -> Wish:
    line = {"description": "Returned", "amount": f"{dice.randint(1, 90)}.{dice.randint(0, 99):02d}", "account": "200"}
    said = {"kind": "customer", "contact_name": _CONTACT, "lines": [line], "then": dice.choice(("draft", "approved"))}
    return Wish(CREATE_CREDIT_NOTE, said, "PUT /api.xro/2.0/CreditNotes")


def _credit_status(company: Company, _dice: random.Random) -> Wish:
    note = company.enter_credit("DRAFT")
    said = {"document_number": note.number, "to": "approve"}
    return Wish(CHANGE_STATUS, said, "POST /api.xro/2.0/CreditNotes", credit=note.id)


def _set_off(company: Company, _dice: random.Random) -> Wish:
    note, bill = company.enter_credit("AUTHORISED"), company.next_bill()
    said = {"credit_note_number": note.id, "document_number": bill.number}
    return Wish(ALLOCATE_CREDIT, said, f"PUT /api.xro/2.0/CreditNotes/{note.id}/Allocations", bill.id, note.id)


def _advance_set_off(company: Company, _dice: random.Random) -> Wish:
    advance, bill = company.enter_advance(), company.next_bill()
    said = {"advance": advance, "document_number": bill.number}
    return Wish(ALLOCATE_ADVANCE, said, f"PUT /api.xro/2.0/Prepayments/{advance}/Allocations", bill.id)


def _edited(company: Company, dice: random.Random) -> Wish:
    bill = company.enter_bill("DRAFT")
    said = {
        "document_number": bill.number,
        "due_date": (company.clock().date() + timedelta(days=dice.randint(31, 60))).isoformat(),
        "amount": f"{dice.randint(1, 900)}.25",
    }
    return Wish(CHANGE_DRAFT, said, f"POST /api.xro/2.0/Invoices/{bill.id}", bill.id)


def _quote(_company: Company, dice: random.Random) -> Wish:
    line = {"description": "Offer", "amount": f"{dice.randint(1, 900)}.10", "account": "200"}
    said = {"contact_name": _CONTACT, "lines": [line], "title": f"T{dice.randint(1, 9)}"}
    return Wish(CREATE_QUOTE, said, "PUT /api.xro/2.0/Quotes")


def _order(_company: Company, dice: random.Random) -> Wish:
    line = {"description": "Paper", "amount": f"{dice.randint(1, 900)}.20", "account": "400"}
    said = {"contact_name": _CONTACT, "lines": [line], "then": dice.choice(("draft", "submitted", "approved"))}
    return Wish(CREATE_PURCHASE_ORDER, said, "PUT /api.xro/2.0/PurchaseOrders")


def _quote_sent(company: Company, _dice: random.Random) -> Wish:
    quote = company.enter_quote()
    return Wish(CHANGE_QUOTE_STATUS, {"quote_number": quote.id, "to": "send"}, f"POST /api.xro/2.0/Quotes/{quote.id}")


def _transfer(_company: Company, dice: random.Random) -> Wish:
    said = {"from_account": "090", "to_account": "091", "amount": f"{dice.randint(1, 900)}.{dice.randint(0, 99):02d}"}
    return Wish(RECORD_TRANSFER, said, "PUT /api.xro/2.0/BankTransfers")


def _file(company: Company, dice: random.Random) -> Wish:
    bill, content = company.next_bill(), b"%PDF-1.4 " + dice.randbytes(dice.randint(1, 5_000))
    said = {"document_number": bill.number}
    where = f"PUT /api.xro/2.0/Invoices/{bill.id}/Attachments"
    return Wish(ATTACH_FILE, said, where, bill.id, file=("delivery note.pdf", content))


def _item(_company: Company, dice: random.Random) -> Wish:
    said = {"code": f"W{dice.getrandbits(40):x}", "name": "Hour", "price": f"{dice.randint(1, 90)}.50"}
    return Wish(CREATE_ITEM, said, "PUT /api.xro/2.0/Items")


def _direct(received: bool) -> Callable[[Company, random.Random], Wish]:
    def wish(_company: Company, dice: random.Random) -> Wish:
        said = {
            "contact_name": _CONTACT,
            "amount": f"{dice.randint(1, 900)}.{dice.randint(0, 99):02d}",
            "description": "Sundries",
            "account": "200" if received else "400",
            "bank_account": "090",
        }
        tool = RECORD_RECEIVED if received else RECORD_SPENT
        return Wish(tool, said, "PUT /api.xro/2.0/BankTransactions")

    return wish


WISHES: Mapping[str, Callable[[Company, random.Random], Wish]] = {
    "invoice made": _invoice,
    "bill entered": _bill,
    "contact added": _contact,
    "draft submitted": _status("submit", "DRAFT"),
    "draft approved": _status("approve", "DRAFT"),
    "bill voided": _status("void", "AUTHORISED"),
    "draft deleted": _status("delete", "DRAFT"),
    "payment taken back": _removal,
    "invoice e-mailed": _sent("email"),
    "invoice marked as sent": _sent("mark"),
    "note left": _note,
    "invoice copied": _copy,
    "draft changed": _edited,
    "quote made": _quote,
    "order made": _order,
    "quote sent": _quote_sent,
    "credit note made": _credit,
    "credit note approved": _credit_status,
    "credit set off": _set_off,
    "advance set off": _advance_set_off,
    "transfer recorded": _transfer,
    "file attached": _file,
    "item added": _item,
    "money spent": _direct(received=False),
    "money received": _direct(received=True),
}


@dataclass
class OtherRun:
    """One of those writes, blown through; everything that goes wrong in it follows from the seed."""

    place: Place
    seed: int
    story: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._dice = random.Random(f"other {self.seed}")
        self._likely = self._dice.choice((0.0, 0.03, 0.1, 0.25))
        self._births, self._deaths = 0, list[Deaths]()
        self._faults: Counter[str] = Counter()
        self._people, self._stops = People(), list[Window]()
        self._sent = Sent()

    async def outcome(self) -> Outcome:
        """Prepare, propose, blow, heal, judge."""
        company = self.place.company
        company.clear()
        what = self._dice.choice(tuple(WISHES))
        wish = WISHES[what](company, self._dice)
        self._sent = Sent()
        if wish.file is not None:
            self._sent.add(*wish.file)
        company.clock.advance(STALEST + 10)  # what was prepared is old enough for reads that lag
        before = len(company.effects())
        proposal = await self._proposed(wish)
        lives: list[Life] = []
        if proposal is not None:
            self.story.append(f"{what}: P-{proposal.number} {proposal.id} {wish.said}")
            await self._decided(proposal)
            for _ in range(self._dice.randint(1, 5)):
                await self._blow(proposal, wish)
            lives = await self._heal(proposal)
        effects = company.effects(before)
        return Outcome(
            [Violation(self.seed, kind, f"{what}: {told}") for kind, told in judged(effects, lives, set(self._faults))],
            Counter(f"{what} {life.state}" for life in lives),
            self._faults,
            sum(deaths.dead for deaths in self._deaths),
            sum(len(life.attempts) for life in lives),
            self.story,
        )

    def _started(self, slot: int) -> House:
        self._births += 1
        deaths = Deaths(f"other {self.seed}/{self._births}", self._likely)
        self._deaths.append(deaths)
        return self._house(slot, deaths)

    def _house(self, slot: int | None, point: Callable[[str], None] = no_point) -> House:
        place = self.place
        return House(
            place.database,
            place.calm if slot is None else place.storm[slot],
            place.world,
            place.company.clock,
            point=point,
            patience=PATIENCE,
            policy=roomy(),
            people=self._people,
            sent=self._sent,
        )

    def _order(self, wish: Wish, count: int) -> None:
        for _ in range(count):
            drawn = fault(self._dice, write=wish.request)
            self._faults[drawn["kind"]] += 1
            self.place.company.order(drawn)
            self.story.append(f"fault {drawn}")

    async def _proposed(self, wish: Wish) -> Proposal | None:
        self._order(wish, self._dice.choice((0, 0, 0, 1)))
        for _ in range(4):
            try:
                return await self._started(0).propose_with(
                    wish.tool, wish.said, PAUL, about=wish.about, credit=wish.credit
                )
            except (CrashNow, ToolError, Refusal) as problem:
                self.story.append(f"propose: {problem!r}")
        return None

    async def _decided(self, proposal: Proposal) -> None:
        how = self._dice.choice(("once", "once", "tabs", "approvers", "cancel"))
        clicks = {
            "tabs": [(ANNA, Verdict.CONFIRM), (ANNA, Verdict.CONFIRM)],
            "approvers": [(ANNA, Verdict.CONFIRM), (ALEX, Verdict.CONFIRM)],
            "cancel": [(ANNA, Verdict.CONFIRM), (PAUL, Verdict.CANCEL)],
        }.get(how, [(ANNA, Verdict.CONFIRM)])
        doing = [
            self._started(slot % 2).decide(proposal, who, verdict=verdict) for slot, (who, verdict) in enumerate(clicks)
        ]
        self._tell(how, await asyncio.gather(*doing, return_exceptions=True))
        if self._deaths[-1].dead:
            again = self._started(0).decide(proposal, ANNA)
            self._tell("again", await asyncio.gather(again, return_exceptions=True))

    async def _blow(self, proposal: Proposal, wish: Wish) -> None:
        self._order(wish, self._dice.choice((0, 1, 1, 2, 3)))
        seconds = self._dice.choice(JUMPS)
        self.story.append(f"+{seconds} s")
        self.place.company.clock.advance(seconds)
        what = self._dice.choice(("execute", "execute", "sweep", "both", "stopped"))
        rivals = [self._started(slot) for slot in range(2)]
        doing: list[Any] = []
        if what != "sweep":
            doing += [rival.executor.execute(proposal.id) for rival in rivals]
        if what in ("sweep", "both"):
            doing += [rival.sweep() for rival in rivals]
        tasks = [asyncio.ensure_future(each) for each in doing]
        if what == "stopped":
            await asyncio.sleep(self._dice.choice((0.001, 0.005, 0.01, 0.02)))
            for task in tasks:
                task.cancel()
        self._tell(what, await asyncio.gather(*tasks, return_exceptions=True))

    def _tell(self, what: str, ended: Sequence[object]) -> None:
        for each in ended:
            if isinstance(each, BaseException):
                if not isinstance(each, Refusal | ToolError | asyncio.CancelledError) and not died(each):
                    raise each
                self.story.append(f"{what}: {each!r}"[:300])

    async def _heal(self, proposal: Proposal) -> list[Life]:
        company, calm = self.place.company, self._house(None)
        company.clear(keep="stale")
        self.story.append("fair weather")
        for _ in range(MOST_SWEEPS):
            company.clock.advance(20)
            await calm.sweep()
            lives = await lives_of(self.place.database, [proposal.id])
            if lives[0].state not in OPEN:
                break
        company.clock.advance(600)
        company.clear()
        return await lives_of(self.place.database, [proposal.id])


def judged(effects: Sequence[Mapping[str, Any]], lives: Sequence[Life], faults: set[str]) -> list[tuple[str, str]]:
    """(kind, words) of everything that should not be: what Xero recorded against what is stored."""
    known = {life.row.id for life in lives}
    found = [
        ("unconfirmed", f"{effect['operation']} under the key {effect['idempotency_key']} of no proposal")
        for effect in effects
        if effect["idempotency_key"] not in known
    ]
    for life in lives:
        mine = [dict(effect) for effect in effects if effect["idempotency_key"] == life.row.id]
        name = f"P-{life.row.number} ({life.state})"
        found += [(kind, f"{name}: {told}") for kind, told in _of_effects(life, mine)]
        found += [(kind, f"{name}: {told}") for kind, told in of_records(life, mine)]
        found += [(kind, f"{name}: {told}") for kind, told in _of_giving_up(life, faults)]
    return found


def _of_effects(life: Life, mine: list[dict[str, Any]]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if len(mine) > 1:
        found.append(("duplicate", f"{len(mine)} times"))
    if life.state is State.SUCCEEDED and not mine:
        found.append(("lost", "says done, and Xero has nothing"))
    if life.state in ENDS and life.state is not State.SUCCEEDED and mine:
        found.append(("lost", "says that nothing was written, and Xero has it"))
    if life.state in OPEN:
        found.append(("stuck", f"after {life.row.attempts} attempts: {life.row.problem}"))
    for effect in mine:
        decision = life.decision
        if decision is None or decision.verdict != "confirm" or decision.digest != life.row.digest:
            found.append(("unconfirmed", "nobody confirmed these bytes"))
        checks = CHECKS.get(effect["operation"])
        if checks is None:
            found.append(("altered", f"{effect['operation']} was never asked for"))
        else:
            found += [("altered", told) for _rule, told in checks(effect, life.payload)]
    return found


def _of_giving_up(life: Life, faults: set[str]) -> list[tuple[str, str]]:
    if life.state not in (State.FAILED, State.BLOCKED) or life.decision is None:
        return []
    ended = life.at("execution:failed") or life.at("execution:blocked")
    late = ended is not None and (ended - from_text(life.decision.at)).total_seconds() >= 110
    if life.state is State.FAILED and (late or faults & REFUSING):
        return []
    return [("given up", f"without a reason: {life.row.problem}")]
