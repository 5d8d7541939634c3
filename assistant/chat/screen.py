"""The page of one chat as a turn sees it: Chainlit messages, tool steps, tables and cards."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import uuid
from typing import Any

import chainlit as cl
from chainlit.context import context

from assistant.asked import asked_for, asked_lines, loading, waiting
from assistant.chat.open_cards import CARD, CARD_FILE, OpenCards, View
from assistant.chat.upstream import now, send_step, show
from assistant.dispatch import Outcome
from assistant.history import REMARK, step_metadata
from assistant.papers import file_props
from assistant.principal import Principal
from assistant.proposals import Proposal
from assistant.tables import table_props
from assistant.turn import Asked
from assistant.untrusted import harmless
from tools.base import Organisation
from tools.errors import Language
from tools.views import File, Table
from tools.xero.allowance import Wait

TABLE, FILE = "DataTable", "FileCard"
MAX_TABLES, MAX_FILES = 4, 12
"""Tables and files beside one answer; a model that asks for more has not decided what it wants to show."""


HINT_AFTER = 1.0
"""Seconds without a sign of life after which the page says what is being waited for."""


async def _hint(language: Language) -> None:
    """After a moment, say that the model is being asked; taken away again, and never stored."""
    await asyncio.sleep(HINT_AFTER)
    run = context.current_run
    step = cl.Step(
        name="das Sprachmodell" if language == "de" else "the language model",
        type="tool",
        parent_id=run.id if run else None,
        show_input=False,
    )
    step.start = now()
    shown = step.to_dict()
    await context.emitter.emit("new_message", shown)
    try:
        await asyncio.Event().wait()
    finally:
        await context.emitter.emit("delete_message", shown)


_FRAME = 0.03
"""Seconds for which pieces of an answer are gathered before they are sent."""


class ChatScreen:
    """Shows one turn in the chat that is being served now."""

    def __init__(
        self,
        *,
        viewer: Principal,
        organisation: Organisation,
        language: Language,
        page_language: Language,
        cards: OpenCards,
    ) -> None:
        self._viewer, self._organisation, self._language = viewer, organisation, language
        self._page_language = page_language
        """What belongs to the page (a step's line goes on after Chainlit's "Asked") speaks the browser's language."""
        self._cards = cards
        self._message: cl.Message | None = None
        self._tables: dict[str, cl.CustomElement] = {}
        self._files: dict[str, cl.CustomElement] = {}
        self._steps: dict[str, cl.Step] = {}
        self._hint: asyncio.Task[None] | None = None
        self._gathered = ""
        self._sending: asyncio.Task[None] | None = None
        self._all_said = asyncio.Event()

    async def thinking(self) -> None:
        await self._no_hint()
        self._hint = asyncio.create_task(_hint(self._page_language))

    async def _no_hint(self) -> None:
        hint, self._hint = self._hint, None
        if hint is not None:
            hint.cancel()
            await asyncio.wait([hint])

    async def text(self, piece: str) -> None:
        await self._no_hint()
        if self._message is None:
            self._message = cl.Message(content="")
            await self._message.stream_token(piece)
            return
        self._gathered += piece
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_in_frames())

    async def _send_in_frames(self) -> None:
        """A model streams a piece a word, and each piece sent costs a message: a frame's worth goes as one."""
        ended = False
        while not ended:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FRAME):
                    await self._all_said.wait()
            ended = self._all_said.is_set()
            piece, self._gathered = self._gathered, ""
            if piece and self._message is not None:
                await self._message.stream_token(piece)

    async def _end_frames(self) -> None:
        sending, self._sending = self._sending, None
        if sending is not None:
            self._all_said.set()
            await asyncio.wait([sending])
            self._all_said.clear()

    async def end_text(self) -> None:
        await self._end_frames()
        message, self._message = self._message, None
        if message is not None:
            await show("", self._take_elements(), message=message)

    async def notice(self, text: str, *buttons: cl.Action) -> None:
        await self._no_hint()
        await show(text, self._take_elements(), buttons=buttons)

    async def remark(self, text: str) -> None:
        await self._no_hint()
        await show("", message=cl.Message(content=text, metadata={REMARK: True}))

    async def finish(self) -> None:
        """Show tables and files that no words came for; nothing is under way any more."""
        await self._no_hint()
        await self._end_frames()
        if self._tables or self._files:
            await show("", self._take_elements())

    async def tool_started(self, asked: Asked) -> None:
        await self._no_hint()
        run = context.current_run
        step = cl.Step(
            name=asked_for(asked.call.name, asked.provider, self._page_language),
            type="tool",
            parent_id=run.id if run else None,
            show_input=False,
        )
        step.start = now()
        self._steps[asked.call.id] = step
        # Shown now, stored once at the end, when there is something to keep.
        await context.emitter.emit("new_message", step.to_dict())

    async def tool_waits(self, asked: Asked, wait: Wait) -> None:
        step = self._steps.get(asked.call.id)
        if step is not None:
            asking = asked_for(asked.call.name, asked.provider, self._page_language)
            step.name = f"{asking} · {waiting(wait, self._organisation.timezone, self._page_language)}"
            await context.emitter.emit("update_message", step.to_dict())

    async def tool_loads(self, asked: Asked, kind: str, done: int, total: int) -> None:
        step = self._steps.get(asked.call.id)
        if step is not None:
            asking = asked_for(asked.call.name, asked.provider, self._page_language)
            step.name = f"{asking} · {loading(kind, done, total, self._page_language)}"
            await context.emitter.emit("update_message", step.to_dict())

    async def tool_finished(self, asked: Asked, outcome: Outcome, milliseconds: int) -> None:
        step = self._steps.pop(asked.call.id)
        step.end = now()
        step.name = asked_for(asked.call.name, asked.provider, self._page_language, milliseconds=milliseconds)
        step.is_error = not outcome.ok
        step.output = harmless(asked_lines(asked.call.arguments, outcome, self._page_language))
        step.language = None
        step.metadata = step_metadata(asked.call, asked.batch, outcome.result)
        await send_step(step)

    async def table(self, table: Table) -> None:
        props = table_props(table, self._organisation.timezone)
        key = hashlib.sha256(json.dumps(props, default=str).encode()).hexdigest()
        if len(self._tables) < MAX_TABLES:
            self._tables[key] = cl.CustomElement(name=TABLE, props=props, url=f"/public/elements/{TABLE}.jsx")

    async def file(self, file: File) -> None:
        key = "/".join((file.organisation_id, file.document_id, file.file_id))
        if len(self._files) < MAX_FILES:
            self._files[key] = cl.CustomElement(name=FILE, props=file_props(file), url=f"/public/elements/{FILE}.jsx")

    async def card(self, proposal: Proposal, words: str) -> None:
        await self.cards([proposal], words, fresh=True)

    async def cards(self, proposals: list[Proposal], words: str, *, fresh: bool = False) -> None:
        """One message with these cards under it, behind the tables that were given before."""
        await self._no_hint()
        message = cl.Message(content=words)
        elements: list[Any] = self._take_elements()
        for proposal in proposals:
            view = View(
                element_id=str(uuid.uuid4()),
                message_id=message.id,
                thread_id=context.session.thread_id,
                viewer=self._viewer,
                language=self._language,
                timezone=self._organisation.timezone,
            )
            props = await self._cards.props(proposal, view, context.session.id, fresh=fresh)
            if props is not None:
                elements.append(cl.CustomElement(id=view.element_id, name=CARD, props=props, url=CARD_FILE))
                self._cards.remember(proposal.id, view)
        await show(words, elements, message=message)

    def _take_elements(self) -> list[Any]:
        taken = [*self._tables.values(), *self._files.values()]
        self._tables, self._files = {}, {}
        return taken
