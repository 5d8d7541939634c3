"""The demo company's customers at the collector: most with an active mandate, some in every other state."""

from datetime import date, timedelta
from typing import Any

from sandbox.company.shape import Company, Contact
from sandbox.gocardless.book import CREDITOR_ID, Book

_STATES = {3: "pending_submission", 5: "pending_customer_approval", 7: "cancelled", 9: "failed", 11: "expired"}
_WITHOUT_MANDATE = 4  # the last customers have none, so that one must be set up first
_SCHEMES = {"EUR": "sepa_core", "GBP": "bacs"}


def seed(book: Book, company: Company) -> None:
    """Fill an empty book; the same company gives the same records."""
    customers = [contact for contact in company.contacts if contact.is_customer and contact.currency in _SCHEMES]
    for place, contact in enumerate(customers):
        customer = book.add("customers", _customer(contact))
        if place < len(customers) - _WITHOUT_MANDATE:
            account = book.add("customer_bank_accounts", _bank_account(contact, customer["id"]))
            links = {"customer": customer["id"], "customer_bank_account": account["id"]}
            status = _STATES.get(place, "active")
            book.add("mandates", _mandate(contact, links, status, book.control.today()))


def working_day_after(day: date, days: int) -> date:
    """The working day (Monday to Friday) so many working days later."""
    while days:
        day += timedelta(days=1)
        if day.weekday() < 5:
            days -= 1
    return day


def _customer(contact: Contact) -> dict[str, Any]:
    return {
        "email": contact.email or None,
        "given_name": contact.first_name or None,
        "family_name": contact.last_name or None,
        "company_name": contact.name,
        "address_line1": contact.street or None,
        "address_line2": None,
        "address_line3": None,
        "city": contact.city or None,
        "region": None,
        "postal_code": contact.postal_code or None,
        "country_code": contact.country_code,
        "language": "de" if contact.country_code == "DE" else "en",
        "phone_number": contact.phone or None,
        "swedish_identity_number": None,
        "danish_identity_number": None,
        "metadata": {"xero_contact": contact.contact_id},
    }


def _bank_account(contact: Contact, customer: str) -> dict[str, Any]:
    return {
        "account_holder_name": contact.name.upper()[:18],
        "account_number_ending": contact.iban[-2:] if contact.currency == "EUR" else contact.iban[-4:-2],
        "country_code": contact.iban[:2],
        "currency": contact.currency,
        "bank_name": contact.bic,
        "enabled": True,
        "account_type": None,
        "links": {"customer": customer},
        "metadata": {},
    }


def _mandate(contact: Contact, links: dict[str, str], status: str, today: date) -> dict[str, Any]:
    usable = status in ("active", "pending_submission", "pending_customer_approval")
    return {
        "reference": f"LINDENHOF-{contact.account_number or contact.contact_id[:6].upper()}",
        "status": status,
        "scheme": _SCHEMES[contact.currency],
        "next_possible_charge_date": working_day_after(today, 3).isoformat() if usable else None,
        "payments_require_approval": False,
        "metadata": {},
        "links": {"creditor": CREDITOR_ID, **links},
    }
