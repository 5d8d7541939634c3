"""An unclear outcome settled from the command line, for whoever may start processes on the machine."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.settings import Settings
from assistant.settling import CannotSettle, Said
from tools.base import Organisation

AS_SAID, REFUSED, DONE_AFTER_ALL = 0, 1, 3
"""Exit codes: settled as it was said; nothing was changed; it was said not to be done, and looking up found it."""
LABEL = re.compile(r"[Pp]-?([0-9]{1,9})")


async def settle(settings: Settings, label: str, said: Said, organisation: str) -> tuple[int, str]:
    """The exit code and what happened, in words. `organisation` is its name or short code; empty where there is one."""
    from assistant.wiring import open_settling

    async with open_settling(settings) as (settling, known):
        meant = _meant(known, organisation)
        if len(meant) != 1:
            names = ", ".join(each.name for each in meant)
            several = f"Several organisations are here: {names}. Say which with --organisation."
            none = "There is no such organisation here."
            return REFUSED, f"{several if meant else none} Nothing was changed."
        (found,) = meant
        number = LABEL.fullmatch(label)
        proposal_id = await settling.find(found.id, int(number[1])) if number else ""
        if not proposal_id:
            return REFUSED, f"There is no proposal {label} in {found.name}. Nothing was changed."
        try:
            settled = await settling.settle(
                proposal_id, None, done=said.done, payment_id=said.payment_id, note=said.note
            )
        except CannotSettle as no:
            return REFUSED, no.text("en")
        return (DONE_AFTER_ALL if settled.found and not said.done else AS_SAID), settled.words["en"]


def _meant(known: Sequence[Organisation], organisation: str) -> list[Organisation]:
    wanted = organisation.casefold()
    return [each for each in known if wanted in ("", each.name.casefold(), each.short_code.casefold())]
