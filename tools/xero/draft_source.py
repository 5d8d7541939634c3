"""The quote or purchase order that a draft is made from: is it as it was, and was a draft made from it before?"""

from __future__ import annotations

from tools import words
from tools.base import Access
from tools.xero.books import DEAD, Document, DocumentKind, DocumentQuery
from tools.xero.draft_plan import DraftPlan
from tools.xero.payment_plan import Change
from tools.xero.trade_words import noun, state_word


async def made_from(access: Access, plan: DraftPlan) -> list[Document]:
    """The living invoices whose reference begins with the quote's number; a bill has no reference that would tell."""
    if plan.source is None or plan.source.form != "quote" or not plan.source.number:
        return []
    query = DocumentQuery(kind=DocumentKind.INVOICE, contact_ids=(plan.contact.id,), order="newest")
    found = await access.books.documents(query, today=access.today)
    number = plan.source.number.casefold()
    return [one for one in found if one.status not in DEAD and one.reference.casefold().split(" ")[0] == number]


async def source_changes(access: Access, plan: DraftPlan) -> list[Change]:
    """What happened to it since the card was made, an invoice made from it meanwhile included."""
    source = plan.source
    if source is None:
        return []
    now = await access.trade.paper(source.form, source.id)
    found: list[Change] = []
    (en, de), number = (noun(source.form, language) for language in words.LANGUAGES), words.visible(source.number)
    if now.status != source.status:
        found.append(
            (
                f"the {en} {number} is now {state_word(now.status, 'en')}",
                f"{de} {number} hat jetzt den Status „{state_word(now.status, 'de')}“",
            )
        )
    elif now.updated_at.isoformat() != source.updated_at:
        found.append((f"the {en} {number} was changed", f"{de} {number} wurde geändert"))
    await access.books.renew()
    known = {notice.number for notice in plan.notices if notice.code == "made_before"}
    for one in (await made_from(access, plan))[:1]:
        if one.number not in known:
            made = words.visible(one.number)
            found.append((f"{made} was made from it", f"{made} wurde daraus angelegt"))
    return found
