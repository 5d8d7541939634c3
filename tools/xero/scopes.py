"""Which of Xero's granular scopes each tool needs; no more are asked for.

Granular scopes are all that apps made since 2 March 2026 get (developer.xero.com, "Scopes"). A scope without `.read`
opens reading as well.
"""

from __future__ import annotations

_INVOICES, _PAYMENTS = "accounting.invoices", "accounting.payments"
_CONTACTS, _SETTINGS = "accounting.contacts", "accounting.settings.read"
_BANK = "accounting.banktransactions"
_ATTACHMENTS = "accounting.attachments.read"


def _report(name: str) -> tuple[str, ...]:
    return (f"accounting.reports.{name}.read",)


_COPY = (f"{_INVOICES}.read", f"{_PAYMENTS}.read", f"{_CONTACTS}.read", _SETTINGS)
"""What the ledger copy reads."""

NEEDED: dict[str, tuple[str, ...]] = {
    "list_invoices": _COPY,
    "get_invoice": _COPY,
    "get_overdue_summary": _COPY,
    "list_bills": _COPY,
    "get_bill": _COPY,
    "list_payments": _COPY,
    "get_payment_status": _COPY,
    "list_contacts": _COPY,
    "search_ledger": _COPY,
    "get_document_history": _COPY,
    "list_accounts": _COPY,
    "list_tax_rates": (_SETTINGS,),
    "list_tracking_categories": (_SETTINGS,),
    "list_currencies": (_SETTINGS,),
    "list_users": (_SETTINGS,),
    "get_organisation": (_SETTINGS,),
    "get_aged_receivables": _COPY,
    "get_aged_payables": _COPY,
    "get_profit_and_loss": _report("profitandloss"),
    "get_balance_sheet": _report("balancesheet"),
    "get_trial_balance": _report("trialbalance"),
    "get_bank_summary": _report("banksummary"),
    "get_executive_summary": _report("executivesummary"),
    "create_invoice": (_INVOICES, f"{_CONTACTS}.read", _SETTINGS),
    "create_bill": (_INVOICES, f"{_CONTACTS}.read", _SETTINGS),
    "change_draft": (_INVOICES, f"{_CONTACTS}.read", _SETTINGS),
    "copy_document": (_INVOICES, f"{_CONTACTS}.read", _SETTINGS),
    "get_document_pdf": _COPY,
    "get_online_invoice": _COPY,
    "list_attachments": (*_COPY, _ATTACHMENTS),
    "attach_file": (*_COPY, "accounting.attachments"),
    "send_invoice": (_INVOICES, f"{_CONTACTS}.read"),
    "add_document_note": (_INVOICES,),
    "change_document_status": (_INVOICES, _SETTINGS),
    "record_payment": (_PAYMENTS, f"{_INVOICES}.read", f"{_CONTACTS}.read", _SETTINGS),
    "list_bank_transactions": (*_COPY, f"{_BANK}.read"),
    "list_bank_transfers": (*_COPY, f"{_BANK}.read"),
    "list_advances": (*_COPY, f"{_PAYMENTS}.read"),
    "allocate_advance": (*_COPY, _PAYMENTS, _INVOICES),
    "list_batch_payments": (*_COPY, f"{_PAYMENTS}.read"),
    "list_manual_journals": (*_COPY, "accounting.manualjournals.read"),
    "record_money_spent": (*_COPY, _BANK),
    "record_money_received": (*_COPY, _BANK),
    "record_bank_transfer": (_BANK, _SETTINGS),
    "list_quotes": _COPY,
    "get_quote": _COPY,
    "create_quote": (_INVOICES, f"{_CONTACTS}.read", _SETTINGS),
    "change_quote_status": (_INVOICES, f"{_CONTACTS}.read"),
    "invoice_quote": (_INVOICES, f"{_CONTACTS}.read", _SETTINGS),
    "list_purchase_orders": _COPY,
    "get_purchase_order": _COPY,
    "create_purchase_order": (_INVOICES, f"{_CONTACTS}.read", _SETTINGS),
    "change_purchase_order_status": (_INVOICES, f"{_CONTACTS}.read"),
    "bill_purchase_order": (_INVOICES, f"{_CONTACTS}.read", _SETTINGS),
    "list_credit_notes": _COPY,
    "create_credit_note": (_INVOICES, f"{_CONTACTS}.read", _SETTINGS),
    "allocate_credit": (_INVOICES, f"{_CONTACTS}.read", _SETTINGS),
    "remove_payment": (_PAYMENTS, f"{_INVOICES}.read", _SETTINGS),
    "create_contact": (_CONTACTS,),
    "change_bank_details": (_CONTACTS, _SETTINGS),
    "list_items": (f"{_INVOICES}.read",),
    "list_contact_groups": _COPY,
    "list_repeating_invoices": _COPY,
    "get_contact": _COPY,
    "find_duplicate_contacts": _COPY,
    "create_item": (_INVOICES, _SETTINGS),
    "change_item": (_INVOICES, _SETTINGS),
    "change_contact": (_CONTACTS,),
    "archive_contact": (_CONTACTS, *_COPY),
    "add_to_contact_group": (_CONTACTS,),
}
"""By the tool's name; the bank's tools need none of them."""


def asked_for() -> tuple[str, ...]:
    """All that the tools need, each once; one that reads only is left out where the writing one is there."""
    needed = {scope for scopes in NEEDED.values() for scope in scopes}
    return tuple(sorted(scope for scope in needed if scope.removesuffix(".read") == scope or scope[:-5] not in needed))
