"""Which invoice or bill a payment settles, and whether Xero would take one on it."""

from __future__ import annotations

from collections.abc import Sequence

from tools import words
from tools.base import Access
from tools.errors import ToolFailed, ToolRetry
from tools.inputs import read_amount
from tools.money import Money
from tools.xero.books import Contact, Document, DocumentKind, DocumentQuery, DocumentStatus, Payment, State
from tools.xero.document_view import titled
from tools.xero.document_words import noun
from tools.xero.documents import contact_of
from tools.xero.finding import BOTH, document_choices, document_meant

_UNAPPROVED: tuple[State, ...] = ("draft", "submitted")
_KIND_OF = {"in": DocumentKind.INVOICE, "out": DocumentKind.BILL}


async def document_to_settle(
    access: Access, number: str, contact_name: str, *, amount: str, currency: str, direction: str
) -> Document:
    """The document from the ledger copy; raises ToolRetry when the person has to choose. Nothing is guessed."""
    contact = await contact_of(access, contact_name, _KIND_OF.get(direction))
    if number.strip():
        document = await document_meant(access, number, first=_KIND_OF.get(direction), contact=contact, to_pay=True)
    elif contact is not None:
        document = await _of_contact(access, contact, amount=amount, currency=currency, direction=direction)
    else:
        raise ToolRetry(
            {
                "en": "Which invoice or bill was paid? Its number or the contact is missing. Nothing was recorded.",
                "de": "Welche Rechnung wurde bezahlt? Es fehlt ihre Nummer oder der Kontakt. Es wurde nichts erfasst.",
            }
        )
    if direction and document.kind is not _KIND_OF[direction]:
        raise _wrong_way(document)
    return document


def _wrong_way(document: Document) -> ToolRetry:
    en, de = titled(document, "en"), titled(document, "de")
    if document.kind is DocumentKind.INVOICE:
        return ToolRetry(
            {
                "en": f"{en} is our own invoice: the customer pays us, we do not pay it. Nothing was recorded. "
                "Should it be recorded as received?",
                "de": f"{de} ist unsere eigene Rechnung: der Kunde zahlt an uns, wir zahlen sie nicht. "
                "Es wurde nichts erfasst. Soll sie als eingegangen erfasst werden?",
            }
        )
    return ToolRetry(
        {
            "en": f"{en} is a bill: we pay it, no money comes in for it. Nothing was recorded. "
            "Should it be recorded as paid by us?",
            "de": f"{de} ist eine Eingangsrechnung: wir zahlen sie, es geht kein Geld dafür ein. "
            "Es wurde nichts erfasst. Soll sie als von uns bezahlt erfasst werden?",
        }
    )


async def _of_contact(access: Access, contact: Contact, *, amount: str, currency: str, direction: str) -> Document:
    """The contact's only open document, or the only one of that amount; else the person chooses."""
    kinds = (_KIND_OF[direction],) if direction else BOTH
    opened: list[Document] = []
    for kind in kinds:
        query = DocumentQuery(kind=kind, state="open", contact_ids=(contact.id,))
        opened += await access.books.documents(query, today=access.today)
    if currency:
        opened = [doc for doc in opened if doc.currency == currency] or opened
    if not opened:
        raise await _nothing_open(access, contact, kinds)
    if not direction and all(doc.kind is DocumentKind.INVOICE for doc in opened):
        raise _received(access, contact, opened)
    if len(opened) == 1:
        return opened[0]
    if amount.strip():
        same = [doc for doc in opened if _is_amount(access, amount, currency, doc)]
        if len(same) == 1:
            return same[0]
    name = words.visible(contact.name)
    en, de = ("document", "Belege") if len(kinds) > 1 else (noun(kinds[0], "en", 1), noun(kinds[0], "de", 2))
    raise ToolRetry(
        {
            "en": f"{name} has {len(opened)} open {en}s. Which one was paid? Nothing was recorded yet.",
            "de": f"{name} hat {len(opened)} offene {de}. Welche Nummer wurde bezahlt? Es wurde noch nichts erfasst.",
        },
        choices=document_choices(opened, access.language),
    )


def _received(access: Access, contact: Contact, opened: Sequence[Document]) -> ToolRetry:
    """Nobody said which way the money went: "pay Bianchi" must not become money received from Bianchi."""
    name = words.visible(contact.name)
    return ToolRetry(
        {
            "en": f"{name} has no open bill that we could pay, only our own invoices. Was one of these paid to us? "
            "Nothing was recorded yet.",
            "de": f"Von {name} ist keine Eingangsrechnung offen, nur unsere eigenen Rechnungen. Wurde eine davon an "
            "uns bezahlt? Es wurde noch nichts erfasst.",
        },
        choices=document_choices(opened, access.language),
    )


def _is_amount(access: Access, amount: str, currency: str, document: Document) -> bool:
    asked = read_amount(amount, language=access.language, currency=currency or document.currency)
    return asked == document.due_money()


async def _nothing_open(access: Access, contact: Contact, kinds: Sequence[DocumentKind]) -> ToolFailed:
    """Says that nothing can be paid, and what stands in the way if drafts are there."""
    name = words.visible(contact.name)
    waiting: list[Document] = []
    for kind in kinds:
        for state in _UNAPPROVED:
            query = DocumentQuery(kind=kind, state=state, contact_ids=(contact.id,))
            waiting += await access.books.documents(query, today=access.today)
    en, de = f"{name} has no open invoice or bill", f"Bei {name} ist keine Rechnung offen"
    if len(kinds) == 1:
        en = f"{name} has no open {noun(kinds[0], 'en', 1)}"
        de = f"Bei {name} ist keine {noun(kinds[0], 'de', 1)} offen"
    if waiting:
        numbers = words.listed([words.visible(doc.number) for doc in waiting[:5]], "en")
        nummern = words.listed([words.visible(doc.number) for doc in waiting[:5]], "de")
        en += f"; {numbers} must be approved in Xero first"
        de += f"; zuerst in Xero freizugeben: {nummern}"
    return ToolFailed({"en": f"{en}. Nothing was recorded.", "de": f"{de}. Es wurde nichts erfasst."})


def check_payable(document: Document, paid: Sequence[Payment]) -> None:
    """Raises ToolFailed, with the reason, unless the document is approved and something is left to pay."""
    en, de = titled(document, "en"), titled(document, "de")
    nothing_en, nothing_de = "Nothing was recorded.", "Es wurde nichts erfasst."
    match document.status:
        case DocumentStatus.AUTHORISED if document.amount_due > 0:
            return
        case DocumentStatus.AUTHORISED | DocumentStatus.PAID:
            raise _already_paid(document, paid)
        case DocumentStatus.DRAFT:
            reason = (f"{en} is still a draft", f"{de} ist noch ein Entwurf")
        case DocumentStatus.SUBMITTED:
            reason = (f"{en} is not approved yet", f"{de} ist noch nicht freigegeben")
        case DocumentStatus.VOIDED:
            raise ToolFailed(
                {
                    "en": f"{en} is voided, so nothing can be paid on it. {nothing_en} Is another number meant?",
                    "de": f"{de} ist storniert, darauf kann nichts gezahlt werden. {nothing_de} "
                    "Ist eine andere Nummer gemeint?",
                }
            )
        case DocumentStatus.DELETED | DocumentStatus.OTHER:
            raise ToolFailed(
                {
                    "en": f"{en} is not open in Xero (deleted or in another state). {nothing_en}",
                    "de": f"{de} ist in Xero nicht offen (gelöscht oder anderer Status). {nothing_de}",
                }
            )
    raise ToolFailed(
        {
            "en": f"{reason[0]}: Xero takes payments on approved documents only. {nothing_en} "
            "Approve it in Xero, then ask again.",
            "de": f"{reason[1]}: Xero nimmt Zahlungen nur auf freigegebene Belege an. {nothing_de} "
            "Bitte in Xero freigeben und dann noch einmal fragen.",
        }
    )


def _already_paid(document: Document, paid: Sequence[Payment]) -> ToolFailed:
    en, de = titled(document, "en"), titled(document, "de")
    on_en = on_de = ""
    if paid:
        last = max(paid, key=lambda payment: payment.paid_on)
        amount = Money(last.amount, last.currency)
        on_en = f" (last {words.money(amount, 'en')} on {words.day(last.paid_on, 'en')})"
        on_de = f" (zuletzt {words.money(amount, 'de')} am {words.day(last.paid_on, 'de')})"
    return ToolFailed(
        {
            "en": f"{en} is already paid in full{on_en}. Nothing was recorded.",
            "de": f"{de} ist schon vollständig bezahlt{on_de}. Es wurde nichts erfasst.",
        }
    )


def amount_to_record(document: Document, written: str, currency: str, *, language: str) -> tuple[Money, bool]:
    """The amount and whether the person said it; what is left to pay when nothing was said. Raises ToolRetry."""
    left = document.due_money()
    en, de = titled(document, "en"), titled(document, "de")
    said = read_amount(written, language=language, currency=currency or document.currency)
    meant = said.currency if said else currency
    if (said and currency and said.currency != currency) or (meant and meant != document.currency):
        other = meant if meant != document.currency else currency
        raise ToolRetry(
            {
                "en": f"{en} is in {document.currency}, not in {other}. Nothing was recorded. "
                f"How much is it in {document.currency}?",
                "de": f"{de} lautet auf {document.currency}, nicht auf {other}. Es wurde nichts erfasst. "
                f"Welcher Betrag ist es in {document.currency}?",
            }
        )
    if said is None:
        return left, False
    if left < said:
        raise ToolRetry(
            {
                "en": f"{words.money(said, 'en')} is more than the {words.money(left, 'en')} left on {en}. "
                "Nothing was recorded. How much was paid on it?",
                "de": f"{words.money(said, 'de')} ist mehr als die {words.money(left, 'de')}, die auf {de} offen sind. "
                "Es wurde nichts erfasst. Wie viel wurde darauf gezahlt?",
            }
        )
    return said, True
