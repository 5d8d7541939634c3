"""The bank's records in the vendor's own JSON (facts/providers.md, 1.2)."""

from typing import Any

from sandbox.solaris.bank import BUSINESS_ID, PARTNER_ID, Bank, Booking, Reservation

_OLD_KINDS = {
    "CardAuthorization": "CARD_AUTHORIZATION",
    "SepaCreditTransfer": "SEPA_CREDIT_TRANSFER",
}


def money(cents: int) -> dict[str, Any]:
    """Integer cents with unit and currency."""
    return {"value": cents, "unit": "cents", "currency": "EUR"}


def balance(bank: Bank) -> dict[str, Any]:
    """What is booked and what is free to spend."""
    return {"balance": money(bank.balance()), "available_balance": money(bank.available())}


def account_entry(bank: Bank) -> dict[str, Any]:
    """The account as lists show it: without a balance."""
    account = bank.account
    return {
        "id": bank.account_id,
        "iban": account.iban,
        "bic": account.bic,
        "type": "CHECKING_BUSINESS",
        "purpose": account.name,
        "currency": account.currency,
        "locking_status": "NO_BLOCK",
        "locking_reasons": [],
        "account_limit": money(0),
        "overdraft": None,
        "person_id": None,
        "business_id": BUSINESS_ID,
        "partner_id": PARTNER_ID,
        "status": "ACTIVE",
        "opened_at": account.opened_on.isoformat(),
        "closed_at": None,
    }


def account(bank: Bank) -> dict[str, Any]:
    """The account on its own page: with its balance."""
    return {**account_entry(bank), **balance(bank)}


def booking(bank: Bank, one: Booking) -> dict[str, Any]:
    """One booking; sender and recipient follow from the direction of the money."""
    name, iban, bic = one.counterparty
    company = bank.company.organisation.legal_name
    ours = {"name": company, "iban": bank.account.iban, "bic": bank.account.bic}
    theirs = {"name": name or None, "iban": iban or None, "bic": bic or None}
    sender, recipient = (ours, theirs) if one.cents < 0 else (theirs, ours)
    return {
        "id": one.number,
        "booking_type": one.kind,
        "amount": money(one.cents),
        "description": one.description,
        "recipient_bic": recipient["bic"],
        "recipient_iban": recipient["iban"],
        "recipient_name": recipient["name"],
        "sender_bic": sender["bic"],
        "sender_iban": sender["iban"],
        "sender_name": sender["name"],
        "end_to_end_id": one.end_to_end_id,
        "creditor_identifier": None,
        "mandate_reference": None,
        "transaction_id": one.transaction_id,
        "return_transaction_id": None,
        "booking_date": one.booked_on.isoformat(),
        "valuta_date": one.valuta.isoformat(),
        "creation_date": one.booked_on.isoformat(),
        "recorded_at": one.recorded_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "meta_info": None,
    }


def reservation(one: Reservation, *, new_form: bool) -> dict[str, Any]:
    """One reservation in the form of 2022-07-18, or in the old one for callers that name no version."""
    created = one.created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    resolved = None if one.resolved_at is None else one.resolved_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    shared = {
        "id": one.number,
        "amount": money(one.cents),
        "status": one.status,
        "description": one.description,
        "meta_info": None,
        "resolved_at": resolved,
    }
    if new_form:
        return {**shared, "type": one.kind, "created_at": created, "expires_at": one.expires_on.isoformat()}
    old = {"reservation_type": _OLD_KINDS[one.kind], "expires_at": one.expires_on.isoformat()}
    return {**shared, **old}


def old_kind(kind: str) -> str:
    """A reservation's kind in the old form's words."""
    return _OLD_KINDS[kind]
