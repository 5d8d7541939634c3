"""Chainlit's storage, on our own tables: written in order and in full; only the owner sees a conversation."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Coroutine
from typing import Any, cast
from uuid import uuid4

from chainlit.config import config
from chainlit.context import ChainlitContextException, get_context
from chainlit.data.base import BaseDataLayer
from chainlit.element import Element, ElementDict
from chainlit.session import WebsocketSession
from chainlit.step import StepDict
from chainlit.types import Feedback, PageInfo, PaginatedResponse, Pagination, ThreadDict, ThreadFilter
from chainlit.user import PersistedUser, User

from assistant.chat.journal import Journal
from assistant.clock import Clock
from assistant.login.current import speaking_person
from assistant.stores import conversations, sent_files
from assistant.stores.conversation_changes import (
    Change,
    DropElement,
    DropStep,
    SaveConversation,
    SaveElement,
    SaveStep,
)
from assistant.stores.conversations import ConversationRow, FeedbackRow
from assistant.stores.database import Database
from assistant.stores.people import PersonRow
from assistant.stores.rows import Json

_LARGEST_PAGE = 100
_LONGEST_NAME = 120
_LONGEST_COMMENT = 4_000
_NOT_KEPT = ("id", "env", "user")
"""Of what Chainlit calls the user session: never stored, never sent back."""

Done = Coroutine[Any, Any, None]


class Conversations(BaseDataLayer):
    """What Chainlit asks of a store.

    `create_step` and its like take their place in the order when they are *called*, not when the coroutine that
    they return is awaited: Chainlit calls them and lets the coroutine run as a task of its own.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self.journal = Journal(database, clock)

    # people

    async def get_user(self, identifier: str) -> PersistedUser | None:
        """The person as our own tables know them; nothing from the browser's token is taken over."""
        async with self._database.reading() as reading:
            person = await reading.get(PersonRow, identifier)
        if person is None:
            return None
        return PersistedUser(
            id=person.id, createdAt=person.created_at, identifier=person.id, display_name=person.name, metadata={}
        )

    async def create_user(self, user: User) -> PersistedUser | None:
        """People are made by our own login only."""
        return await self.get_user(user.identifier)

    # steps and elements

    def create_step(self, step_dict: StepDict) -> Done:
        """A message or step is new."""
        return self._save(step_dict)

    def update_step(self, step_dict: StepDict) -> Done:
        """A message or step has changed."""
        # That a run has ended is no news to anybody; what it brought are messages and steps of their own.
        return self._save(step_dict, minor=step_dict.get("type") == "run" and not step_dict.get("isError"))

    def delete_step(self, step_id: str) -> Done:
        """A message or step of the conversation at hand is taken back."""
        return self._put(_conversation_at_hand(), DropStep(step_id))

    def create_element(self, element: Element) -> Done:
        """An element is new or has changed. Only elements that need no file behind them are kept."""
        kept = cast(Json, element.to_dict())
        if element.type != "custom" and not element.url:
            return _nothing()
        kept["chainlitKey"] = None  # names a file of this process that is gone tomorrow
        if isinstance(props := kept.get("props"), dict) and "confirmation" in props:
            kept["props"] = {**props, "confirmation": ""}  # was for one session, and for some minutes
        return self._put(element.thread_id, SaveElement(kept))

    def delete_element(self, element_id: str, thread_id: str | None = None) -> Done:
        """An element is taken back."""
        return self._put(thread_id or _conversation_at_hand(), DropElement(element_id))

    async def get_element(self, thread_id: str, element_id: str) -> ElementDict | None:
        """One element of that conversation."""
        async with self._database.reading() as reading:
            return cast(ElementDict | None, await conversations.element(reading, thread_id, element_id))

    # conversations

    async def get_thread_author(self, thread_id: str) -> str:
        """Whose conversation it is; nobody's, to everybody else: they are told that there is none."""
        async with self._database.reading() as reading:
            found = await conversations.conversation(reading, thread_id)
        speaker = speaking_person()
        return found.person_id if found and speaker in (None, found.person_id) else ""

    async def get_thread(self, thread_id: str) -> ThreadDict | None:
        """The whole conversation."""
        await self.journal.kept(thread_id)
        async with self._database.reading() as reading:
            found = await conversations.conversation(reading, thread_id)
            if found is None:
                return None
            steps = await conversations.steps_of(reading, thread_id)
            elements = await conversations.elements_of(reading, thread_id)
        return _thread(found, steps, elements)

    async def list_threads(self, pagination: Pagination, filters: ThreadFilter) -> PaginatedResponse[ThreadDict]:
        """A page of that person's conversations, the last used first, without their messages."""
        if not filters.userId:
            raise ValueError("whose conversations?")
        first = max(1, min(pagination.first, _LARGEST_PAGE))
        async with self._database.reading() as reading:
            rows = await conversations.page(
                reading,
                filters.userId,
                first=first,
                after=pagination.cursor or None,
                search=(filters.search or "").strip() or None,
                liked=filters.feedback,
            )
        shown = rows[:first]
        ends = PageInfo(
            hasNextPage=len(rows) > first,
            startCursor=shown[0].id if shown else None,
            endCursor=shown[-1].id if shown else None,
        )
        return PaginatedResponse(pageInfo=ends, data=[_thread(row, [], None) for row in shown])

    async def update_thread(
        self,
        thread_id: str,
        name: str | None = None,
        user_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        tags: list[str] | None = None,
    ) -> None:
        """Name or facts of a conversation change."""
        if name is not None:
            # A conversation that began with a click has no words yet; the action's name is not for people.
            name = None if name in config.code.action_callbacks else (" ".join(name.split())[:_LONGEST_NAME] or None)
        facts = None if metadata is None else {k: v for k, v in metadata.items() if k not in _NOT_KEPT}
        await self._put(thread_id, SaveConversation(name, facts, tags), owner_id=user_id)
        await self.journal.kept(thread_id)

    async def delete_thread(self, thread_id: str) -> None:
        """Forget the conversation. Proposals, receipts and the audit trail are kept elsewhere and stay."""
        self.journal.forget(thread_id)
        async with self._database.work() as work:
            await conversations.drop(work, thread_id)
            await sent_files.remove_of_conversation(work, thread_id)

    # feedback

    async def upsert_feedback(self, feedback: Feedback) -> str:
        """What the speaking person thinks of an answer of their own conversation. Raises PermissionError."""
        async with self._database.work() as work:
            owner = await conversations.owner_of_step(work, feedback.forId)
            if owner is None or speaking_person() != owner:
                raise PermissionError("There is no such answer among your conversations.")
            comment = (feedback.comment or "")[:_LONGEST_COMMENT] or None
            row = FeedbackRow(id=str(uuid4()), step_id=feedback.forId, value=feedback.value, comment=comment)
            return await conversations.judge(work, row)

    async def delete_feedback(self, feedback_id: str) -> bool:
        """Take it back. Raises PermissionError."""
        async with self._database.work() as work:
            owner = await conversations.owner_of_feedback(work, feedback_id)
            if owner is None or speaking_person() != owner:
                raise PermissionError("There is no such feedback among your conversations.")
            await conversations.unjudge(work, feedback_id)
        return True

    # the rest of what Chainlit asks

    async def get_favorite_steps(self, user_id: str) -> list[StepDict]:
        """Favourites are not offered."""
        return []

    async def build_debug_url(self) -> str:
        """There is no such page."""
        return ""

    async def close(self) -> None:
        """Write what is waiting."""
        await self.journal.close()

    # how it is done

    def _save(self, step_dict: StepDict, *, minor: bool = False) -> Done:
        step = cast(Json, dict(step_dict))
        step.pop("feedback", None)
        # A person's words may wait a moment for the answer's company: who shows the answer waits for both.
        return self._put(str(step["threadId"]), SaveStep(step), minor=minor)

    def _put(self, conversation_id: str, change: Change, *, owner_id: str | None = None, minor: bool = False) -> Done:
        """Into the journal; while the person has said nothing yet, into the drawer (an unused chat leaves no trace)."""
        session = _session()
        if session is not None and session.thread_id == conversation_id:
            owner_id = owner_id or (session.user.id if isinstance(session.user, PersistedUser) else None)
            if isinstance(session, WebsocketSession) and not session.has_first_interaction:
                drawer = session.thread_queues.setdefault("drawer", deque())
                drawer.append((_from_drawer, self, (conversation_id, change, owner_id), {}))
                return _nothing()
        self.journal.put(conversation_id, change, owner_id=owner_id, minor=minor)
        return _nothing()


async def _from_drawer(layer: Conversations, conversation_id: str, change: Change, owner_id: str | None) -> None:
    layer.journal.put(conversation_id, change, owner_id=owner_id)


async def _nothing() -> None:
    """All was done already when the coroutine was made."""


def _session() -> Any:
    try:
        return get_context().session
    except ChainlitContextException:
        return None


def _conversation_at_hand() -> str:
    return str(get_context().session.thread_id)


def _thread(row: ConversationRow, steps: list[Json], elements: list[Json] | None) -> ThreadDict:
    return {
        "id": row.id,
        "createdAt": row.active_at,
        "name": row.name,
        "userId": row.person_id,
        "userIdentifier": row.person_id,
        "tags": json.loads(row.tags),
        "metadata": json.loads(row.facts),
        "steps": cast(list[StepDict], steps),
        "elements": cast("list[ElementDict] | None", elements),
    }
