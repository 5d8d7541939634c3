"""What a person is asked to confirm before money without a document is recorded, from the stored plan alone."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from tools import words
from tools.base import Payload
from tools.errors import Language
from tools.money import Money
from tools.views import Card, Fact
from tools.xero.direct_plan import DirectNotice, DirectPlan
from tools.xero.draft_plan import PlannedLine
from tools.xero.payment_warnings import name_warning


def payee_title(plan: DirectPlan) -> str:
    """Who got it or whom it came from, with what tells them from another contact of the name."""
    detail = f" ({words.visible(plan.party_detail)})" if plan.party_detail else ""
    return words.visible(plan.payee.name) + detail


def bank_title(plan: DirectPlan) -> str:
    """The bank account as people say it: "090 Main account"."""
    return words.visible(f"{plan.account.code} {plan.account.name}".strip())


def direct_line(plan: DirectPlan, language: Language) -> str:
    """The plan in one line: "Spent money of € 23.80 to Taxi Nord"."""
    amount, name = words.money(plan.total, language), payee_title(plan)
    if plan.received:
        return words.say(language, f"Money received, {amount} from {name}", f"Einnahme über {amount} von {name}")
    return words.say(language, f"Money spent, {amount} to {name}", f"Ausgabe über {amount} an {name}")


def direct_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = DirectPlan.read(payload)
    amount = words.money(plan.total, language)

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    return Card(
        deed=label(f"Record {amount} received", f"Einnahme von {amount} erfassen")
        if plan.received
        else label(f"Record {amount} spent", f"Ausgabe von {amount} erfassen"),
        headline=label("Record money received without an invoice", "Einnahme ohne Rechnung erfassen")
        if plan.received
        else label("Record money spent without a bill", "Ausgabe ohne Eingangsrechnung erfassen"),
        amount=amount,
        payee=payee_title(plan),
        payee_label=label("Received from", "Erhalten von") if plan.received else label("Paid to", "Gezahlt an"),
        facts=tuple(_facts(plan, language)),
        warnings=(
            *(_warning(plan, notice, language) for notice in plan.direct_notices),
            *(name_warning(notice, payee_title(plan), language) for notice in plan.payee_notices),
        ),
        note=label(
            "This records in Xero what went through the bank account. It settles no invoice or bill and moves no "
            "money at the bank.",
            "Das erfasst in Xero, was über das Bankkonto ging. Es gleicht keine Rechnung aus und bewegt bei der Bank "
            "kein Geld.",
        ),
    )


def _facts(plan: DirectPlan, language: Language) -> list[Fact]:
    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    how = {
        "said": "",
        "only": label(f" (the only one in {plan.account.currency})", f" (das einzige in {plan.account.currency})"),
        "usual": label(" (usual account)", " (übliches Konto)"),
    }[plan.account.chosen]
    facts = [Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name))]
    if not plan.received:
        kept = plan.payee.bank_masked or label("none on file in Xero", "in Xero keines hinterlegt")
        facts.append(Fact(label=label("Payee's account", "Konto des Empfängers"), value=kept))
    facts.append(
        Fact(
            label=label("To bank account", "Auf Bankkonto")
            if plan.received
            else label("From bank account", "Von Bankkonto"),
            value=bank_title(plan) + how,
        )
    )
    several = len(plan.lines) > 1
    for index, line in enumerate(plan.lines, start=1):
        facts += _line(plan, line, index if several else 0, language)
    today = label(" (today)", " (heute)") if plan.date_chosen == "today" else ""
    meant = (
        ""
        if plan.amounts_said
        else label(" (taken as contained in the amount)", " (als im Betrag enthalten verstanden)")
    )
    tax = words.money(plan.tax, language) + (meant if plan.tax.minor else "")
    return [
        *facts,
        Fact(label=label("Tax", "Steuer"), value=tax),
        Fact(label=label("Amount", "Betrag"), value=words.money(plan.total, language), emphasis=True),
        Fact(label=label("Date", "Datum"), value=words.day(plan.on, language) + today),
        Fact(label=label("Reference", "Verwendungszweck"), value=words.visible(plan.reference)),
    ]


def _line(plan: DirectPlan, line: PlannedLine, index: int, language: Language) -> list[Fact]:
    """What it was for and the ledger account that it is booked to."""
    when = words.day(date.fromisoformat(plan.like), language) if plan.like else ""
    usual = words.say(language, f" (as on {when})", f" (wie am {when})") if plan.account_from == "usual" else ""
    account = words.visible(f"{line.account_code} {line.account_name}") + usual
    tax = words.visible(line.tax_name) or words.say(language, "no tax", "ohne Steuer")
    if not index:
        return [
            Fact(label=words.say(language, "For", "Für"), value=words.visible(line.description)),
            Fact(label=words.say(language, "Booked to", "Gebucht auf"), value=f"{account}, {tax}"),
        ]
    amount = words.money(Money.from_minor(line.amount_minor, plan.currency), language)
    return [
        Fact(
            label=words.say(language, f"Line {index}", f"Position {index}"),
            value=f"{words.visible(line.description)}: {amount}, {account}, {tax}",
        )
    ]


def _warning(plan: DirectPlan, notice: DirectNotice, language: Language) -> str:
    number, amount, name = words.visible(notice.number), words.money(plan.total, language), payee_title(plan)
    when = words.day(date.fromisoformat(notice.date), language) if notice.date else ""
    match notice.code:
        case "open_document":
            if plan.received:
                return words.say(
                    language,
                    f"Invoice {number} to {name} is open over the same amount. If this is its payment, cancel here "
                    "and record the payment on it: otherwise it stays open and the income counts twice.",
                    f"Die Rechnung {number} an {name} ist über denselben Betrag offen. Ist dies ihre Zahlung, bitte "
                    "hier abbrechen und die Zahlung zu ihr erfassen: Sonst bleibt sie offen, und der Ertrag zählt "
                    "doppelt.",
                )
            return words.say(
                language,
                f"Bill {number} from {name} is open over the same amount. If this is its payment, cancel here and "
                "record the payment on it: otherwise it stays open and the cost counts twice.",
                f"Die Eingangsrechnung {number} von {name} ist über denselben Betrag offen. Ist dies ihre Zahlung, "
                "bitte hier abbrechen und die Zahlung zu ihr erfassen: Sonst bleibt sie offen, und die Kosten zählen "
                "doppelt.",
            )
        case "paid_recently":
            return words.say(
                language,
                f"{amount} is already recorded with {name} on {when} for {number}. Is this something else?",
                f"{amount} sind mit {name} schon am {when} für {number} erfasst. Ist dies etwas anderes?",
            )
        case "like_another":
            return words.say(
                language,
                f"{amount} with {name} is in the books without a document on {when} already. Is this another one?",
                f"{amount} mit {name} stehen am {when} schon ohne Beleg in den Büchern. Ist dies eine weitere Buchung?",
            )
        case _:
            assert_never(notice.code)
