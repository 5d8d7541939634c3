"""What customers owe past its due date, the first question of a morning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from pydantic import JsonValue

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.inputs import ContactName
from tools.xero.books import DocumentKind, DocumentQuery
from tools.xero.document_table import MOST_ROWS, document_table, rows
from tools.xero.document_words import amounts_for_model, oldest_days
from tools.xero.documents import contact_of, local
from tools.xero.tally import ContactSum, Tally, sums_of


@read_tool("xero")
async def get_overdue_summary(access: Access, contact_name: ContactName = "") -> ToolResult:
    """Total, count and age of overdue sales invoices: how much customers owe us past the due date.

    With contact_name (as typed) for one customer. The totals are by currency and must never be added.
    """
    contact = await contact_of(access, contact_name, DocumentKind.INVOICE)
    query = DocumentQuery(kind=DocumentKind.INVOICE, state="overdue", contact_ids=(contact.id,) if contact else ())
    late = await access.books.tally(query, today=access.today)
    owing = await access.books.contact_sums(query, today=access.today)
    shown = await access.books.documents(replace(query, most=MOST_ROWS), today=access.today)
    as_of = await access.books.as_of()
    whom = words.visible(contact.name) if contact else ""
    return ToolResult(
        answer=f"{_sentence(access, late, len({one.contact_id for one in owing}), whom)} {words.as_of(access, as_of)}.",
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, as_of).isoformat(timespec="seconds"),
            "count": late.count,
            "customers": len({one.contact_id for one in owing}),
            "oldest_days": oldest_days(late, access.today),
            "totals": amounts_for_model(late, "overdue"),
            "by_customer": _by_customer(owing),
            "rows": rows(shown, access.today),
        },
        tables=(document_table(access, shown, DocumentKind.INVOICE, as_of=as_of, state="overdue", whole=late),)
        if late
        else (),
    )


def _sentence(access: Access, late: Tally, customers: int, whom: str) -> str:
    language = access.language
    if not late:
        by = words.say(language, f" from {whom}", f" von {whom}") if whom else ""
        return words.say(language, f"Nothing is overdue{by}", f"Nichts ist überfällig{by}")
    totals = late.sums("overdue")
    figures = words.amounts(totals, language)
    oldest = oldest_days(late, access.today)
    from_en = whom or words.many(customers, "customer", "customers")
    from_de = whom or words.many(customers, "Kunden", "Kunden")
    invoices_en = words.many(late.count, "invoice", "invoices")
    invoices_de = words.many(late.count, "Rechnung", "Rechnungen")
    return words.say(
        language,
        f"{figures} {'is' if len(totals) == 1 else 'are'} overdue from {from_en} on {invoices_en}, "
        f"oldest {words.days(oldest, 'en')}",
        f"{figures} sind überfällig, von {from_de} aus {invoices_de}, am längsten {words.since_days(oldest, 'de')}",
    )


def _by_customer(owing: Sequence[ContactSum]) -> list[JsonValue]:
    """The customers who owe most, each by currency; at most ten."""
    names = {one.contact_id: one.contact_name for one in owing}
    counts: Counter[str] = Counter()
    largest: dict[str, Decimal] = {}
    for one in owing:
        counts[one.contact_id] += one.count
        largest[one.contact_id] = max(largest.get(one.contact_id, one.left), one.left)
    ranked = sorted(names, key=lambda contact_id: (-largest[contact_id], names[contact_id]))
    return [
        {
            "contact_name": words.visible(names[contact_id]),
            "count": counts[contact_id],
            "totals": [
                {"amount": words.plain(total.amount, total.currency), "currency": total.currency}
                for total in sums_of(owing, contact_id)
            ],
        }
        for contact_id in ranked[:10]
    ]
