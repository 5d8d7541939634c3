"""`assistant reconcile`: the copy of the books is compared with Xero now, and mended."""

from __future__ import annotations

from assistant.ledger.reconcile_words import told
from assistant.settings import Settings
from tools.errors import ToolFailed

EQUAL, UNEQUAL, NOT_DONE = 0, 1, 2
"""Exit codes: the same as Xero (now); not the same; it could not be compared."""


async def reconcile(settings: Settings, organisation: str) -> tuple[int, list[str]]:
    """The exit code and what was found, a line each. `organisation` is a name or short code; empty means all."""
    from assistant.wiring import open_books

    lines: list[str] = []
    code = EQUAL
    async with open_books(settings) as (reconciler, known):
        wanted = organisation.casefold()
        meant = [each for each in known if wanted in ("", each.name.casefold(), each.short_code.casefold())]
        if not meant:
            return NOT_DONE, ["There is no such organisation here. Nothing was compared."]
        for each in meant:
            try:
                result = await reconciler.run(each.id)
            except ToolFailed as problem:
                return NOT_DONE, [*lines, f"{each.name}: {problem.text('en')}"]
            if result is None:
                lines.append(f"{each.name}: another process is comparing it now. Nothing was begun.")
                code = max(code, NOT_DONE)
                continue
            lines.append(told(await reconciler.latest(each.id), each, "en"))
            lines += [f"  {one.kind} {one.label}: {one.what}" for one in result.named]
            code = max(code, EQUAL if result.equal else UNEQUAL)
    return code, lines
