"""The judge: what Xero recorded against the database and the audit trail, after the weather has cleared.

The invariants are those that every run has to keep: (I1) a confirmed proposal has at most one effect, and exactly one
when it says done; (I2) no effect without a confirmation of exactly that; (I3) nothing is left unfinished; (I4) the
audit trail is whole and has the confirmation before the execution; (I5) what the provider counts as paid is what
succeeded. Two more concern the person: the card told the truth when the payment was made, and nothing was given up
that the weather gave no reason to give up.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from assistant.stores.moments import from_text
from assistant.stores.proposals import State
from tests.weather.company import TOTAL
from tests.weather.judge_rules import of_rules
from tests.weather.judged import OPEN, Case, Life, Violation

ENDS = (State.SUCCEEDED, State.FAILED, State.BLOCKED, State.EXPIRED, State.REJECTED, State.SUPERSEDED)
REFUSING = {"refuse", "unauthorized", "expire_token"}
"""Faults by which the provider says no for certain."""


def judge(case: Case, lives: Sequence[Life]) -> list[Violation]:
    """Everything in this run that should not be."""
    found: list[tuple[str, str]] = []
    known = {life.row.id for life in lives}
    for effect in case.effects:
        if effect["idempotency_key"] and effect["idempotency_key"] not in known:
            found.append(("unconfirmed", f"an effect under the key {effect['idempotency_key']} of no proposal"))
    for life in lives:
        mine = [effect for effect in case.effects if effect["idempotency_key"] == life.row.id]
        name = f"P-{life.row.number}"
        found += [(kind, f"{name} ({life.state}): {what}") for kind, what in _of_effects(life, mine)]
        found += [(kind, f"{name} ({life.state}): {what}") for kind, what in of_records(life, mine)]
        found += [(kind, f"{name} ({life.state}): {what}") for kind, what in _of_giving_up(case, life, lives)]
    found += _of_bills(case, lives)
    found += of_rules(case, lives)
    return [Violation(case.seed, kind, what) for kind, what in found]


def _of_effects(life: Life, mine: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """I1 and I2: how often it took effect, and whether what took effect is what was confirmed."""
    found: list[tuple[str, str]] = []
    if len(mine) > 1:
        found.append(("duplicate", f"paid {len(mine)} times"))
    if life.state is State.SUCCEEDED and not mine:
        found.append(("lost", "says done, and Xero has nothing"))
    if life.state in ENDS and life.state is not State.SUCCEEDED and mine:
        found.append(("lost", "says that nothing was written, and Xero has it"))
    if life.state in OPEN:
        found.append(("stuck", f"after {life.row.attempts} attempts: {life.row.problem}"))
    confirmed = life.decision is not None and life.decision.verdict == "confirm"
    for effect in mine:
        if life.decision is None or not confirmed or life.decision.digest != life.row.digest:
            found.append(("unconfirmed", "nobody confirmed these bytes"))
        plan, body = life.plan, effect["body"]
        sent = (body["Invoice"]["InvoiceID"], body["Account"]["AccountID"], Decimal(str(body["Amount"])))
        if (*sent, body["Reference"]) != (plan.document.id, plan.account.id, plan.money.amount, plan.reference):
            found.append(("altered", f"Xero was sent {body}"))
    return found


def of_records(life: Life, mine: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """I4: the order in the trail, the key and the bytes of every attempt, the receipt."""
    found: list[tuple[str, str]] = []
    if any((each.key, each.body_hash) != (life.row.id, life.row.digest) for each in life.attempts):
        found.append(("altered", "an attempt with another key or other bytes"))
    confirmed, started = life.at("decision:confirmed"), life.at("execution:started")
    if mine and (confirmed is None or started is None or confirmed > started):
        found.append(("audit", "paid, and not confirmed and then started in the trail"))
    if mine and started is not None and datetime.fromisoformat(mine[0]["at"]) < started:
        found.append(("audit", "paid before the trail says that it was started"))
    tags = [row.tag for row in life.trail]
    ended = {State.SUCCEEDED: "execution:succeeded", State.FAILED: "execution:failed"}.get(life.state)
    if ended is not None and tags.count(ended) != 1:
        found.append(("audit", f"{ended} is in the trail {tags.count(ended)} times"))
    if tags.count("decision:confirmed") > 1 or tags.count("execution:started") != len(life.attempts):
        found.append(("audit", f"the trail does not fit the attempts: {tags}"))
    if life.state is State.SUCCEEDED and mine and not _is_of(json.loads(life.row.receipt)["reference"], mine[0]):
        found.append(("lost", "the receipt is of another payment"))
    return found


def _of_giving_up(case: Case, life: Life, lives: Sequence[Life]) -> list[tuple[str, str]]:
    """A confirmation that came to nothing needs a reason in the weather."""
    if life.state not in (State.FAILED, State.BLOCKED) or life.decision is None:
        return []
    ended = life.at("execution:failed") or life.at("execution:blocked")
    late = ended is not None and (ended - from_text(life.decision.at)).total_seconds() >= 110
    others = any(other.row.subject == life.row.subject and other.state is State.SUCCEEDED for other in lives)
    reason = others or life.row.subject in case.outside
    if life.state is State.BLOCKED:
        reason = reason or any(ended and (window.begun or ended) <= ended for window in case.windows)
    if life.state is State.FAILED:
        reason = reason or late or bool(case.kinds & REFUSING)
    return [] if reason else [("given up", f"without a reason: {life.row.problem}")]


def _of_bills(case: Case, lives: Sequence[Life]) -> list[tuple[str, str]]:
    """I5 for each bill, and whether each card still told the truth when its payment was made."""
    found: list[tuple[str, str]] = []
    by_id = {life.row.id: life for life in lives}
    for bill in case.bills:
        done = [life for life in lives if life.row.subject == bill.id and life.state is State.SUCCEEDED]
        wanted = sum((life.plan.money.amount for life in done), case.outside.get(bill.id, Decimal(0)))
        if wanted != case.paid_on[bill.id]:
            found.append(("sum", f"{bill.number}: Xero counts {case.paid_on[bill.id]}, the proposals {wanted}"))
        on_it = [effect for effect in case.effects if effect["body"]["Invoice"]["InvoiceID"] == bill.id]
        for place, effect in enumerate(on_it):
            payer = by_id.get(effect["idempotency_key"] or "")
            if payer is None:
                continue
            left = TOTAL - sum(Decimal(str(each["body"]["Amount"])) for each in on_it[:place] if _known(each, payer))
            if payer.plan.due_money.amount != left:
                shown = payer.plan.due_money.amount
                found.append(("untrue card", f"P-{payer.row.number} showed {shown} left, and it was {left}"))
    return found


def _known(earlier: dict[str, Any], payer: Life) -> bool:
    """Whether we can have known of it: not of what others paid in Xero itself after our payment had left."""
    started = payer.at("execution:started")
    by_others = not earlier["idempotency_key"]
    return not (by_others and started and datetime.fromisoformat(earlier["at"]) > started)


def _is_of(reference: str, effect: Mapping[str, Any]) -> bool:
    """Whether a receipt names what took effect: the record, or for a set-off the document that it was set off with."""
    return reference in (effect["result_id"], str(effect["body"].get("Invoice", {}).get("InvoiceID", "")))
