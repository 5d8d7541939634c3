"""From a tool call of the model to its result: only offered tools, only this person's rights, only bounded answers.

A read tool is run; a write tool only ever becomes a proposal. The result that goes back to the model is JSON of limited
size: `{"answer", ...facts, "choices"}`, or `{"error": {"kind", "message"}, "choices"}`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol

import structlog

from assistant.arguments import BadArguments, read_arguments
from assistant.ledger.progress import Progress, load_told
from assistant.model import CallRequest
from assistant.offering import OFFER_TOOLS, Shelf
from assistant.principal import Principal, Role
from assistant.proposals import Proposal
from assistant.refusals import Refusal
from assistant.sentences import sentence
from tools.base import Access, Effect, Organisation, ReadTool, Right, Tool, ToolResult, Toolset, WriteTool
from tools.base import Draft as ToolDraft
from tools.errors import Choice, Language, OutcomeUnknown, ToolError, ToolRetry
from tools.families import Family
from tools.payee import compact
from tools.sent_files import NOTHING_SENT, SentFiles
from tools.views import File, Table
from tools.words import visible
from tools.xero.allowance import Wait
from tools.xero.pace import Told, waits_told

MAX_RESULT = 12_000
"""Characters of one result for the model; rows beyond are left out and counted."""
TOOL_SECONDS = 120.0
"""How long one tool may take; a first load of the ledger is the longest thing there is."""

log = structlog.get_logger()

AccessFor = Callable[[Organisation, Language], Awaitable[Access]]
"""Lends what a tool may reach in that organisation, now, in that language."""


class Proposer(Protocol):
    """The one way from a draft to a card (assistant.proposals.Proposals)."""

    async def propose(
        self,
        *,
        principal: Principal,
        organisation: Organisation,
        conversation_id: str,
        tool: WriteTool,
        draft: ToolDraft,
        replaces: str | None = None,
        session_id: str = "",
    ) -> Proposal: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one tool call."""

    call: CallRequest
    result: str
    """JSON for the model."""
    ok: bool
    answer: str = ""
    """The sentence for the person, where a tool computed one."""
    problem: str = ""
    """The words for the person, where it failed."""
    tables: tuple[Table, ...] = ()
    files: tuple[File, ...] = ()
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """On whose behalf and where tools are called: never decided by the model."""

    principal: Principal
    organisation: Organisation
    conversation_id: str
    language: Language
    session_id: str = ""

    @property
    def may_write(self) -> bool:
        """Whether this person may prepare writes here."""
        return self.principal.may(Role.PREPARER, self.organisation.id)

    def holds(self, right: Right) -> bool:
        """Whether this person holds that right here."""
        return self.principal.holds(right, self.organisation.id)


Withheld = Callable[[Asking, Tool], Awaitable[None]]
"""Told of each call of a tool whose right the person does not hold, before it is refused."""


class Dispatch:
    """Runs the tool calls of one turn."""

    def __init__(
        self,
        *,
        toolset: Toolset,
        asking: Asking,
        access_for: AccessFor,
        proposals: Proposer,
        said: Callable[[], Sequence[str]] = tuple,
        seconds: float = TOOL_SECONDS,
        families: Sequence[Family] = (),
        sent: SentFiles = NOTHING_SENT,
        withheld: Withheld | None = None,
    ) -> None:
        self._withheld = withheld
        self._toolset, self._asking, self._access_for = toolset, asking, access_for
        self._proposals, self._seconds, self._said = proposals, seconds, said
        self._sent = sent
        """The files of this conversation: no tool sees any other."""
        theirs = toolset.with_rights(asking.holds)
        self.offered = theirs if asking.may_write else theirs.only(Effect.READ)
        """What may be called: a viewer's model does not even see that writing exists, nor anybody's payroll who does
        not hold its right."""
        self._shelf = Shelf(families or [Family("all", "everything", tuple(toolset))], self.offered)

    def choose(self, called: Sequence[str]) -> None:
        """Lay out the tools that the person's words ask for, and those that were called before in this conversation."""
        self._shelf.choose(self._said(), called)

    def definitions(self) -> list[dict[str, Any]]:
        """The tools that the model is told of now, in the shape of Chat Completions' `tools`."""
        return self._shelf.definitions()

    def tool_of(self, call: CallRequest) -> Tool | None:
        """The tool that a call names, offered or not (for showing what was asked)."""
        return self._toolset.get(call.name)

    def out_of_reach(self) -> frozenset[str]:
        """The tools whose right this person does not hold now: what they once found is not told to the model again."""
        return frozenset(
            tool.name for tool in self._toolset if tool.right is not None and not self._asking.holds(tool.right)
        )

    def is_write(self, call: CallRequest) -> bool:
        """Whether the call asks for a write."""
        return isinstance(self.offered.get(call.name), WriteTool)

    async def run(self, call: CallRequest, told: Told | None = None, loads: Progress | None = None) -> Outcome:
        """Carry out one call. Whatever a tool or the model did wrong is an Outcome, not an exception.

        `told` hears when the call has to wait for its turn at the provider, `loads` how far a first load of the ledger
        has come; that time does not count as the tool's.
        """
        language = self._asking.language
        if call.name == OFFER_TOOLS:
            ok, body = self._shelf.put_out(call.arguments)
            return Outcome(call, limited(body), ok)
        tool = self.offered.get(call.name)
        if tool is None:
            return await self._not_offered(call)
        self._shelf.open_for(call.name)
        try:
            arguments = read_arguments(call.arguments, tool.signature.arguments)
        except BadArguments as error:
            return failed(call, "retry", f"{tool.name}: {error}. Nothing was done; call it again correctly or ask.")
        if isinstance(tool, WriteTool) and not self._typed(tool, arguments):
            words = sentence("not_typed", language)
            return failed(call, "retry", words, problem=words)
        access: Access | None = None
        in_time = _InTime(self._seconds, told, loads)
        try:
            async with in_time:
                access = replace(await self._access_for(self._asking.organisation, language), sent=self._sent)
                in_time.began = access.now
                if isinstance(tool, ReadTool):
                    return succeeded(call, await tool.run(access, **arguments), old=_why_old(access))
                draft = await tool.propose(access, **arguments)
            return proposed(call, await self._propose(tool, draft), draft, language)
        except ToolError as error:
            return _told(call, error, language, old=_why_old(access))
        except Refusal as refusal:
            return failed(call, "failed", refusal.text(language), problem=refusal.text(language))
        except TimeoutError:
            words = sentence("tool_too_slow", language, provider=tool.provider, seconds=str(round(self._seconds)))
            return failed(call, "failed", words, problem=words)

    def _typed(self, tool: WriteTool, arguments: Mapping[str, Any]) -> bool:
        """Whether what the person must have typed is in their own messages: an account number that only a document, a
        tool's answer or the model itself brings is not taken, however well it is argued."""
        typed = compact("\n".join(self._said()))
        return all(not (wanted := compact(str(arguments.get(name, "")))) or wanted in typed for name in tool.typed)

    async def _not_offered(self, call: CallRequest) -> Outcome:
        known = self._toolset.get(call.name)
        if known is not None and known.right is not None and not self._asking.holds(known.right):
            if self._withheld is not None:
                await self._withheld(self._asking, known)
            organisation = visible(self._asking.organisation.name)
            words = sentence(f"needs_{known.right}", self._asking.language, organisation=organisation)
            return failed(call, "failed", words, problem=words)
        if isinstance(self._toolset.get(call.name), WriteTool):
            words = sentence("may_not_prepare", self._asking.language, person=self._asking.principal.name)
            return failed(call, "failed", words, problem=words)
        names = ", ".join(tool.name for tool in self.offered)
        return failed(call, "retry", f"There is no tool {call.name[:60]!r}. Nothing was done. The tools are: {names}.")

    async def _propose(self, tool: WriteTool, draft: ToolDraft) -> Proposal:
        """Store the proposal. Not stopped half-way: a card that exists must also be shown."""
        asking = self._asking
        return await self._proposals.propose(
            principal=asking.principal,
            organisation=asking.organisation,
            conversation_id=asking.conversation_id,
            tool=tool,
            draft=draft,
            session_id=asking.session_id,
        )


class _InTime:
    """The time that a tool may take. What it waits for its turn, and a first load that comes on, do not count."""

    def __init__(self, seconds: float, told: Told | None, loads: Progress | None) -> None:
        self._seconds, self._told, self._loads = seconds, told, loads
        self._limit = asyncio.timeout(seconds)
        self._here = copy_context()
        """The chat of whoever asks: a load that several wait for tells them from a task of its own."""
        self.began: datetime | None = None
        """When the tool was lent what it may reach, by the house's clock; until then a wait counts."""

    async def __aenter__(self) -> None:
        self._before = waits_told.set(self._waits), load_told.set(self._comes_on)
        await self._limit.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        waits, load = self._before
        waits_told.reset(waits)
        load_told.reset(load)
        await self._limit.__aexit__(kind, problem, trace)

    async def _waits(self, wait: Wait) -> None:
        left = max(0.0, (wait.until - self.began).total_seconds()) if self.began else 0.0
        self._again(left + self._seconds)
        if self._told is not None:
            await self._show(self._told(wait))

    async def _comes_on(self, kind: str, done: int, total: int) -> None:
        self._again(self._seconds)
        if self._loads is not None:
            await self._show(self._loads(kind, done, total))

    async def _show(self, shown: Awaitable[None]) -> None:
        try:
            await asyncio.get_running_loop().create_task(_awaited(shown), context=self._here)
        except Exception:  # a window that cannot be written to must not end a load that others wait for
            log.exception("progress not shown")

    def _again(self, seconds: float) -> None:
        self._limit.reschedule(asyncio.get_running_loop().time() + seconds)


def _why_old(access: Access | None) -> str:
    """Why the ledger copy that was asked is older than it should be, in words; empty when it is current."""
    words = access.books.stale_because if access else None
    return (words.get(access.language) or words["en"]) if access and words else ""


def succeeded(call: CallRequest, found: ToolResult, *, old: str = "") -> Outcome:
    """A read that found something (or nothing, and says so); `old` says why its figures may be out of date."""
    answer = f"{found.answer} {old}".strip()
    body: dict[str, Any] = {"answer": answer, **found.facts}
    if found.choices:
        body["choices"] = choices_json(found.choices)
    return Outcome(call, limited(body), True, answer=answer, tables=found.tables, files=found.files)


def failed(
    call: CallRequest, kind: str, message: str, *, choices: tuple[Choice, ...] = (), problem: str = ""
) -> Outcome:
    """A call that did nothing; `kind` tells the model what it can do about it: retry, failed or unknown."""
    body: dict[str, Any] = {"error": {"kind": kind, "message": message}}
    if choices:
        body["choices"] = choices_json(choices)
    return Outcome(call, limited(body), False, problem=problem)


def proposed(call: CallRequest, proposal: Proposal, draft: ToolDraft, language: Language) -> Outcome:
    """A write that now waits for a person."""
    body = {
        "proposal": f"P-{proposal.number}",
        "state": proposal.state.value,
        "summary": draft.summary,
        "answer": sentence("awaits_confirmation", language, number=str(proposal.number), summary=draft.summary),
    }
    return Outcome(call, limited(body), True, answer=draft.summary, proposal=proposal)


async def _awaited(shown: Awaitable[None]) -> None:
    await shown


def _told(call: CallRequest, error: ToolError, language: Language, *, old: str = "") -> Outcome:
    # What is final says itself why; "these figures" would speak of figures that nobody was given.
    words = f"{error.text(language)} {old}".strip() if isinstance(error, ToolRetry) else error.text(language)
    match error:
        case ToolRetry():
            return failed(call, "retry", words, choices=error.choices, problem=words)
        case OutcomeUnknown():
            return failed(call, "unknown", words, problem=words)
        case _:
            return failed(call, "failed", words, problem=words)


def choices_json(choices: tuple[Choice, ...]) -> list[dict[str, str]]:
    """Candidates as the model gets them, in the order in which they are listed to the person."""
    return [
        {key: value for key, value in (("label", choice.label), ("number", choice.number), ("id", choice.id)) if value}
        for choice in choices[:20]
    ]


def limited(body: dict[str, Any]) -> str:
    """The result as JSON of at most MAX_RESULT characters: rows go first, then everything but the answer."""
    written = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str)
    while len(written) > MAX_RESULT:
        lists = [(key, value) for key, value in body.items() if isinstance(value, list) and len(value) > 1]
        if not lists:
            answer = str(body.get("answer") or body.get("error"))[: MAX_RESULT // 2]
            return json.dumps({"answer": answer, "left_out": "the details are too long"}, ensure_ascii=False)
        key, value = max(lists, key=lambda item: len(str(item[1])))
        body = {**body, key: value[: len(value) // 2], "left_out": f"the list {key!r} goes on; ask for less at once"}
        written = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str)
    return written
