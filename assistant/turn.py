"""One turn of the conversation: a person's message, the model, tools, and an answer or a card.

Knows nothing of the page. Whatever the model does, a turn ends: after a bounded number of steps it is asked once more
without any tool, so that it still answers. A write only ever becomes a card, and a card ends the turn: what is said
beside it is rendered by code. The history stays whole even if the turn is stopped or breaks.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import prompts
from assistant.claims import asks_to_write, unproven_claim
from assistant.dispatch import Asking, Dispatch, Outcome, failed
from assistant.history import History
from assistant.language import name_of
from assistant.model import CallRequest, Finish, Model, StepEnd, TextDelta
from assistant.model_errors import ModelError
from assistant.principal import Role
from assistant.proposals import Proposal, State
from assistant.sentences import sentence
from assistant.untrusted import HarmlessStream, harmless
from tools.views import File, Table
from tools.xero.allowance import Wait

MAX_MESSAGE = 20_000
"""Characters of a person's message that are read."""
MAX_CALLS = 40
"""Tool calls in one turn."""
MAX_CARDS = 3
"""Cards in one turn: more at once would be confirmed without being read."""
AT_ONCE = 6
"""Tools running side by side."""
LIST_FILES = "list_sent_files"
"""The tool by which the model is told of files."""
LONGEST_QUOTE = 200
"""Characters of a model's sentence that code quotes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A tool call as the person is shown it while it runs."""

    call: CallRequest
    provider: str
    batch: str
    """Calls of one step of the model belong together."""


class Screen(Protocol):
    """Where the turn shows what happens; everything given to it is harmless text or plain data."""

    async def thinking(self) -> None:
        """The model has been asked; what it does is shown by what comes next."""
        ...

    async def text(self, piece: str) -> None:
        """The next piece of the model's answer."""
        ...

    async def end_text(self) -> None:
        """The pieces so far are one whole message: store it."""
        ...

    async def notice(self, text: str) -> None:
        """A whole message by code."""
        ...

    async def remark(self, text: str) -> None:
        """A whole message by code about the model's words above it; it is kept, and the model is never told of it."""
        ...

    async def tool_started(self, asked: Asked) -> None: ...

    async def tool_waits(self, asked: Asked, wait: Wait) -> None:
        """The provider takes no more calls for the moment; the tool goes on by itself after that."""
        ...

    async def tool_loads(self, asked: Asked, kind: str, done: int, total: int) -> None:
        """The ledger is copied for the first time: so many records of that kind are here, of so many."""
        ...

    async def tool_finished(self, asked: Asked, outcome: Outcome, milliseconds: int) -> None: ...

    async def file(self, file: File) -> None:
        """A file to open, below the next words."""
        ...

    async def table(self, table: Table) -> None:
        """Belongs beside the next message."""
        ...

    async def card(self, proposal: Proposal, words: str) -> None:
        """A whole message by code with the confirmation card of that proposal."""
        ...


class Turn:
    """Answers one message of one person in one organisation."""

    def __init__(
        self,
        *,
        asking: Asking,
        history: History,
        model: Model,
        dispatch: Dispatch,
        screen: Screen,
        today: date,
        steps: int,
        new_batch: Callable[[], str],
    ) -> None:
        self._asking, self._history, self._model = asking, history, model
        self._dispatch, self._screen, self._steps = dispatch, screen, steps
        self._today, self._new_batch = today, new_batch
        self._calls = 0
        self._cards = 0
        self._writes: set[tuple[str, str]] = set()
        self._streamed = ""
        self._own: list[str] = []
        """What the model said in this turn."""
        self._results_before = len(history.results())

    async def run(self, text: str, *, with_files: bool = False) -> None:
        """Answer. `with_files`: files came with the message, and the model is told of them as a tool would tell.

        Raises only what is a fault of ours; a stop (CancelledError) passes through."""
        language = self._asking.language
        if not text.strip():
            await self._screen.notice(sentence("empty_message", language))
            return
        if len(text) > MAX_MESSAGE:
            words = sentence("message_too_long", language, size=f"{len(text):,}", limit=f"{MAX_MESSAGE:,}")
            await self._screen.notice(words)
            return
        self._history.asked(text)
        self._dispatch.choose(self._history.called_names())
        try:
            if with_files:
                await self._tell_of_files()
            await self._loop()
        except ModelError as error:
            await self._end_text()
            await self._say(error.text(language))
        except asyncio.CancelledError:
            self._history.close_open_calls()
            await self._end_text()
            await self._say(sentence("stopped_with_card" if self._cards else "stopped", language))
            raise
        finally:
            self._history.close_open_calls()
        await self._remark_on_claims(text)

    async def _remark_on_claims(self, text: str) -> None:
        """A turn writes nothing. Where the model says that it did, code says so beneath."""
        asked = bool(self._writes) or asks_to_write(text)
        results = self._history.results()
        earlier, present = results[: self._results_before], results[self._results_before :]
        claim = unproven_claim("\n".join(self._own), asked=asked, results=present, earlier=earlier)
        if claim:
            plain = claim.strip("*_#>~`- ")  # it stands in a quotation of ours
            shown = plain if len(plain) <= LONGEST_QUOTE else f"{plain[:LONGEST_QUOTE].rstrip()}…"
            await self._screen.remark(sentence("unproven", self._asking.language, claim=shown))

    async def _tell_of_files(self) -> None:
        """Names and sizes come to the model as a tool's result: never as words of the person, who did not type them."""
        call = CallRequest(self._new_batch(), LIST_FILES, "{}")
        self._history.called([call])
        await self._carry_out([call])

    async def _loop(self) -> None:
        for _ in range(self._steps):
            end = await self._step(self._system(), self._dispatch.definitions())
            if not end.calls:
                await self._answered(end)
                return
            self._history.called(end.calls, self._streamed)
            await self._end_text(remember=False)
            outcomes = await self._carry_out(end.calls)
            if any(outcome.proposal for outcome in outcomes):
                await self._show_cards(outcomes)
                return
        system = f"{self._system()}\n\n{prompts.render('answer_now')}"
        await self._answered(await self._step(system, []))

    def _system(self) -> str:
        asking = self._asking
        roles = asking.principal.roles_in(asking.organisation.id)
        return prompts.render(
            "system",
            organisation=_one_line(asking.organisation.name),
            currency=asking.organisation.base_currency,
            today=self._today.isoformat(),
            person=_one_line(asking.principal.name),
            roles=", ".join(role.value for role in roles),
            language=name_of(asking.language),
            writing=prompts.render("writing_allowed" if asking.may_write else "writing_not_allowed"),
        )

    async def _step(self, system: str, tools: list[dict[str, object]]) -> StepEnd:
        self._streamed = ""
        stream = HarmlessStream()
        end = StepEnd(Finish.STOP)
        await self._screen.thinking()
        async for delta in self._model.stream(self._history.for_model(system, self._dispatch.out_of_reach()), tools):
            if isinstance(delta, TextDelta):
                await self._show(stream.feed(delta.text))
            else:
                end = delta
        await self._show(stream.finish())
        return end

    async def _show(self, piece: str) -> None:
        if piece:
            self._streamed += piece
            await self._screen.text(piece)

    async def _end_text(self, *, remember: bool = True) -> None:
        if self._streamed:
            streamed, self._streamed = self._streamed, ""
            self._own.append(streamed)
            if remember:
                self._history.answered(streamed)
            await self._screen.end_text()

    async def _say(self, words: str) -> None:
        self._history.answered(words)
        await self._screen.notice(words)

    async def _answered(self, end: StepEnd) -> None:
        said = bool(self._streamed.strip())
        await self._end_text()
        if not said:
            await self._say(sentence("no_answer", self._asking.language))
        elif end.finish is Finish.LENGTH:
            await self._say(sentence("cut_off", self._asking.language))

    # tools

    async def _carry_out(self, calls: Sequence[CallRequest]) -> list[Outcome]:
        """Run what the model asked for: reads side by side, then writes one after the other."""
        batch = self._new_batch()
        outcomes: dict[str, Outcome] = {}
        reads = [call for call in calls if not self._dispatch.is_write(call)]
        side_by_side = asyncio.Semaphore(AT_ONCE)

        async def read(call: CallRequest) -> None:
            async with side_by_side:
                outcomes[call.id] = await self._run(call, batch)

        async with asyncio.TaskGroup() as group:
            for call in reads:
                group.create_task(read(call))
        for call in calls:
            if call.id not in outcomes:
                outcomes[call.id] = await self._write(call, batch)
        ordered = [outcomes[call.id] for call in calls]
        for outcome in ordered:
            self._history.resulted(outcome.call.id, outcome.result)
            for table in outcome.tables:
                await self._screen.table(table)
            for file in outcome.files:
                await self._screen.file(file)
        return ordered

    async def _run(self, call: CallRequest, batch: str) -> Outcome:
        self._calls += 1
        if self._calls > MAX_CALLS:
            return failed(call, "failed", sentence("too_many_calls", self._asking.language))
        tool = self._dispatch.tool_of(call)
        asked = Asked(call, tool.provider if tool else "", batch)
        if tool is None:
            return await self._dispatch.run(call)
        started = time.monotonic()
        await self._screen.tool_started(asked)
        outcome = failed(call, "failed", "It was stopped before it had finished.")
        try:
            outcome = await self._dispatch.run(
                call,
                lambda wait: self._screen.tool_waits(asked, wait),
                lambda kind, done, total: self._screen.tool_loads(asked, kind, done, total),
            )
        finally:
            await self._screen.tool_finished(asked, outcome, round((time.monotonic() - started) * 1000))
        return outcome

    async def _write(self, call: CallRequest, batch: str) -> Outcome:
        language = self._asking.language
        if self._cards >= MAX_CARDS:
            return failed(call, "failed", sentence("too_many_cards", language, limit=str(MAX_CARDS)))
        same = (call.name, "".join(call.arguments.split()))
        if same in self._writes:
            return failed(call, "failed", sentence("twice_the_same", language))
        self._writes.add(same)
        # A stop must not fall between storing a card and showing it: the write is prepared to its end, then we stop.
        running = asyncio.ensure_future(self._run(call, batch))
        try:
            outcome = await asyncio.shield(running)
        except asyncio.CancelledError:
            outcome = await running
            if outcome.proposal:
                self._cards += 1
                self._history.resulted(call.id, outcome.result)
                self._history.close_open_calls()
                await self._show_cards([outcome])
            raise
        self._cards += outcome.proposal is not None
        return outcome

    async def _show_cards(self, outcomes: Sequence[Outcome]) -> None:
        """What was read in the same step, then each card with words by code, then why another failed."""
        answers = [outcome.answer for outcome in outcomes if outcome.answer and not outcome.proposal]
        if answers:
            await self._say(harmless("\n\n".join(answers)))
        for outcome in outcomes:
            if outcome.proposal:
                words = self._card_words(outcome.proposal, outcome.answer)
                self._history.answered(words)
                await self._screen.card(outcome.proposal, words)
        problems = [outcome.problem for outcome in outcomes if outcome.problem]
        if problems:
            await self._say(harmless("\n\n".join(problems)))

    def _card_words(self, proposal: Proposal, summary: str) -> str:
        name = "card_for_others"
        if proposal.state is State.BLOCKED:
            name = "card_blocked"
        elif self._asking.principal.may(Role.APPROVER, self._asking.organisation.id):
            name = "card_for_another" if proposal.second_person else "card_for_me"
        return sentence(name, self._asking.language, proposal.kind, summary=harmless(summary.rstrip(".")))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:120]
