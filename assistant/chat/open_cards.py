"""Which open chats show which card, so that every one of them shows what really happened, at once.

A card in the page is only a view of the stored proposal. When the proposal changes, each chat that shows it gets a
new view made for the person who looks, and the conversation gets its outcome line, stored like any message.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, cast

import structlog
from chainlit.element import CustomElement
from chainlit.session import WebsocketSession, ws_sessions_id
from chainlit.step import StepDict

from assistant.card_changes import changed_by
from assistant.card_needs import may_see
from assistant.cards import Looking, Props, about, card_props, face_of, outcome_words, provider_name
from assistant.chat.house import House
from assistant.chat.talks import Talks
from assistant.chat.upstream import now, store
from assistant.confirmation import Seat
from assistant.language import detect
from assistant.policy.verdict import Need
from assistant.principal import Principal
from assistant.proposals import Proposal, State
from assistant.untrusted import harmless
from tools.base import WriteTool
from tools.errors import Language

log = structlog.get_logger()
CARD = "ConfirmationCard"
CARD_FILE = f"/public/elements/{CARD}.jsx"
_REMEMBERED = 5_000
_TOLD = (State.SUCCEEDED, State.FAILED, State.UNKNOWN, State.BLOCKED, State.REJECTED)
"""States that get a line of their own in the conversation; the card alone shows the others."""


@dataclass(frozen=True, slots=True)
class View:
    """One card in one conversation, and who looks at it."""

    element_id: str
    message_id: str
    thread_id: str
    viewer: Principal
    language: Language
    timezone: str


@dataclass(slots=True)
class _Shown:
    """Where one proposal is shown; its changes are shown in the order in which they happened."""

    views: dict[str, View] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class OpenCards:
    """Keeps the views of each proposal; bounded, the oldest forgotten first."""

    def __init__(self, house: House, talks: Talks) -> None:
        self._house, self._talks = house, talks
        self._shown: OrderedDict[str, _Shown] = OrderedDict()
        self._seats: OrderedDict[str, str] = OrderedDict()

    def sit(self, chat_session_id: str, login_session_id: str) -> None:
        """Through which login that chat is looked at now: what is shown there is shown to that session."""
        self._seats[chat_session_id] = login_session_id
        self._seats.move_to_end(chat_session_id)
        while len(self._seats) > _REMEMBERED:
            self._seats.popitem(last=False)

    def remember(self, proposal_id: str, view: View) -> None:
        """This conversation shows that card now."""
        self._of(proposal_id).views[view.element_id] = view

    def _of(self, proposal_id: str) -> _Shown:
        shown = self._shown.setdefault(proposal_id, _Shown())
        self._shown.move_to_end(proposal_id)
        while len(self._shown) > _REMEMBERED:
            self._shown.popitem(last=False)
        return shown

    async def props(
        self, proposal: Proposal, view: View, chat_session_id: str = "", *, fresh: bool = False
    ) -> Props | None:
        """The card as that person sees it now in that chat; None when this version does not know the tool any more, and
        when it is about what they may not see.

        Only a chat that somebody is known to look at gets the code with which the card can be confirmed.
        """
        tool = self._house.toolset.get(proposal.tool)
        if not isinstance(tool, WriteTool) or not may_see(proposal, view.viewer):
            return None
        seat = Seat(view.viewer.id, self._seats.get(chat_session_id, ""))
        looking = Looking(
            view.viewer,
            view.language,
            self._house.clock(),
            view.timezone,
            thread_id=view.thread_id,
            confirmation=self._house.confirmations.mint(proposal, seat),
            stepped_up=Need.STEP_UP in proposal.needs and await self._house.stepped_up(proposal, seat),
        )
        return card_props(proposal, tool, looking, fresh=fresh)

    async def changed(self, proposal: Proposal) -> None:
        """Show the new state everywhere, and say it where it was asked for and where it was decided."""
        shown = self._of(proposal.id)
        async with shown.lock:
            views = list(shown.views.values())
            for view in views:
                await self._show(proposal, view)
            if proposal.state is State.AWAITING and proposal.replaces:
                await self._pass_on(proposal, proposal.replaces)
            if proposal.state not in _TOLD:
                return
            languages = {proposal.conversation_id: self._language(proposal)} | {v.thread_id: v.language for v in views}
            for thread_id, language in languages.items():
                await self._tell(proposal, thread_id, language)

    async def refresh(self, proposal_id: str) -> None:
        """Show once more what is stored (a refused click, a page that slept): the card may be out of date."""
        shown = self._shown.get(proposal_id)
        if shown is None:
            return
        async with shown.lock:
            proposal = await self._house.proposals.get(proposal_id)
            for view in list(shown.views.values()) if proposal else ():
                assert proposal is not None
                await self._show(proposal, view)

    async def _show(self, proposal: Proposal, view: View) -> None:
        for session in sessions_of(view.thread_id):
            props = await self.props(proposal, view, session.id)
            if props is not None:
                await _emit(session, "element", element(view, props))

    async def _tell(self, proposal: Proposal, thread_id: str, language: Language) -> None:
        """The outcome line. Its id follows from what it says, so that it is stored and shown once."""
        tool = self._house.toolset.get(proposal.tool)
        provider = provider_name(tool.provider if tool else "")
        words = outcome_words(proposal, provider, language, face=_outcome_face(proposal))
        if proposal.state is not State.SUCCEEDED and isinstance(tool, WriteTool):
            words = f"{about(proposal, tool, language)}: {words}"
        line = harmless(words)
        step = _message(str(uuid.uuid5(uuid.UUID(proposal.id), f"{thread_id}:{proposal.state}")), thread_id, line)
        if (layer := store()) is not None:
            await layer.create_step(cast(StepDict, step))
        if talk := self._talks.known(thread_id):
            talk.told(line)
        for session in sessions_of(thread_id):
            await _emit(session, "new_message", step)

    async def _pass_on(self, made: Proposal, replaced: str) -> None:
        """Somebody put this card in the place of another: say so, with the new one, where the other was shown."""
        old = await self._house.proposals.get(replaced)
        if old is None:
            return
        places = {view.thread_id: view for view in list(self._of(old.id).views.values())}
        if old.conversation_id not in places:
            places[old.conversation_id] = self._view_of_proposer(old)
        places.pop(made.conversation_id, None)  # there it is shown by whoever made it
        for thread_id, seen in places.items():
            identity = uuid.uuid5(uuid.UUID(made.id), f"{thread_id}:passed on")
            view = replace(seen, element_id=str(uuid.uuid5(identity, "card")), message_id=str(identity))
            props = await self.props(made, view)
            if props is None or view.element_id in self._of(made.id).views:
                continue
            self.remember(made.id, view)
            await self._say(made, view, harmless(changed_by(old, made, view.language)), props)

    async def _say(self, proposal: Proposal, view: View, line: str, props: Props) -> None:
        """A message with a card under it, kept and shown."""
        step = _message(view.message_id, view.thread_id, line)
        if (layer := store()) is not None:
            await layer.create_step(cast(StepDict, step))
            await layer.create_element(kept_card(view, props))
        if talk := self._talks.known(view.thread_id):
            talk.told(line)
        for session in sessions_of(view.thread_id):
            await _emit(session, "new_message", step)
        await self._show(proposal, view)

    def _view_of_proposer(self, proposal: Proposal) -> View:
        """The proposer's own chat where nobody has it open: they see the card as somebody who may not confirm."""
        nobody = Principal(proposal.proposer_id, "", "", proposal.proposer_name, "", ())
        return View("", "", proposal.conversation_id, nobody, self._language(proposal), "UTC")

    def _language(self, proposal: Proposal) -> Language:
        talk = self._talks.known(proposal.conversation_id)
        return talk.language if talk else detect(proposal.summary)


def _outcome_face(proposal: Proposal) -> str:
    nobody = Principal("", "", "", "", "", ())
    return face_of(proposal, nobody)


def element(view: View, props: Props) -> dict[str, Any]:
    """The element as Chainlit's page takes it."""
    return {
        "id": view.element_id,
        "threadId": view.thread_id,
        "forId": view.message_id,
        "type": "custom",
        "name": CARD,
        "display": "inline",
        "mime": "application/json",
        "url": CARD_FILE,
        "props": props,
    }


def kept_card(view: View, props: Props) -> CustomElement:
    """The same as Chainlit keeps it."""
    return CustomElement(
        id=view.element_id, thread_id=view.thread_id, for_id=view.message_id, name=CARD, props=props, url=CARD_FILE
    )


def sessions_of(thread_id: str) -> Iterator[WebsocketSession]:
    """The chats in which that conversation is open."""
    for session in list(ws_sessions_id.values()):
        if session.thread_id == thread_id:
            yield session


async def _emit(session: WebsocketSession, event: str, data: Any) -> None:
    await session.emit(event, data)  # type: ignore[misc]  # annotated as not awaitable upstream


def _message(identity: str, thread_id: str, text: str) -> dict[str, Any]:
    at = now()
    return {
        "id": identity,
        "threadId": thread_id,
        "parentId": None,
        "name": "Finance assistant",
        "type": "assistant_message",
        "output": text,
        "createdAt": at,
        "start": at,
        "end": at,
        "streaming": False,
        "isError": False,
        "metadata": {},
        "tags": None,
        "language": None,
    }
