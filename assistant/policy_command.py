"""The command line of the rules: what they are in words, what they say to one case, and whether a file can be used."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from assistant.clock import utc_now
from assistant.policy.in_words import in_words
from assistant.policy.judging import Circumstances, Confirming, judge_confirming, judge_proposing
from assistant.policy.rules import BadPolicy, Policy, load_policy
from assistant.policy.verdict import Verdict
from assistant.principal import Grant, Principal, Role
from assistant.settings import Settings
from tools.base import Stakes, WriteKind
from tools.money import AmountError, Money

cli = typer.Typer(no_args_is_help=True, help="The rules: who may propose and confirm what, and up to how much.")
PolicyFile = Annotated[Path | None, typer.Option("--file", help="Default: POLICY_FILE, else the product's own rules.")]


@cli.command()
def show(file: PolicyFile = None) -> None:
    """Print the rules in words, with the version that cards and decisions carry."""
    _say(*in_words(_policy(file)))


@cli.command()
def check(file: PolicyFile = None) -> None:
    """Say whether a file of rules can be used; exit 2 when not."""
    _say(f"These rules can be used. Their version is {_policy(file).digest}.")


@cli.command()
def explain(
    kind: WriteKind,
    amount: str = typer.Argument("", help='E.g. "9999.00 EUR"; empty for a change of bank details.'),
    role: Annotated[list[Role] | None, typer.Option(help="The person's role; may be given more than once.")] = None,
    same_person: Annotated[bool, typer.Option(help="The person proposed it as well.")] = False,
    second_factor: Annotated[bool, typer.Option(help="The person has just signed in with a second factor.")] = False,
    before: Annotated[str, typer.Option(help="What that person confirmed in the last 24 hours, e.g. 9000.00.")] = "0",
    payee_known_hours: Annotated[int, typer.Option(help="Since when the payee is known and unchanged.")] = 24 * 365,
    language: str = "en",
    file: PolicyFile = None,
) -> None:
    """Print every line of what the rules say to one case, first to proposing it, then to confirming it."""
    policy = _policy(file)
    person = Principal("you", "", "", "This person", "", tuple(Grant(each) for each in role or [Role.APPROVER]))
    money = _money(amount)
    stakes = Stakes(kind, money, "contact", "The payee", "", "the document", None)
    if money is None and kind.has_amount:
        raise typer.BadParameter(f'{kind} has an amount: "9999.00 EUR"')
    so_far = _minor(before, money.currency) if money else 0
    now = utc_now()
    circumstances = Circumstances(
        now,
        "organisation",
        "The organisation",
        "UTC",
        payee=_Payee(now - timedelta(hours=payee_known_hours)),
        confirmed_by_person=so_far,
        confirmed_in_organisation=so_far,
        alone_by_person=so_far if same_person else 0,
        weakly_by_person=0 if second_factor else so_far,
    )
    proposer = person.id if same_person else "somebody else"
    confirming = Confirming(person, proposer, second_factor)
    _say("To propose it:", *_lines(judge_proposing(policy, stakes, person, circumstances), language))
    verdict = judge_confirming(policy, stakes, confirming, circumstances)
    _say("To confirm it:", *_lines(verdict, language), f"Rules: {policy.digest}")
    raise typer.Exit(0 if verdict.allowed else 1)


@dataclass(frozen=True, slots=True)
class _Payee:
    """A payee as the question supposes it."""

    known_since: datetime
    bank: str = ""
    active: bool = True
    changed_at: datetime | None = None
    what_changed: tuple[str, ...] = ()


def _lines(verdict: Verdict, language: str) -> list[str]:
    lines = [
        f"  {'yes' if reason.passed else 'NO '}  {reason.words.get(language) or reason.words['en']}"
        for reason in verdict.reasons
    ]
    needs = f" It will need: {', '.join(sorted(verdict.needs))}." if verdict.needs else ""
    return [*lines, f"  {'Allowed.' if verdict.allowed else 'Refused.'}{needs}"]


def _money(written: str) -> Money | None:
    if not written:
        return None
    try:
        amount, currency = written.split()
        return Money(Decimal(amount), currency)
    except (ValueError, InvalidOperation, AmountError) as error:
        raise typer.BadParameter('write it as "9999.00 EUR"') from error


def _minor(written: str, currency: str) -> int:
    try:
        return Money(Decimal(written), currency).minor
    except (InvalidOperation, AmountError) as error:
        raise typer.BadParameter("write what was confirmed before as 9000.00") from error


def _policy(file: Path | None) -> Policy:
    try:
        return load_policy(file or Settings().policy_file)
    except BadPolicy as problem:
        sys.stderr.write(f"{problem}\n")
        raise typer.Exit(2) from None


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
