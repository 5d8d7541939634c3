"""A ledger of any size as Xero's pages, made up as they are asked for: what a first load of a large company reads.

Serves what the copy asks for (accounts, contacts, payments, invoices, credit notes) with `page`, `pageSize`, and
`If-Modified-Since` answered with a handful of changes. No limits, no rules: a fast far end for measuring our own side.
"""

from __future__ import annotations

import json
import random
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TODAY = date(2026, 11, 26)
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
"""When the oldest record was last changed; each later one a second after it."""
CHANGED = 20
"""Records that a delta brings."""
_NAMES = ("Nord", "Süd", "West", "Ost", "Alpen", "Rhein", "Donau", "Isar", "Elbe", "Havel", "Main", "Neckar", "Mosel")
_TRADES = ("Logistik", "Handel", "Bau", "Druck", "Technik", "Medien", "Pharma", "Optik", "Stahl", "Textil", "Energie")
_FORMS = ("GmbH", "AG", "KG", "UG", "e.K.")


def _id(kind: str, number: int) -> str:
    return str(uuid.UUID(int=(sum(map(ord, kind)) << 96) + number, version=4))


def _dice(kind: str, number: int) -> random.Random:
    return random.Random(f"{kind}{number}")


class Ledger:
    """The records of a company with so many documents, each following from its number."""

    def __init__(self, documents: int) -> None:
        self.documents = documents
        self.contacts = max(50, min(10_000, documents // 50))
        self.payments = documents * 9 // 10

    def contact(self, number: int) -> dict[str, Any]:
        """A customer (even) or supplier (odd)."""
        dice = _dice("c", number)
        place = f"{dice.choice(_NAMES)}{dice.choice(_NAMES).casefold()}"
        name = f"{place} {dice.choice(_TRADES)} {number} {dice.choice(_FORMS)}"
        return {
            "ContactID": _id("c", number),
            "Name": name,
            "EmailAddress": f"office{number}@example.com",
            "ContactStatus": "ACTIVE",
            "IsCustomer": number % 2 == 0,
            "IsSupplier": number % 2 == 1,
            "Addresses": [],
            "UpdatedDateUTC": _moment(number),
        }

    def invoice(self, number: int) -> dict[str, Any]:
        """Nine of ten are paid; of the others most are open, some of those late."""
        dice = _dice("d", number)
        sales = number % 2 == 0
        contact = dice.randrange(self.contacts // 2) * 2 + (0 if sales else 1)
        issued = TODAY - timedelta(days=dice.randrange(1_800))
        status = "PAID" if number // 2 % 10 else dice.choice(("AUTHORISED",) * 7 + ("DRAFT", "SUBMITTED", "VOIDED"))
        if status != "PAID":
            issued = TODAY - timedelta(days=dice.randrange(120))
        total = dice.randrange(1_000, 900_000)
        left = total if status in ("AUTHORISED", "DRAFT", "SUBMITTED") else 0
        return {
            "InvoiceID": _id("d", number),
            "Type": "ACCREC" if sales else "ACCPAY",
            "InvoiceNumber": f"{'INV' if sales else 'B'}-{number:07d}",
            "Reference": f"PO {dice.randrange(100_000)}",
            "Status": status,
            "Contact": {"ContactID": _id("c", contact), "Name": self.contact(contact)["Name"]},
            "DateString": f"{issued}T00:00:00",
            "Date": f"{issued}T00:00:00",
            "DueDate": f"{issued + timedelta(days=30)}T00:00:00",
            "CurrencyCode": "GBP" if number % 23 == 0 else "EUR",
            "Total": total / 100,
            "AmountDue": left / 100,
            "AmountPaid": total / 100 if status == "PAID" else 0,
            "UpdatedDateUTC": _moment(number),
        }

    def payment(self, number: int) -> dict[str, Any]:
        """The payment of a paid document: of twenty documents the first two are not paid."""
        of = self.invoice(number // 18 * 20 + number % 18 + 2)
        paid = datetime.fromisoformat(of["DueDate"]).date() - timedelta(days=number % 20)
        return {
            "PaymentID": _id("p", number),
            "Date": f"{min(paid, TODAY)}T00:00:00",
            "Amount": of["Total"],
            "Reference": f"FA-{number:08X}",
            "Status": "AUTHORISED",
            "PaymentType": f"{of['Type']}PAYMENT",
            "Account": {"AccountID": _id("a", number % 2), "Code": f"09{number % 2}"},
            "Invoice": {key: of[key] for key in ("InvoiceID", "InvoiceNumber", "Type", "Contact", "CurrencyCode")},
            "UpdatedDateUTC": _moment(number),
        }

    def account(self, number: int) -> dict[str, Any]:
        """Two bank accounts."""
        return {
            "AccountID": _id("a", number),
            "Code": f"09{number}",
            "Name": ("Bank", "Savings")[number],
            "Type": "BANK",
            "Status": "ACTIVE",
            "CurrencyCode": "EUR",
            "UpdatedDateUTC": _moment(number),
        }


def _moment(number: int) -> str:
    return (BEGAN + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S")


def app(documents: int) -> Starlette:
    """The pages; `GET /calls` says how many were asked for since the last time."""
    ledger = Ledger(documents)
    kinds = {
        "Invoices": (ledger.invoice, ledger.documents),
        "Payments": (ledger.payment, ledger.payments),
        "Contacts": (ledger.contact, ledger.contacts),
        "Accounts": (ledger.account, 2),
        "CreditNotes": (ledger.invoice, 0),
    }
    asked = {"calls": 0}

    async def pages(request: Request) -> Response:
        asked["calls"] += 1
        name = request.path_params["name"]
        one, total = kinds[name]
        first = max(0, total - CHANGED) if "if-modified-since" in request.headers else 0
        size, page = int(request.query_params.get("pageSize", 100)), int(request.query_params.get("page", 1))
        numbers = range(first + (page - 1) * size, min(total, first + page * size))
        found: dict[str, Any] = {name: [one(number) for number in numbers]}
        if name != "Accounts":
            count = total - first
            found["pagination"] = {
                "page": page,
                "pageSize": size,
                "pageCount": -(-count // size),
                "itemCount": count,
            }
        return Response(json.dumps(found), media_type="application/json")

    async def calls(_request: Request) -> Response:
        said = dict(asked)
        asked["calls"] = 0
        return JSONResponse(said)

    return Starlette(routes=[Route("/api.xro/2.0/{name}", pages), Route("/calls", calls)])
