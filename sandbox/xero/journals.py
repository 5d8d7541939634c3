"""Journals: every posting of the ledger by number, as Xero lists them to those who follow it."""

from __future__ import annotations

import uuid

from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.journal_log import JournalLog, Posted
from sandbox.xero.refusals import BadRequest, NotFound
from sandbox.xero.wire import Json

MOST = 100
"""How many journals one answer holds."""


class Journals:
    """Serves /Journals."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._log = JournalLog(books)

    def find(self, call: Call) -> Json:
        """The next journals after the number in `offset`, at most a hundred."""
        if call.flag("paymentsOnly", False):
            raise BadRequest("paymentsOnly is not available in this sandbox")
        try:
            offset = int(call.query.get("offset", 0) or 0)
        except ValueError as error:
            raise BadRequest("offset must be a whole number") from error
        since = call.modified_since()
        rows = self._log.entries()[max(offset, 0) :]
        if since is not None:
            floor = since.replace(microsecond=0)
            rows = [row for row in rows if row.created_at >= floor]
        return {"Journals": [self._shown(posted) for posted in rows[:MOST]]}

    def get(self, call: Call, wanted: str) -> Json:
        """One journal, by id or number."""
        for posted in self._log.entries():
            if wanted.lower() in (str(posted.number), self._id(posted)):
                return {"Journals": [self._shown(posted)]}
        raise NotFound

    def _id(self, posted: Posted) -> str:
        organisation = uuid.UUID(self._books.company.organisation.organisation_id)
        return str(uuid.uuid5(organisation, f"journal/{posted.number}"))

    def _shown(self, posted: Posted) -> Json:
        journal_id, source, lines = self._id(posted), posted.source, []
        for place, (code, amount) in enumerate(posted.sides):
            account = self._books.accounts[code]
            lines.append(
                {
                    "JournalLineID": str(uuid.uuid5(uuid.UUID(journal_id), str(place))),
                    "AccountID": account.account_id,
                    "AccountCode": code,
                    "AccountType": account.type,
                    "AccountName": account.name,
                    "Description": "",
                    "NetAmount": amount,
                    "GrossAmount": amount,
                    "TaxAmount": 0,
                    "TrackingCategories": [],
                }
            )
        body: Json = {
            "JournalID": journal_id,
            "JournalDate": source.on,
            "JournalNumber": posted.number,
            "CreatedDateUTC": posted.created_at,
            "Reference": posted.reference,
        }
        if source.kind:
            body |= {"SourceID": source.source_id, "SourceType": source.kind}
        return body | {"JournalLines": lines}
