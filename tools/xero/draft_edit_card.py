"""What a person is asked to confirm before a draft is changed: each value as it is and as it will be."""

from __future__ import annotations

from datetime import date

from tools import words
from tools.base import Payload
from tools.errors import Language
from tools.money import Money
from tools.views import Card, Fact
from tools.xero.draft_edit_plan import EditPlan
from tools.xero.draft_plan import PlannedLine


def title(plan: EditPlan, language: Language) -> str:
    """The document as people call it: "draft INV-0107"."""
    number = words.visible(plan.document.number)
    return f"{words.say(language, 'draft', 'Entwurf')} {number}".strip()


def edit_line(plan: EditPlan, language: Language) -> str:
    """The plan in one line: "Change draft INV-0107 of Dupont SA"."""
    name, what = words.visible(plan.document.contact_name), title(plan, language)
    return words.say(language, f"Change {what} of {name}", f"{what} von {name} ändern")


def edit_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = EditPlan.read(payload)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    return Card(
        deed=label(f"Change {title(plan, 'en')}", f"{title(plan, 'de')} ändern"),
        headline=label("Change a draft", "Einen Entwurf ändern"),
        amount=words.money(plan.total, language),
        payee=words.visible(plan.document.contact_name),
        payee_label=label("From", "Von") if plan.document.kind == "bill" else label("To", "An"),
        facts=tuple(_facts(plan, language)),
        note=label(
            "It does not count in the books until somebody approves it. What is not named here stays as it is.",
            "Er zählt in den Büchern erst, wenn jemand ihn freigibt. Was hier nicht steht, bleibt, wie es ist.",
        ),
    )


def _facts(plan: EditPlan, language: Language) -> list[Fact]:
    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    def day(written: str) -> str:
        return words.day(date.fromisoformat(written), language) if written else label("open", "offen")

    facts = [
        Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name)),
        Fact(label=label("Number", "Nummer"), value=words.visible(plan.document.number) or label("none", "keine")),
    ]
    none = label("none", "keine")
    before, after = plan.before, plan.after
    for name, was, now in (
        (label("Date", "Datum"), day(before.date), day(after.date)),
        (label("Due", "Fällig"), day(before.due), day(after.due)),
        (
            label("Reference", "Referenz"),
            words.visible(before.reference) or none,
            words.visible(after.reference) or none,
        ),
        (label("New number", "Neue Nummer"), words.visible(before.number), words.visible(after.number)),
    ):
        if was != now:
            facts.append(Fact(label=name, value=f"{was} → {now}", emphasis=True))
    if plan.lines_change:
        facts += _lines(plan, language)
        total = Money.from_minor(plan.document.total_minor, plan.document.currency)
        value = f"{words.money(total, language)} → {words.money(plan.total, language)}"
        facts.append(Fact(label=label("Total", "Gesamt"), value=value, emphasis=True))
    return facts


def _lines(plan: EditPlan, language: Language) -> list[Fact]:
    found = []
    for place in range(max(len(plan.lines), len(plan.lines_before))):
        was = _line(plan, plan.lines_before[place], language) if place < len(plan.lines_before) else ""
        now = _line(plan, plan.lines[place], language) if place < len(plan.lines) else ""
        name = words.say(language, "Line", "Position") + (f" {place + 1}" if len(plan.lines) > 1 else "")
        gone, new = words.say(language, "removed", "entfernt"), words.say(language, "new", "neu")
        value = now if was == now else f"{was or new} → {now or gone}"
        found.append(Fact(label=name, value=value, emphasis=was != now))
    return found


def _line(plan: EditPlan, line: PlannedLine, language: Language) -> str:
    amount = words.money(Money.from_minor(line.amount_minor, plan.document.currency), language)
    times = f"{line.quantity} × " if line.quantity != "1" else ""
    account = f", {words.visible(f'{line.account_code} {line.account_name}')}" if line.account_code else ""
    return f"{words.visible(line.description)}: {times}{amount}{account}"


def changed_line(plan: EditPlan, language: Language) -> str:
    """The outcome: "Changed: draft INV-0107 of Dupont SA, now € 595.00 (Demo GmbH)."."""
    amount, name = words.money(plan.total, language), words.visible(plan.document.contact_name)
    organisation, what = words.visible(plan.organisation.name), title(plan, language)
    return words.say(
        language,
        f"Changed: {what} of {name}, now {amount} ({organisation}).",
        f"Geändert: {what} von {name}, jetzt {amount} ({organisation}).",
    )
