"""Bank transfers: money moved between two of our own bank accounts."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from sandbox.xero.bank_drafting import bank_account
from sandbox.xero.batch import one_sent, write_all
from sandbox.xero.books import Books
from sandbox.xero.call import Call, Noun, selected
from sandbox.xero.cash import Transfer
from sandbox.xero.history import noted
from sandbox.xero.lines import CENT
from sandbox.xero.locks import lock_messages
from sandbox.xero.parties import rate_of
from sandbox.xero.posting import base_value
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.render import dates_shown, moment_text
from sandbox.xero.wire import Json, nested, read_date, read_decimal, text_of

NOT_CHANGEABLE = "Bank transfer not of valid status for modification"
RECONCILED = "This bank transfer is reconciled and cannot be deleted"
NOT_FOUND = "Bank transfer could not be found"


class BankTransfers:
    """Serves /BankTransfers."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._noun = Noun(
            "BankTransfer",
            "BankTransfers",
            {
                "BankTransferID": lambda t: t.transfer_id,
                "Date": lambda t: t.date,
                "Amount": lambda t: t.amount,
                "Reference": lambda t: t.reference,
                "Status": lambda t: t.status,
                "CreatedDateUTC": lambda t: t.created_at,
                "FromBankAccount.Code": lambda t: t.from_code,
                "ToBankAccount.Code": lambda t: t.to_code,
            },
            updated="CreatedDateUTC",
            id_field="BankTransferID",
        )

    def find(self, call: Call) -> Json:
        """Every transfer; deleted ones only when they are asked for."""
        deleted = call.flag("includeDeleted", False)
        rows = [row for row in self._books.transfers.values() if deleted or row.status != "DELETED"]
        return {"BankTransfers": [self._shown(transfer) for transfer in selected(call, self._noun, rows)]}

    def get(self, call: Call, wanted: str) -> Json:
        """One of them."""
        return {"BankTransfers": [self._shown(self._transfer(wanted))]}

    def _transfer(self, wanted: str) -> Transfer:
        transfer = self._books.transfers.get(wanted.lower())
        if transfer is None:
            raise NotFound
        return transfer

    def create(self, call: Call) -> Json:
        """PUT: moves money."""
        return write_all(
            call,
            "BankTransfers",
            self._new,
            lambda body, transfer: self._keep(call, body, transfer, "create", "Created"),
            lambda transfer: ("", ""),
        )

    def _new(self, body: Json) -> Transfer:
        """A new transfer. Raises Invalid with every message that applies."""
        source, target = (bank_account(self._books, nested(body, f"{end}BankAccount")) for end in ("From", "To"))
        messages = []
        if source is None or target is None:
            messages.append("FromBankAccount and ToBankAccount must be active accounts of type BANK")
        elif source.code == target.code:
            messages.append("A bank transfer must be between two different bank accounts")
        try:
            amount = read_decimal(body.get("Amount")) or Decimal(0)
            on = read_date(body.get("Date")) or self._books.control.today()
        except ValueError as error:
            raise Invalid(echo(body, str(error))) from error
        if amount <= 0 or amount != amount.quantize(CENT):
            messages.append("The amount of a bank transfer must be greater than zero, with 2 decimal places at most")
        messages += lock_messages(self._books, on)
        if messages or source is None or target is None:
            raise Invalid(echo(body, *messages))
        amount = amount.quantize(CENT)
        rate, arriving = self._exchanged(source.code, target.code, amount)
        return Transfer(
            transfer_id=self._books.new_id(),
            from_code=source.code,
            to_code=target.code,
            date=on,
            amount=amount,
            to_amount=arriving,
            rate=rate,
            reference=text_of(body, "Reference")[:255],
            from_reconciled=body.get("FromIsReconciled") is True,
            to_reconciled=body.get("ToIsReconciled") is True,
            status="AUTHORISED",
            created_at=self._books.control.now(),
        )

    def _exchanged(self, source: str, target: str, amount: Decimal) -> tuple[Decimal, Decimal]:
        """The rate, and what arrives in the other account's currency."""
        given, wanted = self._books.banks[source].currency, self._books.banks[target].currency
        base = self._books.company.organisation.base_currency
        rate = rate_of(self._books, {}, wanted if given == base else given)
        if given == wanted:
            return rate, amount
        return rate, (amount * rate).quantize(CENT, ROUND_HALF_UP) if given == base else base_value(amount, rate)

    def delete_named(self, call: Call) -> Json:
        """POST: deletes the transfers that are named by id."""
        return write_all(
            call,
            "BankTransfers",
            lambda body: self._deleted(body, self._books.transfers.get(text_of(body, "BankTransferID").lower())),
            lambda body, gone: self._keep(call, body, gone, "delete", "Deleted"),
            lambda gone: (gone.transfer_id, "The bank transfer is named twice in this request"),
        )

    def delete(self, call: Call, wanted: str) -> Json:
        """POST to one transfer: deletes it, which is the only change that there is."""
        transfer = self._transfer(wanted)
        sent = one_sent(call, "BankTransfers")
        gone = self._deleted({"BankTransferID": transfer.transfer_id, **sent}, transfer)
        return {"BankTransfers": [self._keep(call, sent, gone, "delete", "Deleted")]}

    def _deleted(self, body: Json, transfer: Transfer | None) -> Transfer:
        """The transfer as it is once deleted. Raises Invalid."""
        if transfer is None:
            raise Invalid(echo(body, NOT_FOUND))
        if text_of(body, "Status").upper() != "DELETED" or transfer.status == "DELETED":
            raise Invalid(echo(body, NOT_CHANGEABLE))
        reconciled = transfer.from_reconciled or transfer.to_reconciled
        messages = [RECONCILED] if reconciled else lock_messages(self._books, transfer.date)
        if messages:
            raise Invalid(echo(body, *messages))
        return replace(transfer, status="DELETED")

    def _keep(self, call: Call, sent: Json, transfer: Transfer, verb: str, deed: str) -> Json:
        text = f"{transfer.amount:.2f} from {transfer.from_code} to {transfer.to_code}"
        self._books.apply(transfer, noted(call, transfer.transfer_id, deed, text))
        call.took_effect(f"{verb}_bank_transfer", sent, transfer.transfer_id)
        return self._shown(transfer)

    def _shown(self, transfer: Transfer) -> Json:
        ends = {}
        for name, code in (("FromBankAccount", transfer.from_code), ("ToBankAccount", transfer.to_code)):
            account = self._books.accounts[code]
            ends[name] = {"AccountID": account.account_id, "Code": code, "Name": account.name}
        return {
            "BankTransferID": transfer.transfer_id,
            **dates_shown(Date=transfer.date),
            **ends,
            "Amount": transfer.amount,
            "CurrencyRate": transfer.rate,
            "Reference": transfer.reference,
            "FromIsReconciled": transfer.from_reconciled,
            "ToIsReconciled": transfer.to_reconciled,
            "HasAttachments": False,
            "CreatedDateUTC": transfer.created_at,
            "CreatedDateUTCString": moment_text(transfer.created_at),
            "Status": transfer.status,
            "FromBankTransactionID": transfer.transaction_id(source=True),
            "ToBankTransactionID": transfer.transaction_id(source=False),
        }
