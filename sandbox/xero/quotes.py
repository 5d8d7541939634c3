"""Quotes: what we offer customers, before anything is booked.

Taken as known of the vendor. Moves: DRAFT to SENT; SENT to ACCEPTED or DECLINED; ACCEPTED to INVOICED or back to SENT;
DECLINED and INVOICED back to SENT; everything to DELETED, which is final. DRAFT to DECLINED and ACCEPTED to DECLINED
are known to be refused by the live API. A new quote is DRAFT or SENT. A change that leaves Title, Summary, Terms or
Reference out clears them, one that leaves LineItems out leaves the lines alone: so reported from the live API.
Invoicing a quote only sets its status: the invoice is a write of its own. A list has no `where`, a hundred to the page.
The words of refusals that the vendor's own file does not show follow those of invoices.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sandbox.xero.batch import one_sent, write_all
from sandbox.xero.books import Books
from sandbox.xero.call import USUAL_PAGE, Call, Noun, page_of, selected
from sandbox.xero.lines import Lines, discount_of
from sandbox.xero.papers import between, read_common, too_long, without_where, write_down
from sandbox.xero.parties import next_number
from sandbox.xero.records import Contact, Quote, QuoteStatus
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.render import Render, dates_shown
from sandbox.xero.wire import Json, Raw, read_date, text_of

PREFIX = "QU-"
NOT_CHANGEABLE = "Quote not of valid status for modification"
NOT_UNIQUE = "Quote number must be unique"
_STARTS = (QuoteStatus.DRAFT, QuoteStatus.SENT)
_NEXT: dict[QuoteStatus, tuple[QuoteStatus, ...]] = {
    QuoteStatus.DRAFT: (QuoteStatus.DRAFT, QuoteStatus.SENT, QuoteStatus.DELETED),
    QuoteStatus.SENT: (QuoteStatus.SENT, QuoteStatus.ACCEPTED, QuoteStatus.DECLINED, QuoteStatus.DELETED),
    QuoteStatus.ACCEPTED: (QuoteStatus.ACCEPTED, QuoteStatus.INVOICED, QuoteStatus.SENT, QuoteStatus.DELETED),
    QuoteStatus.DECLINED: (QuoteStatus.DECLINED, QuoteStatus.SENT, QuoteStatus.DELETED),
    QuoteStatus.INVOICED: (QuoteStatus.SENT, QuoteStatus.DELETED),
    QuoteStatus.DELETED: (),
}
_LONGEST = {"QuoteNumber": 255, "Reference": 4000, "Terms": 4000, "Title": 100, "Summary": 3000}
_DEEDS = {
    QuoteStatus.SENT: "Sent",
    QuoteStatus.ACCEPTED: "Accepted",
    QuoteStatus.DECLINED: "Declined",
    QuoteStatus.INVOICED: "Invoiced",
    QuoteStatus.DELETED: "Deleted",
}


class _Prepared(NamedTuple):
    quote: Quote
    added: Contact | None
    before: Quote | None


class Quotes:
    """Serves /Quotes."""

    def __init__(self, books: Books, render: Render) -> None:
        self._books = books
        self._render = render
        self._lines = Lines(books)
        self._noun = Noun(
            "Quote",
            "Quotes",
            {
                "QuoteID": lambda q: q.quote_id,
                "QuoteNumber": lambda q: q.number,
                "Status": lambda q: q.status.value,
                "Date": lambda q: q.date,
                "ExpiryDate": lambda q: q.expiry_date,
                "Reference": lambda q: q.reference,
                "Title": lambda q: q.title,
                "CurrencyCode": lambda q: q.currency,
                "SubTotal": lambda q: q.subtotal,
                "TotalTax": lambda q: q.tax,
                "Total": lambda q: q.total,
                "UpdatedDateUTC": lambda q: q.updated_at,
                "Contact.ContactID": lambda q: q.contact_id,
                "Contact.Name": lambda q: books.contacts[q.contact_id].name,
            },
            id_field="QuoteID",
        )

    def find(self, call: Call) -> Json:
        """Quotes, a hundred at a time; deleted ones only when their status or number is asked for."""
        without_where(call, self._noun)
        rows = list(self._books.quotes.values())
        status, number = call.query.get("Status", "").upper(), call.query.get("QuoteNumber", "").lower()
        contact = call.query.get("ContactID", "").lower()
        if number:
            rows = [quote for quote in rows if quote.number.lower() == number]
        if contact:
            rows = [quote for quote in rows if quote.contact_id == contact]
        if status:
            rows = [quote for quote in rows if quote.status == status]
        elif not number:
            rows = [quote for quote in rows if quote.status is not QuoteStatus.DELETED]
        rows = between(call, ("DateFrom", "DateTo"), rows, lambda quote: quote.date)
        rows = between(call, ("ExpiryDateFrom", "ExpiryDateTo"), rows, lambda quote: quote.expiry_date)
        page, _ = page_of(call) or (1, USUAL_PAGE)
        found = selected(call, self._noun, rows)[(page - 1) * USUAL_PAGE : page * USUAL_PAGE]
        return {"Quotes": [self._shown(quote) for quote in found]}

    def get(self, call: Call, quote_id: str) -> Json:
        """One quote."""
        return {"Quotes": [self._shown(self._quote(quote_id))]}

    def _quote(self, quote_id: str) -> Quote:
        quote = self._books.quotes.get(quote_id.lower())
        if quote is None:
            raise NotFound
        return quote

    def create(self, call: Call) -> Json:
        """PUT: makes new quotes."""
        return self._write_all(call, upsert=False)

    def upsert(self, call: Call) -> Json:
        """POST: makes new quotes, or changes those named by id."""
        return self._write_all(call, upsert=True)

    def update(self, call: Call, quote_id: str) -> Json:
        """POST to one quote: changes it."""
        before = self._quote(quote_id)
        sent = one_sent(call, "Quotes")
        return {"Quotes": [self._keep(call, sent, self._changed(before, sent))]}

    def _write_all(self, call: Call, *, upsert: bool) -> Json:
        return write_all(
            call,
            "Quotes",
            lambda body: self._prepared(body, upsert=upsert),
            lambda body, prepared: self._keep(call, body, prepared),
            _same,
        )

    def _prepared(self, body: Json, *, upsert: bool) -> _Prepared:
        """The quote as it would be. Raises Invalid."""
        wanted = text_of(body, "QuoteID").lower()
        if wanted:
            before = self._books.quotes.get(wanted)
            if before is None or not upsert:
                raise Invalid(echo(body, "Quote could not be found" if upsert else "QuoteID must not be sent"))
            return self._changed(before, body)
        status = text_of(body, "Status").upper() or QuoteStatus.DRAFT
        if status not in _STARTS:
            raise Invalid(echo(body, "Invalid status for a new quote"))
        return self._read(body, QuoteStatus(status), None)

    def _changed(self, before: Quote, body: Json) -> _Prepared:
        """The quote with what the body changes. Raises Invalid."""
        echoed = {"QuoteID": before.quote_id, **body}
        text = text_of(body, "Status").upper() or before.status.value
        if text not in _NEXT[before.status]:
            raise Invalid(echo(echoed, NOT_CHANGEABLE))
        if text == QuoteStatus.DELETED:
            return _Prepared(replace(before, status=QuoteStatus.DELETED), None, before)
        return self._read(echoed, QuoteStatus(text), before)

    def _read(self, body: Json, status: QuoteStatus, before: Quote | None) -> _Prepared:
        try:
            draft = status is QuoteStatus.DRAFT
            common, added, messages = read_common(self._books, self._lines, body, before, sale=True, draft=draft)
            expiry = read_date(body.get("ExpiryDate")) or (before.expiry_date if before else None)
        except ValueError as error:
            raise Invalid(echo(body, str(error))) from error
        messages += too_long(body, _LONGEST)
        number = text_of(body, "QuoteNumber") or (before.number if before else "")
        quote_id = before.quote_id if before else self._books.new_id()
        messages += self._number_messages(number, quote_id)
        messages += _expiry_messages(common.date, expiry)
        if messages:
            raise Invalid(echo(body, *messages))
        quote = Quote(
            quote_id=quote_id,
            number=number,
            status=status,
            expiry_date=expiry,
            title=text_of(body, "Title"),
            summary=text_of(body, "Summary"),
            terms=text_of(body, "Terms"),
            reference=text_of(body, "Reference"),
            updated_at=self._books.control.now(),
            **common._asdict(),
        )
        return _Prepared(quote, added, before)

    def _number_messages(self, number: str, quote_id: str) -> list[str]:
        taken = any(
            quote.number.lower() == number.lower() and quote.quote_id != quote_id
            for quote in self._books.quotes.values()
            if quote.status is not QuoteStatus.DELETED
        )
        return [NOT_UNIQUE] if number and taken else []

    def _keep(self, call: Call, sent: Json, prepared: _Prepared) -> Json | Raw:
        quote, before = prepared.quote, prepared.before
        if not quote.number:
            quote = replace(quote, number=next_number(PREFIX, (known.number for known in self._books.quotes.values())))
        quote = replace(quote, updated_at=self._books.control.now())
        operation, changes = "create_quote", "Created"
        if before is not None:
            gone = quote.status is QuoteStatus.DELETED
            operation = "delete_quote" if gone else "update_quote"
            changes = _DEEDS.get(quote.status, "Edited") if quote.status is not before.status else "Edited"
        write_down(call, quote, prepared.added, sent, (operation, changes))
        return self._shown(quote)

    def _shown(self, quote: Quote) -> Json:
        return {
            "QuoteID": quote.quote_id,
            "QuoteNumber": quote.number,
            "Reference": quote.reference,
            "Terms": quote.terms,
            "Contact": self._render.contact_inside(quote.contact_id),
            "LineItems": [self._render.line(line) for line in quote.lines],
            **dates_shown(Date=quote.date, ExpiryDate=quote.expiry_date),
            "Status": quote.status.value,
            "CurrencyRate": quote.rate,
            "CurrencyCode": quote.currency,
            "SubTotal": quote.subtotal,
            "TotalTax": quote.tax,
            "Total": quote.total,
            "TotalDiscount": discount_of(quote.lines),
            "Title": quote.title,
            "Summary": quote.summary,
            "UpdatedDateUTC": quote.updated_at,
            "LineAmountTypes": quote.line_amounts.upper(),
        }


def _same(prepared: _Prepared) -> tuple[str, str]:
    """No two of one request may be the same quote, or be given the same number."""
    if prepared.before is not None:
        return prepared.before.quote_id, "The quote is named twice in this request"
    return prepared.quote.number.lower(), NOT_UNIQUE


def _expiry_messages(on: date, expiry: date | None) -> list[str]:
    return ["The expiry date must not be before the date of the quote"] if expiry is not None and expiry < on else []
