"""The protections, one by one, and how each is taken out of the source."""

from __future__ import annotations

from tests.protections.mutation import Edit, Mutation

_DECISIONS, _JUDGING, _CODE = "assistant/decisions.py", "assistant/policy/judging.py", "assistant/confirmation.py"


def _core(*behaviours: str, human: str = "", episodes: int = 100, seed: int = 1) -> tuple[str, ...]:
    """The hostile model against the core."""
    only = [word for name in behaviours for word in ("--behaviour", name)]
    only += ["--human", human] if human else []
    return ("tests.adversary", "core", "--workers", "1", "--episodes", str(episodes), "--seed", str(seed), *only)


HOSTILE = (
    Mutation(
        "the code of a confirmation is not checked",
        (Edit(_DECISIONS, "match self._confirmations.check(wish.confirmation, proposal, seat):", "match Shown.NOW:"),),
        _core("crumbs", "mixed_indices", human="forger", episodes=80),
    ),
    Mutation(
        "the code is not bound to the person and the session",
        (
            Edit(_CODE, '                "person": seat.person_id,\n', ""),
            Edit(_CODE, '                "session": seat.session_id,\n', ""),
        ),
        _core("crumbs", "mixed_indices", human="forger", episodes=80),
    ),
    Mutation(
        "the code is not bound to the card",
        (
            Edit(_CODE, '                "proposal": proposal.id,\n', ""),
            Edit(_CODE, '                "number": proposal.number,\n', ""),
            Edit(_CODE, '                "digest": proposal.digest,\n', ""),
        ),
        _core("crumbs", "mixed_indices", human="forger", episodes=80),
    ),
    Mutation(
        "the digest of a click is not compared",
        (
            Edit(_DECISIONS, "if wish.digest != row.digest:", "if False:"),
            Edit(_DECISIONS, "only_if=(store.has_digest(wish.digest), ", "only_if=("),
            Edit(
                _DECISIONS,
                "digest=wish.digest,\n            person_id",
                "digest=row.digest,\n            person_id",
            ),
        ),
        _core("crumbs", "mixed_indices", human="forger", episodes=80),
    ),
    Mutation(
        "the role is not read again at the decision",
        (
            Edit(_DECISIONS, "if person.may(Role.APPROVER, row.organisation_id):", "if person.id:"),
            Edit(
                _JUDGING,
                "held = [role for role in limits if role in person.roles_in(circumstances.organisation_id)]",
                "held = list(limits)",
            ),
            Edit(_CODE, '                "person": seat.person_id,\n', ""),
            Edit(_CODE, '                "session": seat.session_id,\n', ""),
        ),
        _core("crumbs", "mixed_indices", human="forger", episodes=80),
    ),
    Mutation(
        "a session that is over still decides",
        (
            Edit(
                _DECISIONS,
                "if present is None or present.id != principal.id:",
                "present = principal\n            if False:",
            ),
            Edit(_CODE, '                "session": seat.session_id,\n', ""),
        ),
        _core("crumbs", "mixed_indices", human="forger", episodes=80),
    ),
    Mutation(
        "an expired card can be confirmed",
        (
            Edit(
                _DECISIONS,
                "row.state == State.AWAITING and row.expires_at > to_text(now)",
                "row.state == State.AWAITING",
            ),
            Edit(_DECISIONS, "store.valid_at(now), ", ""),
            Edit(_DECISIONS, "match self._confirmations.check(wish.confirmation, proposal, seat):", "match Shown.NOW:"),
        ),
        _core("replays"),
    ),
    Mutation(
        "a payee that is new can be paid",
        (Edit(_JUDGING, "if circumstances.now < until:", "if False:"),),
        _core("lookalike_payee", episodes=80),
    ),
    Mutation(
        "one person prepares and confirms any amount",
        (
            Edit(_JUDGING, "if confirming.person.id != confirming.proposer_id:", "if True:"),
            Edit(
                _JUDGING,
                "if rules.second_person and rules.second_person.over(",
                "if rules.second_person and not rules.second_person.over(",
            ),
        ),
        _core("self_approval", "structuring", episodes=100),
    ),
    Mutation(
        "small payments are not added up",
        (Edit("assistant/rulings.py", "alone_by_person=sums.alone,", "alone_by_person=0,"),),
        _core("self_approval", "structuring", episodes=100),
    ),
    Mutation(
        "no second factor is asked for",
        (
            Edit(_JUDGING, "elif threshold.over(_with(circumstances.weakly_by_person, stakes.money)):", "elif False:"),
            Edit(
                _JUDGING,
                "if rules.step_up and rules.step_up.over(",
                "if rules.step_up and not rules.step_up.over(",
            ),
        ),
        _core("direct_write_other", episodes=120),
    ),
    Mutation(
        "a viewer's model may propose",
        (
            Edit("assistant/dispatch.py", "toolset if asking.may_write else toolset.only(Effect.READ)", "toolset"),
            Edit("assistant/proposals.py", "if principal.may(Role.PREPARER, organisation.id):", "if principal.id:"),
            Edit(
                _JUDGING,
                "held = [role for role in limits if role in person.roles_in(circumstances.organisation_id)]",
                "held = list(limits)",
            ),
        ),
        _core("crumbs", "mixed_indices", "twenty_writes", episodes=160),
    ),
    Mutation(
        "a turn makes any number of cards",
        (Edit("assistant/turn.py", "if self._cards >= MAX_CARDS:", "if False:"),),
        _core("twenty_writes", "card_flood"),
    ),
    Mutation(
        "text keeps its live addresses",
        (
            Edit(
                "assistant/untrusted.py", '    return _PATTERN.sub(_replace, _HIDDEN.sub("", text))', "    return text"
            ),
        ),
        _core("exfiltration_by_markup", episodes=20),
    ),
    Mutation(
        "the trail does not say that an attempt began",
        (
            Edit(
                "assistant/execution_records.py",
                "                AuditTag.EXECUTION_STARTED,\n",
                "                AuditTag.EXECUTION_LOOKED_UP,\n",
            ),
        ),
        _core("crumbs", human="always", episodes=40),
    ),
    Mutation(
        "account numbers are not masked in the trail",
        (Edit("assistant/audit/trail.py", "canonical(without_ibans(dict(facts)))", "canonical(dict(facts))"),),
        ("tests.adversary", "benign"),
    ),
)

_EXECUTION = "assistant/execution.py"


def _weather(runs: int = 40) -> tuple[str, ...]:
    """Crash and fault."""
    return ("tests.weather", "soak", "--workers", "1", "--runs", str(runs))


WEATHER = (
    Mutation(
        "each send has a key of its own",
        (
            Edit(
                _EXECUTION,
                "receipt = await tool.execute(writing, proposal.payload, proposal.id)",
                "receipt = await tool.execute(writing, proposal.payload, f'{proposal.id}-{proposal.attempts}')",
            ),
        ),
        _weather(),
    ),
    Mutation(
        "a lost answer counts as failed",
        (
            Edit(
                _EXECUTION,
                "return await self._records.unknown(proposal, error.words, why=error.reason)",
                "return await self._records.failed(proposal, State.EXECUTING, error.words)",
            ),
        ),
        _weather(),
    ),
    Mutation(
        "nobody looks whether a lost send was done",
        (Edit(_EXECUTION, "return await tool.look_up(writing, proposal.payload, proposal.id)", "return None"),),
        _weather(),
    ),
    Mutation(
        "what a dead process left is not taken up",
        (Edit(_EXECUTION, "found = await self._records.unfinished()", "found: list[tuple[str, State]] = []"),),
        _weather(20),
    ),
    Mutation(
        "the document is not read again before it is paid",
        (
            Edit(
                _EXECUTION,
                "changed = await tool.changed(await self._access_for(proposal.organisation_id), proposal.payload)\n"
                "        except (ProviderUnavailable",
                "changed = None\n        except (ProviderUnavailable",
            ),
            Edit(
                "assistant/stores/holds.py",
                "return state in (State.EXECUTING, State.UNKNOWN) or (",
                "return False and (",
            ),
        ),
        _weather(),
    ),
)
_RULINGS, _HOLDS = "assistant/rulings.py", "assistant/stores/holds.py"

RULES = (
    Mutation(
        "the stop switch is not looked at again before a send",
        (Edit(_RULINGS, "full = replace(full, earlier=())", "full = replace(full, earlier=(), stopped=None)"),),
        _weather(60),
    ),
    Mutation(
        "a payee who changed after the confirmation is paid all the same",
        (
            Edit(
                _RULINGS,
                "full = replace(full, earlier=())",
                "full = replace(full, earlier=(), payee=replace(full.payee, changed_at=None) if full.payee else None)",
            ),
        ),
        _weather(150),
    ),
    Mutation(
        "the role of who confirmed is not read again before a send",
        (
            Edit(
                _RULINGS,
                "from assistant.principal import Principal\n",
                "from assistant.principal import Grant, Principal, Role\n",
            ),
            Edit(
                _RULINGS,
                "            person,\n            proposal.proposer_id,",
                "            replace(person, grants=(Grant(Role.APPROVER),)),\n            proposal.proposer_id,",
            ),
        ),
        _weather(150),
    ),
    Mutation(
        "what was confirmed lately is not added up",
        (
            Edit(_RULINGS, "confirmed_by_person=sums.by_person", "confirmed_by_person=0"),
            Edit(_RULINGS, "confirmed_in_organisation=sums.in_organisation", "confirmed_in_organisation=0"),
        ),
        _weather(100),
    ),
    Mutation(
        "a large payment needs no second factor",
        (Edit(_JUDGING, "elif threshold.over(_with(circumstances.weakly_by_person, stakes.money)):", "elif False:"),),
        _weather(60),
    ),
    Mutation(
        "one person prepares and confirms what needs two",
        (Edit(_JUDGING, "if confirming.person.id != confirming.proposer_id:", "if True:"),),
        _weather(150),
    ),
)


def _tests(*files: str) -> tuple[str, ...]:
    """The tests that play one moment each: what chance meets too seldom."""
    return (
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        "-m",
        "not postgres",
        *(f"tests/{file}.py" for file in files),
    )


MOMENTS = (
    Mutation(
        "a send begins after its lease is over",
        (Edit(_EXECUTION, "if await self._records.lease_of(claimed) <= to_text(self._clock()):", "if False:"),),
        _tests("test_execution_crash"),
    ),
    Mutation(
        "an attempt that lives is taken for dead",
        (
            Edit(
                "assistant/stores/proposals.py",
                "    return col(ProposalRow.lease_until) <= now",
                '    return col(ProposalRow.lease_until) != ""',
            ),
        ),
        _tests("test_execution_crash", "test_execution_unknown", "test_execution"),
    ),
    Mutation(
        "a refused repetition is final without a look",
        (
            Edit(
                _EXECUTION,
                "earlier = repeating.uncertain((await self._records.attempts(proposal))[:-1])",
                "earlier: list[AttemptRow] = []",
            ),
            Edit(
                _EXECUTION,
                "import MOST_ATTEMPTS, AttemptOutcome, DecisionRow",
                "import MOST_ATTEMPTS, AttemptOutcome, AttemptRow, DecisionRow",
            ),
        ),
        _tests("test_execution_unknown"),
    ),
    Mutation(
        "what was sent a second ago cannot arrive any more",
        (Edit("assistant/repeating.py", "settled: float = 600", "settled: float = 1"),),
        _tests("test_execution_unknown"),
    ),
    Mutation(
        "an attempt begins without the document",
        (
            Edit(
                "assistant/execution_records.py",
                "if not await holds.keep(work, hold, to_text(now + lease)):",
                "if False:",
            ),
        ),
        _tests("test_execution_hold"),
    ),
    Mutation(
        "a reading that lags behind our own payment is believed",
        (
            Edit(
                _EXECUTION,
                "if (other := await self._records.written_since(proposal, hold)) is not None:",
                "if (other := await self._records.written_since(proposal, hold)) is not None and False:",
            ),
        ),
        _tests("test_execution"),
    ),
    Mutation(
        "two proposals have a document at once",
        (Edit(_HOLDS, "_counts(row, State(holder.state), now):", "False:"),),
        _tests("test_execution_hold"),
    ),
)
EVERY = (*HOSTILE, *WEATHER, *RULES, *MOMENTS)
