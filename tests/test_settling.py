"""An admin settles what looking up cannot decide: who may, when, what is read before it counts, what is kept of it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any, cast

import pytest

from assistant.principal import Grant, Principal, Role
from assistant.proposals import Proposal
from assistant.settling import CannotSettle, Outlook, Said, Settled
from assistant.settling_words import Reason
from assistant.stores.database import Database
from assistant.stores.proposals import State
from tests.support.database import run_sql
from tests.support.paying import ALEX, ANNA, DEMO, PAUL, Core, draft, paying_tool, person
from tests.support.settling import ADA, AXEL, BOTH, ELSEWHERE, NOTE, SettlingCore, is_unclear, reason, recognising_tool
from tools.base import Right

pytestmark = pytest.mark.anyio


@pytest.fixture
def core(database: Database) -> SettlingCore:
    return SettlingCore(database)


async def test_what_waits_for_a_person_says_what_an_admin_can_write(core: SettlingCore) -> None:
    unclear = await core.unclear()
    assert is_unclear(unclear) and unclear.problem
    said, german = unclear.problem["en"], unclear.problem["de"]
    assert "If it is there, an admin writes “settle P-1 done PAYMENT-ID: where it stands”; if not, an" in said
    assert "writes “settle P-1 not done: where you looked”. Until then nothing else about it is" in said
    assert "„kläre P-1 ausgeführt ZAHLUNGS-ID: wo sie steht“; wenn nicht" in german
    assert "„kläre P-1 nicht ausgeführt: wo nachgesehen wurde“" in german


async def test_what_cannot_be_called_done_by_an_id_is_not_offered_so(database: Database) -> None:
    core = SettlingCore(database)
    plain = SettlingCore(database, clock=core.clock, till=core.book_till, tool=paying_tool(core.book_till))
    unclear = await plain.unclear()
    assert unclear.problem and "If not, an admin writes “settle P-1 not done: where you" in unclear.problem["en"]
    assert "PAYMENT-ID" not in unclear.problem["en"] and "ZAHLUNGS-ID" not in unclear.problem["de"]


def problem(settled: Settled) -> str:
    """What its card says then."""
    assert settled.proposal.problem is not None
    return settled.proposal.problem["en"]


# not done


async def test_not_done_fails_it_on_the_admins_word_and_is_in_the_trail(core: SettlingCore) -> None:
    unclear = await core.unclear()
    settled = await core.settle(unclear)
    assert isinstance(settled, Settled) and not settled.found
    assert settled.words["en"].startswith("P-1 (€ 980.00, Acme) is settled as not done")
    ended = await core.now(unclear)
    assert ended == settled.proposal and ended.state is State.FAILED and ended.problem and ended.receipt is None
    assert ended.problem["en"].startswith(f"Ada says that it was not done (“{NOTE}”), and looking it up once more did")
    assert "according to them nothing was written" in ended.problem["en"]
    assert "Demnach wurde nichts geschrieben" in ended.problem["de"]
    assert len(core.till.sends) == 1 and core.till.paid == []
    event = await core.last_event()
    assert (event["tag"], event["subject"]) == ("execution:settled_by_person", unclear.id)
    assert (event["actor_id"], event["roles"], event["session_id"]) == (ADA.id, "admin", "session-Ada")
    assert json.loads(event["facts"]) == {
        "digest": unclear.digest,
        "attempt": 1,
        "said": "not_done",
        "note": NOTE,
        "look_up": "not_found",
        "state": "failed",
    }
    assert (await core.audit.verify()).ok


async def test_after_not_done_the_document_is_free_and_is_paid_once(core: SettlingCore) -> None:
    unclear = await core.unclear()
    waits = await core.decide(await core.propose(conversation_id="talk-2"), ALEX)
    assert (await core.again().executor.sweep()) and (await core.now(waits)).state is State.CONFIRMED
    await core.settle(unclear)
    core.clock.advance(seconds=20)
    await core.executor.sweep()
    assert (await core.now(waits)).state is State.SUCCEEDED
    assert core.till.times_paid(waits.id) == 1 and len(core.till.paid) == 1
    anew = await core.propose(what=draft(due=0, minor=100))
    assert anew.state is State.AWAITING


async def test_every_open_card_is_told(core: SettlingCore) -> None:
    unclear, told = await core.unclear(), list[Proposal]()

    async def hears(proposal: Proposal) -> None:
        told.append(proposal)

    core.feed.subscribe(hears)
    settled = await core.settle(unclear)
    await core.feed.drain()
    assert told == [settled.proposal]


async def test_what_was_settled_is_never_taken_up_again(core: SettlingCore) -> None:
    unclear = await core.unclear()
    await core.settle(unclear)
    for _ in range(5):
        core.clock.advance(minutes=11)
        await core.executor.sweep()
    assert (await core.now(unclear)).state is State.FAILED and len(core.till.sends) == 1


# done


async def test_done_takes_the_payment_that_is_named_once_it_was_read(core: SettlingCore) -> None:
    unclear = await core.unclear()
    core.book_till.books["PAY-77"] = ("bill-204", 98000)
    settled = await core.settle(unclear, done=True, payment_id=" PAY-77 ")
    assert settled.words["de"] == "P-1 (€ 980.00, Acme) ist als ausgeführt geklärt, durch die genannte Zahlung."
    ended = await core.now(unclear)
    assert ended.state is State.SUCCEEDED and ended.problem is None
    assert ended.receipt and ended.receipt.reference == "PAY-77" and ended.receipt.summary["en"] == "Paid by hand"
    facts = json.loads((await core.last_event())["facts"])
    assert facts["said"] == "done" and facts["payment_id"] == facts["reference"] == "PAY-77"
    assert facts["state"] == "succeeded" and len(core.till.sends) == 1


async def test_a_card_that_was_made_before_it_was_settled_as_done_is_stopped(core: SettlingCore) -> None:
    """Our own records say that the document was written to, however the provider's reading lags."""
    unclear = await core.unclear()
    waits = await core.decide(await core.propose(conversation_id="talk-2"), ALEX)
    core.book_till.books["PAY-77"] = ("bill-204", 98000)
    await core.settle(unclear, done=True, payment_id="PAY-77")
    core.clock.advance(seconds=20)
    await core.executor.sweep()
    stopped = await core.now(waits)
    assert stopped.state is State.BLOCKED and stopped.problem and "P-1 is about the same thing" in stopped.problem["en"]


@pytest.mark.parametrize(("bill", "minor"), [("bill-204", 98001), ("bill-205", 98000)])
async def test_another_payment_is_refused_with_what_differs(core: SettlingCore, bill: str, minor: int) -> None:
    unclear = await core.unclear()
    core.book_till.books["PAY-77"] = (bill, minor)
    no = await core.refused(unclear, done=True, payment_id="PAY-77")
    assert no.reason is Reason.ANOTHER_PAYMENT and f"It is {minor / 100:.2f} on {bill}." in no.text("en")


async def test_a_payment_that_is_not_there_is_refused(core: SettlingCore) -> None:
    no = await core.refused(await core.unclear(), done=True, payment_id="PAY-78")
    assert no.reason is Reason.ANOTHER_PAYMENT and "Xero has no payment with the id PAY-78." in no.text("en")


async def test_a_payment_that_is_the_receipt_of_another_proposal_is_refused(core: SettlingCore) -> None:
    done = await core.decide(await core.propose(what=draft(bill="bill-9")), ALEX)
    receipt = (await core.executor.execute(done.id)).receipt
    core.till.due = 98000
    unclear = await core.unclear(what=draft())
    assert receipt
    for written in (receipt.reference, receipt.reference.upper()):
        core.book_till.books[written] = ("bill-204", 98000)
        no = await core.refused(unclear, done=True, payment_id=written)
        assert no.reason is Reason.OTHERS_RECEIPT and "receipt of P-1" in no.text("en")
        with pytest.raises(CannotSettle):
            await core.executor.settling.consider(unclear.id, ADA, Said(True, NOTE, written))


async def test_two_proposals_settled_by_one_payment_at_once_get_it_once(core: SettlingCore) -> None:
    one = await core.unclear()
    two = await core.unclear(what=draft(bill="bill-205"), who=ALEX)
    core.book_till.books |= {"PAY-77": ("bill-204", 98000)}
    core.book_till.credulous = True
    ended = await asyncio.gather(
        core.settle(one, done=True, payment_id="PAY-77"),
        core.settle(two, AXEL, done=True, payment_id="PAY-77"),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in ended) == ["CannotSettle", "Settled"]
    assert {(await core.now(each)).state for each in (one, two)} == {State.SUCCEEDED, State.UNKNOWN}


async def test_a_write_that_has_no_id_of_its_own_cannot_be_called_done(database: Database) -> None:
    core = SettlingCore(database)
    plain = SettlingCore(database, clock=core.clock, till=core.book_till, tool=paying_tool(core.book_till))
    no = await plain.refused(await core.unclear(), done=True, payment_id="PAY-77")
    assert no.reason is Reason.NOT_BY_NAME and "no id of its own in Xero" in no.text("en")
    assert (await plain.settle(await core.unclear(what=draft(bill="b")))).proposal.state is State.FAILED


# looking up knows better


@pytest.mark.parametrize("done", [True, False])
async def test_what_the_look_finds_is_done_whatever_is_said(core: SettlingCore, done: bool) -> None:
    unclear = await core.unclear()
    core.till.paid.append((unclear.id, 98000))
    settled = await core.settle(unclear, done=done, payment_id="PAY-78" if done else "")
    assert settled.found and "P-1 was looked up once more and is there" in settled.words["en"]
    ended = await core.now(unclear)
    assert ended.state is State.SUCCEEDED and ended.receipt and ended.receipt.reference == "payment-0"
    assert (await core.tags(unclear.id))[-2:] == ["execution:lookup_started", "execution:succeeded"]
    rows = await run_sql(core.database, "SELECT actor_id, facts FROM audit_event ORDER BY seq DESC LIMIT 2")
    (_, succeeded), (who, asked) = rows
    assert who == ADA.id and json.loads(str(asked))["said"] == ("done" if done else "not_done")
    assert json.loads(str(succeeded))["found_by_looking_up"] is True


async def test_without_a_look_nothing_is_settled(core: SettlingCore) -> None:
    unclear = await core.unclear()
    core.till.mute = True
    no = await core.refused(unclear)
    assert no.reason is Reason.CANNOT_BE_ASKED and "Xero has to be asked once more" in no.text("en")
    core.till.mute, core.book_till.silent = False, True
    assert await reason(core, unclear, done=True, payment_id="PAY-77") is Reason.CANNOT_BE_ASKED
    assert (await core.tags(unclear.id))[-3:] == [
        "execution:lookup_started", "execution:looked_up", "execution:settling_refused",
    ]  # fmt: skip


async def test_a_tool_that_is_gone_leaves_only_the_persons_word(core: SettlingCore) -> None:
    unclear = await core.unclear()
    renamed = replace(core.tool, signature=cast(Any, _Another(core)))
    gone = SettlingCore(core.database, clock=core.clock, till=core.book_till, tool=renamed)
    no = await gone.refused(unclear, done=True, payment_id="PAY-77")
    assert no.reason is Reason.TOOL_GONE and "cannot compare a payment" in no.text("en")
    seen = await gone.executor.settling.consider(unclear.id, ADA, Said(False, NOTE))
    assert isinstance(seen, Outlook) and seen.words["en"].startswith("P-1: this version cannot look it up, so that")
    settled = await gone.settle(unclear)
    assert settled.proposal.state is State.FAILED and "once more" not in problem(settled)
    assert json.loads((await core.last_event())["facts"])["look_up"] == "impossible"


class _Another:
    """The signature of a tool that is called otherwise."""

    def __init__(self, core: Core) -> None:
        self.name = f"not_{core.tool.name}"


# who


@pytest.mark.parametrize("who", [PAUL, ALEX, ANNA, ELSEWHERE, person("nobody")], ids=lambda who: who.name)
async def test_only_an_admin_of_the_organisation(core: SettlingCore, who: Principal) -> None:
    unclear = await core.unclear()
    no = await core.refused(unclear, who)
    assert no.reason is Reason.NOT_AN_ADMIN and "role admin in Demo GmbH" in no.text("en")
    assert core.till.looks == 1, "nobody is asked for somebody who may not"


async def test_the_roles_count_as_they_are_now(core: SettlingCore) -> None:
    unclear = await core.unclear()
    core.sessions["session-Ada"] = replace(ADA, grants=(Grant(Role.VIEWER),))
    assert await reason(core, unclear) is Reason.NOT_AN_ADMIN
    del core.sessions["session-Ada"]
    assert await reason(core, unclear) is Reason.NOT_AN_ADMIN


async def test_what_is_about_payroll_is_settled_by_an_admin_who_may_read_it(database: Database) -> None:
    core = SettlingCore(database)
    about_wages = replace(recognising_tool(core.book_till), right=Right.PAYROLL)
    core = SettlingCore(database, clock=core.clock, till=core.book_till, tool=about_wages)
    unclear = await core.unclear()
    no = await core.refused(unclear)
    assert no.reason is Reason.NO_RIGHT and "role payroll in Demo GmbH" in no.text("en")
    assert core.till.looks == 1, "nobody is asked for somebody who may not"
    core.sessions["session-Ada"] = replace(ADA, grants=(*ADA.grants, Grant(Role.PAYROLL, DEMO.id)))
    assert isinstance(await core.settle(unclear), Settled)


async def test_who_confirmed_it_may_not_say_alone_that_it_was_not_done(core: SettlingCore) -> None:
    unclear = await core.unclear(who=BOTH)
    no = await core.refused(unclear, BOTH)
    assert no.reason is Reason.OWN_CONFIRMATION and "one person could pay twice alone" in no.text("en")
    await run_sql(core.database, "UPDATE proposal SET decided_by_id = 'somebody else'")
    assert await reason(core, unclear, BOTH) is Reason.OWN_CONFIRMATION
    core.book_till.books["PAY-77"] = ("bill-204", 98000)
    assert (await core.settle(unclear, BOTH, done=True, payment_id="PAY-77")).proposal.state is State.SUCCEEDED


async def test_another_admin_may_say_it(core: SettlingCore) -> None:
    assert (await core.settle(await core.unclear(who=BOTH), AXEL)).proposal.state is State.FAILED


async def test_the_command_line_is_the_house(core: SettlingCore) -> None:
    unclear = await core.unclear()
    settled = await core.settle(unclear, None)
    assert problem(settled).startswith("The command line says")
    event = await core.last_event()
    assert event["actor_id"] == "house" and json.loads(event["facts"])["by"] == "command_line"


# when


async def test_while_a_send_may_still_arrive_nothing_is_settled(core: SettlingCore) -> None:
    unclear = await core.unclear(minutes=5)
    assert is_unclear(unclear)
    no = await core.refused(unclear)
    assert no.reason is Reason.MAY_ARRIVE and "Say it again in 5 minutes" in no.text("en")
    core.clock.advance(minutes=4, seconds=59)
    assert "in einer Minute" in (await core.refused(unclear)).text("de")
    core.clock.advance(seconds=2)
    assert (await core.settle(unclear)).proposal.state is State.FAILED


async def test_every_send_counts_not_only_the_first(core: SettlingCore) -> None:
    unclear = await core.unclear()
    await run_sql(core.database, f"UPDATE proposal SET attempts = 2 WHERE id = '{unclear.id}'")
    late = core.clock().isoformat()
    await run_sql(
        core.database,
        "INSERT INTO execution_attempt (proposal_id, number, key, body_hash, started_at, ended_at, outcome) "
        f"VALUES ('{unclear.id}', 2, 'k', 'x', '{late}', '', 'unknown')",
    )
    assert await reason(core, unclear) is Reason.MAY_ARRIVE


async def test_where_the_sends_are_not_known_any_more_an_hour_has_to_pass_too(core: SettlingCore) -> None:
    unclear = await core.unclear()
    await run_sql(core.database, "DELETE FROM execution_attempt")
    assert await reason(core, unclear) is Reason.MAY_ARRIVE
    core.clock.advance(minutes=60)
    assert (await core.settle(unclear)).proposal.state is State.FAILED


@pytest.mark.parametrize("answer", ["ok", "refuse"])
async def test_only_what_is_unclear(core: SettlingCore, answer: str) -> None:
    core.till.answers = [answer]
    made = await core.confirmed()
    assert await reason(core, made) is Reason.NOT_UNKNOWN
    ended = await core.executor.execute(made.id)
    no = await core.refused(ended)
    assert no.reason is Reason.NOT_UNKNOWN and "P-1 is not unclear. It was confirmed by Anna" in no.text("en")


async def test_what_is_altered_or_not_there_is_refused(core: SettlingCore) -> None:
    unclear = await core.unclear()
    with pytest.raises(CannotSettle) as caught:
        await core.executor.settling.settle("no such thing", ADA, done=False, note=NOTE)
    assert caught.value.reason is Reason.NO_SUCH
    await run_sql(core.database, "UPDATE proposal SET body = replace(body, '98000', '98001')")
    with pytest.raises(CannotSettle) as caught:
        await core.settle(unclear)
    assert caught.value.reason is Reason.ALTERED and "not what was confirmed" in caught.value.text("en")


@pytest.mark.parametrize("note", ["", " \n ", "\u200b"])
async def test_a_note_is_needed(core: SettlingCore, note: str) -> None:
    assert await reason(core, await core.unclear(), note=note) is Reason.NO_NOTE


async def test_done_needs_a_payment(core: SettlingCore) -> None:
    assert await reason(core, await core.unclear(), done=True, payment_id=" ") is Reason.NO_PAYMENT


async def test_the_note_is_one_line_not_endless_and_without_account_numbers(core: SettlingCore) -> None:
    unclear = await core.unclear()
    settled = await core.settle(unclear, note=" looked\n at\u202e DE89 3704 0044 0532 0130 00 " + "x" * 400)
    note = json.loads((await core.last_event())["facts"])["note"]
    assert note.startswith("looked at DE89…3000 xxx") and len(note) == 200
    assert f"(“{note}”)" in problem(settled)
