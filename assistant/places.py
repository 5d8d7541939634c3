"""In which organisation a conversation takes place: the only one that a person may read, or the one they chose.

A conversation belongs to one organisation for good, so that nothing that was read in one can answer for another, and a
card cannot come to lie beside figures of somebody else. Where several may be read it is asked, never picked.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from assistant.clock import Clock
from assistant.principal import Principal, Role
from assistant.stores import conversation_organisations as store
from assistant.stores.conversation_organisations import ConversationOrganisationRow
from assistant.stores.database import Database
from assistant.stores.moments import to_text
from tools.base import Organisation

_REMEMBERED = 2000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation takes place, or what there is to choose."""

    organisation: Organisation | None
    offered: tuple[Organisation, ...] = ()
    """All that this person may read, by name."""
    chosen: str = ""
    """The id of the organisation that was chosen for it once."""

    @property
    def lost(self) -> bool:
        """It was chosen, and this person may not read it any more."""
        return bool(self.chosen) and self.organisation is None

    @property
    def must_choose(self) -> bool:
        """Whether it has to be asked."""
        return self.organisation is None and not self.lost and len(self.offered) > 1


class Places:
    """Knows each conversation's organisation; the roles count as they are at this moment."""

    def __init__(
        self, database: Database, every: Callable[[], Awaitable[Sequence[Organisation]]], clock: Clock
    ) -> None:
        self._database, self._every, self._clock = database, every, clock
        self._known: OrderedDict[str, str] = OrderedDict()

    async def readable(self, principal: Principal) -> tuple[Organisation, ...]:
        """The organisations that this person may read, by name."""
        found = [each for each in await self._every() if principal.may(Role.VIEWER, each.id)]
        return tuple(sorted(found, key=lambda each: (each.name.casefold(), each.id)))

    async def of(self, principal: Principal, conversation_id: str) -> Place:
        """Where this conversation takes place for this person; nothing is decided by asking."""
        offered = await self.readable(principal)
        chosen = await self._chosen(conversation_id)
        if chosen is not None:
            found = next((each for each in offered if each.id == chosen), None)
            return Place(found, offered, chosen)
        return Place(offered[0] if len(offered) == 1 else None, offered)

    async def choose(self, principal: Principal, conversation_id: str, organisation_id: str) -> Organisation | None:
        """Settle it, once: the organisation that counts from now on; None when this person may not read it."""
        offered = {each.id: each for each in await self.readable(principal)}
        if organisation_id not in offered:
            return None
        async with self._database.work() as work:
            row = ConversationOrganisationRow(
                conversation_id=conversation_id,
                organisation_id=organisation_id,
                person_id=principal.id,
                at=to_text(self._clock()),
            )
            chosen = await store.choose(work, row)
        self._remember(conversation_id, chosen)
        return offered.get(chosen)

    async def _chosen(self, conversation_id: str) -> str | None:
        if conversation_id in self._known:
            return self._known[conversation_id]
        async with self._database.reading() as reading:
            chosen = await store.of(reading, conversation_id)
        if chosen is not None:
            self._remember(conversation_id, chosen)
        return chosen

    def _remember(self, conversation_id: str, organisation_id: str) -> None:
        self._known[conversation_id] = organisation_id
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


def named(offered: Sequence[Organisation], text: str) -> Organisation | None:
    """The one organisation that is meant by a name, a short code or its place in the list; None when none is."""
    plain = " ".join(text.split()).strip(" \"'“”„").rstrip(".!? ").casefold()
    if plain.isdigit() and 0 < int(plain) <= len(offered):
        return offered[int(plain) - 1]
    exact = [each for each in offered if plain in (each.name.casefold(), each.short_code.casefold())]
    beginning = [each for each in offered if len(plain) >= 3 and each.name.casefold().startswith(plain)]
    for found in (exact, beginning):
        if len(found) == 1:
            return found[0]
    return None
