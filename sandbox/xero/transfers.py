"""Money moved between our own bank accounts: listing it, writing it down, taking it back.

Taken as known of the vendor: a transfer is AUTHORISED from the beginning and can only be deleted (POST to it with that
status), not changed; one that is reconciled on either side cannot. Between accounts of two currencies the vendor
reckons with a rate of its own, which this stand-in has not: such a transfer is refused.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from sandbox.xero.batch import one_sent, write_all
from sandbox.xero.books import Books
from sandbox.xero.call import Call, Noun, selected
from sandbox.xero.history import noted
from sandbox.xero.locks import lock_messages
from sandbox.xero.masters import Masters
from sandbox.xero.records import BankTransfer
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.wire import Json, nested, read_date, read_decimal, text_of


class Transfers:
    """Serves /BankTransfers."""

    def __init__(self, books: Books, masters: Masters) -> None:
        self._books = books
        self._masters = masters
        self._noun = Noun(
            "BankTransfer",
            "BankTransfers",
            {
                "BankTransferID": lambda t: t.bank_transfer_id,
                "Date": lambda t: t.date,
                "Amount": lambda t: t.amount,
                "Reference": lambda t: t.reference,
                "Status": lambda t: t.status,
                "CreatedDateUTC": lambda t: t.updated_at,
            },
            updated="CreatedDateUTC",
            id_field="BankTransferID",
        )

    def find(self, call: Call) -> Json:
        """Every transfer, in one piece; deleted ones are left out."""
        rows = [one for one in self._books.transfers.values() if one.status == "AUTHORISED"]
        return {"BankTransfers": [self._masters.bank_transfer(one) for one in selected(call, self._noun, rows)]}

    def get(self, call: Call, wanted: str) -> Json:
        """One transfer."""
        return {"BankTransfers": [self._masters.bank_transfer(self._transfer(wanted))]}

    def _transfer(self, wanted: str) -> BankTransfer:
        transfer = self._books.transfers.get(wanted.lower())
        if transfer is None:
            raise NotFound
        return transfer

    def create(self, call: Call) -> Json:
        """PUT: writes transfers down."""
        return write_all(call, "BankTransfers", self._prepared, lambda body, made: self._keep(call, body, made), _alone)

    def delete(self, call: Call, wanted: str) -> Json:
        """POST with the status DELETED: takes a transfer back."""
        before = self._transfer(wanted)
        sent = one_sent(call, "BankTransfers")
        echoed = {"BankTransferID": before.bank_transfer_id, **sent}
        messages = []
        if text_of(sent, "Status").upper() != "DELETED":
            messages.append("A bank transfer can only be deleted")
        if before.status != "AUTHORISED":
            messages.append("Bank transfer not of valid status for modification")
        if before.reconciled:
            messages.append("A reconciled bank transfer cannot be deleted")
        messages += lock_messages(self._books, before.date)
        if messages:
            raise Invalid(echo(echoed, *messages))
        gone = replace(before, status="DELETED", updated_at=self._books.control.now())
        self._books.apply(gone, noted(call, gone.bank_transfer_id, "Deleted", "Transfer deleted"))
        call.took_effect("delete_bank_transfer", sent, gone.bank_transfer_id)
        return {"BankTransfers": [self._masters.bank_transfer(gone)]}

    def _prepared(self, body: Json) -> BankTransfer:
        """The transfer as it would be. Raises Invalid."""
        messages: list[str] = []
        source = self._bank(body, "FromBankAccount", messages)
        target = self._bank(body, "ToBankAccount", messages)
        try:
            amount = read_decimal(body.get("Amount")) or Decimal(0)
            on = read_date(body.get("Date")) or self._books.control.today()
        except ValueError as error:
            raise Invalid(echo(body, str(error))) from error
        if amount <= 0 or amount != amount.quantize(Decimal("0.01")):
            messages.append("Amount must be greater than zero, with 2 decimal places at most")
        if source and source == target:
            messages.append("The bank accounts of a transfer must be different")
        elif source and target and self._books.banks[source].currency != self._books.banks[target].currency:
            messages.append("Transfers between currencies are not available in this sandbox")
        messages += lock_messages(self._books, on)
        if messages:
            raise Invalid(echo(body, *messages))
        return BankTransfer(
            bank_transfer_id=self._books.new_id(),
            from_code=source,
            to_code=target,
            date=on,
            amount=amount,
            to_amount=amount,
            rate=self._rate(source),
            reference=text_of(body, "Reference")[:255],
            updated_at=self._books.control.now(),
            reconciled=False,
        )

    def _rate(self, code: str) -> Decimal:
        """Of the account's currency: as on the newest document in it."""
        currency = self._books.banks[code].currency
        known = [doc for doc in self._books.documents.values() if doc.currency == currency]
        base = currency == self._books.company.organisation.base_currency
        return Decimal(1) if base or not known else max(known, key=lambda doc: doc.date).rate

    def _bank(self, body: Json, name: str, messages: list[str]) -> str:
        """The code of the bank account that is named by id or code; a message where there is none."""
        sent = nested(body, name)
        account = self._books.account_by_id(text_of(sent, "AccountID")) or self._books.accounts.get(
            text_of(sent, "Code")
        )
        if account is None or account.code not in self._books.banks:
            messages.append(f"{name} must be a bank account")
            return ""
        return account.code

    def _keep(self, call: Call, sent: Json, made: BankTransfer) -> Json:
        names = [self._books.accounts[code].name for code in (made.from_code, made.to_code)]
        text = f"Transfer of {made.amount:.2f} from {names[0]} to {names[1]}"
        self._books.apply(made, noted(call, made.bank_transfer_id, "Created", text))
        call.took_effect("create_bank_transfer", sent, made.bank_transfer_id)
        return self._masters.bank_transfer(made)


def _alone(made: BankTransfer) -> tuple[str, str]:
    """Two transfers of one request may be alike."""
    return "", ""
