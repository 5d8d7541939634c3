"""Batch payments: several documents paid out of, or into, one bank account as one total."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from sandbox.xero.bank_drafting import NOT_A_BANK, bank_account
from sandbox.xero.batch import one_sent, write_all
from sandbox.xero.books import ZERO, Books
from sandbox.xero.call import Call, Noun, selected
from sandbox.xero.cash import Batch
from sandbox.xero.history import noted
from sandbox.xero.locks import lock_messages
from sandbox.xero.payments import Payments, Wanted
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.render import Render, dates_shown
from sandbox.xero.wire import Json, elements, nested, text_of

NOT_CHANGEABLE = "Batch payment not of valid status for modification"
NOT_FOUND = "Batch payment could not be found"
NOT_ALIKE = "The payments of a batch must all be for invoices or all for bills, and in one currency"


class _Prepared(NamedTuple):
    batch: Batch
    payments: list[Wanted]


class BatchPayments:
    """Serves /BatchPayments."""

    def __init__(self, books: Books, render: Render) -> None:
        self._books = books
        self._payments = Payments(books, render)
        self._noun = Noun(
            "BatchPayment",
            "BatchPayments",
            {
                "BatchPaymentID": lambda b: b.batch_id,
                "Type": lambda b: b.type,
                "Status": lambda b: b.status,
                "Date": lambda b: b.date,
                "TotalAmount": lambda b: b.total,
                "Reference": lambda b: b.reference,
                "Account.Code": lambda b: b.account_code,
                "UpdatedDateUTC": lambda b: b.updated_at,
            },
            id_field="BatchPaymentID",
        )

    def find(self, call: Call) -> Json:
        """Every batch, deleted ones included."""
        rows = selected(call, self._noun, list(self._books.batches.values()))
        return {"BatchPayments": [self._shown(batch) for batch in rows]}

    def get(self, call: Call, wanted: str) -> Json:
        """One of them."""
        return {"BatchPayments": [self._shown(self._batch(wanted))]}

    def _batch(self, wanted: str) -> Batch:
        batch = self._books.batches.get(wanted.lower())
        if batch is None:
            raise NotFound
        return batch

    def create(self, call: Call) -> Json:
        """PUT: pays the documents named, all of a batch or none."""
        if not call.flag("summarizeErrors", True):
            return write_all(
                call,
                "BatchPayments",
                lambda body: self._prepared(body, {}),
                lambda body, prepared: self._keep(call, body, prepared),
                lambda prepared: ("", ""),
            )
        sent = [one_sent(call, "BatchPayments"), *elements(call.json(), "BatchPayments")[1:]]
        planned: dict[str, Decimal] = {}
        prepared, failed = list[_Prepared](), list[Json]()
        for body in sent:
            try:
                prepared.append(self._prepared(body, planned))
            except Invalid as refusal:
                failed += refusal.elements
        if failed:
            raise Invalid(*failed)
        return {"BatchPayments": [self._keep(call, *pair) for pair in zip(sent, prepared, strict=True)]}

    def _prepared(self, body: Json, planned: dict[str, Decimal]) -> _Prepared:
        """The batch and its payments, counting together those of one document. Raises Invalid.

        `planned` is what earlier batches of the same request will pay of each document; this one's is added.
        """
        account, sent = bank_account(self._books, nested(body, "Account")), body.get("Payments")
        if account is None:
            raise Invalid(echo(body, NOT_A_BANK))
        if not isinstance(sent, list) or not sent:
            raise Invalid(echo(body, "A batch payment must have at least one payment"))
        own: Json = {name: body[name] for name in ("Date", "Reference") if name in body}
        own |= {"Account": {"Code": account.code}, "IsReconciled": False}
        messages, payments = list[str](), list[Wanted]()
        so_far = dict(planned)
        for one in sent:
            try:
                wanted = self._payments.wanted({**(one if isinstance(one, dict) else {}), **own}, so_far)
            except Invalid as refusal:
                messages += [error["Message"] for each in refusal.elements for error in each["ValidationErrors"]]
                continue
            paid = wanted.document.document_id
            so_far[paid] = so_far.get(paid, ZERO) + wanted.amount
            payments.append(wanted)
        if len({(one.document.kind, one.document.currency) for one in payments}) > 1:
            messages.append(NOT_ALIKE)
        if len({one.on for one in payments}) > 1:
            messages.append("The payments of a batch must all be of one day")
        if any(one.document.is_credit for one in payments):
            messages.append("A batch payment cannot pay credit notes")
        if messages:
            raise Invalid(echo(body, *dict.fromkeys(messages)))
        planned |= so_far
        sales = payments[0].document.is_sales
        batch = Batch(
            batch_id=self._books.new_id(),
            type="RECBATCH" if sales else "PAYBATCH",
            account_code=account.code,
            date=payments[0].on,
            reference=text_of(body, "Reference")[:255],
            details=text_of(body, "Details"),
            narrative=text_of(body, "Narrative")[:18],
            payment_ids=(),
            total=sum((one.amount for one in payments), ZERO),
            status="AUTHORISED",
            updated_at=self._books.control.now(),
        )
        return _Prepared(batch, payments)

    def _keep(self, call: Call, sent: Json, prepared: _Prepared) -> Json:
        made = [self._payments.settle(call, wanted, prepared.batch.batch_id) for wanted in prepared.payments]
        batch = replace(prepared.batch, payment_ids=tuple(payment.payment_id for payment in made))
        text = f"{len(made)} payments on {batch.date:%d %B %Y} for {batch.total:.2f}"
        self._books.apply(batch, noted(call, batch.batch_id, "Created", text))
        call.took_effect("create_batch_payment", sent, batch.batch_id)
        return self._shown(batch)

    def delete(self, call: Call, wanted: str) -> Json:
        """POST to one batch: takes all of its payments back, which is the only change that there is."""
        return self._take_back(call, one_sent(call, "BatchPayments"), self._batch(wanted))

    def delete_named(self, call: Call) -> Json:
        """POST: the same, for the batch that the body names."""
        sent = one_sent(call, "BatchPayments")
        batch = self._books.batches.get(text_of(sent, "BatchPaymentID").lower())
        if batch is None:
            raise Invalid(echo(sent, NOT_FOUND))
        return self._take_back(call, sent, batch)

    def _take_back(self, call: Call, sent: Json, batch: Batch) -> Json:
        echoed = {"BatchPaymentID": batch.batch_id, **sent}
        if text_of(sent, "Status").upper() != "DELETED" or batch.status == "DELETED":
            raise Invalid(echo(echoed, NOT_CHANGEABLE))
        locked = lock_messages(self._books, batch.date)
        if locked:
            raise Invalid(echo(echoed, *locked))
        for payment_id in batch.payment_ids:
            self._payments.take_back(call, self._books.payments[payment_id])
        gone = replace(batch, status="DELETED", updated_at=self._books.control.now())
        self._books.apply(gone, noted(call, batch.batch_id, "Deleted", f"{batch.total:.2f} was taken back"))
        call.took_effect("delete_batch_payment", sent, batch.batch_id)
        return {"BatchPayments": [self._shown(gone)]}

    def _shown(self, batch: Batch) -> Json:
        account, payments = self._books.accounts[batch.account_code], []
        for payment_id in batch.payment_ids if batch.status == "AUTHORISED" else ():
            payment = self._books.payments[payment_id]
            document = self._books.documents[payment.document_id]
            invoice = {"InvoiceID": document.document_id, "InvoiceNumber": document.number, "LineItems": []}
            payments.append({"Invoice": invoice, "PaymentID": payment_id, "Amount": payment.amount})
        body: Json = {
            "Account": {"AccountID": account.account_id, "Code": account.code, "Name": account.name},
            "Reference": batch.reference,
            "BatchPaymentID": batch.batch_id,
            **dates_shown(Date=batch.date),
            "Payments": payments,
            "Type": batch.type,
            "Status": batch.status,
            "TotalAmount": batch.total,
            "UpdatedDateUTC": batch.updated_at,
            "IsReconciled": False,
        }
        extra = {"Details": batch.details, "Narrative": batch.narrative}
        return body | {name: text for name, text in extra.items() if text}
