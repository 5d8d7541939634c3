"""`assistant settle` as it is typed, over a real database and the sandbox's Xero over HTTP."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.clock import utc_now
from assistant.proposal import Proposal
from assistant.settle_command import AS_SAID, DONE_AFTER_ALL, REFUSED
from assistant.stores import migrate, organisations
from assistant.stores.database import Database
from assistant.stores.proposals import State
from tests.support.assistant import clean_environment
from tests.support.database import run_sql
from tests.support.paying import DEMO, OTHER, Core, HandClock, KnownPayee
from tests.support.real_tools import TODAY, House
from tests.test_tools_payment_journey import house
from tools.base import Payload, Receipt, WriteAccess
from tools.errors import OutcomeUnknown
from tools.money import Money
from tools.xero.payments import RECORD_PAYMENT
from tools.xero.writing import NewPayment

pytestmark = pytest.mark.anyio
__all__ = ["house"]
NOTE = "looked at the statement"
USAGE = 2


@dataclass
class Machine:
    """A home with an unclear payment of € 31.00 for BILL-201 in it, and Xero beside it."""

    home: Path
    house: House
    core: Core
    unclear: Proposal

    def typed(self, *words: str, **settings: str) -> tuple[int, str]:
        """`assistant settle WORDS`: the exit code and what was said."""
        xero = self.house.sandbox.urls["xero"]
        done = subprocess.run(
            [sys.executable, "-m", "assistant", "settle", *words],
            env=clean_environment(
                self.home,
                **{
                    "XERO_CLIENT_ID": "sandbox-xero",
                    "XERO_CLIENT_SECRET": "sandbox-xero-secret",
                    "XERO_API_URL": xero,
                    "XERO_IDENTITY_URL": xero,
                    "XERO_LOGIN_URL": xero,
                    **settings,
                },
            ),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert not (done.stdout and done.stderr), done
        return done.returncode, (done.stdout or done.stderr).strip()

    async def entered(self, amount: str, reference: str = "by hand") -> str:
        """The id of a payment of BILL-201 that somebody recorded in Xero itself."""
        about = self.unclear.payload
        document, account = about["document"], about["account"]
        assert isinstance(document, dict) and isinstance(account, dict)
        money = Money(Decimal(amount), "EUR")
        new = NewPayment(str(document["id"]), str(account["id"]), TODAY, money, reference)
        return (await self.house.writing.payments.create_payment(new, key=f"{reference} {amount}")).id

    async def now(self) -> Proposal:
        found = await self.core.proposals.get(self.unclear.id)
        assert found is not None
        return found


async def _never_answered(_writing: WriteAccess, _payload: Payload, _key: str) -> Receipt:
    raise OutcomeUnknown("Xero", reason="connection lost")


@pytest.fixture
async def machine(tmp_path: Path, house: House) -> AsyncIterator[Machine]:
    (tmp_path / "state").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'state' / 'assistant.db'}")
    await migrate.upgrade(database)
    async with database.work() as work:
        await organisations.put(work, DEMO, tenant_id=house.tenant_id, now="now")

    async def same(*_: object) -> None:
        return None

    tool = replace(RECORD_PAYMENT, changed=same, execute=_never_answered)
    core = Core(database, clock=HandClock(utc_now() - timedelta(hours=1)), tool=tool)
    draft = await house.propose(document_number="BILL-201", amount="31.00")
    at_stake = RECORD_PAYMENT.stakes(draft.payload)
    core.payees.known[at_stake.payee_id] = KnownPayee(bank=at_stake.bank)
    made = await core.decide(await core.propose(what=draft))
    unclear = await core.executor.execute(made.id)
    assert unclear.state is State.UNKNOWN
    yield Machine(tmp_path, house, core, unclear)
    await database.close()


async def test_not_done_is_taken_from_the_command_line_after_one_more_look(machine: Machine) -> None:
    code, said = machine.typed("p-1", "--not-done", "--note", NOTE)
    assert (code, said.split(". ")[0]) == (AS_SAID, "P-1 (€ 31.00, Acme Ltd) is settled as not done")
    ended = await machine.now()
    assert ended.state is State.FAILED and ended.problem and ended.problem["en"].startswith("The command line says")
    rows = await run_sql(machine.core.database, "SELECT tag, actor_id FROM audit_event ORDER BY seq DESC LIMIT 2")
    assert rows == [("execution:settled_by_person", "house"), ("execution:lookup_started", "house")]
    assert machine.house.paid() == [] and (await machine.core.audit.verify()).ok
    code, said = machine.typed("P-1", "--not-done", "--note", NOTE)
    assert code == REFUSED and "The outcome of P-1 is not unclear" in said and "Nothing was changed." in said


async def test_done_is_taken_only_for_the_payment_that_xero_has(machine: Machine) -> None:
    other, mine = await machine.entered("31.01"), await machine.entered("31.00")
    code, said = machine.typed("P-1", "--done", other, "--note", NOTE)
    assert code == REFUSED and "it is of € 31.01, not of € 31.00" in said and "Nothing was changed." in said
    assert (await machine.now()).state is State.UNKNOWN
    code, said = machine.typed("P-1", "--done", mine, "--note", NOTE)
    assert (code, said) == (AS_SAID, "P-1 (€ 31.00, Acme Ltd) is settled as done, by the payment that was named.")
    ended = await machine.now()
    assert ended.state is State.SUCCEEDED and ended.receipt and ended.receipt.reference == mine


async def test_what_the_look_finds_is_done_and_the_exit_code_says_so(machine: Machine) -> None:
    mine = await machine.entered("31.00", str(machine.unclear.payload["reference"]))
    code, said = machine.typed("P-1", "--not-done", "--note", NOTE)
    assert code == DONE_AFTER_ALL and said.startswith("P-1 was looked up once more and is there")
    ended = await machine.now()
    assert ended.state is State.SUCCEEDED and ended.receipt and ended.receipt.reference == mine


async def test_what_cannot_be_taken_changes_nothing(machine: Machine) -> None:
    async with machine.core.database.work() as work:
        await organisations.put(work, OTHER, tenant_id="another", now="now")
    assert machine.typed("P-1", "--note", NOTE)[0] == USAGE
    assert machine.typed("P-1", "--not-done", "--done", "x", "--note", NOTE)[0] == USAGE
    code, said = machine.typed("P-1", "--not-done", "--note", NOTE)
    assert code == REFUSED and said.startswith("Several organisations are here: Demo GmbH, Other Ltd.")
    here = ("--organisation", "demo gmbh")
    code, said = machine.typed("P-9", "--not-done", "--note", NOTE, *here)
    assert (code, said) == (REFUSED, "There is no proposal P-9 in Demo GmbH. Nothing was changed.")
    code, said = machine.typed("P-1", "--not-done", *here)
    assert code == REFUSED and "where you looked" in said
    code, said = machine.typed("P-1", "--not-done", "--note", NOTE, *here, XERO_API_URL="http://127.0.0.1:9")
    assert code == REFUSED and "Xero has to be asked once more" in said and "Nothing was changed." in said
    assert (await machine.now()).state is State.UNKNOWN
