"""Changes of conversations, many in one commit, and only by those whose conversation it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import and_, delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from assistant.stores.conversations import ConversationRow, ElementRow, StepRow
from assistant.stores.moments import to_text
from assistant.stores.rows import Json, clean, insert_new, upsert


@dataclass(frozen=True, slots=True)
class SaveConversation:
    """Name or facts of a conversation change; None leaves them as they are."""

    name: str | None = None
    facts: Json | None = None
    tags: list[str] | None = None


@dataclass(frozen=True, slots=True)
class SaveStep:
    """A step is new or changed. What a person wrote never changes, and no step becomes one of another kind."""

    step: Json


@dataclass(frozen=True, slots=True)
class DropStep:
    """A step is taken back."""

    id: str


@dataclass(frozen=True, slots=True)
class SaveElement:
    """An element is new or changed."""

    element: Json


@dataclass(frozen=True, slots=True)
class DropElement:
    """An element is taken back."""

    id: str


Change = SaveConversation | SaveStep | DropStep | SaveElement | DropElement


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of one conversation, in the order in which it happened."""

    conversation_id: str
    owner_id: str | None
    """Whose conversation it must be; it is made if it is not there. None: it must be there, whoever's it is."""
    at: str
    position: int
    change: Change
    begins_turn: bool = False
    """Whether the conversation moves to the top of the person's list."""
    minor: bool = False
    """Whether nobody has to wait until it is written."""


class NotYours(Exception):
    """The conversation belongs to somebody else or is gone."""


async def apply(work: AsyncSession, entries: Sequence[Entry], *, known: set[tuple[str, str]]) -> None:
    """Write the changes with as few statements as their order allows. Raises NotYours, and then writes nothing.

    `known` holds (conversation, owner) pairs that were checked before; new ones are added by the caller.
    """
    await _open(work, entries, known)
    steps: dict[str, Entry] = {}
    elements: dict[str, Entry] = {}
    active: dict[str, str] = {}
    for entry in entries:
        match entry.change:
            case SaveStep(step):
                steps[step["id"]] = _merged(steps.get(step["id"]), entry)
                if entry.begins_turn:
                    active[entry.conversation_id] = entry.at
            case SaveElement(element):
                elements[element["id"]] = entry
            case DropStep(id):
                steps.pop(id, None)
                await work.exec(
                    delete(StepRow).where(col(StepRow.id) == id, col(StepRow.conversation_id) == entry.conversation_id)
                )
            case DropElement(id):
                elements.pop(id, None)
                await work.exec(
                    delete(ElementRow).where(
                        col(ElementRow.id) == id, col(ElementRow.conversation_id) == entry.conversation_id
                    )
                )
            case SaveConversation() as change:
                await _change_conversation(work, entry.conversation_id, change)
    await upsert(
        work,
        StepRow,
        [_step_row(e) for e in steps.values()],
        keep=("created_at", "position", "kind", "conversation_id"),
        where=lambda now, new: and_(
            now.conversation_id == new.conversation_id, now.kind == new.kind, now.kind != "user_message"
        ),
    )
    await upsert(
        work,
        ElementRow,
        [_element_row(e) for e in elements.values()],
        keep=("position", "conversation_id"),
        where=lambda now, new: now.conversation_id == new.conversation_id,
    )
    for conversation_id, at in active.items():
        await work.exec(update(ConversationRow).where(col(ConversationRow.id) == conversation_id).values(active_at=at))


async def _open(work: AsyncSession, entries: Sequence[Entry], known: set[tuple[str, str]]) -> None:
    """Make conversations that begin now and see that each belongs to whom it must."""
    begun = {e.conversation_id: e for e in reversed(entries) if (e.conversation_id, e.owner_id or "") not in known}
    if not begun:
        return
    new = [
        ConversationRow(id=e.conversation_id, person_id=e.owner_id, created_at=e.at, active_at=e.at).model_dump()
        for e in begun.values()
        if e.owner_id
    ]
    await insert_new(work, ConversationRow, new)
    rows = await work.exec(
        select(ConversationRow.id, ConversationRow.person_id).where(col(ConversationRow.id).in_(begun))
    )
    owners = {conversation_id: person_id for conversation_id, person_id in rows.all()}
    for conversation_id, entry in begun.items():
        owner = owners.get(conversation_id)
        if owner is None or entry.owner_id not in (None, owner):
            raise NotYours(f"conversation {conversation_id}")


async def _change_conversation(work: AsyncSession, conversation_id: str, change: SaveConversation) -> None:
    values: dict[str, str] = {}
    if change.name is not None:
        values["name"] = change.name
    if change.facts is not None:
        values["facts"] = _json(change.facts)
    if change.tags is not None:
        values["tags"] = json.dumps(change.tags)
    if values:
        await work.exec(update(ConversationRow).where(col(ConversationRow.id) == conversation_id).values(**values))


def _merged(earlier: Entry | None, later: Entry) -> Entry:
    """Two writings of one step in one batch: the later content at the earlier place."""
    return replace(later, at=earlier.at, position=earlier.position) if earlier else later


def _step_row(entry: Entry) -> Json:
    assert isinstance(entry.change, SaveStep)
    step = dict(entry.change.step)
    output = clean(str(step.pop("output", None) or ""))
    return {
        "id": str(step["id"]),
        "conversation_id": entry.conversation_id,
        "kind": clean(str(step.get("type") or "undefined")),
        "created_at": _moment(step.get("createdAt"), entry.at),
        "position": entry.position,
        "output": output,
        "rest": _json(step),
    }


def _element_row(entry: Entry) -> Json:
    assert isinstance(entry.change, SaveElement)
    return {
        "id": str(entry.change.element["id"]),
        "conversation_id": entry.conversation_id,
        "position": entry.position,
        "body": _json(entry.change.element),
    }


def _moment(text: object, otherwise: str) -> str:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return otherwise
    return to_text(moment.replace(tzinfo=moment.tzinfo or UTC))


def _json(value: Json) -> str:
    return clean(json.dumps(value, ensure_ascii=False, default=str))
