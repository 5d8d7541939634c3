"""What is said of invoices and bills: their nouns, their states, and the sentence over a list of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pydantic import JsonValue

from tools import words
from tools.base import Access
from tools.errors import Language
from tools.money import Money, totals
from tools.xero.books import Contact, Document, DocumentKind, DocumentQuery, DocumentStatus, State

_STATES: dict[State, tuple[str, str, str]] = {
    "open": ("open ", "offen", ""),
    "overdue": ("overdue ", "überfällig", ""),
    "paid": ("paid ", "bezahlt", ""),
    "draft": ("draft ", "", " im Entwurf"),
    "submitted": ("unapproved ", "", " ohne Freigabe"),
    "voided": ("voided ", "storniert", ""),
    "all": ("", "", ""),
}
"""English before the noun; German adjective before it; German words after it."""


def noun(kind: DocumentKind, language: Language, count: int) -> str:
    """ "invoice(s)" or "bill(s)", in German "Rechnung(en)" or "Eingangsrechnung(en)"."""
    if kind is DocumentKind.INVOICE:
        one, more = words.say(language, "invoice", "Rechnung"), words.say(language, "invoices", "Rechnungen")
    else:
        one, more = words.say(language, "bill", "Eingangsrechnung"), words.say(language, "bills", "Eingangsrechnungen")
    return one if count == 1 else more


def adjective(state: State, kind: DocumentKind, language: Language, count: int, *, dative: bool = False) -> str:
    """A count of documents in a state: "3 paid bills", "1 bezahlter Rechnung" (dative); without the count if zero."""
    en, de, de_after = _STATES[state]
    number = f"{count} " if count else ""
    if words.spoken(language) == "de":
        ending = "er " if dative and count == 1 else "en "
        return f"{number}{de + ending if de else ''}{noun(kind, language, count)}{de_after}"
    return f"{number}{en}{noun(kind, language, count)}"


def status_word(document: Document, today: date, language: Language) -> str:
    """The state of a document in the person's words: "open", "overdue", "paid", "draft"."""
    match document.status:
        case DocumentStatus.AUTHORISED:
            if document.days_overdue(today):
                return words.say(language, "overdue", "überfällig")
            if document.amount_paid > 0 and document.amount_due > 0:
                return words.say(language, "part paid", "teilbezahlt")
            return words.say(language, "open", "offen")
        case DocumentStatus.PAID:
            return words.say(language, "paid", "bezahlt")
        case DocumentStatus.DRAFT:
            return words.say(language, "draft", "Entwurf")
        case DocumentStatus.SUBMITTED:
            return words.say(language, "awaiting approval", "zur Freigabe")
        case DocumentStatus.VOIDED:
            return words.say(language, "voided", "storniert")
        case DocumentStatus.DELETED:
            return words.say(language, "deleted", "gelöscht")
        case DocumentStatus.OTHER:
            return words.say(language, "other state", "anderer Status")


def valid(documents: Sequence[Document]) -> list[Document]:
    """Those that count: not voided, not deleted."""
    return [doc for doc in documents if doc.status not in (DocumentStatus.VOIDED, DocumentStatus.DELETED)]


def sums(documents: Sequence[Document], state: State) -> list[Money]:
    """The totals of a list, each currency by itself: of what is left where the list is of open ones, else of totals."""
    if state in ("open", "overdue"):
        return totals((doc.amount_due, doc.currency) for doc in documents)
    return totals((doc.total, doc.currency) for doc in documents)


def amounts_for_model(documents: Sequence[Document], state: State) -> list[JsonValue]:
    """The same totals for the model, as text."""
    kept = documents if state == "voided" else valid(documents)
    return [{"amount": words.plain(m.amount, m.currency), "currency": m.currency} for m in sums(kept, state)]


def list_answer(
    access: Access, found: Sequence[Document], query: DocumentQuery, contact: Contact | None, shown: int
) -> str:
    """The sentence over a list: how much, on how many, what of it is late."""
    language, state = access.language, query.state
    whose = _whose(query, contact, language)
    if not found:
        return _nothing(query, whose, language)
    kept = found if state == "voided" else valid(found)
    figures = words.amounts(sums(kept, state), language)
    counted_noun = f"{len(found)} {noun(query.kind, language, len(found))}"
    match state:
        case "open":
            answer = _open(access, found, figures, counted_noun, whose)
        case "overdue":
            verb = "are" if " and " in figures else "is"
            answer = words.say(
                language,
                f"{figures} {verb} overdue on {counted_noun}{whose}, oldest {_oldest(access, found)}",
                f"{figures} sind bei {counted_noun}{whose} überfällig, am längsten {_oldest(access, found)}",
            )
        case "all":
            answer = words.say(
                language, f"{figures} in {counted_noun}{whose}", f"{figures} in {counted_noun}{whose}"
            ) + _breakdown(access, found)
        case _:
            answer = words.say(
                language,
                f"{figures} in {adjective(state, query.kind, language, len(found))}{whose}",
                f"{figures} in {adjective(state, query.kind, language, len(found), dative=True)}{whose}",
            )
    if shown < len(found):
        answer += words.say(
            language, f"; {shown} shown, earliest due first", f"; {shown} davon gezeigt, früheste zuerst"
        )
    return answer


def _open(access: Access, found: Sequence[Document], figures: str, counted_noun: str, whose: str) -> str:
    language = access.language
    verb = "are" if " and " in figures else "is"
    late = [doc for doc in found if doc.days_overdue(access.today)]
    answer = words.say(
        language, f"{figures} {verb} open on {counted_noun}{whose}", f"{figures} sind bei {counted_noun}{whose} offen"
    )
    if not late:
        due = min((doc.due for doc in found if doc.due), default=None)
        if due is None:
            return answer
        when = words.day(due, language)
        return answer + words.say(language, f", next due {when}", f", nächste Fälligkeit {when}")
    overdue = words.amounts(sums(late, "overdue"), language)
    oldest = _oldest(access, late)
    if len(late) == len(found):
        return answer + words.say(
            language, f", all overdue, oldest {oldest}", f", alles überfällig, am längsten {oldest}"
        )
    return answer + words.say(
        language,
        f"; {overdue} of it is overdue, oldest {oldest}",
        f"; davon {overdue} überfällig, am längsten {oldest}",
    )


def _oldest(access: Access, documents: Sequence[Document]) -> str:
    return words.since_days(max(doc.days_overdue(access.today) for doc in documents), access.language)


def _breakdown(access: Access, found: Sequence[Document]) -> str:
    """How a list of every state divides: "; € 500.00 of it open on 3, 30 paid, 2 drafts"."""
    language = access.language
    opened = [doc for doc in found if doc.status is DocumentStatus.AUTHORISED and doc.amount_due > 0]
    parts = []
    if opened:
        left = words.amounts(sums(opened, "open"), language)
        parts.append(
            words.say(language, f"{left} of it open on {len(opened)}", f"davon {left} offen bei {len(opened)}")
        )
    for status, en, de in (
        (DocumentStatus.PAID, "paid", "bezahlt"),
        (DocumentStatus.DRAFT, "in draft", "im Entwurf"),
        (DocumentStatus.SUBMITTED, "awaiting approval", "zur Freigabe"),
        (DocumentStatus.VOIDED, "voided (not counted)", "storniert (nicht gezählt)"),
    ):
        if count := sum(doc.status is status for doc in found):
            parts.append(f"{count} {words.say(language, en, de)}")
    return ("; " + ", ".join(parts)) if parts else ""


def _nothing(query: DocumentQuery, whose: str, language: Language) -> str:
    nouns = adjective(query.state, query.kind, language, 0)
    return words.say(language, f"There are no {nouns}{whose}", f"Es gibt keine {nouns}{whose}")


def _whose(query: DocumentQuery, contact: Contact | None, language: Language) -> str:
    """Of whom and when: " from Acme Ltd, dated 1 Oct 2026 to 31 Oct 2026"."""
    text = ""
    if contact is not None:
        to = query.kind is DocumentKind.INVOICE
        text = words.say(language, " to " if to else " from ", " an " if to else " von ") + words.visible(contact.name)
    if span := period(query.issued_from, query.issued_to, language):
        text += words.say(language, f" dated {span}", f" mit Datum {span}")
    if span := period(query.due_from, query.due_to, language):
        text += words.say(language, f" due {span}", f" mit Fälligkeit {span}")
    if query.number:
        number = words.visible(query.number)
        text += words.say(language, f" numbered {number}", f" mit der Nummer {number}")
    if query.currency:
        text += f" in {query.currency}"
    text += _between(query.min_amount, query.max_amount, language)
    return text


def _between(least: Decimal | None, most: Decimal | None, language: Language) -> str:
    if least is None and most is None:
        return ""
    low, high = (None if bound is None else f"{bound:,.2f}" for bound in (least, most))
    if words.spoken(language) == "de":
        low, high = (None if b is None else b.translate(str.maketrans(",.", ".,")) for b in (low, high))
    if low and high:
        return words.say(language, f" between {low} and {high}", f" zwischen {low} und {high}")
    return (
        words.say(language, f" of at least {low}", f" ab {low}")
        if low
        else words.say(language, f" of at most {high}", f" bis {high}")
    )


def period(start: date | None, end: date | None, language: Language) -> str:
    """A span of days in words: "1 Oct 2026 to 31 Oct 2026", "since 1 Oct 2026"; empty without bounds."""
    if start and end:
        if start == end:
            return words.day(start, language)
        return f"{words.day(start, language)} {words.say(language, 'to', 'bis')} {words.day(end, language)}"
    if start:
        return words.say(language, "since ", "seit ") + words.day(start, language)
    return words.say(language, "until ", "bis ") + words.day(end, language) if end else ""
