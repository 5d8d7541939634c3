"""What a tool call asked of whom, in words: the small line that a person sees above an answer."""

from __future__ import annotations

import json

from assistant.dispatch import Outcome
from tools.errors import Language

_PROVIDERS = {"xero": "Xero", "solaris": "Solaris", "gocardless": "GoCardless"}
_WHAT: dict[str, tuple[str, str]] = {
    "list_invoices": ("invoices", "Rechnungen"),
    "get_invoice": ("an invoice", "einer Rechnung"),
    "list_bills": ("bills", "Eingangsrechnungen"),
    "get_bill": ("a bill", "einer Eingangsrechnung"),
    "get_overdue_summary": ("what is overdue", "Überfälligem"),
    "list_payments": ("payments", "Zahlungen"),
    "get_payment_status": ("a payment", "einer Zahlung"),
    "list_contacts": ("contacts", "Kontakten"),
    "get_organisation": ("the organisation", "der Organisation"),
    "get_account_balance": ("the balance", "dem Kontostand"),
    "list_bank_accounts": ("the accounts", "den Konten"),
    "list_bookings": ("bookings", "Buchungen"),
    "change_bank_details": ("the bank account on file", "der hinterlegten Bankverbindung"),
    "record_payment": ("what is to be paid", "dem offenen Betrag"),
}
"""What each tool asks for; in German as it stands after "nach"."""


def asked_for(tool: str, provider: str, language: Language, *, milliseconds: int | None = None) -> str:
    """What follows "Asked" on the page: "Xero for bills, 0.4 s"; after "Gefragt:", "Xero nach Rechnungen, 0,4 s"."""
    german = language == "de"
    what = _WHAT.get(tool, (tool.replace("_", " "),) * 2)[german]
    name = _PROVIDERS.get(provider, provider.capitalize())
    words = f"{name} nach {what}" if german else f"{name} for {what}"
    if milliseconds is None:
        return words
    seconds = f"{milliseconds / 1000:.1f}" if milliseconds >= 100 else f"{milliseconds / 1000:.2f}"
    return f"{words}, {seconds.replace('.', ',') if german else seconds} s"


def asked_lines(arguments: str, outcome: Outcome, language: Language) -> str:
    """What was asked and what came back, for somebody who opens the line."""
    try:
        given = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        given = {}
    asked = ", ".join(f"{key}: {value}" for key, value in given.items()) if isinstance(given, dict) else ""
    if outcome.problem:
        return f"{asked[:400]}\n\n{outcome.problem[:1200]}".strip()
    if not outcome.ok:
        came = "das konnte so nicht gefragt werden" if language == "de" else "it could not be asked like this"
        return f"{asked[:400]}\n\n{came}".strip()
    return asked[:400] or ("ohne Einschränkung" if language == "de" else "without any limits")
