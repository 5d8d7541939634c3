"""Manual journals: postings by hand, as drafts and posted, and taking them back."""

from __future__ import annotations

from dataclasses import replace

from sandbox.xero.batch import one_sent, write_all
from sandbox.xero.books import Books
from sandbox.xero.call import Call, Noun, listing
from sandbox.xero.cash import Manual, ManualLine, ManualStatus
from sandbox.xero.history import noted
from sandbox.xero.locks import lock_messages
from sandbox.xero.manual_drafting import ManualDrafting
from sandbox.xero.refusals import Invalid, NotFound, echo
from sandbox.xero.render import dates_shown
from sandbox.xero.wire import Json, text_of

NOT_CHANGEABLE = "Manual journal not of valid status for modification"
NOT_FOUND = "Manual journal could not be found"
_NEXT: dict[ManualStatus, tuple[ManualStatus, ...]] = {
    "DRAFT": ("DRAFT", "POSTED", "DELETED"),
    "POSTED": ("POSTED", "VOIDED"),
    "VOIDED": (),
    "DELETED": (),
}
_DEEDS: dict[ManualStatus, tuple[str, str]] = {
    "DRAFT": ("update", "Edited"),
    "POSTED": ("update", "Posted"),
    "VOIDED": ("void", "Voided"),
    "DELETED": ("delete", "Deleted"),
}
_Prepared = tuple[Manual, Manual | None]


class ManualJournals:
    """Serves /ManualJournals."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._drafting = ManualDrafting(books)
        self._noun = Noun(
            "ManualJournal",
            "ManualJournals",
            {
                "ManualJournalID": lambda m: m.manual_id,
                "Narration": lambda m: m.narration,
                "Date": lambda m: m.date,
                "Status": lambda m: m.status,
                "LineAmountTypes": lambda m: m.line_amounts,
                "ShowOnCashBasisReports": lambda m: m.on_cash_basis,
                "UpdatedDateUTC": lambda m: m.updated_at,
            },
            id_field="ManualJournalID",
        )

    def find(self, call: Call) -> Json:
        """Manual journals of every status; lines come only when a page was asked for."""
        whole = bool({"page", "pageSize"} & set(call.query))
        return listing(call, self._noun, list(self._books.manuals.values()), lambda m: self._shown(m, whole=whole))

    def get(self, call: Call, wanted: str) -> Json:
        """One of them, with its lines."""
        return {"ManualJournals": [self._shown(self._manual(wanted))]}

    def _manual(self, wanted: str) -> Manual:
        manual = self._books.manuals.get(wanted.lower())
        if manual is None:
            raise NotFound
        return manual

    def create(self, call: Call) -> Json:
        """PUT: makes new manual journals."""
        return self._write_all(call, upsert=False)

    def upsert(self, call: Call) -> Json:
        """POST: makes new manual journals, or changes those named by id."""
        return self._write_all(call, upsert=True)

    def update(self, call: Call, wanted: str) -> Json:
        """POST to one manual journal: changes, posts, voids or deletes it."""
        before = self._manual(wanted)
        sent = one_sent(call, "ManualJournals")
        return {"ManualJournals": [self._keep(call, sent, (self._changed(before, sent), before))]}

    def _write_all(self, call: Call, *, upsert: bool) -> Json:
        return write_all(
            call,
            "ManualJournals",
            lambda body: self._prepared(body, upsert=upsert),
            lambda body, prepared: self._keep(call, body, prepared),
            lambda prepared: (
                prepared[1].manual_id if prepared[1] else "",
                "The manual journal is named twice in this request",
            ),
        )

    def _prepared(self, body: Json, *, upsert: bool) -> _Prepared:
        """The manual journal as it would be, and as it was. Raises Invalid."""
        wanted = text_of(body, "ManualJournalID").lower()
        if not wanted:
            return self._drafting.new(body), None
        before = self._books.manuals.get(wanted)
        if before is None or not upsert:
            raise Invalid(echo(body, NOT_FOUND if upsert else "ManualJournalID must not be sent"))
        return self._changed(before, body), before

    def _changed(self, before: Manual, body: Json) -> Manual:
        """The manual journal with what the body changes. Raises Invalid."""
        echoed = {"ManualJournalID": before.manual_id, **body}
        asked = text_of(body, "Status").upper() or before.status
        status = next((one for one in _NEXT[before.status] if one == asked), None)
        if status is None:
            raise Invalid(echo(echoed, NOT_CHANGEABLE))
        if status in ("VOIDED", "DELETED"):
            locked = lock_messages(self._books, before.date)
            if locked:
                raise Invalid(echo(echoed, *locked))
            return replace(before, status=status)
        return self._drafting.changed(before, echoed, status)

    def _keep(self, call: Call, sent: Json, prepared: _Prepared) -> Json:
        made, before = replace(prepared[0], updated_at=self._books.control.now()), prepared[1]
        verb, deed = ("create", "Created") if before is None else _DEEDS[made.status]
        if before is not None and before.status == made.status:
            deed = "Edited"
        self._books.apply(made, noted(call, made.manual_id, deed, made.narration))
        call.took_effect(f"{verb}_manual_journal", sent, made.manual_id)
        return self._shown(made)

    def _shown(self, manual: Manual, *, whole: bool = True) -> Json:
        body = dates_shown(Date=manual.date) | {
            "Status": manual.status,
            "LineAmountTypes": manual.line_amounts,
            "UpdatedDateUTC": manual.updated_at,
            "ManualJournalID": manual.manual_id,
            "Narration": manual.narration,
            "JournalLines": [self._line(line) for line in manual.lines] if whole else [],
            "ShowOnCashBasisReports": manual.on_cash_basis,
            "HasAttachments": bool(self._books.attached_to(manual.manual_id)),
        }
        return body | ({"Url": manual.url} if manual.url else {})

    def _line(self, line: ManualLine) -> Json:
        category, tracking = self._books.company.tracking[0], []
        for option_id, name in category.options:
            if name == line.tracking_option:
                ids = {"TrackingCategoryID": category.category_id, "TrackingOptionID": option_id}
                tracking.append({"Name": category.name, "Option": name, **ids})
        return {
            "Description": line.description,
            "TaxType": line.tax_type,
            "TaxAmount": line.tax_amount,
            "LineAmount": line.amount,
            "AccountCode": line.account_code,
            "AccountID": self._books.accounts[line.account_code].account_id,
            "Tracking": tracking,
            "IsBlank": False,
        }
