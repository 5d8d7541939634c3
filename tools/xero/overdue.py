"""What customers owe past its due date, the first question of a morning."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.inputs import ContactName
from tools.xero.books import Document, DocumentKind, DocumentQuery
from tools.xero.document_table import document_table, rows
from tools.xero.document_words import amounts_for_model, sums
from tools.xero.documents import contact_of, local


@read_tool("xero")
async def get_overdue_summary(access: Access, contact_name: ContactName = "") -> ToolResult:
    """Total, count and age of overdue sales invoices: how much customers owe us past the due date.

    With contact_name (as typed) for one customer. The totals are by currency and must never be added.
    """
    contact = await contact_of(access, contact_name, DocumentKind.INVOICE)
    query = DocumentQuery(kind=DocumentKind.INVOICE, state="overdue", contact_ids=(contact.id,) if contact else ())
    late = await access.books.documents(query, today=access.today)
    as_of = await access.books.as_of()
    whom = words.visible(contact.name) if contact else ""
    return ToolResult(
        answer=f"{_sentence(access, late, whom)} {words.as_of(access, as_of)}.",
        facts={
            "organisation": access.organisation.name,
            "as_of": local(access, as_of).isoformat(timespec="seconds"),
            "count": len(late),
            "customers": len({doc.contact_id for doc in late}),
            "oldest_days": max((doc.days_overdue(access.today) for doc in late), default=0),
            "totals": amounts_for_model(late, "overdue"),
            "by_customer": _by_customer(late),
            "rows": rows(late, access.today),
        },
        tables=(document_table(access, late, DocumentKind.INVOICE, as_of=as_of, state="overdue"),) if late else (),
    )


def _sentence(access: Access, late: Sequence[Document], whom: str) -> str:
    language = access.language
    if not late:
        by = words.say(language, f" from {whom}", f" von {whom}") if whom else ""
        return words.say(language, f"Nothing is overdue{by}", f"Nichts ist überfällig{by}")
    totals = sums(late, "overdue")
    figures = words.amounts(totals, language)
    oldest = max(doc.days_overdue(access.today) for doc in late)
    customers = len({doc.contact_id for doc in late})
    from_en = whom or words.many(customers, "customer", "customers")
    from_de = whom or words.many(customers, "Kunden", "Kunden")
    invoices_en = words.many(len(late), "invoice", "invoices")
    invoices_de = words.many(len(late), "Rechnung", "Rechnungen")
    return words.say(
        language,
        f"{figures} {'is' if len(totals) == 1 else 'are'} overdue from {from_en} on {invoices_en}, "
        f"oldest {words.days(oldest, 'en')}",
        f"{figures} sind überfällig, von {from_de} aus {invoices_de}, am längsten {words.since_days(oldest, 'de')}",
    )


def _by_customer(late: Sequence[Document]) -> list[JsonValue]:
    """The customers who owe most, each by currency; at most ten."""
    owed: dict[str, list[Document]] = {}
    for doc in late:
        owed.setdefault(doc.contact_id, []).append(doc)
    ranked = sorted(owed.values(), key=lambda docs: -max(total.amount for total in sums(docs, "overdue")))
    return [
        {
            "contact_name": words.visible(docs[0].contact_name),
            "count": len(docs),
            "totals": [
                {"amount": words.plain(total.amount, total.currency), "currency": total.currency}
                for total in sums(docs, "overdue")
            ],
        }
        for docs in ranked[:10]
    ]
