"""Files on records of every kind that has them: listed, opened, added, replaced by one of the same name.

Xero takes 10 files of 10 MB each on a record (developer.xero.com, "Attachments"; a file of 14 MB was answered with 413,
Xero-Java issue 349) and refuses types that it does not know in the words of its validation (Xero-Java issue 142).
"""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote

from starlette.responses import Response

from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.files import printed
from sandbox.xero.finding import find_document
from sandbox.xero.history import noted
from sandbox.xero.records import Attached
from sandbox.xero.refusals import Invalid, NotFound, Refusal, echo, json_answer
from sandbox.xero.wire import Json

MOST_FILES = 10
LARGEST_FILE = 10 * 1024 * 1024
NOUNS = ("Invoices", "CreditNotes", "Quotes", "PurchaseOrders", "BankTransactions", "ManualJournals", "Contacts")
"""What is served here of the records that can have files at Xero."""
_TYPES = """
7z bmp csv doc docx eml gif heic jpeg jpg keynote msg numbers odf ods odt pages pdf png ppt pptx rar rtf tif tiff txt
xls xlsx zip
"""
TYPES = frozenset(_TYPES.split())
"""The endings that Xero takes (Xero Central, "Add files to transactions, contacts and accounts")."""
_NOT_IN_NAMES = frozenset('<>:"/\\|?*')
_NO_ID = "00000000-0000-0000-0000-000000000000"


class _TooLarge(Refusal):
    """413 in the shape that Xero answers it with."""

    def answer(self) -> Response:
        body = {"Title": "RequestEntityTooLarge", "Status": 413, "Detail": "PayloadTooLarge", "Extensions": {}}
        return json_answer(body, 413)


class Attachments:
    """Serves /{noun}/{id}/Attachments."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def find(self, call: Call, noun: str, wanted: str) -> Json:
        """The files on it."""
        owner_id, _ = self._owner(noun, wanted)
        files = self._books.attached_to(owner_id)
        return {"Attachments": [_shown(noun, one, len(self._content(one))) for one in files]}

    def one(self, call: Call, noun: str, wanted: str, file: str) -> Response:
        """One file, by its id or name."""
        owner_id, _ = self._owner(noun, wanted)
        name = unquote(file)
        for one in self._books.attached_to(owner_id):
            if file.lower() == one.attachment_id or name == one.file_name:
                return Response(self._content(one), media_type=one.media_type)
        raise NotFound

    def put(self, call: Call, noun: str, wanted: str, file: str) -> Json:
        """PUT or POST .../Attachments/{FileName}: the body is the file; one of the same name is replaced."""
        owner_id, record = self._owner(noun, wanted)
        name = unquote(file)
        if len(call.body) > LARGEST_FILE:
            raise _TooLarge
        files = self._books.attached_to(owner_id)
        before = next((one for one in files if one.file_name == name), None)
        media_type = _media_type(call.headers.get("content-type", ""), name)
        self._check(call.body, name, media_type, full=before is None and len(files) >= MOST_FILES)
        made = Attached(
            attachment_id=before.attachment_id if before else self._books.new_id(),
            document_id=owner_id,
            file_name=name,
            media_type=media_type,
            size=len(call.body),
            content=call.body.hex(),
            online=noun.lower() == "invoices" and call.query.get("IncludeOnline", "").lower() == "true",
        )
        note = noted(call, owner_id, "Attached a file", f"Attached the file {name} through the Xero API")
        self._books.apply(made, replace(record, updated_at=self._books.control.now()), note)
        call.took_effect(
            "attach_file",
            {
                "Noun": noun,
                "Record": owner_id,
                "FileName": name,
                "Size": made.size,
                "SHA256": hashlib.sha256(call.body).hexdigest(),
                "IncludeOnline": made.online,
            },
            made.attachment_id,
        )
        return {"Attachments": [_shown(noun, made, made.size)]}

    def _check(self, body: bytes, name: str, media_type: str, *, full: bool) -> None:
        messages = []
        if not body:
            messages.append("The file couldn't be uploaded because it is empty.")
        if name.rpartition(".")[2].lower() not in TYPES or "." not in name:
            messages.append("The file couldn't be uploaded because it isn't a supported file type.")
        if not name.strip() or name != name.strip() or _NOT_IN_NAMES & set(name) or not name.isprintable():
            messages.append("The file name contains characters that are not allowed.")
        if full:
            messages.append(f"You can't have more than {MOST_FILES} files attached to a record.")
        if messages:
            raise Invalid(
                echo(
                    {"AttachmentID": _NO_ID, "FileName": name, "MimeType": media_type, "ContentLength": len(body)},
                    *messages,
                )
            )

    def _content(self, one: Attached) -> bytes:
        return bytes.fromhex(one.content) or printed(self._books, self._books.documents[one.document_id])

    def _owner(self, noun: str, wanted: str) -> tuple[str, Any]:
        """The id of the record of that kind, and the record. Raises NotFound; a deleted one is there no more."""
        books, key = self._books, wanted.lower()
        found: Any = None
        match noun.lower():
            case "invoices" | "creditnotes":
                found = find_document(books, wanted, credit=noun.lower() == "creditnotes")
                key = found.document_id if found else key
            case "quotes":
                found = books.quotes.get(key)
            case "purchaseorders":
                found = books.orders.get(key)
            case "banktransactions":
                found = books.bookings.get(key)
            case "manualjournals":
                found = books.manuals.get(key)
            case "contacts":
                found = books.contacts.get(key)
        if found is None:
            raise NotFound
        return key, found


def _media_type(header: str, name: str) -> str:
    """What the sender says that it is; told by the name where they say nothing of use."""
    said = header.split(";")[0].strip().lower()
    if said and said != "application/octet-stream":
        return said
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _shown(noun: str, one: Attached, size: int) -> Json:
    return {
        "AttachmentID": one.attachment_id,
        "FileName": one.file_name,
        "Url": f"https://api.xero.com/api.xro/2.0/{noun}/{one.document_id}/Attachments/{quote(one.file_name)}",
        "MimeType": one.media_type,
        "ContentLength": size,
        "IncludeOnline": one.online,
    }
