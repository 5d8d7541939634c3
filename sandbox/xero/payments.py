"""Payments: the rules under which money settles a document, and taking a payment back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sandbox.company.shape import LedgerAccount
from sandbox.xero.books import Books
from sandbox.xero.call import Call, Noun, listing
from sandbox.xero.finding import find_document
from sandbox.xero.history import noted
from sandbox.xero.locks import lock_messages
from sandbox.xero.records import Doc, DocumentStatus, Pay, Record
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.render import PAYMENT_TYPES, Render
from sandbox.xero.wire import Json, elements, nested, read_date, read_decimal, text_of

NOT_AUTHORISED = "Payments can only be made against Authorised documents"
TOO_MUCH = "Payment amount exceeds the amount outstanding on this document"
WRONG_ACCOUNT = "Account type is invalid for making a payment to/from"
NOT_CHANGEABLE = "Payment not of valid status for modification"
IN_A_BATCH = "This payment is part of a batch payment and can only be deleted together with it"
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A payment that may be made."""

    document: Doc
    account: LedgerAccount
    amount: Decimal
    on: date
    rate: Decimal
    reference: str
    reconciled: bool


class Payments:
    """Serves /Payments."""

    def __init__(self, books: Books, render: Render) -> None:
        self._books = books
        self._render = render
        self._noun = Noun(
            "Payment",
            "Payments",
            {
                "PaymentID": lambda p: p.payment_id,
                "Status": lambda p: p.status,
                "Date": lambda p: p.date,
                "Amount": lambda p: p.amount,
                "Reference": lambda p: p.reference,
                "IsReconciled": lambda p: p.reconciled,
                "UpdatedDateUTC": lambda p: p.updated_at,
                "PaymentType": lambda p: PAYMENT_TYPES[books.documents[p.document_id].kind],
                "Account.Code": lambda p: p.account_code,
                "Account.AccountID": lambda p: books.accounts[p.account_code].account_id,
                "Invoice.InvoiceID": lambda p: p.document_id,
                "Invoice.InvoiceNumber": lambda p: books.documents[p.document_id].number,
                "Invoice.Type": lambda p: books.documents[p.document_id].kind.value,
                "Invoice.CurrencyCode": lambda p: books.documents[p.document_id].currency,
                "Invoice.Contact.ContactID": lambda p: books.documents[p.document_id].contact_id,
                "Invoice.Contact.Name": lambda p: books.contacts[books.documents[p.document_id].contact_id].name,
            },
            id_field="PaymentID",
        )

    def find(self, call: Call) -> Json:
        """Payments, deleted ones included, by when they changed."""
        rows = list(self._books.payments.values())
        return listing(call, self._noun, rows, lambda payment: self._render.payment(payment, whole=False))

    def get(self, call: Call, payment_id: str) -> Json:
        """One payment with its document in full."""
        payment = self._books.payments.get(payment_id.lower())
        if payment is None:
            raise NotFound
        return {"Payments": [self._render.payment(payment, whole=True)]}

    def create(self, call: Call) -> Json:
        """Makes one or many payments; with summarizeErrors (usual) all of them or none."""
        sent = elements(call.json(), "Payments")
        if not sent:
            raise Invalid(echo({}, "No payments were sent"))
        if call.flag("summarizeErrors", True):
            failed = self._failures(sent)
            if failed:
                raise Invalid(*failed)
            return {"Payments": [self._make(call, body, self.wanted(body)) for body in sent]}
        answers = []
        for body in sent:
            try:
                answers.append({**self._make(call, body, self.wanted(body)), "StatusAttributeString": "OK"})
            except Invalid as refusal:
                failure = {**refusal.elements[0], "StatusAttributeString": "ERROR", "HasValidationErrors": True}
                answers.append(failure)
        return {"Payments": answers}

    def _failures(self, sent: list[Json]) -> list[Json]:
        """What is wrong with any of them, counting together those that pay the same document."""
        failed, planned = [], dict[str, Decimal]()
        for body in sent:
            try:
                wanted = self.wanted(body, planned)
                so_far = planned.get(wanted.document.document_id, Decimal(0))
                planned[wanted.document.document_id] = so_far + wanted.amount
            except Invalid as refusal:
                failed += refusal.elements
        return failed

    def _document(self, body: Json) -> Doc | None:
        if invoice := nested(body, "Invoice"):
            wanted = text_of(invoice, "InvoiceID") or text_of(invoice, "InvoiceNumber")
            return find_document(self._books, wanted, credit=False)
        if note := nested(body, "CreditNote"):
            wanted = text_of(note, "CreditNoteID") or text_of(note, "CreditNoteNumber")
            return find_document(self._books, wanted, credit=True)
        number = text_of(body, "InvoiceNumber") or text_of(body, "CreditNoteNumber")
        return find_document(self._books, number, credit=bool(body.get("CreditNoteNumber"))) if number else None

    def _account(self, body: Json) -> LedgerAccount | None:
        account = nested(body, "Account")
        if text_of(account, "AccountID"):
            return self._books.account_by_id(text_of(account, "AccountID"))
        return self._books.accounts.get(text_of(account, "Code") or text_of(body, "Code"))

    def wanted(self, body: Json, planned: dict[str, Decimal] | None = None) -> Wanted:
        """What is asked for, if every rule holds. Raises Invalid with every message that applies."""
        document, account = self._document(body), self._account(body)
        messages: list[str] = []
        kinds = [name for name in ("Invoice", "CreditNote", "Prepayment", "Overpayment") if nested(body, name)]
        if len(kinds) > 1:
            messages.append("A payment must be for one of Invoice, CreditNote, Prepayment or Overpayment")
        elif document is None:
            messages.append("Invoice could not be found" if "CreditNote" not in kinds else "Credit Note not found")
        try:
            amount = read_decimal(body.get("Amount")) or Decimal(0)
            on = read_date(body.get("Date")) or self._books.control.today()
            rate = read_decimal(body.get("CurrencyRate"))
        except ValueError as error:
            raise Invalid(echo(body, str(error))) from error
        if document is not None:
            left = self._books.standing(document).due - (planned or {}).get(document.document_id, Decimal(0))
            messages += _amount_messages(document, amount, left)
        messages += self._account_messages(account, document)
        if rate is not None and rate <= 0:
            messages.append("CurrencyRate must be greater than zero")
        messages += lock_messages(self._books, on)
        if messages or document is None or account is None:
            raise Invalid(echo(body, *messages))
        usual_rate = document.rate if document.currency != "EUR" else Decimal(1)
        reconciled = body.get("IsReconciled") is True
        reference = text_of(body, "Reference")[:255]
        return Wanted(document, account, amount, on, rate or usual_rate, reference, reconciled)

    def _account_messages(self, account: LedgerAccount | None, document: Doc | None) -> list[str]:
        if account is None:
            return ["Account could not be found"]
        if account.status != "ACTIVE" or not (account.type == "BANK" or account.payments_enabled):
            return [WRONG_ACCOUNT]
        bank = self._books.banks.get(account.code)
        base = self._books.company.organisation.base_currency
        if bank is not None and document is not None and bank.currency not in (base, document.currency):
            return ["The payment account must be in the organisation's base currency or the document's currency"]
        return []

    def _make(self, call: Call, sent: Json, wanted: Wanted) -> Json:
        payment = self.settle(call, wanted)
        call.took_effect("create_payment", sent, payment.payment_id)
        return self._render.payment(payment, whole=True)

    def settle(self, call: Call, wanted: Wanted, batch_id: str = "") -> Pay:
        """Writes the payment; the document becomes PAID when nothing is left."""
        now = self._books.control.now()
        document = wanted.document
        bank = self._books.banks.get(wanted.account.code)
        same = bank is not None and bank.currency == document.currency
        bank_amount = wanted.amount if same else (wanted.amount / wanted.rate).quantize(CENT, ROUND_HALF_UP)
        payment = Pay(
            payment_id=self._books.new_id(),
            document_id=document.document_id,
            account_code=wanted.account.code,
            date=wanted.on,
            amount=wanted.amount,
            bank_amount=bank_amount,
            rate=wanted.rate,
            reference=wanted.reference,
            reconciled=wanted.reconciled,
            status="AUTHORISED",
            idempotency_key=call.key,
            updated_at=now,
            batch_id=batch_id,
        )
        left = self._books.standing(document).due - wanted.amount
        settled = replace(document, updated_at=now)
        if left == 0:
            last = max([wanted.on, *(p.date for p in self._books.payments_of(document.document_id))])
            settled = replace(settled, status=DocumentStatus.PAID, fully_paid_on=last)
        text = f"Payment made on {wanted.on:%d %B %Y} for {wanted.amount:.2f} {document.currency}"
        text += f". There is {left:.2f} outstanding on this document."
        self._books.apply(payment, settled, noted(call, document.document_id, "Paid", text))
        return payment

    def delete(self, call: Call, payment_id: str) -> Json:
        """Takes a payment back: `{"Status": "DELETED"}` is the only change a payment allows."""
        payment = self._books.payments.get(payment_id.lower())
        if payment is None:
            raise NotFound
        sent = elements(call.json(), "Payments")
        body = sent[0] if sent else {}
        if text_of(body, "Status").upper() != "DELETED" or payment.status == "DELETED":
            raise Invalid(echo({"PaymentID": payment.payment_id, **body}, NOT_CHANGEABLE))
        messages = [IN_A_BATCH] if payment.batch_id else lock_messages(self._books, payment.date)
        if messages:
            raise Invalid(echo({"PaymentID": payment.payment_id, **body}, *messages))
        gone = self.take_back(call, payment)
        call.took_effect("delete_payment", body, payment.payment_id)
        return {"Payments": [self._render.payment(gone, whole=True)]}

    def take_back(self, call: Call, payment: Pay) -> Pay:
        """The payment as it is once deleted; its document is open again."""
        now = self._books.control.now()
        gone = replace(payment, status="DELETED", updated_at=now)
        document = self._books.documents[payment.document_id]
        status = DocumentStatus.AUTHORISED
        reverted: Record = replace(document, status=status, fully_paid_on=None, updated_at=now)
        text = f"Payment of {payment.amount:.2f} {document.currency} on {payment.date:%d %B %Y} was removed"
        self._books.apply(gone, reverted, noted(call, document.document_id, "Payment removed", text))
        return gone


def _amount_messages(document: Doc, amount: Decimal, left: Decimal) -> list[str]:
    messages = []
    if document.status is not DocumentStatus.AUTHORISED:
        messages.append(NOT_AUTHORISED)
    if amount <= 0:
        messages.append("Payment amount must be greater than zero")
    elif amount != amount.quantize(CENT):
        messages.append("Payment amount must not have more than 2 decimal places")
    if amount > left or document.status is DocumentStatus.PAID:
        messages.append(TOO_MUCH)
    return messages
