"""The rules as a person reads them: one line for each thing that is allowed or asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assistant.policy.rules import Most, Policy, Threshold
from assistant.principal import Role
from tools import words
from tools.base import WriteKind
from tools.money import Money

_NAMES = {
    WriteKind.PAYMENT_OUT: "Payments out (money that left us is recorded)",
    WriteKind.PAYMENT_IN: "Payments in (money that came to us is recorded)",
    WriteKind.PAYMENT_REMOVAL: "Removals of payments (one that was recorded is taken back)",
    WriteKind.PAYEE_CHANGE: "Changes of a payee's bank details",
    WriteKind.CONTACT_CHANGE: "Changes of contacts (bank details excepted)",
    WriteKind.DOCUMENT_DRAFT: "Drafts (invoices and bills made, changed, submitted or deleted)",
    WriteKind.DOCUMENT_APPROVAL: "Approvals (invoices and bills approved or voided)",
    WriteKind.DOCUMENT_SENT: "Sending (invoices e-mailed to their customers, or marked as sent)",
    WriteKind.DOCUMENT_NOTE: "Notes (left in the history of an invoice or bill)",
    WriteKind.OWN_TRANSFER: "Transfers between own accounts (recorded in the books)",
    WriteKind.ITEM_CHANGE: "Items and contact groups (added or changed)",
    WriteKind.MONEY_SPENT: "Money spent (recorded without a bill; its sums count together with payments out)",
    WriteKind.MONEY_RECEIVED: "Money received (recorded without an invoice; its sums count with payments in)",
    WriteKind.SET_OFF: "Set-offs (credit notes and advances against invoices and bills)",
    WriteKind.MANUAL_JOURNAL: "Postings by hand (manual journals)",
    WriteKind.FILE_ADDED: "Files (attached to documents)",
    WriteKind.TIMESHEET: "Timesheets (made or approved)",
}


def in_words(policy: Policy) -> Iterator[str]:
    """The whole policy, line by line."""
    yield f"Rules {policy.digest}"
    yield f"At most {policy.cards.open_in_a_conversation} cards wait in one conversation."
    yield f"A card can be confirmed within {policy.cards.confirm_minutes} minutes after it was shown."
    for kind in WriteKind:
        rules = policy.kinds.get(kind)
        yield ""
        yield _NAMES[kind] if rules else f"{_NAMES[kind]}: not allowed"
        if rules is None:
            continue
        yield from _by_role("propose", rules.propose)
        yield from _by_role("confirm", rules.confirm)
        if rules.in_24_hours:
            yield f"  in 24 hours, one person confirms at most {_amounts(rules.in_24_hours.person)}"
            yield f"  in 24 hours, the organisation at most {_amounts(rules.in_24_hours.organisation)}"
        if rules.second_person:
            yield f"  another person than the proposer confirms {_threshold(rules.second_person)}"
        if rules.step_up:
            yield f"  a fresh sign-in with a second factor is needed {_threshold(rules.step_up)}"
        if rules.payee:
            yield f"  a new or changed payee waits {rules.payee.cooling_off_hours} hours"
        if rules.duplicates:
            yield f"  the same payee, amount and number within {rules.duplicates.days} days needs a reason"


def _by_role(deed: str, table: Mapping[Role, Most]) -> Iterator[str]:
    for role, most in table.items():
        yield f"  {role} may {deed} {'it' if most == 'any' else f'up to {_amounts(most)} at once'}"


def _threshold(threshold: Threshold) -> str:
    return "always" if threshold.always else f"above {_amounts(threshold.above)} in 24 hours, all together"


def _amounts(table: Mapping[str, int]) -> str:
    return words.listed([words.money(Money.from_minor(minor, code), "en") for code, minor in table.items()], "en")
