"""What a person is asked to confirm before a contact's bank account is changed, from the stored plan alone."""

from __future__ import annotations

from tools import words
from tools.account_number import country_name, grouped
from tools.base import Payload
from tools.errors import Language
from tools.payee import masked
from tools.views import Card, Fact
from tools.xero.bank_details_plan import BankDetailsPlan, BankNotice, PlannedNumber

_WHOSE = {
    "supplier": (
        "Supplier",
        "Lieferant",
        "Change the bank account of a supplier",
        "Bankverbindung eines Lieferanten ändern",
    ),
    "customer": ("Customer", "Kunde", "Change the bank account of a customer", "Bankverbindung eines Kunden ändern"),
    "both": (
        "Customer and supplier",
        "Kunde und Lieferant",
        "Change the bank account of a supplier",
        "Bankverbindung eines Lieferanten ändern",
    ),
    "contact": ("Contact", "Kontakt", "Change the bank account of a contact", "Bankverbindung eines Kontakts ändern"),
}


def whose(plan: BankDetailsPlan) -> str:
    """Whose bank account it is, with what tells them from another contact of the name: "Studio Weber (Berlin)"."""
    detail = f" ({words.visible(plan.contact.detail)})" if plan.contact.detail else ""
    return words.visible(plan.contact.name) + detail


def bank_details_line(plan: BankDetailsPlan, language: Language) -> str:
    """The plan in one line, the number by its ends: "Bank account of Acme Ltd: DE89…3000 instead of IE29…5678"."""
    name, new = whose(plan), masked(plan.new.number)
    old = masked(plan.old.number) or words.say(language, "none", "keiner")
    return words.say(
        language,
        f"Bank account of {name}: {new} instead of {old}",
        f"Bankverbindung von {name}: {new} statt {old}",
    )


def bank_details_card(payload: Payload, language: Language) -> Card:
    """The card; raises pydantic's ValidationError for a payload that is not such a plan."""
    plan = BankDetailsPlan.read(payload)
    label_en, label_de, headline_en, headline_de = _WHOSE[plan.contact.role]
    end = masked(plan.new.number)[-4:]

    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    return Card(
        deed=label(f"Change bank account to …{end.lstrip('…')}", f"Bankverbindung ändern auf …{end.lstrip('…')}"),
        headline=label(headline_en, headline_de),
        amount=grouped(plan.new.number),
        payee=whose(plan),
        payee_label=label(label_en, label_de),
        facts=tuple(_facts(plan, language)),
        warnings=tuple(_warning(notice, plan, language) for notice in plan.notices),
        note=label(
            "This changes the contact in Xero. It moves no money. Call them on a number that you had before, "
            "and compare the account number.",
            "Das ändert den Kontakt in Xero und bewegt kein Geld. Rufen Sie dort unter einer Nummer an, die Sie schon "
            "vorher hatten, und vergleichen Sie die Kontonummer.",
        ),
    )


def _facts(plan: BankDetailsPlan, language: Language) -> list[Fact]:
    def label(en: str, de: str) -> str:
        return words.say(language, en, de)

    where = [part for part in (plan.contact.city, plan.contact.email) if part and part != plan.contact.detail]
    facts = [
        Fact(label=label("Organisation", "Organisation"), value=words.visible(plan.organisation.name)),
        Fact(
            label=label("On file until now", "Bisher hinterlegt"),
            value=_number(plan.old, language) or label("none", "keine"),
        ),
        Fact(label=label("New account", "Neue Bankverbindung"), value=_number(plan.new, language), emphasis=True),
    ]
    if where:
        facts.insert(1, Fact(label=label("Contact", "Kontakt"), value=words.visible(", ".join(where))))
    if plan.reason:
        facts.append(Fact(label=label("Reason", "Grund"), value=words.visible(plan.reason)))
    return facts


def _number(planned: PlannedNumber, language: Language) -> str:
    """The whole number, with its bank and country where they are known."""
    bank = [words.visible(planned.bank)] if planned.bank else []
    bank += [country_name(planned.country, language)] if planned.country else []
    return grouped(planned.number) + (f" ({', '.join(bank)})" if bank else "")


def _warning(notice: BankNotice, plan: BankDetailsPlan, language: Language) -> str:
    new = country_name(plan.new.country, language)
    match notice.code:
        case "other_country":
            old = country_name(plan.old.country, language)
            return words.say(
                language,
                f"The new account is in another country: {new}. The one on file is in {old}.",
                f"Das neue Konto ist in einem anderen Land: {new}. Das hinterlegte ist in: {old}.",
            )
        case "not_at_home":
            home = country_name(plan.contact.country, language)
            return words.say(
                language,
                f"The new account is in {new}, the contact's address is in {home}.",
                f"Das neue Konto ist in: {new}. Die Adresse des Kontakts ist in: {home}.",
            )
        case "shared":
            names = words.visible(notice.names)
            return words.say(
                language,
                f"The same number is on file for {names}.",
                f"Dieselbe Nummer ist auch hinterlegt für: {names}.",
            )
        case "own_account":
            names = words.visible(notice.names)
            return words.say(
                language,
                f"The new number is one of our own accounts: {names}.",
                f"Die neue Nummer gehört zu einem unserer eigenen Konten: {names}.",
            )
        case "unchecked":
            return words.say(
                language,
                "The new number is not an IBAN, so a slip of the finger in it cannot be noticed.",
                "Die neue Nummer ist keine IBAN; ein Tippfehler darin kann nicht auffallen.",
            )


def outcome(plan: BankDetailsPlan, language: Language) -> str:
    """The outcome line: "Changed: the bank account of Acme Ltd is now DE89…3000 in Xero ..."."""
    name, new, organisation = whose(plan), masked(plan.new.number), words.visible(plan.organisation.name)
    return words.say(
        language,
        f"Changed: the bank account of {name} is now {new} in Xero ({organisation}).",
        f"Geändert: die Bankverbindung von {name} ist in Xero jetzt {new} ({organisation}).",
    )
