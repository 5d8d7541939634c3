"""Contacts: customers and suppliers with their master data and what they owe or are owed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from sandbox.xero.advances import remaining
from sandbox.xero.books import ZERO, Books
from sandbox.xero.call import Call, Noun, listing
from sandbox.xero.history import noted
from sandbox.xero.masters import Masters
from sandbox.xero.reach import reach_sent
from sandbox.xero.records import Contact, DocumentStatus
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.wire import Json, elements, text_of

_FIELDS = {
    "Name": "name",
    "FirstName": "first_name",
    "LastName": "last_name",
    "EmailAddress": "email",
    "BankAccountDetails": "bank_details",
    "AccountNumber": "account_number",
    "TaxNumber": "tax_number",
    "DefaultCurrency": "currency",
    "ContactStatus": "status",
}
_REACH = {"Phones": "phone", "Street": "street", "PostalCode": "postal_code", "City": "city", "PostalAddress": "postal"}
"""What phones and addresses come to, for the history."""
_STATUSES = ("ACTIVE", "ARCHIVED", "GDPRREQUEST")
_LONGEST = {"Name": 255, "FirstName": 255, "LastName": 255, "EmailAddress": 255, "AccountNumber": 50, "TaxNumber": 50}


def fresh_contact(books: Books, name: str, *, customer: bool = False) -> Contact:
    """A contact of which only the name is known."""
    return Contact(
        contact_id=books.new_id(),
        name=name,
        email="",
        first_name="",
        last_name="",
        street="",
        postal_code="",
        city="",
        country_code="",
        phone="",
        currency="EUR",
        iban="",
        bic="",
        bank_details="",
        account_number="",
        tax_number="",
        is_customer=customer,
        is_supplier=False,
        payment_days=0,
        tax_free=False,
        status="ACTIVE",
        updated_at=books.control.now(),
    )


class Contacts:
    """Serves /Contacts."""

    def __init__(self, books: Books, masters: Masters) -> None:
        self._books = books
        self._masters = masters
        self._noun = Noun(
            "Contact",
            "Contacts",
            {
                "ContactID": lambda c: c.contact_id,
                "Name": lambda c: c.name,
                "EmailAddress": lambda c: c.email,
                "FirstName": lambda c: c.first_name,
                "LastName": lambda c: c.last_name,
                "AccountNumber": lambda c: c.account_number,
                "TaxNumber": lambda c: c.tax_number,
                "BankAccountDetails": lambda c: c.bank_details,
                "ContactStatus": lambda c: c.status,
                "IsSupplier": lambda c: c.is_supplier,
                "IsCustomer": lambda c: c.is_customer,
                "DefaultCurrency": lambda c: c.currency,
                "UpdatedDateUTC": lambda c: c.updated_at,
            },
            id_field="ContactID",
        )

    def find(self, call: Call) -> Json:
        """Contacts; archived ones only when asked for."""
        rows: Iterable[Contact] = self._books.contacts.values()
        ids = call.listed("IDs")
        if ids:
            rows = (contact for contact in rows if contact.contact_id in ids)
        elif not call.flag("includeArchived", False):
            rows = (contact for contact in rows if contact.status == "ACTIVE")
        if call.query.get("searchTerm"):
            term = call.query["searchTerm"].casefold()
            rows = (c for c in rows if term in f"{c.name}\n{c.first_name} {c.last_name}\n{c.email}".casefold())
        balances = {} if call.flag("summaryOnly", False) else self._balances()
        return listing(call, self._noun, list(rows), lambda c: self._masters.contact(c, balances.get(c.contact_id)))

    def get(self, call: Call, contact_id: str) -> Json:
        """One contact."""
        contact = self._books.contacts.get(contact_id.lower())
        if contact is None:
            raise NotFound
        return {"Contacts": [self._masters.contact(contact, self._balances().get(contact.contact_id))]}

    def _balances(self) -> dict[str, Json]:
        """Outstanding and overdue of every contact, in the documents' own amounts."""
        today = self._books.control.today()
        owed: dict[tuple[str, bool], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
        for document in self._books.documents.values():
            if document.status is not DocumentStatus.AUTHORISED:
                continue
            due = self._books.standing(document).due * (-1 if document.is_credit else 1)
            pair = owed[(document.contact_id, document.is_sales)]
            pair[0] += due
            if document.due_date is not None and document.due_date < today and not document.is_credit:
                pair[1] += due
        for booking in self._books.bookings.values():
            if booking.is_overpayment and (left := remaining(self._books, booking)):
                owed[(booking.contact_id, booking.received)][0] -= left
        return {
            contact_id: {
                name: dict(zip(("Outstanding", "Overdue"), owed.get((contact_id, sales), [ZERO, ZERO]), strict=True))
                for name, sales in (("AccountsReceivable", True), ("AccountsPayable", False))
            }
            for contact_id in {key[0] for key in owed}
        }

    def create(self, call: Call) -> Json:
        """PUT: makes new contacts."""
        return self._write_all(call, upsert=False)

    def upsert(self, call: Call) -> Json:
        """POST: makes new contacts, or changes those named by id."""
        return self._write_all(call, upsert=True)

    def update(self, call: Call, contact_id: str) -> Json:
        """POST to one contact: changes it."""
        before = self._books.contacts.get(contact_id.lower())
        if before is None:
            raise NotFound
        sent = elements(call.json(), "Contacts")
        if not sent:
            raise Invalid(echo({}, "No contact was sent"))
        return {"Contacts": [self._keep(call, sent[0], self._changed(sent[0], before), "update_contact")]}

    def _write_all(self, call: Call, *, upsert: bool) -> Json:
        sent = elements(call.json(), "Contacts")
        if not sent:
            raise Invalid(echo({}, "No contacts were sent"))
        whole = call.flag("summarizeErrors", True)
        failed: list[Json] = []
        if whole:
            for body in sent:
                try:
                    self._prepared(body, upsert=upsert)
                except Invalid as refusal:
                    failed += refusal.elements
            names = [text_of(body, "Name").casefold() for body in sent if not text_of(body, "ContactID")]
            if len(set(names)) < len(names):
                failed.append(echo({}, "The contact name must be unique across all active contacts."))
            if failed:
                raise Invalid(*failed)
        answers = []
        for body in sent:
            try:
                contact, operation = self._prepared(body, upsert=upsert)
                made = self._keep(call, body, contact, operation)
                answers.append(made if whole else {**made, "StatusAttributeString": "OK"})
            except Invalid as refusal:
                failure = {**refusal.elements[0], "StatusAttributeString": "ERROR", "HasValidationErrors": True}
                answers.append(failure)
        return {"Contacts": answers}

    def _prepared(self, body: Json, *, upsert: bool) -> tuple[Contact, str]:
        wanted = text_of(body, "ContactID").lower()
        if wanted and upsert:
            before = self._books.contacts.get(wanted)
            if before is None:
                raise Invalid(echo(body, "The contact could not be found"))
            return self._changed(body, before), "update_contact"
        if not text_of(body, "Name").strip():
            raise Invalid(echo(body, "The contact name must be specified"))
        return self._changed(body, fresh_contact(self._books, "")), "create_contact"

    def _changed(self, body: Json, before: Contact) -> Contact:
        given = {field: text_of(body, name).strip() for name, field in _FIELDS.items() if name in body}
        if "status" in given and given["status"] not in _STATUSES:
            raise Invalid(echo(body, f"ContactStatus '{given['status']}' is not valid"))
        for name, longest in _LONGEST.items():
            if len(given.get(_FIELDS[name], "")) > longest:
                raise Invalid(echo(body, f"The {name} must not be longer than {longest} characters"))
        reached = reach_sent(body)
        changed = replace(before, **given, **reached, updated_at=self._books.control.now())  # type: ignore[arg-type]
        if not changed.name:
            raise Invalid(echo(body, "The contact name must be specified"))
        same = [
            other
            for other in self._books.contacts.values()
            if other.name.casefold() == changed.name.casefold()
            and other.contact_id != changed.contact_id
            and other.status == "ACTIVE"
        ]
        if same and changed.name != before.name:
            taken = f"The contact name {changed.name} is already assigned to another contact."
            raise Invalid(echo(body, f"{taken} The contact name must be unique across all active contacts."))
        return changed

    def _keep(self, call: Call, sent: Json, contact: Contact, operation: str) -> Json:
        before = self._books.contacts.get(contact.contact_id)
        self._books.apply(contact, noted(call, contact.contact_id, *_told(before, contact)))
        call.took_effect(operation, sent, contact.contact_id)
        return self._masters.contact(contact)


def _told(before: Contact | None, after: Contact) -> tuple[str, str]:
    """What the history says of it: which fields changed, never what they held."""
    if before is None:
        return "Created", after.name
    names = [name for name, field in (_FIELDS | _REACH).items() if getattr(before, field) != getattr(after, field)]
    return "Edited", f"Changed: {', '.join(names)}" if names else "Nothing changed"
