"""Reads an invoice or bill that a client sends into a document whose lines, tax and totals tie."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

from sandbox.company.shape import TaxRate
from sandbox.xero.books import ZERO, Books
from sandbox.xero.locks import lock_messages
from sandbox.xero.people import fresh_contact
from sandbox.xero.records import Contact, Doc, DocumentKind, DocumentStatus, Line
from sandbox.xero.refusals import Invalid, echo
from sandbox.xero.wire import Json, elements, nested, read_date, read_decimal, text_of

CENT, FOUR = Decimal("0.01"), Decimal("0.0001")
_STARTS = (DocumentStatus.DRAFT, DocumentStatus.SUBMITTED, DocumentStatus.AUTHORISED)
_NOT_FOR_LINES = ("DEBTORS", "CREDITORS", "RETAINEDEARNINGS")
LineAmounts = Literal["Exclusive", "Inclusive", "NoTax"]


class Draft(NamedTuple):
    """A document that may be written, and the contact to be added with it when its name is new."""

    document: Doc
    contact: Contact | None


class _Dates(NamedTuple):
    on: date
    due: date | None
    expected: date | None
    planned: date | None


class Drafting:
    """Turns what was sent into documents; every refusal carries the vendor's message."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._rates: dict[str, TaxRate] = {rate.tax_type: rate for rate in books.company.tax_rates}

    def next_number(self) -> str:
        """The number after the highest INV-number in use."""
        used = [doc.number[4:] for doc in self._books.documents.values() if doc.number.startswith("INV-")]
        return f"INV-{max((int(part) for part in used if part.isdigit()), default=0) + 1:04d}"

    def new(self, body: Json) -> Draft:
        """A new invoice or bill. Raises Invalid."""
        kind = text_of(body, "Type").upper()
        if kind not in ("ACCREC", "ACCPAY"):
            raise Invalid(echo(body, "Invoice Type must be ACCREC or ACCPAY"))
        status_text = text_of(body, "Status").upper() or "DRAFT"
        if status_text not in _STARTS:
            raise Invalid(echo(body, "Invalid status for a new invoice"))
        contact, added, messages = self._contact(body, DocumentKind(kind))
        currency = text_of(body, "CurrencyCode").upper() or "EUR"
        base = self._books.company.organisation.base_currency
        today = self._books.control.today()
        rate = self._rate(body, currency)
        document = Doc(
            document_id=self._books.new_id(),
            kind=DocumentKind(kind),
            number=text_of(body, "InvoiceNumber")[:255],
            contact_id=contact.contact_id if contact else "",
            date=today,
            due_date=None,
            status=DocumentStatus(status_text),
            currency=currency,
            rate=rate if currency != base else Decimal(1),
            reference=text_of(body, "Reference")[:255],
            line_amounts=_line_amounts(body, "Exclusive"),
            lines=(),
            subtotal=ZERO,
            tax=ZERO,
            total=ZERO,
            sent=body.get("SentToContact") is True,
            url=text_of(body, "Url"),
            expected_on=None,
            planned_on=None,
            fully_paid_on=None,
            updated_at=self._books.control.now(),
        )
        return Draft(self._complete(document, body, messages), added)

    def changed(self, before: Doc, body: Json, status: DocumentStatus) -> Draft:
        """A document with what the body says; what it leaves out stays, but lines come all anew. Raises Invalid."""
        contact, added, messages = self._contact(body, before.kind) if "Contact" in body else (None, None, [])
        document = replace(
            before,
            status=status,
            number=text_of(body, "InvoiceNumber")[:255] or before.number,
            reference=text_of(body, "Reference")[:255] if "Reference" in body else before.reference,
            contact_id=contact.contact_id if contact else before.contact_id,
            line_amounts=_line_amounts(body, before.line_amounts),
            sent=body["SentToContact"] is True if "SentToContact" in body else before.sent,
            url=text_of(body, "Url") or before.url,
        )
        return Draft(self._complete(document, body, messages), added)

    def _complete(self, document: Doc, body: Json, messages: list[str]) -> Doc:
        """Adds dates and lines and tries every rule. Raises Invalid with all messages."""
        messages = list(messages)
        try:
            dates = _dates(body, document)
            lines = self._lines(body, document, messages) if "LineItems" in body else document.lines
        except ValueError as error:
            raise Invalid(echo(body, str(error))) from error
        if document.currency not in {bank.currency for bank in self._books.banks.values()}:
            messages.append(f"Organisation is not subscribed to currency {document.currency}")
        messages += self._number_messages(document)
        if document.status is not DocumentStatus.DRAFT:
            if not lines:
                messages.append("One or more line items must be specified")
            if dates.due is None:
                messages.append("Due Date cannot be empty")
            if document.kind is DocumentKind.BILL and not document.number:
                messages.append("Invoice # is required for bills that are submitted or approved")
        messages += lock_messages(self._books, dates.on)
        inclusive = document.line_amounts == "Inclusive"
        tax = sum((line.tax_amount for line in lines), ZERO)
        amounts = sum((line.line_amount for line in lines), ZERO)
        total = amounts if inclusive else amounts + tax
        if total < 0:
            messages.append("The document total cannot be negative")
        if messages:
            raise Invalid(echo(body, *messages))
        return replace(
            document,
            date=dates.on,
            due_date=dates.due,
            expected_on=dates.expected,
            planned_on=dates.planned,
            lines=tuple(lines),
            subtotal=total - tax,
            tax=tax,
            total=total,
        )

    def _number_messages(self, document: Doc) -> list[str]:
        if document.kind is not DocumentKind.INVOICE or not document.number:
            return []
        taken = [
            other
            for other in self._books.numbered(document.number)
            if other.kind is DocumentKind.INVOICE
            and other.document_id != document.document_id
            and other.status is not DocumentStatus.DELETED
        ]
        return ["Invoice # must be unique."] if taken else []

    def _rate(self, body: Json, currency: str) -> Decimal:
        try:
            given = read_decimal(body.get("CurrencyRate"))
        except ValueError as error:
            raise Invalid(echo(body, str(error))) from error
        if given is not None and given > 0:
            return given
        known = [doc for doc in self._books.documents.values() if doc.currency == currency]
        return max(known, key=lambda doc: doc.date).rate if known else Decimal(1)

    def _contact(self, body: Json, kind: DocumentKind) -> tuple[Contact | None, Contact | None, list[str]]:
        """The contact by id, else by name; a new name makes a new contact, as at Xero."""
        sent = nested(body, "Contact")
        wanted, name = text_of(sent, "ContactID").lower(), text_of(sent, "Name").strip()
        if wanted:
            contact = self._books.contacts.get(wanted)
            if contact is None:
                return None, None, [f"The contact with ContactID {wanted} could not be found"]
            if contact.status != "ACTIVE":
                return None, None, ["The contact is archived and cannot be used"]
            return contact, None, []
        if not name:
            return None, None, ["A Contact must be specified for this type of transaction"]
        named = [c for c in self._books.contacts.values() if c.name.casefold() == name.casefold()]
        if named:
            return named[0], None, []
        made = fresh_contact(self._books, name, customer=kind is DocumentKind.INVOICE)
        return made, made, []

    def _lines(self, body: Json, document: Doc, messages: list[str]) -> list[Line]:
        sent = body["LineItems"]
        if not isinstance(sent, list):
            raise ValueError("LineItems must be a list")
        known = {line.line_id: line for line in document.lines}
        return [self._line(item, document, known, messages) for item in sent if isinstance(item, dict)]

    def _line(self, sent: Json, document: Doc, known: dict[str, Line], messages: list[str]) -> Line:
        before = known.get(text_of(sent, "LineItemID").lower())
        quantity = read_decimal(sent.get("Quantity"))
        unit = read_decimal(sent.get("UnitAmount"))
        given = read_decimal(sent.get("LineAmount"))
        discount = read_decimal(sent.get("DiscountRate")) or Decimal(0)
        if unit is None:
            unit = given if given is not None and quantity is None else Decimal(0)
        quantity = Decimal(1) if quantity is None else quantity
        unit = unit.quantize(FOUR, ROUND_HALF_UP) if unit != unit.quantize(CENT) else unit.quantize(CENT)
        amount = (quantity * unit * (100 - discount) / 100).quantize(CENT, ROUND_HALF_UP)
        if given is not None and given != amount:
            messages.append(f"The line total {given} does not match the expected line total {amount}")
        code = text_of(sent, "AccountCode")
        account = self._books.accounts.get(code)
        if account is None or account.type == "BANK" or account.system_account in _NOT_FOR_LINES:
            if code:
                messages.append(f"Account code '{code}' is not a valid code for this document.")
            elif document.status is not DocumentStatus.DRAFT:
                messages.append("Account code must be specified")
        tax_type = text_of(sent, "TaxType") or (account.tax_type if account else "NONE")
        if tax_type not in self._rates:
            wrong = f"The TaxType code '{tax_type}' does not exist or cannot be used for this type of transaction."
            messages.append(wrong)
            tax_type = "NONE"
        tracking = elements(sent.get("Tracking"), "Tracking") or [{}]
        return Line(
            line_id=before.line_id if before else self._books.new_id(),
            description=text_of(sent, "Description")[:4000],
            quantity=quantity,
            unit_amount=unit,
            account_code=code,
            tax_type=tax_type,
            tax_amount=self._tax(sent, amount, tax_type, document.line_amounts),
            line_amount=amount,
            item_code=text_of(sent, "ItemCode"),
            tracking_option=text_of(tracking[0], "Option"),
        )

    def _tax(self, sent: Json, amount: Decimal, tax_type: str, line_amounts: LineAmounts) -> Decimal:
        """The line's tax, rounded to the cent on its own; a tax amount that was sent is kept."""
        if line_amounts == "NoTax":
            return ZERO
        given = read_decimal(sent.get("TaxAmount"))
        if given is not None:
            return given.quantize(CENT, ROUND_HALF_UP)
        percent = self._rates[tax_type].percent
        if line_amounts == "Inclusive":
            return amount - (amount * 100 / (100 + percent)).quantize(CENT, ROUND_HALF_UP)
        return (amount * percent / 100).quantize(CENT, ROUND_HALF_UP)


def _line_amounts(body: Json, usual: LineAmounts) -> LineAmounts:
    match text_of(body, "LineAmountTypes").lower():
        case "inclusive":
            return "Inclusive"
        case "notax":
            return "NoTax"
        case "exclusive":
            return "Exclusive"
        case _:
            return usual


def _dates(body: Json, document: Doc) -> _Dates:
    return _Dates(
        read_date(body.get("Date")) or document.date,
        read_date(body.get("DueDate")) or document.due_date,
        read_date(body.get("ExpectedPaymentDate")) or document.expected_on,
        read_date(body.get("PlannedPaymentDate")) or document.planned_on,
    )
