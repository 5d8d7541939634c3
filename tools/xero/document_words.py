"""What is said of invoices and bills: their nouns, their states, and the sentence over a list of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import JsonValue

from tools import words
from tools.base import Access
from tools.errors import Language
from tools.money import Money
from tools.xero.books import Contact, Document, DocumentKind, DocumentQuery, DocumentStatus, State
from tools.xero.tally import BOOKED, Tally

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


def owed(document: Document) -> Decimal:
    """What is left to pay; nothing on a draft, although Xero shows its total there."""
    return document.amount_due if document.status in BOOKED else Decimal(0)


def amounts_for_model(found: Tally, state: State) -> list[JsonValue]:
    """The totals of a list for the model, as text."""
    return [
        {"amount": words.plain(m.amount, m.currency), "currency": m.currency} for m in found.counted(state).sums(state)
    ]


def list_answer(access: Access, found: Tally, query: DocumentQuery, contact: Contact | None, shown: int) -> str:
    """The sentence over a list: how much, on how many, what of it is late."""
    language, state = access.language, query.state
    whose = _whose(query, contact, language, mixed=found.currencies > 1)
    if not found:
        return _nothing(query, whose, language)
    kept = found.counted(state)
    figures = words.amounts(kept.sums(state), language)
    counted_noun = f"{kept.count} {noun(query.kind, language, kept.count)}"
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
            answer = f"{figures} in {counted_noun}{whose}" if kept else _none_approved(query, whose, language)
            answer += _breakdown(found, language)
        case _:
            answer = words.say(
                language,
                f"{figures} in {adjective(state, query.kind, language, found.count)}{whose}",
                f"{figures} in {adjective(state, query.kind, language, found.count, dative=True)}{whose}",
            )
    if shown < found.count:
        answer += words.say(
            language, f"; {shown} shown, earliest due first", f"; {shown} davon gezeigt, früheste zuerst"
        )
    return answer


def _open(access: Access, found: Tally, figures: str, counted_noun: str, whose: str) -> str:
    language = access.language
    verb = "are" if " and " in figures else "is"
    late = found.late
    answer = words.say(
        language, f"{figures} {verb} open on {counted_noun}{whose}", f"{figures} sind bei {counted_noun}{whose} offen"
    )
    if not late:
        due = found.first_due
        if due is None:
            return answer
        when = words.day(due, language)
        return answer + words.say(language, f", next due {when}", f", nächste Fälligkeit {when}")
    overdue = words.amounts(late.sums("overdue"), language)
    oldest = _oldest(access, late)
    if late.count == found.count:
        return answer + words.say(
            language, f", all overdue, oldest {oldest}", f", alles überfällig, am längsten {oldest}"
        )
    return answer + words.say(
        language,
        f"; {overdue} of it is overdue, oldest {oldest}",
        f"; davon {overdue} überfällig, am längsten {oldest}",
    )


def _oldest(access: Access, late: Tally) -> str:
    return words.since_days(oldest_days(late, access.today), access.language)


def oldest_days(late: Tally, today: date) -> int:
    """How many days the longest overdue of them is late."""
    return (today - late.first_due).days if late.first_due else 0


def _none_approved(query: DocumentQuery, whose: str, language: Language) -> str:
    nouns = noun(query.kind, language, 2)
    return words.say(language, f"There are no approved {nouns}{whose}", f"Es gibt keine freigegebenen {nouns}{whose}")


def _breakdown(found: Tally, language: Language) -> str:
    """How a list of every state divides: what of the total is open, what is not owed yet, what does not count."""
    opened, paid = found.opened, found.in_state(DocumentStatus.PAID).count
    parts = []
    if opened:
        left = words.amounts(opened.sums("open"), language)
        parts.append(
            words.say(language, f"{left} of it open on {opened.count}", f"davon {left} offen bei {opened.count}")
        )
    if paid:
        parts.append(words.say(language, f"{paid} paid", f"{paid} bezahlt"))
    return (f"; {', '.join(parts)}" if parts else "") + _not_owed(found, language) + _not_counted(found, language)


def _not_owed(found: Tally, language: Language) -> str:
    """Drafts and what awaits approval, with their own figures: "; not owed yet: € 75.00 in 1 draft"."""
    parts = []
    for status, one, more in (
        (DocumentStatus.DRAFT, ("draft", "Entwurf"), ("drafts", "Entwürfen")),
        (
            DocumentStatus.SUBMITTED,
            ("document awaiting approval", "Beleg zur Freigabe"),
            ("documents awaiting approval", "Belegen zur Freigabe"),
        ),
    ):
        if own := found.in_state(status):
            named = words.many(own.count, words.say(language, *one), words.say(language, *more))
            parts.append(f"{words.amounts(own.sums('all'), language)} in {named}")
    if not parts:
        return ""
    return words.say(language, "; not owed yet: ", "; noch nicht geschuldet: ") + words.listed(parts, language)


def _not_counted(found: Tally, language: Language) -> str:
    """What is in the list but in no figure: " (1 voided, not counted)"."""
    parts = []
    for status, en, de in (
        (DocumentStatus.VOIDED, "voided", "storniert"),
        (DocumentStatus.DELETED, "deleted", "gelöscht"),
        (DocumentStatus.OTHER, "in another state", "in anderem Status"),
    ):
        if count := found.in_state(status).count:
            parts.append(f"{count} {words.say(language, en, de)}")
    return f" ({', '.join(parts)}, {words.say(language, 'not counted', 'nicht gezählt')})" if parts else ""


def _nothing(query: DocumentQuery, whose: str, language: Language) -> str:
    nouns = adjective(query.state, query.kind, language, 0)
    return words.say(language, f"There are no {nouns}{whose}", f"Es gibt keine {nouns}{whose}")


def _whose(query: DocumentQuery, contact: Contact | None, language: Language, *, mixed: bool) -> str:
    """Of whom and when: " from Acme Ltd, dated 1 Oct 2026 to 31 Oct 2026"."""
    text = ""
    if contact is not None:
        to = query.kind is DocumentKind.INVOICE
        text = words.say(language, " to " if to else " from ", " an " if to else " von ") + words.visible(contact.name)
    if span := period(query.issued_from, query.issued_to, language, since=("from", "ab")):
        text += words.say(language, f" dated {span}", f" mit Datum {span}")
    if span := period(query.due_from, query.due_to, language, since=("from", "ab")):
        text += words.say(language, f" due {span}", f" mit Fälligkeit {span}")
    if query.number:
        number = words.visible(query.number)
        text += words.say(language, f" numbered {number}", f" mit der Nummer {number}")
    limits = between(query.min_amount, query.max_amount, query.currency, language)
    if query.currency and not limits:
        text += f" in {query.currency}"
    if limits and mixed:
        limits += words.say(language, " in any currency", " in jeder Währung")
    return text + limits


def between(least: Decimal | None, most: Decimal | None, currency: str, language: Language) -> str:
    """The limits of a list on the amount: " of at least € 1,000.00"; without a currency the bare number."""
    low, high = (None if bound is None else _bound(bound, currency, language) for bound in (least, most))
    if low and high:
        return words.say(language, f" between {low} and {high}", f" zwischen {low} und {high}")
    if low:
        return words.say(language, f" of at least {low}", f" ab {low}")
    return words.say(language, f" of at most {high}", f" bis {high}") if high else ""


def _bound(bound: Decimal, currency: str, language: Language) -> str:
    if currency:
        return words.money(Money(bound, currency), language)
    return words.figure(bound, language)


def period(
    start: date | None, end: date | None, language: Language, *, since: tuple[str, str] = ("since", "seit")
) -> str:
    """A span of days in words: "1 Oct 2026 to 31 Oct 2026", "since 1 Oct 2026"; empty without bounds."""
    if start and end:
        if start == end:
            return words.day(start, language)
        return f"{words.day(start, language)} {words.say(language, 'to', 'bis')} {words.day(end, language)}"
    if start:
        return f"{words.say(language, *since)} {words.day(start, language)}"
    return words.say(language, "until ", "bis ") + words.day(end, language) if end else ""
