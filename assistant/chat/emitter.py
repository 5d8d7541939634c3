"""What a person is shown is kept first, and what their browser sends is only ever their own words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID, uuid4

import chainlit.emitter
from chainlit.chat_context import chat_context
from chainlit.data import get_data_layer
from chainlit.element import ElementDict, File
from chainlit.emitter import ChainlitEmitter
from chainlit.message import Message
from chainlit.step import StepDict
from chainlit.types import MessagePayload

from assistant.chat.data_layer import Conversations
from assistant.chat.hardening import MOST_FILES
from assistant.chat.journal import NotStored


class KeepingEmitter(ChainlitEmitter):
    """Chainlit's channel to one chat, with two promises added."""

    async def send_step(self, step_dict: StepDict) -> None:
        """Show a message once it is kept; steps, which are only how an answer came about, are shown at once."""
        if _is_message(step_dict):
            await self._kept()
        await self.emit("new_message", step_dict)

    async def update_step(self, step_dict: StepDict) -> None:
        """Show a changed message once the change is kept."""
        if _is_message(step_dict):
            await self._kept()
        await self.emit("update_message", step_dict)

    async def send_element(self, element_dict: ElementDict) -> None:
        """Show a card or a table once it is kept."""
        await self._kept()
        await super().send_element(element_dict)

    async def task_end(self) -> None:
        """Say that the turn is over once all of it is kept, the steps too."""
        await self._kept()
        await self.emit("task_end", {})

    async def process_message(self, payload: MessagePayload) -> Message:
        """Take in what the person wrote: their words, a command they picked, files they put into this very chat, and
        nothing else from the browser. The files are not shown by Chainlit: who answers keeps them and shows them."""
        sent = cast(dict[str, Any], payload["message"])
        message_id = str(UUID(str(sent["id"])))
        if any(message.id == message_id for message in chat_context.get()):
            raise ValueError("This message was sent before. Nothing was done.")
        command = sent.get("command")
        own: dict[str, Any] = {
            "id": message_id,
            "threadId": self.session.thread_id,
            "type": "user_message",
            "name": (self.session.user and self.session.user.display_name) or "",
            "output": str(sent.get("output") or ""),
            "command": command if isinstance(command, str) else None,
            "createdAt": _now(),
            "metadata": {},
        }
        taken: Message = await super().process_message(cast(MessagePayload, {"message": own, "fileReferences": None}))
        files = [self.session.files[key] for key in _named(payload.get("fileReferences")) if key in self.session.files]
        shown: list[Any] = [
            File(id=str(file["id"]), name=str(file["name"]), path=str(file["path"]), mime=str(file["type"]))
            for file in files[:MOST_FILES]
        ]
        taken.elements = shown
        return taken

    async def _kept(self) -> None:
        layer: object = get_data_layer()  # type: ignore[no-untyped-call]
        if not isinstance(layer, Conversations):
            return
        try:
            await layer.journal.kept(self.session.thread_id)
        except NotStored as problem:
            await self.emit("new_message", _notice(self.session.thread_id, str(problem)))


def use_keeping_emitter() -> None:
    """Make every chat's channel a keeping one: Chainlit looks the class up by name for each event."""
    chainlit.emitter.ChainlitEmitter = KeepingEmitter  # type: ignore[misc]


def _is_message(step_dict: StepDict) -> bool:
    return str(step_dict.get("type")).endswith("_message")


def _named(references: object) -> list[str]:
    """The ids of uploads that a message names, each once."""
    found = references if isinstance(references, list) else []
    return list(dict.fromkeys(str(one.get("id")) for one in found if isinstance(one, dict)))


def _now() -> str:
    """The moment as Chainlit's page expects it."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat() + "Z"


def _notice(thread_id: str, words: str) -> dict[str, Any]:
    """An error line that is shown only; it could not be kept either."""
    now = _now()
    return {
        "id": str(uuid4()),
        "threadId": thread_id,
        "type": "assistant_message",
        "name": "",
        "output": words,
        "isError": True,
        "createdAt": now,
        "start": now,
        "end": now,
        "streaming": False,
        "metadata": {},
    }
