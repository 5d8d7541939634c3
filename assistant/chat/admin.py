"""What an admin does in the chat by code, without the model: stop all writes, allow them again, see a proposal's life,
settle an outcome that looking up cannot decide, see whether the copy equals Xero.

The words are exact, so that no model, no document and no slip of the tongue can mean them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from zoneinfo import ZoneInfo

from assistant.audit.export import facts_of
from assistant.audit.life import life_table
from assistant.chat.house import House
from assistant.chat.settle_desk import Press, SettleDesk
from assistant.connections import CONNECT_AT
from assistant.ledger.reconcile_words import differences_table, told
from assistant.principal import Principal, Role
from assistant.refusals import Refusal
from assistant.sentences import sentence
from assistant.stores.audit import AuditRow
from assistant.untrusted import harmless
from tools import words
from tools.base import Organisation, Right
from tools.errors import Language, ToolFailed
from tools.views import Table


class Wish(Enum):
    """What is asked for."""

    STOP = auto()
    ALLOW = auto()
    LIFE = auto()
    MODEL = auto()
    NO_MODEL = auto()
    COPY = auto()
    LEAVE = auto()


@dataclass(frozen=True, slots=True)
class Asked:
    """An admin's words, read."""

    wish: Wish
    rest: str = ""
    """Why, for stopping and allowing; the proposal's number for a life; the model's host."""


_STOP = re.compile(
    r"/?(?:stop (?:all )?writes|no writes|alles schreiben anhalten|schreiben anhalten)(?:\s*[:,-]\s*(.{0,200}))?[.!]?"
)
_ALLOW = re.compile(r"/?(?:allow writes(?: again)?|schreiben (?:wieder )?erlauben)(?:\s*[:,-]\s*(.{0,200}))?[.!]?")
_LIFE = re.compile(
    r"/?(?:audit|audit trail of|history of|life of|prüfprotokoll(?: von)?|verlauf von) p-?(\d{1,9})\s*[?.!]?"
)
_MODEL = re.compile(r"/?(?:allow (?:language )?model|(?:sprach)?modell erlauben) ([\w.:-]{1,253}?)[.!]?")
_NO_MODEL = re.compile(r"/?(?:forbid (?:language )?model|(?:sprach)?modell verbieten)()[.!]?")


_COPY = re.compile(r"/?(?:check the copy|kopie prüfen|prüfe die kopie)()[?.!]?")

_LEAVE = re.compile(r"/?(?:disconnect (.{2,120}?)|(.{2,120}?) (?:trennen|abmelden))[.!]?")

COMMANDS: dict[Language, tuple[str, str]] = {
    "en": ("Stop writes", "Allow writes"),
    "de": ("Schreiben anhalten", "Schreiben erlauben"),
}
"""The composer's commands for an admin: to stop and to allow. What is written behind one is the reason."""


def by_command(text: str, command: str | None) -> str:
    """The words that a command of the composer stands for; the text itself where it is no command of an admin."""
    if not any(command in names for names in COMMANDS.values()):
        return text
    return f"{command}: {text}" if text.strip() else str(command)


_WORDS = (
    (Wish.STOP, _STOP),
    (Wish.ALLOW, _ALLOW),
    (Wish.LIFE, _LIFE),
    (Wish.MODEL, _MODEL),
    (Wish.NO_MODEL, _NO_MODEL),
    (Wish.COPY, _COPY),
    (Wish.LEAVE, _LEAVE),
)


def asked(text: str) -> Asked | None:
    """What an admin asks for with exactly these words; None for everything else."""
    plain = " ".join(text.split())
    if len(plain) > 260:
        return None
    low = plain.lower()
    for wish, pattern in _WORDS:
        if found := pattern.fullmatch(low):
            group = next((place for place, text in enumerate(found.groups(), start=1) if text), 0)
            return Asked(wish, plain[found.start(group) : found.end(group)] if group else "")
    return None


def stopped_words(language: Language, *, name: str, when: str, why: str) -> str:
    """The line on top of every page while writing is stopped."""
    if language == "de":
        return (
            f"Schreiben angehalten von {name} seit {when}{f' („{why}“)' if why else ''}. Fragen und lesen geht weiter."
        )
    return f"All writes are stopped by {name} since {when}{f' (“{why}”)' if why else ''}. Asking and reading go on."


@dataclass(frozen=True, slots=True)
class AdminAnswer:
    """What is said and shown; `switched` when every open page has to be told."""

    line: str
    table: Table | None = None
    switched: bool = False
    press: Press | None = None
    """The button without which nothing happens yet."""


class AdminDesk:
    """Carries out an admin's words; the rooms behind it check the role and record what happened, refused or not."""

    def __init__(self, house: House) -> None:
        self._house, self.settle = house, SettleDesk(house)

    async def answer(
        self, text: str, principal: Principal, organisation: Organisation, session_id: str, language: Language
    ) -> AdminAnswer | None:
        """The answer to an admin's words; None when the text is nothing of the kind."""
        if (settling := await self.settle.answer(text, principal, organisation, session_id, language)) is not None:
            return AdminAnswer(settling.line, press=settling.press)
        wanted = asked(text)
        if wanted is None:
            return None
        name = words.visible(organisation.name)
        try:
            match wanted.wish:
                case Wish.STOP:
                    await self._house.switch.stop(organisation, principal, wanted.rest, session_id)
                    return AdminAnswer(sentence("writes_stopped", language, organisation=name), switched=True)
                case Wish.ALLOW:
                    await self._house.switch.allow(organisation, principal, wanted.rest, session_id)
                    return AdminAnswer(sentence("writes_allowed", language, organisation=name), switched=True)
                case Wish.LIFE:
                    return await self._life(int(wanted.rest), principal, organisation, language)
                case Wish.COPY:
                    return await self._copy(principal, organisation, language)
                case Wish.LEAVE:
                    return await self._leave(wanted.rest, principal, organisation, session_id, language)
                case Wish.MODEL | Wish.NO_MODEL:
                    return await self._consent(wanted, principal, organisation, session_id, language)
        except Refusal:
            return AdminAnswer(sentence("only_an_admin", language, organisation=name))

    async def _copy(self, principal: Principal, organisation: Organisation, language: Language) -> AdminAnswer:
        """When the copy was last compared with Xero, and what differed."""
        if not principal.may(Role.ADMIN, organisation.id):
            return AdminAnswer(sentence("only_an_admin", language, organisation=words.visible(organisation.name)))
        found = await self._house.compared(organisation.id)
        table = differences_table(found[1], organisation, found[0], language) if found and found[1].named else None
        return AdminAnswer(told(found, organisation, language), table)

    async def _leave(
        self, named: str, principal: Principal, organisation: Organisation, session_id: str, language: Language
    ) -> AdminAnswer | None:
        """The connection ends only by the organisation's own name, so that nobody ends it unawares."""
        low, name = named.casefold(), words.visible(organisation.name)
        if low not in ("xero", organisation.name.casefold()):
            return None
        if not principal.may(Role.ADMIN, organisation.id):
            return AdminAnswer(sentence("only_an_admin", language, organisation=name))
        if self._house.leave is None:
            return AdminAnswer(sentence("disconnect_in_xero", language, organisation=name))
        if low == "xero":
            return AdminAnswer(sentence("disconnect_how", language, organisation=name))
        try:
            await self._house.leave(organisation, principal, session_id)
        except ToolFailed as problem:
            return AdminAnswer(problem.text(language))
        return AdminAnswer(sentence("disconnected", language, organisation=name, address=CONNECT_AT))

    async def _consent(
        self, wanted: Asked, principal: Principal, organisation: Organisation, session_id: str, language: Language
    ) -> AdminAnswer:
        """May what the books say go to the model? The host has to be named: nobody says yes without knowing to whom."""
        consents, name = self._house.consents, words.visible(organisation.name)
        if not consents.host:
            return AdminAnswer(sentence("model_here", language))
        told = {"host": harmless(consents.host), "organisation": name}
        if wanted.wish is Wish.NO_MODEL:
            await consents.withdraw(organisation, principal, session_id)
            return AdminAnswer(sentence("model_forbidden", language, **told))
        if wanted.rest.casefold() != consents.host:
            return AdminAnswer(sentence("model_other_host", language, **told))
        await consents.give(organisation, principal, session_id)
        return AdminAnswer(sentence("model_allowed", language, **told))

    async def stopped(self, organisation: Organisation, language: Language) -> str:
        """The line on top of the page; empty while writing is allowed."""
        by = await self._house.switch.state(organisation.id)
        if by is None:
            return ""
        local = by.at.astimezone(ZoneInfo(organisation.timezone))
        when = f"{words.day(local.date(), language)}, {local:%H:%M}"
        return stopped_words(language, name=words.visible(by.by), when=when, why=words.visible(by.why))

    async def _life(
        self, number: int, principal: Principal, organisation: Organisation, language: Language
    ) -> AdminAnswer:
        """Every step of a proposal from the audit trail, for an admin of the organisation."""
        name, label = words.visible(organisation.name), f"P-{number}"
        if not principal.may(Role.ADMIN, organisation.id):
            return AdminAnswer(sentence("only_an_admin", language, organisation=name))
        rows = await self._house.audit.of_number(organisation.id, number)
        if not rows:
            return AdminAnswer(sentence("no_such_life", language, label=label, organisation=name))
        for right in self._rights(rows):
            if not principal.holds(right, organisation.id):
                return AdminAnswer(sentence(f"needs_{right}", language, organisation=name))
        table = life_table(rows, label, organisation, language, self._house.clock())
        count = len(rows)
        steps = words.say(language, words.many(count, "step", "steps"), words.many(count, "Schritt", "Schritte"))
        return AdminAnswer(sentence("life_here", language, label=label, summary=steps), table)

    def _rights(self, rows: Sequence[AuditRow]) -> set[Right]:
        """What has to be held to be told of that proposal: its events say the names, amounts and hours of its card."""
        bodies = [facts_of(row).get("body") for row in rows]
        named = [self._house.toolset.get(str(body.get("tool", ""))) for body in bodies if isinstance(body, dict)]
        return {tool.right for tool in named if tool is not None and tool.right is not None}
