"""Purchase orders: what we order from suppliers, before anything is booked.

Taken as known of the vendor. Moves: DRAFT to SUBMITTED, AUTHORISED, BILLED; SUBMITTED to AUTHORISED, BILLED; AUTHORISED
to BILLED; BILLED back to AUTHORISED; everything to DELETED, which is final. A new order is DRAFT, SUBMITTED or
AUTHORISED. A billed order keeps its lines. SentToContact is taken only of AUTHORISED and BILLED orders: else it is left
out with a warning, not refused. Billing an order only sets its status: the bill is a write of its own. A list has no
`where`. The words of refusals that the vendor's own file does not show follow those of invoices.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from sandbox.xero.batch import one_sent, write_all
from sandbox.xero.books import Books
from sandbox.xero.call import Call, Noun, listing
from sandbox.xero.lines import Lines, discount_of
from sandbox.xero.papers import between, read_common, too_long, without_where, write_down
from sandbox.xero.parties import next_number
from sandbox.xero.records import Contact, Order, OrderStatus
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.render import Render, dates_shown
from sandbox.xero.wire import Json, Raw, read_date, text_of

PREFIX = "PO-"
NOT_CHANGEABLE = "Purchase Order not of valid status for modification"
NOT_UNIQUE = "Order number must be unique"
ONLY_APPROVED = "Only AUTHORISED and BILLED purchase orders may have SentToContact updated."
_APPROVED = (OrderStatus.AUTHORISED, OrderStatus.BILLED)
_STARTS = (OrderStatus.DRAFT, OrderStatus.SUBMITTED, OrderStatus.AUTHORISED)
_NEXT: dict[OrderStatus, tuple[OrderStatus, ...]] = {
    OrderStatus.DRAFT: tuple(OrderStatus),
    OrderStatus.SUBMITTED: (OrderStatus.SUBMITTED, *_APPROVED, OrderStatus.DELETED),
    OrderStatus.AUTHORISED: (*_APPROVED, OrderStatus.DELETED),
    OrderStatus.BILLED: (*_APPROVED, OrderStatus.DELETED),
    OrderStatus.DELETED: (),
}
_LONGEST = {"DeliveryInstructions": 500}
_TEXTS = {
    "reference": "Reference",
    "delivery_address": "DeliveryAddress",
    "attention_to": "AttentionTo",
    "telephone": "Telephone",
    "instructions": "DeliveryInstructions",
}
_DEEDS = {
    OrderStatus.SUBMITTED: "Submitted",
    OrderStatus.AUTHORISED: "Approved",
    OrderStatus.BILLED: "Billed",
    OrderStatus.DELETED: "Deleted",
}


class _Prepared(NamedTuple):
    order: Order
    added: Contact | None
    before: Order | None
    warned: bool = False


class Orders:
    """Serves /PurchaseOrders."""

    def __init__(self, books: Books, render: Render) -> None:
        self._books = books
        self._render = render
        self._lines = Lines(books)
        self._noun = Noun(
            "PurchaseOrder",
            "PurchaseOrders",
            {
                "PurchaseOrderID": lambda o: o.order_id,
                "PurchaseOrderNumber": lambda o: o.number,
                "Status": lambda o: o.status.value,
                "Date": lambda o: o.date,
                "DeliveryDate": lambda o: o.delivery_date,
                "ExpectedArrivalDate": lambda o: o.arrival_date,
                "Reference": lambda o: o.reference,
                "CurrencyCode": lambda o: o.currency,
                "SubTotal": lambda o: o.subtotal,
                "TotalTax": lambda o: o.tax,
                "Total": lambda o: o.total,
                "SentToContact": lambda o: o.sent,
                "UpdatedDateUTC": lambda o: o.updated_at,
                "Contact.ContactID": lambda o: o.contact_id,
                "Contact.Name": lambda o: books.contacts[o.contact_id].name,
            },
            id_field="PurchaseOrderID",
        )

    def find(self, call: Call) -> Json:
        """Purchase orders; deleted ones only when that status is asked for."""
        without_where(call, self._noun)
        status = call.query.get("Status", "").upper()
        rows = [
            order
            for order in self._books.orders.values()
            if (order.status == status if status else order.status is not OrderStatus.DELETED)
        ]
        rows = between(call, ("DateFrom", "DateTo"), rows, lambda order: order.date)
        return listing(call, self._noun, rows, self._shown)

    def get(self, call: Call, wanted: str) -> Json:
        """One purchase order, by id or number."""
        return {"PurchaseOrders": [self._shown(self._order(wanted))]}

    def _order(self, wanted: str) -> Order:
        order = self._books.orders.get(wanted.lower())
        if order is not None:
            return order
        named = [order for order in self._books.orders.values() if order.number.lower() == wanted.lower()]
        if not named:
            raise NotFound
        # A deleted order leaves its number free: the one that lives is meant.
        return min(named, key=lambda order: order.status is OrderStatus.DELETED)

    def create(self, call: Call) -> Json:
        """PUT: makes new purchase orders."""
        return self._write_all(call, upsert=False)

    def upsert(self, call: Call) -> Json:
        """POST: makes new purchase orders, or changes those named by id."""
        return self._write_all(call, upsert=True)

    def update(self, call: Call, wanted: str) -> Json:
        """POST to one purchase order: changes it."""
        before = self._order(wanted)
        sent = one_sent(call, "PurchaseOrders")
        return {"PurchaseOrders": [self._keep(call, sent, self._changed(before, sent))]}

    def _write_all(self, call: Call, *, upsert: bool) -> Json:
        return write_all(
            call,
            "PurchaseOrders",
            lambda body: self._prepared(body, upsert=upsert),
            lambda body, prepared: self._keep(call, body, prepared),
            _same,
        )

    def _prepared(self, body: Json, *, upsert: bool) -> _Prepared:
        """The purchase order as it would be. Raises Invalid."""
        wanted = text_of(body, "PurchaseOrderID").lower()
        if wanted:
            before = self._books.orders.get(wanted)
            if before is None or not upsert:
                wrong = "Purchase Order could not be found" if upsert else "PurchaseOrderID must not be sent"
                raise Invalid(echo(body, wrong))
            return self._changed(before, body)
        status = text_of(body, "Status").upper() or OrderStatus.DRAFT
        if status not in _STARTS:
            raise Invalid(echo(body, "Invalid status for a new purchase order"))
        return self._read(body, OrderStatus(status), None)

    def _changed(self, before: Order, body: Json) -> _Prepared:
        """The purchase order with what the body changes. Raises Invalid."""
        echoed = {"PurchaseOrderID": before.order_id, **body}
        text = text_of(body, "Status").upper() or before.status.value
        billed = before.status is OrderStatus.BILLED and "LineItems" in body
        if text not in _NEXT[before.status] or billed:
            raise Invalid(echo(echoed, NOT_CHANGEABLE))
        if text == OrderStatus.DELETED:
            return _Prepared(replace(before, status=OrderStatus.DELETED), None, before)
        return self._read(echoed, OrderStatus(text), before)

    def _read(self, body: Json, status: OrderStatus, before: Order | None) -> _Prepared:
        try:
            draft = status is OrderStatus.DRAFT
            common, added, messages = read_common(self._books, self._lines, body, before, draft=draft)
            delivery = read_date(body.get("DeliveryDate")) or (before.delivery_date if before else None)
            arrival = read_date(body.get("ExpectedArrivalDate")) or (before.arrival_date if before else None)
        except ValueError as error:
            raise Invalid(echo(body, str(error))) from error
        messages += too_long(body, _LONGEST)
        number = text_of(body, "PurchaseOrderNumber") or (before.number if before else "")
        order_id = before.order_id if before else self._books.new_id()
        messages += self._number_messages(number, order_id)
        if messages:
            raise Invalid(echo(body, *messages))
        texts: dict[str, Any] = {
            field: text_of(body, name) if name in body or before is None else str(getattr(before, field))
            for field, name in _TEXTS.items()
        }
        wish, approved = body.get("SentToContact"), status in _APPROVED
        order = Order(
            order_id=order_id,
            number=number,
            status=status,
            delivery_date=delivery,
            arrival_date=arrival,
            sent=wish is True if approved and wish is not None else before is not None and before.sent,
            updated_at=self._books.control.now(),
            **common._asdict(),
            **texts,
        )
        return _Prepared(order, added, before, warned=wish is True and not approved)

    def _number_messages(self, number: str, order_id: str) -> list[str]:
        taken = any(
            order.number.lower() == number.lower() and order.order_id != order_id
            for order in self._books.orders.values()
            if order.status is not OrderStatus.DELETED
        )
        return [NOT_UNIQUE] if number and taken else []

    def _keep(self, call: Call, sent: Json, prepared: _Prepared) -> Json | Raw:
        order, before = prepared.order, prepared.before
        if not order.number:
            order = replace(order, number=next_number(PREFIX, (known.number for known in self._books.orders.values())))
        order = replace(order, updated_at=self._books.control.now())
        operation, changes = "create_purchase_order", "Created"
        if before is not None:
            gone = order.status is OrderStatus.DELETED
            operation = "delete_purchase_order" if gone else "update_purchase_order"
            changes = _DEEDS.get(order.status, "Edited") if order.status is not before.status else "Edited"
        write_down(call, order, prepared.added, sent, (operation, changes))
        return self._shown(order) | ({"Warnings": [{"Message": ONLY_APPROVED}]} if prepared.warned else {})

    def _shown(self, order: Order) -> Json:
        discount = discount_of(order.lines)
        days = dates_shown(Date=order.date, DeliveryDate=order.delivery_date, ExpectedArrivalDate=order.arrival_date)
        return {
            "PurchaseOrderID": order.order_id,
            "PurchaseOrderNumber": order.number,
            **days,
            "DeliveryAddress": order.delivery_address,
            "AttentionTo": order.attention_to,
            "Telephone": order.telephone,
            "DeliveryInstructions": order.instructions,
            "HasErrors": False,
            "IsDiscounted": bool(discount),
            "TotalDiscount": discount,
            "SentToContact": order.sent,
            "Reference": order.reference,
            "Type": "PURCHASEORDER",
            "CurrencyRate": order.rate,
            "CurrencyCode": order.currency,
            "Contact": self._render.contact_inside(order.contact_id),
            "Status": order.status.value,
            "LineAmountTypes": order.line_amounts,
            "LineItems": [self._render.line(line) for line in order.lines],
            "SubTotal": order.subtotal,
            "TotalTax": order.tax,
            "Total": order.total,
            "UpdatedDateUTC": order.updated_at,
            "HasAttachments": bool(self._books.attached_to(order.order_id)),
        }


def _same(prepared: _Prepared) -> tuple[str, str]:
    """No two of one request may be the same order, or be given the same number."""
    if prepared.before is not None:
        return prepared.before.order_id, "The purchase order is named twice in this request"
    return prepared.order.number.lower(), NOT_UNIQUE
