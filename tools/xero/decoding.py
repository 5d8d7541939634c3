"""Xero's JSON read into our shapes, tolerant of what is new and exact in what is money.

Numbers are read as Decimal, dates in both of Xero's forms; unknown fields are ignored and unknown kinds of documents
left out. What cannot be read raises Unreadable: the caller knows whether that is a failed read or an unknown outcome.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeVar

from tools.xero.books import (
    Contact,
    Document,
    DocumentKind,
    DocumentStatus,
    LedgerAccount,
    Line,
    OrganisationDetails,
    Payment,
)
from tools.xero.credit_notes import Allocation, CreditNote
from tools.xero.drafts import PostingAccount, TaxRate

Wire = Mapping[str, Any]
T = TypeVar("T")
_KINDS = {"ACCREC": DocumentKind.INVOICE, "ACCPAY": DocumentKind.BILL}
_MS_DATE = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")


class Unreadable(ValueError):
    """The answer is not in Xero's format."""


def body_of(raw: bytes) -> Wire:
    """The JSON object of an answer, its numbers as Decimal."""
    try:
        body = json.loads(raw, parse_float=Decimal)
    except (ValueError, RecursionError) as problem:
        raise Unreadable("not JSON") from problem
    if not isinstance(body, dict):
        raise Unreadable("not an object")
    return body


def elements(body: Wire, name: str, read: Callable[[Wire], T | None]) -> list[T]:
    """The elements of a list, those left out that `read` has no place for."""
    items = body.get(name)
    if not isinstance(items, list):
        raise Unreadable(f"no {name}")
    try:
        found = [read(item) for item in items]
    except Unreadable:
        raise
    except (LookupError, TypeError, AttributeError, ArithmeticError, ValueError) as problem:
        raise Unreadable(f"a record of {name} cannot be read ({type(problem).__name__})") from problem
    return [item for item in found if item is not None]


def paging(body: Wire, count: int) -> tuple[int, int]:
    """How many pages and items there are in all; one page where Xero does not page."""
    said = body.get("pagination")
    if not isinstance(said, dict):
        return 1, count
    pages, total = said.get("pageCount"), said.get("itemCount")
    if not isinstance(pages, int) or not isinstance(total, int):
        raise Unreadable("no page count")
    return max(1, pages), total


def moment(value: object) -> datetime:
    """A moment in "/Date(1763730000000+0000)/" or ISO form (UTC where no zone is given)."""
    if isinstance(value, str):
        if match := _MS_DATE.fullmatch(value):
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(match[1]))
        read = datetime.fromisoformat(value)
        return read if read.tzinfo else read.replace(tzinfo=UTC)
    raise Unreadable("a time that cannot be read")


def day(value: object) -> date | None:
    """A calendar day in either form; None where Xero has none."""
    return None if value in (None, "") else moment(value).date()


def decimal(value: object, default: Decimal | None = None) -> Decimal:
    """An amount; the default where Xero leaves it out."""
    if value in (None, "") and default is not None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        raise Unreadable("an amount that is not a number")
    number = Decimal(value)
    if not number.is_finite():
        raise Unreadable("an amount that is not finite")
    return number


def text(value: object) -> str:
    """A text; empty where Xero has none."""
    return value if isinstance(value, str) else ""


def _inner(record: Wire, name: str) -> Wire:
    found = record.get(name)
    return found if isinstance(found, dict) else {}


_LINE_AMOUNTS: dict[str, Literal["exclusive", "inclusive", "none"]] = {
    "Exclusive": "exclusive",
    "Inclusive": "inclusive",
    "NoTax": "none",
}


def document(record: Wire) -> Document | None:
    """An invoice or bill; None for kinds that are neither."""
    kind = _KINDS.get(text(record.get("Type")))
    if kind is None:
        return None
    status = DocumentStatus(record["Status"])
    total = decimal(record.get("Total"), Decimal(0))
    due, paid = decimal(record.get("AmountDue"), Decimal(0)), decimal(record.get("AmountPaid"), Decimal(0))
    booked = status in (DocumentStatus.AUTHORISED, DocumentStatus.PAID)
    credited = decimal(record.get("AmountCredited"), max(Decimal(0), total - due - paid) if booked else Decimal(0))
    contact_of = _inner(record, "Contact")
    return Document(
        id=record["InvoiceID"],
        kind=kind,
        number=text(record.get("InvoiceNumber")),
        reference=text(record.get("Reference")),
        status=status,
        contact_id=text(contact_of.get("ContactID")),
        contact_name=text(contact_of.get("Name")),
        issued=day(record.get("Date")),
        due=day(record.get("DueDate")),
        currency=record["CurrencyCode"],
        total=total,
        amount_due=due,
        amount_paid=paid,
        amount_credited=credited,
        updated_at=moment(record["UpdatedDateUTC"]),
        lines=tuple(line(one) for one in record.get("LineItems") or ()),
        url=text(record.get("Url")),
        line_amounts=_LINE_AMOUNTS.get(text(record.get("LineAmountTypes")), "") if record.get("LineItems") else "",
        attachments=tuple(text(file.get("FileName")) for file in record.get("Attachments") or ()),
    )


def line(record: Wire) -> Line:
    """A line of a document or bank transaction."""
    return Line(
        description=text(record.get("Description")),
        quantity=_optional(record.get("Quantity")),
        unit_amount=_optional(record.get("UnitAmount")),
        amount=_optional(record.get("LineAmount")),
        tax_amount=_optional(record.get("TaxAmount")),
        account_code=text(record.get("AccountCode")),
        tax_type=text(record.get("TaxType")),
    )


def _optional(value: object) -> Decimal | None:
    return None if value in (None, "") else decimal(value)


_CREDITS = {"ACCRECCREDIT": DocumentKind.INVOICE, "ACCPAYCREDIT": DocumentKind.BILL}


def credit_note(record: Wire) -> CreditNote | None:
    """A credit note; None for kinds that are neither a customer's nor a supplier's."""
    kind = _CREDITS.get(text(record.get("Type")))
    if kind is None:
        return None
    contact_of = _inner(record, "Contact")
    return CreditNote(
        id=record["CreditNoteID"],
        kind=kind,
        number=text(record.get("CreditNoteNumber")),
        reference=text(record.get("Reference")),
        status=DocumentStatus(record["Status"]),
        contact_id=text(contact_of.get("ContactID")),
        contact_name=text(contact_of.get("Name")),
        issued=day(record.get("Date")),
        currency=record["CurrencyCode"],
        total=decimal(record.get("Total"), Decimal(0)),
        remaining=decimal(record.get("RemainingCredit"), Decimal(0)),
        allocations=tuple(allocation(one) for one in record.get("Allocations") or ()),
        updated_at=moment(record["UpdatedDateUTC"]),
    )


def credit_document(record: Wire) -> Document | None:
    """A credit note with its lines in the shape of a document; None for other kinds."""
    kind = _CREDITS.get(text(record.get("Type")))
    if kind is None:
        return None
    found = document(
        {
            **record,
            "Type": "ACCREC" if kind is DocumentKind.INVOICE else "ACCPAY",
            "InvoiceID": record["CreditNoteID"],
            "InvoiceNumber": record.get("CreditNoteNumber"),
            "AmountDue": record.get("RemainingCredit"),
            "AmountPaid": 0,
            "AmountCredited": 0,
        }
    )
    return found.model_copy(update={"is_credit": True}) if found else None


def allocation(record: Wire) -> Allocation:
    """A part of a credit note set off against a document."""
    return Allocation(
        document_id=text(_inner(record, "Invoice").get("InvoiceID")),
        amount=decimal(record["Amount"]),
        on=moment(record["Date"]).date(),
    )


def payment(record: Wire) -> Payment | None:
    """A payment; None for one in a state unknown to us, which is never counted as paid."""
    status = record["Status"]
    if status not in ("AUTHORISED", "DELETED"):
        return None
    paid_document = _inner(record, "Invoice") or _inner(record, "CreditNote")
    paid_document = paid_document or _inner(record, "Overpayment") or _inner(record, "Prepayment")
    contact_of = _inner(paid_document, "Contact")
    number = paid_document.get("InvoiceNumber") or paid_document.get("CreditNoteNumber")
    identity = next((paid_document[name] for name in _IDENTITIES if paid_document.get(name)), "")
    through = _inner(record, "Account")
    return Payment(
        id=record["PaymentID"],
        document_id=text(identity),
        document_number=text(number) or text(record.get("InvoiceNumber")),
        document_kind=_KINDS.get(text(_inner(record, "Invoice").get("Type"))),
        contact_id=text(contact_of.get("ContactID")),
        contact_name=text(contact_of.get("Name")),
        paid_on=moment(record["Date"]).date(),
        amount=decimal(record["Amount"]),
        currency=text(paid_document.get("CurrencyCode")),
        reference=text(record.get("Reference")),
        account_id=text(through.get("AccountID")),
        account_code=text(through.get("Code")),
        status=status,
        type=text(record.get("PaymentType")),
        updated_at=moment(record["UpdatedDateUTC"]),
    )


def made_payment(record: Wire) -> Payment | None:
    """A payment as Xero answers its making: with what is left to pay on the invoice or bill, where that is said."""
    made = payment(record)
    try:
        left = decimal(_inner(record, "Invoice").get("AmountDue"))
    except (Unreadable, ArithmeticError):
        return made  # the payment is certain; what is left can be read again
    return None if made is None else made.model_copy(update={"left_on_document": left})


_IDENTITIES = ("InvoiceID", "CreditNoteID", "OverpaymentID", "PrepaymentID")


def contact(record: Wire) -> Contact | None:
    """A customer or supplier; archived ones too, so that a copy can drop them."""
    places = record.get("Addresses") or ()
    return Contact(
        id=record["ContactID"],
        name=text(record.get("Name")),
        email=text(record.get("EmailAddress")),
        city=next((text(place.get("City")) for place in places if text(place.get("City"))), ""),
        country=next((text(place.get("Country")) for place in places if text(place.get("Country"))), ""),
        is_customer=record.get("IsCustomer") is True,
        is_supplier=record.get("IsSupplier") is True,
        status=text(record.get("ContactStatus")) or "ACTIVE",
        iban=text(record.get("BankAccountDetails")),
        updated_at=moment(record["UpdatedDateUTC"]),
    )


def account(record: Wire) -> LedgerAccount | None:
    """An account of the chart of accounts."""
    return LedgerAccount(
        id=record["AccountID"],
        code=text(record.get("Code")),
        name=text(record.get("Name")),
        type=text(record.get("Type")),
        status=text(record.get("Status")) or "ACTIVE",
        currency=text(record.get("CurrencyCode")),
        enable_payments=record.get("EnablePaymentsToAccount") is True,
        bank_account_number=text(record.get("BankAccountNumber")),
        updated_at=moment(record["UpdatedDateUTC"]),
    )


_NO_LINES = frozenset({"DEBTORS", "CREDITORS", "RETAINEDEARNINGS"})
"""Xero's system accounts (SystemAccount) that no line may name."""


def posting_account(record: Wire) -> PostingAccount | None:
    """An account that a line of an invoice or bill can be booked to; None for all others."""
    code, kind = text(record.get("Code")), text(record.get("Type"))
    if not code or kind == "BANK" or text(record.get("SystemAccount")) in _NO_LINES:
        return None
    if (text(record.get("Status")) or "ACTIVE") != "ACTIVE":
        return None
    return PostingAccount(code=code, name=text(record.get("Name")), type=kind, tax_type=text(record.get("TaxType")))


def tax_rate(record: Wire) -> TaxRate | None:
    """A tax that is in use; None for one that is deleted or archived."""
    if (text(record.get("Status")) or "ACTIVE") != "ACTIVE":
        return None
    return TaxRate(
        tax_type=record["TaxType"],
        name=text(record.get("Name")),
        percent=decimal(record.get("EffectiveRate"), Decimal(0)),
    )


def organisation(record: Wire) -> OrganisationDetails | None:
    """The organisation's own facts."""
    end_day, end_month = record.get("FinancialYearEndDay"), record.get("FinancialYearEndMonth")
    return OrganisationDetails(
        name=record["Name"],
        legal_name=text(record.get("LegalName")),
        base_currency=record["BaseCurrency"],
        country=text(record.get("CountryCode")),
        short_code=text(record.get("ShortCode")),
        version=text(record.get("Version")),
        tax_number=text(record.get("TaxNumber")),
        registration_number=text(record.get("RegistrationNumber")),
        financial_year_end=f"{end_month:02d}-{end_day:02d}" if end_day and end_month else "",
        period_lock_date=day(record.get("PeriodLockDate")),
        end_of_year_lock_date=day(record.get("EndOfYearLockDate")),
        timezone=text(record.get("Timezone")),
        is_demo=record.get("IsDemoCompany") is True,
    )


def refusal(raw: bytes) -> str:
    """Everything that Xero says against a request, its sentences one after the other; empty when it says nothing."""
    try:
        body = body_of(raw)
    except Unreadable:
        return ""
    said: list[str] = []
    items = body.get("Elements")
    for element in items if isinstance(items, list) else ():
        errors = element.get("ValidationErrors") if isinstance(element, dict) else None
        said += [text(error.get("Message")) for error in errors or () if isinstance(error, dict)]
    said = said or [text(body.get("Message")) or text(body.get("Detail"))]
    sentences = (" ".join(message.split())[:300] for message in dict.fromkeys(said) if message)
    return " ".join(message if message.endswith(".") else f"{message}." for message in sentences)


def detail(raw: bytes) -> str:
    """The `Detail` of a 401 or 403, by which Xero tells a missing scope from a lost connection."""
    try:
        return text(body_of(raw).get("Detail"))
    except Unreadable:
        return ""
