"""What a person is asked to confirm before a document is submitted, approved, voided or deleted."""

from __future__ import annotations

from datetime import date

from tools import words
from tools.base import Payload
from tools.errors import Language
from tools.money import Money
from tools.views import Card, Fact
from tools.xero.drafts import Deed
from tools.xero.status_plan import StatusNotice, StatusPlan

_DEEDS = {
    Deed.SUBMIT: ("Submit {} for approval", "{} zur Freigabe vorlegen"),
    Deed.APPROVE: ("Approve {}", "{} freigeben"),
    Deed.VOID: ("Void {}", "{} stornieren"),
    Deed.DELETE: ("Delete {}", "{} löschen"),
}
_DONE = {
    Deed.SUBMIT: ("Submitted for approval", "Zur Freigabe vorgelegt"),
    Deed.APPROVE: ("Approved", "Freigegeben"),
    Deed.VOID: ("Voided", "Storniert"),
    Deed.DELETE: ("Deleted", "Gelöscht"),
}
_STATES = {
    "DRAFT": ("draft", "Entwurf"),
    "SUBMITTED": ("waits for approval", "wartet auf Freigabe"),
    "AUTHORISED": ("approved", "freigegeben"),
    "VOIDED": ("voided", "storniert"),
    "DELETED": ("deleted", "gelöscht"),
}
_AFTER = {Deed.SUBMIT: "SUBMITTED", Deed.APPROVE: "AUTHORISED", Deed.VOID: "VOIDED", Deed.DELETE: "DELETED"}


def title(plan: StatusPlan, language: Language) -> str:
    """The document as people call it: "bill BILL-201"; a draft may have no number yet."""
    number = words.visible(plan.document.number)
    if plan.document.is_credit:
        return f"{words.say(language, 'credit note', 'Gutschrift')} {number}".strip()
    if plan.document.kind == "bill":
        return f"{words.say(language, 'bill', 'Eingangsrechnung')} {number}".strip()
    return f"{words.say(language, 'invoice', 'Rechnung')} {number}".strip()


def status_line(plan: StatusPlan, language: Language) -> str:
    """The plan in one line: "Approve bill BILL-201 of € 1,250.00 from Acme Ltd"."""
    amount, name = words.money(plan.total, language), words.visible(plan.document.contact_name)
    what = words.say(language, *_DEEDS[plan.deed]).format(title(plan, language))
    if plan.document.kind == "bill":
        return words.say(language, f"{what} of {amount} from {name}", f"{what}, {amount} von {name}")
    return words.say(language, f"{what} of {amount} to {name}", f"{what}, {amount} an {name}")


def status_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = StatusPlan.read(payload)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    deed = label(*_DEEDS[plan.deed]).format(title(plan, language))
    return Card(
        deed=deed,
        headline=deed,
        amount=words.money(plan.total, language),
        payee=words.visible(plan.document.contact_name),
        payee_label=label("From", "Von") if plan.document.kind == "bill" else label("To", "An"),
        facts=tuple(_facts(plan, language)),
        warnings=tuple(_warning(notice, language) for notice in plan.notices),
        note=_note(plan, language),
    )


def _facts(plan: StatusPlan, language: Language) -> list[Fact]:
    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    def day(written: str) -> str:
        return words.day(date.fromisoformat(written), language) if written else label("none", "keine Angabe")

    facts = [
        Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name)),
        Fact(
            label=label("Number", "Nummer"),
            value=words.visible(plan.document.number) or label("none yet", "noch keine"),
        ),
    ]
    for index, line in enumerate(plan.lines, start=1):
        amount = words.money(Money.from_minor(line.amount_minor, plan.document.currency), language)
        account = f", {words.visible(line.account_code)}" if line.account_code else ""
        name = label("Line", "Position") + (f" {index}" if len(plan.lines) > 1 else "")
        facts.append(Fact(label=name, value=f"{words.visible(line.description)}: {amount}{account}"))
    if plan.more_lines:
        count = plan.more_lines
        value = label(f"{count} more, in Xero", f"{count} weitere, in Xero")
        facts.append(Fact(label=label("Further lines", "Weitere Positionen"), value=value))
    facts += [
        Fact(label=label("Total", "Gesamt"), value=words.money(plan.total, language), emphasis=True),
        Fact(label=label("Date", "Datum"), value=day(plan.document.issued)),
        *([] if plan.document.is_credit else [Fact(label=label("Due", "Fällig"), value=day(plan.document.due))]),
        Fact(label=label("Now", "Jetzt"), value=label(*_STATES[plan.was])),
        Fact(label=label("Afterwards", "Danach"), value=label(*_STATES[_AFTER[plan.deed]]), emphasis=True),
    ]
    return facts


def _note(plan: StatusPlan, language: Language) -> str:
    en, de = {
        Deed.SUBMIT: ("It does not count in the books before it is approved.", "Sie zählt erst nach der Freigabe."),
        Deed.APPROVE: (
            "It counts in the books from then on. It pays nothing and sends nothing.",
            "Sie zählt von da an in den Büchern. Gezahlt oder versandt wird dadurch nichts.",
        ),
        Deed.VOID: (
            "It ceases to count in the books. Xero cannot undo that.",
            "Sie zählt nicht mehr in den Büchern. Xero kann das nicht rückgängig machen.",
        ),
        Deed.DELETE: ("Xero cannot undo that.", "Xero kann das nicht rückgängig machen."),
    }[plan.deed]
    return words.say(language, en, de)


def _warning(notice: StatusNotice, language: Language) -> str:
    shown = words.visible(notice.number)
    match notice.code:
        case "like_another":
            when = words.day(date.fromisoformat(notice.date), language)
            return words.say(
                language,
                f"{shown} of {when} has the same contact and amount. Is this another one?",
                f"{shown} vom {when} hat denselben Kontakt und Betrag. Ist dies eine andere?",
            )
        case "account_in_text":
            return words.say(
                language,
                f"The document names an account number ({shown}). Whom is paid follows from the contact alone.",
                f"Der Beleg nennt eine Kontonummer ({shown}). An wen gezahlt wird, folgt allein aus dem Kontakt.",
            )
        case "hidden_characters":
            return words.say(
                language,
                f"Its text holds characters that are not seen: {shown}",
                f"Sein Text enthält unsichtbare Zeichen: {shown}",
            )
        case "no_lines_seen":
            return words.say(language, "It has no lines.", "Sie hat keine Positionen.")


def done_line(plan: StatusPlan, language: Language) -> str:
    """The outcome: "Approved: bill BILL-201 of € 1,250.00 from Acme Ltd (Demo GmbH)."."""
    amount, name = words.money(plan.total, language), words.visible(plan.document.contact_name)
    organisation, what = words.visible(plan.organisation.name), title(plan, language)
    way_en, way_de = ("from", "von") if plan.document.kind == "bill" else ("to", "an")
    done = words.say(language, *_DONE[plan.deed])
    return words.say(
        language,
        f"{done}: {what} of {amount} {way_en} {name} ({organisation}).",
        f"{done}: {what} über {amount} {way_de} {name} ({organisation}).",
    )
