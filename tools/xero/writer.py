"""Xero, writing: a payment or a new account number is sent once, and looked up when the answer was lost."""

from __future__ import annotations

from decimal import Decimal

from tools.errors import OutcomeUnknown, ProviderUnavailable, ToolFailed
from tools.money import Money
from tools.trouble import UNREADABLE, error_status
from tools.xero import decoding
from tools.xero.books import Contact, Payment
from tools.xero.client import Call, LostError, NotSentError, XeroCalls, read, refused
from tools.xero.reader import contact_now, decoded, document_now, known_id, payment_now, payments_of
from tools.xero.wire import post_bank_details, post_removal, put_contact, put_payment
from tools.xero.writing import NewBankDetails, NewContact, NewPayment

_LONGEST_KEY = 128


class XeroWriter:
    """Xero, writing payments and contacts; only the executor holds one."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls
        self._tenant = calls.tenant_id

    def close(self) -> None:
        """Lets its threads end."""
        self._calls.close()

    async def create_payment(self, payment: NewPayment, *, key: str) -> Payment:
        """Sends it once with `key` as Idempotency-Key (PUT /Payments).

        Raises ProviderRefused, ConnectionLost, ProviderBusy or ProviderUnavailable when certainly nothing was written,
        and OutcomeUnknown for a time-out, a lost connection, a 5xx or an answer that cannot be read.
        """
        _check(payment, key)
        return _made(await sent(self._calls, lambda api: put_payment(api, self._tenant, payment, key)))

    async def change_bank_details(self, change: NewBankDetails, *, key: str) -> Contact:
        """Sends it once with `key` as Idempotency-Key (POST /Contacts/{ContactID}); raises like `create_payment`."""
        check_key(key)
        known_id(change.contact_id)
        if not change.account_number:
            raise ValueError("an account number is changed to another one, never taken away")
        body = await sent(self._calls, lambda api: post_bank_details(api, self._tenant, change, key))
        return _changed(body)

    async def remove_payment(self, payment_id: str, *, key: str) -> Payment:
        """Deletes it, once (POST /Payments/{PaymentID} with the status); raises like `create_payment`."""
        check_key(key)
        known = known_id(payment_id)
        return _made(await sent(self._calls, lambda api: post_removal(api, self._tenant, known, key)))

    async def create_contact(self, new: NewContact, *, key: str) -> Contact:
        """Adds it, once (PUT /Contacts); raises like `create_payment`."""
        check_key(key)
        return _changed(await sent(self._calls, lambda api: put_contact(api, self._tenant, new, key)))

    async def contact_named(self, name: str) -> Contact | None:
        """The contact of exactly that name, archived ones too, read live; None when there is none."""
        body = await read(
            self._calls,
            lambda api: api.get_contacts(
                self._tenant, search_term=name, include_archived=True, page=1, page_size=1000, _preload_content=False
            ),
            "write",
        )
        found = decoded(lambda: decoding.elements(decoding.body_of(body), "Contacts", decoding.contact))
        return next((one for one in found if one.name == name), None)

    async def contact_now(self, contact_id: str) -> Contact:
        """The contact with the account number on file now, read live. Raises ToolFailed kinds."""
        return await contact_now(self._calls, contact_id, "write")

    async def left_to_pay(self, document_id: str) -> Money:
        """What is left to pay on the document now, read live. Raises ToolFailed kinds."""
        return (await document_now(self._calls, document_id, "write")).due_money()

    async def find_payments(self, *, document_id: str, reference: str) -> list[Payment]:
        """The document's payments with exactly that reference, deleted ones too (they did happen), read live."""
        found = await payments_of(self._calls, document_id, "write")
        return [one for one in found if one.reference == reference]

    async def payment_now(self, payment_id: str) -> Payment:
        """One payment by Xero's id, deleted or not, read live. Raises ToolFailed when there is none."""
        return await payment_now(self._calls, payment_id, "write")


def _check(payment: NewPayment, key: str) -> None:
    check_exact(payment.money)
    check_key(key)
    known_id(payment.document_id)
    known_id(payment.account_id)


def check_exact(money: Money) -> None:
    """Refuses an amount that would not arrive as it is: the SDK turns amounts into floats."""
    amount = money.amount
    if Decimal(repr(float(amount))) != amount or amount <= 0:
        raise ToolFailed(
            {
                "en": f"The amount {amount} cannot be sent to Xero exactly. Nothing was recorded.",
                "de": f"Der Betrag {amount} lässt sich nicht genau an Xero senden. Es wurde nichts erfasst.",
            }
        )


async def sent(calls: XeroCalls, call: Call) -> bytes:
    """The body of a write's answer; every failure as the error that says whether anything was written."""
    try:
        answer = await calls.ask(call, "write")
    except NotSentError as problem:
        raise ProviderUnavailable("Xero", trouble=problem.trouble) from problem
    except LostError as problem:
        raise OutcomeUnknown("Xero", trouble=problem.trouble) from problem
    if no := refused(answer):
        raise no
    if not 200 <= answer.status < 300:
        raise OutcomeUnknown("Xero", trouble=error_status(answer.status))
    return answer.body


def check_key(key: str) -> None:
    """Refuses a key that Xero would not take."""
    if not 0 < len(key) <= _LONGEST_KEY:
        raise ValueError(f"an idempotency key has 1 to {_LONGEST_KEY} characters")


def _made(body: bytes) -> Payment:
    """The payment that Xero says it made. Raises OutcomeUnknown when that cannot be read for certain."""
    try:
        (made,) = decoding.elements(decoding.body_of(body), "Payments", decoding.made_payment)
    except ValueError as problem:
        raise OutcomeUnknown("Xero", trouble=UNREADABLE) from problem
    return made


def _changed(body: bytes) -> Contact:
    """The contact as Xero says it is now. Raises OutcomeUnknown when that cannot be read for certain."""
    try:
        (made,) = decoding.elements(decoding.body_of(body), "Contacts", decoding.contact)
    except ValueError as problem:
        raise OutcomeUnknown("Xero", trouble=UNREADABLE) from problem
    return made
