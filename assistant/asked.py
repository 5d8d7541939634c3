"""What a tool call asked of whom, in words: the small line that a person sees above an answer."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

from assistant.dispatch import Outcome
from tools.errors import Language
from tools.xero.allowance import Wait

_PROVIDERS = {"xero": "Xero", "solaris": "Solaris", "gocardless": "GoCardless"}
_CHAT = ("this conversation", "diese Unterhaltung")
_WHAT: dict[str, tuple[str, str]] = {
    "list_invoices": ("invoices", "Rechnungen"),
    "get_invoice": ("an invoice", "einer Rechnung"),
    "list_bills": ("bills", "Eingangsrechnungen"),
    "get_bill": ("a bill", "einer Eingangsrechnung"),
    "get_overdue_summary": ("what is overdue", "Überfälligem"),
    "list_payments": ("payments", "Zahlungen"),
    "get_payment_status": ("a payment", "einer Zahlung"),
    "search_ledger": ("what matches", "Treffern"),
    "list_contacts": ("contacts", "Kontakten"),
    "get_document_history": ("the history of a document", "dem Verlauf eines Belegs"),
    "list_accounts": ("the chart of accounts", "dem Kontenplan"),
    "list_tax_rates": ("tax rates", "Steuersätzen"),
    "list_tracking_categories": ("tracking categories", "Tracking-Kategorien"),
    "list_currencies": ("currencies", "Währungen"),
    "list_users": ("people with access", "Personen mit Zugang"),
    "get_organisation": ("the organisation", "der Organisation"),
    "get_account_balance": ("the balance", "dem Kontostand"),
    "list_bank_accounts": ("the accounts", "den Konten"),
    "list_bookings": ("bookings", "Buchungen"),
    "get_aged_receivables": ("receivables by age", "Forderungen nach Alter"),
    "get_aged_payables": ("payables by age", "Verbindlichkeiten nach Alter"),
    "get_profit_and_loss": ("profit and loss", "Gewinn und Verlust"),
    "get_balance_sheet": ("the balance sheet", "der Bilanz"),
    "get_trial_balance": ("the trial balance", "der Saldenliste"),
    "get_bank_summary": ("the bank summary", "der Bankübersicht"),
    "get_executive_summary": ("the month at a glance", "dem Monat im Überblick"),
    "create_invoice": ("what an invoice needs", "den Angaben für eine Rechnung"),
    "create_bill": ("what a bill needs", "den Angaben für eine Eingangsrechnung"),
    "change_draft": ("the draft", "dem Entwurf"),
    "copy_document": ("the document to copy", "dem Beleg zum Kopieren"),
    "get_document_pdf": ("the document", "dem Beleg"),
    "get_online_invoice": ("the online address", "der Online-Adresse"),
    "list_attachments": ("the files on a document", "den Dateien zu einem Beleg"),
    "send_invoice": ("the invoice and its customer's address", "der Rechnung und der Adresse des Kunden"),
    "add_document_note": ("the document", "dem Beleg"),
    "change_document_status": ("the document", "dem Beleg"),
    "list_bank_transactions": ("bank transactions", "Bankbuchungen"),
    "list_bank_transfers": ("transfers", "Umbuchungen"),
    "list_advances": ("advance payments", "Vorauszahlungen"),
    "allocate_advance": ("advance payments", "Vorauszahlungen"),
    "list_batch_payments": ("batch payments", "Sammelzahlungen"),
    "list_manual_journals": ("manual journals", "manuellen Buchungen"),
    "record_bank_transfer": ("the accounts", "den Konten"),
    "list_sent_files": ("its files", "ihren Dateien"),
    "attach_file": ("the document and the files on it", "dem Beleg und den Dateien daran"),
    "record_money_spent": ("the contact and the accounts", "dem Kontakt und den Konten"),
    "record_money_received": ("the contact and the accounts", "dem Kontakt und den Konten"),
    "list_quotes": ("quotes", "Angeboten"),
    "get_quote": ("a quote", "einem Angebot"),
    "create_quote": ("what a quote needs", "den Angaben für ein Angebot"),
    "change_quote_status": ("the quote", "dem Angebot"),
    "invoice_quote": ("the quote", "dem Angebot"),
    "list_purchase_orders": ("purchase orders", "Bestellungen"),
    "get_purchase_order": ("a purchase order", "einer Bestellung"),
    "create_purchase_order": ("what an order needs", "den Angaben für eine Bestellung"),
    "change_purchase_order_status": ("the purchase order", "der Bestellung"),
    "bill_purchase_order": ("the purchase order", "der Bestellung"),
    "list_credit_notes": ("credit notes", "Gutschriften"),
    "create_credit_note": ("what a credit note needs", "den Angaben für eine Gutschrift"),
    "allocate_credit": ("the credit note", "der Gutschrift"),
    "remove_payment": ("the payment", "der Zahlung"),
    "create_contact": ("contacts of that name", "Kontakten dieses Namens"),
    "change_bank_details": ("the bank account on file", "der hinterlegten Bankverbindung"),
    "list_items": ("items", "Artikeln"),
    "list_contact_groups": ("contact groups", "Kontaktgruppen"),
    "list_repeating_invoices": ("what repeats", "Wiederkehrendem"),
    "get_contact": ("the details of a contact", "den Angaben zu einem Kontakt"),
    "find_duplicate_contacts": ("contacts that may be the same", "doppelten Kontakten"),
    "create_item": ("items with that code", "Artikeln mit diesem Code"),
    "change_item": ("the item", "dem Artikel"),
    "change_contact": ("the details of the contact", "den Angaben zum Kontakt"),
    "archive_contact": ("the contact and what is open with it", "dem Kontakt und Offenem mit ihm"),
    "add_to_contact_group": ("the contact and the group", "dem Kontakt und der Gruppe"),
    "record_payment": ("what is to be paid", "dem offenen Betrag"),
}
"""What each tool asks for; in German as it stands after "nach"."""


_LIMITS = {
    "minute": ("Xero takes 60 calls a minute", "Xero nimmt 60 Abrufe in der Minute an"),
    "appminute": ("too many calls of all organisations", "zu viele Abrufe aller Organisationen"),
    "day": ("the calls of the day are used up", "die Abrufe des Tages sind verbraucht"),
    "concurrent": ("too many calls at once", "zu viele Abrufe auf einmal"),
}
"""Why a call waits, by Xero's own name of the limit."""


def asked_for(tool: str, provider: str, language: Language, *, milliseconds: int | None = None) -> str:
    """What follows "Asked" on the page: "Xero for bills, 0.4 s"; after "Gefragt:", "Xero nach Rechnungen, 0,4 s"."""
    german = language == "de"
    what = _WHAT.get(tool, (tool.replace("_", " "),) * 2)[german]
    name = _CHAT[german] if provider == "chat" else _PROVIDERS.get(provider, provider.capitalize())
    words = f"{name} nach {what}" if german else f"{name} for {what}"
    if milliseconds is None:
        return words
    seconds = f"{milliseconds / 1000:.1f}" if milliseconds >= 100 else f"{milliseconds / 1000:.2f}"
    return f"{words}, {seconds.replace('.', ',') if german else seconds} s"


def waiting(wait: Wait, timezone: str, language: Language) -> str:
    """Why it takes longer, and until when by the organisation's wall clock."""
    until = f"{wait.until.astimezone(ZoneInfo(timezone)):%H:%M:%S}"
    why = _LIMITS.get(wait.limit, _LIMITS["minute"])[language == "de"]
    return f"wartet bis {until} ({why})" if language == "de" else f"waits until {until} ({why})"


_RECORDS = {
    "accounts": ("accounts", "Konten"),
    "contacts": ("contacts", "Kontakten"),
    "payments": ("payments", "Zahlungen"),
    "documents": ("invoices and bills", "Rechnungen"),
    "credit_notes": ("credit notes", "Gutschriften"),
}


def loading(kind: str, done: int, total: int, language: Language) -> str:
    """How far the first copy of the books has come: "reading the books: 12,000 of 50,000 payments"."""
    what = _RECORDS.get(kind, (kind, kind))[language == "de"]
    if language == "de":
        return f"liest die Bücher: {done:,} von {total:,} {what}".replace(",", ".")
    return f"reading the books: {done:,} of {total:,} {what}"


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
