"""What a person is asked to confirm before a payment is recorded, from the stored plan and nothing else."""

from __future__ import annotations

from datetime import date

from tools import words
from tools.base import Payload
from tools.errors import Language
from tools.money import Money
from tools.views import Card, Fact
from tools.xero.books import DocumentKind
from tools.xero.payment_plan import PaymentPlan
from tools.xero.payment_warnings import warning


def payee(plan: PaymentPlan) -> str:
    """Who is paid or paid us, with what tells them from another contact of the name: "Studio Weber (Berlin)"."""
    detail = f" ({words.visible(plan.party_detail)})" if plan.party_detail else ""
    return words.visible(plan.party) + detail


def payment_line(plan: PaymentPlan, language: Language) -> str:
    """The plan in one line: "Payment of € 980.00 to Acme Ltd for bill BILL-201"."""
    amount, number, party = (
        words.money(plan.money, language),
        words.visible(plan.document.number),
        payee(plan),
    )
    if plan.kind is DocumentKind.BILL:
        return words.say(
            language,
            f"Payment of {amount} to {party} for bill {number}",
            f"Zahlung von {amount} an {party} für Eingangsrechnung {number}",
        )
    return words.say(
        language,
        f"Payment of {amount} from {party} for invoice {number}",
        f"Zahlung von {amount} von {party} für Rechnung {number}",
    )


def payment_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not a payment plan."""
    plan = PaymentPlan.read(payload)
    amount = words.money(plan.money, language)
    out = plan.kind is DocumentKind.BILL

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    return Card(
        deed=label(f"Record payment of {amount}", f"Zahlung von {amount} erfassen"),
        headline=label("Record a payment to a supplier", "Zahlung an einen Lieferanten erfassen")
        if out
        else label("Record a payment from a customer", "Zahlung eines Kunden erfassen"),
        amount=amount,
        payee=payee(plan),
        payee_label=label("Paid to", "Gezahlt an") if out else label("Received from", "Erhalten von"),
        facts=tuple(_facts(plan, language)),
        warnings=tuple(warning(notice, plan, payee(plan), language) for notice in plan.notices),
        note=label(
            "This records the payment in Xero. It moves no money at the bank.",
            "Das erfasst die Zahlung in Xero. Bei der Bank wird kein Geld bewegt.",
        ),
    )


def _facts(plan: PaymentPlan, language: Language) -> list[Fact]:
    out = plan.kind is DocumentKind.BILL

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    def brackets(text: str) -> str:
        return f" ({text})" if text else ""

    how = {
        "said": "",
        "only": label(f"the only one in {plan.account.currency}", f"das einzige in {plan.account.currency}"),
        "usual": label("usual account", "übliches Konto"),
    }[plan.account.chosen]
    before = words.money(plan.due_money, language)
    all_left = label("all that is left", "alles, was offen ist") if plan.amount_chosen == "all_left" else ""
    today = label("today", "heute") if plan.date_chosen == "today" else ""
    facts = [
        Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name)),
        Fact(
            label=label("Bill", "Eingangsrechnung") if out else label("Invoice", "Rechnung"),
            value=words.visible(plan.document.number),
        ),
        Fact(label=label("Left before", "Offen vorher"), value=before),
        Fact(label=label("Amount", "Betrag"), value=words.money(plan.money, language) + brackets(all_left)),
        Fact(
            label=label("Left after", "Danach offen"),
            value=words.money(plan.left_after, language)
            if plan.left_after_minor
            else label("nothing: paid in full", "nichts: vollständig bezahlt"),
            emphasis=True,
        ),
        Fact(
            label=label("From account", "Von Konto") if out else label("To account", "Auf Konto"),
            value=words.visible(f"{plan.account.code} {plan.account.name}".strip()) + brackets(how),
        ),
        Fact(label=label("Date", "Datum"), value=words.day(plan.paid_on, language) + brackets(today)),
        Fact(label=label("Reference", "Verwendungszweck"), value=words.visible(plan.reference)),
    ]
    if plan.document.due:
        due = Fact(label=label("Due", "Fällig"), value=words.day(date.fromisoformat(plan.document.due), language))
        facts.insert(2, due)
    if out and plan.payee.status:
        kept = plan.payee.bank_masked or label("none on file in Xero", "in Xero keines hinterlegt")
        facts.insert(1, Fact(label=label("Payee's account", "Konto des Empfängers"), value=kept))
    return facts


def outcome(plan: PaymentPlan, language: Language, *, left: Money | None) -> str:
    """The outcome line: "Paid: € 980.00 to Acme Ltd for BILL-201 ...; nothing is left to pay".

    `left` is what Xero says is left now; None, and nothing is said of it, where Xero did not say.
    """
    amount, party, number = (
        words.money(plan.money, language),
        payee(plan),
        words.visible(plan.document.number),
    )
    account = words.visible(f"{plan.account.code} {plan.account.name}".strip())
    when = words.day(plan.paid_on, language)
    rest = ""
    if left is not None:
        rest = words.say(
            language,
            f"; {words.money(left, 'en')} is left to pay" if left.minor else "; nothing is left to pay",
            f"; {words.money(left, 'de')} bleiben offen" if left.minor else "; nichts bleibt offen",
        )
    if plan.kind is DocumentKind.BILL:
        deed = words.say(
            language,
            f"Paid: {amount} to {party} for {number} from {account} on {when}, recorded in Xero",
            f"Bezahlt: {amount} an {party} für {number} von {account} am {when}, in Xero erfasst",
        )
    else:
        deed = words.say(
            language,
            f"Received: {amount} from {party} for {number} to {account} on {when}, recorded in Xero",
            f"Eingegangen: {amount} von {party} für {number} auf {account} am {when}, in Xero erfasst",
        )
    return f"{deed}{rest} ({words.visible(plan.organisation.name)})."
