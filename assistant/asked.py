"""What a tool call asked of whom, in words: the small line that a person sees above an answer."""

from __future__ import annotations

import json

from assistant.dispatch import Outcome
from tools.errors import Language

_PROVIDERS = {"xero": "Xero", "solaris": "Solaris", "gocardless": "GoCardless"}
_WHAT: dict[str, tuple[str, str]] = {
    "list_invoices": ("invoices", "Rechnungen"),
    "get_invoice": ("an invoice", "eine Rechnung"),
    "list_bills": ("bills", "Eingangsrechnungen"),
    "get_bill": ("a bill", "eine Eingangsrechnung"),
    "get_overdue_summary": ("what is overdue", "Überfälliges"),
    "list_payments": ("payments", "Zahlungen"),
    "get_payment_status": ("a payment", "eine Zahlung"),
    "list_contacts": ("contacts", "Kontakte"),
    "get_organisation": ("the organisation", "die Organisation"),
    "get_account_balance": ("the balance", "den Kontostand"),
    "list_bank_accounts": ("the accounts", "die Konten"),
    "list_bookings": ("bookings", "Buchungen"),
    "record_payment": ("what is to be paid", "das zu Zahlende"),
}


def asked_for(tool: str, provider: str, language: Language, *, milliseconds: int | None = None) -> str:
    """ "Xero for bills, 0.4 s": what follows "Asked" on the page."""
    german = language == "de"
    what = _WHAT.get(tool, (tool.replace("_", " "),) * 2)[german]
    name = _PROVIDERS.get(provider, provider.capitalize())
    words = f"{name} nach: {what}" if german else f"{name} for {what}"
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
