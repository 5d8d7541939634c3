"""What a person is asked to confirm before an invoice or bill is made, from the stored plan and nothing else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tools import words
from tools.base import Payload
from tools.errors import Language
from tools.money import Money
from tools.views import Card, Fact
from tools.xero.draft_plan import DraftNotice, DraftPlan, PlannedLine, PlannedSource, Source
from tools.xero.trade_words import noun, state_word

_DEEDS = {
    ("invoice", "DRAFT"): ("Make a draft invoice of {}", "Rechnungsentwurf über {} anlegen"),
    ("invoice", "SUBMITTED"): ("Submit an invoice of {} for approval", "Rechnung über {} zur Freigabe vorlegen"),
    ("invoice", "AUTHORISED"): ("Make and approve an invoice of {}", "Rechnung über {} anlegen und freigeben"),
    ("bill", "DRAFT"): ("Enter a draft bill of {}", "Eingangsrechnung über {} als Entwurf erfassen"),
    ("bill", "SUBMITTED"): ("Submit a bill of {} for approval", "Eingangsrechnung über {} zur Freigabe vorlegen"),
    ("bill", "AUTHORISED"): ("Enter and approve a bill of {}", "Eingangsrechnung über {} erfassen und freigeben"),
}
_CREDIT_DEEDS = {
    ("invoice", "DRAFT"): ("Make a draft credit note of {}", "Gutschriftsentwurf über {} anlegen"),
    ("invoice", "SUBMITTED"): ("Submit a credit note of {} for approval", "Gutschrift über {} zur Freigabe vorlegen"),
    ("invoice", "AUTHORISED"): ("Make and approve a credit note of {}", "Gutschrift über {} anlegen und freigeben"),
    ("bill", "DRAFT"): ("Enter a draft credit note of {}", "Gutschrift über {} als Entwurf erfassen"),
    ("bill", "SUBMITTED"): ("Submit a credit note of {} for approval", "Gutschrift über {} zur Freigabe vorlegen"),
    ("bill", "AUTHORISED"): ("Enter and approve a credit note of {}", "Gutschrift über {} erfassen und freigeben"),
}
_HEADLINES = {
    ("invoice", False): ("Make an invoice to a customer", "Rechnung an einen Kunden anlegen"),
    ("bill", False): ("Enter a bill from a supplier", "Rechnung eines Lieferanten erfassen"),
    ("invoice", True): ("Make a credit note to a customer", "Gutschrift an einen Kunden anlegen"),
    ("bill", True): ("Enter a credit note from a supplier", "Gutschrift eines Lieferanten erfassen"),
}
_STATES = {
    "DRAFT": ("draft", "Entwurf"),
    "SUBMITTED": ("waits for approval in Xero", "wartet in Xero auf Freigabe"),
    "AUTHORISED": ("approved", "freigegeben"),
}


def contact_title(plan: DraftPlan) -> str:
    """Whom it is for or from, with what tells them from another contact of the name."""
    detail = f" ({words.visible(plan.contact.detail)})" if plan.contact.detail else ""
    return words.visible(plan.contact.name) + detail


def draft_line(plan: DraftPlan, language: Language) -> str:
    """The plan in one line: "Draft invoice of € 595.00 to Dupont SA"."""
    amount, name, number = words.money(plan.total, language), contact_title(plan), words.visible(plan.number)
    approved = plan.status == "AUTHORISED"
    if plan.is_credit:
        way_en, way_de = ("to", "an") if plan.kind == "invoice" else ("from", "von")
        named = f" {number}" if number else ""
        return words.say(
            language,
            f"{'Approved' if approved else 'Draft'} credit note{named} of {amount} {way_en} {name}",
            f"Gutschrift{named} über {amount} {way_de} {name} ({_STATES[plan.status][1]})",
        )
    if plan.kind == "invoice":
        return words.say(
            language,
            f"{'Approved' if approved else 'Draft'} invoice of {amount} to {name}",
            f"{'Freigegebene Rechnung' if approved else 'Rechnungsentwurf'} über {amount} an {name}",
        )
    return words.say(
        language,
        f"{'Approved' if approved else 'Draft'} bill {number} of {amount} from {name}",
        f"Eingangsrechnung {number} über {amount} von {name} ({_STATES[plan.status][1]})",
    )


def draft_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = DraftPlan.read(payload)
    amount = words.money(plan.total, language)
    en, de = (_CREDIT_DEEDS if plan.is_credit else _DEEDS)[plan.kind, plan.status]

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    headline = label(*_HEADLINES[plan.kind, plan.is_credit])
    return Card(
        deed=label(en, de).format(amount),
        headline=headline,
        amount=amount,
        payee=contact_title(plan),
        payee_label=label("From", "Von") if plan.kind == "bill" else label("To", "An"),
        facts=tuple(_facts(plan, language)),
        warnings=tuple(_warning(plan, notice, language) for notice in plan.notices),
        note=_note(plan, language),
    )


def _note(plan: DraftPlan, language: Language) -> str:
    if plan.is_credit and plan.status == "AUTHORISED":
        return words.say(
            language,
            "It counts in the books at once. It is set off against nothing yet, and no money moves.",
            "Sie zählt sofort in den Büchern. Verrechnet wird dadurch noch nichts, und es bewegt sich kein Geld.",
        )
    if plan.source is not None:
        return _source_note(plan.source, language)
    if plan.status == "AUTHORISED":
        return words.say(
            language,
            "It counts in the books at once. Nothing is sent to the customer, and no money moves."
            if plan.kind == "invoice"
            else "It counts in the books at once and is then owed. It pays nothing.",
            "Sie zählt sofort in den Büchern. Der Kunde bekommt nichts zugesandt, und es bewegt sich kein Geld."
            if plan.kind == "invoice"
            else "Sie zählt sofort in den Büchern und ist dann zu zahlen. Gezahlt wird dadurch nichts.",
        )
    return words.say(
        language,
        "It does not count in the books until somebody approves it.",
        "Sie zählt in den Büchern erst, wenn jemand sie freigibt.",
    )


def _source_note(source: PlannedSource, language: Language) -> str:
    """A draft from a quote or order changes nothing of that one: whoever expects it to shall read so."""
    if source.form == "quote":
        return words.say(
            language,
            "It does not count in the books until somebody approves it. The quote stays as it is: marking it as "
            "invoiced is a confirmation of its own.",
            "Sie zählt in den Büchern erst, wenn jemand sie freigibt. Das Angebot bleibt, wie es ist: Es als berechnet "
            "zu vermerken, wird eigens bestätigt.",
        )
    return words.say(
        language,
        "It does not count in the books until somebody approves it. The order stays as it is: marking it as billed is "
        "a confirmation of its own.",
        "Sie zählt in den Büchern erst, wenn jemand sie freigibt. Die Bestellung bleibt, wie sie ist: Sie als "
        "abgerechnet zu vermerken, wird eigens bestätigt.",
    )


def _facts(plan: DraftPlan, language: Language) -> list[Fact]:
    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    def money(amount: Money) -> str:
        return words.money(amount, language)

    state_en, state_de = _STATES[plan.status]
    facts = [Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name))]
    if plan.source is not None:
        paper = f"{noun(plan.source.form, language)} {words.visible(plan.source.number)}"
        paper = label(paper, f"{paper[:1].upper()}{paper[1:]}")
        state = state_word(plan.source.status, language)
        facts.append(Fact(label=label("Made from", "Angelegt aus"), value=f"{paper} ({state})"))
    if plan.kind == "bill":
        facts.append(Fact(label=label("Supplier's number", "Nummer des Lieferanten"), value=words.visible(plan.number)))
    if len(plan.lines) == 1:
        facts += _only_line(plan, plan.lines[0], language)
    else:
        facts += [_line(plan, line, index, language) for index, line in enumerate(plan.lines, start=1)]
    meant = label(" (amounts taken as without tax)", " (Beträge ohne Steuer verstanden)")
    today = label(" (today)", " (heute)") if plan.date_from == "default" else ""
    tax = _tax_name(plan.lines[0], language) if len(plan.lines) == 1 else ""
    facts += [
        Fact(label=label("Net", "Netto"), value=money(plan.net) + (meant if plan.amounts_from == "default" else "")),
        Fact(label=label("Tax", "Steuer"), value=money(plan.tax) + (f" ({tax})" if tax else "")),
        Fact(label=label("Total", "Gesamt"), value=money(plan.total), emphasis=True),
        Fact(label=label("Date", "Datum"), value=_day(plan.date, language) + today),
    ]
    if not plan.is_credit:
        due = _day(plan.due, language) + _how(plan, plan.due_from, language)
        facts.append(Fact(label=label("Due", "Fällig"), value=due))
    facts.append(Fact(label=label("Afterwards", "Danach"), value=label(state_en, state_de), emphasis=True))
    if plan.reference:
        facts.append(Fact(label=label("Reference", "Referenz"), value=words.visible(plan.reference)))
    return facts


def _only_line(plan: DraftPlan, line: PlannedLine, language: Language) -> list[Fact]:
    """What it is for, how many at which price where that is more than one, and the account."""
    facts = [Fact(label=words.say(language, "For", "Für"), value=words.visible(line.description))]
    if line.quantity != "1":
        unit = _unit(line.unit_amount, plan.currency, language)
        times = f"{_number(line.quantity, language)} × {unit}"
        facts.append(Fact(label=words.say(language, "Quantity", "Menge"), value=times))
    account = _account(line, language) + _how(plan, plan.account_from, language)
    return [*facts, Fact(label=words.say(language, "Account", "Konto"), value=account)]


def _line(plan: DraftPlan, line: PlannedLine, index: int, language: Language) -> Fact:
    """ "Consulting: 2 × € 250.00 = € 500.00, 200 Sales, VAT 19 % € 95.00"."""
    unit = _unit(line.unit_amount, plan.currency, language)
    amount = words.money(Money.from_minor(line.amount_minor, plan.currency), language)
    times = f"{_number(line.quantity, language)} × {unit} = {amount}" if line.quantity != "1" else amount
    tax = words.money(Money.from_minor(line.tax_minor, plan.currency), language)
    account = _account(line, language) + (_how(plan, plan.account_from, language) if index == 1 else "")
    return Fact(
        label=words.say(language, f"Line {index}", f"Position {index}"),
        value=f"{words.visible(line.description)}: {times}, {account}, {_tax_name(line, language)} {tax}",
    )


def _account(line: PlannedLine, language: Language) -> str:
    title = words.visible(f"{line.account_code} {line.account_name}".strip())
    return title or words.say(language, "account still open", "Konto noch offen")


def _tax_name(line: PlannedLine, language: Language) -> str:
    return words.visible(line.tax_name) or words.say(language, "no tax", "ohne Steuer")


def _number(written: str, language: Language) -> str:
    return written.replace(".", ",") if words.spoken(language) == "de" else written


def _unit(written: str, currency: str, language: Language) -> str:
    """A unit amount may have four decimals, which an amount of money has not."""
    amount = Decimal(written)
    if amount == Money.rounded(amount, currency).amount:
        return words.money(Money.rounded(amount, currency), language)
    return f"{_number(written, language)} {currency}"


def _day(written: str, language: Language) -> str:
    return words.day(date.fromisoformat(written), language) if written else words.say(language, "open", "offen")


def _how(plan: DraftPlan, source: Source, language: Language) -> str:
    number = words.visible(plan.like)
    match source:
        case "usual":
            return words.say(language, f" (as on {number})", f" (wie auf {number})")
        case _:
            return ""


def _warning(plan: DraftPlan, notice: DraftNotice, language: Language) -> str:
    number = words.visible(notice.number)
    match notice.code:
        case "like_another":
            when = words.day(date.fromisoformat(notice.date), language)
            return words.say(
                language,
                f"{number} of {when} has the same contact and amount. Is this another one?",
                f"{number} vom {when} hat denselben Kontakt und Betrag. Ist dies eine andere?",
            )
        case "made_before":
            return words.say(
                language,
                f"{number} was made from this quote already. Is this another one?",
                f"Aus diesem Angebot wurde schon {number} angelegt. Ist dies eine weitere?",
            )
        case "number_used":
            return words.say(
                language,
                f"A voided or deleted one of this supplier has the number {number} already.",
                f"Eine stornierte oder gelöschte dieses Lieferanten hat schon die Nummer {number}.",
            )
        case "overdue_at_once":
            return words.say(language, "It would be overdue at once.", "Sie wäre sofort überfällig.")
        case "hidden_characters":
            return words.say(
                language,
                f"The contact's name holds characters that are not seen: {number}",
                f"Der Name des Kontakts enthält unsichtbare Zeichen: {number}",
            )


def made_line(plan: DraftPlan, number: str, language: Language) -> str:
    """The outcome: "Made: draft invoice INV-0107 of € 595.00 to Dupont SA, due 6 Dec 2026 (Demo GmbH)."."""
    amount, name, organisation = (
        words.money(plan.total, language),
        contact_title(plan),
        words.visible(plan.organisation.name),
    )
    state = words.say(language, *_STATES[plan.status])
    shown = words.visible(number)
    due = words.say(language, f", due {_day(plan.due, 'en')}", f", fällig {_day(plan.due, 'de')}") if plan.due else ""
    if plan.is_credit:
        ours = plan.kind == "invoice"
        text = words.say(
            language,
            f"{'Made' if ours else 'Entered'}: credit note {shown} of {amount} {'to' if ours else 'from'} {name}",
            f"{'Angelegt' if ours else 'Erfasst'}: Gutschrift {shown} über {amount} {'an' if ours else 'von'} {name}",
        )
    elif plan.kind == "invoice":
        text = words.say(
            language,
            f"Made: invoice {shown} of {amount} to {name}",
            f"Angelegt: Rechnung {shown} über {amount} an {name}",
        )
    else:
        text = words.say(
            language,
            f"Entered: bill {shown} of {amount} from {name}",
            f"Erfasst: Eingangsrechnung {shown} über {amount} von {name}",
        )
    return f"{text}{due}; {state} ({organisation})."
