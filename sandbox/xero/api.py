"""The accounting API: which address is which, and what every request goes through."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response

from sandbox.faults import ORDERED_ANSWER
from sandbox.xero.advances import Advances
from sandbox.xero.attachments import NOUNS, Attachments
from sandbox.xero.bank_transactions import BankTransactions
from sandbox.xero.bank_transfers import BankTransfers
from sandbox.xero.batch_payments import BatchPayments
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.credits import CreditNotes
from sandbox.xero.documents import Invoices
from sandbox.xero.drafting import CREDIT_NOTE, INVOICE
from sandbox.xero.files import Files
from sandbox.xero.gate import Gate
from sandbox.xero.groups import Groups
from sandbox.xero.history import History
from sandbox.xero.items import Items
from sandbox.xero.journal import Journal
from sandbox.xero.journals import Journals
from sandbox.xero.manual_journals import ManualJournals
from sandbox.xero.masters import Masters
from sandbox.xero.orders import Orders
from sandbox.xero.payments import Payments
from sandbox.xero.people import Contacts
from sandbox.xero.quotes import Quotes
from sandbox.xero.refusals import NotFound, Refusal, json_answer
from sandbox.xero.render import Render
from sandbox.xero.repeating import RepeatingInvoices
from sandbox.xero.reports import Reports
from sandbox.xero.settings import Settings
from sandbox.xero.wire import Json
from sandbox.xero.writing import Writing

ROOT = "/api.xro/2.0/"
Served = Quotes | Orders | Items | BankTransactions | ManualJournals
"""What is found, made and changed under the five usual addresses."""
Serve = Callable[..., Json | Response | None]
"""What a route answers: the body of the envelope, an answer of another form (a file), or nothing."""


class Api:
    """Everything under /api.xro/2.0."""

    root = ROOT
    """Where its addresses begin."""

    def __init__(self, books: Books, journal: Journal, gate: Gate, announce: Callable[[], None] = lambda: None) -> None:
        self._books = books
        self._journal = journal
        self._announce = announce
        self._gate = gate
        self._table = [
            (method, re.compile(pattern, re.IGNORECASE), serve) for method, pattern, serve in self._routes(books)
        ]

    def _routes(self, books: Books) -> Sequence[tuple[str, str, Serve]]:
        render = Render(books)
        return (
            *_document_routes(books, render),
            *_paper_routes(books, render),
            *_cash_routes(books, render),
            *_settings_routes(Settings(books, Masters(books))),
            *_report_routes(Reports(books, self._journal)),
        )

    async def serve(self, request: Request) -> Response:
        """One request: admitted, counted, replayed or carried out, and written down before it is answered."""
        body = await request.body()
        headers: dict[str, str] = {}
        path = request.url.path[len(self.root) :].rstrip("/")
        try:
            noun, _, rest = path.partition("/")
            token = self._gate.admit(
                request.headers.get("authorization", ""),
                request.headers.get("xero-tenant-id"),
                request.method,
                "attachments" if "/attachments" in f"/{rest.lower()}" else noun.lower(),
                rest,
            )
            headers = self._gate.count(token)
            call = Call(self._books, request.method, path, dict(request.query_params), request.headers, body, token)
            return self._answered(call, headers, request.scope.get(ORDERED_ANSWER))
        except Refusal as refusal:
            return self._gate.refused(refusal, headers)

    def _answered(self, call: Call, headers: dict[str, str], ordered: Response | None) -> Response:
        known = self._gate.replayed(call)
        if known is not None:
            return Response(known.body, known.status, headers, media_type="application/json")
        try:
            if ordered is None:
                serve, parts = self._route(call)
                served = serve(call, *parts)
                answer = served if isinstance(served, Response) else self._answer(served)
            else:
                answer = ordered
        except Refusal as refusal:
            if isinstance(refusal, NotFound):
                raise
            answer = refusal.answer()
        self._gate.keep(call, answer)
        self._books.commit()
        for effect in call.effects:
            self._books.control.record(
                operation=effect.operation,
                method=call.method,
                path=self.root + call.path,
                idempotency_key=call.key or None,
                body=effect.body,
                result_id=effect.result_id,
            )
        if call.effects:
            self._announce()
        answer.headers.update(headers)
        return answer

    def _route(self, call: Call) -> tuple[Serve, tuple[str, ...]]:
        for method, pattern, serve in self._table:
            match = pattern.fullmatch(call.path)
            if match and method == call.method:
                return serve, match.groups()
        raise NotFound

    def _answer(self, served: Json | None) -> Response:
        return Response(b"", 204) if served is None else json_answer(self._envelope() | served)

    def _envelope(self) -> Json:
        return {
            "Id": str(uuid.uuid4()),
            "Status": "OK",
            "ProviderName": "Finance assistant sandbox",
            "DateTimeUTC": self._books.control.now(),
        }


def _document_routes(books: Books, render: Render) -> tuple[tuple[str, str, Serve], ...]:
    invoices, invoicing = Invoices(books, render), Writing(books, render, INVOICE)
    crediting = Writing(books, render, CREDIT_NOTE)
    payments, notes = Payments(books, render), CreditNotes(books, render)
    contacts, history = Contacts(books, Masters(books)), History(books)
    files = Files(books)
    return (
        ("GET", "Invoices", invoices.find),
        ("PUT", "Invoices", invoicing.create),
        ("POST", "Invoices", invoicing.upsert),
        ("GET", "Invoices/([^/]+)", lambda call, one: (files.pdf if call.wants_pdf else invoices.get)(call, one)),
        ("POST", "Invoices/([^/]+)", invoicing.update),
        ("GET", "Invoices/([^/]+)/pdf", files.pdf),
        ("GET", "Invoices/([^/]+)/OnlineInvoice", files.online),
        ("POST", "Invoices/([^/]+)/Email", files.email),
        *_attached(Attachments(books)),
        ("GET", "Payments", payments.find),
        ("PUT", "Payments", payments.create),
        ("POST", "Payments", payments.create),
        ("GET", "Payments/([^/]+)", payments.get),
        ("POST", "Payments/([^/]+)", payments.delete),
        ("GET", "CreditNotes", notes.find),
        ("GET", "CreditNotes/([^/]+)", notes.get),
        ("PUT", "CreditNotes", crediting.create),
        ("POST", "CreditNotes", crediting.upsert),
        ("POST", "CreditNotes/([^/]+)", crediting.update),
        ("PUT", "CreditNotes/([^/]+)/Allocations", notes.allocate),
        ("DELETE", "CreditNotes/([^/]+)/Allocations/([^/]+)", notes.remove),
        ("GET", "Contacts", contacts.find),
        ("PUT", "Contacts", contacts.create),
        ("POST", "Contacts", contacts.upsert),
        ("GET", "Contacts/([^/]+)", contacts.get),
        ("POST", "Contacts/([^/]+)", contacts.update),
        ("GET", "(?:Invoices|CreditNotes)/([^/]+)/History", history.find),
        ("PUT", "(?:Invoices|CreditNotes)/([^/]+)/History", history.add),
        ("GET", "Contacts/([^/]+)/History", history.find_of_contact),
        ("PUT", "Contacts/([^/]+)/History", history.add_to_contact),
    )


def _paper_routes(books: Books, render: Render) -> tuple[tuple[str, str, Serve], ...]:
    quotes, orders, items = Quotes(books, render), Orders(books, render), Items(books)
    groups, repeating, history = Groups(books, render), RepeatingInvoices(books, render), History(books)
    kinds = "Quotes|PurchaseOrders|Items|RepeatingInvoices|BankTransactions|BankTransfers|ManualJournals"
    with_history = f"({kinds}|BatchPayments|Prepayments|Overpayments)/([^/]+)/History"
    return (
        *_written("Quotes", quotes),
        *_written("PurchaseOrders", orders),
        *_written("Items", items),
        ("GET", "ContactGroups", groups.find),
        ("PUT", "ContactGroups", groups.create),
        ("GET", "ContactGroups/([^/]+)", groups.get),
        ("POST", "ContactGroups/([^/]+)", groups.update),
        ("PUT", "ContactGroups/([^/]+)/Contacts", groups.add),
        ("DELETE", "ContactGroups/([^/]+)/Contacts", groups.clear),
        ("DELETE", "ContactGroups/([^/]+)/Contacts/([^/]+)", groups.remove),
        ("GET", "RepeatingInvoices", repeating.find),
        ("GET", "RepeatingInvoices/([^/]+)", repeating.get),
        ("GET", with_history, history.find_of),
        ("PUT", with_history, history.add_to),
    )


def _cash_routes(books: Books, render: Render) -> tuple[tuple[str, str, Serve], ...]:
    transfers, batches, journals = BankTransfers(books), BatchPayments(books, render), Journals(books)
    return (
        *_written("BankTransactions", BankTransactions(books, render)),
        *_written("ManualJournals", ManualJournals(books)),
        ("GET", "BankTransfers", transfers.find),
        ("PUT", "BankTransfers", transfers.create),
        ("POST", "BankTransfers", transfers.delete_named),
        ("GET", "BankTransfers/([^/]+)", transfers.get),
        ("POST", "BankTransfers/([^/]+)", transfers.delete),
        ("GET", "Journals", journals.find),
        ("GET", "Journals/([^/]+)", journals.get),
        *_set_off("Prepayments", Advances(books, render, "Prepayment")),
        *_set_off("Overpayments", Advances(books, render, "Overpayment")),
        ("GET", "BatchPayments", batches.find),
        ("PUT", "BatchPayments", batches.create),
        ("POST", "BatchPayments", batches.delete_named),
        ("GET", "BatchPayments/([^/]+)", batches.get),
        ("POST", "BatchPayments/([^/]+)", batches.delete),
    )


def _set_off(noun: str, served: Advances) -> tuple[tuple[str, str, Serve], ...]:
    return (
        ("GET", noun, served.find),
        ("GET", f"{noun}/([^/]+)", served.get),
        ("PUT", f"{noun}/([^/]+)/Allocations", served.allocate),
        ("DELETE", f"{noun}/([^/]+)/Allocations/([^/]+)", served.remove),
    )


def _written(noun: str, served: Served) -> tuple[tuple[str, str, Serve], ...]:
    return (
        ("GET", noun, served.find),
        ("PUT", noun, served.create),
        ("POST", noun, served.upsert),
        ("GET", f"{noun}/([^/]+)", served.get),
        ("POST", f"{noun}/([^/]+)", served.update),
    )


def _attached(served: Attachments) -> tuple[tuple[str, str, Serve], ...]:
    of_record = f"({'|'.join(NOUNS)})/([^/]+)/Attachments"
    return (
        ("GET", of_record, served.find),
        ("GET", f"{of_record}/([^/]+)", served.one),
        ("PUT", f"{of_record}/([^/]+)", served.put),
        ("POST", f"{of_record}/([^/]+)", served.put),
    )


def _settings_routes(settings: Settings) -> tuple[tuple[str, str, Serve], ...]:
    return (
        ("GET", "Organisations?", settings.organisation),
        ("GET", "Accounts", settings.accounts),
        ("GET", "Accounts/([^/]+)", settings.account),
        ("GET", "TaxRates", settings.tax_rates),
        ("GET", "Currencies", settings.currencies),
        ("GET", "TrackingCategories", settings.tracking_categories),
        ("GET", "Users", settings.users),
    )


def _report_routes(reports: Reports) -> tuple[tuple[str, str, Serve], ...]:
    return (
        ("GET", "Reports/BalanceSheet", reports.balance_sheet),
        ("GET", "Reports/ProfitAndLoss", reports.profit_and_loss),
        ("GET", "Reports/TrialBalance", reports.trial_balance),
        ("GET", "Reports/BankSummary", reports.bank_summary),
        ("GET", "Reports/ExecutiveSummary", reports.executive_summary),
        ("GET", "Reports/AgedReceivablesByContact", reports.aged_receivables),
        ("GET", "Reports/AgedPayablesByContact", reports.aged_payables),
    )
