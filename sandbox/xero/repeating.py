"""Repeating invoices: the templates of invoices and bills that come again; here they are read only."""

from __future__ import annotations

from sandbox.xero.books import Books
from sandbox.xero.call import Call, Noun, selected
from sandbox.xero.records import Repeating
from sandbox.xero.refusals import NotFound
from sandbox.xero.render import Render
from sandbox.xero.wire import Json


class RepeatingInvoices:
    """Serves /RepeatingInvoices."""

    def __init__(self, books: Books, render: Render) -> None:
        self._books = books
        self._render = render
        self._noun = Noun(
            "RepeatingInvoice",
            "RepeatingInvoices",
            {
                "RepeatingInvoiceID": lambda r: r.repeating_id,
                "Type": lambda r: r.kind.value,
                "Status": lambda r: r.status,
                "Reference": lambda r: r.reference,
                "CurrencyCode": lambda r: r.currency,
                "SubTotal": lambda r: r.subtotal,
                "TotalTax": lambda r: r.tax,
                "Total": lambda r: r.total,
                "Schedule.Unit": lambda r: r.schedule.unit,
                "Schedule.Period": lambda r: r.schedule.period,
                "Schedule.NextScheduledDate": lambda r: r.schedule.next_date,
                "UpdatedDateUTC": lambda r: r.updated_at,
                "Contact.ContactID": lambda r: r.contact_id,
                "Contact.Name": lambda r: books.contacts[r.contact_id].name,
            },
            id_field="RepeatingInvoiceID",
        )

    def find(self, call: Call) -> Json:
        """Every template."""
        rows = selected(call, self._noun, list(self._books.repeating.values()))
        return {"RepeatingInvoices": [self._shown(template) for template in rows]}

    def get(self, call: Call, repeating_id: str) -> Json:
        """One template."""
        template = self._books.repeating.get(repeating_id.lower())
        if template is None:
            raise NotFound
        return {"RepeatingInvoices": [self._shown(template)]}

    def _shown(self, template: Repeating) -> Json:
        schedule = template.schedule
        days = {
            "StartDate": schedule.start_date,
            "NextScheduledDate": schedule.next_date,
            "EndDate": schedule.end_date,
        }
        return {
            "Schedule": {
                "Period": schedule.period,
                "Unit": schedule.unit,
                "DueDate": schedule.due_days,
                "DueDateType": "DAYSAFTERBILLDATE",
                **{name: day for name, day in days.items() if day is not None},
            },
            "RepeatingInvoiceID": template.repeating_id,
            "ID": template.repeating_id,
            "Type": template.kind.value,
            "Reference": template.reference,
            "HasAttachments": False,
            "ApprovedForSending": template.approved_for_sending,
            "SendCopy": False,
            "MarkAsSent": template.approved_for_sending,
            "IncludePDF": template.approved_for_sending,
            "Contact": self._render.contact_inside(template.contact_id),
            "Status": template.status,
            "LineAmountTypes": template.line_amounts,
            "LineItems": [self._render.line(line) for line in template.lines],
            "SubTotal": template.subtotal,
            "TotalTax": template.tax,
            "Total": template.total,
            "CurrencyCode": template.currency,
        }
