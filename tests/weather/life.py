"""The life of one process of the product: it takes up one bill's payment where it stands and carries it through."""

from __future__ import annotations

from sqlmodel import col, select

from assistant.proposals import Proposal
from assistant.refusals import Refusal
from assistant.stores.database import Database
from assistant.stores.proposals import ProposalRow, State
from tests.support.paying import ANNA, PAUL
from tests.weather.company import Bill, Company
from tests.weather.house import House
from tests.weather.judged import any_open

MOST_SWEEPS = 150


async def live(house: House, company: Company, database: Database, bill: Bill) -> None:
    """Ask for it, confirm it, execute it, sweep until it is finished; whatever of that has not been done yet.

    People ask and click again when nothing came of it, as they do after a crash.
    """
    proposal = await _waiting(house, database, bill)
    if proposal is not None:
        try:
            await house.decide(proposal, ANNA)
        except Refusal as refusal:  # it went through just before the process died
            raise AssertionError(f"a waiting card could not be confirmed: {refusal}") from refusal
        await house.executor.execute(proposal.id)
    for _ in range(MOST_SWEEPS):
        if not await any_open(database, [bill]):
            return
        await house.sweep()
        company.clock.advance(20)


async def _waiting(house: House, database: Database, bill: Bill) -> Proposal | None:
    """The card that waits; a new one where nothing was ever proposed; None when it was decided already."""
    async with database.reading() as work:
        found = (await work.exec(select(ProposalRow).where(col(ProposalRow.subject) == bill.id))).all()
    if not found:
        return await house.propose(bill, None, PAUL)
    waits = [row for row in found if row.state == State.AWAITING]
    return await house.proposals.get(waits[0].id) if waits else None
