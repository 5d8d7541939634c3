"""Everything that the assistant can do, in the order in which a model is told of it."""

from __future__ import annotations

from tools.base import Toolset
from tools.solaris.balances import get_account_balance, list_bank_accounts
from tools.solaris.bookings import list_bookings
from tools.xero.bank_details import CHANGE_BANK_DETAILS
from tools.xero.bills import get_bill, list_bills
from tools.xero.contacts import list_contacts
from tools.xero.draft_documents import CREATE_BILL, CREATE_INVOICE
from tools.xero.invoices import get_invoice, list_invoices
from tools.xero.new_contact import CREATE_CONTACT
from tools.xero.organisation import get_organisation
from tools.xero.overdue import get_overdue_summary
from tools.xero.payment_list import list_payments
from tools.xero.payment_removal import REMOVE_PAYMENT
from tools.xero.payment_status import get_payment_status
from tools.xero.payments import RECORD_PAYMENT
from tools.xero.status_change import CHANGE_STATUS


def toolset() -> Toolset:
    """The closed catalogue: reads of Xero and Solaris, and the writes that can be proposed."""
    return Toolset(
        (
            list_invoices,
            get_invoice,
            get_overdue_summary,
            list_bills,
            get_bill,
            list_payments,
            get_payment_status,
            list_contacts,
            get_organisation,
            get_account_balance,
            list_bank_accounts,
            list_bookings,
            CREATE_INVOICE,
            CREATE_BILL,
            CHANGE_STATUS,
            RECORD_PAYMENT,
            REMOVE_PAYMENT,
            CREATE_CONTACT,
            CHANGE_BANK_DETAILS,
        )
    )
