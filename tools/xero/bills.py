"""Bills (purchase invoices): what we owe suppliers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tools.base import Access, ToolResult, read_tool
from tools.inputs import Amount, ContactName, Day, Limit, Text
from tools.xero.books import DocumentKind
from tools.xero.document_view import show_document
from tools.xero.documents import Wish, list_documents
from tools.xero.invoices import StateWanted

BillNumber = Annotated[Text, Field(description="The supplier's number as the person wrote it, e.g. BILL-201")]


@read_tool("xero")
async def list_bills(
    access: Access,
    status: StateWanted = "all",
    contact_name: ContactName = "",
    number: BillNumber = "",
    date_from: Day = "",
    date_to: Day = "",
    due_from: Day = "",
    due_to: Day = "",
    min_amount: Amount = "",
    max_amount: Amount = "",
    currency: Text = "",
    limit: Limit = 0,
) -> ToolResult:
    """List bills (purchase invoices) that suppliers sent us and that we have to pay, with totals by currency.

    date_from/date_to filter the bill date, due_from/due_to the due date; both days are included. Pass names,
    numbers and amounts as the person wrote them. The answer and the totals are computed: repeat them, never add up.
    """
    return await list_documents(
        access,
        Wish(
            DocumentKind.BILL, status, contact_name, number, date_from, date_to, due_from, due_to,
            min_amount, max_amount, currency, limit,
        ),
    )  # fmt: skip


@read_tool("xero")
async def get_bill(
    access: Access,
    bill_number: BillNumber,
) -> ToolResult:
    """Show one bill of a supplier by its number, read live from Xero: lines, payments and what is left to pay."""
    return await show_document(access, bill_number, DocumentKind.BILL)
