"""The protections of execution: once whatever crashes, under the rules of that moment, and settled by whom."""

from __future__ import annotations

from tests.protections.mutation import Edit, Mutation

_JUDGING = "assistant/policy/judging.py"
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
_SETTLING = "assistant/settling.py"

SETTLING = (
    Mutation(
        "anybody gives the outcome of an unclear payment",
        (
            Edit(
                _SETTLING,
                "or present.id != person.id or not present.may(Role.ADMIN, proposal.organisation_id):",
                ":",
            ),
        ),
        _tests("test_settling"),
    ),
    Mutation(
        "who confirmed a payment says that it was not done",
        (
            Edit(
                _SETTLING,
                "if not said.done and speaker.person and speaker.person.id in await self._who_confirmed(proposal):",
                "if False:",
            ),
        ),
        _tests("test_settling"),
    ),
    Mutation(
        "an outcome is given while the send may still arrive",
        (Edit(_SETTLING, "if (seconds := self._may_arrive_for(proposal, attempts)) > 0:", "if (seconds := 0) > 0:"),),
        _tests("test_settling"),
    ),
    Mutation(
        "nobody looks once more before an outcome is given",
        (
            Edit(
                _SETTLING,
                "if (found := await tool.look_up(writing, proposal.payload, proposal.id)) is not None:",
                "if (found := None) is not None:",
            ),
        ),
        _tests("test_settling"),
    ),
)

EXECUTION = (*WEATHER, *RULES, *MOMENTS, *SETTLING)
