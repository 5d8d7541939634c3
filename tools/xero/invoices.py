"""Sales invoices: what customers owe us."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from tools.base import Access, ToolResult, read_tool
from tools.inputs import Amount, ContactName, Day, Limit, Text
from tools.xero.books import DocumentKind, State
from tools.xero.document_view import show_document
from tools.xero.documents import Wish, list_documents

StateWanted = Annotated[
    State,
    BeforeValidator(lambda value: value or "all"),
    Field(description="open: approved with something left to pay; overdue: open and past its due date"),
]
InvoiceNumber = Annotated[Text, Field(description="As the person wrote it, e.g. INV-0042")]


@read_tool("xero")
async def list_invoices(
    access: Access,
    status: StateWanted = "all",
    contact_name: ContactName = "",
    number: InvoiceNumber = "",
    date_from: Day = "",
    date_to: Day = "",
    due_from: Day = "",
    due_to: Day = "",
    min_amount: Amount = "",
    max_amount: Amount = "",
    currency: Text = "",
    limit: Limit = 0,
) -> ToolResult:
    """List sales invoices issued to customers (money owed to us), with totals by currency.

    date_from/date_to filter the invoice date, due_from/due_to the due date; both days are included. Pass names,
    numbers and amounts as the person wrote them. The answer and the totals are computed: repeat them, never add up.
    """
    return await list_documents(
        access,
        Wish(
            DocumentKind.INVOICE, status, contact_name, number, date_from, date_to, due_from, due_to,
            min_amount, max_amount, currency, limit,
        ),
    )  # fmt: skip


@read_tool("xero")
async def get_invoice(
    access: Access,
    invoice_number: InvoiceNumber,
) -> ToolResult:
    """Show one sales invoice by its number, read live from Xero: lines, payments and what is left to pay."""
    return await show_document(access, invoice_number, DocumentKind.INVOICE)
