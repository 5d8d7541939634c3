"""Whether something was paid: when, from which account, and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from tools import words
from tools.base import Access, ToolResult, read_tool
from tools.errors import ToolRetry
from tools.inputs import ContactName, Text
from tools.money import Money
from tools.xero.books import Document, DocumentStatus, LedgerAccount, Payment, PaymentQuery, PaymentSum
from tools.xero.document_table import MOST_ROWS, rows
from tools.xero.document_view import account_name, titled
from tools.xero.document_words import status_word
from tools.xero.documents import contact_of
from tools.xero.finding import document_meant
from tools.xero.payment_list import comes_in, payment_facts, payment_table


@read_tool("xero")
async def get_payment_status(
    access: Access,
    payment_id: Annotated[Text, Field(description="Xero's id of the payment, or our own mark FA-...")] = "",
    invoice_number: Annotated[Text, Field(description="Number of the invoice or bill, as typed")] = "",
    contact_name: ContactName = "",
    reference: Annotated[Text, Field(description="Text of the payment's reference")] = "",
) -> ToolResult:
    """Was it paid? What was paid on an invoice or bill or to whom, when, from which account, and what is left.

    Give at least one of the arguments.
    """
    if invoice_number.strip():
        return await _of_document(access, invoice_number, contact_name)
    if payment_id.strip():
        found = await _by_id(access, payment_id)
        return await _found(access, found, words.visible(words.without_invisible(payment_id)[:60]))
    if reference.strip():
        found = await _by_reference(access, reference)
        return await _found(access, found, words.visible(words.without_invisible(reference)[:60]))
    contact = await contact_of(access, contact_name)
    if contact is None:
        raise ToolRetry(
            {
                "en": "Which payment? Give the number of the invoice or bill, the contact, or the reference.",
                "de": "Welche Zahlung? Bitte Rechnungsnummer, Kontakt oder Verwendungszweck nennen.",
            }
        )
    query = PaymentQuery(contact_ids=(contact.id,))
    found = await access.books.payments(replace(query, most=MOST_ROWS))
    return await _found(access, found, words.visible(contact.name), await access.books.payment_sums(query))


async def _by_id(access: Access, written: str) -> list[Payment]:
    wanted = words.without_invisible(written)
    found = await access.books.payments(PaymentQuery(payment_id=wanted, include_deleted=True))
    if found:
        return found
    return await _by_reference(access, wanted)


async def _by_reference(access: Access, written: str) -> list[Payment]:
    wanted = words.without_invisible(written)
    if not wanted.strip():
        return []
    if found := await access.books.payments(PaymentQuery(include_deleted=True, reference=wanted)):
        return found
    found = await access.books.payments(PaymentQuery(include_deleted=True, reference_part=wanted, most=MOST_ROWS))
    exact = [payment for payment in found if payment.reference.casefold() == wanted.casefold()]
    return exact or (found if len(wanted) >= 3 else [])


async def _of_document(access: Access, number: str, contact_name: str) -> ToolResult:
    contact = await contact_of(access, contact_name)
    known = await document_meant(access, number, contact=contact)
    document = await access.live.document(known.id)
    paid = await access.live.payments_of(known.id)
    accounts = await access.books.accounts()
    facts = payment_facts(access, paid, accounts, access.now)
    facts["document"] = rows([document], access.today)[0]
    return ToolResult(
        answer=f"{_document_sentence(access, document, paid, accounts)} {words.as_of(access, access.now)}.",
        facts=facts,
        tables=(payment_table(access, paid, accounts, access.now),) if paid else (),
    )


def _document_sentence(
    access: Access, document: Document, paid: Sequence[Payment], accounts: Sequence[LedgerAccount]
) -> str:
    language, title = access.language, titled(document, access.language)
    last = "; ".join(_one(access, payment, accounts) for payment in paid[:3])
    more = words.say(language, f" and {len(paid) - 3} more", f" und {len(paid) - 3} weitere") if len(paid) > 3 else ""
    if document.status is DocumentStatus.PAID:
        head = words.say(language, f"{title} is paid in full", f"{title} ist vollständig bezahlt")
        return f"{head}: {last}{more}" if paid else head
    if document.status is not DocumentStatus.AUTHORISED:
        state = status_word(document, access.today, language)
        return words.say(
            language, f"{title} ({state}): nothing is paid on it", f"{title} ({state}): darauf ist nichts gezahlt"
        )
    left = words.money(document.due_money(), language)
    if paid:
        return words.say(
            language, f"{left} is left to pay on {title}; paid so far: {last}{more}",
            f"{left} sind auf {title} noch offen; bisher gezahlt: {last}{more}",
        )  # fmt: skip
    due = ""
    if document.due:
        late = document.days_overdue(access.today)
        overdue_en = f" ({words.days(late, 'en')} overdue)" if late else ""
        overdue_de = f" ({words.since_days(late, 'de')} überfällig)" if late else ""
        due = words.say(
            language,
            f", due {words.day(document.due, 'en')}{overdue_en}",
            f", fällig {words.day(document.due, 'de')}{overdue_de}",
        )
    return words.say(
        language, f"{title} is not paid: {left} is left{due}", f"{title} ist nicht bezahlt: {left} sind offen{due}"
    )


def _one(access: Access, payment: Payment, accounts: Sequence[LedgerAccount]) -> str:
    """One payment in a line: "€ 980.00 on 3 Nov 2026 from 090 Solaris"."""
    language = access.language
    amount = words.money(Money(payment.amount, payment.currency), language)
    when = words.day(payment.paid_on, language)
    through = account_name(payment, accounts)
    if comes_in(payment):
        place = words.say(language, f" to {through}", f" auf {through}") if through else ""
    else:
        place = words.say(language, f" from {through}", f" von {through}") if through else ""
    return words.say(language, f"{amount} on {when}{place}", f"{amount} am {when}{place}")


async def _found(
    access: Access, found: Sequence[Payment], asked: str, sums: Sequence[PaymentSum] | None = None
) -> ToolResult:
    accounts = await access.books.accounts()
    as_of = await access.books.as_of()
    count = len(found) if sums is None else sum(one.count for one in sums)
    return ToolResult(
        answer=f"{_found_sentence(access, found, count, accounts, asked)} {words.as_of(access, as_of)}.",
        facts=payment_facts(access, found, accounts, as_of, sums),
        tables=(payment_table(access, found, accounts, as_of, sums),) if found else (),
    )


def _found_sentence(
    access: Access, found: Sequence[Payment], count: int, accounts: Sequence[LedgerAccount], asked: str
) -> str:
    language = access.language
    if not found:
        return words.say(language, f"No payment is recorded for {asked}", f"Zu {asked} ist keine Zahlung erfasst")
    latest = found[0]
    detail = _one(access, latest, accounts)
    who, number = words.visible(latest.contact_name), words.visible(latest.document_number)
    way = words.say(language, " from " if comes_in(latest) else " to ", " von " if comes_in(latest) else " an ")
    text = (
        f"{detail}{way}{who}" + words.say(language, f" for {number}", f" für {number}")
        if number
        else f"{detail}{way}{who}"
    )
    if latest.status == "DELETED":
        text += words.say(language, ", deleted since: it does not count", ", inzwischen gelöscht: zählt nicht")
    if count > 1:
        head = words.say(language, f"{count} payments, the latest: ", f"{count} Zahlungen, die letzte: ")
        return head + text
    return text
