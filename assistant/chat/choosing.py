"""Asking which organisation a conversation is about, and what is said where it cannot be another."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import chainlit as cl
from chainlit.context import context

from assistant.chat.house import House
from assistant.chat.talks import Talk, Talks
from assistant.chat.upstream import browser_language, button, show, take_away
from assistant.connections import CONNECT_AT
from assistant.places import Place, named
from assistant.principal import Principal
from assistant.sentences import sentence
from tools import words
from tools.base import Organisation
from tools.errors import Language

Sit = Callable[[str, str], None]
"""Says which login session sits at a page."""
Arrived = Callable[[Language, Principal, Organisation], Awaitable[None]]
"""Tells the page where it is now."""
AnswerTurn = Callable[[str, str | None, Talk], Awaitable[None]]

_SWITCH = re.compile(
    r"/?(?:switch|change|go) (?:organi[sz]ation )?to (?P<en>.{2,80})|(?:wechs(?:le|eln)|geh(?:e)?) (?:zur? )?"
    r"(?:organisation )?(?P<de>.{2,80})",
    re.IGNORECASE,
)


class Choosing:
    """Asks, and goes on with what was asked once it is known."""

    def __init__(self, house: House, talks: Talks, sit: Sit, arrived: Arrived, answer: AnswerTurn) -> None:
        self._house, self._talks, self._sit = house, talks, sit
        self._arrived, self._answer = arrived, answer

    async def ask(self, place: Place, text: str, command: str | None, principal: Principal, talk: Talk) -> None:
        """Nothing is read before it is known in which organisation; what was asked meanwhile is answered afterwards."""
        language = talk.language
        if not place.must_choose:
            await show(await self._nowhere(place, principal, language))
            return
        if meant := named(place.offered, text):
            await self._go_to(meant.id, principal, talk)
            return
        talk.kept = (text, command)
        buttons = [button("choose", words.visible(each.name), each.id) for each in place.offered]
        await show(which(place, language), buttons=buttons)

    async def _nowhere(self, place: Place, principal: Principal, language: Language) -> str:
        """Why nothing can be asked here, and what helps."""
        if not place.lost:
            return sentence("no_organisation", language, person=words.visible(principal.name))
        if await self._house.has_left(place.chosen):
            return sentence("organisation_left", language, address=CONNECT_AT)
        return sentence("organisation_lost", language)

    async def pressed(self, action: cl.Action) -> dict[str, Any]:
        """A button of the question: it counts once, and only for what this person may read."""
        principal, session_id = await self._house.current()
        self._sit(context.session.id, session_id)
        talk = self._talks.of(context.session.thread_id, language=browser_language())
        token = action.payload.get("token") if isinstance(action.payload, dict) else None
        async with talk.lock:
            went = isinstance(token, str) and await self._go_to(token, principal, talk)
        talk.catch_up()
        if not went:
            return {"refused": sentence("not_that_organisation", talk.language)}
        await take_away(action)
        return {"ok": True}

    async def _go_to(self, organisation_id: str, principal: Principal, talk: Talk) -> bool:
        """The conversation is about that organisation from now on; whether it is."""
        organisation = await self._house.places.choose(principal, talk.id, organisation_id)
        if organisation is None or organisation.id != organisation_id:
            return False
        await self._arrived(talk.language, principal, organisation)
        told = sentence("organisation_chosen", talk.language, organisation=words.visible(organisation.name))
        await show(told)
        kept, talk.kept = talk.kept, None
        if kept is not None:
            await self._answer(kept[0], kept[1], talk)
        return True


def which(place: Place, language: Language) -> str:
    """The question, with the organisations as a numbered list."""
    listed = "\n".join(f"{n}. {words.visible(each.name)}" for n, each in enumerate(place.offered, start=1))
    return f"{sentence('which_organisation_kept', language)}\n\n{listed}"


def wants_another(text: str, place: Place) -> Organisation | None:
    """Another organisation that a message asks to go over to; None for everything else."""
    found = _SWITCH.fullmatch(" ".join(text.split()).strip(" .!?"))
    if found is None or place.organisation is None or len(place.offered) < 2:
        return None
    meant = named(place.offered, found["en"] or found["de"])
    return meant if meant and meant.id != place.organisation.id else None


def stays(place: Place, other: Organisation, language: Language) -> str:
    """A conversation is about one organisation for good; another one is spoken of in a new chat."""
    assert place.organisation is not None
    told = {"here": words.visible(place.organisation.name), "other": words.visible(other.name)}
    return sentence("organisation_stays", language, **told)
