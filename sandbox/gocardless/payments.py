"""Collecting money by direct debit: creating, changing, cancelling and retrying payments (facts/providers.md, 2)."""

from datetime import date
from typing import Any

from sandbox.gocardless.book import CREDITOR_ID, Book, Record
from sandbox.gocardless.lists import find
from sandbox.gocardless.problems import invalid, stuck

_CURRENCIES = {"sepa_core": "EUR", "bacs": "GBP"}
_REFERENCE = {"sepa_core": 140, "bacs": 10}
_CHARGEABLE = ("pending_customer_approval", "pending_submission", "submitted", "active")
_RETRIES = 3


class Payments:
    """The rules of a payment's life up to its submission; what banks do then is simulated."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def create(self, asked: Record) -> Record:
        """A payment on a mandate. Raises Problem when a field or the mandate does not allow it."""
        links = asked.get("links")
        number = links.get("mandate") if isinstance(links, dict) else None
        mandate = self._book.records["mandates"].get(number) if isinstance(number, str) else None
        wrong = {"links/mandate": "must be the id of a mandate"} if mandate is None else {}
        wrong |= _wrong_money(asked, mandate) | _wrong_words(asked, mandate)
        if mandate is not None and mandate["status"] in _CHARGEABLE:
            wrong |= _wrong_date(asked, mandate)
        if wrong or mandate is None:
            raise invalid("payments", wrong)
        if mandate["status"] not in _CHARGEABLE:
            raise stuck("mandate_is_inactive", "Mandate is inactive: it is " + mandate["status"])
        waits = mandate["status"] == "pending_customer_approval"
        payment = self._book.add(
            "payments",
            {
                "charge_date": asked.get("charge_date") or mandate["next_possible_charge_date"],
                "amount": asked["amount"],
                "amount_refunded": 0,
                "description": asked.get("description"),
                "currency": asked["currency"],
                "status": "pending_customer_approval" if waits else "pending_submission",
                "reference": asked.get("reference"),
                "metadata": asked.get("metadata") or {},
                "retry_if_possible": bool(asked.get("retry_if_possible", False)),
                "scheme": mandate["scheme"],
                "fx": {
                    "fx_currency": asked["currency"],
                    "fx_amount": None,
                    "exchange_rate": None,
                    "estimated_exchange_rate": None,
                },
                "links": {"mandate": mandate["id"], "creditor": CREDITOR_ID},
            },
        )
        self._book.event("payments", payment, "created", "payment_created", "api")
        return payment

    def update(self, number: str, asked: Record) -> Record:
        """Replace the metadata, the only thing that can be changed."""
        payment = find(self._book, "payments", number)
        others = {field: "cannot be changed" for field in asked if field not in ("metadata", "retry_if_possible")}
        wrong = others | _wrong_metadata(asked)
        if wrong:
            raise invalid("payments", wrong)
        payment["metadata"] = asked.get("metadata", payment["metadata"])
        return payment

    def cancel(self, number: str) -> Record:
        """Call a payment back that has not gone to the banks."""
        payment = find(self._book, "payments", number)
        if payment["status"] not in ("pending_submission", "pending_customer_approval"):
            raise stuck("cancellation_failed", f"The payment cannot be cancelled: it is {payment['status']}")
        payment["status"] = "cancelled"
        self._book.event("payments", payment, "cancelled", "payment_cancelled", "api")
        return payment

    def retry(self, number: str) -> Record:
        """Try a failed payment again, three times at most."""
        payment = find(self._book, "payments", number)
        mandate = find(self._book, "mandates", payment["links"]["mandate"])
        done = self._book.retries.get(number, 0)
        if payment["status"] != "failed" or done >= _RETRIES:
            raise stuck(
                "retry_failed", f"The payment cannot be retried: it is {payment['status']}, retried {done} times"
            )
        if mandate["status"] != "active":
            raise stuck("mandate_is_inactive", "Mandate is inactive: it is " + mandate["status"])
        self._book.retries[number] = done + 1
        payment["status"] = "pending_submission"
        self._book.event("payments", payment, "resubmission_requested", "payment_retried", "api")
        return payment


def _wrong_money(asked: Record, mandate: Record | None) -> dict[str, str]:
    wrong = {}
    amount = asked.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int):
        wrong["amount"] = "must be a whole number of minor units"
    elif amount < 1:
        wrong["amount"] = "must be greater than 0"
    if mandate is not None and asked.get("currency") != _CURRENCIES[mandate["scheme"]]:
        wrong["currency"] = f"must be {_CURRENCIES[mandate['scheme']]}, the currency of the mandate's scheme"
    return wrong


def _wrong_words(asked: Record, mandate: Record | None) -> dict[str, str]:
    wrong = _wrong_metadata(asked)
    most = 140 if mandate is None else _REFERENCE[mandate["scheme"]]
    for field, length in (("reference", most), ("description", 255)):
        text = asked.get(field)
        if text is not None and (not isinstance(text, str) or len(text) > length):
            wrong[field] = f"is too long (maximum is {length} characters)"
    return wrong


def _wrong_metadata(asked: Record) -> dict[str, str]:
    metadata: Any = asked.get("metadata")
    if metadata is None:
        return {}
    if not isinstance(metadata, dict) or len(metadata) > 3:
        return {"metadata": "must have at most 3 keys"}
    if any(len(key) > 50 or not isinstance(value, str) or len(value) > 500 for key, value in metadata.items()):
        return {"metadata": "must have keys of at most 50 and text values of at most 500 characters"}
    return {}


def _wrong_date(asked: Record, mandate: Record) -> dict[str, str]:
    text = asked.get("charge_date")
    if text is None:
        return {}
    try:
        wanted = date.fromisoformat(str(text))
    except ValueError:
        return {"charge_date": "must be a date, YYYY-MM-DD"}
    if wanted < date.fromisoformat(mandate["next_possible_charge_date"]):
        return {"charge_date": "must be on or after mandate's next_possible_charge_date"}
    return {}
