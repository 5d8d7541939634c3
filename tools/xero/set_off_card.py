"""What a person is asked to confirm before credit is set off, from the stored plan and nothing else."""

from __future__ import annotations

from datetime import date

from tools import words
from tools.base import Payload
from tools.errors import Language
from tools.money import Money
from tools.views import Card, Fact
from tools.xero.set_off_plan import AllocationPlan, Form, PlannedCredit

_NOUNS: dict[Form, tuple[str, str]] = {
    "credit_note": ("credit note", "Gutschrift"),
    "prepayment": ("prepayment", "Vorauszahlung"),
    "overpayment": ("overpayment", "Überzahlung"),
}
_ARTICLES: dict[Form, tuple[str, str]] = {
    "credit_note": ("a credit note", "Eine Gutschrift"),
    "prepayment": ("a prepayment", "Eine Vorauszahlung"),
    "overpayment": ("an overpayment", "Eine Überzahlung"),
}


def form_noun(form: Form, language: Language) -> str:
    """What it is called."""
    return words.say(language, *_NOUNS[form])


def credit_title(credit: PlannedCredit, language: Language) -> str:
    """ "credit note CN-3", "prepayment of 10 Nov 2026"."""
    noun = form_noun(credit.form, language)
    if credit.form == "credit_note":
        return f"{noun} {words.visible(credit.number)}"
    day = words.day(date.fromisoformat(credit.on), language)
    return words.say(language, f"{noun} of {day}", f"{noun} vom {day}")


def _credit_fact(credit: PlannedCredit, language: Language) -> Fact:
    noun = form_noun(credit.form, language)
    label = f"{noun[0].upper()}{noun[1:]}"
    if credit.form == "credit_note":
        return Fact(label=label, value=words.visible(credit.number))
    day = words.day(date.fromisoformat(credit.on), language)
    return Fact(label=label, value=words.say(language, f"of {day}", f"vom {day}"))


def set_off_line(plan: AllocationPlan, language: Language) -> str:
    amount, credit = words.money(plan.money, language), credit_title(plan.credit, language)
    number = words.visible(plan.document.number)
    return words.say(
        language,
        f"Set {amount} of {credit} off against {number}",
        f"{amount} der {credit} mit {number} verrechnen",
    )


def allocation_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = AllocationPlan.read(payload)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    document = label("Bill", "Eingangsrechnung") if plan.document.kind == "bill" else label("Invoice", "Rechnung")
    facts = (
        Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name)),
        _credit_fact(plan.credit, language),
        Fact(
            label=label("Credit left", "Guthaben"),
            value=words.money(Money.from_minor(plan.credit.left_minor, plan.document.currency), language),
        ),
        Fact(label=label("Left of it afterwards", "Danach übrig"), value=words.money(plan.left_of_credit, language)),
        Fact(label=document, value=words.visible(plan.document.number)),
        Fact(
            label=label("Left to pay", "Offen"),
            value=words.money(Money.from_minor(plan.document.due_minor, plan.document.currency), language),
        ),
        Fact(
            label=label("Open afterwards", "Danach offen"),
            value=words.money(plan.left_on_document, language),
            emphasis=True,
        ),
        Fact(label=label("Date", "Datum"), value=words.day(date.fromisoformat(plan.on), language)),
    )
    return Card(
        deed=label(f"Set off {words.money(plan.money, language)}", f"{words.money(plan.money, language)} verrechnen"),
        headline=label(f"Set {_ARTICLES[plan.credit.form][0]} off", f"{_ARTICLES[plan.credit.form][1]} verrechnen"),
        amount=words.money(plan.money, language),
        payee=words.visible(plan.document.contact_name),
        payee_label=label("Contact", "Kontakt"),
        facts=facts,
        note=label(
            "No money moves. In Xero it can be taken back.", "Es fließt kein Geld. In Xero lässt es sich zurücknehmen."
        ),
    )
