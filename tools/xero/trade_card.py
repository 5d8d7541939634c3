"""What a person is asked to confirm before a quote or purchase order is made."""

from __future__ import annotations

from datetime import date

from tools import words
from tools.base import Payload
from tools.errors import Language
from tools.money import Money
from tools.views import Card, Fact
from tools.xero.draft_plan import PlannedLine
from tools.xero.trade_plan import TradePlan
from tools.xero.trade_words import noun, opening, state_word, until_label


def contact_title(plan: TradePlan) -> str:
    """To whom it goes, with what tells them from another contact of the name."""
    detail = f" ({words.visible(plan.contact.detail)})" if plan.contact.detail else ""
    return words.visible(plan.contact.name) + detail


def trade_line(plan: TradePlan, language: Language) -> str:
    """The plan in one line: "Quote of € 595.00 to Dupont SA"."""
    what, amount = opening(noun(plan.form, language)), words.money(plan.total, language)
    return words.say(
        language, f"{what} of {amount} to {contact_title(plan)}", f"{what} über {amount} an {contact_title(plan)}"
    )


def trade_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = TradePlan.read(payload)
    amount, what = words.money(plan.total, language), noun(plan.form, language)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    article = "Ein Angebot" if plan.form == "quote" else "Eine Bestellung"
    deeds = {
        "DRAFT": (f"Make a draft {what} of {amount}", f"{what} über {amount} als Entwurf anlegen"),
        "SUBMITTED": (f"Submit a {what} of {amount} for approval", f"{what} über {amount} zur Freigabe vorlegen"),
        "AUTHORISED": (f"Make and approve a {what} of {amount}", f"{what} über {amount} anlegen und freigeben"),
    }
    return Card(
        deed=label(*deeds[plan.status]),
        headline=label(f"Make a {what}", f"{article} anlegen"),
        amount=amount,
        payee=contact_title(plan),
        payee_label=label("To", "An"),
        facts=tuple(_facts(plan, language)),
        warnings=(_hidden(plan, language),) if words.visible(plan.contact.name) != plan.contact.name else (),
        note=label(
            "Nothing counts in the books by it, and nothing is sent to anybody.",
            "In den Büchern zählt dadurch nichts, und versandt wird nichts.",
        ),
    )


def _facts(plan: TradePlan, language: Language) -> list[Fact]:
    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    facts = [Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name))]
    if plan.title:
        facts.append(Fact(label=label("Title", "Titel"), value=words.visible(plan.title)))
    for place, line in enumerate(plan.lines, start=1):
        name = label("Line", "Position") + (f" {place}" if len(plan.lines) > 1 else "")
        facts.append(Fact(label=name, value=_line(plan, line, language)))
    net = sum(line.amount_minor for line in plan.lines)
    tax = sum(line.tax_minor for line in plan.lines)
    meant = "" if plan.amounts_said else label(" (amounts taken as without tax)", " (Beträge ohne Steuer verstanden)")
    net_minor = net - tax if plan.amounts == "inclusive" else net
    facts += [
        Fact(
            label=label("Net", "Netto"),
            value=words.money(Money.from_minor(net_minor, plan.currency), language) + meant,
        ),
        Fact(label=label("Tax", "Steuer"), value=words.money(Money.from_minor(tax, plan.currency), language)),
        Fact(label=label("Total", "Gesamt"), value=words.money(plan.total, language), emphasis=True),
        Fact(label=label("Date", "Datum"), value=words.day(date.fromisoformat(plan.date), language)),
    ]
    if plan.until:
        until = words.day(date.fromisoformat(plan.until), language)
        facts.append(Fact(label=until_label(plan.form, language), value=until))
    if plan.terms:
        facts.append(Fact(label=label("Terms", "Bedingungen"), value=words.visible(plan.terms)))
    facts += [
        Fact(label=label("Reference", "Referenz"), value=words.visible(plan.reference)),
        Fact(label=label("Afterwards", "Danach"), value=state_word(plan.status, language), emphasis=True),
    ]
    return facts


def _line(plan: TradePlan, line: PlannedLine, language: Language) -> str:
    amount = words.money(Money.from_minor(line.amount_minor, plan.currency), language)
    times = f"{line.quantity} × {line.unit_amount} = " if line.quantity != "1" else ""
    account = f", {words.visible(f'{line.account_code} {line.account_name}')}" if line.account_code else ""
    return f"{words.visible(line.description)}: {times}{amount}{account}"


def _hidden(plan: TradePlan, language: Language) -> str:
    name = words.visible(plan.contact.name)
    return words.say(
        language,
        f"The contact's name holds characters that are not seen: {name}",
        f"Der Name des Kontakts enthält unsichtbare Zeichen: {name}",
    )


def made_line(plan: TradePlan, number: str, language: Language) -> str:
    """The outcome: "Made: quote QU-0013 of € 595.00 to Dupont SA, draft (Demo GmbH)."."""
    what, amount, shown = noun(plan.form, language), words.money(plan.total, language), words.visible(number)
    state, organisation = state_word(plan.status, language), words.visible(plan.organisation.name)
    return words.say(
        language,
        f"Made: {what} {shown} of {amount} to {contact_title(plan)}, {state} ({organisation}).",
        f"Angelegt: {what} {shown} über {amount} an {contact_title(plan)}, {state} ({organisation}).",
    )
