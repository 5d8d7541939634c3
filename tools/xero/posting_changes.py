"""What became of a contact, its accounts and taxes between the card and its confirmation: told of every new paper."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from tools import words
from tools.base import Access
from tools.errors import Language
from tools.xero.draft_plan import PlannedCustomer, PlannedLine
from tools.xero.drafts import LineAmounts
from tools.xero.payment_plan import Change

NOTHING_MADE: Mapping[Language, str] = {"en": "Nothing was made", "de": "Es wurde nichts angelegt"}


async def posting_changes(
    access: Access, planned: PlannedCustomer, title: str, lines: Sequence[PlannedLine], amounts: LineAmounts
) -> list[Change]:
    """Reads contact, chart and taxes again; `title` is how the card names the contact. Raises ToolFailed kinds."""
    contact, accounts, taxes = await asyncio.gather(
        access.live.contact(planned.id), access.live.posting_accounts(), access.live.tax_rates()
    )
    found: list[Change] = []
    if contact.name != planned.name:
        now = words.visible(contact.name)
        found.append((f"{title} is now called {now}", f"{title} heißt jetzt {now}"))
    if contact.status not in ("ACTIVE", ""):
        found.append((f"{title} is archived now", f"{title} ist jetzt archiviert"))
    codes = {account.code: account.name for account in accounts}
    rates = {tax.tax_type: str(tax.percent) for tax in taxes}
    for line in lines:
        if line.account_code and codes.get(line.account_code) != line.account_name:
            account = words.visible(f"{line.account_code} {line.account_name}")
            found.append((f"the account {account} is not there any more", f"das Konto {account} gibt es nicht mehr"))
        if line.tax_type and amounts != "none" and rates.get(line.tax_type) != line.tax_percent:
            tax = words.visible(line.tax_name)
            found.append((f"the tax {tax} has changed", f"die Steuer {tax} hat sich geändert"))
    return found


def nothing_made(found: Sequence[Change]) -> Mapping[Language, str] | None:
    """Why nothing was made, each reason once; None where there is none."""
    if not found:
        return None
    changes = list(dict.fromkeys(found))
    return {
        "en": f"Nothing was made. Since the card was made: {words.listed([en for en, _ in changes], 'en')}.",
        "de": f"Es wurde nichts angelegt. Seit die Karte entstand: {words.listed([de for _, de in changes], 'de')}.",
    }
