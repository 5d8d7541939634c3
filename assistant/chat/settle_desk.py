"""An admin settles an unclear outcome in the chat, by code: exact words first, then a button; a sentence alone settles
nothing.

What was asked is kept here under a token that the button carries, for that person in that login session and for a few
minutes. The press names the token only; who presses is read from our tables, and everything is checked again.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.audit import AuditTag
from assistant.chat.house import House
from assistant.principal import Principal
from assistant.sentences import sentence
from assistant.settling import CannotSettle, Outlook, Said
from assistant.settling_words import Reason
from assistant.untrusted import harmless
from tools import words
from tools.base import Organisation
from tools.errors import Language

_LONGEST = 360
_MINUTES = 10
"""How long after it was shown a button can be pressed."""
_KEPT = 1_000
"""Buttons that are remembered; the oldest is forgotten first."""
_SETTLE = re.compile(
    r"/?(?:settle|kläre|klären) p-?(?P<number>\d{1,9}) "
    r"(?:(?P<not>not done|nicht ausgeführt)|(?:done|ausgeführt)(?: (?P<payment>[\w-]{1,64}))?) ?(?:: ?(?P<note>.*))?",
    re.IGNORECASE | re.DOTALL,
)


def asked_to_settle(text: str) -> tuple[int, Said] | None:
    """The number of the proposal and what is said of it, with exactly these words; None for everything else."""
    plain = " ".join(text.split())
    found = _SETTLE.fullmatch(plain) if len(plain) <= _LONGEST else None
    if found is None:
        return None
    said = Said(found["not"] is None, found["note"] or "", found["payment"] or "")
    return int(found["number"]), said


class SettleClick(BaseModel):
    """A press of the button."""

    model_config = ConfigDict(extra="forbid", strict=True)

    token: str = Field(max_length=64)


@dataclass(frozen=True, slots=True)
class Press:
    """The button under an answer."""

    token: str
    label: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said, and the button under it; None where there is nothing to press."""

    line: str
    press: Press | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a button stands for, and whose it is."""

    proposal_id: str
    said: Said
    person_id: str
    session_id: str
    at: datetime


class SettleDesk:
    """Reads an admin's words, and carries out the press that follows; the room behind it checks and records."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._asked: OrderedDict[str, _Asked] = OrderedDict()

    async def answer(
        self, text: str, principal: Principal, organisation: Organisation, session_id: str, language: Language
    ) -> Answer | None:
        """What the look found and what would be recorded, with the button; None for a text that is nothing of it."""
        wanted = asked_to_settle(text)
        if wanted is None:
            return None
        number, said = wanted
        proposal_id = await self._house.settling.find(organisation.id, number)
        if not proposal_id:
            name = words.visible(organisation.name)
            return Answer(sentence("no_such_life", language, label=f"P-{number}", organisation=name))
        try:
            seen = await self._house.settling.consider(proposal_id, principal, said, session_id)
        except CannotSettle as no:
            return Answer(harmless(no.text(language)))
        line = harmless(seen.words.get(language, seen.words["en"]))
        if not isinstance(seen, Outlook):
            return Answer(line)
        asked = _Asked(proposal_id, said, principal.id, session_id, self._house.clock())
        name = "settle_done" if said.done else "settle_not_done"
        return Answer(line, Press(self._keep(asked), sentence(name, language, label=f"P-{number}")))

    async def pressed(
        self, payload: object, principal: Principal, organisation: Organisation, session_id: str, language: Language
    ) -> str:
        """Settle what the button stood for, once; what came of it, in words."""
        try:
            token = SettleClick.model_validate(payload).token
        except ValidationError:
            token = ""
        asked = self._asked.get(token)
        if asked is None or not self._is_theirs(asked, principal, session_id):
            return await self._not_shown(asked, principal, organisation, session_id, language)
        del self._asked[token]  # before anything is awaited: a second press finds nothing
        try:
            settled = await self._house.settling.settle(
                asked.proposal_id,
                principal,
                done=asked.said.done,
                payment_id=asked.said.payment_id,
                note=asked.said.note,
                session_id=session_id,
            )
        except CannotSettle as no:
            return harmless(no.text(language))
        return harmless(settled.words.get(language, settled.words["en"]))

    def _keep(self, asked: _Asked) -> str:
        token = self._house.new_id()
        self._asked[token] = asked
        while len(self._asked) > _KEPT:
            self._asked.popitem(last=False)
        return token

    def _is_theirs(self, asked: _Asked, principal: Principal, session_id: str) -> bool:
        """Whether that button was shown to this person in this session a short time ago."""
        age = self._house.clock() - asked.at
        mine = (asked.person_id, asked.session_id) == (principal.id, session_id)
        return mine and age <= timedelta(minutes=_MINUTES)

    async def _not_shown(
        self,
        asked: _Asked | None,
        principal: Principal,
        organisation: Organisation,
        session_id: str,
        language: Language,
    ) -> str:
        no = CannotSettle(Reason.NOT_SHOWN)
        await self._house.audit.note(
            tag=AuditTag.EXECUTION_SETTLING_REFUSED,
            organisation_id=organisation.id,
            subject=asked.proposal_id if asked else "",
            facts={"reason": str(no.reason), "words": no.words["en"]},
            principal=principal,
            session_id=session_id,
        )
        return no.text(language)
